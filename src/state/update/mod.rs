//! The one function that changes the state.

mod ask;
mod begin;
mod create;
mod desk;
mod drafts;
mod ended;
mod export;
mod forms;
mod gallery;
mod grammar;
mod heal;
mod held;
mod helper;
mod imports;
mod layers;
mod ledger;
mod models;
mod page;
mod personas;
mod queue;
mod restore;
mod settings;
mod shelf;
mod store_events;
#[cfg(test)]
mod tests;
mod trash;
mod undo;
mod unsaid;
mod write;

use std::path::PathBuf;

use super::lanes::WAITING;
use super::{AppState, Command, Effect, ImageEdit, ModelNews, NoDialog, NoticeKind, Phase, Undoable};
use crate::domain::{Enlarge, Event, EventKind, FetchEvent, Grammar, JobId, Ledger, Room, StoreEvent, Task};
use crate::error::{Cause, FolderOf, Result, StudioError};

/// Everything that can happen to the program.
#[derive(Clone, Debug)]
pub enum Input {
    Command(Command),
    Engine(Event),
    Store(StoreEvent),
    Fetch(FetchEvent),
    /// A prompt that was measured, by its number.
    Ledger(u64, Result<Ledger>),
    /// A grammar that was read.
    Grammar(Grammar, Result<()>),
    /// The models that can draft for the one that was asked about, by id.
    Drafts(Vec<String>),
    /// A text or a picture is on the clipboard.
    Copied,
    Models(ModelNews),
    /// The engine could not be told to free its memory.
    NotUnloaded(StudioError),
    /// No file dialog can open.
    NoDialog(NoDialog),
    /// A file is to be written into this folder, which is not there.
    NoFolder(PathBuf),
    /// A folder that was chosen can be taken into use, or not.
    FolderTried(FolderOf, PathBuf, Result<()>),
}

