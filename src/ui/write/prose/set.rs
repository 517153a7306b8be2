//! Formulas set as they are in print: boxes of glyphs and lines around a baseline.

use std::sync::Arc;

use egui::{Color32, FontFamily, FontId, Galley, Painter, Pos2, Rect, Stroke, Vec2, pos2, vec2};

use crate::writing::formula::{Class, Columns, Mark, Node, single_struck, stroked};

/// Sizes of scripts and of their scripts.
const LEVELS: [f32; 3] = [1.0, 0.72, 0.58];
/// From the baseline to the middle of signs such as `+`, in the size of the letters.
const AXIS: f32 = 0.25;

/// A formula, or a part of one, around the left end of its baseline.
#[derive(Clone, Default)]
pub struct Set {
    pub width: f32,
    pub up: f32,
    pub down: f32,
    parts: Vec<(Vec2, Painted)>,
}

/// What is painted of a formula.
#[derive(Clone)]
enum Painted {
    Text(Arc<Galley>),
    Rule(Vec2),
    Line(Vec<Vec2>, f32),
}

/// How a part is set.
#[derive(Clone, Copy)]
struct Place {
    display: bool,
    level: usize,
}

pub struct Setter<'a> {
    pub painter: &'a Painter,
    pub ink: Color32,
    /// Of the letters, in points.
    pub size: f32,
}

impl Set {
    /// Draws it with the left end of its baseline at `at`.
    pub fn paint(&self, painter: &Painter, at: Pos2, ink: Color32) {
        for (offset, part) in &self.parts {
            let at = at + *offset;
            match part {
                Painted::Text(galley) => {
                    painter.galley(at, galley.clone(), ink);
                }
                Painted::Rule(size) => {
                    painter.rect_filled(Rect::from_min_size(at, *size), 0.0, ink);
                }
                Painted::Line(points, width) => {
                    let points = points.iter().map(|p| at + *p).collect();
                    painter.line(points, Stroke::new(*width, ink));
                }
            }
        }
    }

    /// Puts `other` into it, its baseline at `at`.
    fn put(&mut self, other: Set, at: Vec2) {
        self.up = self.up.max(other.up - at.y);
        self.down = self.down.max(other.down + at.y);
        self.width = self.width.max(at.x + other.width);
        self.parts.extend(other.parts.into_iter().map(|(offset, part)| (offset + at, part)));
    }

    fn rule(&mut self, rect: Rect) {
        self.parts.push((rect.min.to_vec2(), Painted::Rule(rect.size())));
        self.up = self.up.max(-rect.top());
        self.down = self.down.max(rect.bottom());
        self.width = self.width.max(rect.right());
    }

    fn line(&mut self, points: Vec<Vec2>, width: f32) {
        for point in &points {
            self.up = self.up.max(-point.y);
            self.down = self.down.max(point.y);
        }
        self.parts.push((Vec2::ZERO, Painted::Line(points, width)));
    }

    /// A set whose middle is moved onto `axis` above the baseline.
    fn centred(self, axis: f32) -> Set {
        let mut out = Set::default();
        let down = (self.up - self.down) / 2.0 - axis;
        (out.up, out.down) = (self.up - down, self.down + down);
        out.put(self, vec2(0.0, down));
        out
    }
}

/// What a part is to its neighbours.
#[derive(Clone, Copy, PartialEq)]
enum AtomKind {
    Plain,
    Operator,
    Binary,
    Relation,
    Open,
    Close,
    Comma,
}

fn kind(node: &Node) -> AtomKind {
    match node {
        Node::Sign(_, class) => match class {
            Class::Binary => AtomKind::Binary,
            Class::Relation => AtomKind::Relation,
            Class::Open => AtomKind::Open,
            Class::Close => AtomKind::Close,
            Class::Comma => AtomKind::Comma,
            Class::Letter | Class::Upright | Class::Bold => AtomKind::Plain,
        },
        Node::Operator { .. } => AtomKind::Operator,
        Node::Scripts { base, .. } | Node::Stack { base, .. } => kind(base),
        _ => AtomKind::Plain,
    }
}

