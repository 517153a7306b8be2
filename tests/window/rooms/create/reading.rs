//! What the built-in model reads from a prompt, under the prompt.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui_kittest::kittest::Queryable;

use crate::states::*;

/// A window whose model draws a prompt's things by themselves.
fn scenes(lang: Lang, prompt: &str) -> AppState {
    let mut card = image_card();
    card.sizes.insert(0, Size { width: 512, height: 512 });
    let mut state = fresh(Room::Create, lang, Theme::Dark);
    let id = card.id.clone();
    state.catalogue.entries.retain(|entry| entry.card.id != id);
    state.catalogue.entries.push(entry(card, ModelPresence::Embedded));
    let image = &mut state.settings.image;
    (image.model, image.prompt, image.width, image.height) = (id, prompt.into(), 512, 512);
    assert!(state.draws_scenes());
    state
}

#[test]
fn an_unknown_word_offers_what_comes_near_and_a_click_draws_it() {
    for (lang, prompt, spoken, drawn, chip) in [
        (Lang::En, "two cats under a red desk", "desk: chair", "cats: 2 × cat", "desk: red chair"),
        (Lang::Zh, "两只猫在红色的书桌下面", "书桌：椅子", "猫：2 × 猫", "书桌：红色椅子"),
    ] {
        let mut harness = open(scenes(lang, prompt));
        harness.get_by_label(drawn);
        harness.get_by_label(spoken).click();
        act(&mut harness);
        let image = &harness.state().state.settings.image;
        assert_eq!(image.things.to_string(), format!("{}=chair", if lang == Lang::En { "desk" } else { "书桌" }));
        // The word is a chip like others now, and can be taken back.
        harness.get_by_label(chip).click();
        act(&mut harness);
        harness.get_by_label(T::MeaningBack.tr(lang)).click();
        act(&mut harness);
        assert!(harness.state().state.settings.image.things.is_empty());
        harness.get_by_label(spoken);
    }
}

#[test]
fn what_is_denied_and_what_is_behind_is_said() {
    let harness = open(scenes(Lang::En, "a dog without a hat on the grass"));
    harness.get_by_label(&T::LeftOutAsAsked.with(Lang::En, &[&"hat"]));
    harness.get_by_label(&T::SceneGround.with(Lang::En, &[&"grass"]));
    let harness = open(scenes(Lang::Zh, "我的妈妈"));
    assert!(harness.query_by_label_contains("妈妈").is_some(), "people are told to come out roughly");
}

/// Regression: what was left out came as an unknown word, again and again, or was not told.
#[test]
fn what_is_left_out_is_told_with_its_reason_and_each_word_once() {
    for (lang, prompt, negative, text, words) in [
        (Lang::En, "a black and white cat", "", T::OneColour, "white"),
        (Lang::Zh, "一只黑色和白色的猫", "", T::OneColour, "白色"),
        (Lang::En, "a cat and a dog", "dog", T::LeftOutAsAsked, "dog"),
        (Lang::Zh, "一只猫和一只狗", "狗", T::LeftOutAsAsked, "狗"),
        (Lang::En, "a cat and a dog, ".repeat(20).as_str(), "", T::TooManyThings, "cat, dog"),
        (Lang::Zh, "一只猫和一只狗，".repeat(20).as_str(), "", T::TooManyThings, "猫、狗"),
        (Lang::En, "a cat, a xyzzy and a xyzzy", "", T::WordsUnknown, "xyzzy"),
        (Lang::Zh, "一只猫、魑魅和魑魅", "", T::WordsUnknown, "魑魅"),
        (Lang::En, "a xyzzy", "", T::NoThingKnown, "xyzzy"),
        (Lang::Zh, "魑魅", "", T::NoThingKnown, "魑魅"),
    ] {
        let mut state = scenes(lang, prompt);
        state.settings.image.negative = negative.into();
        let harness = open(state);
        harness.get_by_label(&text.with(lang, &[&words]));
    }
}
