//! What Gallery shares with other rooms: Create's strip and stage, the trash, files that are opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::{LibraryItem, MODEL_ENDINGS, Picture, Room};
use crate::error::Result;
use crate::state::gallery::library::Besides;
use crate::state::gallery::update::Handoff;
use crate::state::{AppState, Effects, GalleryCommand};

/// Whether a file has the name of a model file.
fn is_model(path: &Path) -> bool {
    let index = path.to_string_lossy().ends_with(".index.json");
    index || path.extension().is_some_and(|ending| MODEL_ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

impl AppState {
    pub(in crate::state) fn gallery_command(&mut self, command: GalleryCommand, fx: &mut Effects) {
        let (gallery, mut env) = self.gallery(fx);
        match gallery.update(command, &mut env) {
            None => {}
            Some(Handoff::Use(path, record)) => {
                let (create, mut env) = self.create(fx);
                create.restore(&record, &mut env);
                create.show_file(&path, None, record, &mut env);
            }
            Some(Handoff::Restore(paths)) => {
                let (trash, mut env) = self.trash(fx);
                trash.restore_pictures(paths, &mut env);
            }
        }
    }

    /// Opens a file that was dropped on the window or chosen, by its kind.
    pub(in crate::state) fn open_any(&mut self, path: PathBuf, fx: &mut Effects) {
        if is_model(&path) {
            let (models, mut env) = self.models(fx);
            return models.open(path, &mut env);
        }
        let (gallery, mut env) = self.gallery(fx);
        gallery.open(path, &mut env);
    }

    /// Handles a picture that was read for showing or copying.
    pub(in crate::state) fn viewed(&mut self, path: PathBuf, picture: Result<Arc<Picture>>, fx: &mut Effects) {
        let on_stage = self.create.is_on_stage(&path);
        let in_trash = self.trash.looked_at(&path, &picture);
        if let (true, Ok(picture)) = (on_stage, &picture) {
            self.create.shot_loaded(&path, picture);
        }
        let (gallery, mut env) = self.gallery(fx);
        gallery.viewed(path, picture, Besides { on_stage, in_trash }, &mut env);
    }

    /// Handles pictures that are in the trash now.
    pub(in crate::state) fn trashed(&mut self, paths: Vec<PathBuf>, fx: &mut Effects) {
        self.create.files_trashed(&paths);
        let (gallery, mut env) = self.gallery(fx);
        gallery.trashed(paths, &mut env);
    }

    /// Handles pictures that are out of the trash again.
    pub(in crate::state) fn restored(&mut self, restored: Vec<LibraryItem>, fx: &mut Effects) {
        self.create.files_restored(&restored);
        let seen = self.room() == Room::Gallery && self.trash.shown.is_none();
        let (gallery, mut env) = self.gallery(fx);
        gallery.restored(restored, seen, &mut env);
    }
}
