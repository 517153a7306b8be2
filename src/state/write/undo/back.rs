//! Takes an action of Write back.

use crate::domain::{ConversationId, JournalEntry, PageEntry, StoreRequest, StoryCard};
use crate::state::{Effect, Env, WriteState, WriteUndo};

impl WriteState {
    pub(in crate::state) fn take_back(&mut self, what: WriteUndo, env: &mut Env) {
        match what {
            WriteUndo::Message(talk, text) => {
                if talk == self.draft_of {
                    self.draft = text;
                } else {
                    self.left.messages.insert(talk, text);
                }
            }
            WriteUndo::Sliders(of, params) => {
                if of == self.open.id {
                    self.put_sliders(*params, env);
                } else if let Some(id) = of {
                    tell(id, JournalEntry::Sliders { params }, env);
                }
            }
            WriteUndo::Title(id, title) => self.rename(id, title, env),
            WriteUndo::Edit(id, turn) => self.show_old(id, turn, env),
            WriteUndo::EditDraft(id, turn, text) => {
                if self.is_open(&id) {
                    self.editing = Some((turn, text));
                } else {
                    self.left.edits.insert((id, turn), text);
                }
            }
            WriteUndo::Illustration(id, picture) => {
                if self.is_open(&id) {
                    self.open.pictures.push(picture.clone());
                }
                tell(id, JournalEntry::Picture { picture }, env);
            }
            WriteUndo::Cards(moved) => {
                for card in moved.cards {
                    self.move_card(&moved.of, moved.page, !moved.came, card, env);
                }
            }
            WriteUndo::FormDraft(id, values) => {
                self.left.forms.insert(id.clone(), values);
                self.open_form(&id, env);
            }
        }
    }

    /// Puts a card back, or takes it away.
    fn move_card(&mut self, of: &ConversationId, page: bool, put: bool, card: StoryCard, env: &mut Env) {
        let open = Some(&mut self.open).filter(|open| open.id.as_ref() == Some(of));
        let entry = if page {
            let entry = if put { PageEntry::Card { card } } else { PageEntry::CardGone { id: card.id } };
            if let Some(page) = open.and_then(|open| open.page.as_mut()) {
                page.apply(entry.clone());
            }
            JournalEntry::Page(entry)
        } else {
            if let Some(open) = open {
                match put {
                    true => open.manner.put_card(card.clone()),
                    false => open.manner.cards.retain(|old| old.id != card.id),
                }
            }
            if put { JournalEntry::Card { card } } else { JournalEntry::CardGone { id: card.id } }
        };
        tell(of.clone(), entry, env);
    }

    /// Shows the turn as it was before it was edited and sent.
    fn show_old(&mut self, id: ConversationId, turn: u64, env: &mut Env) {
        // The answer to the new one is not wanted.
        self.stop_writing_of(&id, env);
        if self.job.as_ref().is_some_and(|job| job.conversation == id) {
            self.ended(None, env);
        }
        if self.is_open(&id) {
            self.select_branch(turn, env);
        } else {
            tell(id, JournalEntry::Select { id: turn }, env);
        }
    }
}

fn tell(id: ConversationId, entry: JournalEntry, env: &mut Env) {
    env.push(Effect::Store(StoreRequest::Journal { id, entry }));
}
