//! A conversation rebuilt from its journal, line by line. Whatever a line is, it costs at most itself: a power cut
//! tears the last one or fills it with NUL bytes, and a damaged disk may spoil one in the middle.

use std::collections::{HashMap, HashSet};
use std::io::BufRead;

use crate::domain::{
    ConversationData, ConversationId, Illustration, JournalEntry, Manner, Message, Page, Role, Shelf, Turn, weighed,
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
    /// Lines that could not be understood and were passed over.
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
                Err(_) => lines.lost += 1,
            }
        }
        if whole.is_none() {
            return Ok((replay, lines));
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
mod tests {
    use super::*;
    use crate::domain::{FinishReason, StoryCard, TextParams, TextRecord, TurnInfo};

    fn turn(id: u64, role: Role, content: &str) -> JournalEntry {
        JournalEntry::Begin {
            turn: Turn { id, message: Message { role, content: content.into() }, info: None, parent: None },
        }
    }

    fn append(id: u64, text: &str) -> JournalEntry {
        JournalEntry::Append { id, text: text.into() }
    }

    fn end(id: u64) -> JournalEntry {
        let info = TurnInfo { completion_tokens: 3, finish_reason: Some(FinishReason::Stop), ..Default::default() };
        JournalEntry::End { id, info }
    }

    fn journal(entries: &[JournalEntry]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for entry in entries {
            bytes.extend(serde_json::to_vec(entry).unwrap());
            bytes.push(b'\n');
        }
        bytes
    }

    fn replay(bytes: &[u8]) -> (ConversationData, Lines) {
        let (replay, lines) = read(&mut &bytes[..], false).unwrap();
        (replay.finish(ConversationId("x".into()), 0), lines)
    }

    #[test]
    fn tokens_of_answers_are_kept_until_their_turn_goes() {
        let token = crate::domain::TokenChoice { bytes: b"I".to_vec(), probability: 1.0, others: vec![] };
        let kept = |id| JournalEntry::Weighed { id, tokens: weighed::pack(std::slice::from_ref(&token)).unwrap() };
        let mut entries = sample();
        entries.extend([kept(2), kept(9), JournalEntry::Weighed { id: 9, tokens: String::new() }]);
        let (read, lines) = replay(&journal(&entries));
        assert_eq!((read.weighed.len(), &read.weighed[&2]), (1, &vec![token.clone()]));
        assert_eq!(lines.lost, 0);
        let (short, _) = super::read(&mut &journal(&entries)[..], false).unwrap();
        assert_eq!(replay(&journal(&short.entries())).0, read, "in the short form too");
        entries.push(JournalEntry::Truncate { id: 2 });
        assert!(replay(&journal(&entries)).0.weighed.is_empty());
    }

    /// Files of before do not tell what an answer was written with.
    #[test]
    fn what_an_answer_was_written_with_comes_back_and_may_be_missing() {
        let params = TextParams { top_k: 7, stop: vec!["\n".into()], ..TextParams::default() };
        let made = TextRecord::of(&params, 9, "ab".repeat(32));
        let info = TurnInfo { seed: 9, made: Some(Box::new(made)), ..TurnInfo::default() };
        let entries = [turn(1, Role::Assistant, "Hi"), JournalEntry::End { id: 1, info: info.clone() }];
        assert_eq!(replay(&journal(&entries)).0.turns[0].info.as_ref(), Some(&info));
        let mut old = journal(&entries[..1]);
        old.extend(b"{\"do\":\"end\",\"id\":1,\"info\":{\"model\":\"m\",\"seed\":9}}\n");
        let (read, lines) = replay(&old);
        let before = TurnInfo { model: "m".into(), seed: 9, ..TurnInfo::default() };
        assert_eq!((read.turns[0].info.as_ref(), lines.lost), (Some(&before), 0));
        assert!(!serde_json::to_string(&before).unwrap().contains("made"));
    }

    fn sample() -> Vec<JournalEntry> {
        vec![
            JournalEntry::System { text: "Be kind.".into() },
            turn(1, Role::User, "Hello,\nwho are you?"),
            turn(2, Role::Assistant, ""),
            append(2, "I am"),
            append(2, " 一只猫 🐈\n\"quoted\""),
            end(2),
            turn(3, Role::User, "Bye"),
            turn(4, Role::Assistant, ""),
            append(4, "See y"),
        ]
    }

    #[test]
    fn what_was_written_comes_back() {
        let (data, lines) = replay(&journal(&sample()));
        assert_eq!(lines, Lines { good: 9, lost: 0 });
        assert_eq!(data.title, "Hello, who are you?");
        assert_eq!(data.system, "Be kind.");
        assert_eq!(data.turns.len(), 4);
        assert_eq!(data.turns[1].message.content, "I am 一只猫 🐈\n\"quoted\"");
        assert_eq!(data.turns[1].info.as_ref().unwrap().completion_tokens, 3);
        assert_eq!(data.turns[3].message.content, "See y");
        assert_eq!(data.turns[3].info, None, "cut off");
    }

    #[test]
    fn any_cut_costs_only_the_last_line() {
        let bytes = journal(&sample());
        let ends: Vec<usize> = (0..bytes.len()).filter(|&i| bytes[i] == b'\n').collect();
        for cut in 0..=bytes.len() {
            let (data, lines) = replay(&bytes[..cut]);
            let whole = ends.iter().filter(|&&end| end <= cut).count();
            assert_eq!(lines.good, whole, "cut at {cut}");
            assert!(lines.lost <= 1);
            if whole >= 4 {
                assert!(data.turns[1].message.content.starts_with("I am"));
            }
        }
    }

    #[test]
    fn any_spoiled_line_costs_only_itself() {
        let entries = sample();
        for (name, spoil) in [
            ("garbage", &b"}{ not json"[..]),
            ("NUL", &[0; 64]),
            ("not UTF-8", &[0xff, 0xfe, b'x']),
            ("unknown", b"{\"do\":\"fly\"}"),
        ] {
            for at in 0..entries.len() {
                let mut bytes = journal(&entries[..at]);
                bytes.extend(spoil);
                bytes.push(b'\n');
                bytes.extend(journal(&entries[at + 1..]));
                let (data, lines) = replay(&bytes);
                assert_eq!((lines.good, lines.lost), (8, 1), "{name} at {at}");
                if at != 7 && at != 8 {
                    assert_eq!(
                        data.turns.iter().find(|t| t.id == 4).unwrap().message.content,
                        "See y",
                        "{name} at {at}"
                    );
                }
            }
        }
    }

    #[test]
    fn nul_bytes_before_a_good_line_do_not_spoil_it() {
        let mut bytes = journal(&sample()[..2]);
        bytes.extend([0; 512]);
        bytes.extend(journal(&sample()[2..]));
        bytes.extend([0; 4096]);
        let (data, lines) = replay(&bytes);
        assert_eq!(lines.good, 9);
        assert_eq!(data.turns.len(), 4);
    }

    #[test]
    fn edits_regenerations_and_late_text() {
        let mut entries = sample();
        entries.extend([
            JournalEntry::Replace { id: 3, text: "Tell me more".into() },
            JournalEntry::Truncate { id: 4 },
            append(4, "ou late"),
            JournalEntry::Title { title: "Cats".into() },
        ]);
        let (data, _) = replay(&journal(&entries));
        assert_eq!(data.title, "Cats");
        assert_eq!(data.turns.iter().map(|t| t.id).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(data.turns[2].message.content, "Tell me more");
        // The number may be given again.
        entries.extend([turn(4, Role::Assistant, ""), append(4, "again")]);
        assert_eq!(replay(&journal(&entries)).0.turns[3].message.content, "again");
    }

    #[test]
    fn a_lost_beginning_does_not_lose_the_answer() {
        let (data, _) = replay(&journal(&[turn(1, Role::User, "Hi"), append(2, "Hello"), append(2, "!"), end(2)]));
        assert_eq!(data.turns[1].message, Message { role: Role::Assistant, content: "Hello!".into() });
        assert!(data.turns[1].info.is_some());
    }

    #[test]
    fn the_shortest_journal_says_the_same() {
        let long = journal(&sample());
        let (long_replay, _) = read(&mut &long[..], false).unwrap();
        let short = journal(&long_replay.entries());
        assert!(short.len() < long.len());
        assert_eq!(replay(&short).0, replay(&long).0);
    }

    /// A page of two authors with a branch, a card and a picture.
    fn page() -> Vec<JournalEntry> {
        use crate::domain::{Author, CardKind, Edit, Illustration, PageEntry, Passage, StoryCard};
        let edit = |id, parent, at, text: &str, by| {
            let (text, removed, info) = (text.to_owned(), Vec::new(), None);
            PageEntry::Edit(Edit { id, parent, at, removed, text, by, info })
        };
        let info = TurnInfo { seed: 9, finish_reason: Some(FinishReason::Length), ..Default::default() };
        let card = StoryCard { id: 1, kind: CardKind::Place, name: "磨坊".into(), ..Default::default() };
        let entries = [
            PageEntry::New,
            PageEntry::Memory { text: "calm\n\"tale\"".into() },
            PageEntry::Note { text: "slow".into(), depth: 5 },
            PageEntry::Card { card },
            edit(1, 0, 0, "雨 fell.", Author::Person),
            edit(2, 1, 9, " A cat", Author::Model),
            PageEntry::More { id: 2, text: " came.".into() },
            PageEntry::End { id: 2, info },
            PageEntry::Go { id: 1 },
            edit(3, 1, 9, " A dog came.", Author::Model),
        ];
        let passage = Passage::new(0, 0, "雨 fell.");
        let picture = Illustration { id: 77, passage, path: "/p/雨.png".into() };
        let all = entries.into_iter().map(JournalEntry::Page);
        all.chain([JournalEntry::Title { title: "Rain".into() }, JournalEntry::Picture { picture }]).collect()
    }

    #[test]
    fn a_page_comes_back_with_its_branches_and_pictures() {
        let bytes = journal(&page());
        let (data, lines) = replay(&bytes);
        assert_eq!(lines, Lines { good: 12, lost: 0 });
        let page = data.page.as_deref().unwrap();
        assert_eq!(page.text.as_str(), "雨 fell. A dog came.");
        assert_eq!(page.get(2).unwrap().text, " A cat came.");
        assert_eq!(page.get(2).unwrap().info.as_ref().unwrap().seed, 9);
        assert_eq!((page.story.note_depth, page.story.cards.len()), (5, 1));
        assert_eq!(data.pictures[0].passage.text, "雨 fell.");
        let (long, _) = read(&mut &bytes[..], false).unwrap();
        assert_eq!(replay(&journal(&long.entries())).0, data, "the shortest journal says the same");
        let (head, lines) = read(&mut &bytes[..], true).unwrap();
        assert!(head.is_page() && lines.good == 12);
        assert_eq!(head.title(), "Rain");
    }

    #[test]
    fn a_spoiled_line_of_a_page_costs_only_itself() {
        let entries = page();
        for at in 0..entries.len() {
            let mut bytes = journal(&entries[..at]);
            bytes.extend(b"}{ not json\n");
            bytes.extend(journal(&entries[at + 1..]));
            let (data, lines) = replay(&bytes);
            assert_eq!((lines.good, lines.lost), (11, 1), "at {at}");
            let text = data.page.unwrap().text.as_str().to_owned();
            assert!(at == 9 || text.contains("A dog came."), "at {at}: {text}");
            assert!(at == 4 || text.contains("雨 fell."), "at {at}: {text}");
        }
    }

    #[test]
    fn how_a_conversation_is_held_comes_back_and_a_spoiled_line_of_it_costs_only_itself() {
        use crate::domain::{FormUse, Speaker};
        let form = FormUse { id: "poem".into(), values: [("topic".to_owned(), "雨\n\"x\"".to_owned())].into() };
        let speaker = Speaker { name: "Ada".into(), examples: "<START>\nAda: Hm.".into() };
        let params = TextParams { temperature: 0.3, model: "small".into(), ..TextParams::default() };
        let sliders = |params: TextParams| JournalEntry::Sliders { params: Box::new(params) };
        let mill = StoryCard { id: 1, name: "Mill".into(), about: "old".into(), ..Default::default() };
        let mut entries = vec![
            JournalEntry::Form { form: form.clone() },
            JournalEntry::Speaker { speaker: speaker.clone() },
            sliders(TextParams::default()),
            sliders(params.clone()),
            JournalEntry::Pin { on: true },
            JournalEntry::Name { turn: None, name: "Lin".into() },
            JournalEntry::Card { card: StoryCard { id: 2, name: "gone".into(), ..Default::default() } },
            JournalEntry::Card { card: mill.clone() },
            JournalEntry::CardGone { id: 2 },
        ];
        entries.extend(sample());
        entries.push(JournalEntry::Name { turn: Some(2), name: "Bo".into() });
        let bytes = journal(&entries);
        let (data, lines) = replay(&bytes);
        assert_eq!(lines.lost, 0);
        let (person, names) = ("Lin".to_owned(), [(2, "Bo".to_owned())].into());
        assert_eq!(
            data.manner,
            Manner {
                form: Some(form),
                speaker: Some(speaker),
                person,
                names,
                sliders: Some(params),
                cards: vec![mill]
            }
        );
        let (long, _) = read(&mut &bytes[..], false).unwrap();
        let short = journal(&long.entries());
        assert_eq!(replay(&short).0, data, "the shortest journal says the same");
        assert!(read(&mut &short[..], true).unwrap().0.is_pinned());
        for at in 0..5 {
            let mut bytes = journal(&entries[..at]);
            bytes.extend(b"{\"do\":\"pin\",\"on\":\"perhaps\"}\n");
            bytes.extend(journal(&entries[at + 1..]));
            let (spoiled, lines) = replay(&bytes);
            assert_eq!((lines.lost, &spoiled.turns), (1, &data.turns), "at {at}");
        }
        // What is out of range in a file is brought into it.
        let wild = TextParams { temperature: 99.0, top_k: 1_000_000, ..TextParams::default() };
        let (data, _) = replay(&journal(&[sliders(wild)]));
        assert!(data.manner.sliders.unwrap().check().is_ok());
    }

    #[test]
    fn heads_pass_over_the_text() {
        let bytes = journal(&sample());
        let (heads, _) = read(&mut &bytes[..], true).unwrap();
        assert_eq!((heads.title(), heads.turns()), ("Hello, who are you?".to_owned(), 4));
        assert!(heads.turns[1].message.content.is_empty());
    }

    #[test]
    fn titles_are_short_and_on_one_line() {
        assert_eq!(shorten("  one \n\n two\tthree  "), "one two three");
        assert_eq!(shorten(&"猫".repeat(41)), format!("{}…", "猫".repeat(40)));
        assert_eq!(shorten(""), "");
    }

    #[test]
    fn an_endless_line_is_passed_over_without_being_held() {
        let mut bytes = journal(&sample()[..2]);
        bytes.extend(std::iter::repeat_n(b'x', MAX_LINE + 10));
        bytes.push(b'\n');
        bytes.extend(journal(&sample()[2..]));
        let (data, lines) = replay(&bytes);
        assert_eq!((data.turns.len(), lines), (4, Lines { good: 9, lost: 1 }));
    }
}
