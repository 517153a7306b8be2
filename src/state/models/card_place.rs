//! The place of a card in Models.

use crate::domain::Makes;

/// A part of the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Files that cannot be used.
    Broken,
    /// Models that are here or on their way.
    Here(Makes),
    ToFetch(Makes),
}

/// The place of a card.
#[derive(Clone, Debug, PartialEq)]
pub struct CardPlace {
    /// The model's id; a broken file's path.
    pub id: String,
    pub name: String,
    pub section: Section,
}

impl CardPlace {
    /// Whether both are of one card: a file that was broken and is a model now has another one.
    pub(in crate::state) fn is_of_same_card(&self, other: &Self) -> bool {
        self.id == other.id && (self.section == Section::Broken) == (other.section == Section::Broken)
    }
}
