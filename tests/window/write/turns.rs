//! Turns: edited, written again, continued, their versions, and what is kept of how they were made.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use crate::states::*;

#[test]
fn turns_are_copied_edited_and_written_again() {
    let mut harness = open(write_chat(Lang::En, Theme::Dark));
    harness.get_by_label("Regenerate").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::Regenerate)]);
    let edits: Vec<_> = harness.get_all_by_label("Edit this message").collect();
    assert_eq!(edits.len(), 2);
    edits[1].click();
    drop(edits);
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::BeginEdit(3))]);
    harness.get_all_by_label("Copy this answer").last().expect("two answers").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::CopyTurn(4))]);
}

#[test]
fn an_edited_turn_is_sent_or_left() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.write.editing = Some((3, "why?".into()));
    let mut harness = open(state);
    harness.get_by_role_and_label(Part::Button, "Send again").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::SendEdit)]);
    harness.get_by_role_and_label(Part::Button, "Keep as a draft").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::CancelEdit)]);
    harness.key_press(Key::Escape);
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::CancelEdit)]);
}

#[test]
fn an_answer_that_was_cut_off_can_go_on() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    let last = state.write.open.turns.last_mut().expect("there are turns");
    last.info.as_mut().expect("an answer has figures").finish_reason = None;
    let mut harness = open(state);
    harness.get_by_label_contains("stopped");
    harness.get_by_label("Continue writing").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::ContinueWriting)]);
}

#[test]
fn the_page_stays_where_it_is_while_turns_above_are_measured() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.write.open.turns = (1..=400)
        .map(|id| {
            if id % 2 == 1 {
                turn(id, Role::User, &format!("Question {id}"))
            } else {
                turn(id, Role::Assistant, ANSWER)
            }
        })
        .collect();
    let mut harness = open(state);
    let wheel = |y: f32| egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, y),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Trackpad,
        modifiers: Modifiers::NONE,
    };
    harness.hover_at(egui::pos2(600.0, 400.0));
    // Upwards in small steps: what was on screen moves by the step and by nothing else.
    for _ in 0..30 {
        let before: Vec<_> = questions(&harness);
        harness.event(wheel(60.0));
        harness.run();
        let after = questions(&harness);
        let moved: Vec<f32> =
            before.iter().filter_map(|(n, y)| after.iter().find(|(m, _)| m == n).map(|(_, z)| z - y)).collect();
        for by in &moved {
            assert!((by - 60.0).abs() < 4.0, "moved by {moved:?}");
        }
    }
}

fn questions(harness: &Harness<'static, Window>) -> Vec<(String, f32)> {
    harness
        .query_all_by_label_contains("Question ")
        .map(|node| (node.value().unwrap_or_default(), node.rect().top()))
        .collect()
}

#[test]
fn the_versions_of_a_turn_are_a_click_apart() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    let turns = &mut state.write.open.turns;
    for (i, turn) in turns.iter_mut().enumerate() {
        turn.parent = Some(i as u64);
    }
    let mut other = turn(5, Role::Assistant, "Another answer.");
    other.parent = Some(3);
    state.write.open.shelf.add(&mut state.write.open.turns, other);
    let mut harness = open(state);
    harness.get_by_label("2/2");
    harness.get_by_label(T::PreviousBranch.tr(Lang::En)).click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::SelectBranch(4))]);
}

#[test]
fn a_question_without_an_answer_can_be_asked_again() {
    for lang in Lang::ALL {
        let mut state = write_chat(lang, Theme::Dark);
        state.write.open.turns.pop();
        let mut harness = open(state);
        harness.get_by_label(T::NotAnswered.tr(lang));
        harness.get_by_label(T::TryAgain.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::Regenerate)]);
    }
    let harness = open(write_chat(Lang::En, Theme::Dark));
    assert!(harness.query_by_label(T::NotAnswered.tr(Lang::En)).is_none());
    // One that waits for its model says so.
    let mut state = fresh(Room::Write, Lang::En, Theme::Dark);
    state.write.draft = "Hello".into();
    update(&mut state, Input::Command(Command::Write(WriteCommand::Send)));
    update(&mut state, Input::Command(Command::Write(WriteCommand::StopWriting)));
    let kind = FetchEventKind::Progress { done: 40_000_000, total: Some(98_362_432), source: "a".into() };
    update(&mut state, Input::Fetch(FetchEvent { id: SMOLLM_ID.into(), kind }));
    update(&mut state, Input::Fetch(FetchEvent { id: SMOLLM_ID.into(), kind: FetchEventKind::Cancelled }));
    let mut harness = open(state);
    harness.get_by_label("The fetch of SmolLM2 135M Instruct was cancelled");
    harness.get_by_label("Fetch and answer").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::Regenerate)]);
}

