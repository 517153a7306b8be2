//! The window by keyboard and by screen reader: where the focus is, in what order, and what is said.

mod menus;

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::keys::{Act, Place, SHORTCUTS};
use aigc_studio::ui::texts::T;
use aigc_studio::ui::theme::Palette;
use aigc_studio::writing::forms::find;
use egui::accesskit::{Live, Role as Part};
use egui::{Event, ImeEvent, Key, Modifiers, PointerButton, Rect, Shape, StrokeKind};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::states::*;

type Open = Harness<'static, Window>;

/// Every state that the window was seen in, also those of other test files.
fn states(lang: Lang) -> Vec<AppState> {
    let mut all = all_states(lang, Theme::Dark);
    all.extend([
        write_shelf(lang, Theme::Dark),
        write_found(lang, Theme::Dark),
        personas(lang, Theme::Dark),
        write_page(lang, Theme::Dark),
    ]);
    // A question over the window keeps the keyboard to itself.
    all.retain(|state| state.ask.path.is_none() && state.ask.folder.is_none());
    let mut with_form = fresh(Room::Write, lang, Theme::Dark);
    let form = find("translation").expect("the form");
    with_form.write.form = Some(FormState { id: form.id.clone(), values: form.defaults(lang) });
    all.push(with_form);
    all
}

/// What has the focus, by name.
fn focused(harness: &Open) -> Option<String> {
    let of = |node: egui_kittest::Node<'_>| node.accesskit_node().label().or_else(|| node.value());
    harness.root().children_recursive().find(|node| node.is_focused()).and_then(of)
}

fn is_focused(harness: &Open, what: &str) {
    assert_eq!(focused(harness).as_deref(), Some(what));
}

#[test]
fn the_focus_is_where_a_person_would_type() {
    let (create, message) = ("Prompt", "Message");
    let mut harness = open(fresh(Room::Create, Lang::En, Theme::Dark));
    is_focused(&harness, create);
    harness.state_mut().state = write_chat(Lang::En, Theme::Dark);
    harness.run();
    is_focused(&harness, message);
    // An icon, and Esc.
    harness.get_by_role_and_label(Part::Button, T::ShowSliders.tr(Lang::En)).click();
    harness.run();
    is_focused(&harness, message);
    harness.key_press(Key::Escape);
    harness.run();
    is_focused(&harness, message);
    // A field that opens, and closes.
    harness.state_mut().state.write.editing = Some((3, "again".into()));
    harness.run();
    is_focused(&harness, T::EditTurn.tr(Lang::En));
    harness.state_mut().state.write.editing = None;
    harness.run();
    is_focused(&harness, message);
    // From a field elsewhere into another conversation.
    harness.get_by_role_and_label(Part::TextInput, "Search conversations").focus();
    harness.run();
    is_focused(&harness, "Search conversations");
    harness.state_mut().state.write.open = OpenConversation::default();
    harness.run();
    is_focused(&harness, message);
    // Characters: the search, then the name of the one that is edited, then the talk again.
    harness.state_mut().state = personas(Lang::En, Theme::Dark);
    harness.run();
    is_focused(&harness, "Search personas");
    harness.state_mut().state.personas.editing = Some(PersonaDraft::default());
    harness.run();
    is_focused(&harness, "Name");
    harness.state_mut().state = write_chat(Lang::En, Theme::Dark);
    harness.run();
    is_focused(&harness, message);
    // A form, and a page.
    let form = find("translation").expect("the form");
    harness.state_mut().state.write.form = Some(FormState { id: form.id.clone(), values: form.defaults(Lang::En) });
    harness.run();
    is_focused(&harness, form.fields[0].label(Lang::En));
    harness.state_mut().state = write_page(Lang::En, Theme::Dark);
    harness.run();
    is_focused(&harness, "The text of the page");
}

#[test]
fn letters_find_their_field() {
    let mut harness = open(gallery(Lang::En, Theme::Dark, 30, 0));
    assert_eq!(focused(&harness), None);
    harness.event(Event::Text("c".into()));
    assert_eq!(
        asked_of(&mut harness, |c| matches!(c, Command::Gallery(GalleryCommand::SetSearch(_)))),
        [Command::Gallery(GalleryCommand::SetSearch("c".into()))]
    );
    let mut harness = open(create_done(Lang::En, Theme::Dark));
    harness.event(Event::Text("!".into()));
    let typed = asked_of(&mut harness, |c| matches!(c, Command::Create(CreateCommand::SetImage(ImageEdit::Prompt(_)))));
    assert_eq!(typed, [Command::Create(CreateCommand::SetImage(ImageEdit::Prompt("a red apple!".into())))]);
}

