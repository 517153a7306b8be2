//! From words to a scene.

use std::ops::Range;

use super::grammar::Role;
use super::lexer::{Kind, Lexeme, lex};
use super::things::{By, ThingId, folded, things};
use super::{Item, Link, Reading, Relation, Size, Unknown};

/// Things that a scene may have; what is named beyond is left out.
pub const MOST_ITEMS: usize = 30;
/// Characters of a prompt that are read; a prompt is a sentence or two.
pub const MOST_CHARS: usize = 2000;

/// Reads a prompt. Never fails: what cannot be read is in `unknown`.
pub fn read(prompt: &str) -> Reading {
    read_with(prompt, |_| None)
}

/// Reads a prompt, with the label of the thing that a person chose for a folded word.
pub fn read_with<'a>(prompt: &str, chosen: impl Fn(&str) -> Option<&'a str>) -> Reading {
    let end = prompt.char_indices().nth(MOST_CHARS).map_or(prompt.len(), |(i, _)| i);
    let chosen = |span: &Range<usize>| things().labelled(chosen(&folded(&prompt[span.clone()]))?);
    let mut words = lex(&prompt[..end]);
    for word in &mut words {
        if let Kind::Unknown(near) = &word.kind
            && let Some(id) = chosen(&word.span)
        {
            let others = near.iter().copied().filter(|other| *other != id);
            word.kind = Kind::Name(By::Name, std::iter::once(id).chain(others).collect(), None);
        }
    }
    let mut reader = Reader {
        text: prompt,
        words,
        chosen: &chosen,
        at: 0,
        pending: Pending::default(),
        waiting: None,
        reading: Reading::default(),
    };
    reader.all();
    reader.reading
}

/// What was said of a thing before its noun came.
#[derive(Clone, Default)]
struct Pending {
    count: Option<u8>,
    size: Size,
    colour: Option<(&'static str, Range<usize>)>,
    moods: Vec<&'static [&'static str]>,
    /// Names before the head noun: "chocolate" of "chocolate cake".
    modifiers: Vec<(String, Range<usize>)>,
    /// "no", "without": the noun is not to be there.
    denied: bool,
}

/// A relation that waits for its second thing.
#[derive(Clone, Copy)]
enum Waiting {
    /// The next item stands so to this one: 盒子上有一只猫.
    NextTo(usize, Relation),
    /// This one stands so to the next item: "a cat on a box".
    ThisTo(usize, Relation),
}

struct Reader<'a> {
    text: &'a str,
    words: Vec<Lexeme>,
    /// What a person chose for the word at a place of the prompt.
    chosen: &'a dyn Fn(&Range<usize>) -> Option<ThingId>,
    at: usize,
    pending: Pending,
    waiting: Option<Waiting>,
    reading: Reading,
}

