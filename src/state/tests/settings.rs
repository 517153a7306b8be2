//! Settings, notices, and questions that are asked once.

use super::*;

#[test]
fn settings_are_written_once_they_rest() {
    let mut s = state();
    for step in 0..5 {
        do_(
            &mut s,
            Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Steps, f64::from(10 + step)))),
        );
        assert!(do_(&mut s, Command::Tick).is_empty());
        s.now_ms += 300;
    }
    assert!(s.next_deadline_ms().is_some());
    s.now_ms += 1_000;
    let effects = do_(&mut s, Command::Tick);
    assert!(matches!(&effects[..], [Effect::Store(StoreRequest::SaveSettings(saved))] if saved.image.steps == 14));
    assert!(do_(&mut s, Command::Tick).is_empty());
    assert_eq!(s.next_deadline_ms(), None, "then nothing wakes the program");
}

#[test]
fn notes_go_by_themselves_but_problems_stay() {
    let mut s = state();
    s.note(NoticeKind::Copied);
    s.problem(Cause::EngineGone.into());
    s.now_ms += NOTICE_MS;
    do_(&mut s, Command::Tick);
    assert_eq!(s.notices.list.len(), 1);
    let id = s.notices.list[0].id;
    do_(&mut s, Command::DismissNotice(id));
    assert!(s.notices.list.is_empty());
}

#[test]
fn the_language_switches_while_running() {
    let mut s = state();
    do_(&mut s, Command::Settings(SettingsCommand::SetLang(Lang::Zh)));
    assert_eq!((s.lang, s.settings.lang), (Lang::Zh, Some(Lang::Zh)));
}

#[test]
fn terms_are_agreed_to_once_before_the_first_fetch() {
    let mut s = state();
    let mut gemma = entry("gemma", Makes::Text, ModelPresence::Absent);
    let text = || "be good".to_owned();
    gemma.card.terms = Some(Terms { url: "https://example.org".into(), text: text(), text_zh: text() });
    s.catalogue.entries.push(gemma);
    let asking = |s: &AppState| s.catalogue.entry("gemma").unwrap().asking;
    assert!(do_(&mut s, Command::Models(ModelsCommand::Fetch("gemma".into()))).is_empty(), "nothing is fetched yet");
    assert!(asking(&s) && s.room() == Room::Models);
    assert!(do_(&mut s, Command::Models(ModelsCommand::AnswerTerms("gemma".into(), false))).is_empty());
    assert!(!asking(&s) && s.settings.agreed.is_empty());
    // A message to it asks as well, and is not lost.
    s.settings.text.model = "gemma".into();
    do_(&mut s, Command::Write(WriteCommand::SetDraft("Once upon a time".into())));
    do_(&mut s, Command::Write(WriteCommand::Send));
    assert!(asking(&s) && s.write.job.is_none());
    assert_eq!(s.write.open.turns[0].message.content, "Once upon a time");
    let effects = do_(&mut s, Command::Models(ModelsCommand::AnswerTerms("gemma".into(), true)));
    assert!(
        effects.contains(&Effect::Catalogue(CatalogueRequest::Fetch("gemma".into()))) && s.settings.agreed == ["gemma"]
    );
}

#[test]
fn another_start_of_the_program_is_told() {
    let mut s = state();
    assert_eq!(do_(&mut s, Command::StartAgain), []);
    assert!(s.notices.list.iter().any(|notice| notice.kind == NoticeKind::OpenAlready));
}
