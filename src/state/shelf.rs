//! The state of Write's list: what was found in the texts, and where the page is to go.

use crate::domain::{ConversationId, HITS, TextHit};

/// A search in the texts of all conversations. Titles are searched where they are shown.
#[derive(Clone, Debug, Default)]
pub struct Finder {
    /// In the order of the conversations, newest first.
    pub hits: Vec<TextHit>,
    /// Whether more may come.
    pub running: bool,
    /// Counts up with every letter: an answer to an older search is told by it.
    pub(super) serial: u64,
    /// When a letter was typed that was not searched for yet.
    pub(super) typed_ms: Option<i64>,
    /// Where the conversation that is being opened is to be shown.
    pub(super) goal: Option<(ConversationId, u64, usize)>,
    /// How often the page was sent somewhere.
    pub(super) aims: u64,
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
    pub(super) fn found(&mut self, serial: u64, hits: Vec<TextHit>, done: bool) {
        if serial == self.serial {
            self.hits.extend(hits);
            self.hits.truncate(HITS);
            self.running &= !done;
        }
    }
}
