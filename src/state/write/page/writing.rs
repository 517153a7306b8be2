//! The model continues the text of a page.

use crate::domain::{
    Author, ConversationId, Edit, FinishReason, JournalEntry, Page, PageEntry, PagePrompt, StoreRequest, TextParams,
    TextPrompt, TurnInfo,
};
use crate::error::Cause;
use crate::state::{Effect, Env, NoticeKind, PageSpot, WriteState};

impl WriteState {
    /// The person types into the page while the model writes or waits: the model is stopped. A fetch that it waits for
    /// goes on.
    pub(super) fn take_over(&mut self, env: &mut Env) {
        let Some(id) = self.open.id.clone() else { return };
        if !self.bring(|job| job.conversation == id) {
            return;
        }
        let Some(job) = &mut self.job else { return };
        job.taken_over = true;
        match job.id {
            Some(_) => self.stop_job(env),
            None => self.ended(None, env),
        }
    }

    pub(in crate::state) fn write_page(&mut self, at: usize, env: &mut Env) {
        if self.open.page.is_none() || self.is_writing_here() || !self.may_write(env) {
            return;
        }
        self.name_page(true, env);
        let Some(page) = self.open.page.as_ref() else { return };
        let at = page.text.boundary(at);
        let before = &page.text.as_str()[..at];
        // A token has its space before the word, so a space at the end of the prompt would be a token of its own.
        let trimmed = before.trim_end_matches(' ');
        let spot = PageSpot { edit: page.next_id(), parent: page.at(), at, spaced: trimmed.len() < before.len() };
        let prompt = PagePrompt { story: page.story.clone(), before: trimmed.to_owned() };
        if prompt.before.is_empty() && prompt.story.memory.trim().is_empty() {
            self.error = Some(Cause::EmptyPrompt.into());
            return;
        }
        let Some(conversation) = self.open_file(env) else { return };
        let params = TextParams { inspect: false, grammar: None, ..self.text(env.settings).clone() };
        self.ask_for(spot.edit, conversation, TextPrompt::Page(Box::new(prompt)), Some(spot), params, env);
    }

    /// The id of the page's file. A page without a change has no file yet: it gets one.
    fn open_file(&mut self, env: &mut Env) -> Option<ConversationId> {
        if self.open.id.is_none() {
            self.change_page(PageEntry::New, env);
        }
        self.open.id.clone()
    }

    pub(super) fn write_page_again(&mut self, env: &mut Env) {
        let last = self.open.page.as_ref().and_then(|page| page.last());
        let Some((parent, at)) = last.filter(|edit| edit.by == Author::Model).map(|edit| (edit.parent, edit.at)) else {
            return;
        };
        if !self.is_writing_here() && self.may_write(env) {
            self.change_page(PageEntry::Go { id: parent }, env);
            self.write_page(at, env);
        }
    }

    /// A piece of text that the model wrote into a page; `first` for the first one.
    pub(in crate::state) fn page_token(&mut self, spot: PageSpot, text: String, first: bool, env: &mut Env) {
        let Some(job) = &self.job else { return };
        let PageSpot { edit: id, parent, at, .. } = spot;
        let entry = if first {
            let edit = Edit { id, parent, at, removed: Vec::new(), text, by: Author::Model, info: None };
            PageEntry::Edit(edit)
        } else {
            PageEntry::More { id, text }
        };
        let conversation = job.conversation.clone();
        if self.open.id.as_ref() == Some(&conversation)
            && let Some(page) = self.open.page.as_mut()
        {
            page.apply(entry.clone());
        }
        env.push(Effect::Store(StoreRequest::Journal { id: conversation, entry: JournalEntry::Page(entry) }));
    }

    /// The model's part of a page is complete.
    pub(in crate::state) fn page_written(
        &mut self,
        conversation: ConversationId,
        id: u64,
        info: TurnInfo,
        env: &mut Env,
    ) {
        if info.finish_reason == Some(FinishReason::Repetition) {
            env.note(NoticeKind::PageRepeats);
        }
        let entry = PageEntry::End { id, info };
        if self.open.id.as_ref() == Some(&conversation)
            && let Some(page) = self.open.page.as_mut()
        {
            page.apply(entry.clone());
        }
        env.push(Effect::Store(StoreRequest::Journal { id: conversation, entry: JournalEntry::Page(entry) }));
    }
}

/// Adds what the file of a page misses of the text that the model is writing: it may be some pieces behind.
pub(in crate::state) fn catch_up(page: &mut Page, spot: PageSpot, text: &str) {
    let known = page.get(spot.edit).map_or(0, |edit| edit.text.len());
    if let Some(rest) = text.get(known..).filter(|rest| !rest.is_empty()) {
        let PageSpot { edit: id, parent, at, .. } = spot;
        let (text, by) = (rest.to_owned(), Author::Model);
        page.apply(if known == 0 {
            PageEntry::Edit(Edit { id, parent, at, removed: Vec::new(), text, by, info: None })
        } else {
            PageEntry::More { id, text }
        });
    }
}
