//! What was left, deleted or begun: the trash, Ctrl+Z, drafts, jobs of the last time, paths without a dialog.

mod kept;
mod names;
mod rooms;
mod window;
mod write;

use aigc_studio::domain::*;
use aigc_studio::error::Cause;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

use crate::states::*;

fn with_trash(kind: TrashKind) -> AppState {
    trash(kind, Lang::En, Theme::Dark)
}

#[test]
fn the_trash_is_reached_from_its_rooms_and_gives_back_or_deletes_for_good() {
    let trash = |command| [Command::Trash(command)];
    let mut harness = open(fresh(Room::Gallery, Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::Button, "Trash").click();
    assert_eq!(asked(&mut harness), trash(TrashCommand::Show(TrashKind::Pictures)));
    let mut harness = open(fresh(Room::Write, Lang::En, Theme::Dark));
    harness.get_by_role_and_label(Part::Button, "Trash").click();
    assert_eq!(asked(&mut harness), trash(TrashCommand::Show(TrashKind::Conversations)));

    let mut harness = open(with_trash(TrashKind::Conversations));
    harness.get_by_role_and_label(Part::Button, "Restore a red apple").click();
    assert_eq!(asked(&mut harness), trash(TrashCommand::Restore("a".into())));
    harness.get_by_role_and_label(Part::Button, "Delete Untitled for good").click();
    assert_eq!(asked(&mut harness), trash(TrashCommand::Ask(Some("b".into()))));
    harness.get_by_role_and_label(Part::Button, "Empty").click();
    assert_eq!(asked(&mut harness), trash(TrashCommand::Ask(None)));
    harness.key_press(Key::Escape);
    assert_eq!(asked(&mut harness), trash(TrashCommand::Close));

    harness.state_mut().state.trash.asking = Some(None);
    harness.run();
    harness.get_by_label_contains("Delete all 2 for good?");
    harness.get_by_role_and_label(Part::Button, "Delete for good").click();
    assert_eq!(asked(&mut harness), trash(TrashCommand::Purge));
    harness.key_press(Key::Escape);
    assert_eq!(asked(&mut harness), trash(TrashCommand::Keep), "Esc is no");
}

#[test]
fn a_picture_of_the_trash_is_looked_at_and_all_can_be_restored() {
    let trash = |command| [Command::Trash(command)];
    for lang in Lang::ALL {
        let mut harness = open(self::trash(TrashKind::Pictures, lang, Theme::Dark));
        harness.get_by_role_and_label(Part::Button, &T::LookAt.with(lang, &[&"a red apple"])).click();
        let mut commands = asked(&mut harness);
        commands.retain(|command| !matches!(command, Command::Gallery(GalleryCommand::NeedThumbnail(_))));
        assert_eq!(commands, trash(TrashCommand::Look(Some("a".into()))));
        let effects = update(&mut harness.state_mut().state, Input::Command(commands[0].clone()));
        assert_eq!(effects, [Effect::Store(StoreRequest::ViewPicture("/trash/a".into()))]);
        let picture = Ok(crate::states::sticker(0, 0.0));
        let _ = update(
            &mut harness.state_mut().state,
            Input::Store(StoreEvent::Viewed { path: "/trash/a".into(), picture }),
        );
        harness.run();
        harness.get_by_role_and_label(Part::Image, &T::PictureNamed.with(lang, &[&"a red apple"]));
        harness.state_mut().commands.clear();
        harness.key_press(Key::Escape);
        assert_eq!(asked(&mut harness), trash(TrashCommand::Look(None)), "Esc leads to the list");
        harness.get_by_role_and_label(Part::Button, T::RestoreAll.tr(lang)).click();
        assert_eq!(asked(&mut harness), trash(TrashCommand::RestoreAll));
    }
}

#[test]
fn delete_in_the_trash_deletes_no_picture_behind_it() {
    let mut state = with_trash(TrashKind::Pictures);
    state.gallery.selected = Some("/lib/a.png".into());
    let mut harness = open(state);
    harness.key_press(Key::Delete);
    assert!(
        !asked(&mut harness).iter().any(|command| matches!(command, Command::Gallery(GalleryCommand::TrashItem(_))))
    );
}

#[test]
fn ctrl_z_is_the_rooms_unless_a_field_has_letters_to_take_back() {
    let undo = |harness: &mut egui_kittest::Harness<'static, crate::states::Window>| {
        // Within one frame, as a quick hand types it: Ctrl is up again at its end.
        let event = |pressed| egui::Event::Key {
            key: Key::Z,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: Modifiers::COMMAND,
        };
        let ctrl = |held| egui::Event::ModifiersChanged(if held { Modifiers::COMMAND } else { Modifiers::NONE });
        harness.input_mut().events.extend([ctrl(true), event(true), event(false), ctrl(false)]);
        asked(harness)
    };
    // Nothing has the focus.
    let mut harness = open(fresh(Room::Gallery, Lang::En, Theme::Dark));
    assert_eq!(undo(&mut harness), [Command::Undo]);

    // A field that was not typed into lets the room have the key; the message has the focus in Write.
    let mut state = write_chat(Lang::En, Theme::Dark);
    let trashed = StoreEvent::ConversationTrashed(ConversationId("z".into()));
    update(&mut state, Input::Store(trashed));
    let mut harness = open(state.clone());
    harness.get_by_role_and_label(Part::MultilineTextInput, "Message").focus();
    harness.run();
    assert_eq!(undo(&mut harness), [Command::Undo]);

    // Letters that were typed since are the field's.
    harness.event(egui::Event::Text("a".into()));
    let typed = asked(&mut harness);
    assert_eq!(typed, [Command::Write(WriteCommand::SetDraft("a".into()))]);
    update(&mut harness.state_mut().state, Input::Command(typed[0].clone()));
    harness.run();
    assert_eq!(undo(&mut harness), [Command::Write(WriteCommand::SetDraft(String::new()))]);
    // An action after them is the newest.
    let trashed = StoreEvent::ConversationTrashed(ConversationId("y".into()));
    update(&mut harness.state_mut().state, Input::Store(trashed));
    assert_eq!(undo(&mut harness), [Command::Undo]);
}

