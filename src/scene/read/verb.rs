//! Verbs beside the things that they are said of: whose they are, and what they lack.

use super::place::{BESIDE, is_place, is_verb};
use super::*;

impl Reader<'_> {
    /// Whether a verb, its object and 的 come before the noun of who does it: 一个骑马的女孩.
    pub(super) fn is_said_of_doer(&self, relation: Relation, word: &Lexeme) -> bool {
        let is_verb =
            matches!(relation, Relation::On | Relation::Beside) && !word.word.is_ascii() && is_verb(&word.word);
        let before = self.at.checked_sub(1).map(|at| &self.words[at]);
        let is_begun = before.is_some_and(|before| match &before.kind {
            Kind::Role(Role::Number(_) | Role::Measure | Role::Colour(_) | Role::Size(_) | Role::Mood(_)) => true,
            Kind::Role(Role::Relation(_)) => is_joining(&before.word) || is_place(&before.word),
            _ => false,
        });
        is_verb && is_begun && self.held.is_none() && self.object.is_none() && self.is_object_of_next()
    }

    /// Whether a noun, 的 and another noun come next.
    fn is_object_of_next(&self) -> bool {
        let describes = |word: &&Lexeme| {
            matches!(
                word.kind,
                Kind::Role(
                    Role::Number(_) | Role::Measure | Role::Colour(_) | Role::Size(_) | Role::Mood(_) | Role::Look(_)
                )
            ) || PRAISE.contains(&word.word.as_str()) && word.word != "的"
        };
        let mut next = self.words[self.at + 1..].iter().filter(|word| !describes(word));
        let is_noun = |word: Option<&Lexeme>| word.is_some_and(|word| matches!(word.kind, Kind::Name(..)));
        is_noun(next.next()) && next.next().is_some_and(|word| word.word == "的") && is_noun(next.next())
    }

    /// Whether a verb without an object comes before the noun of who does it: "a reading girl", 正在吃的女孩.
    pub(super) fn has_no_object(&self, relation: Relation, word: &Lexeme) -> bool {
        let is_verb = matches!(relation, Relation::On | Relation::Beside | Relation::In) && is_verb(&word.word);
        if !is_verb || self.is_behind_noun() || !self.noun_follows() {
            return false;
        }
        if !word.word.is_ascii() {
            let next = self.words[self.at + 1..].iter().find(|word| !matches!(word.word.as_str(), "着" | "了"));
            return next.is_some_and(|next| next.word == "的");
        }
        self.is_before_somebody(word)
    }

    /// Whether a verb describes the living thing after it: "a sitting cat", but not "a girl, reading books" or "a
    /// reading lamp".
    pub(super) fn is_before_somebody(&self, word: &Lexeme) -> bool {
        if self.is_behind_noun() || !self.noun_follows() {
            return false;
        }
        let before = self.at.checked_sub(1).map(|at| &self.words[at].kind);
        let begins = self.reading.items.is_empty() || before != Some(&Kind::Stop);
        let next = self.words[self.at + 1..].iter().find_map(|word| match &word.kind {
            Kind::Name(_, ids, _) => ids.first().copied(),
            Kind::Role(_) | Kind::Unknown(_) | Kind::Stop => None,
        });
        word.word.ends_with("ing") && begins && next.is_some_and(|id| things().get(id).living)
    }

    /// Whether the word only says how somebody sits or stands: 坐着, but not 坐着雪橇.
    pub(super) fn is_posture(&self, word: &Lexeme) -> bool {
        let skipped = |w: &&Lexeme| {
            matches!(
                w.kind,
                Kind::Role(Role::Number(_) | Role::Measure | Role::Colour(_) | Role::Size(_) | Role::Mood(_))
            )
        };
        let next = self.words[self.at + 1..].iter().find(|w| !skipped(w));
        let is_noun = next.is_some_and(|next| matches!(next.kind, Kind::Name(..) | Kind::Unknown(_)));
        matches!(word.word.as_str(), "坐着" | "站着" | "躺着" | "趴着")
            && (!is_noun || self.clause.is_empty() || matches!(self.waiting, Some(Waiting::NextTo(..))))
    }

    /// Reports a verb between two things if the second is missing: "a cat eating".
    pub(super) fn verb_ends(&mut self) {
        let word = self.at.checked_sub(1).and_then(|at| self.words.get(at));
        let is_verb = word.is_some_and(|word| {
            word.span == self.relation_at && !is_joining(&word.word) && !BESIDE.contains(&word.word.as_str())
        });
        let rides = word.is_some_and(|word| RIDING.contains(&word.word.as_str()));
        let has_no_object = match self.waiting {
            Some(Waiting::ThisTo(_, Relation::Beside)) => true,
            Some(Waiting::ThisTo(_, Relation::On | Relation::In)) => rides,
            Some(Waiting::ThisTo(..) | Waiting::NextTo(..) | Waiting::Fronted(_)) | None => false,
        };
        if is_verb && has_no_object {
            self.unknown(self.relation_at.clone());
            self.waiting = None;
        }
    }

    /// Reports a verb that needs a place or an object if a clause ends with it: "a girl sitting", 女孩在画.
    pub(super) fn verb_is_last(&mut self) {
        let Some(at) = self.at.checked_sub(1) else { return };
        let word = &self.words[at];
        let is_verb = is_posture(&word.word) || MAKING.contains(&word.word.as_str());
        let is_of = at.checked_sub(1).is_some_and(|before| self.words[before].word == "的");
        if !is_verb || is_of || !self.is_noun_before(at) {
            return;
        }
        let Some(doer) = self.things_of_clause().last().copied() else { return };
        let is_living = things().get(self.named[doer].senses[0]).living;
        let is_ground = |(thing, _): &Noun| thing.is_none();
        let is_placed = self.clause.iter().any(is_ground)
            || self.reading.relations.iter().any(|l| l.thing == doer && l.relation.names_place());
        if is_living && !(is_placed && is_posture(&word.word)) {
            self.unknown(word.span.clone());
        }
    }
}

/// Verbs for riding or driving something.
const RIDING: &[&str] = &["riding", "rides", "骑着", "骑", "开着", "驾驶着", "乘着", "乘坐"];

/// Verbs for sitting and lying.
const SITTING: &[&str] = &["sit", "sits", "sitting", "lie", "lies", "lying", "resting", "坐着", "躺着", "趴着"];

/// Whether a word is a verb for sitting or lying.
pub(super) fn is_posture(word: &str) -> bool {
    SITTING.contains(&word)
}

/// Verbs that mean little without an object.
const MAKING: &[&str] = &["posing", "making", "putting", "taking", "giving", "doing", "画", "打", "送", "想"];
