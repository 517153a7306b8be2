//! Parses relations: places, pronouns and contradictions.

use super::*;

impl Reader<'_> {
    pub(super) fn relation(&mut self, relation: Relation, word: &Lexeme) {
        let joins = is_joining(&word.word);
        let is_posture = self.is_posture(word);
        if self.has_no_object(relation, word) {
            self.pending.doing.push(Doing { words: Vec::new(), span: word.span.clone() });
            return;
        }
        if is_posture {
            return;
        }
        if self.is_on_a_sign(word) {
            return self.writing(word);
        }
        if joins {
            self.trailing();
        } else if word.word != "with" {
            self.verb_ends();
        }
        if word.word.starts_with("sleep") {
            self.unknown(word.span.start..word.span.start + word.word.find(' ').unwrap_or(word.word.len()));
        }
        self.lift(word);
        self.relation_at = word.span.clone();
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
        if self.is_worn(relation, word) {
            self.wear();
            return;
        }
        if self.is_said_of_doer(relation, word) {
            self.held = Some((std::mem::take(&mut self.pending), self.waiting));
            self.waiting = Some(Waiting::Fronted(relation));
            return;
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

    /// Handles a place without a noun at the end of a clause. It belongs to the thing before: "a tree with gifts
    /// underneath".
    pub(super) fn trailing(&mut self) {
        self.verb_ends();
        self.verb_is_last();
        let word = self.at.checked_sub(1).and_then(|at| self.words.get(at));
        let is_last = word.is_some_and(|word| TRAILING.contains(&word.word.as_str()));
        if let Some(Waiting::ThisTo(thing, relation)) = self.waiting.filter(|_| is_last) {
            let before = self.things_of_clause().into_iter().rev().find(|other| *other != thing);
            if let Some(place) = before.or(self.about.filter(|about| *about != thing)) {
                // "and a car in front": also in front of the house.
                let of = self.trailed.filter(|(former, _)| *former == place).map_or(place, |(_, of)| of);
                self.reading
                    .relations
                    .retain(|l| l.relation != Relation::Beside || (l.thing, l.place) != (place, thing));
                self.waiting = None;
                self.trailed = Some((thing, of));
                self.link(thing, relation, of);
            }
        }
    }

    /// The background that a preposition and a noun with adjectives name, and the index of the noun: "on a blue table"
    /// is the background of "on a table".
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

    /// Handles a Chinese place, or "on the left" in English. A place follows its noun ("盒子上") or 在. 旁边 on its own
    /// belongs to something named before.
    fn place(&mut self, relation: Relation, word: &Lexeme) {
        let waiting = self.waiting.take();
        let Some((last, span)) = self.clause.last().cloned() else {
            // 一只小狗在盒子上，旁边有一朵花
            self.fronted = true;
            self.waiting = self.about.map(|about| Waiting::NextTo(self.base(about, relation), relation));
            return;
        };
        // The place belongs to something that is not drawn.
        let Some(last) = last else { return };
        let is_at =
            |from: usize, to: usize| self.text.get(from..to).is_some_and(|between| between.contains(['在', '从']));
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

    /// The item that a place relative to `thing` belongs to: beside a thing that stands on a box is beside the box.
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

    /// Handles "it", 它.
    pub(super) fn pronoun(&mut self, word: &Lexeme) {
        let begins = self.clause.is_empty();
        match self.waiting {
            // "next to it a flower"
            Some(Waiting::ThisTo(_, relation)) if begins && !is_joining_before(&self.words, self.at) => {
                self.fronted = true;
                self.waiting = self.about.map(|about| Waiting::NextTo(self.base(about, relation), relation));
            }
            // "a box with a cat on it": "it" is the thing named before the one with the relation.
            Some(Waiting::ThisTo(thing, relation)) if !begins => {
                let mut before = self.mentions.iter().rev().copied().filter(|other| *other != thing);
                // "between them": the place is the first of the two.
                let place = if relation == Relation::Between { before.nth(1) } else { before.next() };
                if let Some(place) = place {
                    // "a castle on a hill with a dragon above it": "it" is the castle.
                    let stands = |l: &&Link| {
                        let is_place = matches!(l.relation, Relation::On | Relation::In | Relation::Above);
                        l.place == place && l.thing != thing && is_place && relation != Relation::Between
                    };
                    let subject = self.reading.relations.iter().find(stands).map_or(place, |l| l.thing);
                    let subject = self.base(subject, relation);
                    if subject != place {
                        let is_with = |l: &Link| l.relation == Relation::Beside && (l.thing, l.place) == (place, thing);
                        self.reading.relations.retain(|l| !is_with(l));
                    }
                    let place = subject;
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

    /// Adds a relation between two things. "and" yields to any other relation between the same two, a relation of
    /// something worn is that of its wearer, and a relation that contradicts earlier ones is reported.
    pub(super) fn link(&mut self, thing: usize, relation: Relation, place: usize) {
        if relation == Relation::WornBy {
            return self.put_on(thing, place);
        }
        let garment = is_garment(self.named[place].senses[0]);
        let thing = match self.wearer(thing) {
            Some(wearer) if garment && relation == Relation::Beside => return self.put_on(place, wearer),
            wearer => wearer.unwrap_or(thing),
        };
        let relation = if self.flies && relation == Relation::On { Relation::Above } else { relation };
        let is_pair = |l: &Link| (l.thing, l.place) == (thing, place) || (l.thing, l.place) == (place, thing);
        let relations = &mut self.reading.relations;
        if thing == place || relation == Relation::Beside && relations.iter().any(is_pair) {
            return;
        }
        // "in the sun", "on a sunny day"
        let is_sunny = matches!(things().get(self.named[place].senses[0]).en, "sun" | "sun with face");
        if is_sunny && matches!(relation, Relation::On | Relation::In) {
            return;
        }
        let verb = self.text[self.relation_at.clone()].to_lowercase();
        if relation == Relation::Beside
            && !verb.is_empty()
            && is_verb(&verb)
            && !self.reading.side_by_side.contains(&self.relation_at)
        {
            self.reading.side_by_side.push(self.relation_at.clone());
        }
        let relations = &mut self.reading.relations;
        let link = Link { thing, relation, place };
        if is_ruled_out(&link, relations) {
            self.reading.contradicted.push(self.relation_at.clone());
            return;
        }
        relations.retain(|l| l.relation != Relation::Beside || !is_pair(l));
        relations.push(link);
    }

    /// Puts a garment on its wearer, together with the garments listed with it.
    fn put_on(&mut self, worn: usize, wearer: usize) {
        let relations = &mut self.reading.relations;
        relations.retain(|l| l.relation != Relation::Beside || (l.thing, l.place) != (wearer, worn));
        relations.push(Link { thing: worn, relation: Relation::WornBy, place: wearer });
        for l in relations.iter_mut().filter(|l| l.relation == Relation::Beside && l.thing == worn) {
            if is_garment(self.named[l.place].senses[0]) {
                *l = Link { thing: l.place, relation: Relation::WornBy, place: wearer };
            }
        }
        self.share_worn(worn, wearer);
    }
}

/// Words that put a thing beside another and are not verbs.
pub(super) const BESIDE: &[&str] = &[
    "beside",
    "next to",
    "near",
    "by",
    "with",
    "alongside",
    "at",
    "nearby",
    "旁边",
    "旁",
    "边上",
    "身边",
    "身旁",
    "带着",
];

/// Whether a relation word is a verb: no place, no "and".
pub(super) fn is_verb(word: &str) -> bool {
    !is_place(word) && !is_joining(word) && !BESIDE.contains(&word)
}

/// Places that may follow everything else: "gifts underneath".
const TRAILING: &[&str] = &[
    "underneath",
    "below",
    "beneath",
    "behind",
    "above",
    "inside",
    "on top",
    "overhead",
    "nearby",
    "in front",
    "beside",
    "on the left",
    "on the right",
    "to the left",
    "to the right",
];

/// The direction in which a relation orders two things.
#[derive(Clone, Copy, PartialEq)]
enum Axis {
    Upright,
    Sideways,
    Depth,
    Inside,
}

fn axis(relation: Relation) -> Option<(Axis, bool)> {
    match relation {
        Relation::On | Relation::Above => Some((Axis::Upright, true)),
        Relation::Under => Some((Axis::Upright, false)),
        Relation::LeftOf => Some((Axis::Sideways, true)),
        Relation::RightOf => Some((Axis::Sideways, false)),
        Relation::InFrontOf => Some((Axis::Depth, true)),
        Relation::Behind => Some((Axis::Depth, false)),
        Relation::In => Some((Axis::Inside, true)),
        Relation::Beside | Relation::Between | Relation::WornBy => None,
    }
}

/// The axis of a relation, with its first and second thing on that axis.
fn order(link: &Link) -> Option<(Axis, usize, usize)> {
    let (axis, first) = axis(link.relation)?;
    Some(if first { (axis, link.thing, link.place) } else { (axis, link.place, link.thing) })
}

/// Whether other relations already put the second thing of this relation before the first, directly or over other
/// things.
fn is_ruled_out(link: &Link, others: &[Link]) -> bool {
    let Some((axis, first, second)) = order(link) else { return false };
    let edges: Vec<(usize, usize)> =
        others.iter().filter_map(order).filter(|(of, ..)| *of == axis).map(|(_, a, b)| (a, b)).collect();
    let mut reached = vec![second];
    let mut next = 0;
    while let Some(&at) = reached.get(next) {
        let more = edges.iter().filter(|(a, _)| *a == at).map(|(_, b)| *b);
        let new: Vec<usize> = more.filter(|b| !reached.contains(b)).collect();
        reached.extend(new);
        next += 1;
    }
    reached.contains(&first)
}

/// Whether a word only joins two things, like "and".
pub(super) fn is_joining(word: &str) -> bool {
    matches!(word, "and" | "plus" | "和" | "与" | "跟" | "还有" | "以及" | "加")
}

/// Whether the word before this one is such a word.
fn is_joining_before(words: &[Lexeme], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| is_joining(&words[before].word))
}

/// Whether a place comes after its noun or alone, and not between two things.
pub(super) fn is_place(word: &str) -> bool {
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
                    | '门'
            )
        )
}
