//! Nothing that a person typed is lost, whichever way they go on; and what Ctrl+Z takes back.

use egui::{Event, PointerButton, ViewportEvent, ViewportId};
use egui_kittest::Harness;

use super::*;
use crate::states::every::{doors, every_state};

type Open = Harness<'static, Window>;

/// Does what was asked, as the app would, and draws again.
fn obey(harness: &mut Open) {
    for _ in 0..3 {
        harness.step();
        let commands = std::mem::take(&mut harness.state_mut().commands);
        for command in commands {
            update(&mut harness.state_mut().state, Input::Command(command));
        }
    }
}

/// All that is kept of what was typed. `disk`: only what a closed window leaves behind, now or as its last deed.
fn kept(state: &AppState, disk: bool) -> String {
    let (write, settings) = (&state.write, &state.settings);
    let mut text = format!("{settings:?} {:?} {:?} {:?}", state.desk_now(), write.open, write.conversations);
    if !disk {
        text.push_str(&format!("{:?} {:?} {:?}", write.search, state.personas.search, state.gallery.search));
    }
    text
}

/// Where the numbers of fields go.
fn numbers(state: &AppState) -> String {
    // Esc leaves a form, which stays as a draft.
    let form =
        state.write.form.as_ref().map(|form| &form.values).or_else(|| state.write.left.forms.values().next_back());
    format!("{:?} {:?} {:?}", state.settings, form, state.write.open.page.as_ref().map(|page| &page.story))
}

/// How a person leaves a field.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Esc,
    ClickElsewhere,
    OtherRoom,
    Close,
}

/// Shows a state with everything opened that can be, as it is before a field of it is typed into.
fn show(harness: &mut Open, state: &AppState) {
    *harness.state_mut() = Window::new(state.clone());
    harness.run_ok();
    let mut all = doors(Lang::En);
    all.extend([T::SystemPrompt, T::Unnamed].map(|name| name.tr(Lang::En).to_owned()));
    all.extend(state.write.open.page.iter().flat_map(|page| page.story.cards.iter().map(|card| card.name.clone())));
    for door in all {
        let button = harness.query_all_by_label(&door).find(|node| node.accesskit_node().role() == Part::Button);
        let closed = button.filter(|node| node.accesskit_node().data().is_expanded() == Some(false));
        if let Some(button) = closed {
            button.click_accesskit();
            obey(harness);
        }
    }
    // The title is a field once it is clicked.
    if let Some(title) = harness.query_all_by_label_contains("Rename: ").next() {
        title.click_accesskit();
    }
    obey(harness);
}

/// Fields that take letters or a number, by part and name.
fn fields(harness: &Open) -> Vec<(Part, String)> {
    let is_field = |part: &Part| matches!(part, Part::TextInput | Part::MultilineTextInput | Part::SpinButton);
    let nodes = harness.root().children_recursive().map(|node| node.accesskit_node());
    let fields = nodes.filter(|node| is_field(&node.role()) && !node.is_disabled());
    fields.map(|node| (node.role(), node.label().unwrap_or_default())).collect()
}

fn type_and_leave(harness: &mut Open, field: &(Part, String), way: Way) {
    let text = {
        let node = harness.query_all_by_role_and_label(field.0, &field.1).next();
        let node = node.unwrap_or_else(|| panic!("{field:?}"));
        node.focus();
        let node = node.accesskit_node();
        let [now, min, max] = [node.numeric_value(), node.min_numeric_value(), node.max_numeric_value()];
        match (field.0, min, max) {
            (Part::SpinButton, Some(min), Some(max)) => if now == Some(max) { min } else { max }.to_string(),
            _ => "7qZx".to_owned(),
        }
    };
    obey(harness);
    harness.event(Event::Text(text));
    obey(harness);
    match way {
        Way::Esc => harness.key_press(Key::Escape),
        Way::OtherRoom => harness.key_press_modifiers(Modifiers::COMMAND, Key::Num5),
        Way::ClickElsewhere => {
            let pos = egui::pos2(640.0, 794.0);
            harness.event(Event::PointerMoved(pos));
            for pressed in [true, false] {
                let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
                harness.event(Event::PointerButton { pos, button, pressed, modifiers });
            }
        }
        Way::Close => {
            let viewport = harness.input_mut().viewports.entry(ViewportId::ROOT).or_default();
            viewport.events.push(ViewportEvent::Close);
        }
    }
    obey(harness);
}

