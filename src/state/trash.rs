//! The view of what was deleted.

use std::path::PathBuf;

use crate::domain::{TrashKind, Trashed};

#[derive(Clone, Debug, Default)]
pub struct TrashState {
    /// Which trash is shown in the place of the room, if any.
    pub shown: Option<TrashKind>,
    /// All of it, newest first; `None` until it was read.
    pub items: Option<Vec<Trashed>>,
    /// What is to be deleted for good once the person agrees; `None` inside is all of it.
    pub asking: Option<Option<PathBuf>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrashCommand {
    Show(TrashKind),
    Close,
    /// Takes this out of the trash.
    Restore(PathBuf),
    /// Asks whether this, or all of it, is to be deleted for good.
    Ask(Option<PathBuf>),
    /// It is not.
    Keep,
    /// Deletes for good what was asked for.
    Purge,
}
