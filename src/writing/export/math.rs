//! Mathematics in Markdown: `\( \)`, `\[ \]`, `$ $`, `$$ $$` and LaTeX's environments go out as they came in, since no
//! format here draws them and other programs do.
//!
//! CommonMark would take `\(` for a bracket, `_` for stress and `\\` for one backslash. So each formula is shielded
//! before it is read: what Markdown could take for its own is escaped, and comes out of the parser as it was.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag};

/// Longest formula, in bytes.
const LONGEST: usize = 4_000;

/// Markdown whose formulas the parser gives back letter by letter, each between `marks`.
pub(super) fn shield<'a>(markdown: &'a str, options: Options, marks: (&str, &str)) -> Cow<'a, str> {
    if !["\\(", "\\[", "\\begin{", "$"].iter().any(|mark| markdown.contains(mark)) {
        return Cow::Borrowed(markdown);
    }
    let code = literal(markdown, options);
    let mut code = code.iter().peekable();
    let mut out = String::with_capacity(markdown.len() + 64);
    let (mut at, mut kept) = (0, 0);
    let mut ends = Ends::default();
    while at < markdown.len() {
        while code.next_if(|range| range.end <= at).is_some() {}
        if let Some(range) = code.peek().filter(|range| range.start <= at) {
            at = range.end;
            continue;
        }
        let rest = &markdown[at..];
        let limit = code.peek().map_or(markdown.len(), |range| range.start);
        if let Some(length) = formula(markdown, at, limit, &mut ends) {
            out.push_str(&markdown[kept..at]);
            let formula = &markdown[at..at + length];
            let start = if formula.contains('\n') { line_start(markdown, at) } else { "" };
            out.push_str(marks.0);
            escape(formula, start, &mut out);
            out.push_str(marks.1);
            at += length;
            kept = at;
        } else if let Some(escaped) = rest.strip_prefix('\\') {
            // What it escapes begins nothing.
            at += 1 + escaped.chars().next().map_or(0, char::len_utf8);
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    out.push_str(&markdown[kept..]);
    Cow::Owned(out)
}

/// Where code, HTML and bare addresses are: nothing is escaped there.
fn literal(markdown: &str, options: Options) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
        let literal = match event {
            Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock) => true,
            Event::Start(Tag::Link { link_type, .. }) => matches!(link_type, LinkType::Autolink | LinkType::Email),
            Event::Code(_) | Event::Html(_) | Event::InlineHtml(_) => true,
            _ => false,
        };
        if literal && found.last().is_none_or(|last| range.start >= last.end) {
            found.push(range);
        }
    }
    found
}

/// What is known of the ends of marks, so that a text of many beginnings is walked once.
#[derive(Default)]
struct Ends {
    /// For each mark: it is not in the text from its last search up to here...
    none_before: HashMap<&'static str, usize>,
    /// ... and here it is, if it was found.
    found: HashMap<&'static str, usize>,
    /// Where the paragraph ends; no formula goes beyond it.
    paragraph: usize,
}

impl Ends {
    /// The first `mark` in the text from `from` on, before `limit`, that nothing escapes and that `fits`; for `$` in the
    /// same line.
    fn find(
        &mut self,
        text: &str,
        from: usize,
        limit: usize,
        mark: &'static str,
        fits: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        if from >= self.paragraph {
            self.paragraph = blank_line(&text[from..]).map_or(text.len(), |at| from + at);
        }
        if let Some(found) = self.found.get(mark).filter(|found| **found >= from) {
            return Some(*found).filter(|found| *found < limit && found - from < LONGEST);
        }
        let end = limit.min(self.paragraph).min(text.floor_char_boundary(from.saturating_add(LONGEST)));
        let mut at = self.none_before.get(mark).copied().unwrap_or_default().max(from);
        while at < end {
            let rest = &text[at..end];
            if rest.starts_with(mark) && fits(at) {
                self.found.insert(mark, at);
                return Some(at);
            }
            if mark == "$" && rest.starts_with('\n') {
                break;
            }
            let escaped = rest.strip_prefix('\\').and_then(|r| r.chars().next()).map_or(0, char::len_utf8);
            at += escaped + rest.chars().next().map_or(1, char::len_utf8);
        }
        self.none_before.insert(mark, at.min(end).max(from));
        None
    }
}

