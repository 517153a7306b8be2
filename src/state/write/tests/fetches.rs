//! Questions whose model is not here: it is fetched, and they are answered then.

use super::*;

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

fn fetched(s: &mut AppState, kind: FetchEventKind) -> Vec<Effect> {
    update(s, Input::Fetch(FetchEvent { id: SMOLLM_ID.into(), kind }))
}

fn here() -> FetchEventKind {
    FetchEventKind::Finished { path: "/m/s.gguf".into() }
}

fn no_source() -> FetchEventKind {
    FetchEventKind::Failed(Cause::NoSourceAnswered { id: SMOLLM_ID.into(), tried: Both::default() }.into())
}

/// Regression: the question stood there for ever.
#[test]
fn a_fetch_that_ends_answers_the_question_that_waited_for_it() {
    for stop in [None, Some(no_source()), Some(FetchEventKind::Cancelled)] {
        let mut s = state();
        s.catalogue.entries[1].presence = ModelPresence::Absent;
        say(&mut s, "Hello");
        match stop {
            None => drop(do_(&mut s, Command::Write(WriteCommand::StopWriting))),
            Some(kind) => drop(fetched(&mut s, kind)),
        }
        assert_eq!(page(&s), ["Hello"]);
        assert!(s.write.job.is_none() && s.write.waits_here());
        do_(&mut s, Command::Models(ModelsCommand::Fetch(SMOLLM_ID.into())));
        assert!(s.write.error.is_none(), "it is tried again");
        let effects = fetched(&mut s, here());
        let (id, Task::Text(request)) = submitted(&effects) else { panic!() };
        let TextPrompt::Chat(messages) = &request.prompt else { panic!() };
        assert_eq!(messages[0].content, "Hello");
        text(&mut s, id, "Hi");
        finish(&mut s, id);
        assert_eq!(page(&s), ["Hello", "Hi"]);
        assert!(!s.write.waits_here());
    }
}

#[test]
fn it_is_answered_where_it_was_asked() {
    let mut s = state();
    s.catalogue.entries[1].presence = ModelPresence::Absent;
    say(&mut s, "Hello");
    let asked = s.write.open.id.clone().unwrap();
    fetched(&mut s, no_source());
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    do_(&mut s, Command::Models(ModelsCommand::Fetch(SMOLLM_ID.into())));
    let effects = fetched(&mut s, here());
    let (id, _) = submitted(&effects);
    let begun = journal(&effects).into_iter().find_map(|entry| match entry {
        JournalEntry::Begin { turn } => Some((turn.id, turn.parent, turn.message.role)),
        _ => None,
    });
    assert_eq!(begun, Some((2, Some(1), Role::Assistant)));
    let effects = text(&mut s, id, "Hi");
    assert!(matches!(&effects[..], [Effect::Store(StoreRequest::Journal { id, .. })] if *id == asked));
    assert!(s.write.open.turns.is_empty());
    finish(&mut s, id);
    // One that was answered otherwise meanwhile, or thrown away, waits no longer.
    for leave in [0, 1] {
        let mut s = state();
        s.catalogue.entries[1].presence = ModelPresence::Absent;
        say(&mut s, "Hello");
        fetched(&mut s, no_source());
        match leave {
            0 => {
                do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Model(ELIZA_ID.into()))));
                s.catalogue.entries.push(entry(ELIZA_ID, Makes::Text, ModelPresence::Embedded));
                let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::Regenerate)));
                text(&mut s, id, "I see.");
                finish(&mut s, id);
            }
            _ => {
                let id = s.write.open.id.clone().unwrap();
                do_(&mut s, Command::Write(WriteCommand::TrashConversation(id)));
            }
        }
        do_(&mut s, Command::Models(ModelsCommand::Fetch(SMOLLM_ID.into())));
        assert!(!fetched(&mut s, here()).iter().any(|e| matches!(e, Effect::Submit { .. })), "{leave}");
    }
}

/// Regression: a fetch that was stopped said what had come, not what was left on the disk.
#[test]
fn a_fetch_that_was_stopped_says_what_is_on_the_disk() {
    let stopped = |before: ModelPresence, told: &[u64]| {
        let mut s = state();
        s.catalogue.entries[1].presence = before;
        do_(&mut s, Command::Models(ModelsCommand::Fetch(SMOLLM_ID.into())));
        for &done in told {
            fetched(&mut s, FetchEventKind::Progress { done, total: Some(98_362_432), source: "pip".into() });
        }
        fetched(&mut s, FetchEventKind::Cancelled);
        assert!(s.catalogue.entries[1].fetch.is_none());
        s.catalogue.entries[1].presence.clone()
    };
    let partial = |bytes| ModelPresence::Partial { bytes };
    let unchecked = ModelPresence::Unchecked { path: "/m/s.gguf".into() };
    assert_eq!(stopped(ModelPresence::Absent, &[5, 7]), partial(7));
    assert_eq!(stopped(ModelPresence::Absent, &[9, 0]), ModelPresence::Absent, "pip keeps no half files");
    assert_eq!(stopped(partial(5), &[9, 0]), ModelPresence::Absent);
    assert_eq!(stopped(partial(5), &[]), partial(5), "nothing was told");
    assert_eq!(stopped(unchecked.clone(), &[98_362_432]), unchecked);
}
