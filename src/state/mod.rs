//! The whole state of the program as plain data, the commands of the views, and [`update`], the one function that
//! changes the state. Pure: no clock, no random source, no files. The time is an input, and the app seeds the random
//! numbers once.

mod about;
mod advice;
mod ask;
mod catalogue;
mod command;
mod create;
mod desk;
mod dice;
mod effect;
mod env;
mod gallery;
mod heal;
mod lanes;
mod models;
mod notices;
mod personas;
mod settings;
mod status;
mod store_events;
#[cfg(test)]
mod tests;
mod tick;
mod trash;
mod undo;
mod update;
mod wanted;
mod write;

pub use about::{AboutCommand, AboutState};
pub use advice::{Advice, Cannot, scene_advice};
pub use ask::{AskCommand, AskState, NoDialog, PathFor};
pub use catalogue::{Catalogue, FetchState, ModelEntry};
pub use command::Command;
pub use create::*;
pub use desk::{DeskState, WaitingCommand};
pub use dice::Dice;
pub use effect::Effect;
use effect::Effects;
use env::Env;
pub use gallery::*;
pub use models::*;
pub use notices::{NOTICE_MS, Notice, NoticeKind, Notices, ProblemBox};
pub use personas::*;
pub use settings::{SettingsCommand, SettingsState};
pub use status::{Status, StatusNews};
pub use trash::{Looked, TrashCommand, TrashState};
pub use undo::{Again, Here, UndoState, Undoable};
pub use update::{Input, begin, update};
pub use write::*;

use std::path::PathBuf;

use crate::domain::{FreeSize, Room, Settings, StoreRequest, TextParams};
use crate::error::StudioError;
use crate::lang::Lang;

/// Everything that views can show.
#[derive(Clone, Debug)]
pub struct AppState {
    /// Saved shortly after it changes. `settings.image` and `settings.text` are the sliders themselves.
    pub settings: Settings,
    /// The language in use: the chosen one, or else that of the system.
    pub lang: Lang,
    pub create: CreateState,
    pub write: WriteState,
    pub personas: PersonasState,
    pub gallery: GalleryState,
    pub models: ModelsState,
    pub catalogue: Catalogue,
    pub desk: DeskState,
    pub trash: TrashState,
    pub about: AboutState,
    pub undo: UndoState,
    pub ask: AskState,
    /// Another window has the folders open: this one changes nothing.
    pub read_only: bool,
    pub status: Status,
    pub notices: Notices,
    /// Milliseconds since 1970 UTC, from the last [`Input::Clock`].
    pub now_ms: i64,
    pub dice: Dice,
    lanes: lanes::Lanes,
    settings_room: SettingsState,
}

impl AppState {
    pub fn new(settings: Settings, system_lang: Lang, dice: u64) -> Self {
        Self {
            lang: settings.lang.unwrap_or(system_lang),
            settings_room: SettingsState::new(&settings),
            settings,
            create: CreateState::default(),
            write: WriteState::default(),
            personas: PersonasState::default(),
            gallery: GalleryState::default(),
            models: ModelsState::default(),
            catalogue: Catalogue::default(),
            desk: DeskState::default(),
            trash: TrashState::default(),
            about: AboutState::default(),
            undo: UndoState::default(),
            ask: AskState::default(),
            read_only: false,
            status: Status::default(),
            notices: Notices::default(),
            now_ms: 0,
            dice: Dice(dice),
            lanes: lanes::Lanes::default(),
        }
    }

    pub fn room(&self) -> Room {
        self.settings.room
    }

    /// The text sliders in use: those of the open conversation, or else the general ones.
    pub fn text(&self) -> &TextParams {
        self.write.text(&self.settings)
    }

    /// The range of sizes that the chosen picture model can draw; `None` if it only draws the sizes of its card. A file
    /// without a card is assumed to draw any.
    pub fn free_size(&self) -> Option<FreeSize> {
        self.catalogue.free_size(&self.settings.image.model)
    }

    /// Bytes of all pictures in memory: strip, previews, thumbnails, gallery and trash.
    pub fn picture_bytes(&self) -> u64 {
        let opened = self.gallery.opened.as_ref().map_or(0, |(_, picture)| picture.rgba.len());
        let compared: usize = self.gallery.compared.values().map(|picture| picture.rgba.len()).sum();
        let looked = match &self.trash.looked {
            Some((_, Some(Looked::Picture(picture)))) => picture.rgba.len(),
            Some((_, Some(Looked::Text(_)) | None)) | None => 0,
        };
        (self.create.picture_bytes() + self.gallery.thumbnails.bytes() + opened + compared + looked) as u64
    }

    fn note(&mut self, kind: NoticeKind) {
        self.notices.note(kind, self.now_ms);
    }

    fn problem(&mut self, error: StudioError) {
        self.notices.problem(error, self.now_ms);
    }

    fn problem_in(&mut self, room: Room, error: StudioError) {
        self.notices.problem_in(room, error, self.now_ms);
    }

    /// The notices that stay in `room` until they are dismissed, oldest first.
    pub fn waiting_in(&self, room: Room) -> impl DoubleEndedIterator<Item = &Notice> {
        self.notices.waiting_in(room).filter(move |n| !(room == Room::Create && self.is_told_in_create(n)))
    }

    /// Whether Create itself shows this problem: the error of the last job, or that the picture on the stage could not
    /// be saved.
    fn is_told_in_create(&self, notice: &Notice) -> bool {
        let NoticeKind::Problem(told) = &notice.kind else { return false };
        let mut unsaved = None;
        if let (Stage::Shot(Shot { saved: Saved::Failed(error), .. }), None) =
            (self.create.stage(), self.create.batch())
        {
            unsaved = Some(error);
        }
        self.create.error.iter().chain(unsaved).any(|error| error.is_like(&told.0))
    }

    /// Whether `room` has a problem that the current room does not show.
    pub fn is_marked(&self, room: Room) -> bool {
        room != self.room() && self.notices.has_problem_of(room)
    }

    /// Takes away what a person has dismissed. A report among it is not offered again.
    fn dismiss(&mut self, which: impl Fn(&Notice, Option<Room>) -> bool, fx: &mut Effects) {
        let reports = |notices: &Notices| -> Vec<PathBuf> {
            let of = |n: &Notice| {
                if let NoticeKind::ReportLeft(report) = &n.kind { Some(report.path.clone()) } else { None }
            };
            notices.list.iter().filter_map(of).collect()
        };
        let before = reports(&self.notices);
        self.drop_notices(which);
        let left = reports(&self.notices);
        let gone = before.into_iter().filter(|path| !left.contains(path));
        fx.extend(gone.map(|path| Effect::Store(StoreRequest::ReportSeen(path))));
    }

    fn drop_notices(&mut self, which: impl Fn(&Notice, Option<Room>) -> bool) {
        self.notices.take_away(which);
    }
}