fn asked_of(harness: &mut Open, wanted: impl Fn(&Command) -> bool) -> Vec<Command> {
    let mut commands = asked(harness);
    commands.retain(wanted);
    commands
}

/// Presses Tab until the focus comes back; the stops in their order.
fn walk(harness: &mut Open) -> Vec<(String, Rect)> {
    let mut stops = Vec::new();
    // By its id: what is scrolled to has moved when the focus comes back.
    let mut first = None;
    for _ in 0..400 {
        harness.key_press(Key::Tab);
        harness.run();
        let node = harness.root().children_recursive().find(|node| node.is_focused());
        let Some(node) = node else { panic!("Tab leads nowhere after {stops:?}") };
        let name = node.accesskit_node().label().or_else(|| node.value()).unwrap_or_default();
        if *first.get_or_insert(node.accesskit_node().id()) == node.accesskit_node().id() && !stops.is_empty() {
            return stops;
        }
        stops.push((name, node.rect()));
    }
    panic!("Tab goes on for ever: {stops:?}");
}

#[test]
fn tab_follows_the_eye_through_every_room_and_leaves_nothing_out() {
    for lang in Lang::ALL {
        for state in states(lang) {
            let (room, noted) = (state.room(), !state.notices.list.is_empty());
            let waiting = usize::from(!state.desk.waiting.is_empty());
            let mut harness = open(state);
            let stops = walk(&mut harness);
            let names: Vec<&str> = stops.iter().map(|(name, _)| name.as_str()).collect();
            let at =
                |name: &str| names.iter().position(|n| *n == name).unwrap_or_else(|| panic!("{name} in {names:?}"));
            // Round from where the work begins: the rail comes after it, the language last.
            let turned = |i: usize| (i + stops.len() - at(T::Settings.tr(lang))) % stops.len();
            // A note that passes stands before it, and jobs of the last time.
            assert!(turned(at("中文")) <= if noted { 5 } else { 3 } + waiting, "{room:?}: {names:?}");
            if room == Room::Create {
                let prompt = names.iter().position(|n| *n == T::Prompt.tr(lang)).expect("the prompt");
                assert!((prompt + stops.len() - at("中文")) % stops.len() <= 1, "{names:?}");
                assert!(turned(at(T::Generate.tr(lang))) > turned(prompt), "{names:?}");
                // A group of choices is one stop.
                let count = format!("{}: ", T::Count.tr(lang));
                let counts: Vec<_> = (0..names.len()).filter(|i| names[*i].starts_with(&count)).collect();
                assert!(matches!(&*counts, [i] if turned(*i) < turned(at(T::Generate.tr(lang)))), "{names:?}");
            }
            // What stands on one row is gone through from the left.
            for two in stops.windows(2) {
                let (a, b) = (two[0].1, two[1].1);
                let a_row = (a.center().y - b.center().y).abs() < 1.0 && (a.left() - b.right()).abs() < 24.0;
                assert!(!a_row || a.left() <= b.left(), "{room:?}: {two:?}");
            }
        }
    }
}

#[test]
fn shift_tab_goes_back() {
    let mut harness = open(create_done(Lang::En, Theme::Dark));
    harness.key_press(Key::Tab);
    harness.run();
    let second = focused(&harness);
    harness.key_press(Key::Tab);
    harness.run();
    assert_ne!(focused(&harness), second);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::Tab);
    harness.run();
    assert_eq!(focused(&harness), second);
}

