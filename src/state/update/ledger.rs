//! What the next prompt takes of the context: asked for while it is looked at.

use super::Effects;
use crate::domain::{ELIZA_ID, Ledger, LedgerRequest, Makes, Message, PagePrompt, Role, TextPrompt};
use crate::error::Result;
use crate::state::{AppState, Effect, LedgerKey};

impl AppState {
    /// Whether another prompt would be sent than the one that was measured last; `cursor` is the place in a page. One
    /// request is out at a time.
    pub fn is_measure_due(&self, cursor: usize) -> bool {
        let ledger = &self.write.ledger;
        !ledger.pending && ledger.key.as_ref() != Some(&self.ledger_key(cursor))
    }

    /// Measures what would be sent now.
    pub(super) fn measure(&mut self, cursor: usize, fx: &mut Effects) {
        if !self.is_measure_due(cursor) {
            return;
        }
        self.write.ledger.key = Some(self.ledger_key(cursor));
        // The oldest program has no tokens.
        if self.text().model == ELIZA_ID {
            self.write.ledger.found = None;
            return;
        }
        let Ok(model) = self.models.resolve(&self.text().model, Makes::Text) else {
            self.write.ledger.found = None;
            return;
        };
        let draft = self.write.draft.trim();
        let has_draft = self.write.open.page.is_none() && !draft.is_empty();
        let prompt = match &self.write.open.page {
            Some(page) => {
                let at = page.text.boundary(cursor);
                let before = page.text.as_str()[..at].trim_end_matches(' ').to_owned();
                TextPrompt::Page(Box::new(PagePrompt { story: page.story.clone(), before }))
            }
            None => {
                let mut messages = self.messages_until(u64::MAX);
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
        let last = open.turns.last().map_or((0, 0), |turn| (turn.id, turn.message.content.len()));
        let page = open.page.as_ref().map(|page| (page.at(), page.text.len(), cursor, page.story.clone()));
        let system = if open.id.is_some() { &open.system } else { &self.settings.system_prompt };
        LedgerKey {
            document: open.id.clone(),
            turns: (open.turns.len(), last),
            page,
            draft: self.write.draft.trim().to_owned(),
            system: system.clone(),
            params: self.text().clone(),
            here: self.models.entry(&self.text().model).is_none_or(|entry| entry.is_here()),
        }
    }

    pub(super) fn measured(&mut self, serial: u64, ledger: Result<Ledger>) {
        if serial == self.write.ledger.serial {
            self.write.ledger.pending = false;
            self.write.ledger.found = ledger.ok();
        }
    }
}
