//! Write: conversations, their branches, forms, what is looked into, what comes from elsewhere.

use super::*;
use crate::writing::export::TextFormat;

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

#[test]
fn an_answer_streams_into_its_turn_and_its_journal() {
    let mut s = state();
    s.settings.system_prompt = "Be brief.".into();
    let effects = say(&mut s, "  Hello there  ");
    assert_eq!(s.write.draft, "");
    let entries = journal(&effects);
    assert!(matches!(entries[0], JournalEntry::System { text } if text == "Be brief."));
    assert!(matches!(entries[1], JournalEntry::Title { title } if title == "Hello there"));
    assert!(matches!(entries[2], JournalEntry::Begin { turn } if turn.message.role == Role::User));
    assert!(matches!(entries[3], JournalEntry::Begin { turn } if turn.message.content.is_empty()));
    let (id, job) = submitted(&effects);
    let Task::Text(request) = job else { panic!() };
    let TextPrompt::Chat(messages) = &request.prompt else { panic!() };
    let roles: Vec<Role> = messages.iter().map(|m| m.role).collect();
    assert_eq!(roles, [Role::System, Role::User], "the empty answer is not sent");

    let effects = engine(&mut s, id, TextNews::Token { text: "Hi".into() });
    assert!(matches!(journal(&effects)[..], [JournalEntry::Append { id: 2, .. }]));
    engine(&mut s, id, TextNews::Token { text: "!".into() });
    assert_eq!(s.write.open.turns[1].message.content, "Hi!");
    let effects = engine(&mut s, id, EventKind::Finished(stats()));
    assert!(matches!(journal(&effects)[..], [JournalEntry::End { id: 2, .. }]));
    assert!(s.write.job.is_none());
    assert_eq!(s.write.conversations[0].turns, 2);

    let effects = say(&mut s, "And now?");
    assert!(!journal(&effects).iter().any(|e| matches!(e, JournalEntry::Title { .. })), "the title stays");
    let Task::Text(request) = submitted(&effects).1 else { panic!() };
    let TextPrompt::Chat(messages) = &request.prompt else { panic!() };
    assert_eq!(messages.len(), 4);
}

#[test]
fn an_answer_keeps_what_it_was_written_with() {
    let mut s = state();
    s.catalogue.entries[1].card.files[0].sha256 = "ab".repeat(32);
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::TopK, 7.0))));
    let (id, _) = submitted(&say(&mut s, "Hello"));
    engine(&mut s, id, TextNews::Token { text: "Hi".into() });
    let effects = engine(&mut s, id, EventKind::Finished(stats()));
    let [JournalEntry::End { info, .. }] = journal(&effects)[..] else { panic!("{effects:?}") };
    let made = info.made.as_deref().unwrap();
    assert_eq!(made.params, TextParams { top_k: 7, seed: Seed::Fixed(3), ..s.settings.text.clone() });
    assert_eq!((made.model_hash.as_str(), made.version.as_str()), ("ab".repeat(32).as_str(), PROGRAM));
    // What was written of an answer that is stopped, too; of a person's own file, what is known without reading it whole.
    s.catalogue.entries[1].card.local = Some(Box::new(Local { ends: "ends:cd".into(), ..Local::default() }));
    let effects = say(&mut s, "And now?");
    let (id, job) = submitted(&effects);
    let Task::Text(request) = job else { panic!() };
    let seed = request.seed;
    engine(&mut s, id, TextNews::Token { text: "Well".into() });
    engine(&mut s, id, EventKind::Cancelled);
    let info = s.write.open.turns[3].info.as_ref().unwrap();
    let made = info.made.as_ref().unwrap();
    assert_eq!((made.params.seed, made.model_hash.as_str()), (Seed::Fixed(seed), "ends:cd"));
}

#[test]
fn an_answer_gives_back_the_sliders_and_the_seed_that_wrote_it() {
    let mut s = state();
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::TopK, 7.0))));
    let (id, _) = submitted(&say(&mut s, "Hello"));
    engine(&mut s, id, TextNews::Token { text: "Hi".into() });
    engine(&mut s, id, EventKind::Finished(stats()));
    let made = s.write.open.turns[1].info.as_ref().unwrap().made.as_deref().unwrap().params.clone();
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::TopK, 9.0))));
    let moved = s.text().clone();
    do_(&mut s, Command::Write(WriteCommand::UseRecord(1)));
    assert_eq!(s.text(), &moved, "a question was written with none");
    do_(&mut s, Command::Write(WriteCommand::UseRecord(2)));
    assert_eq!((s.text(), s.text().top_k, s.text().seed), (&made, 7, Seed::Fixed(3)));
    do_(&mut s, Command::Undo);
    assert_eq!(s.text(), &moved);
    do_(&mut s, Command::Redo);
    let effects = do_(&mut s, Command::Write(WriteCommand::Regenerate));
    let Task::Text(request) = submitted(&effects).1 else { panic!() };
    assert_eq!((request.seed, &request.params), (3, &TextParams { inspect: true, ..made }), "made again");
}

