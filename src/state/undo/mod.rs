//! What Ctrl+Z takes back, and Ctrl+Shift+Z does again: the newest action of the room that is shown.

#[cfg(test)]
mod tests;
mod update;

use std::path::{Path, PathBuf};

use crate::domain::{
    Arrangement, ConversationId, Illustration, ImageParams, KeptPersona, LayerName, Makes, PersonaId, RemovedModel,
    RemovedWhat, Room, Settings, StoryCard, Subject, TextParams, Waiting,
};
use crate::state::{Command, GalleryCommand, ModelsCommand, PersonaCommand, PersonaDraft, ShotKey, WriteCommand};

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

impl ForgottenModel {
    /// What is to be known of the file at `path` to list it again.
    pub(in crate::state) fn of(path: &Path, settings: &Settings) -> Self {
        let id = path.display().to_string();
        let used = [(Makes::Image, &settings.image.model), (Makes::Text, &settings.text.model)];
        Self {
            path: path.to_owned(),
            name: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
            parts: settings.parts_of.get(&id).cloned().unwrap_or_default(),
            used: used.into_iter().filter(|(_, model)| **model == id).map(|(makes, _)| makes).collect(),
        }
    }
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

    /// The command that puts it into the trash once more; `None` for what was no matter of the trash.
    pub(in crate::state) fn trashed_by(&self) -> Option<Command> {
        // Four of many.
        if let Self::PicturesTrashed(paths) = self {
            return Some(Command::Gallery(GalleryCommand::TrashItems(paths.clone())));
        }
        if let Self::ConversationTrashed(id) = self {
            return Some(Command::Write(WriteCommand::TrashConversation(id.clone())));
        }
        if let Self::PersonaTrashed(id) = self {
            return Some(Command::Persona(PersonaCommand::Trash(id.clone())));
        }
        let Self::ModelRemoved(removed) = self else { return None };
        Some(Command::Models(match &removed.what {
            RemovedWhat::Card(id) => ModelsCommand::RemoveModel(id.clone()),
            RemovedWhat::File(path) => ModelsCommand::RemoveModelFile(path.clone()),
        }))
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

/// Where Ctrl+Z is pressed. While layers are open it takes back their edits alone: what is behind them is not seen.
#[derive(Clone, Copy, Debug)]
pub struct Here {
    pub room: Room,
    pub layers: bool,
}

impl From<Room> for Here {
    fn from(room: Room) -> Self {
        Self { room, layers: false }
    }
}

impl Here {
    fn has(self, what: &Undoable) -> bool {
        what.rooms().contains(&self.room) && (!self.layers || is_of_layers(what))
    }
}

/// An action that was taken back.
#[derive(Clone, Debug)]
pub(in crate::state) struct Undone {
    pub serial: u64,
    pub what: Undoable,
    pub again: Again,
}

/// The actions since the window opened, oldest first, and those that were taken back.
#[derive(Clone, Debug, Default)]
pub struct UndoState {
    actions: Vec<Action>,
    undone: Vec<Undone>,
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
    pub(in crate::state) fn push(&mut self, what: Undoable, now_ms: i64) -> u64 {
        match self.awaited.iter().position(|awaited| is_again(awaited, &what)) {
            Some(at) => drop(self.awaited.remove(at)),
            None => self.undone.retain(|undone| !share(&undone.what, &what)),
        }
        if let (Undoable::Layers(of, _, Some(steps)), Some(last)) = (&what, self.actions.last_mut())
            && matches!(&last.what, Undoable::Layers(other, _, Some(same)) if (other, same) == (of, steps))
            && (now_ms - last.began_ms < RUN_MS || now_ms - last.at_ms < PAUSE_MS)
        {
            last.at_ms = now_ms;
            let serial = last.serial;
            what.rooms().iter().for_each(|room| self.freshen(*room));
            return serial;
        }
        self.next += 1;
        self.add(self.next, what, now_ms)
    }

    /// Notes an action that was done again, by its number.
    pub(in crate::state) fn push_again(&mut self, serial: u64, what: Undoable, now_ms: i64) {
        self.add(serial, what, now_ms);
    }

    fn add(&mut self, serial: u64, what: Undoable, now_ms: i64) -> u64 {
        what.rooms().iter().for_each(|room| self.freshen(*room));
        self.actions.push(Action { serial, what, began_ms: now_ms, at_ms: now_ms });
        if self.actions.len() > ACTIONS {
            self.actions.remove(0);
        }
        serial
    }

    /// It is done again, and noted once it is in the trash.
    pub(in crate::state) fn wait_for(&mut self, what: Undoable) {
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

    /// Letters went into a field of this room. A text that was taken back can be done again once they are taken back.
    pub(in crate::state) fn typed(&mut self, room: Room) {
        self.fresh.retain(|other| *other != room);
        self.undone.retain(|Undone { what, .. }| !what.rooms().contains(&room) || is_of_text(what));
    }

    /// Forgets an action that was taken back in another way, or cannot be any more; its number.
    pub(in crate::state) fn forget(&mut self, what: &Undoable) -> Option<u64> {
        let last = self.actions.iter().rfind(|action| action.what == *what).map(|action| action.serial);
        self.actions.retain(|action| action.what != *what);
        last
    }

    /// Something came out of the trash in `room`: an action of the list was taken back by it.
    pub(in crate::state) fn came_back(&mut self, room: Room, what: Undoable) {
        if let Some(serial) = self.forget(&what) {
            let again = what.trashed_by().map(Again::Command);
            self.took_back(room, serial, what, again);
        }
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
    pub(in crate::state) fn forget_models(&mut self) {
        self.actions.retain(|action| !matches!(action.what, Undoable::ModelRemoved(_)));
    }

    fn take_if(&mut self, is: impl Fn(&Action) -> bool) -> Option<(u64, Undoable)> {
        let at = self.actions.iter().rposition(is)?;
        let Action { serial, what, .. } = self.actions.remove(at);
        Some((serial, what))
    }

    /// Layers are left: there is no way back but the old picture.
    pub(in crate::state) fn forget_layers(&mut self) {
        self.actions.retain(|action| !is_of_layers(&action.what));
        self.undone.retain(|undone| !is_of_layers(&undone.what));
    }

    /// The newest action of a room, taken off the list, and its number.
    pub(in crate::state) fn take(&mut self, here: Here) -> Option<(u64, Undoable)> {
        self.take_if(|action| here.has(&action.what))
    }

    /// The action of this number.
    pub(in crate::state) fn take_this(&mut self, serial: u64) -> Option<(u64, Undoable)> {
        self.take_if(|action| action.serial == serial)
    }

    /// The newest change of prompt and sliders of Create.
    pub(in crate::state) fn take_prompt(&mut self) -> Option<(u64, Undoable)> {
        self.take_if(|action| matches!(action.what, Undoable::Prompt(..)))
    }

    /// The actions that changed the text of Create's prompt, or of a message in Write, by their numbers: those that
    /// stand, oldest first, and those that were taken back, in that order.
    pub fn replacing(&self) -> [Vec<(u64, &Undoable)>; 2] {
        let done = self.actions.iter().map(|action| (action.serial, &action.what));
        let undone = self.undone.iter().map(|undone| (undone.serial, &undone.what));
        [done.filter(|(_, what)| is_of_text(what)).collect(), undone.filter(|(_, what)| is_of_text(what)).collect()]
    }

    /// Notes that an action was taken back in this room.
    pub(in crate::state) fn took_back(&mut self, room: Room, serial: u64, what: Undoable, again: Option<Again>) {
        self.freshen(room);
        self.undone.extend(again.map(|again| Undone { serial, what, again }));
    }

    /// What was taken back last in a room.
    pub(in crate::state) fn last_undone(&self, here: Here) -> Option<&Undone> {
        self.undone.iter().rfind(|undone| here.has(&undone.what))
    }

    /// The same, taken off the list.
    pub(in crate::state) fn take_undone(&mut self, here: Here) -> Option<Undone> {
        let at = self.undone.iter().rposition(|undone| here.has(&undone.what))?;
        Some(self.undone.remove(at))
    }

    /// The newest action of a room, and whether nothing was typed there since.
    pub fn newest(&self, here: impl Into<Here>) -> Option<(&Undoable, bool)> {
        let here = here.into();
        let action = self.actions.iter().rfind(|action| here.has(&action.what))?;
        Some((&action.what, self.is_fresh(here.room)))
    }

    /// Whether nothing was typed in a room since its last action, or since that was taken back.
    pub fn is_fresh(&self, room: Room) -> bool {
        self.fresh.contains(&room)
    }

    /// Whether what was taken back last in a room had taken the place of what somebody was typing.
    pub fn gave_back_letters(&self, here: Here) -> bool {
        self.last_undone(here).is_some_and(|undone| is_of_text(&undone.what))
    }

    /// Whether an edit of layers can be taken back, and one be done again.
    pub fn of_layers(&self) -> (bool, bool) {
        let done = self.actions.iter().any(|action| is_of_layers(&action.what));
        (done, self.undone.iter().any(|undone| is_of_layers(&undone.what)))
    }
}

fn is_of_layers(what: &Undoable) -> bool {
    matches!(what, Undoable::Layers(..))
}

/// Whether the text of a field became another one by it.
pub(in crate::state) fn is_of_text(what: &Undoable) -> bool {
    matches!(what, Undoable::Prompt(..) | Undoable::Message(..))
}

/// Whether `what` is `awaited` done again: a model has another place in the trash each time.
fn is_again(awaited: &Undoable, what: &Undoable) -> bool {
    if let (Undoable::ModelRemoved(old), Undoable::ModelRemoved(new)) = (awaited, what) {
        return old.what == new.what;
    }
    awaited == what
}

/// Whether one is in the way of the other. Layers are above their room, not in it.
fn share(one: &Undoable, other: &Undoable) -> bool {
    is_of_layers(one) == is_of_layers(other) && one.rooms().iter().any(|room| other.rooms().contains(room))
}