/// All rings in what was painted last.
fn rings(harness: &Open) -> Vec<Rect> {
    fn look(shape: &Shape, found: &mut Vec<Rect>) {
        match shape {
            Shape::Vec(all) => all.iter().for_each(|shape| look(shape, found)),
            Shape::Rect(rect) if rect.stroke.width == 2.0 && rect.stroke_kind == StrokeKind::Outside => {
                assert_eq!(rect.stroke.color, Palette::dark(true).accent_text);
                found.push(rect.rect);
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    harness.output().shapes.iter().for_each(|clipped| look(&clipped.shape, &mut found));
    found
}

#[test]
fn one_ring_shows_the_focus_everywhere() {
    for state in states(Lang::En) {
        let room = state.room();
        let page = state.write.open.page.is_some() && room == Room::Write;
        let mut harness = open(state);
        for _ in 0..40 {
            harness.key_press(Key::Tab);
            harness.run();
            let Some(node) = harness.root().children_recursive().find(|node| node.is_focused()) else {
                panic!("{room:?}")
            };
            let (name, rect) = (focused(&harness), node.rect());
            // A whole sheet has its text cursor.
            if page && name.as_deref() == Some(T::PageText.tr(Lang::En)) {
                continue;
            }
            let rings = rings(&harness);
            assert_eq!(rings.len(), 1, "{room:?}: {name:?}");
            assert!(rings[0].expand(1.0).contains_rect(rect), "{room:?}: {name:?} {rect:?} {rings:?}");
        }
    }
}

/// What each shortcut asks for in a state where it makes sense; `None`: it changes the window alone.
fn expected(act: Act, place: Place) -> Option<Command> {
    let name = LayerName { word: "apple".into(), nth: 1 };
    let nudge = |x, y, side| {
        Command::Create(CreateCommand::Layers(LayersCommand::Nudge(
            name.clone(),
            aigc_studio::domain::Place { x, y, side },
        )))
    };
    Some(match act {
        Act::Left if place == Place::Create => nudge(0.25 - 0.01, 0.5, 0.5),
        Act::Right if place == Place::Create => nudge(0.25 + 0.01, 0.5, 0.5),
        Act::Up if place == Place::Create => nudge(0.25, 0.5 - 0.01, 0.5),
        Act::Down if place == Place::Create => nudge(0.25, 0.5 + 0.01, 0.5),
        Act::ZoomIn if place == Place::Create => nudge(0.25, 0.5, 0.5 * 1.1),
        Act::ZoomOut if place == Place::Create => nudge(0.25, 0.5, 0.5 / 1.1),
        Act::Trash if place == Place::Create => Command::Create(CreateCommand::Layers(LayersCommand::Hide(name, true))),
        Act::Go(room) => Command::Go(room),
        Act::NewTalk => Command::Write(WriteCommand::NewConversation),
        Act::NewPage => Command::Write(WriteCommand::Page(PageCommand::New)),
        Act::Open => Command::ChooseFile,
        Act::Save => Command::Create(CreateCommand::SavePictureAs((JobId(9), 0))),
        Act::Leave => Command::CancelCurrent,
        Act::Generate => Command::Create(CreateCommand::Generate),
        Act::Send => Command::Write(WriteCommand::Send),
        Act::NewLine => Command::Write(WriteCommand::SetDraft("Hello\n".into())),
        Act::Finish => Command::Write(WriteCommand::WriteForm),
        Act::EditLast => Command::Write(WriteCommand::BeginEdit(3)),
        Act::VersionBefore => Command::Write(WriteCommand::SelectBranch(4)),
        Act::VersionAfter => Command::Write(WriteCommand::SelectBranch(9)),
        Act::PageWrite => Command::Write(WriteCommand::Page(PageCommand::Write { at: page_text().len() })),
        Act::PageAgain => Command::Write(WriteCommand::Page(PageCommand::Again)),
        Act::PageUndo => Command::Write(WriteCommand::Page(PageCommand::Undo)),
        Act::PageRedo => Command::Write(WriteCommand::Page(PageCommand::Redo)),
        Act::Left => Command::Gallery(GalleryCommand::Select(Some(item(5).path))),
        Act::Right => Command::Gallery(GalleryCommand::Select(Some(item(7).path))),
        Act::Up | Act::Down | Act::Ends | Act::Walk | Act::Extend => return None,
        Act::Toggle => Command::Gallery(GalleryCommand::Mark(item(6).path)),
        Act::Trash => Command::Gallery(GalleryCommand::TrashItem(item(6).path)),
        Act::Undo => Command::Undo,
        Act::Redo => Command::Redo,
        Act::MarkAll => Command::Gallery(GalleryCommand::MarkAll),
        Act::Full => Command::Gallery(GalleryCommand::ShowFull(true)),
        Act::Larger => Command::Settings(SettingsCommand::SetZoom(1.1)),
        Act::Smaller => Command::Settings(SettingsCommand::SetZoom(0.9)),
        Act::Usual => Command::Settings(SettingsCommand::SetZoom(1.0)),
        Act::Rename => Command::Write(WriteCommand::BeginTitle(ConversationId("a".into()))),
        Act::Next | Act::List | Act::Menu | Act::Fit | Act::Information | Act::ZoomIn | Act::ZoomOut => return None,
    })
}

fn page_text() -> String {
    let page = write_page(Lang::En, Theme::Dark).write.open.page.expect("a page");
    page.text.as_str().to_owned()
}

fn state_for(act: Act, place: Place) -> AppState {
    let (lang, theme) = (Lang::En, Theme::Dark);
    match (place, act) {
        (Place::Everywhere, Act::Leave) => create_running(lang, theme),
        (Place::Create, Act::Left | Act::Right | Act::Up | Act::Down | Act::ZoomIn | Act::ZoomOut | Act::Trash) => {
            let mut state = create_layers(lang, theme);
            let choose = LayersCommand::Choose(Some(LayerName { word: "apple".into(), nth: 1 }));
            let _ = update(&mut state, Input::Command(Command::Create(CreateCommand::Layers(choose))));
            state
        }
        (Place::Everywhere, Act::Save) | (Place::Create, _) => create_done(lang, theme),
        (Place::Everywhere, _) => fresh(Room::Settings, lang, theme),
        (Place::Form, _) => filled_form(),
        (Place::Page, _) => write_page(lang, theme),
        (Place::Gallery, _) => {
            let mut state = gallery(lang, theme, 30, 0);
            state.gallery.selected = Some(item(6).path);
            state.gallery.full = matches!(act, Act::Information | Act::Fit | Act::ZoomIn | Act::ZoomOut);
            state
        }
        (Place::Talk, Act::Send | Act::NewLine) => {
            let mut state = write_chat(lang, theme);
            state.write.draft = "Hello".into();
            state
        }
        (Place::Talk, _) => with_versions(),
    }
}

/// A form with all that it asks for.
fn filled_form() -> AppState {
    let mut state = fresh(Room::Write, Lang::En, Theme::Dark);
    state.catalogue.entries[1].presence = ModelPresence::Here { path: "/m".into() };
    let form = &aigc_studio::writing::forms::forms()[0];
    update(&mut state, Input::Command(Command::Write(WriteCommand::OpenForm(form.id.clone()))));
    for field in form.fields.iter().filter(|field| field.required) {
        update(
            &mut state,
            Input::Command(Command::Write(WriteCommand::SetFormField(field.id.clone(), "tides".into()))),
        );
    }
    state
}

/// The last answer is the middle one of three.
fn with_versions() -> AppState {
    let mut state = write_chat(Lang::En, Theme::Dark);
    let turns = &mut state.write.open.turns;
    for (i, turn) in turns.iter_mut().enumerate() {
        turn.parent = Some(i as u64);
    }
    let last = turns.last_mut().expect("there are turns");
    last.id = 8;
    for id in [4, 9] {
        let other = Turn { parent: Some(3), ..turn(id, Role::Assistant, "Another.") };
        let open = &mut state.write.open;
        open.shelf.add(&mut open.turns, other);
        let open = &mut state.write.open;
        // The one that was there stays shown.
        open.shelf.switch(&mut open.turns, 8);
    }
    state
}

#[test]
fn every_shortcut_of_the_list_does_what_it_says() {
    for shortcut in SHORTCUTS {
        for key in shortcut.keys {
            let mut harness = open(state_for(shortcut.act, shortcut.place));
            let before = focused(&harness);
            harness.key_press_modifiers(key.modifiers, key.logical_key);
            let mut commands = asked(&mut harness);
            let name = format!("{:?} by {:?}", shortcut.act, shortcut.names());
            match (expected(shortcut.act, shortcut.place), shortcut.act) {
                (Some(wanted), _) => assert!(commands.contains(&wanted), "{name}: {commands:?}"),
                (None, Act::Up | Act::Down | Act::Ends) => {
                    commands.retain(|command| !matches!(command, Command::Gallery(GalleryCommand::NeedThumbnail(_))));
                    assert!(
                        matches!(&commands[..], [Command::Gallery(GalleryCommand::Select(Some(_)))]),
                        "{name}: {commands:?}"
                    );
                }
                (None, act @ (Act::Extend | Act::Walk)) => {
                    commands.retain(|command| !matches!(command, Command::Gallery(GalleryCommand::NeedThumbnail(_))));
                    let extends = matches!(&commands[..], [Command::Gallery(GalleryCommand::MarkTo(_))]);
                    // The other one moves the cursor alone.
                    assert!(if act == Act::Extend { extends } else { commands.is_empty() }, "{name}: {commands:?}");
                }
                (None, Act::Next) => assert_ne!(focused(&harness), before, "{name}"),
                (None, Act::List) => {
                    harness.get_by_label(T::Shortcuts.tr(Lang::En));
                }
                // The text's size is another matter.
                (None, _) => assert_eq!(commands, [], "{name}"),
            }
        }
    }
}

#[test]
fn ctrl_9_fits_a_picture_that_was_zoomed_and_ctrl_0_is_the_texts() {
    let mut harness = open(create_done(Lang::En, Theme::Dark));
    let figure = |harness: &Open| {
        let mut all = harness.output().shapes.iter();
        all.any(|clipped| matches!(&clipped.shape, Shape::Text(text) if text.galley.text().ends_with('%')))
    };
    harness.hover_at(egui::pos2(900.0, 300.0));
    harness.event(Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, 100.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Trackpad,
        modifiers: Modifiers::NONE,
    });
    harness.run();
    assert!(figure(&harness));
    harness.state_mut().commands.clear();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num0);
    assert_eq!(asked(&mut harness), [Command::Settings(SettingsCommand::SetZoom(1.0))]);
    assert!(figure(&harness));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num9);
    harness.run();
    assert!(!figure(&harness));
}

