//! What can be asked for in Models.

use std::path::PathBuf;

use crate::domain::{Makes, RemovedModel};

#[derive(Clone, Debug, PartialEq)]
pub enum ModelsCommand {
    Fetch(String),
    CancelFetch(String),
    /// To a model's terms: whether the person agrees.
    AnswerTerms(String, bool),
    UseModel(String),
    ChooseModelFile,
    ChooseModelFolder,
    /// A model file or folder from anywhere: the doctor looks into it first.
    OpenModel(PathBuf),
    /// A dialog for a file with what this model (an id, or its file's path) lacks.
    ChooseMissingPart(String),
    PartChosen(String, PathBuf),
    /// Takes a model's files away, into the trash.
    RemoveModel(String),
    /// The same for a file that cannot be used.
    RemoveModelFile(PathBuf),
    RestoreModel(RemovedModel),
    EmptyModelTrash,
    /// No longer lists a file that was opened from elsewhere; it stays where it is.
    ForgetModel(PathBuf),
    FilterModels(Option<Makes>),
    /// To the models that make this, from where the one in use falls short.
    BetterModels(Makes),
    /// To this model's card.
    ShowModel(String),
    /// The card was brought into sight.
    ModelShown,
    DismissError,
    Unload,
}
