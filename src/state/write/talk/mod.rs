//! The conversations that are kept: how they begin, are listed, opened, changed and found, and what is typed in them
//! and not sent yet.
//!
//! - `begin`: an id, a title and a file for what is open.
//! - `unsaid`: a conversation in which only a character has spoken is not kept yet.
//! - `conversations`: the list, and each conversation as a whole.
//! - `reads`: requests to the disk whose answers may be out of date.
//! - `turns`: the turns and their branches.
//! - `typed`: messages, edits, titles and forms that are not sent.
//! - `search`: the search in all texts.
//! - `files`: files of other programs, read and written.

mod begin;
mod conversations;
mod files;
mod reads;
mod search;
mod turns;
mod typed;
mod unsaid;

pub(super) use begin::{TITLE, title_of};
pub(super) use files::unknown;
pub use search::{ScrollTarget, TextSearch};
pub use typed::LeftTexts;
pub(super) use typed::is_form_draft;