#[test]
fn a_model_that_is_not_here_is_fetched_and_then_answers() {
    let mut s = state();
    s.catalogue.entries[1].presence = ModelPresence::Absent;
    let effects = say(&mut s, "Hello");
    assert!(effects.contains(&Effect::Catalogue(CatalogueRequest::Fetch(SMOLLM_ID.into()))));
    assert!(!effects.iter().any(|e| matches!(e, Effect::Submit { .. })));
    let fetch = |kind| Input::Fetch(FetchEvent { id: SMOLLM_ID.into(), kind });
    update(&mut s, fetch(FetchEventKind::Progress { done: 5, total: Some(10), source: "pip".into() }));
    assert_eq!(s.catalogue.entries[1].fetch.as_ref().unwrap().done, 5);
    let effects = update(&mut s, fetch(FetchEventKind::Finished { path: "/m/s.gguf".into() }));
    submitted(&effects);
}

#[test]
fn a_prompt_that_waited_for_its_model_is_asked_even_when_another_page_is_open() {
    let mut s = state();
    s.catalogue.entries[1].presence = ModelPresence::Absent;
    say(&mut s, "Hello");
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Model("another.gguf".into()))));
    let kind = FetchEventKind::Finished { path: "/m/s.gguf".into() };
    let effects = update(&mut s, Input::Fetch(FetchEvent { id: SMOLLM_ID.into(), kind }));
    let Task::Text(request) = submitted(&effects).1 else { panic!() };
    let TextPrompt::Chat(messages) = &request.prompt else { panic!() };
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].content, "Hello");
}

/// Files that changed since they were checked: hashed (and fetched again where they are damaged), offline too.
#[test]
fn a_model_that_is_not_checked_is_checked_before_it_answers() {
    let mut s = state();
    s.catalogue.entries[1].presence = ModelPresence::Unchecked { path: "/m/s.gguf".into() };
    s.settings.offline = true;
    let effects = say(&mut s, "Hello");
    assert!(effects.contains(&Effect::Catalogue(CatalogueRequest::Fetch(SMOLLM_ID.into()))), "{:?}", s.write.error);
    let fetch = s.catalogue.entries[1].fetch.as_ref().unwrap();
    assert!(fetch.verifying, "what is here is not said to be fetched");
    assert!(!effects.iter().any(|e| matches!(e, Effect::Submit { .. })));
    let kind = FetchEventKind::Finished { path: "/m/s.gguf".into() };
    submitted(&update(&mut s, Input::Fetch(FetchEvent { id: SMOLLM_ID.into(), kind })));
}

#[test]
fn a_failed_fetch_keeps_the_prompt_and_says_why() {
    let mut s = state();
    s.catalogue.entries[1].presence = ModelPresence::Absent;
    say(&mut s, "Hello");
    let error: StudioError = Cause::NoSourceAnswered { id: SMOLLM_ID.into(), tried: Both::same("hub: no") }.into();
    let event = FetchEvent { id: SMOLLM_ID.into(), kind: FetchEventKind::Failed(error) };
    let effects = update(&mut s, Input::Fetch(event));
    assert!(matches!(journal(&effects)[..], [JournalEntry::Truncate { id: 2 }]));
    assert_eq!(s.write.open.turns.len(), 1, "the person's turn stays");
    assert!(matches!(s.write.error.as_ref().unwrap().cause(), Cause::NoSourceAnswered { .. }));
    let effects = do_(&mut s, Command::Write(WriteCommand::Regenerate));
    assert!(effects.contains(&Effect::Catalogue(CatalogueRequest::Fetch(SMOLLM_ID.into()))), "again is the way on");
}

