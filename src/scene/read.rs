//! From words to a scene.

use std::ops::Range;

use super::grammar::{Role, grammar};
use super::lexer::{Kind, Lexeme, lex};
use super::said::{Named, Said};
use super::things::{By, ThingId, folded, things};
use super::words::PRAISE;
use super::{Ground, Link, Reading, Relation, Size, Unknown};

/// Things that a scene may have; what is named beyond is left out.
pub const MOST_ITEMS: usize = 30;
/// Characters of a prompt that are read; a prompt is a sentence or two.
pub const MOST_CHARS: usize = 2000;

/// Reads a prompt. Never fails: what cannot be read is in `unknown`.
pub fn read(prompt: &str) -> Reading {
    read_with(prompt, "", |_| None)
}

/// Reads a prompt without what a negative prompt names, and with the label of the thing that a person chose for a folded
/// word.
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
    let mut reading = Reader::new(prompt, words, &chosen, Unwanted::new(negative)).all().reading;
    let end = head(prompt).len();
    if !prompt[end..].trim().is_empty() {
        reading.too_many.push(end..prompt.len());
    }
    reading
}

/// The part of a prompt that is read.
fn head(prompt: &str) -> &str {
    &prompt[..prompt.char_indices().nth(MOST_CHARS).map_or(prompt.len(), |(i, _)| i)]
}

/// What a negative prompt names, whether or not it says "no" before it.
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
        // A list: what one part says is not about another.
        for part in words.split(|word| word.kind == Kind::Stop).filter(|part| !part.is_empty()) {
            let read = Reader::new(negative, part.to_vec(), &none, Self::default()).all();
            all.named.extend(read.named);
            all.grounds.extend(read.reading.ground);
        }
        all
    }
}

/// A relation that waits for its second thing.
#[derive(Clone, Copy)]
enum Waiting {
    /// The next item stands so to this one: 盒子上有一只猫.
    NextTo(usize, Relation),
    /// This one stands so to the next item: "a cat on a box".
    ThisTo(usize, Relation),
    /// The item after the next stands so to the next: "on a box sits a cat".
    Fronted(Relation),
}

/// Of what "is" says something.
#[derive(Clone, Copy, PartialEq)]
enum Subject {
    /// Of what the clause is about.
    Clause,
    /// Of the last noun: "a dog and a car that is blue".
    Last,
}

/// A noun of a clause: the thing, where it is one that is drawn, and where it stands.
type Noun = (Option<usize>, Range<usize>);

