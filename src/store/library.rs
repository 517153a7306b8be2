//! The library: a folder of pictures that a person can also walk with any file manager.
//!
//! A picture is at `2026-11-24/2026-11-24_153012_seed-42_a-red-apple.png`. One folder a day keeps each folder small
//! with 100,000 pictures in all (file managers and some file systems crawl in one folder of that many), and the
//! name alone sorts by time wherever it is copied. There is no index: the files are the truth.
//!
//! Deleting moves into `.trash` inside the library, not into the system's trash: a move on the same disk is
//! instant, works the same everywhere, and undo can always take it back; the system's trash can be off, on another
//! disk, or (Windows, macOS) have no way to restore.

use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use jiff::{Timestamp, Zoned, civil, tz::TimeZone};

use super::{atomic, disk_time_ms, export, picture_files, removal};
use crate::domain::{LibraryItem, Picture, PictureRecord, slug};
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::Both;

const TRASH: &str = ".trash";
/// Endings of files that are shown.
const ENDINGS: [&str; 4] = ["png", "jpg", "jpeg", "webp"];
/// How deep folders are looked into below the library.
const DEPTH: usize = 3;

/// Writes a picture into the library and returns its item. `now` is when it was made.
///
/// # Errors
/// The disk is full, or the folder cannot be written to.
pub fn save(
    library: &Path,
    picture: &Picture,
    record: &PictureRecord,
    now: SystemTime,
    zone: &TimeZone,
) -> Result<LibraryItem> {
    let bytes = picture_files::encode_png(picture, Some(record))?;
    let time = Timestamp::try_from(now).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone());
    let (folder, stem) = place(library, &time, record);
    let name = |attempt: u32| match attempt {
        0 => format!("{stem}.png"),
        n => format!("{stem}-{}.png", n + 1),
    };
    let path = atomic::write_new(&folder, name, &bytes)?;
    Ok(LibraryItem {
        path,
        made_ms: time.timestamp().as_millisecond(),
        bytes: bytes.len() as u64,
        width: picture.width,
        height: picture.height,
        record: Some(Box::new(record.clone())),
    })
}

/// The folder and the name, without its ending, of what is made at `time`.
pub fn place(library: &Path, time: &Zoned, record: &PictureRecord) -> (PathBuf, String) {
    let folder = library.join(time.strftime("%Y-%m-%d").to_string());
    (folder, file_stem(time.datetime(), record))
}

/// `2026-11-24_153012_seed-42_a-red-apple`.
fn file_stem(time: civil::DateTime, record: &PictureRecord) -> String {
    let mut stem = format!("{}_seed-{}", time.strftime("%Y-%m-%d_%H%M%S"), record.seed());
    let slug = slug(&record.prompt);
    if !slug.is_empty() {
        stem.push('_');
        stem.push_str(&slug);
    }
    stem
}

/// Tells a file from what was at its path before: its bytes and the time of its last change.
pub type Stamp = (u64, Option<SystemTime>);
/// The files of a library as they were seen last.
pub type Known = HashMap<PathBuf, Stamp>;

/// `None` where there is no file.
pub fn stamp(path: &Path) -> Option<Stamp> {
    let about = fs::metadata(path).ok()?;
    Some((about.len(), about.modified().ok()))
}

/// A walk through the library that can be done in slices, so that saving never waits for it. Files that are as they were
/// known are not opened.
pub struct Scan {
    library: PathBuf,
    folders: Vec<(PathBuf, usize)>,
    files: Vec<PathBuf>,
    items: Vec<LibraryItem>,
    zone: TimeZone,
    /// Whether leftovers of a killed program are removed on the way.
    sweeps: bool,
    /// Known files that were not met yet: what is left at the end is gone.
    before: Known,
    known: Known,
}

/// What a walk found.
#[derive(Debug, PartialEq)]
pub struct Found {
    /// New and changed files, newest first; all of them where none was known.
    pub came: Vec<LibraryItem>,
    pub gone: Vec<PathBuf>,
    pub known: Known,
}

impl Scan {
    /// Begins a walk. A library that does not exist yet is empty.
    pub fn new(library: &Path, zone: TimeZone, known: Known) -> Self {
        Self {
            library: library.to_owned(),
            folders: vec![(library.to_owned(), 0)],
            files: Vec::new(),
            items: Vec::new(),
            zone,
            sweeps: true,
            before: known,
            known: Known::new(),
        }
    }

