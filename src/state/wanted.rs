//! Requests to the disk whose answers change what is shown.

/// The open request, if any. An answer to another request comes too late. If something was written after the request,
/// its answer is outdated, and the request is made again.
#[derive(Clone, Debug)]
pub(in crate::state) struct Wanted<T> {
    what: Option<T>,
    overtaken: bool,
}

/// What to do with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::state) enum Answer {
    Take,
    /// Something else is wanted now, or nothing.
    Drop,
    AskAgain,
}

impl<T> Default for Wanted<T> {
    fn default() -> Self {
        Self { what: None, overtaken: false }
    }
}

impl<T: PartialEq> Wanted<T> {
    pub fn ask(&mut self, what: T) {
        *self = Self { what: Some(what), overtaken: false };
    }

    pub fn forget(&mut self) {
        *self = Self::default();
    }

    pub fn what(&self) -> Option<&T> {
        self.what.as_ref()
    }

    pub fn is(&self, what: &T) -> bool {
        self.what.as_ref() == Some(what)
    }

    /// Records that something was written that a coming answer does not have.
    pub fn overtake(&mut self) {
        self.overtaken = self.what.is_some();
    }

    pub fn answer(&mut self, what: &T) -> Answer {
        match (self.is(what), self.overtaken) {
            (false, _) => Answer::Drop,
            (true, true) => Answer::AskAgain,
            (true, false) => {
                self.forget();
                Answer::Take
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_once_and_only_if_nothing_else_is_wanted() {
        let mut wanted = Wanted::default();
        assert_eq!(wanted.answer(&1), Answer::Drop);
        wanted.ask(1);
        wanted.ask(2);
        assert_eq!(
            (wanted.answer(&1), wanted.answer(&2), wanted.answer(&2)),
            (Answer::Drop, Answer::Take, Answer::Drop)
        );
        wanted.ask(3);
        wanted.overtake();
        assert_eq!(wanted.answer(&3), Answer::AskAgain);
        wanted.ask(3);
        assert_eq!(wanted.answer(&3), Answer::Take);
        wanted.overtake();
        wanted.ask(4);
        assert_eq!(wanted.answer(&4), Answer::Take, "what was written before it was asked is in it");
    }
}
