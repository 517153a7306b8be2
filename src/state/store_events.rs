//! Events of the store: each goes to the room that it is about.

use crate::domain::StoreEvent;
use crate::error::Cause;
use crate::state::{AppState, Effects, NoticeKind};

impl AppState {
    pub(in crate::state) fn store_event(&mut self, event: StoreEvent, fx: &mut Effects) {
        match event {
            StoreEvent::PictureSaved { job, index, item } => {
                self.notices.heal_disk(&item.path);
                let (create, mut env) = self.create(fx);
                create.saved_at((job, index), item.path.clone(), &mut env);
                self.illustrate((job, index), &item.path, fx);
                self.gallery.came(item);
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
            StoreEvent::Personas(kept) => self.personas.listed(kept),
            StoreEvent::PersonaKept(kept) => {
                // Its picture may have changed.
                if let Some(path) = &kept.avatar {
                    self.gallery.thumbnails.forget(path);
                }
                let (personas, mut env) = self.personas(fx);
                personas.saved(*kept, &mut env);
            }
            StoreEvent::PersonaFailed { id, error } => {
                let (personas, mut env) = self.personas(fx);
                personas.not_saved(&id, error, &mut env);
            }
            StoreEvent::PersonaTrashed(id) => {
                let (personas, mut env) = self.personas(fx);
                personas.was_trashed(id, &mut env);
            }
            StoreEvent::TextsFound { serial, hits, done } => self.write.text_search.found(serial, hits, done),
            StoreEvent::ChatsOpened { chats, left_out } => {
                self.in_write(fx, |write, env| write.chats_opened(chats, left_out, env));
            }
            StoreEvent::Exported { path } => {
                self.notices.heal_disk(&path);
                let (ask, mut env) = self.ask(fx);
                ask.exported(path, &mut env);
            }
            StoreEvent::Library(items) => {
                let (gallery, mut env) = self.gallery(fx);
                gallery.listed(items, &mut env);
            }
            StoreEvent::Recent(items) => {
                let (create, mut env) = self.create(fx);
                create.show_recent(items, &mut env);
            }
            StoreEvent::LibraryChanged { came, gone } => {
                let (gallery, mut env) = self.gallery(fx);
                gallery.library_changed(came, &gone, &mut env);
            }
            StoreEvent::CopiesSaved { folder, count } => self.note(NoticeKind::CopiesSaved { folder, count }),
            StoreEvent::Thumbnail { path, picture } => self.gallery.thumbnails.put(path, picture),
            StoreEvent::NoThumbnail { path, error } => {
                // A broken file is not requested again; one that was skipped is.
                match error {
                    Some(error) => self.gallery.thumbnails.note_broken(path, error),
                    None => self.gallery.thumbnails.unwant(&path),
                }
            }
            StoreEvent::Opened { path, picture, record } => {
                if !self.gallery.take_opened(&path) {
                    return;
                }
                match record {
                    Some(record) => {
                        let (create, mut env) = self.create(fx);
                        create.restore(&record, &mut env);
                        create.show_file(&path, Some(picture), record, &mut env);
                    }
                    None => self.problem_in(self.room(), Cause::NoSettingsInside { path }.into()),
                }
            }
            // A folder can only be a model.
            StoreEvent::FolderOpened(path) => {
                if self.gallery.take_opened(&path) {
                    let (models, mut env) = self.models(fx);
                    models.open(path, &mut env);
                }
            }
            StoreEvent::Viewed { path, picture } => self.viewed(path, picture, fx),
            StoreEvent::Trashed { paths } => self.trashed(paths, fx),
            StoreEvent::Gone { paths } => {
                self.create.strip.retain(|shot| !paths.iter().any(|path| shot.is_file(path)));
                let (gallery, mut env) = self.gallery(fx);
                gallery.gone(&paths, &mut env);
            }
            StoreEvent::SavedAtLast { items } => {
                self.note(NoticeKind::PicturesSaved(items.len()));
                let (gallery, mut env) = self.gallery(fx);
                gallery.library_changed(items, &[], &mut env);
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
            StoreEvent::SettingsSaved => self.notices.heal_settings(),
            StoreEvent::Desk(desk) => self.desk_loaded(*desk, fx),
            StoreEvent::Trash { kind, items } => self.trash.listed(kind, items),
            StoreEvent::TrashRead { id, text } => {
                let (trash, mut env) = self.trash(fx);
                trash.read(&id, text, &mut env);
            }
            StoreEvent::ReportLeft(report) => self.note(NoticeKind::ReportLeft(report)),
            StoreEvent::ReportRead { path, text } => self.ask.report = Some((path, text)),
            StoreEvent::Failed(Some(room), error) => self.problem_in(room, error),
            StoreEvent::OpenFailed(error) => self.problem_in(self.room(), error),
            StoreEvent::Failed(None, error) => self.problem(error),
            StoreEvent::WrittenAtLast { path } => self.notices.heal_disk(&path),
            StoreEvent::AllWritten => self.notices.heal_unsaved(),
        }
    }
}
