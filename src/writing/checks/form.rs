//! The checks that a form can name.

use serde::Deserialize;

use crate::lang::Lang;

/// A property that a text should have.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Check {
    /// Words of an English text, characters of a Chinese one.
    Length {
        #[serde(default)]
        min: usize,
        #[serde(default)]
        max: usize,
    },
    AtMost {
        #[serde(default)]
        max: usize,
    },
    /// Lines that are not blank.
    Lines {
        min: usize,
        max: usize,
    },
    /// Groups of lines with blank lines between them.
    Stanzas {
        min: usize,
        max: usize,
    },
    Paragraphs {
        min: usize,
        max: usize,
    },
    /// The first line stands alone and has at most so many words (English) or characters (Chinese).
    Headline {
        words: usize,
        chars: usize,
    },
    /// An e-mail's first line names its subject.
    Subject,
    /// Markdown headings, the title aside.
    Headings {
        min: usize,
        max: usize,
    },
    /// So many lines, each of so many syllables (Chinese: characters).
    Syllables {
        lines: Vec<usize>,
    },
    /// A letter for each line: the same letter rhymes, `_` is free. Longer texts repeat the scheme.
    Rhyme {
        scheme: String,
    },
    /// No talk about the text around it.
    NoMeta,
    /// The text's language; `None` is the one that was asked in.
    Language {
        #[serde(skip)]
        asked: Option<Lang>,
    },
}
