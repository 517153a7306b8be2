//! The store as the app uses it: requests in, events out.

mod home;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aigc_studio::domain::{
    ConversationId, Enlarge, Face, Filter, Illustration, ImageParams, JobId, JournalEntry, Message, Passage, Persona,
    PersonaId, Picture, PictureRecord, Role, Sampler, Seed, Settings, StoreEvent, StoreRequest, Turn,
};
use aigc_studio::error::Cause;
use aigc_studio::lang::Lang;
use aigc_studio::store::{Paths, Store, load_settings, picture_files};
use aigc_studio::writing::export::{Document, TextFormat};
use crossbeam_channel::Receiver;

fn picture(side: u32) -> Arc<Picture> {
    let rgba = (0..side * side * 4).map(|i| (i * 31 % 253) as u8).collect();
    Arc::new(Picture { width: side, height: side, rgba })
}

fn record(prompt: &str, seed: u64) -> Box<PictureRecord> {
    Box::new(PictureRecord {
        params: ImageParams {
            prompt: prompt.into(),
            negative: "blurry".into(),
            model: "sticker-64".into(),
            seed: Seed::Fixed(seed),
            steps: 24,
            guidance: 3.0,
            width: 64,
            height: 64,
            sampler: Sampler::Euler,
            ..PictureRecord::default().params
        },
        model_hash: "ab".repeat(32),
        version: "AIGC Studio 0.1.0".into(),
        ..PictureRecord::default()
    })
}

fn save(job: u64, seed: u64) -> StoreRequest {
    StoreRequest::SavePicture {
        job: JobId(job),
        index: 0,
        picture: picture(64),
        record: record("a red apple", seed),
        folder: None,
    }
}

fn start(home: &Path) -> (Store, Receiver<StoreEvent>) {
    Store::start(&Paths::below(home), &Settings::default(), Arc::new(|| {}))
}

fn next(events: &Receiver<StoreEvent>) -> StoreEvent {
    events.recv_timeout(Duration::from_secs(20)).expect("an answer comes")
}

fn journal(id: &str, entry: JournalEntry) -> StoreRequest {
    StoreRequest::Journal { id: ConversationId(id.into()), entry }
}

fn begin(id: u64, role: Role, content: &str) -> JournalEntry {
    JournalEntry::Begin {
        turn: Turn { id, message: Message { role, content: content.into() }, info: None, parent: None },
    }
}

fn pngs(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(pngs(&path));
        } else if path.extension().is_some_and(|e| e == "png") {
            found.push(path);
        }
    }
    found
}

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
fn conversations_are_listed_deleted_and_restored() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    for name in ["one", "two"] {
        store.send(journal(name, begin(1, Role::User, name)));
    }
    store.send(StoreRequest::ListConversations);
    let StoreEvent::Conversations(heads) = next(&events) else { panic!() };
    assert_eq!(heads.len(), 2);
    store.send(StoreRequest::TrashConversation(ConversationId("one".into())));
    assert!(matches!(next(&events), StoreEvent::ConversationTrashed(ConversationId(id)) if id == "one"));
    store.send(StoreRequest::ListConversations);
    assert!(matches!(next(&events), StoreEvent::Conversations(heads) if heads.len() == 1));
    store.send(StoreRequest::RestoreConversation(ConversationId("one".into())));
    store.send(StoreRequest::ListConversations);
    assert!(matches!(next(&events), StoreEvent::Conversations(heads) if heads.len() == 2));
    // A deletion that fails brings the true list with it.
    store.send(StoreRequest::TrashConversation(ConversationId("three".into())));
    assert!(matches!(next(&events), StoreEvent::Conversations(heads) if heads.len() == 2));
    assert!(matches!(next(&events), StoreEvent::Failed(..)));
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

#[test]
fn copies_of_several_pictures_go_into_a_folder_and_write_nothing_over() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let paths: Vec<_> = (1..=2)
        .map(|n| {
            store.send(save(n, n));
            let StoreEvent::PictureSaved { item, .. } = next(&events) else { panic!() };
            item.path
        })
        .collect();
    let folder = home.path().join("copies");
    fs::create_dir(&folder).unwrap();
    for round in 1..=2 {
        let from = paths.iter().cloned().chain([home.path().join("gone.png")]).collect();
        store.send(StoreRequest::CopyFiles { from, folder: folder.clone() });
        assert!(matches!(next(&events), StoreEvent::CopiesSaved { count: 2, folder: f } if f == folder));
        let StoreEvent::Failed(_, missing) = next(&events) else { panic!() };
        assert!(missing.summary(Lang::En).contains("gone.png"), "{missing}");
        assert_eq!(pngs(&folder).len(), 2 * round);
    }
    for copy in pngs(&folder) {
        assert_eq!(fs::read(copy).unwrap().len() as u64, fs::metadata(&paths[0]).unwrap().len());
    }
}

