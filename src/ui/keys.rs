//! Keyboard shortcuts and files that are dropped on the window: here alone, for drawing sees each of them once.

use egui::{Key, Modifiers, Ui};

use super::cx::Cx;
use crate::domain::Room;
use crate::state::{Command, PageCommand, PersonaCommand, Shown, Stage};
use crate::writing::export::TextFormat;

/// Reads the shortcuts before any field can take their keys.
/// An Esc that ends the `renaming` of a conversation stops nothing else.
pub fn run(ui: &Ui, cx: &mut Cx<'_>, renaming: bool) {
    let ctrl = |key| ui.input_mut(|i| i.consume_key(Modifiers::COMMAND, key));
    let rooms = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5];
    for (key, room) in rooms.into_iter().zip(Room::ALL) {
        if ctrl(key) {
            cx.push(Command::Go(room));
        }
    }
    if ui.input_mut(|i| i.consume_key(Modifiers::COMMAND | Modifiers::SHIFT, Key::N)) {
        cx.push(Command::Go(Room::Write));
        cx.push(Command::Page(PageCommand::New));
    }
    if ctrl(Key::N) {
        cx.push(Command::Go(Room::Write));
        cx.push(Command::NewConversation);
    }
    if ctrl(Key::O) {
        cx.push(Command::ChooseFile);
    }
    if ctrl(Key::S) {
        save(cx);
    }
    let here = cx.state.room();
    if here == Room::Create && ctrl(Key::Enter) {
        cx.push(Command::Generate);
    }
    // An open menu takes Esc for itself.
    if !renaming && !ui.ctx().any_popup_open() && ui.input(|i| i.key_pressed(Key::Escape)) {
        let typing = ui.ctx().text_edit_focused();
        escape(cx, typing);
    }
    let typing = ui.ctx().text_edit_focused();
    if here == Room::Gallery && !typing && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Delete)) {
        let gallery = &cx.state.gallery;
        match (gallery.marked.len(), &gallery.selected) {
            (2.., _) => cx.push(Command::TrashItems(gallery.marked.iter().cloned().collect())),
            (_, Some(path)) => cx.push(Command::TrashItem(path.clone())),
            (_, None) => {}
        }
    }
    let dropped: Vec<_> = ui.input(|i| i.raw.dropped_files.iter().map(|f| f.path().to_owned()).collect());
    for path in dropped {
        cx.push(Command::OpenFile(path));
    }
}

fn escape(cx: &mut Cx<'_>, typing: bool) {
    let gallery = &cx.state.gallery;
    match cx.state.room() {
        Room::Create if cx.state.create.running().is_some() => cx.push(Command::CancelCurrent),
        Room::Write if cx.state.personas.editing.is_some() => cx.push(Command::Persona(PersonaCommand::Leave)),
        Room::Write if cx.state.personas.shown => cx.push(Command::Persona(PersonaCommand::Show(false))),
        Room::Write if cx.state.write.editing.is_some() => cx.push(Command::CancelEdit),
        Room::Write if cx.state.write.job.is_some() => cx.push(Command::CancelCurrent),
        Room::Create => {
            if let Stage::Shot(shot) = cx.state.create.stage()
                && cx.state.create.batch().is_none()
                && cx.state.create.is_batch(shot.key.0)
            {
                cx.push(Command::Show(Shown::Batch(shot.key.0)));
            }
        }
        Room::Gallery if gallery.full => cx.push(Command::ShowFull(false)),
        Room::Gallery if typing && !gallery.search.is_empty() => {
            cx.push(Command::SetGallerySearch(String::new()));
        }
        Room::Gallery if !gallery.marked.is_empty() => cx.push(Command::Unmark),
        Room::Gallery if gallery.selected.is_some() => cx.push(Command::Select(None)),
        Room::Gallery if !gallery.search.is_empty() => cx.push(Command::SetGallerySearch(String::new())),
        _ => {}
    }
}

fn save(cx: &mut Cx<'_>) {
    match cx.state.room() {
        Room::Create => {
            if let Stage::Shot(shot) = cx.state.create.stage() {
                cx.push(Command::SavePictureAs(shot.key));
            }
        }
        Room::Gallery => {
            if let Some(path) = &cx.state.gallery.selected {
                cx.push(Command::SaveItemAs(path.clone()));
            }
        }
        Room::Write if !cx.state.write.open.is_blank() => {
            cx.push(Command::ExportConversation(TextFormat::Markdown));
        }
        _ => {}
    }
}
