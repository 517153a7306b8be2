//! Whether the grammar of the answer's form can be read.

use crate::domain::{Grammar, Settings};
use crate::error::{Result, StudioError};
use crate::state::{Effect, Env, WriteState};

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

impl WriteState {
    /// Whether another grammar is in use than the one that was read last. One is read at a time.
    pub fn is_grammar_check_due(&self, settings: &Settings) -> bool {
        let (state, grammar) = (&self.grammar, &self.text(settings).grammar);
        grammar.is_some() && state.asked.is_none() && state.checked != *grammar
    }

    pub(in crate::state) fn check_grammar(&mut self, env: &mut Env) {
        let due = self.is_grammar_check_due(env.settings);
        if let Some(grammar) = self.text(env.settings).grammar.clone().filter(|_| due) {
            self.grammar.asked = Some(grammar.clone());
            env.push(Effect::CheckGrammar(grammar));
        }
    }

    pub(in crate::state) fn grammar_checked(&mut self, grammar: Grammar, outcome: Result<()>) {
        let state = &mut self.grammar;
        if state.asked.as_ref() == Some(&grammar) {
            state.asked = None;
            state.error = outcome.err();
            state.checked = Some(grammar);
        }
    }
}
