//! The whole program but its models: clicks go in at the window, pictures and conversations come out on the disk.
//! The engine's threads are real; the backends follow a script.

mod home;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aigc_studio::app::{Access, Studio};
use aigc_studio::domain::*;
use aigc_studio::engine::{Backend, Backends, CancelToken, Engine, Reporter, Stop, text};
use aigc_studio::error::Cause;
use aigc_studio::state::{
    AskCommand, Command, CreateCommand, GalleryCommand, ModelsCommand, PersonaCommand, PersonaEdit, Saved,
    SettingsCommand, Stage, TextEdit, WriteCommand,
};
use aigc_studio::store::{Paths, load_settings, picture_files};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use crossbeam_channel::{Receiver, Sender, bounded};
use egui::accesskit::Role as Part;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sha2::{Digest, Sha256};

/// Patience for threads on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for a word before each step, so that a test can look at the window in the middle of a job.
struct Painter(Receiver<()>);

impl Backend for Painter {
    type Task = PictureTask;

    fn run(&mut self, task: &PictureTask, reporter: &Reporter, token: &CancelToken) -> Result<Outcome, Stop> {
        // What is to be decoded alone is painted too.
        let request = match task {
            PictureTask::Generate(request) => (**request).clone(),
            PictureTask::Decode(decode) => {
                let (params, model) = (ImageParams::default(), decode.model.clone());
                ImageRequest { params, model, seed: 0, layers: false, strict: false }
            }
        };
        if request.params.prompt.contains("panic") {
            panic!("the brush broke");
        }
        let steps = request.params.steps;
        let picture = Arc::new(Picture { width: 2, height: 2, rgba: vec![200; 16] });
        for step in 1..=steps {
            while self.0.recv_timeout(Duration::from_millis(5)).is_err() {
                token.check()?;
            }
            let progress = StepProgress { index: 0, count: 1, step, steps, eta_s: 1.0 };
            reporter.hint(PictureNews::Preview { progress, picture: picture.clone() });
        }
        let p = &request.params;
        let record = Box::new(PictureRecord {
            params: ImageParams {
                prompt: p.prompt.clone(),
                negative: p.negative.clone(),
                model: request.model.id.clone(),
                seed: Seed::Fixed(request.seed),
                steps,
                guidance: p.guidance,
                width: 2,
                height: 2,
                sampler: p.sampler,
                ..PictureRecord::default().params
            },
            model_hash: "ab".repeat(32),
            version: "test".into(),
            ..PictureRecord::default()
        });
        reporter.tell(PictureNews::Picture { index: 0, picture, record });
        Ok(Outcome::Image(ImageStats::default()))
    }
}

/// Answers with the words of the last message, one by one, as it is told to.
struct Writer(Receiver<()>);

impl Backend for Writer {
    type Task = TextRequest;

    fn run(&mut self, request: &TextRequest, reporter: &Reporter, token: &CancelToken) -> Result<Outcome, Stop> {
        let TextPrompt::Chat(messages) = &request.prompt else { return Err(Cause::EmptyPrompt.into()) };
        let last = messages.last().map(|m| m.content.clone()).unwrap_or_default();
        for word in last.split_inclusive(' ') {
            while self.0.recv_timeout(Duration::from_millis(5)).is_err() {
                token.check()?;
            }
            reporter.tell(TextNews::Token { text: word.to_uppercase() });
        }
        Ok(Outcome::Text(TextStats {
            dropped_turns: 0,
            prompt_tokens: 3,
            reused_tokens: 0,
            completion_tokens: 4,
            load_s: 0.0,
            ttft_s: 0.1,
            prompt_tok_s: 30.0,
            decode_tok_s: 40.0,
            drafted_tokens: 0,
            accepted_tokens: 0,
            seed: request.seed,
            finish_reason: FinishReason::Stop,
        }))
    }
}

struct Window {
    harness: Harness<'static, Option<Studio>>,
    /// One word lets the painter do a step, or the writer a word.
    go: Sender<()>,
}

