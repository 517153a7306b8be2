//! Thoughts: kept with the answer, and no part of it.

use super::*;

const WHOLE: &str = "<think>\nhm, four\n</think>\n\nFour.";

/// A conversation whose answer thought for two tokens.
fn thought() -> AppState {
    let mut s = state();
    let (id, _) = submitted(&say(&mut s, "2 + 2?"));
    for piece in ["<think>\n", "hm,", " four", "\n", "</think>", "\n\n", "Four."] {
        let choice = TokenChoice { bytes: piece.into(), probability: 1.0, others: Vec::new() };
        engine(&mut s, id, TextNews::Weighed(choice));
        engine(&mut s, id, TextNews::Token { text: piece.into() });
    }
    engine(&mut s, id, EventKind::Finished(stats()));
    s
}

/// What the model is to read.
fn read(effects: &[Effect]) -> Vec<Message> {
    let Task::Text(request) = submitted(effects).1 else { panic!() };
    let TextPrompt::Chat(messages) = &request.prompt else { panic!() };
    messages.clone()
}

#[test]
fn a_thought_is_kept_and_counted_with_its_answer() {
    let s = thought();
    let turn = &s.write.open.turns[1];
    assert_eq!(turn.message.content, WHOLE);
    assert_eq!(turn.info.as_ref().unwrap().thought_tokens, 3, "tags are no thought");
    assert!(s.write.weighed.contains_key(&turn.id), "it can be looked into");
    assert_eq!(s.write.open.title, "2 + 2?");
}

#[test]
fn what_was_thought_is_not_sent_again() {
    let mut s = thought();
    let messages = read(&say(&mut s, "Sure?"));
    let texts: Vec<_> = messages.iter().map(|m| m.content.as_str()).collect();
    assert_eq!(texts[texts.len() - 3..], ["2 + 2?", "Four.", "Sure?"]);
}

#[test]
fn an_answer_that_is_gone_on_with_keeps_its_thought() {
    let mut s = thought();
    assert_eq!(read(&do_(&mut s, Command::Write(WriteCommand::ContinueWriting))).last().unwrap().content, WHOLE);
    // Tags that a person writes are the person's text.
    let mut s = state();
    let messages = read(&say(&mut s, "<think>a</think>b"));
    assert_eq!(messages.last().unwrap().content, "<think>a</think>b");
}

#[test]
fn stopping_inside_a_thought_keeps_it_and_a_tag_alone_is_nothing() {
    let mut s = state();
    let (id, _) = submitted(&say(&mut s, "Hello"));
    engine(&mut s, id, TextNews::Token { text: "<think>\n".into() });
    engine(&mut s, id, EventKind::Cancelled);
    assert_eq!(s.write.open.turns.len(), 1, "nothing was thought");
    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::Regenerate)));
    engine(&mut s, id, TextNews::Token { text: "<think>\n".into() });
    engine(&mut s, id, TextNews::Token { text: "hm".into() });
    engine(&mut s, id, EventKind::Cancelled);
    let turn = &s.write.open.turns[1];
    assert_eq!((turn.message.content.as_str(), turn.message.said()), ("<think>\nhm", ""));
    assert_eq!(turn.info.as_ref().unwrap().thought_tokens, 1);
    // Gone on with, it counts from its beginning.
    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::ContinueWriting)));
    for piece in [" so", "</think>", "Yes"] {
        engine(&mut s, id, TextNews::Token { text: piece.into() });
    }
    engine(&mut s, id, EventKind::Finished(stats()));
    assert_eq!(s.write.open.turns[1].info.as_ref().unwrap().thought_tokens, 2);
    assert_eq!(s.write.open.turns[1].message.said(), "Yes");
}

#[test]
fn copies_edits_pages_and_files_have_the_answer_alone() {
    let mut s = thought();
    let id = s.write.open.turns[1].id;
    assert!(do_(&mut s, Command::Write(WriteCommand::CopyTurn(id))).contains(&Effect::CopyText("Four.".into())));
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(id)));
    assert_eq!(s.write.editing, Some((id, "Four.".to_owned())));
    do_(&mut s, Command::Write(WriteCommand::CancelEdit));
    let effects =
        do_(&mut s, Command::Write(WriteCommand::ExportConversation(crate::writing::export::TextFormat::Markdown)));
    assert!(!format!("{effects:?}").contains("hm, four") && format!("{effects:?}").contains("Four."));
    do_(&mut s, Command::Write(WriteCommand::Page(PageCommand::Of(vec![id]))));
    assert_eq!(s.write.open.page.as_ref().unwrap().text.as_str(), "Four.");
}

#[test]
fn a_form_checks_the_answer_alone() {
    let mut s = state();
    do_(&mut s, Command::Write(WriteCommand::OpenForm("poem".into())));
    let fields: Vec<String> =
        crate::writing::forms::find("poem").unwrap().fields.iter().map(|f| f.id.clone()).collect();
    for field in fields {
        if s.write.form.as_ref().unwrap().values.get(&field).is_none_or(|value| value.is_empty()) {
            do_(&mut s, Command::Write(WriteCommand::SetFormField(field, "rain".into())));
        }
    }
    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::WriteForm)));
    engine(&mut s, id, TextNews::Token { text: "<think>\na line\n</think>\n\nRain falls".into() });
    engine(&mut s, id, EventKind::Finished(stats()));
    let told = format!("{:?}", s.write.findings);
    assert!(!told.contains("think") && !told.contains("a line"), "{told}");
}

#[test]
fn a_prompt_for_a_picture_is_not_what_was_thought_about_it() {
    let mut s = thought();
    let id = s.write.open.turns[1].id;
    let effects = do_(&mut s, Command::Write(WriteCommand::PictureOfTurn(id)));
    let (helper, job) = submitted(&effects);
    let Task::Text(request) = job else { panic!() };
    let TextPrompt::Chat(messages) = &request.prompt else { panic!() };
    assert_eq!(messages[1].content, "Four.");
    assert!(request.params.stop.is_empty() && request.params.max_tokens > 1000, "there is room to think");
    engine(&mut s, helper, TextNews::Token { text: "<think>\nA cat?\n\nNo, a number.\n</think>\n\n".into() });
    assert!(s.create.helper.is_some(), "a paragraph of the thought ends nothing");
    let effects = engine(&mut s, helper, TextNews::Token { text: "a brass four\n\nmore".into() });
    assert_eq!(effects, [Effect::Cancel(helper)]);
    assert_eq!(s.settings.image.prompt, "a brass four");
    assert!(s.create.helper.is_none());
}
