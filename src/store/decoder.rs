//! The thread that decodes pictures for viewing.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, select_biased};

use super::{Events, THUMBNAIL, guarded, latents, picture_files};
use crate::domain::StoreEvent;
use crate::error::{Cause, Doing, StudioError};
use crate::lang::Both;
use crate::writing::cards::{Imported, World, is_card};
use crate::writing::chats::Chats;
use crate::writing::import::{self, Opened};

/// Thumbnails that may wait: more than fit on a screen.
const THUMBNAILS: usize = 128;
const OPENS: usize = 16;

/// A file that is waited for.
enum Wish {
    /// For whatever it brings.
    Open(PathBuf),
    /// For its pixels.
    View(PathBuf),
}

/// Its queues. Dropping it ends the thread after its current picture; what waits is forgotten, for nobody looks.
pub struct Decoder {
    opens: Option<Sender<Wish>>,
    thumbnails: Option<Sender<PathBuf>>,
    /// The other end of `thumbnails`, to drop the oldest wish: it has been scrolled away.
    oldest: Receiver<PathBuf>,
    thread: Option<JoinHandle<()>>,
    events: Events,
}

impl Decoder {
    /// Starts the thread; its pictures are sent as `events`.
    pub fn start(events: Events) -> Self {
        let (opens, open_queue) = bounded(OPENS);
        let (thumbnails, thumbnail_queue) = bounded::<PathBuf>(THUMBNAILS);
        let oldest = thumbnail_queue.clone();
        let out = events.clone();
        let work = move || {
            let closing = || out.closing.load(std::sync::atomic::Ordering::Acquire);
            loop {
                select_biased! {
                    recv(open_queue) -> wish => match wish {
                        Ok(Wish::Open(path)) if !closing() => out.tell(open(path)),
                        Ok(Wish::View(path)) if !closing() => out.tell(view(path)),
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

    /// Queues a file that a person opens.
    pub fn open(&self, path: PathBuf) {
        let Some(opens) = &self.opens else { return };
        if opens.try_send(Wish::Open(path)).is_err() {
            self.events.try_tell(StoreEvent::OpenFailed(Cause::QueueFull { waiting: OPENS }.into()));
        }
    }

    /// Queues a picture to be viewed in full.
    pub fn view(&self, path: PathBuf) {
        let Some(opens) = &self.opens else { return };
        if let Err(TrySendError::Full(Wish::View(path))) = opens.try_send(Wish::View(path)) {
            let full = Cause::QueueFull { waiting: OPENS };
            self.events.try_tell(StoreEvent::Viewed { path, picture: Err(full.into()) });
        }
    }

    /// Queues a thumbnail; where too many wait, the oldest request is dropped.
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
    if path.is_dir() {
        return StoreEvent::FolderOpened(path);
    }
    if latents::is_latents(&path) {
        return match guarded(|| latents::read(&path)) {
            Ok(latents) => StoreEvent::LatentsOpened { latents },
            Err(error) => StoreEvent::OpenFailed(error),
        };
    }
    if let Some(event) = imported(&path) {
        return event;
    }
    let opened = guarded(|| {
        let record = picture_files::read_head_of(&path)?.and_then(|head| head.record());
        Ok((picture_files::open(&path)?, record))
    });
    match opened {
        Ok((picture, record)) => StoreEvent::Opened { path, picture: Arc::new(picture), record },
        Err(error) => StoreEvent::OpenFailed(error),
    }
}

fn view(path: PathBuf) -> StoreEvent {
    let picture = guarded(|| picture_files::open(&path)).map(Arc::new);
    StoreEvent::Viewed { path, picture }
}

/// Endings of chats and cards as texts, and of pictures that can hold a card.
const TEXTS: [&str; 4] = ["json", "jsonl", "md", "txt"];
const PICTURES: [&str; 2] = ["png", "webp"];

/// What a file of another program is, where it holds chats or a character card; a picture does only with a card inside.
fn imported(path: &Path) -> Option<StoreEvent> {
    let ending = path.extension()?.to_string_lossy().to_lowercase();
    let text = TEXTS.contains(&ending.as_str());
    if !text && !PICTURES.contains(&ending.as_str()) {
        return None;
    }
    let read = guarded(|| {
        let failed = |e: std::io::Error| StudioError::io(Doing::Reading, path, &e);
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(import::MAX_FILE as u64 + 1).read_to_end(&mut bytes))
            .map_err(failed)?;
        Ok(bytes)
    });
    let bytes = match read {
        Ok(bytes) => bytes,
        // A picture's own way of opening says it better.
        Err(error) => return text.then_some(StoreEvent::OpenFailed(error)),
    };
    if !text && !is_card(&bytes) {
        return None;
    }
    Some(match guarded(|| import::open(&bytes)) {
        Ok(Opened::Card(card)) => {
            let Imported { mut persona, mut left_out } = *card;
            if !text && persona.avatar.is_none() {
                match guarded(|| picture_files::encode_png(&picture_files::open(path)?, None)) {
                    Ok(picture) => persona.avatar = Some(picture),
                    Err(_) => left_out.push(Both::new("its picture", "它的图片")),
                }
            }
            StoreEvent::PersonaOpened { persona: Box::new(persona), left_out }
        }
        Ok(Opened::World(World { name, cards, left_out })) => StoreEvent::WorldOpened { name, cards, left_out },
        Ok(Opened::Chats(Chats { chats, left_out })) => StoreEvent::ChatsOpened { chats, left_out },
        Err(error) => StoreEvent::OpenFailed(of_file(path, error)),
    })
}

/// Files of other programs are read as bytes: which one it was is said here.
fn of_file(path: &Path, error: StudioError) -> StudioError {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    match error.cause() {
        Cause::BadImport { reason } => {
            let reason =
                Both::new(format!("\u{201c}{name}\u{201d}: {}", reason.en), format!("“{name}”：{}", reason.zh));
            Cause::BadImport { reason }.into()
        }
        _ => error,
    }
}

fn thumbnail(path: PathBuf) -> StoreEvent {
    match guarded(|| picture_files::thumbnail(Path::new(&path), THUMBNAIL)) {
        Ok(picture) => StoreEvent::Thumbnail { path, picture: Arc::new(picture) },
        Err(error) => StoreEvent::NoThumbnail { path, error: Some(error) },
    }
}