impl Setter<'_> {
    /// A whole formula; with `display` as one with lines of its own is set.
    pub fn set(&self, node: &Node, display: bool) -> Set {
        self.node(node, Place { display, level: 0 })
    }

    /// A formula in pieces between which a line may end: before the relations.
    pub fn pieces(&self, node: &Node) -> Vec<Set> {
        let Node::Row(nodes) = node else { return vec![self.set(node, false)] };
        let place = Place { display: false, level: 0 };
        let starts = (1..nodes.len()).filter(|i| kind(&nodes[*i]) == AtomKind::Relation);
        let mut from = 0;
        let mut out = Vec::new();
        for at in starts.chain([nodes.len()]) {
            if at > from {
                out.push(self.row(&nodes[from..at], place));
            }
            from = at;
        }
        out
    }

    fn em(&self, place: Place) -> f32 {
        self.size * LEVELS[place.level.min(2)]
    }

    fn thick(&self, place: Place) -> f32 {
        (self.em(place) * 0.045).max(1.0)
    }

    fn text(&self, text: &str, family: &'static str, size: f32) -> Set {
        let font = FontId::new(size, FontFamily::Name(family.into()));
        let galley = self.painter.layout_no_wrap(text.to_owned(), font, self.ink);
        let Some(base) = galley.rows.first().and_then(|row| Some(row.pos.y + row.glyphs.first()?.pos.y)) else {
            return Set::default();
        };
        let ink = galley.mesh_bounds;
        let (up, down) = if ink.is_positive() { (base - ink.top(), ink.bottom() - base) } else { (0.0, 0.0) };
        Set { width: galley.size().x, up, down, parts: vec![(vec2(0.0, -base), Painted::Text(galley))] }
    }

    fn node(&self, node: &Node, place: Place) -> Set {
        let em = self.em(place);
        match node {
            Node::Row(nodes) => self.row(nodes, place),
            Node::Sign(text, class) => self.sign(text, *class, em),
            Node::Words(text) => self.words(text, em),
            Node::Operator { text, big: true, .. } => {
                self.text(text, if place.display { "katex-2" } else { "katex-1" }, em).centred(AXIS * em)
            }
            Node::Operator { text, .. } => self.words(text, em),
            Node::Fraction { over, under, line } => self.fraction(over, under, *line, place),
            Node::Root { index, of } => self.root(index.as_deref(), of, place),
            Node::Scripts { base, sub, sup } => {
                let stacks = match &**base {
                    Node::Operator { limits, .. } => *limits && place.display,
                    Node::Mark { mark: Mark::BraceOver, .. } => sub.is_none(),
                    Node::Mark { mark: Mark::BraceUnder, .. } => sup.is_none(),
                    _ => false,
                };
                if stacks {
                    self.stack(base, sub.as_deref(), sup.as_deref(), place)
                } else {
                    self.scripts(base, sub.as_deref(), sup.as_deref(), place)
                }
            }
            Node::Stack { base, under, over } => self.stack(base, under.as_deref(), over.as_deref(), place),
            Node::Fence { left, inner, right } => {
                let inner = self.node(inner, place);
                let reach = (inner.up - AXIS * em).max(inner.down + AXIS * em) * 2.0;
                let mut out = Set::default();
                for part in [self.bracket(left, reach, place), inner, self.bracket(right, reach, place)] {
                    let x = out.width;
                    out.put(part, vec2(x, 0.0));
                }
                out
            }
            Node::Grid { rows, columns } => self.grid(rows, *columns, place),
            Node::Mark { mark, of } => self.mark(*mark, of, place),
            Node::Space(width) => Set { width: width * em, ..Set::default() },
        }
    }

    fn sign(&self, text: &str, class: Class, em: f32) -> Set {
        let first = text.chars().next();
        if let Some(plain) = first.and_then(single_struck) {
            return self.text(&plain.to_string(), "katex-ams", em);
        }
        if let Some(plain) = stroked(text).or_else(|| text.strip_suffix('\u{338}')) {
            let mut out = self.words(plain, em);
            let (middle, half) = (vec2(out.width / 2.0, -AXIS * em), vec2(0.2 * em, -0.42 * em));
            out.line(vec![middle - half, middle + half], (em * 0.045).max(1.0));
            return out;
        }
        match class {
            Class::Letter => self.text(text, "katex-italic", em),
            Class::Bold => self.text(text, "strong", em * 0.86),
            _ => self.words(text, em),
        }
    }

    /// Upright. Letters of other scripts are larger in their fonts.
    fn words(&self, text: &str, em: f32) -> Set {
        let other = text.chars().any(|c| c >= '\u{2e80}');
        self.text(text, "katex-main", if other { em * 0.85 } else { em })
    }

    fn row(&self, nodes: &[Node], place: Place) -> Set {
        let em = self.em(place);
        let mut kinds: Vec<AtomKind> = nodes.iter().map(kind).collect();
        for i in 0..kinds.len() {
            // A sign that has nothing on one of its sides is no operation.
            let before = i.checked_sub(1).and_then(|i| kinds.get(i)).copied();
            let after = kinds.get(i + 1).copied();
            let lone = |side: Option<AtomKind>, open: AtomKind| {
                side.is_none_or(|k| k == open || matches!(k, AtomKind::Binary | AtomKind::Relation | AtomKind::Comma))
            };
            if kinds[i] == AtomKind::Binary && (lone(before, AtomKind::Open) || lone(after, AtomKind::Close)) {
                kinds[i] = AtomKind::Plain;
            }
        }
        let mut out = Set::default();
        for (i, node) in nodes.iter().enumerate() {
            let before = i.checked_sub(1).map(|i| kinds[i]);
            let gap = match (before, kinds[i]) {
                (None, _) => 0.0,
                (Some(AtomKind::Relation), AtomKind::Relation) => 0.0,
                (Some(AtomKind::Relation), _) | (_, AtomKind::Relation) if place.level == 0 => 0.28,
                (Some(AtomKind::Binary), _) | (_, AtomKind::Binary) if place.level == 0 => 0.22,
                (Some(AtomKind::Comma), _) if place.level == 0 => 0.17,
                (Some(AtomKind::Operator), AtomKind::Open | AtomKind::Close | AtomKind::Comma) => 0.0,
                (Some(AtomKind::Operator), _) | (Some(AtomKind::Plain | AtomKind::Close), AtomKind::Operator) => 0.17,
                _ => 0.0,
            };
            let x = out.width + gap * em;
            let part = self.node(node, place);
            // Room may be taken back.
            let width = x + part.width;
            out.put(part, vec2(x, 0.0));
            out.width = width.max(0.0);
        }
        out
    }

    fn fraction(&self, over: &Node, under: &Node, line: bool, place: Place) -> Set {
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

    fn root(&self, index: Option<&Node>, of: &Node, place: Place) -> Set {
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

    fn scripts(&self, base: &Node, sub: Option<&Node>, sup: Option<&Node>, place: Place) -> Set {
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

    fn stack(&self, base: &Node, under: Option<&Node>, over: Option<&Node>, place: Place) -> Set {
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
    fn bracket(&self, sign: &str, reach: f32, place: Place) -> Set {
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

    fn grid(&self, rows: &[Vec<Node>], columns: Columns, place: Place) -> Set {
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

    fn mark(&self, mark: Mark, of: &Node, place: Place) -> Set {
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
