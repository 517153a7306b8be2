//! The commands that views may push. Each room has its own; those of the whole window are here.

use std::path::PathBuf;

use crate::domain::{JobId, Room};
use crate::state::{
    AboutCommand, AskCommand, CreateCommand, GalleryCommand, ModelsCommand, PersonaCommand, SettingsCommand,
    TrashCommand, WaitingCommand, WriteCommand,
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
    /// Dismisses the lasting notices of the room that is shown, and those that belong to no room.
    DismissProblems,
    /// Undoes the newest action of the room that is shown.
    Undo,
    /// Redoes the action that was undone last in the room that is shown.
    Redo,
    /// Undoes the action with this number.
    UndoThis(u64),
    Trash(TrashCommand),
    About(AboutCommand),
    Ask(AskCommand),
    Waiting(WaitingCommand),
    /// The program was started again with the same folders, which are open in this window.
    StartAgain,
    /// Replaces the prompt in Create, or the message in Write, with an example.
    TakeExample(String),
    /// Time passes: old notices go, and settings that have stopped changing are saved.
    Tick,
    CancelJob(JobId),
    /// Esc: cancels what runs in the room that is shown.
    CancelCurrent,
    Persona(PersonaCommand),
    /// Opens a file that was dropped on the window or chosen: settings, latents, a chat, a character, a model.
    OpenFile(PathBuf),
    ChooseFile,
}
