//! Fetching over HTTP, from a small server on this machine that can misbehave.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::server::{COMMIT, Manner, Server, card, config, content, finish, run, sources_failed};
use aigc_studio::catalog::{Catalog, FetchConfig, Fetcher};
use aigc_studio::domain::{FetchEventKind, Makes, ModelPresence, Source};
use aigc_studio::error::Cause;

fn hub_card(id: &str, bytes: &[u8]) -> aigc_studio::domain::ModelCard {
    card(id, bytes, vec![hub()])
}

fn hub() -> Source {
    Source::Hub { repo: "me/mine".into(), revision: "main".into(), path: "m.gguf".into() }
}

fn assert_nothing_left(home: &Path, id: &str) {
    let names: Vec<_> = fs::read_dir(home.join(id))
        .map(|entries| entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect())
        .unwrap_or_default();
    assert!(names.iter().all(|n: &String| n == ".lock"), "{names:?}");
}

#[test]
fn a_file_comes_whole_is_checked_and_is_not_fetched_twice() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(3_000_000);
    let server = Server::start(bytes.clone(), Manner::Good);
    let card = hub_card("m", &bytes);
    let events = run(config(&server.base), card.clone(), home.path());
    assert!(matches!(&events[0], FetchEventKind::Trying { source } if source.contains("me/mine")));
    assert!(events.iter().any(|e| matches!(e, FetchEventKind::Progress { total: Some(3_000_000), .. })));
    assert!(events.iter().any(|e| matches!(e, FetchEventKind::Verifying)));
    let FetchEventKind::Finished { path } = events.last().unwrap() else { panic!("{events:?}") };
    assert_eq!(fs::read(path).unwrap(), bytes);
    assert_eq!(server.requests()[0].path, "/me/mine/resolve/main/m.gguf");

    let again = run(config(&server.base), card.clone(), home.path());
    assert!(matches!(&again[..], [FetchEventKind::Finished { .. }]), "{again:?}");
    assert_eq!(server.requests().len(), 1);
    // The catalogue believes the note.
    fs::write(home.path().join("m.toml"), crate::server::to_toml(&card)).unwrap();
    let catalog = Catalog::load(home.path());
    assert!(catalog.problems().is_empty(), "{:?}", catalog.problems());
    let model = catalog.resolve("m", Makes::Text).unwrap();
    assert_eq!(model.sha256.as_deref(), Some(card.files[0].sha256.as_str()));
}

#[test]
fn a_connection_that_breaks_is_taken_up_where_it_broke() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(1_000_000);
    let server = Server::start(bytes.clone(), Manner::BreakAfter(300_000));
    let events = run(config(&server.base), hub_card("m", &bytes), home.path());
    assert!(matches!(events.last(), Some(FetchEventKind::Finished { .. })), "{events:?}");
    let starts: Vec<_> = server.requests().iter().map(|r| r.range_start).collect();
    assert_eq!(starts, [None, Some(300_000), Some(600_000), Some(900_000)]);
    assert!(server.requests()[1].if_range.as_deref() == Some("\"v1\""));
}

#[test]
fn a_file_that_changed_at_the_source_comes_anew() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(400_000);
    let server = Server::start(bytes.clone(), Manner::Good);
    let folder = home.path().join("m");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("m.gguf.part"), vec![0; 100_000]).unwrap();
    fs::write(folder.join("m.gguf.part.etag"), "\"v0\"").unwrap();
    let events = run(config(&server.base), hub_card("m", &bytes), home.path());
    assert!(matches!(events.last(), Some(FetchEventKind::Finished { .. })), "{events:?}");
    assert_eq!(server.requests().len(), 1, "the server saw the old tag and sent all");
}

#[test]
fn redirects_keep_the_range() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(400_000);
    let target = Server::start(bytes.clone(), Manner::Good);
    let server = Server::start(Vec::new(), Manner::Redirect(format!("{}/elsewhere", target.base)));
    let folder = home.path().join("m");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("m.gguf.part"), &bytes[..150_000]).unwrap();
    let events = run(config(&server.base), hub_card("m", &bytes), home.path());
    assert!(matches!(events.last(), Some(FetchEventKind::Finished { .. })), "{events:?}");
    assert_eq!(target.requests()[0].range_start, Some(150_000));
}

