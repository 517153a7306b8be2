//! The state of Write.
//!
//! - `talk`: the conversations that are kept.
//! - `answer`: a question and its answer.
//! - `setup`: what an answer is asked with.
//! - `forms`: forms that become prompts.
//! - `page`: a text that the person and the model write together.
//! - `undo`: what can be taken back.
//!
//! `update` has an arm for each command of `command`; `across` is where other rooms come in.

mod across;
mod answer;
mod command;
mod forms;
mod page;
mod setup;
mod talk;
#[cfg(test)]
pub(super) mod tests;
mod undo;
mod update;

pub use answer::{Anew, TextJob};
pub use command::{TextEdit, WriteCommand};
pub use page::*;
pub use setup::{DraftsKey, DraftsState, GrammarState, LedgerKey, LedgerState};
pub use talk::{LeftTexts, ScrollTarget, TextSearch};
pub use undo::{CardsMoved, WriteUndo};

use std::collections::HashMap;

use crate::domain::{
    ConversationHead, ConversationId, Illustration, JournalEntry, Manner, Page, Role, Shelf, TokenChoice, Turn,
};
use crate::error::StudioError;
use crate::state::wanted::Wanted;
use crate::state::write::update::Handoff;
use crate::writing::checks::Finding;
use crate::writing::forms::Values;

/// Everything of Write except the sliders and the system prompt of new conversations: those are in the settings.
#[derive(Clone, Debug, Default)]
pub struct WriteState {
    /// All conversations, newest first.
    pub conversations: Vec<ConversationHead>,
    pub search: String,
    pub text_search: TextSearch,
    /// The conversation that is shown once its file is read.
    pub(in crate::state) wanted: Wanted<ConversationId>,
    /// The list of conversations is being read.
    pub(in crate::state) listing: Wanted<()>,
    pub scroll_target: Option<ScrollTarget>,
    pub open: OpenConversation,
    /// The message in the field, and its conversation.
    pub draft: String,
    pub draft_of: Option<ConversationId>,
    /// Texts that were typed and left.
    pub left: LeftTexts,
    /// A title that is being typed.
    pub titling: Option<(ConversationId, String)>,
    /// A conversation in which only a character has spoken. It is kept once the person says something.
    pub(in crate::state) unsaid: Option<Unsaid>,
    /// The draft is sent once the current answer is complete.
    pub held: bool,
    /// Conversations that were left while their draft waited to be sent, as they are now.
    pub(in crate::state) held_elsewhere: Vec<OpenConversation>,
    /// A turn of the person's that is being edited, and its new text.
    pub editing: Option<(u64, String)>,
    /// The answer that is being written, or the next one.
    pub job: Option<TextJob>,
    /// Answers of other conversations, at most one each. They wait for `job` or for their model.
    pub queue: Vec<TextJob>,
    /// Questions whose model could not be fetched. They are asked once it is here.
    pub(in crate::state) waiting: Vec<TextJob>,
    pub error: Option<StudioError>,
    pub ledger: LedgerState,
    pub grammar: GrammarState,
    pub drafts: DraftsState,
    /// The log-probabilities of the tokens in the open conversation's answers, by turn.
    pub weighed: HashMap<u64, Vec<TokenChoice>>,
    /// Session data of conversations that were open before, the latest last.
    pub(in crate::state) aside: Vec<Aside>,
    /// The answer that is shown as its tokens.
    pub inspecting: Option<u64>,
    /// The form that is being filled in.
    pub form: Option<FormState>,
    /// What the checks of the open conversation's form found.
    pub findings: Vec<Finding>,
    /// The answer that `findings` is about.
    pub(in crate::state) checked: Option<Checked>,
    /// Counts up whenever the shown answer changes. Findings with an older number are stale.
    pub(in crate::state) check_serial: u64,
    /// The turn with which a check asked for the text again.
    pub(in crate::state) asked_again: Option<u64>,
    /// When the open conversation's own sliders were moved last; `None` once its journal has them.
    pub(in crate::state) sliders_moved_ms: Option<i64>,
    /// What other rooms must do, in order.
    pub(in crate::state) handoffs: Vec<Handoff>,
}

/// An answer that was checked against its form.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::state) struct Checked {
    pub conversation: ConversationId,
    /// The last turn, the number of turns, and whether an answer is being written.
    pub last: u64,
    pub turns: usize,
    pub busy: bool,
}

/// What is known about a conversation until the window closes, and is not in its file.
#[derive(Clone, Debug, Default)]
pub(in crate::state) struct Aside {
    pub id: ConversationId,
    pub weighed: HashMap<u64, Vec<TokenChoice>>,
    /// The reason why its last question has no answer.
    pub error: Option<StudioError>,
}

/// A conversation that is not kept yet, and the entries for its file.
#[derive(Clone, Debug)]
pub(in crate::state) struct Unsaid {
    pub id: ConversationId,
    pub entries: Vec<JournalEntry>,
}

/// The most conversations with an [`Aside`].
const ASIDE: usize = 32;

/// A form and the values of its fields.
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
    /// `Some` if this is a page and no conversation.
    pub page: Option<Box<Page>>,
    /// Pictures beside passages of the text, oldest first.
    pub pictures: Vec<Illustration>,
    pub manner: Manner,
}

impl OpenConversation {
    /// Whether it has no text yet.
    pub fn is_blank(&self) -> bool {
        self.page.as_ref().map_or(self.turns.is_empty(), |page| page.text.is_empty())
    }

