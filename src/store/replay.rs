//! A conversation rebuilt from its journal, line by line. Whatever a line is, it costs at most itself: a power cut
//! tears the last one or fills it with NUL bytes, and a damaged disk may spoil one in the middle.

use std::collections::{HashMap, HashSet};
use std::io::BufRead;

use serde_json::Value;

use super::tolerant;
use crate::domain::{
    ConversationData, ConversationId, Illustration, JournalEntry, Manner, Message, Page, Role, Shelf, StoryCard,
    TextParams, Turn, TurnInfo, weighed,
};

/// Longest line that is read. Longer ones are passed over without being held in memory.
pub(super) const MAX_LINE: usize = 16 << 20;
/// Letters of a title that is made from the first question.
const TITLE_CHARS: usize = 40;

/// Builds a conversation from its entries.
#[derive(Debug, Default)]
pub struct Replay {
    title: String,
    system: String,
    turns: Vec<Turn>,
    shelf: Shelf,
    page: Option<Box<Page>>,
    pictures: Vec<Illustration>,
    manner: Manner,
    pinned: bool,
    /// Packed as they are in the file.
    weighed: HashMap<u64, String>,
    /// Turns that were cut off on purpose: text that comes late for them is not brought back.
    removed: HashSet<u64>,
    /// Lines that a newer version wrote, and of which not all was understood.
    newer: usize,
}

impl Replay {
    /// Applies the next entry.
    pub fn apply(&mut self, entry: JournalEntry) {
        match entry {
            JournalEntry::Title { title } => self.title = title,
            JournalEntry::System { text } => self.system = text,
            JournalEntry::Begin { turn } => {
                self.removed.remove(&turn.id);
                self.manner.names.remove(&turn.id);
                self.weighed.remove(&turn.id);
                let known = self.turns.iter_mut().rev().find(|t| t.id == turn.id);
                match known.or_else(|| self.shelf.turn_mut(turn.id)) {
                    Some(old) => *old = Turn { parent: old.parent, ..turn },
                    None => self.shelf.add(&mut self.turns, turn),
                }
            }
            JournalEntry::Append { id, text } => {
                if let Some(turn) = self.turn(id) {
                    turn.message.content.push_str(&text);
                }
            }
            JournalEntry::End { id, info } => {
                if let Some(turn) = self.turn(id) {
                    turn.info = Some(info);
                }
            }
            JournalEntry::Weighed { id, tokens } if tokens.is_empty() => {
                self.weighed.remove(&id);
            }
            JournalEntry::Weighed { id, tokens } => {
                self.weighed.insert(id, tokens);
            }
            JournalEntry::Replace { id, text } => {
                if let Some(turn) = self.turn(id) {
                    turn.message.content = text;
                }
            }
            JournalEntry::Truncate { id } => {
                self.removed.extend(self.shelf.remove(&mut self.turns, id));
                self.weighed.retain(|id, _| !self.removed.contains(id));
            }
            JournalEntry::Select { id } => self.shelf.switch(&mut self.turns, id),
            JournalEntry::Picture { picture } => self.pictures.push(picture),
            JournalEntry::PictureGone { id } => self.pictures.retain(|picture| picture.id != id),
            JournalEntry::Page(entry) => self.page.get_or_insert_default().apply(entry),
            JournalEntry::Pin { on } => self.pinned = on,
            JournalEntry::Form { form } => self.manner.form = Some(form),
            JournalEntry::Speaker { speaker } => self.manner.speaker = Some(speaker),
            JournalEntry::Name { turn: None, name } => self.manner.person = name,
            JournalEntry::Name { turn: Some(turn), name } => {
                self.manner.names.insert(turn, name);
            }
            JournalEntry::Card { card } => self.manner.put_card(card),
            JournalEntry::CardGone { id } => self.manner.cards.retain(|card| card.id != id),
            JournalEntry::Sliders { mut params } => {
                params.clamp();
                self.manner.sliders = Some(*params);
            }
        }
    }

    /// The turn `id`. Where the line that began it was lost, it is begun here: its text is worth more than its
    /// role, and only answers come in pieces.
    fn turn(&mut self, id: u64) -> Option<&mut Turn> {
        if self.removed.contains(&id) {
            return None;
        }
        if !self.turns.iter().any(|t| t.id == id) {
            if self.shelf.turns().iter().any(|t| t.id == id) {
                return self.shelf.turn_mut(id);
            }
            let message = Message { role: Role::Assistant, content: String::new() };
            self.shelf.add(&mut self.turns, Turn { id, message, info: None, parent: None });
        }
        self.turns.iter_mut().rev().find(|t| t.id == id)
    }

