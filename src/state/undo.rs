//! What Ctrl+Z takes back, and Ctrl+Shift+Z does again: the newest action of the room that is shown.

use std::path::PathBuf;

use super::{Command, PersonaDraft, ShotKey};
use crate::domain::{
    Arrangement, ConversationId, Illustration, ImageParams, KeptPersona, LayerName, Makes, PersonaId, RemovedModel,
    RemovedWhat, Room, StoryCard, Subject, TextParams, Waiting,
};

/// Actions that can be taken back.
const ACTIONS: usize = 100;

/// Steps of a layer by keys or the wheel are one action as long as they go on without a pause, and all that come within
/// this time of the first; in milliseconds. A key that is held repeats itself after more than half a second.
const RUN_MS: i64 = 1000;
const PAUSE_MS: i64 = 300;

/// Steps of one kind on one layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    pub layer: LayerName,
    /// Larger or smaller; else it moves.
    pub size: bool,
}

/// An action, by what brings back how it was before.
#[derive(Clone, Debug, PartialEq)]
pub enum Undoable {
    PicturesTrashed(Vec<PathBuf>),
    ConversationTrashed(ConversationId),
    PersonaTrashed(PersonaId),
    /// Prompt and sliders of Create had other values.
    Prompt(Box<ImageParams>, Option<Subject>),
    /// The layers of a picture were arranged like this. A run of steps of one kind makes one action.
    Layers(ShotKey, Box<Arrangement>, Option<Steps>),
    /// An example took the place of this message of a conversation.
    Message(Option<ConversationId>, String),
    /// The sliders of a conversation, or the person's own.
    Sliders(Option<ConversationId>, Box<TextParams>),
    Title(ConversationId, String),
    /// A turn was sent anew; this is the old one.
    Edit(ConversationId, u64),
    /// What was typed over a turn was thrown away.
    EditDraft(ConversationId, u64, String),
    Illustration(ConversationId, Illustration),
    Cards(CardsMoved),
    /// A persona was saved over this one.
    Persona(Box<KeptPersona>),
    PersonaDraft(Box<PersonaDraft>),
    /// Something was taken out of a persona that is edited.
    PersonaEdited(Box<PersonaDraft>),
    /// The fields of a form.
    FormDraft(String, crate::writing::forms::Values),
    Waiting(Vec<Waiting>),
    ModelRemoved(RemovedModel),
    /// A model from elsewhere was taken off the list.
    ModelForgotten(ForgottenModel),
}

/// A file from outside the models folder that is not in the list any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgottenModel {
    pub path: PathBuf,
    pub name: String,
    /// What the person chose for what it lacks.
    pub parts: Vec<PathBuf>,
    /// What it was in use for.
    pub used: Vec<Makes>,
}

impl Undoable {
    /// The rooms whose action it is.
    pub fn rooms(&self) -> &'static [Room] {
        match self {
            Self::PicturesTrashed(_) => &[Room::Gallery, Room::Create],
            Self::ModelRemoved(_) | Self::ModelForgotten(_) => &[Room::Models],
            Self::Prompt(..) | Self::Layers(..) => &[Room::Create],
            Self::ConversationTrashed(_)
            | Self::PersonaTrashed(_)
            | Self::Message(..)
            | Self::Sliders(..)
            | Self::Title(..)
            | Self::Edit(..)
            | Self::EditDraft(..)
            | Self::Illustration(..)
            | Self::Cards(_)
            | Self::Persona(_)
            | Self::PersonaDraft(_)
            | Self::PersonaEdited(_)
            | Self::FormDraft(..) => &[Room::Write],
            Self::Waiting(_) => &Room::ALL,
        }
    }
}

/// Cards of a page or a conversation that came, as those of a lore book do, or went.
#[derive(Clone, Debug, PartialEq)]
pub struct CardsMoved {
    pub of: ConversationId,
    pub page: bool,
    pub came: bool,
    pub cards: Vec<StoryCard>,
}

/// How an action that was taken back is done again.
#[derive(Clone, Debug, PartialEq)]
pub enum Again {
    /// By the command that did it.
    Command(Command),
    /// By bringing back how it was after it.
    Value(Undoable),
}

/// The actions since the window opened, oldest first, and those that were taken back.
#[derive(Clone, Debug, Default)]
pub struct UndoState {
    actions: Vec<Action>,
    undone: Vec<(Undoable, Again)>,
    next: u64,
    /// Rooms in which nothing was typed since their last action, or since that was taken back: Ctrl+Z goes on with
    /// their actions, and leaves the letters in the field that has the focus.
    fresh: Vec<Room>,
    /// What is being done again and is not in the trash yet.
    awaited: Vec<Undoable>,
    /// Counts what was done, taken back and done again.
    steps: u64,
}

#[derive(Clone, Debug)]
struct Action {
    serial: u64,
    what: Undoable,
    began_ms: i64,
    at_ms: i64,
}

impl UndoState {
    /// Notes an action; its number. What was taken back in its rooms before is not done again after it.
    pub(super) fn push(&mut self, what: Undoable, now_ms: i64) -> u64 {
        match self.awaited.iter().position(|awaited| is_again(awaited, &what)) {
            Some(at) => drop(self.awaited.remove(at)),
            None => self.undone.retain(|(other, _)| !share(other.rooms(), what.rooms())),
        }
        self.push_again(what, now_ms)
    }

