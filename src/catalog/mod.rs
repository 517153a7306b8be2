//! The catalogue: the known models, which of them are on this machine, and how to fetch the others.
//!
//! A model's files are at `<models folder>/<card id>/<file name>`. What is still coming has `.part` at its end, what
//! was checked has a `.verified` note beside it.

mod card;
pub mod doctor;
mod fetch;
mod fetch_error;
mod http;
mod hub;
mod local;
mod opened;
mod pip;
pub mod trash;
mod verify;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use doctor::LooseFiles;
pub use fetch::{FetchConfig, Fetcher};
use verify::Known;

use crate::domain::{
    At, BrokenFile, Makes, ModelCard, ModelFile, ModelPresence, ModelRef, RemovedModel, RemovedWhat, resolve_model,
};
use crate::error::{Cause, Result, StudioError};
use crate::formats::gguf::Gguf;
use crate::formats::plain::plainly;
use crate::lang::both;

/// The cards and the folder that their files are in.
#[derive(Clone, Debug)]
pub struct Catalog {
    cards: Vec<ModelCard>,
    folder: PathBuf,
    problems: Vec<StudioError>,
    loose: LooseFiles,
    /// Files that became no card, or one that cannot be run.
    broken: Vec<BrokenFile>,
}

/// What a language model's header is checked against before it counts as a model: whether the engine can run it.
pub type Runs<'a> = &'a dyn Fn(&Gguf) -> Result<()>;

impl Catalog {
    /// The program's own cards alone: touches no disk.
    pub fn built_in(folder: &Path) -> Self {
        let cards = card::built_in();
        let (problems, broken) = (Vec::new(), Vec::new());
        Self { cards, folder: folder.to_owned(), problems, loose: LooseFiles::default(), broken }
    }

    /// Reads the cards: the program's own, then those of the folder. A bad card is a problem to tell, no failure.
    pub fn load(folder: &Path) -> Self {
        let mut cards = card::built_in();
        let (found, mut problems) = card::read_folder(folder);
        for new in local::scan(folder) {
            if !cards.iter().chain(&found).any(|c| c.id == new.id) {
                cards.push(new);
            }
        }
        for new in found {
            if cards.iter().any(|c| c.id == new.id) {
                let reason = both!("a model with the id {} is there already", "已有 ID 为 {} 的模型", new.id);
                problems.push(Cause::BadModelFile { path: folder.join(format!("{}.toml", new.id)), reason }.into());
            } else {
                cards.push(new);
            }
        }
        for card in &mut cards {
            let own = folder.join(&card.id);
            hub::recall(card, &own);
        }
        Self { cards, folder: folder.to_owned(), problems, loose: LooseFiles::default(), broken: Vec::new() }
    }

    /// Reads the headers of all picture models in the folder: loose checkpoints become cards, and cards know what they
    /// hold and need. Language models that the engine does not run are no models. Seconds for hundreds of files: not for
    /// the window's thread.
    pub fn look_closer(&mut self, runs: Runs<'_>) {
        // Loose files are found anew.
        self.cards.retain(|card| card.local.as_ref().is_none_or(|local| local.files.main.is_dir()));
        self.loose = local::loose_files(&self.folder, &self.cards, runs);
        self.broken = std::mem::take(&mut self.loose.broken);
        let presences = self.presences();
        for (card, presence) in self.cards.iter_mut().zip(presences) {
            let folder = self.folder.join(&card.id);
            // During a fetch, parts are missing for a while.
            let coming = matches!(presence, ModelPresence::Partial { .. } | ModelPresence::Absent)
                && card.files.iter().any(|file| !file.sources.is_empty());
            if card.local.is_none()
                && !coming
                && folder.join(local::INDEX).is_file()
                && let Err(error) = local::look_into(card, &folder, &self.loose)
            {
                self.broken.push(BrokenFile { bytes: trash::size(&folder), path: folder, error });
            }
        }
        self.drop_broken();
        let mut loose = local::checkpoints(&self.loose);
        loose.extend(local::languages(&self.loose));
        local::name_apart(&mut loose, &self.cards, &self.folder);
        self.cards.extend(loose);
        // They have names among the others: what a file is called does not change when it can be run.
        self.broken.append(&mut self.loose.refused);
        self.drop_broken();
    }

