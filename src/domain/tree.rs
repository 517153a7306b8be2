//! The tree of a conversation's turns, as it can be drawn: one row for each segment, the turns up to a fork.

use std::collections::HashMap;

use super::{START, Shelf, Turn};

/// Turns that follow one another, up to a fork or an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub first: u64,
    /// Where the first one is: its place on the path, or among the shelf's turns.
    pub place: usize,
    pub turns: usize,
    /// Forks above it.
    pub depth: usize,
    /// Whether it is on the way that is shown.
    pub shown: bool,
}

/// All segments, depth first, the oldest branch first.
pub fn segments(path: &[Turn], shelf: &Shelf) -> Vec<Segment> {
    let mut places: HashMap<u64, (bool, usize)> = HashMap::with_capacity(path.len() + shelf.turns().len());
    let mut children: HashMap<u64, Vec<u64>> = HashMap::with_capacity(places.capacity());
    for (shown, turns) in [(true, path), (false, shelf.turns())] {
        for (place, turn) in turns.iter().enumerate() {
            places.insert(turn.id, (shown, place));
            children.entry(turn.parent.unwrap_or(START)).or_default().push(turn.id);
        }
    }
    for siblings in children.values_mut() {
        siblings.sort_unstable();
    }
    let mut rows = Vec::new();
    // Taken out as they are visited: a file that leads in circles ends all the same.
    let begun = children.remove(&START).unwrap_or_default();
    let mut waiting: Vec<(u64, usize)> = begun.into_iter().rev().map(|id| (id, 0)).collect();
    while let Some((first, depth)) = waiting.pop() {
        let Some(&(shown, place)) = places.get(&first) else { continue };
        let (mut turns, mut last) = (1, first);
        loop {
            let after = children.remove(&last).unwrap_or_default();
            if let [only] = after[..] {
                (turns, last) = (turns + 1, only);
                continue;
            }
            waiting.extend(after.into_iter().rev().map(|id| (id, depth + 1)));
            break;
        }
        rows.push(Segment { first, place, turns, depth, shown });
    }
    rows
}

/// A text from where it differs from all others that stand in its place: from the beginning of that word. The whole
/// text where it begins otherwise, or is the beginning of another.
pub fn from_difference<'a>(text: &'a str, others: impl IntoIterator<Item = &'a str>) -> &'a str {
    let same = |other: &str| {
        let pairs = text.char_indices().zip(other.chars());
        pairs.take_while(|((_, a), b)| a == b).last().map_or(0, |((at, a), _)| at + a.len_utf8())
    };
    let at = others.into_iter().map(same).max().unwrap_or(0);
    if at == text.len() {
        return text;
    }
    // Chinese has no spaces between words.
    let in_word = |c: char| (c.is_alphanumeric() && c < '\u{2e80}') || c == '\'' || c == '’';
    text[text[..at].trim_end_matches(in_word).len()..].trim_start()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Message, Role};

    #[test]
    fn a_branch_begins_where_it_differs() {
        let text = "The old clock struck nine.";
        assert_eq!(from_difference(text, ["The old clock stopped.", "A dog."]), "struck nine.");
        assert_eq!(from_difference("the sea", ["their sea"]), "the sea");
        assert_eq!(from_difference(text, ["A dog."]), text);
        assert_eq!(from_difference(text, [text]), text, "the same words");
        assert_eq!(from_difference("The old", [text]), "The old", "nothing of its own");
        assert_eq!(from_difference(text, []), text);
        assert_eq!(from_difference("月亮升起来了", ["月亮落下去了"]), "升起来了");
        assert_eq!(from_difference("one\n\ntwo", ["one\n\nthree"]), "two");
    }

    fn turn(id: u64, parent: u64) -> Turn {
        let message = Message { role: Role::User, content: id.to_string() };
        Turn { id, message, info: None, parent: Some(parent) }
    }

    fn told(path: &[Turn], shelf: &Shelf) -> Vec<(u64, usize, usize, bool)> {
        segments(path, shelf)
            .into_iter()
            .map(|segment| (segment.first, segment.turns, segment.depth, segment.shown))
            .collect()
    }

    #[test]
    fn each_segment_is_a_row_below_its_fork() {
        let (mut path, mut shelf) = (Vec::new(), Shelf::default());
        // 1 2 3 4, another answer (5, 6) beside 2, and 3 edited (7).
        for (id, parent) in [(1, 0), (2, 1), (3, 2), (4, 3), (5, 1), (6, 5), (7, 2)] {
            shelf.add(&mut path, turn(id, parent));
        }
        let want = [(1, 1, 0, true), (2, 1, 1, true), (3, 2, 2, false), (7, 1, 2, true), (5, 2, 1, false)];
        assert_eq!(told(&path, &shelf), want);
        for segment in segments(&path, &shelf) {
            let turns = if segment.shown { &path[..] } else { shelf.turns() };
            assert_eq!(turns[segment.place].id, segment.first);
        }
        // Another beginning.
        shelf.add(&mut path, turn(8, 0));
        assert_eq!(told(&path, &shelf).last(), Some(&(8, 1, 0, true)));
        assert_eq!(told(&[], &Shelf::default()), []);
    }

    #[test]
    fn thirty_thousand_turns_are_one_row_where_nothing_forks() {
        let path: Vec<Turn> = (1..=30_000).map(|id| turn(id, id - 1)).collect();
        assert_eq!(told(&path, &Shelf::default()), [(1, 30_000, 0, true)]);
    }

    #[test]
    fn circles_and_lost_parents_end() {
        let path = [turn(1, 0), turn(2, 1), turn(1, 2), turn(9, 77)];
        assert!(told(&path, &Shelf::default()).len() <= 4);
    }
}
