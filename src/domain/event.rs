//! Events from the engine, from the store, from a fetch.

use std::path::PathBuf;
use std::sync::Arc;

use super::{
    ConversationData, ConversationHead, ConversationId, Desk, ImportedChat, JobId, KeptPersona, Latents, LibraryItem,
    Medium, PanicReport, Persona, PersonaId, Picture, PictureRecord, Room, SceneLayers, StoryCard, TextHit, TrashKind,
    Trashed,
};
use crate::error::{Cause, Result, StudioError};
use crate::lang::Both;

/// Wakes the window after an event was sent; cheap, from any thread.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// News of one job, or of [`NO_JOB`].
#[derive(Clone, Debug)]
pub struct Event {
    pub job: JobId,
    pub kind: EventKind,
}

/// The job of news that no job brings.
pub const NO_JOB: JobId = JobId(0);

/// The events of a job of any medium; those of one medium are its [`News`]. Progress, prefill and
/// previews may be dropped on the way when the window is busy; all others arrive, in order. Each job ends with exactly
/// one of `Finished`, `Failed`, `Cancelled`.
#[derive(Clone, Debug)]
pub enum EventKind {
    /// Its lane has taken the job.
    Started,
    /// The model is being read; `fraction` in 0..=1 where the size is known.
    Loading {
        fraction: Option<f32>,
    },
    /// The model is in memory (at once where it already was).
    Ready {
        load_s: f64,
    },
    /// Another model left the memory to make room for this job's.
    Freed {
        id: String,
    },
    /// The memory of this medium's models is free, as it was asked for; of no job.
    Unloaded {
        medium: Medium,
    },
    Progress(StepProgress),
    News(News),
    Finished(Outcome),
    Failed(StudioError),
    Cancelled,
}

/// Events of one medium.
#[derive(Clone, Debug)]
pub enum News {
    Picture(PictureNews),
    Text(TextNews),
    #[cfg(test)]
    Count(u32),
}

#[derive(Clone, Debug)]
pub enum PictureNews {
    /// Syntax of the prompts that is not followed, and was taken out of what the model reads.
    LeftOut { notes: Vec<Both> },
    /// The clean picture that the model predicts at this step.
    Preview { progress: StepProgress, picture: Arc<Picture> },
    /// The parts of the picture that comes next, where the job asks for them and it is a scene.
    Layers(Arc<SceneLayers>),
    /// One picture of the job is complete.
    Picture { index: u32, picture: Arc<Picture>, record: Box<PictureRecord> },
    /// The steps of a picture are done, but its decoding failed; the job fails next, and can be gone on with from here.
    Undecoded { latents: Arc<Latents> },
}

#[derive(Clone, Debug)]
pub enum TextNews {
    /// The draft model cannot be used, and the answer is written without it.
    WithoutDraft { error: StudioError },
    /// Prompt tokens read so far.
    Prefill { done: usize, total: usize },
    /// An answer that is gone on with: tokens of what was there before.
    Begun { tokens: usize },
    /// The next piece of the answer; always whole characters.
    Token { text: String },
    /// Alternatives to a token of the answer, with probabilities; only where the job asks for them.
    Weighed(TokenChoice),
}

impl From<PictureNews> for EventKind {
    fn from(news: PictureNews) -> Self {
        Self::News(News::Picture(news))
    }
}

impl From<TextNews> for EventKind {
    fn from(news: TextNews) -> Self {
        Self::News(News::Text(news))
    }
}

/// A token that was written, or that might have been.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenChoice {
    /// What it shows; perhaps a part of a character.
    pub bytes: Vec<u8>,
    /// By the model alone, before any slider: 0 to 1.
    pub probability: f32,
    /// The likeliest in its place, likeliest first.
    pub others: Vec<TokenChoice>,
}