    /// A card whose file is known to be broken is none.
    fn drop_broken(&mut self) {
        let broken = &self.broken;
        let is_broken = |path: &Path| broken.iter().any(|file| file.path == path);
        let folder = self.folder.clone();
        self.cards.retain(|card| match &card.local {
            Some(local) => !is_broken(&local.files.main),
            None => !is_broken(&folder.join(&card.id)),
        });
    }

    /// Looks into the model at `path`, anywhere, with the parts that a person chose for it.
    ///
    /// # Errors
    /// A file that is no model or cannot be run.
    pub fn open(&self, path: &Path, parts: &[PathBuf], runs: Runs<'_>) -> Result<ModelCard> {
        let (card, refused) = opened::open(path, parts, &self.loose, runs).map_err(|error| plainly(path, error))?;
        refused.map_or(Ok(card), Err)
    }

    /// Takes in files that a person opened from elsewhere, and the parts that they chose for models, by their ids.
    pub fn take_in(&mut self, opened: &[PathBuf], parts_of: &BTreeMap<String, Vec<PathBuf>>, runs: Runs<'_>) {
        let none = Vec::new();
        for path in opened {
            let id = path.display().to_string();
            if self.card(&id).is_some() {
                continue;
            }
            // Parts that were taken away meanwhile are lacking again.
            let parts = parts_of.get(&id).unwrap_or(&none);
            match self.open(path, parts, runs).or_else(|_| self.open(path, &[], runs)) {
                Ok(card) => self.cards.push(card),
                Err(error) => self.broken.push(BrokenFile { path: path.clone(), bytes: trash::size(path), error }),
            }
        }
        for (id, parts) in parts_of {
            let found = self.card(id).filter(|card| card.lacks().is_some()).and_then(|card| card.local.as_ref());
            let Some(main) = found.map(|local| local.files.main.clone()) else { continue };
            if let Ok(made) = self.open(&main, parts, runs)
                && let Some(card) = self.cards.iter_mut().find(|card| card.id == *id)
            {
                *card = ModelCard { id: card.id.clone(), name: card.name.clone(), ..made };
            }
        }
    }

    /// The card whose fetched file `path` is, so that its hash is asked for.
    pub fn card_at(&self, path: &Path) -> Option<&ModelCard> {
        let path = fs::canonicalize(path).ok()?;
        let is_file = |card: &&ModelCard| {
            let same = |file: &ModelFile| self.path(card, &file.name).canonicalize().is_ok_and(|own| own == path);
            card.local.is_none() && card.files.iter().any(same)
        };
        self.cards.iter().find(is_file)
    }

    /// Files of the models folder, and files that were opened, that cannot be used.
    pub fn broken(&self) -> Vec<BrokenFile> {
        let cards = self.problems.iter().filter_map(|error| match error.cause() {
            Cause::BadModelFile { path, .. } => {
                Some(BrokenFile { path: path.clone(), bytes: trash::size(path), error: error.clone() })
            }
            _ => None,
        });
        cards.chain(self.broken.iter().cloned()).collect()
    }

    /// Takes a card's files away, into the trash.
    ///
    /// # Errors
    /// An unknown model, or files that cannot be moved.
    pub fn remove(&self, id: &str) -> Result<RemovedModel> {
        let Some(card) = self.card(id) else {
            return Err(Cause::UnknownModel { id: id.to_owned(), known: String::new() }.into());
        };
        let paths = match &card.local {
            Some(local) if local.files.main.is_dir() => vec![local.files.main.clone()],
            // A model in several files is all of them; parts that others may use stay.
            Some(local) => local::files_of(&local.files.main),
            None => vec![self.folder.join(&card.id)],
        };
        trash::remove(&self.folder, &card.name, RemovedWhat::Card(card.id.clone()), &paths)
    }

    pub fn cards(&self) -> &[ModelCard] {
        &self.cards
    }

