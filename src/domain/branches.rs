//! Branches of a conversation: an answer that is written again, or a turn that is edited, is beside the old one.
//! One path through them is shown; the rest waits on a shelf.

use std::collections::{BTreeMap, HashMap};

use super::Turn;

/// What comes before the first turns.
pub const START: u64 = 0;

/// The turns beside the path, and which way it takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shelf {
    turns: Vec<Turn>,
    /// For a turn (or [`START`]) the one after it that was shown last.
    chosen: HashMap<u64, u64>,
}

/// The turn that `turn` follows.
fn parent(turn: &Turn) -> u64 {
    turn.parent.unwrap_or(START)
}

impl Shelf {
    /// All turns that are not on the path, in no order.
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    pub fn turn_mut(&mut self, id: u64) -> Option<&mut Turn> {
        self.turns.iter_mut().find(|turn| turn.id == id)
    }

    /// A number that no turn has.
    pub fn next_id(&self, path: &[Turn]) -> u64 {
        path.iter().chain(&self.turns).map(|turn| turn.id).max().map_or(1, |id| id + 1)
    }

    /// Puts a turn behind the one that it names as its parent; what was there moves to the shelf. A turn that names
    /// none, or one that is not there, goes to the path's end.
    pub fn add(&mut self, path: &mut Vec<Turn>, mut turn: Turn) {
        let end = path.last().map_or(START, |last| last.id);
        let named = turn.parent.filter(|&p| p == START || path.iter().chain(&self.turns).any(|t| t.id == p));
        let after = named.unwrap_or(end);
        if after != end {
            if after != START && !path.iter().any(|turn| turn.id == after) {
                self.switch(path, after);
            }
            let keep = path.iter().position(|turn| turn.id == after).map_or(0, |at| at + 1);
            self.turns.extend(path.drain(keep..));
        }
        turn.parent = Some(after);
        self.chosen.insert(after, turn.id);
        path.push(turn);
    }

    /// Shows the branch that turn `id` is on, with what was shown of it last.
    pub fn switch(&mut self, path: &mut Vec<Turn>, id: u64) {
        if path.iter().any(|turn| turn.id == id) || !self.turns.iter().any(|turn| turn.id == id) {
            return;
        }
        let mut all: BTreeMap<u64, Turn> = path.drain(..).chain(self.turns.drain(..)).map(|t| (t.id, t)).collect();
        // The way up; parents are older than what follows them.
        let mut at = id;
        while let Some(turn) = all.get(&at) {
            let above = parent(turn);
            self.chosen.insert(above, at);
            if above >= at {
                break;
            }
            at = above;
        }
        let mut newest: HashMap<u64, u64> = HashMap::new();
        for turn in all.values() {
            newest.insert(parent(turn), turn.id);
        }
        let mut at = START;
        loop {
            let next = self.chosen.get(&at).filter(|next| all.contains_key(next)).or_else(|| newest.get(&at));
            let Some(turn) = next.and_then(|next| all.remove(next)) else { break };
            at = turn.id;
            path.push(turn);
        }
        self.turns = all.into_values().collect();
    }

    /// Takes a turn away with all that follows it; the newest of its siblings is shown instead.
    pub fn remove(&mut self, path: &mut Vec<Turn>, id: u64) -> Vec<u64> {
        let mut gone = Vec::new();
        let Some(above) = path.iter().chain(&self.turns).find(|turn| turn.id == id).map(parent) else { return gone };
        gone.push(id);
        // Children are younger: one walk by age finds them all.
        let mut ages: Vec<(u64, u64)> = path.iter().chain(&self.turns).map(|t| (t.id, parent(t))).collect();
        ages.sort_unstable();
        for (turn, parent) in ages {
            if gone.contains(&parent) {
                gone.push(turn);
            }
        }
        path.retain(|turn| !gone.contains(&turn.id));
        self.turns.retain(|turn| !gone.contains(&turn.id));
        self.chosen.retain(|_, child| !gone.contains(child));
        let sibling = self.turns.iter().filter(|turn| parent(turn) == above).map(|turn| turn.id).max();
        let shown = path.iter().any(|turn| parent(turn) == above);
        if let (Some(sibling), false) = (sibling, shown)
            && path.last().map_or(START, |last| last.id) == above
        {
            self.switch(path, sibling);
        }
        gone
    }

