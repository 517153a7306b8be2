//! About: the facts for a bug report, and the licences of everything in the program.

use aigc_studio::about::{COMMIT, Group, Passage, VERSION};
use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::Key;
use egui::accesskit::Role as Part;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::states::*;

type Open = egui_kittest::Harness<'static, Window>;

fn does(harness: &mut Open, command: AboutCommand) {
    assert_eq!(asked(harness), [Command::About(command.clone())]);
    let _ = update(&mut harness.state_mut().state, Input::Command(Command::About(command)));
    harness.run();
}

fn heading(harness: &Open, text: &str) -> usize {
    harness.query_all_by_role_and_label(Part::Heading, text).count()
}

#[test]
fn settings_show_the_facts_and_copy_them() {
    for lang in Lang::ALL {
        let mut harness = open(fresh(Room::Settings, lang, Theme::Dark));
        harness.run();
        for fact in [VERSION, COMMIT, "AVX2", "/home/mei/.local/share/aigc-studio"] {
            assert!(harness.query_all_by_label(fact).count() > 0, "{fact} in {lang:?}");
        }
        harness.get_by_role_and_label(Part::Button, T::CopyFacts.tr(lang)).click_accesskit();
        assert_eq!(asked(&mut harness), [Command::About(AboutCommand::CopyFacts)]);
    }
}

#[test]
fn licences_open_in_place_of_settings_and_esc_leaves_them_step_by_step() {
    for lang in Lang::ALL {
        let mut harness = open(fresh(Room::Settings, lang, Theme::Dark));
        harness.get_by_role_and_label(Part::Button, T::Licences.tr(lang)).click_accesskit();
        does(&mut harness, AboutCommand::ShowLicences);
        harness.get_by_label(T::LicencesReading.tr(lang));

        let _ = update(&mut harness.state_mut().state, Input::Licences(licences()));
        harness.run();
        assert_eq!(heading(&harness, Group::Own.name(lang)), 1);
        harness.get_by_role_and_label(Part::Button, "AIGC Studio, MIT OR Apache-2.0").click();
        does(&mut harness, AboutCommand::Read(Some(0)));
        assert_eq!([heading(&harness, "AIGC Studio"), heading(&harness, "LICENSE-MIT")], [1, 1]);
        harness.get_by_label_contains("The above copyright notice and this permission notice");

        harness.key_press(Key::Escape);
        does(&mut harness, AboutCommand::Read(None));
        assert_eq!([heading(&harness, Group::Own.name(lang)), heading(&harness, "LICENSE-MIT")], [1, 0]);
        harness.key_press(Key::Escape);
        does(&mut harness, AboutCommand::Close);
        harness.get_by_role_and_label(Part::Button, T::CopyFacts.tr(lang));
    }
}

#[test]
fn buttons_lead_back_as_esc_does() {
    for lang in Lang::ALL {
        let [_, list, read] = licence_states(lang, Theme::Dark);
        let mut harness = open(read);
        harness.get_by_role_and_label(Part::Button, T::CopyLicence.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::About(AboutCommand::CopyLicence)]);
        harness.get_by_role_and_label(Part::Button, T::BackToLicences.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::About(AboutCommand::Read(None))]);
        let mut harness = open(list);
        harness.get_by_role_and_label(Part::Button, T::Close.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::About(AboutCommand::Close)]);
    }
}

/// Regression: each of six hundred rows was a stop of Tab.
#[test]
fn the_list_of_licences_is_one_stop_in_which_arrows_move() {
    let [_, list, _] = licence_states(Lang::En, Theme::Dark);
    let mut harness = open(list);
    let focused = |harness: &Open| {
        let node = harness.root().children_recursive().find(|node| node.is_focused());
        node.and_then(|node| node.accesskit_node().label())
    };
    let stop = |harness: &mut Open| {
        (0..40).find_map(|_| {
            harness.key_press(Key::Tab);
            harness.run();
            focused(harness).filter(|name| name.contains(", MIT"))
        })
    };
    assert_eq!(stop(&mut harness).as_deref(), Some("AIGC Studio, MIT OR Apache-2.0"));
    // Past a title, and back.
    for _ in 0..3 {
        harness.key_press(Key::ArrowDown);
        harness.run();
    }
    assert!(focused(&harness).is_some_and(|name| name.starts_with("Inter")), "{:?}", focused(&harness));
    harness.key_press(Key::ArrowUp);
    harness.run();
    assert!(focused(&harness).is_some_and(|name| name.starts_with("crisp-8x")), "{:?}", focused(&harness));
    // Out of sight the list comes along.
    for _ in 0..40 {
        harness.key_press(Key::ArrowDown);
        harness.run();
    }
    let node = harness.root().children_recursive().find(|node| node.is_focused()).unwrap();
    assert!(node.rect().bottom() <= 800.0 && node.rect().top() > 100.0, "{:?}", node.rect());
    harness.key_press(Key::Enter);
    assert!(matches!(asked(&mut harness)[..], [Command::About(AboutCommand::Read(Some(number)))] if number > 30));
}

/// The list has hundreds of rows: those in sight are drawn, and the keys reach the last one.
#[test]
fn the_list_draws_what_is_in_sight_and_the_end_key_shows_its_end() {
    let [_, list, _] = licence_states(Lang::En, Theme::Dark);
    let all = licences();
    let last = all.components.last().expect("there are packages");
    let last = format!("{}, {}", last.title(), last.licence);
    let mut harness = open(list);
    harness.run();
    let rows = harness.query_all_by_role(Part::Button).count();
    assert!(rows < 60 && all.components.len() > 300, "{rows} buttons");
    assert_eq!(harness.query_all_by_label(&last).count(), 0);
    harness.key_press(Key::End);
    harness.run();
    assert_eq!(harness.query_all_by_label(&last).count(), 1, "{last}");

    // Left and opened again it begins with its first row.
    for command in [AboutCommand::Close, AboutCommand::ShowLicences] {
        let _ = update(&mut harness.state_mut().state, Input::Command(Command::About(command)));
        harness.run();
    }
    assert_eq!(harness.query_all_by_label(&last).count(), 0);
    assert_eq!(heading(&harness, Group::Own.name(Lang::En)), 1);
}

/// The longest texts of all, from their first passage to their last.
#[test]
fn a_long_text_is_there_in_full() {
    let all = licences();
    let passages = |number: &usize| all.passages(&all.components[*number], Lang::En);
    let length = |number: &usize| {
        let texts = passages(number).into_iter().map(|passage| match passage {
            Passage::File(text) | Passage::Note(text) | Passage::Text(text) => text.len(),
        });
        texts.sum::<usize>()
    };
    let longest = (0..all.components.len()).max_by_key(length).expect("there are components");
    assert!(length(&longest) > 20_000);
    let [_, mut state, _] = licence_states(Lang::En, Theme::Dark);
    let _ = update(&mut state, Input::Command(Command::About(AboutCommand::Read(Some(longest)))));
    let mut harness = open(state);
    harness.run();
    for passage in passages(&longest) {
        if let Passage::Text(text) = passage {
            assert!(harness.query_all_by_label(&text).count() > 0, "{text}");
        }
    }
}
