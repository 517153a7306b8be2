//! What could not be saved is reported until it is saved.

use super::*;

fn full(path: &str) -> StudioError {
    Cause::DiskFull { path: path.into(), needed: 2, free: 1 }.into()
}

#[test]
fn what_could_not_be_written_is_told_in_its_room_until_it_is_written() {
    let mut s = state();
    store(&mut s, StoreEvent::Failed(Some(Room::Write), full("/home/conversations/a.jsonl")));
    store(&mut s, StoreEvent::Failed(None, Cause::Unsaved { refusal: None }.into()));
    assert_eq!((problems(&s, Room::Create), problems(&s, Room::Write)), (1, 2));
    assert!(s.is_marked(Room::Write));
    store(&mut s, StoreEvent::WrittenAtLast { path: "/home/conversations/any.jsonl".into() });
    assert_eq!((problems(&s, Room::Write), s.is_marked(Room::Write)), (1, false));
    store(&mut s, StoreEvent::AllWritten);
    assert_eq!(s.notices.list, []);

    let ada = PersonaId("a".into());
    store(&mut s, StoreEvent::PersonaFailed { id: ada.clone(), error: full("/home/personas/a.json") });
    assert_eq!(problems(&s, Room::Write), 1);
    store(&mut s, StoreEvent::PersonaKept(Box::new(kept("a", "Ada"))));
    assert_eq!(problems(&s, Room::Write), 0);
}

#[test]
fn a_picture_that_could_not_be_saved_is_told_once() {
    let mut s = state();
    prompt(&mut s, "a cat");
    let (id, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::Generate)));
    engine(&mut s, id, PictureNews::Picture { index: 0, picture: picture(), record: record("a cat") });
    engine(&mut s, id, EventKind::Finished(Outcome::Image(ImageStats::default())));
    store(&mut s, StoreEvent::PictureFailed { job: id, index: 0, error: full("/lib/a.png") });
    assert_eq!(problems(&s, Room::Create), 0, "it stands beside the picture");
    do_(&mut s, Command::Go(Room::Gallery));
    assert!(s.is_marked(Room::Create), "whoever is elsewhere is told where");
    // Another picture is shown.
    do_(&mut s, Command::Go(Room::Create));
    do_(&mut s, Command::Create(CreateCommand::Generate));
    assert_eq!(problems(&s, Room::Create), 1);
}
