//! The gallery, files that are dropped or opened, and everything that the store says.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Effects;
use crate::domain::{LibraryItem, MODEL_ENDINGS, Picture, Room, StoreEvent};
use crate::error::{Cause, Result};
use crate::state::{AppState, Command, Effect, NoticeKind, Saved, Undoable};

/// Whether a file is called as models are.
fn is_model(path: &Path) -> bool {
    let index = path.to_string_lossy().ends_with(".index.json");
    index || path.extension().is_some_and(|ending| MODEL_ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

impl AppState {
    pub(super) fn library_command(&mut self, command: Command, fx: &mut Effects) {
        match command {
            Command::Select(path) => self.select(path, fx),
            Command::SetGallerySearch(text) => self.gallery.search = text,
            Command::NeedThumbnail(path) => self.need_thumbnail(path, fx),
            Command::UseItem(path) => {
                if let Some(record) = self.gallery.item(&path).and_then(|item| item.record.clone()) {
                    self.restore(&record);
                    self.show_file(&path, None, record);
                }
            }
            Command::OpenFile(path) => {
                if is_model(&path) {
                    return self.open_model(path, fx);
                }
                self.gallery.opening.retain(|asked| *asked != path);
                self.gallery.opening.push(path.clone());
                fx.push(Effect::OpenPicture(path));
            }
            Command::ChooseFile => fx.push(Effect::AskOpenFile),
            Command::SaveItemAs(path) => fx.push(Effect::AskExportFile { path }),
            Command::CopyItem(path) => self.copy_file(path, fx),
            Command::TrashItem(path) => fx.push(Effect::TrashPictures(vec![path])),
            Command::RestorePictures(paths) => self.restore_pictures(paths, fx),
            Command::RefreshLibrary => fx.push(Effect::ScanLibrary),
            _ => {}
        }
    }

    fn need_thumbnail(&mut self, path: PathBuf, fx: &mut Effects) {
        if self.gallery.thumbnails.want(&path) {
            fx.push(Effect::Thumbnail(path));
        }
    }

    fn select(&mut self, path: Option<PathBuf>, fx: &mut Effects) {
        if self.gallery.opened.as_ref().map(|(opened, _)| opened) != path.as_ref() {
            self.gallery.opened = None;
            fx.extend(path.clone().map(Effect::ViewPicture));
        }
        self.gallery.selected = path;
    }

    /// Copies a picture of the library, once it is read.
    pub(super) fn copy_file(&mut self, path: PathBuf, fx: &mut Effects) {
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
    fn viewed(&mut self, path: PathBuf, picture: Result<Arc<Picture>>, fx: &mut Effects) {
        let copying = self.gallery.copying.take_if(|wanted| *wanted == path).is_some();
        let selected = self.gallery.selected.as_ref() == Some(&path);
        let on_stage = self.is_on_stage(&path);
        match picture {
            Ok(picture) => {
                if copying {
                    fx.push(Effect::CopyPicture(picture.clone()));
                }
                if on_stage {
                    self.shot_loaded(&path, &picture);
                }
                if selected {
                    self.gallery.opened = Some((path, picture));
                }
            }
            Err(error) if on_stage => self.problem_in(Room::Create, error),
            Err(error) if copying || selected => self.problem_in(Room::Gallery, error),
            Err(_) => {}
        }
    }

    pub(super) fn store_event(&mut self, event: StoreEvent, fx: &mut Effects) {
        match event {
            StoreEvent::PictureSaved { job, index, item } => {
                self.heal_picture((job, index));
                self.heal_disk(&item.path);
                self.saved((job, index), Saved::At(item.path.clone()));
                self.illustrate((job, index), &item.path, fx);
                if let Some(items) = &mut self.gallery.items
                    && !items.iter().any(|i| i.path == item.path)
                {
                    items.insert(0, item);
                }
            }
            StoreEvent::PictureFailed { job, index, error } => self.save_failed((job, index), error),
            StoreEvent::LatentsKept { path } => self.note(NoticeKind::LatentsKept(path)),
            StoreEvent::LatentsOpened { latents } => self.decode_opened(latents, fx),
            StoreEvent::PersonaOpened { persona, left_out } => self.persona_opened(*persona, left_out, fx),
            StoreEvent::Personas(kept) => self.personas_listed(kept),
            StoreEvent::PersonaKept(kept) => self.persona_kept(*kept),
            StoreEvent::PersonaFailed { id, error } => self.persona_failed(&id, error),
            StoreEvent::PersonaTrashed(id) => self.persona_trashed(id),
            StoreEvent::TextsFound { serial, hits, done } => self.write.finder.found(serial, hits, done),
            StoreEvent::ChatsOpened { chats, left_out } => {
                self.chats_opened(chats, left_out, fx);
            }
            StoreEvent::Exported { path } => {
                self.heal_disk(&path);
                self.exported(path);
            }
            // A list that was begun before the folder was changed comes too late.
            StoreEvent::Library(items) => {
                let here = |item: &LibraryItem| item.path.starts_with(&self.status.library);
                if items.iter().all(here) {
                    self.gallery.items = Some(items);
                }
            }
            StoreEvent::Thumbnail { path, picture } => self.gallery.thumbnails.put(path, picture),
            StoreEvent::NoThumbnail { path, error } => {
                // A broken file is not asked for again; one that was passed over is.
                if error.is_none() {
                    self.gallery.thumbnails.unwant(&path);
                }
            }
            StoreEvent::Opened { path, picture, record } => {
                // Files that were asked for before this one come too late.
                if let Some(at) = self.gallery.opening.iter().rposition(|asked| *asked == path) {
                    self.gallery.opening.drain(..=at);
                    match record {
                        Some(record) => {
                            self.restore(&record);
                            self.show_file(&path, Some(picture), record);
                        }
                        None => self.problem_in(self.room(), Cause::NoSettingsInside { path }.into()),
                    }
                }
            }
            StoreEvent::Viewed { path, picture } => self.viewed(path, picture, fx),
            StoreEvent::Trashed { paths } => self.trashed(paths, fx),
            StoreEvent::Restored { items } => self.restored(items),
            StoreEvent::Conversations(heads) => self.conversations_listed(heads, fx),
            StoreEvent::ConversationTrashed(id) => self.conversation_trashed(id),
            StoreEvent::Conversation(data) => self.conversation_loaded(*data, fx),
            StoreEvent::SettingsSaved => self.heal_settings(),
            StoreEvent::Desk(desk) => self.desk_loaded(*desk),
            StoreEvent::Trash { kind, items } => self.trash_listed(kind, items),
            StoreEvent::Failed(error) => self.problem(error),
        }
    }

    fn trashed(&mut self, paths: Vec<PathBuf>, fx: &mut Effects) {
        let gone = |path: &Path| paths.iter().any(|p| p == path);
        if let Some(items) = &mut self.gallery.items {
            // The neighbour takes the selection, so that Delete can be pressed again.
            if let Some(selected) = self.gallery.selected.take_if(|p| gone(p)) {
                let at = items.iter().position(|i| i.path == selected);
                items.retain(|item| !gone(&item.path));
                let next = at.and_then(|at| items.get(at).or_else(|| items.last())).map(|item| item.path.clone());
                self.select(next, fx);
            } else {
                items.retain(|item| !gone(&item.path));
            }
        }
        self.create.strip.retain(|s| !matches!(&s.saved, Saved::At(p) if gone(p)));
        self.note_trashed(Undoable::PicturesTrashed(paths.clone()));
        self.note(NoticeKind::PicturesTrashed(paths));
    }

    fn restored(&mut self, restored: Vec<LibraryItem>) {
        if let Some(items) = &mut self.gallery.items {
            for item in restored {
                items.retain(|i| i.path != item.path);
                let at = items.partition_point(|i| i.made_ms > item.made_ms);
                items.insert(at, item);
            }
        }
    }
}
