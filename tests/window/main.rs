//! The window by its tree of controls, without a GPU; a few pictures of it; the app that holds it.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests fail aloud"
)]

mod app;
mod long;
mod looks;
mod page;
mod rooms;
mod snapshots;
mod states;
mod write;
