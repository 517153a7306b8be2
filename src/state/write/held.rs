//! Messages that wait for the answer before them: each is sent in its own conversation, whatever is open by then.

use crate::domain::{ConversationId, Room};
use crate::state::{AppState, Effects, OpenConversation};

impl AppState {
    /// The open conversation is left: its message goes on waiting.
    pub(in crate::state) fn leave_held(&mut self) {
        if std::mem::take(&mut self.write.held) && self.write.is_writing_here() {
            let open = self.write.open.clone();
            self.write.held_elsewhere.retain(|other| other.id != open.id);
            self.write.held_elsewhere.push(open);
        }
    }

    /// A conversation is shown again: its message waits in the field.
    pub(in crate::state) fn take_held(&mut self, id: &ConversationId) {
        let left = &mut self.write.held_elsewhere;
        if let Some(at) = left.iter().position(|open| open.id.as_ref() == Some(id)) {
            left.remove(at);
            self.write.held = !self.write.draft.trim().is_empty();
        }
    }

    /// Sends what waited for an answer that is complete. After one that failed, or stopped, it is looked at first.
    pub(in crate::state) fn send_held(&mut self, fx: &mut Effects) {
        if self.write.held && !self.write.is_writing_here() {
            self.write.held = false;
            if self.write.error.is_none() && !self.write.open.is_unanswered() {
                self.send(fx);
            }
        }
        let ready = |write: &crate::state::WriteState| {
            let is_ready = |open: &OpenConversation| open.id.as_ref().is_none_or(|id| write.job_of(id).is_none());
            write.held_elsewhere.iter().position(is_ready)
        };
        while let Some(at) = ready(&self.write) {
            let open = self.write.held_elsewhere.remove(at);
            self.send_in(open, fx);
        }
    }

    /// Sends the message of a conversation that is not shown, as if it were.
    fn send_in(&mut self, open: OpenConversation, fx: &mut Effects) {
        let Some(id) = open.id.clone() else { return };
        if open.is_unanswered() || self.write.aside_of(&id).error.is_some() {
            return;
        }
        let (shown, of, held) =
            (std::mem::replace(&mut self.write.open, open), self.write.draft_of.clone(), self.write.held);
        let (weighed, error) = (std::mem::take(&mut self.write.weighed), self.write.error.take());
        self.show_draft_of(Some(id));
        self.send(fx);
        let failed = std::mem::replace(&mut self.write.error, error);
        self.show_draft_of(of);
        (self.write.open, self.write.weighed, self.write.held) = (shown, weighed, held);
        if let Some(error) = failed {
            self.problem_in(Room::Write, error);
        }
    }
}
