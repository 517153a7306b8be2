//! Questions that the window asks itself, where no file dialog can.

use std::path::PathBuf;

use super::Effects;
use crate::state::{AppState, AskCommand, Command, Effect, NoDialog, NoticeKind, PathFor};

impl AppState {
    pub(super) fn no_dialog(&mut self, what: NoDialog) {
        match what {
            NoDialog::Saves(path) => self.ask.unasked.push(path),
            NoDialog::Asks(purpose) => self.ask.path = Some((purpose, std::mem::take(&mut self.ask.typed))),
        }
    }

    /// A copy was written; where nobody was asked for its place, that is told in full.
    pub(super) fn exported(&mut self, path: PathBuf) {
        let unasked = self.ask.unasked.iter().position(|other| *other == path);
        let kind = match unasked {
            Some(at) => NoticeKind::SavedUnasked(self.ask.unasked.remove(at)),
            None => NoticeKind::Exported(path),
        };
        self.note(kind);
    }

    pub(super) fn ask_command(&mut self, command: AskCommand, fx: &mut Effects) {
        match command {
            AskCommand::Type(text) => {
                if let Some((_, path)) = &mut self.ask.path {
                    *path = text;
                }
            }
            AskCommand::Take => {
                let Some((purpose, text)) = self.ask.path.take() else { return };
                let Some(path) = typed_path(&text) else {
                    self.ask.path = Some((purpose, text));
                    return;
                };
                let command = match purpose {
                    PathFor::File => Command::OpenFile(path),
                    PathFor::Model => Command::OpenModel(path),
                    PathFor::Part(id) => Command::PartChosen(id, path),
                    PathFor::Face => PathFor::face(path),
                    PathFor::CopiesFolder => Command::CopiesFolderChosen(path),
                    PathFor::LayersFolder => PathFor::layers(path),
                    PathFor::LibraryFolder => Command::LibraryFolderChosen(path),
                    PathFor::ModelsFolder => Command::ModelsFolderChosen(path),
                };
                self.command(command, fx);
            }
            AskCommand::Leave => {
                if let Some((_, text)) = self.ask.path.take() {
                    self.ask.typed = text;
                }
                if self.ask.folder.take().is_some() {
                    fx.push(Effect::MakeFolder(false));
                }
            }
            AskCommand::MakeFolder => {
                if self.ask.folder.take().is_some() {
                    fx.push(Effect::MakeFolder(true));
                }
            }
        }
    }
}

/// A path as people paste it: in quotes, or as a file's address.
fn typed_path(text: &str) -> Option<PathBuf> {
    let text = text.trim().trim_matches(['"', '\'']);
    let text = text.strip_prefix("file://").unwrap_or(text);
    (!text.is_empty()).then(|| PathBuf::from(text))
}
