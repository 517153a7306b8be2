//! Formulas set as they are in print: boxes of glyphs and lines around a baseline.

mod stacked;

use std::sync::Arc;

use egui::{Color32, FontFamily, FontId, Galley, Painter, Pos2, Rect, Stroke, Vec2, vec2};

use crate::writing::formula::{Class, Mark, Node, single_struck, stroked};

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
}
