//! Models: fetching, choosing, freeing.

use std::path::{Path, PathBuf};

use crate::domain::{
    FetchEvent, FetchEventKind, ImageParams, JobId, Makes, Medium, ModelCard, ModelPresence, ModelRef, Room, SMOLLM_ID,
    STICKER_ID,
};
use crate::error::{Cause, Result, StudioError};
use crate::state::{
    AppState, Effect, Effects, FetchState, ForgottenModel, ModelAsk, ModelEntry, ModelNews, ModelsCommand, NoticeKind,
    Undoable,
};

/// Files from outside the models folder that are remembered; older ones are forgotten.
const OPENED: usize = 32;

/// The room that uses models of this kind.
fn room_of(makes: Makes) -> Room {
    match makes {
        Makes::Image => Room::Create,
        Makes::Text => Room::Write,
    }
}

impl AppState {
    pub(in crate::state) fn models_command(&mut self, command: ModelsCommand, fx: &mut Effects) {
        match command {
            ModelsCommand::Fetch(id) => self.fetch(&id, fx),
            ModelsCommand::AnswerTerms(id, agreed) => self.answer_terms(id, agreed, fx),
            ModelsCommand::CancelFetch(id) => self.cancel_fetch(&id, fx),
            ModelsCommand::UseModel(id) => self.use_model(&id, fx),
            ModelsCommand::ChooseModelFile => fx.push(Effect::AskModelFile),
            ModelsCommand::ChooseModelFolder => fx.push(Effect::AskModelFolder),
            ModelsCommand::OpenModel(path) => self.open_model(path, fx),
            ModelsCommand::ChooseMissingPart(name) => self.choose_missing_part(&name, fx),
            ModelsCommand::PartChosen(id, path) => self.part_chosen(id, path, fx),
            ModelsCommand::RemoveModel(id) => self.remove_model(id, fx),
            ModelsCommand::RemoveModelFile(path) => fx.push(Effect::RemoveModelFile(path)),
            ModelsCommand::RestoreModel(removed) => {
                self.came_back(Undoable::ModelRemoved(removed.clone()));
                fx.push(Effect::RestoreModel(removed));
            }
            ModelsCommand::EmptyModelTrash => fx.push(Effect::EmptyModelTrash),
            ModelsCommand::ForgetModel(path) => self.forget_model(&path),
            ModelsCommand::FilterModels(makes) => self.models.filter = makes,
            ModelsCommand::BetterModels(makes) => {
                self.models.filter = Some(makes);
                self.go(Room::Models, fx);
            }
            ModelsCommand::ShowModel(id) => {
                self.models.filter = self.catalogue.entry(&id).map(|entry| entry.card.makes);
                self.models.shown = Some(id);
                self.go(Room::Models, fx);
            }
            ModelsCommand::ModelShown => self.models.shown = None,
            ModelsCommand::DismissError => self.models.error = None,
            ModelsCommand::Unload => self.unload(fx),
        }
    }

    /// The files of a model. Where it would be fetched first and the studio stays offline, that is what is wrong.
    pub(in crate::state) fn model_files(&self, id: &str, makes: Makes) -> Result<ModelRef> {
        self.catalogue.resolve(id, makes).map_err(|error| match error.cause() {
            Cause::NotFetched { id, .. } if self.settings.offline => Cause::Offline { id: id.clone() }.into(),
            _ => error,
        })
    }

    pub(in crate::state) fn fetch(&mut self, id: &str, fx: &mut Effects) {
        let offline = self.settings.offline;
        let agreed = self.settings.agreed.iter().any(|agreed| agreed == id);
        let Some(entry) = self.catalogue.entry_mut(id) else { return };
        if entry.is_here() || entry.fetch.is_some() {
            return;
        }
        if entry.card.terms.is_some() && !agreed {
            entry.asking = true;
            let makes = entry.card.makes;
            // In Write they are shown above the field, to whoever asks the model there.
            if self.room() != Room::Write || self.text().model != id {
                self.settings.room = Room::Models;
                self.models.filter.take_if(|only| *only != makes);
            }
            // What waits for it must not wait for an answer that may never come.
            self.in_write(fx, |write, env| write.fetch_cancelled(id, env));
            return;
        }
        // Files that are here are checked without asking anybody.
        if offline && !entry.is_unchecked() {
            let error: StudioError = Cause::Offline { id: id.to_owned() }.into();
            entry.error = Some(error.clone());
            self.in_write(fx, |write, env| write.fetch_ended(id, Some(error), env));
            return;
        }
        entry.error = None;
        // Files that are here are checked; nobody is asked for them.
        entry.fetch = Some(FetchState { verifying: entry.is_unchecked(), ..FetchState::default() });
        fx.push(Effect::Fetch(id.to_owned()));
    }