#[test]
fn a_server_without_ranges_sends_all_again() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(400_000);
    let server = Server::start(bytes.clone(), Manner::NoRanges);
    let folder = home.path().join("m");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("m.gguf.part"), vec![9; 150_000]).unwrap();
    let events = run(config(&server.base), hub_card("m", &bytes), home.path());
    assert!(matches!(events.last(), Some(FetchEventKind::Finished { .. })), "{events:?}");
}

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

#[test]
fn servers_that_do_not_deliver_are_told_each_with_a_line() {
    let bytes = content(200_000);
    for (manner, word) in [
        (Manner::Status(404), "HTTP 404"),
        (Manner::Status(500), "HTTP 500"),
        (Manner::Length(100), "100 bytes"),
        (Manner::Length(10_000_000), "10000000 bytes"),
        (Manner::TooMuch, "more than the 200000 bytes"),
        (Manner::Garbage, ""),
        (Manner::CloseAtOnce, ""),
    ] {
        let home = tempfile::tempdir().unwrap();
        let name = format!("{manner:?}");
        let server = Server::start(bytes.clone(), manner);
        let start = Instant::now();
        let events = run(config(&server.base), hub_card("m", &bytes), home.path());
        let Some(FetchEventKind::Failed(error)) = events.last() else { panic!("{name}: {events:?}") };
        let Cause::NoSourceAnswered { tried, .. } = error.cause() else { panic!("{name}: {error:?}") };
        assert!(tried.en.contains("me/mine") && tried.en.contains(word), "{name}: {tried:?}");
        assert_eq!(sources_failed(&events).len(), 1);
        assert_nothing_left(home.path(), "m");
        assert!(start.elapsed() < Duration::from_secs(10), "{name}: {:?}", start.elapsed());
    }
}

#[test]
fn a_body_that_ends_early_each_time_is_given_up_and_kept() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(200_000);
    let server = Server::start(bytes.clone(), Manner::AlwaysShort(50_000));
    let events = run(config(&server.base), hub_card("m", &bytes), home.path());
    let Some(FetchEventKind::Failed(error)) = events.last() else { panic!("{events:?}") };
    assert!(matches!(error.cause(), Cause::NoSourceAnswered { .. }), "{error:?}");
    assert_eq!(fs::metadata(home.path().join("m/m.gguf.part")).unwrap().len(), 50_000);
}

#[test]
fn servers_that_hang_are_left_in_time() {
    let bytes = content(200_000);
    for manner in [Manner::HangBeforeAnswer, Manner::HangInBody(0)] {
        let home = tempfile::tempdir().unwrap();
        let name = format!("{manner:?}");
        let server = Server::start(bytes.clone(), manner);
        let start = Instant::now();
        let events = run(config(&server.base), hub_card("m", &bytes), home.path());
        assert!(matches!(events.last(), Some(FetchEventKind::Failed(_))), "{name}: {events:?}");
        assert!(start.elapsed() < Duration::from_secs(12), "{name}: {:?}", start.elapsed());
    }
}

