//! Several pictures at once: by clicks, by keys, and what the bar does with them.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;

use crate::states::*;

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
