//! The parser: from lexemes to a [`Reading`].

mod afterwards;
mod being;
mod clause;
mod divided;
mod grounds;
mod noun;
mod place;
mod share;
mod take;
#[cfg(test)]
mod tests;
mod verb;
#[cfg(test)]
mod walk_tests;
mod whose;
mod writing;

use std::ops::Range;

use being::is_garment;
use place::is_joining;

use super::fillers::PRAISE;
use super::grammar::{Role, grammar};
use super::layout::is_vessel;
use super::lexer::{Kind, Lexeme, lex};
use super::said::{Doing, MOST_OF_A_KIND, Named, Said};
use super::things::{By, Thing, ThingId, folded, stems, things};
use super::words::{COLOURS, MANY};
use super::{Cannot, Ground, Item, Light, Link, Reading, Relation, Size, Unknown};

/// Maximum number of items in a scene. Further ones are reported and not drawn.
pub const MOST_ITEMS: usize = 30;
/// Number of characters that are read of a prompt. Most prompts are a sentence or two.
pub const MOST_CHARS: usize = 2000;
/// How many characters the end of what is read may move back, so that it does not cut a word.
const LONGEST_WORD: usize = 40;

/// Words for a pair. Something that is a pair by itself (glasses) counts as one.
const PAIR: &[&str] = &["pair", "pair of", "couple", "couple of", "一对", "一双", "一副"];
/// Words that count what comes in pairs: "two pairs of socks".
const PAIRS_OF: &[&str] = &["pairs", "双", "对", "副"];

/// With more unknown words than this, none of them gets a stand-in.
const MOST_UNKNOWN: usize = 3;

/// Parses a prompt. Never fails: words that the parser does not understand are in `unknown`.
pub fn read(prompt: &str) -> Reading {
    read_with(prompt, "", |_| None)
}

/// Parses a prompt, without the things that the negative prompt names. `chosen` returns the label of the thing that the
/// user chose for a folded word.
pub fn read_with<'a>(prompt: &str, negative: &str, chosen: impl Fn(&str) -> Option<&'a str>) -> Reading {
    let chosen = |span: &Range<usize>| things().labelled(chosen(&folded(&prompt[span.clone()]))?);
    let mut words = lex(head(prompt));
    for word in &mut words {
        if let Kind::Unknown(near) = &word.kind
            && let Some(id) = chosen(&word.span)
        {
            let others = near.iter().copied().filter(|other| *other != id);
            word.kind = Kind::Name(By::Name, std::iter::once(id).chain(others).collect(), None);
        }
    }
    let again = |words: &[Lexeme]| Reader::new(prompt, words.to_vec(), &chosen, Unwanted::new(negative)).all().reading;
    let mut reading = again(&words);
    let standing_in = stand_ins(prompt, &reading);
    if !standing_in.is_empty() {
        for unknown in &standing_in {
            for word in words.iter_mut().filter(|word| word.span == unknown.span) {
                word.kind = Kind::Name(By::Name, unknown.near.clone(), None);
            }
        }
        reading = again(&words);
        let is_drawn = |it: &Unknown| reading.items.iter().any(|item| item.span == it.span);
        let drawn: Vec<Unknown> = standing_in.into_iter().filter(is_drawn).collect();
        reading.unknown.extend(drawn.into_iter().map(|it| Unknown { stand_in: it.near.first().copied(), ..it }));
        reading.unknown.sort_by_key(|it| it.span.start);
    }
    let end = head(prompt).len();
    if !prompt[end..].trim().is_empty() {
        reading.too_many.push(end..prompt.len());
    }
    reading
}

/// The unknown words for which the nearest thing is drawn as a stand-in: words for a kind of it ("grilled fish"), and
/// the first word of a prompt that names nothing known, for which the network would draw a blob.
fn stand_ins(prompt: &str, reading: &Reading) -> Vec<Unknown> {
    let is_kind = |it: &&Unknown| {
        let (said, Some(&near)) = (folded(&prompt[it.span.clone()]), it.near.first()) else { return false };
        let last = |text: &str| text.rsplit(' ').next().map(str::to_owned);
        let Thing { en, zh, .. } = things().get(near);
        said.contains(' ') && last(&said) == last(en) || !said.is_ascii() && said != *zh && said.ends_with(zh)
    };
    let unknown = || reading.unknown.iter().filter(|it| it.stand_in.is_none());
    let mut found: Vec<Unknown> = unknown().filter(is_kind).cloned().collect();
    // If many words are unknown, in another language most of all, one of them says little.
    let is_short = reading.unknown.len() <= MOST_UNKNOWN;
    if found.is_empty() && is_short && reading.items.is_empty() && reading.denied.is_empty() {
        found.extend(unknown().find(|it| !it.near.is_empty()).cloned());
    }
    found
}