#[test]
fn offline_means_no_fetch() {
    let mut s = state();
    s.catalogue.entries[1].presence = ModelPresence::Absent;
    s.settings.offline = true;
    let effects = say(&mut s, "Hello");
    assert!(effects.is_empty(), "{effects:?}");
    assert_eq!(s.write.draft, "Hello", "nothing is lost");
    assert!(matches!(s.write.error.as_ref().unwrap().cause(), Cause::Offline { .. }), "it says why");
    do_(&mut s, Command::Models(ModelsCommand::Fetch(SMOLLM_ID.into())));
    assert!(matches!(s.catalogue.entries[1].error.as_ref().unwrap().cause(), Cause::Offline { .. }));
}

#[test]
fn stopping_keeps_what_was_written_and_drops_an_empty_answer() {
    let mut s = state();
    let (id, _) = submitted(&say(&mut s, "Hello"));
    engine(&mut s, id, TextNews::Token { text: "Once".into() });
    s.settings.room = Room::Write;
    assert_eq!(do_(&mut s, Command::CancelCurrent), vec![Effect::Cancel(id)]);
    let effects = engine(&mut s, id, EventKind::Cancelled);
    assert!(matches!(journal(&effects)[..], [JournalEntry::End { info, .. }] if info.finish_reason.is_none()));
    assert_eq!(s.write.open.turns[1].message.content, "Once");

    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::Regenerate)));
    do_(&mut s, Command::Write(WriteCommand::StopWriting));
    engine(&mut s, id, EventKind::Cancelled);
    assert_eq!(s.write.open.turns.len(), 2, "the old answer is back");
    assert_eq!(s.write.open.turns[1].message.content, "Once");
}

/// An answer that the context cut says so; a prompt that leaves no room for one is an error, and no empty answer stays.
#[test]
fn a_full_context_is_told() {
    let full = |written| {
        let Outcome::Text(stats) = stats() else { panic!() };
        let stats = TextStats { completion_tokens: written, finish_reason: FinishReason::ContextFull, ..stats };
        EventKind::Finished(Outcome::Text(stats))
    };
    let mut s = state();
    let (id, _) = submitted(&say(&mut s, "Hello"));
    engine(&mut s, id, TextNews::Token { text: "Once".into() });
    engine(&mut s, id, full(1));
    assert_eq!(s.write.error.as_ref().unwrap().cause(), &Cause::ContextFull { context: 10, written: 1 });
    let info = s.write.open.turns[1].info.as_ref().unwrap();
    assert_eq!((info.completion_tokens, info.finish_reason), (1, Some(FinishReason::ContextFull)));

    let (id, _) = submitted(&say(&mut s, "And then?"));
    assert!(s.write.error.is_none(), "a new question takes it away");
    let effects = engine(&mut s, id, full(0));
    assert_eq!(s.write.error.as_ref().unwrap().cause(), &Cause::ContextFull { context: 9, written: 0 });
    assert!(matches!(journal(&effects)[..], [JournalEntry::Truncate { .. }]));
    assert_eq!(s.write.open.turns.last().unwrap().message.role, Role::User);
    assert!(s.write.job.is_none());
}

#[test]
fn continuing_sends_the_answer_so_far_and_appends_to_it() {
    let mut s = state();
    let (id, _) = submitted(&say(&mut s, "Hello"));
    engine(&mut s, id, TextNews::Token { text: "Once".into() });
    engine(&mut s, id, EventKind::Finished(stats()));
    let effects = do_(&mut s, Command::Write(WriteCommand::ContinueWriting));
    let (id, job) = submitted(&effects);
    let Task::Text(request) = job else { panic!() };
    let TextPrompt::Chat(messages) = &request.prompt else { panic!() };
    assert_eq!(messages.last().unwrap().content, "Once");
    engine(&mut s, id, TextNews::Token { text: " upon".into() });
    assert_eq!(s.write.open.turns[1].message.content, "Once upon");
    engine(&mut s, id, EventKind::Cancelled);
    assert_eq!(s.write.open.turns[1].message.content, "Once upon");
}

