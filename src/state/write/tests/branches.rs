//! Edits and new answers stand beside the old ones.

use super::*;

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
