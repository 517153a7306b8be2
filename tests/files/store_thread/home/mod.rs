//! The trashes, and a store that may only read.

use std::path::Path;
use std::sync::Arc;

use aigc_studio::domain::{
    Author, ConversationId, Edit, Face, JournalEntry, PageEntry, Persona, PersonaId, Role, Settings, StoreEvent,
    StoreRequest, TrashKind,
};
use aigc_studio::lang::Lang;
use aigc_studio::store::{Paths, Store};

use super::{begin, journal, next, save, start};

#[test]
fn each_trash_is_listed_restored_from_and_emptied() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    for seed in [1, 2] {
        store.send(save(seed, seed));
    }
    let mut pictures = Vec::new();
    for _ in 0..2 {
        let StoreEvent::PictureSaved { item, .. } = next(&events) else { panic!() };
        pictures.push(item.path);
    }
    for name in ["a", "b"] {
        store.send(journal(name, JournalEntry::Title { title: format!("title {name}") }));
        store.send(journal(name, begin(1, Role::User, name)));
        store.send(StoreRequest::TrashConversation(ConversationId(name.into())));
        let persona = Persona { name: name.into(), avatar: Some(vec![1]), ..Persona::default() };
        let id = PersonaId(name.into());
        store.send(StoreRequest::SavePersona {
            id: id.clone(),
            persona: Box::new(persona),
            face: aigc_studio::domain::Face::Keep,
        });
        store.send(StoreRequest::TrashPersona(id));
    }
    store.send(StoreRequest::TrashPictures(pictures.clone()));
    let trash = |kind| {
        store.send(StoreRequest::ListTrash(kind));
        loop {
            if let StoreEvent::Trash { kind: of, items } = next(&events)
                && of == kind
            {
                return items;
            }
        }
    };
    let files = |folder: &str| {
        let mut count = 0;
        let mut folders = vec![home.path().join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                match entry.path().is_dir() {
                    true => folders.push(entry.path()),
                    false => count += 1,
                }
            }
        }
        count
    };
    for (kind, folder, each) in [
        (TrashKind::Pictures, "library/.trash", 1),
        (TrashKind::Conversations, "conversations/.trash", 1),
        (TrashKind::Personas, "personas/.trash", 2),
    ] {
        let items = trash(kind);
        assert_eq!(items.len(), 2, "{kind:?}");
        assert!(items.iter().all(|item| item.kind == kind && item.path.exists() && item.bytes > 0), "{items:?}");
        let expected = match kind {
            TrashKind::Pictures => "a red apple",
            TrashKind::Conversations => "title ",
            TrashKind::Personas => "",
        };
        assert!(items.iter().all(|item| item.name.starts_with(expected) && !item.name.is_empty()));
        let (one, other) = (items[0].id.clone(), items[1].id.clone());
        let name = one.to_string_lossy().into_owned();
        match kind {
            TrashKind::Pictures => {
                assert!(pictures.contains(&one));
                store.send(StoreRequest::RestorePictures(vec![one.clone()]));
            }
            TrashKind::Conversations => store.send(StoreRequest::RestoreConversation(ConversationId(name))),
            TrashKind::Personas => store.send(StoreRequest::RestorePersona(PersonaId(name))),
        }
        let left: Vec<_> = trash(kind).into_iter().map(|item| item.id).collect();
        assert_eq!(left, std::slice::from_ref(&other), "{kind:?}");
        // What is no part of the trash's list is not touched.
        store.send(StoreRequest::Purge { kind, ids: vec!["../../settings.toml".into(), one, other] });
        assert_eq!(trash(kind), [], "{kind:?}");
        assert_eq!(files(folder), 0, "{kind:?}");
        let kept = files(folder.trim_end_matches("/.trash"));
        assert_eq!(kept, each, "{kind:?}: the restored one is there");
    }
}

/// The whole folder, names and bytes.
fn everything(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.path().is_dir() {
                true => folders.push(entry.path()),
                false => all.push((entry.path(), std::fs::read(entry.path()).unwrap())),
            }
        }
    }
    all.sort();
    all
}