#[test]
fn a_copy_is_written_larger_and_says_so_in_its_settings() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let to = |name: &str| home.path().join(name);
    let small = picture(8);
    for (name, times, filter) in [("a.png", 4, Filter::Nearest), ("b.png", 8, Filter::Lanczos)] {
        let (record, enlarge) = (Some(record("x", 5)), Enlarge { times, filter });
        store.send(StoreRequest::ExportPicture { picture: small.clone(), record, path: to(name), enlarge });
        assert!(matches!(next(&events), StoreEvent::Exported { .. }));
        assert_eq!(picture_files::open(&to(name)).unwrap(), small.enlarged(enlarge));
        let text = picture_files::read_head_of(&to(name)).unwrap().unwrap().text.unwrap();
        let said = format!("Postprocess upscale by: {times}, Postprocess upscaler: {}", filter.name());
        assert!(text.ends_with(&said), "{text}");
        assert_eq!(picture_files::read_record(&to(name)).unwrap().seed(), 5);
    }
    // From a file, into the same format too.
    let enlarge = Enlarge { times: 4, filter: Filter::Lanczos };
    store.send(StoreRequest::ExportFile { from: to("a.png"), path: to("c.png"), enlarge });
    next(&events);
    assert_eq!(picture_files::open(&to("c.png")).unwrap().width, 128);
}

#[test]
fn copies_are_written_in_the_format_of_their_ending() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let to = |name: &str| home.path().join("out").join(name);
    for name in ["a.png", "a.JPG", "a.webp", "no ending"] {
        let record = Some(record("x", 5));
        store.send(StoreRequest::ExportPicture {
            picture: picture(64),
            record,
            path: to(name),
            enlarge: Enlarge::NONE,
        });
        assert!(matches!(next(&events), StoreEvent::Exported { path } if path == to(name)));
        assert_eq!(picture_files::open(&to(name)).unwrap().width, 64);
    }
    assert_eq!(picture_files::read_record(&to("no ending")).unwrap().seed(), 5);
    store.send(StoreRequest::ExportFile { from: to("a.png"), path: to("same.png"), enlarge: Enlarge::NONE });
    next(&events);
    assert_eq!(fs::read(to("a.png")).unwrap(), fs::read(to("same.png")).unwrap());
    store.send(StoreRequest::ExportFile { from: to("a.png"), path: to("b.webp"), enlarge: Enlarge::NONE });
    next(&events);
    assert_eq!(picture_files::open(&to("b.webp")).unwrap(), *picture(64));
    store.send(StoreRequest::ExportPicture {
        picture: picture(64),
        record: None,
        path: to("a.bmp"),
        enlarge: Enlarge::NONE,
    });
    assert!(matches!(next(&events), StoreEvent::Failed(_, e) if matches!(e.cause(), Cause::BadChoice { .. })));
    assert!(!to("a.bmp").exists());
    let document = Box::new(Document::from_markdown("Hi", "", Lang::En));
    store.send(StoreRequest::ExportText { path: to("a.md"), document, format: TextFormat::Markdown });
    next(&events);
    assert_eq!(fs::read_to_string(to("a.md")).unwrap(), "# Hi\n");
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

