//! The error type that crosses rooms: what happened, what to do, and details for experts.
//!
//! Rooms raise a [`Cause`] with its values; only this module words it, in each language, for the window, the command
//! line and the tests. Cheap to clone: errors travel in events.

mod names;
mod no_window;
mod remedy;
mod summary;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::lang::{Both, Lang};

pub use names::{Reader, name_of};
pub use no_window::NoWindow;

/// The message of a caught panic.
pub fn said_by(panic: &(dyn std::any::Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

pub type Result<T> = std::result::Result<T, StudioError>;

/// The cause of an error. Fields have the values that a person needs to act.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    EmptyPrompt,
    /// The prompt alone is longer than the context.
    PromptTooLong {
        tokens: usize,
        context: usize,
    },
    /// `name` is that of a setting: its flag, as in the rows of `error/names.rs`. So it is in the three below.
    OutOfRange {
        name: &'static str,
        value: f64,
        min: f64,
        max: f64,
    },
    /// A word that is none of the choices (sampler, size...).
    BadChoice {
        name: &'static str,
        value: Both,
        choices: Both,
    },
    /// Layers are wanted of a picture that is drawn whole.
    NoLayers {
        name: &'static str,
    },
    /// A setting that changes nothing of what a model makes.
    NoEffect {
        name: &'static str,
        value: String,
        model: String,
    },
    UnknownModel {
        id: String,
        known: String,
    },
    /// A card's files are not on this machine yet.
    NotFetched {
        id: String,
        bytes: u64,
    },
    /// They are here, but not checked against the card.
    NotChecked {
        id: String,
    },
    /// The model makes something else (a language model asked for a picture).
    WrongKind {
        id: String,
        wanted: &'static str,
    },
    FileMissing {
        path: PathBuf,
    },
    /// A text was exported without some of its pictures; the first of them and why.
    PicturesLeftOut {
        count: usize,
        path: PathBuf,
        reason: Both,
    },
    /// The file cannot be what it should be: cut, empty, damaged, hostile.
    BadModelFile {
        path: PathBuf,
        reason: Both,
    },
    /// The file is not a model.
    NoModel {
        path: PathBuf,
        what: Both,
    },
    /// A model's file of which the rest is missing, in bytes.
    CutModel {
        path: PathBuf,
        here: u64,
        whole: u64,
    },
    /// One file of a model that was cut into several, of which others are not here.
    MissingParts {
        path: PathBuf,
        /// From 1.
        part: usize,
        count: usize,
        /// Names of files.
        missing: Vec<String>,
    },
    /// A file or folder that was named for a picture model, and that it does not use.
    NotUsed {
        path: PathBuf,
        reason: Both,
    },
    /// A picture model's file without the parts that draw with it.
    LacksParts {
        path: PathBuf,
        family: String,
        lacks: String,
    },
    UnsupportedArchitecture {
        found: Both,
        supported: String,
    },
    /// A network's configuration names something that ours does not have.
    UnsupportedOption {
        option: String,
        value: String,
        supported: Both,
    },
    UnsupportedQuantization {
        found: String,
        supported: String,
    },
    UnsupportedTokenizer {
        found: Both,
        supported: Both,
    },
    WrongShape {
        tensor: String,
        expected: String,
        found: String,
    },
    /// The chat template in the file does not run.
    BadTemplate {
        reason: Both,
    },
    /// The model has no chat template: it continues texts.
    NoTemplate,
    /// A grammar or JSON Schema for the answer that cannot be followed; line 0 where none is to blame.
    BadGrammar {
        line: usize,
        reason: Both,
    },
    NotEnoughMemory {
        needed: u64,
        free: u64,
    },
    /// A picture whose drawing does not fit in memory; `largest` of its proportions would.
    TooLarge {
        width: u32,
        height: u32,
        needed: u64,
        free: u64,
        largest: (u32, u32),
    },
    /// A draft model whose vocabulary is not the model's.
    UnlikeDraft {
        draft: String,
        reason: Both,
    },
    /// The draft model did not fit beside the model; the answer is written without it.
    DraftLeftOut {
        draft: String,
        needed: u64,
        free: u64,
    },
    /// NaN or infinity came out of a picture model at this step.
    NotANumber {
        step: usize,
    },
    /// An exhibit's loss is no number any more after this step.
    Diverged {
        step: u64,
    },
    /// NaN came out of a language model for this token of the answer, from 0.
    BadLogits {
        step: usize,
    },
    /// Prompt and answer fill the context; `written` tokens of the answer came.
    ContextFull {
        context: usize,
        written: usize,
    },
    /// The VAE decoder produced NaN or infinity from finite latents.
    BadDecode {
        bad: usize,
        of: usize,
    },
    /// A file or folder could not be read or written.
    Io {
        doing: Doing,
        path: PathBuf,
        reason: Both,
    },
    /// The desktop has no program for a folder (`target` is its path) or a link.
    NotOpened {
        what: Handed,
        target: String,
    },
    DiskFull {
        path: PathBuf,
        needed: u64,
        free: u64,
    },
    /// A folder that cannot be taken into use; the one before stays.
    BadFolder {
        path: PathBuf,
        of: FolderOf,
        why: FolderFault,
    },
    /// The window is to be closed while the disk does not take what was written; why it refused that, where it said.
    Unsaved {
        refusal: Option<Box<Cause>>,
    },
    /// Another window works on the same folders and does not answer: this one only shows.
    ReadOnly,
    /// This path cannot be written as a file.
    NotAFile {
        path: PathBuf,
        what: Both,
    },
    /// The reader of the program's output has gone (`| head`): not a failure.
    OutputClosed,
    /// The program's output could not be written; `full` where the disk that it goes to is.
    OutputFailed {
        full: bool,
        reason: Both,
    },
    /// The settings file was not readable and is now at `kept`.
    SettingsBroken {
        kept: PathBuf,
        reason: Both,
    },
    /// Values of the settings file could not be used; the file as it was is now at `kept`.
    SettingsReplaced {
        kept: PathBuf,
        /// As the file has them, with what they are now where that is not the default.
        names: String,
        /// What is wrong with the first of them.
        reason: Both,
    },
    /// The file of a character is not one.
    CharacterBroken {
        path: PathBuf,
    },
    /// A newer version wrote lines of a conversation that this one cannot show.
    NewerLines {
        path: PathBuf,
        lines: usize,
    },
    /// A picture file without readable settings.
    NoSettingsInside {
        path: PathBuf,
    },
    /// A JPEG was written without its settings, which are too long.
    SettingsTooLong {
        path: PathBuf,
        bytes: usize,
        most: usize,
    },
    /// A picture whose end is missing.
    CutPicture {
        path: PathBuf,
    },
    /// Not a picture that we can open.
    BadPicture {
        path: PathBuf,
        reason: Both,
    },
    /// A model's terms must be agreed to before it is fetched.
    TermsFirst {
        id: String,
        text: Both,
        url: String,
    },
    /// A character card or a chat from another program that cannot be taken in.
    BadImport {
        reason: Both,
    },
    /// A field of a writing form that is empty, too long, or none of its choices.
    BadField {
        label: Both,
        reason: Both,
    },
    Offline {
        id: String,
    },
    /// A source of a fetch gave nothing useful.
    SourceFailed {
        source: String,
        reason: Both,
    },
    /// All sources of a fetch failed; `tried` has a line for each.
    NoSourceAnswered {
        id: String,
        tried: Both,
    },
    /// The fetched bytes are not the promised ones; they were deleted.
    WrongHash {
        file: String,
        expected: String,
        found: String,
    },
    /// An argument of the command line in another encoding: its place, from 1, and its flag where it has one.
    NotUtf8 {
        place: usize,
        flag: Option<String>,
        shown: String,
    },
    /// The system gave no more threads or memory.
    NoThread,
    /// Too many jobs wait already.
    QueueFull {
        waiting: usize,
    },
    /// A model's code panicked; the thread lives on. What it said is for experts: Chinese has it in the details.
    Panicked {
        what: String,
    },
    /// The engine's thread is gone.
    EngineGone,
    /// The window did not open, or could not stay open.
    NoWindow {
        why: NoWindow,
    },
    /// Anything else: what did not work.
    Other {
        what: Both,
    },
}

/// What was being done when a file failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    Reading,
    Writing,
    Creating,
    Deleting,
}

