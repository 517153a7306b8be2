//! The gallery, files that are dropped or opened, and everything that the store says.

use std::path::{Path, PathBuf};

use super::Effects;
use crate::domain::StoreEvent;
use crate::error::Cause;
use crate::state::{AppState, Command, Effect, NoticeKind, Saved};

impl AppState {
    pub(super) fn library_command(&mut self, command: Command, fx: &mut Effects) {
        match command {
            Command::Select(path) => self.select(path, fx),
            Command::SetGallerySearch(text) => self.gallery.search = text,
            Command::NeedThumbnail(path) => self.need_thumbnail(path, fx),
            Command::OpenFile(path) => {
                self.gallery.restoring = Some(path.clone());
                fx.push(Effect::OpenPicture(path));
            }
            Command::ChooseFile => fx.push(Effect::AskOpenFile),
            Command::SaveItemAs(path) => fx.push(Effect::AskExportFile { path }),
            Command::CopyItem(path) => {
                fx.push(Effect::CopyFile(path));
                self.note(NoticeKind::Copied);
            }
            Command::TrashItem(path) => fx.push(Effect::TrashPictures(vec![path])),
            Command::RestorePictures(paths) => {
                self.notices.retain(|n| n.kind != NoticeKind::PicturesTrashed(paths.clone()));
                fx.push(Effect::RestorePictures(paths));
            }
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
        let opened = self.gallery.opened.as_ref().map(|(p, _)| p);
        if let Some(path) = &path
            && opened != Some(path)
        {
            fx.push(Effect::OpenPicture(path.clone()));
        }
        self.gallery.selected = path;
    }

    pub(super) fn store_event(&mut self, event: StoreEvent, fx: &mut Effects) {
        match event {
            StoreEvent::PictureSaved { job, index, item } => {
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
            StoreEvent::LatentsOpened { latents } => {
                self.gallery.restoring = None;
                self.decode_opened(latents, fx);
            }
            StoreEvent::PersonaOpened { persona, left_out } => {
                self.gallery.restoring = None;
                self.persona_opened(*persona, left_out, fx);
            }
            StoreEvent::Personas(kept) => self.personas.kept = kept,
            StoreEvent::PersonaKept(kept) => self.personas.put(*kept),
            StoreEvent::TextsFound { serial, hits, done } => self.write.finder.found(serial, hits, done),
            StoreEvent::ChatsOpened { chats, left_out } => {
                self.gallery.restoring = None;
                self.chats_opened(chats, left_out, fx);
            }
            StoreEvent::Exported { path } => self.note(NoticeKind::Exported(path)),
            StoreEvent::Library(items) => self.gallery.items = Some(items),
            StoreEvent::Thumbnail { path, picture } => self.gallery.thumbnails.put(path, picture),
            StoreEvent::NoThumbnail { path, error } => {
                // A broken file is not asked for again; one that was passed over is.
                if error.is_none() {
                    self.gallery.thumbnails.unwant(&path);
                }
            }
            StoreEvent::Opened { path, picture, record } => {
                if self.gallery.restoring.as_ref() == Some(&path) {
                    self.gallery.restoring = None;
                    match record {
                        Some(record) => {
                            self.restore(&record);
                            self.show_file(&path, picture, record);
                        }
                        None => self.problem(Cause::NoSettingsInside { path }.into()),
                    }
                } else if self.gallery.selected.as_ref() == Some(&path) {
                    self.gallery.opened = Some((path, picture));
                }
            }
            StoreEvent::Trashed { paths } => self.trashed(paths),
            StoreEvent::Restored { items } => self.restored(items),
            StoreEvent::Conversations(heads) => self.write.conversations = heads,
            StoreEvent::Conversation(data) => self.conversation_loaded(*data, fx),
            StoreEvent::SettingsSaved => {}
            StoreEvent::Failed(error) => {
                self.gallery.restoring = None;
                self.problem(error);
            }
        }
    }

    fn trashed(&mut self, paths: Vec<PathBuf>) {
        let gone = |path: &Path| paths.iter().any(|p| p == path);
        if let Some(items) = &mut self.gallery.items {
            // The neighbour takes the selection, so that Delete can be pressed again.
            if let Some(selected) = self.gallery.selected.take_if(|p| gone(p)) {
                let at = items.iter().position(|i| i.path == selected);
                items.retain(|item| !gone(&item.path));
                self.gallery.selected =
                    at.and_then(|at| items.get(at).or_else(|| items.last())).map(|item| item.path.clone());
            } else {
                items.retain(|item| !gone(&item.path));
            }
        }
        self.create.strip.retain(|s| !matches!(&s.saved, Saved::At(p) if gone(p)));
        self.note(NoticeKind::PicturesTrashed(paths));
    }

    fn restored(&mut self, restored: Vec<crate::domain::LibraryItem>) {
        if let Some(items) = &mut self.gallery.items {
            for item in restored {
                items.retain(|i| i.path != item.path);
                let at = items.partition_point(|i| i.made_ms > item.made_ms);
                items.insert(at, item);
            }
        }
    }
}
