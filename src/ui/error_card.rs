//! How an error looks: what happened, what to do, a button that does it, and details behind a fold.

use egui::{Label, RichText, Stroke, Ui};

use super::cx::Cx;
use super::texts::T;
use super::theme::{self, BODY, S1, S2, SMALL};
use super::{eye, frames, icons, model_words, widgets};
use crate::domain::Room;
use crate::error::{Cause, Doing, FolderOf, Handed, StudioError};
use crate::state::{Command, ModelsCommand, SettingsCommand, WriteCommand};

/// The button that does what the remedy says, where there is one.
fn remedy_button(cx: &Cx<'_>, error: &StudioError) -> Option<(T, Command)> {
    match error.cause() {
        Cause::NotFetched { id, .. } => Some(model_words::way_to_fetch(cx, id, T::Fetch)),
        Cause::NotChecked { id } => Some(model_words::way_to_fetch(cx, id, T::CheckFiles)),
        Cause::NoSourceAnswered { id, .. } => Some(model_words::way_to_fetch(cx, id, T::TryAgain)),
        Cause::LacksParts { path, .. } => {
            Some((T::ChooseMissingPart, Command::Models(ModelsCommand::ChooseMissingPart(path.display().to_string()))))
        }
        Cause::Offline { .. } => Some((T::OpenSettings, Command::Go(Room::Settings))),
        Cause::BadFolder { of: FolderOf::Models, .. } => {
            Some((T::ChooseAnotherFolder, Command::Settings(SettingsCommand::ChooseModelsFolder)))
        }
        Cause::BadFolder { of: FolderOf::Pictures, .. }
        | Cause::Io { doing: Doing::Writing | Doing::Creating, .. }
        | Cause::DiskFull { .. } => {
            Some((T::ChooseAnotherFolder, Command::Settings(SettingsCommand::ChooseLibraryFolder)))
        }
        // They are from a file that was opened.
        Cause::NoModel { .. } | Cause::CutModel { .. } => {
            Some((T::OpenModelFile, Command::Models(ModelsCommand::ChooseModelFile)))
        }
        Cause::NotEnoughMemory { .. } => Some((T::FreeMemory, Command::Models(ModelsCommand::Unload))),
        Cause::PromptTooLong { .. } => Some((T::NewConversation, Command::Write(WriteCommand::NewConversation))),
        Cause::UnknownModel { .. }
        | Cause::BadModelFile { .. }
        | Cause::UnsupportedArchitecture { .. }
        | Cause::UnsupportedOption { .. }
        | Cause::UnsupportedQuantization { .. }
        | Cause::UnsupportedTokenizer { .. }
        | Cause::WrongShape { .. }
        | Cause::WrongKind { .. } => Some((T::ChooseAnotherModel, Command::Go(Room::Models))),
        _ => None,
    }
}

/// The text of the error that is copied.
fn to_copy(error: &StudioError) -> Option<(T, &str)> {
    match error.cause() {
        Cause::NotOpened { what: Handed::Folder, target } => Some((T::CopyPath, target)),
        Cause::NotOpened { what: Handed::Link, target } => Some((T::CopyAddress, target)),
        _ => None,
    }
}

/// The whole card. `extra` are buttons of the place itself (try to save again); `dismiss` closes the card.
pub fn show(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    error: &StudioError,
    extra: impl IntoIterator<Item = (T, Command)>,
    dismiss: Option<Command>,
) {
    let extra: Vec<(T, Command)> = extra.into_iter().collect();
    let p = cx.p;
    let frame = frames::card(p).fill(p.bad_soft).stroke(Stroke::new(1.0, p.bad.gamma_multiply(0.5)));
    frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = S1;
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            ui.add(Label::new(theme::icon(icons::WARNING_CIRCLE, 18.0).color(p.bad)));
            ui.vertical(|ui| {
                let room = if dismiss.is_some() { ui.available_width() - 32.0 } else { ui.available_width() };
                ui.set_max_width(room);
                eye::said(&text(ui, &error.summary(cx.lang), BODY, p.strong));
                text(ui, &error.remedy(cx.lang), BODY, p.text);
                ui.add_space(S1);
                let own = remedy_button(cx, error).filter(|(_, command)| extra.iter().all(|(_, e)| e != command));
                let copied = to_copy(error);
                if own.is_some() || copied.is_some() || !extra.is_empty() {
                    ui.horizontal_wrapped(|ui| {
                        for (label, command) in extra.into_iter().chain(own) {
                            if widgets::text_button(ui, cx.t(label)).clicked() {
                                cx.push(command);
                            }
                        }
                        if let Some((label, text)) = copied
                            && widgets::button(ui, icons::COPY, cx.t(label)).clicked()
                        {
                            ui.ctx().copy_text(text.to_owned());
                        }
                    });
                }
                details(ui, cx, error);
            });
            if let Some(command) = dismiss {
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
                    if widgets::icon_button(ui, icons::X, cx.t(T::Dismiss)).clicked() {
                        cx.push(command);
                    }
                });
            }
        });
    });
}

fn text(ui: &mut Ui, text: &str, size: f32, colour: egui::Color32) -> egui::Response {
    ui.add(Label::new(RichText::new(text).size(size).color(colour)).wrap().selectable(true))
}

/// The error's details, folded; they can be copied.
fn details(ui: &mut Ui, cx: &Cx<'_>, error: &StudioError) {
    let more = error.more(cx.lang);
    if more.is_empty() {
        return;
    }
    let id = ui.scope_id().with("details");
    let mut open = ui.data(|d| d.get_temp::<bool>(id)).unwrap_or(false);
    if widgets::fold(ui, cx.t(T::Details), "", &mut open) {
        egui::ScrollArea::vertical().max_height(120.0).show(ui, |ui| text(ui, &more, SMALL, cx.p.muted));
        ui.add_space(S2);
        if widgets::button(ui, icons::COPY, cx.t(T::CopyDetails)).clicked() {
            ui.ctx().copy_text(format!("{error}\n{}", error.details()));
        }
    }
    ui.data_mut(|d| d.insert_temp(id, open));
}