    /// The ids of all turns in the place of `id`, itself included, oldest first.
    pub fn siblings(&self, turn: &Turn) -> Vec<u64> {
        let beside = self.turns.iter().filter(|other| parent(other) == parent(turn) && other.id != turn.id);
        let mut all: Vec<u64> = beside.map(|other| other.id).chain([turn.id]).collect();
        all.sort_unstable();
        all
    }

    /// Turns that were chosen though a newer one is beside them: what a journal must say of the path.
    pub fn turned_back(&self, path: &[Turn]) -> Vec<u64> {
        let mut newest: HashMap<u64, u64> = HashMap::new();
        for turn in path.iter().chain(&self.turns) {
            let slot = newest.entry(parent(turn)).or_insert(turn.id);
            *slot = (*slot).max(turn.id);
        }
        let mut all: Vec<u64> = self
            .chosen
            .iter()
            .filter(|(above, id)| newest.get(above).is_some_and(|n| n != *id))
            .map(|(_, id)| *id)
            .collect();
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Message, Role};

    fn turn(id: u64, parent: Option<u64>) -> Turn {
        let message = Message { role: Role::User, content: id.to_string() };
        Turn { id, message, info: None, parent }
    }

    fn ids(path: &[Turn]) -> Vec<u64> {
        path.iter().map(|turn| turn.id).collect()
    }

    /// 1 - 2 - 3 - 4, an answer again (5) beside 2 with 6 after it, and 3 edited (7).
    fn sample() -> (Vec<Turn>, Shelf) {
        let (mut path, mut shelf) = (Vec::new(), Shelf::default());
        for (id, parent) in [(1, None), (2, None), (3, None), (4, None), (5, Some(1)), (6, Some(5)), (7, Some(2))] {
            shelf.add(&mut path, turn(id, parent));
        }
        (path, shelf)
    }

    #[test]
    fn a_branch_keeps_the_old_one() {
        let (mut path, mut shelf) = sample();
        assert_eq!(ids(&path), [1, 2, 7]);
        assert_eq!(shelf.siblings(&path[1]), [2, 5]);
        assert_eq!(shelf.siblings(&path[2]), [3, 7]);
        shelf.switch(&mut path, 5);
        assert_eq!(ids(&path), [1, 5, 6]);
        shelf.switch(&mut path, 2);
        assert_eq!(ids(&path), [1, 2, 7], "what was shown of it last");
        shelf.switch(&mut path, 3);
        assert_eq!(ids(&path), [1, 2, 3, 4]);
        assert_eq!(shelf.next_id(&path), 8);
        shelf.switch(&mut path, 99);
        assert_eq!(ids(&path), [1, 2, 3, 4], "no such turn");
    }

    #[test]
    fn what_is_taken_away_gives_its_place_to_a_sibling() {
        let (mut path, mut shelf) = sample();
        assert_eq!(shelf.remove(&mut path, 7), [7]);
        assert_eq!(ids(&path), [1, 2, 3, 4]);
        let mut gone = shelf.remove(&mut path, 2);
        gone.sort_unstable();
        assert_eq!(gone, [2, 3, 4]);
        assert_eq!(ids(&path), [1, 5, 6]);
        shelf.remove(&mut path, 1);
        assert!(path.is_empty() && shelf.turns().is_empty());
        assert!(shelf.remove(&mut path, 1).is_empty());
    }

    #[test]
    fn a_turn_with_a_strange_parent_goes_to_the_end() {
        let (mut path, mut shelf) = sample();
        shelf.add(&mut path, turn(8, Some(77)));
        assert_eq!(ids(&path), [1, 2, 7, 8]);
        // Behind one on the shelf: that branch is shown.
        shelf.add(&mut path, turn(9, Some(6)));
        assert_eq!(ids(&path), [1, 5, 6, 9]);
        assert_eq!(shelf.turned_back(&path), [0_u64; 0]);
        shelf.switch(&mut path, 3);
        assert_eq!(shelf.turned_back(&path), [2, 3]);
    }
}
