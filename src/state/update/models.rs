//! Models: fetching, choosing, freeing.

use super::Effects;
use crate::domain::{CardDefaults, FetchEvent, FetchEventKind, JobId, Makes, ModelPresence, Room, TextParams};
use crate::error::{Cause, StudioError};
use crate::state::{AppState, Effect, FetchState, NoticeKind};

impl AppState {
    pub(super) fn fetch(&mut self, id: &str, fx: &mut Effects) {
        let offline = self.settings.offline;
        let agreed = self.settings.agreed.iter().any(|agreed| agreed == id);
        let Some(entry) = self.models.entry_mut(id) else { return };
        if entry.is_here() || entry.fetch.is_some() {
            return;
        }
        if entry.card.terms.is_some() && !agreed {
            entry.asking = true;
            self.settings.room = Room::Models;
            // What waits for it must not wait for an answer that may never come.
            self.fetch_cancelled(id, fx);
            return;
        }
        // Files that are here are checked without asking anybody.
        if offline && !entry.is_unchecked() {
            let error: StudioError = Cause::Offline { id: id.to_owned() }.into();
            entry.error = Some(error.clone());
            self.fetch_ended(id, Some(error), fx);
            return;
        }
        entry.error = None;
        entry.fetch = Some(FetchState::default());
        fx.push(Effect::Fetch(id.to_owned()));
    }

    /// The person read a model's terms: agreed, it is fetched.
    pub(super) fn answer_terms(&mut self, id: String, agreed: bool, fx: &mut Effects) {
        if let Some(entry) = self.models.entry_mut(&id) {
            entry.asking = false;
        }
        if agreed {
            self.settings.agreed.push(id.clone());
            self.fetch(&id, fx);
        }
    }

    pub(super) fn cancel_fetch(&mut self, id: &str, fx: &mut Effects) {
        if let Some(fetch) = self.models.entry_mut(id).and_then(|e| e.fetch.as_mut()) {
            fetch.cancelling = true;
            fx.push(Effect::CancelFetch(id.to_owned()));
        }
    }

    pub(super) fn fetch_event(&mut self, event: FetchEvent, fx: &mut Effects) {
        let id = event.id;
        let Some(entry) = self.models.entry_mut(&id) else { return };
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
                self.note(NoticeKind::ModelFetched(id.clone()));
                self.fetch_ended(&id, None, fx);
            }
            FetchEventKind::Failed(error) => {
                entry.fetch_stopped();
                entry.error = Some(error.clone());
                self.fetch_ended(&id, Some(error), fx);
            }
            FetchEventKind::Cancelled => {
                entry.fetch_stopped();
                self.fetch_cancelled(&id, fx);
            }
        }
    }

    /// Chooses a model for the room that uses its kind, and goes there.
    pub(super) fn use_model(&mut self, id: &str) {
        let makes = match self.models.entry(id) {
            Some(entry) => entry.card.makes,
            None if id.to_ascii_lowercase().ends_with(".gguf") => Makes::Text,
            None => Makes::Image,
        };
        match makes {
            Makes::Image => {
                self.choose_image_model(id.to_owned());
                self.settings.room = Room::Create;
            }
            Makes::Text => {
                self.choose_text_model(id.to_owned());
                self.settings.room = Room::Write;
            }
        }
    }

    /// Takes a language model for what is open and for what is begun later (a character's own is for its conversation
    /// alone), with the sliders that its card starts with where the person moved none.
    pub(super) fn choose_text_model(&mut self, id: String) {
        let before = self.text().clone();
        let (own, all) = (self.card_defaults(&before.model), self.card_defaults(&self.settings.text_card));
        let new = self.card_defaults(&id);
        let choose = |params: &mut TextParams, old: &CardDefaults| {
            if params.model != id {
                old.hand_over(&new, params);
                // It runs ahead of the other one.
                params.draft = None;
                params.model.clone_from(&id);
            }
        };
        if self.write.open.manner.speaker.is_none() {
            choose(&mut self.settings.text, &all);
            self.settings.text_card.clone_from(&id);
            self.write.open.manner.sliders.iter_mut().for_each(|params| choose(params, &own));
        } else {
            choose(self.text_mut(), &own);
        }
        self.sliders_moved_ms = Some(self.now_ms);
        self.heal_text(&before);
    }

    pub(super) fn card_defaults(&self, id: &str) -> CardDefaults {
        self.models.entry(id).map(|entry| entry.card.defaults.clone()).unwrap_or_default()
    }

    /// The catalogue is known: sliders that were never its model's start where its card says.
    pub fn settle_text_sliders(&mut self) {
        let id = self.settings.text.model.clone();
        if self.settings.text_card != id && self.models.entry(&id).is_some() {
            let (old, new) = (self.card_defaults(&self.settings.text_card), self.card_defaults(&id));
            old.hand_over(&new, &mut self.settings.text);
            self.settings.text_card = id;
        }
    }

    pub(super) fn unload(&mut self, fx: &mut Effects) {
        if !self.models.unloading.is_empty() {
            return;
        }
        self.models.unloading = vec![Makes::Text, Makes::Image];
        fx.push(Effect::Unload);
        if self.write.job.is_some() || self.create.helper.is_some() || !self.create.jobs.is_empty() {
            self.note(NoticeKind::MemoryWaits);
        }
    }

    /// The models of this kind are out of the memory.
    pub(super) fn unloaded(&mut self, makes: Makes) {
        for entry in self.models.entries.iter_mut().filter(|entry| entry.card.makes == makes) {
            entry.loaded = false;
        }
        self.heal_memory();
        if let Some(at) = self.models.unloading.iter().position(|kind| *kind == makes) {
            self.models.unloading.remove(at);
            if self.models.unloading.is_empty() {
                self.notices.retain(|n| n.kind != NoticeKind::MemoryWaits);
                self.note(NoticeKind::MemoryFreed);
            }
        }
    }

    pub(super) fn not_unloaded(&mut self, error: StudioError) {
        self.models.unloading.clear();
        self.problem(error);
    }

    /// Another engine is in use, with nothing in its memory.
    pub(super) fn engine_changed(&mut self) {
        self.models.unloading.clear();
        for entry in &mut self.models.entries {
            entry.loaded = false;
        }
    }

    /// The model of this job is in memory now; each engine thread holds one.
    pub(super) fn note_loaded(&mut self, job: JobId) {
        let image = self.create.jobs.iter().find(|j| j.id == job).map(|j| j.request.model.id.clone());
        let makes = if image.is_some() { Makes::Image } else { Makes::Text };
        let text = || self.write.jobs().find(|j| j.id == Some(job)).map(|j| j.params.model.clone());
        let helped = self.create.helper.as_ref().filter(|helper| helper.id == job);
        let text = || text().or_else(|| helped.map(|helper| helper.model.clone()));
        let Some(id) = image.or_else(text) else { return };
        for entry in self.models.entries.iter_mut().filter(|e| e.card.makes == makes) {
            entry.loaded = entry.card.id == id;
        }
    }
}