/// Character cards and chats of other programs are opened as what they are; a picture stays a picture.
#[test]
fn cards_and_chats_of_other_programs_are_opened() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let put = |name: &str, bytes: &[u8]| {
        let path = home.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let card = br#"{"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Ada",
        "description": "{{char}} counts.", "personality": "", "scenario": "", "first_mes": "Hello, {{user}}.", "mes_example": ""}}"#;
    store.send(StoreRequest::OpenFile(put("ada.json", card)));
    let StoreEvent::PersonaOpened { persona, .. } = next(&events) else { panic!() };
    assert_eq!((persona.name.as_str(), persona.greetings[0].as_str()), ("Ada", "Hello, {{user}}."));
    store.send(StoreRequest::OpenFile(put(
        "world.json",
        br#"{"name": "Mill", "entries": {"0": {"key": ["mill"], "content": "It burnt."}}}"#,
    )));
    let StoreEvent::WorldOpened { name, cards, .. } = next(&events) else { panic!() };
    assert_eq!((name.as_str(), cards[0].name.as_str(), cards[0].about.as_str()), ("Mill", "mill", "It burnt."));
    store.send(StoreRequest::OpenFile(put(
        "chat.json",
        br#"[{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]"#,
    )));
    let StoreEvent::ChatsOpened { chats, .. } = next(&events) else { panic!() };
    assert_eq!(chats[0].turns.len(), 2);
    for (name, bytes) in [("bad.json", &b"{"[..]), ("none.jsonl", b""), ("no-lore.json", br#"{"entries": []}"#)] {
        store.send(StoreRequest::OpenFile(put(name, bytes)));
        assert!(
            matches!(next(&events), StoreEvent::OpenFailed(e) if matches!(e.cause(), Cause::BadImport { reason } if reason.en.contains(name))),
            "{name}"
        );
    }
    // A folder may be called as anything.
    fs::create_dir(home.path().join("model.json")).unwrap();
    for name in ["", "model.json"] {
        let folder = home.path().join(name);
        store.send(StoreRequest::OpenFile(folder.clone()));
        assert!(matches!(next(&events), StoreEvent::FolderOpened(path) if path == folder));
    }
    store.send(StoreRequest::OpenFile(home.path().join("gone.json")));
    assert!(matches!(next(&events), StoreEvent::OpenFailed(e) if matches!(e.cause(), Cause::FileMissing { .. })));
    store.send(StoreRequest::OpenFile(put(
        "picture.png",
        &picture_files::encode_png(&picture(8), Some(&record("cat", 1))).unwrap(),
    )));
    assert!(matches!(next(&events), StoreEvent::Opened { record: Some(_), .. }));
    // To be looked at: pixels, and nothing else, whatever the file brings.
    store.send(StoreRequest::ViewPicture(home.path().join("picture.png")));
    assert!(matches!(next(&events), StoreEvent::Viewed { picture: Ok(seen), .. } if *seen == *picture(8)));
    for name in ["ada.json", "gone.png"] {
        store.send(StoreRequest::ViewPicture(home.path().join(name)));
        assert!(matches!(next(&events), StoreEvent::Viewed { path, picture: Err(_) } if path.ends_with(name)));
    }
}

/// A page with three pictures: a PNG, a JPEG and one that is gone.
fn illustrated(home: &Path) -> Document {
    let at = |name: &str| home.join("pictures").join(name);
    fs::create_dir_all(at("")).unwrap();
    fs::write(at("fox.png"), picture_files::encode_png(&picture(8), None).unwrap()).unwrap();
    fs::write(at("mill.jpg"), picture_files::encode_as("jpg", &picture(8), None).unwrap()).unwrap();
    let one = |id, text: &str, name: &str| Illustration {
        id,
        passage: Passage { turn: 0, at: 0, text: text.into() },
        path: at(name),
    };
    let pictures = [one(1, "A fox.", "fox.png"), one(2, "A mill.", "mill.jpg"), one(3, "A moon.", "moon.png")];
    Document::from_page("Night", "A fox.\nA mill.\nA moon.", &pictures, Lang::En)
}

#[test]
fn a_text_goes_out_with_its_pictures() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let document = illustrated(home.path());
    let out = home.path().join("out");
    for (format, name) in [
        (TextFormat::Markdown, "night.md"),
        (TextFormat::Html, "night.html"),
        (TextFormat::Docx, "night.docx"),
        (TextFormat::Plain, "night.txt"),
    ] {
        let path = out.join(name);
        store.send(StoreRequest::ExportText { path: path.clone(), document: Box::new(document.clone()), format });
        assert!(matches!(next(&events), StoreEvent::Exported { path: told } if told == path));
        if format != TextFormat::Plain {
            let StoreEvent::Failed(_, error) = next(&events) else { panic!("{format:?}") };
            let Cause::PicturesLeftOut { count, path, .. } = error.cause() else { panic!("{error}") };
            assert_eq!((*count, path.ends_with("moon.png")), (1, true));
        }
    }
    let markdown = fs::read_to_string(out.join("night.md")).unwrap();
    assert!(markdown.contains("![A fox.](<night-pictures/fox.png>)"), "{markdown}");
    assert!(
        markdown.contains("![A mill.](<night-pictures/mill.jpg>)") && markdown.contains("*\\[A moon.\\]*"),
        "{markdown}"
    );
    for name in ["fox.png", "mill.jpg"] {
        let (from, to) = (home.path().join("pictures").join(name), out.join("night-pictures").join(name));
        assert_eq!(fs::read(from).unwrap(), fs::read(to).unwrap());
    }
    let html = fs::read_to_string(out.join("night.html")).unwrap();
    assert_eq!((html.matches("data:image/png;base64,").count(), html.contains("[A moon.]")), (2, true));
    let docx = fs::read(out.join("night.docx")).unwrap();
    let held = |part: &[u8]| docx.windows(part.len()).filter(|w| w == &part).count();
    assert!(held(b"word/media/") >= 4, "two pictures, each named twice");
    assert!(fs::read_to_string(out.join("night.txt")).unwrap().contains("[A moon.]"));
}

