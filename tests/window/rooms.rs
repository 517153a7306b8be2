//! The window as a tree: every room draws, every control has a name and does what it says.

mod about;
mod create;
mod gallery;
mod home;
mod keys;
mod models;
mod notices;
mod settings;

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use egui::accesskit::Role as Part;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

use crate::states::*;

#[test]
fn every_room_draws_in_both_languages_and_themes_with_all_controls_named() {
    for lang in Lang::ALL {
        for theme in [Theme::Dark, Theme::Light] {
            for size in [SIZE, [900.0, 600.0]] {
                for state in all_states(lang, theme) {
                    // `run` fails where a control has no name, a letter has no glyph, or the window never settles.
                    harness(state, size).run();
                }
            }
        }
    }
}

#[test]
fn nothing_repaints_when_nothing_changes() {
    for state in all_states(Lang::En, Theme::Dark) {
        let mut harness = open(state);
        harness.step();
        let delay = harness.output().viewport_output.values().map(|v| v.repaint_delay).min();
        assert!(delay.is_none_or(|d| d > std::time::Duration::from_secs(1)), "{delay:?}");
    }
}

#[test]
fn rooms_are_reached_by_rail_and_keyboard() {
    let mut harness = open(fresh(Room::Create, Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::Tab, "Gallery").click();
    assert_eq!(asked(&mut harness), [Command::Go(Room::Gallery)]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num5);
    assert_eq!(asked(&mut harness), [Command::Go(Room::Settings)]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::N);
    assert_eq!(asked(&mut harness), [Command::Go(Room::Write), Command::Write(WriteCommand::NewConversation)]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::O);
    assert_eq!(asked(&mut harness), [Command::ChooseFile]);
    harness.get_by_label("中文").click();
    assert_eq!(asked(&mut harness), [Command::Settings(SettingsCommand::SetLang(Lang::Zh))]);
}

/// Each state in each room of each size, zoom and language; then what its buttons open.
#[test]
fn no_two_widgets_overlap_and_none_leaves_its_panel() {
    let mut faults = Vec::new();
    for size in [[860.0, 560.0], [900.0, 600.0], [1280.0, 800.0], [1920.0, 1080.0]] {
        for zoom in [1.0, 1.5, 2.0] {
            for lang in Lang::ALL {
                // One window for all of them: fonts are read once.
                let mut harness = harness(fresh(Room::Create, lang, Theme::Dark), size);
                for (name, mut state) in every::every_state(lang, Theme::Dark) {
                    state.settings.zoom = Some(zoom);
                    *harness.state_mut() = Window::new(state);
                    harness.run_ok();
                    let mut look = |harness: &egui_kittest::Harness<'static, Window>, door: &str| {
                        let at = format!("{name}{door}, {}x{} at {} %, {lang:?}", size[0], size[1], zoom * 100.0);
                        faults.extend(space::faults(harness).into_iter().map(|fault| format!("{at}: {fault}")));
                    };
                    look(&harness, "");
                    // What opens has less room than what was there: the smallest window is the hardest.
                    if size[0] > 860.0 && zoom != 1.5 {
                        continue;
                    }
                    for door in every::doors(lang) {
                        let button = |node: &egui_kittest::Node<'_>| {
                            matches!(node.accesskit_node().role(), Part::Button | Part::RadioButton)
                        };
                        let Some(node) = harness.query_all_by_label(&door).find(button) else { continue };
                        node.click_accesskit();
                        harness.run_ok();
                        look(&harness, &format!(" > {door}"));
                    }
                }
            }
        }
    }
    let all = faults.len();
    faults.truncate(60);
    assert!(faults.is_empty(), "{all} faults, the first of them:\n{}", faults.join("\n"));
}
