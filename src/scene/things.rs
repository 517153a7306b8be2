//! The things that the built-in picture model can draw, and the lookup from words to things.
//!
//! `models/sticker-64/things.tsv` has their names, from emojibase: label, Chinese label, tags in both languages.
//! Further files beside it say which things a word means:
//! - `senses.txt`, written by hand: names and ambiguous words;
//! - `kinds.txt`, from a dictionary: kinds of animals and plants;
//! - `loose.txt`, written by hand: names of these two whose thing only comes near to what they say;
//! - `near.txt`, written by hand: similar things for words that no thing shows;
//! - `likely.txt`, from sentence vectors: the same for common words that are in no other table;
//! - `no-nouns.txt`, from the dictionary: tags that are mostly adjectives or verbs, and name nothing by themselves.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

/// The id of a thing: its line number in `things.tsv`, from 0.
pub type ThingId = u16;

/// A thing with its names.
#[derive(Debug)]
pub struct Thing {
    pub en: &'static str,
    pub zh: &'static str,
    pub emoji: &'static str,
    /// Whether it is a human being.
    pub person: bool,
    /// Whether it is food or drink.
    pub food: bool,
    /// Whether it has a face or a body: people, animals, and likenesses of them (a teddy bear).
    pub living: bool,
    /// Whether it is a face or a part of a body: it shows a feeling or a gesture, not somebody.
    pub expression: bool,
    /// The words of the English label, folded.
    words: Vec<String>,
    tags: Vec<String>,
    zh_tags: Vec<&'static str>,
}

impl Thing {
    /// Whether the label or a tag has this word (folded and singular, or Chinese).
    pub fn is_also(&self, word: &str) -> bool {
        self.label_has(word) || self.tags.iter().any(|t| t == word) || self.zh_tags.contains(&word)
    }

    /// Whether the label has this word, in either language.
    pub fn label_has(&self, word: &str) -> bool {
        self.words.iter().any(|w| american(w) == american(word)) || (!word.is_ascii() && self.zh.contains(word))
    }
}

/// How a word was matched to its things, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// By hand, or by the whole label.
    Name,
    /// The label ends in the word ("castle" for "European castle"), or the word is a kind of the thing ("spaniel").
    Kind,
    /// By a tag.
    Tag,
}

/// Lookup tables from names to things, in both languages.
pub struct Things {
    list: Vec<Thing>,
    names: HashMap<String, Vec<ThingId>>,
    kinds: HashMap<String, Vec<ThingId>>,
    tags: HashMap<String, Vec<ThingId>>,
    near: HashMap<String, Vec<ThingId>>,
    likely: HashMap<String, Vec<ThingId>>,
    /// Latin names of `names` and `kinds`, by first letter and length, each with its likeliest thing: for the spelling
    /// correction.
    spelt: HashMap<(u8, usize), Vec<(String, ThingId)>>,
    no_nouns: HashSet<&'static str>,
    loose: HashSet<String>,
    emoji: HashMap<&'static str, ThingId>,
    /// Length of the longest name: words in English, characters in Chinese.
    pub longest_en: usize,
    pub longest_zh: usize,
}

/// The lookup tables, built once from the files that are compiled in.
pub fn things() -> &'static Things {
    static THINGS: OnceLock<Things> = OnceLock::new();
    THINGS.get_or_init(|| {
        Things::new(
            include_str!("../../models/sticker-64/things.tsv"),
            include_str!("../../models/sticker-64/senses.txt"),
            include_str!("../../models/sticker-64/kinds.txt"),
            include_str!("../../models/sticker-64/near.txt"),
            include_str!("../../models/sticker-64/likely.txt"),
        )
    })
}

