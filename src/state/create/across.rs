//! Commands of Create that affect other rooms.

use crate::domain::{JobId, Room};
use crate::state::create::update::Handoff;
use crate::state::{AppState, CreateCommand, Effects};

impl AppState {
    pub(in crate::state) fn create_command(&mut self, command: CreateCommand, fx: &mut Effects) {
        let (create, mut env) = self.create(fx);
        match create.update(command, &mut env) {
            Some(Handoff::UndoPrompt) => self.undo_prompt(fx),
            Some(Handoff::Document(id)) => {
                self.settings.room = Room::Write;
                self.in_write(fx, |write, env| write.open_conversation(id, env));
            }
            Some(Handoff::CopyFile(path)) => {
                let (gallery, mut env) = self.gallery(fx);
                gallery.copy(path, &mut env);
            }
            Some(Handoff::Copied) => self.gallery.copying = None,
            None => {}
        }
    }

    /// Cancels a picture job or a text job.
    pub(in crate::state) fn cancel(&mut self, id: JobId, fx: &mut Effects) {
        let (create, mut env) = self.create(fx);
        if !create.cancel(id, &mut env) && self.write.bring(|job| job.id == Some(id)) {
            self.in_write(fx, |write, env| write.stop_job(env));
        }
    }
}
