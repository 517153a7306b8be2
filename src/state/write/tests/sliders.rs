//! Sliders, the model and its draft model: where they start, and whose they are.

use super::*;

#[test]
fn sliders_start_where_the_models_card_says_and_stay_where_a_person_put_them() {
    let mut s = state();
    s.catalogue.entries[1].card.defaults =
        CardDefaults { dry_multiplier: Some(0.8), dry_penalty_last_n: Some(256), ..CardDefaults::default() };
    s.catalogue.entries.push(entry("large", Makes::Text, ModelPresence::Here { path: "/m/l.gguf".into() }));
    s.settle_text_sliders();
    assert_eq!((s.text().dry_multiplier, s.text().dry_penalty_last_n), (0.8, 256));
    let choose = |s: &mut AppState, id: &str| do_(s, Command::Write(WriteCommand::SetText(TextEdit::Model(id.into()))));
    choose(&mut s, "large");
    assert_eq!((s.text().dry_multiplier, s.text().dry_penalty_last_n), (0.0, 64), "a large model needs none");
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::DryMultiplier, 0.3))));
    choose(&mut s, SMOLLM_ID);
    assert_eq!((s.text().dry_multiplier, s.text().dry_penalty_last_n), (0.3, 256), "what was moved stays");
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::DryMultiplier, 0.0))));
    s.settle_text_sliders();
    assert_eq!(s.text().dry_multiplier, 0.0, "and the next start does not move it");
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Reset)));
    assert_eq!(s.text().dry_multiplier, 0.8);
}

#[test]
fn a_draft_model_goes_along_and_never_is_the_model_itself() {
    let mut s = state();
    s.catalogue.entries.push(entry("small", Makes::Text, ModelPresence::Here { path: "/m/small.gguf".into() }));
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Draft(Some("small".into())))));
    let effects = say(&mut s, "Hello");
    let (id, job) = submitted(&effects);
    let Task::Text(request) = job else { panic!() };
    assert_eq!(request.draft.as_ref().unwrap().files, ModelFiles::File("/m/small.gguf".into()));
    // That there is no room for it is said once, not under each answer.
    let left_out = StudioError::from(Cause::DraftLeftOut { draft: "small".into(), needed: 9, free: 3 });
    for _ in 0..2 {
        engine(&mut s, id, TextNews::WithoutDraft { error: left_out.clone() });
    }
    assert_eq!(s.notices.list.iter().filter(|n| matches!(&n.kind, NoticeKind::Problem(_))).count(), 1);
    let Outcome::Text(figures) = stats() else { panic!() };
    let figures = TextStats { drafted_tokens: 8, accepted_tokens: 5, ..figures };
    engine(&mut s, id, TextNews::Token { text: "Hi".into() });
    engine(&mut s, id, EventKind::Finished(Outcome::Text(figures)));
    let info = s.write.open.turns[1].info.as_ref().unwrap();
    assert_eq!((info.drafted_tokens, info.accepted_tokens), (8, 5));

    // One that has gone is said before anything is sent.
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Draft(Some("gone".into())))));
    let effects = say(&mut s, "And now?");
    assert!(!effects.iter().any(|e| matches!(e, Effect::Submit { .. })));
    assert!(matches!(s.write.error.as_ref().unwrap().cause(), Cause::UnknownModel { id, .. } if id == "gone"));

    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Draft(Some("small".into())))));
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Model("small".into()))));
    assert_eq!(s.settings.text.draft, None);
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
