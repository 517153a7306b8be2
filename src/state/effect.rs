//! What the app must do after a change of the state.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::{
    CatalogueRequest, DeviceChoice, Enlarge, Grammar, JobId, LedgerRequest, Picture, PictureRecord, SceneLayers,
    StoreRequest, Task,
};
use crate::error::FolderOf;
use crate::writing::checks::TextCheck;
use crate::writing::export::{Document, TextFormat};

/// A request of [`crate::state::update`] to the app. Plain data; the app owns the channels.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A request to the store. [`StoreRequest`] says how each is answered.
    Store(StoreRequest),
    /// A request to the catalogue of models. [`CatalogueRequest`] says how each is answered.
    Catalogue(CatalogueRequest),
    /// A job for its lane, which is free.
    Submit {
        id: JobId,
        task: Task,
    },
    Cancel(JobId),
    /// Counts a prompt's tokens: answered by [`crate::state::Input::Ledger`].
    Measure(Box<LedgerRequest>),
    /// Checks a grammar: answered by [`crate::state::Input::Grammar`].
    CheckGrammar(Grammar),
    /// Checks a text: answered by [`crate::state::Input::TextChecked`].
    CheckText(Box<TextCheck>),
    /// Frees the memory of all models. Each medium answers with an event once its memory is free.
    Unload,
    SetDevice(DeviceChoice),
    AskModelFile,
    AskModelFolder,
    /// A file dialog for a part of this model.
    AskPartFile(String),
    /// A file dialog, then a copy in the format of the chosen file extension.
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
    /// A folder dialog, for a file of each layer.
    AskLayersFolder,
    /// A folder dialog, for copies of the marked pictures.
    AskCopiesFolder,
    /// Copies a picture to the clipboard: answered by [`crate::state::Input::Copied`].
    CopyPicture(Arc<Picture>),
    /// Copies a text to the clipboard: answered by [`crate::state::Input::Copied`].
    CopyText(String),
    AskOpenFile,
    /// A file dialog for a picture of the character in the editor.
    AskFace,
    /// A file dialog, then these bytes.
    AskExport {
        name: String,
        bytes: Vec<u8>,
    },
    /// A file dialog, then this text with its pictures.
    AskExportText {
        name: String,
        document: Box<Document>,
        format: TextFormat,
    },
    /// Creates the missing folder and writes the file that waits for it, or drops the file.
    MakeFolder(bool),
    AskLibraryFolder,
    AskModelsFolder,
    /// Checks whether a folder can be used: answered by [`crate::state::Input::FolderTried`].
    TryFolder(FolderOf, PathBuf),
    SetModelsFolder(PathBuf),
    /// Unpacks the licences: answered by [`crate::state::Input::Licences`].
    ReadLicences,
    Reveal(PathBuf),
    OpenLink(String),
}

impl Effect {
    /// Whether it would change the contents of the user's folders. Settings and the desk do not count: they are saved
    /// without a command.
    pub(in crate::state) fn changes(&self) -> bool {
        match self {
            Self::Submit { .. } => true,
            // These are saved without a command.
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
            | Self::ReadLicences
            | Self::Reveal(..)
            | Self::OpenLink(..) => false,
        }
    }
}

/// What the app must do, in order.
pub(super) type Effects = Vec<Effect>;
