//! What was typed in Write and left: whoever comes back finds it again, after a restart too.

use std::collections::BTreeMap;

use crate::domain::{ConversationId, Desk, EditDraft, Waiting};
use crate::lang::Lang;
use crate::state::WriteState;
use crate::state::write::typed::is_form_draft;
use crate::writing::forms::Values;

#[derive(Clone, Debug, Default)]
pub struct LeftTexts {
    /// Messages of conversations that are not open; `None` is one that has not begun.
    pub messages: BTreeMap<Option<ConversationId>, String>,
    /// Titles that were begun and left.
    pub titles: BTreeMap<ConversationId, String>,
    /// Text over turns, where it is not as they read.
    pub edits: BTreeMap<(ConversationId, u64), String>,
    /// The fields of forms.
    pub forms: BTreeMap<String, Values>,
    /// The conversation that was open the last time, until the list of them has come.
    pub(in crate::state) reopening: Option<ConversationId>,
    /// A text that goes on once its conversation is read.
    pub(in crate::state) resuming: Option<Waiting>,
}

impl LeftTexts {
    /// A conversation is gone for good.
    pub(in crate::state) fn forget(&mut self, id: &ConversationId) {
        self.messages.remove(&Some(id.clone()));
        self.titles.remove(id);
        self.edits.retain(|(of, _), _| of != id);
    }
}

impl WriteState {
    /// The message that was begun in a conversation.
    pub fn message_of(&self, talk: &Option<ConversationId>) -> String {
        let text = if *talk == self.draft_of { Some(&self.draft) } else { self.left.messages.get(talk) };
        text.cloned().unwrap_or_default()
    }

    /// What of Write is kept over a restart, as it is now; the rest of the desk is empty.
    pub(in crate::state) fn on_desk(&self, lang: Lang) -> Desk {
        let mut edits = self.left.edits.clone();
        if let (Some((turn, text)), Some(id)) = (&self.editing, &self.open.id)
            && self.open.turn(*turn).is_some_and(|turn| turn.message.said() != text)
        {
            edits.insert((id.clone(), *turn), text.clone());
        }
        let mut forms = self.left.forms.clone();
        if let Some(form) = self.form.as_ref().filter(|form| is_form_draft(&form.id, &form.values, lang)) {
            forms.insert(form.id.clone(), form.values.clone());
        }
        let edits = edits.into_iter().map(|((conversation, turn), text)| EditDraft { conversation, turn, text });
        let mut messages = self.left.messages.clone();
        messages.insert(self.draft_of.clone(), self.draft.clone());
        let message = messages.remove(&None).unwrap_or_default();
        let messages = messages.into_iter().filter_map(|(id, text)| Some((id?, text)));
        let mut titles = self.left.titles.clone();
        titles.extend(self.titling.clone().filter(|(id, text)| self.is_new_title(id, text)));
        Desk {
            message,
            messages: messages.filter(|(_, text)| !text.is_empty()).collect(),
            titles,
            edits: edits.collect(),
            forms,
            open: self.open_at_last(),
            ..Desk::default()
        }
    }

    /// What is shown, or is about to be.
    fn open_at_last(&self) -> Option<ConversationId> {
        self.open.id.as_ref().or(self.wanted.what()).or(self.left.reopening.as_ref()).cloned()
    }

    /// What was left the last time. What was typed in the first moments is newer.
    pub(in crate::state) fn take_desk(&mut self, desk: Desk) {
        let Desk { message, messages, titles, edits, forms, open, path: _, personas: _, waiting: _ } = desk;
        let left = &mut self.left;
        let messages = messages.into_iter().map(|(id, text)| (Some(id), text));
        let messages = messages.chain([(None, message)].into_iter().filter(|(_, text)| !text.is_empty()));
        left.messages = messages.chain(std::mem::take(&mut left.messages)).collect();
        if let Some(message) = left.messages.remove(&self.draft_of)
            && self.draft.is_empty()
        {
            self.draft = message;
        }
        left.titles = titles.into_iter().chain(std::mem::take(&mut left.titles)).collect();
        let edits = edits.into_iter().map(|edit| ((edit.conversation, edit.turn), edit.text));
        left.edits = edits.chain(std::mem::take(&mut left.edits)).collect();
        left.forms = forms.into_iter().chain(std::mem::take(&mut left.forms)).collect();
        left.reopening = open;
    }
}
