//! Notes under the prompt: unknown words, what is left out, and which model could draw what was asked for.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::states::*;

#[test]
fn what_was_taken_out_of_a_prompt_is_told_beside_it() {
    let mut state = create_running(Lang::Zh, Theme::Dark);
    state.create.left_out = vec![aigc_studio::lang::Both::new("AND was left out.", "已略去 AND。")];
    open(state).get_by_label_contains("已略去 AND");
}

#[test]
fn a_small_model_says_what_it_is_good_for_where_its_prompt_is_typed() {
    let mut state = create_done(Lang::En, Theme::Dark);
    let quality = &mut state.catalogue.entries[0].card.quality;
    quality.line = aigc_studio::lang::Both::new("Draws single things, 64 x 64", "只画单个物件");
    quality.single = true;
    state.settings.image.prompt = "a cat on a box".into();
    let mut harness = open(state);
    assert!(harness.query_by_label_contains("Draws single things").is_some());
    assert!(harness.query_by_label_contains("would blend into one: cat, box").is_some());
    // Once, although both lines lead there.
    let links: Vec<_> = harness.get_all_by_label("Better ones").collect();
    assert_eq!(links.len(), 1);
    links[0].click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::BetterModels(Makes::Image))]);
    // What has no line under its name keeps the way at the note.
    let mut state = harness.state().state.clone();
    state.catalogue.entries[0].card.quality.line = Default::default();
    assert_eq!(open(state).get_all_by_label("Better ones").count(), 1);
}

#[test]
fn who_asks_for_a_photograph_is_told_which_model_can_what_it_takes_and_gets_there() {
    for (lang, prompt, name, size) in
        [(Lang::En, "a photo of a cat", "Lighthouse", "2.1 GB"), (Lang::Zh, "一张猫的照片", "灯塔", "4.0 GB")]
    {
        let mut state = scenes(lang, prompt);
        state.status.budget = 8_000_000_000;
        for (id, name, bytes, memory, languages) in [
            ("huge", "Huge", 1_000_000_000, 9_000_000_000, vec![]),
            ("lighthouse", "Lighthouse", 2_100_000_000, 5_000_000_000, vec![Lang::En]),
            ("both", "灯塔", 4_000_000_000, 5_000_000_000, vec![Lang::En, Lang::Zh]),
        ] {
            let mut card = state.catalogue.entries[1].card.clone();
            (card.id, card.name, card.makes, card.memory) = (id.into(), name.into(), Makes::Image, memory);
            card.files[0].bytes = bytes;
            card.files.truncate(1);
            card.quality.languages = languages;
            state.catalogue.entries.push(entry(card, ModelPresence::Absent));
        }
        let mut harness = open(state);
        assert!(harness.query_by_label_contains(&T::AnotherCan.with(lang, &[&name, &size])).is_some(), "{prompt}");
        harness.get_by_label(&T::ShowThat.with(lang, &[&name])).click();
        obey(&mut harness);
        let state = &harness.state().state;
        assert_eq!((state.room(), state.models.filter), (Room::Models, Some(Makes::Image)));
        harness.run_steps(4);
        obey(&mut harness);
        assert_eq!(harness.state().state.models.shown, None, "the card was brought into sight");
        let card = harness.get_by(|node| node.is_focused());
        assert!(card.accesskit_node().label().unwrap_or_default().starts_with(name));
    }
}

/// Regression: a half-typed word was told to be unknown, as was half of a pinyin input.
#[test]
fn a_word_is_told_to_be_unknown_after_a_pause_and_never_while_it_is_composed() {
    let told = |harness: &egui_kittest::Harness<'static, Window>, lang: Lang, word: &str| {
        let is = |text: T| harness.query_by_label(&text.with(lang, &[&word])).is_some();
        is(T::WordsUnknown) || is(T::NoThingKnown)
    };
    let mut harness = harness(scenes(Lang::En, "a cat and a xyzzy"), SIZE);
    obey(&mut harness);
    assert!(told(&harness, Lang::En, "xyzzy"), "what nobody types is told at once");
    harness.get_by_role_and_label(Part::MultilineTextInput, "Prompt").focus();
    obey(&mut harness);
    for letter in " elep".chars() {
        harness.event(egui::Event::Text(letter.to_string()));
        obey(&mut harness);
        assert!(told(&harness, Lang::En, "xyzzy"), "what was told stays, and nothing else comes");
    }
    harness.run_steps(8);
    assert!(told(&harness, Lang::En, "xyzzy"), "0.6 seconds are no pause");
    harness.run_steps(16);
    assert!(told(&harness, Lang::En, "xyzzy, elep"));

    let preedit =
        |text: &str| egui::Event::Ime(egui::ImeEvent::Preedit { text: text.into(), active_range_chars: None });
    let mut harness = crate::states::harness(scenes(Lang::Zh, ""), SIZE);
    obey(&mut harness);
    harness.get_by_role_and_label(Part::MultilineTextInput, "提示词").focus();
    obey(&mut harness);
    harness.event(preedit("zang"));
    obey(&mut harness);
    harness.run_steps(40);
    assert!(!told(&harness, Lang::Zh, "zang"), "it is being composed");
    harness.event(egui::Event::Ime(egui::ImeEvent::Commit("奘".into())));
    obey(&mut harness);
    harness.event(preedit("lu"));
    obey(&mut harness);
    harness.run_steps(40);
    assert!(!told(&harness, Lang::Zh, "奘"), "more of it is being composed");
    harness.event(egui::Event::Ime(egui::ImeEvent::Commit("麓".into())));
    obey(&mut harness);
    assert!(!told(&harness, Lang::Zh, "奘麓"));
    harness.run_steps(24);
    assert!(told(&harness, Lang::Zh, "奘麓"), "{}", harness.state().state.settings.image.prompt);
}

