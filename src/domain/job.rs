//! What is asked of the engine.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{ImageParams, Message, TextParams};

/// Names a job for as long as the program runs. Every event carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

impl JobId {
    /// A number that no other job of this run has.
    pub fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// Where a model's weights are. The catalogue has looked them up and checked them before a job is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelFiles {
    /// Inside this program.
    Embedded,
    /// A single file: GGUF or safetensors.
    File(PathBuf),
    /// A folder in the layout of its family.
    Folder(PathBuf),
}

/// A model that a job is to run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelRef {
    /// The card's id, or the path's file name.
    pub id: String,
    pub files: ModelFiles,
    /// SHA-256 of the main weights in lower-case hex, where it is known.
    pub sha256: Option<String>,
}

/// One prompt, one or more pictures.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageRequest {
    pub params: ImageParams,
    pub model: ModelRef,
    /// The seed of the first picture; the next ones count up from it.
    pub seed: u64,
}

/// What a language model is asked to continue.
#[derive(Clone, Debug, PartialEq)]
pub enum TextPrompt {
    /// Turns that go through the model's own chat template.
    Chat(Vec<Message>),
    /// The text as it is.
    Raw(String),
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub struct TextRequest {
    pub params: TextParams,
    pub model: ModelRef,
    pub prompt: TextPrompt,
    pub seed: u64,
}

/// A job for one of the two engine threads.
#[derive(Clone, Debug, PartialEq)]
pub enum Job {
    Image(Box<ImageRequest>),
    Text(Box<TextRequest>),
}
