//! Characters: their library, their fields, and who answers.

use aigc_studio::domain::*;
use aigc_studio::lang::{Both, Lang};
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use aigc_studio::writing::personas::built_in;
use egui::Key;
use egui::accesskit::Role as Part;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::states::*;

#[test]
fn the_library_of_characters_is_reached_from_the_list() {
    let mut harness = open(write_chat(Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::Button, "Personas").click();
    assert_eq!(asked(&mut harness), [Command::Persona(PersonaCommand::Show(true))]);

    let mut harness = open(personas(Lang::En, Theme::Dark));
    harness.get_by_label("Talk with Ada the clockmaker").click();
    assert_eq!(asked(&mut harness), [Command::Persona(PersonaCommand::Talk(PersonaId("1".into())))]);
    for kept in built_in(Lang::En) {
        harness.get_by_label(&format!("Talk with {}", kept.persona.name));
    }
    for (label, command) in [
        ("New", PersonaCommand::New),
        ("Import a card", PersonaCommand::Import),
        ("Close", PersonaCommand::Show(false)),
    ] {
        harness.get_by_role_and_label(Part::Button, label).click();
        assert_eq!(asked(&mut harness), [Command::Persona(command)]);
    }
    harness.key_press(Key::Escape);
    assert_eq!(asked(&mut harness), [Command::Persona(PersonaCommand::Show(false))]);
    harness.get_by_role_and_label(Part::TextInput, "Search personas").focus();
    harness.run();
    harness.get_by_role_and_label(Part::TextInput, "Search personas").type_text("a");
    assert_eq!(asked(&mut harness), [Command::Persona(PersonaCommand::Search("a".into()))]);
}

#[test]
fn what_can_be_done_with_a_character_is_in_its_menu() {
    let mut harness = open(personas(Lang::En, Theme::Dark));
    let ada = PersonaId("1".into());
    for (label, command) in [
        ("Edit", PersonaCommand::Edit(ada.clone())),
        ("Duplicate", PersonaCommand::Duplicate(ada.clone())),
        ("Export as a card", PersonaCommand::Export(ada.clone())),
        ("Move to the trash", PersonaCommand::Trash(ada.clone())),
    ] {
        harness.get_by_label("More: Ada the clockmaker").click();
        harness.run();
        harness.get_by_label(label).click();
        assert_eq!(asked(&mut harness), [Command::Persona(command)], "{label}");
    }
    // Those of the program cannot be changed.
    let name = &built_in(Lang::En)[0].persona.name;
    harness.get_by_label(&format!("More: {name}")).click();
    harness.run();
    harness.get_by_label("Duplicate");
    assert!(harness.query_by_label("Edit").is_none());
}

/// What a field makes of its text.
type Edit = fn(String) -> PersonaEdit;

#[test]
fn a_character_is_edited_field_by_field() {
    for lang in Lang::ALL {
        let mut state = personas(lang, Theme::Dark);
        update(&mut state, Input::Command(Command::Persona(PersonaCommand::New)));
        let mut harness = harness(state, [1280.0, 1000.0]);
        harness.run();
        harness.state_mut().commands.clear();
        let set = |edit| Command::Persona(PersonaCommand::Set(edit));
        let fields: [(T, Edit); 4] = [
            (T::PersonaName, PersonaEdit::Name),
            (T::PersonaSystem, PersonaEdit::System),
            (T::PersonaGreeting, |text| PersonaEdit::Greeting(0, text)),
            (T::PersonaExamples, PersonaEdit::Examples),
        ];
        for (name, edit) in fields {
            let field = || harness.query_all_by_label(name.tr(lang)).find(|node| node.accesskit_node().is_text_input());
            field().expect("a field").focus();
            harness.run();
            harness.event(egui::Event::Text("x".into()));
            assert_eq!(asked(&mut harness), [set(edit("x".into()))]);
        }
        harness.get_by_role_and_label(Part::Switch, T::PersonaSliders.tr(lang)).click();
        assert_eq!(asked(&mut harness), [set(PersonaEdit::Sliders(true))]);
        harness.get_by_label(T::Save.tr(lang)).click();
        assert_eq!(asked(&mut harness), [], "without a name it cannot be kept");
        if let Some(draft) = &mut harness.state_mut().state.personas.editing {
            draft.persona.name = "Zoe".into();
        }
        harness.run();
        harness.get_by_label(T::Save.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::Persona(PersonaCommand::Keep)]);
    }
}

