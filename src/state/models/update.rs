//! Handles the commands of Models: files that are opened, removed and forgotten.

use std::path::{Path, PathBuf};

use crate::domain::{CatalogueRequest, ModelCard, ModelPresence};
use crate::error::StudioError;
use crate::state::{
    Effect, Env, ModelAsk, ModelEntry, ModelNews, ModelsCommand, ModelsState, NoticeKind, Notices, Undoable,
};

/// Maximum number of remembered files from outside the models folder. Older ones are forgotten.
const OPENED: usize = 32;

/// What a command or news of Models asks of other rooms.
pub(in crate::state) enum Handoff {
    /// Show the Models room.
    Go,
    Fetch(String),
    /// Use this model in the room for its kind.
    Use(String),
    /// This file is off the list: where it was in use, use the program's own model.
    Forgot(String),
    /// This model's file was checked. `new`: it was opened, and not only given a part.
    Opened {
        id: String,
        new: bool,
    },
}

impl ModelsState {
    pub(in crate::state) fn update(&mut self, command: ModelsCommand, env: &mut Env<'_>) -> Option<Handoff> {
        match command {
            ModelsCommand::Fetch(id) => return Some(Handoff::Fetch(id)),
            ModelsCommand::AnswerTerms(id, agreed) => {
                return self.answer_terms(&id, agreed, env).then_some(Handoff::Fetch(id));
            }
            ModelsCommand::CancelFetch(id) => env.catalogue.cancel_fetch(&id, env.fx),
            ModelsCommand::UseModel(id) => return Some(Handoff::Use(id)),
            ModelsCommand::ChooseModelFile => env.push(Effect::AskModelFile),
            ModelsCommand::ChooseModelFolder => env.push(Effect::AskModelFolder),
            ModelsCommand::OpenModel(path) => self.open(path, env),
            ModelsCommand::ChooseMissingPart(name) => {
                let part = env.catalogue.of_file(&name).map(|entry| Effect::AskPartFile(entry.card.id.clone()));
                env.fx.extend(part);
            }
            ModelsCommand::PartChosen(id, path) => self.part_chosen(id, path, env),
            ModelsCommand::RemoveModel(id) => {
                let may = |entry: &&ModelEntry| entry.fetch.is_none() && entry.card.is_removable();
                if env.catalogue.entry(&id).filter(may).is_some() {
                    env.push(Effect::Catalogue(CatalogueRequest::RemoveModel(id)));
                }
            }
            ModelsCommand::RemoveModelFile(path) => {
                env.push(Effect::Catalogue(CatalogueRequest::RemoveModelFile(path)))
            }
            ModelsCommand::RestoreModel(removed) => {
                env.came_back(Undoable::ModelRemoved(removed.clone()));
                env.push(Effect::Catalogue(CatalogueRequest::RestoreModel(removed)));
            }
            ModelsCommand::EmptyModelTrash => env.push(Effect::Catalogue(CatalogueRequest::EmptyModelTrash)),
            ModelsCommand::ForgetModel(path) => return Some(self.forget(&path, env)),
            ModelsCommand::FilterModels(makes) => self.filter = makes,
            ModelsCommand::BetterModels(makes) => {
                self.filter = Some(makes);
                return Some(Handoff::Go);
            }
            ModelsCommand::ShowModel(id) => {
                self.filter = env.catalogue.entry(&id).map(|entry| entry.card.makes);
                self.shown = Some(id);
                return Some(Handoff::Go);
            }
            ModelsCommand::ModelShown => self.shown = None,
            ModelsCommand::DismissError => self.error = None,
            ModelsCommand::Unload => {
                if env.lanes.unload(env.fx) && env.lanes.is_busy() {
                    env.note(NoticeKind::MemoryWaits);
                }
            }
        }
        None
    }

    /// Has the model doctor check a file. It counts as a model only after that.
    pub(in crate::state) fn open(&mut self, path: PathBuf, env: &mut Env<'_>) {
        let parts = env.settings.parts_of.get(&path.display().to_string()).cloned().unwrap_or_default();
        self.ask_doctor(ModelAsk { path, parts, id: None }, env);
    }