/// Regression: on an American keyboard + takes Shift, and Ctrl++ did nothing.
#[test]
fn a_sign_that_takes_shift_is_the_same_shortcut() {
    for key in [Key::Plus, Key::Equals] {
        for modifiers in [Modifiers::COMMAND, Modifiers::COMMAND | Modifiers::SHIFT] {
            let mut harness = open(fresh(Room::Settings, Lang::En, Theme::Dark));
            harness.key_press_modifiers(modifiers, key);
            assert_eq!(
                asked(&mut harness),
                [Command::Settings(SettingsCommand::SetZoom(1.1))],
                "{key:?} {modifiers:?}"
            );
        }
    }
    // Shift with a letter is another shortcut.
    let mut harness = open(fresh(Room::Write, Lang::En, Theme::Dark));
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::N);
    assert!(!asked(&mut harness).contains(&Command::Write(WriteCommand::NewConversation)));
}

#[test]
fn each_key_is_one_shortcut_of_its_place() {
    for (at, one) in SHORTCUTS.iter().enumerate() {
        for other in &SHORTCUTS[at + 1..] {
            let in_a_room = one.place == Place::Everywhere && [Place::Create, Place::Gallery].contains(&other.place);
            let together = one.place == other.place || in_a_room;
            let same = one.keys.iter().find(|key| other.keys.contains(key));
            assert!(!together || same.is_none(), "{:?} and {:?}: {same:?}", one.act, other.act);
        }
    }
}

