//! Hashes of model files, taken once and remembered.
//!
//! `<file>.verified` beside a file says which hash it had at which size and time of change. While those are the same
//! the hash is believed: hashing gigabytes at every start would cost more than it protects, for who can change the
//! file can change the note.

use std::fs::{self, File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::ModelFile;
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::both;

/// Bytes hashed between two looks at the cancel flag: some milliseconds.
const BLOCK: usize = 1 << 20;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    sha256: String,
    bytes: u64,
    /// Nanoseconds since 1970; not all file systems keep them all.
    changed_ns: u128,
    /// The same of the file's entry, which nobody can set back; 0 where the system has none.
    #[serde(default)]
    entry_ns: i128,
}

/// What the note beside a file says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It is what the card promises, or nothing is promised.
    Good,
    /// It was hashed, and is something else.
    Bad,
    /// It was not hashed since it last changed.
    Unknown,
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
    Some(Note { sha256: sha256.to_owned(), bytes: about.len(), changed_ns, entry_ns: entry_ns(about) })
}

#[cfg(unix)]
fn entry_ns(about: &Metadata) -> i128 {
    use std::os::unix::fs::MetadataExt;
    i128::from(about.ctime()) * 1_000_000_000 + i128::from(about.ctime_nsec())
}

#[cfg(not(unix))]
fn entry_ns(_: &Metadata) -> i128 {
    0
}

/// What is known of a card's file. Reads no more than a note.
pub fn known(path: &Path, file: &ModelFile) -> Known {
    if file.sha256.is_empty() {
        return Known::Good;
    }
    let note = || {
        let about = fs::metadata(path).ok()?;
        let mut text = String::new();
        File::open(note_path(path)).ok()?.take(4096).read_to_string(&mut text).ok()?;
        let note: Note = serde_json::from_str(&text).ok()?;
        (note == note_of(&about, &note.sha256)?).then_some(note.sha256)
    };
    match note() {
        None => Known::Unknown,
        Some(hash) if hash == file.sha256 => Known::Good,
        Some(_) => Known::Bad,
    }
}

/// Remembers that the file has this hash.
pub fn remember(path: &Path, sha256: &str) {
    if let Ok(about) = fs::metadata(path) {
        note(path, &about, sha256);
    }
}

/// A note that cannot be written only costs time later.
fn note(path: &Path, about: &Metadata, sha256: &str) {
    if let Some(text) = note_of(about, sha256).and_then(|note| serde_json::to_string(&note).ok()) {
        let _ = fs::write(note_path(path), text);
    }
}

/// Takes a file's hash and remembers it, good or bad; `None` where `watch` said to stop.
///
/// # Errors
/// A file that cannot be read.
pub fn take(path: &Path, watch: impl FnMut(u64) -> bool) -> Result<Option<String>> {
    // What changes while it is read was not read whole: the note says how it was before.
    let about = fs::metadata(path).map_err(|e| StudioError::io(Doing::Reading, path, &e))?;
    let found = hash(path, watch)?;
    if let Some(found) = &found {
        note(path, &about, found);
    }
    Ok(found)
}

/// SHA-256 of a file in lower-case hex. `watch` is told the bytes done and says whether to continue; `None` where it
/// said no.
///
/// # Errors
/// A file that cannot be read.
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

/// `ends:` and the SHA-256, in hex, of a file's length (8 bytes, little end first), its first and its last MiB: tells
/// files of many GB apart in milliseconds. `None` where it cannot be read.
pub fn ends(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let mut hasher = Sha256::new_with_prefix(length.to_le_bytes());
    for from in [0, length.saturating_sub(BLOCK as u64)] {
        let mut block = Vec::with_capacity(BLOCK);
        file.seek(SeekFrom::Start(from)).ok()?;
        Read::by_ref(&mut file).take(BLOCK as u64).read_to_end(&mut block).ok()?;
        hasher.update(&block);
    }
    Some(format!("ends:{}", hex::encode(hasher.finalize())))
}

