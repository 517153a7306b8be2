//! Conversations on disk: one append-only file of JSON lines each. Text is on its way to the disk as it streams, so
//! a crash costs at most the last half second.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, UNIX_EPOCH};

use super::{atomic, disk_time_ms, replay};
use crate::disk;
use crate::domain::{ConversationData, ConversationHead, ConversationId, JournalEntry};
use crate::error::{Cause, Doing, Result, StudioError};

const ENDING: &str = "jsonl";
const TRASH: &str = ".trash";
/// While text streams, the disk is made to keep it this often.
pub const SYNC_EVERY: Duration = Duration::from_millis(500);
/// Files held open; conversations are written one or two at a time.
const OPEN_FILES: usize = 8;
/// Entries that could not be written wait in memory up to this many bytes each conversation.
const MAX_WAITING: usize = 16 << 20;
/// Conversations in the list.
const MAX_HEADS: usize = 10_000;
/// Largest file that is opened as a conversation.
const MAX_FILE: u64 = 1 << 30;
/// A file this much longer than what it says is written anew when it is opened.
const COMPACT_RATIO: u64 = 3;
const COMPACT_FROM: u64 = 256 << 10;

/// The folder of conversations and the files that are being written.
pub struct Journals {
    folder: PathBuf,
    open: HashMap<ConversationId, Open>,
    /// Deleted while they may still be written to: their last words go with them.
    deleted: HashSet<ConversationId>,
}

struct Open {
    file: Option<File>,
    /// Lines that are not in the file yet: those of a write that failed go before the next ones.
    waiting: Vec<u8>,
    /// When the oldest byte that the disk may not have was written.
    dirty: Option<Instant>,
    used: Instant,
}

