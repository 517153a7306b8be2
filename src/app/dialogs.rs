//! The system's file dialogs. They are opened on the window's thread, as some systems want it, and awaited on
//! another, so that the window stays usable. Where none can open, copies go to a folder of their own, and the
//! window asks for the path of what is to be opened.

use std::path::{Path, PathBuf};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::portal;
use crate::domain::{MODEL_ENDINGS, StoreRequest, Wake};
use crate::error::{Cause, Handed, StudioError};
use crate::lang::Lang;
use crate::state::{Command, Input, PathFor};

/// What a dialog leads to.
pub enum Answer {
    Command(Command),
    Input(Box<Input>),
    Store(Box<StoreRequest>),
    /// The same; nobody was asked for this place, since no dialog can open.
    Unasked(PathBuf, Box<StoreRequest>),
    /// The same, into a folder that is not there.
    NoFolder(PathBuf, Box<StoreRequest>),
    /// No dialog can open.
    NoDialog(PathFor),
    Failed(StudioError),
}

pub struct Dialogs {
    pub answers: Receiver<Answer>,
    sender: Sender<Answer>,
    wake: Wake,
    /// Where copies go without a dialog.
    exports: PathBuf,
    can_open: fn() -> bool,
    /// Hands a path or an address to the desktop.
    open: fn(&str) -> std::io::Result<()>,
}

type Chosen = Option<rfd::FileHandle>;

impl Dialogs {
    pub fn new(wake: Wake, exports: PathBuf) -> Self {
        let (sender, answers) = bounded(16);
        Self {
            answers,
            sender,
            wake,
            exports,
            can_open: portal::can_open_dialogs,
            open: |target| open::that_detached(target),
        }
    }

    /// As on a system where no dialog can open.
    pub fn without(self) -> Self {
        Self { can_open: || false, ..self }
    }

    /// Does it on a thread of its own; nothing happens where there is no answer.
    fn elsewhere(&self, work: impl FnOnce() -> Option<Answer> + Send + 'static) {
        let (sender, wake) = (self.sender.clone(), self.wake.clone());
        let work = move || {
            if let Some(answer) = work() {
                let _ = sender.send(answer);
                wake();
            }
        };
        if let Err(error) = std::thread::Builder::new().name("dialog".to_owned()).spawn(work) {
            tracing::error!("no thread for the file dialog: {error}");
        }
    }

    /// Waits for a chosen file or folder.
    fn choose(
        &self,
        chosen: impl Future<Output = Chosen> + Send + 'static,
        purpose: PathFor,
        then: impl FnOnce(PathBuf) -> Command + Send + 'static,
    ) {
        let can_open = self.can_open;
        self.elsewhere(move || {
            if !can_open() {
                return Some(Answer::NoDialog(purpose));
            }
            let file = pollster::block_on(chosen)?;
            Some(Answer::Command(then(file.path().to_owned())))
        });
    }

    /// Waits for the place of a copy. A name without an ending gets this one.
    fn save(
        &self,
        chosen: impl Future<Output = Chosen> + Send + 'static,
        name: String,
        ending: Option<&'static str>,
        then: impl FnOnce(PathBuf) -> StoreRequest + Send + 'static,
    ) {
        let (can_open, exports) = (self.can_open, self.exports.clone());
        self.elsewhere(move || {
            if !can_open() {
                let path = free_name(&exports.join(name));
                return Some(Answer::Unasked(path.clone(), Box::new(then(path))));
            }
            let file = pollster::block_on(chosen)?;
            let path = match ending {
                // The dialog asked about the name without it: what has the name with it is not written over.
                Some(ending) if file.path().extension().is_none() => free_name(&file.path().with_extension(ending)),
                _ => file.path().to_owned(),
            };
            let folder = path.parent().unwrap_or(Path::new("")).to_owned();
            Some(once_made(folder, then(path)))
        });
    }

    /// Files for a folder of the person's: whether one that is not there is made is asked first.
    pub fn once_made(&self, folder: PathBuf, request: StoreRequest) {
        self.elsewhere(move || Some(once_made(folder, request)));
    }

    /// Shows a folder, or the folder of a file, in the system's file manager.
    pub fn reveal(&self, path: PathBuf) {
        let open = self.open;
        self.elsewhere(move || {
            let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
            if !folder.is_dir() {
                return Some(Answer::Failed(Cause::FileMissing { path: folder.to_owned() }.into()));
            }
            hand(open, Handed::Folder, folder.display().to_string())
        });
    }

    /// Opens a web page in the system's browser.
    pub fn open_link(&self, url: String) {
        let open = self.open;
        self.elsewhere(move || hand(open, Handed::Link, url));
    }

