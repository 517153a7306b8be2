//! Several conversations at once: whose answer is written, and where an error is told.

use super::*;

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

/// Regression: while one text was written, Enter in another conversation did nothing.
#[test]
fn a_question_of_another_conversation_waits_for_its_turn() {
    let mut s = state();
    s.settings.room = Room::Write;
    let (first, _) = submitted(&say(&mut s, "One"));
    engine(&mut s, first, EventKind::Started);
    let one = s.write.open.id.clone().unwrap();
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    assert!(!s.write.is_writing_here());
    assert_eq!(s.write.writing_elsewhere(), Some((&one, "One")));
    let effects = say(&mut s, "Two");
    let second = asked_for(&s, &effects)[0].0;
    let two = s.write.open.id.clone().unwrap();
    assert_eq!(page(&s), ["Two", ""]);
    assert_eq!((s.write.job.as_ref().unwrap().id, s.write.job_here().unwrap().id), (Some(first), Some(second)));
    assert!(say(&mut s, "more").is_empty(), "one answer a conversation");
    // What comes goes where it belongs.
    let effects = text(&mut s, first, "a");
    assert!(
        matches!(&effects[..], [Effect::Store(StoreRequest::Journal { id, entry: JournalEntry::Append { .. } })] if *id == one)
    );
    assert_eq!(page(&s), ["Two", ""]);
    finish(&mut s, first);
    assert_eq!(s.write.job.as_ref().unwrap().conversation, two);
    engine(&mut s, second, EventKind::Started);
    text(&mut s, second, "b");
    finish(&mut s, second);
    assert_eq!(page(&s), ["Two", "b", "more", ""], "what was asked meanwhile comes after it");
    assert!(s.write.job.is_some() && s.write.queue.is_empty());
}

/// Regression: Esc stopped the text of a conversation that was not shown.
#[test]
fn stop_is_for_what_is_shown() {
    let mut s = state();
    s.settings.room = Room::Write;
    let (first, _) = submitted(&say(&mut s, "One"));
    engine(&mut s, first, EventKind::Started);
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    assert!(do_(&mut s, Command::CancelCurrent).is_empty());
    let effects = say(&mut s, "Two");
    let second = asked_for(&s, &effects)[0].0;
    // One that has not begun ends at once, whatever the engine is busy with.
    let effects = do_(&mut s, Command::CancelCurrent);
    assert!(asked_for(&s, &effects).is_empty() && !effects.contains(&Effect::Cancel(first)));
    assert_eq!(page(&s), ["Two"]);
    assert_eq!(s.write.jobs().map(|job| job.id).collect::<Vec<_>>(), [Some(first)]);
    assert!(engine(&mut s, second, EventKind::Cancelled).is_empty());
    // And it can be asked again, behind the first.
    let (third, _) = asks_for(&mut s, Command::Write(WriteCommand::Regenerate));
    let conversation = s.write.open.id.clone().unwrap();
    do_(&mut s, Command::Write(WriteCommand::TrashConversation(conversation)));
    assert_eq!(s.write.jobs().map(|job| job.id).collect::<Vec<_>>(), [Some(first)]);
    assert!(text(&mut s, third, "late").is_empty());
}

#[test]
fn an_error_is_told_where_its_question_stands() {
    let mut s = state();
    let (id, _) = submitted(&say(&mut s, "One"));
    let mut one = on_disk(&s);
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    engine(&mut s, id, EventKind::Failed(Cause::EngineGone.into()));
    assert!(s.write.error.is_none());
    one.turns.truncate(1);
    reopen(&mut s, one.clone());
    assert_eq!(s.write.error.as_ref().unwrap().cause(), &Cause::EngineGone);
    // It is there again after another one was looked at, until the question has its answer.
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    assert!(s.write.error.is_none());
    reopen(&mut s, one.clone());
    assert!(s.write.error.is_some());
    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::Regenerate)));
    text(&mut s, id, "x");
    finish(&mut s, id);
    let one = on_disk(&s);
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    reopen(&mut s, one);
    assert!(s.write.error.is_none());
}

/// Regression: errors stayed when what they spoke of was long over.
#[test]
fn an_error_leaves_when_its_cause_does() {
    let fail = |cause: Cause| {
        let mut s = state();
        let (id, _) = submitted(&say(&mut s, "Hello"));
        engine(&mut s, id, EventKind::Failed(cause.into()));
        assert!(s.write.error.is_some());
        s
    };
    let mut s = fail(Cause::BadGrammar { line: 1, reason: Both::default() });
    do_(
        &mut s,
        Command::Write(WriteCommand::SetText(TextEdit::Number(
            TextParam::Temperature,
            f64::from(TextParams::default().temperature),
        ))),
    );
    assert!(s.write.error.is_some(), "nothing was changed");
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Form(AnswerForm::Json))));
    assert!(s.write.error.is_none());
    let mut s = fail(Cause::UnlikeDraft { draft: "x".into(), reason: Both::new("a", "b") });
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Draft(Some("y".into())))));
    assert!(s.write.error.is_none());
    let mut s = fail(Cause::NotEnoughMemory { needed: 2, free: 1 });
    update(&mut s, Input::Engine(Event { job: NO_JOB, kind: EventKind::Unloaded { medium: Medium::Picture } }));
    assert!(s.write.error.is_none());
    // Another model, from its own room too.
    let mut s = fail(Cause::EngineGone);
    s.catalogue.entries.push(entry("other", Makes::Text, ModelPresence::Embedded));
    do_(&mut s, Command::Models(ModelsCommand::UseModel("other".into())));
    assert!(s.write.error.is_none());

    // No network, here and in Models.
    let mut s = state();
    s.catalogue.entries[1].presence = ModelPresence::Absent;
    s.settings.offline = true;
    say(&mut s, "Hello");
    do_(&mut s, Command::Models(ModelsCommand::Fetch(SMOLLM_ID.into())));
    assert!(s.write.error.is_some() && s.catalogue.entries[1].error.is_some());
    do_(&mut s, Command::Settings(SettingsCommand::SetOffline(false)));
    assert!(s.catalogue.entries[1].error.is_none());

    // Create: another model; what was typed stays as wrong as it was.
    let mut s = state();
    s.create.error = Some(Cause::TooLarge { width: 9, height: 9, needed: 2, free: 1, largest: (1, 1) }.into());
    prompt(&mut s, "a cat");
    assert!(s.create.error.is_some());
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Steps, 7.0))));
    assert!(s.create.error.is_none());
    // A disk that takes files again.
    let full = |path: &str| StudioError::from(Cause::DiskFull { path: path.into(), needed: 2, free: 1 });
    update(&mut s, Input::Store(StoreEvent::Failed(None, full("/pictures/a.png"))));
    update(&mut s, Input::Store(StoreEvent::Failed(None, full("/other/b.png"))));
    update(&mut s, Input::Store(StoreEvent::Exported { path: "/pictures/c.png".into() }));
    let problems = |s: &AppState| s.notices.list.iter().filter(|n| matches!(n.kind, NoticeKind::Problem(_))).count();
    assert_eq!(problems(&s), 1);
    update(&mut s, Input::Store(StoreEvent::Failed(None, full("/home/settings.toml"))));
    update(&mut s, Input::Store(StoreEvent::SettingsSaved));
    assert_eq!(problems(&s), 1, "the other folder's stays");
}
