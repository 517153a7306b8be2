//! Whether the grammar of the answer's form can be read.

use crate::domain::Grammar;
use crate::error::StudioError;

#[derive(Clone, Debug, Default)]
pub struct GrammarState {
    /// The one that was read last, and what is wrong with it.
    pub(super) checked: Option<Grammar>,
    pub error: Option<StudioError>,
    /// The one that is being read.
    pub(super) asked: Option<Grammar>,
}

impl GrammarState {
    /// Whether the last one was read without an error.
    pub fn is_good(&self) -> bool {
        self.checked.is_some() && self.error.is_none()
    }
}
