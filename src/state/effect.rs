//! What the app must do about what a person or the program did.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::{
    CatalogueRequest, DeviceChoice, Enlarge, Grammar, JobId, LedgerRequest, Picture, PictureRecord, SceneLayers,
    StoreRequest, Task,
};
use crate::error::FolderOf;
use crate::writing::checks::TextCheck;
use crate::writing::export::{Document, TextFormat};

/// What [`crate::state::update`] asks the app to do. Data only; the app owns the channels.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A piece of work for the store; what it answers with stands there.
    Store(StoreRequest),
    /// The same for the catalogue of models.
    Catalogue(CatalogueRequest),
    /// A job for its lane, which has no other.
    Submit {
        id: JobId,
        task: Task,
    },
    Cancel(JobId),
    /// The answer is an input of its own.
    Measure(Box<LedgerRequest>),
    /// The same.
    CheckGrammar(Grammar),
    /// The same.
    CheckText(Box<TextCheck>),
    /// Each kind of model answers with an event of its own once its memory is free.
    Unload,
    SetDevice(DeviceChoice),
    AskModelFile,
    AskModelFolder,
    /// A dialog for a part of this model.
    AskPartFile(String),
    /// A dialog for the path, then a copy in the format that its ending names.
    AskExportPicture {
        picture: Arc<Picture>,
        record: Option<Box<PictureRecord>>,
        name: String,
        enlarge: Enlarge,
    },
    /// The same for a file of the library.
    AskExportFile {
        path: PathBuf,
        enlarge: Enlarge,
    },
    /// The same for a scene, as OpenRaster.
    AskExportLayers {
        name: String,
        scene: Arc<SceneLayers>,
        picture: Arc<Picture>,
    },
    /// A dialog for the folder that a file of each layer goes to.
    AskLayersFolder,
    /// A dialog for the folder that copies of marked pictures go to.
    AskCopiesFolder,
    /// The answer is [`crate::state::Input::Copied`].
    CopyPicture(Arc<Picture>),
    /// The same.
    CopyText(String),
    AskOpenFile,
    /// The answer is a change of the character that is edited.
    AskFace,
    /// A dialog for the path, then these bytes.
    AskExport {
        name: String,
        bytes: Vec<u8>,
    },
    /// A dialog for the path, then this text with its pictures.
    AskExportText {
        name: String,
        document: Box<Document>,
        format: TextFormat,
    },
    /// The file that waits for its folder is written with it, or not at all.
    MakeFolder(bool),
    AskLibraryFolder,
    AskModelsFolder,
    /// Whether a folder can be taken into use: the answer is [`crate::state::Input::FolderTried`].
    TryFolder(FolderOf, PathBuf),
    SetModelsFolder(PathBuf),
    Reveal(PathBuf),
    OpenLink(String),
}

impl Effect {
    /// Whether it would change what the person's folders hold. Settings and drafts are not asked for by a command.
    pub(in crate::state) fn changes(&self) -> bool {
        match self {
            Self::Submit { .. } => true,
            // Settings and drafts are not asked for by a command.
            Self::Store(StoreRequest::SaveSettings(_) | StoreRequest::SaveDesk(_)) => false,
            Self::Store(request) => request.about().changes,
            Self::Catalogue(request) => request.changes(),
            Self::Cancel(..)
            | Self::Measure(..)
            | Self::CheckGrammar(..)
            | Self::CheckText(..)
            | Self::Unload
            | Self::SetDevice(..)
            | Self::AskModelFile
            | Self::AskModelFolder
            | Self::AskPartFile(..)
            | Self::AskExportPicture { .. }
            | Self::AskExportFile { .. }
            | Self::AskExportLayers { .. }
            | Self::AskLayersFolder
            | Self::AskCopiesFolder
            | Self::CopyPicture(..)
            | Self::CopyText(..)
            | Self::AskOpenFile
            | Self::AskFace
            | Self::AskExport { .. }
            | Self::AskExportText { .. }
            | Self::MakeFolder(..)
            | Self::AskLibraryFolder
            | Self::AskModelsFolder
            | Self::TryFolder(..)
            | Self::SetModelsFolder(..)
            | Self::Reveal(..)
            | Self::OpenLink(..) => false,
        }
    }
}

/// What is to be done, in order.
pub(super) type Effects = Vec<Effect>;
