//! The layers of a scene: by pointer, by keys, by names.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui::{Key, Pos2, Rect};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::act;
use crate::ui_states::*;

fn arrangement(harness: &Harness<'static, Window>) -> String {
    harness.state().state.create.layers.as_ref().expect("layers").arrangement().to_string()
}

fn chosen(harness: &Harness<'static, Window>) -> Option<String> {
    harness.state().state.create.layers.as_ref()?.chosen.as_ref().map(ToString::to_string)
}

/// Where the scene is on the screen; its layers are in its left and right half.
fn canvas(harness: &Harness<'static, Window>) -> Rect {
    let node = harness
        .get_by(|node| node.role() == Part::Image && node.label().is_some_and(|label| label.starts_with("The scene.")));
    node.rect()
}

fn at(harness: &Harness<'static, Window>, x: f32, y: f32) -> Pos2 {
    let room = canvas(harness);
    let side = room.width().min(room.height()) - 48.0;
    let rect = Rect::from_center_size(room.center(), egui::Vec2::splat(side));
    rect.min + egui::vec2(x, y) * side
}

#[test]
fn a_layer_is_chosen_by_a_click_and_dragged_to_another_place() {
    let mut harness = open(create_layers(Lang::En, Theme::Dark));
    let (from, to) = (at(&harness, 0.25, 0.55), at(&harness, 0.5, 0.3));
    harness.drag_at(from);
    harness.run();
    harness.hover_at(from.lerp(to, 0.5));
    harness.run();
    harness.hover_at(to);
    harness.run();
    let uploads = harness.state().views.counters().uploads;
    for step in 0..5 {
        harness.hover_at(to + egui::vec2(step as f32, 0.0));
        harness.run();
    }
    assert_eq!(harness.state().views.counters().uploads, uploads, "a drag uploads no pictures");
    harness.hover_at(to);
    harness.drop_at(to);
    act(&mut harness);
    assert_eq!(chosen(&harness).as_deref(), Some("apple.1"));
    let place =
        harness.state().state.create.layers.as_ref().unwrap().arrangement().get(&LayerName::read("apple.1").unwrap());
    let place = place.and_then(|change| change.place).expect("it was moved");
    assert!((place.x - 0.5).abs() < 0.05 && (place.y - 0.25).abs() < 0.08 && place.side == 0.5, "{place:?}");
    // A click beside all of them chooses none.
    let clear = at(&harness, 0.02, 0.02);
    harness.drag_at(clear);
    harness.drop_at(clear);
    act(&mut harness);
    assert_eq!(chosen(&harness), None);
}

#[test]
fn keys_move_scale_and_hide_the_chosen_layer() {
    let mut harness = open(create_layers(Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::Button, "red apple").click();
    act(&mut harness);
    assert_eq!(chosen(&harness).as_deref(), Some("apple.1"));
    // Regression: after a click in the list the keys went into the prompt.
    for (key, says) in [
        (Key::ArrowRight, "apple.1: x=0.26 y=0.5 side=0.5"),
        (Key::ArrowUp, "apple.1: x=0.26 y=0.49 side=0.5"),
        (Key::Plus, "apple.1: x=0.26 y=0.49 side=0.55"),
        (Key::Delete, "apple.1: x=0.26 y=0.49 side=0.55 hide"),
    ] {
        harness.key_press(key);
        act(&mut harness);
        let now = arrangement(&harness);
        assert!(now == says || now.starts_with(&says[..says.len() - 1]), "{key:?}: {now}");
    }
}

#[test]
fn everything_can_be_done_by_name_in_both_languages() {
    for lang in Lang::ALL {
        let mut harness = open(create_layers(lang, Theme::Dark));
        let apple = lang.pick("red apple", "红苹果");
        let press = |harness: &mut Harness<'static, Window>, name: &str| {
            // What lies on top comes last: a menu may have the names of what is below it.
            harness.get_all_by_role_and_label(Part::Button, name).last().expect(name).click();
            act(harness);
        };
        press(&mut harness, apple);
        for (button, says) in [
            (T::LayerFlip, "flip"),
            (T::LayerBackward, "order: apple.1, tree.1"),
            (T::LayerLarger, "side=0.55"),
            (T::LayerRedraw, "seed="),
        ] {
            press(&mut harness, button.tr(lang));
            assert!(arrangement(&harness).contains(says), "{}: {}", button.tr(lang), arrangement(&harness));
        }
        press(&mut harness, &T::LayerHide.with(lang, &[&apple]));
        assert!(arrangement(&harness).contains("hide"));
        press(&mut harness, &T::LayerShow.with(lang, &[&apple]));
        press(&mut harness, T::LayerColour.tr(lang));
        press(&mut harness, T::ColourBlue.tr(lang));
        assert!(arrangement(&harness).contains("colour=blue") && !arrangement(&harness).contains("hide"));
        press(&mut harness, T::LayersReset.tr(lang));
        assert_eq!(arrangement(&harness), "");
        press(&mut harness, T::LayersUndo.tr(lang));
        assert!(arrangement(&harness).contains("colour=blue"));
        press(&mut harness, T::LayersDone.tr(lang));
        assert!(harness.state().state.create.layers.is_none());
    }
}

#[test]
fn a_picture_of_several_things_offers_its_layers_and_another_does_not() {
    for (prompt, offered) in [("a red apple and a tree", true), ("a red apple", false)] {
        let mut state = create_done(Lang::En, Theme::Dark);
        let record = &mut state.create.strip[0].record;
        (record.prompt, record.width, record.height) = (prompt.into(), 512, 512);
        let harness = open(state);
        assert_eq!(harness.query_by_label(T::Layers.tr(Lang::En)).is_some(), offered, "{prompt}");
    }
}
