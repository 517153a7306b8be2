//! Texts that were being written when the window closed: the next start continues them or gives them up.

use crate::domain::{ConversationId, JournalEntry, Role, StoreRequest, TurnInfo, Waiting};
use crate::state::{Effect, Env, Phase, WriteState};

impl WriteState {
    /// The texts that would be lost if the window closed now.
    pub(in crate::state) fn texts_now(&self) -> impl Iterator<Item = Waiting> {
        self.jobs().filter(|job| job.phase != Phase::Cancelling).map(|job| {
            let conversation = job.conversation.clone();
            match job.page {
                Some(spot) => Waiting::Page { conversation, edit: spot.edit, at: spot.at },
                None => Waiting::Answer { conversation, turn: job.turn },
            }
        })
    }

    /// Takes up a text of the conversation `id` that was cut off. One is taken up at a time: the others are put into
    /// `left`, to be asked about again.
    pub(in crate::state) fn take_up(
        &mut self,
        job: Waiting,
        id: ConversationId,
        left: &mut Vec<Waiting>,
        env: &mut Env,
    ) {
        left.extend(self.left.resuming.take());
        // It waits while the same conversation has another answer.
        match self.job_of(&id) {
            Some(_) => left.push(job),
            None => self.left.resuming = Some(job),
        }
        if self.open.id.as_ref() == Some(&id) {
            self.resume_text(&id, env);
        } else {
            self.open_conversation(id, env);
        }
    }

    /// Continues a text that was cut off, once its conversation is shown.
    pub(in crate::state) fn resume_text(&mut self, id: &ConversationId, env: &mut Env) {
        let ours = |job: &mut Waiting| match job {
            Waiting::Answer { conversation, .. } | Waiting::Page { conversation, .. } => conversation == id,
            Waiting::Pictures { .. } | Waiting::Fetch { .. } => false,
        };
        match self.left.resuming.take_if(ours) {
            Some(Waiting::Answer { turn, .. }) => {
                let last = self.open.turns.last().filter(|t| t.message.role == Role::Assistant);
                if last.is_some_and(|last| last.id == turn) {
                    self.continue_writing(env);
                } else if self.open.turns.last().is_some_and(|last| last.message.role == Role::User) {
                    self.regenerate(env);
                }
            }
            Some(Waiting::Page { edit, at, .. }) => {
                let page = self.open.page.as_ref();
                let written = page.and_then(|page| page.get(edit)).map_or(0, |edit| edit.text.len());
                self.write_page(at + written, env);
            }
            Some(Waiting::Pictures { .. } | Waiting::Fetch { .. }) | None => {}
        }
    }

    /// Gives up an answer that was cut off: its text stays, marked as stopped.
    pub(in crate::state) fn give_up(&mut self, conversation: ConversationId, turn: u64, env: &mut Env) {
        let open = Some(&mut self.open).filter(|open| open.id.as_ref() == Some(&conversation));
        if let Some(cut) = open.and_then(|open| open.turn_mut(turn)).filter(|turn| turn.info.is_none()) {
            let info = cut.info.insert(TurnInfo::default()).clone();
            let entry = JournalEntry::End { id: turn, info };
            env.push(Effect::Store(StoreRequest::Journal { id: conversation, entry }));
        }
    }
}
