//! What stands above, below and around other parts: fractions, roots, scripts, brackets, grids, marks.

use egui::{Rect, pos2, vec2};

use super::{AXIS, Place, Set, Setter};
use crate::writing::formula::{Columns, Mark, Node};

impl Setter<'_> {
    pub(super) fn fraction(&self, over: &Node, under: &Node, line: bool, place: Place) -> Set {
        let em = self.em(place);
        let inner = Place { display: false, level: place.level + usize::from(!place.display) };
        let (over, under) = (self.node(over, inner), self.node(under, inner));
        let thick = self.thick(place);
        let gap = em * if place.display { 0.2 } else { 0.12 };
        let axis = AXIS * em;
        let room = 0.12 * em;
        let width = over.width.max(under.width) + 2.0 * room;
        let mut out = Set::default();
        let (left, right) = ((width - over.width) / 2.0, (width - under.width) / 2.0);
        let (up, down) = (axis + thick / 2.0 + gap + over.down, thick / 2.0 + gap + under.up - axis);
        out.put(over, vec2(left, -up));
        out.put(under, vec2(right, down));
        if line {
            let half = room * 0.4;
            out.rule(Rect::from_min_max(pos2(half, -axis - thick / 2.0), pos2(width - half, -axis + thick / 2.0)));
        }
        out.width = width;
        out
    }

    pub(super) fn root(&self, index: Option<&Node>, of: &Node, place: Place) -> Set {
        let em = self.em(place);
        let thick = self.thick(place);
        let inner = self.node(of, place);
        let height = inner.up.max(0.55 * em) + 0.14 * em + thick;
        let depth = inner.down.max(0.05 * em) + 0.03 * em;
        let hook = depth - (height + depth) * 0.42;
        let mut out = Set::default();
        let mut x = 0.0;
        if let Some(index) = index {
            let index = self.node(index, Place { display: false, level: 2 });
            x = (index.width - 0.22 * em).max(0.0);
            let y = hook - 0.12 * em - index.down;
            out.put(index, vec2(0.0, y));
        }
        let wide = 0.52 * em + (height + depth) * 0.06;
        let top = -height + thick / 2.0;
        let end = x + wide + inner.width + 0.08 * em;
        let point = |part: f32, y: f32| vec2(x + part * wide, y);
        out.line(vec![point(0.08, hook + 0.05 * em), point(0.26, hook - 0.04 * em), point(0.55, depth)], thick * 1.4);
        out.line(vec![point(0.26, hook - 0.04 * em), point(0.55, depth), point(1.0, top), vec2(end, top)], thick);
        out.put(inner, vec2(x + wide + 0.04 * em, 0.0));
        out.up = out.up.max(height + 0.05 * em);
        out.width = end + 0.06 * em;
        out
    }

    pub(super) fn scripts(&self, base: &Node, sub: Option<&Node>, sup: Option<&Node>, place: Place) -> Set {
        let em = self.em(place);
        let small = Place { display: false, level: place.level + 1 };
        let single = matches!(base, Node::Sign(..) | Node::Words(_) | Node::Operator { big: false, .. });
        let integral = matches!(base, Node::Operator { big: true, limits: false, .. });
        let mut out = self.node(base, place);
        let (width, up, down) = (out.width, out.up, out.down);
        let sub = sub.map(|node| self.node(node, small));
        let sup = sup.map(|node| self.node(node, small));
        let mut raise = if single { 0.4 * em } else { (0.4 * em).max(up - 0.3 * em) };
        let mut lower = match (single, &sup) {
            (true, None) => 0.16 * em,
            (true, Some(_)) => 0.25 * em,
            _ => (0.2 * em).max(down + 0.03 * em),
        };
        if let (Some(sub), Some(sup)) = (&sub, &sup) {
            let short = 0.14 * em - ((raise - sup.down) - (sub.up - lower));
            if short > 0.0 {
                raise += short * 0.4;
                lower += short * 0.6;
            }
        }
        // The sign leans: its top is to the right of its foot.
        let lean = match (integral, place.display) {
            (true, true) => 0.4 * em,
            (true, false) => 0.22 * em,
            _ => 0.0,
        };
        let mut end = width;
        for (script, at) in [(sup, vec2(width + 0.04 * em + lean, -raise)), (sub, vec2(width + 0.02 * em, lower))] {
            let Some(script) = script else { continue };
            end = end.max(at.x + script.width);
            out.put(script, at);
        }
        out.width = end + 0.05 * em;
        out
    }

    pub(super) fn stack(&self, base: &Node, under: Option<&Node>, over: Option<&Node>, place: Place) -> Set {
        let em = self.em(place);
        let small = Place { display: false, level: place.level + 1 };
        let base = self.node(base, place);
        let over = over.map(|node| self.node(node, small));
        let under = under.map(|node| self.node(node, small));
        let width = [&over, &under].into_iter().flatten().map(|set| set.width).fold(base.width, f32::max);
        let (up, down) = (base.up, base.down);
        let mut out = Set::default();
        let x = (width - base.width) / 2.0;
        out.put(base, vec2(x, 0.0));
        if let Some(over) = over {
            let at = vec2((width - over.width) / 2.0, -(up + 0.14 * em + over.down));
            out.put(over, at);
        }
        if let Some(under) = under {
            let at = vec2((width - under.width) / 2.0, down + 0.14 * em + under.up);
            out.put(under, at);
        }
        out.width = width;
        out
    }

    /// A bracket at least `reach` high, around the axis.
    pub(super) fn bracket(&self, sign: &str, reach: f32, place: Place) -> Set {
        let em = self.em(place);
        let axis = AXIS * em;
        if sign.is_empty() {
            return Set { width: 0.1 * em, ..Set::default() };
        }
        let bars = match sign {
            "∣" => 1,
            "∥" => 2,
            _ => 0,
        };
        if bars > 0 {
            let thick = self.thick(place);
            let half = reach.max(em) / 2.0;
            let mut out = Set::default();
            for bar in 0..bars {
                let x = 0.11 * em + bar as f32 * 0.18 * em;
                out.rule(Rect::from_min_max(pos2(x, -axis - half), pos2(x + thick, half - axis)));
            }
            out.width += 0.11 * em;
            return out;
        }
        if reach <= 1.15 * em {
            return self.words(sign, em);
        }
        let sizes = [("katex-1", 1.2), ("katex-2", 1.8), ("katex-4", 3.0)];
        let (family, high) = sizes.into_iter().find(|(_, high)| high * em >= reach * 0.92).unwrap_or(("katex-4", 3.0));
        let size = if high * em < reach * 0.92 { em * reach / (high * em) } else { em };
        self.text(sign, family, size).centred(axis)
    }

    pub(super) fn grid(&self, rows: &[Vec<Node>], columns: Columns, place: Place) -> Set {
        let em = self.em(place);
        let pairs = columns == Columns::Pairs;
        let inner = Place { display: place.display && pairs, ..place };
        let cells: Vec<Vec<Set>> =
            rows.iter().map(|row| row.iter().map(|cell| self.node(cell, inner)).collect()).collect();
        let count = cells.iter().map(Vec::len).max().unwrap_or(0);
        let wide = |c: usize| cells.iter().filter_map(|row| row.get(c)).map(|set| set.width).fold(0.0, f32::max);
        let gap = |c: usize| match (columns, c % 2) {
            (Columns::Pairs, 1) => 0.28 * em,
            (Columns::Pairs, _) => 1.5 * em,
            (Columns::Left, _) => em,
            (Columns::Centre, _) => 0.9 * em,
        };
        let mut lefts = Vec::with_capacity(count);
        let mut x = 0.0;
        for c in 0..count {
            x += if c > 0 { gap(c) } else { 0.0 };
            lefts.push((x, wide(c)));
            x += wide(c);
        }
        let between = em * if pairs { 0.45 } else { 0.3 };
        let mut high = 0.0;
        let mut bases = Vec::with_capacity(cells.len());
        for (r, row) in cells.iter().enumerate() {
            let up = row.iter().map(|set| set.up).fold(0.65 * em, f32::max);
            let down = row.iter().map(|set| set.down).fold(0.22 * em, f32::max);
            high += if r > 0 { between } else { 0.0 };
            bases.push(high + up);
            high += up + down;
        }
        let top = -(high / 2.0 + AXIS * em);
        let mut out = Set::default();
        for (row, base) in cells.into_iter().zip(bases) {
            for (c, set) in row.into_iter().enumerate() {
                let (left, width) = lefts[c];
                let free = match (columns, c % 2) {
                    (Columns::Centre, _) => (width - set.width) / 2.0,
                    (Columns::Pairs, 0) => width - set.width,
                    _ => 0.0,
                };
                out.put(set, vec2(left + free, top + base));
            }
        }
        (out.up, out.down, out.width) = (out.up.max(-top), out.down.max(high + top), x);
        out
    }

    pub(super) fn mark(&self, mark: Mark, of: &Node, place: Place) -> Set {
        let em = self.em(place);
        let thick = self.thick(place);
        let mut out = self.node(of, place);
        let (width, up, down) = (out.width, out.up, out.down);
        let over = -up - 0.12 * em;
        match mark {
            Mark::Accent(sign) => {
                let accent = self.words(&sign.to_string(), em);
                let y = -(up + 0.07 * em) - accent.down;
                let x = (width - accent.width) / 2.0 + 0.04 * em;
                out.put(accent, vec2(x, y));
            }
            Mark::LineOver => out.rule(Rect::from_min_max(pos2(0.0, over - thick), pos2(width, over))),
            Mark::LineUnder => {
                let y = down + 0.1 * em;
                out.rule(Rect::from_min_max(pos2(0.0, y), pos2(width, y + thick)));
            }
            Mark::ArrowOver => {
                let (end, head) = (width.max(0.4 * em), 0.12 * em);
                let y = over - head;
                out.line(vec![vec2(0.02 * em, y), vec2(end, y)], thick);
                out.line(vec![vec2(end - head * 1.2, y - head), vec2(end, y), vec2(end - head * 1.2, y + head)], thick);
            }
            Mark::BraceOver | Mark::BraceUnder => {
                let side = if mark == Mark::BraceOver { -1.0 } else { 1.0 };
                let base = if mark == Mark::BraceOver { over } else { down + 0.12 * em };
                let deep = 0.14 * em * side;
                let (mid, bend) = (width / 2.0, (0.2 * em).min(width / 4.0));
                let points = [
                    (0.0, 0.0),
                    (bend * 0.3, deep * 0.7),
                    (bend, deep),
                    (mid - bend, deep),
                    (mid - bend * 0.3, deep * 1.3),
                    (mid, deep * 2.0),
                    (mid + bend * 0.3, deep * 1.3),
                    (mid + bend, deep),
                    (width - bend, deep),
                    (width - bend * 0.3, deep * 0.7),
                    (width, 0.0),
                ];
                out.line(points.into_iter().map(|(x, y)| vec2(x, base + y)).collect(), thick);
            }
            Mark::Frame => {
                let room = 0.25 * em;
                let inner = std::mem::take(&mut out);
                out.put(inner, vec2(room, 0.0));
                let (right, top, bottom) = (width + 2.0 * room, -up - room, down + room);
                let corners = [(0.0, top), (right, top), (right, bottom), (0.0, bottom), (0.0, top)];
                out.line(corners.into_iter().map(|(x, y)| vec2(x, y)).collect(), thick);
                out.width = right;
            }
        }
        out
    }
}
