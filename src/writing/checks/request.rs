//! A text with all that its checks need to know, so that another thread can hold it against them.

use super::{Check, Finding, check};
use crate::lang::Lang;

/// A text that is to be held against its form.
#[derive(Clone, Debug, PartialEq)]
pub struct TextCheck {
    /// The number of the question; its answer has the same.
    pub serial: u64,
    pub text: String,
    pub checks: Vec<Check>,
    /// The language that the form was filled in with.
    pub lang: Lang,
    /// The question that the text answers, where it may be anything: without a check behind it nothing is found.
    pub asked: Option<Again>,
}

/// Words that may be those by which a check asked for a text once more.
#[derive(Clone, Debug, PartialEq)]
pub struct Again {
    /// The text before them.
    pub before: String,
    pub words: String,
}

impl TextCheck {
    /// What is off in the text, as [`check`] says it. Milliseconds for a page, longer for a book: not for the window's
    /// thread.
    pub fn findings(&self) -> Vec<Finding> {
        if self.asked.as_ref().is_some_and(|again| !again.is_of(&self.checks, self.lang)) {
            return Vec::new();
        }
        check(&self.text, &self.checks, self.lang)
    }
}

impl Again {
    /// Whether one of these checks asked with these words, in any language.
    pub fn is_of(&self, checks: &[Check], lang: Lang) -> bool {
        let found = check(&self.before, checks, lang);
        found.iter().any(|finding| Lang::ALL.iter().any(|lang| *finding.again.get(*lang) == self.words))
    }
}
