//! The window around the rooms: its status bar, its notes, its fields, each as a person met it.

use egui::{Event, Rect, Shape};
use egui_kittest::Harness;

use super::*;

type Open = Harness<'static, Window>;

fn small(state: AppState) -> Open {
    let mut harness = harness(state, [900.0, 600.0]);
    harness.run();
    harness.state_mut().commands.clear();
    harness
}

/// Texts as they are painted.
fn painted(harness: &Open) -> Vec<String> {
    fn of(shape: &Shape, all: &mut Vec<String>) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| of(shape, all)),
            Shape::Text(text) => all.push(text.galley.text().to_owned()),
            _ => {}
        }
    }
    let mut all = Vec::new();
    harness.output().shapes.iter().for_each(|shape| of(&shape.shape, &mut all));
    all
}

fn noted(mut state: AppState, kind: NoticeKind) -> AppState {
    state.notices.list = vec![Notice { id: 1, kind, born_ms: NOW }];
    state
}

/// Regression: the way to the place of a saved file was cut to "/...", with half of the bar free.
#[test]
fn a_note_of_a_saved_file_shows_the_end_of_its_path() {
    let path = "/home/mei/.local/share/aigc-studio/exports/a lighthouse at dusk.png";
    let state = |lang| noted(create_done(lang, Theme::Dark), NoticeKind::SavedUnasked(path.into()));
    for lang in Lang::ALL {
        let begin = T::SavedAs.with(lang, &[&"…"]);
        let texts = painted(&small(state(lang)));
        assert!(texts.iter().any(|text| text.starts_with(&begin) && text.ends_with("dusk.png")), "{texts:?}");
        // Where there is room it is said in full.
        let texts = painted(&{
            let mut harness = harness(state(lang), [1920.0, 1080.0]);
            harness.run();
            harness
        });
        assert!(texts.contains(&T::SavedUnasked.with(lang, &[&path])), "{texts:?}");
    }
}

/// Regression: a note covered the number beside the clock, and the rooms moved by a point while it was there.
#[test]
fn a_note_covers_no_clock_and_moves_nothing() {
    for (lang, zoom) in [(Lang::En, 1.0), (Lang::Zh, 1.0), (Lang::En, 1.5), (Lang::Zh, 1.5)] {
        let mut state = create_done(lang, Theme::Dark);
        state.settings.zoom = Some(zoom);
        state.desk.waiting = vec![Waiting::Fetch { model: SMOLLM_ID.into() }];
        let all = |harness: &Open| {
            let nodes = harness.root().children_recursive();
            let nodes = nodes.filter(|node| node.accesskit_node().bounding_box().is_some());
            let named = nodes.filter_map(|node| Some((node.accesskit_node().label()?, node.rect())));
            named.filter(|(_, rect)| rect.bottom() < 600.0 / zoom - 28.0).collect::<Vec<_>>()
        };
        let without = small(state.clone());
        let trashed = NoticeKind::PicturesTrashed(vec!["/x.png".into()]);
        let button = small(noted(state.clone(), trashed));
        assert_eq!(all(&without), all(&button), "{lang:?} at {zoom}, with a button");
        let with = small(noted(state, NoticeKind::Copied));
        assert_eq!(all(&without), all(&with), "{lang:?} at {zoom}");
        let clock = with.get_by_label_contains(&T::WaitingModel.with(lang, &[&1])).rect();
        let note = with.get_by_label(T::Copied.tr(lang)).rect();
        assert!(!clock.intersects(note) && clock.left() > note.right(), "{lang:?} at {zoom}: {clock:?} {note:?}");
    }
}

/// Regression: a cancel of one's own put a red mark on the room.
#[test]
fn what_a_person_cancelled_is_no_problem() {
    let mut state = create_running(Lang::En, Theme::Dark);
    for job in state.create.jobs.iter().map(|job| job.id).collect::<Vec<_>>() {
        update(&mut state, Input::Command(Command::CancelJob(job)));
        let gone = aigc_studio::domain::Event { job, kind: EventKind::Cancelled };
        update(&mut state, Input::Engine(gone));
    }
    assert_eq!(state.waiting_in(Room::Create).count(), 0, "it takes no place in the room");
    update(&mut state, Input::Command(Command::Go(Room::Write)));
    assert!(!state.is_marked(Room::Create));
    let mut harness = open(state);
    assert!(harness.query_by_label_contains("something went wrong").is_none());
    // What was cancelled can be drawn again, from any room.
    harness.get_by_role_and_label(Part::Button, T::DrawAgain.tr(Lang::En)).click();
    let commands = asked(&mut harness);
    assert!(
        matches!(commands[..], [Command::Waiting(WaitingCommand::Draw(_)), Command::DismissNotice(_)]),
        "{commands:?}"
    );
}

