//! Handles the commands of Create and the events of its jobs.

use std::path::PathBuf;

use crate::domain::{ConversationId, Enlarge, EventKind, JobId};
use crate::state::{CreateCommand, CreateState, Env};

/// What a command of Create asks of other rooms.
pub(in crate::state) enum Handoff {
    /// Undo the newest change of prompt and sliders.
    UndoPrompt,
    /// Show this text in Write.
    Document(ConversationId),
    /// Copy a picture of the library, once it is read.
    CopyFile(PathBuf),
    /// A picture was copied: one that is still being read for the clipboard is not needed any more.
    Copied,
}

impl CreateState {
    /// Handles a command. Returns what other rooms must do.
    pub(in crate::state) fn update(&mut self, command: CreateCommand, env: &mut Env<'_>) -> Option<Handoff> {
        match command {
            CreateCommand::UndoPrompt => return Some(Handoff::UndoPrompt),
            CreateCommand::SetImage(edit) => {
                self.stop_helper_for(&edit, env);
                self.set(edit, env);
            }
            CreateCommand::RollSeed => Self::roll_seed(env),
            CreateCommand::Generate => self.generate(env),
            CreateCommand::Show(shown) => self.shown = shown,
            CreateCommand::UseSettings(key) => self.use_settings(key, env),
            CreateCommand::Vary(key) => self.vary(key, env),
            CreateCommand::SavePictureAs(key) => self.export_shot(key, Enlarge::NONE, env),
            CreateCommand::SavePictureAt(key, enlarge) => self.export_shot(key, enlarge, env),
            CreateCommand::CopyPicture(key) => return self.copy_shot(key, env),
            CreateCommand::TrashPicture(key) => self.trash_shot(key, env),
            CreateCommand::RetrySave(key) => self.retry_save(key, env),
            CreateCommand::Layers(command) => self.update_layers(command, env),
            CreateCommand::DismissError => self.forget_error(),
            CreateCommand::DecodeAgain => self.decode_again(env),
            CreateCommand::ImprovePrompt => self.improve_prompt(env),
            CreateCommand::UseProposal => self.use_proposal(env),
            CreateCommand::DropProposal => self.proposal = None,
            CreateCommand::ForgetSubject => self.subject = None,
            CreateCommand::GoToSubject => {
                return self.subject.clone().map(|subject| Handoff::Document(subject.document));
            }
        }
        None
    }

    /// Whether a job belongs to this room: pictures, layers, or help with a prompt.
    pub(in crate::state) fn has_job(&self, id: JobId) -> bool {
        self.is_helper_job(id) || self.is_layers_job(id) || self.jobs.iter().any(|job| job.id == id)
    }

    /// Handles an event of one of its jobs.
    pub(in crate::state) fn job_event(&mut self, id: JobId, kind: EventKind, env: &mut Env<'_>) {
        if self.is_helper_job(id) {
            self.helper_event(id, kind, env);
        } else if self.is_layers_job(id) {
            self.layers_event(kind, env);
        } else {
            self.picture_event(id, kind, env);
        }
    }

    /// Runs after each input: closes layers of another picture, drops outdated notes, and loads the picture on the
    /// stage.
    pub(in crate::state) fn settle(&mut self, env: &mut Env<'_>) {
        self.mind_layers(env);
        self.load_stage(env);
        self.drop_stale_notes(&env.settings.image);
    }
}
