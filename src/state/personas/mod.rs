//! The library of characters, and the editor.

mod talk;
#[cfg(test)]
mod tests;
mod undo;
mod update;

pub use undo::PersonaUndo;

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::domain::{CardKind, Face, KeptPersona, Persona, PersonaId, StoryCard};
use crate::error::StudioError;
use crate::lang::{Both, Lang};
use crate::writing::personas::built_in;

#[derive(Clone, Debug, Default)]
pub struct PersonasState {
    /// The user's own characters, by name.
    pub kept: Vec<KeptPersona>,
    /// Whether Write shows the library.
    pub shown: bool,
    pub search: String,
    pub editing: Option<PersonaDraft>,
    /// Drafts of characters that were edited and left, by id; `None` is a new character.
    pub drafts: BTreeMap<Option<PersonaId>, PersonaDraft>,
    /// The character that was saved last. The view scrolls to it.
    pub newest: Option<PersonaId>,
    /// How many saves of a character are still running. Only the last one has its final state.
    pub(in crate::state) saving: HashMap<PersonaId, usize>,
    /// Characters that are not saved yet and will be announced then, with what was left out of their cards.
    pub(in crate::state) arriving: HashMap<PersonaId, Vec<Both>>,
    /// Characters that could not be saved, and why.
    pub(in crate::state) failed: HashMap<PersonaId, StudioError>,
    /// Characters that were put into the trash.
    pub(in crate::state) trashed: HashSet<PersonaId>,
}

/// A character in the editor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PersonaDraft {
    /// `None` for a new one.
    pub id: Option<PersonaId>,
    pub persona: Persona,
    /// What happens to its picture.
    pub face: Face,
}

/// The commands for characters.
#[derive(Clone, Debug, PartialEq)]
pub enum PersonaCommand {
    /// Shows the library in Write, or what was there before.
    Show(bool),
    Search(String),
    New,
    Edit(PersonaId),
    Set(PersonaEdit),
    /// Saves the character in the editor.
    Keep,
    /// Closes the editor. The changes are kept as a draft.
    Leave,
    /// Closes the editor and discards the changes.
    Discard,
    Duplicate(PersonaId),
    Trash(PersonaId),
    Restore(PersonaId),
    Import,
    /// A file dialog for a picture of the character in the editor.
    ChooseFace,
    /// What characters call the user.
    Person(String),
    /// Saves it as a card that other programs can read.
    Export(PersonaId),
    /// Begins a conversation with it.
    Talk(PersonaId),
}

/// A field of a character.
#[derive(Clone, Debug, PartialEq)]
pub enum PersonaEdit {
    Name(String),
    System(String),
    /// The greeting at this index. After the last one, it is a new one.
    Greeting(usize, String),
    NoGreeting(usize),
    Lore(CardEdit),
    Face(Face),
    Examples(String),
    Model(Option<String>),
    /// Whether it brings the sliders that are in use now.
    Sliders(bool),
}

/// A change of cards, in any list of them.
#[derive(Clone, Debug, PartialEq)]
pub enum CardEdit {
    Add(CardKind),
    Set(StoryCard),
    Remove(u64),
}

impl CardEdit {
    pub(in crate::state) fn apply(self, cards: &mut Vec<StoryCard>) {
        match self {
            Self::Add(kind) => cards.push(StoryCard { id: next_card(cards), kind, ..StoryCard::default() }),
            Self::Set(card) => {
                if let Some(old) = cards.iter_mut().find(|old| old.id == card.id) {
                    *old = card;
                }
            }
            Self::Remove(id) => cards.retain(|card| card.id != id),
        }
    }
}

/// An id that no card has.
pub fn next_card(cards: &[StoryCard]) -> u64 {
    cards.iter().map(|card| card.id).max().map_or(1, |id| id + 1)
}

impl PersonasState {
    /// A character of the user, or one that comes with the program.
    pub fn get(&self, id: &PersonaId, lang: Lang) -> Option<&KeptPersona> {
        self.kept.iter().chain(built_in(lang)).find(|kept| kept.id == *id)
    }

    /// The characters with the searched words in name or tags, the user's own first.
    pub fn found(&self, lang: Lang) -> impl Iterator<Item = &KeptPersona> {
        let needle = self.search.trim().to_lowercase();
        let has = move |text: &str| text.to_lowercase().contains(&needle);
        let kept = self.kept.iter().chain(built_in(lang));
        kept.filter(move |kept| has(&kept.persona.name) || kept.persona.tags.iter().any(|tag| has(tag)))
    }

    pub fn is_own(&self, id: &PersonaId) -> bool {
        self.kept.iter().any(|kept| kept.id == *id)
    }

    /// Whether a draft differs from the saved character.
    pub fn is_draft(&self, draft: &PersonaDraft) -> bool {
        let kept = draft.id.as_ref().and_then(|id| self.kept.iter().find(|kept| kept.id == *id));
        let empty = Persona::default();
        let before = kept.map_or(&empty, |kept| &kept.persona);
        // A greeting that was typed and deleted leaves an empty one.
        let texts = |persona: &Persona| {
            let greetings = persona.greetings.iter().filter(|text| !text.is_empty()).cloned().collect();
            Persona { greetings, ..persona.clone() }
        };
        texts(&draft.persona) != texts(before)
    }

    /// The drafts, with the one in the editor.
    pub(in crate::state) fn on_desk(&self) -> Vec<(Option<PersonaId>, Persona)> {
        let mut drafts = self.drafts.clone();
        if let Some(draft) = self.editing.as_ref().filter(|draft| self.is_draft(draft)) {
            drafts.insert(draft.id.clone(), draft.clone());
        }
        drafts.into_iter().map(|(id, draft)| (id, draft.persona)).collect()
    }

    /// Takes over the drafts of the last session. Newer ones with the same id stay.
    pub(in crate::state) fn take_desk(&mut self, drafts: Vec<(Option<PersonaId>, Persona)>) {
        let drafts = drafts.into_iter();
        let drafts = drafts.map(|(id, persona)| (id.clone(), PersonaDraft { id, persona, face: Face::Keep }));
        self.drafts = drafts.chain(std::mem::take(&mut self.drafts)).collect();
    }

    /// Puts a character into its place by name, and replaces the one with the same id.
    pub(in crate::state) fn put(&mut self, new: KeptPersona) {
        self.kept.retain(|kept| kept.id != new.id);
        let name = new.persona.name.to_lowercase();
        let at = self.kept.partition_point(|kept| kept.persona.name.to_lowercase() <= name);
        self.kept.insert(at, new);
    }
}