/// Regression: offline, a fetch was offered that did nothing and said nothing.
#[test]
fn offline_is_said_wherever_a_fetch_is_offered_with_the_way_to_the_setting() {
    for lang in Lang::ALL {
        let settings = [Command::Go(Room::Settings)];
        let mut state = fresh(Room::Write, lang, Theme::Dark);
        state.settings.offline = true;
        let open_settings = T::OpenSettings.tr(lang);
        // Before the first message.
        let mut harness = open(state.clone());
        harness.get_by_label(&T::NotFetchedOffline.with(lang, &[&"SmolLM2 135M Instruct"]));
        harness.get_by_role_and_label(Part::Button, open_settings).click();
        assert_eq!(asked(&mut harness), settings);
        // What was sent all the same, and an error from before the setting was made.
        for room in [Room::Write, Room::Create] {
            let mut state = state.clone();
            state.settings.room = room;
            state.catalogue.entries[1].presence = ModelPresence::Here { path: "/m".into() };
            let mut other = state.catalogue.entries[1].clone();
            (other.card.id, other.presence) = ("other".into(), ModelPresence::Absent);
            state.catalogue.entries.push(other);
            let error = Some(Cause::NotFetched { id: "other".into(), bytes: 5 }.into());
            (state.write.error, state.create.error) = (error.clone(), error);
            let mut harness = open(state);
            harness.get_by_role_and_label(Part::Button, open_settings).click();
            assert_eq!(asked(&mut harness), settings, "{room:?}");
        }
        // Above the models.
        state.settings.room = Room::Models;
        let mut harness = open(state);
        harness.get_by_label_contains(T::OfflineHint.tr(lang));
        harness.get_by_role_and_label(Part::Link, open_settings).click();
        assert_eq!(asked(&mut harness), settings);
    }
}

/// The ring around what has the focus, and what of it is seen.
fn ring(harness: &Open) -> Option<(Rect, Rect)> {
    let ring = |shape: &egui::epaint::ClippedShape| match &shape.shape {
        Shape::Rect(rect) if rect.stroke.width == 2.0 && rect.stroke_kind == egui::StrokeKind::Outside => {
            Some((rect.rect, shape.clip_rect))
        }
        _ => None,
    };
    harness.output().shapes.iter().rev().find_map(ring)
}

/// Regression: the frame of a text that scrolls went up with it, and its edge was cut.
#[test]
fn the_frame_of_a_long_text_keeps_its_place() {
    for lines in [1, 40] {
        let mut state = create_done(Lang::En, Theme::Dark);
        state.settings.image.prompt = "a line of words\n".repeat(lines);
        let mut harness = open(state);
        harness.get_by_role_and_label(Part::MultilineTextInput, "Prompt").focus();
        harness.run();
        // To the end of the text.
        harness.key_press_modifiers(Modifiers::COMMAND, Key::End);
        harness.run();
        let (ring, clip) = ring(&harness).expect("a ring");
        assert!(clip.contains_rect(ring), "{lines}: {ring:?} in {clip:?}");
        assert!(ring.height() < 150.0, "{lines}: {ring:?}");
    }
}

/// Regression: Tab went into fields of the editor that were out of sight.
#[test]
fn a_field_that_tab_reaches_is_in_sight() {
    for zoom in [1.0, 1.5] {
        let mut state = personas(Lang::En, Theme::Dark);
        state.settings.zoom = Some(zoom);
        let edit = PersonaCommand::Edit(state.personas.kept[0].id.clone());
        update(&mut state, Input::Command(Command::Persona(edit)));
        state.personas.editing.as_mut().expect("it is edited").persona.examples = "A line\n".repeat(40);
        let mut harness = small(state);
        let mut seen = 0;
        for _ in 0..40 {
            harness.key_press(Key::Tab);
            harness.run();
            let focused = harness.root().children_recursive().find(|node| node.is_focused());
            let focused = focused.map(|node| (node.accesskit_node().role(), node.accesskit_node().label()));
            let Some((Part::TextInput | Part::MultilineTextInput, name)) = focused else { continue };
            let Some((ring, clip)) = ring(&harness) else { panic!("no ring around {name:?} at {zoom}") };
            seen += 1;
            let whole = clip.expand(4.0).contains_rect(ring) || ring.height() > clip.height();
            assert!(whole, "{name:?} at {zoom}: {ring:?} in {clip:?}");
        }
        assert!(seen > 3, "{seen} fields at {zoom}");
    }
}

fn key(harness: &mut Open, key: Key) {
    harness.key_press(key);
    harness.run();
}

fn focused(harness: &Open) -> Option<String> {
    let of = |node: egui_kittest::Node<'_>| node.accesskit_node().label().or_else(|| node.value());
    harness.root().children_recursive().find(|node| node.is_focused()).and_then(of)
}

