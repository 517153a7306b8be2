//! A picture is asked for by button and by keyboard; its job says how far it is, and can be stopped.

use std::sync::Arc;

use aigc_studio::domain::*;
use aigc_studio::error::Cause;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

use crate::states::*;

#[test]
fn generate_is_asked_for_by_button_and_by_keyboard() {
    let mut harness = open(fresh(Room::Create, Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::Button, "Generate").click();
    assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::Generate)]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::Generate)]);
}

#[test]
fn ctrl_enter_in_the_prompt_generates_and_adds_no_line() {
    let mut harness = open(create_done(Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::MultilineTextInput, "Prompt").focus();
    harness.run();
    harness.state_mut().commands.clear();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::Generate)]);
}

/// Regression: a letter and the shortcut right behind it may come in one frame; the letter was lost to the picture.
#[test]
fn the_last_letter_counts_when_the_shortcut_follows_at_once() {
    let mut state = create_done(Lang::En, Theme::Dark);
    state.settings.image.prompt = "a red appl".into();
    let mut harness = open(state);
    harness.get_by_role_and_label(Part::MultilineTextInput, "Prompt").focus();
    harness.run();
    harness.state_mut().commands.clear();
    let key = |pressed| egui::Event::Key {
        key: Key::Enter,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::COMMAND,
    };
    harness.input_mut().events.extend([egui::Event::Text("e".into()), key(true)]);
    harness.step();
    let commands = harness.state_mut().commands.clone();
    let at = |wanted: &dyn Fn(&Command) -> bool| commands.iter().position(wanted);
    let typed =
        at(&|c| matches!(c, Command::Create(CreateCommand::SetImage(ImageEdit::Prompt(text))) if text.contains("e")));
    let drawn = at(&|c| *c == Command::Create(CreateCommand::Generate));
    assert!(typed.is_some() && drawn > typed, "{commands:?}");
}

#[test]
fn an_example_fills_the_prompt_and_the_big_button_draws_it() {
    let mut harness = open(fresh(Room::Create, Lang::Zh, Theme::Light));
    harness.get_by_label("一个红苹果").click();
    assert_eq!(asked(&mut harness), [Command::TakeExample("一个红苹果".into())]);
    harness.get_by_label("画一张").click();
    assert_eq!(
        asked(&mut harness),
        [Command::TakeExample("一个红苹果".into()), Command::Create(CreateCommand::Generate)]
    );
}

#[test]
fn a_running_job_says_how_far_it_is_and_can_be_stopped() {
    let mut harness = open(create_running(Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::Label, "Picture 2 of 4 · Step 12 of 24 · 1.3 s left");
    harness.get_by_role_and_label(Part::Button, "Cancel").click();
    assert_eq!(asked(&mut harness), [Command::CancelJob(JobId(10))]);
    harness.key_press(Key::Escape);
    assert_eq!(asked(&mut harness), [Command::CancelCurrent]);
    harness.get_by_label("Cancel: a rocket").click();
    assert_eq!(asked(&mut harness), [Command::CancelJob(JobId(11))]);
    harness.get_by_label_contains("Not seen by the model: flibbertigibbet");
}

#[test]
fn escape_with_nothing_running_does_nothing() {
    let mut harness = open(create_done(Lang::En, Theme::Dark));
    harness.key_press(Key::Escape);
    assert_eq!(asked(&mut harness), []);
}

#[test]
fn a_failed_decode_can_be_tried_again() {
    for lang in Lang::ALL {
        let mut state = create_done(lang, Theme::Dark);
        state.create.error = Some(Cause::BadDecode { bad: 786_432, of: 786_432 }.into());
        let mut harness = open(state.clone());
        assert!(harness.query_by_label(T::DecodeAgain.tr(lang)).is_none(), "nothing to decode");
        drop(harness);
        let record = record("a red apple", 5);
        let latents = Latents { channels: 4, height: 1, width: 1, numbers: vec![0.0; 4], record };
        state.create.undecoded = vec![Arc::new(latents)];
        harness = open(state);
        harness.get_by_label(T::DecodeAgain.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::DecodeAgain)]);
    }
}

#[test]
fn a_stopped_decode_can_be_tried_again_or_put_away() {
    for lang in Lang::ALL {
        let mut state = create_done(lang, Theme::Dark);
        let record = record("a red apple", 5);
        let latents = Latents { channels: 4, height: 1, width: 1, numbers: vec![0.0; 4], record };
        state.create.undecoded = vec![Arc::new(latents)];
        let mut harness = open(state);
        harness.get_by_label(T::DecodingStopped.tr(lang));
        harness.get_by_label(T::DecodeAgain.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::DecodeAgain)]);
        harness.get_by_label(T::Dismiss.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::DismissError)]);
    }
}

#[test]
fn a_model_without_a_part_does_not_generate_and_says_why() {
    let mut state = every::models_in_need(Lang::En, Theme::Dark);
    state.settings.room = Room::Create;
    state.settings.image.model = "sd".into();
    state.settings.image.prompt = "a cat".into();
    let mut harness = open(state);
    assert!(harness.query_by_label_contains("cannot draw yet. Missing: VAE").is_some());
    assert!(harness.get_by_role_and_label(Part::Button, "Generate").accesskit_node().is_disabled());
    harness.get_by_role_and_label(Part::Button, "Choose the missing part\u{2026}").click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::ChooseMissingPart("sd".into()))]);
}

#[test]
fn a_missing_prompt_is_said_at_its_field_which_gets_the_keyboard() {
    for lang in Lang::ALL {
        let mut harness = open(fresh(Room::Create, lang, Theme::Dark));
        harness.get_by_role_and_label(Part::Button, T::Generate.tr(lang)).click();
        act(&mut harness);
        let said = harness.get_by_label(T::PromptMissing.tr(lang)).rect();
        let field = harness.get_by_role_and_label(Part::MultilineTextInput, T::Prompt.tr(lang));
        assert!(field.is_focused() && (said.top() - field.rect().bottom()).abs() < 24.0);
        harness.get_by_role_and_label(Part::MultilineTextInput, T::Prompt.tr(lang)).type_text("x");
        act(&mut harness);
        assert!(harness.query_by_label(T::PromptMissing.tr(lang)).is_none());
    }
}
