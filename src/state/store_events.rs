//! What the store says: each of its events goes to the room that it is about.

use crate::domain::{LibraryItem, StoreEvent};
use crate::error::Cause;
use crate::state::{AppState, Effects, NoticeKind};

impl AppState {
    pub(in crate::state) fn store_event(&mut self, event: StoreEvent, fx: &mut Effects) {
        match event {
            StoreEvent::PictureSaved { job, index, item } => {
                self.heal_disk(&item.path);
                let (create, mut env) = self.create(fx);
                create.saved_at((job, index), item.path.clone(), &mut env);
                self.illustrate((job, index), &item.path, fx);
                if let Some(items) = &mut self.gallery.items
                    && !items.iter().any(|i| i.path == item.path)
                {
                    items.insert(0, item);
                    self.gallery.changed();
                }
            }
            StoreEvent::PictureFailed { job, index, error } => {
                let (create, mut env) = self.create(fx);
                create.save_failed((job, index), error, &mut env);
            }
            StoreEvent::LatentsKept { path } => self.note(NoticeKind::LatentsKept(path)),
            StoreEvent::LatentsOpened { latents } => {
                let (create, mut env) = self.create(fx);
                create.decode_opened(latents, &mut env);
            }
            StoreEvent::PersonaOpened { persona, left_out } => self.persona_opened(*persona, left_out, fx),
            StoreEvent::WorldOpened { name, cards, left_out } => self.world_opened(name, cards, left_out, fx),
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
                    self.gallery.changed();
                    self.let_go_of_unseen(fx);
                }
                self.gallery.looked.end(self.now_ms);
            }
            StoreEvent::Recent(items) => self.show_recent(items),
            StoreEvent::LibraryChanged { came, gone } => self.library_changed(came, &gone, fx),
            StoreEvent::CopiesSaved { folder, count } => self.note(NoticeKind::CopiesSaved { folder, count }),
            StoreEvent::Thumbnail { path, picture } => self.gallery.thumbnails.put(path, picture),
            StoreEvent::NoThumbnail { path, error } => {
                // A broken file is not asked for again; one that was passed over is.
                match error {
                    Some(error) => self.gallery.thumbnails.note_broken(path, error),
                    None => self.gallery.thumbnails.unwant(&path),
                }
            }
            StoreEvent::Opened { path, picture, record } => {
                // Files that were asked for before this one come too late.
                if let Some(at) = self.gallery.opening.iter().rposition(|asked| *asked == path) {
                    self.gallery.opening.drain(..=at);
                    match record {
                        Some(record) => {
                            let (create, mut env) = self.create(fx);
                            create.restore(&record, &mut env);
                            create.show_file(&path, Some(picture), record, &mut env);
                        }
                        None => self.problem_in(self.room(), Cause::NoSettingsInside { path }.into()),
                    }
                }
            }
            StoreEvent::Viewed { path, picture } => self.viewed(path, picture, fx),
            StoreEvent::Trashed { paths } => self.trashed(paths, fx),
            StoreEvent::Gone { paths } => {
                self.create.strip.retain(|shot| !paths.iter().any(|path| shot.is_file(path)));
                let before = self.notices.list.len();
                self.library_changed(Vec::new(), &paths, fx);
                if self.notices.list.len() == before {
                    self.note(NoticeKind::PicturesGone(paths.len()));
                }
            }
            StoreEvent::SavedAtLast { items } => {
                self.note(NoticeKind::PicturesSaved(items.len()));
                self.library_changed(items, &[], fx);
            }
            StoreEvent::LibraryLeft { folder, count } => {
                if folder != self.status.library {
                    self.note(NoticeKind::PicturesLeft { folder, count });
                }
            }
            StoreEvent::Restored { items } => self.restored(items, fx),
            StoreEvent::Conversations(heads) => self.conversations_listed(heads, fx),
            StoreEvent::ConversationTrashed(id) => self.conversation_trashed(id),
            StoreEvent::Conversation(data) => self.conversation_loaded(*data, fx),
            StoreEvent::SettingsSaved => self.heal_settings(),
            StoreEvent::Desk(desk) => self.desk_loaded(*desk, fx),
            StoreEvent::Trash { kind, items } => self.trash_listed(kind, items),
            StoreEvent::TrashRead { id, text } => self.trash_read(&id, text),
            StoreEvent::Failed(Some(room), error) => self.problem_in(room, error),
            StoreEvent::OpenFailed(error) => self.problem_in(self.room(), error),
            StoreEvent::Failed(None, error) => self.problem(error),
            StoreEvent::WrittenAtLast { path } => self.heal_disk(&path),
            StoreEvent::AllWritten => self.notices.heal_unsaved(),
        }
    }
}
