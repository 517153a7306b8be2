//! A conversation in which only a character has spoken is not kept yet: the entries for its file wait until the person
//! says or changes something.

use crate::domain::{ConversationHead, ConversationId, JournalEntry, StoreRequest};
use crate::state::write::Unsaid;
use crate::state::{Effect, Effects, Env, WriteState};

impl WriteState {
    /// The open conversation was just begun with the effects `begun`: it is not kept yet.
    pub(in crate::state) fn begin_unsaid(&mut self, id: ConversationId, mut begun: Effects, env: &mut Env) {
        self.conversations.retain(|head| head.id != id);
        let entries = take_entries(&id, &mut begun);
        env.fx.extend(begun);
        self.unsaid = Some(Unsaid { id, entries });
    }

    /// Holds back the effects of an input that would write a conversation that is not kept. Once the person has a part
    /// in it, it is kept. `drawn` is the document that pictures are drawn for.
    pub(in crate::state) fn hold_back_unsaid(&mut self, drawn: Option<&ConversationId>, env: &mut Env) {
        let Some(unsaid) = &mut self.unsaid else { return };
        let ours =
            |effect: &Effect| matches!(effect, Effect::Store(StoreRequest::Journal { id, .. }) if *id == unsaid.id);
        // To look at another greeting does not count.
        let looks = |effect: &Effect| {
            matches!(effect, Effect::Store(StoreRequest::Journal { entry: JournalEntry::Select { .. }, .. }))
        };
        let here = self.open.id.as_ref() == Some(&unsaid.id);
        let typed = !self.draft.trim().is_empty() && self.draft_of.as_ref() == Some(&unsaid.id);
        let moved = self.editing.is_some() || self.sliders_moved_ms.is_some();
        let begun = here && !env.read_only && (typed || moved);
        let drawn = drawn == Some(&unsaid.id);
        if let Some(at) = env.fx.iter().position(|effect| ours(effect) && !looks(effect)) {
            self.keep_unsaid(at, env);
        } else if begun || drawn {
            let end = env.fx.len();
            self.keep_unsaid(end, env);
        } else {
            unsaid.entries.extend(take_entries(&unsaid.id, env.fx));
        }
    }

    /// Keeps the conversation: its entries go before the effect at `at`.
    fn keep_unsaid(&mut self, at: usize, env: &mut Env) {
        let Some(Unsaid { id, entries }) = self.unsaid.take() else { return };
        let open = &self.open;
        let turns = open.turns.len();
        if open.id.as_ref() == Some(&id) {
            let head = ConversationHead { id: id.clone(), title: open.title.clone(), turns, ..Default::default() };
            self.conversations.insert(0, ConversationHead { changed_ms: env.now_ms, ..head });
        }
        env.fx.splice(
            at..at,
            entries.into_iter().map(|entry| Effect::Store(StoreRequest::Journal { id: id.clone(), entry })),
        );
    }

    /// The open conversation is left. It is kept first if the person had a part in it.
    pub(in crate::state) fn forget_unsaid(&mut self, env: &mut Env) {
        self.hold_back_unsaid(None, env);
        self.unsaid = None;
    }
}

/// Takes the journal entries of this conversation out of the effects.
fn take_entries(id: &ConversationId, fx: &mut Effects) -> Vec<JournalEntry> {
    let ours =
        fx.extract_if(.., |effect| matches!(effect, Effect::Store(StoreRequest::Journal { id: of, .. }) if of == id));
    ours.filter_map(
        |effect| if let Effect::Store(StoreRequest::Journal { entry, .. }) = effect { Some(entry) } else { None },
    )
    .collect()
}
