//! The view of the trash.

mod across;
#[cfg(test)]
mod tests;
mod update;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::{ConversationId, PersonaId, Picture, Room, StoreRequest, TrashKind, Trashed};
use crate::error::Result;
use crate::state::{Effect, Env, NoticeKind, Undoable};

#[derive(Clone, Debug, Default)]
pub struct TrashState {
    /// Which trash is shown in place of the room, if any.
    pub shown: Option<TrashKind>,
    /// Its contents, newest first; `None` until they are read.
    pub items: Option<Vec<Trashed>>,
    /// The item that is shown in full. Its content is `None` until it is read.
    pub looked: Option<(PathBuf, Option<Looked>)>,
    /// What will be deleted permanently if the user agrees: one item, or with `None` inside all of them.
    pub asking: Option<Option<PathBuf>>,
}

/// The content of an item, as it is shown.
#[derive(Clone, Debug)]
pub enum Looked {
    Picture(Arc<Picture>),
    /// Markdown.
    Text(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrashCommand {
    Show(TrashKind),
    Close,
    /// Shows a picture or a text of the trash in full, or with `None` the list again.
    Look(Option<PathBuf>),
    /// Takes this item out of the trash.
    Restore(PathBuf),
    /// Takes all items out.
    RestoreAll,
    /// Asks whether to delete this item permanently, or with `None` all of them.
    Ask(Option<PathBuf>),
    /// Answers no: keeps them.
    Keep,
    /// Answers yes: deletes them permanently.
    Purge,
}

impl TrashState {
    /// Reads the contents of the trash of `kind` again if it is shown, because taking items out may have failed.
    fn read_again(&self, kind: TrashKind, env: &mut Env<'_>) {
        if self.shown == Some(kind) {
            env.push(Effect::Store(StoreRequest::ListTrash(kind)));
        }
    }

    pub(in crate::state) fn listed(&mut self, kind: TrashKind, items: Vec<Trashed>) {
        if self.shown == Some(kind) {
            self.items = Some(items);
        }
    }

    /// Takes a picture that was read for showing. Returns whether it was for the trash.
    pub(in crate::state) fn looked_at(&mut self, path: &Path, picture: &Result<Arc<Picture>>) -> bool {
        let item = |id: &PathBuf| self.items.iter().flatten().any(|item| item.id == *id && item.path == path);
        let wanted = self.looked.as_ref().is_some_and(|(id, _)| item(id));
        if let (true, Some((_, shown))) = (wanted, &mut self.looked) {
            *shown = picture.as_ref().ok().cloned().map(Looked::Picture);
        }
        wanted
    }

    /// Takes a text that was read. If it could not be read, the list is shown again.
    pub(in crate::state) fn read(&mut self, id: &Path, text: Result<String>, env: &mut Env<'_>) {
        let Some((_, shown)) = self.looked.as_mut().filter(|(wanted, _)| wanted == id) else { return };
        match text {
            Ok(text) => *shown = Some(Looked::Text(text)),
            Err(error) => {
                self.looked = None;
                env.problem_in(Room::Write, error);
            }
        }
    }

    pub(in crate::state) fn restore_pictures(&self, paths: Vec<PathBuf>, env: &mut Env<'_>) {
        env.came_back(Undoable::PicturesTrashed(paths.clone()));
        env.notices.list.retain(|n| n.kind != NoticeKind::PicturesTrashed(paths.clone()));
        env.push(Effect::Store(StoreRequest::RestorePictures(paths)));
        self.read_again(TrashKind::Pictures, env);
    }

    pub(in crate::state) fn restore_conversations(&self, ids: Vec<ConversationId>, env: &mut Env<'_>) {
        for id in ids {
            env.came_back(Undoable::ConversationTrashed(id.clone()));
            env.notices.list.retain(|n| n.kind != NoticeKind::ConversationTrashed(id.clone()));
            env.push(Effect::Store(StoreRequest::RestoreConversation(id)));
        }
        env.push(Effect::Store(StoreRequest::ListConversations));
        self.read_again(TrashKind::Conversations, env);
    }

    pub(in crate::state) fn restore_personas(&self, ids: Vec<PersonaId>, env: &mut Env<'_>) {
        for id in ids {
            env.came_back(Undoable::PersonaTrashed(id.clone()));
            env.notices.list.retain(|n| n.kind != NoticeKind::PersonaTrashed(id.clone()));
            env.push(Effect::Store(StoreRequest::RestorePersona(id)));
        }
        self.read_again(TrashKind::Personas, env);
    }
}
