//! Gives the attributes of a clause to its things, and ends clauses.

use super::*;

impl Reader<'_> {
    /// Handles a noun that is not drawn. It takes the attributes before it, unless it describes another noun itself: "a
    /// blue foobar and a car", but "a blue foobar car".
    pub(super) fn other_noun(&mut self, span: &Range<usize>) {
        // A garment that the model does not know takes its colour with it: 穿着红色毛衣的小狗.
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

    /// Whether the current word describes a noun after it, with only other attributes between them.
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

    /// Handles a comma or the end of a sentence.
    pub(super) fn stop(&mut self, sign: &str) {
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
        // 戴皇冠的公主，穿粉色裙子: the next clause is about the princess.
        let first = first.map(|first| self.wearer(first).or_else(|| self.doer(first)).unwrap_or(first));
        if first.is_some() && (!self.fronted || self.about.is_none()) {
            self.about = first;
        }
        self.list(sign);
        self.clause.clear();
        self.fronted = false;
        self.flies = false;
        self.trailed = None;
        (self.held, self.worn, self.object, self.each) = (None, None, None, false);
        self.waiting = None;
        self.subject = None;
    }

    /// Remembers the things of a clause that is part of a list.
    fn list(&mut self, sign: &str) {
        let things = self.things_of_clause();
        let of_clause = |l: &&Link| things.contains(&l.thing) || things.contains(&l.place);
        let is_list = !self.reading.relations.iter().filter(of_clause).any(|l| l.relation != Relation::Beside);
        if !matches!(sign, "," | "，" | "、") || !is_list {
            self.listed.clear();
        }
        if is_list {
            self.listed.extend(things);
        }
    }

    /// Ends a phrase. No noun follows, so a colour that was read belongs to a noun before it.
    pub(super) fn phrase_ends(&mut self) {
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
                    Relation::WornBy => l.thing == i,
                    relation => relation.names_place() && l.place == i,
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

    /// Gives attributes without a noun of their own, at the end of a clause, to the things before: "a car, blue".
    pub(super) fn close(&mut self) {
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

    /// Adds attributes to things named before: size and moods to those in `sized`, the colour to those in `coloured`
    /// that have none.
    pub(super) fn say(&mut self, said: Said, coloured: &[usize], sized: &[usize]) {
        for &i in sized {
            let to = &mut self.named[i].said;
            if to.size == Size::Usual {
                to.size = said.size;
            }
            to.moods.extend(said.moods.iter().cloned());
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

    /// Updates an item from its attributes.
    pub(super) fn settle(&mut self, i: usize) {
        self.reading.items[i] = self.named[i].item();
    }

    pub(super) fn is(&mut self) {
        self.pending.definite = false;
        let before = self.at.checked_sub(1).map(|at| self.words[at].word.as_str());
        let relative = before.is_some_and(|word| matches!(word, "that" | "which" | "who"));
        self.subject = Some(if relative { Subject::Last } else { Subject::Clause });
    }

    pub(super) fn things_of_clause(&self) -> Vec<usize> {
        self.clause.iter().filter_map(|(thing, _)| *thing).collect()
    }

    /// Records that a noun for this thing was read.
    pub(super) fn mention(&mut self, thing: usize, span: Range<usize>) {
        self.clause.push((Some(thing), span));
        self.mentions.push(thing);
        self.subject = None;
    }
}
