//! An undoable action of any room.

use std::path::PathBuf;

use crate::domain::{ConversationId, PersonaId, RemovedModel, RemovedWhat, Room, Waiting};
use crate::state::{
    Command, CreateUndo, ForgottenModel, GalleryCommand, ModelsCommand, NoticeKind, PersonaCommand, PersonaUndo,
    WriteCommand, WriteUndo,
};

/// An undoable action, with what is needed to undo it.
#[derive(Clone, Debug, PartialEq)]
pub enum Undoable {
    Create(CreateUndo),
    Write(WriteUndo),
    Persona(PersonaUndo),
    PicturesTrashed(Vec<PathBuf>),
    ConversationTrashed(ConversationId),
    PersonaTrashed(PersonaId),
    ModelRemoved(RemovedModel),
    /// A file from outside the models folder was taken off the list.
    ModelForgotten(ForgottenModel),
    /// The jobs of the last session were dropped.
    Waiting(Vec<Waiting>),
}

/// How to redo an action that was undone.
#[derive(Clone, Debug, PartialEq)]
pub enum Again {
    /// Give the command again.
    Command(Command),
    /// Restore the values after the action.
    Value(Undoable),
}

impl Undoable {
    /// The rooms that the action belongs to.
    pub fn rooms(&self) -> &'static [Room] {
        match self {
            Self::PicturesTrashed(_) => &[Room::Gallery, Room::Create],
            Self::ModelRemoved(_) | Self::ModelForgotten(_) => &[Room::Models],
            Self::Create(_) => &[Room::Create],
            Self::Write(_) | Self::Persona(_) | Self::ConversationTrashed(_) | Self::PersonaTrashed(_) => {
                &[Room::Write]
            }
            Self::Waiting(_) => &Room::ALL,
        }
    }

    /// The command that moves it to the trash again; `None` if the action did not use the trash.
    pub(in crate::state) fn trashed_by(&self) -> Option<Command> {
        Some(match self {
            Self::PicturesTrashed(paths) => Command::Gallery(GalleryCommand::TrashItems(paths.clone())),
            Self::ConversationTrashed(id) => Command::Write(WriteCommand::TrashConversation(id.clone())),
            Self::PersonaTrashed(id) => Command::Persona(PersonaCommand::Trash(id.clone())),
            Self::ModelRemoved(removed) => Command::Models(match &removed.what {
                RemovedWhat::Card(id) => ModelsCommand::RemoveModel(id.clone()),
                RemovedWhat::File(path) => ModelsCommand::RemoveModelFile(path.clone()),
            }),
            Self::Create(_) | Self::Write(_) | Self::Persona(_) | Self::ModelForgotten(_) | Self::Waiting(_) => {
                return None;
            }
        })
    }

    /// The notice about the action with this number, once it is done.
    pub(in crate::state) fn notice(&self, serial: u64) -> Option<NoticeKind> {
        match self {
            Self::Write(what) => what.notice(serial),
            Self::Persona(what) => what.notice(serial),
            Self::ModelForgotten(model) => Some(NoticeKind::ModelForgotten { name: model.name.clone(), serial }),
            Self::Waiting(_) => Some(NoticeKind::JobsForgotten(serial)),
            // For the trash, the room that it came from shows a notice.
            Self::Create(_)
            | Self::PicturesTrashed(_)
            | Self::ConversationTrashed(_)
            | Self::PersonaTrashed(_)
            | Self::ModelRemoved(_) => None,
        }
    }

    /// Whether it replaced the text of a field.
    pub(in crate::state) fn is_of_text(&self) -> bool {
        matches!(self, Self::Create(CreateUndo::Prompt(..)) | Self::Write(WriteUndo::Message(..)))
    }

    pub(in crate::state) fn is_of_prompt(&self) -> bool {
        matches!(self, Self::Create(CreateUndo::Prompt(..)))
    }

    pub(in crate::state) fn is_of_layers(&self) -> bool {
        matches!(self, Self::Create(CreateUndo::Layers(..)))
    }

    /// Whether it took this model or broken file off the list.
    pub(in crate::state) fn removes(&self, id: &str) -> bool {
        if let Self::ModelRemoved(removed) = self {
            return match &removed.what {
                RemovedWhat::Card(card) => card == id,
                RemovedWhat::File(path) => path.as_os_str() == id,
            };
        }
        matches!(self, Self::ModelForgotten(forgotten) if forgotten.path.as_os_str() == id)
    }

    /// Whether it is one more step of `before`.
    pub(in crate::state) fn goes_on(&self, before: &Self) -> bool {
        matches!((self, before), (Self::Create(now), Self::Create(before)) if now.goes_on(before))
    }

    /// Whether it is the redone action `awaited`. A model has another place in the trash each time.
    pub(in crate::state) fn is_again(&self, awaited: &Self) -> bool {
        if let (Self::ModelRemoved(old), Self::ModelRemoved(new)) = (awaited, self) {
            return old.what == new.what;
        }
        awaited == self
    }

    /// Whether both belong to one room, so that undoing one can affect the other. Layers are separate from their room.
    pub(in crate::state) fn shares(&self, other: &Self) -> bool {
        self.is_of_layers() == other.is_of_layers() && self.rooms().iter().any(|room| other.rooms().contains(room))
    }
}
