//! The state of Write.

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

/// Write, but for the sliders and the system prompt of new conversations, which are in the settings.
#[derive(Clone, Debug, Default)]
pub struct WriteState {
    /// All conversations, newest first.
    pub conversations: Vec<ConversationHead>,
    pub search: String,
    pub text_search: TextSearch,
    /// The conversation whose file is being read, to be shown.
    pub(in crate::state) wanted: Wanted<ConversationId>,
    /// The list of conversations is being read.
    pub(in crate::state) listing: Wanted<()>,
    pub scroll_target: Option<ScrollTarget>,
    pub open: OpenConversation,
    /// The message that is typed, and the conversation that it is for.
    pub draft: String,
    pub draft_of: Option<ConversationId>,
    /// What was typed and left.
    pub left: LeftTexts,
    /// A title that is being typed.
    pub titling: Option<(ConversationId, String)>,
    /// A conversation in which only a character has spoken: it is kept from the first word of the person's on.
    pub(in crate::state) unsaid: Option<Unsaid>,
    /// The draft is sent once the answer that is written is complete.
    pub held: bool,
    /// Conversations that were left with such a message, as they are now.
    pub(in crate::state) held_elsewhere: Vec<OpenConversation>,
    /// A turn of the person's that is being edited, and its new text.
    pub editing: Option<(u64, String)>,
    /// The answer that is being written, else the one that comes next.
    pub job: Option<TextJob>,
    /// Answers of other conversations, which wait for it or for their model; one a conversation.
    pub queue: Vec<TextJob>,
    /// Questions whose model could not be fetched: they are asked once it is here.
    pub(in crate::state) waiting: Vec<TextJob>,
    pub error: Option<StudioError>,
    pub ledger: LedgerState,
    pub grammar: GrammarState,
    pub drafts: DraftsState,
    /// What the model weighed for the tokens of the open conversation's answers.
    pub weighed: HashMap<u64, Vec<TokenChoice>>,
    /// What is kept of conversations that were open before, the latest last.
    pub(in crate::state) aside: Vec<Aside>,
    /// The answer that is shown as its tokens.
    pub inspecting: Option<u64>,
    /// The form that is being filled in.
    pub form: Option<FormState>,
    /// What the checks of the open conversation's form found, and of what.
    pub findings: Vec<Finding>,
    pub(in crate::state) checked: Option<Checked>,
    /// The number of the last text that was, or was not, to be checked: what was found in one before it is stale.
    pub(in crate::state) check_serial: u64,
    /// The turn by which a check asked for the text once more.
    pub(in crate::state) asked_again: Option<u64>,
    /// When the open conversation's own sliders were moved last, where its journal does not have them yet.
    pub(in crate::state) sliders_moved_ms: Option<i64>,
    /// In order.
    pub(in crate::state) handoffs: Vec<Handoff>,
}

/// An answer as it was held against its form.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::state) struct Checked {
    pub conversation: ConversationId,
    /// The last turn, how many there are, and whether it is written right now.
    pub last: u64,
    pub turns: usize,
    pub busy: bool,
}

/// What the session knows of a conversation that its file does not say.
#[derive(Clone, Debug, Default)]
pub(in crate::state) struct Aside {
    pub id: ConversationId,
    pub weighed: HashMap<u64, Vec<TokenChoice>>,
    /// Why its last question has no answer.
    pub error: Option<StudioError>,
}

/// A conversation that is not kept yet, and what is to be in its file.
#[derive(Clone, Debug)]
pub(in crate::state) struct Unsaid {
    pub id: ConversationId,
    pub entries: Vec<JournalEntry>,
}

/// Conversations of which something is kept aside.
const ASIDE: usize = 32;

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

impl OpenConversation {
    /// Whether there is nothing in it yet.
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
    /// All answers that are asked for, the one that is written first.
    pub fn jobs(&self) -> impl Iterator<Item = &TextJob> {
        self.job.iter().chain(&self.queue)
    }

    /// The answer that is written into the open conversation, or waits for that.
    pub fn job_here(&self) -> Option<&TextJob> {
        self.open.id.as_ref().and_then(|id| self.job_of(id))
    }

