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

/// Thumbnails kept in memory: some screens full.
pub const THUMBNAILS: usize = 512;

/// How many pictures can be seen side by side.
pub const COMPARED: std::ops::RangeInclusive<usize> = 2..=4;

#[derive(Clone, Debug, Default)]
pub struct GalleryState {
    /// `None` until the library was read.
    pub items: Option<Vec<LibraryItem>>,
    /// Counts changes of `items`, so that views know when to look again.
    pub serial: u64,
    pub search: String,
    pub selected: Option<PathBuf>,
    /// Several pictures, for what can be done with all of them; none or at least one more than the selected.
    pub marked: BTreeSet<PathBuf>,
    /// Whether the selected picture is shown over the whole room.
    pub full: bool,
    /// The other pictures of a comparison in full, as far as they are read.
    pub compared: BTreeMap<PathBuf, Arc<Picture>>,
    pub(in crate::state) looked: Looks,
    /// Pictures that go to a folder once the person has chosen it.
    pub(in crate::state) to_copy: Vec<PathBuf>,
    /// The selected picture in full, once it was read.
    pub opened: Option<(PathBuf, Arc<Picture>)>,
    pub thumbnails: Thumbnails,
    /// Files that were opened and have not been read yet, in order.
    pub(in crate::state) opening: Vec<PathBuf>,
    /// A picture that goes to the clipboard once it is read; what is copied after it wins.
    pub(in crate::state) copying: Option<PathBuf>,
}

/// The newest thumbnails; the oldest give way.
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

    /// Whether a view that misses it should ask for it: it was not asked for yet, nor found to be broken.
    pub fn is_due(&self, path: &Path) -> bool {
        !self.ready.contains_key(path) && !self.asked.contains(path) && !self.broken.contains_key(path)
    }

    /// Why the file at this path cannot be shown, where it cannot.
    pub fn broken(&self, path: &Path) -> Option<&StudioError> {
        self.broken.get(path)
    }

    pub(in crate::state) fn note_broken(&mut self, path: PathBuf, error: StudioError) {
        self.asked.remove(&path);
        self.broken.insert(path, error);
    }

    /// Bytes of all that are kept.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Another picture is at this path.
    pub(in crate::state) fn forget(&mut self, path: &Path) {
        self.asked.remove(path);
        self.broken.remove(path);
        if let Some(old) = self.ready.remove(path) {
            self.bytes -= old.rgba.len();
            self.order.retain(|kept| kept != path);
        }
    }

    /// Forgets that `path` is wanted.
    pub(in crate::state) fn unwant(&mut self, path: &Path) {
        self.asked.remove(path);
    }

    /// Notes that `path` is wanted; true where it must be asked for.
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

    /// Items whose prompt or file name has the searched words, or a prompt what they mean, newest first.
    pub fn found(&self) -> Vec<&LibraryItem> {
        self.places().into_iter().filter_map(|at| self.items.as_ref()?.get(at)).collect()
    }

    /// The places of these in `items`.
    pub fn places(&self) -> Vec<usize> {
        let is_wanted = self.is_wanted();
        let items = self.items.as_deref().unwrap_or_default();
        (0..items.len()).filter(|at| is_wanted(&items[*at])).collect()
    }

    /// Whether a picture is among those that are shown.
    pub(in crate::state) fn is_found(&self, path: &Path) -> bool {
        self.item(path).is_some_and(self.is_wanted())
    }

    /// Whether the search finds a picture: everything that searches pictures asks this.
    fn is_wanted(&self) -> impl Fn(&LibraryItem) -> bool + use<> {
        let search = Search::new(&self.search);
        move |item| search.finds(item)
    }

    /// The pictures that an action on several is about, in the order of the grid.
    pub fn marked_items(&self) -> Vec<&LibraryItem> {
        self.items.iter().flatten().filter(|item| self.marked.contains(&item.path)).collect()
    }

    /// Whether the full view shows the marked pictures side by side.
    pub fn is_comparing(&self) -> bool {
        self.full && COMPARED.contains(&self.marked.len())
    }

    /// What is shown is another list from here on.
    pub(in crate::state) fn changed(&mut self) {
        self.serial += 1;
    }
}

/// What was searched, read once for all pictures.
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

/// When the library was looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::state) struct Looks {
    /// When the look that runs began.
    pub(in crate::state) since: Option<i64>,
    pub(in crate::state) next_ms: i64,
}

/// The shortest time between two looks at the library while it is shown.
const PACE_MS: i64 = 3_000;
/// A look that has not ended by then is lost.
const LOST_MS: i64 = 60_000;
/// A look takes at most this share of the time.
const SHARE: i64 = 20;

impl Looks {
    /// When the next look begins. One that is never heard of again does not end them.
    pub(in crate::state) fn deadline_ms(self) -> i64 {
        self.since.map_or(self.next_ms, |since| since + LOST_MS)
    }

    pub(in crate::state) fn begin(&mut self, now: i64) {
        self.since = Some(now);
    }

    /// Large libraries on slow disks are looked at less often.
    pub(in crate::state) fn end(&mut self, now: i64) {
        let took = self.since.take().map_or(0, |since| now - since);
        self.next_ms = now + (took * SHARE).max(PACE_MS);
    }
}
