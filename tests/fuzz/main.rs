//! Files from outside at random: what they cost in memory is counted, so nothing else runs in this program.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests fail aloud"
)]

mod cards;
mod common;
mod gguf;
mod template;
