//! The strip as its files come, go to the trash and come back.

use std::path::{Path, PathBuf};

use crate::domain::{LibraryItem, slug};
use crate::state::{CreateState, Env, STRIP, Saved, Shot, Shown};

/// Pictures of the strip that are kept for undo.
const BINNED: usize = 16;

/// What a copy of a picture without a file is called, without an ending: the words of its prompt.
pub(in crate::state) fn copy_name(prompt: &str, seed: u64) -> String {
    let words = slug(prompt);
    if words.is_empty() { format!("picture-{seed}") } else { words }
}

impl CreateState {
    /// The pictures of the last times come after this one's on the strip.
    pub(in crate::state) fn show_recent(&mut self, items: Vec<LibraryItem>, env: &mut Env<'_>) {
        for LibraryItem { path, record, .. } in items {
            let here = |shot: &Shot| matches!(&shot.saved, Saved::At(p) if *p == path);
            let binned = || self.binned.iter().any(|(_, shot)| here(shot));
            let Some(record) = record.filter(|_| path.starts_with(&env.status.library)) else { continue };
            if self.strip.len() < STRIP && !self.strip.iter().any(here) && !binned() {
                let key = (env.lanes.new_job(), 0);
                self.strip.push(Shot { key, picture: None, record, saved: Saved::At(path), subject: None });
            }
        }
    }

    /// Files are in the trash: their pictures leave the strip, and some of them are kept to come back.
    pub(in crate::state) fn files_trashed(&mut self, paths: &[PathBuf]) {
        let gone = |path: &Path| paths.iter().any(|p| p == path);
        self.leave_shown(gone);
        for (at, shot) in std::mem::take(&mut self.strip).into_iter().enumerate() {
            if matches!(&shot.saved, Saved::At(p) if gone(p)) {
                self.binned.push((at, shot));
            } else {
                self.strip.push(shot);
            }
        }
        let over = self.binned.len().saturating_sub(BINNED);
        self.binned.drain(..over);
    }

    /// The picture on the stage leaves the strip: a neighbour takes its place.
    fn leave_shown(&mut self, gone: impl Fn(&Path) -> bool) {
        let Shown::Shot(key) = self.shown else { return };
        let strip = &self.strip;
        let stays = |shot: &&Shot| !matches!(&shot.saved, Saved::At(path) if gone(path));
        let Some(at) = strip.iter().position(|shot| shot.key == key).filter(|at| !stays(&&strip[*at])) else { return };
        let next = strip[at..].iter().find(stays).or_else(|| strip[..at].iter().rev().find(stays));
        self.shown = next.map_or(Shown::Newest, |shot| Shown::Shot(shot.key));
    }

    /// Files are out of the trash again, and their pictures in their places.
    pub(in crate::state) fn files_restored(&mut self, restored: &[LibraryItem]) {
        let back = |shot: &Shot| matches!(&shot.saved, Saved::At(p) if restored.iter().any(|item| item.path == *p));
        let (back, binned): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.binned).into_iter().partition(|(_, shot)| back(shot));
        self.binned = binned;
        for (at, shot) in back {
            self.shown = Shown::Shot(shot.key);
            self.strip.insert(at.min(self.strip.len()), shot);
        }
    }
}
