//! Files whose bytes are not those of their hash: wrong at the source, damaged here, or without a hash in the card.

use std::fs;
use std::time::Duration;

use aigc_studio::catalog::{Catalog, Fetcher};
use aigc_studio::domain::{FetchEventKind, Makes, ModelPresence, Source};
use aigc_studio::error::Cause;

use super::{assert_nothing_left, hub, hub_card};
use crate::server::{COMMIT, Manner, Server, card, config, content, finish, run};

#[test]
fn a_wrong_hash_is_deleted_and_said() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(200_000);
    let mut other = bytes.clone();
    other[5] ^= 1;
    let server = Server::start(other, Manner::Good);
    let events = run(config(&server.base), hub_card("m", &bytes), home.path());
    let Some(FetchEventKind::Failed(error)) = events.last() else { panic!("{events:?}") };
    let Cause::WrongHash { file, expected, found } = error.cause() else { panic!("{error:?}") };
    assert!(file == "m.gguf" && expected != found && found.len() == 64);
    assert_nothing_left(home.path(), "m");
}

#[test]
fn a_source_with_a_wrong_hash_is_followed_by_the_next() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(200_000);
    let mut other = bytes.clone();
    other[5] ^= 1;
    // The first path is served wrongly, the second rightly.
    let server = Server::start(bytes.clone(), Manner::WrongAt("/bad/one/resolve/main/m.gguf".into(), other));
    let bad = Source::Hub { repo: "bad/one".into(), revision: "main".into(), path: "m.gguf".into() };
    let events = run(config(&server.base), card("m", &bytes, vec![bad, hub()]), home.path());
    let skipped = events.iter().find_map(|e| match e {
        FetchEventKind::Skipped { source, error } => Some((source.clone(), error.clone())),
        _ => None,
    });
    let (source, error) = skipped.expect("told");
    assert!(source.contains("bad/one") && matches!(error.cause(), Cause::WrongHash { .. }));
    assert!(matches!(events.last(), Some(FetchEventKind::Finished { .. })), "{events:?}");
}

/// A card whose file has no hash, and about the right size.
fn open_card(bytes: &[u8], repo: &str) -> aigc_studio::domain::ModelCard {
    let source = Source::Hub { repo: repo.into(), revision: "main".into(), path: "m.gguf".into() };
    let mut card = card("m", bytes, vec![source]);
    card.files[0].sha256.clear();
    card.files[0].bytes = bytes.len() as u64 / 1000 * 1001;
    card
}

#[test]
fn the_hub_is_asked_for_the_hash_that_a_card_has_not_and_what_it_said_is_kept() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(300_000);
    let sha256 = card("m", &bytes, vec![]).files[0].sha256.clone();
    let server = Server::start(bytes.clone(), Manner::Hub { sha256: sha256.clone(), bytes: 300_000 });
    // The repository was renamed: its hub sends to the new name.
    let card = open_card(&bytes, "old/name");
    let events = run(config(&server.base), card.clone(), home.path());
    let Some(FetchEventKind::Finished { path }) = events.last() else { panic!("{events:?}") };
    assert_eq!(fs::read(path).unwrap(), bytes);
    let asked: Vec<_> = server.requests().iter().map(|r| (r.method.clone(), r.path.clone())).collect();
    let place = |revision: &str| format!("/old/name/resolve/{revision}/m.gguf");
    assert_eq!(asked[0], ("HEAD".to_owned(), place("main")));
    assert_eq!(asked.last().unwrap(), &("GET".to_owned(), place(COMMIT)), "the commit that was told is fetched");
    // The catalogue knows it now, and nobody is asked again.
    let toml = crate::server::to_toml(&card).replace(
        "sources = []",
        "sources = [{ kind = \"hub\", repo = \"old/name\", revision = \"main\", path = \"m.gguf\" }]",
    );
    fs::write(home.path().join("m.toml"), toml).unwrap();
    let catalog = Catalog::load(home.path());
    let kept = catalog.card("m").unwrap();
    assert_eq!((kept.files[0].bytes, &kept.files[0].sha256), (300_000, &sha256));
    assert_eq!(catalog.resolve("m", Makes::Text).unwrap().sha256, Some(sha256));
    let before = server.requests().len();
    assert!(matches!(run(config(&server.base), card, home.path())[..], [FetchEventKind::Finished { .. }]));
    assert_eq!(server.requests().len(), before);
}

