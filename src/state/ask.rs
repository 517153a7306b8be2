//! Small dialogs over the window: a path to type if no file dialog can open, a folder that does not
//! exist yet, and the report of a panic.

use std::path::{Path, PathBuf};

use crate::domain::{Face, StoreRequest};
use crate::state::{
    Command, CreateCommand, Effect, Env, GalleryCommand, LayersCommand, ModelsCommand, NoticeKind, PersonaCommand,
    PersonaEdit, SettingsCommand,
};

/// What a path is typed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathFor {
    /// A file to open.
    File,
    /// A file or a folder of a model.
    Model,
    /// A missing part of the model with this id.
    Part(String),
    /// A picture for the character in the editor.
    Face,
    LibraryFolder,
    ModelsFolder,
    /// A folder for copies of several pictures.
    CopiesFolder,
    /// A folder for a file of each layer of a scene.
    LayersFolder,
}

impl PathFor {
    /// The command for a folder that was chosen for layers.
    pub fn layers(path: PathBuf) -> Command {
        Command::Create(CreateCommand::Layers(LayersCommand::FolderChosen(path)))
    }

    /// The command for a picture that was chosen for a character.
    pub fn face(path: PathBuf) -> Command {
        Command::Persona(PersonaCommand::Set(PersonaEdit::Face(Face::File(path))))
    }
}

#[derive(Clone, Debug, Default)]
pub struct AskState {
    /// The path that is being typed, and its purpose.
    pub path: Option<(PathFor, String)>,
    /// The text of the path field when the dialog was last closed without an answer.
    pub(in crate::state) typed: String,
    /// A file is to be written into this folder, which does not exist.
    pub folder: Option<PathBuf>,
    /// The report of a panic that is shown: its file and its text.
    pub report: Option<(PathBuf, String)>,
    /// The folder for `~` in a typed path.
    pub home: Option<PathBuf>,
    /// Files that are saved without a dialog, because none can open.
    pub(in crate::state) unasked: Vec<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskCommand {
    Type(String),
    /// Accepts the typed path.
    Take,
    /// Closes the dialog without a path, or without creating the folder.
    Leave,
    /// Shows this report of a panic.
    ShowReport(PathBuf),
    MakeFolder,
}

/// What the app does because no file dialog can open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoDialog {
    /// It saves to this file without asking.
    Saves(PathBuf),
    Asks(PathFor),
}

impl AskState {
    /// Whether a dialog is open: it has the keyboard for itself.
    pub fn is_open(&self) -> bool {
        self.path.is_some() || self.folder.is_some() || self.report.is_some()
    }

    /// The path in the field, or the text left there when the dialog was closed.
    pub(in crate::state) fn path_begun(&self) -> &str {
        self.path.as_ref().map_or(&self.typed, |(_, text)| text)
    }

    /// Takes over the path of the last session, unless there is a newer one.
    pub(in crate::state) fn take_path(&mut self, path: String) {
        if self.typed.is_empty() {
            self.typed = path;
        }
    }

    pub(in crate::state) fn no_dialog(&mut self, what: NoDialog) {
        match what {
            NoDialog::Saves(path) => self.unasked.push(path),
            NoDialog::Asks(purpose) => {
                // The text of a dialog that is already open.
                let typed = self.path.take().map(|(_, text)| text).filter(|text| !text.is_empty());
                let typed = typed.unwrap_or_else(|| std::mem::take(&mut self.typed));
                self.path = Some((purpose, typed));
            }
        }
    }

    /// Notes that a copy was written. If the user was not asked for the place, the notice shows it in full.
    pub(in crate::state) fn exported(&mut self, path: PathBuf, env: &mut Env<'_>) {
        let unasked = self.unasked.iter().position(|other| *other == path);
        env.note(match unasked {
            Some(at) => NoticeKind::SavedUnasked(self.unasked.remove(at)),
            None => NoticeKind::Exported(path),
        });
    }

    /// Handles an answer. Returns the command for a path that was typed.
    pub(in crate::state) fn update(&mut self, command: AskCommand, env: &mut Env<'_>) -> Option<Command> {
        match command {
            AskCommand::Type(text) => {
                if let Some((_, path)) = &mut self.path {
                    *path = text;
                }
            }
            AskCommand::Take => {
                let (purpose, text) = self.path.take()?;
                let Some(path) = typed_path(&text, self.home.as_deref()) else {
                    self.path = Some((purpose, text));
                    return None;
                };
                return Some(match purpose {
                    PathFor::File => Command::OpenFile(path),
                    PathFor::Model => Command::Models(ModelsCommand::OpenModel(path)),
                    PathFor::Part(id) => Command::Models(ModelsCommand::PartChosen(id, path)),
                    PathFor::Face => PathFor::face(path),
                    PathFor::CopiesFolder => Command::Gallery(GalleryCommand::CopiesFolderChosen(path)),
                    PathFor::LayersFolder => PathFor::layers(path),
                    PathFor::LibraryFolder => Command::Settings(SettingsCommand::LibraryFolderChosen(path)),
                    PathFor::ModelsFolder => Command::Settings(SettingsCommand::ModelsFolderChosen(path)),
                });
            }
            AskCommand::Leave => {
                if let Some((_, text)) = self.path.take() {
                    self.typed = text;
                }
                if self.folder.take().is_some() {
                    env.push(Effect::MakeFolder(false));
                }
                self.report = None;
            }
            AskCommand::ShowReport(path) => env.push(Effect::Store(StoreRequest::ReadReport(path))),
            AskCommand::MakeFolder => {
                if self.folder.take().is_some() {
                    env.push(Effect::MakeFolder(true));
                }
            }
        }
        None
    }
}

/// A path as people paste it: in quotes, as a `file://` address, or with `~` for the home folder.
fn typed_path(text: &str, home: Option<&Path>) -> Option<PathBuf> {
    let text = text.trim().trim_matches(['"', '\'']);
    let text = text.strip_prefix("file://").unwrap_or(text);
    if text.is_empty() {
        return None;
    }
    let path = PathBuf::from(text);
    Some(match (path.strip_prefix("~"), home) {
        // Without a slash at the end.
        (Ok(rest), Some(home)) if rest.as_os_str().is_empty() => home.to_owned(),
        (Ok(rest), Some(home)) => home.join(rest),
        (Err(_), _) | (_, None) => path,
    })
}
