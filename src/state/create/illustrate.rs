//! Illustrations: a prompt goes from Write to Create, and the picture comes back to its passage.

use std::path::Path;

use crate::domain::{Illustration, JournalEntry, Passage, StoreRequest, Subject};
use crate::state::create::helper::looks_of;
use crate::state::{AppState, Effect, Effects, ShotKey};

impl AppState {
    /// Asks for a picture prompt for a turn of the conversation.
    pub(in crate::state) fn picture_of_turn(&mut self, id: u64, fx: &mut Effects) {
        let text = self.write.open.turn(id).map(|turn| turn.message.said().to_owned());
        if let (Some(text), None) = (text.filter(|t| !t.trim().is_empty()), &self.create.helper) {
            let passage = Passage::new(id, 0, &text);
            let looks = looks_of(&self.write.open.manner.cards, &text);
            self.picture_prompt_for(passage, &looks, fx);
        }
    }

    /// Asks for a prompt for a picture of `passage` of the open document. `looks` describes the people that it names.
    pub(in crate::state) fn picture_prompt_for(&mut self, passage: Passage, looks: &[String], fx: &mut Effects) {
        let document = self.write.open.id.clone();
        let (create, mut env) = self.create(fx);
        create.prompt_for(document, passage, looks, &mut env);
    }

    /// Puts a saved picture beside its passage.
    pub(in crate::state) fn illustrate(&mut self, key: ShotKey, path: &Path, fx: &mut Effects) {
        let subject = self.create.shot(key).and_then(|shot| shot.subject.clone());
        let Some(Subject { document, passage }) = subject else { return };
        let id = self.dice.roll();
        let picture = Illustration { id, passage, path: path.to_owned() };
        if self.write.open.id.as_ref() == Some(&document) {
            self.write.open.pictures.push(picture.clone());
        }
        let (write, env) = self.write(fx);
        write.touch(&document, &env);
        fx.push(Effect::Store(StoreRequest::Journal { id: document, entry: JournalEntry::Picture { picture } }));
    }

    /// Asks for another picture for the passage of an illustration, with the words that the passage has now.
    pub(in crate::state) fn illustrate_again(&mut self, id: u64, fx: &mut Effects) {
        let open = &self.write.open;
        let Some(old) = open.pictures.iter().find(|picture| picture.id == id) else { return };
        let Some(page) = &open.page else { return self.picture_of_turn(old.passage.turn, fx) };
        // If the words were changed, take the paragraph at that place.
        let text = page.text.as_str();
        let (end, same) = old.passage.find(text);
        let (from, to) = if same {
            (end - old.passage.text.len(), end)
        } else {
            let from = text[..end].trim_end().rfind('\n').map_or(0, |at| at + 1);
            (from, text[end..].find('\n').map_or(text.len(), |at| end + at))
        };
        self.picture_of_passage(from, to, fx);
    }
}