    /// The title that was given, else the beginning of the first question.
    pub fn title(&self) -> String {
        if !self.title.is_empty() {
            return self.title.clone();
        }
        let first = self.turns.iter().find(|t| t.message.role == Role::User);
        first.map(|t| shorten(&t.message.content)).unwrap_or_default()
    }

    pub fn turns(&self) -> usize {
        self.turns.len()
    }

    pub fn is_page(&self) -> bool {
        self.page.is_some()
    }

    pub fn is_pinned(&self) -> bool {
        self.pinned
    }

    /// Lines that a newer version wrote, and of which not all was understood.
    pub fn newer(&self) -> usize {
        self.newer
    }

    pub fn finish(self, id: ConversationId, changed_ms: i64) -> ConversationData {
        ConversationData {
            id,
            title: self.title(),
            system: self.system,
            turns: self.turns,
            shelf: self.shelf,
            page: self.page,
            pictures: self.pictures,
            manner: self.manner,
            weighed: self.weighed.iter().filter_map(|(id, line)| Some((*id, weighed::unpack(line)?))).collect(),
            changed_ms,
        }
    }

    /// The lines of [`Self::entries`].
    pub fn shortest(&self) -> Vec<u8> {
        let mut lines = Vec::new();
        for entry in self.entries() {
            if serde_json::to_writer(&mut lines, &entry).is_ok() {
                lines.push(b'\n');
            }
        }
        lines
    }

    /// The shortest journal that gives the same.
    pub fn entries(&self) -> Vec<JournalEntry> {
        let mut entries = Vec::with_capacity(self.turns.len() + 2);
        if !self.title.is_empty() {
            entries.push(JournalEntry::Title { title: self.title.clone() });
        }
        if !self.system.is_empty() {
            entries.push(JournalEntry::System { text: self.system.clone() });
        }
        let Manner { form, speaker, person, names, sliders, cards } = self.manner.clone();
        entries.extend(form.map(|form| JournalEntry::Form { form }));
        entries.extend(speaker.map(|speaker| JournalEntry::Speaker { speaker }));
        entries
            .extend(Some(person).filter(|name| !name.is_empty()).map(|name| JournalEntry::Name { turn: None, name }));
        entries.extend(cards.into_iter().map(|card| JournalEntry::Card { card }));
        entries.extend(sliders.map(|params| JournalEntry::Sliders { params: Box::new(params) }));
        if self.pinned {
            entries.push(JournalEntry::Pin { on: true });
        }
        let mut turns: Vec<&Turn> = self.turns.iter().chain(self.shelf.turns()).collect();
        turns.sort_by_key(|turn| turn.id);
        entries.extend(turns.into_iter().map(|turn| JournalEntry::Begin { turn: turn.clone() }));
        let mut weighed: Vec<_> = self.weighed.iter().collect();
        weighed.sort();
        entries.extend(weighed.into_iter().map(|(id, line)| JournalEntry::Weighed { id: *id, tokens: line.clone() }));
        // Behind their turns: a number that is given again is a new speaker's.
        entries.extend(names.into_iter().map(|(turn, name)| JournalEntry::Name { turn: Some(turn), name }));
        entries.extend(self.shelf.turned_back(&self.turns).into_iter().map(|id| JournalEntry::Select { id }));
        entries.extend(self.page.iter().flat_map(|page| page.entries()).map(JournalEntry::Page));
        entries.extend(self.pictures.iter().map(|picture| JournalEntry::Picture { picture: picture.clone() }));
        entries
    }
}

/// The first words of a text, on one line.
fn shorten(text: &str) -> String {
    let mut short = String::new();
    let mut count = 0;
    for c in text.trim().chars() {
        let c = if c.is_whitespace() || c.is_control() { ' ' } else { c };
        if c == ' ' && short.ends_with(' ') {
            continue;
        }
        if count == TITLE_CHARS {
            short.truncate(short.trim_end().len());
            short.push('…');
            break;
        }
        short.push(c);
        count += 1;
    }
    short
}

