//! The catalogue of models as it is read, and what is asked of it, done. All that touches the disk is on other threads.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::Receiver;

use super::Studio;
use crate::catalog::{Catalog, Fetcher, trash};
use crate::domain::{CatalogueRequest, FetchEvent, FetchEventKind, ModelAsk, ModelCard, ModelPresence, RemovedWhat};
use crate::error::{Cause, Result, StudioError};
use crate::formats::gguf::Gguf;
use crate::state::{Catalogue, Input, ModelEntry, ModelNews};

/// A catalogue, and what the window shows of it.
pub struct Found {
    catalog: Arc<Catalog>,
    shown: Box<Catalogue>,
}

impl Found {
    /// Looks where the files of each card are, and what lies in the trash of the models `folder`.
    fn of(catalog: &Catalog, folder: &Path) -> Self {
        let shown = show(catalog, catalog.presences(), trash::bytes(folder));
        Self { catalog: Arc::new(catalog.clone()), shown: Box::new(shown) }
    }
}

/// The program's own cards, while nothing is known of the disk: touches none.
pub fn built_in(catalog: &Catalog) -> Catalogue {
    let presence = |card: &ModelCard| if card.is_embedded() { ModelPresence::Embedded } else { ModelPresence::Absent };
    show(catalog, catalog.cards().iter().map(presence).collect(), 0)
}

/// The cards with what is known of their files; `trash`: bytes of removed models.
fn show(catalog: &Catalog, presences: Vec<ModelPresence>, trash: u64) -> Catalogue {
    let entry = |(card, presence): (&ModelCard, ModelPresence)| ModelEntry::new(card.clone(), presence);
    let entries = catalog.cards().iter().zip(presences).map(entry).collect();
    Catalogue { entries, broken: catalog.broken(), trash }
}

/// Whether the engine can run the language model of this header.
fn runs(gguf: &Gguf) -> Result<()> {
    crate::engine::text::describe(gguf).map(drop)
}

/// Fetches that run, by card.
#[derive(Default)]
pub struct Fetches(HashMap<String, (Fetcher, Receiver<FetchEvent>)>);

impl Fetches {
    /// The next news of any fetch; one that is over is forgotten with its last word.
    pub fn try_recv(&mut self) -> Option<FetchEvent> {
        let event = self.0.values().find_map(|(_, events)| events.try_recv().ok())?;
        if event.kind.is_ending() {
            self.0.remove(&event.id);
        }
        Some(event)
    }

    pub fn cancel_all(&mut self) {
        self.0.clear();
    }
}

impl Studio {
    /// Starts to read the models folder; [`Self::take_catalog`] takes what comes of it.
    pub(super) fn load_catalog(&mut self, folder: PathBuf) {
        let (sender, receiver) = crossbeam_channel::bounded(2);
        let wake = self.wake.clone();
        let settings = &self.state.settings;
        let (mut opened, parts_of) = (settings.opened.clone(), settings.parts_of.clone());
        // Files that older versions remembered as the model in use alone.
        let used = [&settings.image.model, &settings.text.model].map(PathBuf::from);
        opened.extend(used.into_iter().filter(|path| path.is_absolute() && !settings.opened.contains(path)));
        // What is shown already is not taken away while headers are read.
        let first = self.catalog.folder() != folder || self.state.catalogue.entries.is_empty();
        let work = move || {
            let mut catalog = Catalog::load(&folder);
            let tell = |catalog: &Catalog| {
                let _ = sender.send(Found::of(catalog, &folder));
                wake();
            };
            if first {
                tell(&catalog);
            }
            catalog.look_closer(&runs);
            catalog.take_in(&opened, &parts_of, &runs);
            tell(&catalog);
        };
        // Without it only the program's own models are known.
        if std::thread::Builder::new().name("catalog".to_owned()).spawn(work).is_ok() {
            self.coming = Some(receiver);
        }
    }

    /// Takes what has come of the models folder, within `patience`.
    pub(super) fn take_catalog(&mut self, ctx: &egui::Context, patience: Duration) {
        let Some(coming) = &self.coming else { return };
        let Some(Found { catalog, shown }) = coming.recv_timeout(patience).ok() else { return };
        self.catalog = catalog;
        self.input(ctx, Input::Catalogue(shown));
    }

    pub(super) fn ask_catalogue(&mut self, ctx: &egui::Context, request: CatalogueRequest) {
        match request {
            CatalogueRequest::Fetch(id) => self.start_fetch(ctx, id),
            CatalogueRequest::CancelFetch(id) => {
                if let Some((fetch, _)) = self.fetches.0.get(&id) {
                    fetch.cancel();
                }
            }
            CatalogueRequest::OpenModel(ModelAsk { path, parts, id }) => {
                let catalog = self.catalog.clone();
                self.dialogs.aside("doctor", move || {
                    let made = catalog.open(&path, &parts, &runs).map(Box::new);
                    Input::Models(ModelNews::Opened(ModelAsk { path, parts, id }, made))
                });
            }
            CatalogueRequest::RemoveModel(id) => {
                let catalog = self.catalog.clone();
                self.dialogs.aside("trash", move || Input::Models(ModelNews::Removed(catalog.remove(&id))));
            }
            CatalogueRequest::RemoveModelFile(path) => {
                let folder = self.catalog.folder().to_owned();
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                self.dialogs.aside("trash", move || {
                    let what = RemovedWhat::File(path.clone());
                    Input::Models(ModelNews::Removed(trash::remove(&folder, &name, what, &[path])))
                });
            }
            CatalogueRequest::RestoreModel(removed) => {
                let folder = self.catalog.folder().to_owned();
                self.dialogs
                    .aside("trash", move || Input::Models(ModelNews::Restored(trash::restore(&folder, &removed))));
            }
            CatalogueRequest::EmptyModelTrash => {
                let folder = self.catalog.folder().to_owned();
                self.dialogs.aside("trash", move || Input::Models(ModelNews::Emptied(trash::empty(&folder))));
            }
            CatalogueRequest::ReadModels => self.load_catalog(self.catalog.folder().to_owned()),
            CatalogueRequest::FindDrafts { model, smaller } => {
                if !self.drafts.ask((*model, smaller)) {
                    self.input(ctx, Input::Drafts(Vec::new()));
                }
            }
        }
    }

    fn start_fetch(&mut self, ctx: &egui::Context, id: String) {
        let Some(card) = self.catalog.card(&id).cloned() else {
            let error = StudioError::from(Cause::UnknownModel { id: id.clone(), known: String::new() });
            return self.input(ctx, Input::Fetch(FetchEvent { id, kind: FetchEventKind::Failed(error) }));
        };
        let offline = self.state.settings.offline;
        let fetch = Fetcher::start(card, self.catalog.folder(), offline, self.wake.clone());
        self.fetches.0.insert(id, fetch);
    }
}
