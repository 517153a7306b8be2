//! Plain text: what a letter on a typewriter would show.

use super::shared::{is_forbidden, is_safe_link, text_of};
use crate::domain::document::{Block, Document, Span};

/// The document as plain text. Turns follow their speaker's name, pictures are named.
pub fn to_plain_text(document: &Document) -> String {
    let mut out = String::new();
    if !document.title.is_empty() {
        out.push_str(&document.title);
        out.push('\n');
    }
    blocks(&document.blocks, "", &mut out);
    out.retain(|c| !is_forbidden(c));
    out
}

fn blocks(blocks: &[Block], indent: &str, out: &mut String) {
    for (n, item) in blocks.iter().enumerate() {
        if n > 0 || !out.is_empty() {
            let mark = indent.trim_end();
            out.push_str(if mark.contains('>') { mark } else { "" });
            out.push('\n');
        }
        block(item, indent, out);
    }
}

fn block(block: &Block, indent: &str, out: &mut String) {
    match block {
        Block::Heading { text, .. } => lines(&text_of(text), indent, out),
        Block::Paragraph(spans) => lines(&with_links(spans), indent, out),
        Block::List { start, items } => {
            for (n, item) in items.iter().enumerate() {
                let mark =
                    start.map_or_else(|| "- ".to_owned(), |first| format!("{}. ", first.saturating_add(n as u64)));
                let inner = format!("{indent}{}", " ".repeat(mark.len()));
                let mut text = String::new();
                blocks(item, &inner, &mut text);
                out.push_str(indent);
                out.push_str(&mark);
                out.push_str(text.trim_start());
                if !out.ends_with('\n') {
                    out.push('\n');
                }
            }
        }
        Block::Code { text, .. } => lines(text, &format!("{indent}    "), out),
        Block::Quote(inner) => {
            let mut text = String::new();
            blocks(inner, &format!("{indent}> "), &mut text);
            out.push_str(&text);
        }
        Block::Table { rows, .. } => {
            for row in rows {
                let cells: Vec<String> = row.iter().map(|cell| text_of(cell).replace('\n', " ")).collect();
                lines(&cells.join("\t"), indent, out);
            }
        }
        Block::Turn { speaker, blocks: inner, .. } => {
            let mut text = String::new();
            blocks(inner, indent, &mut text);
            out.push_str(&format!("{indent}{speaker}:\n{text}"));
        }
        Block::Written { blocks: inner, .. } => {
            let mut text = String::new();
            blocks(inner, indent, &mut text);
            out.push_str(&text);
        }
        Block::Picture { alt, .. } => {
            lines(&format!("[{}]", if alt.is_empty() { "picture" } else { alt }), indent, out)
        }
        Block::Rule => lines("* * *", indent, out),
    }
}

fn lines(text: &str, indent: &str, out: &mut String) {
    for line in text.lines() {
        out.push_str(indent);
        out.push_str(line);
        out.truncate(out.trim_end_matches(' ').len());
        out.push('\n');
    }
}

/// The text, each link's address behind it.
fn with_links(spans: &[Span]) -> String {
    let mut out = String::new();
    for span in spans {
        out.push_str(&span.text);
        if let Some(url) = span.link.as_deref().filter(|url| is_safe_link(url) && *url != span.text) {
            out.push_str(&format!(" ({url})"));
        }
    }
    out
}
