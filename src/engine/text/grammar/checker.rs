//! Reads grammars while they are typed, on a thread of its own.

use crossbeam_channel::Receiver;

use crate::domain::{Grammar, Wake};
use crate::engine::Newest;
use crate::error::Result;

/// A grammar, and what is wrong with it.
pub type Checked = (Grammar, Result<()>);

/// Only the newest grammar is read; [`Newest::ask`] never waits.
pub type GrammarChecker = Newest<Grammar>;

impl GrammarChecker {
    /// Starts the thread. It ends when the checker is dropped. Without it what is wrong is reported when an answer is asked
    /// for.
    pub fn start(wake: Wake) -> (Self, Receiver<Checked>) {
        Self::with("grammar", wake, |grammar: Grammar| {
            let outcome = super::compile(&grammar).map(drop);
            (grammar, outcome)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::error::Cause;

    #[test]
    fn a_wrong_grammar_is_named_by_its_line() {
        let (checker, answers) = GrammarChecker::start(Arc::new(|| {}));
        let told = |grammar: Grammar| {
            assert!(checker.ask(grammar.clone()));
            let (of, outcome) = answers.recv_timeout(Duration::from_secs(10)).unwrap();
            assert_eq!(of, grammar);
            outcome
        };
        assert!(told(Grammar::Gbnf("root ::= \"yes\" | \"no\"".into())).is_ok());
        let error = told(Grammar::Gbnf("root ::= \"yes\"\nother ::= (".into())).unwrap_err();
        assert!(matches!(error.cause(), Cause::BadGrammar { line: 2, .. }), "{error:?}");
        assert!(told(Grammar::JsonSchema("{".into())).is_err());
    }
}