#[test]
fn an_answer_goes_on_while_another_conversation_is_read() {
    let mut s = state();
    let (id, _) = submitted(&say(&mut s, "Hello"));
    let conversation = s.write.open.id.clone().unwrap();
    engine(&mut s, id, TextNews::Token { text: "A".into() });
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    let effects = engine(&mut s, id, TextNews::Token { text: "B".into() });
    assert_eq!(journal(&effects).len(), 1, "still written down");
    assert!(s.write.open.turns.is_empty());
    do_(&mut s, Command::Write(WriteCommand::OpenConversation(conversation.clone())));
    // The file was read before "B" came.
    let turn =
        |id, role, text: &str| Turn { id, message: Message { role, content: text.into() }, info: None, parent: None };
    let data = ConversationData {
        id: conversation,
        title: "t".into(),
        system: String::new(),
        turns: vec![turn(1, Role::User, "Hello"), turn(2, Role::Assistant, "A")],
        ..Default::default()
    };
    update(&mut s, Input::Store(StoreEvent::Conversation(Box::new(data))));
    assert_eq!(s.write.open.turns[1].message.content, "AB");
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

#[test]
fn an_edit_and_a_new_answer_stand_beside_the_old_ones() {
    let mut s = state();
    answered(&mut s, "One", "x");
    // Another answer.
    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::Regenerate)));
    engine(&mut s, id, TextNews::Token { text: "y".into() });
    engine(&mut s, id, EventKind::Finished(stats()));
    assert_eq!(page(&s), ["One", "y"]);
    answered(&mut s, "More", "z");
    let answers = s.write.open.shelf.siblings(&s.write.open.turns[1]);
    assert_eq!(answers, [2, 3]);
    let effects = do_(&mut s, Command::Write(WriteCommand::SelectBranch(2)));
    assert!(matches!(journal(&effects)[..], [JournalEntry::Select { id: 2 }]));
    assert_eq!(page(&s), ["One", "x"]);
    do_(&mut s, Command::Write(WriteCommand::SelectBranch(3)));
    assert_eq!(page(&s), ["One", "y", "More", "z"]);
    // An edited question, with its own answer; the old one is kept with all that came after it.
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(1)));
    do_(&mut s, Command::Write(WriteCommand::SetEdit("Two".into())));
    let effects = do_(&mut s, Command::Write(WriteCommand::SendEdit));
    assert!(matches!(journal(&effects)[0], JournalEntry::Begin { turn } if turn.parent == Some(START)));
    assert_eq!(page(&s), ["Two", ""]);
    let (id, _) = submitted(&effects);
    engine(&mut s, id, EventKind::Failed(Cause::EngineGone.into()));
    assert_eq!(page(&s), ["Two"]);
    do_(&mut s, Command::Write(WriteCommand::SelectBranch(1)));
    assert_eq!(page(&s), ["One", "y", "More", "z"]);
    // An answer that the person corrects asks for no other.
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(3)));
    do_(&mut s, Command::Write(WriteCommand::SetEdit("better".into())));
    let effects = do_(&mut s, Command::Write(WriteCommand::SendEdit));
    assert_eq!(journal(&effects).len(), 1);
    assert!(s.write.job.is_none());
    assert_eq!(page(&s), ["One", "better"]);
}

#[test]
fn a_new_answer_that_fails_brings_the_old_one_back() {
    let mut s = state();
    answered(&mut s, "One", "x");
    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::Regenerate)));
    assert_eq!(page(&s), ["One", ""]);
    engine(&mut s, id, EventKind::Failed(Cause::EngineGone.into()));
    assert_eq!(page(&s), ["One", "x"]);
}

#[test]
fn a_second_send_waits_for_the_first() {
    let mut s = state();
    say(&mut s, "One");
    assert!(say(&mut s, "Two").is_empty());
    assert_eq!(s.write.draft, "Two");
}

#[test]
fn trashing_the_conversation_that_is_written_stops_it() {
    let mut s = state();
    let (id, _) = submitted(&say(&mut s, "One"));
    let conversation = s.write.open.id.clone().unwrap();
    let effects = do_(&mut s, Command::Write(WriteCommand::TrashConversation(conversation.clone())));
    assert!(effects.contains(&Effect::Cancel(id)));
    assert_eq!(effects.last(), Some(&Effect::Store(StoreRequest::TrashConversation(conversation))));
    assert!(s.write.job.is_none() && s.write.conversations.is_empty());
    assert!(engine(&mut s, id, TextNews::Token { text: "late".into() }).is_empty());
}

#[test]
fn long_first_lines_become_short_titles() {
    let mut s = state();
    say(&mut s, "\nTell me everything about the history of the printing press in Europe\nplease");
    assert_eq!(s.write.open.title, "Tell me everything about the history of…");
}

