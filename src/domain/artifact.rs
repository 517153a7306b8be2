//! What the studio produces and stores: pictures with their settings, conversations.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::branches::Shelf;
use super::{
    FinishReason, FormUse, Illustration, ImageParams, Manner, Page, PageEntry, Seed, Speaker, TextParams, TokenChoice,
    answer_of,
};
use crate::lang::Both;

/// The program that makes all this, as records name it.
pub const PROGRAM: &str = concat!("AIGC Studio ", env!("CARGO_PKG_VERSION"));

/// Pixels: RGBA, 8 bits, straight alpha, rows from the top, `4 * width * height` bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub rgba: Vec<u8>,
}

/// The settings that made a picture: enough to make it again. They read as parameters of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct PictureRecord {
    /// All parameters of this one picture. The seed is random where the picture names none, or A1111's -1; the model is
    /// the card's id or the file's name.
    pub params: ImageParams,
    /// SHA-256 of the weights, hex; the first ten digits are what A1111 writes.
    pub model_hash: String,
    /// The file of a VAE that replaced the model's own; empty for none.
    pub vae: String,
    /// The sampler's name in the picture, where we do not have that sampler and `sampler` replaces it.
    pub sampler_said: Option<String>,
    /// The program that made it, name and version.
    pub version: String,
    /// What another program's settings say that has no equal here, in words.
    pub notes: Vec<Both>,
}

impl PictureRecord {
    /// The settings of a job for the picture with this seed; the model is not named yet.
    pub fn of(params: &ImageParams, seed: u64) -> Self {
        let seed = Seed::Fixed(seed);
        let params = ImageParams { model: String::new(), count: 1, seed, ..params.clone() };
        let (model_hash, vae, version) = Default::default();
        Self { params, model_hash, vae, sampler_said: None, version, notes: Vec::new() }
    }

    /// The seed; 0 where the picture names none.
    pub fn seed(&self) -> u64 {
        match self.params.seed {
            Seed::Fixed(seed) => seed,
            Seed::Random => 0,
        }
    }
}

impl Default for PictureRecord {
    fn default() -> Self {
        Self::of(&ImageParams::default(), 0)
    }
}

impl Deref for PictureRecord {
    type Target = ImageParams;

    fn deref(&self) -> &ImageParams {
        &self.params
    }
}

impl DerefMut for PictureRecord {
    fn deref_mut(&mut self) -> &mut ImageParams {
        &mut self.params
    }
}

/// Latents that no picture was made of yet, as a VAE takes them (not scaled for the denoiser), with the settings that
/// made them.
#[derive(Clone, Debug, PartialEq)]
pub struct Latents {
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    /// `channels * height * width` values, channels first, rows from the top.
    pub numbers: Vec<f32>,
    pub record: Box<PictureRecord>,
}

/// A file of the library.
#[derive(Clone, Debug, PartialEq)]
pub struct LibraryItem {
    pub path: PathBuf,
    /// Milliseconds since 1970 UTC.
    pub made_ms: i64,
    pub bytes: u64,
    pub width: u32,
    pub height: u32,
    /// `None` where the file has no settings that we can read.
    pub record: Option<Box<PictureRecord>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    System,
    User,
    Assistant,
}

impl Role {
    /// The word that chat templates use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// One turn as a model reads it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub role: Role,
    pub content: String,
}

impl Message {
    /// What it says: of an answer without its thought.
    pub fn said(&self) -> &str {
        if self.role == Role::Assistant { answer_of(&self.content) } else { &self.content }
    }
}

/// What is reported about an answer beside its text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TurnInfo {
    pub model: String,
    pub seed: u64,
    pub prompt_tokens: usize,
    /// Of these, tokens reused from the KV cache.
    pub reused_tokens: usize,
    /// Turns that were left out because the context is full.
    pub dropped_turns: usize,
    pub completion_tokens: usize,
    pub ttft_s: f64,
    pub decode_tok_s: f64,
    /// Tokens that a draft model proposed, and how many were accepted.
    pub drafted_tokens: usize,
    pub accepted_tokens: usize,
    /// Of the answer, tokens that were thought.
    pub thought_tokens: usize,
    /// `None` where the answer was cut off: cancelled, failed, or the program ended.
    pub finish_reason: Option<FinishReason>,
    /// What it was written with, so that it can be made again; `None` in files of before, and where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made: Option<Box<TextRecord>>,
}

/// The settings that wrote an answer: with the conversation up to it, enough to make it again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TextRecord {
    /// All parameters, with the seed that was used.
    pub params: TextParams,
    /// SHA-256 of the model's first file, hex; empty where its card does not say it.
    pub model_hash: String,
    /// The program, name and version.
    pub version: String,
}

impl TextRecord {
    /// Of an answer with this seed, by a model whose first file has this hash.
    pub fn of(params: &TextParams, seed: u64, model_hash: String) -> Self {
        let params = TextParams { seed: Seed::Fixed(seed), inspect: false, ..params.clone() };
        Self { params, model_hash, version: PROGRAM.to_owned() }
    }
}

