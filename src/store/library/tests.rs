//! The library on a disk: names, times, what a scan finds, the trash.

use super::*;
use crate::domain::{ImageParams, Sampler, Seed};
use std::time::Duration;

fn record(prompt: &str, seed: u64) -> PictureRecord {
    PictureRecord {
        params: ImageParams {
            prompt: prompt.into(),
            negative: String::new(),
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
    }
}

fn picture() -> Picture {
    Picture { width: 64, height: 64, rgba: vec![128; 64 * 64 * 4] }
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_534_212 + seconds)
}

#[test]
fn names_tell_time_seed_and_prompt() {
    let home = tempfile::tempdir().unwrap();
    let item = save(home.path(), &picture(), &record("A red apple!", 42), at(0), &TimeZone::UTC).unwrap();
    let inside = item.path.strip_prefix(home.path()).unwrap();
    assert_eq!(inside, Path::new("2026-11-24/2026-11-24_153012_seed-42_a-red-apple.png"));
    assert_eq!(item.made_ms, 1_795_534_212_000);
    assert_eq!(scan(home.path(), &TimeZone::UTC), [item]);
}

#[test]
fn equal_names_are_numbered_and_nothing_is_overwritten() {
    let home = tempfile::tempdir().unwrap();
    let paths: Vec<_> =
        (0..5).map(|_| save(home.path(), &picture(), &record("cat", 1), at(0), &TimeZone::UTC).unwrap().path).collect();
    assert!(paths.iter().all(|p| p.exists()));
    assert!(paths[4].to_string_lossy().ends_with("_cat-5.png"));
}

#[test]
fn newest_first_and_broken_files_do_no_harm() {
    let home = tempfile::tempdir().unwrap();
    for (n, prompt) in ["one", "two", "three"].into_iter().enumerate() {
        save(home.path(), &picture(), &record(prompt, 1), at(n as u64 * 90_000), &TimeZone::UTC).unwrap();
    }
    fs::write(home.path().join("empty.png"), "").unwrap();
    fs::write(home.path().join("text.png"), "hello").unwrap();
    fs::write(home.path().join("notes.txt"), "hello").unwrap();
    fs::create_dir_all(home.path().join(".trash")).unwrap();
    fs::copy(scan(home.path(), &TimeZone::UTC)[0].path.clone(), home.path().join(".trash/gone.png")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(home.path(), home.path().join("circle")).unwrap();
    let items = scan(home.path(), &TimeZone::UTC);
    let prompts: Vec<_> = items.iter().map(|i| i.record.as_ref().unwrap().prompt.as_str()).collect();
    assert_eq!(prompts, ["three", "two", "one"]);
    assert_eq!(scan(&home.path().join("nowhere"), &TimeZone::UTC), []);
}

#[test]
fn a_second_walk_tells_what_came_changed_and_went_and_opens_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let save = |n| save(home.path(), &picture(), &record("cat", n), at(n), &TimeZone::UTC).unwrap();
    let (one, two) = (save(1), save(2));
    let first = rescan(home.path(), &TimeZone::UTC, Known::new());
    assert_eq!((first.came.len(), first.gone.len(), first.known.len()), (2, 0, 2));
    let same = rescan(home.path(), &TimeZone::UTC, first.known.clone());
    assert_eq!((same.came.len(), same.gone.len()), (0, 0));
    // One goes, one comes from elsewhere, one is written over.
    fs::remove_file(&one.path).unwrap();
    let large = Picture { width: 65, height: 64, rgba: vec![9; 65 * 64 * 4] };
    fs::write(&two.path, picture_files::encode_png(&large, None).unwrap()).unwrap();
    fs::write(home.path().join("other.png"), picture_files::encode_png(&picture(), None).unwrap()).unwrap();
    let next = rescan(home.path(), &TimeZone::UTC, same.known);
    let mut came: Vec<_> = next.came.iter().map(|i| (i.path.file_name().unwrap(), i.width)).collect();
    came.sort();
    assert_eq!(came, [(two.path.file_name().unwrap(), 65), ("other.png".as_ref(), 64)]);
    assert_eq!(next.gone, [one.path]);
    // What is no picture is looked at once.
    fs::write(home.path().join("text.png"), "hello").unwrap();
    let with = rescan(home.path(), &TimeZone::UTC, next.known);
    assert_eq!((with.came.len(), with.known.contains_key(&home.path().join("text.png"))), (0, true));
}

