//! The state of Write's list: what was found in the texts, and where the page is to go.

use crate::domain::{ConversationId, HITS, StoreRequest, TextHit};
use crate::state::{Effect, Env, WriteState};

/// A search in the texts of all conversations. Titles are searched where they are shown.
#[derive(Clone, Debug, Default)]
pub struct Finder {
    /// In the order of the conversations, newest first.
    pub hits: Vec<TextHit>,
    /// Whether more may come.
    pub running: bool,
    /// Counts up with every letter: an answer to an older search is told by it.
    pub(in crate::state) serial: u64,
    /// When a letter was typed that was not searched for yet.
    pub(in crate::state) typed_ms: Option<i64>,
    /// Where the conversation that is being opened is to be shown.
    pub(in crate::state) goal: Option<(ConversationId, u64, usize)>,
    /// How often the page was sent somewhere.
    pub(in crate::state) aims: u64,
}

/// A place of the page. Each has a number of its own, so that the window goes there once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aim {
    pub serial: u64,
    /// The turn; 0 in a page.
    pub turn: u64,
    /// The byte of its text.
    pub at: usize,
}

impl Finder {
    pub(in crate::state) fn found(&mut self, serial: u64, hits: Vec<TextHit>, done: bool) {
        if serial == self.serial {
            self.hits.extend(hits);
            self.hits.truncate(HITS);
            self.running &= !done;
        }
    }
}

/// A search begins when the letters have rested this long.
const SETTLE_MS: i64 = 250;

impl WriteState {
    pub(in crate::state) fn set_search(&mut self, text: String, env: &mut Env) {
        let finder = &mut self.finder;
        // What was asked for before is no longer wanted.
        finder.serial += 1;
        finder.hits.clear();
        if finder.running {
            env.push(Effect::Store(StoreRequest::SearchTexts { serial: finder.serial, words: String::new() }));
        }
        finder.running = !text.trim().is_empty();
        finder.typed_ms = finder.running.then_some(env.now_ms);
        self.search = text;
    }

    pub(in crate::state) fn search_when_settled(&mut self, env: &mut Env) {
        let (now, finder) = (env.now_ms, &mut self.finder);
        if finder.typed_ms.take_if(|at| now - *at >= SETTLE_MS).is_some() {
            let words = self.search.trim().to_owned();
            env.push(Effect::Store(StoreRequest::SearchTexts { serial: finder.serial, words }));
        }
    }

    pub(in crate::state) fn search_deadline_ms(&self) -> Option<i64> {
        self.finder.typed_ms.map(|at| at + SETTLE_MS)
    }

    /// Opens a conversation at a turn, or a page at a byte.
    pub(in crate::state) fn open_found(&mut self, id: ConversationId, turn: u64, at: usize, env: &mut Env) {
        self.open_conversation(id.clone(), env);
        self.finder.goal = Some((id.clone(), turn, at));
        self.reach_goal(&id, env);
    }

    /// Goes to where the conversation was to be shown, once it is there.
    pub(in crate::state) fn reach_goal(&mut self, id: &ConversationId, env: &mut Env) {
        if self.open.id.as_ref() != Some(id) {
            return;
        }
        if let Some((_, turn, at)) = self.finder.goal.take_if(|(goal, ..)| goal == id) {
            self.aim_at(turn, at, env);
        }
    }

    pub(in crate::state) fn go_to_turn(&mut self, turn: u64, env: &mut Env) {
        self.aim_at(turn, 0, env);
    }

    fn aim_at(&mut self, turn: u64, at: usize, env: &mut Env) {
        let open = &self.open;
        if open.turn(turn).is_none() && open.shelf.turns().iter().any(|other| other.id == turn) {
            self.select_branch(turn, env);
        }
        // On the way that is shown, unless an answer that streams has kept it there.
        let open = &self.open;
        if open.turn(turn).is_some() || (turn == 0 && open.page.is_some()) {
            self.finder.aims += 1;
            self.aim = Some(Aim { serial: self.finder.aims, turn, at });
        }
    }
}
