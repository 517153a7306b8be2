//! Write's list, its branches, its characters and the form of the answer as a tree.

use crate::states::*;
use aigc_studio::domain::*;
use aigc_studio::error::Cause;
use aigc_studio::lang::{Both, Lang};
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use aigc_studio::writing::personas::built_in;
use egui::accesskit::{Role as Part, Toggled};
use egui::{Key, PointerButton};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

fn id(name: &str) -> ConversationId {
    ConversationId(name.into())
}

fn listed(harness: &Harness<'static, Window>) -> Vec<String> {
    let mut rows: Vec<_> = harness
        .query_all_by_role(Part::ListBoxOption)
        .map(|node| (node.rect().top(), node.accesskit_node().label().unwrap_or_default()))
        .collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    rows.into_iter().map(|(_, label)| label).collect()
}

#[test]
fn a_pin_is_on_the_row_and_in_its_menu() {
    let mut harness = open(write_chat(Lang::En, Theme::Dark));
    assert_eq!(listed(&harness)[0], "Explain tides to a child");
    // The open one's row shows what can be done with it; others when the pointer is there.
    harness.get_by_label("Pin to the top: Explain tides to a child").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::PinConversation(id("a"), true))]);
    assert!(harness.query_by_label("Pin to the top: Write a haiku about rain").is_none());
    harness.get_by_role_and_label(Part::ListBoxOption, "Write a haiku about rain").hover();
    harness.run();
    harness.get_by_label("Pin to the top: Write a haiku about rain").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::PinConversation(id("b"), true))]);

    harness.state_mut().state.write.conversations[4].pinned = true;
    harness.run();
    assert_eq!(listed(&harness)[0], "Plan for a week in Kyoto", "the oldest is on top");
    let row = harness.get_by_role_and_label(Part::ListBoxOption, "Plan for a week in Kyoto");
    row.click_button(PointerButton::Secondary);
    harness.run();
    harness.get_by_label("Unpin").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::PinConversation(id("e"), false))]);
}

#[test]
fn f2_and_a_double_click_open_a_title_for_typing() {
    let obey = |harness: &mut Harness<'static, Window>| {
        let commands = asked(harness);
        for command in &commands {
            let _ = update(&mut harness.state_mut().state, Input::Command(command.clone()));
        }
        harness.run();
        commands
    };
    let types = |harness: &mut Harness<'static, Window>| {
        obey(harness);
        harness.event(egui::Event::Text("!".into()));
        obey(harness);
        harness.key_press(Key::Enter);
        let mut commands = obey(harness);
        commands.retain(|command| matches!(command, Command::Write(WriteCommand::RenameConversation(..))));
        commands
    };
    // The conversation that is open.
    let mut harness = open(write_chat(Lang::En, Theme::Dark));
    harness.key_press(Key::F2);
    let title = "Explain tides to a child!".to_owned();
    assert_eq!(types(&mut harness), [Command::Write(WriteCommand::RenameConversation(id("a"), title))]);
    // The row that has the keyboard, and the one that is clicked twice.
    let title = "Write a haiku about rain!".to_owned();
    for keys in [true, false] {
        let mut harness = open(write_chat(Lang::En, Theme::Dark));
        let row = harness.get_by_role_and_label(Part::ListBoxOption, "Write a haiku about rain");
        if keys {
            row.focus();
            harness.run();
            harness.key_press(Key::F2);
        } else {
            row.click();
            row.click();
        }
        assert_eq!(
            types(&mut harness),
            [Command::Write(WriteCommand::RenameConversation(id("b"), title.clone()))],
            "{keys}"
        );
    }
}

