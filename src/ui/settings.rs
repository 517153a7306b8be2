//! Settings: language, looks, folders, device, and what the program is.

use std::path::Path;

use egui::{Align, CentralPanel, Frame, Label, Layout, Margin, RichText, ScrollArea, Ui, vec2};

use super::cx::Cx;
use super::texts::T;
use super::theme::{BODY, CONTROL, S1, S2, S4, SMALL};
use super::{frames, icons, layout, widgets};
use crate::domain::{DeviceChoice, Theme};
use crate::lang::Lang;
use crate::state::{AboutCommand, Command, ModelsCommand, SettingsCommand};

/// Least width of a section, and of one whose controls are beside their names.
const SECTION: f32 = 520.0;
const BESIDE: f32 = 400.0;
/// Two columns, and no wider: a third would leave the fourth section alone.
const WIDEST: f32 = 1280.0;

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    CentralPanel::default().frame(Frame::new().fill(cx.p.canvas)).show(ui, |ui| {
        ScrollArea::vertical().id_salt("settings").auto_shrink(false).show(ui, |ui| {
            Frame::new().inner_margin(Margin { left: 24, right: 24, top: 12, bottom: 32 }).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = S2;
                widgets::heading(ui, cx.t(T::Settings));
                ui.set_max_width(WIDEST.min(ui.available_width()));
                let sections = [looks, machine, folders, about];
                layout::columns(ui, SECTION, sections.len(), |ui, i| sections[i](ui, cx));
            });
        });
    });
}

fn section(ui: &mut Ui, cx: &mut Cx<'_>, name: T, add: impl FnOnce(&mut Ui, &mut Cx<'_>)) {
    ui.add_space(S4);
    widgets::section(ui, cx.t(name));
    frames::card(cx.p).inner_margin(16).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = S4;
        add(ui, cx);
    });
}

/// A row: what it is on the left, the control on the right.
fn row(ui: &mut Ui, cx: &mut Cx<'_>, name: T, note: Option<T>, add: impl FnOnce(&mut Ui, &mut Cx<'_>)) {
    if ui.available_width() < BESIDE {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = S1;
            ui.add(Label::new(RichText::new(cx.t(name)).size(BODY).color(cx.p.text)).wrap());
            if let Some(note) = note {
                widgets::muted(ui, cx.t(note));
            }
            add(ui, cx);
        });
        return;
    }
    ui.horizontal(|ui| {
        let width = (ui.available_width() * 0.42).floor();
        let label = |ui: &mut Ui| {
            ui.add(Label::new(RichText::new(cx.t(name)).size(BODY).color(cx.p.text)).wrap());
        };
        match note {
            None => {
                ui.allocate_ui_with_layout(vec2(width, CONTROL), Layout::left_to_right(Align::Center), |ui| {
                    ui.set_width(width);
                    label(ui);
                });
            }
            Some(note) => {
                ui.vertical(|ui| {
                    ui.set_width(width);
                    ui.spacing_mut().item_spacing.y = 2.0;
                    label(ui);
                    widgets::muted(ui, cx.t(note));
                });
            }
        }
        ui.vertical(|ui| add(ui, cx));
    });
}

fn choices<V: Copy + PartialEq>(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    name: T,
    items: &[(V, &str)],
    on: Option<V>,
    command: impl Fn(V) -> Command,
) {
    let texts: Vec<_> = items.iter().map(|(_, text)| ((*text).to_owned(), String::new())).collect();
    let at = items.iter().position(|(value, _)| Some(*value) == on);
    if let Some(i) = widgets::segments(ui, cx.t(name), &texts, at) {
        cx.push(command(items[i].0));
    }
}

fn looks(ui: &mut Ui, cx: &mut Cx<'_>) {
    section(ui, cx, T::Appearance, |ui, cx| {
        row(ui, cx, T::Language, None, |ui, cx| {
            let items = Lang::ALL.map(|lang| (lang, lang.name()));
            choices(ui, cx, T::Language, &items, Some(cx.lang), |x| Command::Settings(SettingsCommand::SetLang(x)));
        });
        row(ui, cx, T::Theme, None, |ui, cx| {
            let items =
                [(Theme::Dark, cx.t(T::Dark)), (Theme::Light, cx.t(T::Light)), (Theme::System, cx.t(T::AsSystem))];
            choices(ui, cx, T::Theme, &items, Some(cx.state.settings.theme), |x| {
                Command::Settings(SettingsCommand::SetTheme(x))
            });
        });
        row(ui, cx, T::TextSize, None, |ui, cx| {
            let items = [(0.9, "90%"), (1.0, "100%"), (1.1, "110%"), (1.25, "125%"), (1.5, "150%"), (2.0, "200%")];
            let zoom = cx.state.settings.zoom.unwrap_or(1.0);
            let on = items.iter().map(|(z, _)| *z).find(|z: &f32| (z - zoom).abs() < 0.01);
            choices(ui, cx, T::TextSize, &items, on, |x| Command::Settings(SettingsCommand::SetZoom(x)));
            // By keys there are more sizes.
            if on.is_none() {
                widgets::muted(ui, cx.with(T::TextSizeNow, &[&format!("{:.0}", zoom * 100.0)]));
            }
        });
    });
}

