//! A conversation in which only a character has spoken is not kept: what is to be in its file waits until the person
//! says or changes something.

use crate::domain::{ConversationHead, ConversationId, JournalEntry};
use crate::state::write::Unsaid;
use crate::state::{AppState, Effect, Effects};

impl AppState {
    /// The open conversation was just begun with these effects: it is not kept yet.
    pub(in crate::state) fn begin_unsaid(&mut self, id: ConversationId, begun: Effects, fx: &mut Effects) {
        self.write.conversations.retain(|head| head.id != id);
        let mut entries = Vec::new();
        for effect in begun {
            match effect {
                Effect::Journal { id: of, entry } if of == id => entries.push(entry),
                other => fx.push(other),
            }
        }
        self.write.unsaid = Some(Unsaid { id, entries });
    }

    /// Of the effects of an input, those for a conversation that is not kept wait; where the person had a part in it,
    /// it is kept from now on.
    pub(in crate::state) fn hold_back_unsaid(&mut self, fx: &mut Effects) {
        let Some(unsaid) = &mut self.write.unsaid else { return };
        let ours = |effect: &Effect| matches!(effect, Effect::Journal { id, .. } if *id == unsaid.id);
        // To look at another greeting is to say nothing.
        let looks = |effect: &Effect| matches!(effect, Effect::Journal { entry: JournalEntry::Select { .. }, .. });
        let here = self.write.open.id.as_ref() == Some(&unsaid.id);
        let typed = !self.write.draft.trim().is_empty() && self.write.draft_of.as_ref() == Some(&unsaid.id);
        let moved = self.write.editing.is_some() || self.sliders_moved_ms.is_some();
        let begun = here && !self.read_only && (typed || moved);
        let drawn = self.create.subject.as_ref().is_some_and(|subject| subject.document == unsaid.id);
        if let Some(at) = fx.iter().position(|effect| ours(effect) && !looks(effect)) {
            self.keep_unsaid(at, fx);
        } else if begun || drawn {
            let end = fx.len();
            self.keep_unsaid(end, fx);
        } else {
            for effect in std::mem::take(fx) {
                match effect {
                    Effect::Journal { id, entry } if id == unsaid.id => unsaid.entries.push(entry),
                    other => fx.push(other),
                }
            }
        }
    }

    /// Keeps it: its entries go before the effect at `at`.
    fn keep_unsaid(&mut self, at: usize, fx: &mut Effects) {
        let Some(Unsaid { id, entries }) = self.write.unsaid.take() else { return };
        let open = &self.write.open;
        let turns = open.turns.len();
        if open.id.as_ref() == Some(&id) {
            let head = ConversationHead { id: id.clone(), title: open.title.clone(), turns, ..Default::default() };
            self.write.conversations.insert(0, ConversationHead { changed_ms: self.now_ms, ..head });
        }
        fx.splice(at..at, entries.into_iter().map(|entry| Effect::Journal { id: id.clone(), entry }));
    }

    /// The open conversation is left. What it is kept for is in the effects already.
    pub(in crate::state) fn forget_unsaid(&mut self, fx: &mut Effects) {
        self.hold_back_unsaid(fx);
        self.write.unsaid = None;
    }
}
