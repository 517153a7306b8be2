//! Pictures beside the passages of a text that they show.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::ConversationId;

/// Letters of a passage that are kept.
pub const PASSAGE: usize = 4000;
/// Letters at each end of a passage by which it is found after a change.
const ENDS: usize = 24;

/// The part of a text that a picture is to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// The turn of a conversation; 0 in a page.
    #[serde(default)]
    pub turn: u64,
    /// The byte where it began in a page.
    #[serde(default)]
    pub at: usize,
    /// Its words as they were.
    pub text: String,
}

/// A passage of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    pub document: ConversationId,
    pub passage: Passage,
}

/// A picture beside a passage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Illustration {
    pub id: u64,
    #[serde(flatten)]
    pub passage: Passage,
    pub path: PathBuf,
}

impl Passage {
    /// A passage of `text`, which begins at byte `at` of turn `turn` (0 in a page).
    pub fn new(turn: u64, at: usize, text: &str) -> Self {
        Self { turn, at, text: text.trim().chars().take(PASSAGE).collect() }
    }

    /// The byte after the passage in `text`, and whether its words are still as they were. What was changed is looked
    /// for by its end, then by its beginning; what is gone is where it began.
    pub fn find(&self, text: &str) -> (usize, bool) {
        // The nearest of several places with the same words.
        let near = |needle: &str| {
            let places = text.match_indices(needle).map(|(at, _)| at);
            places.min_by_key(|at| at.abs_diff(self.at)).map(|at| at + needle.len())
        };
        if self.text.is_empty() {
            return (text.floor_char_boundary(self.at), false);
        }
        if let Some(end) = near(&self.text) {
            return (end, true);
        }
        let last: String = self.text.chars().rev().take(ENDS).collect::<Vec<_>>().into_iter().rev().collect();
        let first: String = self.text.chars().take(ENDS).collect();
        let found = near(&last).or_else(|| near(&first));
        (found.unwrap_or_else(|| text.floor_char_boundary(self.at)), false)
    }

    /// Whether the whole of a turn still reads as it did.
    pub fn is(&self, text: &str) -> bool {
        self.text == Self::new(0, 0, text).text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_is_found_again_where_it_is_now() {
        let text = "It rained. A fox came by the old mill. It slept.";
        let passage = Passage::new(0, 11, " A fox came by the old mill. ");
        assert_eq!(passage.find(text), (38, true));
        assert_eq!(passage.find(&format!("Long ago. {text}")), (48, true));
        let changed = text.replace("A fox", "A red fox");
        assert_eq!(passage.find(&changed), (42, false), "by its end");
        assert_eq!(passage.find("雨"), (3, false));
        assert_eq!(passage.find(""), (0, false));
    }

    #[test]
    fn of_two_places_the_nearer_one_is_meant() {
        let passage = Passage::new(0, 40, "the sea");
        let text = format!("the sea {}the sea", "x".repeat(40));
        assert_eq!(passage.find(&text), (text.len(), true));
    }

    #[test]
    fn a_turn_is_stale_once_it_reads_otherwise() {
        let passage = Passage::new(3, 0, "A fox.\n");
        assert!(passage.is("A fox. "));
        assert!(!passage.is("A fox!"));
        let long = "雨".repeat(PASSAGE + 10);
        assert!(Passage::new(3, 0, &long).is(&long));
    }
}