/// How lines were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    pub good: usize,
    /// Lines that could not be understood, or not wholly.
    pub lost: usize,
}

/// Replays all that can be read. With `heads_only`, the text that was streamed is passed over: enough for a list.
///
/// # Errors
/// The file cannot be read.
pub fn read(file: &mut impl BufRead, heads_only: bool) -> std::io::Result<(Replay, Lines)> {
    let mut replay = Replay::default();
    let mut lines = Lines::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        let whole = read_line(file, &mut line)?;
        if line.is_empty() && whole.is_none() {
            return Ok((replay, lines));
        }
        // A power cut can leave a run of NUL bytes where a line began to be written.
        let text = line.trim_ascii();
        let start = text.iter().position(|&b| b != 0).unwrap_or(text.len());
        let end = text.iter().rposition(|&b| b != 0).map_or(start, |at| at + 1);
        let text = &text[start..end];
        if whole == Some(false) {
            lines.lost += 1;
        } else if text.is_empty() {
            lines.lost += usize::from(line.contains(&0));
        } else if heads_only && [&br#"{"do":"append""#[..], br#"{"do":"weighed""#].iter().any(|it| text.starts_with(it))
        {
            lines.good += 1;
        } else if heads_only && text.starts_with(br#"{"do":"page""#) {
            replay.page.get_or_insert_default();
            lines.good += 1;
        } else {
            match serde_json::from_slice(text) {
                Ok(entry) => {
                    replay.apply(entry);
                    lines.good += 1;
                }
                Err(_) => {
                    lines.lost += 1;
                    if let Ok(line) = serde_json::from_slice::<Value>(text) {
                        replay.newer += usize::from(line.is_object());
                        if let Some(entry) = newer(line) {
                            replay.apply(entry);
                            lines.good += 1;
                        }
                    }
                }
            }
        }
        if whole.is_none() {
            return Ok((replay, lines));
        }
    }
}

/// A line that a newer version wrote, without the figures, sliders and kinds that this one does not know: words are
/// worth more. `None` where more than these is strange.
fn newer(mut line: Value) -> Option<JournalEntry> {
    type Fits = fn(&Value) -> bool;
    let parts: [(&str, Fits); 4] = [
        ("/turn/info", reads::<TurnInfo>),
        ("/info", reads::<TurnInfo>),
        ("/params", reads::<TextParams>),
        ("/card", reads::<StoryCard>),
    ];
    for (place, fits) in parts {
        if let Some(part) = line.pointer_mut(place) {
            tolerant::prune(part, &fits);
        }
    }
    serde_json::from_value(line).ok()
}

/// Whether this version reads a value as a `T`.
fn reads<T: serde::de::DeserializeOwned>(value: &Value) -> bool {
    serde_json::from_value::<T>(value.clone()).is_ok()
}

/// Whether all lines say nothing but what this version knows. One that is damaged is not understood.
pub fn is_understood(file: &mut impl BufRead) -> bool {
    let mut line = Vec::new();
    loop {
        line.clear();
        let Ok(whole) = read_line(file, &mut line) else { return false };
        let text = line.trim_ascii();
        let same = || {
            let entry: JournalEntry = serde_json::from_slice(text).ok()?;
            let again: Value = serde_json::from_slice(&serde_json::to_vec(&entry).ok()?).ok()?;
            Some(tolerant::covers(&again, &serde_json::from_slice(text).ok()?))
        };
        if whole == Some(false) || (!text.is_empty() && same() != Some(true)) {
            return false;
        }
        if whole.is_none() {
            return true;
        }
    }
}

/// Reads up to a line's end into `line`. `Some(true)`: a line; `Some(false)`: a line longer than allowed, of which
/// only the beginning is in `line`; `None`: the file ended.
fn read_line(file: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<Option<bool>> {
    let mut fits = true;
    loop {
        let data = file.fill_buf()?;
        if data.is_empty() {
            if !fits {
                line.clear();
            }
            return Ok(None);
        }
        let (used, ended) = match data.iter().position(|&b| b == b'\n') {
            Some(at) => (at + 1, true),
            None => (data.len(), false),
        };
        if line.len() + used <= MAX_LINE {
            line.extend_from_slice(&data[..used]);
        } else {
            fits = false;
        }
        file.consume(used);
        if ended {
            return Ok(Some(fits));
        }
    }
}

#[cfg(test)]
mod tests;
