//! Hashes of model files, taken once and remembered.
//!
//! `<file>.verified` beside a file says which hash it had at which size and time of change. While those are the same
//! the hash is believed: hashing gigabytes at every start would cost more than it protects, for who can change the
//! file can change the note.

use std::fs::{self, File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::ModelFile;
use crate::error::{Cause, Doing, Result, StudioError};

/// Bytes hashed between two looks at the cancel flag: some milliseconds.
const BLOCK: usize = 1 << 20;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    sha256: String,
    bytes: u64,
    /// Nanoseconds since 1970; not all file systems keep them all.
    changed_ns: u128,
}

/// `path` with `suffix` added to its whole name.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

fn note_path(path: &Path) -> PathBuf {
    beside(path, ".verified")
}

fn note_of(about: &Metadata, sha256: &str) -> Option<Note> {
    let changed_ns = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    Some(Note { sha256: sha256.to_owned(), bytes: about.len(), changed_ns })
}

/// Whether the file's hash was checked against the card's since it last changed. Reads no more than a note.
pub fn is_verified(path: &Path, file: &ModelFile) -> bool {
    let note = || {
        let about = fs::metadata(path).ok()?;
        let mut text = String::new();
        File::open(note_path(path)).ok()?.take(4096).read_to_string(&mut text).ok()?;
        let note: Note = serde_json::from_str(&text).ok()?;
        Some(note == note_of(&about, &file.sha256)?)
    };
    note() == Some(true)
}

/// Remembers that the file has this hash. A note that cannot be written only costs time later.
pub fn remember(path: &Path, sha256: &str) {
    let note = fs::metadata(path).ok().and_then(|about| note_of(&about, sha256));
    if let Some(text) = note.and_then(|note| serde_json::to_string(&note).ok()) {
        let _ = fs::write(note_path(path), text);
    }
}

/// SHA-256 of a file in lower-case hex. `watch` is told the bytes done and says whether to go on; `None` where it
/// said no.
pub fn hash(path: &Path, mut watch: impl FnMut(u64) -> bool) -> Result<Option<String>> {
    let fail = |e: &std::io::Error| StudioError::io(Doing::Reading, path, e);
    let mut file = File::open(path).map_err(|e| fail(&e))?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; BLOCK];
    let mut done = 0;
    loop {
        if !watch(done) {
            return Ok(None);
        }
        let read = match file.read(&mut block) {
            Ok(0) => return Ok(Some(hex::encode(hasher.finalize()))),
            Ok(read) => read,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(fail(&e)),
        };
        hasher.update(&block[..read]);
        done += read as u64;
    }
}

/// Takes the hash of a model's file and compares it with the card's. `Ok(false)` where `watch` said to stop.
pub fn check(path: &Path, file: &ModelFile, watch: impl FnMut(u64) -> bool) -> Result<bool> {
    let about = fs::metadata(path).map_err(|e| StudioError::io(Doing::Reading, path, &e))?;
    if about.len() != file.bytes {
        let reason = format!("it has {} bytes, its card says {}", about.len(), file.bytes);
        return Err(Cause::BadModelFile { path: path.to_owned(), reason }.into());
    }
    let Some(found) = hash(path, watch)? else { return Ok(false) };
    if found != file.sha256 {
        let _ = fs::remove_file(note_path(path));
        let reason = format!("its SHA-256 is {found:.12}…, its card says {:.12}…", file.sha256);
        return Err(Cause::BadModelFile { path: path.to_owned(), reason }.into());
    }
    remember(path, &found);
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> (tempfile::TempDir, PathBuf, ModelFile) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a.gguf");
        fs::write(&path, "hello").unwrap();
        let sha256 = hex::encode(Sha256::digest(b"hello"));
        (home, path, ModelFile { name: "a.gguf".into(), bytes: 5, sha256, sources: Vec::new() })
    }

    #[test]
    fn a_checked_file_is_not_hashed_again_until_it_changes() {
        let (_home, path, file) = file();
        assert!(!is_verified(&path, &file));
        assert!(check(&path, &file, |_| true).unwrap());
        assert!(is_verified(&path, &file));
        assert!(!is_verified(&path, &ModelFile { sha256: "0".repeat(64), ..file.clone() }), "another card");
        fs::write(&path, "hallo").unwrap();
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
        File::options().append(true).open(&path).unwrap().set_modified(later).unwrap();
        assert!(!is_verified(&path, &file));
        let error = check(&path, &file, |_| true).unwrap_err();
        assert!(matches!(error.cause(), Cause::BadModelFile { .. }), "{error:?}");
    }

    #[test]
    fn wrong_sizes_missing_files_and_broken_notes_are_told_apart() {
        let (_home, path, file) = file();
        let short = ModelFile { bytes: 6, ..file.clone() };
        assert!(matches!(check(&path, &short, |_| true).unwrap_err().cause(), Cause::BadModelFile { .. }));
        assert!(matches!(
            check(&path.with_extension("x"), &file, |_| true).unwrap_err().cause(),
            Cause::FileMissing { .. }
        ));
        fs::write(note_path(&path), [0xff; 100]).unwrap();
        assert!(!is_verified(&path, &file));
        assert!(!check(&path, &file, |_| false).unwrap(), "stopped");
    }
}
