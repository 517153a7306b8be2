//! Conversations in which nothing was said.

use super::*;
use crate::state::write::tests::harness::page;

fn talks_with_ada() -> (AppState, Vec<Effect>) {
    let mut s = state();
    do_(&mut s, Command::Go(Room::Write));
    s.personas.kept = vec![kept("a", "Ada")];
    let effects = persona(&mut s, PersonaCommand::Talk(PersonaId("a".into())));
    (s, effects)
}

#[test]
fn a_talk_in_which_nothing_was_said_leaves_nothing_behind() {
    let (mut s, effects) = talks_with_ada();
    assert_eq!((page(&s), journal(&effects)), (vec!["Good evening."], vec![]));
    assert!(s.write.conversations.is_empty());
    // Looking at another greeting says nothing.
    let other = s.write.open.shelf.turns()[0].id;
    assert_eq!(do_(&mut s, Command::Write(WriteCommand::SelectBranch(other))), []);
    assert_eq!(page(&s), ["Hm?"]);
    let effects = persona(&mut s, PersonaCommand::Talk(PersonaId("a".into())));
    assert!(journal(&effects).is_empty());
    assert_eq!(do_(&mut s, Command::Write(WriteCommand::NewConversation)), []);
    assert!(s.write.conversations.is_empty());
}

#[test]
fn a_talk_is_kept_whole_from_the_first_thing_that_the_person_does_in_it() {
    type Do = fn(&mut AppState) -> Vec<Effect>;
    let acts: &[(&str, Do)] = &[
        ("a message", |s| {
            let mut effects = do_(s, Command::Write(WriteCommand::SetDraft("Hello".into())));
            effects.extend(do_(s, Command::Write(WriteCommand::Send)));
            effects
        }),
        ("half a message", |s| do_(s, Command::Write(WriteCommand::SetDraft("Hel".into())))),
        ("a title", |s| {
            let id = s.write.open.id.clone().unwrap();
            do_(s, Command::Write(WriteCommand::RenameConversation(id, "Tea".into())))
        }),
        ("a system prompt", |s| do_(s, Command::Write(WriteCommand::SetSystemPrompt("Be brief.".into())))),
        ("a card", |s| do_(s, Command::Write(WriteCommand::Card(CardEdit::Add(CardKind::Cast))))),
        ("another greeting", |s| {
            let shown = s.write.open.turns[0].id;
            do_(s, Command::Write(WriteCommand::BeginEdit(shown)))
        }),
        ("sliders", |s| {
            // At once: the window may be closed before they are saved.
            let effects = do_(s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::TopK, 7.0))));
            do_(s, Command::Write(WriteCommand::NewConversation));
            effects
        }),
    ];
    for (name, act) in acts {
        let (mut s, _) = talks_with_ada();
        let other = s.write.open.shelf.turns()[0].id;
        do_(&mut s, Command::Write(WriteCommand::SelectBranch(other)));
        let effects = act(&mut s);
        let entries = journal(&effects);
        assert!(matches!(entries[0], JournalEntry::Title { .. } | JournalEntry::System { .. }), "{name}: {entries:?}");
        let count = |is: fn(&JournalEntry) -> bool| entries.iter().filter(|entry| is(entry)).count();
        assert_eq!(count(|e| matches!(e, JournalEntry::Speaker { .. })), 1, "{name}");
        assert_eq!(count(|e| matches!(e, JournalEntry::Select { .. })), 2, "{name}: the greeting that is shown");
        assert!(count(|e| matches!(e, JournalEntry::Begin { .. })) >= 2, "{name}");
        assert_eq!(s.write.conversations.len(), 1, "{name}");
        let title = if *name == "a title" { "Tea" } else { "Ada" };
        assert_eq!(s.write.conversations[0].title, title);
        let later = do_(&mut s, Command::Write(WriteCommand::SetSystemPrompt("Be kind.".into())));
        assert!(!journal(&later).iter().any(|e| matches!(e, JournalEntry::Speaker { .. })), "{name}: once");
    }
}