/// Regression: the warning about people stood below the words of styles, in a style of its own.
#[test]
fn all_notes_about_a_prompt_stand_together_under_it() {
    for lang in Lang::ALL {
        let mut state = scenes(lang, lang.pick("my mother, xyzzy", "我的妈妈, xyzzy"));
        state.create.left_out = vec![aigc_studio::lang::Both::new("AND was left out.", "已略去 AND。")];
        let harness = open(state);
        let people = lang.pick("draws people roughly", "画人物比较粗糙");
        let unknown = T::WordsUnknown.with(lang, &[&"xyzzy"]);
        let [people, unknown, left] = [people, &unknown, "AND"].map(|text| harness.get_by_label_contains(text).rect());
        let field = harness.get_by_role_and_label(Part::MultilineTextInput, T::Prompt.tr(lang)).rect();
        let styles = harness.get_by_role_and_label(Part::Button, T::Styles.tr(lang)).rect();
        assert!(unknown.top() > field.bottom() && people.top() > unknown.top() && left.top() > people.top());
        assert!(people.top() < styles.top(), "{people:?} {styles:?}");
        assert!(people.left() == unknown.left() && left.left() == unknown.left(), "one style");
    }
}

/// Regression: the way to a model that can draw what was asked for was below the fold of the notes.
#[test]
fn the_model_that_can_is_in_sight_without_scrolling() {
    for (lang, prompt) in [(Lang::En, "a photo of a cat and a xyzzy"), (Lang::Zh, "一张猫和魑魅的照片")] {
        for size in [SIZE, [900.0, 600.0]] {
            let mut state = scenes(lang, prompt);
            state.status.budget = 8_000_000_000;
            state.catalogue.entries[0].card.quality.line = aigc_studio::lang::Both::new(
                "Draws stickers and simple scenes of them, no photographs",
                "画贴纸和简单的场景，画不了照片",
            );
            let mut card = state.catalogue.entries[1].card.clone();
            (card.id, card.name, card.makes, card.memory) =
                ("sd".into(), "SD-Turbo".into(), Makes::Image, 5_000_000_000);
            card.files[0].bytes = 2_100_000_000;
            card.quality.languages = vec![Lang::En, Lang::Zh];
            state.catalogue.entries.push(entry(card, ModelPresence::Absent));
            let mut harness = harness(state, size);
            harness.run();
            let field = harness.get_by_role_and_label(Part::MultilineTextInput, T::Prompt.tr(lang)).rect();
            let button = harness.get_by_label(&T::ShowThat.with(lang, &[&"SD-Turbo"])).rect();
            let styles = harness.get_by_role_and_label(Part::Button, T::Styles.tr(lang)).rect();
            assert!(field.bottom() <= button.top() && button.bottom() <= styles.top() + 1.0, "{size:?}: {button}");
            if size == SIZE {
                let count = format!("{}: 1", T::Count.tr(lang));
                let count = harness.get_by_role_and_label(Part::RadioButton, &count).rect();
                let generate = harness.get_by_role_and_label(Part::Button, T::Generate.tr(lang)).rect();
                // Above the button are its panel's edge and a line about what runs.
                assert!(
                    count.bottom() <= generate.top() - 32.0,
                    "{lang:?}: the number of pictures is in sight: {count} {generate}"
                );
            }
        }
    }
}

/// Regression: without notes there was an empty gap under the prompt.
#[test]
fn the_prompt_has_the_place_of_notes_that_are_not_there() {
    for lang in Lang::ALL {
        let harness = open(scenes(lang, ""));
        let field = harness.get_by_role_and_label(Part::MultilineTextInput, T::Prompt.tr(lang)).rect();
        let styles = harness.get_by_role_and_label(Part::Button, T::Styles.tr(lang)).rect();
        assert!(styles.top() - field.bottom() <= 12.0, "{lang:?}: {field} {styles}");
        assert!(field.height() > 120.0, "{lang:?}: {field}");
    }
}

#[test]
fn how_far_a_long_prompt_was_read_is_told_beside_it() {
    let mut state = create_done(Lang::En, Theme::Dark);
    let to = |negative, words, rest: &str| ReadTo { negative, read: 8, all: 12, words, rest: rest.into() };
    state.create.read_to = vec![to(false, true, "fox"), to(true, false, "")];
    let harness = open(state);
    harness.get_by_label("Prompt: the model read the first 8 of 12 words. Not read from “fox” on.");
    harness.get_by_label("Negative prompt: the model read the first 8 of 12 tokens.");
}
