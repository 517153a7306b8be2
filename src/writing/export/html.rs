//! HTML in one file: no script, no address outside, pictures inside.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::direction::{blocks_rtl, has_rtl};
use super::shared::{escape, is_safe_link};
use crate::domain::Role;
use crate::domain::document::{Block, Document, Image, Side, Span};

const STYLE: &str = include_str!("../../../assets/export/page.css");

/// The document as a page of its own, in the reader's light or dark colours. All text is escaped; the page forbids
/// itself scripts and every address but its own pictures.
pub fn to_html(document: &Document) -> String {
    let lang = document.lang.pick("en", "zh-Hans");
    let mut out = String::with_capacity(4096);
    out.push_str(&format!("<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n"));
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.push_str("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n");
    out.push_str("<title>");
    escape(&document.title, &mut out);
    out.push_str("</title>\n<style>\n");
    out.push_str(STYLE);
    out.push_str("</style>\n</head>\n<body>\n<main>\n");
    // Below a title, a first-level heading of the text is a second one of the page.
    let shift = u8::from(!document.title.is_empty());
    // Each block finds its own direction, in documents that need it.
    let auto = if has_rtl(document) { " dir=\"auto\"" } else { "" };
    let style = BlockStyle { shift, auto };
    if !document.title.is_empty() {
        out.push_str(&format!("<h1{auto}>"));
        escape(&document.title, &mut out);
        out.push_str("</h1>\n");
    }
    blocks(&document.blocks, style, &mut out);
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// How blocks are written where they stand.
#[derive(Clone, Copy)]
struct BlockStyle {
    /// How much lower headings are.
    shift: u8,
    /// The attribute of blocks of text.
    auto: &'static str,
}

/// The attribute of a block that holds others: which side its marks and columns begin at.
fn side(inner: &[Block]) -> &'static str {
    if blocks_rtl(inner) { " dir=\"rtl\"" } else { "" }
}

fn blocks(items: &[Block], style: BlockStyle, out: &mut String) {
    for item in items {
        block(item, style, out);
    }
}

fn block(block: &Block, style: BlockStyle, out: &mut String) {
    let auto = style.auto;
    match block {
        Block::Written { blocks: inner, .. } => blocks(inner, style, out),
        Block::Heading { level, text } => {
            let level = level.saturating_add(style.shift).clamp(1, 6);
            out.push_str(&format!("<h{level}{auto}>"));
            spans(text, out);
            out.push_str(&format!("</h{level}>\n"));
        }
        Block::Paragraph(text) => {
            out.push_str(&format!("<p{auto}>"));
            spans(text, out);
            out.push_str("</p>\n");
        }
        Block::List { start, items } => {
            let tag = if start.is_some() { "ol" } else { "ul" };
            let side = side(std::slice::from_ref(block));
            match start {
                Some(first) if *first != 1 => out.push_str(&format!("<ol start=\"{first}\"{side}>\n")),
                _ => out.push_str(&format!("<{tag}{side}>\n")),
            }
            for item in items {
                out.push_str(&format!("<li{auto}>"));
                // A single paragraph needs no box of its own.
                if let [Block::Paragraph(text), rest @ ..] = &item[..] {
                    spans(text, out);
                    blocks(rest, style, out);
                } else {
                    blocks(item, style, out);
                }
                out.push_str("</li>\n");
            }
            out.push_str(&format!("</{tag}>\n"));
        }
        Block::Code { language, text } => {
            out.push_str(&format!("<pre{auto}><code"));
            if !language.is_empty() {
                out.push_str(" class=\"language-");
                escape(language, out);
                out.push('"');
            }
            out.push('>');
            escape(text, out);
            out.push_str("</code></pre>\n");
        }
        Block::Quote(inner) => {
            out.push_str(&format!("<blockquote{}>\n", side(inner)));
            blocks(inner, style, out);
            out.push_str("</blockquote>\n");
        }
        Block::Table { sides, rows } => table(sides, rows, side(std::slice::from_ref(block)), style, out),
        Block::Turn { role, speaker, blocks: inner, .. } => {
            let class = match role {
                Role::User => "user",
                Role::Assistant => "assistant",
                Role::System => "system",
            };
            out.push_str(&format!("<section class=\"turn {class}\">\n<p class=\"speaker\"{auto}>"));
            escape(speaker, out);
            out.push_str("</p>\n");
            blocks(inner, BlockStyle { shift: style.shift + 1, ..style }, out);
            out.push_str("</section>\n");
        }
        Block::Picture { image: Image::Png(png), alt } => {
            out.push_str("<figure><img alt=\"");
            escape(alt, out);
            out.push_str("\" src=\"data:image/png;base64,");
            STANDARD.encode_string(png, out);
            out.push_str("\"></figure>\n");
        }
        Block::Picture { image: Image::File(_), alt } => {
            out.push_str(&format!("<p{auto}>["));
            escape(alt, out);
            out.push_str("]</p>\n");
        }
        Block::Rule => out.push_str("<hr>\n"),
    }
}

fn table(sides: &[Side], rows: &[Vec<Vec<Span>>], side: &str, style: BlockStyle, out: &mut String) {
    let auto = style.auto;
    out.push_str(&format!("<table{side}>\n"));
    for (n, row) in rows.iter().enumerate() {
        let tag = if n == 0 { "th" } else { "td" };
        out.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let style = match sides.get(column) {
                Some(Side::Centre) => " style=\"text-align: center\"",
                Some(Side::End) => " style=\"text-align: end\"",
                Some(Side::Start) | None => "",
            };
            out.push_str(&format!("<{tag}{auto}{style}>"));
            spans(cell, out);
            out.push_str(&format!("</{tag}>"));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
}

fn spans(spans: &[Span], out: &mut String) {
    for span in spans {
        let link = span.link.as_deref().filter(|url| is_safe_link(url));
        if let Some(url) = link {
            out.push_str("<a rel=\"noreferrer\" href=\"");
            escape(url, out);
            out.push_str("\">");
        }
        let tags = [(span.bold, "strong"), (span.italic, "em"), (span.struck, "s"), (span.code, "code")];
        for (_, tag) in tags.iter().filter(|(on, _)| *on) {
            out.push_str(&format!("<{tag}>"));
        }
        for (n, line) in span.text.split('\n').enumerate() {
            if n > 0 {
                out.push_str("<br>");
            }
            escape(line, out);
        }
        for (_, tag) in tags.iter().rev().filter(|(on, _)| *on) {
            out.push_str(&format!("</{tag}>"));
        }
        if link.is_some() {
            out.push_str("</a>");
        }
    }
}