    /// A place for a copy of a picture. The ending of the name chooses the format: the name's own is offered first, and
    /// is that of a name without one.
    pub fn save_picture(&self, name: &str, then: impl FnOnce(PathBuf) -> StoreRequest + Send + 'static) {
        const FORMATS: [(&str, &[&str]); 4] =
            [("PNG", &["png"]), ("JPEG", &["jpg", "jpeg"]), ("WebP", &["webp"]), ("SVG", &["svg"])];
        let is_own = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(&format!(".{ending}")));
        let (own, others): (Vec<_>, Vec<_>) = FORMATS.iter().partition(|(_, endings)| is_own(endings));
        let ending = own.first().and_then(|(_, endings)| endings.first().copied());
        let dialog = rfd::AsyncFileDialog::new().set_file_name(name);
        let dialog =
            own.iter().chain(&others).fold(dialog, |dialog, (name, endings)| dialog.add_filter(*name, endings));
        self.save(dialog.save_file(), name.to_owned(), ending, then);
    }

    pub fn save_file(&self, name: &str, then: impl FnOnce(PathBuf) -> StoreRequest + Send + 'static) {
        let dialog = rfd::AsyncFileDialog::new().set_file_name(name);
        self.save(dialog.save_file(), name.to_owned(), None, then);
    }

    pub fn open_picture(&self, lang: Lang) {
        let filter = lang.pick("Pictures", "图片");
        let dialog = rfd::AsyncFileDialog::new()
            .add_filter(filter, &["png", "jpg", "jpeg", "webp", "latent", "json", "jsonl", "md", "txt"]);
        self.choose(dialog.pick_file(), PathFor::File, Command::OpenFile);
    }

    /// A picture for the character that is edited.
    pub fn face(&self, lang: Lang) {
        let filter = lang.pick("Pictures", "图片");
        let dialog = rfd::AsyncFileDialog::new().add_filter(filter, &["png", "jpg", "jpeg", "webp"]);
        self.choose(dialog.pick_file(), PathFor::Face, PathFor::face);
    }

    pub fn model_file(&self, lang: Lang, purpose: PathFor, then: impl FnOnce(PathBuf) -> Command + Send + 'static) {
        // An index names the files of a model in several.
        let endings: Vec<&str> = MODEL_ENDINGS.into_iter().chain(["json"]).collect();
        let dialog = rfd::AsyncFileDialog::new()
            .add_filter(lang.pick("Models", "模型"), &endings)
            .add_filter(lang.pick("All files", "所有文件"), &["*"]);
        self.choose(dialog.pick_file(), purpose, then);
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

    pub fn folder(&self, now: PathBuf, purpose: PathFor, then: fn(PathBuf) -> Command) {
        let dialog = rfd::AsyncFileDialog::new().set_directory(now);
        self.choose(dialog.pick_folder(), purpose, then);
    }
}

/// What a request for a folder leads to; the empty one is where the program runs.
fn once_made(folder: PathBuf, request: StoreRequest) -> Answer {
    let request = Box::new(request);
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Answer::Store(request);
    }
    Answer::NoFolder(folder, request)
}

/// Has the desktop open `target`; what comes of it where it does not.
fn hand(open: fn(&str) -> std::io::Result<()>, what: Handed, target: String) -> Option<Answer> {
    let error = open(&target).err()?;
    Some(Answer::Failed(StudioError::from(Cause::NotOpened { what, target }).with_details(error)))
}

