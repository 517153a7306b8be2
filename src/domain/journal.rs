//! The journal of a conversation: what happened to it, line by line.

use serde::{Deserialize, Serialize};

use super::{FormUse, Illustration, PageEntry, Speaker, StoryCard, TextParams, Turn, TurnInfo};

/// One line of a conversation's journal. A file is the list of what happened to it, oldest first; reading it back
/// replays the list, so a torn last line costs only itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum JournalEntry {
    Title {
        title: String,
    },
    System {
        text: String,
    },
    /// A turn begins (an assistant's with empty content, before it streams).
    Begin {
        turn: Turn,
    },
    /// More text for turn `id`.
    Append {
        id: u64,
        text: String,
    },
    /// Turn `id` is complete.
    End {
        id: u64,
        info: TurnInfo,
    },
    /// Alternatives to the tokens of turn `id`, see [`super::weighed`]; empty where they are no longer known.
    Weighed {
        id: u64,
        tokens: String,
    },
    /// Turn `id` now reads `text`.
    Replace {
        id: u64,
        text: String,
    },
    /// Turn `id` and all after it are gone.
    Truncate {
        id: u64,
    },
    /// The branch with turn `id` is shown.
    Select {
        id: u64,
    },
    /// Of a page.
    Page(PageEntry),
    /// A picture is beside a passage.
    Picture {
        picture: Illustration,
    },
    /// It no longer does.
    PictureGone {
        id: u64,
    },
    /// It stays at the top of the list, or no longer.
    Pin {
        on: bool,
    },
    /// The form that it was begun with.
    Form {
        form: FormUse,
    },
    /// Who answers in it.
    Speaker {
        speaker: Speaker,
    },
    /// What the person is called, or who else says turn `turn`.
    Name {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        turn: Option<u64>,
        name: String,
    },
    /// A new card of its world, or one with this number as it is now.
    Card {
        card: StoryCard,
    },
    CardGone {
        id: u64,
    },
    /// Its own sliders.
    Sliders {
        params: Box<TextParams>,
    },
}

impl JournalEntry {
    /// Whether it is one of many small ones, so that the disk need not be made to keep each at once.
    pub fn is_streamed(&self) -> bool {
        matches!(
            self,
            Self::Append { .. } | Self::Weighed { .. } | Self::Page(PageEntry::More { .. } | PageEntry::Edit(_))
        )
    }

    /// Whether nothing is left of `earlier` where it comes right after it. True of itself for what a person types,
    /// for then each key brings the whole text.
    pub fn replaces(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (Self::System { .. }, Self::System { .. })
            | (Self::Page(PageEntry::Memory { .. }), Self::Page(PageEntry::Memory { .. }))
            | (Self::Page(PageEntry::Note { .. }), Self::Page(PageEntry::Note { .. })) => true,
            (Self::Page(PageEntry::Card { card }), Self::Page(PageEntry::Card { card: old }))
            | (Self::Card { card }, Self::Card { card: old }) => card.id == old.id,
            _ => false,
        }
    }

    /// Whether nothing is said with it: the conversation's time stays as it is.
    pub fn is_aside(&self) -> bool {
        matches!(
            self,
            Self::Title { .. } | Self::Pin { .. } | Self::Sliders { .. } | Self::Card { .. } | Self::CardGone { .. }
        )
    }
}
