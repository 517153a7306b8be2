//! The state of the context ledger.

use crate::domain::{ConversationId, Ledger, Story, StoryCard, TextParams};

#[derive(Clone, Debug, Default)]
pub struct LedgerState {
    /// What was found last.
    pub found: Option<Ledger>,
    /// What the last request was about; nothing is asked twice.
    pub(super) key: Option<LedgerKey>,
    pub(super) serial: u64,
    pub(super) pending: bool,
}

/// What a ledger depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerKey {
    pub document: Option<ConversationId>,
    /// How many turns, and the last one's number and length.
    pub turns: (usize, (u64, usize)),
    /// The change, the length, the cursor, and what is told beside.
    pub page: Option<(u64, usize, usize, Story)>,
    /// The turn whose new text is the draft.
    pub edited: Option<u64>,
    pub draft: String,
    pub system: String,
    pub cards: Vec<StoryCard>,
    pub params: TextParams,
    pub here: bool,
}
