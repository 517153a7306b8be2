//! Writing: forms that ask for a text, checks of a text against its form, export to files for other programs,
//! import from them, characters, and ELIZA. Pure functions: text or bytes in, text or bytes out; nothing here opens a file.
//!
//! ```text
//! form + fields -> prompt -> (a model, elsewhere) -> text -> checks -> findings -> "write that line again"
//! Markdown, while it is written -> blocks, formulas -> (the window draws them)
//! Markdown or messages -> Document -> Markdown, plain text, HTML, DOCX
//! page: memory, cards, note, text -> what a model reads of it
//! a passage or an answer -> prompt for a picture
//! messages -> a transcript for a model without a chat template; a first message -> a title
//! card or chats of another program -> Persona or ImportedChat
//! ```

pub mod cards;
pub mod chats;
pub mod checks;
pub mod eliza;
pub mod export;
mod fences;
pub mod forms;
pub mod formula;
pub mod import;
pub mod page;
pub mod personas;
pub mod prompts;
pub mod reading;
pub mod titles;
pub mod transcript;
mod untrusted;
