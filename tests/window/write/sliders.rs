//! The panel of sliders: models, sampling, the form of the answer, and when it is shown.

use aigc_studio::domain::*;
use aigc_studio::error::Cause;
use aigc_studio::lang::{Both, Lang};
use aigc_studio::state::*;
use egui::accesskit::Role as Part;
use egui_kittest::kittest::Queryable;

use crate::states::*;

#[test]
fn sampling_sliders_push_values_inside_their_range() {
    let mut harness = open(write_chat(Lang::En, Theme::Dark));
    harness.get_by_label("More sliders").click();
    harness.run();
    harness.state_mut().commands.clear();
    for (name, value, command) in [
        ("Temperature", 99.0, TextEdit::Number(TextParam::Temperature, 5.0)),
        ("Longest answer", 100.0, TextEdit::Number(TextParam::MaxTokens, 100.0)),
        ("Context", 4096.0, TextEdit::Number(TextParam::Context, 4096.0)),
        ("Top-k", -4.0, TextEdit::Number(TextParam::TopK, 0.0)),
        ("Top-p", 0.5, TextEdit::Number(TextParam::TopP, 0.5)),
        ("Min-p", 0.1, TextEdit::Number(TextParam::MinP, 0.1)),
        ("Repetition penalty", 1.1, TextEdit::Number(TextParam::RepeatPenalty, 1.1)),
        ("Penalty window", 128.0, TextEdit::Number(TextParam::RepeatLastN, 128.0)),
    ] {
        harness.get_by_role_and_label(Part::Slider, name).set_value_accesskit(value);
        assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::SetText(command))], "{name}");
    }
}

#[test]
fn a_draft_model_is_one_that_is_here_and_not_the_chosen_one() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    let mut small = state.catalogue.entries[1].clone();
    (small.card.id, small.card.name) = ("small".into(), "Small one".into());
    let mut absent = small.clone();
    (absent.card.name, absent.presence) = ("Absent one".into(), ModelPresence::Absent);
    small.card.files[0].bytes = 9;
    state.catalogue.entries.extend([small, absent]);
    update(&mut state, Input::Command(Command::Write(WriteCommand::FindDrafts)));
    update(&mut state, Input::Drafts(vec!["small".into()]));
    // High enough for all sliders at once.
    let mut harness = harness(state, [1280.0, 2600.0]);
    harness.run();
    harness.get_by_label("Advanced sampling").click();
    harness.run();
    harness.get_by_label("Draft model (speculative decoding): None").click();
    harness.run();
    harness.state_mut().commands.clear();
    assert!(harness.query_by_label("Absent one").is_none());
    assert!(harness.query_by_role_and_label(Part::Button, "SmolLM2 135M").is_none());
    harness.get_by_label("Small one").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::SetText(TextEdit::Draft(Some("small".into()))))]);
}

#[test]
fn a_narrow_window_hides_the_sliders_until_they_are_asked_for() {
    let mut harness = harness(write_chat(Lang::En, Theme::Dark), [900.0, 600.0]);
    harness.run();
    assert!(harness.query_by_label("Temperature").is_none());
    harness.get_by_label("Show the sliders").click();
    harness.run();
    harness.get_by_role_and_label(Part::Slider, "Temperature");
}

#[test]
fn sliders_that_are_the_conversations_own_can_become_those_of_new_ones() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    assert!(open(state.clone()).query_by_label("Use for new conversations").is_none());
    update(
        &mut state,
        Input::Command(Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::Temperature, 0.2)))),
    );
    let mut harness = open(state.clone());
    harness.get_by_label("Use for new conversations").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::UseSliders)]);
    update(&mut state, Input::Command(Command::Write(WriteCommand::UseSliders)));
    open(state).get_by_label("New conversations begin with these");
}

#[test]
fn the_story_of_a_page_is_beside_the_page_alone() {
    let mut state = write_page(Lang::En, Theme::Dark);
    let harness = open(state.clone());
    assert!(harness.query_all_by_label_contains("Author's note").next().is_some());
    drop(harness);
    state.personas.shown = true;
    let harness = open(state);
    assert!(harness.query_all_by_label_contains("Author's note").next().is_none());
    assert!(harness.query_all_by_label_contains("Temperature").next().is_some(), "sliders, which a persona may bring");
}

#[test]
fn the_model_is_named_in_a_small_window_with_large_text() {
    for zoom in [1.0, 1.5, 2.0] {
        let size = [900.0, 600.0].map(|points| points / zoom);
        let harness = harness(fresh(Room::Write, Lang::En, Theme::Dark), size);
        let label = harness.get_all_by_label_contains("SmolLM2 135M Instruct");
        let seen = label.map(|node| node.rect()).any(|rect| rect.bottom() > size[1] - 30.0 && rect.right() < size[0]);
        assert!(seen, "at {zoom}");
    }
}

#[test]
fn the_form_of_the_answer_is_chosen_and_its_errors_are_named() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    let mut harness = harness(state.clone(), [1280.0, 1400.0]);
    harness.run();
    harness.get_by_label("Form of the answer: Free").click();
    harness.run();
    harness.state_mut().commands.clear();
    harness.get_by_label("GBNF grammar").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::SetText(TextEdit::Form(AnswerForm::Gbnf)))]);
    drop(harness);

    let grammar = Grammar::Gbnf("root ::= (".into());
    state.settings.text.grammar = Some(grammar.clone());
    let mut harness = crate::states::harness(state, [1280.0, 1400.0]);
    harness.run();
    assert!(
        harness.state().commands.contains(&Command::Write(WriteCommand::CheckGrammar)),
        "it is read while it is looked at"
    );
    update(&mut harness.state_mut().state, Input::Command(Command::Write(WriteCommand::CheckGrammar)));
    let bad = Cause::BadGrammar { line: 1, reason: Both::same("the bracket is not closed") };
    update(&mut harness.state_mut().state, Input::Grammar(grammar, Err(bad.into())));
    harness.run();
    harness.get_by_label_contains("the bracket is not closed");
    harness.state_mut().commands.clear();
    harness.get_by_role_and_label(Part::MultilineTextInput, "GBNF grammar").focus();
    harness.run();
    harness.event(egui::Event::Text(")".into()));
    let commands = asked(&mut harness);
    assert!(
        matches!(&commands[..], [Command::Write(WriteCommand::SetText(TextEdit::FormText(text)))] if text.contains(')')),
        "{commands:?}"
    );
}
