//! What the catalogue of models can be asked to do.

use std::path::PathBuf;

use super::{ModelRef, RemovedModel};

/// One piece of work on the models folder. What it answers with stands behind the arrow; where that can fail, the
/// failure is in the answer.
#[derive(Clone, Debug, PartialEq)]
pub enum CatalogueRequest {
    /// Fetches the files of the model with this card's id. -> `FetchEvent`, several times; the last one ends it
    Fetch(String),
    /// Stops the fetch of this card's id, if one runs. -> its last `FetchEvent`
    CancelFetch(String),
    /// Looks into a file or folder from elsewhere. -> its card
    OpenModel(ModelAsk),
    /// Moves the files of the model with this card's id to the trash of the models folder. -> `RemovedModel`
    RemoveModel(String),
    /// The same for a file that cannot be used. -> `RemovedModel`
    RemoveModelFile(PathBuf),
    /// Out of that trash. -> whether it could be done
    RestoreModel(RemovedModel),
    /// Deletes what is in that trash for good. -> whether it could be done
    EmptyModelTrash,
    /// Reads the models folder anew. -> all cards, with what is known of their files
    ReadModels,
    /// Which of the smaller models, by id, have the vocabulary of `model` and can draft for it. -> their ids, none where
    /// too many questions wait
    FindDrafts { model: Box<ModelRef>, smaller: Vec<(String, ModelRef)> },
}

impl CatalogueRequest {
    /// Whether it would change what the models folder holds.
    pub fn changes(&self) -> bool {
        match self {
            Self::Fetch(_)
            | Self::RemoveModel(_)
            | Self::RemoveModelFile(_)
            | Self::RestoreModel(_)
            | Self::EmptyModelTrash => true,
            Self::CancelFetch(_) | Self::OpenModel(_) | Self::ReadModels | Self::FindDrafts { .. } => false,
        }
    }
}

/// A file or folder that the doctor is to look into before it counts as a model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelAsk {
    pub path: PathBuf,
    /// What the person chose for what it lacks.
    pub parts: Vec<PathBuf>,
    /// The model that the parts are for; a file that is opened has none yet.
    pub id: Option<String>,
}
