//! An error leaves when its cause does, in every room.

use std::path::Path;

use crate::error::{Cause, StudioError};
use crate::state::{AppState, NoticeKind, ProblemBox, Saved, ShotKey};

impl AppState {
    /// Takes away what the state itself shows to be over: a model that is here or being fetched, a network that may be
    /// used.
    pub(in crate::state) fn heal(&mut self) {
        if self.write.error.as_ref().is_some_and(|error| self.is_over(error)) {
            self.write.error = None;
        }
        if self.create.error.as_ref().is_some_and(|error| self.is_over(error)) && self.create.undecoded.is_empty() {
            self.create.error = None;
        }
        let offline = self.settings.offline;
        for entry in &mut self.catalogue.entries {
            entry.error.take_if(|error| matches!(error.cause(), Cause::Offline { .. }) && !offline);
        }
    }

    fn is_over(&self, error: &StudioError) -> bool {
        let is_coming = |id: &str| self.catalogue.entry(id).is_some_and(|e| e.is_here() || e.fetch.is_some());
        if let Cause::NotFetched { id, .. }
        | Cause::NotChecked { id }
        | Cause::NoSourceAnswered { id, .. }
        | Cause::TermsFirst { id, .. }
        | Cause::Offline { id } = error.cause()
            && is_coming(id)
        {
            return true;
        }
        matches!(error.cause(), Cause::Offline { .. }) && !self.settings.offline
    }

    /// The same in Create, but for latents that wait for another model.
    pub(in crate::state) fn heal_image(&mut self) {
        if self.create.undecoded.is_empty() {
            self.create.error.take_if(|error| *error.cause() != Cause::EmptyPrompt);
        }
    }

    /// Models gave their memory back.
    pub(in crate::state) fn heal_memory(&mut self) {
        let memory = |error: &StudioError| {
            matches!(error.cause(), Cause::NotEnoughMemory { .. } | Cause::TooLarge { .. } | Cause::DraftLeftOut { .. })
        };
        self.write.error.take_if(|error| memory(error));
        if self.create.undecoded.is_empty() {
            self.create.error.take_if(|error| memory(error));
        }
        self.notices.list.retain(|n| !matches!(&n.kind, NoticeKind::Problem(ProblemBox(error)) if memory(error)));
    }

    /// A file was written: its disk has room, and its folder takes files.
    pub(in crate::state) fn heal_disk(&mut self, written: &Path) {
        let over = |error: &StudioError| {
            let (Cause::DiskFull { path, .. } | Cause::Io { path, .. }) = error.cause() else { return false };
            path == written || path.parent() == written.parent() || Some(path.as_path()) == written.parent()
        };
        self.notices.list.retain(|n| !matches!(&n.kind, NoticeKind::Problem(ProblemBox(error)) if over(error)));
    }

    /// A picture that could not be saved is on the disk now.
    pub(in crate::state) fn heal_picture(&mut self, key: ShotKey) {
        if let Some(Saved::Failed(error)) = self.create.shot(key).map(|shot| shot.saved.clone()) {
            self.drop_problem(&error);
        }
    }

    /// Nothing is in memory alone any more.
    pub(in crate::state) fn heal_unsaved(&mut self) {
        self.drop_problem(&Cause::Unsaved.into());
    }

    pub(in crate::state) fn drop_problem(&mut self, error: &StudioError) {
        let said = NoticeKind::Problem(ProblemBox(error.clone()));
        self.drop_notices(|n, _| n.kind == said);
    }

    /// The settings are on the disk again.
    pub(in crate::state) fn heal_settings(&mut self) {
        let settings = |path: &Path| path.file_name().is_some_and(|name| name == "settings.toml");
        let over = |error: &StudioError| matches!(error.cause(), Cause::DiskFull { path, .. } | Cause::Io { path, .. } if settings(path));
        self.notices.list.retain(|n| !matches!(&n.kind, NoticeKind::Problem(ProblemBox(error)) if over(error)));
    }
}
