//! Write as a tree: typing, sending, stopping, editing, the list, the sliders.

use crate::states::*;
use aigc_studio::domain::*;
use aigc_studio::error::Cause;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

fn focus_message(harness: &mut Harness<'static, Window>) {
    harness.get_by_role_and_label(Part::MultilineTextInput, "Message").focus();
    harness.run();
    harness.state_mut().commands.clear();
}

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
fn conversations_are_opened_searched_renamed_and_deleted() {
    let mut harness = open(write_chat(Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::ListBoxOption, "Write a haiku about rain").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::OpenConversation(ConversationId("b".into())))]);
    harness.get_by_label("Delete: Explain tides to a child").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::TrashConversation(ConversationId("a".into())))]);
    harness.get_by_role_and_label(Part::TextInput, "Search conversations").focus();
    harness.run();
    harness.get_by_role_and_label(Part::TextInput, "Search conversations").type_text("k");
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::SetSearch("k".into()))]);
    harness.get_by_role_and_label(Part::Button, "Rename: Explain tides to a child").click();
    let titles = asked(&mut harness);
    assert!(matches!(&titles[..], [Command::Write(WriteCommand::BeginTitle(_))]), "{titles:?}");
    let _ = update(&mut harness.state_mut().state, Input::Command(titles[0].clone()));
    harness.run();
    harness.get_by_role_and_label(Part::TextInput, "Title").type_text("!");
    let titles = asked(&mut harness);
    assert!(matches!(&titles[..], [Command::Write(WriteCommand::SetTitle(..))]), "{titles:?}");
    harness.get_by_role_and_label(Part::Button, "New conversation").click();
    assert_eq!(asked(&mut harness)[0], Command::Write(WriteCommand::NewConversation));
}

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
fn the_first_use_says_what_will_be_fetched() {
    let mut harness = open(fresh(Room::Write, Lang::En, Theme::Dark));
    harness.get_by_label_contains("(98.4 MB) will be fetched when you first send");
    harness.get_by_label("Fetch now").click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::Fetch(SMOLLM_ID.into()))]);
    harness.get_by_label("Write a haiku about rain").click();
    assert_eq!(asked(&mut harness), [Command::TakeExample("Write a haiku about rain".into())]);
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

fn streaming(text: &str) -> AppState {
    let mut state = write_streaming(Lang::En, Theme::Dark);
    state.write.open.turns.last_mut().expect("there are turns").message.content = text.into();
    state
}

#[test]
fn markdown_is_drawn_while_it_streams() {
    let mut harness = open(streaming("## A **title**\n\nWords that are **bo"));
    harness.get_by_label("A title");
    harness.get_by_label("Words that are bo");
    let last = harness.state_mut().state.write.open.turns.last_mut().expect("there are turns");
    last.message.content.push_str("ld**, and \\(x^2");
    harness.run();
    harness.get_by_label("Words that are bold, and x²");
}

#[test]
fn a_task_has_one_mark_and_a_link_can_be_followed() {
    let text = "- [x] done\n- [ ] to do\n\nSee [the page](https://example.org/a) or [this](javascript:alert(1)).";
    let mut harness = open(prose::write_prose(Lang::En, Theme::Dark, text));
    let done = harness.get_by_role_and_label(Part::CheckBox, "done");
    assert_eq!(done.accesskit_node().toggled(), Some(egui::accesskit::Toggled::True));
    let open = harness.get_by_role_and_label(Part::CheckBox, "to do");
    assert_eq!(open.accesskit_node().toggled(), Some(egui::accesskit::Toggled::False));
    assert!(harness.query_by_label_contains("[x]").is_none(), "the mark is not written too");
    assert!(harness.query_by_role_and_label(Part::Link, "this").is_none(), "a script is no link");
    harness.get_by_role_and_label(Part::Link, "the page").click();
    // It goes the way of all that is handed to the desktop, so that its failure is told.
    let opened = Command::OpenLink("https://example.org/a".into());
    assert_eq!(asked(&mut harness).into_iter().filter(|command| *command == opened).count(), 1);
}

