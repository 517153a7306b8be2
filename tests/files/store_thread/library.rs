//! The library: pictures that are saved, listed, shown small, trashed and restored.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aigc_studio::domain::{ConversationId, Enlarge, JobId, JournalEntry, Role, Settings, StoreEvent, StoreRequest};
use aigc_studio::error::Cause;
use aigc_studio::store::{Paths, Store, load_settings, picture_files};

use super::{begin, journal, next, picture, pngs, record, save, start};

#[test]
fn a_picture_is_saved_listed_trashed_and_restored() {
    let home = tempfile::tempdir().unwrap();
    let wakes = Arc::new(AtomicUsize::new(0));
    let count = wakes.clone();
    let wake = Arc::new(move || {
        count.fetch_add(1, Ordering::Relaxed);
    });
    let (store, events) = Store::start(&Paths::below(home.path()), &Settings::default(), wake);
    store.send(save(7, 42));
    let StoreEvent::PictureSaved { job: JobId(7), index: 0, item } = next(&events) else { panic!() };
    assert_eq!(picture_files::read_record(&item.path).unwrap(), record("a red apple", 42));
    assert_eq!(picture_files::open(&item.path).unwrap(), *picture(64));

    store.send(StoreRequest::ScanLibrary);
    let StoreEvent::Library(items) = next(&events) else { panic!() };
    // The name keeps seconds, the event milliseconds.
    assert_eq!(items.iter().map(|i| (&i.path, &i.record)).collect::<Vec<_>>(), [(&item.path, &item.record)]);

    store.send(StoreRequest::OpenFile(item.path.clone()));
    let StoreEvent::Opened { record: Some(opened), .. } = next(&events) else { panic!() };
    assert_eq!(opened, record("a red apple", 42));

    store.send(StoreRequest::TrashPictures(vec![item.path.clone()]));
    assert!(matches!(next(&events), StoreEvent::Trashed { paths } if paths == [item.path.clone()]));
    assert!(!item.path.exists());
    store.send(StoreRequest::RestorePictures(vec![item.path.clone()]));
    assert!(matches!(next(&events), StoreEvent::Restored { items } if items[0].path == item.path));
    assert!(item.path.exists());

    store.send(StoreRequest::TrashPictures(vec!["/etc/hostname".into()]));
    assert!(matches!(next(&events), StoreEvent::Failed(_, error) if matches!(error.cause(), Cause::Io { .. })));
    drop(store);
    assert_eq!(wakes.load(Ordering::Relaxed), 6, "one for each event");
}

#[test]
fn everything_queued_is_on_disk_when_the_store_is_dropped() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    for n in 0..50 {
        store.send(save(n, n));
    }
    store.send(journal("a", begin(1, Role::Assistant, "")));
    for n in 0..1000 {
        store.send(journal("a", JournalEntry::Append { id: 1, text: format!("{n} ") }));
    }
    let settings = Settings { offline: true, ..Settings::default() };
    store.send(StoreRequest::SaveSettings(Box::new(settings.clone())));
    drop(events); // nobody listens any more
    drop(store);
    let paths = Paths::below(home.path());
    assert_eq!(pngs(&home.path().join("library")).len(), 50);
    assert_eq!(load_settings(paths.settings()).0, settings);
    let (store, events) = start(home.path());
    store.send(StoreRequest::LoadConversation(ConversationId("a".into())));
    let StoreEvent::Conversation(data) = next(&events) else { panic!() };
    assert!(data.turns[0].message.content.ends_with("998 999 "));
}

#[test]
fn a_window_that_does_not_listen_neither_stops_the_store_nor_its_end() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    for _ in 0..6_000 {
        store.send(StoreRequest::LoadConversation(ConversationId("nowhere".into())));
    }
    store.send(save(1, 1));
    let start = Instant::now();
    drop(store);
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    assert_eq!(pngs(&home.path().join("library")).len(), 1);
    drop(events);
}

