//! What a search in the texts of conversations and pages finds.

use super::ConversationId;

/// Most hits of one search.
pub const HITS: usize = 200;

/// A place where the searched words occur.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextHit {
    pub conversation: ConversationId,
    /// The turn; 0 in a page.
    pub turn: u64,
    /// The byte of the text where the words begin.
    pub at: usize,
    /// The words with their surroundings, on one line.
    pub snippet: String,
    /// The bytes of the snippet that were searched for.
    pub words: (usize, usize),
}
