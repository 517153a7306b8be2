//! A report of a panic that nobody has seen yet.

use std::path::PathBuf;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanicReport {
    pub path: PathBuf,
    /// The program ended with it; else it went on.
    pub ended: bool,
}
