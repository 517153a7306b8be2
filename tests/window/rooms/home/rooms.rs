//! Models, Settings and the window's frame: what stays where it is, and what the keys do.

use super::*;

/// Regression: another card's button came under the pointer when a model was fetched or removed.
#[test]
fn no_card_of_models_moves_while_the_room_is_open() {
    let mut state = fresh(Room::Create, Lang::En, Theme::Dark);
    let _ = update(&mut state, Input::Command(Command::Go(Room::Models)));
    let mut harness = open(state);
    let places = |harness: &egui_kittest::Harness<'static, Window>| -> Vec<_> {
        let state = &harness.state().state;
        let names = state.catalogue.entries.iter().map(|entry| entry.card.name.clone());
        names.map(|name| harness.query_all_by_label(&name).map(|node| node.rect().min).collect::<Vec<_>>()).collect()
    };
    let before = places(&harness);
    assert!(before.iter().all(|places| !places.is_empty()), "{before:?}");
    let id =
        harness.state().state.catalogue.entries.iter().find(|e| !e.is_about()).expect("one to fetch").card.id.clone();
    let trash = |harness: &egui_kittest::Harness<'static, Window>| {
        let name = T::RemoveModel.with(Lang::En, &[&harness.state().state.catalogue.entry(&id).unwrap().card.name]);
        harness.query_by_role_and_label(Part::Button, &name).map(|node| node.rect())
    };
    let fetches: Vec<_> = harness.query_all_by_role_and_label(Part::Button, "Fetch").map(|node| node.rect()).collect();
    let path = std::path::PathBuf::from("/m/g.gguf");
    let event = FetchEvent { id: id.clone(), kind: FetchEventKind::Finished { path } };
    let _ = update(&mut harness.state_mut().state, Input::Fetch(event));
    harness.state_mut().state.notices.list.clear();
    harness.run();
    assert_eq!(places(&harness), before);
    let trash = trash(&harness).expect("it can be removed");
    assert!(fetches.iter().all(|fetch| !fetch.intersects(trash)), "a still pointer lies on no other button");
}

/// Regression: Fetch stopped short of its card's edge, and each label had a width of its own.
#[test]
fn the_main_buttons_of_all_cards_end_at_the_same_edge() {
    for lang in Lang::ALL {
        for zoom in [1.0, 1.5] {
            let mut state = fresh(Room::Models, lang, Theme::Dark);
            let here = ModelPresence::Here { path: "/m/g.gguf".into() };
            for (id, presence) in
                [("a", here), ("b", ModelPresence::Partial { bytes: 5 }), ("c", ModelPresence::Absent)]
            {
                let card = ModelCard { id: id.into(), name: id.to_uppercase(), ..text_card() };
                state.catalogue.entries.push(entry(card, presence));
            }
            // One column: the edges of all cards are below each other.
            let mut harness = harness(state, [900.0 / zoom, 3000.0]);
            harness.run();
            let edges: Vec<(f32, f32)> = [T::InUse, T::Use, T::GoOnFetching, T::Fetch]
                .iter()
                .flat_map(|name| harness.query_all_by_role_and_label(Part::Button, name.tr(lang)))
                .map(|node| (node.rect().left(), node.rect().right()))
                .collect();
            assert!(edges.len() >= 4, "{lang:?}: {edges:?}");
            let (left, right) = edges[0];
            let same = |(l, r): &(f32, f32)| (l - left).abs() < 0.6 && (r - right).abs() < 0.6;
            assert!(edges.iter().all(same), "{lang:?} at {zoom}: {edges:?}");
        }
    }
}

/// Regression: a second click where the removal was started a download, or took the removal back.
#[test]
fn no_button_comes_where_the_removal_was() {
    let mut state = fresh(Room::Create, Lang::En, Theme::Dark);
    state.catalogue.entries[1].presence = ModelPresence::Here { path: "/m/g.gguf".into() };
    let _ = update(&mut state, Input::Command(Command::Go(Room::Models)));
    let mut harness = open(state);
    let name = T::RemoveModel.with(Lang::En, &[&harness.state().state.catalogue.entries[1].card.name]);
    let trash = harness.get_by_role_and_label(Part::Button, &name).rect();
    harness.state_mut().state.catalogue.entries[1].presence = ModelPresence::Absent;
    harness.run();
    let fetch = harness.get_by_role_and_label(Part::Button, "Fetch").rect();
    assert!(!fetch.intersects(trash), "{fetch} {trash}");
}

/// Regression: a group of choices took one Tab for each of them, and no arrows.
#[test]
fn tab_comes_to_a_group_of_choices_once_and_arrows_choose() {
    let mut harness = open(fresh(Room::Settings, Lang::En, Theme::Dark));
    let focused = |harness: &egui_kittest::Harness<'static, Window>| {
        let all = harness.query_all_by_role(Part::RadioButton).filter(|node| node.is_focused());
        all.filter_map(|node| node.accesskit_node().label()).collect::<Vec<_>>()
    };
    let mut seen = Vec::new();
    for _ in 0..40 {
        harness.key_press(Key::Tab);
        harness.run();
        seen.extend(focused(&harness).into_iter().filter(|name| name.contains(": ")));
    }
    let themes: std::collections::HashSet<_> = seen.iter().filter(|name| name.starts_with("Theme: ")).collect();
    assert_eq!(themes.len(), 1, "{seen:?}");
    harness.get_by_label("Theme: Dark").focus();
    harness.run();
    harness.state_mut().commands.clear();
    for (key, theme) in [
        (Key::ArrowRight, Theme::Light),
        (Key::ArrowDown, Theme::System),
        (Key::ArrowRight, Theme::Dark),
        (Key::ArrowLeft, Theme::System),
    ] {
        harness.key_press(key);
        let commands = asked(&mut harness);
        assert_eq!(commands, [Command::Settings(SettingsCommand::SetTheme(theme))], "{key:?}");
        for command in commands {
            let _ = update(&mut harness.state_mut().state, Input::Command(command));
        }
        harness.run();
        harness.state_mut().commands.clear();
        assert_eq!(focused(&harness).len(), 1, "the focus goes with the choice");
        assert!(focused(&harness)[0].starts_with("Theme: "), "{:?}", focused(&harness));
    }
}

