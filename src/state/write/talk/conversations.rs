//! The list of conversations, and each as a whole: opened, left, renamed, pinned, trashed; its cards and pictures.

use crate::domain::{ConversationData, ConversationHead, ConversationId, JournalEntry, StoreRequest, StoryCard};
use crate::state::wanted::Answer;
use crate::state::write::Handoff;
use crate::state::write::page::catch_up;
use crate::state::{CardEdit, Effect, Env, NoticeKind, OpenConversation, Undoable, WriteState, next_card};

impl WriteState {
    pub(in crate::state) fn open_conversation(&mut self, id: ConversationId, env: &mut Env) {
        self.handoffs.push(Handoff::HideCharacters);
        if self.open.id.as_ref() != Some(&id) {
            self.new_conversation(env);
            self.show_draft_of(Some(id.clone()));
            env.push(Effect::Store(StoreRequest::LoadConversation(id)));
        }
    }

    pub(in crate::state) fn new_conversation(&mut self, env: &mut Env) {
        self.leave_held();
        self.keep_sliders(env);
        self.give_title(env);
        self.forget_unsaid(env);
        self.show_draft_of(None);
        self.put_aside();
        self.handoffs.push(Handoff::LeaveCharacters);
        self.leave_edit(env);
        self.leave_form(env);
        self.wanted.forget();
        self.ledger.found = None;
        self.scroll_target = None;
        self.text_search.pending = None;
        self.asked_again = None;
        self.inspecting = None;
        self.open = OpenConversation { system: env.settings.system_prompt.clone(), ..Default::default() };
        self.error = None;
    }

    pub(in crate::state) fn conversation_loaded(&mut self, data: ConversationData, env: &mut Env) {
        match self.wanted.answer(&data.id) {
            Answer::Take => {}
            Answer::Drop => return,
            Answer::AskAgain => return env.push(Effect::Store(StoreRequest::LoadConversation(data.id))),
        }
        let mut data = data;
        let mut turns = std::mem::take(&mut data.turns);
        // The answer that streams right now: the file may be some pieces behind.
        if let Some(job) = self.job_of(&data.id)
            && let Some(turn) = turns.iter_mut().find(|t| t.id == job.turn)
        {
            turn.message.content.clone_from(&job.text);
        }
        self.leave_edit(env);
        self.show_draft_of(Some(data.id.clone()));
        let ConversationData { id, title, system, shelf, mut page, pictures, manner, weighed, .. } = data;
        if let Some(job) = self.job_of(&id).filter(|job| !job.taken_over)
            && let Some((spot, page)) = job.page.zip(page.as_mut())
        {
            catch_up(page, spot, &job.text);
        }
        let open = Some(id.clone());
        self.open = OpenConversation { id: open, title, system, turns, shelf, page, pictures, manner };
        self.take_aside(&id);
        self.take_held(&id);
        self.keep_model(env);
        // Log-probabilities from this session are newer than those in the file.
        for (id, tokens) in weighed {
            let open = &self.open;
            let turn = open.turn(id).or_else(|| open.shelf.turns().iter().find(|turn| turn.id == id));
            let bytes: Vec<u8> = tokens.iter().flat_map(|choice| choice.bytes.iter().copied()).collect();
            // They are stale if the answer was continued without them.
            if turn.is_some_and(|turn| turn.message.content.as_bytes() == bytes) {
                self.weighed.entry(id).or_insert(tokens);
            }
        }
        self.scroll_when_open(&id, env);
        self.resume_text(&id, env);
    }

    pub(in crate::state) fn rename(&mut self, id: ConversationId, title: String, env: &mut Env) {
        let title = title.trim().to_owned();
        if title.is_empty() {
            return;
        }
        if self.open.id.as_ref() == Some(&id) {
            self.open.title.clone_from(&title);
        }
        if let Some(head) = self.conversations.iter_mut().find(|h| h.id == id) {
            head.title.clone_from(&title);
        }
        env.push(Effect::Store(StoreRequest::Journal { id, entry: JournalEntry::Title { title } }));
    }

    /// Sets the system prompt of the open conversation; before one is begun, that of all new conversations.
    pub(in crate::state) fn set_system(&mut self, text: String, env: &mut Env) {
        self.open.system.clone_from(&text);
        match &self.open.id {
            Some(id) => {
                env.push(Effect::Store(StoreRequest::Journal { id: id.clone(), entry: JournalEntry::System { text } }))
            }
            None => env.settings.system_prompt = text,
        }
    }

