//! Deleting a file for good, which each trash needs.

use std::fs;
use std::path::Path;

use crate::error::{Doing, Result, StudioError};

/// Removes a file that may be gone already.
///
/// # Errors
/// The file cannot be deleted.
pub fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(StudioError::io(Doing::Deleting, path, &e)),
        _ => Ok(()),
    }
}
