//! The undoable actions and the undone ones, in order.

use crate::domain::Room;
use crate::state::{Again, Undoable};

/// Maximum number of undoable actions.
const ACTIONS: usize = 100;

/// Steps of a layer with keys or the wheel form one action: those within `RUN_MS` of the first, and those without a
/// pause of `PAUSE_MS`. In milliseconds. The longer time is needed because a held key repeats only after more than half
/// a second.
const RUN_MS: i64 = 1000;
const PAUSE_MS: i64 = 300;

/// Where Ctrl+Z applies. While layers are open it only undoes their edits, because the rest of the room is not seen.
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

/// An action that was undone.
#[derive(Clone, Debug)]
pub(in crate::state) struct Undone {
    pub serial: u64,
    pub what: Undoable,
    pub again: Again,
}

/// The actions since the window opened, oldest first, and the undone ones.
#[derive(Clone, Debug, Default)]
pub struct UndoState {
    actions: Vec<Action>,
    undone: Vec<Undone>,
    next: u64,
    /// Rooms in which nothing was typed since their last action or undo. There, Ctrl+Z undoes the next action, and not
    /// the letters in the focused field.
    fresh: Vec<Room>,
    /// Actions that are being redone and are not in the trash yet.
    awaited: Vec<Undoable>,
    /// Counts actions that were done, undone or redone.
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
    /// Records an action, and returns its number. Actions that were undone in its rooms can no longer be redone.
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

    /// Records an action that was redone, with its number.
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

    /// Expects an action that is being redone. It is recorded once it is in the trash.
    pub(in crate::state) fn wait_for(&mut self, what: Undoable) {
        self.awaited.push(what);
    }

    fn freshen(&mut self, room: Room) {
        self.steps += 1;
        if !self.fresh.contains(&room) {
            self.fresh.push(room);
        }
    }

    /// A number that changes with each action that is done, undone or redone.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Records that a field of this room was typed into. Undone replacements of a text can still be redone, after the
    /// letters are undone.
    pub(in crate::state) fn typed(&mut self, room: Room) {
        self.fresh.retain(|other| *other != room);
        self.undone.retain(|Undone { what, .. }| !what.rooms().contains(&room) || what.is_of_text());
    }

    /// Forgets an action that was undone in another way, or that cannot be undone any more. Returns its number.
    pub(in crate::state) fn forget(&mut self, what: &Undoable) -> Option<u64> {
        let last = self.actions.iter().rfind(|action| action.what == *what).map(|action| action.serial);
        self.actions.retain(|action| action.what != *what);
        last
    }

    /// Records that something came out of the trash in `room`, which undid the action that put it there.
    pub(in crate::state) fn came_back(&mut self, room: Room, what: Undoable) {
        if let Some(serial) = self.forget(&what) {
            let again = what.trashed_by().map(Again::Command);
            self.took_back(room, serial, what, again);
        }
    }

    /// The number of the action that took this model or broken file off the list.
    pub fn that_removed(&self, id: &str) -> Option<u64> {
        self.actions.iter().rfind(|action| action.what.removes(id)).map(|action| action.serial)
    }

    /// Forgets removed models, which are deleted permanently.
    pub(in crate::state) fn forget_models(&mut self) {
        self.actions.retain(|action| !matches!(action.what, Undoable::ModelRemoved(_)));
    }

    fn take_if(&mut self, is: impl Fn(&Action) -> bool) -> Option<(u64, Undoable)> {
        let at = self.actions.iter().rposition(is)?;
        let Action { serial, what, .. } = self.actions.remove(at);
        Some((serial, what))
    }

    /// Forgets edits of layers, because they were closed. The way back is the old picture.
    pub(in crate::state) fn forget_layers(&mut self) {
        self.actions.retain(|action| !action.what.is_of_layers());
        self.undone.retain(|undone| !undone.what.is_of_layers());
    }

    /// Takes the newest action of a room, with its number.
    pub(in crate::state) fn take(&mut self, here: Here) -> Option<(u64, Undoable)> {
        self.take_if(|action| here.has(&action.what))
    }

    /// Takes the action with this number.
    pub(in crate::state) fn take_this(&mut self, serial: u64) -> Option<(u64, Undoable)> {
        self.take_if(|action| action.serial == serial)
    }

    /// Takes the newest change of prompt and sliders of Create.
    pub(in crate::state) fn take_prompt(&mut self) -> Option<(u64, Undoable)> {
        self.take_if(|action| action.what.is_of_prompt())
    }

    /// The actions that replaced the text of Create's prompt or of a message in Write, with their numbers: the present
    /// ones, oldest first, and the undone ones, in the order in which they were undone.
    pub fn replacing(&self) -> [Vec<(u64, &Undoable)>; 2] {
        let done = self.actions.iter().map(|action| (action.serial, &action.what));
        let undone = self.undone.iter().map(|undone| (undone.serial, &undone.what));
        [done.filter(|(_, what)| what.is_of_text()).collect(), undone.filter(|(_, what)| what.is_of_text()).collect()]
    }

    /// Records that an action was undone in this room.
    pub(in crate::state) fn took_back(&mut self, room: Room, serial: u64, what: Undoable, again: Option<Again>) {
        self.freshen(room);
        self.undone.extend(again.map(|again| Undone { serial, what, again }));
    }

    /// The action of a room that was undone last.
    pub(in crate::state) fn last_undone(&self, here: Here) -> Option<&Undone> {
        self.undone.iter().rfind(|undone| here.has(&undone.what))
    }

    /// Takes the action of a room that was undone last.
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

    /// Whether nothing was typed in a room since its last action or undo.
    pub fn is_fresh(&self, room: Room) -> bool {
        self.fresh.contains(&room)
    }

    /// Whether the last undo in a room brought back a text that somebody was typing.
    pub fn gave_back_letters(&self, here: Here) -> bool {
        self.last_undone(here).is_some_and(|undone| undone.what.is_of_text())
    }

    /// Whether an edit of layers can be undone, and whether one can be redone.
    pub fn of_layers(&self) -> (bool, bool) {
        let done = self.actions.iter().any(|action| action.what.is_of_layers());
        (done, self.undone.iter().any(|undone| undone.what.is_of_layers()))
    }
}
