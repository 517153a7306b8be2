//! A conversation from another program's file.

use super::Role;

/// A conversation as it was read. Its versions and branches are a tree, as in our own conversations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportedChat {
    pub title: String,
    pub system: String,
    /// What the person is called; empty where the file does not say.
    pub person: String,
    /// Who answers; empty for an assistant without a name.
    pub speaker: String,
    /// Parents come before their children, versions of a turn in the order of the file.
    pub turns: Vec<ImportedTurn>,
    /// The index of the turn that the path ends with which is shown; `None` for the last one.
    pub shown: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedTurn {
    pub role: Role,
    /// Who says it, where it is neither the person nor the one who usually answers.
    pub name: String,
    pub text: String,
    /// The index of the turn that it follows; `None` for a first turn.
    pub after: Option<usize>,
}
