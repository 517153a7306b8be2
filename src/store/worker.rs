//! The store's thread: takes requests in order, and uses idle moments for the library's list and for syncing.

mod requests;
mod scans;
mod unsaved;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError};
use jiff::tz::TimeZone;

use super::journal::Journals;
use super::library::{Known, Scan};
use super::pending::Pending;
use super::personas::Personas;
use super::search::Search;
use super::{Events, Paths, guarded};
use crate::domain::{Desk, LibraryItem, Persona, PersonaId, Room, Settings, StoreEvent, StoreRequest};
use crate::error::Result;

/// A slice of the library's list: requests wait at most this long for it.
const SLICE: Duration = Duration::from_millis(20);
/// How soon what could not be written is tried again.
const RETRY: Duration = Duration::from_secs(2);

/// What waits in the thread's queue.
pub enum Work {
    Request(Box<StoreRequest>),
    /// Answers once everything before it is on the disk.
    Flush(Sender<()>),
    /// A bug, as far as the thread can tell.
    #[cfg(test)]
    Panic,
}

pub struct Worker {
    settings_file: PathBuf,
    desk_file: PathBuf,
    logs: PathBuf,
    /// Another window has the folders: nothing is changed.
    read_only: bool,
    library: PathBuf,
    journals: Journals,
    personas: Personas,
    zone: TimeZone,
    events: Events,
    scan: Option<Running>,
    /// A walk through the pictures that were deleted.
    trash_scan: Option<Scan>,
    /// The library's files as the window knows them.
    known: Known,
    search: Option<Search>,
    /// A conversation could not be written: reported once, until it works again.
    journal_failed: bool,
    /// Settings and characters that could not be written, newest of each.
    unsaved_settings: Option<Box<Settings>>,
    unsaved_desk: Option<Box<Desk>>,
    unsaved_personas: BTreeMap<PersonaId, Persona>,
    /// Pictures that the library did not take.
    pending: Pending,
    retried: Instant,
}

/// A scan of the library that is under way, and what happened meanwhile.
struct Running {
    scan: Scan,
    /// Only what has changed is reported.
    again: bool,
    extra: Vec<LibraryItem>,
    gone: Vec<PathBuf>,
}

impl Worker {
    pub fn new(paths: &Paths, settings: &Settings, events: Events, read_only: bool) -> Self {
        Self {
            settings_file: paths.settings().to_owned(),
            desk_file: paths.desk(),
            logs: paths.logs(),
            read_only,
            library: paths.library(settings),
            journals: Journals::new(paths.conversations()).read_only(read_only),
            personas: Personas::new(paths.personas()),
            zone: TimeZone::system(),
            events,
            scan: None,
            trash_scan: None,
            known: Known::new(),
            search: None,
            journal_failed: false,
            unsaved_settings: None,
            unsaved_desk: None,
            unsaved_personas: BTreeMap::new(),
            pending: Pending::new(paths.unsaved()),
            retried: Instant::now(),
        }
    }

    /// Works until the queue is closed and empty; then everything is on the disk.
    pub fn run(mut self, queue: &Receiver<Work>) {
        if !self.read_only {
            self.pending.find();
            if let Err(error) = self.retry_pictures() {
                self.events.tell(StoreEvent::Failed(Some(Room::Gallery), error));
            }
        }
        loop {
            match queue.try_recv() {
                Ok(work) => {
                    self.serve(work);
                    self.sync_due();
                    self.note_unsaved();
                    continue;
                }
                Err(TryRecvError::Disconnected) => break,
                Err(TryRecvError::Empty) => {}
            }
            self.sync_due();
            if self.retried.elapsed() >= RETRY {
                self.retry();
            }
            self.note_unsaved();
            // The person waits for what was searched; the library's list can wait.
            if self.search.is_some() {
                self.search_on();
                continue;
            }
            if self.scan.is_some() {
                self.scan_on();
                continue;
            }
            if self.trash_scan.is_some() {
                self.trash_scan_on();
                continue;
            }
            let pause = if self.has_unsaved() || !self.pending.is_empty() {
                RETRY
            } else {
                self.journals.next_sync().map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()))
            };
            match wait(queue, pause) {
                Ok(work) => self.serve(work),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.retry();
        if let Err(error) = self.journals.sync_all() {
            tracing::error!("a conversation could not be written at the end: {}", error.kind());
        }
        if self.unsaved_settings.is_some() || self.unsaved_desk.is_some() || !self.unsaved_personas.is_empty() {
            tracing::error!("settings, drafts or characters could not be written at the end");
        }
        if self.pending.is_in_memory() {
            tracing::error!("pictures could not be saved at the end");
        }
    }

    /// One piece of work, to its event. A panic in it is its failure.
    fn serve(&mut self, work: Work) {
        // Only what names the request in a failure is needed after it is gone.
        let request = match &work {
            Work::Request(request) => Some(&**request),
            _ => None,
        };
        let room = request.and_then(|request| request.about().room);
        let label = match request {
            Some(StoreRequest::SavePicture { job, index, .. }) => Some((*job, *index)),
            _ => None,
        };
        let outcome = guarded(|| match work {
            Work::Request(request) => self.handle(*request),
            Work::Flush(done) => self.flush(&done),
            #[cfg(test)]
            Work::Panic => panic!("as asked"),
        });
        if let Err(error) = outcome {
            self.events.tell(match label {
                Some((job, index)) => StoreEvent::PictureFailed { job, index, error },
                None => StoreEvent::Failed(room, error),
            });
        }
    }

    fn flush(&mut self, done: &Sender<()>) -> Result<()> {
        let outcome = self.journals.sync_all();
        let outcome = self.note_journal(outcome);
        self.retry();
        self.note_unsaved();
        let _ = done.try_send(());
        outcome
    }
}

fn wait(queue: &Receiver<Work>, pause: Duration) -> std::result::Result<Work, RecvTimeoutError> {
    if pause == Duration::MAX {
        return queue.recv().map_err(|_| RecvTimeoutError::Disconnected);
    }
    queue.recv_timeout(pause)
}
