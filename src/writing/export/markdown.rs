//! Markdown that reads back as the same document.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::math::is_words;
use super::shared::is_forbidden;
use crate::domain::document::{Block, Document, Image, Side, Span};
use crate::writing::fences::Fences;

/// The document as Markdown: the title as the first heading, each turn below a heading of its speaker, pictures inside
/// as `data:` addresses, those on the disk by their paths.
pub fn to_markdown(document: &Document) -> String {
    let mut out = String::new();
    if !document.title.is_empty() && !says_title(document) {
        out.push_str(&format!("# {}\n", one_line(&escape(&document.title))));
    }
    write(&document.blocks, "", &mut out);
    out.retain(|c| !is_forbidden(c));
    out
}

/// Whether the text begins with its title as a heading, as written.
fn says_title(document: &Document) -> bool {
    let Some(Block::Written { source, .. }) = document.blocks.first() else { return false };
    source.lines().next().and_then(|line| line.strip_prefix("# ")).is_some_and(|line| line.trim() == document.title)
}

fn write(blocks: &[Block], indent: &str, out: &mut String) {
    let mut before: Option<&Block> = None;
    for item in blocks {
        if !out.is_empty() {
            out.push_str(indent.trim_end());
            out.push('\n');
        }
        // Two lists in a row would be read as one.
        if let (Some(Block::List { start: a, .. }), Block::List { start: b, .. }) = (before, item)
            && a.is_some() == b.is_some()
        {
            out.push_str(&format!("{indent}<!-- -->\n{}\n", indent.trim_end()));
        }
        block(item, indent, out);
        before = Some(item);
    }
}

fn block(block: &Block, indent: &str, out: &mut String) {
    match block {
        Block::Heading { level, text } => {
            let marks = "#".repeat(usize::from((*level).clamp(1, 6)));
            lines(&format!("{marks} {}", one_line(&spans(text))), indent, out);
        }
        Block::Paragraph(text) => lines(&spans(text), indent, out),
        Block::List { start, items } => {
            for (n, item) in items.iter().enumerate() {
                let mark =
                    start.map_or_else(|| "- ".to_owned(), |first| format!("{}. ", first.saturating_add(n as u64)));
                let inner = format!("{indent}{}", " ".repeat(mark.len()));
                let mut text = String::new();
                write(item, &inner, &mut text);
                out.push_str(indent);
                out.push_str(&mark);
                out.push_str(text.strip_prefix(inner.as_str()).unwrap_or(&text).trim_start_matches('\n'));
                if !out.ends_with('\n') {
                    out.push('\n');
                }
            }
        }
        Block::Code { language, text } => {
            let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
            let fence = "`".repeat(longest.max(2) + 1);
            let language: String = language.chars().filter(|c| !c.is_whitespace() && *c != '`').collect();
            let body = if text.is_empty() { String::new() } else { format!("{text}\n") };
            lines(&format!("{fence}{language}\n{body}{fence}"), indent, out);
        }
        Block::Quote(inner) => {
            let mut text = String::new();
            write(inner, "", &mut text);
            for line in text.lines() {
                out.push_str(format!("{indent}> {line}").trim_end());
                out.push('\n');
            }
        }
        Block::Table { sides, rows } => table(sides, rows, indent, out),
        Block::Turn { role, speaker, named, blocks } => {
            // So that the turn of a name is read back as a turn.
            let mark = if *named { format!(" <!-- {} -->", role.as_str()) } else { String::new() };
            lines(&format!("## {}{mark}", one_line(&escape(speaker))), indent, out);
            write(blocks, indent, out);
        }
        Block::Written { source, .. } => {
            let mut fences = Fences::default();
            for line in source.lines() {
                fences.takes(line);
                lines(if line.is_empty() { "\n" } else { line }, indent, out);
            }
            // An answer that was cut short inside a block of code would swallow what follows.
            lines(&fences.missing().unwrap_or_default(), indent, out);
        }
        Block::Picture { image, alt } => {
            let address = match image {
                Image::Png(png) => format!("data:image/png;base64,{}", STANDARD.encode(png)),
                // With slashes and in brackets, where spaces and parentheses stand for themselves.
                Image::File(path) => {
                    format!("<{}>", path.display().to_string().replace('\\', "/").replace(['<', '>', '\n'], ""))
                }
            };
            lines(&format!("![{}]({address})", one_line(&escape(alt))), indent, out);
        }
        Block::Rule => lines("* * *", indent, out),
    }
}