#[test]
fn a_hub_that_says_no_hash_or_another_size_delivers_nothing() {
    let bytes = content(300_000);
    let good = card("m", &bytes, vec![]).files[0].sha256.clone();
    let said = |sha256: &str, bytes| Manner::Hub { sha256: sha256.to_owned(), bytes };
    for (manner, word) in [
        (Manner::Good, "SHA-256"),
        (said("abc", 300_000), "SHA-256"),
        (said(&good, 900_000), "900000 bytes"),
        (Manner::Status(404), "HTTP 404"),
        (Manner::HangBeforeAnswer, ""),
    ] {
        let home = tempfile::tempdir().unwrap();
        let server = Server::start(bytes.clone(), manner);
        let events = run(config(&server.base), open_card(&bytes, "me/mine"), home.path());
        let Some(FetchEventKind::Failed(error)) = events.last() else { panic!("{word}: {events:?}") };
        let Cause::NoSourceAnswered { tried, .. } = error.cause() else { panic!("{word}: {error:?}") };
        assert!(tried.en.contains("me/mine") && tried.en.contains(word), "{word}: {tried:?}");
        assert_nothing_left(home.path(), "m");
    }
}

#[test]
fn a_file_that_is_not_what_the_hub_said_is_deleted() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(300_000);
    let server = Server::start(bytes.clone(), Manner::Hub { sha256: "ab".repeat(32), bytes: 300_000 });
    let events = run(config(&server.base), open_card(&bytes, "me/mine"), home.path());
    let Some(FetchEventKind::Failed(error)) = events.last() else { panic!("{events:?}") };
    assert!(matches!(error.cause(), Cause::WrongHash { .. }), "{error:?}");
    assert!(!home.path().join("m/m.gguf").exists());
}

#[test]
fn a_file_that_is_not_what_the_card_says_is_fetched_again() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(1000);
    let server = Server::start(bytes.clone(), Manner::Good);
    fs::create_dir(home.path().join("m")).unwrap();
    fs::write(home.path().join("m/m.gguf"), vec![0; 1000]).unwrap();
    let events = run(config(&server.base), hub_card("m", &bytes), home.path());
    let Some(FetchEventKind::Finished { path }) = events.last() else { panic!("{events:?}") };
    assert_eq!(fs::read(path).unwrap(), bytes);
}

/// A byte flipped after the file was checked, its time set back: the model does not run, is hashed, and comes again.
#[test]
fn a_damaged_file_is_found_and_fetched_again() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(100_000);
    let server = Server::start(bytes.clone(), Manner::Good);
    let card = hub_card("m", &bytes);
    run(config(&server.base), card.clone(), home.path());
    fs::write(home.path().join("m.toml"), crate::server::to_toml(&card)).unwrap();
    let catalog = Catalog::load(home.path());
    let path = home.path().join("m/m.gguf");
    assert_eq!(catalog.presence(&card), ModelPresence::Here { path: path.clone() });
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    // The clock of files ticks some milliseconds at a time.
    std::thread::sleep(Duration::from_millis(30));
    let mut flipped = bytes.clone();
    flipped[50_000] ^= 1;
    fs::write(&path, &flipped).unwrap();
    fs::File::options().append(true).open(&path).unwrap().set_modified(time).unwrap();

    assert_eq!(catalog.presence(&card), ModelPresence::Unchecked { path: path.clone() });
    assert!(matches!(catalog.resolve("m", Makes::Text).unwrap_err().cause(), Cause::NotChecked { .. }));
    assert!(matches!(catalog.check(&card, |_| true).unwrap_err().cause(), Cause::BadModelFile { .. }));
    // Offline it stays, and stays out of use.
    let (_fetcher, events) =
        Fetcher::start_with(config(&server.base), card.clone(), home.path(), true, std::sync::Arc::new(|| {}));
    let Some(FetchEventKind::Failed(error)) = finish(&events).pop() else { panic!() };
    assert!(matches!(error.cause(), Cause::Offline { .. }));
    assert!(fs::read(&path).unwrap() == flipped && server.requests().len() == 1);

    let events = run(config(&server.base), card.clone(), home.path());
    assert!(matches!(events.last(), Some(FetchEventKind::Finished { .. })), "{events:?}");
    assert!(fs::read(&path).unwrap() == bytes && server.requests().len() == 2);
    assert_eq!(catalog.presence(&card), ModelPresence::Here { path });
}

#[test]
fn a_beginning_that_was_spoiled_is_thrown_away_and_all_comes_again() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(400_000);
    let server = Server::start(bytes.clone(), Manner::Good);
    let folder = home.path().join("m");
    fs::create_dir(&folder).unwrap();
    let mut part = bytes[..100_000].to_vec();
    part[7] ^= 1;
    fs::write(folder.join("m.gguf.part"), part).unwrap();
    fs::write(folder.join("m.gguf.part.etag"), "\"v1\"").unwrap();
    let events = run(config(&server.base), hub_card("m", &bytes), home.path());
    let Some(FetchEventKind::Finished { path }) = events.last() else { panic!("{events:?}") };
    assert_eq!(fs::read(path).unwrap(), bytes);
    let starts: Vec<_> = server.requests().iter().map(|r| r.range_start).collect();
    assert_eq!(starts, [Some(100_000), None]);
}
