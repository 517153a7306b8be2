//! An answer while it is written: its speed, how far it is, its thoughts, and how it is stopped.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use egui::Key;
use egui::accesskit::Role as Part;
use egui_kittest::kittest::Queryable;

use super::focus_message;
use crate::states::*;

#[test]
fn an_answer_that_streams_shows_its_speed_and_is_stopped_by_button_or_escape() {
    let mut harness = open(write_streaming(Lang::En, Theme::Dark));
    harness.get_by_label("62 tokens · 41 tok/s");
    harness.get_by_role_and_label(Part::Button, "Stop").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::StopWriting)]);
    harness.key_press(Key::Escape);
    assert_eq!(asked(&mut harness), [Command::CancelCurrent]);
}

#[test]
fn escape_in_the_field_stops_too() {
    let mut harness = open(write_streaming(Lang::En, Theme::Dark));
    focus_message(&mut harness);
    harness.key_press(Key::Escape);
    assert_eq!(asked(&mut harness), [Command::CancelCurrent]);
}

#[test]
fn reading_the_prompt_and_loading_show_how_far() {
    let mut state = write_streaming(Lang::En, Theme::Dark);
    if let Some(job) = &mut state.write.job {
        (job.pieces, job.first_ms, job.prefill) = (0, None, Some((128, 512)));
    }
    let mut harness = open(state.clone());
    harness.get_by_role_and_label(Part::ProgressIndicator, "Reading the prompt, 128 of 512 tokens");
    if let Some(job) = &mut state.write.job {
        job.phase = Phase::Loading(Some(0.4));
    }
    harness.state_mut().state = state;
    harness.run();
    harness.get_by_role_and_label(Part::ProgressIndicator, "Loading the model, 40%");
}

/// A conversation whose last answer has this text, and thought for 212 tokens.
fn with_thought(lang: Lang, content: &str) -> AppState {
    let mut state = write_chat(lang, Theme::Dark);
    let last = state.write.open.turns.last_mut().expect("there are turns");
    last.message.content = content.to_owned();
    last.info.as_mut().expect("it was written").thought_tokens = 212;
    state
}

#[test]
fn a_thought_is_folded_with_its_length_and_opens_by_a_click() {
    let text = "<think>\nhm, the Moon\n</think>\n\nTides.";
    let mut harness = open(with_thought(Lang::En, text));
    harness.get_by_label("Tides.");
    assert!(harness.query_by_label("hm, the Moon").is_none());
    harness.get_by_role_and_label(Part::Button, "Thought for 212 tokens").click();
    harness.run();
    harness.get_by_label("hm, the Moon");
    harness.get_by_role_and_label(Part::Button, "Thought for 212 tokens").click();
    harness.run();
    assert!(harness.query_by_label("hm, the Moon").is_none());
    open(with_thought(Lang::Zh, text)).get_by_role_and_label(Part::Button, "思考了 212 个词元");
    // Cut off; from elsewhere, without a count; with nothing in it.
    open(with_thought(Lang::En, "<think>\nhm")).get_by_role_and_label(Part::Button, "Thought for 212 tokens, stopped");
    let mut state = with_thought(Lang::En, text);
    state.write.open.turns.last_mut().unwrap().info = None;
    open(state).get_by_role_and_label(Part::Button, "Thought, 12 characters");
    let harness = open(with_thought(Lang::En, "<think>\n\n</think>\n\nTides."));
    assert!(harness.query_by_label_contains("Thought").is_none());
    harness.get_by_label("Tides.");
}

#[test]
fn a_thought_that_streams_is_counted_and_can_be_read() {
    let mut state = write_streaming(Lang::En, Theme::Dark);
    let last = state.write.open.turns.last_mut().expect("there are turns");
    "<think>\nhm, the Moon".clone_into(&mut last.message.content);
    let job = state.write.job.as_mut().expect("it is written");
    job.thinking = Thinking::begun("<think>\n");
    [("hm,", 1), (" the", 1), (" Moon", 2)].iter().for_each(|(piece, tokens)| job.thinking.push(piece, *tokens));
    let mut harness = open(state);
    harness.get_by_role_and_label(Part::Button, "Thinking… 4 tokens").click();
    harness.run();
    harness.get_by_label("hm, the Moon");
}

#[test]
fn words_that_came_are_counted_before_their_speed_is_known() {
    let mut state = write_streaming(Lang::En, Theme::Dark);
    let job = state.write.job.as_mut().expect("it streams");
    (job.pieces, job.first_ms, job.last_ms, job.before) = (1, Some(state.now_ms), Some(state.now_ms), None);
    job.phase = Phase::Running;
    let harness = open(state);
    harness.get_by_label("Tokens so far: 1");
    assert!(harness.query_by_label("Starting…").is_none());
}

#[test]
fn the_status_bar_tells_what_runs_in_the_other_room() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.create.jobs = create_running(Lang::En, Theme::Dark).create.jobs;
    open(state).get_by_label_contains("drawing ");
    let mut state = create_done(Lang::En, Theme::Dark);
    state.write = write_streaming(Lang::En, Theme::Dark).write;
    open(state).get_by_label_contains("writing, tokens so far: ");
}
