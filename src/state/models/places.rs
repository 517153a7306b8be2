//! The places of the cards in Models. They stay the same while the room is open, so that no card moves away from under
//! the pointer and no other one moves there. They are sorted again when the room is entered.

use crate::domain::BrokenFile;
use crate::state::models::ModelsState;
use crate::state::models::card_place::{CardPlace, Section};
use crate::state::{Catalogue, ModelEntry};

/// What is in a place now.
#[derive(Clone, Copy, Debug)]
pub enum Placed<'a> {
    Model(&'a ModelEntry),
    Broken(&'a BrokenFile),
    /// The card was removed or taken off the list.
    Gone,
}

/// All cards, sorted as if the room were entered now.
fn sorted(catalogue: &Catalogue) -> impl Iterator<Item = (CardPlace, Placed<'_>)> {
    let broken = catalogue.broken.iter().map(|file| {
        let name = file.path.file_name().unwrap_or(file.path.as_os_str()).to_string_lossy().into_owned();
        let id = file.path.display().to_string();
        (CardPlace { id, name, section: Section::Broken }, Placed::Broken(file))
    });
    broken.chain(catalogue.entries.iter().map(|entry| {
        let section = if entry.is_about() { Section::Here } else { Section::ToFetch }(entry.card.makes);
        let (id, name) = (entry.card.id.clone(), entry.card.name.clone());
        (CardPlace { id, name, section }, Placed::Model(entry))
    }))
}

impl ModelsState {
    /// The cards of a section, in order.
    pub fn placed<'a>(&self, catalogue: &'a Catalogue, section: Section) -> Vec<(CardPlace, Placed<'a>)> {
        let mut all: Vec<_> = sorted(catalogue).collect();
        let mut shown = Vec::new();
        for place in &self.places {
            let at = all.iter().position(|(other, _)| place.is_of_same_card(other));
            let placed = at.map_or(Placed::Gone, |at| all.remove(at).1);
            if place.section == section {
                shown.push((place.clone(), placed));
            }
        }
        shown.extend(all.into_iter().filter(|(place, _)| place.section == section));
        shown
    }

    /// Sorts the cards, because the room was entered, and once more when the folder is read.
    pub(in crate::state) fn sort_places(&mut self) {
        self.places.clear();
        self.sort_when_read = true;
    }

    /// Gives a place to cards that have none.
    pub(in crate::state) fn keep_places(&mut self, catalogue: &Catalogue) {
        let new: Vec<CardPlace> = sorted(catalogue).map(|(place, _)| place).collect();
        let known = &self.places;
        let new: Vec<CardPlace> =
            new.into_iter().filter(|new| !known.iter().any(|place| place.is_of_same_card(new))).collect();
        self.places.extend(new);
    }

    /// Sorts the cards, if the room waits for the folder to be read.
    pub(in crate::state) fn were_read(&mut self) {
        if std::mem::take(&mut self.sort_when_read) {
            self.places.clear();
        }
    }
}