#[test]
fn the_newest_pictures_are_found_without_a_walk_through_all() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(newest(&home.path().join("nowhere"), &TimeZone::UTC, 3), []);
    for n in 0..5 {
        save(home.path(), &picture(), &record("cat", n), at(n * 50_000), &TimeZone::UTC).unwrap();
    }
    fs::create_dir(home.path().join("other")).unwrap();
    fs::write(home.path().join("2026-11-24/notes.txt"), "hello").unwrap();
    let seeds = |count| {
        let found = newest(home.path(), &TimeZone::UTC, count);
        found.into_iter().map(|item| item.record.unwrap().seed()).collect::<Vec<_>>()
    };
    assert_eq!((seeds(3), seeds(99)), (vec![4, 3, 2], vec![4, 3, 2, 1, 0]));
}

#[test]
fn deleting_is_undone() {
    let home = tempfile::tempdir().unwrap();
    let save = || save(home.path(), &picture(), &record("cat", 1), at(0), &TimeZone::UTC).unwrap();
    let item = save();
    trash(home.path(), &item.path).unwrap();
    assert!(!item.path.exists() && scan(home.path(), &TimeZone::UTC).is_empty());
    restore(home.path(), &item.path).unwrap();
    assert_eq!(scan(home.path(), &TimeZone::UTC), std::slice::from_ref(&item));

    // The same name deleted twice: both are kept, the newest comes back.
    trash(home.path(), &item.path).unwrap();
    fs::write(&item.path, "newer").unwrap();
    trash(home.path(), &item.path).unwrap();
    restore(home.path(), &item.path).unwrap();
    assert_eq!(fs::read(&item.path).unwrap(), b"newer");
    let kept = fs::read_dir(home.path().join(".trash/2026-11-24")).unwrap().count();
    assert_eq!(kept, 1);

    // Restoring never overwrites, and never twice.
    let error = restore(home.path(), &item.path).unwrap_err();
    assert!(matches!(error.cause(), Cause::Io { .. }), "{error:?}");
}

#[test]
fn only_the_librarys_own_files_can_be_deleted() {
    let home = tempfile::tempdir().unwrap();
    let library = home.path().join("library");
    fs::create_dir(&library).unwrap();
    let outside = home.path().join("precious.png");
    fs::write(&outside, "x").unwrap();
    for path in [outside.clone(), library.join("../precious.png"), library.clone()] {
        assert!(trash(&library, &path).is_err(), "{path:?}");
    }
    assert!(outside.exists());
    for path in [outside.clone(), library.join("../precious.png"), library.clone()] {
        assert!(purge(&library, &path).is_err(), "{path:?}");
    }
    assert!(outside.exists());
    let error = trash(&library, &library.join("missing.png")).unwrap_err();
    assert!(matches!(error.cause(), Cause::Io { doing: Doing::Deleting, .. }));
}

#[test]
fn two_thousand_files_are_listed() {
    let home = tempfile::tempdir().unwrap();
    let bytes = picture_files::encode_png(&picture(), Some(&record("a red apple", 42))).unwrap();
    for n in 0..2_000 {
        let folder = home.path().join(format!("2026-11-{:02}", n % 28 + 1));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("2026-11-{:02}_120000_seed-{n}_x.png", n % 28 + 1)), &bytes).unwrap();
    }
    let items = scan(home.path(), &TimeZone::UTC);
    assert_eq!(items.len(), 2_000);
}
