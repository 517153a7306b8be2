//! A home of a version to come: what this one does not know is reported, costs only itself, and stays.

use std::fs;

use aigc_studio::domain::{ConversationId, Persona, Room, Sampler, Seed, StoreEvent, StoreRequest, Waiting};
use aigc_studio::error::Cause;
use aigc_studio::lang::Lang;
use aigc_studio::store::{Paths, load_settings, look_at_settings, save_settings};

use super::{Opened, copy, everything, fixtures};

const TALK: &str = "1800000000000-0badf00d";

fn home() -> (tempfile::TempDir, Paths) {
    let folder = tempfile::tempdir().unwrap();
    copy(&fixtures("newer/home"), folder.path());
    let paths = Paths::below(folder.path());
    (folder, paths)
}

#[test]
fn a_window_that_may_only_read_changes_nothing() {
    let (home, paths) = home();
    let before = everything(home.path());
    assert!(look_at_settings(paths.settings()).1.is_some());
    let opened = Opened::new(&paths, true);
    opened.store.send(StoreRequest::LoadConversation(ConversationId(TALK.into())));
    opened.store.send(StoreRequest::LoadDesk);
    while !matches!(opened.next(), StoreEvent::Desk(_)) {}
    assert_eq!((opened.pictures().len(), opened.personas().len()), (1, 1));
    drop(opened);
    assert!(everything(home.path()) == before);
}

#[test]
fn settings_of_a_newer_version_are_read_told_and_kept() {
    let (_home, paths) = home();
    let text = fs::read_to_string(paths.settings()).unwrap();
    let (mut settings, error) = load_settings(paths.settings());
    assert_eq!((settings.person.as_str(), settings.image.steps, settings.text.top_k), ("Lin", 30, 7));
    assert_eq!((settings.lang, settings.room, settings.image.sampler), (None, Room::Create, Sampler::Euler));
    let error = error.unwrap();
    let Cause::SettingsReplaced { kept, names, .. } = error.cause() else { panic!("{error:?}") };
    for name in ["lang", "room", "image.sampler", "text.kv"] {
        assert!(names.split(", ").any(|said| said == name), "{names}");
    }
    assert_eq!(fs::read_to_string(kept).unwrap(), text);
    for lang in [Lang::En, Lang::Zh] {
        assert!(error.summary(lang).contains("image.sampler"));
        assert!(error.remedy(lang).contains(&*kept.file_name().unwrap().to_string_lossy()));
    }
    settings.person = "Bo".into();
    save_settings(paths.settings(), &settings).unwrap();
    assert!(load_settings(paths.settings()).1.is_none(), "it is told once");
    let saved: toml::Table = toml::from_str(&fs::read_to_string(paths.settings()).unwrap()).unwrap();
    assert_eq!(saved["voice"].as_str(), Some("low"));
    assert_eq!((saved["image"]["glow"].as_float(), saved["audio"]["volume"].as_float()), (Some(0.5), Some(0.5)));
    assert_eq!(saved["person"].as_str(), Some("Bo"));
}

#[test]
fn a_conversation_of_a_newer_version_is_shown_as_far_as_it_can_be_and_its_file_stays() {
    let (home, paths) = home();
    let file = paths.conversations().join(format!("{TALK}.jsonl"));
    let before = everything(home.path());
    let opened = Opened::new(&paths, false);
    opened.store.send(StoreRequest::LoadConversation(ConversationId(TALK.into())));
    let StoreEvent::Conversation(data) = opened.next() else { panic!() };
    let said: Vec<&str> = data.turns.iter().map(|turn| turn.message.content.as_str()).collect();
    assert_eq!((data.title.as_str(), said), ("Later", vec!["Hello", "Hi"]));
    let info = data.turns[1].info.as_ref().unwrap();
    assert_eq!((info.seed, info.finish_reason, info.made.as_ref().unwrap().params.top_k), (7, None, 7));
    assert_eq!(data.manner.sliders.as_ref().unwrap().top_k, 9);
    assert_eq!(data.manner.cards[0].name, "Flood");
    let StoreEvent::Failed(_, error) = opened.next() else { panic!() };
    // The mood, the answer's figures, the turn of a tool, the sliders, the card.
    assert_eq!(*error.cause(), Cause::NewerLines { path: file, lines: 5 });
    assert!(error.summary(Lang::En).contains('5') && !error.remedy(Lang::Zh).is_empty());
    drop(opened);
    assert!(everything(home.path()) == before);
}

