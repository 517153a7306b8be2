//! Pictures that could not be saved in the library. Each is kept in the program's own folder, where there is room, and
//! goes into the library as soon as that takes it, at the next start at the latest.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::tz::TimeZone;

use super::{atomic, library};
use crate::domain::{JobId, LibraryItem, Picture, PictureRecord};
use crate::error::{Doing, Result, StudioError};
use std::sync::Arc;

/// A picture of a running job; one of an earlier time has none.
pub type Key = Option<(JobId, u32)>;

pub struct Pending {
    folder: PathBuf,
    pictures: Vec<(Key, Kept)>,
}

enum Kept {
    /// The program's folder did not take it either.
    Memory(Arc<Picture>, Box<PictureRecord>, SystemTime),
    File(PathBuf),
}

impl Pending {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, pictures: Vec::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.pictures.is_empty()
    }

    /// Whether a picture would be lost with the program.
    pub fn is_in_memory(&self) -> bool {
        self.pictures.iter().any(|(_, kept)| matches!(kept, Kept::Memory(..)))
    }

    /// Takes up what an earlier time has left.
    pub fn find(&mut self) {
        let inside = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let files = inside(&self.folder).flat_map(|day| inside(&day).collect::<Vec<_>>());
        let mut files: Vec<PathBuf> = files.filter(|file| file.extension().is_some_and(|e| e == "png")).collect();
        files.sort();
        self.pictures.extend(files.into_iter().map(|file| (None, Kept::File(file))));
    }

    /// Keeps a picture that could not be saved.
    pub fn keep(&mut self, key: Key, picture: Arc<Picture>, record: Box<PictureRecord>, zone: &TimeZone) {
        let now = SystemTime::now();
        let kept = match library::save(&self.folder, &picture, &record, now, zone) {
            Ok(item) => Kept::File(item.path),
            Err(_) => Kept::Memory(picture, record, now),
        };
        self.pictures.push((key, kept));
    }

    /// It is asked for again, or was saved elsewhere.
    pub fn forget(&mut self, key: Key) {
        self.pictures.retain(|(other, kept)| {
            let is = *other == key;
            if let (true, Kept::File(path)) = (is, kept) {
                remove(path);
            }
            !is
        });
    }

    /// Puts into the library what that takes now, until something fails.
    pub fn retry(&mut self, library: &Path, zone: &TimeZone) -> (Vec<(Key, LibraryItem)>, Result<()>) {
        let mut done = Vec::new();
        while let Some((key, kept)) = self.pictures.first() {
            let saved = match kept {
                Kept::Memory(picture, record, at) => library::save(library, picture, record, *at, zone).map(Some),
                Kept::File(path) => self.bring(path, library, zone),
            };
            match saved {
                Ok(item) => {
                    done.extend(item.map(|item| (*key, item)));
                    self.pictures.remove(0);
                }
                Err(error) => return (done, Err(error)),
            }
        }
        (done, Ok(()))
    }

    /// `None` where the person has taken the file away.
    fn bring(&self, path: &Path, library: &Path, zone: &TimeZone) -> Result<Option<LibraryItem>> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(StudioError::io(Doing::Reading, path, &e)),
        };
        let day = path.parent().and_then(|day| day.strip_prefix(&self.folder).ok()).unwrap_or(Path::new(""));
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = |attempt: u32| match attempt {
            0 => format!("{stem}.png"),
            n => format!("{stem}-{}.png", n + 1),
        };
        let saved = atomic::write_new(&library.join(day), name, &bytes)?;
        remove(path);
        Ok(library::item_of(&saved, zone))
    }
}

/// With its folders, where they are empty then.
fn remove(path: &Path) {
    let _ = fs::remove_file(path);
    let _ = path.ancestors().skip(1).take(2).try_for_each(fs::remove_dir);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ImageParams;

    fn picture() -> (Arc<Picture>, Box<PictureRecord>) {
        let record = PictureRecord {
            params: ImageParams { prompt: "cat".into(), width: 2, height: 2, ..PictureRecord::default().params },
            ..PictureRecord::default()
        };
        (Arc::new(Picture { width: 2, height: 2, rgba: vec![9; 16] }), Box::new(record))
    }

    #[test]
    fn what_could_not_be_saved_waits_aside_and_goes_into_the_library_at_the_next_start() {
        let home = tempfile::tempdir().unwrap();
        let (aside, blocked) = (home.path().join("unsaved"), home.path().join("library"));
        fs::write(&blocked, "a file where a folder should be").unwrap();
        let key = Some((JobId(1), 0));
        let mut pending = Pending::new(aside.clone());
        let (shot, record) = picture();
        pending.keep(key, shot, record, &TimeZone::UTC);
        assert!(!pending.is_empty() && !pending.is_in_memory());
        assert!(pending.retry(&blocked, &TimeZone::UTC).1.is_err());

        // The next start finds the file, and brings it where it was to be; nothing is left behind.
        let mut next = Pending::new(aside.clone());
        next.find();
        fs::remove_file(&blocked).unwrap();
        let (done, outcome) = next.retry(&blocked, &TimeZone::UTC);
        outcome.unwrap();
        assert_eq!((done.len(), done[0].0, next.is_empty()), (1, None, true));
        assert!(done[0].1.path.starts_with(&blocked) && done[0].1.path.exists());
        assert_eq!(done[0].1.record.as_ref().unwrap().prompt, "cat");
        assert!(!aside.exists());
    }

    #[test]
    fn where_nothing_can_be_written_it_stays_in_memory_until_something_can() {
        let home = tempfile::tempdir().unwrap();
        let blocked = home.path().join("file");
        fs::write(&blocked, "").unwrap();
        let mut pending = Pending::new(blocked.join("unsaved"));
        let (shot, record) = picture();
        let key = Some((JobId(4), 2));
        pending.keep(key, shot, record, &TimeZone::UTC);
        assert!(pending.is_in_memory(), "closing has to ask");
        let (done, _) = pending.retry(&home.path().join("library"), &TimeZone::UTC);
        assert_eq!(done[0].0, key);
        assert!(!pending.is_in_memory());
    }
}
