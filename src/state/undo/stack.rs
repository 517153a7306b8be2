//! The actions that can be taken back, and those that were, in order.

use crate::domain::Room;
use crate::state::{Again, Undoable};

/// Actions that can be taken back.
const ACTIONS: usize = 100;

/// Steps of a layer by keys or the wheel are one action as long as they go on without a pause, and all that come within
/// this time of the first; in milliseconds. A key that is held repeats itself after more than half a second.
const RUN_MS: i64 = 1000;
const PAUSE_MS: i64 = 300;

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
        what.rooms().contains(&self.room) && (!self.layers || what.is_of_layers())
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
        match self.awaited.iter().position(|awaited| what.is_again(awaited)) {
            Some(at) => drop(self.awaited.remove(at)),
            None => self.undone.retain(|undone| !undone.what.shares(&what)),
        }
        if let Some(last) = self.actions.last_mut().filter(|last| what.goes_on(&last.what))
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
        self.undone.retain(|Undone { what, .. }| !what.rooms().contains(&room) || what.is_of_text());
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
        self.actions.iter().rfind(|action| action.what.removes(id)).map(|action| action.serial)
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
        self.actions.retain(|action| !action.what.is_of_layers());
        self.undone.retain(|undone| !undone.what.is_of_layers());
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
        self.take_if(|action| action.what.is_of_prompt())
    }

    /// The actions that changed the text of Create's prompt, or of a message in Write, by their numbers: those that
    /// stand, oldest first, and those that were taken back, in that order.
    pub fn replacing(&self) -> [Vec<(u64, &Undoable)>; 2] {
        let done = self.actions.iter().map(|action| (action.serial, &action.what));
        let undone = self.undone.iter().map(|undone| (undone.serial, &undone.what));
        [done.filter(|(_, what)| what.is_of_text()).collect(), undone.filter(|(_, what)| what.is_of_text()).collect()]
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
        self.last_undone(here).is_some_and(|undone| undone.what.is_of_text())
    }

    /// Whether an edit of layers can be taken back, and one be done again.
    pub fn of_layers(&self) -> (bool, bool) {
        let done = self.actions.iter().any(|action| action.what.is_of_layers());
        (done, self.undone.iter().any(|undone| undone.what.is_of_layers()))
    }
}
