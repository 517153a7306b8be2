//! The view of what was deleted: back, or gone for good.

use std::path::PathBuf;

use super::Effects;
use crate::domain::{ConversationId, PersonaId, TrashKind, Trashed};
use crate::state::{AppState, Effect, NoticeKind, TrashCommand, Undoable};

impl AppState {
    pub(super) fn trash_command(&mut self, command: TrashCommand, fx: &mut Effects) {
        let shown = self.trash.shown;
        match command {
            TrashCommand::Show(kind) => {
                self.trash.shown = Some(kind);
                self.trash.asking = None;
                if shown != Some(kind) {
                    self.trash.items = None;
                    fx.push(Effect::ListTrash(kind));
                }
            }
            TrashCommand::Close => self.trash = Default::default(),
            TrashCommand::Restore(id) => {
                let Some(kind) = shown else { return };
                self.trash.asking = None;
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

    pub(super) fn trash_listed(&mut self, kind: TrashKind, items: Vec<Trashed>) {
        if self.trash.shown == Some(kind) {
            self.trash.items = Some(items);
        }
    }

    /// Has the trash that is shown read again: what was taken out of it may not have worked.
    fn read_again(&self, kind: TrashKind, fx: &mut Effects) {
        if self.trash.shown == Some(kind) {
            fx.push(Effect::ListTrash(kind));
        }
    }

    pub(super) fn restore_pictures(&mut self, paths: Vec<PathBuf>, fx: &mut Effects) {
        self.came_back(Undoable::PicturesTrashed(paths.clone()));
        self.notices.retain(|n| n.kind != NoticeKind::PicturesTrashed(paths.clone()));
        fx.push(Effect::RestorePictures(paths));
        self.read_again(TrashKind::Pictures, fx);
    }

    pub(super) fn restore_conversation(&mut self, id: ConversationId, fx: &mut Effects) {
        self.came_back(Undoable::ConversationTrashed(id.clone()));
        self.notices.retain(|n| n.kind != NoticeKind::ConversationTrashed(id.clone()));
        fx.push(Effect::RestoreConversation(id));
        fx.push(Effect::ListConversations);
        self.read_again(TrashKind::Conversations, fx);
    }

    pub(super) fn restore_persona(&mut self, id: PersonaId, fx: &mut Effects) {
        self.came_back(Undoable::PersonaTrashed(id.clone()));
        self.notices.retain(|n| n.kind != NoticeKind::PersonaTrashed(id.clone()));
        self.personas.trashed.remove(&id);
        fx.push(Effect::RestorePersona(id));
        self.read_again(TrashKind::Personas, fx);
    }
}