#[test]
fn a_store_that_may_only_read_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    store.send(save(1, 1));
    let StoreEvent::PictureSaved { item, .. } = next(&events) else { panic!() };
    store.send(journal("a", begin(1, Role::User, "hello")));
    drop(store);
    let before = everything(home.path());

    let (store, events) = Store::open(&Paths::below(home.path()), &Settings::default(), Arc::new(|| {}), true);
    let refused = |request: StoreRequest| {
        let about = format!("{request:?}");
        store.send(request);
        match next(&events) {
            StoreEvent::Failed(_, error) | StoreEvent::PictureFailed { error, .. } => {
                assert_eq!(*error.cause(), aigc_studio::error::Cause::ReadOnly, "{about}");
            }
            other => panic!("{about}: {other:?}"),
        }
    };
    let id = || ConversationId("a".into());
    let person = || PersonaId("p".into());
    refused(save(2, 2));
    refused(StoreRequest::TrashPictures(vec![item.path.clone()]));
    refused(StoreRequest::RestorePictures(vec![item.path.clone()]));
    refused(journal("a", begin(2, Role::User, "more")));
    refused(StoreRequest::KeepConversations(vec![(ConversationId("b".into()), vec![])]));
    refused(StoreRequest::TrashConversation(id()));
    refused(StoreRequest::RestoreConversation(id()));
    refused(StoreRequest::SavePersona { id: person(), persona: Box::default(), face: aigc_studio::domain::Face::Keep });
    refused(StoreRequest::TrashPersona(person()));
    refused(StoreRequest::RestorePersona(person()));
    refused(StoreRequest::SaveSettings(Box::default()));
    refused(StoreRequest::SaveDesk(Box::default()));
    refused(StoreRequest::Purge { kind: TrashKind::Pictures, ids: vec![item.path] });
    store.send(StoreRequest::ListConversations);
    assert!(matches!(next(&events), StoreEvent::Conversations(heads) if heads.len() == 1), "it reads");
    drop(store);
    assert_eq!(everything(home.path()), before);
}

#[test]
fn texts_of_the_trash_are_read_and_stay_as_they_are() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    store.send(journal("talk", begin(1, Role::User, "Is it **late**?")));
    store.send(journal("talk", begin(2, Role::Assistant, "Very.\nGo home.")));
    store.send(StoreRequest::TrashConversation(ConversationId("talk".into())));
    let edit =
        Edit { id: 1, parent: 0, at: 0, removed: vec![], text: "It rained.".into(), by: Author::Person, info: None };
    store.send(journal("page", JournalEntry::Page(PageEntry::New)));
    store.send(journal("page", JournalEntry::Page(PageEntry::Edit(edit))));
    store.send(StoreRequest::TrashConversation(ConversationId("page".into())));
    let system = "You are Ada.".to_owned();
    let persona = Persona { name: "Ada".into(), system, greetings: vec!["Hm?".into()], ..Persona::default() };
    let id = PersonaId("ada".into());
    store.send(StoreRequest::SavePersona { id: id.clone(), persona: Box::new(persona), face: Face::Keep });
    store.send(StoreRequest::TrashPersona(id));
    store.send(StoreRequest::ListTrash(TrashKind::Personas));
    while !matches!(next(&events), StoreEvent::Trash { .. }) {}
    let before = everything(home.path());
    let read = |kind, id: &str, lang| {
        store.send(StoreRequest::ReadTrashed { kind, id: id.into(), lang });
        let StoreEvent::TrashRead { id: of, text } = next(&events) else { panic!() };
        assert_eq!(of, Path::new(id));
        text
    };
    let talk = read(TrashKind::Conversations, "talk", Lang::En).unwrap();
    assert!(talk.contains("Is it **late**?") && talk.contains("Very.\nGo home."), "{talk}");
    assert_ne!(read(TrashKind::Conversations, "talk", Lang::Zh).unwrap(), talk, "speakers in the window's language");
    assert_eq!(read(TrashKind::Conversations, "page", Lang::En).unwrap().trim(), "It rained.");
    let ada = read(TrashKind::Personas, "ada", Lang::En).unwrap();
    assert!(ada.contains("You are Ada.") && ada.contains("Hm?"), "{ada}");
    for (kind, id) in [
        (TrashKind::Conversations, "gone"),
        (TrashKind::Conversations, "../talk"),
        (TrashKind::Personas, "../../settings"),
        (TrashKind::Pictures, "talk"),
    ] {
        assert!(read(kind, id, Lang::En).is_err(), "{id}");
    }
    assert_eq!(everything(home.path()), before);
}
