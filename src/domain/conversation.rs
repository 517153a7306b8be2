//! A conversation as it is kept: its turns, what is told about each answer, and the settings that wrote it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::branches::Shelf;
use super::{FinishReason, Illustration, Manner, PROGRAM, Page, Seed, TextParams, TokenChoice, answer_of};

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
    /// Which model it was: [`ModelCard::hash`](super::ModelCard::hash). A person's own file may have many GB and is not
    /// read whole for this: of it, this is `ends:` and a hash of its length, its first and its last MiB.
    pub model_hash: String,
    /// The program, name and version.
    pub version: String,
}

impl TextRecord {
    /// Of an answer with this seed, by a model with this [`hash`](super::ModelCard::hash).
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
