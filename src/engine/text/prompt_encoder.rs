//! Makes tokens of a prompt: a model's tokenizer and chat template, shared in memory by the pipeline and the ledger.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::SystemTime;

use super::models;
use super::template::ChatTemplate;
use super::tokenizer::{Specials, Tokenizer};
use crate::error::{Doing, Result, StudioError};
use crate::formats::gguf::{self, Gguf};

/// A model's files as they were when they were read: another length or time is another model.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity(Vec<(PathBuf, u64, Option<SystemTime>)>);

impl Identity {
    /// The identity of the file at `path`: its parts with their lengths and times.
    ///
    /// # Errors
    /// A file that is missing or not readable.
    pub fn of(path: &Path) -> Result<Self> {
        let one = |path: PathBuf| match std::fs::metadata(&path) {
            Ok(about) => Ok((path, about.len(), about.modified().ok())),
            Err(error) => Err(StudioError::io(Doing::Reading, path, &error)),
        };
        let mut files = gguf::files(path);
        if files.is_empty() {
            files.push(path.to_owned());
        }
        files.into_iter().map(one).collect::<Result<_>>().map(Self)
    }
}

/// What makes tokens of a prompt.
pub struct PromptEncoder {
    pub tokenizer: Tokenizer,
    /// An error where the file has no template: raw prompts work all the same.
    pub template: Result<ChatTemplate>,
    /// Tokens that the model was made for.
    pub context_length: usize,
}

/// The encoders that somebody holds.
static HELD: Mutex<Vec<(Identity, Weak<PromptEncoder>)>> = Mutex::new(Vec::new());

impl PromptEncoder {
    /// Those of the file at `path`; read only where nobody holds them.
    pub fn open(path: &Path) -> Result<Arc<Self>> {
        let identity = Identity::of(path)?;
        if let Some(encoder) = Self::held(&identity) {
            return Ok(encoder);
        }
        Self::of(&Gguf::open(path)?, identity)
    }

    /// The same of a header that was read.
    pub fn of(gguf: &Gguf, identity: Identity) -> Result<Arc<Self>> {
        if let Some(encoder) = Self::held(&identity) {
            return Ok(encoder);
        }
        let tokenizer = Tokenizer::from_gguf(gguf)?;
        let template = ChatTemplate::from_gguf(gguf, &tokenizer);
        let context_length = models::dimensions(gguf)?.context_length;
        let encoder = Arc::new(Self { tokenizer, template, context_length });
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|(_, encoder)| encoder.strong_count() > 0);
        held.push((identity, Arc::downgrade(&encoder)));
        Ok(encoder)
    }

    fn held(identity: &Identity) -> Option<Arc<Self>> {
        let held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter().find(|(known, _)| known == identity).and_then(|(_, encoder)| encoder.upgrade())
    }

    /// Tokens of a text of the person's.
    pub fn count(&self, text: &str) -> usize {
        self.tokenizer.encode(text, Specials::Plain).len()
    }
}
