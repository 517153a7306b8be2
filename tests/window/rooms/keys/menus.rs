//! What a card or a formula can do, by key as by mouse.

use super::*;

#[test]
fn a_card_of_models_is_reached_by_tab_and_has_its_actions_by_key() {
    let mut state = fresh(Room::Models, Lang::En, Theme::Dark);
    state.catalogue.entries.retain(|entry| entry.card.makes == Makes::Text);
    let path = std::path::PathBuf::from("/models/smol.gguf");
    state.catalogue.entries[0].presence = ModelPresence::Here { path: path.clone() };
    state.settings.text.model = "another".into();
    let id = state.catalogue.entries[0].card.id.clone();
    let card = "SmolLM2 135M Instruct · On this machine";
    let mut harness = open(state);
    let all = walk(&mut harness);
    let (_, rect) = all.iter().find(|(name, _)| name == card).unwrap_or_else(|| panic!("{all:?}"));
    assert!(rect.height() > 80.0, "the ring is around the whole card: {rect:?}");
    let focus = |harness: &mut Open| {
        harness.get_by_role_and_label(Part::ListBoxOption, card).focus();
        harness.run();
        harness.state_mut().commands.clear();
    };
    focus(&mut harness);
    harness.key_press(Key::Enter);
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::UseModel(id.clone()))]);
    for (modifiers, key) in [(Modifiers::SHIFT, Key::F10), (Modifiers::NONE, Key::Menu)] {
        focus(&mut harness);
        harness.key_press_modifiers(modifiers, key);
        harness.run();
        for name in ["Use", "Remove SmolLM2 135M Instruct"] {
            assert_eq!(harness.query_all_by_role_and_label(Part::Button, name).count(), 2, "{name}");
        }
        harness.get_by_role_and_label(Part::Button, "Show in folder").click();
        assert_eq!(asked(&mut harness), [Command::Reveal(path.clone())]);
    }
    // A click beside the buttons does nothing.
    harness.get_by_role_and_label(Part::ListBoxOption, card).click();
    assert_eq!(asked(&mut harness), []);
    // What is not here is not fetched by Enter where the program stays offline.
    harness.state_mut().state.catalogue.entries[0].presence = ModelPresence::Absent;
    harness.state_mut().state.settings.offline = true;
    harness.run();
    harness.key_press(Key::Tab);
    harness.run();
    let card = harness.query_all_by_role(Part::ListBoxOption).next().expect("the card");
    card.focus();
    harness.run();
    harness.state_mut().commands.clear();
    harness.key_press(Key::Enter);
    assert_eq!(asked(&mut harness), []);
    harness.state_mut().state.settings.offline = false;
    harness.run();
    harness.key_press(Key::Enter);
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::Fetch(id))]);
}

#[test]
fn a_formula_is_copied_as_latex_by_key_and_by_mouse() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.write.open.turns = vec![turn(1, Role::User, "And?"), turn(2, Role::Assistant, "So:\n\n$$x^2 + 1$$\n\nEnd.")];
    for key in [Some((Modifiers::SHIFT, Key::F10)), Some((Modifiers::NONE, Key::Menu)), None] {
        let mut harness = open(state.clone());
        let formula = harness.get_by_label_contains("+ 1");
        match key {
            Some((modifiers, key)) => {
                formula.focus();
                harness.run();
                harness.key_press_modifiers(modifiers, key);
            }
            None => formula.click_secondary(),
        }
        harness.run();
        harness.key_press(Key::ArrowDown);
        harness.run();
        is_focused(&harness, "Copy as LaTeX");
        harness.key_down(Key::Enter);
        harness.step();
        let copied = harness
            .output()
            .platform_output
            .commands
            .iter()
            .any(|command| matches!(command, egui::OutputCommand::CopyText(text) if text == "$$x^2 + 1$$"));
        assert!(copied, "{key:?}: {:?}", harness.output().platform_output.commands);
    }
}
