//! Conversations that come from other programs' files, and go into files.

use super::*;
use crate::writing::export::TextFormat;

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
