//! Signs that the first font with them would show wrong: quotation marks and dots that Chinese and other languages share
//! (full width in Chinese text, half width elsewhere), and emoji that begin with a figure.
//!
//! The window's own words are of one language, and its fonts are those of that language ([`theme::speak`]). What people
//! and models write may be of any: it goes through [`job`], [`append`] or, while it is typed, [`typed`].

use std::ops::Range;
use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Color32, FontFamily, FontId, Galley, Stroke, TextStyle, Ui};

use super::theme;

const OPENING: [char; 2] = ['“', '‘'];
const CLOSING: [char; 2] = ['”', '’'];
const DOTS: [char; 2] = ['…', '·'];
/// How far apart the two marks of a pair may be, in letters.
const FAR: usize = 400;

/// Whether `c` is written at full width: ideographs, kana, and their punctuation.
pub fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ffe6}' | '\u{20000}'..='\u{3ffff}')
}

/// A piece of a text that needs another font.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    bytes: Range<usize>,
    emoji: bool,
}

/// The pieces of `text` that need another font, in their order.
pub fn marks(text: &str) -> Vec<Piece> {
    if text.is_ascii() {
        return Vec::new();
    }
    let chinese = chinese(text).into_iter().map(|at| {
        let long = text[at..].chars().next().map_or(1, char::len_utf8);
        Piece { bytes: at..at + long, emoji: false }
    });
    let mut found: Vec<Piece> = chinese.chain(emoji(text)).collect();
    found.sort_by_key(|piece| piece.bytes.start);
    found
}

/// Figures and signs of text that a selector makes emoji: `1️⃣`, `©️`.
fn emoji(text: &str) -> impl Iterator<Item = Piece> {
    text.match_indices('\u{fe0f}').filter_map(|(at, selector)| {
        let before = text[..at].chars().next_back()?;
        let text_too = before.is_ascii() || matches!(before, '©' | '®' | '‼' | '⁉' | '♀' | '♂' | '〰' | '〽');
        let end = at + selector.len();
        let cap = if text[end..].starts_with('\u{20e3}') { 3 } else { 0 };
        text_too.then_some(Piece { bytes: at - before.len_utf8()..end + cap, emoji: true })
    })
}

/// Where `text` has marks that are Chinese, in bytes. A pair is of the language around it, and where it is alone of
/// the language inside it.
fn chinese(text: &str) -> Vec<usize> {
    // No mark's language depends on other lines; one letter after the other is looked for fast.
    let mut all = Vec::new();
    if [OPENING, CLOSING, DOTS].as_flattened().iter().any(|c| text.contains(*c)) {
        let mut begin = 0;
        for line in text.split_inclusive('\n') {
            if [OPENING, CLOSING, DOTS].as_flattened().iter().any(|c| line.contains(*c)) {
                all.extend(chinese_of_line(line).into_iter().map(|at| begin + at));
            }
            begin += line.len();
        }
    }
    all
}

fn chinese_of_line(text: &str) -> Vec<usize> {
    let shared = |c: char| OPENING.contains(&c) || CLOSING.contains(&c) || DOTS.contains(&c);
    if !text.contains(is_wide) {
        return Vec::new();
    }
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    let at = |i: usize| letters.get(i).map(|(_, c)| *c);
    // The nearest letter that tells a language, within the line; and whether it touches.
    let near = |from: usize, back: bool| {
        let (mut i, mut touches) = (from, true);
        loop {
            i = if back { i.checked_sub(1)? } else { i + 1 };
            match at(i)? {
                '\n' => return None,
                c if shared(c) => {}
                c if c.is_whitespace() => touches = false,
                c => return Some((is_wide(c), touches)),
            }
        }
    };
    let language = |first: usize, last: usize| {
        let around = [near(first, true), near(last, false)];
        if around.iter().flatten().any(|(wide, touches)| *wide && *touches) {
            return true;
        }
        match around.iter().flatten().next() {
            Some(_) => false,
            None => near(first, false).is_some_and(|(wide, _)| wide),
        }
    };
    let mut found = Vec::new();
    let mut closed = vec![false; letters.len()];
    for (i, (byte, c)) in letters.iter().enumerate() {
        if let Some(kind) = OPENING.iter().position(|open| open == c) {
            let end = (i + 1..letters.len().min(i + FAR))
                .take_while(|j| at(*j) != Some('\n'))
                .find(|j| at(*j) == Some(CLOSING[kind]) && !closed[*j] && !is_apostrophe(at(*j - 1), at(*j + 1)));
            if language(i, end.unwrap_or(i)) {
                found.push(*byte);
                found.extend(end.map(|j| letters[j].0));
            }
            if let Some(j) = end {
                closed[j] = true;
            }
        } else if CLOSING.contains(c) && !closed[i] && !is_apostrophe(i.checked_sub(1).and_then(at), at(i + 1))
            || DOTS.contains(c)
        {
            let touching = [near(i, true), near(i, false)];
            if touching.iter().flatten().any(|(wide, touches)| *wide && *touches) {
                found.push(*byte);
            }
        }
    }
    found.sort_unstable();
    found
}

/// `it’s`
fn is_apostrophe(before: Option<char>, after: Option<char>) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && !is_wide(c));
    letter(before) && letter(after)
}