/// Regression: Delete took a picture that the search had put out of sight, and keys went to what was behind a question.
#[test]
fn keys_do_nothing_to_what_is_not_seen() {
    let act = |harness: &mut Open| {
        let commands = asked(harness);
        for command in &commands {
            let _ = update(&mut harness.state_mut().state, Input::Command(command.clone()));
        }
        harness.run();
        commands
    };
    let mut state = gallery(Lang::En, Theme::Dark, 30, 30);
    let _ = update(&mut state, Input::Command(Command::Gallery(GalleryCommand::Select(Some(item(3).path)))));
    let mut harness = open(state);
    harness.get_by_role_and_label(Part::TextInput, "Search prompts").focus();
    harness.run();
    harness.event(Event::Text("zebra".into()));
    act(&mut harness);
    for _ in 0..3 {
        harness.key_press(Key::Tab);
        harness.run();
    }
    harness.key_press(Key::Delete);
    let commands = act(&mut harness);
    assert!(
        !commands.iter().any(|command| matches!(command, Command::Gallery(GalleryCommand::TrashItem(_)))),
        "{commands:?}"
    );
    assert!(harness.query_by_label(T::UseSettings.tr(Lang::En)).is_none(), "nor are its buttons there");

    // A question over the window, and the trash in the place of the room.
    let mut question = gallery(Lang::En, Theme::Dark, 30, 30);
    question.gallery.selected = Some(item(3).path);
    let mut trash = question.clone();
    question.ask.folder = Some("/new".into());
    trash.trash.shown = Some(TrashKind::Pictures);
    trash.trash.items = Some(Vec::new());
    let mut talk = with_versions();
    talk.trash.shown = Some(TrashKind::Conversations);
    talk.trash.items = Some(Vec::new());
    for state in [question, trash, talk] {
        let mut harness = open(state);
        for key in [Key::Delete, Key::ArrowUp, Key::ArrowLeft, Key::ArrowRight] {
            harness.key_press(key);
        }
        harness.key_press_modifiers(Modifiers::COMMAND, Key::S);
        assert_eq!(asked(&mut harness), []);
    }
}

