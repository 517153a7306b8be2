//! The one function that changes the state.

use std::path::PathBuf;
use std::sync::Arc;

use crate::about::Licences;
use crate::domain::{CatalogueRequest, Event, EventKind, FetchEvent, Grammar, Ledger, Room, StoreEvent, StoreRequest};
use crate::error::{Cause, FolderOf, Result, StudioError};
use crate::state::{
    AppState, Catalogue, Command, CreateCommand, Effect, Effects, GalleryCommand, ImageEdit, ModelNews, NoDialog,
    NoticeKind, Phase, SettingsCommand, StatusNews, WriteCommand,
};
use crate::writing::checks::Finding;

/// Everything that can happen to the program.
#[derive(Clone, Debug)]
pub enum Input {
    /// Milliseconds since 1970 UTC. Comes before the other inputs of each frame.
    Clock(i64),
    Status(StatusNews),
    /// The models folder, as it was read.
    Catalogue(Box<Catalogue>),
    Command(Command),
    Engine(Event),
    Store(StoreEvent),
    Fetch(FetchEvent),
    /// The token count of the prompt with this number.
    Ledger(u64, Result<Ledger>),
    /// The result of checking a grammar.
    Grammar(Grammar, Result<()>),
    /// The findings in a text, by the number of the request.
    TextChecked(u64, Vec<Finding>),
    /// The models that can draft for the requested one, by id.
    Drafts(Vec<String>),
    /// A text or a picture is on the clipboard.
    Copied,
    Models(ModelNews),
    /// The engine could not be asked to free its memory.
    NotUnloaded(StudioError),
    /// No file dialog can open.
    NoDialog(NoDialog),
    /// A file is to be written into this folder, which does not exist.
    NoFolder(PathBuf),
    /// The result of checking a chosen folder.
    FolderTried(FolderOf, PathBuf, Result<()>),
    /// The licences, unpacked.
    Licences(Arc<Licences>),
}

/// Changes `state` for `input`, and returns what the app must do, in order. A read-only window changes nothing: if an
/// effect would change the user's folders, the state stays as it was.
pub fn update(state: &mut AppState, input: Input) -> Vec<Effect> {
    // If another window has the folders, nothing that would change them is done.
    let as_it_was = (state.read_only && !matches!(input.origin(), Origin::Program)).then(|| state.clone());
    let effects = apply(state, input);
    match as_it_was {
        Some(before) if effects.iter().any(Effect::changes) => {
            *state = before;
            state.problem(Cause::ReadOnly.into());
            Vec::new()
        }
        Some(_) | None => effects,
    }
}

/// Where an input comes from.
pub(in crate::state) enum Origin<'a> {
    /// A command of the user.
    Person(&'a Command),
    /// A file that the user opened.
    File(&'a StoreEvent),
    /// The program itself.
    Program,
}

impl Input {
    pub(in crate::state) fn origin(&self) -> Origin<'_> {
        use StoreEvent::{ChatsOpened, FolderOpened, LatentsOpened, Opened, PersonaOpened, WorldOpened};
        match self {
            Self::Command(
                Command::Tick
                | Command::Gallery(GalleryCommand::NeedThumbnail(_))
                | Command::Settings(SettingsCommand::WindowChanged(_))
                | Command::Write(WriteCommand::Measure(_)),
            ) => Origin::Program,
            Self::Command(command) => Origin::Person(command),
            Self::Store(
                event @ (Opened { .. }
                | ChatsOpened { .. }
                | PersonaOpened { .. }
                | WorldOpened { .. }
                | LatentsOpened { .. }
                | FolderOpened(_)),
            ) => Origin::File(event),
            Self::Clock(_)
            | Self::Status(_)
            | Self::Catalogue(_)
            | Self::Store(_)
            | Self::Engine(_)
            | Self::Fetch(_)
            | Self::Ledger(..)
            | Self::Grammar(..)
            | Self::TextChecked(..)
            | Self::Drafts(_)
            | Self::Models(_)
            | Self::Copied
            | Self::NotUnloaded(_)
            | Self::NoDialog(_)
            | Self::NoFolder(_)
            | Self::FolderTried(..)
            | Self::Licences(_) => Origin::Program,
        }
    }
}