/// The path, or the first of `name-2`, `name-3`, ... that no file has.
fn free_name(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let numbered = |n: u32| {
        let name = match path.extension() {
            Some(ending) => format!("{stem}-{n}.{}", ending.to_string_lossy()),
            None => format!("{stem}-{n}"),
        };
        path.with_file_name(name)
    };
    let names = std::iter::once(path.to_owned()).chain((2..10_000).map(numbered));
    names.into_iter().find(|path| !path.exists()).unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{ModelsCommand, SettingsCommand};
    use std::sync::Arc;
    use std::time::Duration;

    const PATIENCE: Duration = Duration::from_secs(10);

    fn dialogs(exports: &Path) -> Dialogs {
        Dialogs::new(Arc::new(|| {}), exports.to_owned())
    }

    fn write(path: PathBuf) -> StoreRequest {
        StoreRequest::WriteFile { path, bytes: b"x".to_vec() }
    }

    #[test]
    fn without_a_dialog_copies_go_to_a_free_name_and_paths_are_asked_for() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("cat.png"), "mine").unwrap();
        let dialogs = dialogs(home.path()).without();
        dialogs.save_picture("cat.png", write);
        let answer = dialogs.answers.recv_timeout(PATIENCE).unwrap();
        let Answer::Unasked(path, request) = answer else { panic!("nothing is saved") };
        assert_eq!(path, home.path().join("cat-2.png"));
        assert!(matches!(*request, StoreRequest::WriteFile { path: to, .. } if to == path));
        dialogs.save_picture("cat.svg", write);
        let answer = dialogs.answers.recv_timeout(PATIENCE).unwrap();
        assert!(matches!(answer, Answer::Unasked(path, _) if path == home.path().join("cat.svg")));
        for (ask, purpose) in [
            (Box::new(|d: &Dialogs| d.open_picture(Lang::En)) as Box<dyn Fn(&Dialogs)>, PathFor::File),
            (
                Box::new(|d: &Dialogs| {
                    d.model_file(Lang::Zh, PathFor::Model, |x| Command::Models(ModelsCommand::OpenModel(x)))
                }),
                PathFor::Model,
            ),
            (
                Box::new(|d: &Dialogs| {
                    d.folder("/".into(), PathFor::ModelsFolder, |x| {
                        Command::Settings(SettingsCommand::ModelsFolderChosen(x))
                    })
                }),
                PathFor::ModelsFolder,
            ),
        ] {
            ask(&dialogs);
            let answer = dialogs.answers.recv_timeout(PATIENCE).unwrap();
            assert!(matches!(answer, Answer::NoDialog(asked) if asked == purpose), "{purpose:?}");
        }
    }

    /// Regression: where no program opens folders or links, it was said that a file could not be read, or nothing at all.
    #[test]
    fn what_no_program_opens_is_told_with_where_it_is() {
        let home = tempfile::tempdir().unwrap();
        let open = |_: &str| Err(std::io::Error::other("Launcher \"gio\" failed"));
        let dialogs = Dialogs { open, ..dialogs(home.path()) };
        let failure = || match dialogs.answers.recv_timeout(PATIENCE).unwrap() {
            Answer::Failed(error) => error,
            _ => panic!("it failed"),
        };
        std::fs::write(home.path().join("cat.png"), "mine").unwrap();
        let folder = home.path().display().to_string();
        for path in [home.path().to_owned(), home.path().join("cat.png")] {
            dialogs.reveal(path);
            let error = failure();
            assert_eq!(*error.cause(), Cause::NotOpened { what: Handed::Folder, target: folder.clone() });
            assert!(error.details().contains("gio"));
        }
        let url = "https://example.org".to_owned();
        dialogs.open_link(url.clone());
        assert_eq!(*failure().cause(), Cause::NotOpened { what: Handed::Link, target: url });
        dialogs.reveal(home.path().join("gone/cat.png"));
        assert_eq!(*failure().cause(), Cause::FileMissing { path: home.path().join("gone") });
    }

    #[test]
    fn a_copy_into_a_folder_that_is_not_there_is_asked_about_and_one_that_is_there_is_not() {
        let home = tempfile::tempdir().unwrap();
        let dialogs = Dialogs { can_open: || true, ..dialogs(home.path()) };
        let choose = |path: PathBuf| std::future::ready(Some(rfd::FileHandle::from(path)));
        dialogs.save(choose(home.path().join("new/cat.png")), String::new(), None, write);
        let answer = dialogs.answers.recv_timeout(PATIENCE).unwrap();
        assert!(matches!(answer, Answer::NoFolder(folder, _) if folder == home.path().join("new")));
        assert!(!home.path().join("new").exists());

        // The name without an ending was asked about, not the one with it.
        std::fs::write(home.path().join("cat.png"), "mine").unwrap();
        dialogs.save(choose(home.path().join("cat")), String::new(), Some("png"), write);
        let Answer::Store(request) = dialogs.answers.recv_timeout(PATIENCE).unwrap() else { panic!() };
        assert!(matches!(*request, StoreRequest::WriteFile { path, .. } if path == home.path().join("cat-2.png")));

        // The same where the folder alone was chosen.
        let copies = |folder: &Path| StoreRequest::CopyFiles { from: Vec::new(), folder: folder.to_owned() };
        let (here, gone) = (home.path().to_owned(), home.path().join("new"));
        dialogs.once_made(here.clone(), copies(&here));
        let answer = dialogs.answers.recv_timeout(PATIENCE).unwrap();
        assert!(matches!(answer, Answer::Store(request) if matches!(&*request, StoreRequest::CopyFiles { .. })));
        dialogs.once_made(gone.clone(), copies(&gone));
        let answer = dialogs.answers.recv_timeout(PATIENCE).unwrap();
        assert!(matches!(answer, Answer::NoFolder(folder, _) if folder == gone));
        assert!(!gone.exists());
    }
}
