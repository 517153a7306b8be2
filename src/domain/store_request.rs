//! What the store can be asked to do.

use std::path::PathBuf;
use std::sync::Arc;

use super::{
    ConversationId, Desk, Document, Enlarge, Face, JobId, JournalEntry, Latents, Persona, PersonaId, Picture,
    PictureRecord, Room, SceneLayers, Settings, TextFormat, TrashKind,
};
use crate::lang::Lang;

/// One piece of work for the store. The answer follows the arrow; every one of them may
/// answer with `StoreEvent::Failed` instead, unless another failure is named.
#[derive(Clone, Debug, PartialEq)]
pub enum StoreRequest {
    /// -> `PictureSaved` or `PictureFailed`. `folder` is another place than the library, for a picture that could
    /// not be saved there.
    SavePicture { job: JobId, index: u32, picture: Arc<Picture>, record: Box<PictureRecord>, folder: Option<PathBuf> },
    /// Into the library. -> `LatentsKept`
    KeepLatents(Arc<Latents>),
    /// A copy at the person's own path, over what is there (the dialog has asked); the format is its ending's.
    /// -> `Exported`, and `Failed` with settings that the format has no room for
    ExportPicture { picture: Arc<Picture>, record: Option<Box<PictureRecord>>, path: PathBuf, enlarge: Enlarge },
    /// The same from a file. -> `Exported`
    ExportFile { from: PathBuf, path: PathBuf, enlarge: Enlarge },
    /// A scene with its layers as OpenRaster, the same way; the background's name is in `lang`. -> `Exported`
    ExportLayers { scene: Arc<SceneLayers>, picture: Arc<Picture>, path: PathBuf, lang: Lang },
    /// A PNG of each layer in a folder; nothing is written over, the background's name is in `lang`. -> `CopiesSaved`
    ExportEachLayer { scene: Arc<SceneLayers>, folder: PathBuf, lang: Lang },
    /// Copies of these files in a folder, as they are; nothing is written over. -> `CopiesSaved`, and `Failed` with what
    /// could not be copied
    CopyFiles { from: Vec<PathBuf>, folder: PathBuf },
    /// Copies of all pictures of another library, in this one. -> `CopiesSaved`, and the `Library`
    CopyLibrary(PathBuf),
    /// The same for bytes that are a file already. -> `Exported`
    WriteFile { path: PathBuf, bytes: Vec<u8> },
    /// The same for a conversation or a page. -> `Exported`, and `Failed` with the pictures that were left out
    ExportText { path: PathBuf, document: Box<Document>, format: TextFormat },
    /// The newest pictures, without a walk through the others. -> `Recent`
    ListRecent,
    /// -> `Library`
    ScanLibrary,
    /// Looks for files that came, changed or went since the last look, and opens no others. -> `LibraryChanged`
    RescanLibrary,
    /// Uses this folder from now on, even where it cannot be written to yet (that is reported). -> `Library`,
    /// and `LibraryLeft` with what is in the old one
    SetLibraryFolder(PathBuf),
    /// At most `store::THUMBNAIL` pixels wide and high. The newest wishes come first; when too many wait, the
    /// oldest is dropped. -> `Thumbnail` or `NoThumbnail`
    Thumbnail(PathBuf),
    /// A file that a person opens, for what it is. -> `Opened`, `LatentsOpened`, `PersonaOpened`,
    /// `WorldOpened`, `ChatsOpened` or `FolderOpened`, or `OpenFailed`
    OpenFile(PathBuf),
    /// A picture, for its pixels alone. -> `Viewed`
    ViewPicture(PathBuf),
    /// -> `Trashed` with those that could be moved, and `Gone` with those that were not there any more
    TrashPictures(Vec<PathBuf>),
    /// Takes pictures of the library back out of the trash; the paths are their old ones. -> `Restored`
    RestorePictures(Vec<PathBuf>),
    /// -> `Conversations`
    ListConversations,
    /// -> `Conversation`
    LoadConversation(ConversationId),
    /// -> nothing
    Journal { id: ConversationId, entry: JournalEntry },
    /// Conversations that were made elsewhere, each with all its entries at once. -> nothing
    KeepConversations(Vec<(ConversationId, Vec<JournalEntry>)>),
    /// Into the trash. -> `ConversationTrashed`, or `Failed` and the `Conversations` as they are
    TrashConversation(ConversationId),
    /// Out of the trash. -> nothing
    RestoreConversation(ConversationId),
    /// Searches the texts of all conversations; replaces the search before. Without words nothing is searched any
    /// more. -> `TextsFound`, several times
    SearchTexts { serial: u64, words: String },
    /// -> `Personas`
    ListPersonas,
    /// With its picture. -> `PersonaKept` or `PersonaFailed`, and `Failed` with a picture that could not be read
    SavePersona { id: PersonaId, persona: Box<Persona>, face: Face },
    /// Into the trash. -> `PersonaTrashed`, or `Failed` and the `Personas` as they are
    TrashPersona(PersonaId),
    /// Out of the trash. -> `PersonaKept`
    RestorePersona(PersonaId),
    /// -> `SettingsSaved`
    SaveSettings(Box<Settings>),
    /// -> `Desk`
    LoadDesk,
    /// -> nothing
    SaveDesk(Box<Desk>),
    /// The window runs from now on. -> `ReportLeft`, where an earlier time left a report
    BeginRun,
    /// The window is closed. -> nothing
    EndRun,
    /// -> `ReportRead`
    ReadReport(PathBuf),
    /// This report, and those before it, are not to be offered any more. -> nothing
    ReportSeen(PathBuf),
    /// -> `Trash`
    ListTrash(TrashKind),
    /// A text of a trash, to be read there; its speakers are called by `lang`. -> `TrashRead`
    ReadTrashed { kind: TrashKind, id: PathBuf, lang: Lang },
    /// Deletes these for good. -> `Trash` with what is left
    Purge { kind: TrashKind, ids: Vec<PathBuf> },
}

