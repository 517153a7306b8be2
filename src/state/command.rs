//! What views may ask for, and what the app must do about it.

use std::path::PathBuf;
use std::sync::Arc;

use super::{
    AskCommand, CardEdit, LayersCommand, ModelAsk, PageCommand, PersonaCommand, ShotKey, TrashCommand, WaitingCommand,
};
use crate::domain::{
    AnswerForm, ConversationId, Desk, DeviceChoice, Enlarge, Face, Grammar, ImageParam, JobId, JournalEntry, KvType,
    Latents, LedgerRequest, Makes, ModelRef, NoiseSource, Overflow, Pane, Persona, PersonaId, Picture, PictureRecord,
    RemovedModel, Room, Sampler, SceneLayers, Schedule, Seed, Settings, Task, TextParam, Theme, TrashKind,
    WindowGeometry,
};
use crate::error::FolderOf;
use crate::lang::Lang;
use crate::writing::export::{Document, TextFormat};

/// Everything that a person can do. Views push these; nothing else changes the state.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Go(Room),
    SetLang(Lang),
    SetTheme(Theme),
    SetZoom(f32),
    SetDevice(DeviceChoice),
    SetOffline(bool),
    ChooseLibraryFolder,
    LibraryFolderChosen(PathBuf),
    ChooseModelsFolder,
    ModelsFolderChosen(PathBuf),
    /// Shows a file or folder in the system's file manager.
    Reveal(PathBuf),
    /// Opens a web page in the system's browser.
    OpenLink(String),
    WindowChanged(WindowGeometry),
    /// A panel was dragged to this width; `None` is the usual one.
    SetPane(Pane, Option<f32>),
    DismissNotice(u64),
    /// All that went wrong was read.
    DismissProblems,
    /// Takes back the newest action of the room that is shown.
    Undo,
    /// Does the action again that was taken back last in the room that is shown.
    Redo,
    /// The action of this number.
    UndoThis(u64),
    /// The newest change of prompt and sliders of Create.
    UndoPrompt,
    Trash(TrashCommand),
    Ask(AskCommand),
    Waiting(WaitingCommand),
    /// The program was started again for the same folders: this is the window that they are open in.
    StartAgain,
    /// An example takes the place of the prompt in Create, of the message in Write.
    TakeExample(String),
    /// Time passes: old notes go, settled settings are written.
    Tick,

    // Create
    SetImage(ImageEdit),
    /// Rolls a seed now and pins it.
    RollSeed,
    Generate,
    CancelJob(JobId),
    /// Esc: cancels what runs in the room that is shown.
    CancelCurrent,
    Show(Shown),
    /// Prompt and sliders of a finished picture, seed included.
    UseSettings(ShotKey),
    /// The same with another seed, at once.
    Vary(ShotKey),
    SavePictureAs(ShotKey),
    /// The same, so many times as large.
    SavePictureAt(ShotKey, Enlarge),
    CopyPicture(ShotKey),
    TrashPicture(ShotKey),
    /// Tries again to write a picture that could not be saved.
    RetrySave(ShotKey),
    Layers(LayersCommand),
    DismissCreateError,
    /// Makes pictures of the latents whose decoding failed, with the model that is chosen now.
    DecodeAgain,
    /// Lets the language model improve the prompt; again: stops it.
    ImprovePrompt,
    /// Takes the prompt that it proposes, or keeps the old one.
    UseProposal,
    DropProposal,
    /// Writes a picture prompt for a turn of the conversation.
    PictureOfTurn(u64),
    /// The prompt is for no passage any more.
    ForgetSubject,
    /// Back to the text that the prompt was written for.
    GoToSubject,
    /// Another picture for the passage that this one stands beside.
    IllustrateAgain(u64),
    /// Takes a picture out of the text.
    RemoveIllustration(u64),

    // Write
    SetText(TextEdit),
    SetDraft(String),
    SetSystemPrompt(String),
    SetSearch(String),
    Send,
    StopWriting,
    NewConversation,
    OpenConversation(ConversationId),
    /// Opens a title for typing, with what was typed before.
    BeginTitle(ConversationId),
    SetTitle(ConversationId, String),
    /// Leaves the title as it was; what was typed stays as a draft.
    LeaveTitle,
    RenameConversation(ConversationId, String),
    /// Keeps it at the top of the list, or no longer.
    PinConversation(ConversationId, bool),
    /// A place where the searched words stand: the turn (0 in a page) and the byte of its text.
    OpenFound(ConversationId, u64, usize),
    /// Shows the branch with this turn, scrolled to it.
    GoToTurn(u64),
    TrashConversation(ConversationId),
    RestoreConversation(ConversationId),
    CopyTurn(u64),
    /// Opens a turn of the person's for editing.
    BeginEdit(u64),
    SetEdit(String),
    /// Leaves it; what was typed stays as a draft.
    CancelEdit,
    /// Leaves it and throws away what was typed.
    DiscardEdit,
    /// Sends the edited turn, beside the old one.
    SendEdit,
    /// Shows the branch with this turn.
    SelectBranch(u64),
    /// Shows an answer as its tokens, or no longer.
    Inspect(u64),
    /// Goes on from a token of an answer with another one that was weighed there.
    BranchAtToken {
        turn: u64,
        token: usize,
        other: usize,
    },
    /// Writes the last answer again, beside the old one.
    Regenerate,
    /// Goes on where an answer was cut off.
    ContinueWriting,
    ExportConversation(TextFormat),
    OpenForm(String),
    /// A field's id and what is in it.
    SetFormField(String, String),
    /// Leaves it; what was typed stays as a draft.
    CloseForm,
    DiscardForm,
    WriteForm,
    /// The next section of an outline.
    WriteSection,
    /// An instruction about the last answer, from a check.
    AskAgain(String),
    Page(PageCommand),
    Persona(PersonaCommand),
    /// A card of the open conversation.
    Card(CardEdit),
    /// What the next prompt takes of the context; in a page with the place of the cursor.
    Measure(usize),
    /// Reads the grammar of the answer's form.
    CheckGrammar,
    /// Looks which models can draft for the one in use.
    FindDrafts,
    /// Answers the question that was too long, with this choice of what is left out.
    AnswerWith(Overflow),
    /// The open conversation's sliders become those of new conversations.
    UseSliders,
    DismissWriteError,

    // Gallery
    Select(Option<PathBuf>),
    /// Ctrl+click: puts a picture among the marked ones, or takes it out.
    Mark(PathBuf),
    /// Shift+click: marks all from the selected picture to this one.
    MarkTo(PathBuf),
    /// Ctrl+A: marks all that are found.
    MarkAll,
    /// No picture is marked any more; the selected one stays.
    Unmark,
    /// Shows a picture of the library over the whole room, or the grid again.
    ShowFull(bool),
    /// The picture so many places further in what is found.
    Step(i64),
    /// Copies of these pictures into a folder that is asked for.
    SaveCopies(Vec<PathBuf>),
    CopiesFolderChosen(PathBuf),
    /// Copies all pictures of the folder that was the library before into the library.
    CopyLibrary(PathBuf),
    TrashItems(Vec<PathBuf>),
    SetThumbnails(f32),
    /// Small pictures as their pixels, or smooth.
    SetPixels(bool),
    SetGallerySearch(String),
    NeedThumbnail(PathBuf),
    /// Prompt and sliders of a picture of the library, whatever else its file brings.
    UseItem(PathBuf),
    /// Whatever a file brings that was dropped on the window or chosen: settings, latents, a chat, a character, a model.
    OpenFile(PathBuf),
    ChooseFile,
    SaveItemAs(PathBuf),
    /// The same, so many times as large.
    SaveItemAt(PathBuf, Enlarge),
    CopyItem(PathBuf),
    TrashItem(PathBuf),
    RestorePictures(Vec<PathBuf>),
    RefreshLibrary,

    // Models
    Fetch(String),
    CancelFetch(String),
    /// To a model's terms: whether the person agrees.
    AnswerTerms(String, bool),
    UseModel(String),
    ChooseModelFile,
    ChooseModelFolder,
    /// A model file or folder from anywhere: the doctor looks into it first.
    OpenModel(PathBuf),
    /// A dialog for a file with what this model (an id, or its file's path) lacks.
    ChooseMissingPart(String),
    PartChosen(String, PathBuf),
    /// Takes a model's files away, into the trash.
    RemoveModel(String),
    /// The same for a file that cannot be used.
    RemoveModelFile(PathBuf),
    RestoreModel(RemovedModel),
    EmptyModelTrash,
    /// No longer lists a file that was opened from elsewhere; it stays where it is.
    ForgetModel(PathBuf),
    FilterModels(Option<Makes>),
    /// To the models that make this, from where the one in use falls short.
    BetterModels(Makes),
    /// To this model's card.
    ShowModel(String),
    /// The card was brought into sight.
    ModelShown,
    DismissModelError,
    Unload,
}

