//! Connects state, views, engine, store and fetches.

mod catalogue;
#[cfg(windows)]
mod console;
mod dialogs;
mod display;
mod effects;
mod failure;
mod fonts;
mod frames;
mod guard;
mod instance;
mod logged;
mod opening;
mod portal;
mod size;
mod window;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crossbeam_channel::Receiver;

use crate::catalog::Catalog;
use crate::cli::system_lang;
use crate::domain::{Event, JobId, StoreEvent, StoreRequest, Wake, WindowGeometry};
use crate::engine::text::{Checked, DraftFinder, GrammarChecker, Measured, Measurer, TextChecked, TextChecker};
use crate::engine::{Engine, JobHandle, MemoryBudget, Reservation, backends, device_name, kernels, process_memory};
use crate::error::{Cause, StudioError};
use crate::state::{
    AppState, Command, CreateCommand, Effect, Input, LayersCommand, NoDialog, SettingsCommand, StatusNews, begin,
    update,
};
use crate::store::{Paths, Store};
use crate::ui::Views;
use catalogue::{Fetches, Found};
use dialogs::{Answer, Dialogs};
use frames::Frames;
use instance::{Calls, Instance};
use logged::Logged;

pub use window::run;

/// Time budget per frame for events; the rest waits for the next frame.
const DRAIN: Duration = Duration::from_millis(4);
/// Events closer together than this share a frame, so that drawing does not take the engine's processor time.
const COALESCE: Duration = Duration::from_millis(33);
/// How long the first frame waits for the models folder: it may be on a disk that sleeps.
const FIRST_LOOK: Duration = Duration::from_millis(200);
/// How long a window takes to get its place and size from the system.
const OPENING: Duration = Duration::from_secs(2);
/// How often the memory figure is read while frames are drawn.
const SAMPLE: Duration = Duration::from_secs(1);

/// Starts an engine; tests give their own backends.
pub type StartEngine =
    Box<dyn Fn(crate::domain::DeviceChoice, Arc<MemoryBudget>, Wake) -> (Engine, Receiver<Event>) + Send>;
/// The settings file as it was read, and what was wrong with it.
pub type Loaded = (crate::domain::Settings, Option<StudioError>);

/// What a window may do with the person's folders.
pub enum Access {
    /// It may write; other windows are unknown.
    Alone,
    /// The same, and later starts are heard.
    First(Arc<Instance>),
    /// Another window has them: this one is read-only.
    ReadOnly,
}

impl Access {
    fn instance(&self) -> Option<Arc<Instance>> {
        match self {
            Self::First(instance) => Some(instance.clone()),
            Self::Alone | Self::ReadOnly => None,
        }
    }
}

/// The program behind the window.
pub struct Studio {
    pub state: AppState,
    views: Views,
    commands: Vec<Command>,
    catalog: Arc<Catalog>,
    /// The catalogue on its way: first its cards, then with the headers of all models read.
    coming: Option<Receiver<Found>>,
    /// The monitor that the window was fitted to, in points of the system.
    monitor: Option<egui::Vec2>,
    /// The zoom of the last frame.
    zoom: f32,
    /// Closing was put off once, since something is not on the disk.
    put_off: bool,
    start_engine: StartEngine,
    budget: Arc<MemoryBudget>,
    engine: Engine,
    engine_events: Receiver<Event>,
    jobs: HashMap<JobId, JobHandle>,
    logged: Logged,
    store: Store,
    store_events: Receiver<StoreEvent>,
    fetches: Fetches,
    measurer: Measurer,
    measured: Receiver<Measured>,
    grammars: GrammarChecker,
    checked: Receiver<Checked>,
    texts: TextChecker,
    texts_checked: Receiver<TextChecked>,
    drafts: DraftFinder,
    drafts_found: Receiver<Vec<String>>,
    dialogs: Dialogs,
    /// A copy that waits for its folder.
    folderless: Option<Box<StoreRequest>>,
    /// Later starts that hand over what they were to open.
    calls: Option<Calls>,
    wake: Wake,
    started: Instant,
    sampled: Option<Instant>,
    applied: Option<(crate::domain::Theme, Option<f32>)>,
    /// While nothing is computed, and while jobs run.
    frames: [Frames; 2],
    /// The window's pictures, and their share of the budget where there was room for it.
    pictures: (u64, Option<Reservation>),
}

impl Studio {
    /// The program with its real engine, below the person's own folders.
    pub fn new(ctx: &egui::Context, paths: Paths, loaded: Loaded, started: Instant, access: &Access) -> Self {
        // In place of all others: eframe's own may be one of them.
        ctx.set_font_providers(vec![Arc::new(fonts::SystemFonts::look())]);
        let start: StartEngine = Box::new(|device, budget, wake| Engine::start(backends(&budget, device), wake));
        Self::with_access(ctx, paths, loaded, started, start, access)
    }