#[test]
fn a_row_is_renamed_in_its_place() {
    let mut harness = open(write_chat(Lang::En, Theme::Dark));
    // As the app obeys.
    let obeyed = |harness: &mut Harness<'static, Window>| {
        let commands = asked(harness);
        for command in &commands {
            let _ = update(&mut harness.state_mut().state, Input::Command(command.clone()));
        }
        harness.run();
        commands
    };
    let menu = |harness: &mut Harness<'static, Window>| {
        let row = harness.get_by_role_and_label(Part::ListBoxOption, "Write a haiku about rain");
        row.click_button(PointerButton::Secondary);
        harness.run();
        harness.get_by_label("Rename").click();
        assert_eq!(obeyed(harness), [Command::Write(WriteCommand::BeginTitle(id("b")))]);
    };
    menu(&mut harness);
    assert!(harness.query_by_role_and_label(Part::ListBoxOption, "Write a haiku about rain").is_none());
    harness.event(egui::Event::Text("!".into()));
    let title = "Write a haiku about rain!".to_owned();
    assert_eq!(obeyed(&mut harness), [Command::Write(WriteCommand::SetTitle(id("b"), title.clone()))]);
    harness.key_press(Key::Escape);
    assert_eq!(obeyed(&mut harness), [Command::Write(WriteCommand::LeaveTitle)], "it stays as it was");
    harness.get_by_role_and_label(Part::ListBoxOption, "Write a haiku about rain");
    menu(&mut harness);
    harness.key_press(Key::Enter);
    assert_eq!(
        obeyed(&mut harness),
        [Command::Write(WriteCommand::RenameConversation(id("b"), title))],
        "what was typed was kept"
    );
    harness.get_by_role_and_label(Part::ListBoxOption, "Write a haiku about rain!");
    let back = Command::Write(WriteCommand::RenameConversation(id("b"), "Write a haiku about rain".into()));
    let _ = update(&mut harness.state_mut().state, Input::Command(back));
    harness.run();
    // An answer that streams meanwhile is not stopped by the same key; by the next one it is.
    harness.state_mut().state.write.job = write_streaming(Lang::En, Theme::Dark).write.job;
    menu(&mut harness);
    harness.key_press(Key::Escape);
    assert_eq!(obeyed(&mut harness), [Command::Write(WriteCommand::LeaveTitle)]);
    harness.key_press(Key::Escape);
    assert_eq!(asked(&mut harness), [Command::CancelCurrent]);
}

#[test]
fn what_was_found_in_texts_stands_under_the_titles_and_is_opened_there() {
    let mut harness = open(write_found(Lang::En, Theme::Dark));
    let rows = listed(&harness);
    assert_eq!(rows.len(), 4, "{rows:?}");
    assert_eq!(rows[0], "Explain tides to a child");
    let hit = "Plan for a week in Kyoto, in the text: we walked along the shore until the tide turned";
    assert_eq!(rows[3], hit);
    harness.get_by_label(hit).click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::OpenHit(id("e"), 4, 9))]);
    // While it goes on nothing is said to be missing.
    let state = &mut harness.state_mut().state;
    state.write.search = "xyz".into();
    state.write.text_search.hits.clear();
    state.write.text_search.running = true;
    harness.run();
    assert!(harness.query_by_label(T::NothingFound.tr(Lang::En)).is_none());
    harness.state_mut().state.write.text_search.running = false;
    harness.run();
    harness.get_by_label(T::NothingFound.tr(Lang::En));
}

#[test]
fn the_page_goes_to_the_turn_that_was_found() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.write.open.turns = (1..=3_000)
        .map(|n| Turn {
            parent: Some(n - 1),
            ..turn(n, if n % 2 == 1 { Role::User } else { Role::Assistant }, &format!("Turn {n}."))
        })
        .collect();
    let mut harness = open(state);
    let shown = |harness: &Harness<'static, Window>, n: u64| harness.query_by_label(&format!("Turn {n}.")).is_some();
    assert!(shown(&harness, 3_000) && !shown(&harness, 701));
    let go = |harness: &mut Harness<'static, Window>, n| {
        update(&mut harness.state_mut().state, Input::Command(Command::Write(WriteCommand::OpenHit(id("a"), n, 0))));
        harness.run();
    };
    go(&mut harness, 701);
    assert!(shown(&harness, 701) && shown(&harness, 702));
    harness.run();
    assert!(shown(&harness, 701), "it stays there");
    go(&mut harness, 3);
    assert!(shown(&harness, 3));
    go(&mut harness, 701);
    assert!(shown(&harness, 701), "the same place again");
}

