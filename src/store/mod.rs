//! The store: the only room that writes the person's files. One thread does all that must keep its order (pictures,
//! conversations, characters, settings, searches, the library's list); another decodes pictures for viewing, so that a
//! large one never delays a save.

mod aside;
mod atomic;
mod decoder;
mod desk;
mod dialects;
mod export;
mod journal;
mod journal_file;
mod latents;
mod layers;
mod library;
mod paths;
mod pending;
mod personas;
pub mod picture_files;
mod removal;
mod replay;
mod search;
mod settings;
mod svg;
mod tolerant;
mod toml_file;
mod trash;
mod worker;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crossbeam_channel::{Receiver, SendTimeoutError, Sender, bounded};

pub use atomic::{check_file, check_writable, is_stream};
pub use dialects::{Foreign, Program};
pub use latents::{ENDING as LATENTS_ENDING, encode as encode_latents, read as read_latents, save as save_latents};
pub use layers::{open_raster, write_each as write_layers};
pub use library::save as save_picture;
pub use paths::{HOME_VARIABLE, Paths};
pub use settings::{clamp as clamp_settings, load as load_settings, look as look_at_settings, save as save_settings};

use crate::domain::{Settings, StoreEvent, StoreRequest, Wake};
use crate::error::{Cause, Result, StudioError, said_by};
use crate::lang::Both;
use decoder::Decoder;
use worker::{Work, Worker};

/// Requests that may wait.
const QUEUE: usize = 4096;
/// Events that may wait for the window.
const EVENTS: usize = 4096;
/// Longest time that a request which must not be lost waits for room; too short to notice.
const PATIENCE: Duration = Duration::from_millis(20);
/// Largest side of a thumbnail.
pub const THUMBNAIL: u32 = 256;

/// The threads. Dropping it finishes and syncs everything that was asked for.
pub struct Store {
    requests: Option<Sender<Work>>,
    thread: Option<JoinHandle<()>>,
    decoder: Option<Decoder>,
    events: Events,
}

impl Store {
    /// Starts the threads. Events come out of the receiver; `wake` is called whenever one went in.
    pub fn start(paths: &Paths, settings: &Settings, wake: Wake) -> (Self, Receiver<StoreEvent>) {
        Self::open(paths, settings, wake, false)
    }

