//! The commands of Models.

use std::path::PathBuf;

use crate::domain::{Makes, RemovedModel};

#[derive(Clone, Debug, PartialEq)]
pub enum ModelsCommand {
    Fetch(String),
    CancelFetch(String),
    /// The user agrees to a model's terms, or does not.
    AnswerTerms(String, bool),
    UseModel(String),
    ChooseModelFile,
    ChooseModelFolder,
    /// Opens a model file or folder from anywhere. The model doctor checks it first.
    OpenModel(PathBuf),
    /// A file dialog for a missing part of this model (an id, or its file's path).
    ChooseMissingPart(String),
    PartChosen(String, PathBuf),
    /// Moves a model's files to the trash.
    RemoveModel(String),
    /// Moves a file that cannot be used to the trash.
    RemoveModelFile(PathBuf),
    RestoreModel(RemovedModel),
    EmptyModelTrash,
    /// Takes a file from outside the models folder off the list. The file stays where it is.
    ForgetModel(PathBuf),
    FilterModels(Option<Makes>),
    /// Shows models of this kind, because the one in use is too weak.
    BetterModels(Makes),
    /// Scrolls to this model's card.
    ShowModel(String),
    /// The view has scrolled to the card.
    ModelShown,
    DismissError,
    Unload,
}