#[test]
fn no_way_out_of_a_field_loses_what_was_typed() {
    let wanted = ["write, a form", "create, rare sliders", "create, running", "write, editing and failed"];
    let more = ["write, a talk", "write, the answer's form", "personas", "personas, editing", "page", "gallery"];
    let (lang, theme) = (Lang::En, Theme::Dark);
    let mut all: Vec<(&str, AppState)> = every_state(lang, theme);
    all.retain(|(name, _)| wanted.contains(name) || more.contains(name));
    let mut path = fresh(Room::Settings, lang, theme);
    path.ask.path = Some((PathFor::File, String::new()));
    all.push(("a path", path));
    let mut lore = personas(lang, theme);
    lore.personas.kept[0].persona.lore = vec![StoryCard { id: 1, ..StoryCard::default() }];
    let edit = PersonaCommand::Edit(lore.personas.kept[0].id.clone());
    let _ = update(&mut lore, Input::Command(Command::Persona(edit)));
    all.push(("personas, editing with a card", lore));

    let mut seen: Vec<(Part, String)> = Vec::new();
    // One window for all of them: fonts are read once.
    let mut harness = open(fresh(Room::Settings, lang, theme));
    for (name, mut state) in all {
        // The desk of the last time is read.
        let desk = Box::new(state.desk_now());
        update(&mut state, Input::Store(StoreEvent::Desk(desk)));
        show(&mut harness, &state);
        for field in fields(&harness) {
            if seen.contains(&field) {
                continue;
            }
            seen.push(field.clone());
            for way in [Way::Esc, Way::ClickElsewhere, Way::OtherRoom, Way::Close] {
                let search = field.1.starts_with("Search");
                // That is how a search is emptied; that of Gallery is for one visit.
                if search && (way == Way::Esc || name == "gallery" && way == Way::OtherRoom) {
                    continue;
                }
                show(&mut harness, &state);
                // How it was does not count.
                let before = kept(&harness.state().state, way == Way::Close);
                let had = numbers(&harness.state().state);
                type_and_leave(&mut harness, &field, way);
                let state = &mut harness.state_mut().state;
                // What was searched for is for the moment.
                let after = kept(state, way == Way::Close && !search);
                // Esc in the box of a number brings the old one back.
                if way == Way::Esc && field.0 == Part::SpinButton {
                    // A form that is as it came leaves no draft.
                    let left = state.write.form.is_none() && state.write.left.forms.is_empty();
                    assert!(numbers(state) == had || left, "{name}: {field:?}, {had}");
                    continue;
                }
                let number = field.0 == Part::SpinButton || field.1 == T::Seed.tr(lang);
                let is_kept = if number { after != before } else { after.contains("7qZx") };
                assert!(is_kept, "{name}: {field:?} by {way:?}");
            }
        }
    }
    // None that is known is missing.
    let named = |name: T| name.tr(lang).to_owned();
    let known = [
        T::Prompt,
        T::NegativePrompt,
        T::Seed,
        T::Width,
        T::Message,
        T::Title,
        T::SystemPrompt,
        T::StopTexts,
        T::EditTurn,
        T::Path,
        T::SearchConversations,
        T::SearchPersonas,
        T::SearchPictures,
        T::PageText,
        T::StoryMemory,
        T::AuthorsNote,
        T::CardName,
        T::CardAliases,
        T::CardAbout,
        T::CardLooks,
    ];
    let names: Vec<&String> = seen.iter().map(|(_, name)| name).collect();
    for name in known.map(named) {
        assert!(names.contains(&&name), "{name:?} in {names:?}");
    }
    assert!(seen.len() > 50, "{} fields: {names:?}", seen.len());
}

/// Ctrl+Z, or with Shift.
fn undo(harness: &mut Open, shift: bool) {
    let modifiers = if shift { Modifiers::COMMAND.plus(Modifiers::SHIFT) } else { Modifiers::COMMAND };
    chord(harness, modifiers, Key::Z);
}

/// Keys together. What was asked is done after each frame, as in the app, and the harness draws one for each event.
fn chord(harness: &mut Open, modifiers: Modifiers, key: Key) {
    let of = |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
    for event in [Event::ModifiersChanged(modifiers), of(true), of(false), Event::ModifiersChanged(Modifiers::NONE)] {
        harness.event(event);
        obey(harness);
    }
}

