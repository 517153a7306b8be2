//! Clears errors whose cause is gone, in every room.

use std::path::Path;

use crate::error::{Cause, StudioError};
use crate::state::{AppState, Catalogue, NoticeKind, Notices, ProblemBox};

impl AppState {
    /// Clears errors that the state itself shows to be over: a model is on the disk or being downloaded, or the network
    /// may be used.
    pub(in crate::state) fn heal(&mut self) {
        let offline = self.settings.offline;
        let is_over = |error: &StudioError| is_over(error, &self.catalogue, offline);
        self.write.error.take_if(|error| is_over(error));
        self.create.heal(is_over);
        for entry in &mut self.catalogue.entries {
            entry.error.take_if(|error| matches!(error.cause(), Cause::Offline { .. }) && !offline);
        }
    }

    /// Clears errors about memory, after models freed theirs.
    pub(in crate::state) fn heal_memory(&mut self) {
        let memory = |error: &StudioError| {
            matches!(error.cause(), Cause::NotEnoughMemory { .. } | Cause::TooLarge { .. } | Cause::DraftLeftOut { .. })
        };
        self.write.error.take_if(|error| memory(error));
        self.create.heal(memory);
        self.notices.list.retain(|n| !matches!(&n.kind, NoticeKind::Problem(ProblemBox(error)) if memory(error)));
    }
}

impl Notices {
    /// Clears errors of the disk, after a file was written: there is room, and its folder takes files.
    pub(in crate::state) fn heal_disk(&mut self, written: &Path) {
        self.list.retain(|n| {
            let NoticeKind::Problem(ProblemBox(error)) = &n.kind else { return true };
            let (Cause::DiskFull { path, .. } | Cause::Io { path, .. }) = error.cause() else { return true };
            !(path == written || path.parent() == written.parent() || Some(path.as_path()) == written.parent())
        });
    }

    /// Clears the problem of unsaved work, after everything was saved.
    pub(in crate::state) fn heal_unsaved(&mut self) {
        self.take_away(|n, _| {
            matches!(&n.kind, NoticeKind::Problem(ProblemBox(error)) if matches!(error.cause(), Cause::Unsaved { .. }))
        });
    }

    /// Clears errors about saving the settings, after they were saved.
    pub(in crate::state) fn heal_settings(&mut self) {
        self.list.retain(|n| {
            let NoticeKind::Problem(ProblemBox(error)) = &n.kind else { return true };
            let (Cause::DiskFull { path, .. } | Cause::Io { path, .. }) = error.cause() else { return true };
            path.file_name().is_none_or(|name| name != "settings.toml")
        });
    }

    pub(in crate::state) fn drop_problem(&mut self, error: &StudioError) {
        let said = NoticeKind::Problem(ProblemBox(error.clone()));
        self.take_away(|n, _| n.kind == said);
    }
}

/// Whether the models that are known now show that an error is over.
fn is_over(error: &StudioError, catalogue: &Catalogue, offline: bool) -> bool {
    let is_coming = |id: &str| catalogue.entry(id).is_some_and(|e| e.is_here() || e.fetch.is_some());
    if let Cause::NotFetched { id, .. }
    | Cause::NotChecked { id }
    | Cause::NoSourceAnswered { id, .. }
    | Cause::TermsFirst { id, .. }
    | Cause::Offline { id } = error.cause()
        && is_coming(id)
    {
        return true;
    }
    matches!(error.cause(), Cause::Offline { .. }) && !offline
}
