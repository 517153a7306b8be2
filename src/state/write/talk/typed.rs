//! What is typed and not sent: messages, edits, titles and forms. What a person leaves is there again later, after a
//! restart too.

use std::collections::BTreeMap;

use crate::domain::{ConversationId, Desk, EditDraft, Waiting};
use crate::error::Cause;
use crate::lang::Lang;
use crate::state::{Env, FormState, NoticeKind, Undoable, WriteState, WriteUndo};
use crate::writing::forms::{Values, find};

/// Texts that were typed and left.
#[derive(Clone, Debug, Default)]
pub struct LeftTexts {
    /// Messages of conversations that are not open; `None` is the next new one.
    pub messages: BTreeMap<Option<ConversationId>, String>,
    /// Titles that were begun and left.
    pub titles: BTreeMap<ConversationId, String>,
    /// Edits of turns that differ from the turn.
    pub edits: BTreeMap<(ConversationId, u64), String>,
    /// The fields of forms.
    pub forms: BTreeMap<String, Values>,
    /// The conversation that was open the last time, until the list has come.
    pub(in crate::state) reopening: Option<ConversationId>,
    /// A text that is continued once its conversation is read.
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
    /// The message in the field has changed.
    pub(in crate::state) fn set_draft(&mut self, text: String) {
        self.draft = text;
        // A message that changes is not sent by itself.
        self.held = false;
        self.held_elsewhere.retain(|open| open.id != self.draft_of);
        self.error.take_if(|error| *error.cause() == Cause::EmptyPrompt);
    }

    /// Shows the message that was begun in a conversation (`None`: in the next one), and keeps the one in the field for
    /// its own conversation.
    pub(in crate::state) fn show_draft_of(&mut self, talk: Option<ConversationId>) {
        if self.draft_of == talk {
            return;
        }
        let text = std::mem::take(&mut self.draft);
        let of = std::mem::replace(&mut self.draft_of, talk);
        if !text.trim().is_empty() {
            self.left.messages.insert(of, text);
        }
        self.draft = self.left.messages.remove(&self.draft_of).unwrap_or_default();
        self.held = false;
    }

    /// Opens a turn for editing, with what was typed before.
    pub(in crate::state) fn begin_edit(&mut self, turn: u64, env: &mut Env) {
        self.leave_edit(env);
        let Some(id) = self.open.id.clone() else { return };
        let draft = self.left.edits.remove(&(id, turn));
        let text = draft.or_else(|| self.open.turn(turn).map(|t| t.message.said().to_owned()));
        self.editing = text.map(|text| (turn, text));
    }

    /// Leaves a turn that is edited; what was typed stays.
    pub(in crate::state) fn leave_edit(&mut self, env: &mut Env) {
        let Some((turn, text)) = self.editing.take() else { return };
        let Some(id) = self.open.id.clone() else { return };
        let changed = self.open.turn(turn).is_some_and(|turn| turn.message.said() != text);
        self.left.edits.remove(&(id.clone(), turn));
        if changed {
            self.left.edits.insert((id, turn), text);
            env.note(NoticeKind::DraftKept);
        }
    }

    /// Leaves a form; what was typed stays.
    pub(in crate::state) fn leave_form(&mut self, env: &mut Env) {
        let Some(FormState { id, values }) = self.form.take() else { return };
        self.left.forms.remove(&id);
        if is_form_draft(&id, &values, env.lang) {
            self.left.forms.insert(id, values);
            env.note(NoticeKind::DraftKept);
        }
    }

    /// Opens a title for typing, with what was typed before.
    pub(in crate::state) fn begin_title(&mut self, id: ConversationId, env: &mut Env) {
        if self.titling.as_ref().is_some_and(|(now, _)| *now == id) {
            return;
        }
        self.give_title(env);
        let title = self.left.titles.remove(&id).or_else(|| self.title(&id));
        self.titling = title.map(|title| (id, title));
    }

    /// Leaves a title as it was; what was typed stays.
    pub(in crate::state) fn leave_title(&mut self) {
        let Some((id, text)) = self.titling.take() else { return };
        self.left.titles.remove(&id);
        if self.is_new_title(&id, &text) {
            self.left.titles.insert(id, text);
        }
    }

    /// Takes the title that is being typed, as when the person moves on.
    pub(in crate::state) fn give_title(&mut self, env: &mut Env) {
        let Some((id, text)) = self.titling.take() else { return };
        if self.is_new_title(&id, &text) {
            let head = self.conversations.iter().find(|head| head.id == id);
            let before = head.map(|head| head.title.clone()).filter(|title| *title != text.trim());
            self.rename(id.clone(), text, env);
            if let Some(title) = before {
                env.undo.push(Undoable::Write(WriteUndo::Title(id, title)), env.now_ms);
            }
        }
    }

    fn title(&self, id: &ConversationId) -> Option<String> {
        let open = Some(&self.open.title).filter(|_| self.open.id.as_ref() == Some(id));
        let head = self.conversations.iter().find(|head| head.id == *id).map(|head| &head.title);
        head.or(open).cloned()
    }

    /// Whether a typed title differs from the present one.
    pub(in crate::state) fn is_new_title(&self, id: &ConversationId, text: &str) -> bool {
        !text.trim().is_empty() && self.title(id).is_none_or(|title| title.trim() != text.trim())
    }

    /// The message that was begun in a conversation.
    pub fn message_of(&self, talk: &Option<ConversationId>) -> String {
        let text = if *talk == self.draft_of { Some(&self.draft) } else { self.left.messages.get(talk) };
        text.cloned().unwrap_or_default()
    }

    /// Write's part of the desk as it is now; the rest of the desk is empty.
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

    /// The conversation that is shown, or about to be.
    fn open_at_last(&self) -> Option<ConversationId> {
        self.open.id.as_ref().or(self.wanted.what()).or(self.left.reopening.as_ref()).cloned()
    }

    /// Takes what was left the last time. Text that was typed since the start is newer and stays.
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

/// Whether the values of a form differ from its defaults.
pub(in crate::state) fn is_form_draft(id: &str, values: &Values, lang: Lang) -> bool {
    find(id).is_some_and(|form| *values != form.defaults(lang))
}