#[test]
fn the_second_ctrl_z_after_a_trash_takes_no_letters_of_the_prompt() {
    let trashed = |harness: &mut Open, path: &str| {
        let event = StoreEvent::Trashed { paths: vec![path.into()] };
        update(&mut harness.state_mut().state, Input::Store(event));
        obey(harness);
    };
    let prompt = |harness: &Open| harness.state().state.settings.image.prompt.clone();
    let newest = |harness: &Open| harness.state().state.undo.newest(Room::Create).map(|(what, _)| what.clone());
    let mut harness = open(create_done(Lang::En, Theme::Dark));
    trashed(&mut harness, "/lib/a.png");
    harness.get_by_role_and_label(Part::MultilineTextInput, "Prompt").focus();
    obey(&mut harness);
    harness.event(Event::Text(" with a leaf".into()));
    obey(&mut harness);
    trashed(&mut harness, "/lib/b.png");
    let typed = prompt(&harness);
    assert!(typed.ends_with(" with a leaf"), "{typed}");
    for left in [Some(Undoable::PicturesTrashed(vec!["/lib/a.png".into()])), None, None] {
        undo(&mut harness, false);
        assert_eq!((newest(&harness), prompt(&harness)), (left, typed.clone()));
    }
    let told = |harness: &Open, kind: NoticeKind| harness.state().state.notices.list.iter().any(|n| n.kind == kind);
    assert!(told(&harness, NoticeKind::NothingToUndo));
    // And forth again, with the focus where it is.
    undo(&mut harness, true);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    obey(&mut harness);
    assert!(!harness.state().state.can_redo());
    undo(&mut harness, true);
    assert!(told(&harness, NoticeKind::NothingToRedo) && prompt(&harness) == typed);
    // Letters that are typed now are the field's.
    harness.event(Event::Text("!".into()));
    obey(&mut harness);
    assert_eq!(prompt(&harness), format!("{typed}!"));
    undo(&mut harness, false);
    assert_eq!(prompt(&harness), typed);
}

#[test]
fn a_title_takes_spaces_is_given_by_enter_and_comes_back_after_esc() {
    let id = ConversationId("a".into());
    let title = |harness: &Open| {
        let write = &harness.state().state.write;
        (write.open.title.clone(), write.conversations[0].title.clone())
    };
    let both = |text: &str| (text.to_owned(), text.to_owned());
    let type_in = |harness: &mut Open, text: &str| {
        harness.get_by_role_and_label(Part::Button, "Rename: Explain tides to a child").click();
        obey(harness);
        harness.key_press(Key::End);
        obey(harness);
        for letter in text.chars() {
            harness.event(Event::Text(letter.into()));
            obey(harness);
        }
    };
    let mut state = write_chat(Lang::En, Theme::Dark);
    // Esc in a title stops nothing.
    state.write.job = write_streaming(Lang::En, Theme::Dark).write.job;
    let mut harness = open(state);
    let was = title(&harness);
    type_in(&mut harness, " and me");
    harness.key_press(Key::Escape);
    obey(&mut harness);
    assert_eq!(title(&harness), was);
    let job = harness.state().state.write.job.as_ref();
    assert!(job.is_some_and(|job| job.phase == Phase::Running));
    assert_eq!(harness.state().state.write.left.titles[&id], "Explain tides to a child and me");
    type_in(&mut harness, "!");
    harness.key_press(Key::Enter);
    obey(&mut harness);
    assert_eq!(title(&harness), both("Explain tides to a child and me!"));
    undo(&mut harness, false);
    assert_eq!(title(&harness), was);
}

/// Regression: the text that was typed after an example was gone once the example was taken back.
#[test]
fn as_many_redos_as_undos_bring_typed_text_back() {
    for room in [Room::Create, Room::Write] {
        let mut state = fresh(room, Lang::En, Theme::Dark);
        state.catalogue.entries[1].presence = ModelPresence::Here { path: "/m".into() };
        let mut harness = open(state);
        let text = |harness: &Open| {
            let state = &harness.state().state;
            if room == Room::Write { state.write.draft.clone() } else { state.settings.image.prompt.clone() }
        };
        let types = |harness: &mut Open, text: &str| {
            harness.event(Event::Text(text.into()));
            obey(harness);
            // Long enough for the field to take it for one step.
            harness.run_steps(40);
        };
        types(&mut harness, "my own");
        types(&mut harness, " words");
        let example = if room == Room::Write { "Write a haiku about rain" } else { "a rocket" };
        harness.get_by_label(example).click();
        obey(&mut harness);
        types(&mut harness, ", please");
        let all = ["", "my own", "my own words", example, &format!("{example}, please")];
        assert_eq!(text(&harness), all[4]);
        for step in all[..4].iter().rev() {
            undo(&mut harness, false);
            assert_eq!(text(&harness), *step, "{room:?}");
        }
        for step in &all[1..] {
            chord(&mut harness, Modifiers::COMMAND, Key::Y);
            assert_eq!(text(&harness), *step, "{room:?}");
        }
        undo(&mut harness, true);
        assert_eq!(text(&harness), all[4]);
    }
}

