//! Heights of the turns of a conversation, so that only the visible ones are laid out, however many there are.

use crate::domain::Turn;

/// What is known of one turn's height.
#[derive(Clone, Copy, Debug)]
struct Row {
    id: u64,
    /// Bytes of its text when it was measured.
    len: usize,
    height: f32,
    measured: bool,
}

/// Heights of all turns, at one width. Turns that were never on screen are estimated from their length.
#[derive(Debug, Default)]
pub struct Rows {
    width: f32,
    rows: Vec<Row>,
    /// Distance of each turn from the top, and the height of all at the end.
    tops: Vec<f64>,
}

/// Room between turns, and for the row of buttons under each.
const CHROME: f32 = 68.0;
const LINE: f32 = 20.0;

impl Rows {
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Brings the list to `turns` at `width`.
    pub fn sync(&mut self, turns: &[Turn], width: f32) {
        if (self.width - width).abs() > 0.5 {
            self.width = width;
            for row in &mut self.rows {
                row.measured = false;
            }
        }
        self.rows.truncate(turns.len());
        for (i, turn) in turns.iter().enumerate() {
            let len = turn.message.content.len();
            match self.rows.get_mut(i) {
                Some(row) if row.id == turn.id && row.len == len => {}
                Some(row) if row.id == turn.id && row.measured && len > row.len => {
                    // It grows while it streams; it is measured again when it is drawn.
                    row.len = len;
                }
                Some(row) => *row = estimate(turn, width),
                None => self.rows.push(estimate(turn, width)),
            }
        }
        self.tops.clear();
        let mut top = 0.0;
        for row in &self.rows {
            self.tops.push(top);
            top += f64::from(row.height);
        }
        self.tops.push(top);
    }

    pub fn total(&self) -> f32 {
        self.tops.last().copied().unwrap_or(0.0) as f32
    }

    /// Distance of turn `i` from the top.
    pub fn top(&self, i: usize) -> f64 {
        self.tops.get(i).copied().unwrap_or(0.0)
    }

    /// The turns that a view from `from` to `to` cuts.
    pub fn visible(&self, from: f32, to: f32) -> std::ops::Range<usize> {
        let n = self.rows.len();
        let first = self.tops.partition_point(|t| *t <= f64::from(from)).saturating_sub(1);
        let last = self.tops.partition_point(|t| *t < f64::from(to)).min(n);
        first.min(n)..last
    }

    pub fn height(&self, i: usize) -> f32 {
        self.rows.get(i).map_or(0.0, |r| r.height)
    }

    /// Notes how high turn `i` came out. Returns by how much that differs from what was thought.
    pub fn measured(&mut self, i: usize, height: f32) -> f32 {
        let Some(row) = self.rows.get_mut(i) else { return 0.0 };
        row.measured = true;
        let delta = height - row.height;
        if delta.abs() < 0.5 {
            return 0.0;
        }
        row.height = height;
        delta
    }
}

fn estimate(turn: &Turn, width: f32) -> Row {
    // A thought is folded.
    let text = turn.message.said();
    let per_line = (width / 7.5).max(8.0);
    let lines = (text.len() as f32 / per_line).ceil() + text.bytes().filter(|b| *b == b'\n').count() as f32;
    Row { id: turn.id, len: turn.message.content.len(), height: CHROME + lines.max(1.0) * LINE, measured: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Message, Role};

    fn turns(n: u64) -> Vec<Turn> {
        let message = |i| Message { role: Role::User, content: "x".repeat(1 + i as usize % 300) };
        (1..=n).map(|id| Turn { id, message: message(id), info: None, parent: None }).collect()
    }

    #[test]
    fn only_what_is_on_screen_is_visible() {
        let mut rows = Rows::default();
        rows.sync(&turns(30_000), 600.0);
        let middle = rows.total() / 2.0;
        let range = rows.visible(middle, middle + 800.0);
        assert!(range.len() <= 12 && !range.is_empty(), "{range:?}");
        assert!(rows.top(range.start) <= f64::from(middle));
        assert!(rows.top(range.end) >= f64::from(middle) + 799.0);
        assert_eq!(rows.visible(-10.0, 1.0).start, 0);
        assert_eq!(rows.visible(rows.total() + 5.0, rows.total() + 10.0).end, 30_000);
    }

    #[test]
    fn measuring_moves_what_is_below_once() {
        let mut rows = Rows::default();
        let turns = turns(3);
        rows.sync(&turns, 600.0);
        let before = rows.total();
        let delta = rows.measured(1, 500.0);
        assert!(delta > 0.0);
        assert_eq!(rows.measured(1, 500.0), 0.0);
        rows.sync(&turns, 600.0);
        assert!((rows.total() - before - delta).abs() < 0.01);
    }

    #[test]
    fn a_list_without_turns_has_no_height() {
        let mut rows = Rows::default();
        rows.sync(&[], 600.0);
        assert_eq!((rows.total(), rows.visible(0.0, 100.0)), (0.0, 0..0));
    }
}