/// Regression: after Ctrl and plus no size was marked, and none was told.
#[test]
fn settings_tell_the_size_that_is_none_of_their_steps() {
    for (lang, name, now) in [(Lang::En, "Interface size", "Now 175%"), (Lang::Zh, "界面大小", "当前 175%")] {
        let mut state = fresh(Room::Settings, lang, Theme::Dark);
        state.settings.zoom = Some(1.75);
        let harness = open(state.clone());
        harness.get_by_label(name);
        harness.get_by_label(now);
        state.settings.zoom = Some(1.5);
        let harness = open(state);
        assert!(harness.query_by_label(now).is_none());
        let steps = harness.query_all_by_role(Part::RadioButton);
        let on = steps.filter(|node| node.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True));
        let on: Vec<_> = on.filter_map(|node| node.accesskit_node().label()).filter(|l| l.contains('%')).collect();
        assert_eq!(on, [format!("{name}: 150%")]);
    }
}

/// Regression: in a low window two rooms of the rail lay on each other.
#[test]
fn every_room_keeps_a_place_of_its_own_in_the_rail() {
    for size in [[860.0, 560.0], [900.0, 600.0]] {
        for zoom in [1.0, 2.0, 2.5, 3.0] {
            let size = size.map(|points| points / zoom);
            let mut harness = harness(fresh(Room::Create, Lang::En, Theme::Dark), size);
            harness.run();
            let rooms: Vec<_> = harness.query_all_by_role(Part::Tab).map(|node| node.rect()).collect();
            assert_eq!(rooms.len(), Room::ALL.len());
            for (i, one) in rooms.iter().enumerate() {
                let one = one.shrink(1.0);
                assert!(rooms[i + 1..].iter().all(|other| !one.intersects(*other)), "{size:?} {zoom}: {rooms:?}");
                assert!(one.bottom() <= size[1], "{size:?} {zoom}: {rooms:?}");
            }
        }
    }
}

/// Regression: the terms of a model could not be left by Esc, and its card had a trash for what is not here.
#[test]
fn esc_leaves_the_terms_of_a_model_of_which_nothing_is_here() {
    let mut state = fresh(Room::Models, Lang::En, Theme::Dark);
    let mut gemma = text_card();
    (gemma.id, gemma.name) = ("gemma".into(), "Gemma".into());
    gemma.terms = Some(Terms { url: "https://example.org".into(), text: "Terms.".into(), text_zh: "条款。".into() });
    let mut gemma = entry(gemma, ModelPresence::Absent);
    gemma.asking = true;
    state.catalogue.entries.push(gemma);
    let mut harness = open(state);
    let remove = T::RemoveModel.with(Lang::En, &[&"Gemma"]);
    assert!(harness.query_by_role_and_label(Part::Button, &remove).is_none());
    harness.key_press(Key::Escape);
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::AnswerTerms("gemma".into(), false))]);
}

/// Regression: a source that was skipped was named twice.
#[test]
fn a_skipped_source_is_named_once() {
    let harness = open(models_busy(Lang::En, Theme::Dark));
    harness.get_by_label("Skipped hub: SmolLM2-135M-Instruct-GGUF: no answer within 8 s");
}

/// Regression: the question for a folder was called "Pictures", and its button "Open".
#[test]
fn a_folder_is_asked_for_by_what_it_is_for() {
    for (purpose, title, button) in [
        (PathFor::LibraryFolder, T::FolderOfPictures, T::ChooseThisFolder),
        (PathFor::ModelsFolder, T::FolderOfModels, T::ChooseThisFolder),
        (PathFor::CopiesFolder, T::FolderOfCopies, T::ChooseThisFolder),
        (PathFor::LayersFolder, T::FolderOfLayers, T::ChooseThisFolder),
        (PathFor::Model, T::PathOfModel, T::OpenPath),
    ] {
        for lang in Lang::ALL {
            let mut state = fresh(Room::Settings, lang, Theme::Dark);
            state.ask.path = Some((purpose.clone(), "/x".into()));
            let mut harness = open(state);
            harness.get_by_label(title.tr(lang));
            harness.get_by_role_and_label(Part::Button, button.tr(lang)).click();
            assert_eq!(asked(&mut harness), [Command::Ask(AskCommand::Take)]);
        }
    }
}

/// Regression: a model that was opened was in use at once, and nobody said what it was.
#[test]
fn what_was_opened_is_said_with_a_way_to_use_it() {
    let mut state = fresh(Room::Models, Lang::En, Theme::Dark);
    state.status.budget = 8_000_000_000;
    state.notices.list = vec![Notice { id: 1, kind: NoticeKind::ModelOpened(SMOLLM_ID.into()), born_ms: NOW }];
    let about = state.catalogue.entry(SMOLLM_ID).unwrap().card.about.clone();
    let mut harness = open(state);
    harness.get_by_label(&format!("SmolLM2 135M Instruct can be used. {about} (fits this machine)"));
    harness.get_by_label("Use it in Write").click();
    assert_eq!(
        asked(&mut harness),
        [Command::Models(ModelsCommand::UseModel(SMOLLM_ID.into())), Command::DismissNotice(1)]
    );
}
