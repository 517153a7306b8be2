//! What views may ask for: each room's commands are its own, those of the whole window stand here.

use std::path::PathBuf;

use crate::domain::{JobId, Room};
use crate::state::{
    AskCommand, CreateCommand, GalleryCommand, ModelsCommand, PersonaCommand, SettingsCommand, TrashCommand,
    WaitingCommand, WriteCommand,
};

/// Everything that a person can do. Views push these; nothing else changes the state.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Create(CreateCommand),
    Write(WriteCommand),
    Gallery(GalleryCommand),
    Models(ModelsCommand),
    Settings(SettingsCommand),
    Go(Room),
    /// Shows a file or folder in the system's file manager.
    Reveal(PathBuf),
    /// Opens a web page in the system's browser.
    OpenLink(String),
    DismissNotice(u64),
    /// All that went wrong was read.
    DismissProblems,
    /// Takes back the newest action of the room that is shown.
    Undo,
    /// Does the action again that was taken back last in the room that is shown.
    Redo,
    /// The action of this number.
    UndoThis(u64),
    Trash(TrashCommand),
    Ask(AskCommand),
    Waiting(WaitingCommand),
    /// The program was started again for the same folders: this is the window that they are open in.
    StartAgain,
    /// An example takes the place of the prompt in Create, of the message in Write.
    TakeExample(String),
    /// Time passes: old notes go, settled settings are written.
    Tick,
    CancelJob(JobId),
    /// Esc: cancels what runs in the room that is shown.
    CancelCurrent,
    Persona(PersonaCommand),
    /// Whatever a file brings that was dropped on the window or chosen: settings, latents, a chat, a character, a model.
    OpenFile(PathBuf),
    ChooseFile,
}