impl Window {
    /// Opens the program below `home`, where a tiny language model is the chosen one.
    fn open(home: &std::path::Path) -> Self {
        Self::open_with(home, Access::Alone)
    }

    /// The same; no file dialog can open.
    fn open_with(home: &std::path::Path, access: Access) -> Self {
        let paths = Paths::below(home);
        let models = paths.models(&Settings::default());
        std::fs::create_dir_all(models.join("tiny")).unwrap();
        let file = models.join("tiny/tiny.gguf");
        text::testing::tiny_gguf(&file).unwrap();
        let card = format!(
            "id = \"tiny\"\nname = \"Tiny\"\nmakes = \"text\"\nfamily = \"llama\"\nabout = \"a\"\nabout_zh = \"甲\"\n\
             licence = \"MIT\"\nmemory = 1\n[[files]]\nname = \"tiny.gguf\"\nbytes = {}\nsha256 = \"{}\"\nsources = \
             [{{ kind = \"hub\", repo = \"a/b\", revision = \"main\", path = \"tiny.gguf\" }}]\n",
            file.metadata().unwrap().len(),
            hex::encode(Sha256::digest(std::fs::read(&file).unwrap())),
        );
        std::fs::write(models.join("tiny.toml"), card).unwrap();

        let (go, word) = bounded(1000);
        let start: aigc_studio::app::StartEngine = Box::new(move |_, _, wake| {
            let backends = vec![Backends::one(Writer(word.clone())), Backends::one(Painter(word.clone()))];
            Engine::start(backends, wake)
        });
        let mut start = Some(start);
        let frame = move |ui: &mut egui::Ui, studio: &mut Option<Studio>| {
            let ctx = ui.ctx().clone();
            let studio = studio.get_or_insert_with(|| {
                let mut loaded = load_settings(paths.settings());
                loaded.0.lang = Some(loaded.0.lang.unwrap_or_default());
                loaded.0.text.model = "tiny".into();
                let start = start.take().expect("opened once");
                Studio::with_access(&ctx, paths.clone(), loaded, Instant::now(), start, &access).without_dialogs()
            });
            studio.logic(&ctx);
            studio.draw(ui);
        };
        let mut harness = Harness::builder().with_size([1280.0, 800.0]).build_ui_state(frame, None);
        harness.run_steps(3);
        Self { harness, go }
    }

    fn studio(&mut self) -> &mut Studio {
        self.harness.state_mut().as_mut().unwrap()
    }

