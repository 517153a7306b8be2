//! Markdown read while it is written: blocks that are finished are read once and kept; only what is still open is read
//! again with each token.

use std::borrow::Cow;

use pulldown_cmark::{Event, Parser};

use super::export::{Block, OPTIONS, for_window, json_block};
use super::fences::Fences;

/// A text and its blocks.
#[derive(Default)]
pub struct Reading {
    text: String,
    growing: bool,
    /// The blocks before `open_from`, never read again while the text grows.
    done: Vec<Block>,
    open_from: usize,
    open: Vec<Block>,
    /// Bytes that were read so far, for tests.
    pub read: usize,
}

impl Reading {
    /// Brings the blocks up to `text`. While it is `growing` what was begun counts as closed; a text that has ended is
    /// read as a whole, once.
    pub fn update(&mut self, text: &str, growing: bool) {
        if self.growing == growing && self.text == text {
            return;
        }
        let goes_on = growing && self.growing && text.starts_with(&self.text);
        if !goes_on {
            (self.done, self.open_from) = (Vec::new(), 0);
        }
        self.text.clear();
        self.text.push_str(text);
        self.growing = growing;
        if let Some(code) = json_block(text) {
            self.read += text.len();
            (self.done, self.open_from, self.open) = (Vec::new(), 0, vec![code]);
        } else if growing {
            let tail = &text[self.open_from..];
            let end = finished(tail);
            self.read += tail.len();
            self.done.extend(for_window(&tail[..end]));
            self.open_from += end;
            self.open = for_window(&mended(&tail[end..]));
        } else {
            self.read += text.len();
            self.done = for_window(text);
            self.open.clear();
        }
    }

    /// Every block, those that are finished first.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.done.iter().chain(&self.open)
    }

    /// How many blocks stay as they are.
    pub fn kept(&self) -> usize {
        self.done.len()
    }
}

/// Where the last block of `text` that may still change begins. Only whole lines count, and only beginnings behind a
/// blank line: no formula and no heading by underline goes beyond one.
fn finished(text: &str) -> usize {
    let whole = &text[..text.rfind('\n').map_or(0, |at| at + 1)];
    let (mut depth, mut last) = (0_usize, 0);
    for (event, range) in Parser::new_ext(whole, OPTIONS).into_offset_iter() {
        let begins = depth == 0 && !matches!(event, Event::End(_));
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        let line = whole[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let before = whole[..line].trim_end_matches([' ', '\t']);
        if begins && before.strip_suffix('\n').is_some_and(|b| b.trim_end_matches([' ', '\t', '\r']).ends_with('\n')) {
            last = line;
        }
    }
    last
}

/// `text` with an end to what was begun in its last paragraph, so that half a mark does not flicker between two looks.
fn mended(text: &str) -> Cow<'_, str> {
    let mut fences = Fences::default();
    let mut paragraph = 0;
    let mut at = 0;
    let mut code = false;
    for line in text.split_inclusive('\n') {
        code = fences.takes(line);
        at += line.len();
        if code || line.trim().is_empty() {
            paragraph = at;
        }
    }
    if code || fences.missing().is_some() {
        return Cow::Borrowed(text);
    }
    let body = text.trim_end();
    let open = open_marks(text.get(paragraph..body.len()).unwrap_or_default());
    if open.is_empty() {
        return Cow::Borrowed(text);
    }
    // A mark with nothing behind it yet is not shown.
    let mut out = body.to_owned();
    let mut open = &open[..];
    while let Some(mark) = open.last().filter(|mark| out.ends_with(mark.begin)) {
        out.truncate(out.len() - mark.begin.len());
        out.truncate(out.trim_end().len());
        open = &open[..open.len() - 1];
    }
    for mark in open.iter().rev() {
        out.push_str(mark.end);
    }
    Cow::Owned(out)
}

#[derive(Clone, Copy)]
struct Mark {
    begin: &'static str,
    end: &'static str,
}

