//! The composer: letters, Enter, forms, and what can be sent.

use aigc_studio::domain::*;
use aigc_studio::error::Cause;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;

use super::focus_message;
use crate::states::*;

#[test]
fn letters_go_into_the_draft() {
    let mut harness = open(write_chat(Lang::En, Theme::Dark));
    focus_message(&mut harness);
    harness.get_by_role_and_label(Part::MultilineTextInput, "Message").type_text("雨");
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::SetDraft("雨".into()))]);
}

#[test]
fn enter_sends_and_shift_enter_starts_a_line() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.write.draft = "rain".into();
    let mut harness = open(state);
    focus_message(&mut harness);
    harness.key_press(Key::Enter);
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::Send)]);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::Enter);
    let commands = asked(&mut harness);
    assert!(matches!(&commands[..], [Command::Write(WriteCommand::SetDraft(d))] if d.contains('\n')), "{commands:?}");
}

#[test]
fn enter_while_an_answer_is_written_sends_once_it_is_complete() {
    let mut state = write_streaming(Lang::En, Theme::Dark);
    state.write.draft = "next".into();
    let mut harness = open(state);
    harness.get_by_label(T::EnterHolds.tr(Lang::En));
    focus_message(&mut harness);
    harness.key_press(Key::Enter);
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::Send)]);
    let _ = update(&mut harness.state_mut().state, Input::Command(Command::Write(WriteCommand::Send)));
    harness.run();
    harness.get_by_label(T::MessageHeld.tr(Lang::En));
    harness.get_by_label(T::HoldNot.tr(Lang::En)).click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::SetDraft("next".into()))]);
}

#[test]
fn send_is_a_button_too_and_waits_for_words() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    let mut harness = open(state.clone());
    harness.get_by_role_and_label(Part::Button, "Send").click();
    assert_eq!(asked(&mut harness), []);
    state.write.draft = "rain".into();
    let mut harness = open(state);
    harness.get_by_role_and_label(Part::Button, "Send").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::Send)]);
}

#[test]
fn the_first_use_says_what_will_be_fetched() {
    let mut harness = open(fresh(Room::Write, Lang::En, Theme::Dark));
    harness.get_by_label_contains("(98.4 MB) will be fetched when you first send");
    harness.get_by_label("Fetch now").click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::Fetch(SMOLLM_ID.into()))]);
    harness.get_by_label("Write a haiku about rain").click();
    assert_eq!(asked(&mut harness), [Command::TakeExample("Write a haiku about rain".into())]);
}

#[test]
fn every_form_opens_with_its_fields_named() {
    use aigc_studio::writing::forms::forms;
    for lang in Lang::ALL {
        for form in forms() {
            let mut state = fresh(Room::Write, lang, Theme::Dark);
            let mut harness = open(state.clone());
            harness.get_by_label(form.name(lang)).click();
            assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::OpenForm(form.id.clone()))]);
            drop(harness);
            state.write.form = Some(FormState { id: form.id.clone(), values: form.defaults(lang) });
            let mut harness = crate::states::harness(state, [1280.0, 1800.0]);
            harness.run();
            for field in form.fields.iter().filter(|f| f.required) {
                assert!(harness.query_all_by_label_contains(field.label(lang)).next().is_some(), "{}", field.id);
            }
            harness.get_by_label(T::Cancel.tr(lang)).click();
            assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::CloseForm)]);
        }
    }
}

/// Regression: while another conversation was written, this one had its Stop, and Enter did nothing.
#[test]
fn who_is_writing_is_said_and_enter_sends_here() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    let mut job = write_streaming(Lang::En, Theme::Dark).write.job.unwrap();
    job.conversation = ConversationId("b".into());
    state.write.job = Some(job);
    state.write.draft = "next".into();
    let mut harness = open(state);
    harness.get_by_label("Writing in “Write a haiku about rain”");
    assert!(harness.query_by_label("Stop").is_none());
    harness.get_by_label("Go there").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::OpenConversation(ConversationId("b".into())))]);
    focus_message(&mut harness);
    harness.key_press(Key::Escape);
    assert_eq!(asked(&mut harness), [], "Esc is for what is shown");
    focus_message(&mut harness);
    harness.key_press(Key::Enter);
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::Send)]);
    harness.get_by_label("Regenerate");
}

#[test]
fn what_is_too_long_has_its_ways_on_the_notice() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.write.open.turns.pop();
    state.settings.text.overflow = Overflow::Stop;
    state.write.error = Some(Cause::PromptTooLong { tokens: 5000, context: 4096 }.into());
    let mut harness = open(state.clone());
    harness.get_by_label(T::OverflowRoll.tr(Lang::En)).click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::AnswerWith(Overflow::Roll))]);
    harness.get_by_label(T::OverflowMiddle.tr(Lang::En)).click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::AnswerWith(Overflow::Middle))]);
    // One message alone that is too long has no turns to leave out.
    state.settings.text.overflow = Overflow::Roll;
    assert!(open(state).query_by_label(T::OverflowRoll.tr(Lang::En)).is_none());
}

#[test]
fn an_english_opener_is_read_in_chinese_and_sent_in_english() {
    let mut state = fresh(Room::Write, Lang::Zh, Theme::Dark);
    state.catalogue.entries[1].card.examples_zh = vec!["Write a haiku about rain.（写一首关于雨的俳句）".into()];
    let mut harness = open(state);
    harness.get_by_label("写一首关于雨的俳句 (Write a haiku about rain.)").click();
    assert_eq!(asked(&mut harness), [Command::TakeExample("Write a haiku about rain.".into())]);
}

#[test]
fn a_talk_with_a_character_begins_with_the_character() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.write.open.turns.clear();
    state.write.open.manner.speaker = Some(Speaker { name: "Ada".into(), ..Speaker::default() });
    let harness = open(state);
    harness.get_by_label(&T::SpeakerWaits.with(Lang::En, &[&"Ada"]));
    assert!(harness.query_by_label(T::WriteEmptyTitle.tr(Lang::En)).is_none());
}
