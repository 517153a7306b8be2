//! Keyboard shortcuts: one table, which the handlers and the list in the window (F1) both read; and files that are
//! dropped on the window. Here alone, for drawing sees each of them once.

mod escape;
mod press;
mod table;
mod undo;

pub use escape::escaped;
pub use press::{is_behind, pressed, pressed_in};
pub use table::{Act, Place, SHORTCUTS, Shortcut};

use egui::{Event, Key, Ui};

use escape::{escape, escape_id};
use press::find;
use undo::{note_letters, redoes_action, undoes_action};

use super::cx::Cx;
use super::fields;
use crate::domain::{Role, Room};
use crate::state::{
    Command, CreateCommand, GalleryCommand, LayersCommand, LayersFormat, PageCommand, SettingsCommand, Stage,
    WriteCommand,
};
use crate::writing::export::TextFormat;

/// Reads the shortcuts before any field can take their keys.
/// `list` is whether the shortcuts are shown.
pub fn run(ui: &Ui, cx: &mut Cx<'_>, list: &mut bool) {
    if find(ui, Act::Leave).is_some() {
        let frame = ui.ctx().cumulative_frame_nr();
        ui.data_mut(|data| data.insert_temp(escape_id(), frame));
    }
    // Every field takes what was typed before the window closes over it.
    if ui.input(|input| input.viewport().close_requested()) {
        leave_field(ui);
    }
    if pressed(ui, Act::List) {
        *list = !*list;
    }
    // The list takes Esc for itself.
    if *list {
        return;
    }
    // A question over the window has the keyboard for itself, but for the Esc that leaves it.
    if cx.state.ask.is_open() {
        if !egui::Popup::is_any_open(ui.ctx()) && find(ui, Act::Leave).is_some() {
            escape(cx, None);
        }
        return take_dropped(ui, cx);
    }
    note_letters(ui, cx);
    for room in Room::ALL {
        if pressed(ui, Act::Go(room)) {
            leave_field(ui);
            cx.push(Command::Go(room));
        }
    }
    if pressed(ui, Act::NewPage) {
        leave_field(ui);
        cx.push(Command::Go(Room::Write));
        cx.push(Command::Write(WriteCommand::Page(PageCommand::New)));
    }
    // A sheet of its own way back, or a field that was typed into since then, has the key for itself.
    let undo = |event: &Event| match event {
        // As it was with the key: Ctrl may be up again by the end of the frame.
        Event::Key { key: Key::Z, pressed: true, modifiers, .. } => modifiers.command && !modifiers.shift,
        _ => false,
    };
    if ui.input(|i| i.events.iter().any(undo)) && undoes_action(ui, cx) {
        pressed(ui, Act::Undo);
        cx.push(Command::Undo);
    }
    if find(ui, Act::Redo).is_some() && redoes_action(ui, cx) {
        pressed(ui, Act::Redo);
        cx.push(Command::Redo);
    }
    if pressed(ui, Act::NewTalk) {
        leave_field(ui);
        cx.push(Command::Go(Room::Write));
        cx.push(Command::Write(WriteCommand::NewConversation));
    }
    if pressed(ui, Act::Open) {
        cx.push(Command::ChooseFile);
    }
    if pressed(ui, Act::Save) {
        save(cx);
    }
    zoom(ui, cx);
    let here = cx.state.room();
    if here == Room::Create && pressed(ui, Act::Generate) {
        cx.push(Command::Create(CreateCommand::Generate));
    }
    // The trash covers the room: the room's shortcuts do nothing.
    let trash = cx.state.trash.shown.is_some();
    if here == Room::Write && !trash && cx.state.write.form.is_some() && pressed(ui, Act::Generate) {
        cx.push(Command::Write(WriteCommand::WriteForm));
    }
    // An open menu takes Esc and the arrows for itself.
    let popup = egui::Popup::is_any_open(ui.ctx());
    if !popup && find(ui, Act::Leave).is_some() && !super::number::is_typed(ui.ctx()) {
        // The field gave the focus up at this key.
        let search = super::focus::search(cx.state).filter(|(id, text, _)| {
            !text.is_empty() && ui.memory(|memory| memory.has_focus(*id) || memory.had_focus_last_frame(*id))
        });
        escape(cx, search.map(|(.., clear)| clear));
    }
    if !popup && !trash && is_free(ui, cx) {
        talk(ui, cx);
    }
    let typing = ui.ctx().text_edit_focused();
    if here == Room::Gallery && !trash && !typing && !popup && pressed(ui, Act::Trash) {
        let gallery = &cx.state.gallery;
        match (gallery.marked.len(), &gallery.selected) {
            (2.., _) => cx.push(Command::Gallery(GalleryCommand::TrashItems(gallery.marked.iter().cloned().collect()))),
            (_, Some(path)) => cx.push(Command::Gallery(GalleryCommand::TrashItem(path.clone()))),
            (_, None) => {}
        }
    }
    take_dropped(ui, cx);
}

