//! Groups whose members differ: "two cats, one black and one white", 一黑一白两只猫.

use super::*;

/// Colours with their byte ranges in the prompt.
type Colours = Vec<(&'static str, Range<usize>)>;

impl Reader<'_> {
    /// Reads the parts of a group if they begin at the current word, and splits the group before them or after them.
    /// Returns whether it did.
    pub(super) fn divided(&mut self) -> bool {
        if let Some((whole, colours, end)) = self.colours_ahead() {
            let one = |colour| Said { count: Some(1), colour: Some(colour), ..Said::default() };
            self.divide(whole, colours.into_iter().map(one).collect());
            self.at = end;
            return true;
        }
        let (parts, end) = self.parts_ahead();
        if parts.len() < 2 {
            return false;
        }
        let sum: u8 = parts.iter().filter_map(|part| part.count).fold(0, u8::saturating_add);
        let of_last = self.mentions.iter().rev().copied().find(|&i| self.reading.items[i].count == sum);
        if let Some(whole) = of_last.filter(|_| !matches!(self.waiting, Some(Waiting::NextTo(..)))) {
            self.divide(whole, parts);
            self.at = end;
            return true;
        }
        // 一黑一白两只猫
        let is_sum = |word: &Lexeme| word.kind == Kind::Role(Role::Number(sum)) && !word.word.is_ascii();
        let skipped = |at: usize| self.words.get(at).is_some_and(|word| word.word == "的");
        let number = if skipped(end) { end + 1 } else { end };
        if self.words.get(number).is_some_and(is_sum) {
            let mut parts = parts;
            self.pending = parts.pop().unwrap_or_default();
            self.open = parts;
            self.at = number + 1;
            return true;
        }
        false
    }

    /// The group before a list of colours, one for each member, the colours, and the index of the next word: "three
    /// balloons: red, yellow and green", 三个气球，红、黄、绿. Colours before a noun belong to that noun.
    fn colours_ahead(&self) -> Option<(usize, Colours, usize)> {
        let is = |at: usize, signs: &[&str]| self.words.get(at).is_some_and(|word| signs.contains(&word.word.as_str()));
        let is_filler = |at: usize| is(at, &["的", "色", "in", "colored", "coloured"]);
        let gap = self.at.checked_sub(1).map(|at| &self.text[self.words[at].span.end..self.words[self.at].span.start]);
        let first = if gap.is_some_and(|gap| gap.contains(['(', '（'])) {
            self.at
        } else if is(self.at, &[",", "，", ":", "：", "in"]) {
            self.at + 1
        } else {
            return None;
        };
        let (mut colours, mut at, mut end) = (Vec::new(), first, self.at);
        while let Some(Kind::Role(Role::Colour(colour)) | Kind::Name(_, _, Some(Role::Colour(colour)))) =
            self.words.get(at).map(|word| &word.kind)
        {
            colours.push((*colour, self.words[at].span.clone()));
            at += 1;
            while is_filler(at) {
                at += 1;
            }
            end = at;
            while is(at, &[",", "，", "、"]) || self.words.get(at).is_some_and(|word| is_joining(&word.word)) {
                at += 1;
            }
        }
        let is_over = self.words.get(end).is_none_or(|next| next.kind == Kind::Stop || is_joining(&next.word));
        let several = |&i: &usize| {
            let (named, item) = (&self.named[i].said, &self.reading.items[i]);
            usize::from(item.count) == colours.len() || named.count.is_none() && named.plural
        };
        let whole = self.mentions.last().copied().filter(several)?;
        let is_free = self.named[whole].said.colour.is_none() && self.pending.is_bare();
        (colours.len() > 1 && is_over && is_free).then_some((whole, colours, end))
    }

    /// Splits a group into its parts.
    fn divide(&mut self, whole: usize, parts: Vec<Said>) {
        self.waiting = None;
        self.pending = Said::default();
        let mut last = whole;
        for (nth, part) in parts.into_iter().enumerate() {
            let i = if nth == 0 {
                whole
            } else if self.named.len() < MOST_ITEMS {
                let copy = self.named[whole].clone();
                self.reading.items.push(copy.item());
                self.named.push(copy);
                let copy = self.named.len() - 1;
                let of_whole = |l: &&Link| l.thing == whole && l.relation.names_place();
                let places: Vec<Link> = self.reading.relations.iter().filter(of_whole).copied().collect();
                self.reading.relations.extend(places.into_iter().map(|l| Link { thing: copy, ..l }));
                self.reading.relations.push(Link { thing: last, relation: Relation::Beside, place: copy });
                self.mention(copy, self.named[whole].span.clone());
                copy
            } else {
                return;
            };
            let said = &mut self.named[i].said;
            (said.count, said.colour, said.plural) = (part.count, part.colour.or(said.colour.take()), false);
            said.size = if part.size == Size::Usual { said.size } else { part.size };
            if !part.moods.is_empty() {
                said.moods = part.moods;
            }
            self.settle(i);
            last = i;
        }
    }

    /// The parts of a group from the current word on, each a number with attributes, and the index of the next word.
    fn parts_ahead(&self) -> (Vec<Said>, usize) {
        let (mut parts, mut end): (Vec<Said>, usize) = (Vec::new(), self.at);
        let mut part: Option<Said> = None;
        for (at, word) in self.words.iter().enumerate().skip(self.at) {
            match &word.kind {
                // "a black one"
                Kind::Role(Role::Number(1)) if word.word == "one" && end == at && at > self.at => end = at + 1,
                Kind::Role(Role::Number(n)) if part.is_none() => {
                    part = Some(Said { count: Some(*n), ..Said::default() });
                }
                // "the other is white", 另一只
                Kind::Role(Role::Other) if part.is_none() && !parts.is_empty() => {
                    let is_number =
                        self.words.get(at + 1).is_some_and(|next| matches!(next.kind, Kind::Role(Role::Number(_))));
                    part = (!is_number).then(|| Said { count: Some(1), ..Said::default() });
                }
                Kind::Role(Role::The) if part.is_none() => {}
                Kind::Role(Role::Colour(colour)) | Kind::Name(_, _, Some(Role::Colour(colour))) => {
                    let Some(part) = part.as_mut().filter(|part| part.colour.is_none()) else { break };
                    part.colour = Some((colour, word.span.clone()));
                }
                Kind::Role(Role::Size(size)) => {
                    let Some(part) = part.as_mut() else { break };
                    part.size = *size;
                }
                Kind::Role(Role::Mood(mood)) => {
                    let Some(part) = part.as_mut() else { break };
                    part.moods.push((*mood, word.span.clone()));
                }
                Kind::Role(Role::Is | Role::Measure) if part.is_some() => {}
                Kind::Role(Role::Filler) if word.word == "的" && at > self.at => {}
                Kind::Role(Role::Relation(Relation::Beside)) if is_joining(&word.word) && part.is_none() => {}
                Kind::Stop if part.is_none() && at > self.at && matches!(word.word.as_str(), "," | "，" | "、") => {}
                _ => break,
            }
            let is_joined = |next: &Lexeme| {
                matches!(next.kind, Kind::Role(Role::Number(_) | Role::Other | Role::The) | Kind::Stop)
                    || is_joining(&next.word)
            };
            let ends = self.words.get(at + 1).is_none_or(is_joined)
                || word.word == "的"
                || self.words.get(at + 1).is_some_and(|next| next.word == "的")
                    && self.words.get(at + 2).is_none_or(is_joined);
            if part.as_ref().is_some_and(Said::describes) && ends {
                parts.extend(part.take());
                end = at + 1;
            }
        }
        if self.words.get(end).is_some_and(|word| word.word == "的") {
            end += 1;
        }
        (parts, end)
    }
}
