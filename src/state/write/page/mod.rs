//! A page: the commands that change it, and where a model writes in it.

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
    /// Lets the model continue at this byte.
    Write {
        at: usize,
    },
    /// Writes the model's last text again, in a branch of its own.
    Again,
    Memory(String),
    Note(String),
    NoteDepth(u32),
    AddCard(CardKind),
    SetCard(StoryCard),
    RemoveCard(u64),
    /// A picture prompt for the text between two bytes.
    Picture {
        from: usize,
        to: usize,
    },
}

/// Where in a page a model writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSpot {
    /// The edit that it makes, and the one before.
    pub edit: u64,
    pub parent: u64,
    pub at: usize,
    /// The text before it ends with a space, so the model's own first space is dropped.
    pub spaced: bool,
}
