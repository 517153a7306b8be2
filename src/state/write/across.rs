//! Where Write meets the other rooms: its handoffs, and queries of views that need the settings and the catalogue too.

use crate::domain::{Passage, Room, StoryCard};
use crate::lang::Both;
use crate::state::create::helper::looks_of;
use crate::state::write::Handoff;
use crate::state::write::setup::settle;
use crate::state::write::talk::unknown;
use crate::state::{AppState, Effect, Effects, Env, NoticeKind, WriteCommand, WriteState};

impl AppState {
    pub(in crate::state) fn write_command(&mut self, command: WriteCommand, fx: &mut Effects) {
        self.in_write(fx, |write, env| write.update(command, env));
    }

    /// Changes Write, then does its handoffs.
    pub(in crate::state) fn in_write<T>(
        &mut self,
        fx: &mut Effects,
        change: impl FnOnce(&mut WriteState, &mut Env) -> T,
    ) -> T {
        let (write, mut env) = self.write(fx);
        let out = change(write, &mut env);
        for handoff in std::mem::take(&mut self.write.handoffs) {
            self.do_for_write(handoff, fx);
        }
        out
    }

    fn do_for_write(&mut self, handoff: Handoff, fx: &mut Effects) {
        match handoff {
            Handoff::HideCharacters => self.personas.shown = false,
            Handoff::LeaveCharacters => {
                let (personas, mut env) = self.personas(fx);
                personas.shown = false;
                personas.leave(&mut env);
            }
            Handoff::Fetch(id) => self.fetch(&id, fx),
            Handoff::CancelFetch(id) => self.catalogue.cancel_fetch(&id, fx),
            Handoff::Copy(text) => {
                fx.push(Effect::CopyText(text));
                self.gallery.copying = None;
            }
            Handoff::RestoreConversation(id) => {
                let (trash, mut env) = self.trash(fx);
                trash.restore_conversations(vec![id], &mut env);
            }
            Handoff::PictureOfTurn(id) => self.picture_of_turn(id, fx),
            Handoff::PictureOfPassage { from, to } => self.picture_of_passage(from, to, fx),
            Handoff::IllustrateAgain(id) => self.illustrate_again(id, fx),
        }
    }

    /// A picture prompt for a passage of the page, with the looks of the characters that it names.
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

    /// The entries of a lore book become cards of the character that is edited, else of what is open in Write. Macros
    /// such as `{{user}}` stay only in a character: a conversation knows the names already.
    pub(in crate::state) fn world_opened(
        &mut self,
        name: String,
        cards: Vec<StoryCard>,
        left_out: Vec<Both>,
        fx: &mut Effects,
    ) {
        let edited = self.personas.editing.as_mut().filter(|_| self.settings.room == Room::Write);
        let count = if let Some(draft) = edited {
            let cards = unknown(&draft.persona.lore, cards);
            let count = cards.len();
            draft.persona.lore.extend(cards);
            count
        } else {
            self.personas.shown = false;
            self.in_write(fx, |write, env| write.lore_opened(name, cards, env))
        };
        self.settings.room = Room::Write;
        self.note(NoticeKind::LoreKept { count, left_out });
    }

    /// [`WriteState::hold_back_unsaid`] for the effects of an input.
    pub(in crate::state) fn hold_back_unsaid(&mut self, fx: &mut Effects) {
        let drawn = self.create.subject.as_ref().map(|subject| subject.document.clone());
        let (write, mut env) = self.write(fx);
        write.hold_back_unsaid(drawn.as_ref(), &mut env);
    }

    /// Opens what was open the last time, unless something else was begun.
    pub(in crate::state) fn reopen(&mut self, fx: &mut Effects) {
        let characters = self.personas.shown;
        self.in_write(fx, |write, env| write.reopen(characters, env));
    }

    /// The catalogue has come: sliders that were never set for their model take the defaults of its card.
    pub fn settle_text_sliders(&mut self) {
        settle(&mut self.settings, &self.catalogue);
    }

    /// [`WriteState::drafts`] of the model in use.
    pub fn drafts(&self) -> Option<&[String]> {
        self.write.drafts(&self.settings, &self.catalogue)
    }

    pub fn is_drafts_due(&self) -> bool {
        self.write.is_drafts_due(&self.settings, &self.catalogue)
    }

    pub fn is_grammar_check_due(&self) -> bool {
        self.write.is_grammar_check_due(&self.settings)
    }

    /// [`WriteState::is_measure_due`]; `cursor` is the byte of the cursor in a page.
    pub fn is_measure_due(&self, cursor: usize) -> bool {
        self.write.is_measure_due(cursor, &self.settings, &self.catalogue)
    }

    pub fn not_read(&self) -> Option<std::ops::Range<usize>> {
        self.write.not_read(&self.settings)
    }
}