    /// Frames until `done`.
    #[track_caller]
    fn until(&mut self, what: &str, done: impl Fn(&mut Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !done(self) {
            assert!(Instant::now() < end, "waited too long until {what}");
            self.harness.step();
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Whether a label or a control says `words` anywhere in the window.
    fn shows(&self, words: &str) -> bool {
        self.harness.query_all_by_label_contains(words).next().is_some()
    }

    fn type_into(&mut self, part: Part, label: &str, text: &str) {
        let field = self.harness.get_by_role_and_label(part, label);
        field.focus();
        field.type_text(text);
        self.harness.run_steps(3);
    }

    fn click(&mut self, label: &str) {
        self.harness.get_by_role_and_label(Part::Button, label).click();
        self.harness.run_steps(3);
    }

    fn let_go(&self, words: usize) {
        for _ in 0..words {
            self.go.send(()).unwrap();
        }
    }

    fn close(mut self) {
        self.studio().close();
    }
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn generate_draws_shows_and_saves() {
    let home = home();
    let mut window = Window::open(home.path());
    window.type_into(Part::MultilineTextInput, "Prompt", "a red apple");
    assert_eq!(window.studio().state.settings.image.prompt, "a red apple");
    window.click("Generate");
    window.let_go(3);
    window.until("the third step shows", |w| w.shows("Step 3 of 24"));
    assert!(matches!(window.studio().state.create.stage(), Stage::Job(_)));
    window.let_go(21);
    window.until("the picture is saved", |w| {
        w.studio().state.create.strip.first().is_some_and(|s| matches!(s.saved, Saved::At(_)))
    });
    let Saved::At(path) = window.studio().state.create.strip[0].saved.clone() else { unreachable!() };
    assert!(path.starts_with(home.path()));
    assert_eq!(picture_files::read_record(&path).unwrap().prompt, "a red apple");
    window.until("it can be saved elsewhere", |w| w.shows("Save as"));
    window.close();
}

#[test]
fn esc_cancels_and_the_next_job_runs() {
    let home = home();
    let mut window = Window::open(home.path());
    window.type_into(Part::MultilineTextInput, "Prompt", "a cat");
    window.click("Generate");
    window.let_go(2);
    window.until("it runs", |w| w.shows("Step 2 of 24"));
    window.harness.key_press(egui::Key::Escape);
    // The frame that takes the key says so, whatever the engine does; the next one at the latest is drawn with it.
    window.harness.run_steps(2);
    assert!(window.shows("Stopping") || window.studio().state.create.jobs.is_empty());
    window.until("it is cancelled", |w| w.studio().state.create.jobs.is_empty());
    assert!(window.studio().state.create.strip.is_empty());
    window.click("Generate");
    window.let_go(24);
    window.until("the next one is done", |w| w.studio().state.create.strip.len() == 1);
    window.close();
}

#[test]
fn a_panic_in_a_model_is_a_message_and_the_studio_goes_on() {
    let home = home();
    let mut window = Window::open(home.path());
    window.type_into(Part::MultilineTextInput, "Prompt", "panic");
    window.click("Generate");
    window.until("the error shows", |w| w.shows("the brush broke"));
    let edit = aigc_studio::state::ImageEdit::Prompt("calm".into());
    let ctx = window.harness.ctx.clone();
    window.studio().command(&ctx, Command::Create(CreateCommand::SetImage(edit)));
    window.harness.run_steps(2);
    window.click("Generate");
    window.let_go(24);
    window.until("a picture", |w| w.studio().state.create.strip.len() == 1);
    window.close();
}

#[test]
fn an_empty_prompt_is_said_in_the_window() {
    let home = home();
    let mut window = Window::open(home.path());
    let ctx = window.harness.ctx.clone();
    window.studio().command(&ctx, Command::Create(CreateCommand::Generate));
    window.until("its field is marked", |w| w.shows("Write here what you would like to see"));
    window.close();
}

#[test]
fn what_was_said_comes_back_after_a_close_in_the_middle() {
    let home = home();
    let mut window = Window::open(home.path());
    let ctx = window.harness.ctx.clone();
    window.studio().command(&ctx, Command::Go(Room::Write));
    window.harness.run_steps(2);
    window.type_into(Part::MultilineTextInput, "Message", "one two three four");
    window.harness.key_press(egui::Key::Enter);
    window.let_go(2);
    window.until("two words came", |w| w.shows("ONE TWO"));
    window.close();

    let mut window = Window::open(home.path());
    window.until("the conversation is listed", |w| w.studio().state.write.conversations.len() == 1);
    assert_eq!(window.studio().state.room(), Room::Write, "the room survives a restart");
    let id = window.studio().state.write.conversations[0].id.clone();
    window.studio().command(&ctx, Command::Write(WriteCommand::OpenConversation(id)));
    window.until("its turns are here", |w| w.studio().state.write.open.turns.len() == 2);
    let turns = &window.studio().state.write.open.turns;
    assert_eq!(turns[1].message.content, "ONE TWO ");
    window.close();
}

#[test]
fn a_talk_its_pin_and_its_words_are_there_after_a_restart() {
    let home = home();
    let mut window = Window::open(home.path());
    let ctx = window.harness.ctx.clone();
    let set = |edit| Command::Persona(PersonaCommand::Set(edit));
    for command in [
        Command::Go(Room::Write),
        Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::Temperature, 0.1))),
        Command::Persona(PersonaCommand::New),
        set(PersonaEdit::Name("Ada".into())),
        set(PersonaEdit::Greeting(0, "Which CLOCK has stopped?".into())),
        set(PersonaEdit::Sliders(true)),
        Command::Persona(PersonaCommand::Keep),
        Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::Temperature, 0.9))),
        Command::Write(WriteCommand::UseSliders),
    ] {
        window.studio().command(&ctx, command);
    }
    let ada = window.studio().state.personas.kept[0].id.clone();
    window.studio().command(&ctx, Command::Persona(PersonaCommand::Talk(ada)));
    let id = window.studio().state.write.open.id.clone().unwrap();
    // It is kept, and in the list, from the first letter on.
    window.studio().command(&ctx, Command::Write(WriteCommand::SetDraft("S".into())));
    window.studio().command(&ctx, Command::Write(WriteCommand::PinConversation(id.clone(), true)));
    // Moved just before the end: written down all the same.
    window.studio().command(&ctx, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::TopK, 7.0))));
    window.close();

    let mut window = Window::open(home.path());
    window.until("the list is here", |w| w.studio().state.write.conversations.first().is_some_and(|head| head.pinned));
    window.until("so is the library", |w| w.studio().state.personas.kept.len() == 1);
    window.until("what was open is open", |w| w.studio().state.write.open.id.as_ref() == Some(&id));
    assert_eq!(window.studio().state.settings.text.temperature, 0.9, "the person's own");
    window.studio().command(&ctx, Command::Write(WriteCommand::SetSearch("which clock".into())));
    window.until("its words are found", |w| w.studio().state.write.text_search.hits.len() == 1);
    let hit = window.studio().state.write.text_search.hits[0].clone();
    window.studio().command(&ctx, Command::Write(WriteCommand::OpenHit(hit.conversation, hit.turn, hit.at)));
    window.until("it is open", |w| w.studio().state.write.open.id.as_ref() == Some(&id));
    let state = &window.studio().state;
    assert_eq!((state.text().temperature, state.text().top_k), (0.1, 7));
    assert_eq!(state.write.open.manner.speaker.as_ref().unwrap().name, "Ada");
    assert_eq!(state.write.scroll_target.unwrap().turn, 1);
    window.close();
}

