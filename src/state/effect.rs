//! What the app must do about what a person or the program did.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::{
    ConversationId, Desk, DeviceChoice, Enlarge, Face, Grammar, JobId, JournalEntry, Latents, LedgerRequest, ModelRef,
    Persona, PersonaId, Picture, PictureRecord, RemovedModel, SceneLayers, Settings, Task, TrashKind,
};
use crate::error::FolderOf;
use crate::lang::Lang;
use crate::state::ModelAsk;
use crate::writing::export::{Document, TextFormat};

/// What [`crate::state::update`] asks the app to do. Data only; the app owns the channels.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
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
    /// The same: which of the smaller models, by id, have the vocabulary of `model`.
    FindDrafts {
        model: Box<ModelRef>,
        smaller: Vec<(String, ModelRef)>,
    },
    /// Each kind of model answers with an event of its own once its memory is free.
    Unload,
    SetDevice(DeviceChoice),

    Fetch(String),
    CancelFetch(String),
    AskModelFile,
    AskModelFolder,
    /// A dialog for a part of this model.
    AskPartFile(String),
    /// The answer is a [`crate::state::ModelNews`], as for the next ones.
    OpenModel(ModelAsk),
    RemoveModel(String),
    RemoveModelFile(PathBuf),
    RestoreModel(RemovedModel),
    EmptyModelTrash,
    /// Reads the models folder anew.
    ReadModels,

    SavePicture {
        job: JobId,
        index: u32,
        picture: Arc<Picture>,
        record: Box<PictureRecord>,
    },
    /// Latents whose decoding failed, into the library.
    KeepLatents(Arc<Latents>),
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
    ExportEachLayer {
        scene: Arc<SceneLayers>,
        folder: PathBuf,
    },
    /// A dialog for the folder that copies of marked pictures go to.
    AskCopiesFolder,
    CopyFiles {
        from: Vec<PathBuf>,
        folder: PathBuf,
    },
    CopyLibrary(PathBuf),
    /// The answer is [`crate::state::Input::Copied`].
    CopyPicture(Arc<Picture>),
    /// The same.
    CopyText(String),
    /// Whatever a file brings: a picture's settings, latents, a chat, a character.
    OpenPicture(PathBuf),
    /// A picture of the library to be looked at or copied, and no more.
    ViewPicture(PathBuf),
    Thumbnail(PathBuf),
    TrashPictures(Vec<PathBuf>),
    RestorePictures(Vec<PathBuf>),
    /// The newest pictures alone.
    ListRecent,
    ScanLibrary,
    /// Looks for what came, changed or went since.
    RescanLibrary,
    AskOpenFile,
    /// The answer is a change of the character that is edited.
    AskFace,

    Journal {
        id: ConversationId,
        entry: JournalEntry,
    },
    /// Conversations from elsewhere, each with all its entries.
    KeepConversations(Vec<(ConversationId, Vec<JournalEntry>)>),
    LoadConversation(ConversationId),
    ListConversations,
    TrashConversation(ConversationId),
    RestoreConversation(ConversationId),
    /// Looks for these words in all texts; the number comes back with what is found. No words: stops looking.
    SearchTexts {
        serial: u64,
        words: String,
    },
    SavePersona {
        id: PersonaId,
        persona: Box<Persona>,
        face: Face,
    },
    TrashPersona(PersonaId),
    RestorePersona(PersonaId),
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

    SaveSettings(Box<Settings>),
    SaveDesk(Box<Desk>),
    ListTrash(TrashKind),
    /// A text of the trash, to be read there.
    ReadTrashed {
        kind: TrashKind,
        id: PathBuf,
        lang: Lang,
    },
    /// Deletes these for good.
    Purge {
        kind: TrashKind,
        ids: Vec<PathBuf>,
    },
    /// The file that waits for its folder is written with it, or not at all.
    MakeFolder(bool),
    AskLibraryFolder,
    AskModelsFolder,
    /// Whether a folder can be taken into use: the answer is [`crate::state::Input::FolderTried`].
    TryFolder(FolderOf, PathBuf),
    SetLibraryFolder(PathBuf),
    SetModelsFolder(PathBuf),
    Reveal(PathBuf),
    OpenLink(String),
}

impl Effect {
    /// Whether it would change what the person's folders hold. Settings and drafts are not asked for by a command.
    pub(in crate::state) fn changes(&self) -> bool {
        match self {
            Self::Submit { .. }
            | Self::Fetch(_)
            | Self::SavePicture { .. }
            | Self::KeepLatents(_)
            | Self::TrashPictures(_)
            | Self::RestorePictures(_)
            | Self::CopyLibrary(_)
            | Self::Journal { .. }
            | Self::KeepConversations(_)
            | Self::TrashConversation(_)
            | Self::RestoreConversation(_)
            | Self::SavePersona { .. }
            | Self::TrashPersona(_)
            | Self::RestorePersona(_)
            | Self::RemoveModel(_)
            | Self::RemoveModelFile(_)
            | Self::RestoreModel(_)
            | Self::EmptyModelTrash
            | Self::Purge { .. } => true,
            Self::Cancel(_)
            | Self::Measure(_)
            | Self::CheckGrammar(_)
            | Self::Unload
            | Self::SetDevice(_)
            | Self::CancelFetch(_)
            | Self::AskModelFile
            | Self::AskFace
            | Self::AskModelFolder
            | Self::AskPartFile(_)
            | Self::OpenModel(_)
            | Self::ReadModels
            | Self::FindDrafts { .. }
            | Self::AskExportPicture { .. }
            | Self::AskExportFile { .. }
            | Self::AskExportLayers { .. }
            | Self::AskLayersFolder
            | Self::ExportEachLayer { .. }
            | Self::CopyPicture(_)
            | Self::CopyText(_)
            | Self::OpenPicture(_)
            | Self::ViewPicture(_)
            | Self::Thumbnail(_)
            | Self::ListRecent
            | Self::ScanLibrary
            | Self::RescanLibrary
            | Self::AskCopiesFolder
            | Self::CopyFiles { .. }
            | Self::AskOpenFile
            | Self::LoadConversation(_)
            | Self::ListConversations
            | Self::SearchTexts { .. }
            | Self::AskExport { .. }
            | Self::AskExportText { .. }
            | Self::SaveSettings(_)
            | Self::SaveDesk(_)
            | Self::ListTrash(_)
            | Self::ReadTrashed { .. }
            | Self::MakeFolder(_)
            | Self::AskLibraryFolder
            | Self::AskModelsFolder
            | Self::TryFolder(..)
            | Self::SetLibraryFolder(_)
            | Self::SetModelsFolder(_)
            | Self::Reveal(_)
            | Self::OpenLink(_) => false,
        }
    }
}

/// What is to be done, in order.
pub(super) type Effects = Vec<Effect>;
