//! The state of Models.

mod across;
mod card_place;
mod command;
mod fetch;
mod memory;
mod places;
#[cfg(test)]
mod tests;
mod undo;
mod update;

pub use card_place::{CardPlace, Section};
pub use command::ModelsCommand;
pub use places::Placed;
pub use undo::ForgottenModel;

pub use crate::domain::ModelAsk;

use crate::domain::{Makes, ModelCard, RemovedModel};
use crate::error::{Result, StudioError};

#[derive(Clone, Debug, Default)]
pub struct ModelsState {
    /// The kind of models that is shown; `None` for all.
    pub filter: Option<Makes>,
    /// The model whose card the view scrolls to.
    pub shown: Option<String>,
    /// The file that the model doctor is checking.
    pub opening: Option<ModelAsk>,
    /// Why a file was not accepted, or a model not removed.
    pub error: Option<StudioError>,
    /// The places of the cards, while the room is open.
    pub(in crate::state) places: Vec<CardPlace>,
    pub(in crate::state) sort_when_read: bool,
}

/// The result of a request to the models folder.
#[derive(Clone, Debug)]
pub enum ModelNews {
    Opened(ModelAsk, Result<Box<ModelCard>>),
    Removed(Result<RemovedModel>),
    Restored(Result<()>),
    Emptied(Result<()>),
}