impl Journals {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), open: HashMap::new(), deleted: HashSet::new() }
    }

    /// A conversation's file. Ids are made by us, but come back from files' names: nothing else gets to be a path.
    fn path(&self, id: &ConversationId) -> Result<PathBuf> {
        let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if id.0.is_empty() || id.0.len() > 64 || !id.0.chars().all(good) {
            return Err(StudioError::other("this is no conversation's name"));
        }
        let folder = if self.deleted.contains(id) { self.folder.join(TRASH) } else { self.folder.clone() };
        Ok(folder.join(format!("{}.{ENDING}", id.0)))
    }

    /// Adds an entry. It is in the file when this returns, and on the disk after [`SYNC_EVERY`] at the latest if
    /// [`Journals::sync_due`] is called in time; everything but streamed text is on the disk at once. What could
    /// not be written is kept and tried again with the next entry.
    pub fn append(&mut self, id: &ConversationId, entry: &JournalEntry) -> Result<()> {
        let path = self.path(id)?;
        self.close_idle(id);
        let open = self.open.entry(id.clone()).or_insert_with(Open::new);
        open.used = Instant::now();
        if open.waiting.len() > MAX_WAITING {
            return Err(Cause::DiskFull { path, needed: open.waiting.len() as u64, free: 0 }.into());
        }
        let line =
            serde_json::to_vec(entry).map_err(|e| StudioError::other("a turn could not be written").with_details(e))?;
        open.waiting.extend(line);
        open.waiting.push(b'\n');
        // The list is sorted by the file's time.
        let changed = entry.is_aside().then(|| fs::metadata(&path).and_then(|m| m.modified()).ok()).flatten();
        open.write(&path)?;
        if let Some((file, changed)) = open.file.as_ref().zip(changed) {
            let _ = file.set_modified(changed);
        }
        if entry.is_streamed() { open.sync_if_due(&path) } else { open.sync(&path) }
    }

    /// Writes a whole conversation, on the disk at once.
    pub fn keep(&mut self, id: &ConversationId, entries: &[JournalEntry]) -> Result<()> {
        let path = self.path(id)?;
        let mut lines = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut lines, entry)
                .map_err(|e| StudioError::other("a turn could not be written").with_details(e))?;
            lines.push(b'\n');
        }
        if let Some(folder) = path.parent() {
            atomic::create_folder(folder)?;
        }
        atomic::write(&path, &lines)
    }

    /// Syncs what waits for longer than [`SYNC_EVERY`] and tries again what failed.
    pub fn sync_due(&mut self) -> Result<()> {
        self.each(|open, path| {
            open.write(path)?;
            open.sync_if_due(path)
        })
    }

    /// When [`Journals::sync_due`] should be called next.
    pub fn next_sync(&self) -> Option<Instant> {
        self.open.values().filter_map(|open| open.dirty).min().map(|at| at + SYNC_EVERY)
    }

    /// Everything is on the disk after this.
    pub fn sync_all(&mut self) -> Result<()> {
        self.each(|open, path| {
            open.write(path)?;
            open.sync(path)
        })
    }

    fn each(&mut self, mut work: impl FnMut(&mut Open, &Path) -> Result<()>) -> Result<()> {
        let mut outcome = Ok(());
        let ids: Vec<_> = self.open.keys().cloned().collect();
        for id in ids {
            let path = self.path(&id)?;
            if let Some(open) = self.open.get_mut(&id) {
                outcome = outcome.and(work(open, &path));
            }
        }
        outcome
    }

    /// Keeps the number of open files bounded. A file that holds back unwritten lines is never closed.
    fn close_idle(&mut self, but: &ConversationId) {
        if self.open.len() < OPEN_FILES || self.open.contains_key(but) {
            return;
        }
        let idle = self.open.iter().filter(|(_, open)| open.waiting.is_empty()).min_by_key(|(_, open)| open.used);
        if let Some(id) = idle.map(|(id, _)| id.clone()) {
            self.close(&id);
        }
    }

    fn close(&mut self, id: &ConversationId) {
        if let (Ok(path), Some(mut open)) = (self.path(id), self.open.remove(id)) {
            let _ = open.write(&path).and_then(|()| open.sync(&path));
        }
    }

    /// Reads a conversation whole. One whose file has grown far beyond what it says is written anew.
    pub fn load(&mut self, id: &ConversationId) -> Result<ConversationData> {
        self.close(id);
        let path = self.path(id)?;
        let (file, bytes, changed_ms) = open_bounded(&path)?;
        let changed = file.metadata().and_then(|m| m.modified()).ok();
        let mut reader = BufReader::new(file.take(MAX_FILE));
        let (replay, lines) =
            replay::read(&mut reader, false).map_err(|e| StudioError::io(Doing::Reading, &path, &e))?;
        if lines.lost > 0 {
            tracing::warn!("{}: {} lines could not be read", path.display(), lines.lost);
        }
        // Damaged files stay as they are: someone may still want to look at them.
        if bytes > COMPACT_FROM && lines.lost == 0 {
            let mut short = Vec::new();
            for entry in replay.entries() {
                if serde_json::to_writer(&mut short, &entry).is_ok() {
                    short.push(b'\n');
                }
            }
            if short.len() as u64 * COMPACT_RATIO < bytes && atomic::write(&path, &short).is_ok() {
                // The list is sorted by it, and nothing was said in the conversation.
                let _ = changed.map(|at| File::options().append(true).open(&path).and_then(|f| f.set_modified(at)));
            }
        }
        Ok(replay.finish(id.clone(), changed_ms))
    }

    /// The files of all conversations with the times of their last changes, newest first.
    pub fn files(&self) -> Vec<(i64, ConversationId, PathBuf)> {
        let mut files: Vec<(i64, ConversationId, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let stem = path.file_stem().and_then(|s| s.to_str());
            let Some(id) = stem.filter(|_| path.extension().is_some_and(|e| e == ENDING)) else { continue };
            let changed = entry.metadata().and_then(|m| m.modified()).unwrap_or(UNIX_EPOCH);
            files.push((disk_time_ms(changed), ConversationId(id.to_owned()), path));
        }
        files.sort_by(|a, b| (b.0, &b.1).cmp(&(a.0, &a.1)));
        files.truncate(MAX_HEADS);
        files
    }

    /// All conversations, newest first. Files that cannot be read are left out.
    pub fn list(&self) -> Vec<ConversationHead> {
        let head = |(changed_ms, id, path): (i64, ConversationId, PathBuf)| {
            self.path(&id).ok()?;
            let (file, _, _) = open_bounded(&path).ok()?;
            let (replay, lines) = replay::read(&mut BufReader::new(file.take(MAX_FILE)), true).ok()?;
            // A file of garbage alone is no conversation.
            (lines.good > 0).then(|| ConversationHead {
                id,
                title: replay.title(),
                changed_ms,
                turns: replay.turns(),
                page: replay.is_page(),
                pinned: replay.is_pinned(),
            })
        };
        self.files().into_iter().filter_map(head).collect()
    }

    /// Moves a conversation into the trash beside the others.
    pub fn delete(&mut self, id: &ConversationId) -> Result<()> {
        self.close(id);
        let from = self.path(id)?;
        atomic::create_folder(&self.folder.join(TRASH))?;
        let to = self.folder.join(TRASH).join(format!("{}.{ENDING}", id.0));
        fs::rename(&from, &to).map_err(|e| StudioError::io(Doing::Deleting, &from, &e))?;
        disk::sync_folder(&self.folder);
        self.deleted.insert(id.clone());
        Ok(())
    }

    /// Takes a conversation out of the trash.
    pub fn restore(&mut self, id: &ConversationId) -> Result<()> {
        self.close(id);
        self.deleted.remove(id);
        let to = self.path(id)?;
        let from = self.folder.join(TRASH).join(format!("{}.{ENDING}", id.0));
        if to.exists() {
            return Err(StudioError::io(Doing::Writing, to, &io::ErrorKind::AlreadyExists.into()));
        }
        fs::rename(&from, &to).map_err(|e| StudioError::io(Doing::Reading, from, &e))?;
        disk::sync_folder(&self.folder);
        Ok(())
    }
}

