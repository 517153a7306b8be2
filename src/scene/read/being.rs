//! Parses what people and animals do, look like and wear, and the parts of their bodies.

use super::super::Item;
use super::super::beings::{BEARDS, CLOTHES, FLYING, HAIR, HAIR_COLOURS, HAVING, ING_VERBS, WHOSE, WINGS};
use super::super::layout::flies;
use super::*;

impl Reader<'_> {
    /// Handles an action. After a noun it selects the variant of the noun's thing that shows it ("woman dancing"), and
    /// before a noun it does so for that noun. It adds no thing of its own but the object of a Chinese verb. Returns
    /// false if there is no such noun.
    pub(super) fn action(&mut self, label: &str, word: &Lexeme, ids: &[ThingId]) -> bool {
        let mut words = vec![if label.is_empty() { word.word.clone() } else { label.to_owned() }];
        words.extend(ids.first().and_then(|&id| doing_of(id)).map(str::to_owned));
        let doing = Doing { words, span: word.span.clone() };
        let is_noun_behind = self.noun_follows();
        if !(is_noun_behind && self.is_next(1, "的")) && self.is_behind_noun() {
            // "a man driving a red car"
            if label == "driving" && self.is_vehicle_ahead() {
                let last = self.things_of_clause().last().copied();
                self.waiting = last.map(|last| Waiting::ThisTo(last, Relation::In));
                return true;
            }
            // "a boy flying a kite"
            if FLYING.contains(&label) && self.is_flier_ahead() {
                let last = self.things_of_clause().last().copied();
                self.waiting = last.map(|last| Waiting::ThisTo(last, Relation::Beside));
                return true;
            }
            let is_object = |id: ThingId| !things_of(id).person && !things_of(id).expression;
            let object = ids.iter().copied().find(|&id| !word.word.is_ascii() && is_object(id));
            if !self.does(&doing)
                && let (Some(object), Some(doer)) = (object, self.things_of_clause().last().copied())
            {
                // No picture shows a panda that plays basketball, but there is a ball.
                self.named[doer].said.doing.retain(|it| it.span != doing.span);
                self.waiting = Some(Waiting::ThisTo(doer, Relation::Beside));
                self.push(vec![object], &word.word, word.span.clone());
            }
        } else if is_noun_behind {
            self.pending.doing.push(doing);
        } else if self.clause.is_empty() && !self.reading.items.is_empty() {
            // "a cat, dancing"
            self.does(&doing);
        } else {
            return false;
        }
        self.lift(word);
        true
    }

    /// Moves somebody who flies above the place that the prompt says they are on.
    pub(super) fn lift(&mut self, word: &Lexeme) {
        if word.word.starts_with('飞') {
            self.flies = true;
            let of_clause = self.things_of_clause();
            let on = |l: &&mut Link| l.relation == Relation::On && of_clause.contains(&l.thing);
            self.reading.relations.iter_mut().filter(on).for_each(|l| l.relation = Relation::Above);
        }
    }

    /// Whether a thing that flies by itself comes next, after an article and adjectives.
    fn is_flier_ahead(&self) -> bool {
        let describes = |word: &&Lexeme| {
            matches!(
                word.kind,
                Kind::Role(Role::Number(_) | Role::The | Role::Colour(_) | Role::Size(_) | Role::Measure)
            )
        };
        let next = self.words[self.at + 1..].iter().find(|word| !describes(word));
        let named = |id: ThingId| Item { span: 0..0, senses: vec![id], count: 1, size: Size::Usual, colour: None };
        next.is_some_and(|next| matches!(&next.kind, Kind::Name(_, ids, _) if flies(&named(ids[0]))))
    }

    /// Whether a noun comes next, and so a vehicle: not "driving on a road".
    fn is_vehicle_ahead(&self) -> bool {
        let next = self.words.get(self.at + 1).map(|next| &next.kind);
        matches!(next, Some(Kind::Role(Role::Number(_) | Role::The | Role::Colour(_) | Role::Measure) | Kind::Name(..)))
    }

    /// A thing that shows the action, for a prompt in which nobody does it: "dancing".
    pub(super) fn who_does(&self, label: &str, word: &Lexeme) -> Option<ThingId> {
        let doing = if label.is_empty() { &word.word } else { label };
        let all = things();
        let people = ["person", "woman", "man"].map(|who| all.labelled(&format!("{who} {doing}")));
        let face = || all.find(&word.word).map(|(_, ids)| ids[0]).filter(|&id| all.get(id).expression);
        people.into_iter().flatten().next().or_else(|| all.labelled(doing)).or_else(face)
    }

    /// Whether the word at this index is a verb, though it may be a noun: "painting" in "a dog painting a house".
    pub(super) fn is_verb_at(&self, at: usize) -> bool {
        let Some(word) = self.words.get(at) else { return false };
        match &word.kind {
            Kind::Name(_, _, Some(Role::Action(_))) => true,
            Kind::Name(..) => {
                let next = self.words.get(at + 1).map(|next| &next.kind);
                ING_VERBS.contains(&word.word.as_str()) && matches!(next, Some(Kind::Role(Role::Number(1) | Role::The)))
            }
            Kind::Role(_) | Kind::Unknown(_) | Kind::Stop => false,
        }
    }

    /// Adds an action to the nearest thing of the clause whose picture shows it, or else to the nearest thing. Returns
    /// whether a picture shows it.
    fn does(&mut self, doing: &Doing) -> bool {
        let mut things = self.things_of_clause();
        things.extend(self.about.filter(|_| things.is_empty()));
        let does = |&i: &usize| {
            let mut named = self.named[i].clone();
            named.said.doing.push(doing.clone());
            !named.undone().contains(&doing.span)
        };
        let doer = things.iter().rev().copied().find(does);
        if let Some(i) = doer.or(things.last().copied()) {
            self.named[i].said.doing.push(doing.clone());
            self.settle(i);
        }
        doer.is_some()
    }

    /// Whether the current word comes after a noun or its place, and not after an article or an adjective.
    pub(super) fn is_behind_noun(&self) -> bool {
        self.is_noun_before(self.at)
    }

    /// The same for the word at this index.
    pub(super) fn is_noun_before(&self, at: usize) -> bool {
        let skipped = |w: &&Lexeme| !matches!(w.kind, Kind::Role(Role::Filler | Role::Is | Role::Action(_)));
        let before = self.words[..at].iter().rev().find(skipped);
        !self.clause.is_empty()
            && before.is_some_and(|before| match &before.kind {
                Kind::Name(..) | Kind::Unknown(_) => true,
                Kind::Role(Role::Relation(_)) => !before.word.is_ascii() && !is_joining(&before.word),
                Kind::Role(role) => {
                    matches!(role, Role::Ground(_) | Role::Mood(_) | Role::Pronoun | Role::Part | Role::Suffix)
                }
                Kind::Stop => false,
            })
    }

    /// Whether the current noun adds nothing: it comes after another noun or before "of".
    pub(super) fn suffix(&mut self) -> bool {
        self.is_behind_noun() || self.is_next(1, "of") || self.is_next(1, "for")
    }

    /// Whether the word `on` places ahead is `word`.
    pub(super) fn is_next(&self, on: usize, word: &str) -> bool {
        self.words.get(self.at + on).is_some_and(|next| next.word == word)
    }

    /// Handles a person's looks, before the noun or after "with". Returns false if there is no such person.
    pub(super) fn look(&mut self, look: &'static [&'static str], word: &Lexeme) -> bool {
        if let Some(owner) = self.owner() {
            self.named[owner].said.looks.push((look, word.span.clone()));
            self.settle(owner);
            self.waiting = None;
        } else if self.noun_follows() || self.is_next(1, "haired") {
            self.pending.looks.push((look, word.span.clone()));
        } else {
            return false;
        }
        true
    }

    /// Handles a part of the body of somebody who "has" it or who is named after it: 白胡子的老人. Returns false if it is a
    /// thing of its own.
    pub(super) fn part(&mut self, word: &Lexeme) -> bool {
        if self.pending.denied {
            self.pending = Said::default();
            self.leave_out(word.span.clone());
            return true;
        }
        let owner = self.owner_at_place().or_else(|| self.owner());
        let of_next = self.is_next(1, "的") || word.word.ends_with("ed") || self.is_of_next(word);
        if owner.is_none() && !(of_next && self.noun_follows()) {
            return false;
        }
        let (colour, mut looks) = (self.pending.colour.take(), std::mem::take(&mut self.pending.looks));
        let named = word.word.as_str();
        let hair = colour.as_ref().filter(|_| is_hair(named));
        match hair.and_then(|(colour, _)| HAIR_COLOURS.iter().find(|(hair, _)| hair == colour)) {
            Some((_, look)) => looks.extend(colour.map(|(_, span)| (*look, span))),
            None => self.reading.more_colours.extend(colour.map(|(_, span)| span)),
        }
        if BEARDS.contains(&named) {
            looks.push((&["beard"], word.span.start..word.span.start));
        }
        match owner {
            Some(owner) => {
                self.pending = Said::default();
                self.open.clear();
                // "a bird on its head"
                if let Some(Waiting::ThisTo(thing, Relation::On)) = self.waiting.take() {
                    self.link(thing, Relation::On, owner);
                }
                let t = things_of(self.named[owner].senses[0]);
                if WINGS.contains(&named) && !["wing", "bird", "angel", "fairy", "dragon"].iter().any(|w| t.is_also(w))
                {
                    self.unknown(word.span.clone());
                }
                self.named[owner].said.looks.extend(looks);
                self.settle(owner);
            }
            None => {
                if WINGS.contains(&named) {
                    self.unknown(word.span.clone());
                }
                self.pending.size = Size::Usual;
                self.pending.modifiers.clear();
                self.pending.looks = looks;
            }
        }
        true
    }

    /// Whether the part belongs to the noun right after it: 长发女孩, 白胡子老人, "red hair girl".
    fn is_of_next(&self, word: &Lexeme) -> bool {
        let named = word.word.as_str();
        let is_said = !named.is_ascii() && (self.pending.colour.is_some() || self.pending.size != Size::Usual);
        let next = self.words.get(self.at + 1).map(|next| &next.kind);
        (is_said || is_hair(named)) && matches!(next, Some(Kind::Name(..)))
    }

    /// The owner of a part that is named right after its owner: 猫头上, 猫的尾巴, "a cat's head".
    fn owner_at_place(&self) -> Option<usize> {
        let next = self.words.get(self.at + 1);
        let is_place =
            next.is_some_and(|next| matches!(next.kind, Kind::Role(Role::Relation(_))) && !next.word.is_ascii());
        let before = self.words[..self.at].iter().rev().find(|word| word.word != "的")?;
        let (owner, span) = self.clause.last()?;
        let living = |i: &usize| things_of(self.named[*i].senses[0]).living;
        let is_of = self.at.checked_sub(1).is_some_and(|at| self.words[at].word == "的");
        let is_whose = is_of || self.text[before.span.clone()].contains(['\'', '’']);
        owner.filter(|i| (is_place || is_whose) && span.end == before.span.end && living(i))
    }

    /// The owner of the part or the looks at the current word: "a cat with blue eyes", 小丑有红鼻子.
    fn owner(&self) -> Option<usize> {
        let mentioned = self.clause.last().map(|(_, span)| span.start);
        for word in self.words[..self.at].iter().rev() {
            if WHOSE.contains(&word.word.as_str()) {
                let living = |i: &usize| things_of(self.named[*i].senses[0]).living;
                let other = |i: &usize| !matches!(self.waiting, Some(Waiting::ThisTo(thing, _)) if thing == *i);
                return self.things_of_clause().into_iter().rev().filter(living).find(other);
            }
            if HAVING.contains(&word.word.as_str()) {
                let things = self.things_of_clause();
                let owner = things.into_iter().rev().find(|&i| !is_garment(self.named[i].senses[0]))?;
                return things_of(self.named[owner].senses[0]).living.then_some(owner);
            }
            let goes_on = match &word.kind {
                Kind::Name(_, ids, _) => mentioned != Some(word.span.start) || is_garment(ids[0]),
                Kind::Unknown(_) => true,
                Kind::Role(Role::Relation(_)) => is_joining(&word.word),
                Kind::Role(role) => matches!(
                    role,
                    Role::Colour(_)
                        | Role::Number(_)
                        | Role::Size(_)
                        | Role::Measure
                        | Role::Mood(_)
                        | Role::Style(_)
                        | Role::Look(_)
                        | Role::Part
                        | Role::Filler
                        | Role::Action(_)
                        | Role::The
                ),
                // "a cat, big eyes"
                Kind::Stop if self.clause.is_empty() && self.pending.count.is_none() => {
                    let ends = self.words.get(self.at + 1).is_none_or(|next| next.kind == Kind::Stop);
                    let living = |i: &usize| things_of(self.named[*i].senses[0]).living;
                    return self.about.filter(|i| ends && living(i));
                }
                Kind::Stop => false,
            };
            if !goes_on {
                return None;
            }
        }
        None
    }

    /// Whether a relation means that the next thing is worn: by its verb, or because clothes follow "with" or "in".
    pub(super) fn is_worn(&self, relation: Relation, word: &Lexeme) -> bool {
        if relation == Relation::WornBy {
            return true;
        }
        let living = self.things_of_clause().last().is_some_and(|&i| things_of(self.named[i].senses[0]).living);
        // "with red hair and a dress"
        let before = self.at.checked_sub(1).map(|at| &self.words[at].kind);
        let is_behind_part = matches!(before, Some(Kind::Role(Role::Part) | Kind::Name(_, _, Some(Role::Part))));
        let may_be = matches!(word.word.as_str(), "with" | "in" | "带着") || is_joining(&word.word) && is_behind_part;
        may_be && living && self.garment_ahead().is_some_and(|at| self.is_garment_at(at))
    }

    /// The index of the next noun's head.
    fn garment_ahead(&self) -> Option<usize> {
        let mut at = self.at + 1;
        while let Kind::Role(
            Role::Number(_)
            | Role::Colour(_)
            | Role::Size(_)
            | Role::Mood(_)
            | Role::Measure
            | Role::Filler
            | Role::The,
        ) = self.words.get(at)?.kind
        {
            at += 1;
        }
        let is_name = |at: usize| matches!(self.words.get(at).map(|w| &w.kind), Some(Kind::Name(..)));
        while self.words[at].word.is_ascii() && is_name(at) && is_name(at + 1) && !self.is_verb_at(at + 1) {
            at += 1;
        }
        is_name(at).then_some(at)
    }

    fn is_garment_at(&self, at: usize) -> bool {
        matches!(&self.words[at].kind, Kind::Name(_, ids, _) if is_garment(ids[0]))
    }

    /// Handles "wearing": the next thing is worn by somebody named before it, or, in 戴帽子的猫, after it.
    pub(super) fn wear(&mut self) {
        let things = self.things_of_clause();
        let living = things.iter().rev().copied().find(|&i| things_of(self.named[i].senses[0]).living);
        let wearer = living.or(things.last().copied()).or(self.about);
        let before = self.garment_ahead().is_some_and(|at| self.is_before_wearer(at));
        let next =
            self.words[self.at + 1..].iter().find(|w| !matches!(w.kind, Kind::Role(Role::Colour(_) | Role::Filler)));
        let is_bare = next.is_none_or(|w| matches!(w.kind, Kind::Stop | Kind::Role(_)));
        match wearer.filter(|_| !before) {
            // "dressed in red"
            Some(wearer) if is_bare && self.garment_ahead().is_none() && self.is_colour_next() => {
                self.waiting = Some(Waiting::ThisTo(wearer, Relation::In));
            }
            Some(wearer) => self.waiting = Some(Waiting::NextTo(wearer, Relation::WornBy)),
            None => {
                self.held = Some((std::mem::take(&mut self.pending), self.waiting));
                self.waiting = Some(Waiting::Fronted(Relation::WornBy));
            }
        }
    }

    fn is_colour_next(&self) -> bool {
        matches!(self.words.get(self.at + 1).map(|next| &next.kind), Some(Kind::Role(Role::Colour(_))))
    }

    /// Whether 的 and a noun follow the garment at this index and the garments listed with it.
    fn is_before_wearer(&self, garment: usize) -> bool {
        let mut rest = self.words[garment + 1..].iter().enumerate();
        let of = rest.find(|(at, word)| match &word.kind {
            Kind::Role(Role::Relation(Relation::Beside | Relation::WornBy)) => false,
            Kind::Role(role) => !role.says_which(),
            Kind::Name(..) => !self.is_garment_at(garment + 1 + at),
            Kind::Unknown(_) | Kind::Stop => true,
        });
        of.is_some_and(|(at, word)| {
            let after = self.words[garment + 2 + at..].iter().find(|word| match &word.kind {
                Kind::Role(Role::Mood(_) | Role::Action(_) | Role::Look(_) | Role::Filler) => false,
                Kind::Role(role) => !role.says_which(),
                _ => true,
            });
            word.word == "的" && after.is_some_and(|after| matches!(after.kind, Kind::Name(..) | Kind::Unknown(_)))
        })
    }

    /// Somebody who is named after what they hold or ride: 骑马的女孩.
    pub(super) fn doer(&self, object: usize) -> Option<usize> {
        let does = |l: &&Link| matches!(l.relation, Relation::On | Relation::Beside) && l.place == object;
        self.reading.relations.iter().filter(does).map(|l| l.thing).find(|&doer| doer > object)
    }

    /// The item that wears this thing.
    pub(super) fn wearer(&self, thing: usize) -> Option<usize> {
        let worn = |l: &&Link| l.thing == thing && l.relation == Relation::WornBy;
        self.reading.relations.iter().find(worn).map(|l| l.place)
    }
}

fn things_of(id: ThingId) -> &'static super::super::things::Thing {
    things().get(id)
}

fn is_hair(word: &str) -> bool {
    HAIR.0.contains(&word) || HAIR.1.contains(&word)
}

pub(super) fn is_garment(id: ThingId) -> bool {
    CLOTHES.contains(&things().get(id).en)
}

/// The action in the label of a person: "running" in "man running".
pub(super) fn doing_of(id: ThingId) -> Option<&'static str> {
    let t = things().get(id);
    t.en.split(' ').nth(1).filter(|word| t.person && word.ends_with("ing"))
}
