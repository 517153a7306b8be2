//! What the formats share.

use std::io::Cursor;

use crate::chunks::{self, Chunks};
use crate::domain::document::Span;

impl Span {
    /// Whether both are written in the same manner.
    pub(super) fn like(&self, other: &Self) -> bool {
        (self.bold, self.italic, self.struck, self.code, self.formula, &self.link)
            == (other.bold, other.italic, other.struck, other.code, other.formula, &other.link)
    }
}

/// The text of spans alone.
pub(super) fn text_of(spans: &[Span]) -> String {
    spans.iter().map(|s| s.text.as_str()).collect()
}

/// An address that a reader may follow without harm.
pub fn is_safe_link(url: &str) -> bool {
    let lower = url.trim().to_ascii_lowercase();
    ["http://", "https://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme))
        && !url.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// A character that neither XML nor HTML may hold, nor a reader sees.
pub(super) fn is_forbidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// `text` with `&`, `<`, `>`, quotes escaped, and without what XML 1.0 forbids.
pub(super) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if is_forbidden(c) => {}
            c => out.push(c),
        }
    }
}

/// Width and height of a PNG; `None` where the bytes are no PNG.
pub(super) fn png_size(png: &[u8]) -> Option<(u32, u32)> {
    let mut chunks = Chunks::new(Cursor::new(png))?;
    let head = chunks.next().filter(|chunk| &chunk.kind == b"IHDR" && chunk.length == 13)?;
    let size = chunks::size(&chunks.read(&head).ok()?)?;
    (size.0 > 0 && size.1 > 0).then_some(size)
}