/// Where the line before a blank one ends.
fn blank_line(text: &str) -> Option<usize> {
    let mut ends = text.match_indices('\n').map(|(at, _)| at);
    let mut last = ends.next()?;
    for end in ends {
        if text[last + 1..end].trim_matches(['>', ' ', '\t', '\r']).is_empty() {
            return Some(last);
        }
        last = end;
    }
    None
}

/// The length of the formula that begins at `at`.
fn formula(text: &str, at: usize, limit: usize, ends: &mut Ends) -> Option<usize> {
    let rest = &text[at..];
    let between = |from: usize, end: usize| !text[from..end].trim().is_empty();
    if rest.starts_with("\\(") {
        let end = ends.find(text, at + 2, limit, "\\)", |_| true)?;
        return between(at + 2, end).then_some(end + 2 - at);
    }
    if rest.starts_with("\\[") {
        let end = ends.find(text, at + 2, limit, "\\]", |_| true)?;
        return (between(at + 2, end) && !is_words(&text[at + 2..end])).then_some(end + 2 - at);
    }
    if let Some(name) = rest.strip_prefix("\\begin{").and_then(|rest| rest.split_once('}')).map(|(name, _)| name) {
        let good = !name.is_empty() && name.len() < 20 && name.chars().all(|c| c.is_ascii_alphabetic() || c == '*');
        let close = format!("\\end{{{name}}}");
        let end = text[at..limit.min(text.floor_char_boundary(at + LONGEST))].find(&close).filter(|_| good)?;
        return blank_line(&rest[..end]).is_none().then_some(end + close.len());
    }
    if rest.starts_with("$$") {
        let end = ends.find(text, at + 2, limit, "$$", |_| true)?;
        return between(at + 2, end).then_some(end + 2 - at);
    }
    if let Some(inner) = rest.strip_prefix('$') {
        // Sums of money: pandoc's rules, and a line.
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '$');
        let first = inner.chars().next()?;
        if first.is_whitespace() || letter(text[..at].chars().next_back()) {
            return None;
        }
        let fits = |end: usize| {
            let before = text[..end].chars().next_back();
            let after = text[end + 1..].chars().next();
            !before.is_some_and(|c| c.is_whitespace() || c == '$')
                && !after.is_some_and(|c| c.is_ascii_digit() || c == '$')
        };
        let end = ends.find(text, at + 1, limit, "$", fits)?;
        return between(at + 1, end).then_some(end + 1 - at);
    }
    None
}

/// Whether what is in escaped brackets is words: then they are brackets.
pub(super) fn is_words(text: &str) -> bool {
    text.chars().count() > 1
        && !text.starts_with(char::is_whitespace)
        && text.chars().all(|c| {
            c.is_alphabetic() || c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '…')
        })
}

/// What the line of a formula begins with: set in, in quotes, behind the mark of a list.
fn line_start(text: &str, at: usize) -> &str {
    let begin = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = &text[begin..at];
    let structure = |c: char| matches!(c, ' ' | '\t' | '>' | '-' | '*' | '+' | '.' | ')') || c.is_ascii_digit();
    if line.chars().all(structure) { line } else { "" }
}

/// A formula with each sign of punctuation escaped. What its lines begin with in the way of its first one belongs to
/// lists and quotes around it; other spaces at a line's ends are its own.
fn escape(formula: &str, start: &str, out: &mut String) {
    let quotes = start.matches('>').count();
    for (n, line) in formula.split('\n').enumerate() {
        let mut line = line;
        if n > 0 {
            out.push('\n');
            let mut left = quotes;
            let own = line.char_indices().find(|(at, c)| {
                left -= usize::from(*c == '>' && left > 0);
                !(matches!(c, ' ' | '\t' | '>') && (*at < start.len() || left > 0))
            });
            let taken = own.map_or(line.len(), |(at, _)| at).min(start.len());
            out.push_str(&line[..taken]);
            line = &line[taken..];
        }
        let body = line.trim_matches([' ', '\t']);
        let begin = line.len() - line.trim_start_matches([' ', '\t']).len();
        for (at, c) in line.char_indices() {
            let outside = at < begin || at >= begin + body.len();
            match c {
                '\r' => {}
                ' ' if outside => out.push_str("&#32;"),
                '\t' if outside => out.push_str("&#9;"),
                c if c.is_ascii_punctuation() => {
                    out.push('\\');
                    out.push(c);
                }
                c => out.push(c),
            }
        }
    }
}