/// What a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// It would change what the person's folders hold; copies at a place of the person's own do not.
    pub changes: bool,
    /// Whose room its failure is reported in; `None`: wherever the person is.
    pub room: Option<Room>,
}

impl StoreRequest {
    pub fn about(&self) -> About {
        let (changes, room) = match self {
            Self::SavePicture { .. } | Self::KeepLatents(_) => (true, Some(Room::Create)),
            Self::TrashPictures(_) | Self::RestorePictures(_) | Self::CopyLibrary(_) => (true, Some(Room::Gallery)),
            Self::Journal { .. }
            | Self::KeepConversations(_)
            | Self::TrashConversation(_)
            | Self::RestoreConversation(_)
            | Self::SavePersona { .. }
            | Self::TrashPersona(_)
            | Self::RestorePersona(_) => (true, Some(Room::Write)),
            Self::SaveSettings(_) | Self::SaveDesk(_) | Self::BeginRun | Self::EndRun | Self::ReportSeen(_) => {
                (true, None)
            }
            Self::Purge { kind, .. } => (true, Some(room_of(*kind))),
            Self::ListTrash(kind) | Self::ReadTrashed { kind, .. } => (false, Some(room_of(*kind))),
            Self::ListRecent | Self::ScanLibrary | Self::RescanLibrary => (false, Some(Room::Gallery)),
            Self::SetLibraryFolder(_) => (false, Some(Room::Settings)),
            Self::ListConversations | Self::LoadConversation(_) | Self::SearchTexts { .. } | Self::ListPersonas => {
                (false, Some(Room::Write))
            }
            // The person may ask for these anywhere.
            Self::ExportPicture { .. }
            | Self::ExportFile { .. }
            | Self::ExportLayers { .. }
            | Self::ExportEachLayer { .. }
            | Self::WriteFile { .. }
            | Self::ExportText { .. }
            | Self::CopyFiles { .. }
            | Self::Thumbnail(_)
            | Self::OpenFile(_)
            | Self::ViewPicture(_)
            | Self::LoadDesk
            | Self::ReadReport(_) => (false, None),
        };
        About { changes, room }
    }
}

fn room_of(kind: TrashKind) -> Room {
    match kind {
        TrashKind::Pictures => Room::Gallery,
        TrashKind::Conversations | TrashKind::Personas => Room::Write,
    }
}
