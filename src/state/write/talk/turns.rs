//! Turns of a conversation and their branches: begun, edited, shown again.

use crate::domain::{JournalEntry, Message, Role, START, StoreRequest, TokenChoice, Turn};
use crate::error::Cause;
use crate::state::write::talk::begin::title_of;
use crate::state::{Effect, Env, WriteState};

impl WriteState {
    /// Adds a turn of the person's; the first one begins a conversation.
    pub(in crate::state) fn add_user_turn(&mut self, text: String, env: &mut Env) {
        if self.open.id.is_none() {
            self.begin_conversation(title_of(&text), env.settings.system_prompt.clone(), env);
        }
        self.begin_turn(Role::User, text, None, env);
    }

    /// Begins a turn after `parent`, or at the end, and returns its id.
    pub(in crate::state) fn begin_turn(
        &mut self,
        role: Role,
        content: String,
        parent: Option<u64>,
        env: &mut Env,
    ) -> u64 {
        let open = &mut self.open;
        let end = open.turns.last().map_or(START, |last| last.id);
        let (id, parent) = (open.next_turn(), Some(parent.unwrap_or(end)));
        open.manner.names.remove(&id);
        let turn = Turn { id, message: Message { role, content }, info: None, parent };
        if let Some(conversation) = self.open.id.clone() {
            env.push(Effect::Store(StoreRequest::Journal {
                id: conversation,
                entry: JournalEntry::Begin { turn: turn.clone() },
            }));
        }
        let open = &mut self.open;
        open.shelf.add(&mut open.turns, turn);
        id
    }

    pub(in crate::state) fn send_edit(&mut self, env: &mut Env) {
        if self.is_writing_here() {
            return;
        }
        let Some((id, text)) = self.editing.take() else { return };
        if text.trim().is_empty() {
            self.error = Some(Cause::EmptyPrompt.into());
            self.editing = Some((id, text));
            return;
        }
        if !self.may_write(env) {
            self.editing = Some((id, text));
            return;
        }
        let text = text.trim().to_owned();
        let Some(turn) = self.open.turn(id) else { return };
        let (role, parent) = (turn.message.role, turn.parent.unwrap_or(START));
        let new = self.begin_turn(role, text, Some(parent), env);
        self.name_like(id, new, env);
        // An answer that the person has edited needs no new one.
        if role == Role::User {
            self.answer(None, env);
        }
    }

    /// Gives a new version of a turn the speaker of the old one.
    pub(in crate::state) fn name_like(&mut self, old: u64, new: u64, env: &mut Env) {
        let open = &mut self.open;
        if let Some((name, id)) = open.manner.names.get(&old).cloned().zip(open.id.clone()) {
            open.manner.names.insert(new, name.clone());
            env.push(Effect::Store(StoreRequest::Journal { id, entry: JournalEntry::Name { turn: Some(new), name } }));
        }
    }

    /// Continues from inside an answer with another token, in a branch of its own.
    pub(in crate::state) fn branch_at_token(&mut self, turn: u64, token: usize, other: usize, env: &mut Env) {
        if self.is_writing_here() || !self.may_write(env) {
            return;
        }
        let Some((tokens, old)) = self.weighed.get(&turn).zip(self.open.turn(turn)) else { return };
        let parent = old.parent;
        let (before, Some(choice)) = (tokens.get(..token).unwrap_or_default(), tokens.get(token)) else { return };
        let Some(other) = choice.others.get(other) else { return };
        let mut kept: Vec<_> = before.to_vec();
        kept.push(TokenChoice { others: choice.others.clone(), ..other.clone() });
        let bytes: Vec<u8> = kept.iter().flat_map(|choice| choice.bytes.iter().copied()).collect();
        // The tokens must not end inside a character.
        let Ok(text) = String::from_utf8(bytes) else { return };
        let Some(conversation) = self.open.id.clone() else { return };
        let new = self.begin_turn(Role::Assistant, text, parent, env);
        self.name_like(turn, new, env);
        self.weighed.insert(new, kept);
        self.inspecting = Some(new);
        self.start_job(new, conversation, env);
    }

    /// Shows another branch, unless an answer is being written here.
    pub(in crate::state) fn select_branch(&mut self, id: u64, env: &mut Env) {
        if !self.is_writing_here() {
            self.show_branch(id, env);
        }
    }

    pub(in crate::state) fn show_branch(&mut self, id: u64, env: &mut Env) {
        let Some(conversation) = self.open.id.clone() else { return };
        self.leave_edit(env);
        let open = &mut self.open;
        open.shelf.switch(&mut open.turns, id);
        env.push(Effect::Store(StoreRequest::Journal { id: conversation, entry: JournalEntry::Select { id } }));
    }
}
