//! Forms: the fields that a person fills in become a prompt, and the text that is written is checked against them.
//!
//! - `fill`: the fields, the prompt, and the sections of an outline.
//! - `check`: the grammar that an answer must follow, and what the checks find in it.

mod check;
mod fill;
