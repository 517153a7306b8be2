//! Helpers for these tests.

use super::*;
use crate::state::write::tests::harness::{say, stats};

pub(in crate::state) fn store(s: &mut AppState, event: StoreEvent) -> Vec<Effect> {
    update(s, Input::Store(event))
}

pub(in crate::state) fn persona(s: &mut AppState, command: PersonaCommand) -> Vec<Effect> {
    do_(s, Command::Persona(command))
}

/// A conversation with an answer, open in Write.
pub(in crate::state) fn talk(s: &mut AppState, text: &str) -> ConversationId {
    do_(s, Command::Go(Room::Write));
    do_(s, Command::Write(WriteCommand::NewConversation));
    let (id, _) = submitted(&say(s, text));
    engine(s, id, TextNews::Token { text: "Hi".into() });
    engine(s, id, EventKind::Finished(stats()));
    s.write.open.id.clone().unwrap()
}

pub(in crate::state) fn open(s: &mut AppState, id: &ConversationId) {
    do_(s, Command::Write(WriteCommand::OpenConversation(id.clone())));
    let turn = |id, role, text: &str| Turn {
        id,
        message: Message { role, content: text.into() },
        info: None,
        parent: Some(id - 1),
    };
    let turns = vec![turn(1, Role::User, "One"), turn(2, Role::Assistant, "Hi")];
    let data = ConversationData { id: id.clone(), turns, ..ConversationData::default() };
    store(s, StoreEvent::Conversation(Box::new(data)));
}

pub(in crate::state) fn kept(id: &str, name: &str) -> KeptPersona {
    let persona = Persona {
        name: name.into(),
        greetings: vec!["Good evening.".into(), "Hm?".into()],
        lore: vec![StoryCard { id: 1, name: "mill".into(), ..StoryCard::default() }],
        ..Persona::default()
    };
    KeptPersona { id: PersonaId(id.into()), persona, avatar: None }
}

pub(in crate::state) fn problems(s: &AppState, room: Room) -> usize {
    s.waiting_in(room).filter(|n| matches!(n.kind, NoticeKind::Problem(_))).count()
}
