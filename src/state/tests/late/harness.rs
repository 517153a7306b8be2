//! Helpers for these tests.

use super::*;

pub(in crate::state) fn conversation(id: &str, said: &str) -> Input {
    let turn = Turn { id: 1, message: Message { role: Role::User, content: said.into() }, info: None, parent: None };
    let data =
        ConversationData { id: ConversationId(id.into()), title: id.into(), turns: vec![turn], ..Default::default() };
    Input::Store(StoreEvent::Conversation(Box::new(data)))
}

pub(in crate::state) fn open(s: &mut AppState, id: &str) -> Vec<Effect> {
    do_(s, Command::Write(WriteCommand::OpenConversation(ConversationId(id.into()))))
}

pub(in crate::state) fn head(id: &str) -> ConversationHead {
    ConversationHead { id: ConversationId(id.into()), title: id.into(), ..Default::default() }
}

pub(in crate::state) fn viewed(path: &str) -> Input {
    Input::Store(StoreEvent::Viewed { path: path.into(), picture: Ok(picture()) })
}

pub(in crate::state) fn notes(s: &AppState) -> Vec<&NoticeKind> {
    s.notices.list.iter().map(|n| &n.kind).collect()
}
