//! Notes at the window's corner, and what waits for the person in its room.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::domain::{PersonaId, RemovedModel, Room, Waiting};
use crate::error::StudioError;
use crate::lang::Both;

/// The notes that stand, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    pub list: Vec<Notice>,
    /// The rooms that they belong to, by their ids.
    homes: HashMap<u64, Room>,
    /// The id of the newest.
    newest: u64,
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
            Self::Problem(_) | Self::ModelOpened(_) | Self::PicturesLeft { .. } | Self::JobsLeft => true,
            // What was left out is to be read, not to be caught.
            Self::SettingsRestored(notes) => !notes.is_empty(),
            Self::PersonaKept { left_out, .. } | Self::ChatsKept { left_out, .. } | Self::LoreKept { left_out, .. } => {
                !left_out.is_empty()
            }
            Self::Exported(_)
            | Self::SavedUnasked(_)
            | Self::DraftDiscarded(_)
            | Self::CardDeleted(_)
            | Self::JobsForgotten(_)
            | Self::NothingToUndo
            | Self::NothingToRedo
            | Self::OpenAlready
            | Self::PicturesCancelled(_)
            | Self::LatentsKept(_)
            | Self::Copied
            | Self::CopiesSaved { .. }
            | Self::PromptWritten
            | Self::PicturesGone(_)
            | Self::PicturesSaved(_)
            | Self::PicturesTrashed(_)
            | Self::ConversationTrashed(_)
            | Self::PersonaTrashed(_)
            | Self::DraftKept
            | Self::ModelFetched(_)
            | Self::PageRepeats
            | Self::ModelRemoved(_)
            | Self::ModelUsed(_)
            | Self::ModelForgotten { .. }
            | Self::MemoryWaits
            | Self::MemoryFreed => false,
        }
    }

    /// How long it is shown where it does not stay, in milliseconds. Its button is the only way back to cancelled
    /// pictures, and a file name that nobody chose takes time to read: both are shown for longer.
    pub fn lasts_ms(&self) -> i64 {
        match self {
            Self::PicturesCancelled(_) => 10 * NOTICE_MS,
            Self::SavedUnasked(_) | Self::LatentsKept(_) => 5 * NOTICE_MS,
            Self::Exported(_)
            | Self::DraftDiscarded(_)
            | Self::CardDeleted(_)
            | Self::JobsForgotten(_)
            | Self::JobsLeft
            | Self::NothingToUndo
            | Self::NothingToRedo
            | Self::OpenAlready
            | Self::Copied
            | Self::CopiesSaved { .. }
            | Self::PromptWritten
            | Self::PicturesGone(_)
            | Self::PicturesSaved(_)
            | Self::PicturesLeft { .. }
            | Self::PicturesTrashed(_)
            | Self::ConversationTrashed(_)
            | Self::PersonaKept { .. }
            | Self::ChatsKept { .. }
            | Self::LoreKept { .. }
            | Self::PersonaTrashed(_)
            | Self::DraftKept
            | Self::SettingsRestored(_)
            | Self::ModelFetched(_)
            | Self::PageRepeats
            | Self::ModelRemoved(_)
            | Self::ModelOpened(_)
            | Self::ModelUsed(_)
            | Self::ModelForgotten { .. }
            | Self::MemoryWaits
            | Self::MemoryFreed
            | Self::Problem(_) => NOTICE_MS,
        }
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

impl Notices {
    pub(in crate::state) fn note(&mut self, kind: NoticeKind, now_ms: i64) {
        self.newest += 1;
        self.list.push(Notice { id: self.newest, kind, born_ms: now_ms });
        // A storm of notes would cover the window: the oldest give way. Problems stay until they are dismissed.
        if self.list.iter().filter(|n| !n.kind.stays()).count() > NOTICES
            && let Some(oldest) = self.list.iter().position(|n| !n.kind.stays())
        {
            self.list.remove(oldest);
        }
    }

    /// Says what went wrong, in every room; once, and the newest where several have one cause.
    pub(in crate::state) fn problem(&mut self, error: StudioError, now_ms: i64) {
        let kind = NoticeKind::Problem(ProblemBox(error));
        if self.list.iter().any(|n| n.kind == kind) {
            return;
        }
        if let NoticeKind::Problem(new) = &kind {
            self.take_away(|n, _| matches!(&n.kind, NoticeKind::Problem(old) if new.0.is_like(&old.0)));
        }
        self.note(kind, now_ms);
    }

    /// [`Self::problem`] of one room: it is shown there, and the rail has a mark in the others.
    pub(in crate::state) fn problem_in(&mut self, room: Room, error: StudioError, now_ms: i64) {
        let before = self.newest;
        self.problem(error, now_ms);
        if self.newest != before {
            self.homes.insert(self.newest, room);
        }
    }

    /// What waits for the person in `room`, oldest first.
    pub(in crate::state) fn waiting_in(&self, room: Room) -> impl DoubleEndedIterator<Item = &Notice> {
        self.list.iter().filter(move |n| n.kind.stays() && self.homes.get(&n.id).is_none_or(|home| *home == room))
    }

    /// Whether something went wrong that is told in `room` alone.
    pub(in crate::state) fn has_problem_of(&self, room: Room) -> bool {
        let wrong = |n: &Notice| matches!(n.kind, NoticeKind::Problem(_)) && self.homes.get(&n.id) == Some(&room);
        self.list.iter().any(wrong)
    }

    pub(in crate::state) fn take_away(&mut self, which: impl Fn(&Notice, Option<Room>) -> bool) {
        let homes = &mut self.homes;
        self.list.retain(|n| !which(n, homes.get(&n.id).copied()));
        let left = &self.list;
        homes.retain(|id, _| left.iter().any(|n| n.id == *id));
    }
}