/// Changes `state` for `input` and says what is to be done about it, in order.
pub fn update(state: &mut AppState, input: Input) -> Vec<Effect> {
    // What would change the person's folders is not done at all where another window has them.
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
enum Origin<'a> {
    /// A wish of the person's.
    Person(&'a Command),
    /// A file that they opened.
    File(&'a StoreEvent),
    /// What the program does by itself.
    Program,
}

impl Input {
    fn origin(&self) -> Origin<'_> {
        use StoreEvent::{ChatsOpened, LatentsOpened, Opened, PersonaOpened, WorldOpened};
        match self {
            Self::Command(
                Command::Tick | Command::NeedThumbnail(_) | Command::WindowChanged(_) | Command::Measure(_),
            ) => Origin::Program,
            Self::Command(command) => Origin::Person(command),
            Self::Store(
                event @ (Opened { .. }
                | ChatsOpened { .. }
                | PersonaOpened { .. }
                | WorldOpened { .. }
                | LatentsOpened { .. }),
            ) => Origin::File(event),
            Self::Store(_)
            | Self::Engine(_)
            | Self::Fetch(_)
            | Self::Ledger(..)
            | Self::Grammar(..)
            | Self::Drafts(_)
            | Self::Models(_)
            | Self::Copied
            | Self::NotUnloaded(_)
            | Self::NoDialog(_)
            | Self::NoFolder(_)
            | Self::FolderTried(..) => Origin::Program,
        }
    }
}

fn apply(state: &mut AppState, input: Input) -> Vec<Effect> {
    let mut effects = Vec::new();
    state.note_typing(&input);
    let before = state.before(&input);
    let room = state.room();
    match input {
        Input::Command(command) => state.command(command, &mut effects),
        Input::Engine(event) => state.engine_event(event, &mut effects),
        Input::Store(event) => state.store_event(event, &mut effects),
        Input::Fetch(event) => state.fetch_event(event, &mut effects),
        Input::Ledger(serial, ledger) => state.measured(serial, ledger),
        Input::Grammar(grammar, outcome) => state.grammar_checked(grammar, outcome),
        Input::Drafts(able) => state.drafts_found(able),
        Input::Copied => state.note(NoticeKind::Copied),
        Input::Models(news) => state.model_news(news, &mut effects),
        Input::NotUnloaded(error) => state.not_unloaded(error),
        Input::NoDialog(what) => state.no_dialog(what),
        Input::NoFolder(folder) => state.ask.folder = Some(folder),
        Input::FolderTried(of, path, outcome) => state.folder_tried(of, path, outcome, &mut effects),
    }
    state.note_action(before);
    state.send_held(&mut effects);
    state.hold_back_unsaid(&mut effects);
    if state.room() != room {
        state.trash = Default::default();
        state.models.sort_places();
        if room == Room::Models {
            state.forget_opened();
        }
    }
    if state.room() == Room::Models {
        state.models.keep_places();
    }
    state.heal();
    state.mind_layers(&mut effects);
    state.load_stage(&mut effects);
    state.refresh_findings();
    state.drop_stale_notes();
    state.write.note_questions(&effects);
    effects
}

/// What is read when the window opens.
pub fn begin(state: &mut AppState) -> Vec<Effect> {
    let mut effects = vec![Effect::ListConversations, Effect::ListRecent];
    // The whole library is read when it is first looked at.
    if state.room() == Room::Gallery {
        state.look_at_library(true, &mut effects);
    }
    state.write.note_questions(&effects);
    effects
}

type Effects = Vec<Effect>;

impl AppState {
    fn command(&mut self, command: Command, fx: &mut Effects) {
        match command {
            Command::Go(room) => self.go(room, fx),
            Command::SetLang(_)
            | Command::SetTheme(_)
            | Command::SetZoom(_)
            | Command::SetDevice(_)
            | Command::SetOffline(_)
            | Command::ChooseLibraryFolder
            | Command::LibraryFolderChosen(_)
            | Command::ChooseModelsFolder
            | Command::ModelsFolderChosen(_)
            | Command::Reveal(_)
            | Command::OpenLink(_)
            | Command::WindowChanged(_)
            | Command::SetPane(..)
            | Command::DismissNotice(_)
            | Command::DismissProblems
            | Command::Tick => self.settings_command(command, fx),

            Command::StartAgain => self.note(NoticeKind::OpenAlready),
            Command::TakeExample(text) => match self.room() {
                Room::Write => self.command(Command::SetDraft(text), fx),
                Room::Create | Room::Gallery | Room::Models | Room::Settings => {
                    self.command(Command::SetImage(ImageEdit::Prompt(text)), fx);
                }
            },
            Command::Undo => self.undo(fx),
            Command::Redo => self.redo(fx),
            Command::UndoThis(serial) => self.undo_this(serial, fx),
            Command::UndoPrompt => self.undo_prompt(fx),
            Command::Trash(command) => self.trash_command(command, fx),
            Command::Ask(command) => self.ask_command(command, fx),
            Command::Waiting(command) => self.waiting_command(command, fx),

            Command::SetImage(edit) => {
                self.stop_helper_for(&edit, fx);
                self.set_image(edit);
            }
            Command::RollSeed => self.roll_seed(),
            Command::Generate => self.generate(fx),
            Command::CancelJob(id) => self.cancel(id, fx),
            Command::CancelCurrent => match self.room() {
                Room::Write => self.stop_writing(fx),
                _ => self.cancel_shown(fx),
            },
            Command::Show(shown) => self.create.shown = shown,
            Command::UseSettings(key) => self.use_settings(key),
            Command::Vary(key) => self.vary(key, fx),
            Command::SavePictureAs(key) => self.export_shot(key, Enlarge::NONE, fx),
            Command::SavePictureAt(key, enlarge) => self.export_shot(key, enlarge, fx),
            Command::CopyPicture(key) => self.copy_shot(key, fx),
            Command::TrashPicture(key) => self.trash_shot(key, fx),
            Command::RetrySave(key) => self.retry_save(key, fx),
            Command::Layers(command) => self.layers_command(command, fx),
            Command::DismissCreateError => self.create.forget_error(),
            Command::DecodeAgain => self.decode_again(fx),
            Command::ImprovePrompt => self.improve_prompt(fx),
            Command::UseProposal => self.use_proposal(),
            Command::DropProposal => self.create.proposal = None,
            Command::PictureOfTurn(id) => self.picture_of_turn(id, fx),
            Command::Measure(cursor) => self.measure(cursor, fx),
            Command::CheckGrammar => self.check_grammar(fx),
            Command::FindDrafts => self.find_drafts(fx),
            Command::AnswerWith(overflow) => self.answer_with(overflow, fx),
            Command::UseSliders => self.use_sliders(),
            Command::ForgetSubject => self.create.subject = None,
            Command::GoToSubject => self.go_to_subject(fx),
            Command::IllustrateAgain(id) => self.illustrate_again(id, fx),
            Command::RemoveIllustration(id) => self.remove_illustration(id, fx),

            Command::SetText(_)
            | Command::SetDraft(_)
            | Command::SetSystemPrompt(_)
            | Command::SetSearch(_)
            | Command::Send
            | Command::StopWriting
            | Command::NewConversation
            | Command::OpenConversation(_)
            | Command::BeginTitle(_)
            | Command::SetTitle(..)
            | Command::LeaveTitle
            | Command::RenameConversation(..)
            | Command::PinConversation(..)
            | Command::OpenFound(..)
            | Command::GoToTurn(_)
            | Command::TrashConversation(_)
            | Command::RestoreConversation(_)
            | Command::CopyTurn(_)
            | Command::BeginEdit(_)
            | Command::SetEdit(_)
            | Command::CancelEdit
            | Command::DiscardEdit
            | Command::SendEdit
            | Command::SelectBranch(_)
            | Command::Inspect(_)
            | Command::BranchAtToken { .. }
            | Command::Regenerate
            | Command::ContinueWriting
            | Command::ExportConversation(_)
            | Command::OpenForm(_)
            | Command::SetFormField(..)
            | Command::CloseForm
            | Command::DiscardForm
            | Command::WriteForm
            | Command::WriteSection
            | Command::AskAgain(_)
            | Command::Page(_)
            | Command::DismissWriteError => self.write_command(command, fx),

            Command::Persona(command) => self.persona_command(command, fx),
            Command::Card(edit) => self.edit_card(edit, fx),

            Command::Select(_)
            | Command::Mark(_)
            | Command::MarkTo(_)
            | Command::MarkAll
            | Command::Unmark
            | Command::ShowFull(_)
            | Command::Step(_)
            | Command::SaveCopies(_)
            | Command::CopiesFolderChosen(_)
            | Command::CopyLibrary(_)
            | Command::TrashItems(_)
            | Command::SetThumbnails(_)
            | Command::SetPixels(_)
            | Command::SaveItemAt(..)
            | Command::SetGallerySearch(_)
            | Command::NeedThumbnail(_)
            | Command::UseItem(_)
            | Command::OpenFile(_)
            | Command::ChooseFile
            | Command::SaveItemAs(_)
            | Command::CopyItem(_)
            | Command::TrashItem(_)
            | Command::RestorePictures(_)
            | Command::RefreshLibrary => self.gallery_command(command, fx),

            Command::Fetch(id) => self.fetch(&id, fx),
            Command::AnswerTerms(id, agreed) => self.answer_terms(id, agreed, fx),
            Command::CancelFetch(id) => self.cancel_fetch(&id, fx),
            Command::UseModel(id) => self.use_model(&id),
            Command::ChooseModelFile => fx.push(Effect::AskModelFile),
            Command::ChooseModelFolder => fx.push(Effect::AskModelFolder),
            Command::OpenModel(path) => self.open_model(path, fx),
            Command::ChooseMissingPart(name) => self.choose_missing_part(&name, fx),
            Command::PartChosen(id, path) => self.part_chosen(id, path, fx),
            Command::RemoveModel(id) => self.remove_model(id, fx),
            Command::RemoveModelFile(path) => fx.push(Effect::RemoveModelFile(path)),
            Command::RestoreModel(removed) => {
                self.came_back(Undoable::ModelRemoved(removed.clone()));
                fx.push(Effect::RestoreModel(removed));
            }
            Command::EmptyModelTrash => fx.push(Effect::EmptyModelTrash),
            Command::ForgetModel(path) => self.forget_model(&path),
            Command::FilterModels(makes) => self.models.filter = makes,
            Command::BetterModels(makes) => {
                self.models.filter = Some(makes);
                self.go(Room::Models, fx);
            }
            Command::ShowModel(id) => {
                self.models.filter = self.models.entry(&id).map(|entry| entry.card.makes);
                self.models.shown = Some(id);
                self.go(Room::Models, fx);
            }
            Command::ModelShown => self.models.shown = None,
            Command::DismissModelError => self.models.error = None,
            Command::Unload => self.unload(fx),
        }
    }

    fn go(&mut self, room: Room, fx: &mut Effects) {
        self.give_title(fx);
        // A search is for this visit.
        if self.settings.room == Room::Gallery && room != Room::Gallery && !self.gallery.search.is_empty() {
            self.gallery.search.clear();
            self.gallery.changed();
        }
        self.settings.room = room;
        self.trash = Default::default();
        if room == Room::Gallery {
            self.look_at_library(false, fx);
        }
        // Models may have come or gone outside the window.
        if room == Room::Models {
            fx.push(Effect::ReadModels);
        }
    }

    /// Hands a job to the engine as soon as the lane of its medium has none.
    fn ask_engine(&mut self, id: JobId, task: Task, fx: &mut Effects) {
        if self.lanes.add(id, task) {
            self.hand_over(fx);
        } else {
            let error = Cause::QueueFull { waiting: WAITING }.into();
            self.job_event(Event { job: id, kind: EventKind::Failed(error) }, fx);
        }
    }

    fn hand_over(&mut self, fx: &mut Effects) {
        fx.extend(self.lanes.next().into_iter().map(|(id, task)| Effect::Submit { id, task }));
    }

    /// Ends a job: at once where it waits, else the engine says when.
    fn cancel_job(&mut self, id: JobId, fx: &mut Effects) {
        if self.lanes.forget(id) {
            self.job_event(Event { job: id, kind: EventKind::Cancelled }, fx);
        } else {
            fx.push(Effect::Cancel(id));
        }
    }

    /// News of the engine. A lane whose job is over gets the next one.
    fn engine_event(&mut self, event: Event, fx: &mut Effects) {
        let over = event.kind.is_ending();
        if over {
            self.lanes.ended(event.job);
        }
        self.job_event(event, fx);
        if over {
            self.hand_over(fx);
        }
    }

    fn job_event(&mut self, event: Event, fx: &mut Effects) {
        let id = event.job;
        if let EventKind::Unloaded { medium } = event.kind {
            return self.unloaded(medium);
        }
        if let EventKind::Ready { .. } = event.kind {
            self.note_loaded(id);
        }
        if let EventKind::Freed { id } = &event.kind {
            if let Some(entry) = self.models.entry_mut(id) {
                entry.loaded = false;
            }
            return;
        }
        if self.create.helper.as_ref().is_some_and(|helper| helper.id == id) {
            self.helper_event(id, event.kind, fx);
        } else if self.is_layers_job(id) {
            self.layers_event(event.kind, fx);
        } else if self.create.jobs.iter().any(|job| job.id == id) {
            self.image_event(id, event.kind, fx);
        } else if self.write.bring(|job| job.id == Some(id)) {
            self.text_event(event.kind, fx);
        }
    }
}

/// A phase moves on, but a cancel that was asked for stays visible until the engine confirms it.
fn advance(phase: &mut Phase, next: Phase) {
    if *phase != Phase::Cancelling {
        *phase = next;
    }
}
