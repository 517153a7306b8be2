//! Where the focus is, the order in which Tab leads through a room, and the ring that shows it.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use aigc_studio::ui::theme::Palette;
use aigc_studio::writing::forms::find;
use egui::accesskit::Role as Part;
use egui::{Event, Key, Modifiers, Rect, Shape, StrokeKind};
use egui_kittest::kittest::{NodeT, Queryable};

use super::{Open, asked_of, focused, is_focused, states, walk};
use crate::states::*;

#[test]
fn the_focus_is_where_a_person_would_type() {
    let (create, message) = ("Prompt", "Message");
    let mut harness = open(fresh(Room::Create, Lang::En, Theme::Dark));
    is_focused(&harness, create);
    harness.state_mut().state = write_chat(Lang::En, Theme::Dark);
    harness.run();
    is_focused(&harness, message);
    // An icon, and Esc.
    harness.get_by_role_and_label(Part::Button, T::ShowSliders.tr(Lang::En)).click();
    harness.run();
    is_focused(&harness, message);
    harness.key_press(Key::Escape);
    harness.run();
    is_focused(&harness, message);
    // A field that opens, and closes.
    harness.state_mut().state.write.editing = Some((3, "again".into()));
    harness.run();
    is_focused(&harness, T::EditTurn.tr(Lang::En));
    harness.state_mut().state.write.editing = None;
    harness.run();
    is_focused(&harness, message);
    // From a field elsewhere into another conversation.
    harness.get_by_role_and_label(Part::TextInput, "Search conversations").focus();
    harness.run();
    is_focused(&harness, "Search conversations");
    harness.state_mut().state.write.open = OpenConversation::default();
    harness.run();
    is_focused(&harness, message);
    // Characters: the search, then the name of the one that is edited, then the talk again.
    harness.state_mut().state = personas(Lang::En, Theme::Dark);
    harness.run();
    is_focused(&harness, "Search personas");
    harness.state_mut().state.personas.editing = Some(PersonaDraft::default());
    harness.run();
    is_focused(&harness, "Name");
    harness.state_mut().state = write_chat(Lang::En, Theme::Dark);
    harness.run();
    is_focused(&harness, message);
    // A form, and a page.
    let form = find("translation").expect("the form");
    harness.state_mut().state.write.form = Some(FormState { id: form.id.clone(), values: form.defaults(Lang::En) });
    harness.run();
    is_focused(&harness, form.fields[0].label(Lang::En));
    harness.state_mut().state = write_page(Lang::En, Theme::Dark);
    harness.run();
    is_focused(&harness, "The text of the page");
}

#[test]
fn letters_find_their_field() {
    let mut harness = open(gallery(Lang::En, Theme::Dark, 30, 0));
    assert_eq!(focused(&harness), None);
    harness.event(Event::Text("c".into()));
    assert_eq!(
        asked_of(&mut harness, |c| matches!(c, Command::Gallery(GalleryCommand::SetSearch(_)))),
        [Command::Gallery(GalleryCommand::SetSearch("c".into()))]
    );
    let mut harness = open(create_done(Lang::En, Theme::Dark));
    harness.event(Event::Text("!".into()));
    let typed = asked_of(&mut harness, |c| matches!(c, Command::Create(CreateCommand::SetImage(ImageEdit::Prompt(_)))));
    assert_eq!(typed, [Command::Create(CreateCommand::SetImage(ImageEdit::Prompt("a red apple!".into())))]);
}

#[test]
fn tab_follows_the_eye_through_every_room_and_leaves_nothing_out() {
    for lang in Lang::ALL {
        for state in states(lang) {
            let (room, noted) = (state.room(), !state.notices.list.is_empty());
            let waiting = usize::from(!state.desk.waiting.is_empty());
            let mut harness = open(state);
            let stops = walk(&mut harness);
            let names: Vec<&str> = stops.iter().map(|(name, _)| name.as_str()).collect();
            let at =
                |name: &str| names.iter().position(|n| *n == name).unwrap_or_else(|| panic!("{name} in {names:?}"));
            // Round from where the work begins: the rail comes after it, the language last.
            let turned = |i: usize| (i + stops.len() - at(T::Settings.tr(lang))) % stops.len();
            // A note that passes stands before it, and jobs of the last time.
            assert!(turned(at("中文")) <= if noted { 5 } else { 3 } + waiting, "{room:?}: {names:?}");
            if room == Room::Create {
                let prompt = names.iter().position(|n| *n == T::Prompt.tr(lang)).expect("the prompt");
                assert!((prompt + stops.len() - at("中文")) % stops.len() <= 1, "{names:?}");
                assert!(turned(at(T::Generate.tr(lang))) > turned(prompt), "{names:?}");
                // A group of choices is one stop.
                let count = format!("{}: ", T::Count.tr(lang));
                let counts: Vec<_> = (0..names.len()).filter(|i| names[*i].starts_with(&count)).collect();
                assert!(matches!(&*counts, [i] if turned(*i) < turned(at(T::Generate.tr(lang)))), "{names:?}");
            }
            // What stands on one row is gone through from the left.
            for two in stops.windows(2) {
                let (a, b) = (two[0].1, two[1].1);
                let a_row = (a.center().y - b.center().y).abs() < 1.0 && (a.left() - b.right()).abs() < 24.0;
                assert!(!a_row || a.left() <= b.left(), "{room:?}: {two:?}");
            }
        }
    }
}

#[test]
fn shift_tab_goes_back() {
    let mut harness = open(create_done(Lang::En, Theme::Dark));
    harness.key_press(Key::Tab);
    harness.run();
    let second = focused(&harness);
    harness.key_press(Key::Tab);
    harness.run();
    assert_ne!(focused(&harness), second);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::Tab);
    harness.run();
    assert_eq!(focused(&harness), second);
}

/// All rings in what was painted last.
fn rings(harness: &Open) -> Vec<Rect> {
    fn look(shape: &Shape, found: &mut Vec<Rect>) {
        match shape {
            Shape::Vec(all) => all.iter().for_each(|shape| look(shape, found)),
            Shape::Rect(rect) if rect.stroke.width == 2.0 && rect.stroke_kind == StrokeKind::Outside => {
                assert_eq!(rect.stroke.color, Palette::dark(true).accent_text);
                found.push(rect.rect);
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    harness.output().shapes.iter().for_each(|clipped| look(&clipped.shape, &mut found));
    found
}

#[test]
fn one_ring_shows_the_focus_everywhere() {
    for state in states(Lang::En) {
        let room = state.room();
        let page = state.write.open.page.is_some() && room == Room::Write;
        let mut harness = open(state);
        for _ in 0..40 {
            harness.key_press(Key::Tab);
            harness.run();
            let Some(node) = harness.root().children_recursive().find(|node| node.is_focused()) else {
                panic!("{room:?}")
            };
            let (name, rect) = (focused(&harness), node.rect());
            // A whole sheet has its text cursor.
            if page && name.as_deref() == Some(T::PageText.tr(Lang::En)) {
                continue;
            }
            let rings = rings(&harness);
            assert_eq!(rings.len(), 1, "{room:?}: {name:?}");
            assert!(rings[0].expand(1.0).contains_rect(rect), "{room:?}: {name:?} {rect:?} {rings:?}");
        }
    }
}
