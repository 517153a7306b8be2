//! The context budget: the parts of a prompt, in tokens, before it is sent.

use super::{ModelRef, TextParams, TextPrompt};

/// A request to measure a prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerRequest {
    /// Counts up, so that older answers can be recognised.
    pub serial: u64,
    pub model: ModelRef,
    pub params: TextParams,
    pub prompt: TextPrompt,
    /// Whether the last message is still being typed.
    pub draft: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Ledger {
    pub serial: u64,
    pub parts: Vec<LedgerPart>,
    /// Size of the context in tokens, and how many of them are reserved for the answer.
    pub context: usize,
    pub answer: usize,
    /// Turns of the conversation that are not read, for lack of room.
    pub dropped_turns: usize,
}

/// A part of a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerPart {
    pub kind: PartKind,
    /// A card's name; empty for the others.
    pub name: String,
    /// Tokens that are read.
    pub tokens: usize,
    /// Tokens that do not fit.
    pub left_out: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartKind {
    /// What the model's template says by itself where nobody gives it a system prompt.
    Own,
    System,
    Memory,
    Note,
    Card,
    /// Turns that show how a character speaks.
    Examples,
    /// The text of a page.
    Text,
    /// Turns of a conversation that were said.
    Turns,
    /// The message that is being typed.
    Draft,
    /// What the model's template puts around the turns.
    Template,
}

impl Ledger {
    /// Tokens that are read.
    pub fn used(&self) -> usize {
        self.parts.iter().map(|part| part.tokens).sum()
    }

    /// Tokens that do not fit, in all parts.
    pub fn left_out(&self) -> usize {
        self.parts.iter().map(|part| part.left_out).sum()
    }

    /// Free tokens of the context.
    pub fn free(&self) -> usize {
        self.context.saturating_sub(self.used() + self.answer)
    }
}