/// A file that says little in many bytes is written anew when it is opened; not where that would lose something.
#[test]
fn a_long_journal_of_a_newer_version_is_not_shortened() {
    let (_home, paths) = home();
    let file = paths.conversations().join("long.jsonl");
    let shortened = |first: &str| {
        let again = format!("{{\"do\":\"replace\",\"id\":1,\"text\":\"{}\"}}\n", "word ".repeat(200));
        let text = format!("{first}\n{}", again.repeat(400));
        fs::write(&file, &text).unwrap();
        Opened::new(&paths, false).conversation(&ConversationId("long".into()));
        fs::read_to_string(&file).unwrap() != text
    };
    assert!(shortened(r#"{"do":"begin","turn":{"id":1,"role":"user","content":"a"}}"#));
    assert!(!shortened(r#"{"do":"begin","turn":{"id":1,"role":"user","content":"a","mood":"glad"}}"#));
    assert!(!shortened(r#"{"do":"title","title":"a","colour":"red"}"#));
}

#[test]
fn characters_drafts_and_pictures_of_a_newer_version_are_read_and_kept() {
    let (home, paths) = home();
    let before = everything(home.path());
    let opened = Opened::new(&paths, false);
    let personas = opened.ask(StoreRequest::ListPersonas, |event| match event {
        StoreEvent::Personas(all) => Some(all),
        _ => None,
    });
    let neo: &Persona = &personas[0].persona;
    assert_eq!((neo.name.as_str(), neo.params.as_ref().unwrap().top_k), ("Neo", 7));
    let pictures = opened.pictures();
    let record = pictures[0].record.as_ref().unwrap();
    assert_eq!((record.prompt.as_str(), record.steps, record.seed), ("a fox", 30, Seed::Fixed(42)));
    assert_eq!(
        (record.sampler_said.as_deref(), record.arrangement.to_string().as_str()),
        (Some("DPM9"), "fox.1: flip")
    );
    assert!(!record.notes.is_empty(), "what has no equal here is told");
    assert!(everything(home.path()) == before);

    opened.store.send(StoreRequest::LoadDesk);
    assert!(matches!(opened.next(), StoreEvent::Failed(None, _)), "a job that is not known is told");
    let StoreEvent::Desk(desk) = opened.next() else { panic!() };
    assert_eq!(desk.message, "half a");
    assert_eq!(desk.waiting, [Waiting::Fetch { model: "gemma3-270m".into() }]);
    let kept = home.path().join("desk.broken.json");
    assert_eq!(fs::read(kept).unwrap(), fs::read(fixtures("newer/home/desk.json")).unwrap());
    opened.store.send(StoreRequest::SaveDesk(desk));
    assert!(opened.store.flush(std::time::Duration::from_secs(20)));
    assert!(fs::read_to_string(paths.desk()).unwrap().contains("half b"), "a draft that is not known stays");
}

#[test]
fn a_character_whose_file_cannot_be_read_is_told_and_costs_no_other() {
    let (_home, paths) = home();
    let path = paths.personas().join("broken.toml");
    fs::write(&path, "name = [").unwrap();
    let opened = Opened::new(&paths, false);
    opened.store.send(StoreRequest::ListPersonas);
    let StoreEvent::Personas(all) = opened.next() else { panic!() };
    assert_eq!(all.len(), 1);
    let StoreEvent::Failed(_, error) = opened.next() else { panic!() };
    assert_eq!(*error.cause(), Cause::CharacterBroken { path: path.clone() });
    assert_eq!(fs::read_to_string(path).unwrap(), "name = [");
}
