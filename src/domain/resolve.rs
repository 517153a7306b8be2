//! Resolves a model's name to the files that a job runs on, for the window and the shell.

use std::ffi::OsStr;
use std::path::Path;

use super::{Checkpoint, MODEL_ENDINGS, Makes, ModelCard, ModelFiles, ModelPresence, ModelRef};
use crate::error::{Cause, Result};

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    File,
    Folder,
    Nothing,
    /// Not checked: opening it reports what is wrong.
    Unseen,
}

/// What a job that makes `makes` can run on, from a card's id or the path of a file or folder. `look` is asked for
/// paths alone.
///
/// # Errors
/// A name that is neither, a path where nothing is, and what [`ModelCard::resolve`] refuses.
pub fn resolve_model<'a>(
    name: &str,
    makes: Makes,
    cards: impl Iterator<Item = &'a ModelCard> + Clone,
    presence: impl FnOnce(&'a ModelCard) -> ModelPresence,
    look: impl FnOnce(&Path) -> At,
) -> Result<ModelRef> {
    if let Some(card) = cards.clone().find(|card| card.id == name) {
        return card.resolve(&presence(card), makes);
    }
    let path = Path::new(name);
    // What looks like a path is meant as one.
    let looks_like_one = path.components().count() > 1 || path.extension().is_some_and(is_model_ending);
    let files = match look(path) {
        At::Folder => ModelFiles::Folder(path.to_owned()),
        At::File => ModelFiles::File(path.to_owned()),
        At::Unseen if looks_like_one => ModelFiles::File(path.to_owned()),
        At::Nothing if looks_like_one => return Err(Cause::FileMissing { path: path.to_owned() }.into()),
        At::Nothing | At::Unseen => {
            let known: Vec<_> = cards.filter(|card| card.makes == makes).map(|card| card.id.as_str()).collect();
            return Err(Cause::UnknownModel { id: name.to_owned(), known: known.join(", ") }.into());
        }
    };
    let id = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok(ModelRef { id, files, sha256: None })
}

fn is_model_ending(ending: &OsStr) -> bool {
    MODEL_ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

impl ModelCard {
    /// What a job can run on, where the files are as `presence` says and the model makes what is wanted.
    ///
    /// # Errors
    /// A model of the other medium, missing parts, files that are not fetched or not checked.
    pub fn resolve(&self, presence: &ModelPresence, makes: Makes) -> Result<ModelRef> {
        if self.makes != makes {
            let wanted = match makes {
                Makes::Image => "picture",
                Makes::Text => "text",
            };
            return Err(Cause::WrongKind { id: self.id.clone(), wanted }.into());
        }
        if let Some(local) = &self.local {
            // What a language model lacks is reported when its file is opened.
            if !local.lacks.is_empty() && makes == Makes::Image {
                let (path, lacks) = (local.files.main.clone(), local.lacks.clone());
                return Err(Cause::LacksParts { path, family: local.kind.clone(), lacks }.into());
            }
            let files = match makes {
                Makes::Text => ModelFiles::File(local.files.main.clone()),
                Makes::Image => ModelFiles::Checkpoint(Box::new(local.files.clone())),
            };
            return Ok(ModelRef { id: self.id.clone(), files, sha256: None });
        }
        let files = match presence {
            ModelPresence::Embedded => ModelFiles::Embedded,
            // The first file is what draws; the others are what it draws with.
            ModelPresence::Here { path } if self.is_checkpoint() => {
                let mut paths = self.files.iter().map(|file| path.with_file_name(&file.name));
                let main = paths.next().unwrap_or_else(|| path.clone());
                ModelFiles::Checkpoint(Box::new(Checkpoint { parts: paths.collect(), ..Checkpoint::new(main) }))
            }
            ModelPresence::Here { path } if self.files.len() == 1 => ModelFiles::File(path.clone()),
            ModelPresence::Here { path } => ModelFiles::Folder(path.clone()),
            ModelPresence::Unchecked { .. } => return Err(Cause::NotChecked { id: self.id.clone() }.into()),
            ModelPresence::Partial { .. } | ModelPresence::Absent => {
                return Err(Cause::NotFetched { id: self.id.clone(), bytes: self.bytes() }.into());
            }
        };
        let sha256 = self.files.first().map(|f| f.sha256.clone()).filter(|s| !s.is_empty());
        Ok(ModelRef { id: self.id.clone(), files, sha256 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(name: &str, at: At) -> Result<ModelFiles> {
        let none: [ModelCard; 0] = [];
        resolve_model(name, Makes::Text, none.iter(), |_| ModelPresence::Absent, |_| at).map(|model| model.files)
    }

    #[test]
    fn a_path_is_what_is_there_or_what_looks_like_one() {
        assert_eq!(resolved("plain", At::File).unwrap(), ModelFiles::File("plain".into()));
        assert_eq!(resolved("plain", At::Folder).unwrap(), ModelFiles::Folder("plain".into()));
        for name in ["a/b", "m.GGUF"] {
            assert_eq!(resolved(name, At::Unseen).unwrap(), ModelFiles::File(name.into()));
            assert!(matches!(resolved(name, At::Nothing).unwrap_err().cause(), Cause::FileMissing { .. }));
        }
        for at in [At::Unseen, At::Nothing] {
            assert!(matches!(resolved("qwen2.5", at).unwrap_err().cause(), Cause::UnknownModel { .. }));
        }
    }
}