#[test]
fn the_arrows_are_the_talks_only_while_its_field_is_empty() {
    let mut state = with_versions();
    state.write.draft = "Hello".into();
    let mut harness = open(state);
    for key in [Key::ArrowUp, Key::ArrowLeft, Key::ArrowRight] {
        harness.key_press(key);
        assert_eq!(asked(&mut harness), [], "{key:?}");
    }
    // A question mark in a text is one.
    harness.key_press_modifiers(Modifiers::SHIFT, Key::Questionmark);
    harness.run();
    assert!(harness.query_by_label(T::Everywhere.tr(Lang::En)).is_none());
}

#[test]
fn the_list_of_shortcuts_opens_at_its_button_and_closes_with_esc() {
    for lang in Lang::ALL {
        let mut state = write_streaming(lang, Theme::Light);
        state.write.draft = String::new();
        let mut harness = ui_states_small(state);
        harness.get_by_label(&format!("{} (F1)", T::Shortcuts.tr(lang))).click();
        harness.run();
        harness.get_by_label(T::Everywhere.tr(lang));
        for shortcut in SHORTCUTS {
            let what = lang.pick(shortcut.english, shortcut.chinese);
            assert!(harness.query_all_by_label(what).next().is_some(), "{what}");
        }
        // Nothing behind it hears the Esc.
        harness.state_mut().commands.clear();
        harness.key_press(Key::Escape);
        assert_eq!(asked(&mut harness), []);
        assert!(harness.query_by_label(T::Everywhere.tr(lang)).is_none());
    }
}

fn ui_states_small(state: AppState) -> Open {
    let mut harness = harness(state, [900.0, 600.0]);
    harness.run();
    harness
}

#[test]
fn no_icon_is_read_out() {
    let is_glyph = |c: char| ('\u{e000}'..='\u{f8ff}').contains(&c);
    for lang in Lang::ALL {
        for state in states(lang) {
            let room = state.room();
            let harness = open(state);
            for node in harness.root().children_recursive() {
                let texts = [node.accesskit_node().label(), node.value()];
                for text in texts.into_iter().flatten() {
                    assert!(!text.contains(is_glyph), "{room:?}: {text:?}");
                }
                let empty = node.accesskit_node().role() == Part::Label && node.value().is_none_or(|v| v.is_empty());
                assert!(!empty, "{room:?}: a label that says nothing at {:?}", node.rect());
            }
        }
    }
}

/// Places of nodes in the order in which a screen reader goes through them.
fn order(harness: &Open, names: &[&str]) -> Vec<usize> {
    let all: Vec<String> = harness
        .root()
        .children_recursive()
        .map(|node| node.accesskit_node().label().or_else(|| node.value()).unwrap_or_default())
        .collect();
    let at = |name: &&str| all.iter().position(|text| text == *name).unwrap_or_else(|| panic!("{name} in {all:?}"));
    names.iter().map(at).collect()
}

