//! A form is filled in: its fields become a prompt, and an outline's sections one prompt each.

use crate::domain::{FormUse, JournalEntry, Role, StoreRequest};
use crate::lang::Lang;
use crate::state::write::talk::title_of;
use crate::state::{Effect, Env, FormState, WriteState};
use crate::writing::forms::{Form, find, outline_sections};

impl WriteState {
    pub(in crate::state) fn open_form(&mut self, id: &str, env: &mut Env) {
        let Some(form) = find(id) else { return };
        if self.is_writing_here() {
            return;
        }
        self.new_conversation(env);
        let draft = self.left.forms.remove(id);
        let values = draft.unwrap_or_else(|| form.defaults(env.lang));
        self.form = Some(FormState { id: form.id.clone(), values });
    }

    pub(in crate::state) fn set_form_field(&mut self, field: String, value: String) {
        if let Some(form) = &mut self.form {
            form.values.insert(field, value);
            self.error = None;
        }
    }

    /// Sends the form's prompt in a conversation of its own.
    pub(in crate::state) fn write_form(&mut self, env: &mut Env) {
        if self.is_writing_here() || !self.may_write(env) {
            return;
        }
        let Some(state) = self.form.clone() else { return };
        let Some(form) = find(&state.id) else { return };
        let prompt = match form.render(&state.values, env.lang) {
            Ok(prompt) => prompt,
            Err(error) => {
                self.error = Some(error);
                return;
            }
        };
        // The conversation keeps the values now.
        self.form = None;
        // Sliders that were moved in the form are for this text.
        let sliders = self.open.manner.sliders.take();
        self.new_conversation(env);
        self.open.manner.sliders = sliders;
        self.left.forms.remove(&state.id);
        // The title is the topic, not the start of the prompt.
        self.begin_conversation(title_of(form.topic(&state.values)), prompt.system.unwrap_or_default(), env);
        self.add_user_turn(prompt.user, env);
        let Some(id) = self.open.id.clone() else { return };
        let form = FormUse { id: state.id, values: state.values };
        self.open.manner.form = Some(form.clone());
        env.push(Effect::Store(StoreRequest::Journal { id, entry: JournalEntry::Form { form } }));
        self.answer(None, env);
    }

    /// The form that the open conversation was begun with.
    pub fn form_of_page(&self) -> Option<(&'static Form, &FormUse)> {
        let used = self.open.manner.form.as_ref()?;
        Some((find(&used.id)?, used))
    }

    /// The language in which the form was filled in; the window may use another by now.
    pub(super) fn form_lang(&self, form: &Form, made: &FormUse, lang: Lang) -> Lang {
        let first = self.open.turns.first().map(|turn| turn.message.content.as_str());
        let asked =
            |lang: &Lang| form.render(&made.values, *lang).is_ok_and(|prompt| Some(prompt.user.as_str()) == first);
        Lang::ALL.into_iter().find(asked).unwrap_or(lang)
    }

    /// The index of the section that is written next, and the number of sections.
    pub fn next_section(&self) -> Option<(usize, usize)> {
        self.form_of_page().filter(|(form, _)| form.has_sections())?;
        let answers = self.open.turns.iter().filter(|turn| turn.message.role == Role::Assistant);
        let mut answers = answers.filter(|turn| !turn.message.said().is_empty());
        let sections = outline_sections(answers.next()?.message.said()).len();
        let done = answers.count();
        (done < sections).then_some((done, sections))
    }

    /// The turns of all sections, once the last one is written.
    pub fn sections(&self) -> Option<Vec<u64>> {
        self.form_of_page().filter(|(form, _)| form.has_sections())?;
        let answers = self.open.turns.iter().filter(|turn| turn.message.role == Role::Assistant);
        let mut written = answers.filter(|turn| !turn.message.said().is_empty());
        let all = outline_sections(written.next()?.message.said()).len();
        let sections: Vec<u64> = written.map(|turn| turn.id).take(all).collect();
        (all > 0 && sections.len() == all).then_some(sections)
    }

    pub(in crate::state) fn write_section(&mut self, env: &mut Env) {
        let (Some((at, _)), Some((form, made))) = (self.next_section(), self.form_of_page()) else { return };
        let turns = &self.open.turns;
        let Some(outline) = turns.iter().find(|turn| turn.message.role == Role::Assistant) else { return };
        let outline = outline.message.said().to_owned();
        let Some(section) = outline_sections(&outline).into_iter().nth(at) else { return };
        let prompt = form.render_section(&made.values, self.form_lang(form, made, env.lang), &outline, &section);
        match prompt {
            Ok(prompt) if !self.is_writing_here() && self.may_write(env) => {
                self.add_user_turn(prompt.user, env);
                self.answer(None, env);
            }
            Ok(_) => {}
            Err(error) => self.error = Some(error),
        }
    }

    /// Asks for the last answer again, with an instruction from a check.
    pub(in crate::state) fn ask_again(&mut self, instruction: String, env: &mut Env) {
        if self.is_writing_here() || !self.may_write(env) {
            return;
        }
        self.add_user_turn(instruction, env);
        self.asked_again = self.open.turns.last().map(|turn| turn.id);
        self.answer(None, env);
    }
}