fn apply(state: &mut AppState, input: Input) -> Vec<Effect> {
    let mut effects = Vec::new();
    let room = state.room();
    state.undo.note_typing(&input, room);
    let before = state.before(&input);
    match input {
        // Nothing else depends on these.
        Input::Clock(now) => {
            state.now_ms = now;
            return effects;
        }
        Input::Status(news) => {
            state.status.take(news);
            return effects;
        }
        Input::Catalogue(read) => state.take_catalogue(*read),
        Input::Command(command) => state.command(command, &mut effects),
        Input::Engine(event) => state.engine_event(event, &mut effects),
        Input::Store(event) => state.store_event(event, &mut effects),
        Input::Fetch(event) => state.fetch_event(event, &mut effects),
        Input::Ledger(serial, ledger) => state.write.measured(serial, ledger),
        Input::Grammar(grammar, outcome) => state.write.grammar_checked(grammar, outcome),
        Input::TextChecked(serial, findings) => state.write.text_checked(serial, findings),
        Input::Drafts(able) => state.write.drafts_found(able),
        Input::Copied => state.note(NoticeKind::Copied),
        Input::Models(news) => state.model_news(news, &mut effects),
        Input::NotUnloaded(error) => state.not_unloaded(error, &mut effects),
        Input::NoDialog(what) => state.ask.no_dialog(what),
        Input::NoFolder(folder) => state.ask.folder = Some(folder),
        Input::FolderTried(of, path, outcome) => state.folder_tried(of, path, outcome, &mut effects),
        Input::Licences(read) => state.about.licences = Some(read),
    }
    state.tell_endings(&mut effects);
    state.note_action(before);
    state.in_write(&mut effects, |write, env| write.send_held(env));
    state.hold_back_unsaid(&mut effects);
    if state.room() != room {
        state.trash = Default::default();
        state.about.close();
        state.models.sort_places();
        if room == Room::Models {
            state.notices.forget_opened();
        }
    }
    if state.room() == Room::Models {
        state.models.keep_places(&state.catalogue);
    }
    state.heal();
    let (create, mut env) = state.create(&mut effects);
    create.settle(&mut env);
    let (write, mut env) = state.write(&mut effects);
    write.refresh_findings(&mut env);
    state.write.note_questions(&effects);
    effects
}

/// Requests what the window needs when it opens.
pub fn begin(state: &mut AppState) -> Vec<Effect> {
    let mut effects = vec![Effect::Store(StoreRequest::ListConversations), Effect::Store(StoreRequest::ListRecent)];
    // The whole library is read when it is first shown.
    if state.room() == Room::Gallery {
        let (gallery, mut env) = state.gallery(&mut effects);
        gallery.look(true, &mut env);
    }
    // The models folder may not be read yet.
    state.models.sort_places();
    state.write.note_questions(&effects);
    effects
}

