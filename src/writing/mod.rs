//! Writing: forms that ask for a text, checks that hold a text against its form, export to files for other programs,
//! import from them, characters, and ELIZA. Pure functions: text or bytes in, text or bytes out; nothing here opens a file.
//!
//! ```text
//! form + fields -> prompt -> (a model, elsewhere) -> text -> checks -> findings -> "write that line again"
//! Markdown or messages -> Document -> Markdown, plain text, HTML, DOCX
//! page: memory, cards, note, text -> what a model reads of it
//! card or chats of another program -> Persona or ImportedChat
//! ```

pub mod cards;
pub mod chats;
pub mod checks;
pub mod eliza;
pub mod export;
mod fences;
pub mod forms;
pub mod import;
pub mod lines;
pub mod page;
pub mod personas;
