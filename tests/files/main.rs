//! What is kept and what is fetched, and which room may look into which.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests fail aloud and start servers of their own"
)]

mod fetch_http;
#[cfg(unix)]
mod fetch_pip;
mod imports;
mod languages;
mod licences;
mod old_versions;
mod panics;
mod rooms;
mod server;
mod store_full_disk;
#[cfg(unix)]
mod store_kill;
mod store_thread;
mod vectors;
