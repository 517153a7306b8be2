//! Formulas: LaTeX's mathematics, read into a tree that can be drawn and put into words.
//!
//! Models write what they saw, not what a compiler would take, and half a formula while they write: reading never fails.
//! An unknown command is shown as its name.

mod plain;
mod read;
mod signs;

pub use plain::plain;
pub use read::read;
pub use signs::{single_struck, stroked};

/// Longest formula that is read, in bytes; and the deepest nesting.
pub const LONGEST: usize = 8_000;
const DEEPEST: usize = 40;

/// A part of a formula.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Row(Vec<Node>),
    Sign(String, Class),
    /// Upright words.
    Words(String),
    /// `∑`, `∫`, `lim`, `sin`. With `limits` its bounds are above and below it in display style.
    Operator {
        text: String,
        big: bool,
        limits: bool,
    },
    /// One above the other; a fraction with a line between them.
    Fraction {
        over: Box<Node>,
        under: Box<Node>,
        line: bool,
    },
    Root {
        index: Option<Box<Node>>,
        of: Box<Node>,
    },
    Scripts {
        base: Box<Node>,
        sub: Option<Box<Node>>,
        sup: Option<Box<Node>>,
    },
    /// Small things above and below.
    Stack {
        base: Box<Node>,
        under: Option<Box<Node>>,
        over: Option<Box<Node>>,
    },
    /// Brackets as high as what is between them. An empty one is not shown.
    Fence {
        left: String,
        inner: Box<Node>,
        right: String,
    },
    /// Rows of cells.
    Grid {
        rows: Vec<Vec<Node>>,
        columns: Columns,
    },
    Mark {
        mark: Mark,
        of: Box<Node>,
    },
    /// In the size of the letters.
    Space(f32),
}

/// What a sign is, for the room around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A variable, slanted.
    Letter,
    Upright,
    Bold,
    Binary,
    Relation,
    Open,
    Close,
    Comma,
}

/// The alignment of a grid's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    Centre,
    Left,
    /// Right and left in turn, without room between the two: equations below each other.
    Pairs,
}

/// A decoration above, below or around something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// An accent above.
    Accent(char),
    LineOver,
    LineUnder,
    ArrowOver,
    BraceOver,
    BraceUnder,
    Frame,
}

/// What is between a formula's delimiters, and whether it has lines of its own.
pub fn inside(source: &str) -> (&str, bool) {
    let source = source.trim();
    for (open, close, display) in [("$$", "$$", true), ("\\[", "\\]", true), ("\\(", "\\)", false), ("$", "$", false)] {
        if let Some(rest) = source.strip_prefix(open) {
            return (rest.strip_suffix(close).unwrap_or(rest), display);
        }
    }
    (source, true)
}

#[cfg(test)]
mod tests;