impl Things {
    fn new(
        table: &'static str,
        senses: &'static str,
        kinds: &'static str,
        near: &'static str,
        likely: &'static str,
    ) -> Self {
        let mut list: Vec<Thing> = table.lines().map(thing).collect();
        // Hands and parts of the body come before the first human being of the people's group.
        let people = list.iter().position(|t| t.en == "baby").unwrap_or(list.len());
        for t in list.iter_mut().take(people) {
            (t.expression, t.person) = (t.person, false);
        }
        let of = |label: &str| list.iter().position(|t| t.en == label).unwrap_or(0);
        let (skull, faces, animals) = (of("skull"), of("love letter"), of("monkey face")..of("bouquet"));
        for (i, t) in list.iter_mut().enumerate() {
            t.living = t.person || i < faces || animals.contains(&i) || LIKENESSES.contains(&t.en);
            t.expression |= i < skull;
        }
        let mut all = Self {
            names: HashMap::new(),
            kinds: HashMap::new(),
            tags: HashMap::new(),
            near: HashMap::new(),
            likely: HashMap::new(),
            spelt: HashMap::new(),
            no_nouns: rows(include_str!("../../models/sticker-64/no-nouns.txt")).collect(),
            loose: rows(LOOSE).flat_map(|line| line.split(['|', ','])).map(folded).collect(),
            emoji: HashMap::new(),
            longest_en: 1,
            longest_zh: 1,
            list,
        };
        let by_label: HashMap<&str, ThingId> = all.list.iter().zip(0..).map(|(t, id)| (t.en, id)).collect();
        let files =
            [(senses, &mut all.names), (kinds, &mut all.kinds), (near, &mut all.near), (likely, &mut all.likely)];
        for (file, named) in files {
            for line in rows(file) {
                let mut parts = line.split('|').map(str::trim);
                let mut next = || parts.next().unwrap_or("");
                let (en, zh, labels) = (next(), next(), next());
                let ids: Vec<ThingId> = labels.split(';').filter_map(|l| by_label.get(l.trim()).copied()).collect();
                for word in en.split(',').chain(zh.split(',')).map(str::trim).filter(|w| !w.is_empty()) {
                    named.entry(folded(word)).or_default().extend(&ids);
                }
            }
        }
        for (t, id) in all.list.iter().zip(0..) {
            let american = t.words.iter().map(|word| american(word)).collect::<Vec<_>>().join(" ");
            let mut names = vec![t.words.join(" "), american, t.zh.to_owned()];
            names.dedup();
            for name in names.into_iter().filter(|n| !n.is_empty()) {
                let ids = all.names.entry(name).or_default();
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
            if let Some(last) = t.words.last().filter(|_| t.words.len() > 1) {
                all.kinds.entry(last.clone()).or_default().push(id);
            }
            for tag in t.tags.iter().map(String::as_str).chain(t.zh_tags.iter().copied()) {
                all.tags.entry(tag.to_owned()).or_default().push(id);
            }
            all.emoji.insert(t.emoji, id);
        }
        for ids in all.tags.values_mut() {
            // The fewer tags a thing has, the more each of them says.
            ids.sort_by_key(|&id| all.list[id as usize].tags.len());
        }
        for (name, ids) in all.names.iter().chain(&all.kinds).filter(|(name, _)| name.is_ascii()) {
            if let (Some(first), Some(id)) = (name.bytes().next(), ids.first()) {
                all.spelt.entry((first, name.len())).or_default().push((name.clone(), *id));
            }
        }
        let tables = [&all.names, &all.kinds, &all.tags, &all.near, &all.likely];
        for name in tables.into_iter().flat_map(HashMap::keys) {
            if name.is_ascii() {
                all.longest_en = all.longest_en.max(name.split(' ').count());
            } else {
                all.longest_zh = all.longest_zh.max(name.chars().count());
            }
        }
        all
    }

    pub fn get(&self, id: ThingId) -> &Thing {
        &self.list[id as usize]
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The things with this folded name, likeliest first, and how the name was matched.
    pub fn find(&self, name: &str) -> Option<(By, &[ThingId])> {
        let tables = [(By::Name, &self.names), (By::Kind, &self.kinds), (By::Tag, &self.tags)];
        tables.into_iter().find_map(|(by, table)| table.get(name).map(|ids| (by, ids.as_slice())))
    }

    /// Similar things for a folded name that no thing has, from `near.txt`.
    pub fn near(&self, name: &str) -> Option<&[ThingId]> {
        self.near.get(name).map(Vec::as_slice)
    }

    /// The likeliest things for a folded name that is in no other table, from `likely.txt`.
    pub fn likely(&self, name: &str) -> Option<&[ThingId]> {
        self.likely.get(name).map(Vec::as_slice)
    }

    /// Up to four things whose names differ from an unknown word by one letter, or by two in words of seven and more
    /// (optimal string alignment distance), nearest first. Words of up to four letters match nothing.
    pub fn spelt_like(&self, word: &str) -> Vec<ThingId> {
        let most = match word.len() {
            0..=4 => return Vec::new(),
            5..=6 => 1,
            _ => 2,
        };
        // `most` is less than the length of the word.
        let lengths = word.len() - most..=word.len() + most;
        let first = word.bytes().next();
        let alike = lengths.filter_map(|length| self.spelt.get(&(first?, length))).flatten();
        let mut found: Vec<(usize, &str, ThingId)> = alike
            .map(|(name, id)| (strsim::osa_distance(name, word), name.as_str(), *id))
            .filter(|(distance, ..)| *distance <= most)
            .collect();
        found.sort_unstable();
        let mut near = Vec::new();
        for (.., id) in found {
            if !near.contains(&id) && near.len() < 4 {
                near.push(id);
            }
        }
        near
    }

    /// Whether a word that only tags have is mostly an adjective or a verb.
    pub fn is_no_noun(&self, word: &str) -> bool {
        self.no_nouns.contains(word)
    }

    /// Whether the thing of this folded name only comes near to what the name says: an automobile for a sports car.
    pub fn is_loose(&self, name: &str) -> bool {
        self.loose.contains(name)
    }

    /// The names whose likeliest meaning is this thing, in both languages.
    pub fn names_of(&self, id: ThingId) -> impl Iterator<Item = &str> {
        self.names.iter().filter(move |(_, ids)| ids.first() == Some(&id)).map(|(name, _)| name.as_str())
    }

    /// The things whose label ends in this word (all cats for "cat"), and those of which the word is a kind.
    pub fn kinds(&self, name: &str) -> &[ThingId] {
        self.kinds.get(name).map_or(&[], Vec::as_slice)
    }

    /// The thing with exactly this English label, in any case.
    pub fn labelled(&self, label: &str) -> Option<ThingId> {
        let folded = folded(label);
        let is_it = |&id: &ThingId| self.get(id).words.iter().map(|w| american(w)).eq(folded.split(' ').map(american));
        self.names.get(&folded)?.iter().copied().find(is_it)
    }

    /// The thing of an emoji, with or without a variation selector or a skin tone.
    pub fn emoji(&self, sign: &str) -> Option<ThingId> {
        let plain: String = sign.chars().filter(|c| !matches!(c, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')).collect();
        self.emoji.get(plain.as_str()).copied()
    }
}

/// Likenesses of living beings.
const LIKENESSES: [&str; 8] = [
    "snowman",
    "snowman without snow",
    "teddy bear",
    "nesting dolls",
    "sun with face",
    "full moon face",
    "new moon face",
    "Japanese dolls",
];

/// Loose names: English | Chinese.
const LOOSE: &str = include_str!("../../models/sticker-64/loose.txt");

/// The lines of a table that are no comments.
fn rows(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().filter(|line| !line.starts_with('#'))
}

/// Groups in things.tsv: people and parts of the body; food and drink.
const PEOPLE: &str = "1";
const FOOD: &str = "4";

fn thing(line: &'static str) -> Thing {
    let mut fields = line.split('\t');
    let mut next = || fields.next().unwrap_or_default();
    let (en, zh, group, emoji, tags, zh_tags) = (next(), next(), next(), next(), next(), next());
    Thing {
        en,
        zh,
        emoji,
        person: group == PEOPLE,
        food: group == FOOD,
        living: false,
        expression: false,
        words: folded(en).split(' ').map(str::to_owned).collect(),
        tags: tags.split(',').filter(|t| !t.is_empty()).map(folded).collect(),
        zh_tags: zh_tags.split(',').filter(|t| !t.is_empty()).collect(),
    }
}

/// The American spelling of a colour, as in the model's colour words.
fn american(word: &str) -> &str {
    if word == "grey" { "gray" } else { word }
}

/// Normalises a name for lookup: lower case, Latin words separated by single spaces, no apostrophes.
pub fn folded(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’')));
    let words = words.map(|w| w.replace(['\'', '’'], "")).filter(|w| !w.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// An English word with its possible singulars and stems, likeliest first.
pub fn stems(word: &str) -> Vec<String> {
    let mut out = vec![word.to_owned()];
    for (end, new) in [("ies", "y"), ("ves", "f"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e")] {
        if let Some(stem) = word.strip_suffix(end).filter(|s| s.len() >= 2) {
            out.push(format!("{stem}{new}"));
        }
    }
    out
}
