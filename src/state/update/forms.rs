//! Forms: a few answers of the person become a prompt, and what was written is held against them.

use super::Effects;
use crate::domain::{ConversationId, FormUse, JournalEntry, Role};
use crate::state::{AppState, Effect, FormState};
use crate::writing::checks;
use crate::writing::forms::{Form, find, outline_sections};

impl AppState {
    pub(super) fn open_form(&mut self, id: &str, fx: &mut Effects) {
        let Some(form) = find(id) else { return };
        if self.write.job.is_some() {
            return;
        }
        self.new_conversation(fx);
        let draft = self.desk.forms.remove(id);
        let values = draft.unwrap_or_else(|| form.defaults(self.lang));
        self.write.form = Some(FormState { id: form.id.clone(), values });
    }

    pub(super) fn set_form_field(&mut self, field: String, value: String) {
        if let Some(form) = &mut self.write.form {
            form.values.insert(field, value);
            self.write.error = None;
        }
    }

    /// Sends the form's prompt in a conversation of its own.
    pub(super) fn write_form(&mut self, fx: &mut Effects) {
        if self.write.job.is_some() || !self.may_write() {
            return;
        }
        let Some(state) = self.write.form.clone() else { return };
        let Some(form) = find(&state.id) else { return };
        let prompt = match form.render(&state.values, self.lang) {
            Ok(prompt) => prompt,
            Err(error) => {
                self.write.error = Some(error);
                return;
            }
        };
        self.new_conversation(fx);
        // It is in the conversation now.
        self.desk.forms.remove(&state.id);
        self.add_user_turn_with(prompt.user, prompt.system.unwrap_or_default(), fx);
        let Some(id) = self.write.open.id.clone() else { return };
        let form = FormUse { id: state.id, values: state.values };
        self.write.open.manner.form = Some(form.clone());
        fx.push(Effect::Journal { id, entry: JournalEntry::Form { form } });
        self.answer(None, fx);
    }

    /// The form that the conversation on the page was begun with.
    pub fn form_of_page(&self) -> Option<(&'static Form, &FormUse)> {
        let used = self.write.open.manner.form.as_ref()?;
        Some((find(&used.id)?, used))
    }

    /// The section of the outline that is to be written next, and how many there are.
    pub fn next_section(&self) -> Option<(usize, usize)> {
        self.form_of_page().filter(|(form, _)| form.has_sections())?;
        let answers = self.write.open.turns.iter().filter(|turn| turn.message.role == Role::Assistant);
        let mut answers = answers.filter(|turn| !turn.message.said().is_empty());
        let sections = outline_sections(answers.next()?.message.said()).len();
        let done = answers.count();
        (done < sections).then_some((done, sections))
    }

    /// The turns of all sections, once the last one is written.
    pub fn sections(&self) -> Option<Vec<u64>> {
        self.form_of_page().filter(|(form, _)| form.has_sections())?;
        let answers = self.write.open.turns.iter().filter(|turn| turn.message.role == Role::Assistant);
        let mut written = answers.filter(|turn| !turn.message.said().is_empty());
        let all = outline_sections(written.next()?.message.said()).len();
        let sections: Vec<u64> = written.map(|turn| turn.id).take(all).collect();
        (all > 0 && sections.len() == all).then_some(sections)
    }

    pub(super) fn write_section(&mut self, fx: &mut Effects) {
        let (Some((at, _)), Some((form, made))) = (self.next_section(), self.form_of_page()) else { return };
        let turns = &self.write.open.turns;
        let Some(outline) = turns.iter().find(|turn| turn.message.role == Role::Assistant) else { return };
        let outline = outline.message.said().to_owned();
        let Some(section) = outline_sections(&outline).into_iter().nth(at) else { return };
        let prompt = form.render_section(&made.values, self.lang, &outline, &section);
        match prompt {
            Ok(prompt) if self.write.job.is_none() && self.may_write() => {
                self.add_user_turn(prompt.user, fx);
                self.answer(None, fx);
            }
            Ok(_) => {}
            Err(error) => self.write.error = Some(error),
        }
    }

    /// Asks for a place of the last answer once more.
    pub(super) fn ask_again(&mut self, instruction: String, fx: &mut Effects) {
        if self.write.job.is_some() || !self.may_write() {
            return;
        }
        self.write.findings.clear();
        self.add_user_turn(instruction, fx);
        self.answer(None, fx);
    }

    /// Holds a finished answer against the form of its conversation.
    pub(super) fn check_answer(&mut self, conversation: &ConversationId) {
        self.write.findings.clear();
        let here = self.write.open.id.as_ref() == Some(conversation);
        let Some((form, made)) = self.form_of_page().filter(|_| here) else { return };
        // An outline is no text yet; its sections are one together.
        let turns = match self.sections() {
            Some(sections) => sections,
            None if form.has_sections() => return,
            None => self.write.open.turns.last().map(|turn| turn.id).into_iter().collect(),
        };
        let texts = turns.iter().filter_map(|id| self.write.open.turn(*id));
        let texts = texts.filter(|turn| turn.message.role == Role::Assistant).map(|turn| turn.message.said());
        let texts: Vec<&str> = texts.collect();
        if !texts.is_empty() {
            let text = texts.join("\n\n");
            self.write.findings = checks::check(&text, &form.checks(&made.values, self.lang), self.lang);
        }
    }
}