/// The part of a prompt that is read. It ends with a whole word.
fn head(prompt: &str) -> &str {
    let Some((end, next)) = prompt.char_indices().nth(MOST_CHARS) else { return prompt };
    let head = &prompt[..end];
    let is_sign = |c: char| !c.is_alphanumeric();
    if is_sign(next) || head.ends_with(is_sign) {
        return head;
    }
    // Chinese has no spaces: cut after the last punctuation mark, if there is one near the end.
    let last = head.char_indices().rev().take(LONGEST_WORD).find(|(_, c)| is_sign(*c));
    last.map_or(head, |(at, sign)| &head[..at + sign.len_utf8()])
}

/// What a negative prompt names, with or without "no".
#[derive(Default)]
struct Unwanted {
    named: Vec<Named>,
    grounds: Vec<Ground>,
}

impl Unwanted {
    fn new(negative: &str) -> Self {
        let mut all = Self::default();
        let mut words = lex(head(negative));
        words.retain(|word| word.kind != Kind::Role(Role::Denial));
        let none = |_: &Range<usize>| None;
        // A negative prompt is a list: its parts do not refer to each other.
        for part in words.split(|word| word.kind == Kind::Stop).filter(|part| !part.is_empty()) {
            let read = Reader::new(negative, part.to_vec(), &none, Self::default()).all();
            all.named.extend(read.named);
            all.grounds.extend(read.reading.ground);
        }
        all
    }
}

/// A relation whose second thing has not been read yet.
#[derive(Clone, Copy)]
enum Waiting {
    /// The next item has this relation to this one: 盒子上有一只猫.
    NextTo(usize, Relation),
    /// This one has this relation to the next item: "a cat on a box".
    ThisTo(usize, Relation),
    /// The item after the next has this relation to the next: "on a box sits a cat".
    Fronted(Relation),
}

/// What "is" describes.
#[derive(Clone, Copy, PartialEq)]
enum Subject {
    /// What the clause is about.
    Clause,
    /// The last noun: "a dog and a car that is blue".
    Last,
}

/// A noun of a clause: its item, if it is drawn, and its byte range in the prompt.
type Noun = (Option<usize>, Range<usize>);

struct Reader<'a> {
    text: &'a str,
    words: Vec<Lexeme>,
    /// The thing that the user chose for the word at this byte range.
    chosen: &'a dyn Fn(&Range<usize>) -> Option<ThingId>,
    unwanted: Unwanted,
    at: usize,
    /// Attributes of the next noun.
    pending: Said,
    /// Earlier phrases that share the next noun: "3 red and" in "3 red and 2 green apples".
    open: Vec<Said>,
    waiting: Option<Waiting>,
    /// The nouns of the clause so far.
    clause: Vec<Noun>,
    /// What "is" describes, if it was read after the last noun.
    subject: Option<Subject>,
    /// The clause began with a place relative to what the last clause is about: 旁边有一朵花.
    fronted: bool,
    /// The item that the last clause is about.
    about: Option<usize>,
    /// The byte range of the last relation word.
    relation_at: Range<usize>,
    /// If somebody is named after what they wear, hold or ride: the attributes read before it, and the relation that
    /// was waiting. 一只戴帽子的猫.
    held: Option<(Said, Option<Waiting>)>,
    /// The item that the next noun wears.
    worn: Option<usize>,
    /// The item that the next noun holds or rides, and the relation to it: 一个骑马的女孩.
    object: Option<(usize, Relation)>,
    /// "each" or 都 was read.
    each: bool,
    /// The items of the list that this clause continues: "a cat, a dog and" in "a cat, a dog and a rabbit".
    listed: Vec<usize>,
    /// The last item whose place has no noun of its own, and the item that the place belongs to: "a house with a tree
    /// behind".
    trailed: Option<(usize, usize)>,
    /// Somebody in the clause flies, so "on" means above: 飞机在云上飞.
    flies: bool,
    /// All mentions of items, in prompt order.
    mentions: Vec<usize>,
    /// The items of the reading as the prompt names them, in the same order.
    named: Vec<Named>,
    reading: Reading,
}

