//! The grid: its search, its days, the size of its thumbnails, the menu of a picture.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;

use crate::states::*;

#[test]
fn the_grid_stays_where_it_is_when_a_picture_is_chosen() {
    let places = |selected: Option<u64>| {
        let mut state = gallery(Lang::En, Theme::Dark, 60, 20);
        state.gallery.selected = selected.map(|i| item(i).path);
        let harness = open(state);
        harness.get_all_by_role(Part::ListBoxOption).map(|node| node.rect()).collect::<Vec<_>>()
    };
    assert_eq!(places(None), places(Some(2)));
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
