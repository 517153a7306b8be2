//! Messages that wait for the answer before them: each is sent in its own conversation, whatever is open by then.

use crate::domain::{ConversationId, Room};
use crate::state::{Env, OpenConversation, WriteState};

impl WriteState {
    /// The open conversation is left: its message goes on waiting.
    pub(in crate::state) fn leave_held(&mut self) {
        if std::mem::take(&mut self.held) && self.is_writing_here() {
            let open = self.open.clone();
            self.held_elsewhere.retain(|other| other.id != open.id);
            self.held_elsewhere.push(open);
        }
    }

    /// A conversation is shown again: its message waits in the field.
    pub(in crate::state) fn take_held(&mut self, id: &ConversationId) {
        let left = &mut self.held_elsewhere;
        if let Some(at) = left.iter().position(|open| open.id.as_ref() == Some(id)) {
            left.remove(at);
            self.held = !self.draft.trim().is_empty();
        }
    }

    /// Sends what waited for an answer that is complete. After one that failed, or stopped, it is looked at first.
    pub(in crate::state) fn send_held(&mut self, env: &mut Env) {
        if self.held && !self.is_writing_here() {
            self.held = false;
            if self.error.is_none() && !self.open.is_unanswered() {
                self.send(env);
            }
        }
        let ready = |write: &Self| {
            let is_ready = |open: &OpenConversation| open.id.as_ref().is_none_or(|id| write.job_of(id).is_none());
            write.held_elsewhere.iter().position(is_ready)
        };
        while let Some(at) = ready(self) {
            let open = self.held_elsewhere.remove(at);
            self.send_in(open, env);
        }
    }

    /// Sends the message of a conversation that is not shown, as if it were.
    fn send_in(&mut self, open: OpenConversation, env: &mut Env) {
        let Some(id) = open.id.clone() else { return };
        if open.is_unanswered() || self.aside_of(&id).error.is_some() {
            return;
        }
        let (shown, of, held) = (std::mem::replace(&mut self.open, open), self.draft_of.clone(), self.held);
        let (weighed, error) = (std::mem::take(&mut self.weighed), self.error.take());
        self.show_draft_of(Some(id));
        self.send(env);
        let failed = std::mem::replace(&mut self.error, error);
        self.show_draft_of(of);
        (self.open, self.weighed, self.held) = (shown, weighed, held);
        if let Some(error) = failed {
            env.problem_in(Room::Write, error);
        }
    }
}