    pub(in crate::state) fn trash_conversation(&mut self, id: ConversationId, env: &mut Env) {
        // Its answer is stopped first: the file must not grow in the trash.
        self.stop_writing_of(&id, env);
        if self.bring(|job| job.conversation == id) {
            self.ended(None, env);
        }
        self.waiting.retain(|job| job.conversation != id);
        self.held_elsewhere.retain(|open| open.id.as_ref() != Some(&id));
        self.conversations.retain(|h| h.id != id);
        self.text_search.hits.retain(|hit| hit.conversation != id);
        if self.open.id.as_ref() == Some(&id) {
            self.new_conversation(env);
        }
        env.push(Effect::Store(StoreRequest::TrashConversation(id)));
    }

    pub(in crate::state) fn pin(&mut self, id: ConversationId, on: bool, env: &mut Env) {
        let Some(head) = self.conversations.iter_mut().find(|head| head.id == id) else { return };
        if head.pinned != on {
            head.pinned = on;
            env.push(Effect::Store(StoreRequest::Journal { id, entry: JournalEntry::Pin { on } }));
        }
    }

    /// The store has put it into the trash.
    pub(in crate::state) fn conversation_trashed(&mut self, id: ConversationId, env: &mut Env) {
        self.conversations.retain(|head| head.id != id);
        self.text_search.hits.retain(|hit| hit.conversation != id);
        env.undo.push(Undoable::ConversationTrashed(id.clone()), env.now_ms);
        env.note(NoticeKind::ConversationTrashed(id));
    }

    /// The list of conversations as it is on the disk; `characters`: whether Write shows the characters.
    pub(in crate::state) fn conversations_listed(
        &mut self,
        heads: Vec<ConversationHead>,
        characters: bool,
        env: &mut Env,
    ) {
        match self.listing.answer(&()) {
            Answer::AskAgain => env.push(Effect::Store(StoreRequest::ListConversations)),
            // `Drop`: nobody asked, so something on the disk has changed.
            Answer::Take | Answer::Drop => {
                self.conversations = heads;
                self.reopen(characters, env);
                // A conversation that is not in the list is gone.
                self.left.reopening = None;
            }
        }
    }

    /// Opens what was open the last time, once it is in the list, unless the person has begun something else.
    pub(in crate::state) fn reopen(&mut self, characters: bool, env: &mut Env) {
        let Some(id) = self.left.reopening.take_if(|id| self.conversations.iter().any(|head| head.id == *id)) else {
            return;
        };
        let begun = self.open.id.is_some() || self.open.page.is_some() || self.form.is_some();
        if !begun && self.wanted.what().is_none() && !characters {
            self.open_conversation(id, env);
        }
    }

    /// Moves a conversation to the top of the list.
    pub(in crate::state) fn touch(&mut self, id: &ConversationId, env: &Env) {
        let turns = (self.open.id.as_ref() == Some(id)).then_some(self.open.turns.len());
        let heads = &mut self.conversations;
        if let Some(at) = heads.iter().position(|h| h.id == *id) {
            let mut head = heads.remove(at);
            head.changed_ms = env.now_ms;
            head.turns = turns.unwrap_or(head.turns);
            heads.insert(0, head);
        }
    }

    /// Changes a card of the open conversation.
    pub(in crate::state) fn edit_card(&mut self, edit: CardEdit, env: &mut Env) {
        let Some(id) = self.open.id.clone() else { return };
        let cards = &mut self.open.manner.cards;
        let entry = match &edit {
            CardEdit::Remove(id) => JournalEntry::CardGone { id: *id },
            CardEdit::Set(card) => JournalEntry::Card { card: card.clone() },
            CardEdit::Add(kind) => {
                let card = StoryCard { id: next_card(cards), kind: *kind, ..StoryCard::default() };
                JournalEntry::Card { card }
            }
        };
        edit.apply(cards);
        env.push(Effect::Store(StoreRequest::Journal { id, entry }));
    }

    /// Takes a picture out of the text; its file stays in the library.
    pub(in crate::state) fn remove_illustration(&mut self, id: u64, env: &mut Env) {
        self.open.pictures.retain(|picture| picture.id != id);
        if let Some(document) = self.open.id.clone() {
            env.push(Effect::Store(StoreRequest::Journal { id: document, entry: JournalEntry::PictureGone { id } }));
        }
    }
}
