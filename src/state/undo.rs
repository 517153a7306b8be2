//! What Ctrl+Z takes back: the newest action of the room that is shown.

use std::path::PathBuf;

use super::PersonaDraft;
use crate::domain::{
    ConversationId, Illustration, ImageParams, KeptPersona, PersonaId, Room, StoryCard, Subject, TextParams, Waiting,
};

/// Actions that can be taken back.
const ACTIONS: usize = 100;
/// Letters typed into a title closer together than this are one action.
const SAME_TITLE_MS: i64 = 3_000;

/// An action, by what brings back how it was before.
#[derive(Clone, Debug, PartialEq)]
pub enum Undoable {
    PicturesTrashed(Vec<PathBuf>),
    ConversationTrashed(ConversationId),
    PersonaTrashed(PersonaId),
    /// Prompt and sliders of Create had other values.
    Prompt(Box<ImageParams>, Option<Subject>),
    /// An example took the place of this message.
    Message(String),
    /// The sliders of a conversation, or the person's own.
    Sliders(Option<ConversationId>, Box<TextParams>),
    Title(ConversationId, String),
    /// A turn was sent anew; this is the old one.
    Edit(ConversationId, u64),
    /// What was typed over a turn was thrown away.
    EditDraft(ConversationId, u64, String),
    Illustration(ConversationId, Illustration),
    Card(ConversationId, StoryCard),
    /// A persona was saved over this one.
    Persona(Box<KeptPersona>),
    PersonaDraft(Box<PersonaDraft>),
    /// The fields of a form.
    FormDraft(String, crate::writing::forms::Values),
    Waiting(Vec<Waiting>),
}

impl Undoable {
    /// The rooms whose action it is.
    pub fn rooms(&self) -> &'static [Room] {
        match self {
            Self::PicturesTrashed(_) => &[Room::Gallery, Room::Create],
            Self::Prompt(..) => &[Room::Create],
            Self::ConversationTrashed(_)
            | Self::PersonaTrashed(_)
            | Self::Message(_)
            | Self::Sliders(..)
            | Self::Title(..)
            | Self::Edit(..)
            | Self::EditDraft(..)
            | Self::Illustration(..)
            | Self::Card(..)
            | Self::Persona(_)
            | Self::PersonaDraft(_)
            | Self::FormDraft(..) => &[Room::Write],
            Self::Waiting(_) => &Room::ALL,
        }
    }
}

/// The actions of this session, oldest first.
#[derive(Clone, Debug, Default)]
pub struct UndoState {
    actions: Vec<Action>,
    next: u64,
}

#[derive(Clone, Debug)]
struct Action {
    serial: u64,
    what: Undoable,
    at_ms: i64,
    /// Something was typed into a field after it.
    typed_since: bool,
}

impl UndoState {
    /// Notes an action; its number.
    pub(super) fn push(&mut self, what: Undoable, now_ms: i64) -> u64 {
        if let (Undoable::Title(id, _), Some(last)) = (&what, self.actions.last_mut())
            && matches!(&last.what, Undoable::Title(other, _) if other == id)
            && now_ms - last.at_ms < SAME_TITLE_MS
        {
            last.at_ms = now_ms;
            return last.serial;
        }
        self.next += 1;
        self.actions.push(Action { serial: self.next, what, at_ms: now_ms, typed_since: false });
        if self.actions.len() > ACTIONS {
            self.actions.remove(0);
        }
        self.next
    }

    pub(super) fn typed(&mut self) {
        self.actions.iter_mut().for_each(|action| action.typed_since = true);
    }

    /// Forgets an action that was taken back in another way.
    pub(super) fn forget(&mut self, what: &Undoable) {
        self.actions.retain(|action| action.what != *what);
    }

    /// The newest action of a room, taken off the list.
    pub(super) fn take(&mut self, room: Room) -> Option<Undoable> {
        let at = self.actions.iter().rposition(|action| action.what.rooms().contains(&room))?;
        Some(self.actions.remove(at).what)
    }

    /// The action of this number.
    pub(super) fn take_this(&mut self, serial: u64) -> Option<Undoable> {
        let at = self.actions.iter().position(|action| action.serial == serial)?;
        Some(self.actions.remove(at).what)
    }

    /// The newest change of prompt and sliders of Create.
    pub(super) fn take_prompt(&mut self) -> Option<Undoable> {
        let at = self.actions.iter().rposition(|action| matches!(action.what, Undoable::Prompt(..)))?;
        Some(self.actions.remove(at).what)
    }

    /// The numbers of the actions that changed the text of Create's prompt, or of the message in Write; oldest first.
    pub fn replacing(&self, room: Room) -> impl Iterator<Item = u64> {
        let is = move |what: &Undoable| match room {
            Room::Create => matches!(what, Undoable::Prompt(..)),
            Room::Write => matches!(what, Undoable::Message(..)),
            Room::Gallery | Room::Models | Room::Settings => false,
        };
        self.actions.iter().filter(move |action| is(&action.what)).map(|action| action.serial)
    }

    /// The newest action of a room, and whether nothing was typed since then.
    pub fn newest(&self, room: Room) -> Option<(&Undoable, bool)> {
        let action = self.actions.iter().rfind(|action| action.what.rooms().contains(&room))?;
        Some((&action.what, !action.typed_since))
    }
}
