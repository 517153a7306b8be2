//! A search in the texts of all conversations and pages, in slices, so that saving never waits for it.
//!
//! No conversation is built: of each line only what it adds to the text of its turn is read, and the lines of streamed
//! text, which are most of them, are taken apart by hand.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::time::Instant;

use serde::Deserialize;

use super::journal::Journals;
use super::replay::MAX_LINE;
use crate::domain::{ConversationId, HITS, JournalEntry, Page, TextHit};

/// Hits that are reported per conversation.
const HITS_EACH: usize = 20;
/// Letters before and behind what was searched for.
const BEFORE: usize = 24;
const BEHIND: usize = 80;
/// Bytes between two looks at the clock.
const BUFFER: usize = 128 << 10;

/// A search that is under way.
pub struct Search {
    serial: u64,
    needle: Needle,
    /// What is left, the next one last.
    files: Vec<(ConversationId, PathBuf)>,
    open: Option<(ConversationId, BufReader<File>, Texts)>,
    line: Vec<u8>,
    found: usize,
}

impl Search {
    /// `None` where there is nothing to search for.
    pub fn new(journals: &Journals, serial: u64, words: &str) -> Option<Self> {
        let needle = Needle::new(words)?;
        let files = journals.files().into_iter().rev().map(|(_, id, path)| (id, path)).collect();
        Some(Self { serial, needle, files, open: None, line: Vec::new(), found: 0 })
    }

    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// Works until `until`. What was found, and whether that was all.
    pub fn step(&mut self, until: Instant) -> (Vec<TextHit>, bool) {
        let mut hits = Vec::new();
        while self.found < HITS {
            let Some((id, mut reader, mut texts)) = self.open.take().or_else(|| self.next()) else {
                return (hits, true);
            };
            match texts.read(&mut reader, &mut self.line) {
                true => self.look(&id, &texts, &mut hits),
                false => self.open = Some((id, reader, texts)),
            }
            if Instant::now() >= until {
                return (hits, false);
            }
        }
        (hits, true)
    }

    /// Opens the next file that can be opened.
    fn next(&mut self) -> Option<(ConversationId, BufReader<File>, Texts)> {
        loop {
            let (id, path) = self.files.pop()?;
            if let Ok(file) = File::open(path) {
                return Some((id, BufReader::with_capacity(BUFFER, file), Texts::default()));
            }
        }
    }

    /// The first place in each text of a conversation.
    fn look(&mut self, id: &ConversationId, texts: &Texts, hits: &mut Vec<TextHit>) {
        for (turn, text) in texts.all() {
            if self.found == HITS {
                return;
            }
            if let Some((at, end)) = self.needle.find(text) {
                let (snippet, words) = snippet(text, at, end);
                hits.push(TextHit { conversation: id.clone(), turn, at, snippet, words });
                self.found += 1;
            }
            if hits.iter().rev().take_while(|hit| hit.conversation == *id).count() == HITS_EACH {
                return;
            }
        }
    }
}

/// The texts of one conversation, as far as its journal was read.
#[derive(Default)]
struct Texts {
    turns: Vec<(u64, u64, String)>,
    /// Where in `turns` each turn is.
    places: HashMap<u64, usize>,
    page: Option<Page>,
}

/// What a line says, as far as it is about text.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    turn: Option<Begun<'a>>,
    id: Option<u64>,
    #[serde(borrow)]
    text: Option<BorrowedText<'a>>,
}

#[derive(Deserialize)]
struct Begun<'a> {
    id: u64,
    #[serde(borrow)]
    content: Cow<'a, str>,
    parent: Option<u64>,
}

/// A text that is borrowed from its line where it can be.
#[derive(Deserialize)]
struct BorrowedText<'a>(#[serde(borrow)] Cow<'a, str>);

impl Texts {
    /// Reads a piece of the file on; true at its end. `line` is the beginning of a line whose end is not read yet.
    fn read(&mut self, reader: &mut BufReader<File>, line: &mut Vec<u8>) -> bool {
        let Ok(piece) = reader.fill_buf() else { return true };
        for part in piece.split_inclusive(|b| *b == b'\n') {
            let ended = part.ends_with(b"\n");
            if ended && line.is_empty() {
                self.take(part);
                continue;
            }
            // Of a line that is longer than any of ours only the beginning is held: it says nothing then.
            if line.len() + part.len() <= MAX_LINE {
                line.extend_from_slice(part);
            }
            if ended {
                self.take(line);
                line.clear();
            }
        }
        let read = piece.len();
        reader.consume(read);
        if read == 0 {
            self.take(line);
            line.clear();
        }
        read == 0
    }

