//! Conversations and characters that were read or closed in the meantime.

use super::*;
use crate::state::write::tests::harness::{answered, page, say};

#[test]
fn the_conversation_that_was_clicked_last_is_shown() {
    let mut s = state();
    open(&mut s, "slow");
    open(&mut s, "quick");
    update(&mut s, conversation("slow", "not me"));
    assert_eq!(s.write.open.id, None);
    update(&mut s, conversation("quick", "me"));
    assert_eq!(page(&s), ["me"]);
    // The first one arrives again, or later.
    update(&mut s, conversation("slow", "not me"));
    assert_eq!(page(&s), ["me"]);
}

#[test]
fn a_conversation_that_was_begun_meanwhile_stays() {
    let begin: [fn(&mut AppState); 4] = [
        |s| drop(say(s, "Hello")),
        |s| drop(do_(s, Command::Write(WriteCommand::NewConversation))),
        |s| {
            do_(s, Command::Write(WriteCommand::Page(PageCommand::New)));
            do_(s, Command::Write(WriteCommand::Page(PageCommand::Type("Once".into()))));
        },
        |s| {
            let turn = ImportedTurn { role: Role::User, name: String::new(), text: "imported".into(), after: None };
            let chats = vec![ImportedChat { title: "t".into(), turns: vec![turn], ..Default::default() }];
            update(s, Input::Store(StoreEvent::ChatsOpened { chats, left_out: Vec::new() }));
        },
    ];
    for begin in begin {
        let mut s = state();
        open(&mut s, "slow");
        begin(&mut s);
        let before = format!("{:?}", s.write.open);
        assert!(update(&mut s, conversation("slow", "not me")).is_empty());
        assert_eq!(format!("{:?}", s.write.open), before);
    }
}

#[test]
fn a_conversation_that_went_to_the_trash_while_it_was_read_is_not_shown() {
    let mut s = state();
    s.write.conversations = vec![head("a")];
    open(&mut s, "a");
    do_(&mut s, Command::Write(WriteCommand::TrashConversation(ConversationId("a".into()))));
    update(&mut s, conversation("a", "x"));
    assert_eq!(s.write.open.id, None);
}

#[test]
fn what_was_written_while_a_conversation_was_read_is_read_again() {
    let mut s = state();
    answered(&mut s, "Hello", "Hi");
    let a = s.write.open.id.clone().unwrap();
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    do_(&mut s, Command::Write(WriteCommand::OpenConversation(a.clone())));
    do_(&mut s, Command::Write(WriteCommand::RenameConversation(a.clone(), "Better".into())));
    // As it was before the new title.
    assert_eq!(update(&mut s, conversation(&a.0, "old")), [Effect::Store(StoreRequest::LoadConversation(a.clone()))]);
    assert_eq!(s.write.open.id, None);
    update(&mut s, conversation(&a.0, "new"));
    assert_eq!(page(&s), ["new"]);
}

#[test]
fn an_answer_that_ends_while_its_conversation_is_read_is_whole() {
    let mut s = state();
    let (job, _) = submitted(&say(&mut s, "Hello"));
    let a = s.write.open.id.clone().unwrap();
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    do_(&mut s, Command::Write(WriteCommand::OpenConversation(a.clone())));
    engine(&mut s, job, TextNews::Token { text: "Hi".into() });
    engine(&mut s, job, EventKind::Finished(crate::state::write::tests::harness::stats()));
    assert_eq!(update(&mut s, conversation(&a.0, "no answer yet")), [Effect::Store(StoreRequest::LoadConversation(a))]);
}

#[test]
fn a_list_that_was_begun_before_a_conversation_does_not_hide_it() {
    let mut s = state();
    assert_eq!(
        begin(&mut s),
        [Effect::Store(StoreRequest::ListConversations), Effect::Store(StoreRequest::ListRecent)]
    );
    say(&mut s, "Hello");
    let old = || Input::Store(StoreEvent::Conversations(vec![head("old")]));
    assert_eq!(update(&mut s, old()), [Effect::Store(StoreRequest::ListConversations)], "it is asked for again");
    assert_eq!(s.write.conversations.len(), 1);
    update(&mut s, old());
    assert_eq!(s.write.conversations[0].title, "old", "the next one is as the disk is");
}

