//! Fetching over HTTP, from a small server on this machine that can misbehave.

mod hashes;
mod servers;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use aigc_studio::catalog::{Catalog, FetchConfig, Fetcher};
use aigc_studio::domain::{FetchEventKind, Makes, ModelPresence, Source};
use aigc_studio::error::Cause;

use crate::server::{Manner, Server, card, config, content, finish, run};

/// Far below the silence of 60 s that a hanging server is allowed, and far above what a busy machine needs.
const FAR_BELOW_SILENCE: Duration = Duration::from_secs(20);

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
        assert!(start.elapsed() < FAR_BELOW_SILENCE, "{name}: {:?}", start.elapsed());
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
    drop(fetcher);
    assert!(matches!(finish(&events).last(), Some(FetchEventKind::Cancelled)));
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
