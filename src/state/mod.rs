//! The whole state of the program as plain data, the commands that views may give, and [`update`], the one function
//! that changes it. Pure: no clock, no dice, no files. Time and randomness are fields that the app fills in.

mod advice;
mod ask;
mod command;
mod create;
mod desk;
mod effect;
mod gallery;
mod heal;
mod lanes;
mod models;
mod personas;
mod settings;
mod store_events;
#[cfg(test)]
mod tests;
mod trash;
mod undo;
mod update;
mod wanted;
mod write;

pub use advice::{Advice, Cannot};
pub use ask::{AskCommand, AskState, NoDialog, PathFor};
pub use command::Command;
pub use create::*;
pub use desk::{DeskState, WaitingCommand};
pub use effect::Effect;
use effect::Effects;
pub use gallery::*;
pub use models::*;
pub use personas::*;
pub use settings::SettingsCommand;
pub use trash::{Looked, TrashCommand, TrashState};
pub use undo::{Again, CardsMoved, ForgottenModel, Here, Steps, UndoState, Undoable};
pub use update::{Input, begin, update};
pub use write::*;

use std::collections::HashMap;
use std::path::PathBuf;

use crate::domain::{FreeSize, JobId, PersonaId, RemovedModel, Room, Settings, TextParams, Waiting};
use crate::error::StudioError;
use crate::lang::{Both, Lang};

/// Everything that views may show.
#[derive(Clone, Debug)]
pub struct AppState {
    /// Written to disk some moments after it changes. `settings.image` and `settings.text` are the sliders
    /// themselves.
    pub settings: Settings,
    /// The language in use: the chosen one, else the system's.
    pub lang: Lang,
    pub create: CreateState,
    pub write: WriteState,
    pub personas: PersonasState,
    pub gallery: GalleryState,
    pub models: ModelsState,
    pub desk: DeskState,
    pub trash: TrashState,
    pub undo: UndoState,
    pub ask: AskState,
    /// Another window has the folders: this one shows, and changes nothing.
    pub read_only: bool,
    pub status: Status,
    /// Short notes at the window's corner and what waits for the person in its room, oldest first.
    pub notices: Vec<Notice>,
    /// The rooms that notices belong to, by their ids.
    homes: HashMap<u64, Room>,
    /// Milliseconds since 1970 UTC; the app sets it before each update.
    pub now_ms: i64,
    /// State of the dice for seeds; the app seeds it once.
    pub dice: u64,
    next_job: u64,
    lanes: lanes::Lanes,
    next_notice: u64,
    /// When the open conversation's own sliders were moved last, where its journal does not have them yet.
    sliders_moved_ms: Option<i64>,
    /// Settings as they are on disk, and as they were at the last tick.
    saved_settings: Settings,
    seen_settings: Settings,
    settings_changed_ms: i64,
}

/// What the status bar shows beside the jobs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// `CPU`, `GPU (CUDA)`.
    pub device: String,
    /// Bytes that this process holds.
    pub memory: u64,
    /// Bytes that models may take together.
    pub budget: u64,
    /// Seconds from the start of the process to the first frame.
    pub first_frame_s: Option<f64>,
    /// Folders in use, for Settings.
    pub library: PathBuf,
    pub models: PathBuf,
    pub version: String,
}

/// A note at the corner.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub id: u64,
    pub kind: NoticeKind,
    pub born_ms: i64,
}

/// How long most notes without a problem stay.
pub const NOTICE_MS: i64 = 6_000;
/// Notes without a problem that stand at once.
const NOTICES: usize = 4;

