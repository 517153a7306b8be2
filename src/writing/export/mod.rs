//! Export: conversations and pages as files for other programs. Markdown is parsed into a [`Document`] once, and each
//! format is written from it.

mod compose;
mod direction;
mod docx;
mod docx_parts;
mod html;
mod json;
mod markdown;
mod math;
mod parse;
mod plain;
mod shared;

pub use docx::to_docx;
pub use html::to_html;
pub(super) use json::block as json_block;
pub use markdown::to_markdown;
pub(super) use parse::{OPTIONS, for_window};
pub use plain::to_plain_text;
pub use shared::is_safe_link;

pub use crate::domain::document::{Block, Document, Image, Side, Span, TextFormat};
use crate::error::Result;

impl TextFormat {
    /// The file's bytes.
    ///
    /// # Errors
    /// A DOCX that cannot be written (over 4 GB).
    pub fn write(self, document: &Document) -> Result<Vec<u8>> {
        match self {
            Self::Markdown => Ok(to_markdown(document).into_bytes()),
            Self::Plain => Ok(to_plain_text(document).into_bytes()),
            Self::Html => Ok(to_html(document).into_bytes()),
            Self::Docx => to_docx(document),
        }
    }
}

#[cfg(test)]
mod tests;
