//! The list of pictures in the library: read again, and updated when files appear, change or disappear.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::{LibraryItem, Picture, Room, StoreRequest};
use crate::error::{Cause, Result, StudioError};
use crate::state::{Effect, Env, GalleryState, NoticeKind, Undoable};

/// Where else a picture that was read is shown.
#[derive(Clone, Copy)]
pub(in crate::state) struct Besides {
    pub on_stage: bool,
    pub in_trash: bool,
}

impl GalleryState {
    /// Reads the library: all of it the first time or with `whole`, otherwise what has changed.
    pub(in crate::state) fn look(&mut self, whole: bool, env: &mut Env<'_>) {
        let whole = whole || self.items.is_none();
        self.looked.begin(env.now_ms);
        env.push(if whole {
            Effect::Store(StoreRequest::ScanLibrary)
        } else {
            Effect::Store(StoreRequest::RescanLibrary)
        });
    }

    /// Looks for changes of files from time to time while the gallery is shown.
    pub(in crate::state) fn look_when_due(&mut self, env: &mut Env<'_>) {
        if self.deadline_ms(env.room()).is_some_and(|at| at <= env.now_ms) {
            self.look(false, env);
        }
    }

    /// When to look for changes next, if `room` is the gallery; in milliseconds since 1970 UTC.
    pub(in crate::state) fn deadline_ms(&self, room: Room) -> Option<i64> {
        let shown = room == Room::Gallery && self.items.is_some();
        shown.then(|| self.looked.deadline_ms())
    }

    /// Takes the list of the whole library. A list of an earlier folder is ignored.
    pub(in crate::state) fn listed(&mut self, items: Vec<LibraryItem>, env: &mut Env<'_>) {
        if items.iter().all(|item| item.path.starts_with(&env.status.library)) {
            self.items = Some(items);
            self.changed();
            self.let_go_of_unseen(env);
        }
        self.looked.end(env.now_ms);
    }

    /// Reads a file that was dropped or chosen.
    pub(in crate::state) fn open(&mut self, path: PathBuf, env: &mut Env<'_>) {
        self.opening.retain(|asked| *asked != path);
        self.opening.push(path.clone());
        env.push(Effect::Store(StoreRequest::OpenFile(path)));
    }

    /// Whether a file that was read is still wanted. Files requested before it are not wanted any more.
    pub(in crate::state) fn take_opened(&mut self, path: &Path) -> bool {
        let Some(at) = self.opening.iter().rposition(|asked| asked == path) else { return false };
        self.opening.drain(..=at);
        true
    }

    /// Forgets the pictures, because another folder becomes the library.
    pub(in crate::state) fn forget_library(&mut self) {
        self.items = None;
        self.selected = None;
        self.opened = None;
        self.marked.clear();
        self.full = false;
    }

    /// Adds a picture that the program saved.
    pub(in crate::state) fn came(&mut self, item: LibraryItem) {
        if let Some(items) = &mut self.items
            && !items.iter().any(|other| other.path == item.path)
        {
            items.insert(0, item);
            self.changed();
        }
    }

    pub(in crate::state) fn library_changed(&mut self, came: Vec<LibraryItem>, gone: &[PathBuf], env: &mut Env<'_>) {
        self.looked.end(env.now_ms);
        let came: Vec<_> = came.into_iter().filter(|item| item.path.starts_with(&env.status.library)).collect();
        let selected = self.selected.as_deref().filter(|path| gone.iter().any(|p| p == path));
        let next = selected.map(|path| neighbour(&self.found(), path, |path| gone.iter().any(|p| p == path)));
        if next.is_some() && env.room() == Room::Gallery {
            env.note(NoticeKind::PicturesGone(gone.len()));
        }
        let Some(items) = self.items.as_mut().filter(|_| !(came.is_empty() && gone.is_empty())) else { return };
        for path in came.iter().map(|item| &item.path).chain(gone) {
            self.thumbnails.forget(path);
            self.opened.take_if(|(opened, _)| opened == path);
        }
        let replaced: HashSet<&Path> = came.iter().map(|item| &item.path).chain(gone).map(PathBuf::as_path).collect();
        items.retain(|item| !replaced.contains(item.path.as_path()));
        self.marked.retain(|path| !gone.contains(path));
        items.extend(came);
        items.sort_by(|a, b| (b.made_ms, &b.path).cmp(&(a.made_ms, &a.path)));
        self.changed();
        match next {
            Some(next) => self.select(next, env),
            // The file of the selected picture may have changed.
            None => {
                self.let_go_of_unseen(env);
                let again = self.selected.clone().filter(|_| self.opened.is_none());
                env.fx.extend(again.map(|x| Effect::Store(StoreRequest::ViewPicture(x))));
            }
        }
    }