#[test]
fn pictures_of_one_name_do_not_take_each_others_place() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let one = |id: u64, text: &str, side: u32| {
        let path = home.path().join(format!("day-{id}")).join("a.png");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, picture_files::encode_png(&picture(side), None).unwrap()).unwrap();
        Illustration { id, passage: Passage { turn: 0, at: 0, text: text.into() }, path }
    };
    let document = Document::from_page("", "One.\nTwo.", &[one(1, "One.", 8), one(2, "Two.", 9)], Lang::En);
    let path = home.path().join("text.md");
    store.send(StoreRequest::ExportText { path, document: Box::new(document), format: TextFormat::Markdown });
    assert!(matches!(next(&events), StoreEvent::Exported { .. }));
    drop(store);
    let side = |name: &str| picture_files::open(&home.path().join("text-pictures").join(name)).unwrap().width;
    assert_eq!((side("a.png"), side("a-2.png")), (8, 9));
    assert!(events.try_recv().is_err());
}

#[test]
fn texts_are_searched_while_saving_goes_on_and_a_new_search_ends_the_old_one() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    for n in 0..40 {
        for turn in 1..=20 {
            store.send(journal(
                &format!("c{n}"),
                begin(turn, Role::User, "A Whale 鲸 and much more that is said beside it"),
            ));
        }
    }
    store.send(StoreRequest::SearchTexts { serial: 1, words: "nothing like it".into() });
    store.send(StoreRequest::SearchTexts { serial: 2, words: "wHALE 鲸".into() });
    store.send(save(1, 1));
    let (mut hits, mut saved) = (Vec::new(), false);
    loop {
        match next(&events) {
            StoreEvent::TextsFound { serial: 2, hits: more, done } => {
                hits.extend(more);
                if done {
                    break;
                }
            }
            StoreEvent::TextsFound { serial: 1, done, .. } => assert!(!done, "it was ended"),
            StoreEvent::PictureSaved { .. } => saved = true,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(hits.len(), 200, "as many as are told");
    let hit = &hits[0];
    assert_eq!((hit.turn, hit.at, &hit.snippet[hit.words.0..hit.words.1]), (1, 2, "Whale 鲸"));
    assert!(saved || matches!(next(&events), StoreEvent::PictureSaved { .. }));
    store.send(StoreRequest::SearchTexts { serial: 3, words: " ".into() });
    assert!(store.flush(Duration::from_secs(5)));
    assert!(events.try_recv().is_err(), "nothing was asked for");
}

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

#[test]
fn pictures_that_are_gone_or_left_behind_are_told_and_those_can_be_copied() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let saved: Vec<_> = (1..=3)
        .map(|n| {
            store.send(save(n, n));
            let StoreEvent::PictureSaved { item, .. } = next(&events) else { panic!() };
            item.path
        })
        .collect();
    fs::rename(&saved[0], home.path().join("elsewhere.png")).unwrap();
    store.send(StoreRequest::TrashPictures(saved[..2].to_vec()));
    assert!(matches!(next(&events), StoreEvent::Gone { paths } if paths == saved[..1]));
    assert!(matches!(next(&events), StoreEvent::Trashed { paths } if paths == saved[1..2]));

    let (old, new) = (home.path().join("library"), home.path().join("new"));
    store.send(StoreRequest::SetLibraryFolder(new.clone()));
    assert!(
        matches!(next(&events), StoreEvent::LibraryLeft { folder, count: 1 } if folder == old),
        "not the deleted one"
    );
    assert!(matches!(next(&events), StoreEvent::Library(items) if items.is_empty()));
    for _ in 0..2 {
        store.send(StoreRequest::CopyLibrary(old.clone()));
        assert!(matches!(next(&events), StoreEvent::CopiesSaved { count: 1, folder } if folder == new));
        let copy = new.join(saved[2].strip_prefix(&old).unwrap());
        assert!(matches!(next(&events), StoreEvent::Library(items) if items[0].path == copy));
        assert_eq!(pngs(&new), [copy], "once, in the folder of its day");
    }
}
