//! Parses owners of things: "grandma's cake", 邻居家的猫. Only the thing is drawn.

use super::super::beings::HAVING;
use super::being::doing_of;
use super::place::is_place;
use super::*;

/// Verbs for making or getting something: 妈妈做的蛋糕.
const MAKING: &[&str] =
    &["做", "买", "画", "织", "送", "写", "养", "种", "煮", "烤", "缝", "搭", "折", "捏", "挑", "选"];
/// Verbs that the grammar treats as fillers. Somebody after one of them is no owner: 喜欢猫的女孩.
const LIKING: &[&str] = &["喜欢", "想", "追着", "爱", "给", "送给"];

impl Reader<'_> {
    /// Skips an owner at the current word. Returns whether there was one.
    pub(super) fn owner_ends(&mut self) -> bool {
        let Some(end) = self.owned() else { return false };
        self.pending = Said { denied: self.pending.denied, ..Said::default() };
        self.at = end;
        true
    }

    /// The index of what is owned, if the current word is an owner.
    fn owned(&self) -> Option<usize> {
        let word = self.words.get(self.at)?;
        let text = &self.text[word.span.clone()];
        match &word.kind {
            Kind::Name(..) | Kind::Unknown(_) if is_possessive(text) => {
                self.noun_ahead(self.at + 1).then_some(self.at + 1)
            }
            Kind::Name(..) if text == "家" => self.family_of(),
            // 思考 in 思考的女孩 is what she does.
            Kind::Name(By::Name | By::Kind, ids, also) if !text.is_ascii() && things().get(ids[0]).living => {
                let is_verb = matches!(also, Some(Role::Mood(_) | Role::Action(_))) || noun::verb(word, ids).is_some();
                self.of_somebody().filter(|_| !is_verb)
            }
            Kind::Unknown(near) if !text.is_ascii() => {
                // An unknown action such as 玩沙子 is near the people who do it.
                let is_person = near
                    .first()
                    .is_some_and(|&id| things().get(id).person && doing_of(id).is_none_or(|it| it == "holding"));
                let is_verb = MAKING.contains(&text) && self.is_next(1, "的");
                if is_verb { Some(self.at + 1) } else { self.of_somebody().filter(|_| is_person) }
            }
            Kind::Name(..) | Kind::Unknown(_) | Kind::Role(_) | Kind::Stop => None,
        }
    }

    /// Handles 家 in 我家的猫 and 奶奶家有一只猫: a family, and no house.
    fn family_of(&self) -> Option<usize> {
        let before = self.words.get(self.at.checked_sub(1)?)?;
        let is_beside = before.span.end == self.words[self.at].span.start;
        let is_mine = matches!(before.word.as_str(), "我" | "我们" | "们" | "咱" | "咱们" | "你" | "你们");
        let is_ours = is_mine
            || match &before.kind {
                Kind::Name(_, ids, _) => things().get(ids[0]).living,
                Kind::Unknown(near) => near.first().is_some_and(|&id| things().get(id).person),
                Kind::Role(role) => matches!(role, Role::Pronoun),
                Kind::Stop => false,
            };
        let mut next = self.at + 1;
        while self.words.get(next).is_some_and(|word| word.word == "的" || is_mine && word.word == "有") {
            next += 1;
        }
        (is_beside && is_ours && self.noun_ahead(next)).then_some(next)
    }

    /// The index of what belongs to somebody at the current word, before 的 or 家.
    fn of_somebody(&self) -> Option<usize> {
        let mut next = self.at + 1;
        let is = |at: usize, word: &str| self.words.get(at).is_some_and(|next| next.word == word);
        if is(next, "们") {
            next += 1;
        }
        if is(next, "家") {
            return Some(next);
        }
        if self.words.get(next).is_some_and(|word| MAKING.contains(&word.word.as_str())) {
            next += 1;
        }
        (is(next, "的") && self.noun_ahead(next + 1) && !self.is_object()).then_some(next + 1)
    }

    /// Whether a noun for a thing is at this index, or after adjectives.
    fn noun_ahead(&self, from: usize) -> bool {
        for (at, word) in self.words.iter().enumerate().skip(from) {
            match &word.kind {
                Kind::Name(_, _, Some(Role::Part | Role::Suffix | Role::Filler | Role::Ground(_))) => return false,
                Kind::Name(..) => return true,
                // The owned thing may be unknown: "Tom's foobar".
                Kind::Unknown(_) if self.words[self.at].word.is_ascii() => return true,
                Kind::Role(role) if role.says_which() => {}
                Kind::Role(Role::Mood(_) | Role::Style(_) | Role::The | Role::Other) => {}
                Kind::Role(Role::Filler) if PRAISE.contains(&word.word.as_str()) => {}
                Kind::Role(Role::Action(_)) if self.words.get(at + 1).is_some_and(|next| next.word == "的") => {}
                Kind::Role(_) | Kind::Unknown(_) | Kind::Stop => return false,
            }
        }
        false
    }

    /// Whether somebody here is the object of a verb, and so no owner: 抱着猫的女孩 is a girl who holds a cat.
    fn is_object(&self) -> bool {
        if self.worn.is_some() || self.held.is_some() {
            return true;
        }
        let mut at = self.at;
        let mut counted = false;
        let verb = loop {
            let Some(before) = at.checked_sub(1) else { return false };
            at = before;
            let word = &self.words[at];
            match word.kind {
                Kind::Role(Role::Number(_) | Role::Measure) => counted = true,
                Kind::Role(Role::Size(_) | Role::Colour(_) | Role::Mood(_) | Role::Look(_) | Role::The) => {}
                Kind::Role(Role::Filler) if PRAISE.contains(&word.word.as_str()) => {}
                _ => break word,
            }
        };
        let is_verb = match verb.kind {
            Kind::Role(Role::Relation(_)) if is_joining(&verb.word) => return !self.is_list(at) || counted,
            Kind::Role(Role::Relation(_)) => !is_place(&verb.word) && !verb.word.ends_with('在'),
            Kind::Role(Role::Filler) => HAVING.contains(&verb.word.as_str()) || LIKING.contains(&verb.word.as_str()),
            Kind::Role(_) | Kind::Name(..) | Kind::Unknown(_) | Kind::Stop => false,
        };
        let mut before =
            self.words[..at].iter().rev().filter(|word| !matches!(word.word.as_str(), "在" | "正在" | "正"));
        let has_subject = before.next().is_some_and(|word| {
            matches!(word.kind, Kind::Name(..) | Kind::Unknown(_) | Kind::Role(Role::Pronoun | Role::Ground(_)))
                || is_place(&word.word)
        });
        is_verb && !has_subject
    }

    /// Whether the noun before this "and" has a number, and so is part of a list: 一只猫和奶奶的蛋糕.
    fn is_list(&self, at: usize) -> bool {
        let mut before = self.words[..at].iter().rev();
        let is_noun = before.next().is_some_and(|word| matches!(word.kind, Kind::Name(..) | Kind::Unknown(_)));
        let describes =
            |word: &&Lexeme| matches!(word.kind, Kind::Role(Role::Colour(_) | Role::Size(_) | Role::Filler));
        let number = before.find(|word| !describes(word));
        is_noun && number.is_some_and(|word| matches!(word.kind, Kind::Role(Role::Number(_) | Role::Measure)))
    }
}

/// "cat's", "boys'"
fn is_possessive(text: &str) -> bool {
    ["'s", "’s", "s'", "s’"].iter().any(|end| text.to_ascii_lowercase().ends_with(end))
}
