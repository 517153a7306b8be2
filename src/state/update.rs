//! The one function that changes the state.

use super::{AppState, Command, Effect};
use crate::domain::{Event, FetchEvent, StoreEvent};

/// Everything that can happen to the program.
#[derive(Clone, Debug)]
pub enum Input {
    Command(Command),
    Engine(Event),
    Store(StoreEvent),
    Fetch(FetchEvent),
}

/// Changes `state` for `input` and says what is to be done about it, in order.
pub fn update(state: &mut AppState, input: Input) -> Vec<Effect> {
    let _ = (state, input);
    Vec::new()
}