    /// Removes missing pictures and always reports it, even if they were not shown.
    pub(in crate::state) fn gone(&mut self, paths: &[PathBuf], env: &mut Env<'_>) {
        let before = env.notices.list.len();
        self.library_changed(Vec::new(), paths, env);
        if env.notices.list.len() == before {
            env.note(NoticeKind::PicturesGone(paths.len()));
        }
    }

    /// Deselects and unmarks pictures that the search does not find, so that keys and buttons do not affect them. Does
    /// nothing until the list is read.
    pub(in crate::state) fn let_go_of_unseen(&mut self, env: &mut Env<'_>) {
        if self.items.is_none() {
            return;
        }
        if !self.marked.is_empty() {
            let found: HashSet<&Path> = self.found().into_iter().map(|item| item.path.as_path()).collect();
            let kept = self.marked.iter().filter(|path| found.contains(path.as_path())).cloned().collect();
            self.marked = kept;
        }
        if self.selected.as_deref().is_some_and(|path| !self.is_found(path)) {
            let other = self.marked.first().cloned();
            self.select_only(other, env);
        }
        // A single marked picture is only selected.
        if self.marked.len() < 2 {
            self.marked.clear();
        }
    }

    /// Takes a picture that was read for showing or copying.
    pub(in crate::state) fn viewed(
        &mut self,
        path: PathBuf,
        picture: Result<Arc<Picture>>,
        Besides { on_stage, in_trash }: Besides,
        env: &mut Env<'_>,
    ) {
        let copying = self.copying.take_if(|wanted| *wanted == path).is_some();
        let selected = self.selected.as_ref() == Some(&path);
        let comparing = self.is_comparing() && self.marked.contains(&path);
        match picture {
            Ok(picture) => {
                if copying {
                    env.push(Effect::CopyPicture(picture.clone()));
                }
                if selected {
                    self.opened = Some((path, picture));
                } else if comparing {
                    self.compared.insert(path, picture);
                }
            }
            // Somebody else moved or deleted it: look for changes, which reports it.
            Err(error) if is_missing(&error) && !copying && self.item(&path).is_some() => self.look(false, env),
            // The error is shown in place of the picture.
            Err(error) if (selected || comparing) && !copying && !on_stage => self.thumbnails.note_broken(path, error),
            Err(error) if on_stage => env.problem_in(Room::Create, error),
            Err(error) if copying || in_trash => env.problem_in(Room::Gallery, error),
            Err(_) => {}
        }
    }

    /// Removes pictures that are in the trash now.
    pub(in crate::state) fn trashed(&mut self, paths: Vec<PathBuf>, env: &mut Env<'_>) {
        let gone = |path: &Path| paths.iter().any(|p| p == path);
        // Select the neighbour, so that Delete can be pressed again.
        let selected = self.selected.as_deref().filter(|path| gone(path));
        let next = selected.map(|path| neighbour(&self.found(), path, gone));
        if let Some(items) = &mut self.items {
            items.retain(|item| !gone(&item.path));
            self.changed();
        }
        self.marked.retain(|path| !gone(path));
        if let Some(next) = next {
            // Other marked pictures stay marked.
            let marked = self.marked.iter().next().cloned();
            if self.marked.len() < 2 {
                self.marked.clear();
            }
            self.select_only(marked.or(next), env);
        }
        env.trashed(Undoable::PicturesTrashed(paths.clone()));
        env.note(NoticeKind::PicturesTrashed(paths));
    }

    /// Puts restored pictures back into the list, and selects them if `seen`.
    pub(in crate::state) fn restored(&mut self, restored: Vec<LibraryItem>, seen: bool, env: &mut Env<'_>) {
        let paths: Vec<PathBuf> = restored.iter().map(|item| item.path.clone()).collect();
        let Some(items) = &mut self.items else { return };
        for item in restored {
            items.retain(|i| i.path != item.path);
            let at = items.partition_point(|i| i.made_ms > item.made_ms);
            items.insert(at, item);
        }
        self.changed();
        if seen {
            self.show_restored(paths, env);
        }
    }

    /// Selects restored pictures, and clears a search that would hide them.
    fn show_restored(&mut self, paths: Vec<PathBuf>, env: &mut Env<'_>) {
        if paths.is_empty() {
            return;
        }
        if !paths.iter().all(|path| self.is_found(path)) {
            self.search.clear();
        }
        self.select(paths.first().cloned(), env);
        if paths.len() > 1 && !self.full {
            self.marked = paths.into_iter().collect();
        }
    }
}

/// Whether an error means that the file does not exist.
fn is_missing(error: &StudioError) -> bool {
    matches!(error.cause(), Cause::FileMissing { .. })
}

/// The picture to select instead of one that goes: the next one found, or else the one before.
fn neighbour(found: &[&LibraryItem], path: &Path, gone: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let at = found.iter().position(|item| item.path == path)?;
    let stays = |item: &&&LibraryItem| !gone(&item.path);
    let next = found[at..].iter().find(stays).or_else(|| found[..at].iter().rev().find(stays));
    next.map(|item| item.path.clone())
}