/// What is handed to the desktop to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handed {
    Folder,
    Link,
}

/// What a folder that can be chosen is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FolderOf {
    Pictures,
    Models,
}

/// Why a folder cannot be taken into use.
#[derive(Clone, Debug, PartialEq)]
pub enum FolderFault {
    Missing,
    /// It is a file.
    File,
    /// Nothing can be written into it; the system's reason.
    ReadOnly(Both),
}

/// The boundary error.
#[derive(Clone)]
pub struct StudioError(Arc<Inner>);

struct Inner {
    cause: Cause,
    details: String,
}

impl StudioError {
    pub fn cause(&self) -> &Cause {
        &self.0.cause
    }

    /// Whether a person learns nothing new from the other one: the same cause, for files of one folder too.
    pub fn is_like(&self, other: &Self) -> bool {
        let together = |a: &Path, b: &Path| a.parent().is_some() && a.parent() == b.parent();
        match (self.cause(), other.cause()) {
            (Cause::DiskFull { path: a, .. }, Cause::DiskFull { path: b, .. }) => a == b || together(a, b),
            (Cause::Io { doing, path, reason }, Cause::Io { doing: other, path: at, reason: why }) => {
                doing == other && (path == at || together(path, at) && reason == why)
            }
            (one, other) => one == other,
        }
    }

    /// What happened and why, in one or two sentences.
    pub fn summary(&self, lang: Lang) -> String {
        summary::summary(&self.0.cause, lang, Reader::Window)
    }

    /// What to do about it.
    pub fn remedy(&self, lang: Lang) -> String {
        remedy::remedy(&self.0.cause, lang, Reader::Window)
    }

