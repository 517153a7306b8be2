//! What an answer is asked with: the sliders, and what is looked up about them before anything is sent.
//!
//! - `sliders`: those of what is open, and those that new conversations begin with.
//! - `grammar`: whether the grammar of the answer's form can be parsed.
//! - `draft_models`: which models can draft for the one in use.
//! - `ledger`: the context budget: how many tokens the next prompt takes, and what it leaves out.

mod draft_models;
mod grammar;
mod ledger;
mod sliders;

pub(super) use draft_models::draft_files;
pub use draft_models::{DraftsKey, DraftsState};
pub use grammar::GrammarState;
pub use ledger::{LedgerKey, LedgerState};
pub(super) use sliders::settle;
