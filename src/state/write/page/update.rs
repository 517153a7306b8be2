//! Pages: typing, undoing, and the model that goes on with the text.

use crate::domain::{
    Author, ConversationHead, ConversationId, Edit, FinishReason, JournalEntry, PAGE_BYTES, Page, PageEntry,
    PagePrompt, Passage, StoryCard, TextParams, TextPrompt, TurnInfo,
};
use crate::error::{Cause, StudioError};
use crate::state::create::helper::looks_of;
use crate::state::{AppState, Effect, Effects, NoticeKind, OpenConversation, PageCommand, PageSpot};

/// What is too large of a page that is too long.
const PAGE_SIZE: &str = "page, bytes";

impl AppState {
    pub(in crate::state) fn page_command(&mut self, command: PageCommand, fx: &mut Effects) {
        match command {
            PageCommand::New => return self.new_page(fx),
            PageCommand::Of(turns) => return self.page_of(&turns, fx),
            _ => {}
        }
        // What streams goes to a place of the text. Whoever types takes the pen: what was written stays, no more comes.
        let busy = self.write.job_here().is_some_and(|job| !job.taken_over);
        let types = matches!(command, PageCommand::Type(_));
        let Some(page) = self.write.open.page.as_ref() else { return };
        let entry = match command {
            PageCommand::Undo
            | PageCommand::Redo
            | PageCommand::Go(_)
            | PageCommand::Write { .. }
            | PageCommand::Again
                if busy =>
            {
                return;
            }
            PageCommand::New | PageCommand::Of(_) => return,
            PageCommand::Type(text) if text.len() > PAGE_BYTES && text.len() > page.text.len() => {
                let (value, max) = (text.len() as f64, PAGE_BYTES as f64);
                self.write.error = Some(Cause::OutOfRange { name: PAGE_SIZE, value, min: 0.0, max }.into());
                return;
            }
            PageCommand::Type(text) => page.edit_to(&text, Author::Person),
            PageCommand::Undo => page.undo().map(|id| PageEntry::Go { id }),
            PageCommand::Redo => page.redo().map(|id| PageEntry::Go { id }),
            PageCommand::Go(id) => (id != page.at()).then_some(PageEntry::Go { id }),
            PageCommand::Write { at } => return self.write_page(at, fx),
            PageCommand::Again => return self.write_page_again(fx),
            PageCommand::Memory(text) => Some(PageEntry::Memory { text }),
            PageCommand::Note(text) => Some(PageEntry::Note { text, depth: page.story.note_depth }),
            PageCommand::NoteDepth(depth) => Some(PageEntry::Note { text: page.story.note.clone(), depth }),
            PageCommand::AddCard(kind) => {
                let card = StoryCard { id: page.next_card(), kind, ..StoryCard::default() };
                Some(PageEntry::Card { card })
            }
            PageCommand::SetCard(card) => Some(PageEntry::Card { card }),
            PageCommand::RemoveCard(id) => Some(PageEntry::CardGone { id }),
            PageCommand::Picture { from, to } => return self.picture_of_passage(from, to, fx),
        };
        if let Some(entry) = entry {
            // What was wrong with the text was wrong with another text.
            let typed = |error: &StudioError| {
                matches!(error.cause(), Cause::EmptyPrompt)
                    || matches!(error.cause(), Cause::OutOfRange { name, .. } if *name == PAGE_SIZE)
            };
            self.write.error.take_if(|error| typed(error));
            if busy && types {
                self.take_over(fx);
            }
            self.change_page(entry, fx);
            self.name_page(false, fx);
        }
    }

    /// The person types where the model writes, or will: it stops. A fetch that it waits for goes on.
    fn take_over(&mut self, fx: &mut Effects) {
        let Some(id) = self.write.open.id.clone() else { return };
        if !self.write.bring(|job| job.conversation == id) {
            return;
        }
        let Some(job) = &mut self.write.job else { return };
        job.taken_over = true;
        match job.id {
            Some(_) => self.stop_job(fx),
            None => self.text_ended(None, fx),
        }
    }

    fn new_page(&mut self, fx: &mut Effects) {
        self.new_conversation(fx);
        self.write.open = OpenConversation { page: Some(Box::default()), ..OpenConversation::default() };
    }

    /// A page of what was written in a conversation, which stays as it is.
    fn page_of(&mut self, turns: &[u64], fx: &mut Effects) {
        let texts = turns.iter().filter_map(|id| self.write.open.turn(*id)).map(|turn| turn.message.said().trim());
        let text = texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
        if text.is_empty() || text.len() > PAGE_BYTES || self.write.is_writing_here() {
            return;
        }
        let title = self.own_title(&self.write.open.title, true);
        self.new_page(fx);
        let entry = self.write.open.page.as_ref().and_then(|page| page.edit_to(&text, Author::Model));
        if let Some(entry) = entry {
            self.change_page(entry, fx);
            if let Some(id) = self.write.open.id.clone() {
                self.rename(id, title, fx);
            }
        }
    }

    /// Does it and writes it down.
    fn change_page(&mut self, entry: PageEntry, fx: &mut Effects) {
        if self.write.open.id.is_none() {
            let id = self.new_document();
            fx.push(Effect::Journal { id: id.clone(), entry: JournalEntry::Page(PageEntry::New) });
            let head = ConversationHead {
                id,
                title: String::new(),
                changed_ms: self.now_ms,
                page: true,
                ..Default::default()
            };
            self.begin_sliders(&head.id, fx);
            self.write.conversations.insert(0, head);
        }
        let Some((id, page)) = self.write.open.id.clone().zip(self.write.open.page.as_mut()) else { return };
        page.apply(entry.clone());
        self.touch(&id);
        fx.push(Effect::Journal { id, entry: JournalEntry::Page(entry) });
    }

