//! The order of Arabic, Hebrew and other scripts that run from right to left, wherever the window shows them.
//!
//! egui 0.37 shapes each word of such a script rightly, but puts the words of a line from left to right. Here the lines
//! are put in order after egui has broken them (that is where the Unicode rules want it), in what is about to be
//! painted: the texts themselves stay as they are, for copying, for search and for screen readers. What this cannot do
//! is to move egui's text cursor and the ground of selected letters: those stay where egui thinks that the letters are.

use std::ops::Range;
use std::sync::Arc;

use egui::epaint::text::{Glyph, Row};
use egui::{Context, FullOutput, Galley, Plugin, Shape};
use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};

/// See the module.
#[derive(Default)]
pub struct Bidi;

impl Plugin for Bidi {
    fn debug_name(&self) -> &'static str {
        "bidi"
    }

    fn output_hook(&mut self, _: &Context, output: &mut FullOutput) {
        for clipped in &mut output.shapes {
            shape(&mut clipped.shape);
        }
    }
}

fn shape(shape: &mut Shape) {
    match shape {
        Shape::Vec(shapes) => shapes.iter_mut().for_each(self::shape),
        Shape::Text(text) if may_run_right_to_left(text.galley.text()) => {
            text.galley = Arc::new(in_order(&text.galley));
        }
        _ => {}
    }
}

/// A quick look at the bytes, for a page may be long: whether a block of such a script is in the text.
fn may_run_right_to_left(text: &str) -> bool {
    let bytes = text.as_bytes();
    let starts = |at: usize| match bytes[at] {
        // U+0580 to U+07FF, U+0800 to U+08FF, and the older forms of letters from U+FB00 on.
        0xd6..=0xdf => true,
        0xe0 => bytes.get(at + 1).is_some_and(|next| (0xa0..=0xa3).contains(next)),
        0xef => bytes.get(at + 1).is_some_and(|next| (0xac..=0xbb).contains(next)),
        _ => false,
    };
    let mut at = 0;
    while let Some(more) = bytes[at..].iter().position(|byte| *byte >= 0xd6) {
        at += more;
        if starts(at) {
            return true;
        }
        at += 1;
    }
    false
}

fn is_right_to_left(c: char) -> bool {
    matches!(bidi_class(c), BidiClass::R | BidiClass::AL)
}

/// Whether a text runs from right to left as a whole: its first letter with a direction says so.
pub fn runs_right_to_left(text: &str) -> bool {
    direction(text).unwrap_or(false)
}

/// Whether the first letter of a text with a direction is of a script that runs from right to left; `None` where no
/// letter has one.
pub fn direction(text: &str) -> Option<bool> {
    let mut directed = text.chars().map(bidi_class);
    let first = directed.find(|class| matches!(class, BidiClass::L | BidiClass::R | BidiClass::AL));
    first.map(|class| class != BidiClass::L)
}

/// A galley as it is seen: what is drawn around its letters goes by the places that they are painted at.
pub fn seen(galley: &Arc<Galley>) -> Arc<Galley> {
    if may_run_right_to_left(galley.text()) { Arc::new(in_order(galley)) } else { galley.clone() }
}

fn in_order(galley: &Galley) -> Galley {
    let mut galley = galley.clone();
    // Each paragraph has its own direction; its lines share it.
    let mut paragraphs = galley.job.text.split('\n').map(runs_right_to_left).collect::<Vec<_>>().into_iter();
    let mut from_right = paragraphs.next().unwrap_or(false);
    for placed in &mut galley.rows {
        if placed.row.glyphs.iter().any(|glyph| is_right_to_left(glyph.chr)) {
            reorder(Arc::make_mut(&mut placed.row), from_right);
        }
        if placed.ends_with_newline {
            from_right = paragraphs.next().unwrap_or(false);
        }
    }
    galley
}

/// The blocks of scripts that run from right to left, with their own digits and commas: a font that has the one has the
/// other, so that egui shapes them together.
fn is_of_their_blocks(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// Glyphs of a line that stay together: a word that egui has put in order already, or one other letter.
fn units(chars: &[char]) -> Vec<Range<usize>> {
    let mut units: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let more = chars[at..].iter().take_while(|c| is_of_their_blocks(**c) || bidi_class(**c) == BidiClass::NSM);
        let end = at + more.count();
        if chars[at..end].iter().any(|c| is_right_to_left(*c)) {
            units.push(at..end);
            at = end;
        } else {
            units.push(at..at + 1);
            at += 1;
        }
    }
    units
}

/// The units of a line from left to right as they are to be seen, and whether each runs from the right.
fn visual(chars: &[char], units: &[Range<usize>], from_right: bool) -> Vec<(usize, bool)> {
    // Each unit is one letter here: the units of a word have one direction.
    let first = |unit: &Range<usize>| {
        let of = &chars[unit.clone()];
        of.iter().copied().find(|c| is_right_to_left(*c)).unwrap_or(chars[unit.start])
    };
    let line: String = units.iter().map(first).collect();
    let base = if from_right { Level::rtl() } else { Level::ltr() };
    let info = BidiInfo::new(&line, Some(base));
    let mut levels: Vec<Level> =
        line.char_indices().map(|(at, _)| info.levels.get(at).copied().unwrap_or(base)).collect();
    // Spaces at the end of a line are on the side where the line ends.
    for (level, c) in levels.iter_mut().rev().zip(line.chars().rev()) {
        if !c.is_whitespace() {
            break;
        }
        *level = base;
    }
    BidiInfo::reorder_visual(&levels).into_iter().map(|unit| (unit, levels[unit].is_rtl())).collect()
}

