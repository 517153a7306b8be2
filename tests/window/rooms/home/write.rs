//! Write as a tree: rows that wrap, what a question waits for, what is added to a list, what keeps its place.

use egui::Rect;
use egui_kittest::Harness;

use super::*;

type Open = Harness<'static, Window>;

/// Does what was asked, as the app would, and draws again.
fn obey(harness: &mut Open) {
    for _ in 0..3 {
        harness.step();
        for command in std::mem::take(&mut harness.state_mut().commands) {
            update(&mut harness.state_mut().state, Input::Command(command));
        }
    }
}

fn focused(harness: &Open) -> Option<String> {
    harness.ctx.memory(|memory| memory.focused()).map(|id| format!("{id:?}"))
}

fn rect(harness: &Open, label: &str) -> Rect {
    // A heading may have the name of what leads to it.
    let all: Vec<_> = harness.query_all_by_label(label).collect();
    let of = |part| all.iter().find(|node| node.accesskit_node().role() == part);
    // The bar of the ledger has the name of its sum.
    of(Part::Heading).or(of(Part::Label)).or(all.last()).unwrap_or_else(|| panic!("{label:?}")).rect()
}

/// Regression: a tail that wrapped was centred in all the height there was: the ledger, Personas and Models fell apart.
#[test]
fn a_row_that_wraps_is_as_high_as_its_rows() {
    let near = |harness: &Open, above: &str, below: &str| {
        let (above, below) = (rect(harness, above), rect(harness, below));
        assert!(below.top() - above.bottom() < 24.0, "{above} and {below}");
    };
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.settings.panes.insert(Pane::Sampling, 240.0);
    let mut ledger = crate::states::ledger(false);
    ledger.parts[1].tokens = 1226;
    state.write.ledger.found = Some(ledger);
    let mut harness = open(state);
    near(&harness, "The model reads", "1263 of 2048 tokens");
    // What is short again is beside its name.
    let ledger = harness.state_mut().state.write.ledger.found.as_mut().expect("a ledger");
    (ledger.parts[0].tokens, ledger.parts[1].tokens, ledger.context) = (0, 1, 64);
    ledger.parts[2].tokens = 1;
    harness.run();
    let (name, sum) = (rect(&harness, "The model reads"), rect(&harness, "2 of 64 tokens"));
    assert!((name.center().y - sum.center().y).abs() < 4.0, "{name} and {sum}");
    for zoom in [1.0, 1.5] {
        let mut state = fresh(Room::Write, Lang::En, Theme::Light);
        state.settings.zoom = Some(zoom);
        state.personas.shown = true;
        let size = if zoom > 1.0 { SIZE } else { [900.0, 600.0] };
        let mut harness = crate::states::harness(state, size);
        harness.run();
        if let Some(sliders) = harness.query_by_label(T::ShowSliders.tr(Lang::En)) {
            sliders.click();
            harness.run();
        }
        near(&harness, "Personas", T::NewPersona.tr(Lang::En));
        let mut state = fresh(Room::Models, Lang::En, Theme::Light);
        state.settings.zoom = Some(zoom);
        let mut harness = crate::states::harness(state, [900.0, 600.0]);
        harness.run();
        near(&harness, "Models", T::OpenModelFolder.tr(Lang::En));
    }
}

/// A question whose model is not here.
fn unanswered() -> AppState {
    let mut state = fresh(Room::Write, Lang::En, Theme::Dark);
    state.catalogue.entries[1].presence = ModelPresence::Absent;
    for command in [Command::Write(WriteCommand::SetDraft("Hello".into())), Command::Write(WriteCommand::Send)] {
        update(&mut state, Input::Command(command));
    }
    state
}

fn fetch(state: &mut AppState, kind: FetchEventKind) {
    update(state, Input::Fetch(FetchEvent { id: SMOLLM_ID.into(), kind }));
}

/// Regression: after a fetch that was cancelled, the question "is answered as soon as it is here", though nothing came.
#[test]
fn a_question_says_what_it_waits_for() {
    let mut state = unanswered();
    let name = state.catalogue.entries[1].card.name.clone();
    fetch(&mut state, FetchEventKind::Cancelled);
    let mut harness = open(state.clone());
    harness.get_by_label(&format!("The fetch of {name} was cancelled"));
    assert!(harness.query_by_label_contains("will be fetched when").is_none());
    harness.get_by_role_and_label(Part::Button, "Fetch and answer").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::Regenerate)]);
    // Whoever fetches it otherwise waits for it.
    update(&mut state, Input::Command(Command::Models(ModelsCommand::Fetch(SMOLLM_ID.into()))));
    let harness = open(state);
    harness.get_by_label(&format!("Is answered as soon as {name} is here"));
    assert!(harness.query_by_label("Fetch and answer").is_none());
}

