//! The view of what was deleted.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::{ConversationId, PersonaId, Picture, Room, TrashKind, Trashed};
use crate::error::Result;
use crate::state::{AppState, Effect, Effects, NoticeKind, Undoable};

#[derive(Clone, Debug, Default)]
pub struct TrashState {
    /// Which trash is shown in the place of the room, if any.
    pub shown: Option<TrashKind>,
    /// All of it, newest first; `None` until it was read.
    pub items: Option<Vec<Trashed>>,
    /// What is looked at, once it was read.
    pub looked: Option<(PathBuf, Option<Looked>)>,
    /// What is to be deleted for good once the person agrees; `None` inside is all of it.
    pub asking: Option<Option<PathBuf>>,
}

/// Something of the trash as it is shown there.
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
    /// Shows a picture or a text of the trash in full, or the list again.
    Look(Option<PathBuf>),
    /// Takes this out of the trash.
    Restore(PathBuf),
    /// Takes all of it out.
    RestoreAll,
    /// Asks whether this, or all of it, is to be deleted for good.
    Ask(Option<PathBuf>),
    /// It is not.
    Keep,
    /// Deletes for good what was asked for.
    Purge,
}

impl AppState {
    pub(in crate::state) fn trash_command(&mut self, command: TrashCommand, fx: &mut Effects) {
        let shown = self.trash.shown;
        match command {
            TrashCommand::Show(kind) => {
                self.trash.shown = Some(kind);
                self.trash.asking = None;
                self.trash.looked = None;
                if shown != Some(kind) {
                    self.trash.items = None;
                    fx.push(Effect::ListTrash(kind));
                }
            }
            TrashCommand::Close => self.trash = Default::default(),
            TrashCommand::Look(id) => {
                let item = self.trash.items.iter().flatten().find(|item| Some(&item.id) == id.as_ref());
                let lang = self.lang;
                fx.extend(item.map(|item| match item.kind {
                    TrashKind::Pictures => Effect::ViewPicture(item.path.clone()),
                    kind @ (TrashKind::Conversations | TrashKind::Personas) => {
                        Effect::ReadTrashed { kind, id: item.id.clone(), lang }
                    }
                }));
                self.trash.looked = item.map(|item| (item.id.clone(), None));
            }
            TrashCommand::RestoreAll => {
                let Some(kind) = shown else { return };
                let ids: Vec<PathBuf> = self.trash.items.iter().flatten().map(|item| item.id.clone()).collect();
                match kind {
                    TrashKind::Pictures => {
                        (self.trash.asking, self.trash.looked, self.trash.items) = (None, None, Some(Vec::new()));
                        for id in &ids {
                            self.undo.forget(&Undoable::PicturesTrashed(vec![id.clone()]));
                        }
                        self.restore_pictures(ids, fx);
                    }
                    TrashKind::Conversations | TrashKind::Personas => {
                        for id in ids {
                            self.trash_command(TrashCommand::Restore(id), fx);
                        }
                        // Once, after all of them.
                        let mut lists = Vec::new();
                        for list in [Effect::ListConversations, Effect::ListTrash(kind)] {
                            lists.extend(fx.contains(&list).then_some(list));
                        }
                        fx.retain(|effect| !lists.contains(effect));
                        fx.extend(lists);
                    }
                }
            }
            TrashCommand::Restore(id) => {
                let Some(kind) = shown else { return };
                self.trash.asking = None;
                self.trash.looked = None;
                self.trash.items.iter_mut().for_each(|items| items.retain(|item| item.id != id));
                let name = || id.to_string_lossy().into_owned();
                match kind {
                    TrashKind::Pictures => self.restore_pictures(vec![id], fx),
                    TrashKind::Conversations => self.restore_conversation(ConversationId(name()), fx),
                    TrashKind::Personas => self.restore_persona(PersonaId(name()), fx),
                }
            }
            TrashCommand::Ask(what) => self.trash.asking = Some(what),
            TrashCommand::Keep => self.trash.asking = None,
            TrashCommand::Purge => {
                let (Some(kind), Some(what)) = (shown, self.trash.asking.take()) else { return };
                self.trash.looked = None;
                // What came into the trash after the question was asked stays.
                let ids: Vec<PathBuf> = match what {
                    Some(id) => vec![id],
                    None => self.trash.items.iter().flatten().map(|item| item.id.clone()).collect(),
                };
                for id in &ids {
                    let name = || id.to_string_lossy().into_owned();
                    if kind == TrashKind::Conversations {
                        self.forget_drafts_of(&ConversationId(name()));
                    }
                    self.undo.forget(&match kind {
                        TrashKind::Pictures => Undoable::PicturesTrashed(vec![id.clone()]),
                        TrashKind::Conversations => Undoable::ConversationTrashed(ConversationId(name())),
                        TrashKind::Personas => Undoable::PersonaTrashed(PersonaId(name())),
                    });
                }
                self.trash.items.iter_mut().for_each(|items| items.retain(|item| !ids.contains(&item.id)));
                fx.push(Effect::Purge { kind, ids });
            }
        }
    }

