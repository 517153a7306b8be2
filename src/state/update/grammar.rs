//! The form of the answer: chosen, written, and read on another thread before it is used.

use super::Effects;
use crate::domain::{AnswerForm, Grammar};
use crate::error::Result;
use crate::state::{AppState, Effect};

impl AppState {
    pub(super) fn set_answer_form(&mut self, form: AnswerForm) {
        self.text_mut().grammar = self.settings.answer_forms.grammar(form);
    }

    /// Of the form that is chosen.
    pub(super) fn set_form_text(&mut self, text: String) {
        let form = AnswerForm::of(self.text().grammar.as_ref());
        let forms = &mut self.settings.answer_forms;
        match form {
            AnswerForm::Schema => forms.schema = text,
            AnswerForm::Gbnf => forms.gbnf = text,
            AnswerForm::Free | AnswerForm::Json => return,
        }
        self.set_answer_form(form);
    }

    /// Whether another grammar is in use than the one that was read last. One is read at a time.
    pub fn is_grammar_check_due(&self) -> bool {
        let (state, grammar) = (&self.write.grammar, &self.text().grammar);
        grammar.is_some() && state.asked.is_none() && state.checked != *grammar
    }

    pub(super) fn check_grammar(&mut self, fx: &mut Effects) {
        if let Some(grammar) = self.text().grammar.clone().filter(|_| self.is_grammar_check_due()) {
            self.write.grammar.asked = Some(grammar.clone());
            fx.push(Effect::CheckGrammar(grammar));
        }
    }

    pub(super) fn grammar_checked(&mut self, grammar: Grammar, outcome: Result<()>) {
        let state = &mut self.write.grammar;
        if state.asked.as_ref() == Some(&grammar) {
            state.asked = None;
            state.error = outcome.err();
            state.checked = Some(grammar);
        }
    }
}
