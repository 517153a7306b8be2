//! The answer to the question whether two line ends rhyme, in any language.

/// What can be said about two line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhyme {
    Yes,
    No,
    /// The same word (or character) twice.
    Same,
    CannotTell,
}
