//! What has room in the model's context, and what is left out.

use super::*;

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

/// Regression: Enter was refused where the ledger had promised a shorter answer.
#[test]
fn what_has_no_room_is_left_out_unless_the_person_says_otherwise() {
    assert_eq!(TextParams::default().overflow, Overflow::Roll);
    let mut s = state();
    answered(&mut s, "One", "x");
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Overflow(Overflow::Stop))));
    let (id, _) = submitted(&say(&mut s, "Two"));
    let long = Cause::PromptTooLong { tokens: 9000, context: 4096 };
    engine(&mut s, id, EventKind::Failed(long.into()));
    assert_eq!(page(&s), ["One", "x", "Two"]);
    // The button on the notice.
    let effects = do_(&mut s, Command::Write(WriteCommand::AnswerWith(Overflow::Roll)));
    let (id, Task::Text(request)) = submitted(&effects) else { panic!() };
    assert_eq!((request.params.overflow, s.write.error.is_none()), (Overflow::Roll, true));
    text(&mut s, id, "y");
    let Outcome::Text(cut) = stats() else { panic!() };
    let cut = TextStats { finish_reason: FinishReason::ContextFull, dropped_turns: 2, ..cut };
    engine(&mut s, id, EventKind::Finished(Outcome::Text(cut)));
    // An answer that was cut goes on.
    submitted(&do_(&mut s, Command::Write(WriteCommand::AnswerWith(Overflow::Middle))));
    assert_eq!(page(&s), ["One", "x", "Two", "y"]);
}

#[test]
fn the_place_is_known_from_which_the_model_reads() {
    let mut s = state();
    for (question, answer) in [("a", "b"), ("c", "d"), ("e", "f")] {
        answered(&mut s, question, answer);
    }
    assert_eq!(s.not_read(), None);
    let drop = |s: &mut AppState, dropped_turns, overflow| {
        do_(s, Command::Write(WriteCommand::SetText(TextEdit::Overflow(overflow))));
        s.write.open.turns.last_mut().unwrap().info.as_mut().unwrap().dropped_turns = dropped_turns;
        s.not_read()
    };
    assert_eq!(drop(&mut s, 2, Overflow::Roll), Some(0..2));
    assert_eq!(drop(&mut s, 2, Overflow::Middle), Some(2..4));
    assert_eq!(drop(&mut s, 99, Overflow::Roll), None);
    assert_eq!(drop(&mut s, 0, Overflow::Roll), None);
    // What is measured of the next prompt comes first.
    s.write.ledger.found = Some(Ledger { serial: 0, parts: Vec::new(), context: 9, answer: 1, dropped_turns: 4 });
    assert_eq!(s.not_read(), Some(0..4));
}
