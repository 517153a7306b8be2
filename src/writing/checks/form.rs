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
        /// What was asked for, between the two.
        #[serde(skip)]
        about: Option<usize>,
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
    /// The first line is alone and has at most this many words (English) or characters (Chinese).
    Headline {
        words: usize,
        chars: usize,
    },
    /// An e-mail's first line names its subject.
    Subject,
    /// Markdown headings, the title aside.
    Headings {
        #[serde(default)]
        min: usize,
        #[serde(default)]
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
    /// No sentence again and again.
    NoLoops,
    /// The text's language; `None` is the one that was asked in.
    Language {
        #[serde(skip)]
        asked: Option<Lang>,
    },
}

impl Check {
    /// Takes over the number that a person asked for; a length may miss it by the share `slack`.
    pub fn ask(&mut self, number: f64, slack: f64) {
        let whole = number as usize;
        match self {
            Self::Length { min, max, about } => {
                *about = Some(whole);
                (*min, *max) = ((number * (1.0 - slack)) as usize, (number * (1.0 + slack)) as usize);
            }
            Self::AtMost { max } => *max = whole,
            Self::Lines { min, max }
            | Self::Stanzas { min, max }
            | Self::Paragraphs { min, max }
            | Self::Headings { min, max } => (*min, *max) = (whole, whole),
            Self::Headline { .. }
            | Self::Subject
            | Self::Syllables { .. }
            | Self::Rhyme { .. }
            | Self::NoMeta
            | Self::NoLoops
            | Self::Language { .. } => {}
        }
    }
}
