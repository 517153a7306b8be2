//! The models that are known, as every room may look at them.

use std::path::PathBuf;

use crate::domain::{
    At, BrokenFile, CardDefaults, CatalogueRequest, FreeSize, ImageParams, Makes, ModelCard, ModelPresence, ModelRef,
    Settings, Size, resolve_model,
};
use crate::error::{Cause, Result, StudioError};
use crate::state::{Effect, Effects};

/// All cards, and what the folder of the models holds besides.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    pub entries: Vec<ModelEntry>,
    /// Files that are no models or cannot be run.
    pub broken: Vec<BrokenFile>,
    /// Bytes of removed models in the trash.
    pub trash: u64,
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
    /// A card of which nothing runs and nothing is asked.
    pub fn new(card: ModelCard, presence: ModelPresence) -> Self {
        Self { card, presence, fetch: None, error: None, loaded: false, asking: false }
    }

    /// Whether a job can run on it now.
    pub fn is_here(&self) -> bool {
        matches!(self.presence, ModelPresence::Embedded | ModelPresence::Here { .. })
    }

    /// Bytes of it that are not here yet.
    pub fn to_fetch(&self) -> u64 {
        let here = match self.presence {
            ModelPresence::Embedded | ModelPresence::Here { .. } | ModelPresence::Unchecked { .. } => self.card.bytes(),
            ModelPresence::Partial { bytes } => bytes,
            ModelPresence::Absent => 0,
        };
        self.card.bytes().saturating_sub(here)
    }

    /// Whether anything of it is here, inside the program, or on its way.
    pub fn is_about(&self) -> bool {
        self.presence != ModelPresence::Absent || self.fetch.is_some() || self.asking || self.card.local.is_some()
    }

    /// Parts that it cannot draw without; a language model says of its own when it is opened.
    pub fn lacks(&self) -> Option<&str> {
        self.card.lacks().filter(|_| self.card.makes == Makes::Image)
    }

    /// Whether its files are here but must be hashed before a job can run on them.
    pub fn is_unchecked(&self) -> bool {
        matches!(self.presence, ModelPresence::Unchecked { .. })
    }
}

impl ModelEntry {
    /// The fetch ended before its time; its last news says what is on the disk.
    pub(in crate::state) fn fetch_stopped(&mut self) {
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

impl Catalogue {
    pub fn entry(&self, id: &str) -> Option<&ModelEntry> {
        self.entries.iter().find(|e| e.card.id == id)
    }

    pub(in crate::state) fn entry_mut(&mut self, id: &str) -> Option<&mut ModelEntry> {
        self.entries.iter_mut().find(|e| e.card.id == id)
    }

    /// The card of a file, by its id or the path of its main file: one in the models folder goes by its name once the
    /// folder was read.
    pub fn of_file(&self, name: &str) -> Option<&ModelEntry> {
        let is_main = |e: &&ModelEntry| {
            let main = e.card.local.as_ref().map(|local| &local.files.main);
            main.or(e.presence.path()).is_some_and(|path| path.as_os_str() == name)
        };
        self.entry(name).or_else(|| self.entries.iter().find(is_main))
    }

    /// Cards that make `makes`, in the catalogue's order.
    pub fn making(&self, makes: Makes) -> impl Iterator<Item = &ModelEntry> {
        self.entries.iter().filter(move |e| e.card.makes == makes)
    }

    /// The files of the model `id` (a card's id, or a path), checked for what it makes. A path stands for itself: no
    /// disk is touched here.
    pub fn resolve(&self, id: &str, makes: Makes) -> Result<ModelRef> {
        let cards = self.entries.iter().map(|entry| &entry.card);
        let presence =
            |card: &ModelCard| self.entry(&card.id).map_or(ModelPresence::Absent, |entry| entry.presence.clone());
        resolve_model(id, makes, cards, presence, |_| At::Unseen)
    }

    /// [`Self::resolve`] for a job: where the model would be fetched first and the studio stays offline, that is what is
    /// wrong.
    pub(in crate::state) fn files(&self, id: &str, makes: Makes, offline: bool) -> Result<ModelRef> {
        self.resolve(id, makes).map_err(|error| {
            if let (true, Cause::NotFetched { id, .. }) = (offline, error.cause()) {
                return Cause::Offline { id: id.clone() }.into();
            }
            error
        })
    }

    /// The sizes that a picture model draws, where it draws any. A file without a card is taken for such a one.
    pub(in crate::state) fn free_size(&self, id: &str) -> Option<FreeSize> {
        self.entry(id).map_or(Some(FreeSize::UNKNOWN), |entry| entry.card.free_size())
    }

    /// Sets the nearest size that the model draws; its first one, where it draws those of its card alone.
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

    /// Takes what is known of the folder now. What runs or is asked of a model goes on; a file of `opened`, paths from
    /// elsewhere, that was opened after the folder was begun to be read stays too.
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

    /// The memory holds no model any more.
    pub(in crate::state) fn nothing_loaded(&mut self) {
        self.entries.iter_mut().for_each(|entry| entry.loaded = false);
    }

    /// The models that are being fetched, and shall be.
    pub(in crate::state) fn fetches_now(&self) -> impl Iterator<Item = &str> {
        let runs = |fetch: &FetchState| !fetch.cancelling && !fetch.verifying;
        let fetched = self.entries.iter().filter(move |entry| entry.fetch.as_ref().is_some_and(runs));
        fetched.map(|entry| entry.card.id.as_str())
    }

    /// Has a fetch that runs ended.
    pub(in crate::state) fn cancel_fetch(&mut self, id: &str, fx: &mut Effects) {
        if let Some(fetch) = self.entry_mut(id).and_then(|entry| entry.fetch.as_mut()) {
            fetch.cancelling = true;
            fx.push(Effect::Catalogue(CatalogueRequest::CancelFetch(id.to_owned())));
        }
    }

    /// A size that nobody chose is the one of the model's card, from the first start on.
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
