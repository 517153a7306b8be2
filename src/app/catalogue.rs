//! What is asked of the catalogue of models, done.

use std::collections::HashMap;

use crossbeam_channel::Receiver;

use super::{Studio, runs};
use crate::catalog::{Fetcher, trash};
use crate::domain::{CatalogueRequest, FetchEvent, FetchEventKind, ModelAsk, RemovedWhat};
use crate::error::{Cause, StudioError};
use crate::state::{Input, ModelNews};

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