    pub fn job_of(&self, id: &ConversationId) -> Option<&TextJob> {
        self.jobs().find(|job| job.conversation == *id)
    }

    /// A conversation that is open, or was left with a message that waits.
    pub(in crate::state) fn known_mut(&mut self, id: &ConversationId) -> Option<&mut OpenConversation> {
        std::iter::once(&mut self.open).chain(&mut self.held_elsewhere).find(|open| open.id.as_ref() == Some(id))
    }

    /// Whether an answer is written into the open conversation, or waits for that.
    pub fn is_writing_here(&self) -> bool {
        self.job_here().is_some()
    }

    /// The answer of another conversation that is being written, and its title.
    pub fn writing_elsewhere(&self) -> Option<(&ConversationId, &str)> {
        let job = self.job.as_ref().filter(|job| Some(&job.conversation) != self.open.id.as_ref())?;
        let head = self.conversations.iter().find(|head| head.id == job.conversation);
        Some((&job.conversation, head.map_or("", |head| head.title.as_str())))
    }

    /// Whether the open conversation's last question is answered as soon as its model is here.
    pub fn waits_here(&self) -> bool {
        self.waiting.iter().any(|job| Some(&job.conversation) == self.open.id.as_ref())
    }

    /// Makes the answer that `is` means the first one; false where there is none.
    pub(in crate::state) fn bring(&mut self, is: impl Fn(&TextJob) -> bool) -> bool {
        if self.job.as_ref().is_some_and(&is) {
            return true;
        }
        let Some(at) = self.queue.iter().position(is) else { return false };
        let job = self.queue.remove(at);
        self.queue.splice(..0, self.job.replace(job));
        true
    }

    /// Puts an answer behind those that were asked for before.
    pub(in crate::state) fn enqueue(&mut self, job: TextJob) {
        self.waiting.retain(|other| other.conversation != job.conversation);
        match self.job {
            None => self.job = Some(job),
            Some(_) => self.queue.push(job),
        }
    }

    /// Takes the first answer out; the next one moves up.
    pub(in crate::state) fn take_job(&mut self) -> Option<TextJob> {
        let next = if self.queue.is_empty() { None } else { Some(self.queue.remove(0)) };
        std::mem::replace(&mut self.job, next)
    }

    /// What is kept aside of a conversation that is not open.
    pub(in crate::state) fn aside_of(&mut self, id: &ConversationId) -> &mut Aside {
        let known = self.aside.iter().position(|aside| aside.id == *id).map(|at| self.aside.remove(at));
        self.aside.push(known.unwrap_or_else(|| Aside { id: id.clone(), ..Aside::default() }));
        let old = self.aside.len().saturating_sub(ASIDE);
        self.aside.drain(..old);
        let last = self.aside.len() - 1;
        &mut self.aside[last]
    }

    /// The open conversation is left.
    pub(in crate::state) fn put_aside(&mut self) {
        let (weighed, error) = (std::mem::take(&mut self.weighed), self.error.take());
        let has_question = self.open.is_unanswered();
        if let Some(id) = self.open.id.clone()
            && (!weighed.is_empty() || (has_question && error.is_some()))
        {
            *self.aside_of(&id) = Aside { id: id.clone(), weighed, error: error.filter(|_| has_question) };
        }
    }

    /// A conversation is opened again.
    pub(in crate::state) fn take_aside(&mut self, id: &ConversationId) {
        if let Some(at) = self.aside.iter().position(|aside| aside.id == *id) {
            let Aside { weighed, error, .. } = self.aside.remove(at);
            self.weighed = weighed;
            self.error = error.filter(|_| self.open.is_unanswered());
        }
    }

    /// Conversations whose title has the searched words: the pinned ones, then the rest, each newest first.
    pub fn found(&self) -> impl Iterator<Item = &ConversationHead> {
        let needle = self.search.trim().to_lowercase();
        let has = move |head: &&ConversationHead| needle.is_empty() || head.title.to_lowercase().contains(&needle);
        let pinned = self.conversations.iter().filter(|head| head.pinned);
        pinned.chain(self.conversations.iter().filter(|head| !head.pinned)).filter(has)
    }
}