    /// The person read a model's terms: agreed, it is fetched.
    pub(in crate::state) fn answer_terms(&mut self, id: String, agreed: bool, fx: &mut Effects) {
        if let Some(entry) = self.catalogue.entry_mut(&id) {
            entry.asking = false;
        }
        if agreed {
            self.settings.agreed.push(id.clone());
            self.fetch(&id, fx);
        }
    }

    pub(in crate::state) fn cancel_fetch(&mut self, id: &str, fx: &mut Effects) {
        if let Some(fetch) = self.catalogue.entry_mut(id).and_then(|e| e.fetch.as_mut()) {
            fetch.cancelling = true;
            fx.push(Effect::CancelFetch(id.to_owned()));
        }
    }

    pub(in crate::state) fn fetch_event(&mut self, event: FetchEvent, fx: &mut Effects) {
        let id = event.id;
        let Some(entry) = self.catalogue.entry_mut(&id) else { return };
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
                self.in_write(fx, |write, env| write.fetch_ended(&id, None, env));
                // The hub may have told what the card did not say, and the file may be a part of another model.
                fx.push(Effect::ReadModels);
            }
            FetchEventKind::Failed(error) => {
                entry.fetch_stopped();
                entry.error = Some(error.clone());
                self.in_write(fx, |write, env| write.fetch_ended(&id, Some(error), env));
            }
            FetchEventKind::Cancelled => {
                entry.fetch_stopped();
                self.in_write(fx, |write, env| write.fetch_cancelled(&id, env));
            }
        }
    }

    /// Chooses a model for the room that uses its kind, and goes there.
    pub(in crate::state) fn use_model(&mut self, id: &str, fx: &mut Effects) {
        let Some(entry) = self.catalogue.of_file(id) else { return };
        let (id, makes) = (&entry.card.id.clone(), entry.card.makes);
        match makes {
            Makes::Image => self.choose_image_model(id.to_owned()),
            Makes::Text => {
                let (write, mut env) = self.write(fx);
                write.choose_model(id.to_owned(), &mut env);
            }
        }
        self.settings.room = room_of(makes);
        self.note(NoticeKind::ModelUsed(id.to_owned()));
    }

    /// Looks into a file before it counts as a model.
    pub(in crate::state) fn open_model(&mut self, path: PathBuf, fx: &mut Effects) {
        let parts = self.settings.parts_of.get(&path.display().to_string()).cloned().unwrap_or_default();
        self.ask_doctor(ModelAsk { path, parts, id: None }, fx);
    }

    pub(in crate::state) fn choose_missing_part(&mut self, name: &str, fx: &mut Effects) {
        if let Some(entry) = self.catalogue.of_file(name) {
            fx.push(Effect::AskPartFile(entry.card.id.clone()));
        }
    }

    pub(in crate::state) fn part_chosen(&mut self, id: String, part: PathBuf, fx: &mut Effects) {
        let Some(local) = self.catalogue.entry(&id).and_then(|entry| entry.card.local.as_ref()) else { return };
        let path = local.files.main.clone();
        let mut parts = self.settings.parts_of.get(&id).cloned().unwrap_or_default();
        parts.retain(|known| *known != part);
        // The newest last: it is the one that is told of where it has no use.
        parts.push(part);
        self.ask_doctor(ModelAsk { path, parts, id: Some(id) }, fx);
    }

    fn ask_doctor(&mut self, ask: ModelAsk, fx: &mut Effects) {
        self.models.error = None;
        self.models.opening = Some(ask.clone());
        fx.push(Effect::OpenModel(ask));
    }

    pub(in crate::state) fn remove_model(&mut self, id: String, fx: &mut Effects) {
        let may = |entry: &&ModelEntry| entry.fetch.is_none() && entry.card.is_removable();
        if self.catalogue.entry(&id).filter(may).is_some() {
            fx.push(Effect::RemoveModel(id));
        }
    }

    /// What is to be known of a file from elsewhere to list it again.
    pub(in crate::state) fn forgotten(&self, path: &Path) -> ForgottenModel {
        let id = path.display().to_string();
        let used = [(Makes::Image, &self.settings.image.model), (Makes::Text, &self.settings.text.model)];
        ForgottenModel {
            path: path.to_owned(),
            name: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
            parts: self.settings.parts_of.get(&id).cloned().unwrap_or_default(),
            used: used.into_iter().filter(|(_, model)| **model == id).map(|(makes, _)| makes).collect(),
        }
    }

    /// A file that was taken off the list is in it again, as it was.
    pub(in crate::state) fn remember_model(&mut self, model: ForgottenModel, fx: &mut Effects) {
        let id = model.path.display().to_string();
        if !model.parts.is_empty() {
            self.settings.parts_of.insert(id.clone(), model.parts);
        }
        for makes in model.used {
            match makes {
                Makes::Image => self.choose_image_model(id.clone()),
                Makes::Text => self.settings.text.model.clone_from(&id),
            }
        }
        self.settings.opened.push(model.path);
        self.notices.list.retain(|n| !matches!(n.kind, NoticeKind::ModelForgotten { .. }));
        fx.push(Effect::ReadModels);
    }

    /// A file from elsewhere is listed no longer; what used it takes the program's own model.
    pub(in crate::state) fn forget_model(&mut self, path: &Path) {
        let id = path.display().to_string();
        self.settings.opened.retain(|opened| opened != path);
        self.settings.parts_of.remove(&id);
        self.forget_opened();
        self.catalogue.entries.retain(|entry| entry.card.id != id);
        self.catalogue.broken.retain(|file| file.path != path);
        if self.settings.image.model == id {
            self.choose_image_model(STICKER_ID.to_owned());
        }
        if self.settings.text.model == id {
            self.settings.text.model = SMOLLM_ID.to_owned();
        }
    }

    pub(in crate::state) fn model_news(&mut self, news: ModelNews, fx: &mut Effects) {
        match news {
            ModelNews::Opened(ask, outcome) => {
                // One that was asked for before comes too late.
                if self.models.opening.take_if(|opening| *opening == ask).is_some() {
                    self.model_opened(ask, outcome, fx);
                }
            }
            ModelNews::Removed(Ok(removed)) => {
                self.note_trashed(Undoable::ModelRemoved(removed.clone()));
                self.note(NoticeKind::ModelRemoved(removed));
                fx.push(Effect::ReadModels);
            }
            ModelNews::Emptied(Ok(())) => {
                self.undo.forget_models();
                self.notices.list.retain(|n| !matches!(n.kind, NoticeKind::ModelRemoved(_)));
                fx.push(Effect::ReadModels);
            }
            ModelNews::Restored(Ok(())) => {
                self.notices.list.retain(|n| !matches!(n.kind, NoticeKind::ModelRemoved(_)));
                fx.push(Effect::ReadModels);
            }
            ModelNews::Removed(Err(error)) | ModelNews::Restored(Err(error)) | ModelNews::Emptied(Err(error)) => {
                self.models.error = Some(error);
                self.go(Room::Models, fx);
            }
        }
    }

    fn model_opened(&mut self, ask: ModelAsk, outcome: Result<Box<ModelCard>>, fx: &mut Effects) {
        let card = match outcome {
            Ok(card) => *card,
            Err(error) => {
                self.models.error = Some(error);
                return self.go(Room::Models, fx);
            }
        };
        let id = ask.id.clone().unwrap_or_else(|| card.id.clone());
        let main = card.local.as_ref().map_or_else(|| ask.path.clone(), |local| local.files.main.clone());
        if !ask.parts.is_empty() {
            self.settings.parts_of.insert(id.clone(), ask.parts);
        }
        // Parts change the card of a model that is known already; its name is the one that it has.
        let presence = ModelPresence::Here { path: main.clone() };
        match self.catalogue.entry_mut(&id) {
            Some(entry) => {
                let name = entry.card.name.clone();
                (entry.card, entry.presence) = (ModelCard { id: id.clone(), name, ..card }, presence);
            }
            None => self.catalogue.entries.push(ModelEntry {
                card,
                presence,
                fetch: None,
                error: None,
                loaded: false,
                asking: false,
            }),
        }
        self.catalogue.broken.retain(|file| file.path != main);
        self.create.forget_error();
        if ask.id.is_none() {
            if !main.starts_with(&self.status.models) {
                self.settings.opened.retain(|opened| *opened != main);
                self.settings.opened.push(main);
                let over = self.settings.opened.len().saturating_sub(OPENED);
                self.settings.opened.drain(..over);
            }
            // Whoever is in the room that uses it wants it there; elsewhere it is said what was found.
            self.forget_opened();
            if self.catalogue.entry(&id).is_some_and(|entry| room_of(entry.card.makes) == self.room()) {
                self.use_model(&id, fx);
            } else {
                self.go(Room::Models, fx);
                self.note(NoticeKind::ModelOpened(id));
            }
        }
    }

    /// What was found in a file was read.
    pub(in crate::state) fn forget_opened(&mut self) {
        self.notices.list.retain(|n| !matches!(n.kind, NoticeKind::ModelOpened(_)));
    }

    /// The catalogue is known: a size that nobody chose is the one of the model's card, from the first start on.
    pub fn settle_size(&mut self) {
        let fresh = ImageParams::default();
        let image = &mut self.settings.image;
        let Some(card) = self.catalogue.entries.iter().map(|entry| &entry.card).find(|card| card.id == image.model)
        else {
            return;
        };
        if !std::mem::replace(&mut self.settings.size_settled, true)
            && (image.width, image.height) == (fresh.width, fresh.height)
        {
            image.width = card.defaults.width.unwrap_or(image.width);
            image.height = card.defaults.height.unwrap_or(image.height);
        }
    }

    pub(in crate::state) fn unload(&mut self, fx: &mut Effects) {
        if !self.models.unloading.is_empty() {
            return;
        }
        self.models.unloading = Medium::WITH_MODELS.to_vec();
        fx.push(Effect::Unload);
        if self.write.job.is_some() || self.create.helper.is_some() || !self.create.jobs.is_empty() {
            self.note(NoticeKind::MemoryWaits);
        }
    }

    /// The models of this kind are out of the memory.
    pub(in crate::state) fn unloaded(&mut self, medium: Medium) {
        for entry in self.catalogue.entries.iter_mut().filter(|entry| entry.card.makes.medium() == medium) {
            entry.loaded = false;
        }
        self.heal_memory();
        if let Some(at) = self.models.unloading.iter().position(|of| *of == medium) {
            self.models.unloading.remove(at);
            if self.models.unloading.is_empty() {
                self.notices.list.retain(|n| n.kind != NoticeKind::MemoryWaits);
                self.note(NoticeKind::MemoryFreed);
            }
        }
    }

    pub(in crate::state) fn not_unloaded(&mut self, error: StudioError) {
        self.models.unloading.clear();
        self.problem(error);
    }

    /// Another engine is in use, with nothing in its memory.
    pub(in crate::state) fn engine_changed(&mut self) {
        self.models.unloading.clear();
        for entry in &mut self.catalogue.entries {
            entry.loaded = false;
        }
    }

    /// The model of this job is in memory now; each engine thread holds one.
    pub(in crate::state) fn note_loaded(&mut self, job: JobId) {
        let image = self.create.jobs.iter().find(|j| j.id == job).map(|j| j.request.model.id.clone());
        let layers = self.create.layers.as_ref().filter(|_| self.is_layers_job(job));
        let image = image.or_else(|| layers.map(|layers| layers.params.model.clone()));
        let makes = if image.is_some() { Makes::Image } else { Makes::Text };
        let text = || self.write.jobs().find(|j| j.id == Some(job)).map(|j| j.params.model.clone());
        let helped = self.create.helper.as_ref().filter(|helper| helper.id == job);
        let text = || text().or_else(|| helped.map(|helper| helper.model.clone()));
        let Some(id) = image.or_else(text) else { return };
        for entry in self.catalogue.entries.iter_mut().filter(|e| e.card.makes == makes) {
            entry.loaded = entry.card.id == id;
        }
    }
}
