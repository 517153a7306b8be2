//! Export: conversations and pages as files for other programs. A [`Document`] stands between: Markdown is read into
//! it once, and each format is written from it.

mod document;
mod docx;
mod docx_parts;
mod html;
mod markdown;
mod parse;
mod plain;

pub use document::{Block, Document, Span};
pub use docx::to_docx;
pub use html::to_html;
pub use markdown::to_markdown;
pub use plain::to_plain_text;

#[cfg(test)]
mod tests;