fn folders(ui: &mut Ui, cx: &mut Cx<'_>) {
    section(ui, cx, T::Folders, |ui, cx| {
        let status = &cx.state.status;
        folder(
            ui,
            cx,
            T::LibraryFolder,
            T::LibraryFolderNote,
            &status.library,
            Command::Settings(SettingsCommand::ChooseLibraryFolder),
        );
        folder(
            ui,
            cx,
            T::ModelsFolder,
            T::ModelsFolderNote,
            &status.models,
            Command::Settings(SettingsCommand::ChooseModelsFolder),
        );
    });
}

fn folder(ui: &mut Ui, cx: &mut Cx<'_>, name: T, note: T, path: &Path, choose: Command) {
    row(ui, cx, name, Some(note), |ui, cx| {
        ui.spacing_mut().item_spacing.y = S1;
        let text = path.display().to_string();
        ui.add(Label::new(RichText::new(&text).size(SMALL).color(cx.p.text)).wrap().selectable(true));
        layout::flow(ui, |ui| {
            let label = cx.t(T::Choose);
            let button = ui.button(label).accessible_name(format!("{}: {label}", cx.t(name)));
            if button.clicked() {
                cx.push(choose);
            }
            let label = cx.t(T::OpenFolder);
            let button = ui.button(label).accessible_name(format!("{}: {label}", cx.t(name)));
            if button.clicked() {
                cx.push(Command::Reveal(path.to_owned()));
            }
        });
    });
}

fn machine(ui: &mut Ui, cx: &mut Cx<'_>) {
    section(ui, cx, T::Machine, |ui, cx| {
        row(ui, cx, T::Device, Some(T::DeviceNote), |ui, cx| {
            let items = [(DeviceChoice::Auto, cx.t(T::DeviceAuto)), (DeviceChoice::Cpu, cx.t(T::DeviceCpu))];
            choices(ui, cx, T::Device, &items, Some(cx.state.settings.device), |x| {
                Command::Settings(SettingsCommand::SetDevice(x))
            });
            if !cx.state.status.device.is_empty() {
                widgets::muted(ui, cx.with(T::DeviceNow, &[&cx.state.status.device]));
            }
        });
        row(ui, cx, T::Memory, Some(T::MemoryNote), |ui, cx| {
            if widgets::button(ui, icons::EJECT, cx.t(T::FreeMemory)).clicked() {
                cx.push(Command::Models(ModelsCommand::Unload));
            }
        });
        row(ui, cx, T::Network, Some(T::OfflineNote), |ui, cx| {
            let offline = cx.state.settings.offline;
            if widgets::switch(ui, offline, cx.t(T::StayOffline)).clicked() {
                cx.push(Command::Settings(SettingsCommand::SetOffline(!offline)));
            }
        });
    });
}

fn about(ui: &mut Ui, cx: &mut Cx<'_>) {
    section(ui, cx, T::About, |ui, cx| {
        ui.spacing_mut().item_spacing.y = S2;
        widgets::title(ui, super::APP_NAME);
        widgets::muted(ui, cx.t(T::AboutText));
        if let Some(s) = cx.state.status.first_frame_s {
            widgets::muted(ui, cx.with(T::FirstFrame, &[&format!("{s:.2}")]));
        }
        ui.add_space(S1);
        widgets::table(ui, &cx.state.status.facts().rows(cx.lang));
        ui.add_space(S1);
        layout::flow(ui, |ui| {
            if widgets::button(ui, icons::COPY, cx.t(T::CopyFacts)).on_hover_text(cx.t(T::CopyFactsHover)).clicked() {
                cx.push(Command::About(AboutCommand::CopyFacts));
            }
            if widgets::button(ui, icons::FILE_TEXT, cx.t(T::Licences)).clicked() {
                cx.push(Command::About(AboutCommand::ShowLicences));
            }
        });
    });
}
