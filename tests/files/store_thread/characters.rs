//! Characters: kept, listed, trashed, and their pictures.

use std::fs;

use aigc_studio::domain::{Face, Persona, PersonaId, StoreEvent, StoreRequest};
use aigc_studio::store::picture_files;

use super::{next, picture, start};

#[test]
fn a_character_is_kept_listed_trashed_and_restored() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let id = PersonaId("a".into());
    let persona = Box::new(Persona { name: "Ada".into(), avatar: Some(vec![1]), ..Persona::default() });
    store.send(StoreRequest::SavePersona { id: id.clone(), persona, face: Face::Keep });
    let StoreEvent::PersonaKept(kept) = next(&events) else { panic!() };
    assert!(kept.avatar.as_ref().is_some_and(|path| path.starts_with(home.path().join("personas"))));
    let copy = (PersonaId("b".into()), Box::new(kept.persona.clone()), Face::Of(id.clone()));
    store.send(StoreRequest::SavePersona { id: copy.0.clone(), persona: copy.1, face: copy.2 });
    assert!(
        matches!(next(&events), StoreEvent::PersonaKept(copy) if copy.avatar.is_some()),
        "a copy has the picture too"
    );
    store.send(StoreRequest::TrashPersona(copy.0));
    store.send(StoreRequest::TrashPersona(id.clone()));
    for _ in 0..2 {
        assert!(matches!(next(&events), StoreEvent::PersonaTrashed(_)));
    }
    store.send(StoreRequest::ListPersonas);
    assert!(matches!(next(&events), StoreEvent::Personas(list) if list.is_empty()));
    store.send(StoreRequest::RestorePersona(id.clone()));
    assert!(matches!(next(&events), StoreEvent::PersonaKept(back) if back == kept));
    store.send(StoreRequest::TrashPersona(PersonaId("gone".into())));
    assert!(matches!(next(&events), StoreEvent::Personas(list) if list == [*kept]), "the list as it is");
    assert!(matches!(next(&events), StoreEvent::Failed(..)));
}

#[test]
fn a_characters_picture_is_chosen_changed_and_taken_away() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let id = PersonaId("a".into());
    let save = |face: Face| {
        let persona = Box::new(Persona { name: "Ada".into(), ..Persona::default() });
        store.send(StoreRequest::SavePersona { id: id.clone(), persona, face });
    };
    let file = home.path().join("face.png");
    fs::write(&file, picture_files::encode_png(&picture(8), None).unwrap()).unwrap();
    save(Face::File(file.clone()));
    let StoreEvent::PersonaKept(kept) = next(&events) else { panic!() };
    let path = kept.avatar.expect("it has a picture");
    assert_eq!(picture_files::open(&path).unwrap().width, 8);
    fs::write(&file, picture_files::encode_png(&picture(5), None).unwrap()).unwrap();
    save(Face::File(file.clone()));
    assert!(matches!(next(&events), StoreEvent::PersonaKept(_)));
    assert_eq!(picture_files::open(&path).unwrap().width, 5);
    fs::write(&file, "no picture").unwrap();
    save(Face::File(file));
    assert!(matches!(next(&events), StoreEvent::Failed(..)));
    assert!(matches!(next(&events), StoreEvent::PersonaKept(kept) if kept.avatar.is_some()), "the old one stays");
    save(Face::Gone);
    assert!(matches!(next(&events), StoreEvent::PersonaKept(kept) if kept.avatar.is_none()));
    assert!(!path.exists());
}