/// One slider or field of Create.
#[derive(Clone, Debug, PartialEq)]
pub enum ImageEdit {
    Prompt(String),
    Negative(String),
    Model(String),
    Size(u32, u32),
    /// A number of the table; one that is out of range is brought into it.
    Number(ImageParam, f64),
    Seed(Seed),
    Sampler(Sampler),
    Schedule(Schedule),
    Noise(NoiseSource),
    /// A word of the prompt, and the label of the thing that it shall mean.
    Thing(String, String),
    /// The layers are laid out by the prompt alone again.
    Unarrange,
    /// All sliders back to the model's defaults; the prompt stays.
    Reset,
}

/// One slider of Write.
#[derive(Clone, Debug, PartialEq)]
pub enum TextEdit {
    Model(String),
    /// A number of the table; one that is out of range is brought into it.
    Number(TextParam, f64),
    Seed(Seed),
    Stop(Vec<String>),
    Kv(KvType),
    Overflow(Overflow),
    Draft(Option<String>),
    Form(AnswerForm),
    /// The schema or the grammar of the form that is chosen.
    FormText(String),
    Reset,
}

/// What the big pane of Create shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// The newest: the running job, else the newest picture.
    #[default]
    Newest,
    Job(JobId),
    Shot(ShotKey),
    /// All pictures of a job side by side.
    Batch(JobId),
}

/// What [`super::update`] asks the app to do. Data only; the app owns the channels.
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
    /// The answer is a [`super::ModelNews`], as for the next ones.
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
    /// The answer is [`super::Input::Copied`].
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
    /// Whether a folder can be taken into use: the answer is [`super::Input::FolderTried`].
    TryFolder(FolderOf, PathBuf),
    SetLibraryFolder(PathBuf),
    SetModelsFolder(PathBuf),
    Reveal(PathBuf),
    OpenLink(String),
}

impl Effect {
    /// Whether it would change what the person's folders hold. Settings and drafts are not asked for by a command.
    pub(super) fn changes(&self) -> bool {
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