    pub fn card(&self, id: &str) -> Option<&ModelCard> {
        self.cards.iter().find(|c| c.id == id)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The loose model files of the folder.
    pub fn loose(&self) -> &LooseFiles {
        &self.loose
    }

    /// Cards that could not be used, each with its reason.
    pub fn problems(&self) -> &[StudioError] {
        &self.problems
    }

    /// Whether a card's files are here, by their sizes and the notes of their hashes. Touches the disk, but reads no
    /// model: quick.
    pub fn presence(&self, card: &ModelCard) -> ModelPresence {
        if card.is_embedded() {
            return ModelPresence::Embedded;
        }
        if let Some(local) = &card.local {
            let gone = local.files.paths().any(|path| !path.exists());
            return if gone { ModelPresence::Absent } else { ModelPresence::Here { path: local.files.main.clone() } };
        }
        let (mut missing, mut good) = (false, true);
        let mut bytes = 0;
        for file in &card.files {
            let path = self.path(card, &file.name);
            let size = |path: &Path| fs::metadata(path).ok().filter(|m| m.is_file()).map(|m| m.len());
            if size(&path) == Some(file.bytes) {
                bytes += file.bytes;
                // A hash that only the hub knows was not checked against it.
                good = good && !hub::is_open(file) && verify::known(&path, file) == Known::Good;
            } else {
                missing = true;
                bytes += size(&fetch::part_of(&path)).unwrap_or(0);
            }
        }
        match (missing, bytes) {
            (false, _) if good => ModelPresence::Here { path: self.main_path(card) },
            (false, _) => ModelPresence::Unchecked { path: self.main_path(card) },
            (true, 0) => ModelPresence::Absent,
            (true, bytes) => ModelPresence::Partial { bytes },
        }
    }

    /// That of each card, in their order.
    pub fn presences(&self) -> Vec<ModelPresence> {
        self.cards.iter().map(|card| self.presence(card)).collect()
    }

    fn main_path(&self, card: &ModelCard) -> PathBuf {
        card.place_in(&self.folder.join(&card.id))
    }

    fn path(&self, card: &ModelCard, name: &str) -> PathBuf {
        self.folder.join(&card.id).join(name)
    }

    /// What a job can run on, from a card's id or the path of a file or folder. Quick: no file is read.
    ///
    /// # Errors
    /// An unknown name, a missing file, or what [`ModelCard::resolve`] refuses.
    pub fn resolve(&self, name: &str, makes: Makes) -> Result<ModelRef> {
        let look = |path: &Path| match fs::metadata(path) {
            Ok(about) if about.is_dir() => At::Folder,
            Ok(_) => At::File,
            Err(_) => At::Nothing,
        };
        resolve_model(name, makes, self.cards.iter(), |card| self.presence(card), look)
    }

    /// As [`resolve`](Self::resolve), for a card whose files were hashed just now: a note of it cannot be written
    /// everywhere.
    ///
    /// # Errors
    /// What [`ModelCard::resolve`] refuses.
    pub fn resolve_checked(&self, card: &ModelCard, makes: Makes) -> Result<ModelRef> {
        card.resolve(&ModelPresence::Here { path: self.main_path(card) }, makes)
    }

    /// Hashes all files of a card again, however often that was done before. `watch` is told the bytes done of
    /// [`ModelCard::bytes`] and says whether to continue; `Ok(false)` where it said no.
    ///
    /// # Errors
    /// A file that cannot be read, or whose hash is not the card's.
    pub fn check(&self, card: &ModelCard, mut watch: impl FnMut(u64) -> bool) -> Result<bool> {
        if card.is_embedded() {
            return Ok(true);
        }
        if !matches!(self.presence(card), ModelPresence::Here { .. } | ModelPresence::Unchecked { .. }) {
            return Err(Cause::NotFetched { id: card.id.clone(), bytes: card.bytes() }.into());
        }
        if let Some(local) = &card.local {
            // Nobody promised a hash for these, but a language model may be one file of several.
            if card.makes == Makes::Text && !local.lacks.is_empty() {
                doctor::examine(&local.files.main)?;
            }
            return Ok(true);
        }
        let mut before = 0;
        // Nobody promised a hash for a person's own files.
        for file in card.files.iter().filter(|file| !file.sha256.is_empty()) {
            if !verify::check(&self.path(card, &file.name), file, |done| watch(before + done))? {
                return Ok(false);
            }
            before += file.bytes;
        }
        Ok(true)
    }
}

#[cfg(test)]
#[path = "catalog_tests.rs"]
mod tests;