/// Regression: the terms were out of sight, in another room.
#[test]
fn terms_are_read_and_agreed_to_at_the_message() {
    let mut state = fresh(Room::Write, Lang::En, Theme::Dark);
    let text = || "Be good.".to_owned();
    state.catalogue.entries[1].card.terms =
        Some(Terms { url: "https://example.org".into(), text: text(), text_zh: text() });
    state.catalogue.entries[1].presence = ModelPresence::Unchecked { path: "/m/s.gguf".into() };
    for command in [Command::Write(WriteCommand::SetDraft("Hello".into())), Command::Write(WriteCommand::Send)] {
        update(&mut state, Input::Command(command));
    }
    let name = state.catalogue.entries[1].card.name.clone();
    let mut harness = open(state);
    harness.get_by_label("Be good.");
    harness.get_by_label(&format!("Is answered once you agree to the terms of {name}"));
    harness.get_by_role_and_label(Part::Button, "Agree and answer").click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::AnswerTerms(SMOLLM_ID.into(), true))]);
}

#[test]
fn a_model_that_is_gone_is_told_and_the_one_in_use_is_offered() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.write.open.turns[3].info = Some(TurnInfo { model: "/m/old.gguf".into(), ..TurnInfo::default() });
    let params = TextParams { model: "/m/old.gguf".into(), ..state.settings.text.clone() };
    state.write.open.manner.sliders = Some(params);
    let name = state.catalogue.entries[1].card.name.clone();
    let mut harness = open(state);
    harness.get_by_label_contains("old.gguf, which is not on this machine any more");
    harness.get_by_role_and_label(Part::Button, &format!("Use {name}")).click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::SetText(TextEdit::Model(SMOLLM_ID.into())))]);
}

/// Regression: the focus stayed in the persona's own name.
#[test]
fn what_is_added_to_a_list_has_the_focus_and_is_in_sight() {
    let mut state = fresh(Room::Write, Lang::En, Theme::Dark);
    state.personas.shown = true;
    update(&mut state, Input::Command(Command::Persona(PersonaCommand::New)));
    update(&mut state, Input::Command(Command::Persona(PersonaCommand::Set(PersonaEdit::Name("Nyx".into())))));
    update(&mut state, Input::Command(Command::Persona(PersonaCommand::Set(PersonaEdit::Greeting(0, "Hi".into())))));
    for (add, field) in [
        (T::AddCast, T::CardName.tr(Lang::En).to_owned()),
        (T::AddLore, T::CardName.tr(Lang::En).to_owned()),
        (T::AddGreeting, T::GreetingNumber.with(Lang::En, &[&2])),
    ] {
        let mut harness = open(state.clone());
        harness.get_by_role_and_label(Part::Button, add.tr(Lang::En)).click();
        obey(&mut harness);
        obey(&mut harness);
        let node = harness.get_all_by_label(&field).find(|node| node.is_focused());
        let node = node.unwrap_or_else(|| panic!("{add:?}: {:?}", focused(&harness)));
        assert!(node.rect().bottom() < SIZE[1] && node.rect().top() > 0.0, "{add:?}: {:?}", node.rect());
    }
}

