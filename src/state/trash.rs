//! The view of what was deleted.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::{Picture, TrashKind, Trashed};

#[derive(Clone, Debug, Default)]
pub struct TrashState {
    /// Which trash is shown in the place of the room, if any.
    pub shown: Option<TrashKind>,
    /// All of it, newest first; `None` until it was read.
    pub items: Option<Vec<Trashed>>,
    /// What is looked at, once it was read.
    pub looked: Option<(PathBuf, Option<Looked>)>,
    /// What is to be deleted for good once the person agrees; `None` inside is all of it.
    pub asking: Option<Option<PathBuf>>,
}

/// Something of the trash as it is shown there.
#[derive(Clone, Debug)]
pub enum Looked {
    Picture(Arc<Picture>),
    /// Markdown.
    Text(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrashCommand {
    Show(TrashKind),
    Close,
    /// Shows a picture or a text of the trash in full, or the list again.
    Look(Option<PathBuf>),
    /// Takes this out of the trash.
    Restore(PathBuf),
    /// Takes all of it out.
    RestoreAll,
    /// Asks whether this, or all of it, is to be deleted for good.
    Ask(Option<PathBuf>),
    /// It is not.
    Keep,
    /// Deletes for good what was asked for.
    Purge,
}
