//! From words to a scene.

mod being;
mod noun;
mod place;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::fillers::PRAISE;
use super::grammar::{Role, grammar};
use super::lexer::{Kind, Lexeme, lex};
use super::said::{MOST_OF_A_KIND, Named, Said};
use super::things::{By, ThingId, folded, stems, things};
use super::words::MANY;
use being::is_garment;
use place::is_joining;

use super::{Ground, Link, Reading, Relation, Size, Unknown};

/// Things that a scene may have; what is named beyond is left out.
pub const MOST_ITEMS: usize = 30;
/// Characters of a prompt that are read; a prompt is a sentence or two.
pub const MOST_CHARS: usize = 2000;
/// Characters that the end of what is read may lie before that.
const LONGEST_WORD: usize = 40;

/// "a pair of": what is a pair by itself is one.
const PAIR: &[&str] = &["pair", "pair of", "couple", "couple of", "一对", "一双", "一副"];

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

/// The part of a prompt that is read: as much of it as ends with a word.
fn head(prompt: &str) -> &str {
    let Some((end, next)) = prompt.char_indices().nth(MOST_CHARS) else { return prompt };
    let head = &prompt[..end];
    let is_sign = |c: char| !c.is_alphanumeric();
    if is_sign(next) || head.ends_with(is_sign) {
        return head;
    }
    // Chinese has no spaces: a cut at the last comma, where one is near.
    let last = head.char_indices().rev().take(LONGEST_WORD).find(|(_, c)| is_sign(*c));
    last.map_or(head, |(at, sign)| &head[..at + sign.len_utf8()])
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
    /// Where the last relation stands.
    relation_at: Range<usize>,
    /// What is said of a wearer that stands behind what is worn, and what waits for it: 一只戴帽子的猫.
    held: Option<(Said, Option<Waiting>)>,
    /// What is worn by the noun that comes.
    worn: Option<usize>,
    /// What stands at a place that is named without its noun, and the noun's thing: "a house with a tree behind".
    trailed: Option<(usize, usize)>,
    /// Somebody of the clause flies: 飞机在云上飞 is above.
    flies: bool,
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
            relation_at: 0..0,
            held: None,
            worn: None,
            trailed: None,
            flies: false,
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
        self.trailing();
        self.close();
        self.sizes_of_names();
        for named in &self.named {
            let first = things().get(named.item().senses[0]);
            let looks = named
                .said
                .looks
                .iter()
                .filter(|(look, at)| !at.is_empty() && !look.iter().all(|word| first.label_has(word)));
            self.reading.more_colours.extend(looks.map(|(_, at)| at.clone()));
            let strange = named.said.modifiers.iter().filter(|(modifier, _)| !first.is_also(modifier));
            let unknown = strange.map(|(_, at)| Unknown { span: at.clone(), near: Vec::new() });
            self.reading.unknown.extend(unknown);
        }
        // Words of the grammar alone ("只") name nothing.
        let r = &self.reading;
        let nothing =
            r.items.is_empty() && r.denied.is_empty() && r.ground.is_none() && r.cannot.is_empty() && r.style.is_none();
        if nothing {
            self.adjectives();
        }
        if nothing && self.reading.unknown.is_empty() && !self.words.is_empty() {
            let whole = self.text.trim();
            let start = whole.as_ptr() as usize - self.text.as_ptr() as usize;
            self.unknown(start..start + whole.len());
        }
        self.reading.unknown.sort_by_key(|it| it.span.start);
        self.reading.more_colours.sort_by_key(|span| span.start);
        self
    }

    /// Words of a prompt that names nothing: "big shiny happy".
    fn adjectives(&mut self) {
        let is_adjective = |word: &&Lexeme| {
            matches!(word.kind, Kind::Role(Role::Size(_) | Role::Mood(_) | Role::Look(_) | Role::Action(_)))
                || matches!(word.kind, Kind::Role(Role::Filler))
                    && PRAISE.contains(&word.word.as_str())
                    && word.word.len() > 3
        };
        let spans: Vec<_> = self.words.iter().filter(is_adjective).map(|word| word.span.clone()).collect();
        for span in spans {
            if self.reading.unknown.iter().all(|it| it.span != span) {
                self.unknown(span);
            }
        }
    }

    /// 小猫 is small beside another thing.
    fn sizes_of_names(&mut self) {
        if self.named.len() < 2 {
            return;
        }
        for i in 0..self.named.len() {
            if self.named[i].is_small_by_name() {
                self.named[i].said.size = Size::Small;
                self.settle(i);
            }
        }
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
            // "twenty-one"
            Role::Number(_) if self.is_behind_many() => {}
            Role::Number(n) => {
                if n == MANY {
                    self.reading.too_many.push(word.span.clone());
                }
                self.pending.count = Some(n.min(MOST_OF_A_KIND));
                self.pending.pair = PAIR.contains(&word.word.as_str());
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
            Role::Part => {
                if !self.part(word) {
                    let near = things().near(&word.word).unwrap_or_default().to_vec();
                    self.reading.unknown.push(Unknown { span: word.span.clone(), near });
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
            Role::Background => self.background(word),
            Role::Measure | Role::Suffix | Role::Filler => {}
        }
    }

    fn is_behind_many(&self) -> bool {
        let before = self.at.checked_sub(1).map(|at| &self.words[at].kind);
        before == Some(&Kind::Role(Role::Number(MANY)))
    }

    /// "a red background", "the background is red"
    fn background(&mut self, word: &Lexeme) {
        let said = std::mem::take(&mut self.pending);
        self.waiting = None;
        if let Some((colour, span)) = said.colour {
            self.ground(Ground::Plain(colour), span.start..word.span.end);
            return;
        }
        let mut next = self.words.iter().enumerate().skip(self.at + 1);
        let skipped =
            |w: &Lexeme| matches!(w.kind, Kind::Role(Role::Is)) || matches!(w.word.as_str(), ":" | "：" | "的");
        if let Some((at, Lexeme { kind: Kind::Role(Role::Colour(colour)), span, .. })) = next.find(|(_, w)| !skipped(w))
            && !self.words.get(at + 1).is_some_and(|next| matches!(next.kind, Kind::Name(..)))
        {
            let (colour, span) = (*colour, word.span.start..span.end);
            self.at = at;
            self.ground(Ground::Plain(colour), span);
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
        // A garment that nothing shows takes its colour with it: 穿着红色毛衣的小狗.
        if let Some(Waiting::NextTo(_, Relation::WornBy) | Waiting::Fronted(Relation::WornBy)) = self.waiting {
            (self.pending, self.waiting) = self.held.take().unwrap_or_default();
            return;
        }
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
        self.trailing();
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
        self.flies = false;
        self.trailed = None;
        (self.held, self.worn) = (None, None);
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
                let is_place = |l: &Link, i: usize| match l.relation {
                    Relation::Beside => false,
                    Relation::WornBy => l.thing == i,
                    Relation::On
                    | Relation::Above
                    | Relation::Under
                    | Relation::LeftOf
                    | Relation::RightOf
                    | Relation::Behind
                    | Relation::InFrontOf
                    | Relation::In
                    | Relation::Between => l.place == i,
                };
                let of_clause =
                    |l: &&Link| things.contains(if l.relation == Relation::WornBy { &l.place } else { &l.thing });
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

    /// Takes a noun in with what was said before it: one thing, or several of a kind ("3 red and 2 green apples").
    fn push(&mut self, mut senses: Vec<ThingId>, mut word: &str, span: Range<usize>) {
        let mut last = std::mem::take(&mut self.pending);
        let is_wearer = self.worn.is_some() && !is_garment(senses[0]);
        if let Some((said, waiting)) = self.held.take_if(|_| is_wearer) {
            self.waiting = waiting;
            last = Said::merged(vec![said, last]).0;
        }
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
        // "red and green cars"
        if phrases.len() > 1 {
            phrases.iter_mut().for_each(|said| said.plural = false);
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
        // A person with a crown has one.
        if let Some(Waiting::NextTo(wearer, Relation::WornBy)) = self.waiting
            && things().get(self.reading.items[wearer].senses[0]).label_has(things().get(item.senses[0]).en)
        {
            self.waiting = None;
            return;
        }
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
            Some(Waiting::Fronted(Relation::WornBy)) => self.worn = Some(now),
            // "Next to the cat is a dog"
            Some(Waiting::Fronted(relation)) => self.waiting = Some(Waiting::NextTo(now, relation)),
            Some(Waiting::ThisTo(thing, relation)) if thing == now => {
                self.waiting = Some(Waiting::NextTo(now, relation));
            }
            Some(Waiting::ThisTo(thing, relation)) => self.link(thing, relation, now),
            None => {}
        }
        if let Some(worn) = self.worn.take_if(|worn| *worn != now && !is_garment(self.named[now].senses[0])) {
            self.link(worn, Relation::WornBy, now);
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
            // "a cat on a box and the box on a dog"
            Some(Waiting::ThisTo(_, Relation::Beside)) if said.definite && self.is_told_of() => false,
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
}

/// Whether the words of a ground say where: "in the snow", but "night sky".
fn is_where(ground: &str) -> bool {
    ground.split_once(' ').is_some_and(|(first, _)| matches!(grammar().role(first), Some(Role::Relation(_))))
}
