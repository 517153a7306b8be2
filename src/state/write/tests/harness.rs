//! What tests of conversations do again and again.

use super::*;

pub(in crate::state) fn say(s: &mut AppState, text: &str) -> Vec<Effect> {
    do_(s, Command::Write(WriteCommand::SetDraft(text.into())));
    do_(s, Command::Write(WriteCommand::Send))
}

pub(in crate::state) fn stats() -> Outcome {
    Outcome::Text(TextStats {
        prompt_tokens: 9,
        reused_tokens: 0,
        dropped_turns: 0,
        completion_tokens: 2,
        load_s: 0.0,
        ttft_s: 0.1,
        prompt_tok_s: 90.0,
        decode_tok_s: 40.0,
        drafted_tokens: 0,
        accepted_tokens: 0,
        seed: 3,
        finish_reason: FinishReason::Stop,
    })
}

/// A finished answer to `text`.
pub(in crate::state) fn answered(s: &mut AppState, text: &str, answer: &str) {
    let (id, _) = submitted(&say(s, text));
    engine(s, id, TextNews::Token { text: answer.into() });
    engine(s, id, EventKind::Finished(stats()));
}

pub(in crate::state) fn page(s: &AppState) -> Vec<&str> {
    s.write.open.turns.iter().map(|turn| turn.message.content.as_str()).collect()
}

/// What the file of the open conversation says.
pub(in crate::state) fn on_disk(s: &AppState) -> ConversationData {
    let open = s.write.open.clone();
    let (id, title, system) = (open.id.unwrap(), open.title, open.system);
    let OpenConversation { turns, shelf, page, pictures, manner, .. } = open;
    ConversationData { id, title, system, turns, shelf, page, pictures, manner, ..Default::default() }
}

pub(in crate::state) fn reopen(s: &mut AppState, data: ConversationData) -> Vec<Effect> {
    do_(s, Command::Write(WriteCommand::OpenConversation(data.id.clone())));
    update(s, Input::Store(StoreEvent::Conversation(Box::new(data))))
}

pub(in crate::state) fn text(s: &mut AppState, id: JobId, text: &str) -> Vec<Effect> {
    engine(s, id, TextNews::Token { text: text.into() })
}

pub(in crate::state) fn finish(s: &mut AppState, id: JobId) -> Vec<Effect> {
    engine(s, id, EventKind::Finished(stats()))
}

/// A conversation with one answer, open in Write.
pub(in crate::state) fn talk(s: &mut AppState) -> ConversationId {
    do_(s, Command::Go(Room::Write));
    let (id, _) = submitted(&say(s, "Hello"));
    engine(s, id, TextNews::Token { text: "Hi".into() });
    engine(s, id, EventKind::Finished(stats()));
    s.write.open.id.clone().unwrap()
}
