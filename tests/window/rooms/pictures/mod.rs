//! Pictures in the window: the gallery's grid and full view, a batch, copies in other sizes, sizes to draw.

mod layers;

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

use crate::states::*;

mod reading;

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

/// Regression: the strip took a sideways wheel alone.
#[test]
fn the_wheel_moves_the_strip_under_it() {
    let mut state = create_done(Lang::En, Theme::Dark);
    // Their jobs are others than those of the pictures that come.
    state.create.strip.iter_mut().for_each(|shot| shot.key.0.0 += 1000);
    let items = (0..30).map(item).filter(|item| item.record.is_some()).collect();
    let _ = update(&mut state, Input::Store(StoreEvent::Recent(items)));
    let mut harness = open(state);
    let first = |harness: &egui_kittest::Harness<'static, Window>| {
        harness.get_by_label(&T::PictureNamed.with(Lang::En, &[&"a blue ball"])).rect()
    };
    let before = first(&harness);
    harness.hover_at(before.center());
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, -40.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Trackpad,
        modifiers: Modifiers::NONE,
    });
    harness.run_steps(20);
    assert!(first(&harness).left() < before.left() - 20.0, "{:?} {before:?}", first(&harness));
}

#[test]
fn several_pictures_are_selected_and_the_bar_acts_on_all_of_them() {
    for lang in Lang::ALL {
        let mut harness = open(gallery(lang, Theme::Light, 30, 10));
        let click = |harness: &mut egui_kittest::Harness<'static, Window>, n: usize, modifiers: Modifiers| {
            harness.get_all_by_role(Part::ListBoxOption).nth(n).unwrap().click_modifiers(modifiers);
            act(harness);
            // So that the next click is no second one of two.
            harness.run_steps(12);
        };
        click(&mut harness, 0, Modifiers::NONE);
        click(&mut harness, 2, Modifiers::COMMAND);
        assert_eq!(harness.state().state.gallery.marked.len(), 2);
        click(&mut harness, 4, Modifiers::SHIFT);
        let paths: Vec<_> = (2..=4).map(|n| item(n).path).collect();
        assert_eq!(harness.state().state.gallery.marked.iter().cloned().collect::<Vec<_>>(), paths);
        harness.get_by_label(&T::MarkedCount.with(lang, &[&3]));
        harness.get_by_label(T::SaveCopies.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::Gallery(GalleryCommand::SaveCopies(paths.clone()))]);
        harness.key_press(Key::Delete);
        assert_eq!(asked(&mut harness), [Command::Gallery(GalleryCommand::TrashItems(paths))]);
        harness.get_by_label(T::Compare.tr(lang)).click();
        act(&mut harness);
        assert!(harness.state().state.gallery.is_comparing());
        harness.key_press(Key::Escape);
        act(&mut harness);
        harness.key_press(Key::Escape);
        act(&mut harness);
        assert!(harness.state().state.gallery.marked.is_empty());
        harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        assert_eq!(asked(&mut harness), [Command::Gallery(GalleryCommand::MarkAll)]);
    }
}

#[test]
fn a_search_begins_at_the_top_and_is_cleared_by_esc_and_by_its_button() {
    let mut harness = open(gallery(Lang::En, Theme::Dark, 400, 0));
    let first = |harness: &egui_kittest::Harness<'static, Window>| {
        harness.get_all_by_role(Part::ListBoxOption).next().unwrap().rect().top()
    };
    let top = first(&harness);
    harness.hover_at(egui::pos2(600.0, 500.0));
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, -3000.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    harness.run();
    assert!(first(&harness) != top || harness.query_by_label("Today").is_none(), "scrolled away from the first day");
    harness.get_by_role_and_label(Part::TextInput, "Search prompts").focus();
    harness.run();
    harness.get_by_role_and_label(Part::TextInput, "Search prompts").type_text("rocket");
    act(&mut harness);
    harness.run();
    assert_eq!(first(&harness), top);
    let searched = |harness: &mut egui_kittest::Harness<'static, Window>| {
        let commands = asked(harness).into_iter();
        commands
            .filter(|command| !matches!(command, Command::Gallery(GalleryCommand::NeedThumbnail(_))))
            .collect::<Vec<_>>()
    };
    searched(&mut harness);
    harness.key_press(Key::Escape);
    assert_eq!(searched(&mut harness), [Command::Gallery(GalleryCommand::SetSearch(String::new()))]);
    harness.get_by_label(T::ClearSearch.tr(Lang::En)).click();
    assert_eq!(searched(&mut harness), [Command::Gallery(GalleryCommand::SetSearch(String::new()))]);
}

