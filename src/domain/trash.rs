//! What was deleted and can be taken back.

use std::path::PathBuf;

/// The three trashes of the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TrashKind {
    #[default]
    Pictures,
    Conversations,
    Personas,
}

impl TrashKind {
    pub const ALL: [Self; 3] = [Self::Pictures, Self::Conversations, Self::Personas];
}

/// Something in a trash.
#[derive(Clone, Debug, PartialEq)]
pub struct Trashed {
    pub kind: TrashKind,
    /// A picture's old path, the name of a conversation or a persona.
    pub id: PathBuf,
    /// A prompt, a title, a persona's name; may be empty.
    pub name: String,
    /// Where its file is now.
    pub path: PathBuf,
    pub bytes: u64,
    /// Milliseconds since 1970 UTC of when it was made or last changed.
    pub made_ms: i64,
}
