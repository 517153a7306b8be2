//! The state of a page beside its text: what is asked of it, and where a model writes.

mod update;
mod writing;

pub(in crate::state) use writing::catch_up;

use crate::domain::{CardKind, StoryCard};

/// What a person can do with a page. Places are bytes of its text.
#[derive(Clone, Debug, PartialEq)]
pub enum PageCommand {
    New,
    /// A new page with the text of these turns.
    Of(Vec<u64>),
    /// The text as it is after typing.
    Type(String),
    Undo,
    Redo,
    /// Shows the page as it was after a change.
    Go(u64),
    /// Lets the model go on at this place.
    Write {
        at: usize,
    },
    /// What the model wrote last once more, beside it.
    Again,
    Memory(String),
    Note(String),
    NoteDepth(u32),
    AddCard(CardKind),
    SetCard(StoryCard),
    RemoveCard(u64),
    /// An image prompt for the text between two places.
    Picture {
        from: usize,
        to: usize,
    },
}

/// Where in a page a model writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSpot {
    /// The change that it makes, and the one that this follows.
    pub edit: u64,
    pub parent: u64,
    pub at: usize,
    /// The text before it ends with a space: the model's own first one is dropped.
    pub spaced: bool,
}