/// Regression: Ctrl+Z took an example back, and then went forth to it and back for ever.
#[test]
fn ctrl_z_goes_past_an_example_to_the_letters_before_it() {
    for room in [Room::Create, Room::Write] {
        let mut state = fresh(room, Lang::En, Theme::Dark);
        state.catalogue.entries[1].presence = ModelPresence::Here { path: "/m".into() };
        let mut harness = open(state);
        let act = |harness: &mut egui_kittest::Harness<'static, crate::states::Window>| {
            for command in asked(harness) {
                let _ = update(&mut harness.state_mut().state, Input::Command(command));
            }
            harness.run();
            let state = &harness.state().state;
            if room == Room::Write { state.write.draft.clone() } else { state.settings.image.prompt.clone() }
        };
        let undo = |harness: &mut egui_kittest::Harness<'static, crate::states::Window>| {
            harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
            act(harness)
        };
        let types = |harness: &mut egui_kittest::Harness<'static, crate::states::Window>, text: &str| {
            harness.event(egui::Event::Text(text.into()));
            let now = act(harness);
            // Long enough for the field to take it for one step.
            harness.run_steps(40);
            now
        };
        let example = if room == Room::Write { "Write a haiku about rain" } else { "a rocket" };
        types(&mut harness, "my own");
        types(&mut harness, " words");
        harness.get_by_label(example).click();
        assert_eq!(act(&mut harness), example);
        // What is typed next goes on behind it.
        let more = types(&mut harness, ", please");
        assert_eq!(more, format!("{example}, please"));
        assert_eq!(undo(&mut harness), example);
        assert_eq!(undo(&mut harness), "my own words");
        assert_eq!(undo(&mut harness), "my own");
        assert_eq!(undo(&mut harness), "");
    }
}

#[test]
fn a_path_is_asked_for_with_the_cursor_in_its_field_and_enter_takes_it() {
    let ask = |command| [Command::Ask(command)];
    let mut state = create_done(Lang::En, Theme::Dark);
    state.ask.path = Some((PathFor::File, String::new()));
    let mut harness = open(state);
    harness.event(egui::Event::Text("/a".into()));
    assert_eq!(asked(&mut harness), ask(AskCommand::Type("/a".into())));
    harness.state_mut().state.ask.path = Some((PathFor::File, "/a".into()));
    harness.run();
    harness.key_press(Key::Enter);
    assert_eq!(asked(&mut harness), ask(AskCommand::Take));
    harness.key_press(Key::Escape);
    let commands = asked(&mut harness);
    assert!(!commands.is_empty() && commands.iter().all(|c| *c == Command::Ask(AskCommand::Leave)), "{commands:?}");

    let ask_state = &mut harness.state_mut().state.ask;
    (ask_state.path, ask_state.folder) = (None, Some("/new".into()));
    harness.run();
    harness.state_mut().commands.clear();
    harness.get_by_label_contains("There is no folder /new");
    harness.get_by_role_and_label(Part::Button, "Make it and save").click();
    assert_eq!(asked(&mut harness), ask(AskCommand::MakeFolder));
}

