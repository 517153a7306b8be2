//! Esc: what it leaves, from the inside out.

use egui::{Id, Ui};

use crate::domain::Room;
use crate::state::{
    AboutCommand, AskCommand, Command, CreateCommand, GalleryCommand, LayersCommand, ModelsCommand, PersonaCommand,
    Shown, Stage, TrashCommand, WriteCommand,
};
use crate::ui::cx::Cx;

pub(super) fn escape_id() -> Id {
    Id::unique("escape")
}

/// Whether Esc was pressed in this frame or the one before: egui tells in both that a field has lost the focus by it.
/// Where it draws a frame twice, only the first drawing sees the key itself.
pub fn escaped(ui: &Ui) -> bool {
    let frame = ui.ctx().cumulative_frame_nr();
    ui.data(|data| data.get_temp::<u64>(escape_id())).is_some_and(|at| frame <= at + 1)
}

/// `search` clears the search that has the keyboard: what was searched for goes before the room does.
pub(super) fn escape(cx: &mut Cx<'_>, search: Option<Command>) {
    let gallery = &cx.state.gallery;
    let trash = &cx.state.trash;
    if cx.state.ask.is_open() {
        return cx.push(Command::Ask(AskCommand::Leave));
    }
    if trash.shown.is_some() {
        let kept = match (&trash.asking, &trash.looked) {
            (Some(_), _) => TrashCommand::Keep,
            (None, Some(_)) => TrashCommand::Look(None),
            (None, None) => TrashCommand::Close,
        };
        return cx.push(Command::Trash(kept));
    }
    if let Some(clear) = search {
        return cx.push(clear);
    }
    match cx.state.room() {
        Room::Models if let Some(entry) = cx.state.catalogue.entries.iter().find(|entry| entry.asking) => {
            cx.push(Command::Models(ModelsCommand::AnswerTerms(entry.card.id.clone(), false)));
        }
        Room::Settings if cx.state.about.shown => {
            let list = cx.state.about.read.is_some();
            cx.push(Command::About(if list { AboutCommand::Read(None) } else { AboutCommand::Close }));
        }
        Room::Write if cx.state.write.titling.is_some() => cx.push(Command::Write(WriteCommand::LeaveTitle)),
        Room::Create if let Some(layers) = &cx.state.create.layers => {
            cx.push(Command::Create(CreateCommand::Layers(if layers.is_drawn() {
                LayersCommand::Stop
            } else {
                LayersCommand::Done
            })));
        }
        Room::Create if cx.state.create.running().is_some() => cx.push(Command::CancelCurrent),
        Room::Write if cx.state.personas.editing.is_some() => cx.push(Command::Persona(PersonaCommand::Leave)),
        Room::Write if cx.state.personas.shown => cx.push(Command::Persona(PersonaCommand::Show(false))),
        Room::Write if cx.state.write.editing.is_some() => cx.push(Command::Write(WriteCommand::CancelEdit)),
        Room::Write if cx.state.write.form.is_some() => cx.push(Command::Write(WriteCommand::CloseForm)),
        Room::Write if cx.state.write.is_writing_here() => cx.push(Command::CancelCurrent),
        Room::Create
            if let Stage::Shot(shot) = cx.state.create.stage()
                && cx.state.create.batch().is_none()
                && cx.state.create.is_batch(shot.key.0) =>
        {
            cx.push(Command::Create(CreateCommand::Show(Shown::Batch(shot.key.0))));
        }
        Room::Gallery if gallery.full => cx.push(Command::Gallery(GalleryCommand::ShowFull(false))),
        Room::Gallery if !gallery.marked.is_empty() => cx.push(Command::Gallery(GalleryCommand::Unmark)),
        Room::Gallery if gallery.selected.is_some() => cx.push(Command::Gallery(GalleryCommand::Select(None))),
        Room::Gallery if !gallery.search.is_empty() => {
            cx.push(Command::Gallery(GalleryCommand::SetSearch(String::new())))
        }
        Room::Write if !cx.state.write.search.is_empty() => {
            cx.push(Command::Write(WriteCommand::SetSearch(String::new())))
        }
        Room::Create | Room::Write | Room::Gallery | Room::Models | Room::Settings => {
            newest_error(cx).into_iter().for_each(|command| cx.push(command))
        }
    }
}

/// What takes away the error that is shown in this room: its own, else the newest that waits.
fn newest_error(cx: &Cx<'_>) -> Option<Command> {
    let state = cx.state;
    let own = match state.room() {
        Room::Create => {
            let waits = state.create.error.is_some() || state.create.offers_decoding();
            waits.then_some(Command::Create(CreateCommand::DismissError))
        }
        Room::Write => state.write.error.as_ref().map(|_| Command::Write(WriteCommand::DismissError)),
        Room::Models => state.models.error.as_ref().map(|_| Command::Models(ModelsCommand::DismissError)),
        Room::Gallery | Room::Settings => None,
    };
    own.or_else(|| state.waiting_in(state.room()).next_back().map(|notice| Command::DismissNotice(notice.id)))
}
