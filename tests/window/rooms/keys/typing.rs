//! Decimal commas, input methods, text from right to left, and a press that ends within its frame.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui::{Event, ImeEvent, Key, Modifiers, PointerButton};
use egui_kittest::kittest::Queryable;

use super::{Open, asked_of};
use crate::states::*;

#[test]
fn a_slider_takes_a_decimal_comma() {
    let mut harness = open(write_chat(Lang::En, Theme::Dark));
    let name = T::ValueOf.with(Lang::En, &[&T::Temperature.tr(Lang::En)]);
    harness.get_by_label(&name).focus();
    harness.run();
    harness.event(Event::Text("0,3".into()));
    harness.key_press(Key::Enter);
    assert_eq!(
        asked(&mut harness),
        [Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::Temperature, 0.3)))]
    );
}

#[test]
fn a_press_and_its_release_in_one_frame_move_a_slider() {
    let mut harness = open(fresh(Room::Create, Lang::En, Theme::Dark));
    let rect = harness.get_by_role_and_label(Part::Slider, "Steps").rect();
    let pos = rect.right_center() - egui::vec2(2.0, 0.0);
    let button =
        |pressed| Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE };
    harness.hover_at(pos);
    harness.run();
    harness.input_mut().events.extend([button(true), button(false)]);
    assert_eq!(
        asked(&mut harness)[0],
        Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Steps, 150.0)))
    );
    // The button is up again: moving on changes nothing.
    harness.hover_at(rect.center());
    assert_eq!(asked(&mut harness), []);
}

#[test]
fn an_enter_that_confirms_pinyin_does_not_send() {
    let mut state = write_chat(Lang::Zh, Theme::Dark);
    state.write.draft = "你".into();
    let mut harness = open(state);
    let preedit = |text: &str| Event::Ime(ImeEvent::Preedit { text: text.into(), active_range_chars: None });
    let enter =
        || Event::Key { key: Key::Enter, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE };
    let is_sent = |harness: &mut Open| !asked_of(harness, |c| *c == Command::Write(WriteCommand::Send)).is_empty();
    harness.input_mut().events.push(preedit("hao"));
    harness.step();
    harness.input_mut().events.extend([enter(), Event::Ime(ImeEvent::Commit("好".into()))]);
    assert!(!is_sent(&mut harness));
    harness.input_mut().events.push(preedit("ma"));
    harness.step();
    harness.input_mut().events.push(enter());
    assert!(!is_sent(&mut harness));
    harness.input_mut().events.push(Event::Ime(ImeEvent::Commit("吗".into())));
    harness.step();
    harness.input_mut().events.push(enter());
    assert!(is_sent(&mut harness));
}

#[test]
fn the_candidate_window_is_at_the_caret() {
    let mut state = write_chat(Lang::Zh, Theme::Dark);
    let at = |state: &AppState| {
        let harness = open(state.clone());
        let ime = harness.output().platform_output.ime.expect("the field takes input methods");
        let field = harness.get_by_role_and_label(Part::MultilineTextInput, T::Message.tr(Lang::Zh)).rect();
        assert!(field.expand(2.0).contains_rect(ime.cursor_rect), "{field:?} {:?}", ime.cursor_rect);
        ime.cursor_rect.left()
    };
    let empty = at(&state);
    state.write.draft = "你好世界".into();
    assert!(at(&state) > empty + 4.0 * 12.0);
}

#[test]
fn right_to_left_text_stays_as_it_is_for_screen_readers_and_begins_at_the_right() {
    let mut harness = open(write_chat(Lang::En, Theme::Dark));
    // The fonts of the system draw it; there are none here.
    harness.ctx.set_missing_glyph_policy(egui::MissingGlyphPolicy::Tofu);
    let text = "שלום abc";
    let turns = &mut harness.state_mut().state.write.open.turns;
    text.clone_into(&mut turns[2].message.content);
    "עולם".clone_into(&mut turns[3].message.content);
    harness.run();
    harness.get_by_label(text);
    let (bubble, answer) = (harness.get_by_label(text).rect(), harness.get_by_label("עולם").rect());
    // Answers begin at the right edge of the talk, where the person's words are.
    assert!((bubble.right() - answer.right()).abs() < 24.0, "{bubble:?} {answer:?}");
}
