//! A document between the formats.

use std::io::Cursor;
use std::path::PathBuf;

use crate::chunks::{self, Chunks};
use crate::domain::Role;
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

    /// Whether both are written in the same manner.
    pub(super) fn like(&self, other: &Self) -> bool {
        (self.bold, self.italic, self.struck, self.code, self.formula, &self.link)
            == (other.bold, other.italic, other.struck, other.code, other.formula, &other.link)
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

/// The text of spans alone.
pub(super) fn text_of(spans: &[Span]) -> String {
    spans.iter().map(|s| s.text.as_str()).collect()
}

/// An address that a reader may follow without harm.
pub fn is_safe_link(url: &str) -> bool {
    let lower = url.trim().to_ascii_lowercase();
    ["http://", "https://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme))
        && !url.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// A character that neither XML nor HTML may hold, nor a reader sees.
pub(super) fn is_forbidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// `text` with `&`, `<`, `>`, quotes escaped, and without what XML 1.0 forbids.
pub(super) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if is_forbidden(c) => {}
            c => out.push(c),
        }
    }
}

/// Width and height of a PNG; `None` where the bytes are no PNG.
pub(super) fn png_size(png: &[u8]) -> Option<(u32, u32)> {
    let mut chunks = Chunks::new(Cursor::new(png))?;
    let head = chunks.next().filter(|chunk| &chunk.kind == b"IHDR" && chunk.length == 13)?;
    let size = chunks::size(&chunks.read(&head).ok()?)?;
    (size.0 > 0 && size.1 > 0).then_some(size)
}