#[test]
fn pictures_that_are_looked_at_do_not_delay_those_that_are_saved() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let large = home.path().join("large.png");
    fs::write(&large, picture_files::encode_png(&picture(2048), None).unwrap()).unwrap();
    for _ in 0..100 {
        store.send(StoreRequest::Thumbnail(large.clone()));
    }
    let start = Instant::now();
    store.send(save(1, 1));
    let mut thumbnails_before = 0;
    loop {
        match next(&events) {
            StoreEvent::PictureSaved { .. } => break,
            StoreEvent::Thumbnail { picture, .. } => {
                assert!(picture.width <= 256 && picture.height <= 256);
                thumbnails_before += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(thumbnails_before < 50, "{thumbnails_before} thumbnails in {:?}", start.elapsed());
}

#[test]
fn thumbnails_that_scrolled_away_and_broken_ones_are_told() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let broken = home.path().join("broken.png");
    fs::write(&broken, "no picture").unwrap();
    store.send(StoreRequest::Thumbnail(broken.clone()));
    let StoreEvent::NoThumbnail { path, error: Some(error) } = next(&events) else { panic!() };
    assert_eq!(path, broken);
    assert!(matches!(error.cause(), Cause::BadPicture { .. }));

    let large = home.path().join("large.png");
    fs::write(&large, picture_files::encode_png(&picture(300), None).unwrap()).unwrap();
    for _ in 0..400 {
        store.send(StoreRequest::Thumbnail(large.clone()));
    }
    let (mut shown, mut skipped) = (0, 0);
    while shown + skipped < 400 {
        match next(&events) {
            StoreEvent::Thumbnail { .. } => shown += 1,
            StoreEvent::NoThumbnail { error: None, .. } => skipped += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(skipped > 0, "each wish has its answer: {shown} shown, {skipped} passed over");
}

#[test]
fn a_list_that_is_being_made_knows_what_was_saved_and_deleted_meanwhile() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("library/2026-01-01");
    fs::create_dir_all(&folder).unwrap();
    let bytes = picture_files::encode_png(&picture(64), Some(&record("x", 1))).unwrap();
    for n in 0..1_000 {
        fs::write(folder.join(format!("2026-01-01_120000_seed-{n}.png")), &bytes).unwrap();
    }
    let (store, events) = start(home.path());
    // The scan begins with both others already in the queue, as long as writing this copy takes longer than sending.
    let copy = home.path().join("copy.png");
    store.send(StoreRequest::ExportPicture {
        picture: picture(1024),
        record: None,
        path: copy,
        enlarge: Enlarge::NONE,
    });
    store.send(StoreRequest::ScanLibrary);
    store.send(save(1, 99));
    let gone = folder.join("2026-01-01_120000_seed-5.png");
    store.send(StoreRequest::TrashPictures(vec![gone.clone()]));
    // Whatever the order, list and events together say what is there, as they do in the window.
    let (mut items, mut told) = (Vec::new(), 0);
    while told < 3 {
        match next(&events) {
            StoreEvent::Library(list) => items = list,
            StoreEvent::PictureSaved { item, .. } if !items.is_empty() => items.insert(0, item),
            StoreEvent::Trashed { paths } => items.retain(|i| !paths.contains(&i.path)),
            StoreEvent::PictureSaved { .. } => {}
            StoreEvent::Exported { .. } => continue,
            other => panic!("{other:?}"),
        }
        told += 1;
    }
    assert_eq!(items.len(), 1_000);
    assert_eq!(items[0].record.as_ref().unwrap().seed(), 99, "the newest is first");
    assert!(items.iter().all(|i| i.path != gone));
}

#[test]
fn a_second_look_at_the_library_tells_only_what_has_changed() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let look = |request: StoreRequest| {
        store.send(request);
        next(&events)
    };
    let StoreEvent::PictureSaved { item: first, .. } = look(save(1, 1)) else { panic!() };
    assert!(matches!(look(StoreRequest::ScanLibrary), StoreEvent::Library(items) if items.len() == 1));
    let StoreEvent::PictureSaved { item: second, .. } = look(save(2, 2)) else { panic!() };
    // What was saved here is known already; what another program put there is not.
    let quiet = |event: &StoreEvent| matches!(event, StoreEvent::LibraryChanged { came, gone } if came.is_empty() && gone.is_empty());
    assert!(quiet(&look(StoreRequest::RescanLibrary)));
    let other = home.path().join("library/other.png");
    fs::copy(&first.path, &other).unwrap();
    fs::remove_file(&second.path).unwrap();
    let StoreEvent::LibraryChanged { came, gone } = look(StoreRequest::RescanLibrary) else { panic!() };
    assert_eq!((came.iter().map(|i| &i.path).collect::<Vec<_>>(), gone), (vec![&other], vec![second.path]));
    assert!(quiet(&look(StoreRequest::RescanLibrary)));
    // Nor is told again what the trash takes and gives back.
    look(StoreRequest::TrashPictures(vec![other.clone()]));
    assert!(quiet(&look(StoreRequest::RescanLibrary)));
    look(StoreRequest::RestorePictures(vec![other]));
    assert!(quiet(&look(StoreRequest::RescanLibrary)));
}