#[test]
fn jobs_of_the_last_time_are_counted_and_offered() {
    for lang in Lang::ALL {
        let mut state = create_done(lang, Theme::Dark);
        let params = Box::new(ImageParams { count: 3, ..ImageParams::default() });
        let conversation = ConversationId("a".into());
        let desk = Desk {
            waiting: vec![Waiting::Pictures { params, subject: None }, Waiting::Answer { conversation, turn: 2 }],
            ..Desk::default()
        };
        update(&mut state, Input::Store(StoreEvent::Desk(Box::new(desk))));
        // They are said above the canvas, and move nothing of what is worked with.
        let mut without = state.clone();
        without.desk.waiting.clear();
        without.notices.list.clear();
        let prompt =
            |harness: &egui_kittest::Harness<'static, Window>| harness.get_by_label(T::Generate.tr(lang)).rect();
        assert_eq!(prompt(&open(state.clone())), prompt(&open(without)));
        let said = lang.pick("3 pictures, 1 text", "3 张图片、1 段文字");
        for (name, command) in [("Continue", WaitingCommand::Resume), ("Do not continue", WaitingCommand::Discard)] {
            let mut harness = open(state.clone());
            harness.get_by_label_contains(said);
            let name = lang.pick(name, if name == "Continue" { "继续" } else { "不继续" });
            harness.get_by_role_and_label(Part::Button, name).click();
            assert_eq!(asked(&mut harness)[0], Command::Waiting(command.clone()));
            // Once it is dismissed, a clock in the status bar stays for them, with the same buttons.
            harness.get_by_role_and_label(Part::Button, T::Dismiss.tr(lang)).click();
            let commands = asked(&mut harness);
            for command in commands {
                update(&mut harness.state_mut().state, Input::Command(command));
            }
            harness.run();
            harness.get_by_label_contains(said).click();
            harness.run();
            let button = harness.get_by_role_and_label(Part::Button, name);
            let edged = |shape: &egui::Shape| matches!(shape, egui::Shape::Rect(rect) if rect.rect.contains(button.rect().center()) && rect.rect.height() < 40.0 && rect.stroke.width > 0.0);
            assert!(harness.output().shapes.iter().any(|shape| edged(&shape.shape)), "{name} looks like a button");
            button.click();
            assert_eq!(asked(&mut harness), [Command::Waiting(command)]);
        }
        state.desk.waiting.clear();
        state.notices.list.clear();
        assert!(open(state).query_by_label_contains(said).is_none(), "it leaves with its cause");
    }
}

#[test]
fn a_draft_says_that_it_is_one_and_can_be_thrown_away() {
    let mut state = write_chat(Lang::En, Theme::Dark);
    for command in [PersonaCommand::New, PersonaCommand::Set(PersonaEdit::Name("Ada".into()))] {
        update(&mut state, Input::Command(Command::Persona(command)));
    }
    state.personas.shown = true;
    let mut harness = crate::states::harness(state, [1280.0, 1000.0]);
    harness.run();
    harness.state_mut().commands.clear();
    harness.get_by_label_contains("Not saved yet");
    harness.get_by_role_and_label(Part::Button, "Discard").click();
    assert_eq!(asked(&mut harness), [Command::Persona(PersonaCommand::Discard)]);
    harness.key_press(Key::Escape);
    assert_eq!(asked(&mut harness), [Command::Persona(PersonaCommand::Leave)]);
}

#[test]
fn a_text_of_the_trash_is_read_there_with_restore_beside_it() {
    let trash = |command| [Command::Trash(command)];
    for kind in [TrashKind::Conversations, TrashKind::Personas] {
        for lang in Lang::ALL {
            let mut harness = open(self::trash(kind, lang, Theme::Dark));
            harness.get_by_role_and_label(Part::Button, &T::LookAt.with(lang, &[&"a red apple"])).click();
            let commands = asked(&mut harness);
            assert_eq!(commands, trash(TrashCommand::Look(Some("a".into()))));
            let effects = update(&mut harness.state_mut().state, Input::Command(commands[0].clone()));
            assert_eq!(effects, [Effect::Store(StoreRequest::ReadTrashed { kind, id: "a".into(), lang })]);
            harness.run();
            harness.get_by_label(T::ReadingTrash.tr(lang));
            let read = |id: &str, text| Input::Store(StoreEvent::TrashRead { id: id.into(), text });
            update(&mut harness.state_mut().state, read("b", Ok("another text".into())));
            update(&mut harness.state_mut().state, read("a", Ok("## Ada\n\nGood **evening**.".into())));
            harness.run();
            harness.get_by_label_contains("Good evening.");
            assert!(harness.query_by_label_contains("another text").is_none());
            harness.state_mut().commands.clear();
            harness.get_by_role_and_label(Part::Button, &T::RestoreNamed.with(lang, &[&"a red apple"])).click();
            assert_eq!(asked(&mut harness), trash(TrashCommand::Restore("a".into())));
            harness.key_press(Key::Escape);
            assert_eq!(asked(&mut harness), trash(TrashCommand::Look(None)), "Esc leads to the list");
            // One that cannot be read: the list again, and why.
            let error = aigc_studio::error::StudioError::other(aigc_studio::lang::Both::same("it cannot be read"));
            update(&mut harness.state_mut().state, read("a", Err(error)));
            harness.run();
            harness.get_by_label_contains("it cannot be read");
            assert!(harness.state().state.trash.looked.is_none());
        }
    }
}
