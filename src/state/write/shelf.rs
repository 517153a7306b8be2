//! The state of Write's list: what was found in the texts, and where the page is to go.

use crate::domain::{ConversationHead, ConversationId, HITS, JournalEntry, TextHit, TextParams};
use crate::state::wanted::Answer;
use crate::state::{AppState, Effect, Effects, NoticeKind, Undoable};

/// A search in the texts of all conversations. Titles are searched where they are shown.
#[derive(Clone, Debug, Default)]
pub struct Finder {
    /// In the order of the conversations, newest first.
    pub hits: Vec<TextHit>,
    /// Whether more may come.
    pub running: bool,
    /// Counts up with every letter: an answer to an older search is told by it.
    pub(in crate::state) serial: u64,
    /// When a letter was typed that was not searched for yet.
    pub(in crate::state) typed_ms: Option<i64>,
    /// Where the conversation that is being opened is to be shown.
    pub(in crate::state) goal: Option<(ConversationId, u64, usize)>,
    /// How often the page was sent somewhere.
    pub(in crate::state) aims: u64,
}

/// A place of the page. Each has a number of its own, so that the window goes there once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aim {
    pub serial: u64,
    /// The turn; 0 in a page.
    pub turn: u64,
    /// The byte of its text.
    pub at: usize,
}

impl Finder {
    pub(in crate::state) fn found(&mut self, serial: u64, hits: Vec<TextHit>, done: bool) {
        if serial == self.serial {
            self.hits.extend(hits);
            self.hits.truncate(HITS);
            self.running &= !done;
        }
    }
}

/// A search begins when the letters have rested this long.
const SETTLE_MS: i64 = 250;

impl AppState {
    pub(in crate::state) fn pin(&mut self, id: ConversationId, on: bool, fx: &mut Effects) {
        let Some(head) = self.write.conversations.iter_mut().find(|head| head.id == id) else { return };
        if head.pinned != on {
            head.pinned = on;
            fx.push(Effect::Journal { id, entry: JournalEntry::Pin { on } });
        }
    }

    /// It is in the trash.
    pub(in crate::state) fn conversation_trashed(&mut self, id: ConversationId) {
        self.write.conversations.retain(|head| head.id != id);
        self.write.finder.hits.retain(|hit| hit.conversation != id);
        self.note_trashed(Undoable::ConversationTrashed(id.clone()));
        self.note(NoticeKind::ConversationTrashed(id));
    }

    /// The list of conversations as it is on the disk.
    pub(in crate::state) fn conversations_listed(&mut self, heads: Vec<ConversationHead>, fx: &mut Effects) {
        match self.write.listing.answer(&()) {
            Answer::AskAgain => fx.push(Effect::ListConversations),
            // Nobody asked: something on the disk is not as the window has it.
            Answer::Take | Answer::Drop => {
                self.write.conversations = heads;
                self.reopen(fx);
                // What is not in the list is gone.
                self.desk.reopening = None;
            }
        }
    }

    pub(in crate::state) fn set_search(&mut self, text: String, fx: &mut Effects) {
        let finder = &mut self.write.finder;
        // What was asked for before is no longer wanted.
        finder.serial += 1;
        finder.hits.clear();
        if finder.running {
            fx.push(Effect::SearchTexts { serial: finder.serial, words: String::new() });
        }
        finder.running = !text.trim().is_empty();
        finder.typed_ms = finder.running.then_some(self.now_ms);
        self.write.search = text;
    }

    pub(in crate::state) fn search_when_settled(&mut self, fx: &mut Effects) {
        let (now, finder) = (self.now_ms, &mut self.write.finder);
        if finder.typed_ms.take_if(|at| now - *at >= SETTLE_MS).is_some() {
            let words = self.write.search.trim().to_owned();
            fx.push(Effect::SearchTexts { serial: finder.serial, words });
        }
    }

    pub(in crate::state) fn search_deadline_ms(&self) -> Option<i64> {
        self.write.finder.typed_ms.map(|at| at + SETTLE_MS)
    }

    /// Opens a conversation at a turn, or a page at a byte.
    pub(in crate::state) fn open_found(&mut self, id: ConversationId, turn: u64, at: usize, fx: &mut Effects) {
        self.open_conversation(id.clone(), fx);
        self.write.finder.goal = Some((id.clone(), turn, at));
        self.reach_goal(&id, fx);
    }

    /// Goes to where the conversation was to be shown, once it is there.
    pub(in crate::state) fn reach_goal(&mut self, id: &ConversationId, fx: &mut Effects) {
        if self.write.open.id.as_ref() != Some(id) {
            return;
        }
        if let Some((_, turn, at)) = self.write.finder.goal.take_if(|(goal, ..)| goal == id) {
            self.aim_at(turn, at, fx);
        }
    }

    pub(in crate::state) fn go_to_turn(&mut self, turn: u64, fx: &mut Effects) {
        self.aim_at(turn, 0, fx);
    }

    fn aim_at(&mut self, turn: u64, at: usize, fx: &mut Effects) {
        let open = &self.write.open;
        if open.turn(turn).is_none() && open.shelf.turns().iter().any(|other| other.id == turn) {
            self.select_branch(turn, fx);
        }
        // On the way that is shown, unless an answer that streams has kept it there.
        let open = &self.write.open;
        if open.turn(turn).is_some() || (turn == 0 && open.page.is_some()) {
            self.write.finder.aims += 1;
            self.write.aim = Some(Aim { serial: self.write.finder.aims, turn, at });
        }
    }

    /// What the sliders move: those of what is open alone, from the first time on.
    pub(in crate::state) fn text_mut(&mut self) -> &mut TextParams {
        self.write.open.manner.sliders.get_or_insert_with(|| self.settings.text.clone())
    }

    /// New conversations begin with the sliders that are open now.
    pub(in crate::state) fn use_sliders(&mut self) {
        if let Some(params) = &self.write.open.manner.sliders {
            self.settings.text = params.clone();
        }
    }

    /// Sliders that were moved before there was a file for them.
    pub(in crate::state) fn begin_sliders(&mut self, id: &ConversationId, fx: &mut Effects) {
        if let Some(params) = self.write.open.manner.sliders.clone() {
            fx.push(Effect::Journal { id: id.clone(), entry: JournalEntry::Sliders { params: Box::new(params) } });
            self.sliders_moved_ms = None;
        }
    }

    /// The open conversation's sliders, where its journal has not got them as they are.
    pub fn unkept_sliders(&self) -> Option<(ConversationId, TextParams)> {
        self.sliders_moved_ms?;
        self.write.open.id.clone().zip(self.write.open.manner.sliders.clone())
    }

    /// Writes them down.
    pub(in crate::state) fn keep_sliders(&mut self, fx: &mut Effects) {
        if let Some((id, params)) = self.unkept_sliders() {
            fx.push(Effect::Journal { id, entry: JournalEntry::Sliders { params: Box::new(params) } });
        }
        self.sliders_moved_ms = None;
    }
}
