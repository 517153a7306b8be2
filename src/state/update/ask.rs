//! Questions that the window asks itself, where no file dialog can.

use std::path::{Path, PathBuf};

use super::Effects;
use crate::state::{AppState, AskCommand, Command, Effect, NoDialog, NoticeKind, PathFor};

impl AppState {
    pub(super) fn no_dialog(&mut self, what: NoDialog) {
        match what {
            NoDialog::Saves(path) => self.ask.unasked.push(path),
            NoDialog::Asks(purpose) => {
                // Of a question that is asked already.
                let typed = self.ask.path.take().map(|(_, text)| text).filter(|text| !text.is_empty());
                let typed = typed.unwrap_or_else(|| std::mem::take(&mut self.ask.typed));
                self.ask.path = Some((purpose, typed));
            }
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
                let Some(path) = typed_path(&text, self.ask.home.as_deref()) else {
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

/// A path as people paste it: in quotes, or as a file's address; as a shell has it, with `~` for their own folder.
fn typed_path(text: &str, home: Option<&Path>) -> Option<PathBuf> {
    let text = text.trim().trim_matches(['"', '\'']);
    let text = text.strip_prefix("file://").unwrap_or(text);
    if text.is_empty() {
        return None;
    }
    let path = PathBuf::from(text);
    match (path.strip_prefix("~"), home) {
        // Without a slash behind it.
        (Ok(rest), Some(home)) if rest.as_os_str().is_empty() => Some(home.to_owned()),
        (Ok(rest), Some(home)) => Some(home.join(rest)),
        _ => Some(path),
    }
}