#[test]
fn a_server_that_hangs_in_the_middle_is_asked_again_for_the_rest() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(200_000);
    let server = Server::start(bytes.clone(), Manner::HangInBody(70_000));
    let events = run(config(&server.base), hub_card("m", &bytes), home.path());
    assert!(matches!(events.last(), Some(FetchEventKind::Finished { .. })), "{events:?}");
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_name_that_nobody_knows_is_skipped_within_seconds() {
    let home = tempfile::tempdir().unwrap();
    let config = FetchConfig { hub: "http://no-such-host.invalid".into(), ..FetchConfig::from_env() };
    let start = Instant::now();
    let events = run(config, hub_card("m", b"hello"), home.path());
    let Some(FetchEventKind::Failed(error)) = events.last() else { panic!("{events:?}") };
    assert!(matches!(error.cause(), Cause::NoSourceAnswered { .. }));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[test]
fn cancelling_is_obeyed_at_once_and_keeps_what_came() {
    let bytes = content(5_000_000);
    for (manner, part) in [(Manner::HangBeforeAnswer, 0), (Manner::HangInBody(700_000), 700_000), (Manner::Slow, 1)] {
        let home = tempfile::tempdir().unwrap();
        let name = format!("{manner:?}");
        let server = Server::start(bytes.clone(), manner);
        let config =
            FetchConfig { answer: Duration::from_secs(60), silence: Duration::from_secs(60), ..config(&server.base) };
        let wake = std::sync::Arc::new(|| {});
        let (fetcher, events) = Fetcher::start_with(config, hub_card("m", &bytes), home.path(), false, wake);
        std::thread::sleep(Duration::from_millis(700));
        let start = Instant::now();
        fetcher.cancel();
        let kinds = finish(&events);
        assert!(matches!(kinds.last(), Some(FetchEventKind::Cancelled)), "{name}: {kinds:?}");
        assert!(start.elapsed() < Duration::from_millis(500), "{name}: {:?}", start.elapsed());
        let kept = fs::metadata(home.path().join("m/m.gguf.part")).map_or(0, |m| m.len());
        assert!(kept >= part && kept < 5_000_000, "{name}: {kept}");
        let told = kinds.iter().rev().find_map(|kind| match kind {
            FetchEventKind::Progress { done, .. } => Some(*done),
            _ => None,
        });
        assert_eq!(told.unwrap_or(0), kept, "{name}: what is on the disk is what is told last");
    }
}

#[test]
fn dropping_the_handle_cancels() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(100);
    let server = Server::start(bytes.clone(), Manner::HangBeforeAnswer);
    let wake = std::sync::Arc::new(|| {});
    let (fetcher, events) = Fetcher::start_with(config(&server.base), hub_card("m", &bytes), home.path(), false, wake);
    assert_eq!(fetcher.id(), "m");
    std::thread::sleep(Duration::from_millis(200));
    let start = Instant::now();
    drop(fetcher);
    assert!(start.elapsed() < Duration::from_millis(600));
    assert!(matches!(finish(&events).last(), Some(FetchEventKind::Cancelled)));
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

/// A part of two models is on the disk once, and fetched once.
#[test]
fn a_file_that_another_model_brought_is_not_fetched_again() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(200_000);
    let server = Server::start(bytes.clone(), Manner::Good);
    run(config(&server.base), hub_card("one", &bytes), home.path());
    let events = run(config(&server.base), hub_card("two", &bytes), home.path());
    assert!(matches!(events.last(), Some(FetchEventKind::Finished { .. })), "{events:?}");
    assert_eq!(server.requests().len(), 1);
    for id in ["one", "two"] {
        fs::write(home.path().join(format!("{id}.toml")), crate::server::to_toml(&hub_card(id, &bytes))).unwrap();
    }
    let catalog = Catalog::load(home.path());
    for id in ["one", "two"] {
        assert!(matches!(catalog.presence(catalog.card(id).unwrap()), ModelPresence::Here { .. }), "{id}");
    }
    fs::remove_dir_all(home.path().join("one")).unwrap();
    assert_eq!(fs::read(home.path().join("two/m.gguf")).unwrap(), bytes, "each is whole without the other");
}

