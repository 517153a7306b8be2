//! The nouns of the studio: prompts, parameters, jobs, events, pictures, conversations, model cards. Plain data, no
//! behaviour beyond their own rules (ranges, defaults, checks).

mod answer_form;
mod arrangement;
mod branches;
mod cancel;
mod chat;
mod conversation;
mod desk;
mod enlarge;
mod event;
mod illustration;
mod job;
mod journal;
mod ledger;
mod manner;
mod model;
mod page;
mod parameter;
mod params;
mod persona;
mod picture;
mod plain_text;
mod resolve;
mod restore;
mod sampling;
mod sampling_names;
mod search;
mod settings;
mod size;
mod text_params;
mod things;
mod thought;
mod trash;
mod tree;
pub mod weighed;

pub use answer_form::*;
pub use arrangement::*;
pub use branches::{START, Shelf};
pub use cancel::{CancelToken, Cancelled};
pub use chat::*;
pub use conversation::*;
pub use desk::*;
pub use enlarge::{Enlarge, Filter};
pub use event::*;
pub use illustration::{Illustration, PASSAGE, Passage, Subject};
pub use job::*;
pub use journal::JournalEntry;
pub use ledger::*;
pub use manner::*;
pub use model::*;
pub use page::*;
pub use parameter::{Limit, Parameter, round_f32};
pub use params::*;
pub use persona::*;
pub use picture::*;
pub use plain_text::text_of;
pub use resolve::{At, resolve_model};
pub use restore::{Takes, told};
pub use sampling::*;
pub use sampling_names::SamplerName;
pub use search::*;
pub use settings::*;
pub use size::{ASPECTS, FreeSize};
pub use text_params::*;
pub use things::Things;
pub use thought::{Split, Thinking, answer_of, is_thought_tag, opened_by, split as split_thought};
pub use trash::{TrashKind, Trashed};
pub use tree::{Segment, from_difference, segments};

pub use crate::numbers::*;

/// The program that makes all this, as records name it.
pub const PROGRAM: &str = concat!("AIGC Studio ", env!("CARGO_PKG_VERSION"));
