//! A page: one text that a person and a model write together, with its whole history.
//!
//! Each change is an [`Edit`] that knows what it took away, and which change it followed: undoing walks up that tree,
//! redoing walks down, and a change after an undo is a branch beside what was undone. [`Page::apply`] is the only way
//! to change a page, from the window and from the journal alike.

mod diff;
#[cfg(test)]
mod tests;
mod text;

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{Limit, TurnInfo};
pub use text::{Author, PageText, Run};

/// What comes before the first change: the empty page.
pub const BLANK: u64 = 0;
/// Bytes of a page's text at most.
pub const PAGE_BYTES: usize = 4 << 20;
/// Lines that may stand after the author's note, the one that is being written included.
pub const NOTE_DEPTH: Limit = Limit::new("note-depth", 1.0, 64.0, 1.0, 3.0);
/// Typed letters that one undo takes back at most, give or take a word.
const STEP: usize = 80;

/// A change: at byte `at`, `removed` became `text`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// Counts up; never [`BLANK`].
    pub id: u64,
    /// The change that it followed.
    pub parent: u64,
    pub at: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Run>,
    pub text: String,
    pub by: Author,
    /// How a model came to write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info: Option<TurnInfo>,
}

impl Edit {
    /// Where what it wrote ends.
    pub fn end(&self) -> usize {
        self.at + self.text.len()
    }
}

/// Somebody or some place of the story: read by the model where it is named, and by the picture models.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoryCard {
    pub id: u64,
    pub kind: CardKind,
    pub name: String,
    /// Other names, divided by commas.
    pub aliases: String,
    pub about: String,
    /// How it looks, in the words of a picture prompt.
    pub looks: String,
    /// Read even where it is not named.
    pub always: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CardKind {
    #[default]
    Cast,
    Place,
    /// Anything else of the world.
    Lore,
}

/// What the model is told beside the text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Story {
    /// Read before all else.
    pub memory: String,
    /// Read near the end, where it weighs most.
    pub note: String,
    /// Lines of the text that come after the note; see [`NOTE_DEPTH`].
    pub note_depth: u32,
    pub cards: Vec<StoryCard>,
}

impl Default for Story {
    fn default() -> Self {
        Self { memory: String::new(), note: String::new(), note_depth: NOTE_DEPTH.default as u32, cards: Vec::new() }
    }
}

/// One line of a page's journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum PageEntry {
    /// This file is a page.
    New,
    /// A change; one with the number of the last change takes its place.
    Edit(Edit),
    /// More text at the end of what change `id` wrote.
    More {
        id: u64,
        text: String,
    },
    /// Change `id` is complete.
    End {
        id: u64,
        info: TurnInfo,
    },
    /// The page is shown as it was after change `id`.
    Go {
        id: u64,
    },
    Memory {
        text: String,
    },
    Note {
        text: String,
        depth: u32,
    },
    /// A new card, or one with this number as it is now.
    Card {
        card: StoryCard,
    },
    CardGone {
        id: u64,
    },
}

/// A page and its past.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    pub text: PageText,
    pub story: Story,
    edits: BTreeMap<u64, Edit>,
    /// The change after which the text is as it is.
    at: u64,
    /// For a change, the one after it that was shown last.
    chosen: HashMap<u64, u64>,
}

impl Page {
    /// Does what a line says. One that does not fit (a line before it was lost) is done as well as can be: words are
    /// never dropped.
    pub fn apply(&mut self, entry: PageEntry) {
        match entry {
            PageEntry::New => {}
            PageEntry::Edit(edit) => self.edit(edit),
            PageEntry::More { id, text } => self.more(id, &text),
            PageEntry::End { id, info } => {
                if let Some(edit) = self.edits.get_mut(&id) {
                    edit.info = Some(info);
                }
            }
            PageEntry::Go { id } => self.go(id),
            PageEntry::Memory { text } => self.story.memory = text,
            PageEntry::Note { text, depth } => {
                (self.story.note, self.story.note_depth) = (text, NOTE_DEPTH.clamp(depth.into()) as u32)
            }
            PageEntry::Card { card } => match self.story.cards.iter_mut().find(|old| old.id == card.id) {
                Some(old) => *old = card,
                None => self.story.cards.push(card),
            },
            PageEntry::CardGone { id } => self.story.cards.retain(|card| card.id != id),
        }
    }

