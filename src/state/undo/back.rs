//! Undo (Ctrl+Z) and redo (Ctrl+Shift+Z).

use crate::domain::{CatalogueRequest, ConversationId, Room};
use crate::state::undo::stack::Undone;
use crate::state::{
    Again, AppState, Command, Effect, Effects, Here, ModelsCommand, NoticeKind, Undoable, WaitingCommand,
};

impl AppState {
    /// Where undo and redo apply now.
    pub fn undo_here(&self) -> Here {
        let room = self.room();
        Here { room, layers: room == Room::Create && self.create.layers.is_some() }
    }

    /// Undoes the newest action of the room that is shown.
    pub(in crate::state) fn undo(&mut self, fx: &mut Effects) {
        match self.undo.take(self.undo_here()) {
            Some(action) => self.undo_one(action, fx),
            None => self.note(NoticeKind::NothingToUndo),
        }
    }

    pub(in crate::state) fn undo_this(&mut self, serial: u64, fx: &mut Effects) {
        if let Some(action) = self.undo.take_this(serial) {
            self.undo_one(action, fx);
        }
    }

    pub(in crate::state) fn undo_prompt(&mut self, fx: &mut Effects) {
        if let Some(action) = self.undo.take_prompt() {
            self.undo_one(action, fx);
        }
    }

    fn undo_one(&mut self, (serial, what): (u64, Undoable), fx: &mut Effects) {
        let again = self.again(&what);
        self.undo.took_back(self.room(), serial, what.clone(), again);
        self.take_back(what, fx);
    }

    /// Whether something can be redone in the room that is shown.
    pub fn can_redo(&self) -> bool {
        self.undo.last_undone(self.undo_here()).is_some_and(|undone| self.is_as_taken_back(&undone.what))
    }

    /// Redoes the action that was undone last in the room that is shown.
    pub(in crate::state) fn redo(&mut self, fx: &mut Effects) {
        let here = self.undo_here();
        if !self.can_redo() {
            // A text may get its old value again. An editor that shows something else does not come back.
            if self.undo.last_undone(here).is_some_and(|undone| !undone.what.is_of_text()) {
                self.undo.take_undone(here);
            }
            return self.note(NoticeKind::NothingToRedo);
        }
        let Some(Undone { serial, what, again }) = self.undo.take_undone(here) else { return };
        match again {
            Again::Value(after) => {
                let before = self.again(&after);
                self.take_back(after, fx);
                if let Some(Again::Value(before)) = before {
                    self.undo.push_again(serial, before, self.now_ms);
                }
            }
            Again::Command(command) => {
                let before = self.before_command(&command);
                self.command(command, fx);
                match before.filter(|before| self.is_changed(before)) {
                    Some(before) => self.undo.push_again(serial, before, self.now_ms),
                    // It is recorded once it is in the trash.
                    None => self.undo.wait_for(what),
                }
            }
        }
    }

    /// How to redo an action that is being undone. `None` if the state no longer has what redo needs.
    fn again(&self, what: &Undoable) -> Option<Again> {
        match what {
            Undoable::Create(what) => self.create.again(what, &self.settings),
            Undoable::Write(what) => self.write.again(what, &self.settings),
            Undoable::Persona(what) => self.personas.again(what),
            Undoable::Waiting(_) => Some(Again::Command(Command::Waiting(WaitingCommand::Discard))),
            Undoable::ModelForgotten(model) => {
                Some(Again::Command(Command::Models(ModelsCommand::ForgetModel(model.path.clone()))))
            }
            Undoable::PicturesTrashed(_)
            | Undoable::ConversationTrashed(_)
            | Undoable::PersonaTrashed(_)
            | Undoable::ModelRemoved(_) => what.trashed_by().map(Again::Command),
        }
    }

    /// Whether an undone action can still be redone.
    fn is_as_taken_back(&self, what: &Undoable) -> bool {
        match what {
            Undoable::Create(what) => self.create.is_as_taken_back(what, &self.settings),
            Undoable::Write(what) => self.write.is_as_taken_back(what),
            Undoable::Persona(what) => self.personas.is_as_taken_back(what),
            Undoable::Waiting(waiting) => self.desk.waiting == *waiting,
            Undoable::ModelRemoved(removed) => self.catalogue.has_again(removed),
            Undoable::ModelForgotten(model) => self.settings.opened.contains(&model.path),
            Undoable::PicturesTrashed(_) | Undoable::ConversationTrashed(_) | Undoable::PersonaTrashed(_) => true,
        }
    }

    fn take_back(&mut self, what: Undoable, fx: &mut Effects) {
        match what {
            Undoable::Create(what) => {
                let (create, mut env) = self.create(fx);
                create.take_back(what, &mut env);
            }
            Undoable::Write(what) => self.in_write(fx, |write, env| write.take_back(what, env)),
            Undoable::Persona(what) => {
                let (personas, mut env) = self.personas(fx);
                personas.take_back(what, &mut env);
            }
            Undoable::PicturesTrashed(paths) => {
                let (trash, mut env) = self.trash(fx);
                trash.restore_pictures(paths, &mut env);
            }
            Undoable::ConversationTrashed(id) => self.conversation_back(id, fx),
            Undoable::PersonaTrashed(id) => self.restore_personas(vec![id], fx),
            Undoable::ModelRemoved(removed) => fx.push(Effect::Catalogue(CatalogueRequest::RestoreModel(removed))),
            Undoable::ModelForgotten(model) => self.remember_model(model, fx),
            Undoable::Waiting(waiting) => self.desk.waiting = waiting,
        }
    }

    /// Restores a conversation, and shows it if nothing else is open.
    fn conversation_back(&mut self, id: ConversationId, fx: &mut Effects) {
        let (trash, mut env) = self.trash(fx);
        trash.restore_conversations(vec![id.clone()], &mut env);
        let write = &self.write;
        if write.open.id.is_none() && write.open.is_blank() && write.form.is_none() {
            self.in_write(fx, |write, env| write.open_conversation(id, env));
        }
    }
}
