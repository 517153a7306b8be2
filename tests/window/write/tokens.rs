//! The tokens of an answer: their alternatives, and what is said where there are none.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::states::*;

#[test]
fn the_pointer_over_a_token_shows_what_might_have_stood_there_and_a_click_goes_on_from_it() {
    let token = |text: &str, probability| TokenChoice { bytes: text.into(), probability, others: Vec::new() };
    let mut state = write_chat(Lang::En, Theme::Dark);
    let answer = state.write.open.turns.last().unwrap().id;
    let others = vec![token(" Moon", 0.6), token(" Sun", 0.25)];
    let tokens = vec![
        TokenChoice { others: vec![token("The", 0.9)], ..token("The", 0.9) },
        TokenChoice { others, ..token(" Moon", 0.6) },
    ];
    state.write.weighed.insert(answer, tokens);
    state.write.inspecting = Some(answer);
    let mut harness = open(state);
    let word = T::TokenNamed.with(Lang::En, &[&"Moon", &"60%"]);
    harness.get_by_label(&word).hover();
    // Longer than the pointer must rest.
    harness.run_steps(12);
    harness.get_by_label_contains("·Moon   60%\n·Sun   25%");
    harness.get_by_label(&word).click();
    harness.run();
    // The one that stands there is no way on.
    harness.get_by_label("·Sun   25%").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::BranchAtToken { turn: answer, token: 1, other: 1 })]);
}

/// Regression: words ran into each other, and letters of several tokens were replacement marks.
#[test]
fn tokens_are_whole_letters_and_words_stand_apart() {
    let token = |bytes: &[u8]| TokenChoice { bytes: bytes.to_vec(), probability: 1.0, others: Vec::new() };
    let moon = "月".as_bytes();
    let mut state = write_chat(Lang::En, Theme::Dark);
    let others = vec![token(b" Moon"), token(&moon[..1]), token(b" Sun")];
    let tokens = vec![
        token(b"The"),
        TokenChoice { others, ..token(b" Moon") },
        token(b"light"),
        token(&moon[..2]),
        token(&moon[2..]),
        token(b"\n\n"),
        token(b"rises"),
    ];
    state.write.weighed.insert(4, tokens);
    state.write.inspecting = Some(4);
    let mut harness = open(state);
    let rect = |harness: &Harness<'static, Window>, word: &str| {
        harness.get_by_label(&T::TokenNamed.with(Lang::En, &[&word, &"100%"])).rect()
    };
    let [the, moon, light, letter, rises] = ["The", "Moon", "light", "月", "rises"].map(|word| rect(&harness, word));
    assert!(moon.left() - the.right() >= 3.0, "apart: {the} {moon}");
    assert!((light.left() - moon.right()).abs() < 1.0, "one word: {moon} {light}");
    let letters = harness.ctx.fonts_mut(|fonts| {
        fonts.layout_no_wrap("The".into(), aigc_studio::ui::theme::reading(), egui::Color32::WHITE).size().x
    });
    assert!(the.width() >= letters + 2.0, "no ground lies over the letters before it");
    assert!(letter.left() >= light.right() - 1.0 && rises.top() > letter.bottom());
    // Half a letter is shown as what it is, and is no way on.
    harness.get_by_label(&T::TokenNamed.with(Lang::En, &[&"Moon", &"100%"])).click();
    harness.run();
    let half = harness.get_by_label_contains("E6 (part of a character)");
    assert!(half.accesskit_node().is_disabled());
    harness.get_by_label("·Sun   100%").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::BranchAtToken { turn: 4, token: 1, other: 2 })]);
}

#[test]
fn an_answer_without_tokens_says_why() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.write.weighed.clear();
    let harness = open(state);
    let why = T::NoTokensKept.tr(Lang::En);
    assert!(harness.get_all_by_label(why).all(|inside| inside.accesskit_node().is_disabled()));
    assert!(harness.query_by_label("Look inside: other likely tokens").is_none());
}

/// Regression: an answer of ELIZA was said to have been cut off or edited, and writing it again helped nothing.
#[test]
fn an_answer_by_rules_says_that_it_has_no_tokens() {
    for lang in Lang::ALL {
        let mut state = write_chat(lang, Theme::Dark);
        state.write.weighed.clear();
        for info in state.write.open.turns.iter_mut().filter_map(|turn| turn.info.as_mut()) {
            info.model = ELIZA_ID.into();
        }
        let harness = open(state);
        assert_eq!(harness.get_all_by_label(T::NoTokensOfEliza.tr(lang)).count(), 2);
        assert!(harness.query_by_label(T::NoTokensKept.tr(lang)).is_none());
    }
}
