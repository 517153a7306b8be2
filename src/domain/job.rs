//! Jobs for the engine.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{ImageParams, Latents, Message, Role, Story, StoryCard, TextParams};
use crate::error::{Cause, Result};

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
    /// A picture model put together from files.
    Checkpoint(Box<Checkpoint>),
}

/// Files that make up one picture model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// A whole checkpoint, a denoiser alone, or a diffusers folder.
    pub main: PathBuf,
    /// Its missing parts (text encoders, a VAE), or replacements; each is recognised by its header.
    pub parts: Vec<PathBuf>,
    /// How many of the first `parts` a person named: each of them must be of use.
    pub named: usize,
    /// A VAE that replaces the model's own: a file, or a folder with its `config.json`.
    pub vae: Option<PathBuf>,
    /// A diffusers folder whose configurations, tokenizers and scheduler are taken.
    pub config: Option<PathBuf>,
    /// A tiny decoder (TAESD) that shows the picture forming; without it each latent shows as a pixel.
    pub preview: Option<PathBuf>,
    pub precision: Precision,
}

/// The weights that a picture model's text encoders and denoiser compute with. Its VAE's are always full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// Half precision on a GPU and on processors with bf16 matmuls; full elsewhere.
    #[default]
    Auto,
    F32,
    F16,
    BF16,
}

impl Precision {
    pub const ALL: [Self; 4] = [Self::Auto, Self::F32, Self::F16, Self::BF16];

    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::BF16 => "bf16",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name().eq_ignore_ascii_case(name))
    }
}

impl Checkpoint {
    pub fn new(main: PathBuf) -> Self {
        Self { main, ..Self::default() }
    }

    /// All files and folders that weights come from.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        std::iter::once(&self.main).chain(&self.parts).chain(&self.vae)
    }
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
    /// The parts of a scene are wanted too: those that the last scenes had are not drawn again.
    pub layers: bool,
    /// Settings that have no effect on the model are refused, as the shell wants it, rather than ignored.
    pub strict: bool,
}

/// Steps that were done before: their latents are decoded, and nothing is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodeRequest {
    pub model: ModelRef,
    /// One for each picture.
    pub latents: Vec<Arc<Latents>>,
}

/// What a language model is asked to continue.
#[derive(Clone, Debug, PartialEq)]
pub enum TextPrompt {
    /// Turns that go through the model's own chat template.
    Chat(Vec<Message>),
    /// The text as it is.
    Raw(String),
    /// A page, up to the cursor.
    Page(Box<PagePrompt>),
    /// Turns with a character that has examples, or with cards.
    Played(Box<PlayedPrompt>),
}

/// A conversation with a character. The engine, which knows the tokens, decides which examples fit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlayedPrompt {
    /// Short conversations that show how it speaks; they are between the system prompt and the turns.
    pub examples: Vec<Vec<Message>>,
    pub turns: Vec<Message>,
    /// What is read where it is named.
    pub cards: Vec<StoryCard>,
}

/// The texts that a page offers to a model; the engine, which knows the tokens, decides what fits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PagePrompt {
    pub story: Story,
    /// The text before the cursor.
    pub before: String,
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub struct TextRequest {
    pub params: TextParams,
    pub model: ModelRef,
    /// The files of [`TextParams::draft`].
    pub draft: Option<ModelRef>,
    pub prompt: TextPrompt,
    pub seed: u64,
}

impl TextRequest {
    /// Refuses what no model could answer: parameters out of range, a prompt with nothing in it.
    pub fn check(&self) -> Result<()> {
        self.params.check()?;
        let empty = match &self.prompt {
            TextPrompt::Raw(text) => text.is_empty(),
            TextPrompt::Page(page) => page.before.is_empty() && page.story.memory.trim().is_empty(),
            TextPrompt::Chat(turns) => has_no_turn(turns),
            TextPrompt::Played(played) => has_no_turn(&played.turns),
        };
        if empty { Err(Cause::EmptyPrompt.into()) } else { Ok(()) }
    }
}

fn has_no_turn(turns: &[Message]) -> bool {
    match turns.last() {
        None => true,
        Some(last) => last.role == Role::User && last.content.trim().is_empty(),
    }
}

/// What a job makes, and so which lane of the engine runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Medium {
    Picture,
    Text,
    #[cfg(test)]
    Count,
}

impl Medium {
    /// Those whose models take memory.
    pub const WITH_MODELS: [Self; 2] = [Self::Picture, Self::Text];

    pub fn name(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Text => "text",
            #[cfg(test)]
            Self::Count => "count",
        }
    }
}

/// What a job does: the tasks of each medium.
#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    Picture(PictureTask),
    Text(Box<TextRequest>),
    #[cfg(test)]
    Count(Option<u32>),
}

/// What the lane of pictures does.
#[derive(Clone, Debug, PartialEq)]
pub enum PictureTask {
    Generate(Box<ImageRequest>),
    Decode(Box<DecodeRequest>),
}

impl PictureTask {
    /// What draws a picture; where its steps were done before, what decodes these.
    pub fn new(request: Box<ImageRequest>, latents: Vec<Arc<Latents>>) -> Self {
        if latents.is_empty() {
            return Self::Generate(request);
        }
        Self::Decode(Box::new(DecodeRequest { model: request.model, latents }))
    }
}

impl Task {
    /// The medium, and with it the lane, of the task.
    pub fn medium(&self) -> Medium {
        match self {
            Self::Picture(_) => Medium::Picture,
            Self::Text(_) => Medium::Text,
            #[cfg(test)]
            Self::Count(_) => Medium::Count,
        }
    }
}

impl From<ImageRequest> for Task {
    fn from(request: ImageRequest) -> Self {
        Self::Picture(request.into())
    }
}

impl From<TextRequest> for Task {
    fn from(request: TextRequest) -> Self {
        Self::Text(Box::new(request))
    }
}

impl From<ImageRequest> for PictureTask {
    fn from(request: ImageRequest) -> Self {
        Self::Generate(Box::new(request))
    }
}

/// The tasks of one medium.
pub trait OfMedium: Sized + Send + 'static {
    const MEDIUM: Medium;

    /// Its own of all tasks.
    fn of(task: Task) -> Option<Self>;
}

impl OfMedium for PictureTask {
    const MEDIUM: Medium = Medium::Picture;

    fn of(task: Task) -> Option<Self> {
        let Task::Picture(task) = task else { return None };
        Some(task)
    }
}

impl OfMedium for TextRequest {
    const MEDIUM: Medium = Medium::Text;

    fn of(task: Task) -> Option<Self> {
        let Task::Text(request) = task else { return None };
        Some(*request)
    }
}
