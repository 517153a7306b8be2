//! Adds a noun's things: one thing, several of a kind, or one that was named before.

use super::noun::members;
use super::*;

/// The label of the thing that a bunch of flowers is.
const BOUQUET: &str = "bouquet";

impl Reader<'_> {
    /// Adds a noun with the attributes read before it: one item, or several of a kind ("3 red and 2 green apples").
    pub(super) fn push(&mut self, mut senses: Vec<ThingId>, mut word: &str, span: Range<usize>) {
        let mut last = std::mem::take(&mut self.pending);
        let is_wearer = self.worn.is_some() && !is_garment(senses[0]);
        let is_doer = self.object.is_some();
        if let Some((said, waiting)) = self.held.take_if(|_| is_wearer || is_doer) {
            self.waiting = waiting;
            last = Said::merged(vec![said, last]).0;
        }
        let is_plural = !word.is_ascii() || folded(&self.text[span.clone()]) != word;
        let mut phrases = std::mem::take(&mut self.open);
        if phrases.iter().any(|said| said.denied) || last.denied {
            self.leave_out(span);
            return;
        }
        // A green apple is a name of its own, but not after "a red and".
        if !phrases.is_empty()
            && let Some((first, head)) = word.split_once(' ')
            && let (Some(Role::Colour(colour)), Some((_, ids))) = (grammar().role(first), things().find(head))
        {
            last.colour.get_or_insert((colour, span.start..span.start + first.len()));
            (senses, word) = (ids.to_vec(), head);
        }
        let is_counted = phrases.iter().any(|said| said.count.is_some());
        let apart = last.describes() && (last.count.is_some() || !is_counted && is_plural);
        // "3 red, a dog": they do not share a noun.
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
        if let Some(bunch) = self.bunch_of(&span, senses[0]) {
            self.reading.unknown.push(Unknown { span: span.clone(), near: senses, stand_in: Some(bunch) });
            self.clause.push((None, span));
            return;
        }
        if let Some(vessel) = self.vessel_of(&span).filter(|_| self.waiting.is_none()) {
            self.waiting = Some(Waiting::NextTo(vessel, Relation::In));
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
            let chosen = (self.chosen)(&span).filter(|id| members(*id).is_none());
            self.one(Named { word: word.to_owned(), span: span.clone(), senses: senses.clone(), said, chosen });
        }
    }

    /// The vessel that the noun is in: "a vase of sunflowers".
    fn vessel_of(&self, noun: &Range<usize>) -> Option<usize> {
        self.whole_of(noun).filter(|&whole| is_vessel(&self.reading.items[whole]))
    }

    /// The bouquet that the flower is one of, unless the user chose how to draw the flower: "a bouquet of tulips" is no
    /// bouquet beside tulips.
    fn bunch_of(&self, noun: &Range<usize>, flower: ThingId) -> Option<ThingId> {
        let bunch = self.reading.items[self.whole_of(noun)?].senses[0];
        let is_it = things().get(bunch).en == BOUQUET && things().get(flower).is_also("flower");
        (is_it && (self.chosen)(noun).is_none()).then_some(bunch)
    }

    /// The item right before "of" and the noun: "a vase of sunflowers".
    fn whole_of(&self, noun: &Range<usize>) -> Option<usize> {
        let describes = |word: &&Lexeme| match &word.kind {
            Kind::Role(role) => role.says_which() || matches!(role, Role::Mood(_) | Role::The),
            Kind::Name(..) | Kind::Unknown(_) | Kind::Stop => false,
        };
        let before = self.words.iter().rev().skip_while(|word| word.span.start >= noun.start);
        let mut before = before.skip_while(|word| describes(word));
        let of = before.next().filter(|word| word.word == "of");
        let (whole, last) = (before.next().filter(|_| of.is_some())?, *self.mentions.last()?);
        (whole.span.end == self.named[last].span.end).then_some(last)
    }

    pub(super) fn leave_out(&mut self, span: Range<usize>) {
        self.clause.push((None, span.clone()));
        self.reading.denied.push(span);
        self.waiting = None;
    }

    fn one(&mut self, new: Named) {
        let item = new.item();
        let span = new.span.clone();
        // The picture of a person with a crown already has one.
        if let Some(Waiting::NextTo(wearer, Relation::WornBy)) = self.waiting
            && things().get(self.reading.items[wearer].senses[0]).label_has(things().get(item.senses[0]).en)
        {
            self.waiting = None;
            return;
        }
        let again = self.again(&new);
        let is_new = again.is_none();
        let now = match again {
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
            Some(Waiting::Fronted(relation)) if self.held.is_some() => self.object = Some((now, relation)),
            // "Next to the cat is a dog"
            Some(Waiting::Fronted(relation)) => self.waiting = Some(Waiting::NextTo(now, relation)),
            Some(Waiting::ThisTo(thing, relation)) if thing == now => {
                self.waiting = Some(Waiting::NextTo(now, relation));
            }
            Some(Waiting::ThisTo(thing, relation)) => {
                self.link(thing, relation, now);
                if is_new {
                    self.share_held(now, thing, relation);
                }
            }
            None => {}
        }
        if let Some((object, relation)) = self.object.take_if(|(object, _)| *object != now) {
            self.link(now, relation, object);
            self.share_held(object, now, relation);
        }
        if let Some(worn) = self.worn.take_if(|worn| *worn != now && !is_garment(self.named[now].senses[0])) {
            self.link(worn, Relation::WornBy, now);
        }
        self.mention(now, span);
    }

    /// The earlier item that a noun names again: "the cat", or 猫 in 猫的左边.
    fn again(&self, new: &Named) -> Option<usize> {
        let (said, waiting) = (&new.said, self.waiting);
        let at_place = matches!(waiting, Some(Waiting::ThisTo(_, relation)) if relation != Relation::Beside);
        if said.other || !(said.definite || said.is_bare() && (at_place || self.is_described())) {
            return None;
        }
        // Nothing stands on itself, but "a cat, and the cat" continues.
        let is_end = |i: usize| match waiting {
            // "a cat on a box and the box on a dog"
            Some(Waiting::ThisTo(_, Relation::Beside)) if said.definite && self.is_described() => false,
            Some(Waiting::ThisTo(of, _)) => of == i && !self.clause.is_empty(),
            Some(Waiting::NextTo(of, _)) => of == i,
            Some(Waiting::Fronted(_)) | None => false,
        };
        let known = (0..self.named.len()).rev().filter(|&i| !is_end(i));
        known.filter_map(|i| Some((self.named[i].is_again(new)?, i))).min_by_key(|(rank, _)| *rank).map(|(_, i)| i)
    }

    /// Whether the next words say where the noun is, or describe it.
    fn is_described(&self) -> bool {
        let next = self.words[self.at..].iter().find(|word| word.word != "的");
        next.is_some_and(|next| match next.kind {
            Kind::Role(Role::Relation(_)) => !is_joining(&next.word),
            Kind::Role(Role::Is) => true,
            Kind::Role(_) => matches!(next.word.as_str(), "在" | "正在"),
            Kind::Name(..) | Kind::Unknown(_) | Kind::Stop => false,
        })
    }
}
