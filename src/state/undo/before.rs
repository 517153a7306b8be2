//! Takes the values before an action of any room, and records the action once it is done.

use crate::domain::{Room, StoreEvent};
use crate::state::update::Origin;
use crate::state::{AppState, Command, ForgottenModel, Input, Undoable};

impl AppState {
    /// The values before `input`, if it is an undoable action.
    pub(in crate::state) fn before(&self, input: &Input) -> Option<Undoable> {
        match input.origin() {
            Origin::Person(command) => self.before_command(command),
            Origin::File(StoreEvent::Opened { .. }) => Some(self.prompt_now()),
            // Lore may be added to the character in the editor.
            Origin::File(StoreEvent::WorldOpened { .. }) => self.personas.edited_now().map(Undoable::Persona),
            Origin::File(_) | Origin::Program => None,
        }
    }

    fn prompt_now(&self) -> Undoable {
        Undoable::Create(self.create.prompt_now(&self.settings.image))
    }

    pub(in crate::state) fn before_command(&self, command: &Command) -> Option<Undoable> {
        let settings = &self.settings;
        match command {
            Command::Create(command) => self.create.before(command, &settings.image).map(Undoable::Create),
            Command::Write(command) => self.write.before(command, settings).map(Undoable::Write),
            Command::Persona(command) => self.personas.before(command).map(Undoable::Persona),
            Command::Gallery(command) => command.sets_the_prompt().then(|| self.prompt_now()),
            Command::Models(command) => ForgottenModel::before(command, settings).map(Undoable::ModelForgotten),
            Command::Waiting(command) => self.desk.before(command).map(Undoable::Waiting),
            Command::TakeExample(_) => Some(match self.room() {
                Room::Write => Undoable::Write(self.write.message_now()),
                Room::Create | Room::Gallery | Room::Models | Room::Settings => self.prompt_now(),
            }),
            Command::Settings(_)
            | Command::Trash(_)
            | Command::About(_)
            | Command::Ask(_)
            | Command::Go(_)
            | Command::Reveal(_)
            | Command::OpenLink(_)
            | Command::DismissNotice(_)
            | Command::DismissProblems
            | Command::Undo
            | Command::Redo
            | Command::UndoThis(_)
            | Command::StartAgain
            | Command::Tick
            | Command::CancelJob(_)
            | Command::CancelCurrent
            | Command::OpenFile(_)
            | Command::ChooseFile => None,
        }
    }

    /// Whether the values differ from `before`.
    pub(in crate::state) fn is_changed(&self, before: &Undoable) -> bool {
        match before {
            Undoable::Create(before) => self.create.is_changed(before, &self.settings),
            Undoable::Write(before) => self.write.is_changed(before, &self.settings, self.lang),
            Undoable::Persona(before) => self.personas.is_changed(before),
            Undoable::Waiting(before) => *before != self.desk.waiting,
            Undoable::ModelForgotten(model) => !self.settings.opened.contains(&model.path),
            // These are recorded once they are in the trash.
            Undoable::PicturesTrashed(_)
            | Undoable::ConversationTrashed(_)
            | Undoable::PersonaTrashed(_)
            | Undoable::ModelRemoved(_) => false,
        }
    }

    /// Records the action that `before` was taken for, if it changed anything.
    pub(in crate::state) fn note_action(&mut self, before: Option<Undoable>) {
        let Some(before) = before.filter(|before| self.is_changed(before)) else { return };
        let serial = self.undo.push(before.clone(), self.now_ms);
        if let Some(notice) = before.notice(serial) {
            self.note(notice);
        }
    }
}