    /// The same; `read_only` refuses whatever would change the person's folders.
    pub fn open(paths: &Paths, settings: &Settings, wake: Wake, read_only: bool) -> (Self, Receiver<StoreEvent>) {
        let (sender, receiver) = bounded(EVENTS);
        let events = Events { sender, wake, closing: Arc::default(), unsaved: Arc::default(), refusal: Arc::default() };
        let (requests, queue) = bounded(QUEUE);
        let worker = Worker::new(paths, settings, events.clone(), read_only);
        let thread = thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || worker.run(&queue))
            .expect("the system starts threads");
        let decoder = Decoder::start(events.clone());
        (Self { requests: Some(requests), thread: Some(thread), decoder: Some(decoder), events }, receiver)
    }

    /// Queues a request; answers come as events. Never blocks for longer than a frame. Where even 4,096 waiting
    /// requests are not enough (a disk that hangs), the failure is an event: `PictureFailed` for a picture, which
    /// can then be sent again.
    pub fn send(&self, request: StoreRequest) {
        let request = match (request, &self.decoder) {
            (StoreRequest::Thumbnail(path), Some(decoder)) => return decoder.thumbnail(path),
            (StoreRequest::OpenFile(path), Some(decoder)) => return decoder.open(path),
            (StoreRequest::ViewPicture(path), Some(decoder)) => return decoder.view(path),
            (request, _) => request,
        };
        self.queue(Work::Request(Box::new(request)));
    }

    fn queue(&self, work: Work) {
        let Some(requests) = &self.requests else { return };
        let (work, cause) = match requests.send_timeout(work, PATIENCE) {
            Ok(()) => return,
            Err(SendTimeoutError::Timeout(work)) => (work, Cause::QueueFull { waiting: QUEUE }),
            Err(SendTimeoutError::Disconnected(work)) => (work, Cause::EngineGone),
        };
        self.events.try_tell(match work {
            Work::Request(request) => failed(&request, cause.into()),
            _ => StoreEvent::Failed(None, cause.into()),
        });
    }

    /// Whether something of the person's could not be written and is in memory alone.
    pub fn has_unsaved(&self) -> bool {
        self.events.unsaved.load(Ordering::Acquire)
    }

    /// Why what is in memory alone was refused last.
    pub fn refusal(&self) -> Option<StudioError> {
        self.events.refusal.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until everything sent so far is on the disk; false when that took longer than `patience`.
    pub fn flush(&self, patience: Duration) -> bool {
        let (done, wait) = bounded(1);
        self.queue(Work::Flush(done));
        wait.recv_timeout(patience).is_ok()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Nobody reads events any more: from here on they may be lost, requests may not.
        self.events.closing.store(true, Ordering::Release);
        self.decoder = None;
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// How a request's failure is reported.
fn failed(request: &StoreRequest, error: StudioError) -> StoreEvent {
    match request {
        StoreRequest::SavePicture { job, index, .. } => StoreEvent::PictureFailed { job: *job, index: *index, error },
        StoreRequest::Thumbnail(path) => StoreEvent::NoThumbnail { path: path.clone(), error: Some(error) },
        StoreRequest::ViewPicture(path) => StoreEvent::Viewed { path: path.clone(), picture: Err(error) },
        StoreRequest::SavePersona { id, .. } => StoreEvent::PersonaFailed { id: id.clone(), error },
        _ => StoreEvent::Failed(request.about().room, error),
    }
}

/// Sends events.
#[derive(Clone)]
struct Events {
    sender: Sender<StoreEvent>,
    wake: Wake,
    closing: Arc<AtomicBool>,
    unsaved: Arc<AtomicBool>,
    /// Of the last write that left something in memory alone.
    refusal: Arc<Mutex<Option<StudioError>>>,
}

impl Events {
    /// Sends what must arrive: waits for room, unless the program ends.
    fn tell(&self, event: StoreEvent) {
        let mut event = event;
        while !self.closing.load(Ordering::Acquire) {
            match self.sender.send_timeout(event, Duration::from_millis(50)) {
                Ok(()) => return (self.wake)(),
                Err(SendTimeoutError::Timeout(back)) => event = back,
                Err(SendTimeoutError::Disconnected(_)) => return,
            }
            (self.wake)();
        }
        let _ = self.sender.try_send(event);
    }

    /// Whether something could not be written, for whoever wants to close the window; returns whether it was so before.
    fn unsaved(&self, unsaved: bool) -> bool {
        self.unsaved.swap(unsaved, Ordering::AcqRel)
    }

    /// Notes why something is in memory alone.
    fn refused(&self, error: &StudioError) {
        *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
    }

    /// From the window's own thread: never waits.
    fn try_tell(&self, event: StoreEvent) {
        if let Err(error) = self.sender.try_send(event) {
            tracing::error!("news from the store was lost: {error}");
        }
        (self.wake)();
    }
}

/// Runs `work`; a panic in it is an error, not the end of the thread.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        Err({
            let said = said_by(&*panic);
            let what = Both::new(format!("the store stopped unexpectedly: {said}"), "存储线程意外停止");
            StudioError::other(what).with_details(said)
        })
    })
}

/// Milliseconds since 1970 UTC.
fn disk_time_ms(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
    }
}

/// Writes text or picture bytes at a path that the person chose: over the file that is there, or into the device or
/// pipe. May wait for a pipe's reader: not for the window's threads.
///
/// # Errors
/// The disk is full, or the folder cannot be written to.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    atomic::write_anywhere(path, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ConversationId;

    #[test]
    fn a_panic_is_one_failure_and_the_thread_lives_on() {
        let home = tempfile::tempdir().unwrap();
        let (store, events) = Store::start(&Paths::below(home.path()), &Settings::default(), Arc::new(|| {}));
        store.queue(Work::Panic);
        store.send(StoreRequest::LoadConversation(ConversationId("nowhere".into())));
        let next = || match events.recv_timeout(Duration::from_secs(10)).unwrap() {
            StoreEvent::Failed(_, error) => error,
            other => panic!("{other:?}"),
        };
        assert!(next().summary(crate::lang::Lang::En).contains("as asked"));
        assert!(matches!(next().cause(), Cause::FileMissing { .. }));
    }

    #[test]
    fn times_before_1970_are_negative() {
        assert_eq!(disk_time_ms(UNIX_EPOCH - Duration::from_millis(5)), -5);
        assert_eq!(disk_time_ms(UNIX_EPOCH + Duration::from_millis(5)), 5);
    }
}
