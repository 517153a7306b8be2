//! What the rooms share.

use crate::domain::{JobId, Makes, ModelRef, Room, Settings, Task};
use crate::error::{Result, StudioError};
use crate::lang::Lang;
use crate::state::lanes::Lanes;
use crate::state::{AppState, Catalogue, Dice, Effect, Effects, NoticeKind, Notices, Status, UndoState, Undoable};

/// Lent to a room while it changes: the shared state, and the effects it asks for.
pub(in crate::state) struct Env<'a> {
    pub settings: &'a mut Settings,
    pub catalogue: &'a mut Catalogue,
    pub notices: &'a mut Notices,
    pub undo: &'a mut UndoState,
    pub dice: &'a mut Dice,
    pub lanes: &'a mut Lanes,
    pub status: &'a Status,
    pub lang: Lang,
    /// Milliseconds since 1970 UTC.
    pub now_ms: i64,
    pub read_only: bool,
    pub fx: &'a mut Effects,
}

impl Env<'_> {
    pub fn room(&self) -> Room {
        self.settings.room
    }

    pub fn push(&mut self, effect: Effect) {
        self.fx.push(effect);
    }

    pub fn note(&mut self, kind: NoticeKind) {
        self.notices.note(kind, self.now_ms);
    }

    pub fn problem_in(&mut self, room: Room, error: StudioError) {
        self.notices.problem_in(room, error, self.now_ms);
    }

    /// Records that something was put into the trash.
    pub fn trashed(&mut self, what: Undoable) {
        self.undo.push(what, self.now_ms);
    }

    /// Records that something came out of the trash, which undid the action that put it there.
    pub fn came_back(&mut self, what: Undoable) {
        self.undo.came_back(self.room(), what);
    }

    /// The files of a model, for a job.
    pub fn model_files(&self, id: &str, makes: Makes) -> Result<ModelRef> {
        self.catalogue.files(id, makes, self.settings.offline)
    }

    /// Submits a new job to its lane.
    pub fn ask_engine(&mut self, id: JobId, task: Task) {
        self.lanes.ask(id, task, self.fx);
    }

    pub fn cancel_job(&mut self, id: JobId) {
        self.lanes.cancel(id, self.fx);
    }
}

/// For each room, a function that lends its state and the environment.
macro_rules! lend {
    ($($room:ident: $State:ident),* $(,)?) => {
        impl AppState {
            $(
                #[doc = concat!("The state of `", stringify!($room), "`, and what it shares with the other rooms.")]
                pub(in crate::state) fn $room<'a>(&'a mut self, fx: &'a mut Effects) -> (&'a mut crate::state::$State, Env<'a>) {
                    let env = Env {
                        settings: &mut self.settings,
                        catalogue: &mut self.catalogue,
                        notices: &mut self.notices,
                        undo: &mut self.undo,
                        dice: &mut self.dice,
                        lanes: &mut self.lanes,
                        status: &self.status,
                        lang: self.lang,
                        now_ms: self.now_ms,
                        read_only: self.read_only,
                        fx,
                    };
                    (&mut self.$room, env)
                }
            )*
        }
    };
}

lend!(
    create: CreateState,
    write: WriteState,
    personas: PersonasState,
    gallery: GalleryState,
    models: ModelsState,
    settings_room: SettingsState,
    trash: TrashState,
    ask: AskState,
);