#[test]
fn days_are_heads_over_the_pictures_that_were_made_on_them() {
    let mut state = gallery(Lang::En, Theme::Dark, 4, 4);
    for (n, item) in state.gallery.items.as_mut().unwrap().iter_mut().enumerate() {
        item.made_ms = NOW - n as i64 * 86_400_000;
    }
    let harness = open(state);
    let today = harness.get_by_label("Today").rect();
    let yesterday = harness.get_by_label("Yesterday").rect();
    let cells: Vec<_> = harness.get_all_by_role(Part::ListBoxOption).map(|cell| cell.rect()).collect();
    assert!(
        today.bottom() <= cells[0].top()
            && cells[0].bottom() <= yesterday.top()
            && yesterday.bottom() <= cells[1].top()
    );
}

#[test]
fn thumbnails_have_the_size_that_the_person_chose() {
    let width = |side: Option<f32>| {
        let mut state = gallery(Lang::En, Theme::Dark, 30, 10);
        state.settings.thumbnails = side;
        let harness = open(state);
        harness.get_all_by_role(Part::ListBoxOption).next().unwrap().rect().width()
    };
    assert!(width(Some(96.0)) < width(None) && width(None) < width(Some(240.0)));
    let mut harness = open(gallery(Lang::En, Theme::Dark, 3, 3));
    harness.get_by_role_and_label(Part::Slider, "Size of the thumbnails").set_value_accesskit(200.0);
    assert_eq!(asked(&mut harness), [Command::Gallery(GalleryCommand::SetThumbnails(200.0))]);
}

#[test]
fn a_batch_is_a_grid_and_each_of_its_pictures_opens() {
    for lang in Lang::ALL {
        // While it is drawn: one is done, one forms, two are to come.
        let mut state = create_running(lang, Theme::Dark);
        let mut first = shot(10, "a cat", 1, Saved::Saving);
        first.key = (JobId(10), 0);
        state.create.strip.insert(0, first);
        let mut harness = open(state);
        harness.get_by_role_and_label(Part::Image, T::PictureForming.tr(lang));
        let name = format!("{} · a cat", T::PictureOf.with(lang, &[&1, &4]));
        harness.get_by_role_and_label(Part::Button, &name).click();
        assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::Show(Shown::Shot((JobId(10), 0))))]);
        // When it is done, and back from one of them.
        let mut state = create_done(lang, Theme::Dark);
        for n in 0..4 {
            let mut shot = shot(20, "a cat", n, Saved::Saving);
            shot.key = (JobId(20), n);
            state.create.strip.insert(0, shot);
        }
        let mut harness = open(state);
        let of = |n: i32| format!("{} · a cat", T::PictureOf.with(lang, &[&n, &4]));
        let rects: Vec<_> = (1..=4).map(|n| harness.get_by_role_and_label(Part::Button, &of(n)).rect()).collect();
        assert!((0..4).all(|i| (0..i).all(|j| !rects[i].shrink(1.0).intersects(rects[j]))), "{rects:?}");
        harness.get_by_role_and_label(Part::Button, &of(3)).click();
        act(&mut harness);
        harness.get_by_label(T::BackToBatch.tr(lang));
        harness.key_press(Key::Escape);
        assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::Show(Shown::Batch(JobId(20))))]);
    }
}

#[test]
fn copies_are_offered_in_three_sizes_with_their_filters() {
    let mut harness = open(create_done(Lang::En, Theme::Dark));
    harness.get_by_label("Save as, in another size or as SVG").click();
    harness.run();
    harness.state_mut().commands.clear();
    harness.get_by_label("×1: 64×64, as it is");
    harness.get_by_label("×4: 256×256, pixels as squares (nearest)");
    harness.get_by_label("×8: 512×512, smooth (Lanczos)").click();
    let enlarge = Enlarge { times: 8, filter: Filter::Lanczos };
    assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::SavePictureAt((JobId(9), 0), enlarge))]);
    harness.get_by_label("Save as, in another size or as SVG").click();
    harness.run();
    harness.get_by_label("SVG: outlines, sharp at any size").click();
    let commands = asked(&mut harness);
    assert_eq!(
        commands.last(),
        Some(&Command::Create(CreateCommand::SavePictureAt((JobId(9), 0), Enlarge::SVG))),
        "{commands:?}"
    );
    harness.get_by_label("Pixels").click();
    assert_eq!(asked(&mut harness), [Command::Gallery(GalleryCommand::SetPixels(true))]);
}