#[test]
fn exports_name_speakers() {
    let mut s = state();
    let (id, _) = submitted(&say(&mut s, "Hello"));
    engine(&mut s, id, TextNews::Token { text: "Hi".into() });
    engine(&mut s, id, EventKind::Finished(stats()));
    let effects = do_(&mut s, Command::Write(WriteCommand::ExportConversation(TextFormat::Markdown)));
    let [Effect::AskExportText { name, document, format }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(name, "Hello.md");
    let text = String::from_utf8(format.write(document).unwrap()).unwrap();
    assert!(text.starts_with("# Hello\n") && text.contains("## User") && text.contains("## Assistant"), "{text}");
    for (format, ending, start) in [(TextFormat::Html, "html", &b"<!"[..]), (TextFormat::Docx, "docx", b"PK")] {
        let effects = do_(&mut s, Command::Write(WriteCommand::ExportConversation(format)));
        let [Effect::AskExportText { name, document, format }] = &effects[..] else { panic!("{effects:?}") };
        let bytes = format.write(document).unwrap();
        assert!(name.ends_with(ending) && bytes.starts_with(start), "{name}");
    }
}

#[test]
fn sliders_start_where_the_models_card_says_and_stay_where_a_person_put_them() {
    let mut s = state();
    s.catalogue.entries[1].card.defaults =
        CardDefaults { dry_multiplier: Some(0.8), dry_penalty_last_n: Some(256), ..CardDefaults::default() };
    s.catalogue.entries.push(entry("large", Makes::Text, ModelPresence::Here { path: "/m/l.gguf".into() }));
    s.settle_text_sliders();
    assert_eq!((s.text().dry_multiplier, s.text().dry_penalty_last_n), (0.8, 256));
    let choose = |s: &mut AppState, id: &str| do_(s, Command::Write(WriteCommand::SetText(TextEdit::Model(id.into()))));
    choose(&mut s, "large");
    assert_eq!((s.text().dry_multiplier, s.text().dry_penalty_last_n), (0.0, 64), "a large model needs none");
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::DryMultiplier, 0.3))));
    choose(&mut s, SMOLLM_ID);
    assert_eq!((s.text().dry_multiplier, s.text().dry_penalty_last_n), (0.3, 256), "what was moved stays");
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::DryMultiplier, 0.0))));
    s.settle_text_sliders();
    assert_eq!(s.text().dry_multiplier, 0.0, "and the next start does not move it");
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Reset)));
    assert_eq!(s.text().dry_multiplier, 0.8);
}

#[test]
fn an_answer_can_be_gone_on_with_from_a_token_that_was_weighed() {
    let mut s = state();
    let weighed = |text: &str, others: &[(&str, f32)]| TokenChoice {
        bytes: text.as_bytes().to_vec(),
        probability: 0.5,
        others: others
            .iter()
            .map(|(text, p)| TokenChoice { bytes: text.as_bytes().to_vec(), probability: *p, others: vec![] })
            .collect(),
    };
    let (id, _) = submitted(&say(&mut s, "Hello"));
    for (text, others) in [("Good", &[("Good", 0.6), ("Bad", 0.2)][..]), (" day", &[(" day", 0.4), (" night", 0.3)])] {
        engine(&mut s, id, TextNews::Weighed(weighed(text, others)));
        engine(&mut s, id, TextNews::Token { text: text.into() });
    }
    engine(&mut s, id, EventKind::Finished(stats()));
    do_(&mut s, Command::Write(WriteCommand::Inspect(2)));
    assert_eq!(s.write.inspecting, Some(2));
    let effects = do_(&mut s, Command::Write(WriteCommand::BranchAtToken { turn: 2, token: 1, other: 1 }));
    let (id, Task::Text(request)) = submitted(&effects) else { panic!() };
    let TextPrompt::Chat(messages) = &request.prompt else { panic!() };
    assert_eq!(messages.last().unwrap().content, "Good night", "it goes on from there");
    engine(&mut s, id, TextNews::Weighed(weighed("!", &[("!", 0.9)])));
    engine(&mut s, id, TextNews::Token { text: "!".into() });
    engine(&mut s, id, EventKind::Finished(stats()));
    assert_eq!(page(&s), ["Hello", "Good night!"]);
    assert_eq!(s.write.weighed[&3].len(), 3);
    do_(&mut s, Command::Write(WriteCommand::SelectBranch(2)));
    assert_eq!(page(&s), ["Hello", "Good day"], "the old answer stays");
    assert!(do_(&mut s, Command::Write(WriteCommand::BranchAtToken { turn: 2, token: 9, other: 0 })).is_empty());
}

