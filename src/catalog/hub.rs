//! What the model hub says of its large files: size, SHA-256, and the commit that they are of. Asked for where a card
//! has no hash, and kept beside the file: later fetches must give the same.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::fetch_error::FetchError;
use super::http;
use super::verify::beside;
use crate::disk;
use crate::domain::{CancelToken, ModelCard, ModelFile, Source};
use crate::lang::{Both, both};

/// A card's size is about right within this share of it.
const ABOUT: f64 = 0.05;
/// Redirects of a repository that was renamed, or of a mirror.
const HOPS: usize = 5;
const MAX_NOTE: u64 = 4096;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub bytes: u64,
    /// Lower-case hex.
    pub sha256: String,
    /// The commit that the revision named when it was asked; empty where the hub did not say.
    #[serde(default)]
    pub commit: String,
}

impl Facts {
    fn is_good(&self) -> bool {
        let hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        self.bytes > 0 && self.sha256.len() == 64 && hex(&self.sha256) && self.commit.len() <= 64 && hex(&self.commit)
    }

    /// Whether a file of about `bytes` bytes may be meant.
    pub fn is_about(&self, bytes: u64) -> bool {
        (self.bytes as f64 - bytes as f64).abs() <= bytes as f64 * ABOUT
    }

    /// Writes them into the card's file; its revision becomes the commit.
    pub fn complete(&self, file: &mut ModelFile) {
        (file.bytes, file.sha256) = (self.bytes, self.sha256.clone());
        for source in &mut file.sources {
            if let Source::Hub { revision, .. } = source
                && !self.commit.is_empty()
            {
                revision.clone_from(&self.commit);
            }
        }
    }
}

/// Asks for the file's head, as the hub's own tools do before they fetch it.
///
/// # Errors
/// No answer, too many redirects, no SHA-256, or a cancel.
pub fn ask(url: &str, answer: Duration, cancel: &CancelToken) -> Result<Facts, FetchError> {
    let mut url = url.to_owned();
    let mut commit = String::new();
    for _ in 0..HOPS {
        let head = http::head(&url, answer, cancel)?;
        if let Some(said) = head.commit {
            commit = said.to_ascii_lowercase();
        }
        if let (Some(hash), Some(bytes)) = (&head.linked_etag, head.linked_size) {
            let facts = Facts { bytes, sha256: hash.trim_matches('"').to_ascii_lowercase(), commit };
            return if facts.is_good() { Ok(facts) } else { Err(no_hash()) };
        }
        match (head.status, head.location) {
            (300..=399, Some(to)) => url = join(&url, &to).ok_or_else(no_hash)?,
            (200..=299, _) => return Err(no_hash()),
            (status, _) => return Err(FetchError::Source(both!("HTTP {status}", "服务器答复 HTTP {status}"))),
        }
    }
    Err(FetchError::Source(Both::new("it redirects too many times", "它不断转到别的地址")))
}

fn no_hash() -> FetchError {
    FetchError::Source(Both::new("it does not say the file's SHA-256", "它没有给出文件的 SHA-256"))
}

/// Where a redirect leads: a whole address, or a path on the same host.
fn join(url: &str, to: &str) -> Option<String> {
    if to.starts_with("http://") || to.starts_with("https://") {
        return Some(to.to_owned());
    }
    let host = url.find("://").map(|at| at + 3)?;
    let end = url[host..].find('/').map_or(url.len(), |at| host + at);
    to.starts_with('/').then(|| format!("{}{to}", &url[..end]))
}

fn note_path(path: &Path) -> PathBuf {
    beside(path, ".hub")
}

/// What the hub said of the file at `path`, whether or not it is there.
pub fn kept(path: &Path) -> Option<Facts> {
    let mut text = String::new();
    File::open(note_path(path)).ok()?.take(MAX_NOTE).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok().filter(Facts::is_good)
}

/// Writes the facts beside the file at `path`.
///
/// # Errors
/// The file cannot be written.
pub fn keep(path: &Path, facts: &Facts) -> Result<(), FetchError> {
    let to = note_path(path);
    let text = serde_json::to_string(facts).unwrap_or_default();
    fs::write(&to, text).map_err(|e| FetchError::Local(disk::write_error(&to, MAX_NOTE, &e)))
}

/// Fills in what was kept for a card whose files are in `folder`.
pub fn recall(card: &mut ModelCard, folder: &Path) {
    for file in card.files.iter_mut().filter(|file| is_open(file)) {
        if let Some(facts) = kept(&folder.join(&file.name)) {
            facts.complete(file);
        }
    }
}

/// Whether only the hub knows the file's hash.
pub fn is_open(file: &ModelFile) -> bool {
    file.sha256.is_empty() && file.sources.iter().any(|source| matches!(source, Source::Hub { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_lead_to_paths_of_the_same_host_or_elsewhere() {
        let at = "http://hub.example:80/a/b/resolve/main/c";
        assert_eq!(join(at, "/d/e").as_deref(), Some("http://hub.example:80/d/e"));
        assert_eq!(join(at, "https://x.example/y").as_deref(), Some("https://x.example/y"));
        for bad in ["file:///etc/passwd", "d/e", ""] {
            assert_eq!(join(at, bad), None, "{bad}");
        }
    }

    #[test]
    fn notes_that_are_not_whole_are_not_believed() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("m.gguf");
        let good = Facts { bytes: 5, sha256: "ab".repeat(32), commit: "c0ffee".into() };
        keep(&path, &good).unwrap();
        assert_eq!(kept(&path), Some(good.clone()));
        for bad in [
            Facts { bytes: 0, ..good.clone() },
            Facts { sha256: "AB".repeat(32), ..good.clone() },
            Facts { sha256: "ab".into(), ..good.clone() },
            Facts { commit: "../main".into(), ..good.clone() },
        ] {
            keep(&path, &bad).unwrap();
            assert_eq!(kept(&path), None, "{bad:?}");
        }
        fs::write(home.path().join("m.gguf.hub"), [0xff; 9]).unwrap();
        assert_eq!(kept(&path), None);
    }

    #[test]
    fn a_size_is_about_right_within_a_twentieth() {
        let facts = Facts { bytes: 1000, sha256: String::new(), commit: String::new() };
        assert!(facts.is_about(960) && facts.is_about(1040));
        assert!(!facts.is_about(900) && !facts.is_about(2000));
    }
}
