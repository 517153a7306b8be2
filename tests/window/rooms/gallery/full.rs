//! The full view: arrows, zoom, a comparison, and how a picture gets there.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

use crate::states::*;

#[test]
fn a_double_click_in_the_gallery_opens_the_full_view_and_leaves_the_prompt() {
    let mut harness = open(gallery(Lang::En, Theme::Dark, 30, 10));
    let path = item(2).path;
    let name = harness.state().state.gallery.item(&path).unwrap().record.as_ref().unwrap().prompt.clone();
    let label = T::PictureNamed.with(Lang::En, &[&name]);
    let at = harness.get_all_by_role_and_label(Part::ListBoxOption, &label).next().unwrap().rect().center();
    for _ in 0..2 {
        harness.hover_at(at);
        for pressed in [true, false] {
            let modifiers = Modifiers::NONE;
            harness.event(egui::Event::PointerButton {
                pos: at,
                button: egui::PointerButton::Primary,
                pressed,
                modifiers,
            });
        }
        harness.step();
    }
    let commands = asked(&mut harness);
    let clicks: Vec<_> =
        commands.iter().filter(|c| !matches!(c, Command::Gallery(GalleryCommand::NeedThumbnail(_)))).collect();
    let select = Command::Gallery(GalleryCommand::Select(Some(path)));
    assert_eq!(clicks, [&select, &select, &Command::Gallery(GalleryCommand::ShowFull(true))]);
}

#[test]
fn the_full_view_has_arrows_information_and_a_way_back() {
    for lang in Lang::ALL {
        let mut state = gallery(lang, Theme::Dark, 30, 10);
        state.gallery.selected = Some(item(2).path);
        let mut harness = open(state);
        harness.key_press(Key::Space);
        act(&mut harness);
        assert!(harness.state().state.gallery.full);
        harness.get_by_label(&T::PlaceOf.with(lang, &[&3, &30]));
        harness.key_press(Key::ArrowRight);
        act(&mut harness);
        harness.get_by_label(T::NextPicture.tr(lang)).click();
        act(&mut harness);
        harness.key_press(Key::ArrowLeft);
        act(&mut harness);
        assert_eq!(harness.state().state.gallery.selected, Some(item(3).path));
        assert!(harness.query_by_label("AIGC Studio 0.1.0").is_none());
        harness.key_press(Key::I);
        act(&mut harness);
        harness.get_by_label("AIGC Studio 0.1.0");
        // The action that changes prompt and sliders has its name.
        harness.get_by_label(T::UseSettings.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::Gallery(GalleryCommand::UseItem(item(3).path))]);
        harness.key_press(Key::Escape);
        act(&mut harness);
        assert!(!harness.state().state.gallery.full);
        assert_eq!(harness.state().state.gallery.selected, Some(item(3).path), "where the person was");
    }
}

#[test]
fn a_picture_in_full_is_zoomed_and_panned_and_fitted_again() {
    let mut state = gallery(Lang::En, Theme::Dark, 3, 3);
    state.gallery.selected = Some(item(1).path);
    state.gallery.full = true;
    state.gallery.opened = Some((item(1).path, sticker(1, 0.0)));
    let mut harness = open(state);
    let percent = |harness: &egui_kittest::Harness<'static, Window>| {
        let shapes = &harness.output().shapes;
        let texts = shapes.iter().filter_map(|s| match &s.shape {
            egui::Shape::Text(text) => Some(text.galley.text().to_owned()),
            _ => None,
        });
        texts.into_iter().find(|text| text.ends_with('%') && text.len() < 6)
    };
    assert_eq!(percent(&harness), None, "fitted");
    harness.key_press(Key::Plus);
    harness.run();
    let larger = percent(&harness).expect("the zoom is told");
    harness.key_press(Key::Minus);
    harness.key_press(Key::Minus);
    harness.run();
    assert_ne!(percent(&harness), Some(larger));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num9);
    harness.run();
    assert_eq!(percent(&harness), None);
}

