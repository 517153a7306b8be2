//! The nouns of the studio: prompts, parameters, jobs, events, artifacts, model cards. Plain data, no behaviour
//! beyond their own rules (ranges, defaults, checks).

mod answer_form;
mod artifact;
mod branches;
mod chat;
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
mod plain_text;
mod restore;
mod sampling;
mod sampling_names;
mod search;
mod settings;
mod text_params;
mod tree;

pub use answer_form::*;
pub use artifact::*;
pub use branches::{START, Shelf};
pub use chat::*;
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
pub use plain_text::text_of;
pub use restore::{Takes, told};
pub use sampling::*;
pub use sampling_names::SamplerName;
pub use search::*;
pub use settings::*;
pub use text_params::*;
pub use tree::{Run, runs};
