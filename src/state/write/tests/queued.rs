//! What waits for an answer, a model or its terms: where it waits, what is said of it, and that it is sent.

use super::*;

/// A talk in which "One" is being answered, and "More" waits for the end of it.
fn queued() -> (AppState, JobId, ConversationId) {
    let mut s = state();
    s.settings.room = Room::Write;
    let (id, _) = submitted(&say(&mut s, "One"));
    engine(&mut s, id, EventKind::Started);
    engine(&mut s, id, TextNews::Token { text: "a".into() });
    say(&mut s, "More");
    assert!(s.write.held);
    let talk = s.write.open.id.clone().unwrap();
    (s, id, talk)
}

/// What was asked in `talk` by these effects, and what the model reads for it.
fn sent(effects: &[Effect], talk: &ConversationId) -> Option<Vec<String>> {
    let asked = effects.iter().any(|effect| {
        matches!(effect, Effect::Store(StoreRequest::Journal { id, entry: JournalEntry::Begin { turn } })
            if id == talk && turn.message.content == "More" && turn.message.role == Role::User)
    });
    let job = effects.iter().find_map(|effect| match effect {
        Effect::Submit { task: Task::Text(request), .. } => Some(request),
        _ => None,
    });
    let TextPrompt::Chat(turns) = &job.filter(|_| asked)?.prompt else { return None };
    Some(turns.iter().map(|turn| turn.content.clone()).collect())
}

/// Regression: a message that waited was not sent where its talk was left before the answer was complete.
#[test]
fn a_message_that_waits_is_sent_in_its_own_talk_wherever_the_person_is() {
    let ways: [fn(&mut AppState); 4] = [
        |s| drop(do_(s, Command::Go(Room::Gallery))),
        |s| drop(do_(s, Command::Write(WriteCommand::NewConversation))),
        |s| {
            do_(s, Command::Write(WriteCommand::NewConversation));
            do_(s, Command::Write(WriteCommand::SetDraft("of another talk".into())));
        },
        |s| drop(do_(s, Command::Write(WriteCommand::OpenConversation(ConversationId("other".into()))))),
    ];
    for (i, leave) in ways.into_iter().enumerate() {
        let (mut s, id, talk) = queued();
        leave(&mut s);
        let (open, draft) = (s.write.open.id.clone(), s.write.draft.clone());
        // What comes meanwhile is in the prompt of the next question.
        engine(&mut s, id, TextNews::Token { text: "b".into() });
        let effects = engine(&mut s, id, EventKind::Finished(stats()));
        assert_eq!(sent(&effects, &talk), Some(["One", "ab", "More"].map(String::from).to_vec()), "way {i}");
        assert_eq!((&s.write.open.id, s.write.draft.as_str()), (&open, if i == 0 { "" } else { &draft }), "way {i}");
        assert!(!s.write.left.messages.contains_key(&Some(talk.clone())), "way {i}: it is no draft any more");
        assert_eq!(s.write.job_of(&talk).map(|job| job.turn), Some(4), "way {i}");
    }
}

#[test]
fn a_message_that_waits_comes_back_with_its_talk_and_is_sent_once() {
    let (mut s, id, talk) = queued();
    let data = on_disk(&s);
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    reopen(&mut s, data);
    assert!(s.write.held && s.write.draft == "More");
    let effects = engine(&mut s, id, EventKind::Finished(stats()));
    assert!(sent(&effects, &talk).is_some());
    assert_eq!(page(&s), ["One", "a", "More", ""]);
    // Whoever types on in it has not said that it is ready.
    let (mut s, id, talk) = queued();
    let data = on_disk(&s);
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    reopen(&mut s, data);
    do_(&mut s, Command::Write(WriteCommand::SetDraft("More, and".into())));
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    assert!(sent(&engine(&mut s, id, EventKind::Finished(stats())), &talk).is_none());
    assert_eq!(s.write.message_of(&Some(talk)), "More, and");
}

#[test]
fn a_message_that_waits_is_looked_at_first_where_the_answer_failed() {
    let (mut s, id, talk) = queued();
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    let effects = engine(&mut s, id, EventKind::Failed(StudioError::other(Both::same("out of luck"))));
    assert!(sent(&effects, &talk).is_none());
    assert_eq!(s.write.message_of(&Some(talk)), "More");
}

