//! Reads grammars while they are typed, on a thread of its own.

use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::domain::{Grammar, Wake};
use crate::error::Result;

/// A grammar, and what is wrong with it.
pub type Checked = (Grammar, Result<()>);

/// Only the newest grammar is read; [`GrammarChecker::ask`] never waits.
pub struct GrammarChecker {
    requests: Sender<Grammar>,
}

impl GrammarChecker {
    /// Starts the thread. It ends when the checker is dropped.
    pub fn start(wake: Wake) -> (Self, Receiver<Checked>) {
        let (requests, queue) = bounded::<Grammar>(16);
        let (answers, receiver) = bounded(16);
        let work = move || {
            while let Ok(mut grammar) = queue.recv() {
                while let Ok(newer) = queue.try_recv() {
                    grammar = newer;
                }
                let outcome = super::compile(&grammar).map(drop);
                if answers.send((grammar, outcome)).is_err() {
                    return;
                }
                wake();
            }
        };
        // Without it what is wrong is told when an answer is asked for.
        if let Err(error) = thread::Builder::new().name("grammar".to_owned()).spawn(work) {
            tracing::warn!("grammars are not checked: {error}");
        }
        (Self { requests }, receiver)
    }

    /// False where older ones still wait.
    pub fn ask(&self, grammar: Grammar) -> bool {
        self.requests.try_send(grammar).is_ok()
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
