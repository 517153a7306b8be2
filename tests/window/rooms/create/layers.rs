//! The layers of a scene: by pointer, by keys, by names.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::{Command, CreateCommand, ImageEdit, Input, LayersCommand, update};
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui::{Key, Pos2, Rect};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::states::*;

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
    harness.get_by_role_and_label(Part::Button, "apple").click();
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
        let apple = lang.pick("apple", "苹果");
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

/// A layer is put somewhere by its name.
fn put(harness: &mut Harness<'static, Window>, word: &str, place: Place) {
    let name = LayerName { word: word.into(), nth: 1 };
    let state = &mut harness.state_mut().state;
    let _ = update(
        state,
        Input::Command(Command::Create(CreateCommand::Layers(LayersCommand::Place(name.clone(), place)))),
    );
    let _ = update(state, Input::Command(Command::Create(CreateCommand::Layers(LayersCommand::Choose(Some(name))))));
    harness.run();
}

#[test]
fn a_layer_larger_than_the_view_is_still_scaled_by_a_corner() {
    let mut harness = open(create_layers(Lang::En, Theme::Dark));
    put(&mut harness, "apple", Place { x: 0.5, y: 0.5, side: 3.0 });
    let room = canvas(&harness);
    let (from, to) = (room.left_top() + egui::vec2(7.0, 7.0), room.center() - room.size() * 0.2);
    harness.drag_at(from);
    harness.run();
    harness.hover_at(to);
    harness.run();
    harness.drop_at(to);
    act(&mut harness);
    let now = arrangement(&harness);
    let layers = harness.state().state.create.layers.as_ref().unwrap().clone();
    let side = layers.layer(&LayerName::read("apple.1").unwrap()).unwrap().place.side;
    assert!((0.5..2.0).contains(&side), "{now}");
    // Dragged out, something to take hold of stays.
    put(&mut harness, "apple", Place { x: 9.0, y: -9.0, side: 0.2 });
    let layers = harness.state().state.create.layers.as_ref().unwrap().clone();
    let layer = layers.layer(&LayerName::read("apple.1").unwrap()).unwrap().clone();
    let [left, top, right, bottom] = layer.shown_at(layer.place);
    assert!(left < 0.95 && bottom > 0.05 && right > left && top < bottom, "{layer:?}");
}

#[test]
fn a_click_beside_an_open_menu_only_closes_it() {
    let mut harness = open(create_layers(Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::Button, "apple").click();
    act(&mut harness);
    harness.get_by_role_and_label(Part::Button, T::LayerColour.tr(Lang::En)).click();
    act(&mut harness);
    let blue = T::ColourBlue.tr(Lang::En);
    assert!(harness.query_by_role_and_label(Part::Button, blue).is_some());
    let tree = at(&harness, 0.75, 0.55);
    let click = |harness: &mut Harness<'static, Window>| {
        harness.drag_at(tree);
        harness.drop_at(tree);
        act(harness);
        harness.run();
    };
    click(&mut harness);
    assert!(harness.query_by_role_and_label(Part::Button, blue).is_none(), "it is closed");
    assert_eq!(chosen(&harness).as_deref(), Some("apple.1"), "and nothing else happened");
    click(&mut harness);
    assert_eq!(chosen(&harness).as_deref(), Some("tree.1"));
}

#[test]
fn what_cannot_act_yet_is_greyed_and_the_view_says_why() {
    for lang in Lang::ALL {
        let is_disabled = |harness: &Harness<'static, Window>, words: T| {
            harness.get_by_role_and_label(Part::Button, words.tr(lang)).accesskit_node().is_disabled()
        };
        // An older picture, whose things are not in memory.
        let mut state = create_done(lang, Theme::Dark);
        let record = &mut state.create.strip[0].record;
        (record.prompt, record.width, record.height) = ("a red apple and a tree".into(), 512, 512);
        let _ = update(
            &mut state,
            Input::Command(Command::Create(CreateCommand::Layers(LayersCommand::Open((JobId(9), 0))))),
        );
        let harness = open(state.clone());
        assert!(is_disabled(&harness, T::LayersDone) && is_disabled(&harness, T::SaveAs));
        assert!(harness.query_all_by_label(T::LayersWait.tr(lang)).next().is_some());
        let job = state.create.layers.as_ref().and_then(|layers| layers.job.as_ref()).expect("a job").id;
        let progress = StepProgress { index: 0, count: 1, step: 3, steps: 24, eta_s: 4.0 };
        let _ = update(&mut state, Input::Engine(Event { job, kind: EventKind::Progress(progress) }));
        let harness = open(state);
        let says = T::LayersStep.with(lang, &[&3, &24, &seconds(4.0, lang)]);
        assert!(harness.query_all_by_label(&says).next().is_some() && is_disabled(&harness, T::LayersDone));

        let mut harness = open(create_layers(lang, Theme::Dark));
        let can = |harness: &Harness<'static, Window>| {
            [T::LayersDone, T::LayersUndo, T::LayersRedo].map(|words| !is_disabled(harness, words))
        };
        assert_eq!(can(&harness), [true, false, false]);
        let ground = T::LayersGround.tr(lang);
        harness.get_by_role_and_label(Part::Button, &T::LayerHide.with(lang, &[&ground])).click();
        act(&mut harness);
        assert_eq!((arrangement(&harness).as_str(), can(&harness)), ("ground: hide", [true, true, false]));
        harness.get_by_role_and_label(Part::Button, T::LayersUndo.tr(lang)).click();
        act(&mut harness);
        assert_eq!((arrangement(&harness).as_str(), can(&harness)), ("", [true, false, true]));
        harness.get_by_role_and_label(Part::Button, T::LayersRedo.tr(lang)).click();
        act(&mut harness);
        assert_eq!((arrangement(&harness).as_str(), can(&harness)), ("ground: hide", [true, true, false]));
        assert!(harness.query_by_role_and_label(Part::Button, &T::LayerShow.with(lang, &[&ground])).is_some());
    }
}

#[test]
fn layers_have_the_words_of_their_prompt_and_say_whose_they_are() {
    for lang in Lang::ALL {
        let mut state = create_layers(lang, Theme::Dark);
        let prompt = state.create.strip[0].record.prompt.clone();
        let edit = ImageEdit::Prompt("something else".into());
        let _ = update(&mut state, Input::Command(Command::Create(CreateCommand::SetImage(edit))));
        let mut harness = open(state);
        assert!(harness.query_by_label(&T::LayersOf.with(lang, &[&prompt])).is_some());
        assert_eq!(harness.state().state.settings.image.prompt, "something else", "the draft stays");
        harness.get_by_role_and_label(Part::Button, lang.pick("apple", "苹果")).click();
        act(&mut harness);
        let label = lang.pick("red apple", "红苹果");
        assert!(harness.query_by_label(&T::LayerSeenAs.with(lang, &[&label])).is_some());
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

/// Regression: the record of a picture had the file's short form of its layers, in Chinese too.
#[test]
fn the_record_tells_what_was_changed_in_words() {
    for lang in Lang::ALL {
        let mut state = create_done(lang, Theme::Dark);
        let record = &mut state.create.strip[0].record;
        record.arrangement = Arrangement::read("cat.1: flip; ground: hide");
        record.sampler = Sampler::Automatic;
        let mut harness = open(state);
        harness.get_by_label(T::ShowSettings.tr(lang)).click();
        act(&mut harness);
        harness.get_by_label(lang.pick("cat: flipped\nBackground hidden", "cat：已翻转\n已隐藏背景"));
        harness.get_by_label(&format!("24 · {}", T::Automatic.tr(lang)));
    }
}
