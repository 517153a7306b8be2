//! The known models, for all rooms.

use std::path::PathBuf;

use crate::domain::{
    At, BrokenFile, CardDefaults, CatalogueRequest, FreeSize, ImageParams, Makes, ModelCard, ModelPresence, ModelRef,
    Settings, Size, resolve_model,
};
use crate::error::{Cause, Result, StudioError};
use crate::state::{Effect, Effects};

/// All cards, and what else is in the models folder.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    pub entries: Vec<ModelEntry>,
    /// Files that are not models, or that cannot run.
    pub broken: Vec<BrokenFile>,
    /// Bytes of removed models in the trash.
    pub trash: u64,
}

/// A model card, and what is known of its files.
#[derive(Clone, Debug)]
pub struct ModelEntry {
    pub card: ModelCard,
    pub presence: ModelPresence,
    pub fetch: Option<FetchState>,
    /// Why the last fetch failed.
    pub error: Option<StudioError>,
    /// Whether it is in memory now.
    pub loaded: bool,
    /// The model's terms are shown, and wait for the user's agreement.
    pub asking: bool,
}

/// A running download.
#[derive(Clone, Debug, Default)]
pub struct FetchState {
    /// The source that is being tried or used.
    pub source: String,
    /// Sources that failed, with the reason.
    pub skipped: Vec<(String, StudioError)>,
    pub done: u64,
    pub total: Option<u64>,
    pub verifying: bool,
    pub cancelling: bool,
}

impl ModelEntry {
    /// An entry without a download, error or question.
    pub fn new(card: ModelCard, presence: ModelPresence) -> Self {
        Self { card, presence, fetch: None, error: None, loaded: false, asking: false }
    }

    /// Whether a job can run on it now.
    pub fn is_here(&self) -> bool {
        matches!(self.presence, ModelPresence::Embedded | ModelPresence::Here { .. })
    }

    /// Bytes that still have to be downloaded.
    pub fn to_fetch(&self) -> u64 {
        let here = match self.presence {
            ModelPresence::Embedded | ModelPresence::Here { .. } | ModelPresence::Unchecked { .. } => self.card.bytes(),
            ModelPresence::Partial { bytes } => bytes,
            ModelPresence::Absent => 0,
        };
        self.card.bytes().saturating_sub(here)
    }

    /// Whether any of it is on the disk, built in, being downloaded or asked about.
    pub fn is_about(&self) -> bool {
        self.presence != ModelPresence::Absent || self.fetch.is_some() || self.asking || self.card.local.is_some()
    }

    /// The missing parts of a picture model, without which it cannot draw. A language model reports its own when it is
    /// opened.
    pub fn lacks(&self) -> Option<&str> {
        self.card.lacks().filter(|_| self.card.makes == Makes::Image)
    }

    /// Whether its files are on the disk but must be hashed before a job can run on them.
    pub fn is_unchecked(&self) -> bool {
        matches!(self.presence, ModelPresence::Unchecked { .. })
    }
}

impl ModelEntry {
    /// Ends a download that did not finish. The last progress says how much is on the disk.
    pub(in crate::state) fn fetch_stopped(&mut self) {
        let Some(fetch) = self.fetch.take() else { return };
        match (fetch.done, &self.presence) {
            (0, ModelPresence::Partial { .. }) if fetch.total.is_some() => self.presence = ModelPresence::Absent,
            (0, _) => {}
            // All files were there and were being checked.
            (bytes, ModelPresence::Unchecked { .. }) if bytes >= self.card.bytes() => {}
            (bytes, _) => self.presence = ModelPresence::Partial { bytes },
        }
    }
}

impl Catalogue {
    pub fn entry(&self, id: &str) -> Option<&ModelEntry> {
        self.entries.iter().find(|e| e.card.id == id)
    }

    pub(in crate::state) fn entry_mut(&mut self, id: &str) -> Option<&mut ModelEntry> {
        self.entries.iter_mut().find(|e| e.card.id == id)
    }

    /// The entry of a file, by card id or by the path of the main file. A file in the models folder gets its name as
    /// its id once the folder is read.
    pub fn of_file(&self, name: &str) -> Option<&ModelEntry> {
        let is_main = |e: &&ModelEntry| {
            let main = e.card.local.as_ref().map(|local| &local.files.main);
            main.or(e.presence.path()).is_some_and(|path| path.as_os_str() == name)
        };
        self.entry(name).or_else(|| self.entries.iter().find(is_main))
    }

    /// The entries whose models make `makes`, in catalogue order.
    pub fn making(&self, makes: Makes) -> impl Iterator<Item = &ModelEntry> {
        self.entries.iter().filter(move |e| e.card.makes == makes)
    }

