//! Selects, marks and shows pictures in Gallery.

use std::path::{Path, PathBuf};

use crate::domain::{CELL, Enlarge, PictureRecord, StoreRequest};
use crate::state::{Effect, Env, GalleryCommand, GalleryState};

/// What a command of Gallery asks of other rooms.
pub(in crate::state) enum Handoff {
    /// Set the prompt and sliders of this picture in Create.
    Use(PathBuf, Box<PictureRecord>),
    /// Take these out of the trash.
    Restore(Vec<PathBuf>),
}

impl GalleryState {
    pub(in crate::state) fn update(&mut self, command: GalleryCommand, env: &mut Env<'_>) -> Option<Handoff> {
        match command {
            GalleryCommand::Select(path) => self.select(path, env),
            GalleryCommand::SetSearch(text) => {
                self.search = text;
                self.marked.clear();
                self.let_go_of_unseen(env);
            }
            GalleryCommand::Mark(path) => self.mark(path, env),
            GalleryCommand::MarkTo(path) => self.mark_to(path, env),
            GalleryCommand::MarkAll => {
                self.marked = self.found().into_iter().map(|item| item.path.clone()).collect();
                if self.selected.is_none() {
                    let first = self.found().first().map(|item| item.path.clone());
                    self.select_only(first, env);
                }
            }
            GalleryCommand::Unmark => self.marked.clear(),
            GalleryCommand::ShowFull(full) => self.show_full(full, env),
            GalleryCommand::Step(by) => self.step(by, env),
            GalleryCommand::SaveCopies(paths) => {
                self.to_copy = paths;
                env.push(Effect::AskCopiesFolder);
            }
            GalleryCommand::CopiesFolderChosen(folder) => {
                let from = std::mem::take(&mut self.to_copy);
                if !from.is_empty() {
                    env.push(Effect::Store(StoreRequest::CopyFiles { from, folder }));
                }
            }
            GalleryCommand::CopyLibrary(from) => env.push(Effect::Store(StoreRequest::CopyLibrary(from))),
            GalleryCommand::TrashItems(paths) => {
                env.fx.extend((!paths.is_empty()).then_some(Effect::Store(StoreRequest::TrashPictures(paths))));
            }
            GalleryCommand::SetThumbnails(side) => env.settings.thumbnails = Some(CELL.clamp(side.into()) as f32),
            GalleryCommand::SetPixels(on) => env.settings.pixels = on,
            GalleryCommand::NeedThumbnail(path) => self.need_thumbnail(path, env),
            GalleryCommand::UseItem(path) => {
                let record = self.item(&path)?.record.clone()?;
                return Some(Handoff::Use(path, record));
            }
            GalleryCommand::SaveItemAs(path) => env.push(Effect::AskExportFile { path, enlarge: Enlarge::NONE }),
            GalleryCommand::SaveItemAt(path, enlarge) => env.push(Effect::AskExportFile { path, enlarge }),
            GalleryCommand::CopyItem(path) => self.copy(path, env),
            GalleryCommand::TrashItem(path) => env.push(Effect::Store(StoreRequest::TrashPictures(vec![path]))),
            GalleryCommand::RestorePictures(paths) => return Some(Handoff::Restore(paths)),
            GalleryCommand::RefreshLibrary => self.look(true, env),
        }
        None
    }

    fn mark(&mut self, path: PathBuf, env: &mut Env<'_>) {
        if self.marked.is_empty() {
            self.marked.extend(self.selected.clone());
        }
        if !self.marked.remove(&path) {
            self.marked.insert(path.clone());
            self.select_only(Some(path), env);
        } else if self.selected.as_ref() == Some(&path) {
            let other = self.marked.first().cloned();
            self.select_only(other, env);
        }
        // A single marked picture is only selected.
        if self.marked.len() < 2 {
            let last = self.marked.pop_first();
            self.select_only(last, env);
        }
    }

    fn mark_to(&mut self, path: PathBuf, env: &mut Env<'_>) {
        let found: Vec<PathBuf> = self.found().into_iter().map(|item| item.path.clone()).collect();
        let at = |path: &Path| found.iter().position(|other| other == path);
        let Some(to) = at(&path) else { return };
        match self.selected.as_deref().and_then(at).filter(|from| *from != to) {
            // The selected picture stays the start of the next range.
            Some(from) => self.marked = found[from.min(to)..=from.max(to)].iter().cloned().collect(),
            None => self.select(Some(path), env),
        }
    }

    fn show_full(&mut self, full: bool, env: &mut Env<'_>) {
        if full && self.selected.is_none() {
            let first = self.found().first().map(|item| item.path.clone());
            self.select(first, env);
        }
        self.full = full && self.selected.is_some();
        self.compared.clear();
        if self.is_comparing() {
            let others = self.marked.iter().filter(|path| self.selected.as_ref() != Some(*path));
            env.fx.extend(others.cloned().map(|x| Effect::Store(StoreRequest::ViewPicture(x))));
        } else if full {
            self.marked.clear();
        }
    }

    fn step(&mut self, by: i64, env: &mut Env<'_>) {
        let found = self.found();
        let Some(last) = found.len().checked_sub(1) else { return };
        let selected = self.selected.as_ref();
        let at = selected.and_then(|path| found.iter().position(|item| item.path == *path));
        let next = at.map_or(0, |at| (at as i64).saturating_add(by).clamp(0, last as i64) as usize);
        let path = found[next].path.clone();
        self.select(Some(path), env);
    }

    fn need_thumbnail(&mut self, path: PathBuf, env: &mut Env<'_>) {
        if self.thumbnails.want(&path) {
            env.push(Effect::Store(StoreRequest::Thumbnail(path)));
        }
    }

    pub(in crate::state) fn select(&mut self, path: Option<PathBuf>, env: &mut Env<'_>) {
        self.marked.clear();
        self.select_only(path, env);
    }

    /// Selects a picture and keeps the marked ones.
    pub(in crate::state) fn select_only(&mut self, path: Option<PathBuf>, env: &mut Env<'_>) {
        self.full &= path.is_some();
        self.compared.clear();
        if self.opened.as_ref().map(|(opened, _)| opened) != path.as_ref() {
            self.opened = None;
            env.fx.extend(path.clone().map(|x| Effect::Store(StoreRequest::ViewPicture(x))));
        }
        self.selected = path;
    }

    /// Copies a picture of the library to the clipboard, once it is read.
    pub(in crate::state) fn copy(&mut self, path: PathBuf, env: &mut Env<'_>) {
        let opened = self.opened.as_ref().filter(|(opened, _)| *opened == path);
        if let Some((_, picture)) = opened {
            env.push(Effect::CopyPicture(picture.clone()));
            self.copying = None;
        } else {
            self.copying = Some(path.clone());
            env.push(Effect::Store(StoreRequest::ViewPicture(path)));
        }
    }
}
