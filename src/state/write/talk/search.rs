//! The search in the texts of all conversations and pages, and the place that a hit scrolls to.

use crate::domain::{ConversationId, HITS, StoreRequest, TextHit};
use crate::state::{Effect, Env, WriteState};

/// A search in the texts of all conversations. Titles are searched where they are shown.
#[derive(Clone, Debug, Default)]
pub struct TextSearch {
    /// In the order of the conversations, newest first.
    pub hits: Vec<TextHit>,
    /// Whether more may come.
    pub running: bool,
    /// Counts up with every letter. Answers with an older number are dropped.
    pub(in crate::state) serial: u64,
    /// When the last letter was typed, until the search begins.
    pub(in crate::state) typed_ms: Option<i64>,
    /// The conversation, turn and byte to scroll to, once it is open.
    pub(in crate::state) pending: Option<(ConversationId, u64, usize)>,
    /// The number of scroll targets so far.
    pub(in crate::state) scrolls: u64,
}

/// The place to scroll to. Each has its own number, so that the window scrolls there once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScrollTarget {
    pub serial: u64,
    /// The turn; 0 in a page.
    pub turn: u64,
    /// The byte of its text.
    pub at: usize,
}

impl TextSearch {
    pub(in crate::state) fn found(&mut self, serial: u64, hits: Vec<TextHit>, done: bool) {
        if serial == self.serial {
            self.hits.extend(hits);
            self.hits.truncate(HITS);
            self.running &= !done;
        }
    }
}

/// A search begins when nothing was typed for this long.
const SETTLE_MS: i64 = 250;

impl WriteState {
    pub(in crate::state) fn set_search(&mut self, text: String, env: &mut Env) {
        let text_search = &mut self.text_search;
        // The search before is cancelled.
        text_search.serial += 1;
        text_search.hits.clear();
        if text_search.running {
            env.push(Effect::Store(StoreRequest::SearchTexts { serial: text_search.serial, words: String::new() }));
        }
        text_search.running = !text.trim().is_empty();
        text_search.typed_ms = text_search.running.then_some(env.now_ms);
        self.search = text;
    }

    pub(in crate::state) fn search_when_settled(&mut self, env: &mut Env) {
        let (now, text_search) = (env.now_ms, &mut self.text_search);
        if text_search.typed_ms.take_if(|at| now - *at >= SETTLE_MS).is_some() {
            let words = self.search.trim().to_owned();
            env.push(Effect::Store(StoreRequest::SearchTexts { serial: text_search.serial, words }));
        }
    }

    pub(in crate::state) fn search_deadline_ms(&self) -> Option<i64> {
        self.text_search.typed_ms.map(|at| at + SETTLE_MS)
    }

    /// Opens a conversation at a turn, or a page at a byte.
    pub(in crate::state) fn open_hit(&mut self, id: ConversationId, turn: u64, at: usize, env: &mut Env) {
        self.open_conversation(id.clone(), env);
        self.text_search.pending = Some((id.clone(), turn, at));
        self.scroll_when_open(&id, env);
    }

    /// Scrolls to the hit that the conversation was opened for, once it is open.
    pub(in crate::state) fn scroll_when_open(&mut self, id: &ConversationId, env: &mut Env) {
        if self.open.id.as_ref() != Some(id) {
            return;
        }
        if let Some((_, turn, at)) = self.text_search.pending.take_if(|(pending, ..)| pending == id) {
            self.scroll_to(turn, at, env);
        }
    }

    pub(in crate::state) fn go_to_turn(&mut self, turn: u64, env: &mut Env) {
        self.scroll_to(turn, 0, env);
    }

    fn scroll_to(&mut self, turn: u64, at: usize, env: &mut Env) {
        let open = &self.open;
        if open.turn(turn).is_none() && open.shelf.turns().iter().any(|other| other.id == turn) {
            self.select_branch(turn, env);
        }
        // The turn is not shown if a streaming answer has kept the old branch.
        let open = &self.open;
        if open.turn(turn).is_some() || (turn == 0 && open.page.is_some()) {
            self.text_search.scrolls += 1;
            self.scroll_target = Some(ScrollTarget { serial: self.text_search.scrolls, turn, at });
        }
    }
}
