//! The state of Gallery.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::{LibraryItem, Picture};

/// Thumbnails kept in memory: some screens full.
pub const THUMBNAILS: usize = 512;

#[derive(Clone, Debug, Default)]
pub struct GalleryState {
    /// `None` until the library was read.
    pub items: Option<Vec<LibraryItem>>,
    pub search: String,
    pub selected: Option<PathBuf>,
    /// The selected picture in full, once it was read.
    pub opened: Option<(PathBuf, Arc<Picture>)>,
    pub thumbnails: Thumbnails,
    /// Files that were opened and have not been read yet, in order.
    pub(super) opening: Vec<PathBuf>,
    /// A picture that goes to the clipboard once it is read; what is copied after it wins.
    pub(super) copying: Option<PathBuf>,
}

/// The newest thumbnails; the oldest give way.
#[derive(Clone, Debug, Default)]
pub struct Thumbnails {
    ready: HashMap<PathBuf, Arc<Picture>>,
    order: VecDeque<PathBuf>,
    asked: HashSet<PathBuf>,
    bytes: usize,
}

impl Thumbnails {
    pub fn get(&self, path: &Path) -> Option<&Arc<Picture>> {
        self.ready.get(path)
    }

    /// Whether a view that misses it should ask for it: it was not asked for yet, nor found to be broken.
    pub fn is_due(&self, path: &Path) -> bool {
        !self.ready.contains_key(path) && !self.asked.contains(path)
    }

    /// Bytes of all that are kept.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Forgets that `path` is wanted.
    pub(super) fn unwant(&mut self, path: &Path) {
        self.asked.remove(path);
    }

    /// Notes that `path` is wanted; true where it must be asked for.
    pub(super) fn want(&mut self, path: &Path) -> bool {
        self.is_due(path) && self.asked.insert(path.to_owned())
    }

    /// The file may be another one now.
    pub(super) fn forget(&mut self, path: &Path) {
        self.asked.remove(path);
        if let Some(old) = self.ready.remove(path) {
            self.bytes -= old.rgba.len();
            self.order.retain(|other| other != path);
        }
    }

    pub(super) fn put(&mut self, path: PathBuf, picture: Arc<Picture>) {
        self.asked.remove(&path);
        self.bytes += picture.rgba.len();
        match self.ready.insert(path.clone(), picture) {
            Some(old) => self.bytes -= old.rgba.len(),
            None => self.order.push_back(path),
        }
        while self.order.len() > THUMBNAILS {
            let old = self.order.pop_front().and_then(|old| self.ready.remove(&old));
            self.bytes -= old.map_or(0, |old| old.rgba.len());
        }
    }
}

impl GalleryState {
    pub fn item(&self, path: &Path) -> Option<&LibraryItem> {
        self.items.as_ref()?.iter().find(|item| item.path == path)
    }

    /// Items whose prompt or file name has the searched words, newest first.
    pub fn found(&self) -> Vec<&LibraryItem> {
        let needle = self.search.trim().to_lowercase();
        let hit = |item: &&LibraryItem| {
            needle.is_empty()
                || item.record.as_ref().is_some_and(|r| r.prompt.to_lowercase().contains(&needle))
                || item.path.file_name().is_some_and(|n| n.to_string_lossy().to_lowercase().contains(&needle))
        };
        self.items.iter().flatten().filter(hit).collect()
    }
}