/// Regression: Tab from the message opened the title for typing.
#[test]
fn a_title_is_typed_after_a_click_on_its_words_enter_or_f2() {
    let begun = |harness: &mut Open| {
        asked(harness).iter().any(|command| matches!(command, Command::Write(WriteCommand::BeginTitle(_))))
    };
    let name = "Rename: Explain tides to a child";
    let mut harness = open(write_chat(Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::Button, name).focus();
    assert!(!begun(&mut harness), "the focus alone types nothing");
    harness.key_press(Key::Enter);
    assert!(begun(&mut harness));
    harness.get_by_role_and_label(Part::Button, name).click();
    obey(&mut harness);
    assert!(harness.get_by_role_and_label(Part::TextInput, "Title").is_focused());
    // Beside the words nothing is clicked.
    let mut harness = open(write_chat(Lang::En, Theme::Dark));
    let words = rect(&harness, name);
    harness.hover_at(words.right_center() + egui::vec2(60.0, 0.0));
    harness.drag_at(words.right_center() + egui::vec2(60.0, 0.0));
    harness.drop_at(words.right_center() + egui::vec2(60.0, 0.0));
    assert!(!begun(&mut harness));
    // A narrow window has no list that takes the key.
    let mut harness = crate::states::harness(write_chat(Lang::En, Theme::Dark), [600.0, 600.0]);
    harness.run();
    harness.state_mut().commands.clear();
    harness.key_press(Key::F2);
    assert!(begun(&mut harness));
}

/// Regression: the button moved by the width of the column that it opens.
#[test]
fn what_opens_the_sliders_keeps_its_place() {
    let mut harness = open(write_chat(Lang::En, Theme::Dark));
    let name = T::ShowSliders.tr(Lang::En);
    let before = rect(&harness, name);
    harness.get_by_label(name).click();
    harness.run();
    assert!(harness.query_by_label("Temperature").is_none());
    assert_eq!(rect(&harness, name), before);
}

/// Regression: the first slider that was moved, and the first letter, moved the sliders under the pointer.
#[test]
fn sliders_keep_their_place_when_one_is_moved_and_when_a_letter_is_typed() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.write.ledger.found = Some(crate::states::ledger(false));
    let seed = T::Seed.tr(Lang::En);
    let places = |harness: &Open| (rect(harness, "Temperature").top(), rect(harness, seed).top());
    let mut harness = open(state);
    let before = places(&harness);
    harness.state_mut().state.write.open.manner.sliders = Some(TextParams::default());
    let ledger = harness.state_mut().state.write.ledger.found.as_mut().expect("a ledger");
    ledger.parts.insert(
        2,
        aigc_studio::domain::LedgerPart { kind: PartKind::Draft, name: String::new(), tokens: 1, left_out: 0 },
    );
    harness.run();
    assert_eq!(places(&harness), before);
}

/// Regression: the list was sorted anew under the pointer when an answer began.
#[test]
fn the_list_keeps_its_order_under_the_pointer() {
    let mut harness = open(write_chat(Lang::En, Theme::Dark));
    let row = "Write a haiku about rain";
    let place = |harness: &Open| harness.get_by_role_and_label(Part::ListBoxOption, row).rect().top();
    let before = place(&harness);
    harness.hover_at(harness.get_by_role_and_label(Part::ListBoxOption, row).rect().center());
    harness.run();
    let heads = &mut harness.state_mut().state.write.conversations;
    let mut old = heads.remove(3);
    old.changed_ms = NOW;
    heads.insert(0, old);
    harness.run();
    assert_eq!(place(&harness), before);
    harness.hover_at(egui::pos2(700.0, 300.0));
    harness.run();
    assert!(place(&harness) > before, "once it has left");
}

/// Regression: the list of shortcuts could not be scrolled by key, and began with another room's.
#[test]
fn the_list_of_shortcuts_begins_with_those_of_the_room_and_scrolls_by_key() {
    let mut harness = crate::states::harness(write_chat(Lang::En, Theme::Dark), [900.0, 600.0]);
    harness.run();
    harness.key_press(Key::F1);
    harness.run();
    let top = |harness: &Open, name: &str| {
        let heads = harness.get_all_by_label(name);
        heads.filter(|node| node.accesskit_node().role() == Part::Heading).map(|node| node.rect().top()).next_back()
    };
    let (chat, all) = (T::Chat.tr(Lang::En), T::Everywhere.tr(Lang::En));
    let before = top(&harness, chat).expect("the room's own");
    assert!(before < top(&harness, all).expect("the others"), "the room's own come first");
    for (key, down) in [(Key::ArrowDown, true), (Key::ArrowUp, false), (Key::PageDown, true), (Key::Home, false)] {
        harness.key_press(key);
        harness.run();
        let now = top(&harness, chat).expect("the room's own");
        assert_eq!(now < before, down, "{key:?}: {now} after {before}");
    }
    harness.key_press(Key::End);
    harness.key_press(Key::F1);
    harness.run();
    harness.key_press(Key::F1);
    harness.run();
    assert_eq!(top(&harness, chat), Some(before), "it begins at its top again");
}

/// Regression: errors could not be closed by key.
#[test]
fn esc_closes_the_newest_error_where_nothing_else_is_open() {
    for room in [Room::Create, Room::Write, Room::Gallery, Room::Models, Room::Settings] {
        let mut state = fresh(room, Lang::En, Theme::Dark);
        let problem =
            |id, cause: Cause| Notice { id, kind: NoticeKind::Problem(ProblemBox(cause.into())), born_ms: NOW };
        state.notices.list = vec![problem(1, Cause::EngineGone), problem(2, Cause::Unsaved { refusal: None })];
        let mut harness = open(state);
        harness.key_press(Key::Escape);
        assert_eq!(asked(&mut harness), [Command::DismissNotice(2)], "{room:?}");
    }
}
