//! Conversations on disk: one append-only file of JSON lines each. Text is on its way to the disk as it streams, so
//! a crash costs at most the last half second. What the disk refuses stays in memory, is part of what is read, and is
//! tried again until it is written.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::journal_file::{self, MAX_FILE};
use super::replay::{self, Lines, Replay};
use super::{atomic, disk_time_ms, removal};
use crate::disk;
use crate::domain::{ConversationData, ConversationHead, ConversationId, JournalEntry};
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::Both;

const ENDING: &str = "jsonl";
const TRASH: &str = ".trash";
/// While text streams, it is synced to disk this often.
pub const SYNC_EVERY: Duration = Duration::from_millis(500);
/// What a person types (a system prompt, a card...) is written after a pause this long, and at the latest after
/// [`TYPED_LONGEST`].
const SETTLE: Duration = Duration::from_millis(500);
const TYPED_LONGEST: Duration = Duration::from_secs(5);
/// Files held open; conversations are written one or two at a time.
const OPEN_FILES: usize = 8;
/// Conversations in the list.
const MAX_HEADS: usize = 10_000;
/// A file this much longer than what it says is written anew when it is opened.
const COMPACT_RATIO: u64 = 3;
const COMPACT_FROM: u64 = 256 << 10;

/// The folder of conversations and the files that are being written.
pub struct Journals {
    folder: PathBuf,
    open: HashMap<ConversationId, Open>,
    /// Deleted while they may still be written to: their last words go with them.
    deleted: HashSet<ConversationId>,
    /// Files are read and stay as they are.
    read_only: bool,
}

struct Open {
    file: Option<File>,
    /// What is being typed: each key takes the place of the one before.
    typed: Option<Typed>,
    /// Lines that are not in the file yet: those of a write that failed go before the next ones.
    waiting: Vec<u8>,
    /// Lines in the file that the disk may not have, and where they begin.
    unsynced: Vec<u8>,
    synced: u64,
    /// When the oldest of them was written.
    dirty: Option<Instant>,
    used: Instant,
}

struct Typed {
    entry: JournalEntry,
    since: Instant,
    last: Instant,
}

