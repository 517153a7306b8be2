//! What a panic leaves on the disk. The test runs its own binary again as the program that panics.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aigc_studio::domain::{
    EventKind, ImageParams, ImageRequest, JobId, ModelFiles, ModelRef, Outcome, PictureTask, StoreEvent, StoreRequest,
    Task,
};
use aigc_studio::engine::{Backend, Backends, CancelToken, Engine, Reporter, Stop};
use aigc_studio::logs::{Log, listen, report_panics};
use aigc_studio::store::{Paths, Store};

const HOME: &str = "PANIC_HOME";
const SOON: Duration = Duration::from_secs(20);

/// Panics with what must not be in a report.
struct Broken(PathBuf);

impl Backend for Broken {
    type Task = PictureTask;

    fn run(&mut self, task: &PictureTask, _: &Reporter, _: &CancelToken) -> Result<Outcome, Stop> {
        let PictureTask::Generate(request) = task else { return Err(Stop::Cancelled) };
        the_brush_breaks(&self.0, &request.params.prompt)
    }
}

#[inline(never)]
fn the_brush_breaks(home: &Path, prompt: &str) -> ! {
    panic!("the brush broke at {prompt:?}: {}", home.join("My cats.png").display())
}

/// The program: a lane panics, which ends the job and not the lane.
#[test]
#[ignore = "the child of the test below"]
fn a_lane_panics() {
    let Some(home) = std::env::var_os(HOME).map(PathBuf::from) else { return };
    let log = Log::new(Some(home.clone()));
    listen(&log);
    report_panics(&log, Some(Paths::below(&home).logs()), Instant::now());
    tracing::warn!("the last line, about {}", home.join("My cats.png").display());
    let (engine, events) = Engine::start(vec![Backends::one(Broken(home))], Arc::new(|| {}));
    for id in 1..=2 {
        let params = ImageParams { prompt: "a secret garden".into(), ..Default::default() };
        let model = ModelRef { id: "test".into(), files: ModelFiles::Embedded, sha256: None };
        let request = ImageRequest { params, model, seed: 1, layers: false, strict: false };
        let _job = engine.submit(JobId(id), Task::from(request)).unwrap();
        let ending = std::iter::from_fn(|| events.recv_timeout(SOON).ok()).find(|event| event.kind.is_ending());
        assert!(matches!(ending.unwrap().kind, EventKind::Failed(_)));
    }
}

#[test]
fn a_panic_is_reported_without_anything_of_the_person() {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["panics::a_lane_panics", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(HOME, home.path())
        .env_remove("AIGC_STUDIO_LOG")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert!(stderr.contains("panicked at"), "stderr is told too: {stderr}");
    let logs = Paths::below(home.path()).logs();
    let reports: Vec<PathBuf> = std::fs::read_dir(&logs).unwrap().flatten().map(|entry| entry.path()).collect();
    assert!(!reports.is_empty() && reports.len() <= 2, "{reports:?}");
    let text = std::fs::read_to_string(&reports[0]).unwrap();
    for part in [
        &format!("AIGC Studio {}", env!("CARGO_PKG_VERSION")),
        std::env::consts::OS,
        std::env::consts::ARCH,
        "thread: engine-picture",
        "where: tests/files/panics.rs:",
        "what: the brush broke at \"…\": …",
        "the_brush_breaks",
        "lines of the log:",
        "the last line, about …",
    ] {
        assert!(text.contains(part), "no {part:?} in: {text}");
    }
    for secret in [home.path().to_str().unwrap(), "My cats", "cats.png", "garden", env!("CARGO_MANIFEST_DIR")] {
        assert!(!text.contains(secret), "{secret:?} is in: {text}");
    }
}

#[test]
fn the_store_offers_a_report_until_it_is_seen() {
    let home = tempfile::tempdir().unwrap();
    let paths = Paths::below(home.path());
    std::fs::create_dir_all(paths.logs()).unwrap();
    let report = paths.logs().join("panic-2026-11-30T10-05-00.000Z.txt");
    std::fs::write(&report, "what: the brush broke").unwrap();
    std::fs::write(paths.logs().join("running"), "2026-11-30T10-00-00.000Z").unwrap();
    let (store, events) = Store::start(&paths, &Default::default(), Arc::new(|| {}));
    let next = || events.recv_timeout(SOON).unwrap();
    store.send(StoreRequest::BeginRun);
    let StoreEvent::ReportLeft(left) = next() else { panic!() };
    assert!(left.path == report && left.ended, "{left:?}");
    store.send(StoreRequest::ReadReport(report.clone()));
    assert!(matches!(next(), StoreEvent::ReportRead { text, .. } if text.contains("the brush broke")));
    store.send(StoreRequest::ReportSeen(report.clone()));
    store.send(StoreRequest::EndRun);
    // Nothing is offered any more: the next answer is another one's.
    store.send(StoreRequest::BeginRun);
    store.send(StoreRequest::ReadReport(report.clone()));
    assert!(matches!(next(), StoreEvent::Failed(None, _)));
    assert!(!report.exists() && report.with_extension("seen.txt").exists());
}