/// Regression: Ctrl+Z brought the draft of another conversation, and the text of another turn.
#[test]
fn the_history_of_a_field_is_that_of_the_text_in_it() {
    let id = ConversationId("a".into());
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.write.draft_of = Some(id.clone());
    let open_again = ConversationData {
        id: id.clone(),
        turns: state.write.open.turns.clone(),
        shelf: state.write.open.shelf.clone(),
        ..ConversationData::default()
    };
    let mut harness = open(state);
    let command = |harness: &mut Open, command: Command| {
        update(&mut harness.state_mut().state, Input::Command(command));
        obey(harness);
    };
    let types = |harness: &mut Open, text: &str| {
        harness.event(Event::Text(text.into()));
        obey(harness);
        // Long enough for the field to take it for one step.
        harness.run_steps(40);
    };
    let draft = |harness: &Open| harness.state().state.write.draft.clone();
    let undone = |harness: &mut Open| {
        undo(harness, false);
        draft(harness)
    };
    types(&mut harness, "of the old one");
    command(&mut harness, Command::Write(WriteCommand::NewConversation));
    assert_eq!((draft(&harness), undone(&mut harness)), (String::new(), String::new()));
    types(&mut harness, "of the new one");
    command(&mut harness, Command::Write(WriteCommand::OpenConversation(id)));
    update(&mut harness.state_mut().state, Input::Store(StoreEvent::Conversation(Box::new(open_again))));
    obey(&mut harness);
    assert_eq!(draft(&harness), "of the old one");
    assert_eq!([undone(&mut harness), undone(&mut harness)], ["", ""], "it has its own");
    command(&mut harness, Command::Write(WriteCommand::NewConversation));
    assert_eq!((draft(&harness), undone(&mut harness)), ("of the new one".to_owned(), String::new()));
    // What is sent is no draft any more.
    types(&mut harness, "Hello");
    command(&mut harness, Command::Write(WriteCommand::Send));
    assert_eq!((draft(&harness), undone(&mut harness)), (String::new(), String::new()));
}

/// Regression: a field of a number keeps its letters to itself until it is left, and the room took Ctrl+Z and Ctrl+Y.
#[test]
fn ctrl_z_and_ctrl_y_are_a_fields_own_after_letters_went_into_it() {
    let mut harness = open(create_done(Lang::En, Theme::Dark));
    for path in ["/lib/a.png", "/lib/b.png"] {
        update(&mut harness.state_mut().state, Input::Store(StoreEvent::Trashed { paths: vec![path.into()] }));
    }
    obey(&mut harness);
    undo(&mut harness, false);
    let can = |harness: &Open| {
        let state = &harness.state().state;
        (state.undo.newest(Room::Create).is_some(), state.can_redo())
    };
    assert_eq!(can(&harness), (true, true), "there is something of the room's both ways");
    let (part, name) = fields(&harness).into_iter().find(|(part, _)| *part == Part::SpinButton).expect("a number");
    harness.get_by_role_and_label(part, &name).click();
    obey(&mut harness);
    harness.event(Event::Text("4".into()));
    obey(&mut harness);
    for redo in [false, true, false] {
        match redo {
            false => undo(&mut harness, false),
            true => {
                harness.key_press_modifiers(Modifiers::COMMAND, Key::Y);
                obey(&mut harness);
                undo(&mut harness, true);
            }
        }
        assert_eq!(can(&harness), (true, true), "{name}");
    }
    // Once it is left, the keys are the room's again.
    harness.key_press(Key::Escape);
    obey(&mut harness);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    obey(&mut harness);
    assert!(!can(&harness).1);
}
