//! Gives each member of a group what the group wears or holds: two boys with glasses have two pairs, and 猫和狗都戴着帽子 means
//! two hats.

use super::super::beings::PAIRS;
use super::*;

/// Chinese verbs by which each member of a group has a thing of its own. English uses a plural.
const HOLDING: &[&str] = &["拿着", "手拿", "手里拿着", "手持", "捧着", "举着", "抱着", "提着", "推着", "骑着", "骑"];

impl Reader<'_> {
    /// Gives each wearer one of what is worn.
    pub(super) fn share_worn(&mut self, worn: usize, wearer: usize) {
        let Named { word, said, .. } = &self.named[worn];
        let is_pair = PAIRS.contains(&things().get(self.named[worn].senses[0]).en);
        let is_bare = said.count.is_none() && (said.plural || is_pair || !word.is_ascii());
        let is_one = said.count.is_none_or(|count| count == 1);
        let others = if is_bare || self.each { self.others(wearer) } else { Vec::new() };
        if said.plural || is_one {
            self.as_many(worn, wearer);
        }
        for other in others {
            if let Some(copy) = self.copy(worn, other) {
                self.reading.relations.push(Link { thing: copy, relation: Relation::WornBy, place: other });
            }
        }
    }

    /// Gives each member of a group one of what it holds or rides.
    pub(super) fn share_held(&mut self, held: usize, holder: usize, relation: Relation) {
        let verb = &self.text[self.relation_at.clone()];
        let is_verb = self.is_verb_of_two();
        let said = &self.named[held].said;
        let is_bare = said.count.is_none() && (said.plural || HOLDING.contains(&verb));
        if !(is_bare && (is_verb || verb == "with")
            || self.each && (is_verb || verb == "with") && said.count.is_none_or(|n| n == 1))
        {
            return;
        }
        let is_group = self.named[holder].said.count.is_some_and(|count| count > 1);
        let others = if is_verb || self.each { self.others(holder) } else { Vec::new() };
        if is_group || !others.is_empty() {
            self.as_many(held, holder);
        }
        for other in others {
            if let Some(copy) = self.copy(held, other) {
                let link = match relation {
                    Relation::Beside => Link { thing: copy, relation, place: other },
                    relation => Link { thing: other, relation, place: copy },
                };
                self.reading.relations.push(link);
            }
        }
    }

    /// Whether the last relation is a verb ("holding", "riding"), and not "and" or "on".
    fn is_verb_of_two(&self) -> bool {
        let verb = self.text[self.relation_at.clone()].to_lowercase();
        HOLDING.contains(&verb.as_str())
            || [
                "holding", "hold", "carrying", "carry", "riding", "ride", "hugging", "reading", "eating", "eat",
                "drinking",
            ]
            .iter()
            .any(|known| verb.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest == "s" || rest == " on"))
    }

    /// The others in a group whose last member is `last`: they wear or hold the same.
    fn others(&self, last: usize) -> Vec<usize> {
        let living = |i: &usize| things_of(&self.named[*i]).living && *i != last;
        let listed = || self.listed.iter().copied().filter(living);
        let things = self.things_of_clause();
        let Some(at) = things.iter().position(|&i| i == last) else {
            // "a cat and a dog, both wearing hats"
            return if self.each { listed().collect() } else { Vec::new() };
        };
        let has_own = |i: usize| self.reading.relations.iter().any(|l| l.relation == Relation::WornBy && l.place == i);
        let joined = |a: usize, b: usize| {
            let is_beside = |l: &Link| l.relation == Relation::Beside && (l.thing, l.place) == (a, b);
            self.reading.relations.iter().any(is_beside)
        };
        let goes_on = |pair: &&[usize]| joined(pair[0], pair[1]) && living(&pair[0]) && !has_own(pair[0]);
        let mut others: Vec<usize> = things[..=at].windows(2).rev().take_while(goes_on).map(|pair| pair[0]).collect();
        // "a cat, a dog and a rabbit wearing scarves"
        if others.len() == at && (at > 0 || self.each) {
            others.extend(listed().filter(|&i| !has_own(i)));
        }
        others.sort_unstable();
        others
    }

    /// Gives a thing the count of those who have it.
    fn as_many(&mut self, thing: usize, who: usize) {
        let count = self.named[who].said.count.or(self.named[thing].said.plural.then_some(1));
        let said = &mut self.named[thing].said;
        (said.count, said.plural) = (count.or(said.count), false);
        self.settle(thing);
    }

    /// Adds a copy of a thing for somebody else. `None` if the scene is full.
    fn copy(&mut self, thing: usize, who: usize) -> Option<usize> {
        if self.named.len() >= MOST_ITEMS {
            return None;
        }
        let copy = self.named[thing].clone();
        self.reading.items.push(copy.item());
        self.named.push(copy);
        let copy = self.named.len() - 1;
        let count = Some(self.reading.items[who].count);
        self.named[copy].said.count = count;
        self.settle(copy);
        Some(copy)
    }
}

fn things_of(named: &Named) -> &'static super::super::things::Thing {
    things().get(named.senses[0])
}