    /// The same on another engine.
    pub fn with_access(
        ctx: &egui::Context,
        paths: Paths,
        loaded: Loaded,
        started: Instant,
        start_engine: StartEngine,
        access: &Access,
    ) -> Self {
        Views::setup(ctx);
        let wake: Wake = {
            let ctx = ctx.clone();
            Arc::new(move || ctx.request_repaint_after(COALESCE))
        };
        let (settings, problem) = loaded;
        let models = paths.models(&settings);
        let budget = MemoryBudget::of_this_machine();
        let (engine, engine_events) = start_engine(settings.device, budget.clone(), wake.clone());
        let (measurer, measured) = Measurer::start(wake.clone());
        let (grammars, checked) = GrammarChecker::start(wake.clone());
        let (texts, texts_checked) = TextChecker::start(wake.clone());
        let (drafts, drafts_found) = DraftFinder::start(wake.clone());
        let read_only = matches!(access, Access::ReadOnly);
        let (store, store_events) = Store::open(&paths, &settings, wake.clone(), read_only);

        let mut state = AppState::new(settings, system_lang(), rand::random());
        state.ask.home = Paths::person();
        state.now_ms = now_ms();
        state.read_only = read_only;
        state.status.device = device_name(state.settings.device).to_owned();
        state.status.budget = budget.total();
        state.status.library = paths.library(&state.settings);
        state.status.models = paths.models(&state.settings);
        state.status.data = paths.data().to_owned();
        state.status.kernels = kernels::processor_name().to_owned();
        logged::start(&state);
        let zoom = crate::ui::theme::factor(state.settings.zoom);

        let mut studio = Self {
            state,
            views: Views::default(),
            commands: Vec::new(),
            catalog: Arc::new(Catalog::built_in(&models)),
            coming: None,
            monitor: None,
            zoom,
            put_off: false,
            start_engine,
            budget,
            engine,
            engine_events,
            jobs: HashMap::new(),
            logged: Logged::default(),
            store,
            store_events,
            fetches: Fetches::default(),
            measurer,
            measured,
            grammars,
            checked,
            texts,
            texts_checked,
            drafts,
            drafts_found,
            dialogs: Dialogs::new(wake.clone(), paths.exports().to_owned()),
            folderless: None,
            calls: access.instance().map(|instance| Calls::listen(instance, wake.clone())),
            wake,
            started,
            sampled: None,
            applied: None,
            frames: Default::default(),
            pictures: (0, None),
        };
        studio.load_catalog(models);
        studio.take_catalog(ctx, FIRST_LOOK);
        if studio.state.catalogue.entries.is_empty() {
            let built_in = catalogue::built_in(&studio.catalog);
            studio.input(ctx, Input::Catalogue(Box::new(built_in)));
        }
        let effects = begin(&mut studio.state);
        studio.perform(ctx, effects);
        studio.store.send(StoreRequest::ListPersonas);
        if !read_only {
            studio.store.send(StoreRequest::BeginRun);
            studio.store.send(StoreRequest::LoadDesk);
        }
        if let Some(error) = problem {
            studio.input(ctx, Input::Store(StoreEvent::Failed(None, error)));
        }
        studio
    }

    /// Opens a file as if it had been dropped on the window.
    pub fn open(&mut self, path: PathBuf) {
        self.commands.push(Command::OpenFile(path));
    }

    /// Opens no file dialogs, as on a system that has none.
    pub fn without_dialogs(mut self) -> Self {
        self.dialogs = self.dialogs.without();
        self
    }

    /// Does what a person asked for, outside of a frame.
    pub fn command(&mut self, ctx: &egui::Context, command: Command) {
        self.input(ctx, Input::Command(command));
    }

    fn input(&mut self, ctx: &egui::Context, input: Input) {
        self.logged.input(&input);
        if let Input::Engine(event) = &input
            && event.kind.is_ending()
        {
            self.jobs.remove(&event.job);
        }
        // The next time that the window is to be closed, something else may be unsaved.
        self.put_off &= !matches!(input, Input::Store(StoreEvent::AllWritten));
        let effects = update(&mut self.state, input);
        self.logged.problems(&self.state.notices);
        self.perform(ctx, effects);
    }

