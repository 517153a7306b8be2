//! The list: pins, titles, the search in titles and texts, the tree of branches.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::{Role as Part, Toggled};
use egui::{Key, PointerButton};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::states::*;

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
fn conversations_are_opened_searched_renamed_and_deleted() {
    let mut harness = open(write_chat(Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::ListBoxOption, "Write a haiku about rain").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::OpenConversation(ConversationId("b".into())))]);
    harness.get_by_label("Delete: Explain tides to a child").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::TrashConversation(ConversationId("a".into())))]);
    harness.get_by_role_and_label(Part::TextInput, "Search conversations").focus();
    harness.run();
    harness.get_by_role_and_label(Part::TextInput, "Search conversations").type_text("k");
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::SetSearch("k".into()))]);
    harness.get_by_role_and_label(Part::Button, "Rename: Explain tides to a child").click();
    let titles = asked(&mut harness);
    assert!(matches!(&titles[..], [Command::Write(WriteCommand::BeginTitle(_))]), "{titles:?}");
    let _ = update(&mut harness.state_mut().state, Input::Command(titles[0].clone()));
    harness.run();
    harness.get_by_role_and_label(Part::TextInput, "Title").type_text("!");
    let titles = asked(&mut harness);
    assert!(matches!(&titles[..], [Command::Write(WriteCommand::SetTitle(..))]), "{titles:?}");
    harness.get_by_role_and_label(Part::Button, "New conversation").click();
    assert_eq!(asked(&mut harness)[0], Command::Write(WriteCommand::NewConversation));
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
fn of_thirty_thousand_turns_the_tree_draws_those_in_sight() {
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
