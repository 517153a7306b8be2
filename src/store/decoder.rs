//! The thread that decodes pictures for viewing.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, select_biased};

use super::{Events, THUMBNAIL, guarded, latents, png};
use crate::domain::StoreEvent;
use crate::error::Cause;

/// Thumbnails that may wait: more than fit on a screen.
const THUMBNAILS: usize = 128;
const OPENS: usize = 16;

/// Its queues. Dropping it ends the thread after its current picture; what waits is forgotten, for nobody looks.
pub struct Decoder {
    opens: Option<Sender<PathBuf>>,
    thumbnails: Option<Sender<PathBuf>>,
    /// The other end of `thumbnails`, to drop the oldest wish: it has been scrolled away.
    oldest: Receiver<PathBuf>,
    thread: Option<JoinHandle<()>>,
    events: Events,
}

impl Decoder {
    pub fn start(events: Events) -> Self {
        let (opens, open_queue) = bounded(OPENS);
        let (thumbnails, thumbnail_queue) = bounded::<PathBuf>(THUMBNAILS);
        let oldest = thumbnail_queue.clone();
        let out = events.clone();
        let work = move || {
            let closing = || out.closing.load(std::sync::atomic::Ordering::Acquire);
            loop {
                select_biased! {
                    recv(open_queue) -> path => match path {
                        Ok(path) if !closing() => out.tell(open(path)),
                        _ => return,
                    },
                    recv(thumbnail_queue) -> path => match path {
                        Ok(path) if !closing() => out.tell(thumbnail(path)),
                        _ => return,
                    },
                }
            }
        };
        let thread = thread::Builder::new().name("store-decode".to_owned()).spawn(work);
        let thread = Some(thread.expect("the system starts threads"));
        Self { opens: Some(opens), thumbnails: Some(thumbnails), oldest, thread, events }
    }

    pub fn open(&self, path: PathBuf) {
        let Some(opens) = &self.opens else { return };
        if opens.try_send(path).is_err() {
            self.events.try_tell(StoreEvent::Failed(Cause::QueueFull { waiting: OPENS }.into()));
        }
    }

    pub fn thumbnail(&self, path: PathBuf) {
        let Some(thumbnails) = &self.thumbnails else { return };
        let mut path = path;
        while let Err(TrySendError::Full(back)) = thumbnails.try_send(path) {
            path = back;
            if let Ok(path) = self.oldest.try_recv() {
                self.events.try_tell(StoreEvent::NoThumbnail { path, error: None });
            }
        }
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        self.opens = None;
        self.thumbnails = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn open(path: PathBuf) -> StoreEvent {
    if latents::is_latents(&path) {
        return match guarded(|| latents::read(&path)) {
            Ok(latents) => StoreEvent::LatentsOpened { latents },
            Err(error) => StoreEvent::Failed(error),
        };
    }
    let opened = guarded(|| {
        let record = png::read_head_of(&path)?.and_then(|head| head.record());
        Ok((png::open(&path)?, record))
    });
    match opened {
        Ok((picture, record)) => StoreEvent::Opened { path, picture: Arc::new(picture), record },
        Err(error) => StoreEvent::Failed(error),
    }
}

fn thumbnail(path: PathBuf) -> StoreEvent {
    match guarded(|| png::thumbnail(Path::new(&path), THUMBNAIL)) {
        Ok(picture) => StoreEvent::Thumbnail { path, picture: Arc::new(picture) },
        Err(error) => StoreEvent::NoThumbnail { path, error: Some(error) },
    }
}
