//! Language models: parity with their references, whole answers, and bad files.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests fail aloud and tell figures"
)]

mod archs;
mod bad_files;
mod common;
mod gemma3;
mod ledger;
mod pipeline;
mod smollm2;
mod templates;
