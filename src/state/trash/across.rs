//! Takes things out of the trash or deletes them, for the rooms that they belong to.

use crate::domain::{ConversationId, PersonaId, TrashKind};
use crate::state::trash::update::Handoff;
use crate::state::{AppState, Effects, TrashCommand};

impl AppState {
    pub(in crate::state) fn trash_command(&mut self, command: TrashCommand, fx: &mut Effects) {
        let (trash, mut env) = self.trash(fx);
        let (kind, ids) = match trash.update(command, &mut env) {
            Some(Handoff::Back { kind, ids }) => (kind, ids),
            Some(Handoff::Gone(conversations)) => {
                return conversations.iter().for_each(|id| self.write.left.forget(id));
            }
            None => return,
        };
        let names = ids.iter().map(|id| id.to_string_lossy().into_owned());
        match kind {
            TrashKind::Pictures => trash.restore_pictures(ids, &mut env),
            TrashKind::Conversations => trash.restore_conversations(names.map(ConversationId).collect(), &mut env),
            TrashKind::Personas => {
                let ids = names.map(PersonaId).collect();
                self.restore_personas(ids, fx);
            }
        }
    }

    pub(in crate::state) fn restore_personas(&mut self, ids: Vec<PersonaId>, fx: &mut Effects) {
        self.personas.were_restored(&ids);
        let (trash, mut env) = self.trash(fx);
        trash.restore_personas(ids, &mut env);
    }
}