fn take_dropped(ui: &Ui, cx: &mut Cx<'_>) {
    let dropped: Vec<_> = ui.input(|i| i.raw.dropped_files.iter().map(|f| f.path().to_owned()).collect());
    for path in dropped {
        cx.push(Command::OpenFile(path));
    }
}

/// Sizes of the text, one step from the next.
const ZOOMS: [f32; 9] = [0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5];

fn zoom(ui: &Ui, cx: &mut Cx<'_>) {
    let now = cx.state.settings.zoom.unwrap_or(1.0);
    let near = |zoom: f32| (zoom - now).abs() < 0.01;
    let steps = [
        (Act::Larger, ZOOMS.into_iter().find(|zoom| *zoom > now && !near(*zoom))),
        (Act::Smaller, ZOOMS.into_iter().rev().find(|zoom| *zoom < now && !near(*zoom))),
    ];
    for (act, to) in steps {
        if pressed(ui, act)
            && let Some(to) = to
        {
            cx.push(Command::Settings(SettingsCommand::SetZoom(to)));
        }
    }
    if pressed(ui, Act::Usual) {
        cx.push(Command::Settings(SettingsCommand::SetZoom(1.0)));
    }
}

/// Takes the focus off the field that has it, before it is drawn: it takes what was typed.
fn leave_field(ui: &Ui) {
    ui.memory_mut(|memory| {
        if let Some(id) = memory.focused() {
            memory.surrender_focus(id);
        }
    });
}

/// Whether a talk is shown whose field is empty, and nothing else has the focus: the arrows are the talk's.
fn is_free(ui: &Ui, cx: &Cx<'_>) -> bool {
    let shown = cx.state.room() == Room::Write && fields::typing_id(cx.state) == fields::draft_id(cx.state);
    let focused = ui.memory(|memory| memory.focused());
    let idle = !cx.state.write.is_writing_here() && cx.state.write.draft.is_empty();
    shown && idle && focused.is_none_or(|id| id == fields::draft_id(cx.state))
}

fn talk(ui: &Ui, cx: &mut Cx<'_>) {
    if [Act::EditLast, Act::VersionBefore, Act::VersionAfter].iter().all(|act| find(ui, *act).is_none()) {
        return;
    }
    let open = &cx.state.write.open;
    if let Some(turn) = open.turns.iter().rev().find(|turn| turn.message.role == Role::User)
        && pressed(ui, Act::EditLast)
    {
        cx.push(Command::Write(WriteCommand::BeginEdit(turn.id)));
    }
    let Some(last) = open.turns.last() else { return };
    let versions = open.shelf.siblings(last);
    let Some(at) = versions.iter().position(|id| *id == last.id) else { return };
    let before = at.checked_sub(1).and_then(|at| versions.get(at));
    for (act, to) in [(Act::VersionBefore, before), (Act::VersionAfter, versions.get(at + 1))] {
        if let Some(to) = to
            && pressed(ui, act)
        {
            cx.push(Command::Write(WriteCommand::SelectBranch(*to)));
        }
    }
}

fn save(cx: &mut Cx<'_>) {
    if cx.state.trash.shown.is_some() {
        return;
    }
    match cx.state.room() {
        Room::Create if cx.state.create.layers.is_some() => {
            cx.push(Command::Create(CreateCommand::Layers(LayersCommand::Export(LayersFormat::Png))));
        }
        Room::Create => {
            if let Stage::Shot(shot) = cx.state.create.stage() {
                cx.push(Command::Create(CreateCommand::SavePictureAs(shot.key)));
            }
        }
        Room::Gallery => {
            if let Some(path) = &cx.state.gallery.selected {
                cx.push(Command::Gallery(GalleryCommand::SaveItemAs(path.clone())));
            }
        }
        Room::Write if !cx.state.write.open.is_blank() => {
            cx.push(Command::Write(WriteCommand::ExportConversation(TextFormat::Markdown)));
        }
        _ => {}
    }
}