struct Reader<'a> {
    text: &'a str,
    words: Vec<Lexeme>,
    /// What a person chose for the word at a place of the prompt.
    chosen: &'a dyn Fn(&Range<usize>) -> Option<ThingId>,
    unwanted: Unwanted,
    at: usize,
    /// What is said of the noun that comes next.
    pending: Said,
    /// Phrases that share that noun: "3 red and" of "3 red and 2 green apples".
    open: Vec<Said>,
    waiting: Option<Waiting>,
    /// The nouns of the clause so far.
    clause: Vec<Noun>,
    /// "is" was read behind the last noun.
    subject: Option<Subject>,
    /// The clause began with a place of what the clause before is about: 旁边有一朵花.
    fronted: bool,
    /// What the clause before is about.
    about: Option<usize>,
    /// All mentions of things, in their order.
    mentions: Vec<usize>,
    /// The items of the reading, as they were said.
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
            mentions: Vec::new(),
            named: Vec::new(),
            reading: Reading::default(),
        }
    }

    fn all(mut self) -> Self {
        while self.at < self.words.len() {
            let word = self.words[self.at].clone();
            match word.kind.clone() {
                Kind::Stop => {
                    self.stop(&word.word);
                    self.at += 1;
                }
                Kind::Unknown(near) => {
                    self.reading.unknown.push(Unknown { span: word.span.clone(), near });
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
        self.close();
        for named in &self.named {
            let first = things().get(named.item().senses[0]);
            let strange = named.said.modifiers.iter().filter(|(modifier, _)| !first.is_also(modifier));
            let unknown = strange.map(|(_, at)| Unknown { span: at.clone(), near: Vec::new() });
            self.reading.unknown.extend(unknown);
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
        self.reading.more_colours.sort_by_key(|span| span.start);
        self
    }

    fn unknown(&mut self, span: Range<usize>) {
        self.reading.unknown.push(Unknown { span, near: Vec::new() });
    }

    fn role(&mut self, role: Role, word: &Lexeme) {
        match role {
            Role::Colour(_) if word.word == "orange" && self.is_fruit() => {
                let fruit = things().find("tangerine").map(|(_, ids)| ids.to_vec()).unwrap_or_default();
                self.push(fruit, "orange", word.span.clone());
            }
            // "a blue green cat": the first counts.
            Role::Colour(_) if self.pending.colour.is_some() => self.reading.more_colours.push(word.span.clone()),
            Role::Colour(colour) => self.pending.colour = Some((colour, word.span.clone())),
            Role::Number(n) => self.pending.count = Some(n),
            Role::Size(size) => self.pending.size = size,
            Role::Mood(mood) => self.pending.moods.push(mood),
            Role::Style(style) => self.reading.style = Some(style),
            Role::Ground(ground) => {
                // "a car blue in the snow": the snow is not.
                if is_where(&word.word) {
                    self.phrase_ends();
                }
                self.ground(ground, word.span.clone());
            }
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
            Role::Background => {
                let said = std::mem::take(&mut self.pending);
                if let Some((_, colour)) = said.colour {
                    self.unknown(colour.start..word.span.end);
                    self.waiting = None;
                }
            }
            Role::Measure | Role::Filler => {}
        }
    }

    /// A ground takes what was said before it.
    fn ground(&mut self, ground: Ground, span: Range<usize>) {
        let said = std::mem::take(&mut self.open).into_iter().chain([std::mem::take(&mut self.pending)]);
        let colours = said.filter_map(|said| said.colour).filter(|(colour, _)| !ground.has_colour(colour));
        self.reading.more_colours.extend(colours.map(|(_, span)| span));
        self.waiting = None;
        self.subject = None;
        self.clause.push((None, span.clone()));
        let said = folded(&self.text[span.clone()]);
        let is_said =
            |word: &str| if word.is_ascii() { said.split(' ').any(|w| w == word) } else { said.contains(word) };
        let unwanted = &self.unwanted;
        if unwanted.grounds.contains(&ground) || unwanted.named.iter().any(|it| is_said(&it.word)) {
            self.reading.denied.push(span);
        } else if *self.reading.ground.get_or_insert(ground) != ground {
            self.reading.more_grounds.push(span);
        }
    }

    /// A noun that is nothing to draw takes what was said before it, unless it says something of a noun itself: "a blue
    /// foobar and a car", but "a blue foobar car".
    fn other_noun(&mut self, span: &Range<usize>) {
        if self.describes_next() {
            return;
        }
        self.pending = Said::default();
        self.open.clear();
        if matches!(self.waiting, Some(Waiting::ThisTo(..) | Waiting::Fronted(_))) {
            self.waiting = None;
        }
        self.clause.push((None, span.clone()));
        self.subject = None;
    }

    /// Whether the word here stands before a noun, with at most words between that say something of it too.
    fn describes_next(&self) -> bool {
        for word in &self.words[self.at + 1..] {
            match &word.kind {
                Kind::Name(..) => return true,
                Kind::Unknown(_)
                | Kind::Role(Role::Colour(_) | Role::Size(_) | Role::Mood(_) | Role::Style(_) | Role::Cannot(_)) => {}
                Kind::Role(Role::Filler) if PRAISE.contains(&word.word.as_str()) => {}
                Kind::Role(_) | Kind::Stop => return false,
            }
        }
        false
    }

    /// A comma or the end of a sentence.
    fn stop(&mut self, sign: &str) {
        self.phrase_ends();
        let said = &self.pending;
        let goes_on = match sign {
            "、" => true,
            "," | "，" => said.count.is_some(),
            _ => false,
        };
        // "a big, red ball", "3 red, 2 green and 4 yellow apples"
        if said.describes() && !said.denied && (goes_on || self.reading.items.is_empty()) {
            self.open.push(std::mem::take(&mut self.pending));
            return;
        }
        self.close();
        let first = self.clause.iter().find_map(|(thing, _)| *thing);
        if first.is_some() && (!self.fronted || self.about.is_none()) {
            self.about = first;
        }
        self.clause.clear();
        self.fronted = false;
        self.waiting = None;
        self.subject = None;
    }

    /// A word that no noun can stand behind: a colour that was read belongs to a noun before it.
    fn phrase_ends(&mut self) {
        let after_noun = match self.waiting {
            None => true,
            // "a cat in blue"
            Some(Waiting::ThisTo(_, relation)) => relation == Relation::In,
            Some(Waiting::NextTo(..) | Waiting::Fronted(_)) => false,
        };
        let things = self.things_of_clause();
        // "the sky is blue"
        if things.is_empty() && !self.clause.is_empty() && self.subject.is_some() {
            let colour = std::mem::take(&mut self.pending).colour;
            let ground = self.reading.ground;
            let colour = colour.filter(|(colour, _)| ground.is_some_and(|ground| !ground.has_colour(colour)));
            self.reading.more_colours.extend(colour.map(|(_, span)| span));
        }
        let Some(last) = things.last().copied() else { return };
        if self.pending.denied || !self.open.is_empty() {
            return;
        }
        // "a red car and a blue one"
        if let Some(Waiting::ThisTo(thing, Relation::Beside)) = self.waiting
            && self.pending.count.is_some()
            && let Some((_, span)) = self.pending.colour.clone()
        {
            let Named { word, senses, .. } = self.named[thing].clone();
            self.pending.other = true;
            self.push(senses, &word, span);
            return;
        }
        if !after_noun {
            return;
        }
        if !self.pending.describes() {
            // 苹果三个
            let before = &mut self.named[last].said.count;
            *before = before.or(self.pending.count.take());
            self.settle(last);
            return;
        }
        if self.pending.count.is_some() {
            return;
        }
        let subjects = match self.subject {
            Some(Subject::Last) => vec![last],
            // "the cat on the box is orange"
            Some(Subject::Clause) => {
                let is_place = |l: &Link, i: usize| l.place == i && l.relation != Relation::Beside;
                let of_clause = |l: &&Link| things.contains(&l.thing);
                let is_subject = |i: &usize| !self.reading.relations.iter().filter(of_clause).any(|l| is_place(l, *i));
                things.iter().copied().filter(is_subject).collect()
            }
            None => things,
        };
        let said = std::mem::take(&mut self.pending);
        let of_size = if self.subject.is_some() { subjects.clone() } else { vec![last] };
        self.say(said, &subjects, &of_size);
        self.waiting = None;
    }

    /// What is said without a noun of its own, at the end of a clause, is said of the things before: "a car, blue".
    fn close(&mut self) {
        let mut phrases = std::mem::take(&mut self.open);
        phrases.push(std::mem::take(&mut self.pending));
        let (said, left) = Said::merged(phrases);
        let colours = said.colour.clone().into_iter().map(|(_, span)| span).chain(left);
        if said.denied {
            self.reading.denied.extend(colours);
        } else if self.reading.items.is_empty() {
            let ends = self.at >= self.words.len();
            match said.colour {
                Some(_) if !ends || self.reading.ground.is_some() => self.reading.more_colours.extend(colours),
                Some(("orange", span)) => {
                    if let Some((_, ids)) = things().find("tangerine") {
                        self.push(ids.to_vec(), "orange", span);
                    }
                }
                Some(_) => colours.for_each(|span| self.unknown(span)),
                None => {}
            }
        } else if said.describes() {
            self.reading.more_colours.extend(colours.skip(1));
            let all: Vec<usize> = (0..self.named.len()).collect();
            let last: Vec<usize> = self.mentions.last().copied().into_iter().collect();
            self.say(said, &all, &last);
        }
    }

    /// Says it of things that were named: its colour of those without one.
    fn say(&mut self, said: Said, coloured: &[usize], sized: &[usize]) {
        for &i in sized {
            let to = &mut self.named[i].said;
            if to.size == Size::Usual {
                to.size = said.size;
            }
            to.moods.extend(&said.moods);
        }
        if let Some((colour, span)) = said.colour {
            let free: Vec<usize> = coloured.iter().copied().filter(|&i| !self.named[i].is_coloured()).collect();
            for &i in &free {
                self.named[i].said.colour = Some((colour, span.clone()));
            }
            if free.is_empty() {
                self.reading.more_colours.push(span);
            }
        }
        (0..self.named.len()).for_each(|i| self.settle(i));
    }

    /// Makes an item what is said of it by now.
    fn settle(&mut self, i: usize) {
        self.reading.items[i] = self.named[i].item();
    }

    fn is(&mut self) {
        self.pending.definite = false;
        let before = self.at.checked_sub(1).map(|at| self.words[at].word.as_str());
        let relative = before.is_some_and(|word| matches!(word, "that" | "which" | "who"));
        self.subject = Some(if relative { Subject::Last } else { Subject::Clause });
    }

    fn things_of_clause(&self) -> Vec<usize> {
        self.clause.iter().filter_map(|(thing, _)| *thing).collect()
    }

    /// A noun that names this thing was read.
    fn mention(&mut self, thing: usize, span: Range<usize>) {
        self.clause.push((Some(thing), span));
        self.mentions.push(thing);
        self.subject = None;
    }

    fn relation(&mut self, relation: Relation, word: &Lexeme) {
        let joins = is_joining(&word.word);
        self.phrase_ends();
        self.pending.definite = false;
        self.subject = None;
        if joins && self.pending.describes() {
            self.open.push(std::mem::take(&mut self.pending));
            return;
        }
        // "a cat, blue on a box"
        let is_place = is_place(&word.word);
        if self.clause.is_empty() && self.pending.count.is_none() && !is_place && !self.reading.items.is_empty() {
            self.close();
        }
        if let Some((ground, at)) = self.ground_ahead(&word.word) {
            let between = self.words[self.at + 1..at].to_vec();
            for word in between {
                match word.kind {
                    Kind::Role(role) => self.role(role, &word),
                    Kind::Unknown(_) => self.unknown(word.span),
                    Kind::Name(..) | Kind::Stop => {}
                }
            }
            self.ground(ground, word.span.start..self.words[at].span.end);
            self.at = at;
            return;
        }
        if is_place {
            self.place(relation, word);
        } else if !joins || !matches!(self.waiting, Some(Waiting::NextTo(..))) {
            // 旁边还有一朵花: 还有 adds nothing.
            let last = self.mentions.last().copied();
            self.waiting = Some(last.map_or(Waiting::Fronted(relation), |last| Waiting::ThisTo(last, relation)));
        }
    }

    /// "on a blue table" is the ground that "on a table" names: which it is, and where its noun stands.
    fn ground_ahead(&self, word: &str) -> Option<(Ground, usize)> {
        let preposition = word.split(' ').next_back().filter(|word| word.is_ascii())?;
        for (at, word) in self.words.iter().enumerate().skip(self.at + 1).take(4) {
            let phrases = ["the", "a"].map(|article| format!("{preposition} {article} {}", word.word));
            let found = phrases.iter().find_map(|phrase| grammar().role(phrase));
            if let Some(Role::Ground(ground)) = found.filter(|_| (self.chosen)(&word.span).is_none()) {
                return Some((ground, at));
            }
            match &word.kind {
                Kind::Unknown(_)
                | Kind::Role(Role::The | Role::Number(1) | Role::Colour(_) | Role::Size(_) | Role::Filler) => {}
                Kind::Role(_) | Kind::Name(..) | Kind::Stop => return None,
            }
        }
        None
    }

    /// A Chinese place. It follows its noun, "盒子上", or 在, "旁边" being that of something named before. In English that
    /// is "on the left".
    fn place(&mut self, relation: Relation, word: &Lexeme) {
        let waiting = self.waiting.take();
        let Some((last, span)) = self.clause.last().cloned() else {
            // 一只小狗在盒子上，旁边有一朵花
            self.fronted = true;
            self.waiting = self.about.map(|about| Waiting::NextTo(self.base(about, relation), relation));
            return;
        };
        // The place of something that is not drawn.
        let Some(last) = last else { return };
        let is_at = |from: usize, to: usize| self.text.get(from..to).is_some_and(|between| between.contains('在'));
        // 花在旁边, 花长在旁边
        let alone = word.word.is_ascii()
            || is_at(span.end, word.span.start)
            || matches!(waiting, Some(Waiting::ThisTo(thing, _)) if thing == last);
        if alone {
            if let Some(about) = self.about.filter(|about| *about != last) {
                self.link(last, relation, self.base(about, relation));
            }
            return;
        }
        // 猫在盒子上, 猫在盒子和树之间
        let nouns = &self.clause[..self.clause.len() - 1];
        let at = nouns.iter().rposition(|(thing, noun)| thing.is_some() && is_at(noun.end, span.start));
        if let Some(at) = at
            && let Some(thing) = self.clause[at].0.filter(|thing| *thing != last)
        {
            let place = self.clause[at + 1].0.unwrap_or(last);
            self.reading.relations.retain(|l| (l.thing, l.place) != (thing, place));
            self.link(thing, relation, place);
        } else {
            // 它旁边
            let is_pronoun = grammar().role(&self.text[span]) == Some(Role::Pronoun);
            let place = if is_pronoun { self.base(last, relation) } else { last };
            self.waiting = Some(Waiting::NextTo(place, relation));
        }
    }

    /// What "next to it" is next to: what stands on a box has the box below its sides.
    fn base(&self, thing: usize, relation: Relation) -> usize {
        match relation {
            Relation::On | Relation::Above | Relation::In | Relation::Between | Relation::WornBy => thing,
            Relation::Under
            | Relation::Beside
            | Relation::LeftOf
            | Relation::RightOf
            | Relation::Behind
            | Relation::InFrontOf => {
                let stands = |l: &&Link| l.thing == thing && matches!(l.relation, Relation::On | Relation::In);
                self.reading.relations.iter().find(stands).map_or(thing, |l| l.place)
            }
        }
    }

    /// "it", 它
    fn pronoun(&mut self, word: &Lexeme) {
        let begins = self.clause.is_empty();
        match self.waiting {
            // "next to it a flower"
            Some(Waiting::ThisTo(_, relation)) if begins && !is_joining_before(&self.words, self.at) => {
                self.fronted = true;
                self.waiting = self.about.map(|about| Waiting::NextTo(self.base(about, relation), relation));
            }
            // "a box with a cat on it": it is what was named before the one that stands so to it.
            Some(Waiting::ThisTo(thing, relation)) if !begins => {
                let mut before = self.mentions.iter().rev().copied().filter(|other| *other != thing);
                // "between them" is behind the first of two.
                let place = if relation == Relation::Between { before.nth(1) } else { before.next() };
                if let Some(place) = place {
                    let place = self.base(place, relation);
                    self.link(thing, relation, place);
                    self.waiting = None;
                    self.mention(place, word.span.clone());
                }
            }
            Some(Waiting::ThisTo(..) | Waiting::NextTo(..) | Waiting::Fronted(_)) | None => {
                if let Some(about) = self.about.filter(|_| begins) {
                    self.waiting = None;
                    self.mention(about, word.span.clone());
                }
            }
        }
    }

    /// A name: the head of its phrase, or a word before the head.
    fn name(&mut self, by: By, ids: Vec<ThingId>, also: Option<Role>, word: &Lexeme) {
        // A word that is also one of the grammar is that where a noun follows: "an orange cat".
        if let Some(role) = also
            && (matches!(role, Role::Relation(_) | Role::Measure | Role::Filler | Role::Ground(_))
                || self.noun_follows()
                || matches!(role, Role::Colour(_)) && self.is_said_after())
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
        // "long" is among the tags of the long drum, and no drum is meant.
        if by == By::Tag && things().is_no_noun(&word.word) {
            self.at += 1;
            self.unknown(word.span.clone());
            return;
        }
        let mut senses = ids;
        self.at += 1;
        self.longer_name(&mut senses, &word.word);
        if !self.pending.moods.is_empty() || !self.pending.modifiers.is_empty() {
            senses.extend(things().kinds(&word.word));
        }
        let span = word.span.start..self.words[self.at - 1].span.end;
        self.push(senses, &word.word, span);
    }

    /// Whether a noun that is only a noun follows directly.
    fn noun_follows(&self) -> bool {
        let mut rest = self.words[self.at + 1..].iter();
        loop {
            match rest.next().map(|w| &w.kind) {
                Some(Kind::Name(..)) => return true,
                Some(Kind::Role(Role::Colour(_) | Role::Size(_) | Role::Mood(_) | Role::Style(_))) => {}
                Some(Kind::Role(Role::Filler | Role::The | Role::Other | Role::Is)) => {}
                _ => return false,
            }
        }
    }

    /// Whether "orange" is the fruit: "an orange on a box", but "a cat, orange" and "an orange and white cat".
    fn is_fruit(&self) -> bool {
        let mut next = self.words[self.at + 1..].iter();
        let is_of_noun = match next.next() {
            Some(Lexeme { kind: Kind::Unknown(_) | Kind::Role(Role::Background | Role::Cannot(_)), .. }) => true,
            Some(Lexeme { kind: Kind::Role(Role::Ground(_)), word, .. }) => !is_where(word),
            Some(Lexeme { kind: Kind::Stop | Kind::Role(Role::Relation(Relation::Beside)), .. }) => {
                matches!(next.next(), Some(Lexeme { kind: Kind::Role(Role::Colour(_)), .. }))
            }
            Some(_) | None => false,
        };
        !is_of_noun && !self.noun_follows() && !self.is_said_after()
    }

    /// Whether a word that may be a colour is one that is said of what was named: "a cat, orange". In a list of fruit it
    /// is a fruit.
    fn is_said_after(&self) -> bool {
        let Some(&last) = self.mentions.last() else { return false };
        if self.subject.is_some() {
            return true;
        }
        let said = &self.pending;
        let ends = self.words.get(self.at + 1).is_none_or(|next| next.kind == Kind::Stop);
        let last = &self.named[last];
        let in_list = last.said.is_bare() && things().get(last.senses[0]).food;
        let is_free = match self.waiting {
            None => !in_list,
            Some(Waiting::ThisTo(_, relation)) => relation == Relation::In,
            Some(Waiting::NextTo(..) | Waiting::Fronted(_)) => false,
        };
        ends && is_free && said.count.is_none() && !said.definite && !said.denied
    }

    /// Puts first the senses whose own label goes on as the prompt does ("woman with red hair" is "woman: red hair"), and
    /// steps over those words.
    fn longer_name(&mut self, senses: &mut Vec<ThingId>, head: &str) {
        let all = things();
        let mut words = self.words[self.at..].iter();
        if words.next().is_none_or(|w| w.word != "with") {
            return;
        }
        let is_said = |w: &&Lexeme| !matches!(w.kind, Kind::Role(Role::Filler | Role::The | Role::Number(1)));
        let said: Vec<&Lexeme> = words.filter(is_said).take(2).collect();
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

    /// Takes a noun in with what was said before it: one thing, or several of a kind ("3 red and 2 green apples").
    fn push(&mut self, mut senses: Vec<ThingId>, mut word: &str, span: Range<usize>) {
        let mut last = std::mem::take(&mut self.pending);
        let is_plural = !word.is_ascii() || folded(&self.text[span.clone()]) != word;
        let mut phrases = std::mem::take(&mut self.open);
        if phrases.iter().any(|said| said.denied) || last.denied {
            self.leave_out(span);
            return;
        }
        // A green apple has a name of its own, but not after "a red and".
        if !phrases.is_empty()
            && let Some((first, head)) = word.split_once(' ')
            && let (Some(Role::Colour(colour)), Some((_, ids))) = (grammar().role(first), things().find(head))
        {
            last.colour.get_or_insert((colour, span.start..span.start + first.len()));
            (senses, word) = (ids.to_vec(), head);
        }
        let is_counted = phrases.iter().any(|said| said.count.is_some());
        let apart = last.describes() && (last.count.is_some() || !is_counted && is_plural);
        // "3 red, a dog": they share no noun.
        if !apart && last.count.is_some() && is_counted {
            let colours = phrases.drain(..).filter_map(|said| said.colour).map(|(_, span)| span);
            self.reading.more_colours.extend(colours);
        }
        phrases.push(last);
        if !apart {
            let (said, left) = Said::merged(phrases);
            self.reading.more_colours.extend(left);
            phrases = vec![said];
        }
        let waiting = self.waiting;
        for (nth, said) in phrases.into_iter().enumerate() {
            if nth > 0 {
                self.waiting = match waiting {
                    Some(Waiting::NextTo(..)) => waiting,
                    Some(Waiting::ThisTo(..) | Waiting::Fronted(_)) | None => {
                        self.mentions.last().map(|&before| Waiting::ThisTo(before, Relation::Beside))
                    }
                };
            }
            let chosen = (self.chosen)(&span);
            self.one(Named { word: word.to_owned(), span: span.clone(), senses: senses.clone(), said, chosen });
        }
    }

    fn leave_out(&mut self, span: Range<usize>) {
        self.clause.push((None, span.clone()));
        self.reading.denied.push(span);
        self.waiting = None;
    }

    fn one(&mut self, new: Named) {
        let item = new.item();
        let span = new.span.clone();
        let now = match self.again(&new) {
            Some(now) => {
                let colour = new.said.colour.filter(|_| !self.named[now].is_coloured());
                self.say(Said { colour, ..new.said }, &[now], &[now]);
                now
            }
            None if self.unwanted.named.iter().any(|it| it.forbids(&new, item.senses[0])) => {
                self.leave_out(span);
                return;
            }
            None if self.reading.items.len() >= MOST_ITEMS => {
                self.clause.push((None, span.clone()));
                self.reading.too_many.push(span);
                self.waiting = None;
                return;
            }
            None => {
                self.named.push(new);
                self.reading.items.push(item);
                self.named.len() - 1
            }
        };
        match self.waiting.take() {
            Some(Waiting::NextTo(place, relation)) => self.link(now, relation, place),
            // "Next to the cat is a dog"
            Some(Waiting::Fronted(relation)) => self.waiting = Some(Waiting::NextTo(now, relation)),
            Some(Waiting::ThisTo(thing, relation)) if thing == now => {
                self.waiting = Some(Waiting::NextTo(now, relation));
            }
            Some(Waiting::ThisTo(thing, relation)) => self.link(thing, relation, now),
            None => {}
        }
        self.mention(now, span);
    }

    /// The thing that a noun names again: "the cat", or 猫 in 猫的左边.
    fn again(&self, new: &Named) -> Option<usize> {
        let (said, waiting) = (&new.said, self.waiting);
        let at_place = matches!(waiting, Some(Waiting::ThisTo(_, relation)) if relation != Relation::Beside);
        if said.other || !(said.definite || said.is_bare() && (at_place || self.is_told_of())) {
            return None;
        }
        // Nothing stands on itself; but "a cat, and the cat" goes on.
        let is_end = |i: usize| match waiting {
            Some(Waiting::ThisTo(of, _)) => of == i && !self.clause.is_empty(),
            Some(Waiting::NextTo(of, _)) => of == i,
            Some(Waiting::Fronted(_)) | None => false,
        };
        let known = (0..self.named.len()).rev().filter(|&i| !is_end(i));
        known.filter_map(|i| Some((self.named[i].is_again(new)?, i))).min_by_key(|(rank, _)| *rank).map(|(_, i)| i)
    }

    /// Whether what follows says where the noun before is, or what it is like.
    fn is_told_of(&self) -> bool {
        let next = self.words[self.at..].iter().find(|word| word.word != "的");
        next.is_some_and(|next| match next.kind {
            Kind::Role(Role::Relation(_)) => !is_joining(&next.word),
            Kind::Role(Role::Is) => true,
            Kind::Role(_) => matches!(next.word.as_str(), "在" | "正在"),
            Kind::Name(..) | Kind::Unknown(_) | Kind::Stop => false,
        })
    }

    /// "and" says less than any other relation of the same two.
    fn link(&mut self, thing: usize, relation: Relation, place: usize) {
        let is_pair = |l: &Link| (l.thing, l.place) == (thing, place) || (l.thing, l.place) == (place, thing);
        let relations = &mut self.reading.relations;
        if thing == place || relation == Relation::Beside && relations.iter().any(is_pair) {
            return;
        }
        relations.retain(|l| l.relation != Relation::Beside || !is_pair(l));
        relations.push(Link { thing, relation, place });
    }
}

/// Whether the words of a ground say where: "in the snow", but "night sky".
fn is_where(ground: &str) -> bool {
    ground.split_once(' ').is_some_and(|(first, _)| matches!(grammar().role(first), Some(Role::Relation(_))))
}

/// Words that only say that there is more.
fn is_joining(word: &str) -> bool {
    matches!(word, "and" | "plus" | "和" | "与" | "跟" | "还有" | "以及" | "加")
}

/// Whether the word before this one is such a word.
fn is_joining_before(words: &[Lexeme], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| is_joining(&words[before].word))
}

/// Words of a place that stand behind it or alone, as against those that stand between two things.
fn is_place(word: &str) -> bool {
    matches!(word, "on the left" | "on the right" | "to the left" | "to the right")
        || matches!(
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
                    | '身'
            )
        )
}