#[test]
fn the_branches_are_a_tree_to_click_on() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    let harness = open(state.clone());
    assert!(harness.query_by_label("Branches").is_none(), "there is no fork");
    drop(harness);
    state = write_shelf(Lang::En, Theme::Dark);
    let mut harness = open(state);
    harness.get_by_role_and_label(Part::Button, "Branches").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    let row = harness.get_by_role_and_label(Part::ListBoxOption, "Imagine that the sea takes a deep breath.");
    assert_eq!(row.accesskit_node().toggled(), Some(Toggled::False));
    let way = harness.get_by_role_and_label(Part::ListBoxOption, "Spring tides come twice a month.");
    assert_eq!(way.accesskit_node().toggled(), Some(Toggled::True), "the way that is shown is marked");
    row.click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::GoToTurn(5))]);
}

#[test]
fn thirty_thousand_turns_do_not_make_the_tree_slow() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.write.open.turns.clear();
    // A fork at each tenth turn.
    for n in 1..=30_000_u64 {
        let role = if n % 2 == 1 { Role::User } else { Role::Assistant };
        let parent = if n % 10 == 0 { n.saturating_sub(2) } else { n - 1 };
        state
            .write
            .open
            .shelf
            .add(&mut state.write.open.turns, Turn { parent: Some(parent), ..turn(n, role, "words") });
    }
    assert!(!state.write.open.shelf.turns().is_empty());
    let mut harness = open(state);
    harness.get_by_role_and_label(Part::Button, "Branches").click();
    harness.run();
    let rows = harness.query_all_by_role_and_label(Part::ListBoxOption, "words").count();
    assert!((5..40).contains(&rows), "{rows} rows are drawn");
    let start = std::time::Instant::now();
    harness.run_steps(10);
    assert!(start.elapsed() < std::time::Duration::from_secs(2), "{:?}", start.elapsed());
}

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

#[test]
fn the_form_of_the_answer_is_chosen_and_its_errors_are_named() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    let mut harness = harness(state.clone(), [1280.0, 1400.0]);
    harness.run();
    harness.get_by_label("Form of the answer: Free").click();
    harness.run();
    harness.state_mut().commands.clear();
    harness.get_by_label("GBNF grammar").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::SetText(TextEdit::Form(AnswerForm::Gbnf)))]);
    drop(harness);

    let grammar = Grammar::Gbnf("root ::= (".into());
    state.settings.text.grammar = Some(grammar.clone());
    let mut harness = crate::states::harness(state, [1280.0, 1400.0]);
    harness.run();
    assert!(
        harness.state().commands.contains(&Command::Write(WriteCommand::CheckGrammar)),
        "it is read while it is looked at"
    );
    update(&mut harness.state_mut().state, Input::Command(Command::Write(WriteCommand::CheckGrammar)));
    let bad = Cause::BadGrammar { line: 1, reason: Both::same("the bracket is not closed") };
    update(&mut harness.state_mut().state, Input::Grammar(grammar, Err(bad.into())));
    harness.run();
    harness.get_by_label_contains("the bracket is not closed");
    harness.state_mut().commands.clear();
    harness.get_by_role_and_label(Part::MultilineTextInput, "GBNF grammar").focus();
    harness.run();
    harness.event(egui::Event::Text(")".into()));
    let commands = asked(&mut harness);
    assert!(
        matches!(&commands[..], [Command::Write(WriteCommand::SetText(TextEdit::FormText(text)))] if text.contains(')')),
        "{commands:?}"
    );
}

#[test]
fn words_that_were_found_in_a_page_are_selected_there() {
    let mut state = write_page(Lang::En, Theme::Dark);
    update(&mut state, Input::Command(Command::Write(WriteCommand::SetSearch("Ada".into()))));
    let mut harness = open(state);
    let text = harness.state().state.write.open.page.as_ref().expect("a page").text.as_str().to_owned();
    let at = text.find("Ada").expect("she is there");
    update(&mut harness.state_mut().state, Input::Command(Command::Write(WriteCommand::OpenHit(id("a"), 0, at))));
    harness.run();
    harness.state_mut().commands.clear();
    harness.event(egui::Event::Text("Eve".into()));
    let commands = asked(&mut harness);
    let [Command::Write(WriteCommand::Page(PageCommand::Type(typed)))] = &commands[..] else { panic!("{commands:?}") };
    assert_eq!(*typed, text.replacen("Ada", "Eve", 1));
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