    /// Gives the page its first line as its title, once that is complete or when it must have one.
    fn name_page(&mut self, now: bool, fx: &mut Effects) {
        let open = &self.write.open;
        let Some(page) = open.page.as_ref().filter(|_| open.title.is_empty()) else { return };
        let text = page.text.as_str().trim_start();
        let whole = text.contains('\n') || text.chars().nth(crate::state::write::update::TITLE).is_some();
        if whole || now {
            let title =
                self.own_title(&crate::state::write::update::title_of(text.trim_start_matches(['#', ' '])), true);
            if let Some(id) = self.write.open.id.clone() {
                self.rename(id, title, fx);
            }
        }
    }

    pub(in crate::state) fn write_page(&mut self, at: usize, fx: &mut Effects) {
        if self.write.is_writing_here() || !self.may_write() {
            return;
        }
        self.name_page(true, fx);
        let Some(page) = self.write.open.page.as_ref() else { return };
        let at = page.text.boundary(at);
        let before = &page.text.as_str()[..at];
        // Models take a space together with the word after it: one that stands there already would stand alone.
        let trimmed = before.trim_end_matches(' ');
        let spot = PageSpot { edit: page.next_id(), parent: page.at(), at, spaced: trimmed.len() < before.len() };
        let prompt = PagePrompt { story: page.story.clone(), before: trimmed.to_owned() };
        if prompt.before.is_empty() && prompt.story.memory.trim().is_empty() {
            self.write.error = Some(Cause::EmptyPrompt.into());
            return;
        }
        let Some(conversation) = self.open_file(fx) else { return };
        let params = TextParams { inspect: false, grammar: None, ..self.text().clone() };
        self.ask_for_text(spot.edit, conversation, TextPrompt::Page(Box::new(prompt)), Some(spot), params, fx);
    }

    /// The file of the page; a page with a memory alone has none yet.
    fn open_file(&mut self, fx: &mut Effects) -> Option<ConversationId> {
        if self.write.open.id.is_none() {
            self.change_page(PageEntry::New, fx);
        }
        self.write.open.id.clone()
    }

    fn write_page_again(&mut self, fx: &mut Effects) {
        let last = self.write.open.page.as_ref().and_then(|page| page.last());
        let Some((parent, at)) = last.filter(|edit| edit.by == Author::Model).map(|edit| (edit.parent, edit.at)) else {
            return;
        };
        if !self.write.is_writing_here() && self.may_write() {
            self.change_page(PageEntry::Go { id: parent }, fx);
            self.write_page(at, fx);
        }
    }

    /// A piece of text that the model wrote into a page; `first` for the first one.
    pub(in crate::state) fn page_token(&mut self, spot: PageSpot, text: String, first: bool, fx: &mut Effects) {
        let Some(job) = &self.write.job else { return };
        let PageSpot { edit: id, parent, at, .. } = spot;
        let entry = if first {
            let edit = Edit { id, parent, at, removed: Vec::new(), text, by: Author::Model, info: None };
            PageEntry::Edit(edit)
        } else {
            PageEntry::More { id, text }
        };
        let conversation = job.conversation.clone();
        if self.write.open.id.as_ref() == Some(&conversation)
            && let Some(page) = self.write.open.page.as_mut()
        {
            page.apply(entry.clone());
        }
        fx.push(Effect::Journal { id: conversation, entry: JournalEntry::Page(entry) });
    }

    /// The model's part of a page is complete.
    pub(in crate::state) fn page_written(
        &mut self,
        conversation: ConversationId,
        id: u64,
        info: TurnInfo,
        fx: &mut Effects,
    ) {
        if info.finish_reason == Some(FinishReason::Repetition) {
            self.note(NoticeKind::PageRepeats);
        }
        let entry = PageEntry::End { id, info };
        if self.write.open.id.as_ref() == Some(&conversation)
            && let Some(page) = self.write.open.page.as_mut()
        {
            page.apply(entry.clone());
        }
        fx.push(Effect::Journal { id: conversation, entry: JournalEntry::Page(entry) });
    }

    /// A page that comes from its file while it is written: the file may be some pieces behind.
    pub(in crate::state) fn catch_up(&self, page: &mut Page, spot: PageSpot, text: &str) {
        let known = page.get(spot.edit).map_or(0, |edit| edit.text.len());
        if let Some(rest) = text.get(known..).filter(|rest| !rest.is_empty()) {
            let PageSpot { edit: id, parent, at, .. } = spot;
            let rest = rest.to_owned();
            page.apply(match known {
                0 => PageEntry::Edit(Edit {
                    id,
                    parent,
                    at,
                    removed: Vec::new(),
                    text: rest,
                    by: Author::Model,
                    info: None,
                }),
                _ => PageEntry::More { id, text: rest },
            });
        }
    }

    /// A picture prompt for a passage, with the looks of whoever it names.
    pub(in crate::state) fn picture_of_passage(&mut self, from: usize, to: usize, fx: &mut Effects) {
        let Some(page) = self.write.open.page.as_ref() else { return };
        let (from, to) = (page.text.boundary(from), page.text.boundary(to));
        let passage = page.text.as_str().get(from..to).unwrap_or_default().trim();
        if passage.is_empty() || self.create.helper.is_some() {
            return;
        }
        let looks = looks_of(&page.story.cards, passage);
        let passage = Passage::new(0, from, passage);
        self.picture_prompt_for(passage, &looks, fx);
    }
}