    /// Takes the news of all threads, for at most [`DRAIN`].
    fn drain(&mut self, ctx: &egui::Context) {
        self.take_catalog(ctx, Duration::ZERO);
        let until = Instant::now() + DRAIN;
        loop {
            let mut any = false;
            if let Ok(event) = self.engine_events.try_recv() {
                any = true;
                self.input(ctx, Input::Engine(event));
            }
            if let Ok(event) = self.store_events.try_recv() {
                any = true;
                self.input(ctx, Input::Store(event));
            }
            if let Some(event) = self.fetches.try_recv() {
                any = true;
                self.input(ctx, Input::Fetch(event));
            }
            if let Ok((serial, ledger)) = self.measured.try_recv() {
                any = true;
                self.input(ctx, Input::Ledger(serial, ledger));
            }
            if let Ok((grammar, outcome)) = self.checked.try_recv() {
                any = true;
                self.input(ctx, Input::Grammar(grammar, outcome));
            }
            if let Ok((serial, findings)) = self.texts_checked.try_recv() {
                any = true;
                self.input(ctx, Input::TextChecked(serial, findings));
            }
            if let Ok(able) = self.drafts_found.try_recv() {
                any = true;
                self.input(ctx, Input::Drafts(able));
            }
            if let Ok(answer) = self.dialogs.answers.try_recv() {
                any = true;
                self.answer(ctx, answer);
            }
            if !any {
                return;
            }
            if Instant::now() >= until {
                ctx.request_repaint();
                return;
            }
        }
    }

    fn answer(&mut self, ctx: &egui::Context, answer: Answer) {
        match answer {
            Answer::Failed(error) => {
                let room = self.state.room();
                self.input(ctx, Input::Store(StoreEvent::Failed(Some(room), error)));
            }
            Answer::Command(command) => self.input(ctx, Input::Command(command)),
            Answer::Input(input) => self.input(ctx, *input),
            Answer::Store(request) => self.store.send(*request),
            Answer::Unasked(path, request) => {
                self.input(ctx, Input::NoDialog(NoDialog::Saves(path)));
                self.store.send(*request);
            }
            Answer::NoFolder(folder, request) => {
                self.folderless = Some(request);
                self.input(ctx, Input::NoFolder(folder));
            }
            Answer::NoDialog(purpose) => self.input(ctx, Input::NoDialog(NoDialog::Asks(purpose))),
        }
    }

    /// A later start of the program: its file is opened here, and this window comes to the front.
    fn take_calls(&mut self, ctx: &egui::Context) {
        while let Some(open) = self.calls.as_ref().and_then(Calls::take) {
            for command in [
                egui::ViewportCommand::Minimized(false),
                egui::ViewportCommand::Focus,
                egui::ViewportCommand::RequestUserAttention(egui::UserAttentionType::Informational),
            ] {
                ctx.send_viewport_cmd(command);
            }
            // Not every desktop lets a window come to the front.
            self.input(ctx, Input::Command(Command::StartAgain));
            if let Some(path) = open {
                self.input(ctx, Input::Command(Command::OpenFile(path)));
            }
        }
    }

    /// Everything but drawing: called before each frame, and while the window is hidden.
    pub fn logic(&mut self, ctx: &egui::Context) {
        self.input(ctx, Input::Clock(now_ms()));
        self.take_window_size(ctx);
        self.put_off_closing(ctx);
        for command in std::mem::take(&mut self.commands) {
            self.input(ctx, Input::Command(command));
        }
        self.take_calls(ctx);
        self.drain(ctx);
        self.input(ctx, Input::Command(Command::Tick));
        self.count_pictures();
        if self.sampled.is_none_or(|at| at.elapsed() >= SAMPLE) {
            self.sampled = Some(Instant::now());
            self.input(ctx, Input::Status(StatusNews::Memory(process_memory())));
        }
        let look = (self.state.settings.theme, self.state.settings.zoom);
        if self.applied != Some(look) {
            self.applied = Some(look);
            crate::ui::theme::apply(ctx, look.0, look.1);
        }
        if let Some(ms) = self.state.next_deadline_ms() {
            ctx.request_repaint_after(Duration::from_millis(ms as u64));
        }
    }

    /// Takes the window's pictures out of what models may have.
    fn count_pictures(&mut self) {
        let bytes = self.state.picture_bytes();
        if self.pictures.0 != bytes {
            self.pictures = (bytes, None);
            self.pictures.1 = self.budget.reserve_free(bytes);
        }
    }

