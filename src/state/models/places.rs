//! Where the cards of Models are. They stay in place while the room is open, whatever becomes of them: a card that is
//! under the pointer is not moved away, nor another one put under it. They are sorted anew when the room is entered.

use crate::domain::BrokenFile;
use crate::state::models::ModelsState;
use crate::state::models::card_place::{CardPlace, Section};
use crate::state::{Catalogue, ModelEntry};

/// What is in a place now.
#[derive(Clone, Copy, Debug)]
pub enum Placed<'a> {
    Model(&'a ModelEntry),
    Broken(&'a BrokenFile),
    /// It was removed or taken off the list.
    Gone,
}

/// Everything where it would be if the room was entered now.
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
    /// What a section shows, in order.
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

    /// The room was entered: the cards are sorted now, and once more when the folder was read.
    pub(in crate::state) fn sort_places(&mut self) {
        self.places.clear();
        self.sort_when_read = true;
    }

    /// Gives a place to what has none.
    pub(in crate::state) fn keep_places(&mut self, catalogue: &Catalogue) {
        let new: Vec<CardPlace> = sorted(catalogue).map(|(place, _)| place).collect();
        let known = &self.places;
        let new: Vec<CardPlace> =
            new.into_iter().filter(|new| !known.iter().any(|place| place.is_of_same_card(new))).collect();
        self.places.extend(new);
    }

    /// The folder of the models was read.
    pub(in crate::state) fn were_read(&mut self) {
        if std::mem::take(&mut self.sort_when_read) {
            self.places.clear();
        }
    }
}