    /// A walk through what was deleted.
    pub fn of_trash(library: &Path) -> Self {
        Self { sweeps: false, ..Self::new(&library.join(TRASH), TimeZone::system(), Known::new()) }
    }

    /// A walk that removes nothing.
    pub fn looking_only(self) -> Self {
        Self { sweeps: false, ..self }
    }

    pub fn library(&self) -> &Path {
        &self.library
    }

    /// Works until `until`; true when done.
    pub fn step(&mut self, until: Instant) -> bool {
        loop {
            if let Some(file) = self.files.pop() {
                self.look(file);
            } else if let Some((folder, depth)) = self.folders.pop() {
                self.enter(&folder, depth);
            } else {
                return true;
            }
            if Instant::now() >= until {
                return false;
            }
        }
    }

    fn look(&mut self, file: PathBuf) {
        let Some(now) = stamp(&file) else { return };
        if self.before.remove(&file) != Some(now) {
            self.items.extend(item_of(&file, &self.zone));
        }
        self.known.insert(file, now);
    }

    fn enter(&mut self, folder: &Path, depth: usize) {
        if self.sweeps {
            atomic::sweep(folder);
        }
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            // Hidden files and folders are ours (.trash, temporary files) or nobody's business; links are not
            // followed: they may lead in circles.
            let Ok(kind) = entry.file_type() else { continue };
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if kind.is_dir() && depth < DEPTH {
                self.folders.push((entry.path(), depth + 1));
            } else if kind.is_file() && has_picture_ending(&entry.path()) {
                self.files.push(entry.path());
            }
        }
    }

    /// `extra` came or changed while the walk was on; `gone` left.
    pub fn finish(mut self, extra: Vec<LibraryItem>, gone: &[PathBuf]) -> Found {
        self.items.retain(|item| !gone.contains(&item.path) && !extra.iter().any(|e| e.path == item.path));
        self.known.retain(|path, _| !gone.contains(path));
        for item in &extra {
            self.before.remove(&item.path);
            self.known.extend(stamp(&item.path).map(|stamp| (item.path.clone(), stamp)));
        }
        self.items.extend(extra);
        // Pictures of the same second: the later name first.
        self.items.sort_by(|a, b| (b.made_ms, &b.path).cmp(&(a.made_ms, &a.path)));
        Found { came: self.items, gone: self.before.into_keys().collect(), known: self.known }
    }
}

/// The whole library at once, newest first.
#[cfg(test)]
fn scan(library: &Path, zone: &TimeZone) -> Vec<LibraryItem> {
    rescan(library, zone, Known::new()).came
}

#[cfg(test)]
fn rescan(library: &Path, zone: &TimeZone, known: Known) -> Found {
    let mut scan = Scan::new(library, zone.clone(), known);
    while !scan.step(Instant::now() + std::time::Duration::from_secs(60)) {}
    scan.finish(Vec::new(), &[])
}

fn has_picture_ending(path: &Path) -> bool {
    path.extension().is_some_and(|e| ENDINGS.iter().any(|known| e.eq_ignore_ascii_case(known)))
}

/// One file's item from its head alone; `None` for what is no picture. Files that are broken further in are
/// listed: opening them says what is wrong.
pub fn item_of(path: &Path, zone: &TimeZone) -> Option<LibraryItem> {
    let about = fs::metadata(path).ok()?;
    let head = picture_files::read_head_of(path).ok()??;
    let (width, height, record) = (head.width, head.height, head.record());
    let made_ms = time_in_name(path, zone).unwrap_or_else(|| disk_time_ms(about.modified().unwrap_or(UNIX_EPOCH)));
    Some(LibraryItem { path: path.to_owned(), made_ms, bytes: about.len(), width, height, record })
}

/// The newest pictures, newest first, at most `count`: folders and names sort by time, so that no more of them are
/// looked into than it takes.
pub fn newest(library: &Path, zone: &TimeZone, count: usize) -> Vec<LibraryItem> {
    let names = |folder: &Path, folders: bool| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let kept =
            entries.filter(|e| e.file_type().is_ok_and(|kind| if folders { kind.is_dir() } else { kind.is_file() }));
        let mut paths: Vec<PathBuf> = kept.map(|entry| entry.path()).collect();
        paths.sort_by(|a, b| b.cmp(a));
        paths
    };
    let is_day = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| civil::Date::strptime("%Y-%m-%d", name).is_ok())
    };
    let days = names(library, true).into_iter().filter(is_day);
    let files = days.flat_map(|day| names(&day, false)).filter(|path| has_picture_ending(path));
    files.filter_map(|path| item_of(&path, zone)).take(count).collect()
}