impl Journals {
    /// Journals in `folder`, which is created with the first conversation.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), open: HashMap::new(), deleted: HashSet::new(), read_only: false }
    }

    pub fn read_only(self, read_only: bool) -> Self {
        Self { read_only, ..self }
    }

    pub fn trash_folder(&self) -> PathBuf {
        self.folder.join(TRASH)
    }

    /// Where conversations are: a file among theirs.
    pub fn any_file(&self) -> PathBuf {
        self.folder.join(format!("any.{ENDING}"))
    }

    /// A conversation's file. Ids are made by us, but come back from files' names: nothing else gets to be a path.
    fn path(&self, id: &ConversationId) -> Result<PathBuf> {
        let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if id.0.is_empty() || id.0.len() > 64 || !id.0.chars().all(good) {
            return Err(StudioError::other(Both::new("this is not the name of a conversation", "这不是对话的名称")));
        }
        let folder = if self.deleted.contains(id) { self.folder.join(TRASH) } else { self.folder.clone() };
        Ok(folder.join(format!("{}.{ENDING}", id.0)))
    }

    /// Adds an entry. It is in the file when this returns, and on the disk after [`SYNC_EVERY`] at the latest if
    /// [`Journals::sync_due`] is called in time; everything but streamed text is on the disk at once. What is typed
    /// waits until it settles. What could not be written is kept and tried again with the next entry.
    ///
    /// # Errors
    /// The entry could not be written yet; it is kept and tried again.
    pub fn append(&mut self, id: &ConversationId, entry: &JournalEntry) -> Result<()> {
        let path = self.path(id)?;
        self.close_idle(id);
        let open = self.open.entry(id.clone()).or_insert_with(Open::new);
        open.used = Instant::now();
        if open.typed.as_ref().is_some_and(|typed| !entry.replaces(&typed.entry)) {
            open.settle()?;
        }
        let typed = entry.replaces(entry);
        if typed {
            let now = Instant::now();
            let since = open.typed.as_ref().map_or(now, |typed| typed.since);
            open.typed = Some(Typed { entry: entry.clone(), since, last: now });
        } else {
            open.wait_with(entry)?;
        }
        if open.waiting.is_empty() {
            return Ok(());
        }
        // The list is sorted by the file's time.
        let changed = entry.is_aside().then(|| fs::metadata(&path).and_then(|m| m.modified()).ok()).flatten();
        open.write(&path)?;
        if let Some((file, changed)) = open.file.as_ref().zip(changed) {
            let _ = file.set_modified(changed);
        }
        if typed || entry.is_streamed() { open.sync_if_due(&path) } else { open.sync(&path) }
    }

    /// Writes a whole conversation, on the disk at once.
    ///
    /// # Errors
    /// The disk is full, or the folder cannot be written to.
    pub fn keep(&mut self, id: &ConversationId, entries: &[JournalEntry]) -> Result<()> {
        let path = self.path(id)?;
        let mut lines = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut lines, entry).map_err(|e| {
                StudioError::other(Both::new("a turn could not be written", "对话内容无法写入")).with_details(e)
            })?;
            lines.push(b'\n');
        }
        if let Some(folder) = path.parent() {
            atomic::create_folder(folder)?;
        }
        atomic::write(&path, &lines)
    }

    /// Syncs what waits for longer than [`SYNC_EVERY`] and tries again what failed.
    ///
    /// # Errors
    /// The first conversation that still cannot be written.
    pub fn sync_due(&mut self) -> Result<()> {
        let now = Instant::now();
        self.each(|open, path| {
            if open.typed.as_ref().is_some_and(|typed| typed.due() <= now) {
                open.settle()?;
            }
            open.write(path)?;
            open.sync_if_due(path)
        })
    }

    /// When [`Journals::sync_due`] should be called next.
    pub fn next_sync(&self) -> Option<Instant> {
        let typed = self.open.values().filter_map(|open| open.typed.as_ref()).map(Typed::due);
        let dirty = self.open.values().filter_map(|open| open.dirty).map(|at| at + SYNC_EVERY);
        typed.chain(dirty).min()
    }

    /// Everything is on the disk after this.
    ///
    /// # Errors
    /// The first conversation that still cannot be written.
    pub fn sync_all(&mut self) -> Result<()> {
        self.each(Open::finish)
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

    /// Closes a conversation's file. One that cannot be written stays open with its lines: [`Self::sync_due`] tries
    /// again, and reports.
    fn close(&mut self, id: &ConversationId) {
        if let (Ok(path), Some(open)) = (self.path(id), self.open.get_mut(id))
            && open.finish(&path).is_ok()
        {
            self.open.remove(id);
        }
    }

    /// Lines of a conversation that are in memory alone.
    fn waiting(&self, id: &ConversationId) -> &[u8] {
        self.open.get(id).map_or(&[], |open| &open.waiting)
    }

    /// What a conversation's file and the lines that wait for it say: the replay, how the lines were read, the file's
    /// size and the time of its last change.
    fn read(&self, id: &ConversationId, heads_only: bool) -> Result<(Replay, Lines, u64, Option<SystemTime>)> {
        let path = self.path(id)?;
        let waiting = self.waiting(id);
        let (file, bytes, changed) = match journal_file::open_bounded(&path) {
            Ok((file, about)) => (Some(file), about.len(), about.modified().ok()),
            // It could not even be created.
            Err(_) if !waiting.is_empty() && !path.exists() => (None, 0, None),
            Err(error) => return Err(error),
        };
        let file: Box<dyn Read> = match file {
            Some(file) => Box::new(file.take(MAX_FILE)),
            None => Box::new(io::empty()),
        };
        // They begin on a line of their own.
        let end: &[u8] = if waiting.is_empty() { b"" } else { b"\n" };
        let mut reader = BufReader::new(file.chain(end).chain(waiting));
        let (replay, lines) =
            replay::read(&mut reader, heads_only).map_err(|e| StudioError::io(Doing::Reading, &path, &e))?;
        Ok((replay, lines, bytes, changed))
    }

    /// Reads a conversation whole. One whose file has grown far beyond what it says is written anew.
    ///
    /// # Errors
    /// The file is missing, too large or cannot be read. Damaged lines are skipped.
    pub fn load(&mut self, id: &ConversationId) -> Result<ConversationData> {
        self.load_and_tell(id).map(|(data, _)| data)
    }

    /// The same, with what to tell of lines that a newer version wrote.
    ///
    /// # Errors
    /// The file is missing, too large or cannot be read. Damaged lines are skipped.
    pub fn load_and_tell(&mut self, id: &ConversationId) -> Result<(ConversationData, Option<StudioError>)> {
        self.close(id);
        let path = self.path(id)?;
        let (replay, lines, bytes, changed) = self.read(id, false)?;
        if lines.lost > 0 {
            tracing::warn!("{} lines of a conversation could not be read", lines.lost);
        }
        // Damaged files stay as they are: someone may still want to look at them.
        if !self.read_only && bytes > COMPACT_FROM && lines.lost == 0 && !self.open.contains_key(id) {
            let short = replay.shortest();
            // A newer version may have written what would not be in it.
            let same = || File::open(&path).is_ok_and(|file| replay::is_understood(&mut BufReader::new(file)));
            if short.len() as u64 * COMPACT_RATIO < bytes && same() && atomic::write(&path, &short).is_ok() {
                // The list is sorted by it, and nothing was said in the conversation.
                let _ = changed.map(|at| File::options().append(true).open(&path).and_then(|f| f.set_modified(at)));
            }
        }
        let newer = replay.newer();
        let newer = (newer > 0).then(|| Cause::NewerLines { path, lines: newer }.into());
        Ok((replay.finish(id.clone(), disk_time_ms(changed.unwrap_or_else(SystemTime::now))), newer))
    }

    /// The files of all conversations with the times of their last changes, newest first.
    pub fn files(&self) -> Vec<(i64, ConversationId, PathBuf)> {
        let mut files: Vec<(i64, ConversationId, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let stem = path.file_stem().and_then(|s| s.to_str());
            let Some(id) = stem.filter(|_| path.extension().is_some_and(|e| e == ENDING)) else { continue };
            // A pipe of that name would be waited for.
            let Some(about) = fs::metadata(&path).ok().filter(|about| about.is_file()) else { continue };
            let changed = about.modified().unwrap_or(UNIX_EPOCH);
            files.push((disk_time_ms(changed), ConversationId(id.to_owned()), path));
        }
        files.sort_by(|a, b| (b.0, &b.1).cmp(&(a.0, &a.1)));
        files.truncate(MAX_HEADS);
        files
    }

    /// All conversations, newest first. Files that cannot be read are left out.
    pub fn list(&self) -> Vec<ConversationHead> {
        let head = |(changed_ms, id): (i64, ConversationId)| {
            let (replay, lines, ..) = self.read(&id, true).ok()?;
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
        let files: Vec<_> = self.files().into_iter().map(|(changed_ms, id, _)| (changed_ms, id)).collect();
        let unborn = self.open.keys().filter(|id| !self.deleted.contains(id) && !files.iter().any(|(_, f)| f == *id));
        let unborn: Vec<_> = unborn.map(|id| (disk_time_ms(SystemTime::now()), id.clone())).collect();
        unborn.into_iter().chain(files).filter_map(head).collect()
    }

    /// Moves a conversation into the trash beside the others.
    ///
    /// # Errors
    /// The file cannot be moved.
    pub fn delete(&mut self, id: &ConversationId) -> Result<()> {
        self.close(id);
        let from = self.path(id)?;
        atomic::create_folder(&self.folder.join(TRASH))?;
        let to = self.folder.join(TRASH).join(format!("{}.{ENDING}", id.0));
        self.rename(id, &from, &to).map_err(|e| StudioError::io(Doing::Deleting, &from, &e))?;
        self.deleted.insert(id.clone());
        Ok(())
    }

    /// Deletes a conversation of the trash for good, with what was still to be written to it.
    ///
    /// # Errors
    /// The file cannot be deleted.
    pub fn purge(&mut self, id: &ConversationId) -> Result<()> {
        // One that is not in the trash is not touched.
        self.path(id)?;
        removal::remove(&self.trash_folder().join(format!("{}.{ENDING}", id.0)))?;
        if self.deleted.contains(id) {
            self.open.remove(id);
        }
        Ok(())
    }

    /// Takes a conversation out of the trash.
    ///
    /// # Errors
    /// The file cannot be moved.
    pub fn restore(&mut self, id: &ConversationId) -> Result<()> {
        self.close(id);
        let was_deleted = self.deleted.remove(id);
        let to = self.path(id)?;
        let from = self.folder.join(TRASH).join(format!("{}.{ENDING}", id.0));
        let renamed = if to.exists() {
            Err(StudioError::io(Doing::Writing, to, &io::ErrorKind::AlreadyExists.into()))
        } else {
            self.rename(id, &from, &to).map_err(|e| StudioError::io(Doing::Reading, from, &e))
        };
        if renamed.is_err() && was_deleted {
            self.deleted.insert(id.clone());
        }
        renamed
    }

    /// Moves a conversation's file; one that could not be created yet is in memory alone.
    fn rename(&self, id: &ConversationId, from: &Path, to: &Path) -> io::Result<()> {
        match fs::rename(from, to) {
            Err(e) if e.kind() == io::ErrorKind::NotFound && !self.waiting(id).is_empty() => return Ok(()),
            other => other?,
        }
        disk::sync_folder(&self.folder);
        Ok(())
    }
}

impl Typed {
    fn due(&self) -> Instant {
        (self.last + SETTLE).min(self.since + TYPED_LONGEST)
    }
}

impl Open {
    fn new() -> Self {
        Self {
            file: None,
            typed: None,
            waiting: Vec::new(),
            unsynced: Vec::new(),
            synced: 0,
            dirty: None,
            used: Instant::now(),
        }
    }

    /// An entry becomes a line that waits.
    fn wait_with(&mut self, entry: &JournalEntry) -> Result<()> {
        let line = serde_json::to_vec(entry).map_err(|e| {
            StudioError::other(Both::new("a turn could not be written", "对话内容无法写入")).with_details(e)
        })?;
        self.waiting.extend(line);
        self.waiting.push(b'\n');
        Ok(())
    }

    /// What was typed becomes one too.
    fn settle(&mut self) -> Result<()> {
        self.typed.take().map_or(Ok(()), |typed| self.wait_with(&typed.entry))
    }

    /// Everything is on the disk after this.
    fn finish(&mut self, path: &Path) -> Result<()> {
        self.settle()?;
        self.write(path)?;
        self.sync(path)
    }

    /// Brings all waiting lines into the file. After a failure they still wait, and no half line stays behind.
    fn write(&mut self, path: &Path) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let fail = |e: io::Error, bytes: usize| disk::write_error(path, bytes as u64, &e);
        if self.file.is_none() {
            self.file = Some(journal_file::open_for_append(path)?);
        }
        let Some(file) = self.file.as_mut() else { return Ok(()) };
        let before = file.metadata().map(|m| m.len());
        if let Err(e) = file.write_all(&self.waiting) {
            // If this fails too, the next writer begins on a line of its own.
            let _ = before.and_then(|length| file.set_len(length));
            self.file = None;
            return Err(fail(e, self.waiting.len()));
        }
        if self.unsynced.is_empty() {
            self.synced = before.unwrap_or(0);
        }
        self.unsynced.append(&mut self.waiting);
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
        let synced = match &self.file {
            Some(file) => file.sync_data(),
            None => journal_file::open_for_append(path)?.sync_data(),
        };
        self.dirty = None;
        if let Err(e) = synced {
            // Some systems find the disk full only here, and forget what they could not write: the lines wait again.
            let _ = self.file.take().map(|file| file.set_len(self.synced));
            self.unsynced.append(&mut self.waiting);
            std::mem::swap(&mut self.unsynced, &mut self.waiting);
            return Err(disk::write_error(path, self.waiting.len() as u64, &e));
        }
        self.unsynced.clear();
        Ok(())
    }
}

#[cfg(test)]
#[path = "journal_tests.rs"]
pub(super) mod tests;
