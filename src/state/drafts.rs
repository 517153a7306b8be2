//! Which models can run ahead of the one in use (speculative decoding): found on another thread, for their vocabularies
//! must be compared.

#[derive(Clone, Debug, Default)]
pub struct DraftsState {
    /// What is being looked at.
    pub(super) asked: Option<DraftsKey>,
    /// What was looked at last, and those of it that can.
    pub(super) found: Option<(DraftsKey, Vec<String>)>,
}

/// A model, and the smaller ones that are here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftsKey {
    pub model: String,
    pub smaller: Vec<String>,
}
