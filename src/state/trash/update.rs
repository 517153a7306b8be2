//! Handles the commands of the trash.

use std::path::PathBuf;

use crate::domain::{ConversationId, PersonaId, StoreRequest, TrashKind};
use crate::state::{Effect, Env, TrashCommand, TrashState, Undoable};

/// What a command of the trash asks of other rooms.
pub(in crate::state) enum Handoff {
    /// Take these out of the trash.
    Back { kind: TrashKind, ids: Vec<PathBuf> },
    /// These conversations are deleted permanently.
    Gone(Vec<ConversationId>),
}

impl TrashState {
    pub(in crate::state) fn update(&mut self, command: TrashCommand, env: &mut Env<'_>) -> Option<Handoff> {
        match command {
            TrashCommand::Show(kind) => {
                self.asking = None;
                self.looked = None;
                if self.shown.replace(kind) != Some(kind) {
                    self.items = None;
                    env.push(Effect::Store(StoreRequest::ListTrash(kind)));
                }
            }
            TrashCommand::Close => *self = Self::default(),
            TrashCommand::Look(id) => {
                let item = self.items.iter().flatten().find(|item| Some(&item.id) == id.as_ref());
                let lang = env.lang;
                env.fx.extend(item.map(|item| match item.kind {
                    TrashKind::Pictures => Effect::Store(StoreRequest::ViewPicture(item.path.clone())),
                    kind @ (TrashKind::Conversations | TrashKind::Personas) => {
                        Effect::Store(StoreRequest::ReadTrashed { kind, id: item.id.clone(), lang })
                    }
                }));
                self.looked = item.map(|item| (item.id.clone(), None));
            }
            TrashCommand::RestoreAll => {
                let ids: Vec<PathBuf> = self.items.iter().flatten().map(|item| item.id.clone()).collect();
                if self.shown == Some(TrashKind::Pictures) {
                    for id in &ids {
                        env.undo.forget(&Undoable::PicturesTrashed(vec![id.clone()]));
                    }
                }
                return self.leave(ids);
            }
            TrashCommand::Restore(id) => return self.leave(vec![id]),
            TrashCommand::Ask(what) => self.asking = Some(what),
            TrashCommand::Keep => self.asking = None,
            TrashCommand::Purge => {
                let (Some(kind), Some(what)) = (self.shown, self.asking.take()) else { return None };
                self.looked = None;
                // Items that came into the trash after the question stay.
                let ids: Vec<PathBuf> = match what {
                    Some(id) => vec![id],
                    None => self.items.iter().flatten().map(|item| item.id.clone()).collect(),
                };
                let mut gone = Vec::new();
                for id in &ids {
                    let name = || id.to_string_lossy().into_owned();
                    env.undo.forget(&match kind {
                        TrashKind::Pictures => Undoable::PicturesTrashed(vec![id.clone()]),
                        TrashKind::Conversations => {
                            let id = ConversationId(name());
                            gone.push(id.clone());
                            Undoable::ConversationTrashed(id)
                        }
                        TrashKind::Personas => Undoable::PersonaTrashed(PersonaId(name())),
                    });
                }
                self.items.iter_mut().for_each(|items| items.retain(|item| !ids.contains(&item.id)));
                env.push(Effect::Store(StoreRequest::Purge { kind, ids }));
                return Some(Handoff::Gone(gone));
            }
        }
        None
    }

    /// Takes these items off the list.
    fn leave(&mut self, ids: Vec<PathBuf>) -> Option<Handoff> {
        let kind = self.shown?;
        self.asking = None;
        self.looked = None;
        self.items.iter_mut().for_each(|items| items.retain(|item| !ids.contains(&item.id)));
        Some(Handoff::Back { kind, ids })
    }
}