#[test]
fn greetings_the_picture_and_the_lore_of_a_character_can_be_edited() {
    let mut state = personas(Lang::En, Theme::Dark);
    state.personas.editing = Some(PersonaDraft {
        persona: Persona {
            name: "Ada".into(),
            greetings: vec!["Good evening.".into(), "Hm?".into()],
            lore: vec![StoryCard { id: 1, name: "The mill".into(), about: "Old.".into(), ..Default::default() }],
            ..Persona::default()
        },
        ..PersonaDraft::default()
    });
    let mut harness = harness(state, [1280.0, 1400.0]);
    harness.run();
    harness.state_mut().commands.clear();
    let set = |edit| Command::Persona(PersonaCommand::Set(edit));
    harness.get_by_label("Remove greeting 2").click();
    assert_eq!(asked(&mut harness), [set(PersonaEdit::NoGreeting(1))]);
    harness.get_by_label(T::AddGreeting.tr(Lang::En)).click();
    assert_eq!(asked(&mut harness), [set(PersonaEdit::Greeting(2, String::new()))]);
    harness.get_by_label(T::ChooseFace.tr(Lang::En)).click();
    assert_eq!(asked(&mut harness), [Command::Persona(PersonaCommand::ChooseFace)]);
    harness.get_by_label(T::AddLore.tr(Lang::En)).click();
    assert_eq!(asked(&mut harness), [set(PersonaEdit::Lore(CardEdit::Add(CardKind::Lore)))]);
    // The lore of the talk is its own.
    let mut state = write_shelf(Lang::En, Theme::Dark);
    let card = StoryCard { id: 4, name: "The mill".into(), about: "Old.".into(), always: true, ..Default::default() };
    state.write.open.manner.cards = vec![card];
    let mut harness = open(state);
    harness.get_by_role_and_label(Part::Button, T::ConversationCards.tr(Lang::En)).click();
    harness.run();
    harness.get_by_role_and_label(Part::Button, "The mill").click();
    harness.run();
    harness.get_by_label("Delete: The mill").click();
    assert!(asked(&mut harness).contains(&Command::Write(WriteCommand::Card(CardEdit::Remove(4)))));
}

#[test]
fn who_answers_stands_at_its_answers_and_in_the_head() {
    let mut harness = open(write_shelf(Lang::En, Theme::Dark));
    // Two answers are on the way that is shown, and the title is another.
    assert_eq!(harness.query_all_by_label("Patient teacher").count(), 3);
    harness.get_by_label(T::OwnSliders.tr(Lang::En));
    harness.state_mut().state.write.open.title = "Patient teacher".into();
    harness.run();
    assert_eq!(harness.query_all_by_label("Patient teacher").count(), 2);
}

#[test]
fn what_a_card_lost_is_told_in_a_notice() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    let left_out = vec![Both::new("a lore book of 3 entries", "x"), Both::new("greetings for groups", "y")];
    let kind = NoticeKind::PersonaKept { name: "Ada".into(), left_out };
    state.notices.list = vec![Notice { id: 1, kind, born_ms: NOW }];
    let harness = open(state);
    harness.get_by_label("Ada is in the library\nLeft out: a lore book of 3 entries, greetings for groups");
}

/// Found by hand: what was typed after "Talk" went nowhere.
#[test]
fn whoever_leaves_the_personas_can_type_at_once() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.personas.shown = true;
    let mut harness = open(state);
    harness.state_mut().state.personas.shown = false;
    harness.run();
    harness.event(egui::Event::Text("Good evening".into()));
    harness.run();
    let typed = |c: &Command| matches!(c, Command::Write(WriteCommand::SetDraft(text)) if text == "Good evening");
    assert!(asked(&mut harness).iter().any(typed));
}