    /// The files of the model `id` (a card id or a path), checked for what it makes. A path is taken as it is: the disk
    /// is not touched. Fails as [`resolve_model`] does.
    pub fn resolve(&self, id: &str, makes: Makes) -> Result<ModelRef> {
        let cards = self.entries.iter().map(|entry| &entry.card);
        let presence =
            |card: &ModelCard| self.entry(&card.id).map_or(ModelPresence::Absent, |entry| entry.presence.clone());
        resolve_model(id, makes, cards, presence, |_| At::Unseen)
    }

    /// [`Self::resolve`] for a job. In offline mode, a model that would have to be downloaded gives the error
    /// `Offline`.
    pub(in crate::state) fn files(&self, id: &str, makes: Makes, offline: bool) -> Result<ModelRef> {
        self.resolve(id, makes).map_err(|error| {
            if let (true, Cause::NotFetched { id, .. }) = (offline, error.cause()) {
                return Cause::Offline { id: id.clone() }.into();
            }
            error
        })
    }

    /// The range of sizes that a picture model can draw; `None` if it only draws the sizes of its card. A file without
    /// a card is assumed to draw any.
    pub(in crate::state) fn free_size(&self, id: &str) -> Option<FreeSize> {
        self.entry(id).map_or(Some(FreeSize::UNKNOWN), |entry| entry.card.free_size())
    }

    /// Sets the nearest size that the model can draw, or the first one of its card if it only draws those.
    pub(in crate::state) fn fit_size(&self, params: &mut ImageParams) {
        if let Some(free) = self.free_size(&params.model) {
            let Size { width, height } = free.nearest(params.width, params.height);
            (params.width, params.height) = (width, height);
            return;
        }
        let Some(entry) = self.entry(&params.model) else { return };
        let sizes = &entry.card.sizes;
        let fits = sizes.iter().any(|s| (s.width, s.height) == (params.width, params.height));
        if let (false, Some(size)) = (fits, sizes.first()) {
            (params.width, params.height) = (size.width, size.height);
        }
    }

    /// Takes over what was read of the models folder. Downloads, errors and questions of known models stay. So do files
    /// of `opened` (paths outside the folder) that were opened while the folder was being read.
    pub(in crate::state) fn take(&mut self, read: Self, opened: &[PathBuf]) {
        let mut before = std::mem::replace(self, read).entries;
        for entry in &mut self.entries {
            let Some(old) = before.iter_mut().find(|old| old.card.id == entry.card.id) else { continue };
            (entry.loaded, entry.asking) = (old.loaded, old.asking);
            (entry.error, entry.fetch) = (old.error.take(), old.fetch.take());
        }
        let is_opened = |id: &str| opened.iter().any(|path| path.as_os_str() == id);
        before.retain(|old| is_opened(&old.card.id) && self.entry(&old.card.id).is_none());
        self.entries.append(&mut before);
    }

    /// Marks all models as not in memory.
    pub(in crate::state) fn nothing_loaded(&mut self) {
        self.entries.iter_mut().for_each(|entry| entry.loaded = false);
    }

    /// The models that are being downloaded and were not cancelled.
    pub(in crate::state) fn fetches_now(&self) -> impl Iterator<Item = &str> {
        let runs = |fetch: &FetchState| !fetch.cancelling && !fetch.verifying;
        let fetched = self.entries.iter().filter(move |entry| entry.fetch.as_ref().is_some_and(runs));
        fetched.map(|entry| entry.card.id.as_str())
    }

    /// Cancels a running download.
    pub(in crate::state) fn cancel_fetch(&mut self, id: &str, fx: &mut Effects) {
        if let Some(fetch) = self.entry_mut(id).and_then(|entry| entry.fetch.as_mut()) {
            fetch.cancelling = true;
            fx.push(Effect::Catalogue(CatalogueRequest::CancelFetch(id.to_owned())));
        }
    }

    /// Once, at the first start: sets the size that the model's card recommends, if the user chose none.
    pub(in crate::state) fn settle_size(&self, settings: &mut Settings) {
        let fresh = ImageParams::default();
        let image = &mut settings.image;
        let Some(ModelEntry { card, .. }) = self.entry(&image.model) else { return };
        if !std::mem::replace(&mut settings.size_settled, true)
            && (image.width, image.height) == (fresh.width, fresh.height)
        {
            image.width = card.defaults.width.unwrap_or(image.width);
            image.height = card.defaults.height.unwrap_or(image.height);
        }
    }

    /// What the card of this model recommends.
    pub(in crate::state) fn defaults(&self, id: &str) -> CardDefaults {
        self.entry(id).map(|entry| entry.card.defaults.clone()).unwrap_or_default()
    }
}