impl AppState {
    pub(in crate::state) fn command(&mut self, command: Command, fx: &mut Effects) {
        match command {
            Command::Create(command) => self.create_command(command, fx),
            Command::Write(command) => self.write_command(command, fx),
            Command::Persona(command) => self.persona_command(command, fx),
            Command::Gallery(command) => self.gallery_command(command, fx),
            Command::Models(command) => self.models_command(command, fx),
            Command::Settings(command) => self.settings_command(command, fx),
            Command::Trash(command) => self.trash_command(command, fx),
            Command::About(command) => self.about_command(command, fx),
            Command::Ask(command) => {
                let (ask, mut env) = self.ask(fx);
                if let Some(command) = ask.update(command, &mut env) {
                    self.command(command, fx);
                }
            }
            Command::Waiting(command) => self.waiting_command(command, fx),

            Command::Go(room) => self.go(room, fx),
            Command::OpenFile(path) => self.open_any(path, fx),
            Command::ChooseFile => fx.push(Effect::AskOpenFile),
            Command::TakeExample(text) => match self.room() {
                Room::Write => self.write_command(WriteCommand::SetDraft(text), fx),
                Room::Create | Room::Gallery | Room::Models | Room::Settings => {
                    self.create_command(CreateCommand::SetImage(ImageEdit::Prompt(text)), fx);
                }
            },
            Command::CancelJob(id) => self.cancel(id, fx),
            Command::CancelCurrent => match self.room() {
                Room::Write => self.in_write(fx, |write, env| write.stop_writing(env)),
                Room::Create | Room::Gallery | Room::Models | Room::Settings => {
                    let (create, mut env) = self.create(fx);
                    create.cancel_shown(&mut env);
                }
            },
            Command::Undo => self.undo(fx),
            Command::Redo => self.redo(fx),
            Command::UndoThis(serial) => self.undo_this(serial, fx),
            Command::Reveal(path) => fx.push(Effect::Reveal(path)),
            Command::OpenLink(url) => fx.push(Effect::OpenLink(url)),
            Command::StartAgain => self.note(NoticeKind::OpenAlready),
            Command::DismissNotice(id) => self.dismiss(|n, _| n.id == id, fx),
            Command::DismissProblems => {
                let here = self.room();
                self.dismiss(|n, home| n.kind.stays() && home.is_none_or(|home| home == here), fx);
            }
            Command::Tick => self.tick(fx),
        }
    }

    pub(in crate::state) fn go(&mut self, room: Room, fx: &mut Effects) {
        self.in_write(fx, |write, env| write.give_title(env));
        // A search only lasts for one visit.
        if self.settings.room == Room::Gallery && room != Room::Gallery && !self.gallery.search.is_empty() {
            self.gallery.search.clear();
            self.gallery.changed();
        }
        self.settings.room = room;
        self.trash = Default::default();
        self.about.close();
        if room == Room::Gallery {
            let (gallery, mut env) = self.gallery(fx);
            gallery.look(false, &mut env);
        }
        // Models may have been added or removed outside the window.
        if room == Room::Models {
            fx.push(Effect::Catalogue(CatalogueRequest::ReadModels));
        }
    }

    /// Passes on the events of jobs that ended without the engine.
    fn tell_endings(&mut self, fx: &mut Effects) {
        while let Some(event) = self.lanes.news() {
            self.job_event(event, fx);
        }
    }

    /// Handles an event of the engine. A lane whose job is over gets the next one.
    pub(in crate::state) fn engine_event(&mut self, event: Event, fx: &mut Effects) {
        let over = event.kind.is_ending();
        if over {
            self.lanes.ended(event.job);
        }
        self.job_event(event, fx);
        if over {
            self.lanes.hand_over(fx);
        }
    }

    pub(in crate::state) fn job_event(&mut self, event: Event, fx: &mut Effects) {
        let id = event.job;
        if let EventKind::Unloaded { medium } = event.kind {
            return self.unloaded(medium, fx);
        }
        if let EventKind::Ready { .. } = event.kind {
            self.note_loaded(id);
        }
        if let EventKind::Freed { id } = &event.kind {
            if let Some(entry) = self.catalogue.entry_mut(id) {
                entry.loaded = false;
            }
            return;
        }
        if self.create.has_job(id) {
            let (create, mut env) = self.create(fx);
            create.job_event(id, event.kind, &mut env);
        } else if self.write.bring(|job| job.id == Some(id)) {
            self.in_write(fx, |write, env| write.event(event.kind, env));
        }
    }
}

/// Sets the phase of a job, unless it is being cancelled: that stays visible until the engine confirms it.
pub(in crate::state) fn advance(phase: &mut Phase, next: Phase) {
    if *phase != Phase::Cancelling {
        *phase = next;
    }
}
