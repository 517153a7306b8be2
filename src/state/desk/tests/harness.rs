//! What tests of the desk do again and again.

use super::*;

pub(in crate::state) fn persona(s: &mut AppState, command: PersonaCommand) -> Vec<Effect> {
    do_(s, Command::Persona(command))
}

pub(in crate::state) fn set(edit: PersonaEdit) -> PersonaCommand {
    PersonaCommand::Set(edit)
}

pub(in crate::state) fn loaded(s: &mut AppState, desk: Desk) {
    update(s, Input::Store(StoreEvent::Desk(Box::new(desk))));
}

pub(in crate::state) fn talk(s: &mut AppState) -> ConversationId {
    do_(s, Command::Go(Room::Write));
    let (id, _) = submitted(&write::say(s, "Hello"));
    engine(s, id, TextNews::Token { text: "Hi".into() });
    engine(s, id, EventKind::Finished(write::stats()));
    s.write.open.id.clone().unwrap()
}
