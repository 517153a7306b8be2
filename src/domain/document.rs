//! A document, as it stands between the formats of texts.

use std::path::PathBuf;

use super::Role;
use crate::lang::Lang;

/// A page or a conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    pub title: String,
    /// The language it is written in: the `lang` of HTML and of DOCX.
    pub lang: Lang,
    pub blocks: Vec<Block>,
}

/// A part of a document. Quotes, lists and turns hold blocks, at most [`MAX_DEPTH`] deep where Markdown was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// Level 1 to 6.
    Heading {
        level: u8,
        text: Vec<Span>,
    },
    Paragraph(Vec<Span>),
    /// Markdown as somebody wrote it, and what it says: the Markdown export writes it unchanged.
    Written {
        source: String,
        blocks: Vec<Block>,
    },
    /// `start` is the first number; `None` is a list with bullets.
    List {
        start: Option<u64>,
        items: Vec<Vec<Block>>,
    },
    Code {
        language: String,
        text: String,
    },
    Quote(Vec<Block>),
    /// Rows of cells; the first row is the head.
    Table {
        sides: Vec<Side>,
        rows: Vec<Vec<Vec<Span>>>,
    },
    /// What a speaker says.
    Turn {
        role: Role,
        speaker: String,
        /// Whether `speaker` is a name, and not the word for the role.
        named: bool,
        blocks: Vec<Block>,
    },
    /// A picture, and what to say to those who cannot see it.
    Picture {
        image: Image,
        alt: String,
    },
    Rule,
}

/// The alignment of a table's column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    #[default]
    Start,
    Centre,
    End,
}

/// Where a picture is.
#[derive(Clone, Debug, PartialEq)]
pub enum Image {
    /// In the document: a PNG file's bytes.
    Png(Vec<u8>),
    /// On the disk. Markdown names the file; the other formats, which hold their pictures, show its description.
    File(PathBuf),
}

/// Quotes and lists inside each other; deeper ones are read as if they were not so deep.
pub const MAX_DEPTH: usize = 16;

/// A run of text in one manner. A line break is `\n`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    pub bold: bool,
    pub italic: bool,
    pub struck: bool,
    pub code: bool,
    /// A formula with its delimiters. Only parsing for the window distinguishes them from text.
    pub formula: bool,
    pub link: Option<String>,
}

impl Span {
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

impl Document {
    /// Every picture in the document, those in turns too.
    pub fn pictures_mut(&mut self) -> Vec<&mut Block> {
        fn collect<'a>(blocks: &'a mut [Block], out: &mut Vec<&'a mut Block>) {
            for block in blocks {
                match block {
                    Block::Picture { .. } => out.push(block),
                    Block::Turn { blocks, .. } | Block::Written { blocks, .. } | Block::Quote(blocks) => {
                        collect(blocks, out);
                    }
                    Block::List { items, .. } => items.iter_mut().for_each(|item| collect(item, out)),
                    _ => {}
                }
            }
        }
        let mut out = Vec::new();
        collect(&mut self.blocks, &mut out);
        out
    }
}

/// What a text can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFormat {
    Markdown,
    Plain,
    Html,
    Docx,
}

impl TextFormat {
    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Plain => "txt",
            Self::Html => "html",
            Self::Docx => "docx",
        }
    }
}
