//! A character that a language model plays: who it is, how it greets, with which model it speaks best.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{StoryCard, TextParams};

/// Names a character of the library and its file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PersonaId(pub String);

/// A character as the library has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptPersona {
    pub id: PersonaId,
    /// Without its picture, which is in a file.
    pub persona: Persona,
    pub avatar: Option<PathBuf>,
}

/// A character. Names in its texts may be macros, `{{char}}` and `{{user}}`: they are put in when a conversation begins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Persona {
    pub name: String,
    /// What it is called in conversations; empty for its name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub nickname: String,
    /// The system prompt: description, personality and scenario in one text.
    pub system: String,
    /// How a conversation may begin; the first is the usual one.
    pub greetings: Vec<String>,
    /// Turns that show how the character speaks.
    pub examples: String,
    /// Notes of its author for people, not for the model.
    pub notes: String,
    pub creator: String,
    pub tags: Vec<String>,
    /// A model card's id that it is meant for.
    pub model: Option<String>,
    pub params: Option<TextParams>,
    /// What of its world is read where it is named; conversations with it begin with these cards.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lore: Vec<StoryCard>,
    /// A PNG. Kept as a file of its own, so it is not part of the text form.
    #[serde(skip)]
    pub avatar: Option<Vec<u8>>,
}

/// The picture of a character, when it is written to the disk.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Face {
    /// The one that it brings, else the one that is there.
    #[default]
    Keep,
    /// A copy of another's.
    Of(PersonaId),
    /// Of a file of the person's.
    File(PathBuf),
    /// None; the one that is there goes into the trash.
    Gone,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_or_a_shorter_file_is_read() {
        let persona: Persona = serde_json::from_str(r#"{"name":"Ada","unknown":1}"#).unwrap();
        assert_eq!(persona, Persona { name: "Ada".into(), ..Default::default() });
        let text = serde_json::to_string(&persona).unwrap();
        assert_eq!(serde_json::from_str::<Persona>(&text).unwrap(), persona);
    }
}