#[test]
fn text_and_pictures_run_at_once() {
    let home = home();
    let mut window = Window::open(home.path());
    let ctx = window.harness.ctx.clone();
    let prompt = Command::Create(CreateCommand::SetImage(aigc_studio::state::ImageEdit::Prompt("a cat".into())));
    for command in [
        prompt,
        Command::Create(CreateCommand::Generate),
        Command::Write(WriteCommand::SetDraft("hello".into())),
        Command::Write(WriteCommand::Send),
    ] {
        window.studio().command(&ctx, command);
    }
    window.until("both have started", |w| {
        let state = &w.studio().state;
        let text = state.write.job.as_ref().map(|j| j.phase);
        let image = state.create.running().map(|j| j.phase);
        let running = aigc_studio::state::Phase::Running;
        text == Some(running) && image == Some(running)
    });
    window.let_go(25);
    window.until("both are done", |w| {
        let state = &w.studio().state;
        state.write.job.is_none() && state.create.jobs.is_empty()
    });
    assert_eq!(window.studio().state.write.open.turns[1].message.content, "HELLO");
    window.close();
}

#[test]
fn dropping_a_picture_of_ours_restores_its_settings() {
    let home = home();
    let mut window = Window::open(home.path());
    window.type_into(Part::MultilineTextInput, "Prompt", "a green snake");
    window.click("Generate");
    window.let_go(24);
    window.until("saved", |w| w.studio().state.create.strip.first().is_some_and(|s| matches!(s.saved, Saved::At(_))));
    let Saved::At(path) = window.studio().state.create.strip[0].saved.clone() else { unreachable!() };
    let seed = window.studio().state.create.strip[0].record.seed();
    let copy: PathBuf = home.path().join("elsewhere.png");
    std::fs::copy(path, &copy).unwrap();
    let ctx = window.harness.ctx.clone();
    for command in [
        Command::Create(CreateCommand::SetImage(aigc_studio::state::ImageEdit::Prompt("something else".into()))),
        Command::Create(CreateCommand::SetImage(aigc_studio::state::ImageEdit::Number(ImageParam::Steps, 3.0))),
        Command::OpenFile(copy),
    ] {
        window.studio().command(&ctx, command);
    }
    window.until("restored", |w| w.studio().state.settings.image.prompt == "a green snake");
    let params = window.studio().state.settings.image.clone();
    assert_eq!((params.steps, params.seed), (24, Seed::Fixed(seed)));
    window.close();
}