#[test]
fn a_character_and_a_chat_from_elsewhere_become_conversations() {
    let mut s = state();
    let persona = Persona {
        name: "Ada".into(),
        system: "You are Ada.".into(),
        greetings: vec!["Good evening.".into()],
        ..Persona::default()
    };
    let effects =
        update(&mut s, Input::Store(StoreEvent::PersonaOpened { persona: Box::new(persona), left_out: Vec::new() }));
    assert_eq!((s.write.open.title.as_str(), s.write.open.system.as_str()), ("Ada", "You are Ada."));
    assert_eq!(page(&s), ["Good evening."]);
    assert_eq!(journal(&effects).len(), 0, "nothing was said yet");
    let effects = do_(&mut s, Command::Write(WriteCommand::SetDraft("Hello".into())));
    assert_eq!(journal(&effects).len(), 4, "written down at once: who it is, its title, its greeting, its name");
    let effects = do_(&mut s, Command::Write(WriteCommand::Send));
    let (_, Task::Text(request)) = submitted(&effects) else { panic!() };
    let TextPrompt::Chat(messages) = &request.prompt else { panic!() };
    assert_eq!(messages.iter().map(|m| m.role).collect::<Vec<_>>(), [Role::System, Role::Assistant, Role::User]);

    let old = ImportedChat {
        title: "Old".into(),
        system: "Be kind.".into(),
        turns: vec![imported(Role::User, "", "a", None), imported(Role::Assistant, "", "b", Some(0))],
        ..ImportedChat::default()
    };
    let effects = update(&mut s, Input::Store(StoreEvent::ChatsOpened { chats: vec![old], left_out: Vec::new() }));
    assert_eq!((s.write.open.system.as_str(), page(&s)), ("Be kind.", vec!["a", "b"]));
    assert_eq!((s.room(), s.write.conversations[0].title.as_str()), (Room::Write, "Old"));
    let Some(Effect::Store(StoreRequest::KeepConversations(kept))) = effects.last() else { panic!("{effects:?}") };
    assert_eq!((kept.len(), kept[0].1.len()), (1, 4), "title, system text, two turns, at once");
    assert!(s.notices.list.iter().all(|n| !matches!(n.kind, NoticeKind::ChatsKept { .. })));
}

fn imported(role: Role, name: &str, text: &str, after: Option<usize>) -> ImportedTurn {
    ImportedTurn { role, name: name.into(), text: text.into(), after }
}

