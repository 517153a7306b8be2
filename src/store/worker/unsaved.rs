//! What could not be written: kept in memory, tried again, and reported.

use std::path::Path;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::Worker;
use crate::domain::{Desk, KeptPersona, LibraryItem, Persona, Picture, PictureRecord, Room, StoreEvent};
use crate::error::{Result, StudioError};
use crate::store::library;
use crate::store::pending::Key;
use crate::store::{desk, guarded, settings};

impl Worker {
    /// Whether something of the person's is in memory alone, since it could not be written.
    pub(super) fn has_unsaved(&self) -> bool {
        self.journal_failed
            || self.unsaved_settings.is_some()
            || self.unsaved_desk.is_some()
            || !self.unsaved_personas.is_empty()
            || self.pending.is_in_memory()
    }

    /// Tries again to write settings, drafts and characters; what works is reported as if it had worked at once.
    pub(super) fn retry(&mut self) {
        self.retried = Instant::now();
        if let Err(error) = self.retry_pictures() {
            self.events.refused(&error);
        }
        if let Some(settings) = &self.unsaved_settings {
            match settings::save(&self.settings_file, settings) {
                Ok(()) => {
                    self.unsaved_settings = None;
                    self.events.tell(StoreEvent::SettingsSaved);
                }
                Err(error) => self.events.refused(&error),
            }
        }
        let saved = |desk: &mut Box<Desk>| {
            let saved = desk::save(&self.desk_file, desk);
            saved.inspect_err(|error| self.events.refused(error)).is_ok()
        };
        if self.unsaved_desk.take_if(saved).is_some() {
            self.events.tell(StoreEvent::WrittenAtLast { path: self.desk_file.clone() });
        }
        for (id, persona) in std::mem::take(&mut self.unsaved_personas) {
            match self.personas.save(&id, &persona) {
                Ok(kept) => self.events.tell(StoreEvent::PersonaKept(Box::new(kept))),
                Err(error) => {
                    self.events.refused(&error);
                    self.unsaved_personas.insert(id, persona);
                }
            }
        }
    }

    /// Tries again to save pictures; what works is reported.
    pub(super) fn retry_pictures(&mut self) -> Result<()> {
        let (done, outcome) = self.pending.retry(&self.library, &self.zone);
        let mut late = Vec::new();
        for (key, item) in done {
            match key {
                Some((job, index)) => {
                    self.note_saved(&item);
                    self.events.tell(StoreEvent::PictureSaved { job, index, item });
                }
                None => late.push(item),
            }
        }
        if !late.is_empty() {
            late.iter().for_each(|item| self.note_saved(item));
            self.events.tell(StoreEvent::SavedAtLast { items: late });
        }
        outcome
    }

    pub(super) fn save_picture(
        &mut self,
        key: Key,
        picture: Arc<Picture>,
        record: Box<PictureRecord>,
        folder: Option<&Path>,
    ) -> Result<LibraryItem> {
        let to = folder.unwrap_or(&self.library);
        let saved = guarded(|| library::save(to, &picture, &record, SystemTime::now(), &self.zone));
        self.pending.forget(key);
        match &saved {
            Ok(item) => self.note_saved(item),
            Err(_) => self.pending.keep(key, picture, record, &self.zone),
        }
        saved
    }

    /// All characters by name, with those that could not be written yet.
    pub(super) fn persona_list(&self) -> (Vec<KeptPersona>, Vec<StudioError>) {
        let (mut list, broken) = self.personas.list_and_tell();
        for (id, persona) in &self.unsaved_personas {
            let at = list.iter().position(|kept| kept.id == *id);
            let avatar = at.and_then(|at| list.remove(at).avatar);
            let persona = Persona { avatar: None, ..persona.clone() };
            list.push(KeptPersona { id: id.clone(), persona, avatar });
        }
        list.sort_by_cached_key(|kept| (kept.persona.name.to_lowercase(), kept.id.clone()));
        (list, broken)
    }

    pub(super) fn sync_due(&mut self) {
        let outcome = self.journals.sync_due();
        if let Err(error) = self.note_journal(outcome) {
            self.events.tell(StoreEvent::Failed(Some(Room::Write), error));
        }
    }

    /// A full disk fails every word that streams: one message for all of them.
    pub(super) fn note_journal(&mut self, outcome: Result<()>) -> Result<()> {
        if let Err(error) = &outcome {
            self.events.refused(error);
        }
        let told = std::mem::replace(&mut self.journal_failed, outcome.is_err());
        if told && outcome.is_ok() {
            self.events.tell(StoreEvent::WrittenAtLast { path: self.journals.any_file() });
        }
        if told { Ok(()) } else { outcome }
    }

    /// Notes for whoever closes the window whether something is in memory alone, and tells when that is over.
    pub(super) fn note_unsaved(&mut self) {
        let unsaved = self.has_unsaved();
        if self.events.unsaved(unsaved) && !unsaved {
            self.events.tell(StoreEvent::AllWritten);
        }
    }
}
