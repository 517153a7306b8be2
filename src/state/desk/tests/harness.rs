//! Helpers for the tests of the desk.

use super::*;
pub(in crate::state) use crate::state::write::tests::harness::talk;

pub(in crate::state) fn persona(s: &mut AppState, command: PersonaCommand) -> Vec<Effect> {
    do_(s, Command::Persona(command))
}

pub(in crate::state) fn set(edit: PersonaEdit) -> PersonaCommand {
    PersonaCommand::Set(edit)
}

pub(in crate::state) fn loaded(s: &mut AppState, desk: Desk) {
    update(s, Input::Store(StoreEvent::Desk(Box::new(desk))));
}