fn table(sides: &[Side], rows: &[Vec<Vec<Span>>], indent: &str, out: &mut String) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    for (n, row) in rows.iter().enumerate() {
        let cell = |c: usize| row.get(c).map(|s| one_line(&spans(s)).replace('|', "\\|")).unwrap_or_default();
        let cells: Vec<String> = (0..columns).map(cell).collect();
        lines(&format!("| {} |", cells.join(" | ")), indent, out);
        if n == 0 {
            let rule = |column: usize| match sides.get(column) {
                Some(Side::Centre) => " :---: |",
                Some(Side::End) => " ---: |",
                Some(Side::Start) | None => " --- |",
            };
            lines(&format!("|{}", (0..columns).map(rule).collect::<String>()), indent, out);
        }
    }
}

fn lines(text: &str, indent: &str, out: &mut String) {
    for line in text.lines() {
        if line.is_empty() {
            out.push_str(indent.trim_end());
        } else {
            out.push_str(indent);
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn one_line(text: &str) -> String {
    text.replace("\\\n", " ").replace('\n', " ")
}

fn spans(spans: &[Span]) -> String {
    let mut out = String::new();
    let mut marked = false;
    for span in spans {
        let text = if span.code { code(&span.text) } else { escape(&span.text) };
        // Marks must touch a letter on their inner side: spaces go outside.
        let start = text.len() - text.trim_start().len();
        let end = text.trim_end().len().max(start);
        let (left, body, right) = (&text[..start], &text[start..end], &text[end..]);
        let mut marks = String::new();
        for (on, mark) in [(span.struck, "~~"), (span.bold, "**"), (span.italic, "*")] {
            if on && !body.is_empty() {
                marks.push_str(mark);
            }
        }
        let closing: String = marks.chars().rev().collect();
        let link = span.link.as_deref().filter(|_| !body.is_empty());
        if left.is_empty() && (marked || !marks.is_empty()) && needs_gap(&out, marked, body, &marks) {
            out.push_str(GAP);
        }
        out.push_str(left);
        if link.is_some() {
            out.push('[');
        }
        out.push_str(&marks);
        out.push_str(body);
        out.push_str(&closing);
        if let Some(url) = link {
            let url: String = url.chars().filter(|c| !matches!(c, '<' | '>' | '\\') && !c.is_control()).collect();
            out.push_str(&format!("](<{url}>)"));
        }
        out.push_str(right);
        marked = !marks.is_empty() && right.is_empty() && link.is_none();
    }
    guard(&out)
}

/// Nothing to the reader, and a mark of punctuation to the rules of emphasis.
const GAP: &str = "<!-- -->";

/// Whether marks would run into each other, or are between punctuation inside and a letter outside, where CommonMark
/// does not see them; in Chinese, which has no spaces, that is common.
fn needs_gap(before: &str, before_marked: bool, body: &str, marks: &str) -> bool {
    let marked = !marks.is_empty();
    // Marks of two kinds are punctuation to each other.
    let mixed = |marks: &str| marks.contains('~') && marks.contains('*');
    let last = before.chars().next_back();
    let first = body.chars().next();
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    if before_marked {
        let inner = before.trim_end_matches(['*', '~']);
        let closes_late = !is_letter(inner.chars().next_back()) || mixed(&before[inner.len()..]);
        return marked || first == Some('~') || (closes_late && is_letter(first));
    }
    marked && (!is_letter(first) || mixed(marks)) && is_letter(last)
}

/// Code between as many backticks as it takes.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", text.replace('\n', " "))
}

/// What Markdown would take for its own marks, escaped. A line break is a backslash at the end of the line.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            // An escaped bracket around anything but words begins a formula.
            '[' if !text[at + 1..].find(']').is_some_and(|end| is_words(&text[at + 1..at + 1 + end])) => {
                out.push_str("&#91;");
            }
            '$' | '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '|' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\\n"),
            c => out.push(c),
        }
    }
    out
}

/// Escapes what would begin a block at the beginning of a line: `#`, `-`, `+`, `=`, `1.`.
fn guard(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (n, line) in text.split('\n').enumerate() {
        if n > 0 {
            out.push('\n');
        }
        let line = line.trim_start();
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        if line.starts_with(['#', '-', '+', '=']) {
            out.push('\\');
            out.push_str(line);
        } else if digits > 0 && line[digits..].starts_with(['.', ')']) {
            out.push_str(&line[..digits]);
            out.push('\\');
            out.push_str(&line[digits..]);
        } else {
            out.push_str(line);
        }
    }
    out
}
