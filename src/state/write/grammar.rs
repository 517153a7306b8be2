//! Whether the grammar of the answer's form can be read.

use crate::domain::{AnswerForm, Grammar};
use crate::error::{Result, StudioError};
use crate::state::{AppState, Effect, Effects};

#[derive(Clone, Debug, Default)]
pub struct GrammarState {
    /// The one that was read last, and what is wrong with it.
    pub(in crate::state) checked: Option<Grammar>,
    pub error: Option<StudioError>,
    /// The one that is being read.
    pub(in crate::state) asked: Option<Grammar>,
}

impl GrammarState {
    /// Whether the last one was read without an error.
    pub fn is_good(&self) -> bool {
        self.checked.is_some() && self.error.is_none()
    }
}

impl AppState {
    pub(in crate::state) fn set_answer_form(&mut self, form: AnswerForm) {
        self.text_mut().grammar = self.settings.answer_forms.grammar(form);
    }

    /// Of the form that is chosen.
    pub(in crate::state) fn set_form_text(&mut self, text: String) {
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

    pub(in crate::state) fn check_grammar(&mut self, fx: &mut Effects) {
        if let Some(grammar) = self.text().grammar.clone().filter(|_| self.is_grammar_check_due()) {
            self.write.grammar.asked = Some(grammar.clone());
            fx.push(Effect::CheckGrammar(grammar));
        }
    }

    pub(in crate::state) fn grammar_checked(&mut self, grammar: Grammar, outcome: Result<()>) {
        let state = &mut self.write.grammar;
        if state.asked.as_ref() == Some(&grammar) {
            state.asked = None;
            state.error = outcome.err();
            state.checked = Some(grammar);
        }
    }
}
