//! Sliders, the seed, the size, and the settings under More.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::Key;
use egui::accesskit::Role as Part;
use egui_kittest::kittest::Queryable;

use crate::states::*;

#[test]
fn sliders_push_values_inside_their_range() {
    let mut harness = open(fresh(Room::Create, Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::Slider, "Steps").set_value_accesskit(9999.0);
    assert_eq!(
        asked(&mut harness),
        [Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Steps, 150.0)))]
    );
    harness.get_by_role_and_label(Part::Slider, "Guidance").set_value_accesskit(4.26);
    assert_eq!(
        asked(&mut harness),
        [Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Guidance, 4.3)))]
    );
}

#[test]
fn a_double_click_on_a_slider_brings_the_default_back() {
    let mut state = fresh(Room::Create, Lang::En, Theme::Dark);
    state.settings.image.steps = 77;
    let mut harness = open(state);
    let at = harness.get_by_label("Steps: value").rect();
    // Beside the handle's way: the label, which stands for the slider.
    let label = harness.get_by_role_and_label(Part::Label, "Steps").rect();
    assert!((label.center().y - at.center().y).abs() < 4.0, "label and value stand on one line");
    for _ in 0..2 {
        harness.get_by_role_and_label(Part::Label, "Steps").click();
    }
    let commands = asked(&mut harness);
    assert!(
        commands.contains(&Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Steps, 24.0)))),
        "{commands:?}"
    );
}

#[test]
fn the_seed_is_rolled_pinned_and_typed() {
    let mut harness = open(create_done(Lang::En, Theme::Dark));
    harness.get_by_label("Pick a new random seed and keep it").click();
    assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::RollSeed)]);
    // Pinning keeps the seed of the picture that is shown.
    harness.get_by_label("Keep this seed").click();
    assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::SetImage(ImageEdit::Seed(Seed::Fixed(1009))))]);
    harness.get_by_role_and_label(Part::TextInput, "Seed").focus();
    harness.run();
    harness.get_by_role_and_label(Part::TextInput, "Seed").type_text("12");
    assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::SetImage(ImageEdit::Seed(Seed::Fixed(12))))]);
}

#[test]
fn a_seed_that_is_not_as_it_was_typed_says_why_until_it_is_another() {
    for lang in Lang::ALL {
        for (typed, seed, note) in [
            ("abc99", 99, T::SeedDigits.tr(lang).to_owned()),
            ("99999999999999999999999", SEED_MAX, T::SeedTooLarge.with(lang, &[&SEED_MAX])),
        ] {
            let mut harness = open(fresh(Room::Create, lang, Theme::Dark));
            let act = |harness: &mut egui_kittest::Harness<'static, Window>| {
                for command in asked(harness) {
                    let _ = update(&mut harness.state_mut().state, Input::Command(command));
                }
                harness.run();
            };
            harness.get_by_role_and_label(Part::TextInput, T::Seed.tr(lang)).focus();
            harness.run();
            harness.event(egui::Event::Paste(typed.into()));
            act(&mut harness);
            assert_eq!(harness.state().state.settings.image.seed, Seed::Fixed(seed));
            harness.get_by_label(&note);
            let _ = update(&mut harness.state_mut().state, Input::Command(Command::Create(CreateCommand::RollSeed)));
            harness.run();
            assert!(harness.query_by_label(&note).is_none());
        }
    }
}

#[test]
fn what_a_picture_has_set_is_seen_under_more() {
    for lang in Lang::ALL {
        // The built-in model uses none of them: nothing is shown.
        let open_more = |state: AppState| {
            // As high as all of it is.
            let mut harness = harness(state, [1280.0, 1000.0]);
            harness.run();
            harness.state_mut().commands.clear();
            harness.get_by_role_and_label(Part::Button, T::More.tr(lang)).click();
            harness.run();
            harness
        };
        let rare = [T::NoiseSource, T::GuidanceRescale, T::ClipSkip];
        let harness = open_more(fresh(Room::Create, lang, Theme::Dark));
        assert!(rare.iter().all(|name| harness.query_all_by_label_contains(name.tr(lang)).next().is_none()));
        // A picture of another program has set them: they are, and it is said that they do nothing here.
        let mut state = fresh(Room::Create, lang, Theme::Dark);
        let image = &mut state.settings.image;
        (image.noise, image.guidance_rescale, image.clip_skip) = (NoiseSource::Torch, 0.7, 2);
        let mut harness = open(state.clone());
        assert!(harness.state_mut().commands.is_empty());
        let harness = open_more(state.clone());
        assert!(rare.iter().all(|name| harness.query_all_by_label_contains(name.tr(lang)).next().is_some()));
        assert_eq!(harness.query_all_by_label(T::NotUsedHere.tr(lang)).count(), 3);
        // A model that uses them shows them by itself.
        state.catalogue.entries[0].card.family = "stable-diffusion-xl".into();
        state.settings.image = ImageParams { model: STICKER_ID.into(), ..ImageParams::default() };
        let mut harness = open_more(state);
        assert_eq!(harness.query_all_by_label(T::NotUsedHere.tr(lang)).count(), 0);
        harness.get_by_role_and_label(Part::Slider, T::ClipSkip.tr(lang)).focus();
        harness.run();
        harness.key_press(Key::ArrowRight);
        assert_eq!(
            asked(&mut harness),
            [Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::ClipSkip, 2.0)))]
        );
    }
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