/// Cuts `range` of the text that `marks` were found in: pieces and the format of each.
pub fn pieces(range: Range<usize>, marks: &[Piece], format: &TextFormat, line: f32) -> Vec<(Range<usize>, TextFormat)> {
    let told = FontId { family: theme::told(&format.font_id.family), ..format.font_id.clone() };
    let format = &TextFormat { font_id: told, ..format.clone() };
    let first = marks.partition_point(|mark| mark.bytes.start < range.start);
    let (mut done, mut out) = (range.start, Vec::with_capacity(1));
    for mark in marks[first..].iter().take_while(|mark| mark.bytes.end <= range.end) {
        if mark.bytes.start > done {
            out.push((done..mark.bytes.start, format.clone()));
        }
        let family = if mark.emoji { theme::emoji_family() } else { theme::chinese_family() };
        let font_id = FontId::new(format.font_id.size, family);
        out.push((mark.bytes.clone(), TextFormat { font_id, line_height: Some(line), ..format.clone() }));
        done = mark.bytes.end;
    }
    if done < range.end {
        out.push((done..range.end, format.clone()));
    }
    out
}

/// Appends `text`, which begins `offset` bytes into what `marks` were found in.
pub fn append(job: &mut LayoutJob, text: &str, offset: usize, marks: &[Piece], format: &TextFormat, line: f32) {
    for (range, format) in pieces(offset..offset + text.len(), marks, format, line) {
        job.append(&text[range.start - offset..range.end - offset], 0.0, format);
    }
}

/// Nothing underlined.
pub const PLAIN: (&[Range<usize>], Stroke) = (&[], Stroke::NONE);

/// `text` in a field; without a `width` it has one line. Its colour is the field's. `underlined` are bytes of it, in order,
/// and their line; those that do not fit the text (it was typed on since) are left out.
pub fn typed(
    ui: &Ui,
    text: &str,
    width: Option<f32>,
    halign: Align,
    (underlined, underline): (&[Range<usize>], Stroke),
) -> Arc<Galley> {
    let font = TextStyle::Body.resolve(ui.style());
    let line = ui.fonts_mut(|fonts| fonts.row_height(&font)) + ui.spacing().extra_text_line_spacing;
    let format = TextFormat { line_height: Some(line), ..TextFormat::simple(font, Color32::PLACEHOLDER) };
    let below = TextFormat { underline, ..format.clone() };
    let (mut job, marks, mut done) = (LayoutJob::default(), marks(text), 0);
    for words in underlined {
        let (Some(before), Some(inside)) = (text.get(done..words.start), text.get(words.clone())) else { continue };
        append(&mut job, before, done, &marks, &format, line);
        append(&mut job, inside, words.start, &marks, &below, line);
        done = words.end;
    }
    append(&mut job, &text[done..], done, &marks, &format, line);
    if job.sections.is_empty() {
        job.append("", 0.0, format);
    }
    job.break_on_newline = width.is_some();
    job.wrap.max_width = width.unwrap_or(f32::INFINITY);
    job.halign = halign;
    job.keep_trailing_whitespace = true;
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

/// `text` in one font, its shared marks as its language has them.
pub fn job(ui: &Ui, text: &str, font: FontId, ink: Color32) -> LayoutJob {
    let line = ui.fonts_mut(|fonts| fonts.row_height(&font));
    let mut job = LayoutJob::default();
    if font.family == FontFamily::Monospace {
        job.append(text, 0.0, TextFormat::simple(font, ink));
    } else {
        append(&mut job, text, 0, &marks(text), &TextFormat::simple(font, ink), line);
    }
    job
}

/// [`job`] on one line.
pub fn line(ui: &Ui, text: &str, font: FontId, ink: Color32) -> LayoutJob {
    LayoutJob { break_on_newline: false, ..job(ui, text, font, ink) }
}

#[cfg(test)]
mod tests {
    use super::{chinese, marks};

    /// The text with its Chinese marks in brackets.
    fn shown(text: &str) -> String {
        let marks = chinese(text);
        let mark = |(at, c): (usize, char)| if marks.contains(&at) { format!("[{c}]") } else { c.to_string() };
        text.char_indices().map(mark).collect()
    }

    #[test]
    fn marks_are_of_the_language_around_them() {
        for (text, wanted) in [
            ("他说“你好”。", "他说[“]你好[”]。"),
            ("他说“hello”，然后走了。", "他说[“]hello[”]，然后走了。"),
            ("She said “hello” to me.", "She said “hello” to me."),
            ("She said “你好” to me.", "She said “你好” to me."),
            ("“你好”", "[“]你好[”]"),
            ("“Hi”\n“你好”，他说。", "“Hi”\n[“]你好[”]，他说。"),
            ("It’s 很好", "It’s 很好"),
            ("‘AI’技术", "[‘]AI[’]技术"),
            ("所以……", "所以[…][…]"),
            ("Well… 好", "Well… 好"),
            ("“好", "[“]好"),
            ("列夫·托尔斯泰", "列夫[·]托尔斯泰"),
        ] {
            assert_eq!(shown(text), wanted);
        }
    }

    #[test]
    fn figures_that_a_selector_makes_emoji_are_found_whole() {
        let found = |text: &'static str| marks(text).into_iter().map(|m| &text[m.bytes]).collect::<Vec<_>>();
        assert_eq!(found("1️⃣ and ©️ and 😀 ❤️"), ["1️⃣", "©️"]);
        assert_eq!(found("1 © “a”"), [""; 0]);
    }
}