    /// Notes an action that was done again.
    pub(super) fn push_again(&mut self, what: Undoable, now_ms: i64) -> u64 {
        for room in what.rooms() {
            self.freshen(*room);
        }
        if let (Undoable::Layers(of, _, Some(steps)), Some(last)) = (&what, self.actions.last_mut())
            && matches!(&last.what, Undoable::Layers(other, _, Some(same)) if (other, same) == (of, steps))
            && (now_ms - last.began_ms < RUN_MS || now_ms - last.at_ms < PAUSE_MS)
        {
            last.at_ms = now_ms;
            return last.serial;
        }
        self.next += 1;
        self.actions.push(Action { serial: self.next, what, began_ms: now_ms, at_ms: now_ms });
        if self.actions.len() > ACTIONS {
            self.actions.remove(0);
        }
        self.next
    }

    /// It is done again, and noted once it is in the trash.
    pub(super) fn wait_for(&mut self, what: Undoable) {
        self.awaited.push(what);
    }

    fn freshen(&mut self, room: Room) {
        self.steps += 1;
        if !self.fresh.contains(&room) {
            self.fresh.push(room);
        }
    }

    /// Another number after each action that was done, taken back or done again.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Letters went into a field of this room.
    pub(super) fn typed(&mut self, room: Room) {
        self.fresh.retain(|other| *other != room);
        self.undone.retain(|(what, _)| !what.rooms().contains(&room));
    }

    /// Forgets an action that was taken back in another way, or cannot be any more; false where there is none.
    pub(super) fn forget(&mut self, what: &Undoable) -> bool {
        let before = self.actions.len();
        self.actions.retain(|action| action.what != *what);
        self.actions.len() < before
    }

    /// The action that took this model, or this broken file, out of the list.
    pub fn that_removed(&self, id: &str) -> Option<u64> {
        let is = |action: &&Action| {
            if let Undoable::ModelRemoved(removed) = &action.what {
                match &removed.what {
                    RemovedWhat::Card(card) => card == id,
                    RemovedWhat::File(path) => path.as_os_str() == id,
                }
            } else {
                matches!(&action.what, Undoable::ModelForgotten(forgotten) if forgotten.path.as_os_str() == id)
            }
        };
        self.actions.iter().rfind(is).map(|action| action.serial)
    }

    /// Removed models are gone for good.
    pub(super) fn forget_models(&mut self) {
        self.actions.retain(|action| !matches!(action.what, Undoable::ModelRemoved(_)));
    }

    fn take_if(&mut self, is: impl Fn(&Action) -> bool) -> Option<Undoable> {
        let at = self.actions.iter().rposition(is)?;
        Some(self.actions.remove(at).what)
    }

    /// Layers are left: there is no way back but the old picture.
    pub(super) fn forget_layers(&mut self) {
        self.actions.retain(|action| !matches!(action.what, Undoable::Layers(..)));
        self.undone.retain(|(what, _)| !matches!(what, Undoable::Layers(..)));
    }

    /// The newest action of a room, taken off the list.
    pub(super) fn take(&mut self, room: Room) -> Option<Undoable> {
        self.take_if(|action| action.what.rooms().contains(&room))
    }

    /// The action of this number.
    pub(super) fn take_this(&mut self, serial: u64) -> Option<Undoable> {
        self.take_if(|action| action.serial == serial)
    }

    /// The newest change of prompt and sliders of Create.
    pub(super) fn take_prompt(&mut self) -> Option<Undoable> {
        self.take_if(|action| matches!(action.what, Undoable::Prompt(..)))
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

    /// Notes that an action was taken back in this room.
    pub(super) fn took_back(&mut self, room: Room, what: Undoable, again: Option<Again>) {
        self.freshen(room);
        self.undone.extend(again.map(|again| (what, again)));
    }

    /// What was taken back last in a room, taken off the list.
    pub(super) fn take_undone(&mut self, room: Room) -> Option<(Undoable, Again)> {
        let at = self.undone.iter().rposition(|(what, _)| what.rooms().contains(&room))?;
        Some(self.undone.remove(at))
    }

    /// The newest action of a room, and whether nothing was typed there since.
    pub fn newest(&self, room: Room) -> Option<(&Undoable, bool)> {
        let action = self.actions.iter().rfind(|action| action.what.rooms().contains(&room))?;
        Some((&action.what, self.is_fresh(room)))
    }

    /// Whether nothing was typed in a room since its last action, or since that was taken back.
    pub fn is_fresh(&self, room: Room) -> bool {
        self.fresh.contains(&room)
    }

    /// Whether what was taken back last in a room had taken the place of what somebody was typing.
    pub fn gave_back_letters(&self, room: Room) -> bool {
        let last = self.undone.iter().rfind(|(what, _)| what.rooms().contains(&room));
        last.is_some_and(|(what, _)| matches!(what, Undoable::Prompt(..) | Undoable::Message(..)))
    }

    /// Whether an edit of layers is what would be taken back now, and what would be done again.
    pub fn of_layers(&self) -> (bool, bool) {
        let is = |what: &Undoable| matches!(what, Undoable::Layers(..));
        let undone = self.undone.iter().rfind(|(what, _)| what.rooms().contains(&Room::Create));
        (self.newest(Room::Create).is_some_and(|(what, _)| is(what)), undone.is_some_and(|(what, _)| is(what)))
    }

    /// Whether something that was taken back in a room can be done again.
    pub fn can_redo(&self, room: Room) -> bool {
        self.undone.iter().any(|(what, _)| what.rooms().contains(&room))
    }
}

/// Whether `what` is `awaited` done again: a model has another place in the trash each time.
fn is_again(awaited: &Undoable, what: &Undoable) -> bool {
    if let (Undoable::ModelRemoved(old), Undoable::ModelRemoved(new)) = (awaited, what) {
        return old.what == new.what;
    }
    awaited == what
}

fn share(one: &[Room], other: &[Room]) -> bool {
    one.iter().any(|room| other.contains(room))
}