#[test]
fn an_imported_version_is_shown_in_its_place() {
    let mut s = state();
    let chat = ImportedChat {
        turns: vec![
            imported(Role::User, "", "Hi", None),
            imported(Role::Assistant, "Bo", "one", Some(0)),
            imported(Role::Assistant, "Bo", "two", Some(0)),
            imported(Role::Assistant, "Bo", "three", Some(0)),
        ],
        shown: Some(2),
        ..ImportedChat::default()
    };
    let effects = update(&mut s, Input::Store(StoreEvent::ChatsOpened { chats: vec![chat], left_out: Vec::new() }));
    assert_eq!(page(&s), ["Hi", "two"]);
    let turn = &s.write.open.turns[1];
    assert_eq!(s.write.open.shelf.siblings(turn), [2, 3, 4], "the second of three, as it was");
    assert!([2, 3, 4].iter().all(|id| s.write.open.manner.names[id] == "Bo"));
    let [Effect::Store(StoreRequest::KeepConversations(kept))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(kept[0].1.last(), Some(&JournalEntry::Select { id: 3 }), "and after the next start");
    do_(&mut s, Command::Write(WriteCommand::Regenerate));
    assert_eq!(s.write.open.manner.names[&5], "Bo", "another version is said by the same");
}

#[test]
fn chats_of_a_file_are_kept_with_their_versions_and_speakers() {
    let mut s = state();
    let group = ImportedChat {
        title: "Group".into(),
        person: "Lin".into(),
        speaker: "Ada".into(),
        turns: vec![
            imported(Role::User, "", "Hi", None),
            imported(Role::Assistant, "", "Hm", Some(0)),
            imported(Role::Assistant, "", "Hello", Some(0)),
            imported(Role::Assistant, "Bo", "Ho", Some(2)),
        ],
        ..ImportedChat::default()
    };
    let other = ImportedChat { turns: vec![imported(Role::User, "", "Yo there", None)], ..ImportedChat::default() };
    let left_out = vec![Both::new("1 hidden messages", "1 条隐藏消息")];
    let chats = vec![group, other];
    let effects = update(&mut s, Input::Store(StoreEvent::ChatsOpened { chats, left_out: left_out.clone() }));
    assert_eq!(page(&s), ["Hi", "Hello", "Ho"]);
    assert_eq!(s.write.open.shelf.turns()[0].message.content, "Hm", "the other swipe is a version");
    let titles: Vec<&str> = s.write.conversations.iter().map(|head| head.title.as_str()).collect();
    assert_eq!(titles, ["Group", "Yo there"], "in the file's order, the first one open");
    assert!(s.notices.list.iter().any(|n| n.kind == NoticeKind::ChatsKept { count: 2, left_out: left_out.clone() }));
    let [Effect::Store(StoreRequest::KeepConversations(kept))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(kept.iter().map(|(id, _)| id).collect::<Vec<_>>()[1], s.write.open.id.as_ref().unwrap());

    // The model is told who says what.
    let effects = say(&mut s, "Bye");
    let (_, Task::Text(request)) = submitted(&effects) else { panic!() };
    let TextPrompt::Chat(messages) = &request.prompt else { panic!() };
    let read: Vec<&str> = messages.iter().map(|m| m.content.as_str()).filter(|m| m.contains(": ")).collect();
    assert_eq!(read, ["Lin: Hi", "Ada: Hello", "Bo: Ho", "Lin: Bye"]);

    // An edited turn of another's stays another's.
    let mut s = state();
    let turns = vec![imported(Role::User, "", "Hi", None), imported(Role::Assistant, "Bo", "Ho", Some(0))];
    let chats = vec![ImportedChat { turns, ..ImportedChat::default() }];
    update(&mut s, Input::Store(StoreEvent::ChatsOpened { chats, left_out: Vec::new() }));
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(2)));
    do_(&mut s, Command::Write(WriteCommand::SetEdit("Ho ho".into())));
    let effects = do_(&mut s, Command::Write(WriteCommand::SendEdit));
    let named = JournalEntry::Name { turn: Some(3), name: "Bo".into() };
    assert!(journal(&effects).contains(&&named), "{effects:?}");
    assert_eq!(s.write.open.manner.name_of(3, Role::Assistant), Some("Bo"));
}

/// Regression: what was weighed for an answer that streams into another conversation was shown under this one's turn.
#[test]
fn what_was_weighed_stays_with_its_own_answer() {
    let mut s = state();
    let choice = |text: &str| TokenChoice { bytes: text.as_bytes().to_vec(), probability: 1.0, others: vec![] };
    let (id, _) = submitted(&say(&mut s, "Hello"));
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    engine(&mut s, id, TextNews::Weighed(choice("A")));
    engine(&mut s, id, TextNews::Token { text: "A".into() });
    engine(&mut s, id, EventKind::Finished(stats()));
    assert!(s.write.weighed.is_empty());
    // An answer whose beginning was not weighed cannot be gone back into.
    answered(&mut s, "Again", "x");
    let effects = do_(&mut s, Command::Write(WriteCommand::ContinueWriting));
    let (id, _) = submitted(&effects);
    engine(&mut s, id, TextNews::Weighed(choice("y")));
    engine(&mut s, id, TextNews::Token { text: "y".into() });
    engine(&mut s, id, EventKind::Finished(stats()));
    assert!(s.write.weighed.is_empty());
}

#[test]
fn a_draft_model_goes_along_and_never_is_the_model_itself() {
    let mut s = state();
    s.catalogue.entries.push(entry("small", Makes::Text, ModelPresence::Here { path: "/m/small.gguf".into() }));
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Draft(Some("small".into())))));
    let effects = say(&mut s, "Hello");
    let (id, job) = submitted(&effects);
    let Task::Text(request) = job else { panic!() };
    assert_eq!(request.draft.as_ref().unwrap().files, ModelFiles::File("/m/small.gguf".into()));
    // That there is no room for it is said once, not under each answer.
    let left_out = StudioError::from(Cause::DraftLeftOut { draft: "small".into(), needed: 9, free: 3 });
    for _ in 0..2 {
        engine(&mut s, id, TextNews::WithoutDraft { error: left_out.clone() });
    }
    assert_eq!(s.notices.list.iter().filter(|n| matches!(&n.kind, NoticeKind::Problem(_))).count(), 1);
    let Outcome::Text(figures) = stats() else { panic!() };
    let figures = TextStats { drafted_tokens: 8, accepted_tokens: 5, ..figures };
    engine(&mut s, id, TextNews::Token { text: "Hi".into() });
    engine(&mut s, id, EventKind::Finished(Outcome::Text(figures)));
    let info = s.write.open.turns[1].info.as_ref().unwrap();
    assert_eq!((info.drafted_tokens, info.accepted_tokens), (8, 5));

    // One that has gone is said before anything is sent.
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Draft(Some("gone".into())))));
    let effects = say(&mut s, "And now?");
    assert!(!effects.iter().any(|e| matches!(e, Effect::Submit { .. })));
    assert!(matches!(s.write.error.as_ref().unwrap().cause(), Cause::UnknownModel { id, .. } if id == "gone"));

    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Draft(Some("small".into())))));
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Model("small".into()))));
    assert_eq!(s.settings.text.draft, None);
}

