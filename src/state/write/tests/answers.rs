//! An answer streams, is stopped, goes on, and is kept with what it was written with.

use super::*;

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
    s.settings.room = Room::Write;
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
fn a_second_send_waits_for_the_first() {
    let mut s = state();
    say(&mut s, "One");
    assert!(say(&mut s, "Two").is_empty());
    assert_eq!(s.write.draft, "Two");
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

/// Regression: an answer that was stopped had "0 tok/s", and one that went on counted its end alone.
#[test]
fn figures_are_those_of_the_whole_answer() {
    let mut s = state();
    let (id, _) = submitted(&say(&mut s, "Hello"));
    engine(&mut s, id, EventKind::Ready { load_s: 0.0 });
    for piece in 0..11 {
        s.now_ms += if piece == 0 { 500 } else { 100 };
        text(&mut s, id, "a");
    }
    do_(&mut s, Command::Write(WriteCommand::StopWriting));
    s.now_ms += 9_000;
    engine(&mut s, id, EventKind::Cancelled);
    let info = |s: &AppState| s.write.open.turns[1].info.clone().unwrap();
    let stopped = info(&s);
    assert_eq!((stopped.completion_tokens, stopped.finish_reason), (11, None));
    assert!((stopped.decode_tok_s - 10.0).abs() < 1e-9 && (stopped.ttft_s - 0.5).abs() < 1e-9, "{stopped:?}");

    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::ContinueWriting)));
    text(&mut s, id, "b");
    assert_eq!(s.write.job.as_ref().unwrap().tokens(), 12, "the line above the field counts all");
    let Outcome::Text(rest) = stats() else { panic!() };
    let rest = TextStats { completion_tokens: 40, decode_tok_s: 20.0, ttft_s: 3.0, ..rest };
    engine(&mut s, id, EventKind::Finished(Outcome::Text(rest)));
    let whole = info(&s);
    assert_eq!((whole.completion_tokens, whole.finish_reason), (51, Some(FinishReason::Stop)));
    assert!((whole.decode_tok_s - 51.0 / (1.1 + 2.0)).abs() < 1e-9 && (whole.ttft_s - 0.5).abs() < 1e-9, "{whole:?}");
}
