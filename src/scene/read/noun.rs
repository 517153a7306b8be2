//! Decides which thing a noun names.

use super::super::beings::PLURALS;
use super::*;

/// The label of the thing that "friends" means.
const FRIENDS: &str = "people holding hands";

/// Verbs at the beginning of Chinese names of things.
const VERBS: &str = "踢弹打撑吃喝读看抱玩吹";

impl Reader<'_> {
    /// Handles a name: the head of its phrase, or a modifier before the head.
    pub(super) fn name(&mut self, by: By, ids: Vec<ThingId>, also: Option<Role>, word: &Lexeme) {
        let also = also.or_else(|| verb(word, &ids)).or_else(|| self.is_verb_at(self.at).then_some(Role::Action("")));
        if also.is_some_and(|role| self.takes(role, word, &ids)) {
            self.at += 1;
            return;
        }
        // A tag before 的 and a name is a modifier: 透明的猫 draws no window, and 圣诞的树 is a Christmas tree.
        let is_name =
            |at: usize| matches!(self.words.get(at).map(|w| &w.kind), Some(Kind::Name(By::Name | By::Kind, ..)));
        if by == By::Tag && !word.word.is_ascii() && self.is_next(1, "的") && is_name(self.at + 2) {
            self.pending.modifiers.push((word.word.clone(), word.span.clone()));
            self.at += 1;
            return;
        }
        // In English the last of several nouns is the head: "chocolate cake". A tag yields to any name after it.
        let next = self.words.get(self.at + 1);
        let adjacent =
            next.is_some_and(|n| self.text[word.span.end..n.span.start].chars().all(|c| c == ' ' || c == '-'));
        if let Some(Lexeme { kind: Kind::Name(next_by, ..), word: next_word, .. }) = next
            && adjacent
            // "a boy fishing": an action is no head.
            && !self.is_verb_at(self.at + 1)
            && !matches!(next.map(|next| &next.kind), Some(Kind::Name(_, _, Some(Role::Suffix))))
            && (next_word.is_ascii() || by == By::Tag)
            && (*next_by <= by || *next_by == By::Name)
        {
            self.pending.modifiers.push((word.word.clone(), word.span.clone()));
            self.at += 1;
            return;
        }
        // "long" is a tag of the long drum, but does not mean a drum.
        if by == By::Tag && things().is_no_noun(&word.word) {
            self.at += 1;
            self.unknown(word.span.clone());
            return;
        }
        // "a dog and a cat are friends"
        if self.subject.is_some() && !self.clause.is_empty() && things().get(ids[0]).en == FRIENDS {
            self.at += 1;
            return self.unknown(word.span.clone());
        }
        let mut senses = ids;
        self.at += 1;
        self.longer_name(&mut senses, &word.word);
        if !self.pending.moods.is_empty() || !self.pending.modifiers.is_empty() {
            senses.extend(things().kinds(&word.word));
        }
        self.pending.plural = by != By::Tag && self.is_plural(word, &senses);
        let span = word.span.start..self.words[self.at - 1].span.end;
        self.verb_in_name(&word.word, senses[0], &span);
        let first = (self.chosen)(&span).unwrap_or(senses[0]);
        match members(first) {
            Some(members) => self.each_member(members, &span),
            None => self.push(senses, &word.word, span),
        }
    }

    /// Reports the verb in the Chinese name of a thing: 踢足球 (kick a football) draws only the ball.
    fn verb_in_name(&mut self, word: &str, thing: ThingId, span: &Range<usize>) {
        let Some(first) = word.chars().next().filter(|first| VERBS.contains(*first)) else { return };
        let rest = &word[first.len_utf8()..];
        if things().find(rest).is_some_and(|(_, ids)| ids[0] == thing) {
            self.reading.side_by_side.push(span.start..span.start + first.len_utf8());
        }
    }

    /// Adds the members of a family, side by side: in one picture each of four faces would be a few pixels large.
    fn each_member(&mut self, members: Vec<(&'static str, Vec<ThingId>)>, span: &Range<usize>) {
        let said = self.pending.clone();
        for (nth, (name, senses)) in members.into_iter().enumerate() {
            if nth > 0 {
                self.pending = said.clone();
                self.waiting = self.mentions.last().map(|&last| Waiting::ThisTo(last, Relation::Beside));
            }
            if ["boy", "girl"].contains(&name) {
                self.pending.size = Size::Small;
            }
            self.push(senses, name, span.clone());
        }
    }

    /// Reads a name as its other role if that fits here. Returns whether it did.
    fn takes(&mut self, role: Role, word: &Lexeme, ids: &[ThingId]) -> bool {
        let is_it = match role {
            Role::Action(label) => return self.action(label, word, ids),
            Role::Look(look) => return self.look(look, word),
            Role::Part => return self.part(word),
            Role::Suffix => return self.suffix(),
            Role::Relation(_) | Role::Measure => true,
            Role::Ground(_) | Role::Filler => !self.is_alone(),
            // "an orange cat"
            Role::Colour(_) => self.noun_follows() || self.is_said_after(),
            // 女孩在哭
            Role::Mood(_) => self.noun_follows() || self.is_behind_noun(),
            Role::Number(_)
            | Role::Size(_)
            | Role::Cannot(_)
            | Role::Saying
            | Role::Style(_)
            | Role::Denial
            | Role::Pronoun
            | Role::Reflexive
            | Role::The
            | Role::Other
            | Role::Each
            | Role::Is
            | Role::Background => self.noun_follows(),
        };
        if is_it {
            self.role(role, word);
        }
        is_it
    }

    /// Whether the prompt names nothing else: only then is a park a thing, and not the background.
    fn is_alone(&self) -> bool {
        let others = self.words.iter().enumerate().filter(|(at, _)| *at != self.at);
        let mut names = others.filter(|(_, word)| match &word.kind {
            Kind::Name(_, _, also) => !matches!(also, Some(Role::Filler)),
            Kind::Unknown(_) => true,
            Kind::Role(role) => matches!(role, Role::Ground(_)),
            Kind::Stop => false,
        });
        names.next().is_none()
    }

    /// Whether a noun is a plural: in English by its form, in Chinese by 们. Labels and foods that end in "s"
    /// ("glasses", "noodles") are none.
    fn is_plural(&self, word: &Lexeme, senses: &[ThingId]) -> bool {
        let text = folded(&self.text[word.span.clone()]);
        let last = text.split(' ').next_back().unwrap_or_default();
        let first = things().get(senses[0]);
        let by_form = || match stems(&text).get(1..) {
            _ if text != word.word => true,
            Some(singulars) if !first.en.ends_with('s') => {
                let named = |name: &String| things().find(name).is_some_and(|(_, ids)| ids[0] == senses[0]);
                let is_same = |name: &String| if first.food { first.en == name } else { named(name) };
                singulars.iter().any(is_same)
            }
            Some(_) | None => false,
        };
        // "a cat's ball"
        let is_possessive = self.text[word.span.clone()].contains(['\'', '’']);
        text.is_ascii() && text.ends_with('s') && !is_possessive && by_form()
            || PLURALS.contains(&last)
            || self.words.get(self.at).is_some_and(|next| next.word == "们")
    }

    /// Whether a noun follows, with only attributes and fillers before it.
    pub(super) fn noun_follows(&self) -> bool {
        let mut rest = self.words[self.at + 1..].iter();
        loop {
            match rest.next().map(|w| &w.kind) {
                Some(Kind::Name(..)) => return true,
                Some(Kind::Role(Role::Colour(_) | Role::Size(_) | Role::Mood(_) | Role::Style(_))) => {}
                Some(Kind::Role(Role::Action(_) | Role::Look(_))) => {}
                Some(Kind::Role(Role::Filler | Role::The | Role::Other | Role::Is)) => {}
                _ => return false,
            }
        }
    }

    /// Whether "orange" is the fruit: "an orange on a box", but "a cat, orange" and "an orange and white cat".
    pub(super) fn is_fruit(&self) -> bool {
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

    /// Whether a word that may be a colour describes something named before: "a cat, orange". In a list of fruit it is
    /// a fruit.
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

    /// Puts the sense first whose label continues like the prompt ("woman: red hair" for "woman with red hair"), and
    /// skips those words.
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
}

/// The people in a label for several of them: "family: man, woman, girl". `None` for any other label.
pub(super) fn members(family: ThingId) -> Option<Vec<(&'static str, Vec<ThingId>)>> {
    let names = things().get(family).en.strip_prefix("family: ")?.split(", ");
    names.map(|name| things().find(name).map(|(_, ids)| (name, ids.to_vec()))).collect()
}

/// The role of a Chinese name for an action (打篮球, 思考). `None` for people who do it and for faces (笑脸).
pub(super) fn verb(word: &Lexeme, ids: &[ThingId]) -> Option<Role> {
    let word = &word.word;
    let has = |signs: &str| word.chars().any(|c| signs.contains(c));
    let first = *ids.first()?;
    if word.is_ascii() || has("人者员手女男孩家师友") {
        return None;
    }
    let label = things().get(first).en;
    let is_face = things().get(first).expression && (label.contains("face") || !label.contains("hand"));
    let of_face = is_face && !has("脸臉头面表嘴眼泪子仔罩环迷包帽");
    being::doing_of(first).or(of_face.then_some("")).map(Role::Action)
}
