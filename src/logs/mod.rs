//! The log file of the window, and reports of panics: files in `logs/` beside the person's data. Nothing is sent anywhere.
//!
//! | file | holds |
//! |---|---|
//! | `studio.log` | what the window did, newest last; `studio.1.log` to `studio.3.log` are older |
//! | `panic-TIME.txt` | a report, by its time in UTC; `.seen.txt` once it was shown or dismissed |
//! | `running` | when the window started; it is there as long as the window runs |
//!
//! No prompt, no text and no home folder of the person may be in them. What is logged anywhere in the program has numbers,
//! ids and the names of causes; `private.rs` cleans what comes from elsewhere. None of this may stop or slow the program:
//! lines that cannot be written are dropped.

mod file;
mod folder;
mod lines;
mod panics;
mod private;
mod subscriber;

use crate::about::{COMMIT, NAME, VERSION};

pub use folder::{begin, end, read, seen};
pub use lines::Log;
pub use panics::report_panics;
pub use subscriber::listen;

/// The program as the log and the reports name it.
pub fn program() -> String {
    format!("{NAME} {VERSION} ({COMMIT})")
}