#[test]
fn sizes_are_chosen_by_proportions_and_sides_and_a_fixed_one_is_said() {
    let mut harness = open(fresh(Room::Create, Lang::En, Theme::Dark));
    harness.get_by_label("64×64, the only size that this model draws");
    let mut state = fresh(Room::Create, Lang::En, Theme::Dark);
    state.catalogue.entries[0].card.family = "stable-diffusion-1".into();
    state.catalogue.entries[0].card.sizes = vec![Size { width: 512, height: 512 }];
    (state.settings.image.width, state.settings.image.height) = (512, 512);
    harness = open(state);
    assert!(harness.state().commands.is_empty());
    harness.get_by_role_and_label(Part::RadioButton, "Size: 9:16").click();
    act(&mut harness);
    let size = |harness: &egui_kittest::Harness<'static, Window>| {
        let image = &harness.state().state.settings.image;
        (image.width, image.height)
    };
    assert_eq!(size(&harness), (384, 672));
    harness.get_by_label("Swap width and height").click();
    act(&mut harness);
    assert_eq!(size(&harness), (672, 384));
    harness.get_by_role_and_label(Part::SpinButton, "Width").set_value_accesskit(701.0);
    act(&mut harness);
    assert_eq!(size(&harness), (704, 384), "the nearest that the model draws");
    assert!(harness.query_by_label_contains("Far from the 512×512").is_none());
    harness.get_by_role_and_label(Part::SpinButton, "Height").set_value_accesskit(2048.0);
    act(&mut harness);
    harness.get_by_label_contains("Far from the 512×512");
}

#[test]
fn a_missing_prompt_is_said_at_its_field_which_gets_the_keyboard() {
    for lang in Lang::ALL {
        let mut harness = open(fresh(Room::Create, lang, Theme::Dark));
        harness.get_by_role_and_label(Part::Button, T::Generate.tr(lang)).click();
        act(&mut harness);
        let said = harness.get_by_label(T::PromptMissing.tr(lang)).rect();
        let field = harness.get_by_role_and_label(Part::MultilineTextInput, T::Prompt.tr(lang));
        assert!(field.is_focused() && (said.top() - field.rect().bottom()).abs() < 24.0);
        harness.get_by_role_and_label(Part::MultilineTextInput, T::Prompt.tr(lang)).type_text("x");
        act(&mut harness);
        assert!(harness.query_by_label(T::PromptMissing.tr(lang)).is_none());
    }
}

#[test]
fn how_far_a_long_prompt_was_read_is_told_beside_it() {
    let mut state = create_done(Lang::En, Theme::Dark);
    let to = |negative, words, rest: &str| ReadTo { negative, read: 8, all: 12, words, rest: rest.into() };
    state.create.read_to = vec![to(false, true, "fox"), to(true, false, "")];
    let harness = open(state);
    harness.get_by_label("Prompt: the model read the first 8 of 12 words. Not read from “fox” on.");
    harness.get_by_label("Negative prompt: the model read the first 8 of 12 tokens.");
}

#[test]
fn the_pictures_of_a_job_are_one_tile_and_can_be_saved_and_discarded_together() {
    let path = |n: u32| std::path::PathBuf::from(format!("/l/{n}.png"));
    let mut state = create_done(Lang::En, Theme::Dark);
    let one = |n| Shot { key: (JobId(9), n), ..shot(9, "a cat", n, Saved::At(path(n))) };
    state.create.strip = (0..4).map(one).collect();
    let mut harness = open(state);
    assert_eq!(harness.query_all_by_label("4 pictures: a cat").count(), 1, "the strip does not repeat the grid");
    assert!(harness.query_by_label("Picture: a cat").is_none());
    harness.get_by_role_and_label(Part::Button, T::SaveAll.tr(Lang::En)).click();
    assert_eq!(asked(&mut harness), [Command::Gallery(GalleryCommand::SaveCopies((0..4).map(path).collect()))]);
    harness.get_by_role_and_label(Part::CheckBox, "Select picture 2").click();
    assert_eq!(asked(&mut harness), []);
    harness.get_by_role_and_label(Part::CheckBox, "Select picture 4").click();
    asked(&mut harness);
    harness.get_by_label("2 of 4 selected");
    harness.get_by_role_and_label(Part::Button, "Save 2 to…").click();
    assert_eq!(asked(&mut harness), [Command::Gallery(GalleryCommand::SaveCopies(vec![path(1), path(3)]))]);
    harness.get_by_role_and_label(Part::Button, T::DiscardMarked.tr(Lang::En)).click();
    assert_eq!(asked(&mut harness), [Command::Gallery(GalleryCommand::TrashItems(vec![path(1), path(3)]))]);
    harness.get_by_role_and_label(Part::Button, T::SelectAll.tr(Lang::En)).click();
    asked(&mut harness);
    harness.get_by_role_and_label(Part::Button, T::SelectNone.tr(Lang::En)).click();
    asked(&mut harness);
    harness.get_by_role_and_label(Part::Button, T::DiscardAll.tr(Lang::En)).click();
    assert_eq!(asked(&mut harness), [Command::Gallery(GalleryCommand::TrashItems((0..4).map(path).collect()))]);
}

