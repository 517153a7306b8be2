//! The picture that is done: what can be done with it, its settings, copies in other sizes.

use aigc_studio::domain::*;
use aigc_studio::error::Cause;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use egui::accesskit::Role as Part;
use egui_kittest::kittest::Queryable;

use crate::states::*;

#[test]
fn a_finished_picture_can_be_saved_copied_used_varied_and_deleted() {
    let key = (JobId(9), 0);
    for (label, command) in [
        ("Save as", Command::Create(CreateCommand::SavePictureAs(key))),
        ("Copy", Command::Create(CreateCommand::CopyPicture(key))),
        ("Use settings", Command::Create(CreateCommand::UseSettings(key))),
        ("Vary", Command::Create(CreateCommand::Vary(key))),
        ("Move to the trash", Command::Create(CreateCommand::TrashPicture(key))),
    ] {
        let mut harness = open(create_done(Lang::En, Theme::Dark));
        harness.get_by_role_and_label(Part::Button, label).click();
        assert_eq!(asked(&mut harness), [command], "{label}");
    }
}

#[test]
fn the_settings_of_a_picture_unfold() {
    let mut harness = open(create_done(Lang::En, Theme::Dark));
    assert!(harness.query_by_label("AIGC Studio 0.1.0").is_none());
    harness.get_by_label("Settings of this picture").click();
    harness.run();
    harness.get_by_label("AIGC Studio 0.1.0");
    harness.get_by_label("1009");
}

#[test]
fn a_picture_that_was_not_saved_can_be_saved_again() {
    let mut state = create_done(Lang::En, Theme::Dark);
    state.create.shown = Shown::Shot((JobId(7), 0));
    let mut harness = open(state);
    harness.get_by_label("Try again").click();
    assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::RetrySave((JobId(7), 0)))]);
    harness.get_by_label("Choose another folder").click();
    assert_eq!(asked(&mut harness), [Command::Settings(SettingsCommand::ChooseLibraryFolder)]);
}

#[test]
fn a_picture_that_cannot_be_shown_small_is_asked_for_once() {
    let mut state = create_done(Lang::En, Theme::Dark);
    state.create.shown = Shown::Shot((JobId(9), 0));
    state.create.strip[4].picture = None;
    let Saved::At(path) = state.create.strip[4].saved.clone() else { panic!() };
    let mut harness = open(state);
    // The window asks as long as the state does not know of it, and not any more once it was asked.
    harness.step();
    let wanted = Command::Gallery(GalleryCommand::NeedThumbnail(path.clone()));
    assert!(asked(&mut harness).contains(&wanted));
    let _ = update(&mut harness.state_mut().state, Input::Command(wanted.clone()));
    harness.run();
    harness.state_mut().commands.clear();
    let error = Some(Cause::EngineGone.into());
    let _ = update(&mut harness.state_mut().state, Input::Store(StoreEvent::NoThumbnail { path, error }));
    assert_eq!(asked(&mut harness), []);
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