/// Regression: the arrows began at the first entry, and the focus went to the prompt once the list was closed.
#[test]
fn a_list_of_choices_goes_on_from_the_chosen_one_and_gives_the_focus_back() {
    let mut state = create_done(Lang::En, Theme::Dark);
    state.catalogue.entries[0].card.family = "stable-diffusion-xl".into();
    state.settings.image.sampler = Sampler::DIFFUSION[1];
    let mut harness = harness(state, [1280.0, 1600.0]);
    harness.run();
    harness.get_by_role_and_label(Part::Button, "More").click();
    harness.run();
    let combo = format!("Sampler: {}", Sampler::DIFFUSION[1].name());
    for leave in [Key::Enter, Key::Escape] {
        harness.get_by_role_and_label(Part::ComboBox, &combo).focus();
        harness.run();
        key(&mut harness, Key::Enter);
        assert_eq!(focused(&harness).as_deref(), Some(Sampler::DIFFUSION[1].name()));
        key(&mut harness, Key::ArrowDown);
        assert_eq!(focused(&harness).as_deref(), Some(Sampler::DIFFUSION[2].name()));
        harness.state_mut().commands.clear();
        key(&mut harness, leave);
        let taken = harness
            .state()
            .commands
            .contains(&Command::Create(CreateCommand::SetImage(ImageEdit::Sampler(Sampler::DIFFUSION[2]))));
        assert_eq!(taken, leave == Key::Enter);
        assert_eq!(focused(&harness).as_deref(), Some(combo.as_str()), "{leave:?}");
    }
}

/// Regression: what was typed stayed, and a later visit to the box took it.
#[test]
fn esc_in_the_box_of_a_number_brings_the_old_one_back() {
    let mut harness = open(create_done(Lang::En, Theme::Dark));
    let steps = harness.state().state.settings.image.steps;
    for _ in 0..2 {
        harness.get_by_label("Steps: value").click();
        harness.run();
        harness.event(Event::Text("-5".into()));
        harness.run();
        key(&mut harness, Key::Escape);
        key(&mut harness, Key::Tab);
        let set = |command: &Command| {
            matches!(command, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Steps, _))))
        };
        assert!(!asked(&mut harness).iter().any(set), "{steps}");
    }
    // It leaves nothing but the box: what runs goes on.
    let mut harness = open(create_running(Lang::En, Theme::Dark));
    harness.get_by_label("Steps: value").click();
    harness.run_steps(3);
    harness.event(Event::Text("33".into()));
    harness.run_steps(3);
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    let stops = |command: &Command| matches!(command, Command::CancelCurrent | Command::CancelJob(_));
    assert!(!asked(&mut harness).iter().any(stops));
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert!(asked(&mut harness).iter().any(stops), "the next one is the room's");
}

/// Regression: Esc left the room, or the field, and what was searched for stayed.
#[test]
fn a_search_is_cleared_by_its_button_and_by_esc_first() {
    let (lang, theme) = (Lang::En, Theme::Dark);
    let mut talks = write_chat(lang, theme);
    talks.write.search = "tides".into();
    let mut people = personas(lang, theme);
    people.personas.search = "Ada".into();
    let mut pictures = gallery(lang, theme, 30, 10);
    pictures.gallery.search = "a".into();
    let cases = [
        (talks, T::SearchConversations, Command::Write(WriteCommand::SetSearch(String::new()))),
        (people, T::SearchPersonas, Command::Persona(PersonaCommand::Search(String::new()))),
        (pictures, T::SearchPictures, Command::Gallery(GalleryCommand::SetSearch(String::new()))),
    ];
    for (state, field, clear) in cases {
        let mut harness = open(state);
        let row = harness.get_by_role_and_label(Part::TextInput, field.tr(lang)).rect();
        {
            let buttons = harness.query_all_by_role_and_label(Part::Button, T::ClearSearch.tr(lang));
            let mut beside = buttons.filter(|node| row.y_range().contains(node.rect().center().y));
            beside.next().unwrap_or_else(|| panic!("{field:?} has a button")).click();
        }
        assert!(asked(&mut harness).contains(&clear), "{field:?}");
        harness.get_by_role_and_label(Part::TextInput, field.tr(lang)).focus();
        harness.run();
        harness.state_mut().commands.clear();
        harness.key_press(Key::Escape);
        let mut commands = asked(&mut harness);
        commands.retain(|command| !matches!(command, Command::Gallery(GalleryCommand::NeedThumbnail(_))));
        assert_eq!(commands, [clear], "{field:?}");
    }
}

/// Regression: a tooltip stayed above the list of shortcuts.
#[test]
fn no_tooltip_stays_above_the_list_of_shortcuts() {
    let mut harness = open(create_done(Lang::En, Theme::Dark));
    let button = harness.get_by_role_and_label(Part::Button, "Vary").rect();
    harness.event(Event::PointerMoved(button.center()));
    for _ in 0..40 {
        harness.step();
    }
    let tip = T::VaryHover.tr(Lang::En);
    assert!(painted(&harness).iter().any(|text| text == tip), "there is one");
    harness.key_press(Key::F1);
    harness.run();
    assert!(!painted(&harness).iter().any(|text| text == tip));
}
