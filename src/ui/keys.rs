//! Keyboard shortcuts and files that are dropped on the window: here alone, for drawing sees each of them once.

use egui::{Event, Key, Modifiers, Ui};

use super::cx::Cx;
use crate::domain::Room;
use crate::state::{AskCommand, Command, PageCommand, PersonaCommand, Shown, Stage, TrashCommand};
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
    // A sheet of its own way back, or a field that was typed into since then, has the key for itself.
    let undo = |event: &Event| match event {
        // As it was with the key: Ctrl may be up again by the end of the frame.
        Event::Key { key: Key::Z, pressed: true, modifiers, .. } => modifiers.command && !modifiers.shift,
        _ => false,
    };
    if ui.input(|i| i.events.iter().any(undo)) && undoes_action(ui, cx) {
        ui.input_mut(|i| i.consume_key(Modifiers::COMMAND, Key::Z));
        cx.push(Command::Undo);
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
    if here == Room::Gallery
        && cx.state.trash.shown.is_none()
        && !typing
        && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Delete))
    {
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

/// Whether Ctrl+Z takes back the newest action of the room, not what was typed.
fn undoes_action(ui: &Ui, cx: &Cx<'_>) -> bool {
    let state = cx.state;
    let newest = state.undo.newest(state.room());
    if newest.is_some_and(|(_, nothing_typed_since)| nothing_typed_since) {
        return true;
    }
    let focused = ui.memory(|memory| memory.focused());
    let page = state.write.open.page.as_ref().filter(|_| state.room() == Room::Write && state.trash.shown.is_none());
    if focused.is_none_or(|id| id == crate::ui::write::sheet_id())
        && let Some(page) = page
    {
        return page.undo().is_none();
    }
    if !ui.ctx().text_edit_focused() {
        return true;
    }
    // A field without letters to take back lets the room have the key.
    let undoer = focused.and_then(|id| egui::TextEdit::load_state(ui.ctx(), id)).map(|state| state.undoer());
    let Some(mut undoer) = undoer.filter(|_| newest.is_some()) else { return false };
    // From a state that it does not have it goes to the last one that it has, and from there to the one before.
    let nowhere = (egui::text::CCursorRange::default(), "\0".to_owned());
    let changing = undoer.is_in_flux();
    let last = undoer.undo(&nowhere).cloned();
    !changing && last.is_none_or(|last| undoer.undo(&last).is_none())
}

fn escape(cx: &mut Cx<'_>, typing: bool) {
    let gallery = &cx.state.gallery;
    let trash = &cx.state.trash;
    if cx.state.ask.path.is_some() || cx.state.ask.folder.is_some() {
        return cx.push(Command::Ask(AskCommand::Leave));
    }
    if trash.shown.is_some() {
        let kept = if trash.asking.is_some() { TrashCommand::Keep } else { TrashCommand::Close };
        return cx.push(Command::Trash(kept));
    }
    match cx.state.room() {
        Room::Create if cx.state.create.running().is_some() => cx.push(Command::CancelCurrent),
        Room::Write if cx.state.personas.editing.is_some() => cx.push(Command::Persona(PersonaCommand::Leave)),
        Room::Write if cx.state.personas.shown => cx.push(Command::Persona(PersonaCommand::Show(false))),
        Room::Write if cx.state.write.editing.is_some() => cx.push(Command::CancelEdit),
        Room::Write if cx.state.write.form.is_some() => cx.push(Command::CloseForm),
        Room::Write if cx.state.write.is_writing_here() => cx.push(Command::CancelCurrent),
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
