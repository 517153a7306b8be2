//! The place of a card in the Models room.

use crate::domain::Makes;

/// A section of the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Files that cannot be used.
    Broken,
    /// Models that are on the disk or being downloaded.
    Here(Makes),
    ToFetch(Makes),
}

/// The place of a card.
#[derive(Clone, Debug, PartialEq)]
pub struct CardPlace {
    /// The model's id, or a broken file's path.
    pub id: String,
    pub name: String,
    pub section: Section,
}

impl CardPlace {
    /// Whether both are places of the same card. A file that was broken and is now a model has a new card.
    pub(in crate::state) fn is_of_same_card(&self, other: &Self) -> bool {
        self.id == other.id && (self.section == Section::Broken) == (other.section == Section::Broken)
    }
}
