//! Notices at the corner of the window, and those that stay in a room until they are dismissed.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::domain::{PanicReport, PersonaId, RemovedModel, Room, Waiting};
use crate::error::StudioError;
use crate::lang::Both;

/// The present notices, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    pub list: Vec<Notice>,
    /// The rooms that notices belong to, by their ids.
    homes: HashMap<u64, Room>,
    /// The id of the newest notice.
    newest: u64,
}

/// A notice at the corner.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub id: u64,
    pub kind: NoticeKind,
    pub born_ms: i64,
}

/// How long most notices stay, in milliseconds.
pub const NOTICE_MS: i64 = 6_000;
/// Maximum number of notices at once, without those that stay until they are dismissed.
const NOTICES: usize = 4;

#[derive(Clone, Debug, PartialEq)]
pub enum NoticeKind {
    /// A copy was saved here.
    Exported(PathBuf),
    /// A copy was saved here without asking for the place, because no file dialog can open.
    SavedUnasked(PathBuf),
    /// A draft was discarded, by the action with this number.
    DraftDiscarded(u64),
    /// A card of a story or of a conversation was deleted, by the action with this number.
    CardDeleted(u64),
    /// The jobs of the last session were dropped, by the action with this number. What they wrote stays.
    JobsForgotten(u64),
    /// There are jobs of the last session.
    JobsLeft,
    /// A panic of an earlier session was reported.
    ReportLeft(PanicReport),
    NothingToUndo,
    NothingToRedo,
    /// The program was started again and led to this window.
    OpenAlready,
    /// Pictures were cancelled. They can be requested again with this.
    PicturesCancelled(Box<Waiting>),
    /// Latents could not be decoded. They are in this file.
    LatentsKept(PathBuf),
    Copied,
    /// This many copies of pictures are in this folder.
    CopiesSaved {
        folder: PathBuf,
        count: usize,
    },
    /// A language model wrote the prompt. Undo brings the old one back.
    PromptWritten,
    /// This many pictures were moved or deleted outside of the program.
    PicturesGone(usize),
    /// This many pictures that an earlier session could not save are saved now.
    PicturesSaved(usize),
    /// This many pictures are still in the former library folder.
    PicturesLeft {
        folder: PathBuf,
        count: usize,
    },
    /// Pictures went to the trash; undo brings them back.
    PicturesTrashed(Vec<PathBuf>),
    ConversationTrashed(crate::domain::ConversationId),
    /// A character was added to the library, without these parts of its card.
    PersonaKept {
        name: String,
        left_out: Vec<Both>,
    },
    /// Chats of another program were added to the list, without these parts of their file.
    ChatsKept {
        count: usize,
        left_out: Vec<Both>,
    },
    /// This many cards with the lore of a file were added to the open document, without these parts of the file.
    LoreKept {
        count: usize,
        left_out: Vec<Both>,
    },
    PersonaTrashed(PersonaId),
    /// An editor was closed. The typed text is kept as a draft.
    DraftKept,
    /// A picture's settings are in the sliders, except for what these notes say. With notes it stays until it is
    /// dismissed.
    SettingsRestored(Vec<Both>),
    ModelFetched(String),
    /// A model began to repeat itself in a page and was stopped.
    PageRepeats,
    /// A model is in the trash; undo brings it back.
    ModelRemoved(RemovedModel),
    /// A file was checked and is a model. The notice stays until the model is used or the room left.
    ModelOpened(String),
    /// This model is now used in the room for its kind.
    ModelUsed(String),
    /// A file was taken off the list of models. Undoing the action with this number brings it back.
    ModelForgotten {
        name: String,
        serial: u64,
    },
    /// The memory will be freed after the running jobs.
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
            | Self::JobsLeft
            | Self::ReportLeft(_) => true,
            // The notes must be read, so they do not disappear.
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

    /// How long it is shown if it does not stay, in milliseconds. Two kinds are shown for longer: cancelled pictures,
    /// because the button is the only way back to them, and file names that the user did not choose, because they take
    /// time to read.
    pub fn lasts_ms(&self) -> i64 {
        match self {
            Self::PicturesCancelled(_) => 10 * NOTICE_MS,
            Self::SavedUnasked(_) | Self::LatentsKept(_) => 5 * NOTICE_MS,
            Self::Exported(_)
            | Self::DraftDiscarded(_)
            | Self::CardDeleted(_)
            | Self::JobsForgotten(_)
            | Self::JobsLeft
            | Self::ReportLeft(_)
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

/// An error that compares by its cause, so that tests can compare states.
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
        // Too many notices would cover the window: the oldest one goes. Problems stay until they are dismissed.
        if self.list.iter().filter(|n| !n.kind.stays()).count() > NOTICES
            && let Some(oldest) = self.list.iter().position(|n| !n.kind.stays())
        {
            self.list.remove(oldest);
        }
    }

    /// Reports a problem in all rooms. If there is one with the same cause, the new one replaces it.
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

    /// Like [`Self::problem`], but for one room: it is shown there, and the rail marks the room in the others.
    pub(in crate::state) fn problem_in(&mut self, room: Room, error: StudioError, now_ms: i64) {
        let before = self.newest;
        self.problem(error, now_ms);
        if self.newest != before {
            self.homes.insert(self.newest, room);
        }
    }

    /// The notices that stay in `room` until they are dismissed, oldest first.
    pub(in crate::state) fn waiting_in(&self, room: Room) -> impl DoubleEndedIterator<Item = &Notice> {
        self.list.iter().filter(move |n| n.kind.stays() && self.homes.get(&n.id).is_none_or(|home| *home == room))
    }

    /// Whether there is a problem that only `room` shows.
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
