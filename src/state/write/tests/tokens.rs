//! What the model weighed for each token: shown, kept, and gone on from.

use super::*;

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

/// Regression: looking inside was over once another conversation was opened.
#[test]
fn what_was_weighed_is_there_again_when_its_conversation_is() {
    let mut s = state();
    let choice = |text: &str| TokenChoice { bytes: text.as_bytes().to_vec(), probability: 1.0, others: vec![] };
    let weigh = |s: &mut AppState, id, text: &str| {
        engine(s, id, TextNews::Weighed(choice(text)));
        engine(s, id, TextNews::Token { text: text.into() });
    };
    let (id, _) = submitted(&say(&mut s, "Hello"));
    weigh(&mut s, id, "A");
    finish(&mut s, id);
    let one = on_disk(&s);
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    assert!(s.write.weighed.is_empty());
    // One that is written while another is shown.
    let (id, _) = submitted(&say(&mut s, "Two"));
    let mut two = on_disk(&s);
    reopen(&mut s, one);
    assert_eq!(s.write.weighed[&2], [choice("A")]);
    weigh(&mut s, id, "B");
    finish(&mut s, id);
    assert_eq!(s.write.weighed[&2], [choice("A")]);
    two.turns[1].message.content = "B".into();
    reopen(&mut s, two);
    assert_eq!(s.write.weighed[&2], [choice("B")]);
}

/// Half a character is no place to go on from.
#[test]
fn no_branch_begins_inside_a_character() {
    let mut s = state();
    let moon = "月".as_bytes();
    let token = |bytes: &[u8]| TokenChoice { bytes: bytes.to_vec(), probability: 1.0, others: vec![] };
    let others = vec![token(&moon[..1]), token(b"x")];
    let (id, _) = submitted(&say(&mut s, "Hello"));
    engine(&mut s, id, TextNews::Weighed(TokenChoice { others, ..token(b"a") }));
    text(&mut s, id, "a");
    finish(&mut s, id);
    assert!(do_(&mut s, Command::Write(WriteCommand::BranchAtToken { turn: 2, token: 0, other: 0 })).is_empty());
    submitted(&do_(&mut s, Command::Write(WriteCommand::BranchAtToken { turn: 2, token: 0, other: 1 })));
}

/// What the file of a conversation has is what the journal was told.
#[test]
fn tokens_are_there_again_after_a_restart() {
    let mut s = state();
    let token = |text: &str| TokenChoice { bytes: text.into(), probability: 0.5, others: vec![] };
    let (id, _) = submitted(&say(&mut s, "Hello"));
    engine(&mut s, id, TextNews::Weighed(token("Hi")));
    text(&mut s, id, "Hi");
    let effects = engine(&mut s, id, EventKind::Finished(stats()));
    let kept = journal(&effects).into_iter().find_map(|entry| match entry {
        JournalEntry::Weighed { id: 2, tokens } => weighed::unpack(tokens),
        _ => None,
    });
    let kept = kept.expect("the journal is told");
    assert_eq!(kept.iter().map(TokenChoice::text).collect::<String>(), "Hi");
    let data = on_disk(&s);
    for (content, there) in [("Hi", true), ("Hi there", false)] {
        let mut fresh = state();
        let mut data = ConversationData { weighed: [(2, kept.clone())].into(), ..data.clone() };
        data.turns[1].message.content = content.into();
        reopen(&mut fresh, data);
        assert_eq!(fresh.write.weighed.contains_key(&2), there, "{content}: as far as they are the answer's");
    }
    // Gone on with so that a stop text is missing: what was kept is no more.
    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::ContinueWriting)));
    text(&mut s, id, " there");
    let effects = engine(&mut s, id, EventKind::Finished(stats()));
    let gone = JournalEntry::Weighed { id: 2, tokens: String::new() };
    assert!(journal(&effects).contains(&&gone), "{effects:?}");
}
