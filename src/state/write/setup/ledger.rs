//! The context budget: how many tokens each part of the next prompt takes, and which turns have no room.

use crate::domain::{
    ConversationId, ELIZA_ID, Ledger, LedgerRequest, Makes, Message, Overflow, PagePrompt, Role, Settings, Story,
    StoryCard, TextParams, TextPrompt, Turn,
};
use crate::error::Result;
use crate::state::{Catalogue, Effect, Env, OpenConversation, WriteState};

#[derive(Clone, Debug, Default)]
pub struct LedgerState {
    /// The last budget that was measured.
    pub found: Option<Ledger>,
    /// What the last request was about, so that nothing is measured twice.
    pub(in crate::state) key: Option<LedgerKey>,
    pub(in crate::state) serial: u64,
    pub(in crate::state) pending: bool,
}

/// Everything that the context budget depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerKey {
    pub document: Option<ConversationId>,
    /// The number of turns, and the id and length of the last one.
    pub turns: (usize, (u64, usize)),
    /// The page's last change, its length, the cursor, and its memory, note and cards.
    pub page: Option<(u64, usize, usize, Story)>,
    /// The turn that `draft` is the new text of.
    pub edited: Option<u64>,
    pub draft: String,
    pub system: String,
    pub cards: Vec<StoryCard>,
    pub params: TextParams,
    pub here: bool,
}

impl WriteState {
    /// Whether the next prompt differs from the one that was measured last; `cursor` is a byte in a page. Only one
    /// request is out at a time.
    pub fn is_measure_due(&self, cursor: usize, settings: &Settings, catalogue: &Catalogue) -> bool {
        let ledger = &self.ledger;
        !ledger.pending && !ledger.key.as_ref().is_some_and(|key| self.is_ledger_key(key, cursor, settings, catalogue))
    }