#[derive(Clone, Debug, PartialEq)]
pub enum NoticeKind {
    /// A copy was written here.
    Exported(PathBuf),
    /// A copy was written here, and nobody was asked where: no file dialog can open.
    SavedUnasked(PathBuf),
    /// A draft was thrown away, by the number of that action.
    DraftDiscarded(u64),
    /// A card of a story or of a talk was deleted, by the number of that action.
    CardDeleted(u64),
    /// Jobs of the last time are not done; what they wrote stays. By the number of that action.
    JobsForgotten(u64),
    /// Jobs of the last time wait for a word.
    JobsLeft,
    NothingToUndo,
    NothingToRedo,
    /// Another start of the program has led here.
    OpenAlready,
    /// Pictures that were cancelled, as they can be asked for again.
    PicturesCancelled(Box<Waiting>),
    /// Where the latents are that could not be decoded.
    LatentsKept(PathBuf),
    Copied,
    /// So many copies of pictures are in this folder.
    CopiesSaved {
        folder: PathBuf,
        count: usize,
    },
    /// A language model wrote the prompt; undo brings back what stood there before.
    PromptWritten,
    /// So many pictures were moved or deleted outside of the program.
    PicturesGone(usize),
    /// So many pictures that an earlier time could not save are saved now.
    PicturesSaved(usize),
    /// So many pictures are still in the folder that was the library before.
    PicturesLeft {
        folder: PathBuf,
        count: usize,
    },
    /// Pictures went to the trash; undo brings them back.
    PicturesTrashed(Vec<PathBuf>),
    ConversationTrashed(crate::domain::ConversationId),
    /// A character came into the library; what of its card was left out.
    PersonaKept {
        name: String,
        left_out: Vec<Both>,
    },
    /// Chats of another program came into the list; what of their file was left out.
    ChatsKept {
        count: usize,
        left_out: Vec<Both>,
    },
    /// Lore of a file became so many cards of what is open; what of it was left out.
    LoreKept {
        count: usize,
        left_out: Vec<Both>,
    },
    PersonaTrashed(PersonaId),
    /// An editor was left; what was typed stays.
    DraftKept,
    /// A picture's settings are in the sliders; what could not be set as the picture says. With such words it stays
    /// until it is dismissed.
    SettingsRestored(Vec<Both>),
    ModelFetched(String),
    /// What a model wrote into a page came to repeat itself, and was stopped.
    PageRepeats,
    /// A model is in the trash; undo brings it back.
    ModelRemoved(RemovedModel),
    /// A file was looked into and is a model; it waits until somebody uses it or leaves the room.
    ModelOpened(String),
    /// The room that uses this model uses it now.
    ModelUsed(String),
    /// A file from elsewhere was taken off the list of models; by the number of that action it comes back.
    ModelForgotten {
        name: String,
        serial: u64,
    },
    /// The memory is freed once the jobs before it are over.
    MemoryWaits,
    MemoryFreed,
    /// Stays until it is dismissed.
    Problem(ProblemBox),
}

impl NoticeKind {
    /// Whether it stays until it is dismissed.
    pub fn stays(&self) -> bool {
        match self {
            Self::Problem(_)
            | Self::ModelOpened(_)
            | Self::PicturesLeft { .. }
            | Self::PicturesCancelled(_)
            | Self::JobsLeft => true,
            // What was left out is to be read, not to be caught.
            Self::SettingsRestored(notes) => !notes.is_empty(),
            Self::PersonaKept { left_out, .. } | Self::ChatsKept { left_out, .. } | Self::LoreKept { left_out, .. } => {
                !left_out.is_empty()
            }
            _ => false,
        }
    }

    /// How long it is shown where it does not stay: a place that nobody chose is to be read.
    pub fn lasts_ms(&self) -> i64 {
        if matches!(self, Self::SavedUnasked(_)) { 5 * NOTICE_MS } else { NOTICE_MS }
    }
}

/// An error that can be compared by its cause, so that states can be compared in tests.
#[derive(Clone, Debug)]
pub struct ProblemBox(pub StudioError);

impl PartialEq for ProblemBox {
    fn eq(&self, other: &Self) -> bool {
        self.0.cause() == other.0.cause()
    }
}

impl AppState {
    pub fn new(settings: Settings, system_lang: Lang, dice: u64) -> Self {
        Self {
            lang: settings.lang.unwrap_or(system_lang),
            saved_settings: settings.clone(),
            seen_settings: settings.clone(),
            settings_changed_ms: 0,
            settings,
            create: CreateState::default(),
            write: WriteState::default(),
            personas: PersonasState::default(),
            gallery: GalleryState::default(),
            models: ModelsState::default(),
            desk: DeskState::default(),
            trash: TrashState::default(),
            undo: UndoState::default(),
            ask: AskState::default(),
            read_only: false,
            status: Status::default(),
            notices: Vec::new(),
            homes: HashMap::new(),
            now_ms: 0,
            dice,
            next_job: 0,
            lanes: lanes::Lanes::default(),
            next_notice: 0,
            sliders_moved_ms: None,
        }
    }

    pub fn room(&self) -> Room {
        self.settings.room
    }

    /// The sliders of text in use: the open conversation's own, else the person's.
    pub fn text(&self) -> &TextParams {
        self.write.open.manner.sliders.as_ref().unwrap_or(&self.settings.text)
    }