#[test]
fn the_language_and_the_sliders_survive_a_restart() {
    let home = home();
    let mut window = Window::open(home.path());
    let ctx = window.harness.ctx.clone();
    window.studio().command(&ctx, Command::Settings(SettingsCommand::SetLang(aigc_studio::lang::Lang::Zh)));
    window.studio().command(
        &ctx,
        Command::Create(CreateCommand::SetImage(aigc_studio::state::ImageEdit::Number(ImageParam::Steps, 77.0))),
    );
    window.until("the window is Chinese", |w| w.harness.query_by_role_and_label(Part::Button, "生成").is_some());
    window.close();
    let mut window = Window::open(home.path());
    assert_eq!(window.studio().state.settings.image.steps, 77);
    assert!(window.harness.query_by_role_and_label(Part::Button, "生成").is_some());
    window.close();
}

/// Regression: a folder was made without a question where its path was typed wrong.
#[test]
fn copies_ask_before_they_make_a_folder() {
    let home = home();
    let mut window = Window::open(home.path());
    let (from, folder) = (home.path().join("a.png"), home.path().join("not/there"));
    std::fs::write(&from, b"bytes").unwrap();
    let ctx = window.harness.ctx.clone();
    for make in [false, true] {
        window.studio().command(&ctx, Command::Gallery(GalleryCommand::SaveCopies(vec![from.clone()])));
        window.studio().command(&ctx, Command::Gallery(GalleryCommand::CopiesFolderChosen(folder.clone())));
        window.until("the disk has answered", |w| w.studio().state.ask.folder.is_some());
        assert_eq!(window.studio().state.ask.folder, Some(folder.clone()), "the whole path");
        let answer = if make { AskCommand::MakeFolder } else { AskCommand::Leave };
        window.studio().command(&ctx, Command::Ask(answer));
        if make {
            window.until("the copy is there", |_| folder.join("a.png").exists());
        }
        assert_eq!(folder.exists(), make);
    }
    window.close();
}

#[test]
fn a_library_that_cannot_be_written_loses_no_picture() {
    let home = home();
    let mut window = Window::open(home.path());
    let (blocked, free) = (home.path().join("blocked"), home.path().join("free"));
    for folder in [&blocked, &free] {
        std::fs::create_dir(folder).unwrap();
    }
    let ctx = window.harness.ctx.clone();
    window.studio().command(&ctx, Command::Settings(SettingsCommand::LibraryFolderChosen(blocked.clone())));
    window.until("the folder is in use", |w| w.studio().state.status.library == blocked);
    // A file is refused, and the folder stays.
    let file = home.path().join("a.txt");
    std::fs::write(&file, b"no folder").unwrap();
    window.studio().command(&ctx, Command::Settings(SettingsCommand::LibraryFolderChosen(file)));
    window
        .until("the file is refused", |w| w.harness.query_by_label_contains("This is a file, not a folder").is_some());
    assert_eq!(window.studio().state.status.library, blocked);
    // Later it is no folder any more.
    std::fs::remove_dir_all(&blocked).unwrap();
    std::fs::write(&blocked, b"a file where a folder should be").unwrap();
    window.type_into(Part::MultilineTextInput, "Prompt", "a cat");
    window.click("Generate");
    window.let_go(24);
    window.until("the failure is known", |w| {
        w.studio().state.create.strip.first().is_some_and(|s| matches!(s.saved, Saved::Failed(_)))
    });
    let key = window.studio().state.create.strip[0].key;
    window.studio().command(&ctx, Command::Settings(SettingsCommand::LibraryFolderChosen(free.clone())));
    window.until("the other folder is in use", |w| w.studio().state.status.library == free);
    assert!(window.harness.query_by_label_contains("This is a file, not a folder").is_none());
    window.studio().command(&ctx, Command::Create(CreateCommand::RetrySave(key)));
    window.until(
        "it is saved in the other folder",
        |w| matches!(&w.studio().state.create.strip[0].saved, Saved::At(p) if p.starts_with(home.path().join("free"))),
    );
    window.close();
}