fn reorder(row: &mut Row, from_right: bool) {
    let chars: Vec<char> = row.glyphs.iter().map(|glyph| glyph.chr).collect();
    let units = units(&chars);
    let start = row.glyphs.first().map_or(0.0, |glyph| glyph.pos.x);
    let left = |glyphs: &[Glyph], at: usize| glyphs.get(at).map(|glyph| glyph.pos.x);
    let end = row.glyphs.last().map_or(start, Glyph::max_x);
    let before = row.glyphs.clone();
    let mut x = start;
    for (unit, mirrored) in visual(&chars, &units, from_right) {
        let range = units[unit].clone();
        let from = before[range.start].pos.x;
        let width = left(&before, range.end).unwrap_or(end) - from;
        for at in range {
            let first = before[at].first_vertex as usize;
            let last = before.get(at + 1).map_or(row.visuals.glyph_vertex_range.end, |next| next.first_vertex as usize);
            row.glyphs[at].pos.x += x - from;
            let Some(corners) = row.visuals.mesh.vertices.get_mut(first..last) else { continue };
            corners.iter_mut().for_each(|corner| corner.pos.x += x - from);
            if let ([a, b, c, d], true) = (corners, mirrored && is_mirrored(chars[at])) {
                std::mem::swap(&mut a.uv, &mut b.uv);
                std::mem::swap(&mut c.uv, &mut d.uv);
            }
        }
        x += width;
    }
    let bounds = row.visuals.mesh.calc_bounds();
    if bounds.is_positive() {
        row.visuals.mesh_bounds = bounds;
    }
}

/// Brackets face the other way where the text does.
fn is_mirrored(c: char) -> bool {
    matches!(c, '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '«' | '»' | '‹' | '›')
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Color32, FontId};

    /// The line as it is seen, with the letters of each word in the order in which they are read.
    fn seen(line: &str) -> String {
        let chars: Vec<char> = line.chars().collect();
        let units = units(&chars);
        let order = visual(&chars, &units, runs_right_to_left(line));
        order.iter().flat_map(|(unit, _)| chars[units[*unit].clone()].iter()).collect()
    }

    #[test]
    fn words_run_from_the_right_and_numbers_within_them_do_not() {
        assert_eq!(seen("שלום עולם"), "עולם שלום");
        assert_eq!(seen("מחיר 128 שקל."), ".שקל 128 מחיר");
        assert_eq!(seen("مرحبا بالعالم"), "بالعالم مرحبا");
        // A word of another script within, and within another script.
        assert_eq!(seen("שלום Rust עולם"), "עולם Rust שלום");
        assert_eq!(seen("He said שלום עולם today"), "He said עולם שלום today");
        assert_eq!(seen("plain words"), "plain words");
        // A comma of the script's own is shaped with its word; the letters of a unit are as they were given.
        assert_eq!(seen("،ابحرم ملاع"), "ملاع ،ابحرم");
    }

    #[test]
    fn a_texts_first_letter_says_where_it_begins() {
        assert!(runs_right_to_left("1. שלום"));
        assert!(!runs_right_to_left("Hello שלום"));
        assert!(!runs_right_to_left("123"));
        for (text, may) in [("你好, wörld’s “end” 🙂", false), ("a שלום", true), ("مرحبا", true), ("ﷲ", true)]
        {
            assert_eq!(may_run_right_to_left(text), may, "{text}");
        }
    }

    /// No font of the program has Hebrew: Latin letters stand in, in the order in which egui shapes a Hebrew word.
    #[test]
    fn the_letters_on_the_screen_move_and_the_text_stays() {
        let context = Context::default();
        let mut laid = None;
        let mut output = context.run_ui(egui::RawInput::default(), |ui| {
            laid = Some(ui.painter().layout_no_wrap("(mwls) abc".into(), FontId::proportional(14.0), Color32::WHITE));
        });
        output.textures_delta.clear();
        let mut galley = (*laid.expect("it was laid out")).clone();
        galley.job = Arc::new(egui::text::LayoutJob { text: "(שלום) abc".into(), ..(*galley.job).clone() });
        let row = Arc::make_mut(&mut galley.rows[0].row);
        row.glyphs.iter_mut().zip("(םולש) abc".chars()).for_each(|(glyph, c)| glyph.chr = c);
        let new = in_order(&galley);
        assert_eq!(new.text(), "(שלום) abc");
        let row = &new.rows[0].row;
        let mut seen: Vec<_> = row.glyphs.iter().collect();
        seen.sort_by(|a, b| a.pos.x.total_cmp(&b.pos.x));
        // The Latin word ends the line, at the left; the word itself is as egui shaped it.
        assert_eq!(seen.iter().map(|glyph| glyph.chr).collect::<String>(), "abc )םולש(");
        // What is painted moved as far as the letters, and brackets face the other way.
        let old = &galley.rows[0].row;
        for (a, b) in old.glyphs.iter().zip(&row.glyphs).filter(|(a, _)| a.chr != ' ') {
            let at = |row: &Row, glyph: &Glyph| row.visuals.mesh.vertices[glyph.first_vertex as usize];
            let (before, after) = (at(old, a), at(row, b));
            assert!((after.pos.x - before.pos.x - (b.pos.x - a.pos.x)).abs() < 0.01, "{}", a.chr);
            assert_eq!(before.uv != after.uv, is_mirrored(a.chr), "{}", a.chr);
        }
    }
}
