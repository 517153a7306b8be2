//! Small questions over the window: a path where no file dialog can open, a folder that is not there.

use std::path::PathBuf;

use super::{Command, LayersCommand, PersonaCommand, PersonaEdit};
use crate::domain::Face;

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
        Command::Layers(LayersCommand::FolderChosen(path))
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
    pub(super) typed: String,
    /// A file is to be written into this folder, which is not there.
    pub folder: Option<PathBuf>,
    /// What `~` stands for in a typed path.
    pub home: Option<PathBuf>,
    /// Files that are written without a dialog, since none can open.
    pub(super) unasked: Vec<PathBuf>,
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