#[test]
fn a_screen_reader_hears_the_talk_before_the_list_and_names_before_values() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    state.write.ledger.found = Some(ledger(false));
    let harness = open(state);
    let talk = "When Sun and Moon pull along the same line, their pulls add up: a spring tide.";
    let places = order(
        &harness,
        &["Explain tides to a child", talk, "Message", "Write a haiku about rain", "Temperature", "Settings", "中文"],
    );
    assert!(places.is_sorted(), "{places:?}");
    let part = ledger(false).parts.into_iter().find(|part| part.kind == PartKind::Turns).expect("a part");
    let places = order(&harness, &[T::LedgerTurns.tr(Lang::En), &part.tokens.to_string()]);
    assert!(places.is_sorted(), "{places:?}");
    let mut state = gallery(Lang::En, Theme::Dark, 30, 0);
    state.gallery.selected = Some(item(5).path);
    let places = order(&open(state), &[T::Seed.tr(Lang::En), &item(5).record.expect("a record").seed().to_string()]);
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn it_is_said_who_speaks() {
    let harness = open(write_chat(Lang::En, Theme::Dark));
    let turns: Vec<_> =
        harness.root().children_recursive().filter(|n| n.accesskit_node().role() == Part::Article).collect();
    let names: Vec<_> = turns.iter().filter_map(|node| node.accesskit_node().label()).collect();
    assert!(names.ends_with(&["You".into(), "SmolLM2 135M Instruct".into()]), "{names:?}");
    let words = turns.last().expect("a turn").children_recursive().filter_map(|node| node.value()).collect::<String>();
    assert!(words.contains("a spring tide."), "{words}");
    // A character's name stands above its words already.
    let harness = open(write_shelf(Lang::Zh, Theme::Dark));
    let last = harness.root().children_recursive().filter(|n| n.accesskit_node().role() == Part::Article).last();
    let first = last.expect("a turn").children_recursive().find_map(|node| node.value());
    assert_eq!(first.as_deref(), Some("耐心的老师"));
}

#[test]
fn folds_and_menus_say_whether_they_are_open() {
    let mut harness = open(fresh(Room::Create, Lang::En, Theme::Dark));
    let open_of = |harness: &Open, name: &str| {
        harness.get_by_role_and_label(Part::Button, name).accesskit_node().data().is_expanded()
    };
    let fold = T::NegativePrompt.tr(Lang::En);
    assert_eq!(open_of(&harness, fold), Some(false));
    harness.get_by_role_and_label(Part::Button, fold).click();
    harness.run();
    assert_eq!(open_of(&harness, fold), Some(true));
    let model = |harness: &Open| {
        let combo = harness.get_by_role_and_label(Part::ComboBox, "Model: Sticker 64");
        combo.accesskit_node().data().is_expanded()
    };
    assert_eq!(model(&harness), Some(false));
    harness.get_by_role_and_label(Part::ComboBox, "Model: Sticker 64").click();
    harness.run();
    assert_eq!(model(&harness), Some(true));
}

/// What is said without being asked.
fn said(harness: &Open) -> String {
    let live = harness.root().children_recursive().find(|node| node.accesskit_node().role() == Part::Status);
    let live = live.expect("a live region");
    assert_eq!(live.accesskit_node().data().live(), Some(Live::Polite));
    live.accesskit_node().label().unwrap_or_default()
}

#[test]
fn progress_answers_and_problems_are_said() {
    let mut state = write_streaming(Lang::En, Theme::Dark);
    let job = state.write.job.as_mut().expect("a job");
    (job.phase, job.pieces, job.prefill) = (Phase::Running, 0, Some((30, 100)));
    let mut harness = open(state);
    assert_eq!(said(&harness), "Reading, 25 percent");
    // Not every step is worth a word.
    harness.state_mut().state.write.job.as_mut().expect("a job").prefill = Some((40, 100));
    harness.run();
    assert_eq!(said(&harness), "Reading, 25 percent");
    harness.state_mut().state.write.job.as_mut().expect("a job").pieces = 3;
    harness.run();
    assert_eq!(said(&harness), "Writing the answer");
    harness.state_mut().state.write.job = None;
    harness.run();
    let answer = harness.state_mut().state.write.open.turns.last().expect("a turn").message.content.trim().to_owned();
    assert!(said(&harness).ends_with(&answer), "{}", said(&harness));
    // Problems and notes are said where they stand.
    harness.state_mut().state.write.error = Some(no_source());
    harness.state_mut().state.notices.list = vec![Notice { id: 7, kind: NoticeKind::Copied, born_ms: NOW }];
    harness.run();
    for text in [no_source().summary(Lang::En), "Copied".to_owned()] {
        let node = harness.get_by_label(&text);
        assert_eq!(node.accesskit_node().data().live(), Some(Live::Polite), "{text}");
    }
}

#[test]
fn a_slider_takes_a_decimal_comma() {
    let mut harness = open(write_chat(Lang::En, Theme::Dark));
    let name = T::ValueOf.with(Lang::En, &[&T::Temperature.tr(Lang::En)]);
    harness.get_by_label(&name).focus();
    harness.run();
    harness.event(Event::Text("0,3".into()));
    harness.key_press(Key::Enter);
    assert_eq!(
        asked(&mut harness),
        [Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::Temperature, 0.3)))]
    );
}

