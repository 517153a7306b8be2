//! Write: conversations on the left, the page in the middle, the sliders on the right.

mod answer_form;
mod chat;
mod composer;
mod form;
mod inspector;
mod ledger;
mod list;
mod page;
mod personas;
mod rows;
mod sampling;
mod snippet;
mod tree;
mod turn;

use egui::{CentralPanel, Frame, Id, Margin, Panel, Ui};

use super::cx::Cx;
use super::eye::{self, Part};
use super::texts::T;
use super::textures::Textures;
use super::theme::S2;
use super::{icons, trouble, widgets};
use crate::state::{AppState, Command};
use crate::writing::export::TextFormat;
pub use chat::ChatView;
pub use composer::field_id;
use list::ListView;
pub use page::sheet_id;
pub use page::{PageView, StoryView};
pub use personas::speaker;

/// What Write remembers beside the state.
#[derive(Default)]
pub struct WriteView {
    pub chat: ChatView,
    list: ListView,
    /// `None` until chosen: then by the window's width.
    sliders: Option<bool>,
    system_open: bool,
    pub more_open: bool,
    pub page: PageView,
    story: StoryView,
    /// Beside a page: its sliders, not its story.
    page_sliders: bool,
    tree: tree::TreeView,
}

/// The field that what is typed goes into.
pub fn typing_id(state: &AppState) -> Id {
    let write = &state.write;
    if state.personas.editing.is_some() {
        personas::first_id()
    } else if state.personas.shown {
        personas::search_id()
    } else if write.editing.is_some() {
        turn::edit_id()
    } else if let Some(id) = write.form.as_ref().and_then(form::first_id) {
        id
    } else if write.open.page.is_some() {
        sheet_id()
    } else {
        field_id()
    }
}

impl WriteView {
    pub fn is_renaming(&self) -> bool {
        self.list.is_renaming()
    }
}

/// Narrower windows hide the sliders until they are asked for.
const ROOM_FOR_SLIDERS: f32 = 1000.0;

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut WriteView, textures: &mut Textures) {
    let width = ui.available_width();
    let list_width = if width < 900.0 { 214.0 } else { 232.0 };
    Panel::left("conversations")
        .exact_size(list_width)
        .resizable(false)
        .frame(widgets::panel(cx.p).inner_margin(0))
        .show(ui, |ui| {
            eye::part(ui, Part::List);
            list::show(ui, cx, &mut view.list);
        });
    let sliders = view.sliders.unwrap_or(width >= ROOM_FOR_SLIDERS);
    if sliders {
        Panel::right("sampling").exact_size(272.0).resizable(false).frame(widgets::panel(cx.p).inner_margin(0)).show(
            ui,
            |ui| {
                eye::part(ui, Part::Beside);
                beside(ui, cx, view);
            },
        );
    }
    CentralPanel::default().frame(Frame::new().fill(cx.p.canvas)).show(ui, |ui| {
        if cx.state.personas.shown {
            return personas::show(ui, cx, textures);
        }
        let frame = Frame::new().inner_margin(Margin::symmetric(16, 6));
        Panel::top("chat-head").exact_size(44.0).resizable(false).frame(frame).show(ui, |ui| {
            eye::part(ui, Part::Head);
            head(ui, cx, view, sliders);
        });
        if cx.state.write.open.page.is_some() {
            page::show(ui, cx, &mut view.page, textures);
            return;
        }
        let frame = Frame::new().inner_margin(Margin { left: 16, right: 16, top: 8, bottom: 16 });
        Panel::bottom("composer").resizable(false).show_separator_line(false).frame(frame).show(ui, |ui| {
            chat::column(ui, |ui| {
                let from = ui.cursor().top();
                if let Some(error) = &cx.state.write.error {
                    trouble::card(ui, cx, error, None, Some(Command::DismissWriteError));
                    ui.add_space(S2);
                }
                // A form has its own button.
                if cx.state.write.form.is_none() {
                    form::results(ui, cx);
                    composer::show(ui, cx);
                }
                eye::part_in(ui, Part::Foot, ui.min_rect().with_min_y(from));
            });
        });
        match &cx.state.write.form {
            Some(state) => form::show(ui, cx, state),
            None => chat::show(ui, cx, &mut view.chat, textures),
        }
    });
}

/// The panel on the right: the sliders; for a page also what it is about.
fn beside(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut WriteView) {
    if cx.state.write.open.page.is_some() {
        egui::Frame::new().inner_margin(Margin { left: 16, right: 16, top: 8, bottom: 0 }).show(ui, |ui| {
            let names = [T::Story, T::Sliders].map(|name| (cx.t(name).to_owned(), String::new()));
            if let Some(at) = widgets::segments(ui, cx.t(T::Write), &names, Some(usize::from(view.page_sliders))) {
                view.page_sliders = at == 1;
            }
        });
        if !view.page_sliders {
            return page::story(ui, cx, &mut view.story, &view.page);
        }
    }
    sampling::show(ui, cx, &mut view.system_open, &mut view.more_open);
}

/// The conversation's title and what can be done with the whole of it.
fn head(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut WriteView, sliders: bool) {
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        if widgets::icon_toggle(ui, icons::SLIDERS_HORIZONTAL, cx.t(T::ShowSliders), sliders).clicked() {
            view.sliders = Some(!sliders);
        }
        tree::show(ui, cx, &mut view.tree);
        let open = &cx.state.write.open;
        if !open.is_blank() {
            let button = egui::Button::new(super::theme::icon(icons::EXPORT, 18.0)).frame(false);
            let (response, menu) = egui::containers::menu::MenuButton::from_button(button).ui(ui, |ui| {
                for (name, format) in [
                    (T::ExportMarkdown, TextFormat::Markdown),
                    (T::ExportText, TextFormat::Plain),
                    (T::ExportHtml, TextFormat::Html),
                    (T::ExportDocx, TextFormat::Docx),
                ] {
                    if ui.button(cx.t(name)).clicked() {
                        cx.push(Command::ExportConversation(format));
                    }
                }
            });
            eye::expanded(&response, menu.is_some());
            response.accessible_name(cx.t(T::Export)).on_hover_text(cx.t(T::Export));
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            if open.id.is_none() {
                let new = if open.page.is_some() { T::NewPage } else { T::NewConversation };
                widgets::title(ui, cx.t(new));
                return;
            }
            // A conversation that still has its character's name as its title says it once.
            if let Some(speaker) = open.manner.speaker.as_ref().filter(|speaker| speaker.name != open.title) {
                widgets::badge(ui, icons::IDENTIFICATION_CARD, &speaker.name, cx.p.accent_text);
                ui.add_space(S2);
            }
            let mut title = open.title.clone();
            let edit = egui::TextEdit::singleline(&mut title)
                .id(egui::Id::unique("conversation-title"))
                .font(super::theme::strong(super::theme::BODY))
                .frame(Frame::NONE)
                .desired_width(f32::INFINITY)
                .align(egui::Align2::LEFT_CENTER)
                .min_size(egui::vec2(0.0, ui.available_height()))
                .clip_text(true);
            let response = ui.add(edit).accessible_name(cx.t(T::Title)).on_hover_text(cx.t(T::RenameHover));
            if let (true, Some(id)) = (response.changed(), &open.id) {
                cx.push(Command::RenameConversation(id.clone(), title));
            }
        });
    });
}