/// The time that our names begin with: it survives copying, which the file's own time may not.
fn time_in_name(path: &Path, zone: &TimeZone) -> Option<i64> {
    let name = path.file_name()?.to_str()?;
    let time = civil::DateTime::strptime("%Y-%m-%d_%H%M%S", name.get(..17)?).ok()?;
    Some(time.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
}

/// Where `path` of the library goes when it is deleted.
fn trash_path(library: &Path, path: &Path) -> Result<PathBuf> {
    let inside = path.strip_prefix(library).ok().filter(|inside| {
        inside.components().all(|c| matches!(c, Component::Normal(_))) && inside.components().next().is_some()
    });
    let outside = || {
        StudioError::from(Cause::Io {
            doing: Doing::Deleting,
            path: path.to_owned(),
            reason: Both::new("it is not in the library", "它不在图库中"),
        })
    };
    Ok(library.join(TRASH).join(inside.ok_or_else(outside)?))
}

/// Where a file of the trash was before it was deleted.
pub fn old_place(library: &Path, trashed: &Path) -> Option<PathBuf> {
    trashed.strip_prefix(library.join(TRASH)).ok().map(|inside| library.join(inside))
}

/// Deletes a picture of the trash for good; `path` is its old place.
///
/// # Errors
/// The file cannot be deleted.
pub fn purge(library: &Path, path: &Path) -> Result<()> {
    let trashed = trash_path(library, path)?;
    removal::remove(&trashed)?;
    // The folder of its day, where it was the last one: one that is not empty stays.
    for folder in trashed.ancestors().skip(1).take_while(|folder| folder.starts_with(library.join(TRASH))) {
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}

/// Whether a picture of the library was moved or deleted by somebody else. Of a library that is not there (a disk that was
/// taken out) nobody knows.
pub fn is_gone(library: &Path, path: &Path) -> bool {
    let missing = || fs::symlink_metadata(path).is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound);
    path.starts_with(library) && library.is_dir() && missing()
}

/// The pictures of a library that another one does not show.
pub fn left_in(library: &Path, other: &Path) -> Vec<PathBuf> {
    let mut scan = Scan::new(library, TimeZone::UTC, Known::new()).looking_only();
    while let Some((folder, depth)) = scan.folders.pop() {
        if !folder.starts_with(other) {
            scan.enter(&folder, depth);
        }
    }
    scan.files
}

/// Copies a picture of one library to its place in another, unless it is there already.
///
/// # Errors
/// The file cannot be read, or the copy not written.
pub fn copy_from(library: &Path, path: &Path, to: &Path) -> Result<()> {
    let inside = path.strip_prefix(library).unwrap_or(path);
    let target = to.join(inside);
    let bytes = |path: &Path| fs::metadata(path).ok().map(|about| about.len());
    if target.starts_with(to) && bytes(&target).is_some() && bytes(&target) == bytes(path) {
        return Ok(());
    }
    export::copy_into(path, &to.join(inside.parent().unwrap_or(Path::new(""))))
}

/// Moves a picture into the trash of its library.
///
/// # Errors
/// The file is outside of the library, or cannot be moved.
pub fn trash(library: &Path, path: &Path) -> Result<()> {
    let to = trash_path(library, path)?;
    if let Some(folder) = to.parent() {
        atomic::create_folder(folder)?;
    }
    // A picture of the same name that was deleted before moves aside; the newest can be restored.
    if to.exists() {
        let aside = (2..).map(|n| to.with_extension(format!("{n}.png"))).find(|p| !p.exists());
        let aside = aside.expect("numbers do not end before the disk does");
        fs::rename(&to, aside).map_err(|e| StudioError::io(Doing::Deleting, path, &e))?;
    }
    fs::rename(path, &to).map_err(|e| StudioError::io(Doing::Deleting, path, &e))
}

/// Moves a picture back to where it was; `path` is its old place.
///
/// # Errors
/// The file cannot be moved.
pub fn restore(library: &Path, path: &Path) -> Result<()> {
    let from = trash_path(library, path)?;
    if path.exists() {
        return Err(StudioError::io(Doing::Writing, path, &std::io::ErrorKind::AlreadyExists.into()));
    }
    if let Some(folder) = path.parent() {
        atomic::create_folder(folder)?;
    }
    fs::rename(&from, path).map_err(|e| StudioError::io(Doing::Reading, from, &e))
}

#[cfg(test)]
mod tests;
