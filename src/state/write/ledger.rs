//! The state of the context ledger.

use crate::domain::{
    ConversationId, ELIZA_ID, Ledger, LedgerRequest, Makes, Message, PagePrompt, Role, Story, StoryCard, TextParams,
    TextPrompt,
};
use crate::error::Result;
use crate::state::{AppState, Effect, Effects};

#[derive(Clone, Debug, Default)]
pub struct LedgerState {
    /// What was found last.
    pub found: Option<Ledger>,
    /// What the last request was about; nothing is asked twice.
    pub(in crate::state) key: Option<LedgerKey>,
    pub(in crate::state) serial: u64,
    pub(in crate::state) pending: bool,
}

/// What a ledger depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerKey {
    pub document: Option<ConversationId>,
    /// How many turns, and the last one's number and length.
    pub turns: (usize, (u64, usize)),
    /// The change, the length, the cursor, and what is told beside.
    pub page: Option<(u64, usize, usize, Story)>,
    /// The turn whose new text is the draft.
    pub edited: Option<u64>,
    pub draft: String,
    pub system: String,
    pub cards: Vec<StoryCard>,
    pub params: TextParams,
    pub here: bool,
}

impl AppState {
    /// Whether another prompt would be sent than the one that was measured last; `cursor` is the place in a page. One
    /// request is out at a time.
    pub fn is_measure_due(&self, cursor: usize) -> bool {
        let ledger = &self.write.ledger;
        !ledger.pending && !ledger.key.as_ref().is_some_and(|key| self.is_ledger_key(key, cursor))
    }

    /// As `*key == self.ledger_key(cursor)`, without a copy of all texts: this is asked in every frame.
    fn is_ledger_key(&self, key: &LedgerKey, cursor: usize) -> bool {
        let LedgerKey { document, turns, page, edited, draft, system, cards, params, here } = key;
        let open = &self.write.open;
        let same_page = match (page, &open.page) {
            (Some((edit, len, at, story)), Some(page)) => {
                (*edit, *len, *at) == (page.at(), page.text.len(), cursor) && *story == page.story
            }
            (None, None) => true,
            _ => false,
        };
        same_page
            && (document, *turns, *here) == (&open.id, self.ledger_turns(), self.is_text_here())
            && (*edited, draft.as_str(), system) == (self.message_next().0, self.message_next().1, self.ledger_system())
            && *cards == open.manner.cards
            && params == self.text()
    }

    /// What is sent next as it is typed now: the new text of a message, with its turn, else the message in the field.
    pub(in crate::state) fn message_next(&self) -> (Option<u64>, &str) {
        let edited = self.write.editing.as_ref().and_then(|(id, text)| Some((self.write.open.turn(*id)?, text)));
        match edited.filter(|(turn, _)| turn.message.role == Role::User) {
            Some((turn, text)) => (Some(turn.id), text.trim()),
            None => (None, self.write.draft.trim()),
        }
    }

    fn ledger_turns(&self) -> (usize, (u64, usize)) {
        let turns = &self.write.open.turns;
        (turns.len(), turns.last().map_or((0, 0), |turn| (turn.id, turn.message.content.len())))
    }

    fn ledger_system(&self) -> &String {
        if self.write.open.id.is_some() { &self.write.open.system } else { &self.settings.system_prompt }
    }

    fn is_text_here(&self) -> bool {
        self.catalogue.entry(&self.text().model).is_none_or(|entry| entry.is_here())
    }

    /// Measures what would be sent now.
    pub(in crate::state) fn measure(&mut self, cursor: usize, fx: &mut Effects) {
        if !self.is_measure_due(cursor) {
            return;
        }
        self.write.ledger.key = Some(self.ledger_key(cursor));
        // The oldest program has no tokens.
        if self.text().model == ELIZA_ID {
            self.write.ledger.found = None;
            return;
        }
        let Ok(model) = self.catalogue.resolve(&self.text().model, Makes::Text) else {
            self.write.ledger.found = None;
            return;
        };
        let (edited, draft) = self.message_next();
        let mut has_draft = false;
        let prompt = match &self.write.open.page {
            Some(page) => {
                let at = page.text.boundary(cursor);
                let before = page.text.as_str()[..at].trim_end_matches(' ').to_owned();
                TextPrompt::Page(Box::new(PagePrompt { story: page.story.clone(), before }))
            }
            None => {
                let mut messages = self.messages_until(edited.map_or(u64::MAX, |turn| turn.saturating_sub(1)));
                // Before it has a letter too: what the next message has room for is not what the last answer has.
                let answered = messages.last().is_some_and(|last| last.role == Role::Assistant);
                has_draft = answered || !draft.is_empty();
                if has_draft {
                    messages.push(Message { role: Role::User, content: draft.to_owned() });
                }
                if messages.is_empty() {
                    // Nothing to send: no vocabulary is read for it.
                    self.write.ledger.found = None;
                    return;
                }
                self.prompt_of(messages)
            }
        };
        let params = self.text().clone();
        let ledger = &mut self.write.ledger;
        ledger.serial += 1;
        ledger.pending = true;
        let request = LedgerRequest { serial: ledger.serial, model, params, prompt, draft: has_draft };
        fx.push(Effect::Measure(Box::new(request)));
    }

    /// What tells that another prompt would be sent.
    fn ledger_key(&self, cursor: usize) -> LedgerKey {
        let open = &self.write.open;
        let page = open.page.as_ref().map(|page| (page.at(), page.text.len(), cursor, page.story.clone()));
        LedgerKey {
            document: open.id.clone(),
            turns: self.ledger_turns(),
            page,
            edited: self.message_next().0,
            draft: self.message_next().1.to_owned(),
            system: self.ledger_system().clone(),
            cards: open.manner.cards.clone(),
            params: self.text().clone(),
            here: self.is_text_here(),
        }
    }

    pub(in crate::state) fn measured(&mut self, serial: u64, ledger: Result<Ledger>) {
        if serial == self.write.ledger.serial {
            self.write.ledger.pending = false;
            // Of another document by now: its own is measured next.
            if self.write.ledger.key.as_ref().is_some_and(|key| key.document == self.write.open.id) {
                self.write.ledger.found = ledger.ok();
            }
        }
    }
}
