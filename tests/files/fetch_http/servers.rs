//! Servers that break off, redirect, hang or deliver something else: what is taken up, and what is given up.

use std::fs;
use std::time::{Duration, Instant};

use aigc_studio::catalog::FetchConfig;
use aigc_studio::domain::FetchEventKind;
use aigc_studio::error::Cause;

use super::{assert_nothing_left, hub_card};
use crate::server::{Manner, Server, config, content, run, sources_failed};

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