#[test]
fn a_press_and_its_release_in_one_frame_move_a_slider() {
    let mut harness = open(fresh(Room::Create, Lang::En, Theme::Dark));
    let rect = harness.get_by_role_and_label(Part::Slider, "Steps").rect();
    let pos = rect.right_center() - egui::vec2(2.0, 0.0);
    let button =
        |pressed| Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE };
    harness.hover_at(pos);
    harness.run();
    harness.input_mut().events.extend([button(true), button(false)]);
    assert_eq!(
        asked(&mut harness)[0],
        Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Steps, 150.0)))
    );
    // The button is up again: moving on changes nothing.
    harness.hover_at(rect.center());
    assert_eq!(asked(&mut harness), []);
}

#[test]
fn an_enter_that_confirms_pinyin_does_not_send() {
    let mut state = write_chat(Lang::Zh, Theme::Dark);
    state.write.draft = "你".into();
    let mut harness = open(state);
    let preedit = |text: &str| Event::Ime(ImeEvent::Preedit { text: text.into(), active_range_chars: None });
    let enter =
        || Event::Key { key: Key::Enter, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE };
    let is_sent = |harness: &mut Open| !asked_of(harness, |c| *c == Command::Write(WriteCommand::Send)).is_empty();
    harness.input_mut().events.push(preedit("hao"));
    harness.step();
    harness.input_mut().events.extend([enter(), Event::Ime(ImeEvent::Commit("好".into()))]);
    assert!(!is_sent(&mut harness));
    harness.input_mut().events.push(preedit("ma"));
    harness.step();
    harness.input_mut().events.push(enter());
    assert!(!is_sent(&mut harness));
    harness.input_mut().events.push(Event::Ime(ImeEvent::Commit("吗".into())));
    harness.step();
    harness.input_mut().events.push(enter());
    assert!(is_sent(&mut harness));
}

#[test]
fn the_candidate_window_is_at_the_caret() {
    let mut state = write_chat(Lang::Zh, Theme::Dark);
    let at = |state: &AppState| {
        let harness = open(state.clone());
        let ime = harness.output().platform_output.ime.expect("the field takes input methods");
        let field = harness.get_by_role_and_label(Part::MultilineTextInput, T::Message.tr(Lang::Zh)).rect();
        assert!(field.expand(2.0).contains_rect(ime.cursor_rect), "{field:?} {:?}", ime.cursor_rect);
        ime.cursor_rect.left()
    };
    let empty = at(&state);
    state.write.draft = "你好世界".into();
    assert!(at(&state) > empty + 4.0 * 12.0);
}

#[test]
fn right_to_left_text_stays_as_it_is_for_screen_readers_and_begins_at_the_right() {
    let mut harness = open(write_chat(Lang::En, Theme::Dark));
    // The fonts of the system draw it; there are none here.
    harness.ctx.set_missing_glyph_policy(egui::MissingGlyphPolicy::Tofu);
    let text = "שלום abc";
    let turns = &mut harness.state_mut().state.write.open.turns;
    text.clone_into(&mut turns[2].message.content);
    "עולם".clone_into(&mut turns[3].message.content);
    harness.run();
    harness.get_by_label(text);
    let (bubble, answer) = (harness.get_by_label(text).rect(), harness.get_by_label("עולם").rect());
    // Answers begin at the right edge of the talk, where the person's words are.
    assert!((bubble.right() - answer.right()).abs() < 24.0, "{bubble:?} {answer:?}");
}

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

/// What stands above a group is told as a heading, painted or not.
#[test]
fn headings_are_told_as_headings() {
    let headings = |state: AppState| -> Vec<String> {
        let harness = open(state);
        let all = harness.root().children_recursive().filter(|node| node.accesskit_node().role() == Part::Heading);
        all.filter_map(|node| node.accesskit_node().label()).collect()
    };
    let has = |state, name: &str| assert!(headings(state).contains(&name.to_owned()), "{name}");
    has(gallery(Lang::En, Theme::Dark, 60, 0), "Today");
    has(write_chat(Lang::En, Theme::Dark), "Today");
    has(fresh(Room::Models, Lang::En, Theme::Dark), "Pictures");
    has(fresh(Room::Settings, Lang::En, Theme::Dark), "Folders");
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
