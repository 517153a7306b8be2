//! An action that can be taken back, whatever room it is of.

use std::path::PathBuf;

use crate::domain::{ConversationId, PersonaId, RemovedModel, RemovedWhat, Room, Waiting};
use crate::state::{
    Command, CreateUndo, ForgottenModel, GalleryCommand, ModelsCommand, NoticeKind, PersonaCommand, PersonaUndo,
    WriteCommand, WriteUndo,
};

/// An action, by what brings back how it was before.
#[derive(Clone, Debug, PartialEq)]
pub enum Undoable {
    Create(CreateUndo),
    Write(WriteUndo),
    Persona(PersonaUndo),
    PicturesTrashed(Vec<PathBuf>),
    ConversationTrashed(ConversationId),
    PersonaTrashed(PersonaId),
    ModelRemoved(RemovedModel),
    /// A model from elsewhere was taken off the list.
    ModelForgotten(ForgottenModel),
    /// The jobs of the last time were given up.
    Waiting(Vec<Waiting>),
}

/// How an action that was taken back is done again.
#[derive(Clone, Debug, PartialEq)]
pub enum Again {
    /// By the command that did it.
    Command(Command),
    /// By bringing back how it was after it.
    Value(Undoable),
}

impl Undoable {
    /// The rooms whose action it is.
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

    /// The command that puts it into the trash once more; `None` for what was no matter of the trash.
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

    /// What is said of it once it is done; `serial` is its number.
    pub(in crate::state) fn notice(&self, serial: u64) -> Option<NoticeKind> {
        match self {
            Self::Write(what) => what.notice(serial),
            Self::Persona(what) => what.notice(serial),
            Self::ModelForgotten(model) => Some(NoticeKind::ModelForgotten { name: model.name.clone(), serial }),
            Self::Waiting(_) => Some(NoticeKind::JobsForgotten(serial)),
            // What is in the trash is told by the room that it came from.
            Self::Create(_)
            | Self::PicturesTrashed(_)
            | Self::ConversationTrashed(_)
            | Self::PersonaTrashed(_)
            | Self::ModelRemoved(_) => None,
        }
    }

    /// Whether the text of a field became another one by it.
    pub(in crate::state) fn is_of_text(&self) -> bool {
        matches!(self, Self::Create(CreateUndo::Prompt(..)) | Self::Write(WriteUndo::Message(..)))
    }

    pub(in crate::state) fn is_of_prompt(&self) -> bool {
        matches!(self, Self::Create(CreateUndo::Prompt(..)))
    }

    pub(in crate::state) fn is_of_layers(&self) -> bool {
        matches!(self, Self::Create(CreateUndo::Layers(..)))
    }

    /// Whether it took this model, or this broken file, out of the list.
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

    /// Whether it is `awaited` done again: a model has another place in the trash each time.
    pub(in crate::state) fn is_again(&self, awaited: &Self) -> bool {
        if let (Self::ModelRemoved(old), Self::ModelRemoved(new)) = (awaited, self) {
            return old.what == new.what;
        }
        awaited == self
    }

    /// Whether one is in the way of the other. Layers are above their room, not in it.
    pub(in crate::state) fn shares(&self, other: &Self) -> bool {
        self.is_of_layers() == other.is_of_layers() && self.rooms().iter().any(|room| other.rooms().contains(room))
    }
}