/// What is open at the end of a paragraph, outermost first.
fn open_marks(text: &str) -> Vec<Mark> {
    // Longer ones first.
    const MARKS: [(&str, &str); 11] = [
        ("\\[", "\\]"),
        ("\\(", "\\)"),
        ("$$", "$$"),
        ("``", "``"),
        ("`", "`"),
        ("**", "**"),
        ("__", "__"),
        ("~~", "~~"),
        ("*", "*"),
        ("_", "_"),
        ("\\", ""),
    ];
    let mut open: Vec<Mark> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let letter = rest.chars().next().map_or(1, char::len_utf8);
        // In code and formulas only their own end counts.
        if let Some(mark) = open.last().filter(|mark| mark.begin.starts_with(['\\', '$', '`'])) {
            if rest.starts_with(mark.end) {
                at += mark.end.len();
                open.pop();
            } else {
                at += letter;
            }
            continue;
        }
        let Some((begin, end)) = MARKS.into_iter().find(|(begin, _)| rest.starts_with(begin)) else {
            at += letter;
            continue;
        };
        if begin == "\\" {
            at += 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
            continue;
        }
        let before = text[..at].chars().next_back();
        let after = rest[begin.len()..].chars().next();
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let space = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let stress = begin.starts_with(['*', '_', '~']);
        if let Some(place) = open.iter().rposition(|mark| mark.begin == begin).filter(|_| !stress || !space(before)) {
            open.truncate(place);
        } else if !stress || after.is_none() || !(space(after) || begin.starts_with('_') && word(before)) {
            // The dot of a list is no stress: it has a space behind it or is the last thing in a line so far.
            let bullet = begin == "*" && after.is_none() && space(before);
            if !bullet {
                open.push(Mark { begin, end });
            }
        }
        at += begin.len();
    }
    open
}

#[cfg(test)]
mod tests {
    use super::super::export::Block;
    use super::{Reading, mended};

    const TEXT: &str = "# Title\n\nA *first* paragraph\nof two lines.\n\n- one\n- two\n\n  more of two\n\n1. a\n\n2. b\n\n```rust\nfn \
        main() {\n\n}\n```\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n$$\n\\frac{a}{b}\n= c\n$$\n\n    set in\n\nThe **end**, \
        with \\(x^2\\) and $y$.\n";

    #[test]
    fn a_text_that_grows_is_read_as_the_whole_is() {
        let mut whole = Reading::default();
        whole.update(TEXT, false);
        let mut growing = Reading::default();
        for (at, _) in TEXT.char_indices() {
            growing.update(&TEXT[..at], true);
        }
        growing.update(TEXT, true);
        assert!(growing.kept() >= 7, "{} blocks are kept", growing.kept());
        assert!(growing.blocks().eq(whole.blocks()), "{:#?}", growing.blocks().collect::<Vec<_>>());
        growing.update(TEXT, false);
        assert!(growing.blocks().eq(whole.blocks()));
    }

    #[test]
    fn a_finished_block_is_never_read_again() {
        let paragraph = "Some words of a paragraph that is as long as others are.\n\n";
        let mut reading = Reading::default();
        let mut text = String::new();
        let mut cost = Vec::new();
        for _ in 0..200 {
            text.push_str(paragraph);
            let before = reading.read;
            reading.update(&text, true);
            cost.push(reading.read - before);
        }
        assert!(cost[199] <= 3 * paragraph.len(), "the last of 200 paragraphs cost {} bytes", cost[199]);
        let before = reading.read;
        reading.update(&text, true);
        assert_eq!(reading.read, before, "the same text is not read twice");
    }

    #[test]
    fn half_a_mark_is_closed() {
        for (text, wanted) in [
            ("a **bold", "a **bold**"),
            ("a **bold *both", "a **bold *both***"),
            ("a **", "a"),
            ("done **bold** x", "done **bold** x"),
            ("some `code", "some `code`"),
            ("2 * 3 is", "2 * 3 is"),
            ("- one\n*", "- one\n*"),
            ("* one", "* one"),
            ("snake_case", "snake_case"),
            ("\\[ \\frac{a", "\\[ \\frac{a\\]"),
            ("costs $5", "costs $5"),
            ("```\na **b", "```\na **b"),
            ("first **open\n\nsecond", "first **open\n\nsecond"),
            ("escaped \\* star", "escaped \\* star"),
            ("`a * b` *c", "`a * b` *c*"),
        ] {
            assert_eq!(mended(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn formulas_are_spans_of_their_own() {
        let mut reading = Reading::default();
        reading.update("So \\(a_1*b\\)\\(c\\) and $x*y$ cost \\$5 or $6.", false);
        let Some(Block::Paragraph(spans)) = reading.blocks().next() else { panic!("no paragraph") };
        let shown: Vec<(&str, bool)> = spans.iter().map(|span| (span.text.as_str(), span.formula)).collect();
        let wanted = [
            ("So ", false),
            ("\\(a_1*b\\)", true),
            ("\\(c\\)", true),
            (" and ", false),
            ("$x*y$", true),
            (" cost $5 or $6.", false),
        ];
        assert_eq!(shown, wanted);
    }
}
