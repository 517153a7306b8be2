//! Menus by key: those of what has the focus and those that are open; what a card or a formula can do.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui::{Event, Key, Modifiers, PointerButton};
use egui_kittest::kittest::{NodeT, Queryable};

use super::{Open, asked_of, focused, is_focused, walk};
use crate::states::*;

/// Menus of the right button open for what has the focus, and the arrows lead through them.
#[test]
fn the_menu_of_what_has_the_focus_opens_by_key() {
    for key in [(Modifiers::SHIFT, Key::F10), (Modifiers::NONE, Key::Menu)] {
        // A talk, a picture of the strip.
        let cases = [
            (write_chat(Lang::En, Theme::Dark), Part::ListBoxOption, "Write a haiku about rain", "Rename"),
            (create_done(Lang::En, Theme::Dark), Part::Button, "Picture: a green lime", "Save as"),
        ];
        for (state, role, name, first) in cases {
            let mut harness = open(state);
            harness.get_by_role_and_label(role, name).focus();
            harness.run();
            let before = harness.query_all_by_role_and_label(Part::Button, first).count();
            harness.key_press_modifiers(key.0, key.1);
            harness.run();
            assert_eq!(harness.query_all_by_role_and_label(Part::Button, first).count(), before + 1, "{name}");
            harness.key_press(Key::ArrowDown);
            harness.run();
            is_focused(&harness, first);
            // Esc gives the focus back and does nothing else.
            harness.state_mut().commands.clear();
            harness.key_press(Key::Escape);
            assert!(asked(&mut harness).is_empty(), "{name}");
            assert_eq!(harness.query_all_by_role_and_label(Part::Button, first).count(), before, "{name}");
            is_focused(&harness, name);
        }
    }
    // In Gallery it is the chosen picture's while nothing has the focus.
    let mut state = gallery(Lang::En, Theme::Dark, 30, 0);
    state.gallery.selected = Some(item(2).path);
    let mut harness = open(state);
    harness.key_press(Key::Menu);
    harness.run();
    harness.key_press(Key::ArrowDown);
    harness.run();
    harness.key_press(Key::Enter);
    assert!(
        asked_of(&mut harness, |c| matches!(c, Command::Gallery(GalleryCommand::ShowFull(_))))
            .contains(&Command::Gallery(GalleryCommand::ShowFull(true)))
    );
}

/// Regression: Enter in the open menu of models sent the message that was being typed, and chose nothing.
#[test]
fn an_open_menu_has_the_arrows_and_enter() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.write.draft = "half a message".into();
    let mut gemma = text_card();
    (gemma.id, gemma.name) = ("gemma3-270m".into(), "Gemma 3 270M".into());
    state.catalogue.entries.push(entry(gemma, ModelPresence::Here { path: "/g".into() }));
    let by_pointer = |harness: &mut Open, at: egui::Pos2| {
        let button = |pressed| Event::PointerButton {
            pos: at,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        harness.hover_at(at);
        harness.step();
        harness.event(button(true));
        harness.step();
        harness.event(button(false));
        harness.step();
        harness.run();
    };
    for pointer in [true, false] {
        let mut harness = open(state.clone());
        is_focused(&harness, "Message");
        let combo = harness.get_by_role_and_label(Part::ComboBox, "Model: SmolLM2 135M Instruct");
        let at = combo.rect().center();
        if pointer {
            by_pointer(&mut harness, at);
        } else {
            combo.click();
            harness.run();
        }
        assert_ne!(focused(&harness).as_deref(), Some("Message"), "no field under the menu takes the keys");
        harness.state_mut().commands.clear();
        let mut all = Vec::new();
        for key in [Key::ArrowDown, Key::ArrowDown, Key::Enter] {
            harness.key_press(key);
            all.extend(asked(&mut harness));
        }
        assert_eq!(
            all,
            [Command::Write(WriteCommand::SetText(TextEdit::Model("gemma3-270m".into())))],
            "pointer: {pointer}"
        );
        // It is closed, and what is typed goes on where it was.
        let combo = harness.get_by_role_and_label(Part::ComboBox, "Model: SmolLM2 135M Instruct");
        assert_eq!(combo.accesskit_node().data().is_expanded(), Some(false));
        is_focused(&harness, "Message");
    }
}

#[test]
fn an_open_menu_keeps_the_keys_from_the_pictures() {
    let mut state = gallery(Lang::En, Theme::Dark, 30, 0);
    state.gallery.selected = Some(item(5).path);
    let mut harness = open(state);
    harness.get_by_role_and_label(Part::Button, T::SaveAtSize.tr(Lang::En)).click();
    harness.run();
    harness.state_mut().commands.clear();
    for key in [Key::ArrowRight, Key::ArrowDown, Key::Delete] {
        harness.key_press(key);
        let done = |c: &Command| {
            matches!(
                c,
                Command::Gallery(GalleryCommand::Select(_))
                    | Command::Gallery(GalleryCommand::TrashItem(_))
                    | Command::Gallery(GalleryCommand::ShowFull(_))
            )
        };
        assert_eq!(asked_of(&mut harness, done), [], "{key:?}");
    }
}

/// Regression: Esc in an open menu stopped the answer that was being written.
#[test]
fn esc_in_an_open_menu_closes_the_menu_alone() {
    let mut harness = open(write_streaming(Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::ComboBox, "Model: SmolLM2 135M Instruct").click();
    harness.run();
    harness.state_mut().commands.clear();
    harness.key_press(Key::Escape);
    assert_eq!(asked_of(&mut harness, |c| matches!(c, Command::CancelCurrent)), []);
    let combo = harness.get_by_role_and_label(Part::ComboBox, "Model: SmolLM2 135M Instruct");
    assert_eq!(combo.accesskit_node().data().is_expanded(), Some(false));
    harness.key_press(Key::Escape);
    assert_eq!(asked_of(&mut harness, |c| matches!(c, Command::CancelCurrent)), [Command::CancelCurrent]);
}

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