    /// `*key == self.ledger_key(..)` without a copy of all texts, since it runs in every frame.
    fn is_ledger_key(&self, key: &LedgerKey, cursor: usize, settings: &Settings, catalogue: &Catalogue) -> bool {
        let LedgerKey { document, turns, page, edited, draft, system, cards, params, here } = key;
        let open = &self.open;
        let same_page = match (page, &open.page) {
            (Some((edit, len, at, story)), Some(page)) => {
                (*edit, *len, *at) == (page.at(), page.text.len(), cursor) && *story == page.story
            }
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        same_page
            && (document, *turns, *here) == (&open.id, self.ledger_turns(), self.is_text_here(settings, catalogue))
            && (*edited, draft.as_str()) == self.message_next()
            && system == self.ledger_system(settings)
            && *cards == open.manner.cards
            && params == self.text(settings)
    }

    /// The text that would be sent next: that of the edited message, with its turn, else the message in the field.
    pub(in crate::state) fn message_next(&self) -> (Option<u64>, &str) {
        let edited = self.editing.as_ref().and_then(|(id, text)| Some((self.open.turn(*id)?, text)));
        match edited.filter(|(turn, _)| turn.message.role == Role::User) {
            Some((turn, text)) => (Some(turn.id), text.trim()),
            None => (None, self.draft.trim()),
        }
    }

    fn ledger_turns(&self) -> (usize, (u64, usize)) {
        let turns = &self.open.turns;
        (turns.len(), turns.last().map_or((0, 0), |turn| (turn.id, turn.message.content.len())))
    }

    fn ledger_system<'a>(&'a self, settings: &'a Settings) -> &'a String {
        if self.open.id.is_some() { &self.open.system } else { &settings.system_prompt }
    }

    fn is_text_here(&self, settings: &Settings, catalogue: &Catalogue) -> bool {
        catalogue.entry(&self.text(settings).model).is_none_or(|entry| entry.is_here())
    }

    /// Measures the prompt that would be sent now.
    pub(in crate::state) fn measure(&mut self, cursor: usize, env: &mut Env) {
        if !self.is_measure_due(cursor, env.settings, env.catalogue) {
            return;
        }
        self.ledger.key = Some(self.ledger_key(cursor, env.settings, env.catalogue));
        // ELIZA has no tokens.
        if self.text(env.settings).model == ELIZA_ID {
            self.ledger.found = None;
            return;
        }
        let Ok(model) = env.catalogue.resolve(&self.text(env.settings).model, Makes::Text) else {
            self.ledger.found = None;
            return;
        };
        let (edited, draft) = self.message_next();
        let mut has_draft = false;
        let prompt = match &self.open.page {
            Some(page) => {
                let at = page.text.boundary(cursor);
                let before = page.text.as_str()[..at].trim_end_matches(' ').to_owned();
                TextPrompt::Page(Box::new(PagePrompt { story: page.story.clone(), before }))
            }
            None => {
                let mut messages = self.messages_until(edited.map_or(u64::MAX, |turn| turn.saturating_sub(1)));
                // An empty message counts too after an answer: the budget is that of the next message.
                let answered = messages.last().is_some_and(|last| last.role == Role::Assistant);
                has_draft = answered || !draft.is_empty();
                if has_draft {
                    messages.push(Message { role: Role::User, content: draft.to_owned() });
                }
                if messages.is_empty() {
                    // Nothing to send: no vocabulary needs to be loaded.
                    self.ledger.found = None;
                    return;
                }
                self.prompt_of(messages)
            }
        };
        let params = self.text(env.settings).clone();
        let ledger = &mut self.ledger;
        ledger.serial += 1;
        ledger.pending = true;
        let request = LedgerRequest { serial: ledger.serial, model, params, prompt, draft: has_draft };
        env.push(Effect::Measure(Box::new(request)));
    }

    /// What the budget of the next prompt depends on.
    fn ledger_key(&self, cursor: usize, settings: &Settings, catalogue: &Catalogue) -> LedgerKey {
        let open = &self.open;
        let page = open.page.as_ref().map(|page| (page.at(), page.text.len(), cursor, page.story.clone()));
        LedgerKey {
            document: open.id.clone(),
            turns: self.ledger_turns(),
            page,
            edited: self.message_next().0,
            draft: self.message_next().1.to_owned(),
            system: self.ledger_system(settings).clone(),
            cards: open.manner.cards.clone(),
            params: self.text(settings).clone(),
            here: self.is_text_here(settings, catalogue),
        }
    }

    pub(in crate::state) fn measured(&mut self, serial: u64, ledger: Result<Ledger>) {
        if serial == self.ledger.serial {
            self.ledger.pending = false;
            // If another document is open by now, its own budget is measured next.
            if self.ledger.key.as_ref().is_some_and(|key| key.document == self.open.id) {
                self.ledger.found = ledger.ok();
            }
        }
    }

    /// The turns of the open conversation that have no room in the model's context: of the next prompt if it is
    /// measured, else of the last answer's prompt.
    pub fn not_read(&self, settings: &Settings) -> Option<std::ops::Range<usize>> {
        let open = &self.open;
        let measured = self.ledger.found.as_ref().map(|ledger| ledger.dropped_turns);
        let last = open.turns.iter().rev().find_map(|turn| turn.info.as_ref()).map(|info| info.dropped_turns);
        let dropped = measured.or(last).filter(|n| *n > 0)?;
        left_out(open, self.text(settings).overflow, dropped)
    }
}

/// The range of turns that is left out when `dropped` turns with text have no room.
fn left_out(open: &OpenConversation, overflow: Overflow, dropped: usize) -> Option<std::ops::Range<usize>> {
    let said = |turn: &Turn| !turn.message.said().is_empty();
    let from = match overflow {
        Overflow::Stop | Overflow::Roll => 0,
        Overflow::Middle => {
            let answer = open.turns.iter().position(|turn| said(turn) && turn.message.role == Role::Assistant);
            answer.map_or(0, |at| at + 1)
        }
    };
    let read = open.turns.iter().enumerate().skip(from).filter(|(_, turn)| said(turn));
    let to = read.map(|(at, _)| at).nth(dropped)?;
    Some(from..to)
}