    fn edit(&mut self, mut edit: Edit) {
        if edit.id == BLANK {
            return;
        }
        if edit.id == self.at && !self.has_children(edit.id) {
            self.step_back();
            self.edits.remove(&edit.id);
        } else if self.edits.contains_key(&edit.id) {
            return;
        }
        if edit.parent != self.at && (edit.parent == BLANK || self.edits.contains_key(&edit.parent)) {
            self.go(edit.parent);
        }
        edit.parent = self.at;
        let end = edit.at.saturating_add(edit.removed.iter().map(|run| run.text.len()).sum());
        let there: String = edit.removed.iter().map(|run| run.text.as_str()).collect();
        if self.text.as_str().get(edit.at..end) != Some(there.as_str()) {
            // A change before it was lost: what it took away may be another's now.
            edit.at = self.text.boundary(edit.at);
            edit.removed.clear();
        }
        self.text.replace(edit.at, there_len(&edit), &[Run { by: edit.by, text: edit.text.clone() }]);
        self.chosen.insert(edit.parent, edit.id);
        self.at = edit.id;
        self.edits.insert(edit.id, edit);
    }

    fn more(&mut self, id: u64, text: &str) {
        if id == self.at && self.edits.contains_key(&id) && !self.has_children(id) {
            if let Some(edit) = self.edits.get_mut(&id) {
                self.text.replace(edit.end(), 0, &[Run { by: edit.by, text: text.to_owned() }]);
                edit.text.push_str(text);
            }
        } else if !self.edits.contains_key(&id) {
            // Its beginning was lost.
            let (at, by) = (self.text.len(), Author::Model);
            let text = text.to_owned();
            self.edit(Edit { id, parent: self.at, at, removed: Vec::new(), text, by, info: None });
        }
    }

    /// Shows the page as it was after change `id`.
    fn go(&mut self, id: u64) {
        if id != BLANK && !self.edits.contains_key(&id) {
            return;
        }
        let mut down = Vec::new();
        let mut above: Vec<u64> = self.way_up(self.at);
        above.push(BLANK);
        let mut meet = id;
        while !above.contains(&meet) {
            down.push(meet);
            meet = self.edits.get(&meet).map_or(BLANK, |edit| edit.parent);
        }
        while self.at != meet {
            self.step_back();
        }
        for id in down.into_iter().rev() {
            let Some(edit) = self.edits.get(&id) else { return };
            self.text.replace(edit.at, there_len(edit), &[Run { by: edit.by, text: edit.text.clone() }]);
            self.chosen.insert(edit.parent, id);
            self.at = id;
        }
    }

    fn step_back(&mut self) {
        if let Some(edit) = self.edits.get(&self.at) {
            self.text.replace(edit.at, edit.text.len(), &edit.removed);
            self.at = edit.parent;
        }
    }

    /// The change and all that it followed, nearest first.
    fn way_up(&self, from: u64) -> Vec<u64> {
        std::iter::successors(self.edits.get(&from), |edit| self.edits.get(&edit.parent)).map(|edit| edit.id).collect()
    }

    fn has_children(&self, id: u64) -> bool {
        // Children are younger.
        self.edits.range(id.saturating_add(1)..).any(|(_, edit)| edit.parent == id)
    }

    /// The change after which the text is as it is.
    pub fn at(&self) -> u64 {
        self.at
    }

    pub fn last(&self) -> Option<&Edit> {
        self.edits.get(&self.at)
    }

    pub fn edits(&self) -> impl DoubleEndedIterator<Item = &Edit> {
        self.edits.values()
    }

    pub fn get(&self, id: u64) -> Option<&Edit> {
        self.edits.get(&id)
    }

    /// The changes on the way from the blank page to what is shown, and on to what a redo would show.
    pub fn path(&self) -> Vec<u64> {
        let mut path = self.way_up(self.at);
        path.reverse();
        let mut at = self.at;
        while let Some(next) = self.redo_from(at) {
            path.push(next);
            at = next;
        }
        path
    }

    pub fn next_id(&self) -> u64 {
        self.edits.keys().next_back().map_or(1, |id| id + 1)
    }

    pub fn next_card(&self) -> u64 {
        self.story.cards.iter().map(|card| card.id).max().map_or(1, |id| id + 1)
    }