    /// The window's size. Only what lasts may be read here: keys, clicks and dropped files are events of one pass, and
    /// this runs for passes that draw nothing too, where egui still holds the events of the pass before.
    fn take_window_size(&mut self, ctx: &egui::Context) {
        // Points of the system: a larger text size is no smaller window.
        let zoom = ctx.zoom_factor();
        // A frame that begins with another zoom still has sizes in points of the zoom before.
        if ctx.current_pass_index() > 0 {
            return;
        }
        if std::mem::replace(&mut self.zoom, zoom) != zoom {
            return ctx.request_repaint();
        }
        let geometry = ctx.input(|input| {
            let viewport = input.viewport();
            let maximized = viewport.maximized.unwrap_or(false);
            let size = viewport.inner_rect.map(|rect| rect.size() * zoom);
            size.map(|size| (size, maximized, viewport.monitor_size.map(|size| size * zoom)))
        });
        let old = self.state.settings.window;
        let Some((size, maximized, monitor)) = geometry else { return };
        if let Some(monitor) = monitor.map(egui::Vec2::round).filter(|monitor| self.monitor != Some(*monitor)) {
            let first = self.monitor.replace(monitor).is_none();
            let fitted = size::fit(size, monitor);
            // Before the size: no window becomes smaller than its least size.
            ctx.send_viewport_cmd(egui::ViewportCommand::MinInnerSize(size::least(monitor) / zoom));
            if first && old.maximized && !maximized {
                ctx.send_viewport_cmd(egui::ViewportCommand::Maximized(true));
            } else if first && !maximized && fitted != size {
                ctx.send_viewport_cmd(egui::ViewportCommand::InnerSize(fitted / zoom));
            }
        }
        // A window that opens has sizes that nobody chose.
        if self.started.elapsed() < OPENING {
            return ctx.request_repaint_after(OPENING);
        }
        // The size to come back to is the one before maximising.
        let new = if maximized {
            WindowGeometry { maximized, ..old }
        } else {
            WindowGeometry { width: size.x.round(), height: size.y.round(), maximized }
        };
        if new != old && new.width >= 100.0 && new.height >= 100.0 {
            self.commands.push(Command::Settings(SettingsCommand::WindowChanged(new)));
        }
    }

    /// A window that is to be closed stays, once, where something of the person's could not be written.
    fn put_off_closing(&mut self, ctx: &egui::Context) {
        if self.put_off || !ctx.input(|input| input.viewport().close_requested()) {
            return;
        }
        self.store.flush(Duration::from_secs(2));
        if self.store.has_unsaved() {
            self.put_off = true;
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            let refusal = self.store.refusal().map(|error| Box::new(error.cause().clone()));
            self.input(ctx, Input::Store(StoreEvent::Failed(None, Cause::Unsaved { refusal }.into())));
        }
    }

    /// Draws one frame.
    pub fn draw(&mut self, ui: &mut egui::Ui) {
        // egui may draw a frame twice: only the last pass counts.
        self.commands.clear();
        self.views.show(ui, &self.state, &mut self.commands);
        if !self.commands.is_empty() {
            ui.ctx().request_repaint();
        }
        if self.state.status.first_frame_s.is_none() {
            let seconds = self.started.elapsed().as_secs_f64();
            self.input(ui.ctx(), Input::Status(StatusNews::FirstFrame(seconds)));
            tracing::info!("first frame drawn after {seconds:.3} s");
        }
    }

    /// Ends: jobs are kept for the next start, everything that was asked of the store is finished.
    pub fn close(&mut self) {
        let keeps = !self.state.read_only;
        // What the fields took when the window was closed over them.
        for command in std::mem::take(&mut self.commands) {
            for effect in update(&mut self.state, Input::Command(command)) {
                if let Effect::Store(request @ StoreRequest::Journal { .. }) = effect {
                    self.store.send(request);
                }
            }
        }
        // What was arranged is kept; where its picture is not made yet, its job waits for the next start.
        for effect in
            update(&mut self.state, Input::Command(Command::Create(CreateCommand::Layers(LayersCommand::Done))))
        {
            if let Effect::Store(request @ StoreRequest::SavePicture { .. }) = effect {
                self.store.send(request);
            }
        }
        if let Some(desk) = self.state.unkept_desk().filter(|_| keeps) {
            self.store.send(StoreRequest::SaveDesk(Box::new(desk)));
        }
        self.jobs.clear();
        self.fetches.cancel_all();
        if let Some((id, params)) = self.state.write.unkept_sliders().filter(|_| keeps) {
            let entry = crate::domain::JournalEntry::Sliders { params: Box::new(params) };
            self.store.send(StoreRequest::Journal { id, entry });
        }
        if self.state.has_unsaved_settings() && keeps {
            self.store.send(StoreRequest::SaveSettings(Box::new(self.state.settings.clone())));
        }
        if keeps {
            self.store.send(StoreRequest::EndRun);
        }
        if !self.store.flush(Duration::from_secs(10)) {
            tracing::error!("the store did not finish in time");
        }
    }
}

impl eframe::App for Studio {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        Self::logic(self, ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        // Of the frame before.
        if let Some(seconds) = frame.info().cpu_usage {
            self.frames[usize::from(!self.jobs.is_empty())].add(seconds);
        }
        self.draw(ui);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.close();
        tracing::info!("idle: {}; while jobs run: {}", self.frames[0], self.frames[1]);
    }
}

/// Milliseconds since 1970 UTC.
fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64)
}