/// Takes the hash of a model's file and compares it with the card's. `Ok(false)` where `watch` said to stop.
///
/// # Errors
/// A file that cannot be read, or whose hash is not the card's.
pub fn check(path: &Path, file: &ModelFile, watch: impl FnMut(u64) -> bool) -> Result<bool> {
    let about = fs::metadata(path).map_err(|e| StudioError::io(Doing::Reading, path, &e))?;
    if about.len() != file.bytes {
        let reason = both!("it has {} bytes, its card says {}", "它有 {} 字节，模型卡上是 {}", about.len(), file.bytes);
        return Err(Cause::BadModelFile { path: path.to_owned(), reason }.into());
    }
    let Some(found) = take(path, watch)? else { return Ok(false) };
    if found != file.sha256 { Err(damaged(path, &found, file)) } else { Ok(true) }
}

/// The file has another hash than its card's.
pub fn damaged(path: &Path, found: &str, file: &ModelFile) -> StudioError {
    let reason = both!(
        "its SHA-256 is {found:.12}…, its card says {:.12}…",
        "它的 SHA-256 为 {found:.12}…，模型卡上是 {:.12}…",
        file.sha256
    );
    Cause::BadModelFile { path: path.to_owned(), reason }.into()
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
        assert_eq!(known(&path, &file), Known::Unknown);
        assert!(check(&path, &file, |_| true).unwrap());
        assert_eq!(known(&path, &file), Known::Good);
        assert_eq!(known(&path, &ModelFile { sha256: "0".repeat(64), ..file.clone() }), Known::Bad, "another card");
        assert_eq!(known(&path, &ModelFile { sha256: String::new(), ..file.clone() }), Known::Good, "no promise");
        fs::write(&path, "hallo").unwrap();
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
        File::options().append(true).open(&path).unwrap().set_modified(later).unwrap();
        assert_eq!(known(&path, &file), Known::Unknown);
        let error = check(&path, &file, |_| true).unwrap_err();
        assert!(matches!(error.cause(), Cause::BadModelFile { .. }), "{error:?}");
        assert_eq!(known(&path, &file), Known::Bad, "it is not hashed again either");
    }

    /// Files that differ in their length, at their start or at their end have other hashes; what lies between is not read.
    #[test]
    fn the_ends_of_a_file_tell_it_from_others() {
        let (_home, path, _) = file();
        let of = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            ends(&path).unwrap()
        };
        let expected = Sha256::digest([&5_u64.to_le_bytes()[..], b"hello", b"hello"].concat());
        assert_eq!(of(b"hello"), format!("ends:{}", hex::encode(expected)));
        let whole = vec![0; 3 * BLOCK];
        let with = |at: usize| {
            let mut other = whole.clone();
            other[at] = 1;
            of(&other)
        };
        let same = of(&whole);
        assert_ne!(with(0), same);
        assert_ne!(with(3 * BLOCK - 1), same);
        assert_eq!(with(BLOCK), same);
        assert_ne!(of(&whole[1..]), same);
        assert_eq!(ends(&path.with_extension("x")), None);
    }

    /// Whoever changed the file set its time back: the entry's own tells.
    #[cfg(unix)]
    #[test]
    fn a_changed_file_is_told_though_its_time_is_the_old_one() {
        let (_home, path, file) = file();
        assert!(check(&path, &file, |_| true).unwrap());
        let time = fs::metadata(&path).unwrap().modified().unwrap();
        // The clock of files ticks some milliseconds at a time.
        std::thread::sleep(std::time::Duration::from_millis(30));
        fs::write(&path, "hallo").unwrap();
        File::options().append(true).open(&path).unwrap().set_modified(time).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), time);
        assert_eq!(known(&path, &file), Known::Unknown);
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
        assert_eq!(known(&path, &file), Known::Unknown);
        assert!(!check(&path, &file, |_| false).unwrap(), "stopped");
    }
}