    fn part_chosen(&mut self, id: String, part: PathBuf, env: &mut Env<'_>) {
        let Some(local) = env.catalogue.entry(&id).and_then(|entry| entry.card.local.as_ref()) else { return };
        let path = local.files.main.clone();
        let mut parts = env.settings.parts_of.get(&id).cloned().unwrap_or_default();
        parts.retain(|known| *known != part);
        // The newest comes last: if a part is of no use, this is the one that is reported.
        parts.push(part);
        self.ask_doctor(ModelAsk { path, parts, id: Some(id) }, env);
    }

    fn ask_doctor(&mut self, ask: ModelAsk, env: &mut Env<'_>) {
        self.error = None;
        self.opening = Some(ask.clone());
        env.push(Effect::Catalogue(CatalogueRequest::OpenModel(ask)));
    }

    /// Takes a file from outside the models folder off the list.
    fn forget(&mut self, path: &Path, env: &mut Env<'_>) -> Handoff {
        let id = path.display().to_string();
        env.settings.opened.retain(|opened| opened != path);
        env.settings.parts_of.remove(&id);
        env.notices.forget_opened();
        env.catalogue.entries.retain(|entry| entry.card.id != id);
        env.catalogue.broken.retain(|file| file.path != path);
        Handoff::Forgot(id)
    }

    /// Handles the result of a request to the models folder.
    pub(in crate::state) fn news(&mut self, news: ModelNews, env: &mut Env<'_>) -> Option<Handoff> {
        let removed = |n: &NoticeKind| matches!(n, NoticeKind::ModelRemoved(_));
        match news {
            ModelNews::Opened(ask, outcome) => {
                // An earlier request was overtaken.
                self.opening.take_if(|opening| *opening == ask)?;
                return Some(match outcome {
                    Ok(card) => self.take_card(ask, *card, env),
                    Err(error) => self.failed(error),
                });
            }
            ModelNews::Removed(Ok(removed)) => {
                env.trashed(Undoable::ModelRemoved(removed.clone()));
                env.note(NoticeKind::ModelRemoved(removed));
            }
            ModelNews::Emptied(Ok(())) => {
                env.undo.forget_models();
                env.notices.list.retain(|n| !removed(&n.kind));
            }
            ModelNews::Restored(Ok(())) => env.notices.list.retain(|n| !removed(&n.kind)),
            ModelNews::Removed(Err(error)) | ModelNews::Restored(Err(error)) | ModelNews::Emptied(Err(error)) => {
                return Some(self.failed(error));
            }
        }
        env.push(Effect::Catalogue(CatalogueRequest::ReadModels));
        None
    }

    fn failed(&mut self, error: StudioError) -> Handoff {
        self.error = Some(error);
        Handoff::Go
    }

    fn take_card(&mut self, ask: ModelAsk, card: ModelCard, env: &mut Env<'_>) -> Handoff {
        let id = ask.id.clone().unwrap_or_else(|| card.id.clone());
        let main = card.local.as_ref().map_or_else(|| ask.path.clone(), |local| local.files.main.clone());
        if !ask.parts.is_empty() {
            env.settings.parts_of.insert(id.clone(), ask.parts);
        }
        // Parts change the card of a known model. It keeps its name.
        let presence = ModelPresence::Here { path: main.clone() };
        match env.catalogue.entry_mut(&id) {
            Some(entry) => {
                let name = entry.card.name.clone();
                (entry.card, entry.presence) = (ModelCard { id: id.clone(), name, ..card }, presence);
            }
            None => env.catalogue.entries.push(ModelEntry::new(card, presence)),
        }
        env.catalogue.broken.retain(|file| file.path != main);
        let new = ask.id.is_none();
        if new {
            if !main.starts_with(&env.status.models) {
                let opened = &mut env.settings.opened;
                opened.retain(|opened| *opened != main);
                opened.push(main);
                let over = opened.len().saturating_sub(OPENED);
                opened.drain(..over);
            }
            env.notices.forget_opened();
        }
        Handoff::Opened { id, new }
    }
}

impl Notices {
    /// Drops the notice about an opened file.
    pub(in crate::state) fn forget_opened(&mut self) {
        self.list.retain(|n| !matches!(n.kind, NoticeKind::ModelOpened(_)));
    }
}
