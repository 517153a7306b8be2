//! Whether the grammar of the answer's form can be parsed.

use crate::domain::{Grammar, Settings};
use crate::error::{Result, StudioError};
use crate::state::{Effect, Env, WriteState};

#[derive(Clone, Debug, Default)]
pub struct GrammarState {
    /// The grammar that was parsed last.
    pub(in crate::state) checked: Option<Grammar>,
    /// What is wrong with it.
    pub error: Option<StudioError>,
    /// The grammar that is being parsed.
    pub(in crate::state) asked: Option<Grammar>,
}

impl GrammarState {
    /// Whether the last grammar was parsed without an error.
    pub fn is_good(&self) -> bool {
        self.checked.is_some() && self.error.is_none()
    }
}

impl WriteState {
    /// Whether the grammar in use was not parsed yet. Only one is parsed at a time.
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