#[test]
fn a_line_shows_where_the_model_begins_to_read() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.write.open.turns[3].info.as_mut().unwrap().dropped_turns = 2;
    let mut harness = harness(state, [1280.0, 1400.0]);
    harness.run();
    let line = harness.get_by_label(&T::ReadFromHere.with(Lang::En, &[&2])).rect();
    let question = harness.get_by_label_contains("And why are some tides").rect();
    let before = harness.get_by_label_contains("next.").rect();
    assert!(before.bottom() < line.top() && line.bottom() <= question.top(), "{before} {line} {question}");
}

#[test]
fn an_answer_with_a_record_gives_back_its_settings() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    let name = T::UseRecord.tr(Lang::En);
    assert!(open(state.clone()).query_by_label(name).is_none(), "none was kept");
    let made = TextRecord::of(&TextParams { top_k: 7, ..TextParams::default() }, 77, String::new());
    let turn = &mut state.write.open.turns[3];
    turn.info.as_mut().unwrap().made = Some(Box::new(made));
    let id = turn.id;
    let mut harness = open(state.clone());
    harness.get_by_label(name).click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::UseRecord(id))]);
    update(&mut state, Input::Command(Command::Write(WriteCommand::UseRecord(id))));
    assert_eq!((state.text().top_k, state.text().seed), (7, Seed::Fixed(77)));
}

#[test]
fn the_rows_of_branches_begin_where_they_differ() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    for (i, turn) in state.write.open.turns.iter_mut().enumerate() {
        turn.parent = Some(i as u64);
    }
    let mut other = turn(5, Role::Assistant, "When Sun and Moon pull along the same line, the sea rises higher.");
    other.parent = Some(3);
    state.write.open.shelf.add(&mut state.write.open.turns, other);
    let mut harness = open(state);
    harness.get_by_label(T::Branches.tr(Lang::En)).click();
    harness.run();
    harness.get_by_label("…the sea rises higher.");
    harness.get_by_label("…their pulls add up: a spring tide.");
}

#[test]
fn what_an_editor_does_with_a_draft_stands_on_its_buttons() {
    let mut state = fresh(Room::Write, Lang::En, Theme::Dark);
    let form = &aigc_studio::writing::forms::forms()[0];
    let mut values = form.defaults(Lang::En);
    state.write.form = Some(FormState { id: form.id.clone(), values: values.clone() });
    let harness = open(state.clone());
    harness.get_by_label("Cancel");
    assert!(harness.query_by_label("Discard").is_none());
    drop(harness);
    values.insert(form.fields[0].id.clone(), "snow".into());
    state.write.form = Some(FormState { id: form.id.clone(), values: values.clone() });
    let mut harness = open(state.clone());
    assert!(harness.query_by_label("Cancel").is_none());
    harness.get_by_label("Discard");
    harness.get_by_label("Keep as a draft").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::CloseForm)]);
    drop(harness);
    // The list of forms knows it.
    state.write.form = None;
    state.write.left.forms.insert(form.id.clone(), values);
    open(state).get_by_label(&format!("{}: kept as a draft", form.name(Lang::En)));
}

/// The bar that tells what goes on has air between itself and the text above it.
#[test]
fn what_goes_on_does_not_lie_on_the_text() {
    let mut state = write_page(Lang::En, Theme::Dark);
    state.write.job = write_streaming(Lang::En, Theme::Dark).write.job;
    let text = state.write.open.page.as_ref().unwrap().text.as_str().to_owned();
    let harness = open(state);
    let line = harness.get_by_label_contains("62 tokens").rect();
    let sheet = harness.output().shapes.iter().find(|shape| match &shape.shape {
        egui::Shape::Text(drawn) => drawn.galley.job.text == text,
        _ => false,
    });
    let sheet = sheet.expect("the text").clip_rect;
    assert!(sheet.bottom() + 6.0 <= line.top(), "{sheet} {line}");
}
