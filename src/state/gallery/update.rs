//! The gallery, and files that are dropped or opened.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::{CELL, Enlarge, LibraryItem, MODEL_ENDINGS, Picture, Room};
use crate::error::{Cause, Result, StudioError};
use crate::state::{AppState, Effect, Effects, GalleryCommand, NoticeKind, STRIP, Saved, Shot, Shown, Undoable};

/// Pictures of the strip that are kept for undo.
const BINNED: usize = 16;

/// Whether a file is called as models are.
fn is_model(path: &Path) -> bool {
    let index = path.to_string_lossy().ends_with(".index.json");
    index || path.extension().is_some_and(|ending| MODEL_ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

impl AppState {
    pub(in crate::state) fn gallery_command(&mut self, command: GalleryCommand, fx: &mut Effects) {
        match command {
            GalleryCommand::Select(path) => self.select(path, fx),
            GalleryCommand::SetSearch(text) => {
                self.gallery.search = text;
                self.gallery.marked.clear();
                self.let_go_of_unseen(fx);
            }
            GalleryCommand::Mark(path) => self.mark(path, fx),
            GalleryCommand::MarkTo(path) => self.mark_to(path, fx),
            GalleryCommand::MarkAll => {
                self.gallery.marked = self.gallery.found().into_iter().map(|item| item.path.clone()).collect();
                if self.gallery.selected.is_none() {
                    let first = self.gallery.found().first().map(|item| item.path.clone());
                    self.select_only(first, fx);
                }
            }
            GalleryCommand::Unmark => self.gallery.marked.clear(),
            GalleryCommand::ShowFull(full) => self.show_full(full, fx),
            GalleryCommand::Step(by) => self.step(by, fx),
            GalleryCommand::SaveCopies(paths) => {
                self.gallery.to_copy = paths;
                fx.push(Effect::AskCopiesFolder);
            }
            GalleryCommand::CopiesFolderChosen(folder) => {
                let from = std::mem::take(&mut self.gallery.to_copy);
                if !from.is_empty() {
                    fx.push(Effect::CopyFiles { from, folder });
                }
            }
            GalleryCommand::CopyLibrary(from) => fx.push(Effect::CopyLibrary(from)),
            GalleryCommand::TrashItems(paths) => {
                fx.extend((!paths.is_empty()).then_some(Effect::TrashPictures(paths)));
            }
            GalleryCommand::SetThumbnails(side) => self.settings.thumbnails = Some(CELL.clamp(side.into()) as f32),
            GalleryCommand::SetPixels(on) => self.settings.pixels = on,
            GalleryCommand::NeedThumbnail(path) => self.need_thumbnail(path, fx),
            GalleryCommand::UseItem(path) => {
                if let Some(record) = self.gallery.item(&path).and_then(|item| item.record.clone()) {
                    let (create, mut env) = self.create(fx);
                    create.restore(&record, &mut env);
                    create.show_file(&path, None, record, &mut env);
                }
            }
            GalleryCommand::SaveItemAs(path) => fx.push(Effect::AskExportFile { path, enlarge: Enlarge::NONE }),
            GalleryCommand::SaveItemAt(path, enlarge) => fx.push(Effect::AskExportFile { path, enlarge }),
            GalleryCommand::CopyItem(path) => self.copy_file(path, fx),
            GalleryCommand::TrashItem(path) => fx.push(Effect::TrashPictures(vec![path])),
            GalleryCommand::RestorePictures(paths) => self.restore_pictures(paths, fx),
            GalleryCommand::RefreshLibrary => self.look_at_library(true, fx),
        }
    }

    /// A file that was dropped on the window or chosen, for what it is.
    pub(in crate::state) fn open_any(&mut self, path: PathBuf, fx: &mut Effects) {
        if is_model(&path) {
            return self.open_model(path, fx);
        }
        self.gallery.opening.retain(|asked| *asked != path);
        self.gallery.opening.push(path.clone());
        fx.push(Effect::OpenPicture(path));
    }

    /// Has the library read: all of it the first time and where that is asked for, else what has changed since.
    pub(in crate::state) fn look_at_library(&mut self, whole: bool, fx: &mut Effects) {
        let whole = whole || self.gallery.items.is_none();
        self.gallery.looked.begin(self.now_ms);
        fx.push(if whole { Effect::ScanLibrary } else { Effect::RescanLibrary });
    }

    /// While the gallery is shown, files that come and go are seen without being asked for.
    pub(in crate::state) fn look_when_due(&mut self, fx: &mut Effects) {
        if self.library_deadline_ms().is_some_and(|at| at <= self.now_ms) {
            self.look_at_library(false, fx);
        }
    }

    pub(in crate::state) fn library_deadline_ms(&self) -> Option<i64> {
        let shown = self.room() == Room::Gallery && self.gallery.items.is_some();
        shown.then(|| self.gallery.looked.deadline_ms())
    }

    pub(in crate::state) fn library_changed(&mut self, came: Vec<LibraryItem>, gone: &[PathBuf], fx: &mut Effects) {
        self.gallery.looked.end(self.now_ms);
        let came: Vec<_> = came.into_iter().filter(|item| item.path.starts_with(&self.status.library)).collect();
        let selected = self.gallery.selected.as_deref().filter(|path| gone.iter().any(|p| p == path));
        let next = selected.map(|path| neighbour(&self.gallery.found(), path, |path| gone.iter().any(|p| p == path)));
        if next.is_some() && self.room() == Room::Gallery {
            self.note(NoticeKind::PicturesGone(gone.len()));
        }
        let Some(items) = self.gallery.items.as_mut().filter(|_| !(came.is_empty() && gone.is_empty())) else { return };
        for path in came.iter().map(|item| &item.path).chain(gone) {
            self.gallery.thumbnails.forget(path);
            self.gallery.opened.take_if(|(opened, _)| opened == path);
        }
        let replaced: HashSet<&Path> = came.iter().map(|item| &item.path).chain(gone).map(PathBuf::as_path).collect();
        items.retain(|item| !replaced.contains(item.path.as_path()));
        self.gallery.marked.retain(|path| !gone.contains(path));
        items.extend(came);
        items.sort_by(|a, b| (b.made_ms, &b.path).cmp(&(a.made_ms, &a.path)));
        self.gallery.changed();
        match next {
            Some(next) => self.select(next, fx),
            // The selected picture may be another one now.
            None => {
                self.let_go_of_unseen(fx);
                let again = self.gallery.selected.clone().filter(|_| self.gallery.opened.is_none());
                fx.extend(again.map(Effect::ViewPicture));
            }
        }
    }

    /// What is not among the pictures that are shown is not chosen either: the keys and buttons would be about it. Where
    /// the list is not read yet, nobody knows.
    pub(in crate::state) fn let_go_of_unseen(&mut self, fx: &mut Effects) {
        let gallery = &mut self.gallery;
        if gallery.items.is_none() {
            return;
        }
        if !gallery.marked.is_empty() {
            let found: HashSet<&Path> = gallery.found().into_iter().map(|item| item.path.as_path()).collect();
            let kept = gallery.marked.iter().filter(|path| found.contains(path.as_path())).cloned().collect();
            gallery.marked = kept;
        }
        if gallery.selected.as_deref().is_some_and(|path| !gallery.is_found(path)) {
            let other = gallery.marked.first().cloned();
            self.select_only(other, fx);
        }
        // One alone is only selected.
        if self.gallery.marked.len() < 2 {
            self.gallery.marked.clear();
        }
    }

    fn mark(&mut self, path: PathBuf, fx: &mut Effects) {
        let gallery = &mut self.gallery;
        if gallery.marked.is_empty() {
            gallery.marked.extend(gallery.selected.clone());
        }
        if !gallery.marked.remove(&path) {
            gallery.marked.insert(path.clone());
            self.select_only(Some(path), fx);
        } else if gallery.selected.as_ref() == Some(&path) {
            let other = gallery.marked.first().cloned();
            self.select_only(other, fx);
        }
        // One alone is only selected.
        if self.gallery.marked.len() < 2 {
            let last = self.gallery.marked.pop_first();
            self.select_only(last, fx);
        }
    }

    fn mark_to(&mut self, path: PathBuf, fx: &mut Effects) {
        let found: Vec<PathBuf> = self.gallery.found().into_iter().map(|item| item.path.clone()).collect();
        let at = |path: &Path| found.iter().position(|other| other == path);
        let Some(to) = at(&path) else { return };
        match self.gallery.selected.as_deref().and_then(at).filter(|from| *from != to) {
            // The selected one stays the beginning of the next range.
            Some(from) => self.gallery.marked = found[from.min(to)..=from.max(to)].iter().cloned().collect(),
            None => self.select(Some(path), fx),
        }
    }

    fn show_full(&mut self, full: bool, fx: &mut Effects) {
        if full && self.gallery.selected.is_none() {
            let first = self.gallery.found().first().map(|item| item.path.clone());
            self.select(first, fx);
        }
        self.gallery.full = full && self.gallery.selected.is_some();
        self.gallery.compared.clear();
        if self.gallery.is_comparing() {
            let others = self.gallery.marked.iter().filter(|path| self.gallery.selected.as_ref() != Some(*path));
            fx.extend(others.cloned().map(Effect::ViewPicture));
        } else if full {
            self.gallery.marked.clear();
        }
    }

    fn step(&mut self, by: i64, fx: &mut Effects) {
        let found = self.gallery.found();
        let Some(last) = found.len().checked_sub(1) else { return };
        let selected = self.gallery.selected.as_ref();
        let at = selected.and_then(|path| found.iter().position(|item| item.path == *path));
        let next = at.map_or(0, |at| (at as i64).saturating_add(by).clamp(0, last as i64) as usize);
        let path = found[next].path.clone();
        self.select(Some(path), fx);
    }

    fn need_thumbnail(&mut self, path: PathBuf, fx: &mut Effects) {
        if self.gallery.thumbnails.want(&path) {
            fx.push(Effect::Thumbnail(path));
        }
    }

    fn select(&mut self, path: Option<PathBuf>, fx: &mut Effects) {
        self.gallery.marked.clear();
        self.select_only(path, fx);
    }

    /// Leaves what is marked.
    fn select_only(&mut self, path: Option<PathBuf>, fx: &mut Effects) {
        self.gallery.full &= path.is_some();
        self.gallery.compared.clear();
        if self.gallery.opened.as_ref().map(|(opened, _)| opened) != path.as_ref() {
            self.gallery.opened = None;
            fx.extend(path.clone().map(Effect::ViewPicture));
        }
        self.gallery.selected = path;
    }

    /// Copies a picture of the library, once it is read.
    pub(in crate::state) fn copy_file(&mut self, path: PathBuf, fx: &mut Effects) {
        match &self.gallery.opened {
            Some((opened, picture)) if *opened == path => {
                fx.push(Effect::CopyPicture(picture.clone()));
                self.gallery.copying = None;
            }
            _ => {
                self.gallery.copying = Some(path.clone());
                fx.push(Effect::ViewPicture(path));
            }
        }
    }

    /// A picture was read to be looked at or copied.
    pub(in crate::state) fn viewed(&mut self, path: PathBuf, picture: Result<Arc<Picture>>, fx: &mut Effects) {
        let copying = self.gallery.copying.take_if(|wanted| *wanted == path).is_some();
        let selected = self.gallery.selected.as_ref() == Some(&path);
        let on_stage = self.create.is_on_stage(&path);
        let comparing = self.gallery.is_comparing() && self.gallery.marked.contains(&path);
        let in_trash = self.looked_at(&path, &picture);
        match picture {
            Ok(picture) => {
                if copying {
                    fx.push(Effect::CopyPicture(picture.clone()));
                }
                if on_stage {
                    self.create.shot_loaded(&path, &picture);
                }
                if selected {
                    self.gallery.opened = Some((path, picture));
                } else if comparing {
                    self.gallery.compared.insert(path, picture);
                }
            }
            // It was moved or deleted by somebody else: the next look at the library tells.
            Err(error) if is_missing(&error) && !copying && self.gallery.item(&path).is_some() => {
                self.look_at_library(false, fx);
            }
            // Said where the picture would be.
            Err(error) if (selected || comparing) && !copying && !on_stage => {
                self.gallery.thumbnails.note_broken(path, error);
            }
            Err(error) if on_stage => self.problem_in(Room::Create, error),
            Err(error) if copying || in_trash => self.problem_in(Room::Gallery, error),
            Err(_) => {}
        }
    }

    /// The pictures of the last times come after this one's on the strip.
    pub(in crate::state) fn show_recent(&mut self, items: Vec<LibraryItem>) {
        for LibraryItem { path, record, .. } in items {
            let here = |shot: &Shot| matches!(&shot.saved, Saved::At(p) if *p == path);
            let binned = || self.create.binned.iter().any(|(_, shot)| here(shot));
            let Some(record) = record.filter(|_| path.starts_with(&self.status.library)) else { continue };
            if self.create.strip.len() < STRIP && !self.create.strip.iter().any(here) && !binned() {
                let key = (self.new_job(), 0);
                self.create.strip.push(Shot { key, picture: None, record, saved: Saved::At(path), subject: None });
            }
        }
    }

    pub(in crate::state) fn trashed(&mut self, paths: Vec<PathBuf>, fx: &mut Effects) {
        let gone = |path: &Path| paths.iter().any(|p| p == path);
        // The neighbour takes the selection, so that Delete can be pressed again.
        let selected = self.gallery.selected.as_deref().filter(|path| gone(path));
        let next = selected.map(|path| neighbour(&self.gallery.found(), path, gone));
        if let Some(items) = &mut self.gallery.items {
            items.retain(|item| !gone(&item.path));
            self.gallery.changed();
        }
        self.gallery.marked.retain(|path| !gone(path));
        if let Some(next) = next {
            // Others that are chosen stay chosen.
            let marked = self.gallery.marked.iter().next().cloned();
            if self.gallery.marked.len() < 2 {
                self.gallery.marked.clear();
            }
            self.select_only(marked.or(next), fx);
        }
        self.leave_shown(gone);
        for (at, shot) in std::mem::take(&mut self.create.strip).into_iter().enumerate() {
            if matches!(&shot.saved, Saved::At(p) if gone(p)) {
                self.create.binned.push((at, shot));
            } else {
                self.create.strip.push(shot);
            }
        }
        let over = self.create.binned.len().saturating_sub(BINNED);
        self.create.binned.drain(..over);
        self.note_trashed(Undoable::PicturesTrashed(paths.clone()));
        self.note(NoticeKind::PicturesTrashed(paths));
    }

    /// The picture on the stage leaves the strip: a neighbour takes its place.
    fn leave_shown(&mut self, gone: impl Fn(&Path) -> bool) {
        let Shown::Shot(key) = self.create.shown else { return };
        let strip = &self.create.strip;
        let stays = |shot: &&Shot| !matches!(&shot.saved, Saved::At(path) if gone(path));
        let Some(at) = strip.iter().position(|shot| shot.key == key).filter(|at| !stays(&&strip[*at])) else { return };
        let next = strip[at..].iter().find(stays).or_else(|| strip[..at].iter().rev().find(stays));
        self.create.shown = next.map_or(Shown::Newest, |shot| Shown::Shot(shot.key));
    }

    pub(in crate::state) fn restored(&mut self, restored: Vec<LibraryItem>, fx: &mut Effects) {
        let back = |shot: &Shot| matches!(&shot.saved, Saved::At(p) if restored.iter().any(|item| item.path == *p));
        let (back, binned): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.create.binned).into_iter().partition(|(_, shot)| back(shot));
        self.create.binned = binned;
        for (at, shot) in back {
            self.create.shown = Shown::Shot(shot.key);
            self.create.strip.insert(at.min(self.create.strip.len()), shot);
        }
        let paths: Vec<PathBuf> = restored.iter().map(|item| item.path.clone()).collect();
        if let Some(items) = &mut self.gallery.items {
            for item in restored {
                items.retain(|i| i.path != item.path);
                let at = items.partition_point(|i| i.made_ms > item.made_ms);
                items.insert(at, item);
            }
            self.gallery.changed();
            self.show_restored(paths, fx);
        }
    }

    /// What came back is chosen, and no search hides it.
    fn show_restored(&mut self, paths: Vec<PathBuf>, fx: &mut Effects) {
        if self.room() != Room::Gallery || self.trash.shown.is_some() || paths.is_empty() {
            return;
        }
        if !paths.iter().all(|path| self.gallery.is_found(path)) {
            self.gallery.search.clear();
        }
        self.select(paths.first().cloned(), fx);
        if paths.len() > 1 && !self.gallery.full {
            self.gallery.marked = paths.into_iter().collect();
        }
    }
}

/// Whether there is no file where one was to be read.
fn is_missing(error: &StudioError) -> bool {
    matches!(error.cause(), Cause::FileMissing { .. })
}

/// The picture that takes the place of one that goes: the next in what is found, else the one before.
fn neighbour(found: &[&LibraryItem], path: &Path, gone: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let at = found.iter().position(|item| item.path == path)?;
    let stays = |item: &&&LibraryItem| !gone(&item.path);
    let next = found[at..].iter().find(stays).or_else(|| found[..at].iter().rev().find(stays));
    next.map(|item| item.path.clone())
}
