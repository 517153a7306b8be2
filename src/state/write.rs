//! The state of Write.

use std::collections::HashMap;

use super::wanted::Wanted;
use super::{Aim, Finder, GrammarState, LedgerState, PageSpot, Phase};
use crate::domain::{
    ConversationHead, ConversationId, Illustration, JobId, Manner, Page, Shelf, TextParams, TextPrompt, Thinking,
    TokenChoice, Turn,
};
use crate::error::StudioError;
use crate::writing::checks::Finding;
use crate::writing::forms::Values;

/// Write, but for the sliders and the system prompt of new conversations, which are in the settings.
#[derive(Clone, Debug, Default)]
pub struct WriteState {
    /// All conversations, newest first.
    pub conversations: Vec<ConversationHead>,
    pub search: String,
    pub finder: Finder,
    /// The conversation whose file is being read, to be shown.
    pub(super) wanted: Wanted<ConversationId>,
    /// The list of conversations is being read.
    pub(super) listing: Wanted<()>,
    /// What the page is to be scrolled to.
    pub aim: Option<Aim>,
    pub open: OpenConversation,
    pub draft: String,
    /// A turn of the person's that is being edited, and its new text.
    pub editing: Option<(u64, String)>,
    pub job: Option<TextJob>,
    pub error: Option<StudioError>,
    pub ledger: LedgerState,
    pub grammar: GrammarState,
    /// What the model weighed for the tokens of answers that were written in this session.
    pub weighed: HashMap<u64, Vec<TokenChoice>>,
    /// The answer that is shown as its tokens.
    pub inspecting: Option<u64>,
    /// The form that is being filled in.
    pub form: Option<FormState>,
    /// What the checks of the open conversation's form found, and of what.
    pub findings: Vec<Finding>,
    pub(super) checked: Option<Checked>,
    /// The turn by which a check asked for the text once more.
    pub(super) asked_again: Option<u64>,
}

/// An answer as it was held against its form.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Checked {
    pub conversation: ConversationId,
    /// The last turn, how many there are, and whether it is written right now.
    pub last: u64,
    pub turns: usize,
    pub busy: bool,
}

/// A form and what was typed into it.
#[derive(Clone, Debug, PartialEq)]
pub struct FormState {
    pub id: String,
    pub values: Values,
}

/// The conversation on the page. It has an id (and a file) from its first turn on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpenConversation {
    pub id: Option<ConversationId>,
    pub title: String,
    pub system: String,
    /// The path that is shown.
    pub turns: Vec<Turn>,
    /// All other branches.
    pub shelf: Shelf,
    /// Where it is no conversation but a page.
    pub page: Option<Box<Page>>,
    /// Pictures beside its passages, oldest first.
    pub pictures: Vec<Illustration>,
    pub manner: Manner,
}

/// The answer that is being written.
#[derive(Clone, Debug)]
pub struct TextJob {
    /// `None` while the model is still being fetched.
    pub id: Option<JobId>,
    /// The turn that it streams into.
    pub turn: u64,
    pub conversation: ConversationId,
    pub phase: Phase,
    /// Prompt tokens read, and how many there are.
    pub prefill: Option<(usize, usize)>,
    /// Pieces that have come, about one a token.
    pub pieces: usize,
    /// What was weighed for each token so far.
    pub weighed: Vec<TokenChoice>,
    /// What of the answer is thought, and how many of those that were weighed it has been told of.
    pub thinking: Thinking,
    pub heard: usize,
    /// When the first piece came, in the state's clock.
    pub first_ms: Option<i64>,
    pub seed: u64,
    /// The sliders and the model as they were when it was asked.
    pub params: TextParams,
    /// What the model is asked: kept here, since the window may show another conversation by the time a model is fetched.
    pub prompt: TextPrompt,
    /// Where it writes into a page; `turn` is the change that it makes.
    pub page: Option<PageSpot>,
    /// The answer so far: the page may show another conversation meanwhile.
    pub text: String,
}

impl OpenConversation {
    /// Whether there is nothing in it yet.
    pub fn is_blank(&self) -> bool {
        self.page.as_ref().map_or(self.turns.is_empty(), |page| page.text.is_empty())
    }

    pub fn turn(&self, id: u64) -> Option<&Turn> {
        self.turns.iter().find(|t| t.id == id)
    }

    pub(super) fn turn_mut(&mut self, id: u64) -> Option<&mut Turn> {
        self.turns.iter_mut().find(|t| t.id == id)
    }

    pub(super) fn next_turn(&self) -> u64 {
        self.shelf.next_id(&self.turns)
    }
}

impl WriteState {
    /// Whether the page shows the conversation that is being written.
    pub fn is_writing_here(&self) -> bool {
        self.job.as_ref().is_some_and(|job| Some(&job.conversation) == self.open.id.as_ref())
    }

    /// Conversations whose title has the searched words: the pinned ones, then the rest, each newest first.
    pub fn found(&self) -> impl Iterator<Item = &ConversationHead> {
        let needle = self.search.trim().to_lowercase();
        let has = move |head: &&ConversationHead| needle.is_empty() || head.title.to_lowercase().contains(&needle);
        let pinned = self.conversations.iter().filter(|head| head.pinned);
        pinned.chain(self.conversations.iter().filter(|head| !head.pinned)).filter(has)
    }
}

impl TextJob {
    /// Pieces a second so far, at `now_ms`.
    pub fn rate(&self, now_ms: i64) -> Option<f64> {
        let ms = now_ms - self.first_ms?;
        (self.pieces > 1 && ms > 200).then(|| (self.pieces - 1) as f64 * 1000.0 / ms as f64)
    }
}