    /// The sizes that the chosen picture model draws, where it draws any. A file without a card is taken for such a one.
    pub fn free_size(&self) -> Option<FreeSize> {
        self.models.entry(&self.settings.image.model).map_or(Some(FreeSize::UNKNOWN), |entry| entry.card.free_size())
    }

    /// Bytes of the pictures that the window holds: shots, previews, thumbnails, and the gallery's.
    pub fn picture_bytes(&self) -> u64 {
        let opened = self.gallery.opened.as_ref().map_or(0, |(_, picture)| picture.rgba.len());
        let compared: usize = self.gallery.compared.values().map(|picture| picture.rgba.len()).sum();
        let looked = match &self.trash.looked {
            Some((_, Some(Looked::Picture(picture)))) => picture.rgba.len(),
            Some((_, Some(Looked::Text(_)) | None)) | None => 0,
        };
        (self.create.picture_bytes() + self.gallery.thumbnails.bytes() + opened + compared + looked) as u64
    }

    fn new_job(&mut self) -> JobId {
        self.next_job += 1;
        JobId(self.next_job)
    }

    /// The next throw, 32 bits (SplitMix64: Steele, Lea, Flood 2014).
    fn roll(&mut self) -> u64 {
        self.dice = self.dice.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.dice;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) >> 32
    }

    fn note(&mut self, kind: NoticeKind) {
        self.next_notice += 1;
        self.notices.push(Notice { id: self.next_notice, kind, born_ms: self.now_ms });
        // A storm of notes would cover the window: the oldest give way. Problems stay until they are dismissed.
        if self.notices.iter().filter(|n| !n.kind.stays()).count() > NOTICES
            && let Some(oldest) = self.notices.iter().position(|n| !n.kind.stays())
        {
            self.notices.remove(oldest);
        }
    }

    /// Says what went wrong, in every room; once, and the newest where several have one cause.
    fn problem(&mut self, error: StudioError) {
        let kind = NoticeKind::Problem(ProblemBox(error));
        if self.notices.iter().any(|n| n.kind == kind) {
            return;
        }
        if let NoticeKind::Problem(new) = &kind {
            self.drop_notices(|n, _| matches!(&n.kind, NoticeKind::Problem(old) if new.0.is_like(&old.0)));
        }
        self.note(kind);
    }

    /// [`Self::problem`] of one room: it is shown there, and the rail has a mark in the others.
    fn problem_in(&mut self, room: Room, error: StudioError) {
        let before = self.next_notice;
        self.problem(error);
        if self.next_notice != before {
            self.homes.insert(self.next_notice, room);
        }
    }

    /// A note of one room that stays.
    fn note_in(&mut self, room: Room, kind: NoticeKind) {
        self.note(kind);
        self.homes.insert(self.next_notice, room);
    }

    /// What waits for the person in `room`, oldest first.
    pub fn waiting_in(&self, room: Room) -> impl DoubleEndedIterator<Item = &Notice> {
        let here = move |n: &&Notice| n.kind.stays() && self.homes.get(&n.id).is_none_or(|home| *home == room);
        self.notices.iter().filter(here).filter(move |n| !(room == Room::Create && self.is_told_in_create(n)))
    }

    /// Whether Create tells a problem by itself: what became of the last job, or that the picture on the stage could not
    /// be saved.
    fn is_told_in_create(&self, notice: &Notice) -> bool {
        let NoticeKind::Problem(told) = &notice.kind else { return false };
        let unsaved = match self.create.stage() {
            Stage::Shot(Shot { saved: Saved::Failed(error), .. }) if self.create.batch().is_none() => Some(error),
            _ => None,
        };
        self.create.error.iter().chain(unsaved).any(|error| error.is_like(&told.0))
    }

    /// Whether something went wrong in `room` that is not shown in the room that is open.
    pub fn is_marked(&self, room: Room) -> bool {
        let wrong = |n: &Notice| matches!(n.kind, NoticeKind::Problem(_)) && self.homes.get(&n.id) == Some(&room);
        room != self.room() && self.notices.iter().any(wrong)
    }

    fn drop_notices(&mut self, which: impl Fn(&Notice, Option<Room>) -> bool) {
        let homes = &mut self.homes;
        self.notices.retain(|n| !which(n, homes.get(&n.id).copied()));
        let left = &self.notices;
        homes.retain(|id, _| left.iter().any(|n| n.id == *id));
    }
}