/// Regression: Enter did nothing while an answer was written.
#[test]
fn a_message_sent_while_an_answer_is_written_goes_after_it() {
    let mut s = state();
    let (id, _) = submitted(&say(&mut s, "Hello"));
    engine(&mut s, id, TextNews::Token { text: "Hi".into() });
    assert!(say(&mut s, "And now?").is_empty());
    assert_eq!((s.write.draft.as_str(), s.write.held), ("And now?", true));
    let effects = engine(&mut s, id, EventKind::Finished(stats()));
    let Task::Text(request) = submitted(&effects).1 else { panic!() };
    let TextPrompt::Chat(messages) = &request.prompt else { panic!() };
    assert_eq!(messages.last().unwrap().content, "And now?");
    assert_eq!((s.write.draft.as_str(), s.write.held), ("", false));
    // What is typed on waits for another Enter, and who stops the answer looks at it first.
    let id = submitted(&effects).0;
    say(&mut s, "Then");
    do_(&mut s, Command::Write(WriteCommand::SetDraft("Then what".into())));
    assert!(!s.write.held);
    do_(&mut s, Command::Write(WriteCommand::Send));
    engine(&mut s, id, TextNews::Token { text: "So".into() });
    do_(&mut s, Command::Write(WriteCommand::StopWriting));
    engine(&mut s, id, EventKind::Cancelled);
    assert_eq!((s.write.draft.as_str(), s.write.job.is_none()), ("Then what", true));
}

/// Regression: an answer that the window's end cut off counted only the tokens after it.
#[test]
fn the_tokens_of_an_answer_that_goes_on_after_a_restart_are_all_counted() {
    let mut s = state();
    let (id, _) = submitted(&say(&mut s, "Hello"));
    engine(&mut s, id, TextNews::Token { text: "Hi, my".into() });
    engine(&mut s, id, EventKind::Cancelled);
    // As it is read from the disk.
    s.write.open.turns[1].info = None;
    s.write.weighed.clear();
    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::ContinueWriting)));
    engine(&mut s, id, TextNews::Begun { tokens: 208 });
    engine(&mut s, id, TextNews::Token { text: " friend".into() });
    assert_eq!(s.write.job.as_ref().unwrap().tokens(), 209);
    engine(&mut s, id, EventKind::Cancelled);
    let info = s.write.open.turns[1].info.clone().unwrap();
    assert_eq!((info.completion_tokens, info.finish_reason), (209, None));
    // Where the figures are known they count.
    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::ContinueWriting)));
    engine(&mut s, id, TextNews::Begun { tokens: 500 });
    assert_eq!(s.write.job.as_ref().unwrap().tokens(), 209);
}

/// Regression: a chat that was opened again could not be told from the one that it was saved from.
#[test]
fn conversations_of_one_title_are_told_apart() {
    let mut s = state();
    let mut titles = Vec::new();
    for _ in 0..3 {
        do_(&mut s, Command::Write(WriteCommand::NewConversation));
        say(&mut s, "Grumpy Cat");
        titles.push(s.write.open.title.clone());
    }
    assert_eq!(titles, ["Grumpy Cat", "Grumpy Cat (2)", "Grumpy Cat (3)"]);
    assert_eq!(s.write.own_title("Grumpy Cat (2)", false), "Grumpy Cat (4)");
    assert_eq!(s.write.own_title("Grumpy Cat", true), "Grumpy Cat", "a page has its own sign");
    assert_eq!(s.write.own_title("Year (1984)", false), "Year (1984)");
}