    /// Summary and remedy for the command line: settings are named by their flags.
    pub fn in_shell(&self, lang: Lang) -> (String, String) {
        let cause = &self.0.cause;
        (summary::summary(cause, lang, Reader::Shell), remedy::remedy(cause, lang, Reader::Shell))
    }

    /// The chain of underlying messages; may be empty.
    pub fn details(&self) -> &str {
        &self.0.details
    }

    /// Adds an underlying message, shown under Details.
    pub fn with_details(self, details: impl fmt::Display) -> Self {
        let mut all = self.0.details.clone();
        if !all.is_empty() {
            all.push('\n');
        }
        all.push_str(&details.to_string());
        Self(Arc::new(Inner { cause: self.0.cause.clone(), details: all }))
    }

    /// A file operation that failed; a full disk is recognised.
    pub fn io(doing: Doing, path: impl Into<PathBuf>, error: &std::io::Error) -> Self {
        let path = path.into();
        let cause = match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Cause::DiskFull { path, needed: 0, free: 0 }
            }
            std::io::ErrorKind::NotFound if doing == Doing::Reading => Cause::FileMissing { path },
            _ => Cause::Io { doing, path, reason: plain(error) },
        };
        Self::from(cause).with_details(error)
    }

    /// A thread that could not be started.
    pub fn thread(error: impl fmt::Display) -> Self {
        Self::from(Cause::NoThread).with_details(error)
    }

    /// Any other cause, as a sentence without its full stop.
    pub fn other(what: Both) -> Self {
        Cause::Other { what }.into()
    }

    /// A fault inside the program. What the library under it says is for experts: Chinese has it in the details.
    pub fn inner(error: impl fmt::Display) -> Self {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default().trim_end_matches('.');
        Self::other(Both::new(first, "程序内部出错")).with_details(&text)
    }

    /// The details that neither summary nor remedy says already.
    pub fn more(&self, lang: Lang) -> String {
        let said = self.summary(lang) + &self.remedy(lang);
        let more: Vec<&str> = self.0.details.lines().filter(|line| !said.contains(line.trim())).collect();
        more.join("\n")
    }
}

/// The system's error in plain words; its own words are in the details.
pub(crate) fn plain(error: &std::io::Error) -> Both {
    use std::io::ErrorKind as Kind;
    let (en, zh) = match error.kind() {
        Kind::NotFound => ("there is no such file or folder", "没有这个文件或文件夹"),
        Kind::PermissionDenied => ("you have no permission to open or change it", "没有权限"),
        Kind::AlreadyExists => ("there is a file or folder of that name already", "已有同名的文件或文件夹"),
        Kind::NotADirectory => ("a file is where a folder should be", "应为文件夹的位置上是一个文件"),
        Kind::IsADirectory => ("it is a folder", "它是一个文件夹"),
        Kind::DirectoryNotEmpty => ("the folder is not empty", "文件夹不是空的"),
        Kind::ReadOnlyFilesystem => ("the disk is read-only", "磁盘是只读的"),
        Kind::FileTooLarge => ("it is too large for this disk", "对此磁盘来说文件过大"),
        Kind::ResourceBusy | Kind::ExecutableFileBusy => ("another program uses it", "另一个程序正在使用它"),
        Kind::CrossesDevices => ("it would have to move to another disk", "它需要移到另一个磁盘"),
        Kind::InvalidFilename => ("the name is too long or not allowed", "名称过长或不被允许"),
        Kind::UnexpectedEof => ("it is cut off", "它不完整"),
        Kind::ConnectionRefused => ("the server refused the connection", "服务器拒绝连接"),
        Kind::ConnectionReset | Kind::ConnectionAborted => ("the connection broke off", "连接中断"),
        Kind::TimedOut => ("the disk did not answer in time", "磁盘没有及时响应"),
        Kind::StaleNetworkFileHandle | Kind::NetworkUnreachable | Kind::HostUnreachable | Kind::NetworkDown => {
            ("the network disk is not reachable", "无法连接网络磁盘")
        }
        Kind::OutOfMemory => ("there is not enough memory", "内存不足"),
        // An error of our own has words, one of the system only a number.
        _ if error.raw_os_error().is_none() => return Both::new(error.to_string(), "读写时出错"),
        _ => ("the system refused", "系统拒绝了此操作"),
    };
    Both::new(en, zh)
}

impl From<Cause> for StudioError {
    fn from(cause: Cause) -> Self {
        let details = match &cause {
            Cause::Panicked { what } => what.clone(),
            _ => String::new(),
        };
        Self(Arc::new(Inner { cause, details }))
    }
}

impl fmt::Display for StudioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.summary(Lang::En), self.remedy(Lang::En))
    }
}

impl fmt::Debug for StudioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.cause)?;
        if !self.0.details.is_empty() {
            write!(f, " ({})", self.0.details)?;
        }
        Ok(())
    }
}

impl std::error::Error for StudioError {}

#[cfg(test)]
mod tests;