impl<'a> Reader<'a> {
    fn new(
        text: &'a str,
        words: Vec<Lexeme>,
        chosen: &'a dyn Fn(&Range<usize>) -> Option<ThingId>,
        unwanted: Unwanted,
    ) -> Self {
        Self {
            text,
            words,
            chosen,
            unwanted,
            at: 0,
            pending: Said::default(),
            open: Vec::new(),
            waiting: None,
            clause: Vec::new(),
            subject: None,
            fronted: false,
            about: None,
            relation_at: 0..0,
            held: None,
            worn: None,
            object: None,
            each: false,
            listed: Vec::new(),
            trailed: None,
            flies: false,
            mentions: Vec::new(),
            named: Vec::new(),
            reading: Reading::default(),
        }
    }

    fn all(mut self) -> Self {
        while self.at < self.words.len() {
            if self.owner_ends() || self.divided() {
                continue;
            }
            let word = self.words[self.at].clone();
            match word.kind.clone() {
                Kind::Stop => {
                    self.stop(&word.word);
                    self.at += 1;
                }
                Kind::Unknown(near) => {
                    self.reading.unknown.push(Unknown { span: word.span.clone(), near, stand_in: None });
                    self.other_noun(&word.span);
                    self.at += 1;
                }
                Kind::Role(role) => {
                    self.role(role, &word);
                    self.at += 1;
                }
                Kind::Name(by, ids, also) => self.name(by, ids, also, &word),
            }
        }
        self.phrase_ends();
        self.trailing();
        self.close();
        self.sizes_of_names();
        self.alike();
        self.bodies();
        for named in &self.named {
            let first = things().get(named.item().senses[0]);
            let looks = named
                .said
                .looks
                .iter()
                .filter(|(look, at)| !at.is_empty() && !look.iter().all(|word| first.label_has(word)));
            self.reading.more_colours.extend(looks.map(|(_, at)| at.clone()));
            let strange = named.said.modifiers.iter().filter(|(modifier, _)| !first.is_also(modifier));
            let unknown = strange.map(|(_, at)| Unknown { span: at.clone(), near: Vec::new(), stand_in: None });
            self.reading.unknown.extend(unknown);
            let undone = named.undone().into_iter().map(|span| Unknown { span, near: Vec::new(), stand_in: None });
            self.reading.unknown.extend(undone);
            if named.is_loose() {
                let Item { span, senses, .. } = named.item();
                let stand_in = senses.first().copied();
                self.reading.unknown.push(Unknown { span, near: senses, stand_in });
            }
        }
        self.landscape_alone();
        // A prompt of grammar words alone ("只") names nothing.
        let r = &self.reading;
        let nothing =
            r.items.is_empty() && r.denied.is_empty() && r.ground.is_none() && r.cannot.is_empty() && r.style.is_none();
        if nothing && !self.mood_alone() {
            self.adjectives();
        }
        let nothing = nothing && self.reading.items.is_empty();
        let whole = self.text.trim();
        if nothing && self.reading.unknown.is_empty() && whole.contains(char::is_alphanumeric) && !self.words.is_empty()
        {
            let start = whole.as_ptr() as usize - self.text.as_ptr() as usize;
            self.unknown(start..start + whole.len());
        }
        self.portraits();
        self.reading.unknown.sort_by_key(|it| it.span.start);
        self.reading.unknown.dedup_by(|next, before| next.span == before.span);
        self.reading.more_colours.sort_by_key(|span| span.start);
        self
    }

    fn unknown(&mut self, span: Range<usize>) {
        self.reading.unknown.push(Unknown { span, near: Vec::new(), stand_in: None });
    }

