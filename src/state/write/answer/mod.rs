//! A question and its answer: asked, queued, streamed, ended, and continued after a restart.
//!
//! - `asking`: what is sent, and to which model.
//! - `job`: an answer that is asked for, with what is written of it.
//! - `queue`: what waits: for the answer before it, for a model, for another engine.
//! - `streaming`: the answer comes, piece by piece.
//! - `ended`: its figures, and what stays of it.
//! - `resume`: texts that were being written when the window closed.

mod asking;
mod ended;
mod job;
mod queue;
mod resume;
mod streaming;

pub use job::{Anew, TextJob};
