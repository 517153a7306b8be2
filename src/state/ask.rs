//! Small questions over the window: a path where no file dialog can open, a folder that is not there.

use std::path::{Path, PathBuf};

use crate::domain::Face;
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
    /// A part that the model of this id lacks.
    Part(String),
    /// A picture of the character that is edited.
    Face,
    LibraryFolder,
    ModelsFolder,
    /// The copies of several pictures.
    CopiesFolder,
    /// A file of each layer of a scene.
    LayersFolder,
}

impl PathFor {
    /// What a chosen folder for layers does.
    pub fn layers(path: PathBuf) -> Command {
        Command::Create(CreateCommand::Layers(LayersCommand::FolderChosen(path)))
    }

    /// What a chosen picture of a character does.
    pub fn face(path: PathBuf) -> Command {
        Command::Persona(PersonaCommand::Set(PersonaEdit::Face(Face::File(path))))
    }
}

#[derive(Clone, Debug, Default)]
pub struct AskState {
    /// A path that is being typed.
    pub path: Option<(PathFor, String)>,
    /// What was typed when the question was left.
    pub(in crate::state) typed: String,
    /// A file is to be written into this folder, which is not there.
    pub folder: Option<PathBuf>,
    /// What `~` stands for in a typed path.
    pub home: Option<PathBuf>,
    /// Files that are written without a dialog, since none can open.
    pub(in crate::state) unasked: Vec<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskCommand {
    Type(String),
    /// The path is complete.
    Take,
    /// No path, or no folder.
    Leave,
    MakeFolder,
}

/// The app has no way to ask by a file dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoDialog {
    /// It writes to this file.
    Saves(PathBuf),
    Asks(PathFor),
}

impl AskState {
    /// The path that is typed, or was when the question was left.
    pub(in crate::state) fn path_begun(&self) -> &str {
        self.path.as_ref().map_or(&self.typed, |(_, text)| text)
    }

    /// One that was typed the last time; a newer one stays.
    pub(in crate::state) fn take_path(&mut self, path: String) {
        if self.typed.is_empty() {
            self.typed = path;
        }
    }

    pub(in crate::state) fn no_dialog(&mut self, what: NoDialog) {
        match what {
            NoDialog::Saves(path) => self.unasked.push(path),
            NoDialog::Asks(purpose) => {
                // Of a question that is asked already.
                let typed = self.path.take().map(|(_, text)| text).filter(|text| !text.is_empty());
                let typed = typed.unwrap_or_else(|| std::mem::take(&mut self.typed));
                self.path = Some((purpose, typed));
            }
        }
    }

    /// A copy was written; where nobody was asked for its place, that is told in full.
    pub(in crate::state) fn exported(&mut self, path: PathBuf, env: &mut Env<'_>) {
        let unasked = self.unasked.iter().position(|other| *other == path);
        env.note(match unasked {
            Some(at) => NoticeKind::SavedUnasked(self.unasked.remove(at)),
            None => NoticeKind::Exported(path),
        });
    }

    /// Answers a question; what a path that was typed is for.
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
            }
            AskCommand::MakeFolder => {
                if self.folder.take().is_some() {
                    env.push(Effect::MakeFolder(true));
                }
            }
        }
        None
    }
}

/// A path as people paste it: in quotes, or as a file's address; as a shell has it, with `~` for their own folder.
fn typed_path(text: &str, home: Option<&Path>) -> Option<PathBuf> {
    let text = text.trim().trim_matches(['"', '\'']);
    let text = text.strip_prefix("file://").unwrap_or(text);
    if text.is_empty() {
        return None;
    }
    let path = PathBuf::from(text);
    Some(match (path.strip_prefix("~"), home) {
        // Without a slash behind it.
        (Ok(rest), Some(home)) if rest.as_os_str().is_empty() => home.to_owned(),
        (Ok(rest), Some(home)) => home.join(rest),
        (Err(_), _) | (_, None) => path,
    })
}