#[test]
fn the_prompt_of_another_document_is_not_shown_as_this_ones() {
    let mut s = state();
    say(&mut s, "Hello");
    let effects = do_(&mut s, Command::Write(WriteCommand::Measure(0)));
    let [Effect::Measure(request)] = &effects[..] else { panic!("{effects:?}") };
    let serial = request.serial;
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    update(
        &mut s,
        Input::Ledger(serial, Ok(Ledger { serial, parts: Vec::new(), context: 2048, answer: 512, dropped_turns: 0 })),
    );
    assert!(s.write.ledger.found.is_none());
    s.write.draft = "another".into();
    assert!(s.is_measure_due(0), "its own is asked for");
}

/// Regression: before a letter was typed, what does not fit beside the last answer was reported as refused.
#[test]
fn an_empty_message_is_measured_as_the_next_one() {
    let mut s = state();
    write::answered(&mut s, "Hello", "A long answer");
    let effects = do_(&mut s, Command::Write(WriteCommand::Measure(0)));
    let [Effect::Measure(request)] = &effects[..] else { panic!("{effects:?}") };
    let TextPrompt::Chat(turns) = &request.prompt else { panic!() };
    let last = turns.last().unwrap();
    assert_eq!((last.role, last.content.as_str(), request.draft), (Role::User, "", true));
}

#[test]
fn a_character_that_went_to_the_trash_does_not_come_back_by_itself() {
    let mut s = state();
    let id = PersonaId("a".into());
    let kept = |name: &str| KeptPersona {
        id: PersonaId("a".into()),
        persona: Persona { name: name.into(), ..Default::default() },
        avatar: None,
    };
    s.personas.kept = vec![kept("Ada")];
    let command = |s: &mut AppState, command| do_(s, Command::Persona(command));
    command(&mut s, PersonaCommand::Trash(id.clone()));
    update(&mut s, Input::Store(StoreEvent::PersonaKept(Box::new(kept("Ada")))));
    assert!(s.personas.kept.is_empty());
    command(&mut s, PersonaCommand::Restore(id.clone()));
    update(&mut s, Input::Store(StoreEvent::PersonaKept(Box::new(kept("Ada")))));
    assert_eq!(s.personas.kept.len(), 1);
    // Saved twice: the first answer is not the final one. A list that was begun before has neither.
    for name in ["Ann", "Anna"] {
        command(&mut s, PersonaCommand::Edit(id.clone()));
        command(&mut s, PersonaCommand::Set(PersonaEdit::Name(name.into())));
        command(&mut s, PersonaCommand::Keep);
    }
    update(&mut s, Input::Store(StoreEvent::PersonaKept(Box::new(kept("Ann")))));
    assert_eq!(s.personas.kept[0].persona.name, "Anna");
    update(&mut s, Input::Store(StoreEvent::Personas(Vec::new())));
    assert_eq!(s.personas.kept[0].persona.name, "Anna");
    update(&mut s, Input::Store(StoreEvent::PersonaKept(Box::new(kept("Anna")))));
    update(&mut s, Input::Store(StoreEvent::Personas(Vec::new())));
    assert!(s.personas.kept.is_empty(), "the disk has the last word");
}

#[test]
fn a_conversations_system_prompt_is_its_own() {
    let mut s = state();
    let set = |s: &mut AppState, text: &str| do_(s, Command::Write(WriteCommand::SetSystemPrompt(text.into())));
    assert!(set(&mut s, "Be brief.").is_empty());
    assert_eq!(s.settings.system_prompt, "Be brief.", "before a conversation, for all to come");
    let ada = Persona { name: "Ada".into(), system: "You are Ada.".into(), ..Persona::default() };
    update(&mut s, Input::Store(StoreEvent::PersonaOpened { persona: Box::new(ada), left_out: Vec::new() }));
    let effects = set(&mut s, "You are Ada, and old.");
    // A conversation in which nothing was said is saved from here on, with everything it began with first.
    let last = journal(&effects).into_iter().last();
    assert!(matches!(last, Some(JournalEntry::System { text }) if text == "You are Ada, and old."));
    assert_eq!(
        (s.settings.system_prompt.as_str(), s.write.open.system.as_str()),
        ("Be brief.", "You are Ada, and old.")
    );
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    say(&mut s, "Hello");
    assert_eq!(s.write.open.system, "Be brief.");
    set(&mut s, "Be long.");
    assert_eq!(s.settings.system_prompt, "Be brief.", "one that was begun without a character has its own too");
}
