//! The nouns of the studio: prompts, parameters, jobs, events, artifacts, model cards. Plain data, no behaviour
//! beyond their own rules (ranges, defaults, checks).

mod answer_form;
mod artifact;
mod branches;
mod event;
mod fmt;
mod illustration;
mod job;
mod ledger;
mod manner;
mod model;
mod page;
mod params;
mod persona;
mod sampling;
mod search;
mod settings;
mod text_params;
mod thought;
mod tree;

pub use answer_form::*;
pub use artifact::*;
pub use branches::{START, Shelf};
pub use event::*;
pub use fmt::*;
pub use illustration::{Illustration, PASSAGE, Passage, Subject};
pub use job::*;
pub use ledger::*;
pub use manner::*;
pub use model::*;
pub use page::*;
pub use params::*;
pub use persona::*;
pub use sampling::*;
pub use search::*;
pub use settings::*;
pub use text_params::*;
pub use thought::{Split, Thinking, answer_of, is_thought_tag, opened_by, split as split_thought};
pub use tree::{Run, runs};
