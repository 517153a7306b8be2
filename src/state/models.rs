//! The state of Models.

use crate::domain::{Makes, ModelCard, ModelFiles, ModelPresence, ModelRef};
use crate::error::{Cause, Result, StudioError};

#[derive(Clone, Debug, Default)]
pub struct ModelsState {
    pub entries: Vec<ModelEntry>,
    /// Kinds of models whose memory is being freed.
    pub(super) unloading: Vec<Makes>,
}

/// One card and what is known of its files.
#[derive(Clone, Debug)]
pub struct ModelEntry {
    pub card: ModelCard,
    pub presence: ModelPresence,
    pub fetch: Option<FetchState>,
    /// Why the last fetch failed.
    pub error: Option<StudioError>,
    /// Whether it is in memory now.
    pub loaded: bool,
    /// Its terms are shown, to be agreed to.
    pub asking: bool,
}

/// A fetch that runs.
#[derive(Clone, Debug, Default)]
pub struct FetchState {
    /// The source that is asked or delivers.
    pub source: String,
    /// Sources that gave nothing, with the reason.
    pub skipped: Vec<(String, StudioError)>,
    pub done: u64,
    pub total: Option<u64>,
    pub verifying: bool,
    pub cancelling: bool,
}

impl ModelEntry {
    /// Whether a job can run on it now.
    pub fn is_here(&self) -> bool {
        matches!(self.presence, ModelPresence::Embedded | ModelPresence::Here { .. })
    }

    /// Whether its files are here but must be hashed before a job can run on them.
    pub fn is_unchecked(&self) -> bool {
        matches!(self.presence, ModelPresence::Unchecked { .. })
    }
}

impl ModelEntry {
    /// The fetch ended before its time; its last news says what is on the disk.
    pub(super) fn fetch_stopped(&mut self) {
        let Some(fetch) = self.fetch.take() else { return };
        match (fetch.done, &self.presence) {
            (0, ModelPresence::Partial { .. }) if fetch.total.is_some() => self.presence = ModelPresence::Absent,
            (0, _) => {}
            // All is here, and was being looked at.
            (bytes, ModelPresence::Unchecked { .. }) if bytes >= self.card.bytes() => {}
            (bytes, _) => self.presence = ModelPresence::Partial { bytes },
        }
    }
}

impl ModelsState {
    pub fn entry(&self, id: &str) -> Option<&ModelEntry> {
        self.entries.iter().find(|e| e.card.id == id)
    }

    pub(super) fn entry_mut(&mut self, id: &str) -> Option<&mut ModelEntry> {
        self.entries.iter_mut().find(|e| e.card.id == id)
    }

    /// Cards that make `makes`, in the catalogue's order.
    pub fn making(&self, makes: Makes) -> impl Iterator<Item = &ModelEntry> {
        self.entries.iter().filter(move |e| e.card.makes == makes)
    }

    /// The files of the model `id` (a card's id, or a path), checked for what it makes.
    pub fn resolve(&self, id: &str, makes: Makes) -> Result<ModelRef> {
        let Some(entry) = self.entry(id) else {
            return self.resolve_path(id);
        };
        entry.card.resolve(&entry.presence, makes)
    }

    /// A path stands for itself; the engine says what is wrong with it.
    fn resolve_path(&self, id: &str) -> Result<ModelRef> {
        let looks_like_a_path = id.contains(['/', '\\', '.']);
        if !looks_like_a_path {
            let known = self.entries.iter().map(|e| e.card.id.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Cause::UnknownModel { id: id.to_owned(), known }.into());
        }
        let path = std::path::PathBuf::from(id);
        let name = path.file_name().map_or_else(|| id.to_owned(), |n| n.to_string_lossy().into_owned());
        Ok(ModelRef { id: name, files: ModelFiles::File(path), sha256: None })
    }
}