impl TurnInfo {
    /// The figures of a whole answer, of which `before` was written earlier and these are of the rest.
    #[must_use]
    pub fn after(self, before: &Self) -> Self {
        // Seconds of writing, where they are known.
        let seconds =
            |info: &Self| (info.decode_tok_s > 0.0).then(|| info.completion_tokens as f64 / info.decode_tok_s);
        let timed = |info: &Self| if info.decode_tok_s > 0.0 { info.completion_tokens } else { 0 };
        let (tokens, time) =
            (timed(before) + timed(&self), seconds(before).unwrap_or_default() + seconds(&self).unwrap_or_default());
        Self {
            completion_tokens: before.completion_tokens + self.completion_tokens,
            thought_tokens: before.thought_tokens + self.thought_tokens,
            drafted_tokens: before.drafted_tokens + self.drafted_tokens,
            accepted_tokens: before.accepted_tokens + self.accepted_tokens,
            decode_tok_s: if time > 0.0 { tokens as f64 / time } else { 0.0 },
            ttft_s: if before.ttft_s > 0.0 { before.ttft_s } else { self.ttft_s },
            ..self
        }
    }
}

/// One turn of a conversation as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Unique in the conversation, counting up.
    pub id: u64,
    #[serde(flatten)]
    pub message: Message,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info: Option<TurnInfo>,
    /// The turn that it follows, 0 for the start; `None` in files of before there were branches: the one before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<u64>,
}

/// Names a conversation and its file: made from the time it began, sorts by age.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConversationId(pub String);

/// What the list of conversations shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConversationHead {
    pub id: ConversationId,
    pub title: String,
    /// Milliseconds since 1970 UTC of the last change.
    pub changed_ms: i64,
    pub turns: usize,
    /// Whether it is a page.
    pub page: bool,
    /// Whether it stays at the top of the list.
    pub pinned: bool,
}

/// A whole conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConversationData {
    pub id: ConversationId,
    pub title: String,
    pub system: String,
    /// The path that is shown.
    pub turns: Vec<Turn>,
    /// All other branches.
    pub shelf: Shelf,
    /// Where it is no conversation but a page.
    pub page: Option<Box<Page>>,
    /// Oldest first.
    pub pictures: Vec<Illustration>,
    pub manner: Manner,
    /// Alternatives to the tokens of its answers, with probabilities, by turn.
    pub weighed: HashMap<u64, Vec<TokenChoice>>,
    pub changed_ms: i64,
}

/// One line of a conversation's journal. A file is the list of what happened to it, oldest first; reading it back
/// replays the list, so a torn last line costs only itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum JournalEntry {
    Title {
        title: String,
    },
    System {
        text: String,
    },
    /// A turn begins (an assistant's with empty content, before it streams).
    Begin {
        turn: Turn,
    },
    /// More text for turn `id`.
    Append {
        id: u64,
        text: String,
    },
    /// Turn `id` is complete.
    End {
        id: u64,
        info: TurnInfo,
    },
    /// Alternatives to the tokens of turn `id`, see [`super::weighed`]; empty where they are no longer known.
    Weighed {
        id: u64,
        tokens: String,
    },
    /// Turn `id` now reads `text`.
    Replace {
        id: u64,
        text: String,
    },
    /// Turn `id` and all after it are gone.
    Truncate {
        id: u64,
    },
    /// The branch with turn `id` is shown.
    Select {
        id: u64,
    },
    /// Of a page.
    Page(PageEntry),
    /// A picture is beside a passage.
    Picture {
        picture: Illustration,
    },
    /// It no longer does.
    PictureGone {
        id: u64,
    },
    /// It stays at the top of the list, or no longer.
    Pin {
        on: bool,
    },
    /// The form that it was begun with.
    Form {
        form: FormUse,
    },
    /// Who answers in it.
    Speaker {
        speaker: Speaker,
    },
    /// What the person is called, or who else says turn `turn`.
    Name {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        turn: Option<u64>,
        name: String,
    },
    /// A new card of its world, or one with this number as it is now.
    Card {
        card: super::StoryCard,
    },
    CardGone {
        id: u64,
    },
    /// Its own sliders.
    Sliders {
        params: Box<TextParams>,
    },
}

impl JournalEntry {
    /// Whether it is one of many small ones, so that the disk need not be made to keep each at once.
    pub fn is_streamed(&self) -> bool {
        matches!(
            self,
            Self::Append { .. } | Self::Weighed { .. } | Self::Page(PageEntry::More { .. } | PageEntry::Edit(_))
        )
    }

    /// Whether nothing is left of `earlier` where it comes right after it. True of itself for what a person types,
    /// for then each key brings the whole text.
    pub fn replaces(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (Self::System { .. }, Self::System { .. })
            | (Self::Page(PageEntry::Memory { .. }), Self::Page(PageEntry::Memory { .. }))
            | (Self::Page(PageEntry::Note { .. }), Self::Page(PageEntry::Note { .. })) => true,
            (Self::Page(PageEntry::Card { card }), Self::Page(PageEntry::Card { card: old }))
            | (Self::Card { card }, Self::Card { card: old }) => card.id == old.id,
            _ => false,
        }
    }

    /// Whether nothing is said with it: the conversation's time stays as it is.
    pub fn is_aside(&self) -> bool {
        matches!(
            self,
            Self::Title { .. } | Self::Pin { .. } | Self::Sliders { .. } | Self::Card { .. } | Self::CardGone { .. }
        )
    }
}
