//! Several pictures of one job, as a grid and as a tile of the strip.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;

use crate::states::*;

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
