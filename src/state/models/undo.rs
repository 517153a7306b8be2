//! What undo covers in Models.

use std::path::{Path, PathBuf};

use crate::domain::{Makes, RemovedModel, RemovedWhat, Settings};
use crate::state::{Catalogue, ModelsCommand};

/// A file from outside the models folder that was taken off the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgottenModel {
    pub path: PathBuf,
    pub name: String,
    /// The files that the user chose for missing parts.
    pub parts: Vec<PathBuf>,
    /// The kinds that it was in use for.
    pub used: Vec<Makes>,
}

impl ForgottenModel {
    /// The file that `command` takes off the list.
    pub(in crate::state) fn before(command: &ModelsCommand, settings: &Settings) -> Option<Self> {
        match command {
            ModelsCommand::ForgetModel(path) => Some(Self::of(path, settings)),
            // These are recorded once they are in the trash.
            ModelsCommand::RemoveModel(_) | ModelsCommand::RemoveModelFile(_) => None,
            ModelsCommand::Fetch(_)
            | ModelsCommand::CancelFetch(_)
            | ModelsCommand::AnswerTerms(..)
            | ModelsCommand::UseModel(_)
            | ModelsCommand::ChooseModelFile
            | ModelsCommand::ChooseModelFolder
            | ModelsCommand::OpenModel(_)
            | ModelsCommand::ChooseMissingPart(_)
            | ModelsCommand::PartChosen(..)
            | ModelsCommand::RestoreModel(_)
            | ModelsCommand::EmptyModelTrash
            | ModelsCommand::FilterModels(_)
            | ModelsCommand::BetterModels(_)
            | ModelsCommand::ShowModel(_)
            | ModelsCommand::ModelShown
            | ModelsCommand::DismissError
            | ModelsCommand::Unload => None,
        }
    }

    /// What is needed to list the file at `path` again.
    fn of(path: &Path, settings: &Settings) -> Self {
        let id = path.display().to_string();
        let used = [(Makes::Image, &settings.image.model), (Makes::Text, &settings.text.model)];
        Self {
            path: path.to_owned(),
            name: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
            parts: settings.parts_of.get(&id).cloned().unwrap_or_default(),
            used: used.into_iter().filter(|(_, model)| **model == id).map(|(makes, _)| makes).collect(),
        }
    }
}

impl Catalogue {
    /// Whether a removed model is in the list again, with its files back.
    pub(in crate::state) fn has_again(&self, removed: &RemovedModel) -> bool {
        match &removed.what {
            RemovedWhat::Card(id) => self.entry(id).is_some_and(|entry| entry.is_about()),
            RemovedWhat::File(path) => self.broken.iter().any(|file| file.path == *path),
        }
    }
}
