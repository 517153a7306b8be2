//! What the store says: each of its events goes to the room that it is about.

use crate::domain::{LibraryItem, StoreEvent};
use crate::error::Cause;
use crate::state::{AppState, Effects, NoticeKind, Saved};

impl AppState {
    pub(in crate::state) fn store_event(&mut self, event: StoreEvent, fx: &mut Effects) {
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
                    self.gallery.changed();
                }
            }
            StoreEvent::PictureFailed { job, index, error } => self.save_failed((job, index), error),
            StoreEvent::LatentsKept { path } => self.note(NoticeKind::LatentsKept(path)),
            StoreEvent::LatentsOpened { latents } => self.decode_opened(latents, fx),
            StoreEvent::PersonaOpened { persona, left_out } => self.persona_opened(*persona, left_out, fx),
            StoreEvent::WorldOpened { name, cards, left_out } => self.world_opened(name, cards, left_out, fx),
            StoreEvent::Personas(kept) => self.personas_listed(kept),
            StoreEvent::PersonaKept(kept) => self.persona_kept(*kept),
            StoreEvent::PersonaFailed { id, error } => self.persona_failed(&id, error),
            StoreEvent::PersonaTrashed(id) => self.persona_trashed(id),
            StoreEvent::TextsFound { serial, hits, done } => self.write.finder.found(serial, hits, done),
            StoreEvent::ChatsOpened { chats, left_out } => {
                self.in_write(fx, |write, env| write.chats_opened(chats, left_out, env));
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
                            self.restore(&record);
                            self.show_file(&path, Some(picture), record);
                        }
                        None => self.problem_in(self.room(), Cause::NoSettingsInside { path }.into()),
                    }
                }
            }
            StoreEvent::Viewed { path, picture } => self.viewed(path, picture, fx),
            StoreEvent::Trashed { paths } => self.trashed(paths, fx),
            StoreEvent::Gone { paths } => {
                self.create.strip.retain(|shot| !matches!(&shot.saved, Saved::At(p) if paths.contains(p)));
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
            StoreEvent::Conversations(heads) => {
                let characters = self.personas.shown;
                self.in_write(fx, |write, env| write.conversations_listed(heads, characters, env));
            }
            StoreEvent::ConversationTrashed(id) => self.in_write(fx, |write, env| write.conversation_trashed(id, env)),
            StoreEvent::Conversation(data) => self.in_write(fx, |write, env| write.conversation_loaded(*data, env)),
            StoreEvent::SettingsSaved => self.heal_settings(),
            StoreEvent::Desk(desk) => self.desk_loaded(*desk, fx),
            StoreEvent::Trash { kind, items } => self.trash_listed(kind, items),
            StoreEvent::TrashRead { id, text } => self.trash_read(&id, text),
            StoreEvent::Failed(Some(room), error) => self.problem_in(room, error),
            StoreEvent::OpenFailed(error) => self.problem_in(self.room(), error),
            StoreEvent::Failed(None, error) => self.problem(error),
            StoreEvent::WrittenAtLast { path } => self.heal_disk(&path),
            StoreEvent::AllWritten => self.heal_unsaved(),
        }
    }
}
