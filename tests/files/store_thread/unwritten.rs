//! What cannot be written is reported and kept until it can be.

use std::fs;
use std::time::Duration;

use aigc_studio::domain::{
    ConversationId, Face, JobId, JournalEntry, Persona, PersonaId, Role, Settings, StoreEvent, StoreRequest,
};
use aigc_studio::error::Cause;
use aigc_studio::store::{Paths, load_settings};

use super::{begin, journal, next, pngs, record, save, start};

#[test]
fn a_picture_that_cannot_be_saved_is_told_and_can_be_saved_elsewhere() {
    let home = tempfile::tempdir().unwrap();
    let blocked = home.path().join("library");
    fs::write(&blocked, "a file where the folder should be").unwrap();
    let (store, events) = start(home.path());
    store.send(save(1, 1));
    let StoreEvent::PictureFailed { job: JobId(1), index: 0, error } = next(&events) else { panic!() };
    assert!(matches!(error.cause(), Cause::Io { path, .. } if path.starts_with(&blocked)), "{error:?}");

    // To another folder this once.
    let other = home.path().join("other");
    let StoreRequest::SavePicture { job, index, picture, record, .. } = save(1, 1) else { panic!() };
    store.send(StoreRequest::SavePicture { job, index, picture, record, folder: Some(other.clone()) });
    assert!(matches!(next(&events), StoreEvent::PictureSaved { item, .. } if item.path.starts_with(&other)));

    // A folder that cannot be used is told at once, one that can be is used from then on.
    store.send(StoreRequest::SetLibraryFolder(blocked.join("below")));
    assert!(matches!(next(&events), StoreEvent::Failed(..)));
    assert!(matches!(next(&events), StoreEvent::Library(items) if items.is_empty()));
    store.send(StoreRequest::SetLibraryFolder(home.path().join("new")));
    assert!(matches!(next(&events), StoreEvent::Library(items) if items.is_empty()));
    store.send(save(2, 2));
    assert!(
        matches!(next(&events), StoreEvent::PictureSaved { item, .. } if item.path.starts_with(home.path().join("new")))
    );
}

#[test]
fn a_conversation_that_cannot_be_written_is_told_once_and_kept_until_it_can_be() {
    let home = tempfile::tempdir().unwrap();
    let blocked = home.path().join("conversations");
    fs::write(&blocked, "in the way").unwrap();
    let (store, events) = start(home.path());
    store.send(journal("a", begin(1, Role::Assistant, "")));
    for _ in 0..50 {
        store.send(journal("a", JournalEntry::Append { id: 1, text: "x".into() }));
    }
    assert!(matches!(next(&events), StoreEvent::Failed(Some(aigc_studio::domain::Room::Write), _)));
    assert!(events.recv_timeout(Duration::from_millis(300)).is_err(), "one message, not fifty");
    fs::remove_file(&blocked).unwrap();
    assert!(store.flush(Duration::from_secs(10)));
    // What was told is over.
    assert!(matches!(next(&events), StoreEvent::WrittenAtLast { path } if path.starts_with(&blocked)));
    assert!(matches!(next(&events), StoreEvent::AllWritten));
    store.send(StoreRequest::LoadConversation(ConversationId("a".into())));
    let StoreEvent::Conversation(data) = next(&events) else { panic!() };
    assert_eq!(data.turns[0].message.content, "x".repeat(50));
}

/// Settings and characters that the disk refuses are told, stay, and are written as soon as it takes them.
#[test]
fn settings_and_characters_that_cannot_be_written_are_kept_until_they_can_be() {
    let home = tempfile::tempdir().unwrap();
    let paths = Paths::below(home.path());
    let (store, events) = start(home.path());
    fs::create_dir(paths.settings()).unwrap();
    fs::write(paths.personas(), "in the way").unwrap();
    let settings = Settings { system_prompt: "Be brief.".into(), ..Settings::default() };
    let ada = Persona { name: "Ada".into(), ..Persona::default() };
    let keep = |name: &str| StoreRequest::SavePersona {
        id: PersonaId("ada".into()),
        persona: Box::new(Persona { system: name.into(), ..ada.clone() }),
        face: Face::Keep,
    };
    for request in [StoreRequest::SaveSettings(Box::new(settings.clone())), keep("old"), keep("new")] {
        let settings = matches!(request, StoreRequest::SaveSettings(_));
        store.send(request);
        match next(&events) {
            StoreEvent::Failed(..) => assert!(settings),
            StoreEvent::PersonaFailed { id, .. } => assert!(!settings && id == PersonaId("ada".into())),
            other => panic!("{other:?}"),
        }
    }
    assert!(store.flush(Duration::from_secs(10)) && store.has_unsaved());
    // Why, for whoever closes the window now.
    let refusal = store.refusal().unwrap();
    assert!(matches!(refusal.cause(), Cause::Io { .. } | Cause::NotAFile { .. }), "{refusal:?}");
    store.send(StoreRequest::ListPersonas);
    assert!(matches!(next(&events), StoreEvent::Personas(kept) if kept[0].persona.system == "new"));
    fs::remove_dir(paths.settings()).unwrap();
    fs::remove_file(paths.personas()).unwrap();
    assert!(matches!(next(&events), StoreEvent::SettingsSaved));
    assert!(matches!(next(&events), StoreEvent::PersonaKept(kept) if kept.persona.system == "new"));
    assert!(matches!(next(&events), StoreEvent::AllWritten));
    assert!(store.flush(Duration::from_secs(10)) && !store.has_unsaved());
    assert_eq!(load_settings(paths.settings()).0, settings);

    // The last chance is the end.
    fs::remove_file(paths.settings()).unwrap();
    fs::create_dir(paths.settings()).unwrap();
    let settings = Settings { system_prompt: "Be kind.".into(), ..Settings::default() };
    store.send(StoreRequest::SaveSettings(Box::new(settings.clone())));
    assert!(matches!(next(&events), StoreEvent::Failed(..)));
    fs::remove_dir(paths.settings()).unwrap();
    drop(store);
    assert_eq!(load_settings(paths.settings()).0, settings);
}

/// Regression: a picture that could not be saved was in memory alone, and lost when the window was closed.
#[test]
fn a_picture_that_could_not_be_saved_is_saved_by_itself_now_or_at_the_next_start() {
    let home = tempfile::tempdir().unwrap();
    let library = home.path().join("library");
    let block = || fs::write(&library, "a file where the folder should be").unwrap();
    block();
    let (store, events) = start(home.path());
    store.send(save(1, 1));
    assert!(matches!(next(&events), StoreEvent::PictureFailed { job: JobId(1), .. }));
    store.flush(Duration::from_secs(5));
    assert!(!store.has_unsaved(), "it is on the disk, aside: closing loses nothing");
    // The folder works again: nobody has to ask.
    fs::remove_file(&library).unwrap();
    assert!(matches!(next(&events), StoreEvent::PictureSaved { job: JobId(1), item, .. } if item.path.exists()));
    assert_eq!(pngs(&home.path().join("unsaved")).len(), 0);

    fs::remove_dir_all(&library).unwrap();
    block();
    store.send(save(2, 2));
    assert!(matches!(next(&events), StoreEvent::PictureFailed { job: JobId(2), .. }));
    drop(store);
    fs::remove_file(&library).unwrap();
    let (_store, events) = start(home.path());
    let StoreEvent::SavedAtLast { items } = next(&events) else { panic!() };
    assert_eq!(items[0].record, Some(record("a red apple", 2)));
    assert_eq!(pngs(&library), [items[0].path.clone()]);
}