    /// Whether its last turn is a question.
    pub fn is_unanswered(&self) -> bool {
        self.turns.last().is_some_and(|turn| turn.message.role == Role::User)
    }

    /// The model of its last answer.
    pub fn written_with(&self) -> Option<&String> {
        let models = self.turns.iter().rev().filter_map(|turn| turn.info.as_ref()).map(|info| &info.model);
        models.into_iter().find(|model| !model.is_empty())
    }

    pub fn turn(&self, id: u64) -> Option<&Turn> {
        self.turns.iter().find(|t| t.id == id)
    }

    pub(in crate::state) fn turn_mut(&mut self, id: u64) -> Option<&mut Turn> {
        self.turns.iter_mut().find(|t| t.id == id)
    }

    pub(in crate::state) fn next_turn(&self) -> u64 {
        self.shelf.next_id(&self.turns)
    }
}

impl WriteState {
    /// All answers that are asked for. The first one is being written.
    pub fn jobs(&self) -> impl Iterator<Item = &TextJob> {
        self.job.iter().chain(&self.queue)
    }

    /// The open conversation's answer that is being written or waits.
    pub fn job_here(&self) -> Option<&TextJob> {
        self.open.id.as_ref().and_then(|id| self.job_of(id))
    }

    pub fn job_of(&self, id: &ConversationId) -> Option<&TextJob> {
        self.jobs().find(|job| job.conversation == *id)
    }

    /// The open conversation, or one that was left with a waiting message.
    pub(in crate::state) fn known_mut(&mut self, id: &ConversationId) -> Option<&mut OpenConversation> {
        std::iter::once(&mut self.open).chain(&mut self.held_elsewhere).find(|open| open.id.as_ref() == Some(id))
    }

    /// Whether the open conversation has an answer that is being written or waits.
    pub fn is_writing_here(&self) -> bool {
        self.job_here().is_some()
    }

    /// The other conversation whose answer is being written, with its title.
    pub fn writing_elsewhere(&self) -> Option<(&ConversationId, &str)> {
        let job = self.job.as_ref().filter(|job| Some(&job.conversation) != self.open.id.as_ref())?;
        let head = self.conversations.iter().find(|head| head.id == job.conversation);
        Some((&job.conversation, head.map_or("", |head| head.title.as_str())))
    }

    /// Whether the open conversation's last question waits for its model.
    pub fn waits_here(&self) -> bool {
        self.waiting.iter().any(|job| Some(&job.conversation) == self.open.id.as_ref())
    }

    /// Moves the answer that `is` selects to the front; false if there is none.
    pub(in crate::state) fn bring(&mut self, is: impl Fn(&TextJob) -> bool) -> bool {
        if self.job.as_ref().is_some_and(&is) {
            return true;
        }
        let Some(at) = self.queue.iter().position(is) else { return false };
        let job = self.queue.remove(at);
        self.queue.splice(..0, self.job.replace(job));
        true
    }

    /// Puts an answer at the end of the queue.
    pub(in crate::state) fn enqueue(&mut self, job: TextJob) {
        self.waiting.retain(|other| other.conversation != job.conversation);
        match self.job {
            None => self.job = Some(job),
            Some(_) => self.queue.push(job),
        }
    }

    /// Removes the first answer; the next one moves up.
    pub(in crate::state) fn take_job(&mut self) -> Option<TextJob> {
        let next = if self.queue.is_empty() { None } else { Some(self.queue.remove(0)) };
        std::mem::replace(&mut self.job, next)
    }

    /// The [`Aside`] of a conversation that is not open; a new one if it has none.
    pub(in crate::state) fn aside_of(&mut self, id: &ConversationId) -> &mut Aside {
        let known = self.aside.iter().position(|aside| aside.id == *id).map(|at| self.aside.remove(at));
        self.aside.push(known.unwrap_or_else(|| Aside { id: id.clone(), ..Aside::default() }));
        let old = self.aside.len().saturating_sub(ASIDE);
        self.aside.drain(..old);
        let last = self.aside.len() - 1;
        &mut self.aside[last]
    }

    /// Keeps the [`Aside`] of the open conversation, which is left.
    pub(in crate::state) fn put_aside(&mut self) {
        let (weighed, error) = (std::mem::take(&mut self.weighed), self.error.take());
        let has_question = self.open.is_unanswered();
        if let Some(id) = self.open.id.clone()
            && (!weighed.is_empty() || (has_question && error.is_some()))
        {
            *self.aside_of(&id) = Aside { id: id.clone(), weighed, error: error.filter(|_| has_question) };
        }
    }

    /// Takes the [`Aside`] of a conversation that is opened again.
    pub(in crate::state) fn take_aside(&mut self, id: &ConversationId) {
        if let Some(at) = self.aside.iter().position(|aside| aside.id == *id) {
            let Aside { weighed, error, .. } = self.aside.remove(at);
            self.weighed = weighed;
            self.error = error.filter(|_| self.open.is_unanswered());
        }
    }

    /// Conversations whose title contains the searched words: pinned ones first, each part newest first.
    pub fn found(&self) -> impl Iterator<Item = &ConversationHead> {
        let needle = self.search.trim().to_lowercase();
        let has = move |head: &&ConversationHead| needle.is_empty() || head.title.to_lowercase().contains(&needle);
        let pinned = self.conversations.iter().filter(|head| head.pinned);
        pinned.chain(self.conversations.iter().filter(|head| !head.pinned)).filter(has)
    }
}
