//! Several conversations at once: whose answer is written, which questions wait, what stays with a conversation.

use super::write::{answered, page, say, stats};
use super::*;

/// What the file of the open conversation says.
fn on_disk(s: &AppState) -> ConversationData {
    let open = s.write.open.clone();
    let (id, title, system) = (open.id.unwrap(), open.title, open.system);
    let OpenConversation { turns, shelf, page, pictures, manner, .. } = open;
    ConversationData { id, title, system, turns, shelf, page, pictures, manner, ..Default::default() }
}

fn reopen(s: &mut AppState, data: ConversationData) -> Vec<Effect> {
    do_(s, Command::Write(WriteCommand::OpenConversation(data.id.clone())));
    update(s, Input::Store(StoreEvent::Conversation(Box::new(data))))
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

fn text(s: &mut AppState, id: JobId, text: &str) -> Vec<Effect> {
    engine(s, id, TextNews::Token { text: text.into() })
}

fn finish(s: &mut AppState, id: JobId) -> Vec<Effect> {
    engine(s, id, EventKind::Finished(stats()))
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

/// Regression: sliders, the form of the answer and what is left out followed into the next conversation.
#[test]
fn sliders_stay_with_their_conversation_unless_the_person_says_so() {
    let mut s = state();
    let defaults = s.settings.text.clone();
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::Temperature, 0.1))));
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Form(AnswerForm::Json))));
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Overflow(Overflow::Middle))));
    let effects = say(&mut s, "One");
    let (id, Task::Text(request)) = submitted(&effects) else { panic!() };
    assert_eq!((request.params.temperature, request.params.overflow), (0.1, Overflow::Middle));
    assert!(request.params.grammar.is_some());
    let kept = journal(&effects).into_iter().find_map(|entry| match entry {
        JournalEntry::Sliders { params } => Some((**params).clone()),
        _ => None,
    });
    assert_eq!(kept.as_ref(), Some(s.text()), "they are in its file");
    text(&mut s, id, "{}");
    finish(&mut s, id);
    let one = on_disk(&s);
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    assert_eq!((s.text(), &s.settings.text), (&defaults, &defaults));
    do_(&mut s, Command::Write(WriteCommand::Page(PageCommand::New)));
    assert_eq!(s.text(), &defaults);
    // Another one in between, whose sliders were never moved.
    answered(&mut s, "Two", "x");
    reopen(&mut s, one);
    assert_eq!(s.text().temperature, 0.1);
    do_(&mut s, Command::Write(WriteCommand::UseSliders));
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    assert_eq!((s.text().temperature, s.text().overflow), (0.1, Overflow::Middle));
}

#[test]
fn a_model_is_chosen_for_what_comes_too_but_not_in_a_characters_conversation() {
    let mut s = state();
    s.catalogue.entries.push(entry("other", Makes::Text, ModelPresence::Here { path: "/m/o.gguf".into() }));
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::Temperature, 0.3))));
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Draft(Some("small".into())))));
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Model("other".into()))));
    assert_eq!((s.text().model.as_str(), s.text().draft.as_ref()), ("other", None));
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    assert_eq!((s.text().model.as_str(), s.text().temperature), ("other", TextParams::default().temperature));
    let persona = Persona { name: "Ada".into(), ..Persona::default() };
    update(&mut s, Input::Store(StoreEvent::PersonaOpened { persona: Box::new(persona), left_out: Vec::new() }));
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Model(SMOLLM_ID.into()))));
    assert_eq!((s.text().model.as_str(), s.settings.text.model.as_str()), (SMOLLM_ID, "other"));
}

#[test]
fn a_forms_answer_takes_the_sliders_that_were_moved_for_it() {
    let mut s = state();
    do_(&mut s, Command::Write(WriteCommand::OpenForm("poem".into())));
    do_(&mut s, Command::Write(WriteCommand::SetFormField("topic".into(), "snow".into())));
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::Context, 1024.0))));
    let effects = do_(&mut s, Command::Write(WriteCommand::WriteForm));
    let (_, Task::Text(request)) = submitted(&effects) else { panic!() };
    assert_eq!(request.params.context, 1024);
    assert_ne!(s.settings.text.context, 1024);
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

#[test]
fn only_models_that_can_draft_are_offered() {
    let mut s = state();
    let here = |id: &str, bytes| {
        let mut entry = entry(id, Makes::Text, ModelPresence::Here { path: format!("/m/{id}").into() });
        entry.card.files[0].bytes = bytes;
        entry
    };
    s.catalogue.entries.extend([here("alike", 10), here("other words", 20), here("as large", 98_362_432)]);
    assert!(s.is_drafts_due() && s.drafts().is_none());
    let effects = do_(&mut s, Command::Write(WriteCommand::FindDrafts));
    let [Effect::Catalogue(CatalogueRequest::FindDrafts { model, smaller })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(model.files, ModelFiles::File("/m/s.gguf".into()));
    assert_eq!(smaller.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["alike", "other words"]);
    assert!(do_(&mut s, Command::Write(WriteCommand::FindDrafts)).is_empty(), "one at a time");
    update(&mut s, Input::Drafts(vec!["alike".into()]));
    assert_eq!(s.drafts(), Some(&["alike".to_owned()][..]));
    // For another model all is open again; one that nothing is smaller than needs no look.
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Model("alike".into()))));
    assert!(s.drafts().is_none());
    assert!(do_(&mut s, Command::Write(WriteCommand::FindDrafts)).is_empty());
    assert_eq!(s.drafts(), Some(&[][..]));
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

#[test]
fn a_title_has_no_marks_of_markdown_or_mathematics() {
    let mut s = state();
    say(&mut s, "**Why** is $x^2$ never negative?\nIn one line.");
    assert_eq!(
        (s.write.open.title.as_str(), s.write.conversations[0].title.as_str()),
        ("Why is x² never negative?", "Why is x² never negative?")
    );
}