#[test]
fn offline_asks_nobody_but_takes_what_is_here() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(1000);
    let server = Server::start(bytes.clone(), Manner::Good);
    let start = |card| {
        let (_fetcher, events) =
            Fetcher::start_with(config(&server.base), card, home.path(), true, std::sync::Arc::new(|| {}));
        finish(&events)
    };
    let events = start(hub_card("m", &bytes));
    let Some(FetchEventKind::Failed(error)) = events.last() else { panic!("{events:?}") };
    assert_eq!(error.cause(), &Cause::Offline { id: "m".into() });
    assert_eq!(server.requests().len(), 0);
    // A whole part from before, and then a file that someone put there.
    fs::write(home.path().join("m/m.gguf.part"), &bytes).unwrap();
    assert!(matches!(start(hub_card("m", &bytes)).last(), Some(FetchEventKind::Finished { .. })));
    fs::remove_file(home.path().join("m/m.gguf.verified")).unwrap();
    assert!(matches!(start(hub_card("m", &bytes)).last(), Some(FetchEventKind::Finished { .. })));
    assert!(home.path().join("m/m.gguf.verified").exists());
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

#[test]
fn a_disk_that_is_too_small_is_told_before_anything_comes() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(content(10), Manner::Good);
    let mut card = hub_card("m", b"x");
    card.files[0].bytes = 1 << 50;
    let events = run(config(&server.base), card, home.path());
    let Some(FetchEventKind::Failed(error)) = events.last() else { panic!("{events:?}") };
    assert!(
        matches!(error.cause(), Cause::DiskFull { needed, free, .. } if *needed == 1 << 50 && *free > 0),
        "{error:?}"
    );
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let home = tempfile::tempdir().unwrap();
    let blocked = home.path().join("models");
    fs::write(&blocked, "").unwrap();
    let server = Server::start(content(10), Manner::Good);
    let events = run(config(&server.base), hub_card("m", &content(10)), &blocked);
    let Some(FetchEventKind::Failed(error)) = events.last() else { panic!("{events:?}") };
    assert!(matches!(error.cause(), Cause::Io { .. }), "{error:?}");
}

#[test]
fn two_windows_do_not_fetch_the_same_model() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(2_000_000);
    let server = Server::start(bytes.clone(), Manner::HangInBody(100_000));
    let wake = std::sync::Arc::new(|| {});
    let (first, _events) = Fetcher::start_with(config(&server.base), hub_card("m", &bytes), home.path(), false, wake);
    std::thread::sleep(Duration::from_millis(400));
    let events = run(config(&server.base), hub_card("m", &bytes), home.path());
    assert!(matches!(events.last(), Some(FetchEventKind::Failed(_))), "{events:?}");
    assert_eq!(server.requests().len(), 1);
    drop(first);
}

/// The killed program.
#[cfg(unix)]
#[test]
#[ignore = "the child of the test below"]
fn fetches_until_it_is_killed() {
    let (Some(home), Ok(base)) = (std::env::var_os("FETCH_KILL_HOME"), std::env::var("FETCH_KILL_BASE")) else {
        return;
    };
    run(config(&base), hub_card("m", &content(20_000_000)), Path::new(&home));
}

#[cfg(unix)]
#[test]
fn a_fetch_that_was_killed_goes_on_where_it_was() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(20_000_000);
    let slow = Server::start(bytes.clone(), Manner::Slow);
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["fetch_http::fetches_until_it_is_killed", "--exact", "--ignored"])
        .env("FETCH_KILL_HOME", home.path())
        .env("FETCH_KILL_BASE", &slow.base)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let part = home.path().join("m/m.gguf.part");
    let size = || fs::metadata(&part).map_or(0, |m| m.len());
    let start = Instant::now();
    while size() < 2_000_000 {
        assert!(start.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap(); // SIGKILL
    child.wait().unwrap();
    let kept = size();
    assert!(kept < 20_000_000);
    let card = hub_card("m", &bytes);
    fs::write(home.path().join("m.toml"), crate::server::to_toml(&card)).unwrap();
    let catalog = Catalog::load(home.path());
    assert_eq!(catalog.presence(&card), ModelPresence::Partial { bytes: kept });

    let server = Server::start(bytes.clone(), Manner::Good);
    let events = run(config(&server.base), card, home.path());
    let Some(FetchEventKind::Finished { path }) = events.last() else { panic!("{events:?}") };
    assert_eq!(fs::read(path).unwrap(), bytes);
    assert_eq!(server.requests()[0].range_start, Some(kept), "only the rest was asked for");
}