/// A file as the window system drops it.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

impl Window {
    /// Drops files on the window, waits until `done`, then as long again as a second one of each could need. The
    /// window is hidden meanwhile: its logic runs without a frame, where egui still shows the last frame's input.
    #[track_caller]
    fn drop_files(&mut self, paths: &[PathBuf], done: impl Fn(&mut Self) -> bool) {
        for path in paths {
            self.harness.input_mut().dropped_files.push(Arc::new(Dropped(path.clone())));
        }
        self.harness.step();
        let ctx = self.harness.ctx.clone();
        for _ in 0..3 {
            self.studio().logic(&ctx);
        }
        self.until("the dropped files are open", done);
        let end = Instant::now() + Duration::from_millis(300);
        while Instant::now() < end {
            self.harness.step();
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

const CHAT: &str = r#"{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]}"#;
const CARD: &str = r#"{"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Ada", "description": "A clockmaker.",
    "first_mes": "Which clock?", "mes_example": "", "personality": "", "scenario": ""}}"#;

#[test]
fn a_dropped_file_of_each_kind_is_opened_once() {
    use aigc_studio::state::NoticeKind;
    let home = home();
    let mut window = Window::open(home.path());
    let put = |name: &str, bytes: &[u8]| {
        let path = home.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let record = PictureRecord {
        params: ImageParams {
            prompt: "a green snake".into(),
            model: STICKER_ID.into(),
            seed: Seed::Fixed(5),
            steps: 9,
            guidance: 3.0,
            width: 64,
            height: 64,
            ..PictureRecord::default().params
        },
        version: "test".into(),
        ..PictureRecord::default()
    };
    let pixels = Picture { width: 64, height: 64, rgba: vec![200; 4 * 64 * 64] };

    let picture = put("snake.png", &picture_files::encode_png(&pixels, Some(&record)).unwrap());
    window.drop_files(&[picture], |w| w.studio().state.settings.image.prompt == "a green snake");
    let restored = |w: &mut Window| {
        let notices = &w.studio().state.notices.list;
        notices.iter().filter(|n| matches!(n.kind, NoticeKind::SettingsRestored(_))).count()
    };
    assert_eq!((restored(&mut window), window.studio().state.create.strip.len()), (1, 1));

    let chat = put("old.json", CHAT.as_bytes());
    window.drop_files(&[chat], |w| !w.studio().state.write.conversations.is_empty());
    assert_eq!(window.studio().state.write.conversations.len(), 1);

    let card = put("ada.json", CARD.as_bytes());
    window.drop_files(&[card], |w| !w.studio().state.personas.kept.is_empty());
    let state = &window.studio().state;
    let talked = state.write.open.manner.speaker.is_some();
    // The talk comes into the list once something is said in it.
    let kept = (state.personas.kept.len(), state.write.conversations.len());
    assert_eq!((kept, talked), ((1, 1), true), "kept, and talked with, once");

    let numbers = vec![0.0; 4 * 8 * 8];
    let latents = Latents { channels: 4, height: 8, width: 8, numbers, record: Box::new(record.clone()) };
    let latents = put("kept.latent", &aigc_studio::store::encode_latents(&latents).unwrap());
    window.drop_files(&[latents], |w| !w.studio().state.create.jobs.is_empty());
    assert_eq!(window.studio().state.create.jobs.len(), 1);

    let model = home.path().join("models/tiny/tiny.gguf");
    let model = if model.exists() { model } else { put("other.gguf", b"GGUF") };
    let opened = |w: &mut Window| {
        let notices = &w.studio().state.notices.list;
        notices.iter().filter(|n| matches!(n.kind, NoticeKind::ModelOpened(_))).count()
    };
    window.drop_files(std::slice::from_ref(&model), |w| opened(w) > 0);
    assert_eq!(opened(&mut window), 1, "it is said, and used where the person wants it");
    window.click("Use it in Write");
    window.until("it is used in Write", |w| w.studio().state.room() == Room::Write);
    let state = &window.studio().state;
    let used = state.catalogue.of_file(&state.text().model).and_then(|entry| entry.presence.path());
    assert_eq!(used, Some(&model));

    // Several at once, of several kinds: each of them.
    let both =
        [put("b.json", CHAT.as_bytes()), put("b.png", &picture_files::encode_png(&pixels, Some(&record)).unwrap())];
    window.drop_files(&both, |w| w.studio().state.create.strip.len() == 2);
    assert_eq!(window.studio().state.write.conversations.len(), 3);
    window.close();
    let files = |folder: &str| std::fs::read_dir(home.path().join(folder)).map_or(0, |files| files.count());
    assert_eq!((files("personas"), files("conversations")), (1, 3), "and on the disk");
}

#[test]
fn a_card_in_the_library_is_looked_at_and_not_imported() {
    let home = home();
    let mut window = Window::open(home.path());
    let library = window.studio().state.status.library.clone();
    std::fs::create_dir_all(&library).unwrap();
    // A picture with a card inside, as character programs write them.
    let card = library.join("ada.png");
    let plain =
        picture_files::encode_png(&Picture { width: 64, height: 64, rgba: vec![90; 4 * 64 * 64] }, None).unwrap();
    let end = plain.len() - 12;
    let text = [b"chara\0".as_slice(), BASE64_STANDARD.encode(CARD).as_bytes()].concat();
    let mut bytes = plain[..end].to_vec();
    bytes.extend_from_slice(&(text.len() as u32).to_be_bytes());
    let chunk = [b"tEXt".as_slice(), &text].concat();
    bytes.extend_from_slice(&chunk);
    bytes.extend_from_slice(&crc(&chunk).to_be_bytes());
    bytes.extend_from_slice(&plain[end..]);
    std::fs::write(&card, bytes).unwrap();
    let ctx = window.harness.ctx.clone();
    for command in [
        Command::Go(Room::Gallery),
        Command::Gallery(GalleryCommand::RefreshLibrary),
        Command::Gallery(GalleryCommand::Select(Some(card.clone()))),
    ] {
        window.studio().command(&ctx, command);
    }
    window.until("it is seen in full", |w| w.studio().state.gallery.opened.as_ref().is_some_and(|(p, _)| *p == card));
    window.studio().command(&ctx, Command::Gallery(GalleryCommand::CopyItem(card.clone())));
    window.until("it is copied", |w| w.shows("Copied"));
    let state = &window.studio().state;
    assert_eq!((state.room(), state.personas.kept.len(), state.write.conversations.len()), (Room::Gallery, 0, 0));
    // Opened, it is what it is.
    window.studio().command(&ctx, Command::OpenFile(card));
    window.until("it is imported", |w| w.studio().state.personas.kept.len() == 1);
    window.close();
}

/// CRC-32 of PNG chunks.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

#[test]
fn memory_is_said_to_be_free_once_the_engine_has_freed_it() {
    let home = home();
    let mut window = Window::open(home.path());
    window.type_into(Part::MultilineTextInput, "Prompt", "a cat");
    window.click("Generate");
    let ctx = window.harness.ctx.clone();
    window.studio().command(&ctx, Command::Models(ModelsCommand::Unload));
    window.until("it waits for the job", |w| w.shows("freed after the running jobs"));
    assert!(!window.shows("Memory freed"));
    window.let_go(24);
    window.until("then it is freed", |w| w.shows("Memory freed"));
    assert_eq!(window.studio().state.create.strip.len(), 1);
    window.close();
}
