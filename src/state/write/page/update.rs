//! What each command of a page does, except for the model's writing.

use crate::domain::{Author, ConversationHead, JournalEntry, PAGE_BYTES, Page, PageEntry, StoreRequest, StoryCard};
use crate::error::Cause;
use crate::state::write::Handoff;
use crate::state::write::talk::{TITLE, title_of};
use crate::state::{Effect, Env, OpenConversation, PageCommand, WriteState};

/// The name of the value in the error about a page that is too long.
const PAGE_SIZE: &str = "page, bytes";

impl WriteState {
    pub(in crate::state) fn page_command(&mut self, command: PageCommand, env: &mut Env) {
        // The model writes at a fixed byte of the text.
        let busy = self.job_here().is_some_and(|job| !job.taken_over);
        let go = |id| PageEntry::Go { id };
        match command {
            PageCommand::New => self.new_page(env),
            PageCommand::Of(turns) => self.page_of(&turns, env),
            PageCommand::Undo
            | PageCommand::Redo
            | PageCommand::Go(_)
            | PageCommand::Write { .. }
            | PageCommand::Again
                if busy => {}
            PageCommand::Type(text) => self.type_page(&text, busy, env),
            PageCommand::Undo => self.edit_page(|page| page.undo().map(go), env),
            PageCommand::Redo => self.edit_page(|page| page.redo().map(go), env),
            PageCommand::Go(id) => self.edit_page(|page| (id != page.at()).then(|| go(id)), env),
            PageCommand::Write { at } => self.write_page(at, env),
            PageCommand::Again => self.write_page_again(env),
            PageCommand::Memory(text) => self.edit_page(|_| Some(PageEntry::Memory { text }), env),
            PageCommand::Note(text) => {
                self.edit_page(|page| Some(PageEntry::Note { text, depth: page.story.note_depth }), env);
            }
            PageCommand::NoteDepth(depth) => {
                self.edit_page(|page| Some(PageEntry::Note { text: page.story.note.clone(), depth }), env);
            }
            PageCommand::AddCard(kind) => {
                let card = |page: &Page| StoryCard { id: page.next_card(), kind, ..StoryCard::default() };
                self.edit_page(|page| Some(PageEntry::Card { card: card(page) }), env);
            }
            PageCommand::SetCard(card) => self.edit_page(|_| Some(PageEntry::Card { card }), env),
            PageCommand::RemoveCard(id) => self.edit_page(|_| Some(PageEntry::CardGone { id }), env),
            PageCommand::Picture { from, to } => self.handoffs.push(Handoff::PictureOfPassage { from, to }),
        }
    }

    /// Takes the text as it is after typing. Typing stops the model; what it wrote stays.
    fn type_page(&mut self, text: &str, busy: bool, env: &mut Env) {
        let Some(page) = &self.open.page else { return };
        if text.len() > PAGE_BYTES && text.len() > page.text.len() {
            let (value, max) = (text.len() as f64, PAGE_BYTES as f64);
            self.error = Some(Cause::OutOfRange { name: PAGE_SIZE, value, min: 0.0, max }.into());
            return;
        }
        if let Some(entry) = page.edit_to(text, Author::Person) {
            if busy {
                self.take_over(env);
            }
            self.edit_page(|_| Some(entry), env);
        }
    }

    /// Makes a change of the open page if `entry` returns one.
    fn edit_page(&mut self, entry: impl FnOnce(&Page) -> Option<PageEntry>, env: &mut Env) {
        let Some(entry) = self.open.page.as_deref().and_then(entry) else { return };
        // An error about the old text no longer holds.
        self.error.take_if(|error| {
            let cause = error.cause();
            *cause == Cause::EmptyPrompt || matches!(cause, Cause::OutOfRange { name, .. } if *name == PAGE_SIZE)
        });
        self.change_page(entry, env);
        self.name_page(false, env);
    }

    fn new_page(&mut self, env: &mut Env) {
        self.new_conversation(env);
        self.open = OpenConversation { page: Some(Box::default()), ..OpenConversation::default() };
    }

    /// Makes a page of turns of the open conversation, which stays as it is.
    fn page_of(&mut self, turns: &[u64], env: &mut Env) {
        let texts = turns.iter().filter_map(|id| self.open.turn(*id)).map(|turn| turn.message.said().trim());
        let text = texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
        if text.is_empty() || text.len() > PAGE_BYTES || self.is_writing_here() {
            return;
        }
        let title = self.own_title(&self.open.title, true);
        self.new_page(env);
        let entry = self.open.page.as_ref().and_then(|page| page.edit_to(&text, Author::Model));
        if let Some(entry) = entry {
            self.change_page(entry, env);
            if let Some(id) = self.open.id.clone() {
                self.rename(id, title, env);
            }
        }
    }

    /// Applies the change and writes it down.
    pub(super) fn change_page(&mut self, entry: PageEntry, env: &mut Env) {
        if self.open.id.is_none() {
            let id = self.new_document(env);
            env.push(Effect::Store(StoreRequest::Journal {
                id: id.clone(),
                entry: JournalEntry::Page(PageEntry::New),
            }));
            let head =
                ConversationHead { id, title: String::new(), changed_ms: env.now_ms, page: true, ..Default::default() };
            self.begin_sliders(&head.id, env);
            self.conversations.insert(0, head);
        }
        let Some((id, page)) = self.open.id.clone().zip(self.open.page.as_mut()) else { return };
        page.apply(entry.clone());
        self.touch(&id, env);
        env.push(Effect::Store(StoreRequest::Journal { id, entry: JournalEntry::Page(entry) }));
    }

    /// Makes the first line of the page its title, once that line is complete, or at once with `now`.
    pub(super) fn name_page(&mut self, now: bool, env: &mut Env) {
        let open = &self.open;
        let Some(page) = open.page.as_ref().filter(|_| open.title.is_empty()) else { return };
        let text = page.text.as_str().trim_start();
        let whole = text.contains('\n') || text.chars().nth(TITLE).is_some();
        if whole || now {
            let title = self.own_title(&title_of(text.trim_start_matches(['#', ' '])), true);
            if let Some(id) = self.open.id.clone() {
                self.rename(id, title, env);
            }
        }
    }
}
