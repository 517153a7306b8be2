//! The system's file dialogs. They are opened on the window's thread, as some systems want it, and awaited on
//! another, so that the window goes on meanwhile.

use std::path::PathBuf;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::domain::{MODEL_ENDINGS, Wake};
use crate::error::{Doing, StudioError};
use crate::lang::Lang;
use crate::state::{Command, Input};
use crate::store::Request;

/// What a dialog leads to.
pub enum Answer {
    Command(Command),
    Input(Box<Input>),
    Store(Box<Request>),
    Failed(StudioError),
}

pub struct Dialogs {
    pub answers: Receiver<Answer>,
    sender: Sender<Answer>,
    wake: Wake,
}

impl Dialogs {
    pub fn new(wake: Wake) -> Self {
        let (sender, answers) = bounded(16);
        Self { answers, sender, wake }
    }

    /// Waits for a chosen file elsewhere; nothing happens where the dialog was closed.
    fn wait(
        &self,
        chosen: impl Future<Output = Option<rfd::FileHandle>> + Send + 'static,
        then: impl FnOnce(PathBuf) -> Answer + Send + 'static,
    ) {
        let (sender, wake) = (self.sender.clone(), self.wake.clone());
        let work = move || {
            if let Some(file) = pollster::block_on(chosen) {
                let _ = sender.send(then(file.path().to_owned()));
                wake();
            }
        };
        if let Err(error) = std::thread::Builder::new().name("dialog".to_owned()).spawn(work) {
            tracing::error!("no thread for the file dialog: {error}");
        }
    }

    /// Shows a folder, or the folder of a file, in the system's file manager.
    pub fn reveal(&self, path: PathBuf) {
        let (sender, wake) = (self.sender.clone(), self.wake.clone());
        let work = move || {
            let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
            if let Err(error) = open::that_detached(folder) {
                let _ = sender.send(Answer::Failed(StudioError::io(Doing::Reading, folder, &error)));
                wake();
            }
        };
        if let Err(error) = std::thread::Builder::new().name("reveal".to_owned()).spawn(work) {
            tracing::error!("no thread for the file manager: {error}");
        }
    }

    /// A place for a copy of a picture; the ending chooses the format.
    pub fn save_picture(&self, name: &str, then: impl FnOnce(PathBuf) -> Request + Send + 'static) {
        let dialog = rfd::AsyncFileDialog::new()
            .set_file_name(format!("{name}.png"))
            .add_filter("PNG", &["png"])
            .add_filter("JPEG", &["jpg", "jpeg"])
            .add_filter("WebP", &["webp"]);
        self.wait(dialog.save_file(), move |path| {
            let path = if path.extension().is_some() { path } else { path.with_extension("png") };
            Answer::Store(Box::new(then(path)))
        });
    }

    pub fn save_file(&self, name: &str, then: impl FnOnce(PathBuf) -> Request + Send + 'static) {
        let dialog = rfd::AsyncFileDialog::new().set_file_name(name);
        self.wait(dialog.save_file(), move |path| Answer::Store(Box::new(then(path))));
    }

    pub fn open_picture(&self, lang: Lang) {
        let filter = lang.pick("Pictures", "图片");
        let dialog = rfd::AsyncFileDialog::new()
            .add_filter(filter, &["png", "jpg", "jpeg", "webp", "latent", "json", "jsonl", "md", "txt"]);
        self.wait(dialog.pick_file(), |path| Answer::Command(Command::OpenFile(path)));
    }

    pub fn model_file(&self, lang: Lang, then: impl FnOnce(PathBuf) -> Command + Send + 'static) {
        // An index names the files of a model in several.
        let endings: Vec<&str> = MODEL_ENDINGS.into_iter().chain(["json"]).collect();
        let dialog = rfd::AsyncFileDialog::new()
            .add_filter(lang.pick("Models", "模型"), &endings)
            .add_filter(lang.pick("All files", "所有文件"), &["*"]);
        self.wait(dialog.pick_file(), move |path| Answer::Command(then(path)));
    }

    /// Does what may take long on another thread; what it makes is an input.
    pub fn aside(&self, name: &str, work: impl FnOnce() -> Input + Send + 'static) {
        let (sender, wake) = (self.sender.clone(), self.wake.clone());
        let work = move || {
            let _ = sender.send(Answer::Input(Box::new(work())));
            wake();
        };
        if let Err(error) = std::thread::Builder::new().name(name.to_owned()).spawn(work) {
            tracing::error!("no thread for {name}: {error}");
        }
    }

    pub fn folder(&self, now: PathBuf, then: fn(PathBuf) -> Command) {
        let dialog = rfd::AsyncFileDialog::new().set_directory(now);
        self.wait(dialog.pick_folder(), move |path| Answer::Command(then(path)));
    }
}
