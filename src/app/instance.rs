//! One window per home folder: the first holds a lock; a later start hands over its file and ends.
//!
//! The lock is the system's own on an open file: it goes with the process that holds it, however that ends. What is
//! handed over is a small file in a folder beside it. The first window takes the file away, and that is its answer.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::domain::Wake;

/// How long a first window has to answer: it may still be opening.
pub const PATIENCE: Duration = Duration::from_secs(6);
/// How often the files of others are looked for.
const LOOK: Duration = Duration::from_millis(250);
/// A call that is older was left by a start that was killed.
const OLD: Duration = Duration::from_secs(60);
const ENDING: &str = "call";

/// What a start of the program does next.
#[derive(Debug)]
pub enum Claim {
    /// It is the only window.
    First(Arc<Instance>),
    /// Another window took over.
    HandedOver,
    /// Another window is there and does not answer.
    ReadOnly,
}

/// The only window of a home, as long as it lives.
#[derive(Debug)]
pub struct Instance {
    folder: PathBuf,
    /// `None` where the file system has no locks, or the folder cannot be written to.
    _lock: Option<File>,
}

/// Claims the home whose window folder this is; `open` is the file that the window is to open.
pub fn claim(folder: &Path, open: Option<&Path>, patience: Duration) -> Claim {
    let first = |lock| Claim::First(Arc::new(Instance { folder: folder.to_owned(), _lock: lock }));
    let file = fs::create_dir_all(folder)
        .and_then(|()| File::options().create(true).truncate(false).write(true).open(folder.join("lock")));
    let lock = match file {
        Ok(file) => file,
        Err(error) => {
            tracing::warn!("no lock for the window: {error}");
            return first(None);
        }
    };
    match lock.try_lock() {
        Ok(()) => return first(Some(lock)),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => {
            tracing::warn!("no lock for the window: {error}");
            return first(None);
        }
    }
    let call = match call(folder, open) {
        Ok(call) => call,
        Err(error) => {
            tracing::warn!("the other window cannot be called: {error}");
            return Claim::ReadOnly;
        }
    };
    let until = Instant::now() + patience;
    loop {
        if !call.exists() {
            return Claim::HandedOver;
        }
        // It has ended meanwhile.
        if lock.try_lock().is_ok() {
            let _ = fs::remove_file(&call);
            return first(Some(lock));
        }
        if Instant::now() >= until {
            // Whoever takes the file away decides.
            return if fs::remove_file(&call).is_ok() { Claim::ReadOnly } else { Claim::HandedOver };
        }
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// Leaves word for the first window.
fn call(folder: &Path, open: Option<&Path>) -> std::io::Result<PathBuf> {
    let open = open.map(std::path::absolute).transpose()?;
    let mut file = tempfile::Builder::new().prefix("new-").tempfile_in(folder)?;
    file.write_all(open.as_deref().map(bytes_of).unwrap_or_default())?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    let path = folder.join(format!("{now}-{}.{ENDING}", std::process::id()));
    file.persist(&path).map_err(|e| e.error)?;
    Ok(path)
}

#[cfg(unix)]
fn bytes_of(path: &Path) -> &[u8] {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str())
}

#[cfg(unix)]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(<std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes))
}

#[cfg(not(unix))]
fn bytes_of(path: &Path) -> &[u8] {
    path.to_str().unwrap_or_default().as_bytes()
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(String::from_utf8(bytes).unwrap_or_default())
}

/// Hears the calls of later starts. Dropping it ends its thread.
pub struct Calls {
    pub waiting: Receiver<PathBuf>,
    over: Arc<AtomicBool>,
    _instance: Arc<Instance>,
}

impl Calls {
    pub fn listen(instance: Arc<Instance>, wake: Wake) -> Self {
        let (sender, waiting) = bounded(16);
        let over = Arc::new(AtomicBool::new(false));
        let (folder, ends) = (instance.folder.clone(), over.clone());
        let work = move || {
            while !ends.load(Ordering::Acquire) {
                if look(&folder, &sender) {
                    wake();
                }
                std::thread::sleep(LOOK);
            }
        };
        if let Err(error) = std::thread::Builder::new().name("calls".to_owned()).spawn(work) {
            tracing::error!("no thread for later starts: {error}");
        }
        Self { waiting, over, _instance: instance }
    }

    /// The next call: what is to be opened, if anything. A start that gave up has taken its call back.
    pub fn take(&self) -> Option<Option<PathBuf>> {
        loop {
            let call = self.waiting.try_recv().ok()?;
            let bytes = fs::read(&call);
            if let (Ok(bytes), Ok(())) = (bytes, fs::remove_file(&call)) {
                return Some((!bytes.is_empty()).then(|| path_of(bytes)));
            }
        }
    }
}

impl Drop for Calls {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
    }
}

/// Passes calls on until they are taken; whether there was one. A repeated call is taken once.
fn look(folder: &Path, sender: &Sender<PathBuf>) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    let calls = entries.flatten().filter(|entry| entry.path().extension().is_some_and(|e| e == ENDING));
    let mut any = false;
    for entry in calls {
        let age = entry.metadata().and_then(|about| about.modified()).ok().and_then(|at| at.elapsed().ok());
        if age.is_some_and(|age| age > OLD) {
            let _ = fs::remove_file(entry.path());
        } else {
            any |= sender.try_send(entry.path()).is_ok();
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(claim: Claim) -> Arc<Instance> {
        match claim {
            Claim::First(instance) => instance,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_second_start_hands_its_file_over_and_the_first_answers() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("window");
        let instance = first(claim(&folder, None, PATIENCE));
        let calls = Calls::listen(instance.clone(), Arc::new(|| {}));
        for open in [Some(Path::new("/pictures/a cat 猫.png")), None] {
            #[expect(clippy::disallowed_methods, reason = "a test ends its thread")]
            let second = std::thread::spawn({
                let (folder, open) = (folder.clone(), open.map(Path::to_owned));
                move || claim(&folder, open.as_deref(), PATIENCE)
            });
            let until = Instant::now() + PATIENCE;
            let call = loop {
                if let Some(call) = calls.take() {
                    break call;
                }
                assert!(Instant::now() < until);
                std::thread::sleep(Duration::from_millis(10));
            };
            assert_eq!(call.as_deref(), open);
            assert!(matches!(second.join().unwrap(), Claim::HandedOver));
        }
        // The lock goes with whoever holds it.
        drop((calls, instance));
        first(claim(&folder, None, Duration::ZERO));
    }

    #[test]
    fn a_first_window_that_does_not_answer_leaves_a_second_one_that_only_shows() {
        let home = tempfile::tempdir().unwrap();
        let instance = first(claim(home.path(), None, PATIENCE));
        assert!(matches!(claim(home.path(), None, Duration::from_millis(60)), Claim::ReadOnly));
        let left = fs::read_dir(home.path()).unwrap().count();
        assert_eq!(left, 1, "its call is taken back");
        drop(instance);
    }

    #[test]
    fn what_a_killed_program_left_blocks_nobody() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("lock"), "").unwrap();
        let old = home.path().join("1-1.call");
        fs::write(&old, "/gone.png").unwrap();
        let file = File::options().write(true).open(&old).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
        let instance = first(claim(home.path(), None, Duration::ZERO));
        let calls = Calls::listen(instance, Arc::new(|| {}));
        let until = Instant::now() + PATIENCE;
        while old.exists() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(!old.exists());
        assert_eq!(calls.take(), None);
    }
}
