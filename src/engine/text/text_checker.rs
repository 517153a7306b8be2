//! Holds finished texts against their forms, on a thread of its own.

use crossbeam_channel::Receiver;

use crate::domain::Wake;
use crate::engine::Newest;
use crate::writing::checks::{Finding, TextCheck};

/// The number of a question, and what was found.
pub type TextChecked = (u64, Vec<Finding>);

/// Only the newest text is checked; [`Newest::ask`] never waits.
pub type TextChecker = Newest<TextCheck>;

impl TextChecker {
    /// Starts the thread. It ends when the checker is dropped. Without it nothing is found.
    pub fn start(wake: Wake) -> (Self, Receiver<TextChecked>) {
        Self::with("checks", wake, |text: TextCheck| (text.serial, text.findings()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::lang::Lang;
    use crate::writing::checks::{Again, Check};

    #[test]
    fn a_text_is_checked_under_its_number_and_only_where_a_check_asked_for_it() {
        let (checker, answers) = TextChecker::start(Arc::new(|| {}));
        let told = |serial: u64, asked: Option<Again>| {
            let checks = vec![Check::Lines { min: 3, max: 3 }];
            assert!(checker.ask(TextCheck { serial, text: "one".into(), checks, lang: Lang::En, asked }));
            answers.recv_timeout(Duration::from_secs(10)).unwrap()
        };
        let (serial, found) = told(7, None);
        assert_eq!((serial, found.len()), (7, 1), "{found:?}");
        let again = |words: &str| Some(Again { before: "one".into(), words: words.into() });
        assert_eq!(told(8, again("And what is a haiku?")), (8, Vec::new()));
        // In whichever language the window asked.
        for (serial, words) in [(9, &found[0].again.en), (10, &found[0].again.zh)] {
            assert_eq!(told(serial, again(words)), (serial, found.clone()));
        }
    }
}
