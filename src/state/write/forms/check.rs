//! An answer to a form is checked: the grammar that it must follow, and what the checks find in its text.

use crate::domain::{FinishReason, Grammar, Role, Turn};
use crate::lang::Lang;
use crate::state::write::Checked;
use crate::state::{Effect, Env, WriteState};
use crate::writing::checks::{Again, Check, Finding, TextCheck};
use crate::writing::forms::{Form, outline_sections};

/// Who asked for an answer as a whole.
enum Asker {
    /// The form, or a check of this run of the program.
    Form,
    /// A check of an earlier run, if these are its words.
    Words(Again),
    /// The person, who has asked for something else.
    Person,
}

impl WriteState {
    /// The grammar that an answer must follow. Only a strict form has one, and only if the turn before the answer asks
    /// for the whole text or for a section.
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
        // From an earlier run only the words of the question are known.
        let (before, words) = (before.message.said().to_owned(), question.message.content.clone());
        Asker::Words(Again { before, words })
    }

    /// Has the shown answer checked against the form of its conversation whenever it has changed. Older findings are
    /// dropped at once.
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
        // Findings that are on their way are stale.
        self.check_serial += 1;
        if let Some(check) = is_still.then(|| self.text_check(env.lang)).flatten() {
            env.push(Effect::CheckText(Box::new(check)));
        }
    }

    /// Takes the findings, unless they are stale.
    pub(in crate::state) fn text_checked(&mut self, serial: u64, findings: Vec<Finding>) {
        if serial == self.check_serial {
            self.findings = findings;
        }
    }

    /// The check of the shown text; `None` unless the text is complete and belongs to its form.
    fn text_check(&self, lang: Lang) -> Option<TextCheck> {
        let (form, made) = self.form_of_page()?;
        let turns = &self.open.turns;
        // An outline alone is not checked; its sections are checked together.
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

/// Whether an answer is complete, and was not stopped or cut. One that the person has edited has no figures.
fn is_whole(turn: &Turn) -> bool {
    turn.info.as_ref().is_none_or(|info| match info.finish_reason {
        Some(FinishReason::Stop | FinishReason::Repetition) => true,
        Some(FinishReason::Length | FinishReason::ContextFull | FinishReason::Thought) | None => false,
    })
}
