//! Settings, and the widths of panels, which are settings too.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use egui::accesskit::Role as Part;
use egui_kittest::kittest::Queryable;

use crate::states::*;

#[test]
fn settings_push_their_choice() {
    let mut harness = open(fresh(Room::Settings, Lang::En, Theme::Dark));
    for (label, command) in [
        ("Theme: Light", Command::Settings(SettingsCommand::SetTheme(Theme::Light))),
        ("Language: 中文", Command::Settings(SettingsCommand::SetLang(Lang::Zh))),
        ("Interface size: 125%", Command::Settings(SettingsCommand::SetZoom(1.25))),
        ("Device: CPU only", Command::Settings(SettingsCommand::SetDevice(DeviceChoice::Cpu))),
        ("Stay offline", Command::Settings(SettingsCommand::SetOffline(true))),
        ("Free memory", Command::Models(ModelsCommand::Unload)),
        ("Pictures: Choose…", Command::Settings(SettingsCommand::ChooseLibraryFolder)),
        ("Models: Choose…", Command::Settings(SettingsCommand::ChooseModelsFolder)),
    ] {
        harness.get_by_label(label).click();
        assert_eq!(asked(&mut harness), [command], "{label}");
    }
}

#[test]
fn a_panel_is_as_wide_as_it_was_dragged_and_comes_back_by_a_double_click() {
    let mut harness = open(fresh(Room::Create, Lang::En, Theme::Dark));
    let at = harness.get_by_role(Part::Splitter).rect().center();
    harness.drag_at(at);
    harness.run();
    harness.hover_at(at + egui::vec2(60.0, 0.0));
    harness.run();
    let commands = asked(&mut harness);
    let Some(Command::Settings(SettingsCommand::SetPane(Pane::Controls, Some(width)))) = commands.last() else {
        panic!("{commands:?}")
    };
    assert!((width - 404.0).abs() <= 4.0, "{width}");
    let mut state = fresh(Room::Create, Lang::En, Theme::Dark);
    let _ =
        update(&mut state, Input::Command(Command::Settings(SettingsCommand::SetPane(Pane::Controls, Some(420.0)))));
    assert_eq!(state.settings.panes.get(&Pane::Controls), Some(&420.0));
    let moved = open(state.clone()).get_by_role(Part::Splitter).rect().center().x - at.x;
    assert!((moved - 76.0).abs() <= 1.0, "{moved}");
    let _ = update(&mut state, Input::Command(Command::Settings(SettingsCommand::SetPane(Pane::Controls, None))));
    assert!(state.settings.panes.is_empty());
}