    fn role(&mut self, role: Role, word: &Lexeme) {
        match role {
            Role::Colour(_) if word.word == "orange" && self.is_fruit() => {
                let fruit = things().find("tangerine").map(|(_, ids)| ids.to_vec()).unwrap_or_default();
                self.push(fruit, "orange", word.span.clone());
            }
            // "a blue green cat": the first colour counts.
            Role::Colour(_) if self.pending.colour.is_some() => self.reading.more_colours.push(word.span.clone()),
            Role::Colour(colour) => self.pending.colour = Some((colour, word.span.clone())),
            // "twenty-one"
            Role::Number(_) if self.is_behind_many() => {}
            Role::Number(_) if word.word == "both" && !self.noun_follows() => self.each = true,
            Role::Each => self.each = true,
            Role::Number(n) => {
                if n == MANY {
                    self.reading.too_many.push(word.span.clone());
                }
                self.pending.count = Some(n.min(MOST_OF_A_KIND));
                self.pending.pair = PAIR.contains(&word.word.as_str());
                // A Chinese number comes with its measure word.
                self.pending.in_pairs = PAIRS_OF.iter().any(|of| word.word.ends_with(of));
            }
            Role::Action(label) => {
                if !self.action(label, word, &[]) {
                    match self.who_does(label, word) {
                        Some(who) => self.push(vec![who], &word.word, word.span.clone()),
                        None => self.unknown(word.span.clone()),
                    }
                }
            }
            Role::Look(look) => {
                if !self.look(look, word) {
                    self.unknown(word.span.clone());
                }
            }
            Role::Part if self.is_counting(word) => {}
            Role::Part => {
                if !self.part(word) {
                    let near = things().near(&word.word).unwrap_or_default().to_vec();
                    self.reading.unknown.push(Unknown { span: word.span.clone(), near, stand_in: None });
                    self.other_noun(&word.span);
                }
            }
            // "a box inside itself"
            Role::Reflexive => {
                if let Some(Waiting::ThisTo(_, relation)) = self.waiting.take()
                    && relation != Relation::Beside
                {
                    self.reading.contradicted.push(word.span.clone());
                }
            }
            Role::Size(size) => self.pending.size = size,
            Role::Mood(mood) => self.pending.moods.push((mood, word.span.clone())),
            Role::Style(style) => self.reading.style = Some(style),
            Role::Ground(ground) => {
                // "a car blue in the snow": the car is blue, not the snow.
                if is_where(&word.word) {
                    self.phrase_ends();
                }
                self.ground(ground, word.span.clone());
            }
            Role::Saying | Role::Cannot(Cannot::Writing) => self.writing(word),
            Role::Cannot(what) => {
                self.reading.cannot.push((what, word.span.clone()));
                self.other_noun(&word.span);
            }
            Role::Relation(relation) => self.relation(relation, word),
            Role::Denial => self.pending.denied = true,
            Role::Pronoun => self.pronoun(word),
            Role::The => self.pending.definite = true,
            Role::Other => self.pending.other = true,
            Role::Is => self.is(),
            Role::Background => self.background(word),
            Role::Filler if verb::is_posture(&word.word) && self.is_before_somebody(word) => {
                self.pending.doing.push(Doing { words: Vec::new(), span: word.span.clone() });
            }
            Role::Filler if PAIRS_OF.contains(&word.word.as_str()) => self.pending.in_pairs = true,
            Role::Measure | Role::Suffix | Role::Filler => {}
        }
    }

    /// Whether a part of a body is a measure word here: 头 in 一头牛.
    fn is_counting(&self, word: &Lexeme) -> bool {
        let before = self.at.checked_sub(1).map(|at| &self.words[at].kind);
        let says_which = |next: &&Lexeme| match &next.kind {
            Kind::Role(role) => role.says_which() || matches!(role, Role::Mood(_)) || next.word == "的",
            Kind::Name(..) | Kind::Unknown(_) | Kind::Stop => false,
        };
        let next = self.words[self.at + 1..].iter().find(|next| !says_which(next));
        word.word == "头"
            && matches!(before, Some(Kind::Role(Role::Number(_))))
            && next.is_some_and(|next| matches!(next.kind, Kind::Name(..) | Kind::Unknown(_)))
    }

    fn is_behind_many(&self) -> bool {
        let before = self.at.checked_sub(1).map(|at| &self.words[at].kind);
        before == Some(&Kind::Role(Role::Number(MANY)))
    }
}

/// Whether the words of a background say where something is: "in the snow", but not "night sky".
fn is_where(ground: &str) -> bool {
    ground.split_once(' ').is_some_and(|(first, _)| matches!(grammar().role(first), Some(Role::Relation(_))))
}