    /// What a line says. One that is spoiled says nothing.
    fn take(&mut self, line: &[u8]) {
        if let Some((id, text)) = streamed(line) {
            return self.append(id, text);
        }
        // A power cut can leave NUL bytes before a line.
        let start = line.iter().position(|b| *b != 0 && !b.is_ascii_whitespace()).unwrap_or(line.len());
        let line = line[start..].trim_ascii_end();
        let Some(what) = line.strip_prefix(br#"{"do":""#) else { return };
        if what.starts_with(b"page") {
            if let Ok(JournalEntry::Page(entry)) = serde_json::from_slice(line) {
                self.page.get_or_insert_default().apply(entry);
            }
            return;
        }
        if !["begin", "append", "replace", "truncate"].iter().any(|known| what.starts_with(known.as_bytes())) {
            return;
        }
        let Ok(said) = serde_json::from_slice::<Line<'_>>(line) else { return };
        match (said.turn, said.id, said.text) {
            (Some(turn), ..) => self.begin(turn),
            (None, Some(id), Some(BorrowedText(text))) if what.starts_with(b"append") => self.append(id, &text),
            (None, Some(id), Some(BorrowedText(text))) => {
                if let Some(at) = self.places.get(&id) {
                    self.turns[*at].2 = text.into_owned();
                }
            }
            (None, Some(id), None) => self.remove(id),
            (None, None, _) => {}
        }
    }

    fn begin(&mut self, turn: Begun<'_>) {
        let before = self.turns.last().map_or(0, |(id, ..)| *id);
        let place = *self.places.entry(turn.id).or_insert(self.turns.len());
        let begun = (turn.id, turn.parent.unwrap_or(before), turn.content.into_owned());
        match self.turns.get_mut(place) {
            Some(old) => *old = begun,
            None => self.turns.push(begun),
        }
    }

    fn append(&mut self, id: u64, text: &str) {
        let last = self.turns.last().filter(|(last, ..)| *last == id).map(|_| self.turns.len() - 1);
        if let Some(at) = last.or_else(|| self.places.get(&id).copied()) {
            self.turns[at].2.push_str(text);
        }
    }

    /// Takes a turn away with all that follows it: children are younger.
    fn remove(&mut self, id: u64) {
        let mut gone = vec![id];
        for (turn, parent, _) in &self.turns {
            if gone.contains(parent) {
                gone.push(*turn);
            }
        }
        self.turns.retain(|(turn, ..)| !gone.contains(turn));
        self.places = self.turns.iter().enumerate().map(|(at, (turn, ..))| (*turn, at)).collect();
    }

    fn all(&self) -> impl Iterator<Item = (u64, &str)> {
        let page = self.page.iter().map(|page| (0, page.text.as_str()));
        page.chain(self.turns.iter().map(|(id, _, text)| (*id, text.as_str())))
    }
}

/// A line of streamed text without a sign that is written with a backslash; any other goes the long way.
fn streamed(line: &[u8]) -> Option<(u64, &str)> {
    let rest = line.strip_prefix(br#"{"do":"append","id":"#)?;
    let digits = rest.iter().position(|b| !b.is_ascii_digit())?;
    let id = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
    let text = rest[digits..].strip_prefix(br#","text":""#)?.strip_suffix(b"\"}\n")?;
    if text.iter().any(|b| matches!(b, b'\\' | b'"' | 0..0x20)) {
        return None;
    }
    Some((id, std::str::from_utf8(text).ok()?))
}

/// What is searched for, in small letters, and the bytes that it can begin with.
struct Needle {
    folded: Vec<char>,
    begins: [bool; 256],
}

impl Needle {
    fn new(words: &str) -> Option<Self> {
        let folded: Vec<char> = words.trim().chars().flat_map(char::to_lowercase).collect();
        let first = *folded.first()?;
        let mut begins = [false; 256];
        let mut bytes = [0; 4];
        // All letters whose small form begins so: K and the sign for kelvin, for k.
        for c in ('\0'..=char::MAX).filter(|c| c.to_lowercase().next() == Some(first)) {
            c.encode_utf8(&mut bytes);
            begins[bytes[0] as usize] = true;
        }
        Some(Self { folded, begins })
    }

    /// The first occurrence of the words: its beginning and end in bytes.
    fn find(&self, text: &str) -> Option<(usize, usize)> {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(on) = bytes[at..].iter().position(|b| self.begins[*b as usize]) {
            at += on;
            if let Some(length) = self.matches(&text[at..]) {
                return Some((at, at + length));
            }
            at += 1;
        }
        None
    }

    /// How many bytes the words take at the beginning of `text`.
    fn matches(&self, text: &str) -> Option<usize> {
        let mut wanted = self.folded.iter();
        for (at, c) in text.char_indices() {
            for small in c.to_lowercase() {
                match wanted.next() {
                    None => break,
                    Some(want) if *want != small => return None,
                    Some(_) => {}
                }
            }
            if wanted.as_slice().is_empty() {
                return Some(at + c.len_utf8());
            }
        }
        None
    }
}

/// The words with their surroundings on one line, and where they are in it.
fn snippet(text: &str, at: usize, end: usize) -> (String, (usize, usize)) {
    let before = text[..at].char_indices().rev().take(BEFORE).last().map_or(at, |(i, _)| i);
    let behind = text[end..].char_indices().nth(BEHIND).map_or(text.len(), |(i, _)| end + i);
    let mut out = String::new();
    if before > 0 {
        out.push('…');
    }
    line_of(&text[before..at], &mut out);
    let from = out.len();
    line_of(&text[at..end], &mut out);
    let to = out.len();
    line_of(&text[end..behind], &mut out);
    if behind < text.len() {
        out.push('…');
    }
    (out, (from, to))
}

/// Adds a text with each run of white space as one space.
fn line_of(text: &str, out: &mut String) {
    for c in text.chars() {
        if !c.is_whitespace() && !c.is_control() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with([' ', '…']) {
            out.push(' ');
        }
    }
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
