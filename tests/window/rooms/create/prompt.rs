//! The prompt: its letters, the things that its words draw, a better one that a language model proposes.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui_kittest::kittest::Queryable;

use crate::states::*;

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
