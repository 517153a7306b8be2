//! Answers and questions as they are drawn: Markdown, code, lines, text from right to left.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use egui::accesskit::Role as Part;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::states::*;

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

/// Regression: a haiku became one line as soon as it was complete.
#[test]
fn the_lines_of_an_answer_stay_lines() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.write.open.turns[3].message.content = "An old pond\na frog jumps\nthe sound of water".into();
    let harness = open(state);
    let line = harness.get_by_label("An old pond\na frog jumps\nthe sound of water").rect().height() / 3.0;
    assert!((18.0..34.0).contains(&line), "three lines, and no empty ones between: {line}");
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