impl TokenChoice {
    /// The text of the token's bytes; incomplete UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl EventKind {
    /// Whether the job is over with this event.
    pub fn is_ending(&self) -> bool {
        matches!(self, Self::Finished(_) | Self::Failed(_) | Self::Cancelled)
    }
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepProgress {
    /// Which of the job's results, from 0.
    pub index: u32,
    pub count: u32,
    /// Steps done, of `steps`.
    pub step: u32,
    pub steps: u32,
    /// Seconds until the whole job is done, by the pace so far.
    pub eta_s: f64,
}

/// The figures of a finished job.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Image(ImageStats),
    Text(TextStats),
    #[cfg(test)]
    Count(u32),
}

/// Words of a prompt that the model has no vector for, and so could not see.
pub type UnknownWords = Vec<String>;

/// How far a model read a prompt that is longer than what it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadTo {
    /// Of the negative prompt.
    pub negative: bool,
    pub read: usize,
    pub all: usize,
    /// Counted in words, else in tokens.
    pub words: bool,
    /// The first word that was not read; empty where that is not known.
    pub rest: String,
}

impl ReadTo {
    /// Of several encoders that read the same prompt, the one that read least.
    pub fn least(list: &mut Vec<Self>) {
        list.sort_by_key(|to| (to.negative, to.read));
        list.dedup_by_key(|to| to.negative);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImageStats {
    pub load_s: f64,
    /// All steps of all pictures.
    pub sample_s: f64,
    /// Median of one step.
    pub step_s: f64,
    pub decode_s: f64,
    pub unknown_words: UnknownWords,
    /// At most one for each of the two prompts.
    pub read_to: Vec<ReadTo>,
    /// Predictions that were not numbers in half precision and were made again in full.
    pub widened: u32,
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// The model said that it is done, or a stop text came.
    Stop,
    /// `max_tokens` were written.
    Length,
    /// Prompt and answer fill the context.
    ContextFull,
    /// The same words came again and again.
    Repetition,
    /// `max_tokens` were written and the thought before the answer had no end yet, so that the grammar of the answer
    /// could not begin.
    Thought,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TextStats {
    pub prompt_tokens: usize,
    /// Of these, tokens that were still in the cache from the turn before.
    pub reused_tokens: usize,
    /// Turns that were left out because the context is full.
    pub dropped_turns: usize,
    pub completion_tokens: usize,
    pub load_s: f64,
    /// From the job's start (model in memory) to the first token.
    pub ttft_s: f64,
    pub prompt_tok_s: f64,
    pub decode_tok_s: f64,
    /// Tokens that a draft model proposed, and how many of these the model wrote too.
    pub drafted_tokens: usize,
    pub accepted_tokens: usize,
    pub seed: u64,
    pub finish_reason: FinishReason,
}

impl TextStats {
    /// What to tell a person where the context cut the answer, or left no room for one.
    pub fn context_full(&self) -> Option<StudioError> {
        let (context, written) = (self.prompt_tokens + self.completion_tokens, self.completion_tokens);
        (self.finish_reason == FinishReason::ContextFull).then(|| Cause::ContextFull { context, written }.into())
    }
}

/// News from the store's thread.
#[derive(Clone, Debug)]
pub enum StoreEvent {
    /// The picture is on disk, synced and renamed.
    PictureSaved {
        job: JobId,
        index: u32,
        item: LibraryItem,
    },
    PictureFailed {
        job: JobId,
        index: u32,
        error: StudioError,
    },
    /// Latents whose decoding failed are in this file.
    LatentsKept {
        path: PathBuf,
    },
    /// A file of latents that was asked for, one for each picture.
    LatentsOpened {
        latents: Vec<Arc<Latents>>,
    },
    /// A character card, from another program's file.
    PersonaOpened {
        persona: Box<Persona>,
        /// What of its card has no place here.
        left_out: Vec<Both>,
    },
    /// All characters of the library, by name.
    Personas(Vec<KeptPersona>),
    /// One of them, as it is on the disk now.
    PersonaKept(Box<KeptPersona>),
    PersonaFailed {
        id: PersonaId,
        error: StudioError,
    },
    PersonaTrashed(PersonaId),
    /// What the search of this number has found since the last time, and whether that was all.
    TextsFound {
        serial: u64,
        hits: Vec<TextHit>,
        done: bool,
    },
    /// A lore book, from another program's file.
    WorldOpened {
        /// Empty where the file does not say.
        name: String,
        cards: Vec<StoryCard>,
        /// What of the file has no place here.
        left_out: Vec<Both>,
    },
    /// Chats, from another program's file.
    ChatsOpened {
        chats: Vec<ImportedChat>,
        /// What of the file has no place here.
        left_out: Vec<Both>,
    },
    /// The person's own copy was written.
    Exported {
        path: PathBuf,
    },
    /// The whole library, newest first (after a start or a change of folder).
    Library(Vec<LibraryItem>),
    /// What another look at the library found.
    LibraryChanged {
        /// New and changed files, newest first.
        came: Vec<LibraryItem>,
        gone: Vec<PathBuf>,
    },
    /// So many copies are in the person's folder.
    CopiesSaved {
        folder: PathBuf,
        count: usize,
    },
    Thumbnail {
        path: PathBuf,
        picture: Arc<Picture>,
    },
    /// A file that cannot be shown small; without an error it was passed over because newer wishes came: ask again
    /// when it is in sight.
    NoThumbnail {
        path: PathBuf,
        error: Option<StudioError>,
    },
    /// The newest pictures of the library, newest first.
    Recent(Vec<LibraryItem>),
    /// A picture that was opened, with its settings.
    Opened {
        path: PathBuf,
        picture: Arc<Picture>,
        record: Option<Box<PictureRecord>>,
    },
    /// A picture that was asked for to be looked at.
    Viewed {
        path: PathBuf,
        picture: Result<Arc<Picture>>,
    },
    Trashed {
        paths: Vec<PathBuf>,
    },
    /// Pictures that were to be deleted, and were not there any more.
    Gone {
        paths: Vec<PathBuf>,
    },
    /// Pictures that an earlier time could not save are in the library now.
    SavedAtLast {
        items: Vec<LibraryItem>,
    },
    /// Another folder is the library now, and so many pictures are still in this one.
    LibraryLeft {
        folder: PathBuf,
        count: usize,
    },
    /// Pictures came back from the trash.
    Restored {
        items: Vec<LibraryItem>,
    },
    /// All conversations, newest first.
    Conversations(Vec<ConversationHead>),
    Conversation(Box<ConversationData>),
    ConversationTrashed(ConversationId),
    SettingsSaved,
    /// The desk as it was left.
    Desk(Box<Desk>),
    /// All of one trash, newest first.
    Trash {
        kind: TrashKind,
        items: Vec<Trashed>,
    },
    /// A text of the trash that was asked for to be read, as Markdown.
    TrashRead {
        id: PathBuf,
        text: Result<String>,
    },
    /// A panic of an earlier time was reported.
    ReportLeft(PanicReport),
    /// A report that was asked for.
    ReportRead {
        path: PathBuf,
        text: String,
    },
    /// What could not be written before is in this file now.
    WrittenAtLast {
        path: PathBuf,
    },
    /// Nothing that could not be written is in memory alone any more.
    AllWritten,
    /// What was opened is a folder.
    FolderOpened(PathBuf),
    /// A file could not be opened.
    OpenFailed(StudioError),
    /// Something failed that is a room's own; `None` where it is no room's.
    Failed(Option<Room>, StudioError),
}

/// News of a fetch.
#[derive(Clone, Debug)]
pub struct FetchEvent {
    /// The model card's id.
    pub id: String,
    pub kind: FetchEventKind,
}

#[derive(Clone, Debug)]
pub enum FetchEventKind {
    /// This source is asked now.
    Trying {
        source: String,
    },
    /// It did not answer, or not with what it should; the next one is tried.
    Skipped {
        source: String,
        error: StudioError,
    },
    /// Bytes on disk so far; `total` where it is known.
    Progress {
        done: u64,
        total: Option<u64>,
        source: String,
    },
    /// The bytes are here and their hash is being taken.
    Verifying,
    Finished {
        path: PathBuf,
    },
    Failed(StudioError),
    Cancelled,
}

impl FetchEventKind {
    /// Whether the fetch is over with this event.
    pub fn is_ending(&self) -> bool {
        matches!(self, Self::Finished { .. } | Self::Failed(_) | Self::Cancelled)
    }
}
