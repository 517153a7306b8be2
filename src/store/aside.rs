//! Files that cannot be read, or not all of them: moved aside, so that nothing of them is lost.

use std::fs;
use std::path::{Path, PathBuf};

use super::atomic;

/// Renames a file by the first of `name(1)`, `name(2)`, ... that is free beside it. Returns where it is then: where it
/// was, if it cannot be renamed.
pub fn set_aside(path: &Path, name: impl Fn(u32) -> String) -> PathBuf {
    let kept = (1..1000).map(|n| path.with_file_name(name(n))).find(|kept| !kept.exists());
    let Some(kept) = kept else { return path.to_owned() };
    match fs::rename(path, &kept) {
        Ok(()) => kept,
        Err(error) => {
            tracing::warn!("a file could not be moved aside: {}", error.kind());
            path.to_owned()
        }
    }
}

/// The same, and writes what was understood in the file's place: so it is reported once, and stays if the program is
/// killed.
pub fn replace(path: &Path, understood: &[u8], name: impl Fn(u32) -> String) -> PathBuf {
    let kept = set_aside(path, name);
    if kept != path
        && let Err(error) = atomic::write(path, understood)
    {
        tracing::warn!("what was understood of a file could not be written: {}", error.kind());
    }
    kept
}
