//! Forms: a few answers of the person become a prompt, and what was written is held against them.

use crate::domain::{FinishReason, FormUse, Grammar, JournalEntry, Role, StoreRequest, Turn};
use crate::lang::Lang;
use crate::state::write::Checked;
use crate::state::write::begin::title_of;
use crate::state::{Effect, Env, FormState, WriteState};
use crate::writing::checks::{Again, Check, Finding, TextCheck};
use crate::writing::forms::{Form, find, outline_sections};

/// Who asked for an answer as a whole.
enum Asker {
    /// The form, or a check of this run of the program.
    Form,
    /// A check of an earlier run, where these are its words.
    Words(Again),
    /// The person, besides: no matter of the form's.
    Person,
}

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
        // It is in the conversation now.
        self.form = None;
        // The sliders were moved for what is written now.
        let sliders = self.open.manner.sliders.take();
        self.new_conversation(env);
        self.open.manner.sliders = sliders;
        self.left.forms.remove(&state.id);
        // Named by what it is about, not by what the form makes of it.
        self.begin_conversation(title_of(form.topic(&state.values)), prompt.system.unwrap_or_default(), env);
        self.add_user_turn(prompt.user, env);
        let Some(id) = self.open.id.clone() else { return };
        let form = FormUse { id: state.id, values: state.values };
        self.open.manner.form = Some(form.clone());
        env.push(Effect::Store(StoreRequest::Journal { id, entry: JournalEntry::Form { form } }));
        self.answer(None, env);
    }

    /// The form that the conversation on the page was begun with.
    pub fn form_of_page(&self) -> Option<(&'static Form, &FormUse)> {
        let used = self.open.manner.form.as_ref()?;
        Some((find(&used.id)?, used))
    }

    /// The language in which the form was filled in; the window may speak another by now.
    fn form_lang(&self, form: &Form, made: &FormUse, lang: Lang) -> Lang {
        let first = self.open.turns.first().map(|turn| turn.message.content.as_str());
        let asked =
            |lang: &Lang| form.render(&made.values, *lang).is_ok_and(|prompt| Some(prompt.user.as_str()) == first);
        Lang::ALL.into_iter().find(asked).unwrap_or(lang)
    }

    /// The grammar that an answer is held to: where its form is strict, and the turn before it asks for the whole text
    /// or for a section.
    pub(in crate::state) fn form_grammar(&self, answer: u64, lang: Lang) -> Option<Grammar> {
        let (form, made) = self.form_of_page()?;
        let turns = &self.open.turns;
        let at = turns.iter().position(|turn| turn.id == answer)?;
        let question = turns.get(at.checked_sub(1)?)?;
        let lang = self.form_lang(form, made, lang);
        let asker = self.asker(form, at);
        // The job needs its grammar at once. Only a strict form has one, and its texts are a page at most.
        let whole = form.grammar(&made.values, lang).filter(|_| match &asker {
            Asker::Form => true,
            Asker::Words(again) => again.is_of(&form.checks(&made.values, lang), lang),
            Asker::Person => false,
        });
        if whole.is_some() {
            return whole;
        }
        let outline = turns.get(1).filter(|_| form.has_sections())?.message.said();
        let asks = |section: &String| {
            let prompt = form.render_section(&made.values, lang, outline, section);
            prompt.is_ok_and(|prompt| prompt.user == question.message.content)
        };
        let section = outline_sections(outline).into_iter().find(asks)?;
        form.section_grammar(&made.values, lang, &section)
    }

    /// Who asked for the answer at this place.
    fn asker(&self, form: &Form, at: usize) -> Asker {
        let turns = &self.open.turns;
        if at == 1 {
            return Asker::Form;
        }
        let (before, question) = match (at.checked_sub(2).and_then(|at| turns.get(at..at + 2)), form.has_sections()) {
            (Some([before, question]), false) => (before, question),
            (Some(_) | None, _) => return Asker::Person,
        };
        if self.asked_again == Some(question.id) {
            return Asker::Form;
        }
        // Of an earlier time only its words are known.
        let (before, words) = (before.message.said().to_owned(), question.message.content.clone());
        Asker::Words(Again { before, words })
    }

    /// The section of the outline that is to be written next, and how many there are.
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

    /// Asks for a place of the last answer once more.
    pub(in crate::state) fn ask_again(&mut self, instruction: String, env: &mut Env) {
        if self.is_writing_here() || !self.may_write(env) {
            return;
        }
        self.add_user_turn(instruction, env);
        self.asked_again = self.open.turns.last().map(|turn| turn.id);
        self.answer(None, env);
    }

    /// Has the answer that is shown held against the form of its conversation, whenever it is another than before. What
    /// was found in the one before is gone at once.
    pub(in crate::state) fn refresh_findings(&mut self, env: &mut Env) {
        let open = &self.open;
        let key = open.id.as_ref().filter(|_| open.manner.form.is_some()).map(|id| Checked {
            conversation: id.clone(),
            last: open.turns.last().map_or(0, |turn| turn.id),
            turns: open.turns.len(),
            busy: self.is_writing_here(),
        });
        if self.checked == key {
            return;
        }
        let is_still = key.as_ref().is_some_and(|key| !key.busy);
        self.checked = key;
        self.findings.clear();
        // An answer that is on its way comes too late.
        self.check_serial += 1;
        if let Some(check) = is_still.then(|| self.text_check(env.lang)).flatten() {
            env.push(Effect::CheckText(Box::new(check)));
        }
    }

    /// What was found in the text of this number.
    pub(in crate::state) fn text_checked(&mut self, serial: u64, findings: Vec<Finding>) {
        if serial == self.check_serial {
            self.findings = findings;
        }
    }

    /// The text that is shown, where it is whole and its form's.
    fn text_check(&self, lang: Lang) -> Option<TextCheck> {
        let (form, made) = self.form_of_page()?;
        let turns = &self.open.turns;
        // An outline is no text yet; its sections are one together.
        let (ids, asked) = match self.sections() {
            Some(sections) => (sections, None),
            None if form.has_sections() => return None,
            None => match self.asker(form, turns.len().checked_sub(1)?) {
                Asker::Form => (vec![turns.last()?.id], None),
                Asker::Words(again) => (vec![turns.last()?.id], Some(again)),
                Asker::Person => return None,
            },
        };
        let answers = ids.iter().filter_map(|id| self.open.turn(*id));
        let answers: Vec<&Turn> = answers.filter(|turn| turn.message.role == Role::Assistant).collect();
        if answers.is_empty() || !answers.iter().all(|turn| is_whole(turn)) {
            return None;
        }
        let text = answers.iter().map(|turn| turn.message.said()).collect::<Vec<_>>().join("\n\n");
        let lang = self.form_lang(form, made, lang);
        let checks: Vec<Check> = form.checks(&made.values, lang);
        Some(TextCheck { serial: self.check_serial, text, checks, lang, asked })
    }
}

/// Whether an answer came to its end, and was not stopped or cut; one that a person wrote anew has no figures.
fn is_whole(turn: &Turn) -> bool {
    turn.info.as_ref().is_none_or(|info| match info.finish_reason {
        Some(FinishReason::Stop | FinishReason::Repetition) => true,
        Some(FinishReason::Length | FinishReason::ContextFull | FinishReason::Thought) | None => false,
    })
}
