//! The whole program but its models: clicks go in at the window, pictures and conversations come out on the disk.
//! The engine's threads are real; the backends follow a script.

mod dropped;
mod home;
mod jobs;
mod reports;
mod restart;

use std::sync::Arc;
use std::time::{Duration, Instant};

use aigc_studio::app::{Access, Studio};
use aigc_studio::domain::*;
use aigc_studio::engine::{Backend, Backends, CancelToken, Engine, Reporter, Stop, text};
use aigc_studio::error::Cause;
use aigc_studio::store::{Paths, load_settings};
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