/// Files that are here but were not compared with their card's hashes: what that means, and the check, wherever they are.
#[test]
fn files_that_were_not_checked_say_what_that_means_and_offer_it() {
    let mut state = every::models_in_need(Lang::En, Theme::Dark);
    state.catalogue.entries.last_mut().unwrap().presence = ModelPresence::Unchecked { path: "/m/xl".into() };
    let mut harness = harness(state.clone(), [1280.0, 2400.0]);
    harness.run();
    harness.state_mut().commands.clear();
    harness.get_by_label_contains("compares each with the SHA-256");
    harness.get_by_role_and_label(Part::Button, T::CheckFiles.tr(Lang::En)).click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::Fetch("xl".into()))]);
    (state.settings.room, state.settings.image.model) = (Room::Create, "xl".into());
    let mut harness = open(state);
    harness.get_by_label_contains("its files were not checked");
    harness.get_by_role_and_label(Part::Button, T::CheckFiles.tr(Lang::En)).click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::Fetch("xl".into()))]);
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

#[test]
fn the_keys_extend_the_selection_and_put_pictures_into_it() {
    let mut harness = open(gallery(Lang::En, Theme::Light, 30, 10));
    let marked = |harness: &egui_kittest::Harness<'static, Window>| {
        harness.state().state.gallery.marked.iter().cloned().collect::<Vec<_>>()
    };
    let paths = |of: &[u64]| of.iter().map(|n| item(*n).path).collect::<std::collections::BTreeSet<_>>();
    let paths = |of: &[u64]| paths(of).into_iter().collect::<Vec<_>>();
    harness.key_press(Key::End);
    act(&mut harness);
    assert_eq!(harness.state().state.gallery.selected, Some(item(29).path), "with nothing chosen: the last one");
    harness.key_press(Key::Home);
    act(&mut harness);
    for _ in 0..3 {
        harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowRight);
        act(&mut harness);
    }
    assert_eq!(marked(&harness), paths(&[0, 1, 2, 3]));
    harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowLeft);
    act(&mut harness);
    assert_eq!(marked(&harness), paths(&[0, 1, 2]), "and back");
    // On without a change, and that picture too.
    harness.key_press_modifiers(Modifiers::COMMAND, Key::ArrowRight);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::ArrowRight);
    act(&mut harness);
    assert_eq!(marked(&harness), paths(&[0, 1, 2]));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Space);
    act(&mut harness);
    assert_eq!(marked(&harness), paths(&[0, 1, 2, 4]));
    harness.key_press(Key::ArrowRight);
    act(&mut harness);
    assert_eq!((marked(&harness), &harness.state().state.gallery.selected), (vec![], &Some(item(5).path)));
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

#[test]
fn where_nothing_is_found_the_search_is_said_and_can_be_cleared() {
    for lang in Lang::ALL {
        let mut state = gallery(lang, Theme::Dark, 10, 0);
        state.gallery.search = "zzzz".into();
        let mut harness = open(state);
        harness.get_by_label(&T::NothingFoundFor.with(lang, &[&"zzzz"]));
        harness.get_by_label(T::ShowAllPictures.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::Gallery(GalleryCommand::SetSearch(String::new()))]);
    }
}

#[test]
fn the_menu_of_a_card_is_beside_it() {
    let mut harness = open(gallery(Lang::En, Theme::Light, 30, 10));
    let card = harness.get_all_by_role(Part::ListBoxOption).nth(1).unwrap().rect();
    harness.get_all_by_role(Part::ListBoxOption).nth(1).unwrap().click_secondary();
    harness.run();
    harness.run();
    let entry = harness.get_by_label(T::ShowInFolder.tr(Lang::En)).rect();
    assert!(entry.left() >= card.right() || entry.right() <= card.left(), "{entry} over {card}");
}