impl Reader<'_> {
    fn all(&mut self) {
        while self.at < self.words.len() {
            let word = self.words[self.at].clone();
            match word.kind.clone() {
                Kind::Stop => {
                    self.pending = Pending::default();
                    self.waiting = None;
                    self.at += 1;
                }
                Kind::Unknown(near) => {
                    self.reading.unknown.push(Unknown { span: word.span, near });
                    self.at += 1;
                }
                Kind::Role(role) => {
                    self.role(role, &word);
                    self.at += 1;
                }
                Kind::Name(by, ids, also) => self.name(by, ids, also, &word),
            }
        }
        // A colour that no noun followed: "orange" is the fruit, any other is a word without a thing.
        if self.reading.items.is_empty()
            && self.reading.ground.is_none()
            && let Some((colour, span)) = self.pending.colour.take()
        {
            if let Some((_, ids)) =
                things().find(if colour == "orange" { "tangerine" } else { colour }).filter(|_| colour == "orange")
            {
                self.pending.colour = None;
                self.push(ids.to_vec(), span);
            } else {
                self.unknown(span);
            }
        }
        // Words of the grammar alone ("只") name nothing.
        let r = &self.reading;
        let nothing =
            r.items.is_empty() && r.denied.is_empty() && r.ground.is_none() && r.cannot.is_empty() && r.style.is_none();
        if nothing && r.unknown.is_empty() && !self.words.is_empty() {
            let whole = self.text.trim();
            let start = whole.as_ptr() as usize - self.text.as_ptr() as usize;
            self.unknown(start..start + whole.len());
        }
        self.reading.unknown.sort_by_key(|it| it.span.start);
    }

    fn unknown(&mut self, span: Range<usize>) {
        self.reading.unknown.push(Unknown { span, near: Vec::new() });
    }

    fn role(&mut self, role: Role, word: &Lexeme) {
        match role {
            Role::Colour(colour) => self.pending.colour = Some((colour, word.span.clone())),
            Role::Number(n) => self.pending.count = Some(n),
            Role::Size(size) => self.pending.size = size,
            Role::Mood(mood) => self.pending.moods.push(mood),
            Role::Style(style) => self.reading.style = Some(style),
            Role::Ground(ground) => {
                if *self.reading.ground.get_or_insert(ground) != ground {
                    self.reading.more_grounds.push(word.span.clone());
                }
                self.waiting = None;
            }
            Role::Cannot(what) => self.reading.cannot.push((what, word.span.clone())),
            Role::Relation(relation) => self.relation(relation, word),
            Role::Denial => self.pending.denied = true,
            Role::Pronoun => self.pronoun(),
            Role::Measure | Role::Filler => {}
        }
    }

    fn relation(&mut self, relation: Relation, word: &Lexeme) {
        let Some(last) = self.reading.items.len().checked_sub(1) else { return };
        let chinese = !word.word.is_ascii();
        // 在: "the cat is at the box's top": the relation comes after the place, which was read already.
        if chinese && is_place(&word.word) {
            if let Some(Waiting::ThisTo(thing, _)) =
                self.waiting.filter(|w| matches!(w, Waiting::ThisTo(t, _) if *t != last))
            {
                self.link(thing, relation, last);
                self.waiting = None;
            } else if last > 0 && self.at_before(last) {
                self.drop_links_of(last);
                self.link(last - 1, relation, last);
            } else {
                self.waiting = Some(Waiting::NextTo(last, relation));
            }
        } else {
            self.waiting = Some(Waiting::ThisTo(last, relation));
        }
    }

    /// "a box with a cat on it": it is the thing before the one that stands so to it.
    fn pronoun(&mut self) {
        if let Some(Waiting::ThisTo(thing, relation)) = self.waiting
            && let Some(place) = thing.checked_sub(1)
        {
            let relations = &mut self.reading.relations;
            // "with" says less than what comes after it.
            relations.retain(|l| l.relation != Relation::Beside || (l.thing, l.place) != (place, thing));
            let place =
                relations.iter().find(|l| l.thing == place && l.relation == Relation::On).map_or(place, |l| l.place);
            self.link(thing, relation, place);
            self.waiting = None;
        }
    }

    /// Whether 在 stands between the last two items: "猫在盒子上".
    fn at_before(&self, last: usize) -> bool {
        let (a, b) = (&self.reading.items[last - 1].span, &self.reading.items[last].span);
        self.text.get(a.end..b.start).is_some_and(|between| between.contains('在'))
    }

    fn drop_links_of(&mut self, item: usize) {
        self.reading.relations.retain(|l| l.thing != item && l.place != item);
    }

    /// A name: the head of its phrase, or a word before the head.
    fn name(&mut self, by: By, ids: Vec<ThingId>, also: Option<Role>, word: &Lexeme) {
        // A word that is also one of the grammar is that where a noun follows: "an orange cat".
        if let Some(role) = also
            && (matches!(role, Role::Relation(_) | Role::Measure | Role::Filler | Role::Ground(_))
                || self.noun_follows())
        {
            self.role(role, word);
            self.at += 1;
            return;
        }
        // In English the last of several nouns is the head: "chocolate cake". A tag alone yields to any name behind it.
        let next = self.words.get(self.at + 1);
        let adjacent =
            next.is_some_and(|n| self.text[word.span.end..n.span.start].chars().all(|c| c == ' ' || c == '-'));
        if let Some(Lexeme { kind: Kind::Name(next_by, ..), word: next_word, .. }) = next
            && adjacent
            // "a boy fishing": what somebody does is no head.
            && !(by == By::Name && next_word.len() > 5 && next_word.ends_with("ing"))
            && (next_word.is_ascii() || by == By::Tag)
            && (*next_by <= by || *next_by == By::Name)
        {
            self.pending.modifiers.push((word.word.clone(), word.span.clone()));
            self.at += 1;
            return;
        }
        self.at += 1;
        // "long" is among the tags of the long drum, and no drum is meant.
        if by == By::Tag && things().is_no_noun(&word.word) {
            self.unknown(word.span.clone());
            return;
        }
        let mut senses = ids;
        self.longer_name(&mut senses, &word.word);
        if !self.pending.moods.is_empty() || !self.pending.modifiers.is_empty() {
            senses.extend(things().kinds(&word.word));
        }
        let span = word.span.start..self.words[self.at - 1].span.end;
        self.push(senses, span);
    }

    /// Whether a noun that is only a noun follows directly.
    fn noun_follows(&self) -> bool {
        let mut rest = self.words[self.at + 1..].iter();
        loop {
            match rest.next().map(|w| &w.kind) {
                Some(Kind::Name(..)) => return true,
                Some(Kind::Role(Role::Colour(_) | Role::Size(_) | Role::Mood(_) | Role::Style(_))) => {}
                Some(Kind::Role(Role::Filler)) => {}
                _ => return false,
            }
        }
    }

    /// Puts first the senses whose own label goes on as the prompt does ("woman with red hair" is "woman: red hair"), and
    /// steps over those words.
    fn longer_name(&mut self, senses: &mut Vec<ThingId>, head: &str) {
        let all = things();
        let mut words = self.words[self.at..].iter();
        if words.next().is_none_or(|w| w.word != "with") {
            return;
        }
        let said: Vec<&Lexeme> =
            words.filter(|w| !matches!(w.kind, Kind::Role(Role::Filler | Role::Number(1)))).take(2).collect();
        let [a, b] = said.as_slice() else { return };
        let found = (0..all.len() as ThingId).find(|&id| {
            let t = all.get(id);
            t.label_has(head) && t.label_has(&a.word) && t.label_has(&b.word)
        });
        let Some(id) = found else { return };
        let end = b.span.end;
        senses.insert(0, id);
        while self.words.get(self.at).is_some_and(|w| w.span.start < end) {
            self.at += 1;
        }
    }

    /// Takes an item in with what was said of it before.
    fn push(&mut self, mut senses: Vec<ThingId>, span: Range<usize>) {
        let pending = std::mem::take(&mut self.pending);
        if pending.denied {
            self.reading.denied.push(span);
            self.waiting = None;
            return;
        }
        if self.reading.items.len() >= MOST_ITEMS {
            self.unknown(span);
            return;
        }
        let all = things();
        let mut seen = Vec::new();
        senses.retain(|id| {
            !seen.contains(id) && {
                seen.push(*id);
                true
            }
        });
        let colour = pending.colour.map(|(c, _)| c);
        // Words before the noun choose among its senses; one whose label has the colour needs no turning of hues.
        let fits = |id: ThingId| {
            let t = all.get(id);
            let moods = pending.moods.iter().filter(|m| m.iter().any(|word| t.is_also(word))).count();
            let modifiers = pending.modifiers.iter().filter(|(m, _)| t.is_also(m)).count();
            2 * moods + 2 * modifiers + usize::from(colour.is_some_and(|c| t.label_has(c)))
        };
        senses.sort_by_key(|&id| std::cmp::Reverse(fits(id)));
        if let Some(id) = (self.chosen)(&span) {
            senses.retain(|sense| *sense != id);
            senses.insert(0, id);
        }
        for (modifier, at) in &pending.modifiers {
            if !all.get(senses[0]).is_also(modifier) {
                self.unknown(at.clone());
            }
        }
        let colour = colour.filter(|c| !all.get(senses[0]).label_has(c));
        let count = pending.count.unwrap_or(1).clamp(1, 9);
        self.reading.items.push(Item { span, senses, count, size: pending.size, colour });
        let now = self.reading.items.len() - 1;
        match self.waiting.take() {
            Some(Waiting::NextTo(place, relation)) if place != now => self.link(now, relation, place),
            Some(Waiting::ThisTo(thing, relation)) if thing != now => self.link(thing, relation, now),
            _ => {}
        }
    }

    fn link(&mut self, thing: usize, relation: Relation, place: usize) {
        if thing != place {
            self.reading.relations.push(Link { thing, relation, place });
        }
    }
}

/// Chinese words that follow a place, as against those that stand between two things.
fn is_place(word: &str) -> bool {
    matches!(
        word.chars().next(),
        Some(
            '上' | '下'
                | '左'
                | '右'
                | '前'
                | '后'
                | '里'
                | '内'
                | '中'
                | '之'
                | '旁'
                | '边'
                | '底'
                | '顶'
                | '背'
                | '面'
        )
    )
}
