//! Keeps the strip up to date when its files appear, go to the trash or come back.

use std::path::{Path, PathBuf};

use crate::domain::{LibraryItem, slug};
use crate::state::{CreateState, Env, STRIP, Saved, Shot, Shown};

/// Maximum number of pictures of the strip that are kept for undo.
const BINNED: usize = 16;

/// The file name, without its extension, for a copy of a picture that has no file: the words of its prompt.
pub(in crate::state) fn copy_name(prompt: &str, seed: u64) -> String {
    let words = slug(prompt);
    if words.is_empty() { format!("picture-{seed}") } else { words }
}

impl CreateState {
    /// Adds the pictures of earlier sessions to the end of the strip.
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

    /// Takes pictures off the strip whose files are in the trash. The last ones are kept for undo.
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

    /// If the picture on the stage leaves the strip, shows a neighbour instead.
    fn leave_shown(&mut self, gone: impl Fn(&Path) -> bool) {
        let Shown::Shot(key) = self.shown else { return };
        let strip = &self.strip;
        let stays = |shot: &&Shot| !matches!(&shot.saved, Saved::At(path) if gone(path));
        let Some(at) = strip.iter().position(|shot| shot.key == key).filter(|at| !stays(&&strip[*at])) else { return };
        let next = strip[at..].iter().find(stays).or_else(|| strip[..at].iter().rev().find(stays));
        self.shown = next.map_or(Shown::Newest, |shot| Shown::Shot(shot.key));
    }

    /// Puts pictures back into their places on the strip when their files come out of the trash.
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