fn open_bounded(path: &Path) -> Result<(File, u64, i64)> {
    let fail = |e: &io::Error| StudioError::io(Doing::Reading, path, e);
    let file = File::open(path).map_err(|e| fail(&e))?;
    let about = file.metadata().map_err(|e| fail(&e))?;
    if about.len() > MAX_FILE {
        let reason = "the file is too large for a conversation".to_owned();
        return Err(Cause::Io { doing: Doing::Reading, path: path.to_owned(), reason }.into());
    }
    Ok((file, about.len(), disk_time_ms(about.modified().unwrap_or(UNIX_EPOCH))))
}

impl Open {
    fn new() -> Self {
        Self { file: None, waiting: Vec::new(), dirty: None, used: Instant::now() }
    }

    /// Brings all waiting lines into the file. After a failure they still wait, and no half line stays behind.
    fn write(&mut self, path: &Path) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let fail = |e: io::Error, bytes: usize| disk::write_error(path, bytes as u64, &e);
        if self.file.is_none() {
            self.file = Some(open_for_append(path)?);
        }
        let Some(file) = self.file.as_mut() else { return Ok(()) };
        let before = file.metadata().map(|m| m.len());
        if let Err(e) = file.write_all(&self.waiting) {
            // If this fails too, the next writer begins on a line of its own.
            let _ = before.and_then(|length| file.set_len(length));
            self.file = None;
            return Err(fail(e, self.waiting.len()));
        }
        self.waiting.clear();
        self.dirty.get_or_insert_with(Instant::now);
        Ok(())
    }

    fn sync_if_due(&mut self, path: &Path) -> Result<()> {
        match self.dirty {
            Some(since) if since.elapsed() >= SYNC_EVERY => self.sync(path),
            _ => Ok(()),
        }
    }

    fn sync(&mut self, path: &Path) -> Result<()> {
        if self.dirty.is_none() {
            return Ok(());
        }
        if let Some(file) = &self.file {
            file.sync_data().map_err(|e| disk::write_error(path, 0, &e))?;
        }
        self.dirty = None;
        Ok(())
    }
}

/// Opens a journal to write at its end, on a fresh line even where the last one was torn.
fn open_for_append(path: &Path) -> Result<File> {
    let fail = |e: io::Error| disk::write_error(path, 0, &e);
    let folder = path.parent().unwrap_or(Path::new("."));
    let is_new = !path.exists();
    if is_new {
        atomic::create_folder(folder)?;
    }
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(fail)?;
    if is_new {
        disk::sync_folder(folder);
        return Ok(file);
    }
    if file.seek(SeekFrom::End(0)).map_err(fail)? > 0 {
        file.seek(SeekFrom::End(-1)).map_err(fail)?;
        let mut last = [0];
        file.read_exact(&mut last).map_err(fail)?;
        if last != *b"\n" {
            file.write_all(b"\n").map_err(fail)?;
        }
    }
    Ok(file)
}

#[cfg(test)]
#[path = "journal_tests.rs"]
pub(super) mod tests;