    /// Where an undo leads: from a passage that was written again, to what was there before.
    pub fn undo(&self) -> Option<u64> {
        self.last().map(|edit| self.versions(edit).filter(|id| *id < edit.id).max().unwrap_or(edit.parent))
    }

    /// Where a redo leads: to what was shown last after this, else to what a model wrote in its place next.
    pub fn redo(&self) -> Option<u64> {
        let next = || self.last().and_then(|edit| self.versions(edit).find(|id| *id > edit.id));
        self.redo_from(self.at).or_else(next)
    }

    /// A passage of a model and the others that it wrote in its place, oldest first.
    fn versions(&self, of: &Edit) -> impl Iterator<Item = u64> {
        let same = move |edit: &&Edit| {
            (edit.parent, edit.at) == (of.parent, of.at) && (edit.by, of.by) == (Author::Model, Author::Model)
        };
        self.edits.values().filter(same).map(|edit| edit.id)
    }

    fn redo_from(&self, at: u64) -> Option<u64> {
        let known = self.chosen.get(&at).copied().filter(|id| self.edits.contains_key(id));
        known
            .or_else(|| self.edits.range(at.saturating_add(1)..).rev().find(|(_, e)| e.parent == at).map(|(id, _)| *id))
    }

    /// The change that makes the text `new`; `None` where it is so already. Letters that are typed one after another
    /// are one change, so that an undo takes back some words.
    pub fn edit_to(&self, new: &str, by: Author) -> Option<PageEntry> {
        let old = self.text.as_str();
        let (at, removed, added) = diff::between(old, new)?;
        if let Some(last) = self.last().filter(|last| last.by == by && by == Author::Person)
            && !self.has_children(last.id)
            && let Some(entry) = self.typed_on(last, at, removed, added)
        {
            return Some(entry);
        }
        let (id, parent) = (self.next_id(), self.at);
        let (removed, text) = (self.text.runs(at, at + removed), added.to_owned());
        Some(PageEntry::Edit(Edit { id, parent, at, removed, text, by, info: None }))
    }

    /// The same as a part of the last change, where it continues that.
    fn typed_on(&self, last: &Edit, at: usize, removed: usize, added: &str) -> Option<PageEntry> {
        let again = |at, removed, text: String| {
            Some(PageEntry::Edit(Edit { at, removed, text, ..Edit { info: None, ..last.clone() } }))
        };
        let is_new_word = last.text.ends_with(char::is_whitespace) && !added.starts_with(char::is_whitespace);
        let is_full = last.text.ends_with('\n') || (last.text.len() >= STEP && is_new_word) || added.len() > STEP;
        if at == last.end() && removed == 0 && !last.text.is_empty() && !is_full {
            return Some(PageEntry::More { id: last.id, text: added.to_owned() });
        }
        // Backspace in what was just typed, and what an input method puts in the place of its own letters.
        if removed > 0 && at >= last.at && at + removed == last.end() && at + added.len() > last.at && !is_full {
            let kept = last.text.get(..at - last.at)?;
            return again(last.at, last.removed.clone(), format!("{kept}{added}"));
        }
        // One deletion after another, backwards or forwards.
        let short: usize = last.removed.iter().map(|run| run.text.len()).sum();
        if last.text.is_empty() && added.is_empty() && short < STEP && removed <= 4 {
            if at + removed == last.at {
                return again(at, text::join(self.text.runs(at, at + removed), &last.removed), String::new());
            }
            if at == last.at {
                return again(at, text::join(last.removed.clone(), &self.text.runs(at, at + removed)), String::new());
            }
        }
        None
    }

    /// The shortest journal that gives the same.
    pub fn entries(&self) -> Vec<PageEntry> {
        let mut entries = vec![PageEntry::New];
        let Story { memory, note, note_depth, cards } = &self.story;
        if !memory.is_empty() {
            entries.push(PageEntry::Memory { text: memory.clone() });
        }
        if *note_depth != Story::default().note_depth || !note.is_empty() {
            entries.push(PageEntry::Note { text: note.clone(), depth: *note_depth });
        }
        entries.extend(cards.iter().map(|card| PageEntry::Card { card: card.clone() }));
        entries.extend(self.edits.values().map(|edit| PageEntry::Edit(edit.clone())));
        entries.push(PageEntry::Go { id: self.at });
        entries
    }
}

fn there_len(edit: &Edit) -> usize {
    edit.removed.iter().map(|run| run.text.len()).sum()
}