/// Regression: a double click opened the picture that was chosen before, and at a calm pace nothing.
#[test]
fn a_double_click_opens_the_picture_under_the_pointer_at_any_pace() {
    type Here = egui_kittest::Harness<'static, Window>;
    // All in one frame; the commands go into the state.
    let frame = |harness: &mut Here, n: usize, presses: &[bool]| {
        let pos = harness.get_all_by_role(Part::ListBoxOption).nth(n).unwrap().rect().center();
        let (button, modifiers) = (egui::PointerButton::Primary, Modifiers::NONE);
        let press = |pressed: &bool| egui::Event::PointerButton { pos, button, pressed: *pressed, modifiers };
        let events = &mut harness.input_mut().events;
        events.push(egui::Event::PointerMoved(pos));
        events.extend(presses.iter().map(press));
        harness.step();
        for command in std::mem::take(&mut harness.state_mut().commands) {
            let _ = update(&mut harness.state_mut().state, Input::Command(command));
        }
    };
    let shown = |harness: &Here| {
        let gallery = &harness.state().state.gallery;
        (gallery.selected.clone().unwrap(), gallery.full)
    };
    // Another picture was chosen a moment before.
    let begin = || {
        let mut harness = open(gallery(Lang::En, Theme::Light, 30, 10));
        frame(&mut harness, 1, &[]);
        frame(&mut harness, 1, &[true, false]);
        assert_eq!(shown(&harness), (item(1).path, false));
        frame(&mut harness, 4, &[]);
        harness
    };
    let mut harness = begin();
    frame(&mut harness, 4, &[true, false]);
    assert_eq!(shown(&harness), (item(4).path, false), "two clicks on two pictures are no double click");

    let mut harness = begin();
    frame(&mut harness, 4, &[true, false, true, false]);
    assert_eq!(shown(&harness), (item(4).path, true), "both clicks within one frame");

    // Frames of 0.05 s: each button is held for 0.2 s, and 0.2 s pass between the clicks.
    let mut harness = begin();
    for pressed in [true, false, true, false] {
        frame(&mut harness, 4, &[pressed]);
        harness.run_steps(3);
    }
    assert_eq!(shown(&harness), (item(4).path, true), "over several frames");

    let mut harness = begin();
    harness.run_steps(20);
    frame(&mut harness, 1, &[true, false]);
    assert_eq!(shown(&harness), (item(1).path, false), "two clicks far apart are two");
}

/// Regression: a click in a small window put the details in the place of the grid, where Enter did nothing.
#[test]
fn a_small_window_keeps_its_grid_and_opens_the_chosen_picture_by_enter() {
    for lang in Lang::ALL {
        let mut harness = open_small(gallery(lang, Theme::Dark, 30, 10));
        harness.get_all_by_role(Part::ListBoxOption).nth(1).unwrap().click();
        act(&mut harness);
        assert_eq!(harness.state().state.gallery.selected, Some(item(1).path));
        assert!(harness.get_all_by_role(Part::ListBoxOption).count() > 2, "the grid is still there");
        harness.get_by_role_and_label(Part::Button, T::UseSettings.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::Gallery(GalleryCommand::UseItem(item(1).path))]);
        harness.key_press(Key::Enter);
        act(&mut harness);
        assert!(harness.state().state.gallery.full);
    }
}

/// 900x600 at 150 %.
fn open_small(state: AppState) -> egui_kittest::Harness<'static, Window> {
    let mut harness = harness(state, [600.0, 400.0]);
    harness.run();
    harness
}

#[test]
fn a_broken_picture_is_marked_in_the_grid_and_told_in_full() {
    for lang in Lang::ALL {
        let mut state = gallery(lang, Theme::Dark, 10, 10);
        let error = aigc_studio::error::StudioError::from(aigc_studio::error::Cause::CutPicture { path: item(2).path });
        let event = StoreEvent::NoThumbnail { path: item(2).path, error: Some(error.clone()) };
        let _ = update(&mut state, Input::Store(event));
        let mut harness = open(state);
        let broken = T::BrokenPicture.tr(lang);
        assert_eq!(
            harness
                .get_all_by_role(Part::ListBoxOption)
                .filter(|card| { card.accesskit_node().label().is_some_and(|label| label.contains(broken)) })
                .count(),
            1
        );
        for full in [false, true] {
            harness.state_mut().state.gallery.selected = Some(item(2).path);
            harness.state_mut().state.gallery.full = full;
            harness.run();
            harness.get_by_label(&error.summary(lang));
            harness.get_by_label(&error.remedy(lang));
        }
    }
}

#[test]
fn compared_pictures_have_names_and_actions_of_their_own_and_say_what_differs() {
    for lang in Lang::ALL {
        let mut state = gallery(lang, Theme::Dark, 10, 0);
        state.gallery.selected = Some(item(1).path);
        state.gallery.marked = [item(1).path, item(2).path].into();
        state.gallery.full = true;
        let mut harness = open(state);
        for n in [1, 2] {
            harness.get_by_label(&item(n).path.file_name().unwrap().to_string_lossy());
        }
        let told = T::DifferIn.tr(lang).replace("{0}", "");
        let of = |node: egui_kittest::Node<'_>| node.accesskit_node().label().or_else(|| node.value());
        assert!(harness.root().children_recursive().filter_map(of).any(|text| text.starts_with(&told)));
        harness.get_all_by_label(T::DeleteToTrash.tr(lang)).nth(1).unwrap().click();
        assert_eq!(asked(&mut harness), [Command::Gallery(GalleryCommand::TrashItem(item(2).path))]);
        harness.get_all_by_label(T::OpenFull.tr(lang)).next().unwrap().click();
        act(&mut harness);
        let gallery = &harness.state().state.gallery;
        assert!(gallery.full && !gallery.is_comparing() && gallery.selected == Some(item(1).path));
    }
}
