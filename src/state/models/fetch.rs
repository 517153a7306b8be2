//! Downloads: requested, agreed to, and updated from their events.

use crate::domain::{CatalogueRequest, FetchEvent, FetchEventKind, ModelPresence, Room};
use crate::error::{Cause, StudioError};
use crate::state::{Effect, Env, FetchState, ModelsState, NoticeKind};

/// How the download of a model ended, or why it did not begin. Answers may wait for it.
pub(in crate::state) enum FetchEnd {
    /// The model is on the disk.
    Here,
    Failed(StudioError),
    /// It was cancelled, or waits for the user's agreement.
    Cancelled,
}

impl ModelsState {
    /// Begins to download a model. With `asked_there`, Write shows the model's terms, and the room does not change.
    pub(in crate::state) fn fetch(&mut self, id: &str, asked_there: bool, env: &mut Env<'_>) -> Option<FetchEnd> {
        let offline = env.settings.offline;
        let agreed = env.settings.agreed.iter().any(|agreed| agreed == id);
        let entry = env.catalogue.entry_mut(id)?;
        if entry.is_here() || entry.fetch.is_some() {
            return None;
        }
        if entry.card.terms.is_some() && !agreed {
            entry.asking = true;
            let makes = entry.card.makes;
            if !asked_there {
                env.settings.room = Room::Models;
                self.filter.take_if(|only| *only != makes);
            }
            // A job must not wait for an answer that may never come.
            return Some(FetchEnd::Cancelled);
        }
        // Files that are on the disk are checked without the network.
        if offline && !entry.is_unchecked() {
            let error: StudioError = Cause::Offline { id: id.to_owned() }.into();
            entry.error = Some(error.clone());
            return Some(FetchEnd::Failed(error));
        }
        entry.error = None;
        // Files that are on the disk are only checked.
        entry.fetch = Some(FetchState { verifying: entry.is_unchecked(), ..FetchState::default() });
        env.push(Effect::Catalogue(CatalogueRequest::Fetch(id.to_owned())));
        None
    }

    /// Handles the answer to a model's terms. Returns whether to download it.
    pub(in crate::state) fn answer_terms(&mut self, id: &str, agreed: bool, env: &mut Env<'_>) -> bool {
        if let Some(entry) = env.catalogue.entry_mut(id) {
            entry.asking = false;
        }
        if agreed {
            env.settings.agreed.push(id.to_owned());
        }
        agreed
    }

    pub(in crate::state) fn fetch_event(&mut self, event: FetchEvent, env: &mut Env<'_>) -> Option<FetchEnd> {
        let entry = env.catalogue.entry_mut(&event.id)?;
        let fetch = entry.fetch.get_or_insert_default();
        match event.kind {
            FetchEventKind::Trying { source } => {
                fetch.source = source;
                fetch.verifying = false;
            }
            FetchEventKind::Skipped { source, error } => fetch.skipped.push((source, error)),
            FetchEventKind::Progress { done, total, source } => {
                (fetch.done, fetch.total, fetch.source) = (done, total, source);
            }
            FetchEventKind::Verifying => fetch.verifying = true,
            FetchEventKind::Finished { path } => {
                entry.fetch = None;
                entry.error = None;
                entry.presence = ModelPresence::Here { path };
                env.note(NoticeKind::ModelFetched(event.id));
                return Some(FetchEnd::Here);
            }
            FetchEventKind::Failed(error) => {
                entry.fetch_stopped();
                entry.error = Some(error.clone());
                return Some(FetchEnd::Failed(error));
            }
            FetchEventKind::Cancelled => {
                entry.fetch_stopped();
                return Some(FetchEnd::Cancelled);
            }
        }
        None
    }
}