    pub(in crate::state) fn trash_listed(&mut self, kind: TrashKind, items: Vec<Trashed>) {
        if self.trash.shown == Some(kind) {
            self.trash.items = Some(items);
        }
    }

    /// Takes a picture that was read to be looked at; whether it was this one.
    pub(in crate::state) fn looked_at(&mut self, path: &Path, picture: &Result<Arc<Picture>>) -> bool {
        let item = |id: &PathBuf| self.trash.items.iter().flatten().any(|item| item.id == *id && item.path == path);
        let wanted = self.trash.looked.as_ref().is_some_and(|(id, _)| item(id));
        if let (true, Some((_, shown))) = (wanted, &mut self.trash.looked) {
            *shown = picture.as_ref().ok().cloned().map(Looked::Picture);
        }
        wanted
    }

    /// Takes a text that was read; where it could not be, the list is shown again.
    pub(in crate::state) fn trash_read(&mut self, id: &Path, text: Result<String>) {
        let Some((_, shown)) = self.trash.looked.as_mut().filter(|(wanted, _)| wanted == id) else { return };
        match text {
            Ok(text) => *shown = Some(Looked::Text(text)),
            Err(error) => {
                self.trash.looked = None;
                self.problem_in(Room::Write, error);
            }
        }
    }

    /// Has the trash that is shown read again: what was taken out of it may not have worked.
    fn read_again(&self, kind: TrashKind, fx: &mut Effects) {
        if self.trash.shown == Some(kind) {
            fx.push(Effect::ListTrash(kind));
        }
    }

    pub(in crate::state) fn restore_pictures(&mut self, paths: Vec<PathBuf>, fx: &mut Effects) {
        self.came_back(Undoable::PicturesTrashed(paths.clone()));
        self.notices.list.retain(|n| n.kind != NoticeKind::PicturesTrashed(paths.clone()));
        fx.push(Effect::RestorePictures(paths));
        self.read_again(TrashKind::Pictures, fx);
    }

    pub(in crate::state) fn restore_conversation(&mut self, id: ConversationId, fx: &mut Effects) {
        self.came_back(Undoable::ConversationTrashed(id.clone()));
        self.notices.list.retain(|n| n.kind != NoticeKind::ConversationTrashed(id.clone()));
        fx.push(Effect::RestoreConversation(id));
        fx.push(Effect::ListConversations);
        self.read_again(TrashKind::Conversations, fx);
    }

    pub(in crate::state) fn restore_persona(&mut self, id: PersonaId, fx: &mut Effects) {
        self.came_back(Undoable::PersonaTrashed(id.clone()));
        self.notices.list.retain(|n| n.kind != NoticeKind::PersonaTrashed(id.clone()));
        self.personas.trashed.remove(&id);
        fx.push(Effect::RestorePersona(id));
        self.read_again(TrashKind::Personas, fx);
    }
}