#[test]
fn code_is_copied_by_its_button() {
    let mut harness = open(prose::write_prose(Lang::En, Theme::Dark, "```rust\nlet x = 1;\n```"));
    harness.get_by_label("rust");
    harness.get_by_role_and_label(Part::Button, "Copy this code").click();
    let mut copied = Vec::new();
    for _ in 0..4 {
        harness.step();
        copied.extend(harness.output().platform_output.commands.clone());
    }
    let is = |command: &egui::OutputCommand| matches!(command, egui::OutputCommand::CopyText(t) if t == "let x = 1;");
    assert!(copied.iter().any(is), "{copied:?}");
}

#[test]
fn nothing_of_an_answer_leaves_its_column() {
    for (name, text) in prose::TEXTS {
        for size in [[900.0, 600.0], SIZE] {
            let mut harness = harness(prose::write_prose(Lang::En, Theme::Dark, text), size);
            harness.run();
            // The field and the button beside it are as wide as the answer, but for their frame.
            let field = harness.get_by_role_and_label(Part::MultilineTextInput, "Message").rect();
            let column = field.union(harness.get_by_role_and_label(Part::Button, "Send").rect()).expand(8.0);
            let list = harness.get_by_label("Personas").rect();
            let labels = harness.get_all_by_role(Part::Label).filter(|node| {
                let rect = node.rect();
                let middle = rect.left() > list.right() && rect.left() < column.right();
                middle && rect.bottom() < column.top() && rect.top() > 48.0
            });
            for label in labels {
                let (rect, node) = (label.rect(), label.accesskit_node());
                let said = node.label().or_else(|| node.value()).unwrap_or_default();
                // Code scrolls sideways.
                let inside = rect.left() >= column.left() - 1.0 && rect.right() <= column.right() + 1.0;
                assert!(inside || said.starts_with("fn main"), "{name} at {size:?}: {rect:?} of {column:?}: {said}");
            }
        }
    }
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

/// Regression: a haiku became one line as soon as it was complete.
#[test]
fn the_lines_of_an_answer_stay_lines() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.write.open.turns[3].message.content = "An old pond\na frog jumps\nthe sound of water".into();
    let harness = open(state);
    let line = harness.get_by_label("An old pond\na frog jumps\nthe sound of water").rect().height() / 3.0;
    assert!((18.0..34.0).contains(&line), "three lines, and no empty ones between: {line}");
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

/// A question with everything that Markdown has.
fn asked_in_markdown() -> AppState {
    let mut state = write_chat(Lang::En, Theme::Dark);
    let question = &mut state.write.open.turns[0];
    question.message.content = "Is **this** right: $x^2$\nor `that`?\n\n7. one\n8. two".into();
    state
}

#[test]
fn a_question_is_drawn_as_answers_are_and_keeps_its_line_breaks() {
    let mut harness = open(asked_in_markdown());
    let question = harness.get_by_label("Is this right: x²\nor that?").rect();
    harness.get_by_label("8.");
    let one = harness.get_by_label("one").rect();
    assert!(one.top() > question.bottom());
    // A bubble is as wide as its words.
    harness.state_mut().state.write.open.turns[0].message.content = "Hi".into();
    harness.run();
    let short = harness.get_by_label("Hi").rect();
    assert!(short.width() < 40.0 && short.right() > question.left() + 100.0, "{short:?} {question:?}");
}

#[test]
fn markdown_that_runs_from_right_to_left_is_drawn_from_the_right() {
    // No font of the program has such a script: the mark that begins such a text stands in.
    let text = "# \u{200f}Title\n\n\u{200f}Some **bold** words\n\n7. \u{200f}one\n8. \u{200f}two\n\n```\ncode\n```";
    let harness = open(prose::write_prose(Lang::En, Theme::Dark, text));
    let heading = harness.get_by_label("\u{200f}Title").rect();
    let paragraph = harness.get_by_label("\u{200f}Some bold words").rect();
    assert!(paragraph.top() >= heading.bottom(), "paragraphs stay apart");
    let (number, item) = (harness.get_by_label("8.").rect(), harness.get_by_label("\u{200f}two").rect());
    assert!(number.left() >= item.right() - 1.0, "numbers are at the right: {number:?} {item:?}");
    harness.get_by_label("Copy this code");
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
