//! A disk that is really full. Needs one: `mount -t tmpfs -o size=300k tmpfs DIR` and `AIGC_TINY_DISK=DIR`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aigc_studio::domain::{
    ConversationId, ImageParams, JobId, JournalEntry, Message, Picture, PictureRecord, Role, Sampler, Seed, Settings,
    StoreEvent, StoreRequest, Turn,
};
use aigc_studio::error::Cause;
use aigc_studio::store::{Paths, Store, load_settings, picture_files};
use rand::{RngCore, SeedableRng};

/// Noise: it does not compress.
fn save(seed: u64, side: u32, folder: Option<PathBuf>) -> StoreRequest {
    let mut rgba = vec![0; (side * side * 4) as usize];
    rand_chacha::ChaCha8Rng::seed_from_u64(seed).fill_bytes(&mut rgba);
    let record = PictureRecord {
        params: ImageParams {
            prompt: "noise".into(),
            negative: String::new(),
            model: "m".into(),
            seed: Seed::Fixed(seed),
            steps: 1,
            guidance: 1.0,
            width: side,
            height: side,
            sampler: Sampler::Euler,
            ..PictureRecord::default().params
        },
        model_hash: String::new(),
        version: "AIGC Studio 0.1.0".into(),
        ..PictureRecord::default()
    };
    let picture = Arc::new(Picture { width: side, height: side, rgba });
    StoreRequest::SavePicture { job: JobId(seed), index: 0, picture, record: Box::new(record), folder }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()) {
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[test]
#[ignore = "needs a tiny disk"]
fn a_full_disk_loses_nothing() {
    let disk = std::env::var_os("AIGC_TINY_DISK").map(PathBuf::from).expect("AIGC_TINY_DISK names a disk of 300 kB");
    let home = disk.join("studio");
    let _ = fs::remove_dir_all(&home);
    let (store, events) = Store::start(&Paths::below(&home), &Settings::default(), Arc::new(|| {}));
    let next = || events.recv_timeout(Duration::from_secs(10)).expect("an answer");
    let settings = Settings { offline: true, ..Settings::default() };
    store.send(StoreRequest::SaveSettings(Box::new(settings.clone())));
    assert!(matches!(next(), StoreEvent::SettingsSaved));
    let id = ConversationId("talk".into());
    let journal = |entry| StoreRequest::Journal { id: id.clone(), entry };
    let message = Message { role: Role::Assistant, content: String::new() };
    store.send(journal(JournalEntry::Begin { turn: Turn { id: 1, message, info: None, parent: None } }));
    assert!(store.flush(Duration::from_secs(5)));

    // Pictures until no more fit, then smaller ones, so that not even a line does.
    let mut saved = Vec::new();
    let mut seed = 0;
    for side in [128, 32, 8] {
        loop {
            seed += 1;
            store.send(save(seed, side, None));
            match next() {
                StoreEvent::PictureSaved { item, .. } => saved.push(item.path),
                StoreEvent::PictureFailed { job, error, .. } => {
                    assert_eq!(job, JobId(seed));
                    let Cause::DiskFull { needed, free, .. } = error.cause() else { panic!("{error:?}") };
                    assert!(*needed > u64::from(side * side * 4) && *free < 300_000, "{error}");
                    eprintln!("{error}");
                    break;
                }
                other => panic!("{other:?}"),
            }
        }
    }
    // What was saved is whole; of what was not, nothing is left.
    let mut found: Vec<_> = files(&home.join("library"));
    found.sort();
    saved.sort();
    assert_eq!(found, saved);
    saved.iter().for_each(|path| drop(picture_files::open(path).unwrap()));

    // The picture that did not fit goes elsewhere.
    let elsewhere = tempfile::tempdir().unwrap();
    store.send(save(seed, 8, Some(elsewhere.path().to_owned())));
    assert!(matches!(next(), StoreEvent::PictureSaved { .. }));

    // Settings keep their old file; text waits and is told once.
    let long = Settings { system_prompt: "x".repeat(20_000), ..Settings::default() };
    store.send(StoreRequest::SaveSettings(Box::new(long)));
    assert!(matches!(next(), StoreEvent::Failed(_, e) if matches!(e.cause(), Cause::DiskFull { .. })));
    assert_eq!(load_settings(Paths::below(&home).settings()).0, settings);
    for _ in 0..300 {
        store.send(journal(JournalEntry::Append { id: 1, text: "word ".repeat(40) }));
    }
    assert!(matches!(next(), StoreEvent::Failed(_, e) if matches!(e.cause(), Cause::DiskFull { .. })));
    assert!(events.recv_timeout(Duration::from_millis(300)).is_err());

    // Room is made: the text that waited is written without a word missing.
    saved.iter().for_each(|path| fs::remove_file(path).unwrap());
    std::thread::sleep(Duration::from_millis(2_500));
    drop(store);
    let (store, events) = Store::start(&Paths::below(&home), &Settings::default(), Arc::new(|| {}));
    store.send(StoreRequest::LoadConversation(id));
    let StoreEvent::Conversation(data) = events.recv_timeout(Duration::from_secs(5)).unwrap() else { panic!() };
    assert_eq!(data.turns[0].message.content, "word ".repeat(40 * 300));
}
