//! The desk: drafts that were not sent, and jobs that were not finished when the window closed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ConversationId, ImageParams, Persona, PersonaId, Subject};

/// Kept in a file of its own, read when the window opens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Desk {
    /// The message that is typed for a conversation that has not begun.
    pub message: String,
    /// Messages that were begun in conversations and not sent.
    pub messages: BTreeMap<ConversationId, String>,
    /// Titles that were begun and not given.
    pub titles: BTreeMap<ConversationId, String>,
    /// The path that is typed where no file dialog can open.
    pub path: String,
    pub edits: Vec<EditDraft>,
    /// Personas that were edited and not saved; `None` is a new one.
    pub personas: Vec<(Option<PersonaId>, Persona)>,
    /// What was typed into the fields of a form, by the form's id and the field's.
    pub forms: BTreeMap<String, BTreeMap<String, String>>,
    /// In the order in which they were asked for.
    pub waiting: Vec<Waiting>,
    /// The conversation or page that was open.
    pub open: Option<ConversationId>,
}

/// A turn that was edited and not sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EditDraft {
    pub conversation: ConversationId,
    pub turn: u64,
    pub text: String,
}

/// A job that was not over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum Waiting {
    /// Pictures that were not drawn yet; the seed is the first one's.
    Pictures { params: Box<ImageParams>, subject: Option<Subject> },
    /// An answer, which may have begun.
    Answer { conversation: ConversationId, turn: u64 },
    /// A model's part of a page: the change that it makes, if it has begun, and where.
    Page { conversation: ConversationId, edit: u64, at: usize },
    /// A model's files.
    Fetch { model: String },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Passage, Seed};

    #[test]
    fn a_desk_comes_back_from_its_file_and_an_older_one_is_read() {
        let conversation = ConversationId("1-a".into());
        let subject = Subject { document: conversation.clone(), passage: Passage::new(3, 0, "a fox") };
        let params = ImageParams { prompt: "fox".into(), seed: Seed::Fixed(u64::MAX), ..ImageParams::default() };
        let desk = Desk {
            message: "half a".into(),
            messages: BTreeMap::from([(conversation.clone(), "half b".into())]),
            titles: BTreeMap::from([(conversation.clone(), "Fox".into())]),
            path: "/a/half".into(),
            edits: vec![EditDraft { conversation: conversation.clone(), turn: 3, text: "x".into() }],
            personas: vec![(None, Persona { name: "Ada".into(), ..Persona::default() })],
            forms: BTreeMap::from([("haiku".into(), BTreeMap::from([("topic".into(), "rain".into())]))]),
            waiting: vec![
                Waiting::Pictures { params: Box::new(params), subject: Some(subject) },
                Waiting::Answer { conversation: conversation.clone(), turn: 4 },
                Waiting::Page { conversation: conversation.clone(), edit: 2, at: 9 },
                Waiting::Fetch { model: "m".into() },
            ],
            open: Some(conversation),
        };
        let text = serde_json::to_string(&desk).unwrap();
        assert_eq!(serde_json::from_str::<Desk>(&text).unwrap(), desk);
        let old = serde_json::from_str::<Desk>(r#"{"message":"a","unknown":1}"#).unwrap();
        assert_eq!(old, Desk { message: "a".into(), ..Desk::default() });
    }
}