/// Regression: Enter on an empty message raised an error.
#[test]
fn an_empty_message_is_not_sent_and_nothing_is_said() {
    let mut s = state();
    assert!(say(&mut s, "  ").is_empty());
    assert!(s.write.error.is_none() && s.write.open.turns.is_empty());
}

/// A state with Gemma in use: its terms are not agreed to, its file is here and not checked.
fn with_gemma() -> AppState {
    let mut s = state();
    s.settings.room = Room::Write;
    let mut gemma = entry("gemma", Makes::Text, ModelPresence::Unchecked { path: "/m/g.gguf".into() });
    let text = || "be good".to_owned();
    gemma.card.terms = Some(Terms { url: "https://example.org".into(), text: text(), text_zh: text() });
    s.catalogue.entries.push(gemma);
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Model("gemma".into()))));
    s
}

/// Regression: the window went to Models without a word, and each try left one more question behind.
#[test]
fn terms_are_shown_in_write_and_a_second_question_takes_the_place_of_the_first() {
    let mut s = with_gemma();
    say(&mut s, "One");
    let asking = |s: &AppState| s.catalogue.entry("gemma").unwrap().asking;
    assert!(asking(&s) && s.room() == Room::Write && s.write.waits_here());
    say(&mut s, "Two");
    assert_eq!(page(&s), ["Two"]);
    say(&mut s, "Two");
    assert_eq!(page(&s), ["Two"]);
    assert_eq!(s.write.open.shelf.siblings(&s.write.open.turns[0]).len(), 2, "the first is beside it");
    let effects = do_(&mut s, Command::Models(ModelsCommand::AnswerTerms("gemma".into(), true)));
    assert!(effects.contains(&Effect::Catalogue(CatalogueRequest::Fetch("gemma".into()))));
    let kind = FetchEventKind::Finished { path: "/m/g.gguf".into() };
    let effects = update(&mut s, Input::Fetch(FetchEvent { id: "gemma".into(), kind }));
    let Task::Text(request) = submitted(&effects).1 else { panic!() };
    let TextPrompt::Chat(turns) = &request.prompt else { panic!() };
    assert_eq!(turns.iter().map(|turn| turn.content.as_str()).collect::<Vec<_>>(), ["Two"]);
    // From anywhere else they are in Models, whatever was shown there alone.
    let mut s = with_gemma();
    s.models.filter = Some(Makes::Image);
    s.settings.room = Room::Create;
    do_(&mut s, Command::Models(ModelsCommand::Fetch("gemma".into())));
    assert_eq!((s.room(), s.models.filter), (Room::Models, None));
}

/// Regression: the model that was chosen in a new talk was that of all the old ones.
#[test]
fn a_talk_keeps_the_model_that_wrote_it() {
    let mut s = state();
    s.catalogue.entries.push(entry("other", Makes::Text, ModelPresence::Here { path: "/m/o.gguf".into() }));
    answered(&mut s, "One", "x");
    let old = on_disk(&s);
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Model("other".into()))));
    reopen(&mut s, old.clone());
    assert_eq!(s.text().model, SMOLLM_ID);
    // What is begun takes the one in use.
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    assert_eq!(s.text().model, "other");
    // One that is chosen in a talk stays with it, whether or not it has answered.
    reopen(&mut s, old);
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Model("other".into()))));
    let again = on_disk(&s);
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    reopen(&mut s, again);
    assert_eq!(s.text().model, "other");
}

/// Regression: "Thrown away" was said, and the half answer stood there.
#[test]
fn jobs_that_are_not_done_leave_what_is_written_and_say_so() {
    let mut s = state();
    s.settings.room = Room::Write;
    let (id, _) = submitted(&say(&mut s, "Hello"));
    engine(&mut s, id, TextNews::Token { text: "Once upon".into() });
    let (desk, data) = (s.desk_now(), on_disk(&s));
    let mut s = state();
    reopen(&mut s, data);
    update(&mut s, Input::Store(StoreEvent::Desk(Box::new(desk))));
    let effects = do_(&mut s, Command::Waiting(WaitingCommand::Discard));
    assert!(s.notices.list.iter().any(|n| matches!(n.kind, NoticeKind::JobsForgotten(_))));
    assert_eq!(page(&s), ["Hello", "Once upon"]);
    assert!(s.write.open.turns[1].info.is_some(), "it says that it was stopped");
    assert!(journal(&effects).iter().any(|entry| matches!(entry, JournalEntry::End { id: 2, .. })));
}
