//! The settings of a conversation: who answers, with which sliders, and the form that it began with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Role, StoryCard, TextParams};

/// What a conversation has of its own beside its words; most have nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manner {
    pub form: Option<FormUse>,
    pub speaker: Option<Speaker>,
    /// What the person is called; empty for no name.
    pub person: String,
    /// Turns that somebody else says, by their ids.
    pub names: BTreeMap<u64, String>,
    /// Replaces the person's sliders, in this conversation only.
    pub sliders: Option<TextParams>,
    /// What is read where it is named.
    pub cards: Vec<StoryCard>,
}

impl Manner {
    /// A new card, or one with this number as it is now.
    pub fn put_card(&mut self, card: StoryCard) {
        match self.cards.iter_mut().find(|old| old.id == card.id) {
            Some(old) => *old = card,
            None => self.cards.push(card),
        }
    }

    /// Who says turn `id`, by name; `None` where nobody was named.
    pub fn name_of(&self, id: u64, role: Role) -> Option<&str> {
        let usual = match role {
            Role::User => Some(self.person.as_str()),
            Role::Assistant => self.speaker.as_ref().map(|speaker| speaker.name.as_str()),
            Role::System => None,
        };
        self.names.get(&id).map(String::as_str).or(usual).filter(|name| !name.trim().is_empty())
    }
}

/// A form as it was filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FormUse {
    pub id: String,
    /// What was typed, by the field's id.
    pub values: BTreeMap<String, String>,
}

/// The character that answers, as it was when the conversation began: what is changed or deleted in the library later
/// changes no conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Speaker {
    pub name: String,
    /// Turns that show how it speaks; see [`super::Persona::examples`].
    pub examples: String,
}
