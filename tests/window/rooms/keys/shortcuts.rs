//! The list of shortcuts, and that each does what it says where it says so.

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::keys::{Act, Place, SHORTCUTS};
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui::{Event, Key, Modifiers, Shape};
use egui_kittest::kittest::Queryable;

use super::{Open, focused};
use crate::states::*;

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
