//! The state of Gallery.

mod across;
mod command;
mod library;
#[cfg(test)]
mod tests;
mod update;

pub use command::GalleryCommand;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::{LibraryItem, Picture};
use crate::error::StudioError;
use crate::scene::Query;

/// Maximum number of thumbnails in memory: some screens full.
pub const THUMBNAILS: usize = 512;

/// How many pictures can be compared side by side.
pub const COMPARED: std::ops::RangeInclusive<usize> = 2..=4;

#[derive(Clone, Debug, Default)]
pub struct GalleryState {
    /// The pictures of the library, newest first; `None` until it is read.
    pub items: Option<Vec<LibraryItem>>,
    /// Counts changes of `items`, so that views know when to update.
    pub serial: u64,
    pub search: String,
    pub selected: Option<PathBuf>,
    /// The pictures that an action on several is for. Either empty, or at least two.
    pub marked: BTreeSet<PathBuf>,
    /// Whether the selected picture is shown over the whole room.
    pub full: bool,
    /// The other full pictures of a comparison, as far as they are read.
    pub compared: BTreeMap<PathBuf, Arc<Picture>>,
    pub(in crate::state) looked: Looks,
    /// Pictures to copy once the user has chosen a folder.
    pub(in crate::state) to_copy: Vec<PathBuf>,
    /// The selected picture in full, once it is read.
    pub opened: Option<(PathBuf, Arc<Picture>)>,
    pub thumbnails: Thumbnails,
    /// Files that were opened and are not read yet, in order.
    pub(in crate::state) opening: Vec<PathBuf>,
    /// A picture that goes to the clipboard once it is read. A later copy replaces it.
    pub(in crate::state) copying: Option<PathBuf>,
}

/// Thumbnails in memory. The oldest are dropped.
#[derive(Clone, Debug, Default)]
pub struct Thumbnails {
    ready: HashMap<PathBuf, Arc<Picture>>,
    order: VecDeque<PathBuf>,
    asked: HashSet<PathBuf>,
    /// Files that cannot be shown, and why.
    broken: HashMap<PathBuf, StudioError>,
    bytes: usize,
}

impl Thumbnails {
    pub fn get(&self, path: &Path) -> Option<&Arc<Picture>> {
        self.ready.get(path)
    }

    /// Whether a view that needs it must request it: it was not requested yet, and is not known to be broken.
    pub fn is_due(&self, path: &Path) -> bool {
        !self.ready.contains_key(path) && !self.asked.contains(path) && !self.broken.contains_key(path)
    }

    /// Why the file at this path cannot be shown; `None` if it can.
    pub fn broken(&self, path: &Path) -> Option<&StudioError> {
        self.broken.get(path)
    }

    pub(in crate::state) fn note_broken(&mut self, path: PathBuf, error: StudioError) {
        self.asked.remove(&path);
        self.broken.insert(path, error);
    }

    /// Bytes of all thumbnails.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Drops a thumbnail, because its file has changed.
    pub(in crate::state) fn forget(&mut self, path: &Path) {
        self.asked.remove(path);
        self.broken.remove(path);
        if let Some(old) = self.ready.remove(path) {
            self.bytes -= old.rgba.len();
            self.order.retain(|kept| kept != path);
        }
    }

    /// Marks `path` as not requested.
    pub(in crate::state) fn unwant(&mut self, path: &Path) {
        self.asked.remove(path);
    }

    /// Marks `path` as requested. Returns true if the store must be asked.
    pub(in crate::state) fn want(&mut self, path: &Path) -> bool {
        self.is_due(path) && self.asked.insert(path.to_owned())
    }

    pub(in crate::state) fn put(&mut self, path: PathBuf, picture: Arc<Picture>) {
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

    /// Items that the search finds, newest first: by words in the prompt or file name, or by the meaning of the prompt.
    pub fn found(&self) -> Vec<&LibraryItem> {
        self.places().into_iter().filter_map(|at| self.items.as_ref()?.get(at)).collect()
    }

    /// Indices of the found items in `items`.
    pub fn places(&self) -> Vec<usize> {
        let is_wanted = self.is_wanted();
        let items = self.items.as_deref().unwrap_or_default();
        (0..items.len()).filter(|at| is_wanted(&items[*at])).collect()
    }

    /// Whether the search finds this picture.
    pub(in crate::state) fn is_found(&self, path: &Path) -> bool {
        self.item(path).is_some_and(self.is_wanted())
    }

    /// Whether the search finds an item. All searches for pictures use this.
    fn is_wanted(&self) -> impl Fn(&LibraryItem) -> bool + use<> {
        let search = Search::new(&self.search);
        move |item| search.finds(item)
    }

    /// The marked pictures, in the order of the grid.
    pub fn marked_items(&self) -> Vec<&LibraryItem> {
        self.items.iter().flatten().filter(|item| self.marked.contains(&item.path)).collect()
    }

    /// Whether the full view shows the marked pictures side by side.
    pub fn is_comparing(&self) -> bool {
        self.full && COMPARED.contains(&self.marked.len())
    }

    /// Records that the list has changed.
    pub(in crate::state) fn changed(&mut self) {
        self.serial += 1;
    }
}

/// A search, parsed once for all pictures.
struct Search {
    needle: String,
    query: Query,
}

impl Search {
    fn new(text: &str) -> Self {
        let needle = text.trim().to_lowercase();
        Self { query: if needle.is_empty() { Query::default() } else { Query::new(&needle) }, needle }
    }

    fn finds(&self, item: &LibraryItem) -> bool {
        if self.needle.is_empty() {
            return true;
        }
        let prompt = item.record.as_ref().map(|record| record.prompt.to_lowercase()).unwrap_or_default();
        let name = item.path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        prompt.contains(&self.needle) || name.contains(&self.needle) || self.query.finds(&prompt)
    }
}

/// When the library is read again, in milliseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::state) struct Looks {
    /// When the running read began.
    pub(in crate::state) since: Option<i64>,
    pub(in crate::state) next_ms: i64,
}

/// Minimum time between two reads while the gallery is shown, in milliseconds.
const PACE_MS: i64 = 3_000;
/// A read that has not ended by then is given up, in milliseconds.
const LOST_MS: i64 = 60_000;
/// The pause after a read is at least this many times as long as the read.
const SHARE: i64 = 20;

impl Looks {
    /// When the next read begins. A read that was given up does not stop them.
    pub(in crate::state) fn deadline_ms(self) -> i64 {
        self.since.map_or(self.next_ms, |since| since + LOST_MS)
    }

    pub(in crate::state) fn begin(&mut self, now: i64) {
        self.since = Some(now);
    }

    /// Records the end of a read. The longer it took, the longer the pause.
    pub(in crate::state) fn end(&mut self, now: i64) {
        let took = self.since.take().map_or(0, |since| now - since);
        self.next_ms = now + (took * SHARE).max(PACE_MS);
    }
}
