//! Which models can be the draft model of another: those with the same vocabulary.

use crossbeam_channel::Receiver;

use super::info;
use super::loaded::model_path;
use super::prompt_encoder::{Identity, PromptEncoder};
use crate::domain::{ModelRef, Wake};
use crate::engine::Newest;
use crate::error::Result;
use crate::formats::gguf::Gguf;

/// A model, and others by their ids.
type Question = (ModelRef, Vec<(String, ModelRef)>);

/// Answers with the ids of those that can.
pub type DraftFinder = Newest<Question>;

impl DraftFinder {
    /// Starts the thread. Answers come out of the receiver; `wake` is called after each.
    pub fn start(wake: Wake) -> (Self, Receiver<Vec<String>>) {
        Self::with("drafts", wake, |(model, others)| able(&model, others))
    }
}

/// The ids of those that can draft for `model`; a file that cannot be read cannot.
pub fn able(model: &ModelRef, others: Vec<(String, ModelRef)>) -> Vec<String> {
    let Ok(encoder) = encoder(model) else { return Vec::new() };
    let can = |draft: &ModelRef| {
        encoder_of_draft(draft).is_ok_and(|draft| encoder.tokenizer.unlike(&draft.tokenizer).is_none())
    };
    others.into_iter().filter(|(_, draft)| can(draft)).map(|(id, _)| id).collect()
}

fn encoder(model: &ModelRef) -> Result<std::sync::Arc<PromptEncoder>> {
    PromptEncoder::open(&model_path(model)?)
}

/// The same of a model that must also run here.
fn encoder_of_draft(model: &ModelRef) -> Result<std::sync::Arc<PromptEncoder>> {
    let path = model_path(model)?;
    let gguf = Gguf::open(&path)?;
    info::describe(&gguf)?;
    PromptEncoder::of(&gguf, Identity::of(&path)?)
}
