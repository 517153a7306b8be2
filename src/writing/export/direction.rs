//! Text that runs from right to left.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::shared::text_of;
use crate::domain::document::{Block, Document, Span};

/// Whether a character is strong in its direction, and whether that is from right to left (UAX #9: R and AL against L).
/// Marks, digits and punctuation follow their neighbours.
fn strong(c: char) -> Option<bool> {
    match c {
        '\u{200e}' => Some(false),
        '\u{200f}' | '\u{61c}' => Some(true),
        c if c.general_category_group() != GeneralCategoryGroup::Letter => None,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' => Some(true),
        '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}' => Some(true),
        _ => Some(false),
    }
}

/// Whether the first strong letter of a paragraph runs from right to left: then all of it does.
pub(super) fn spans_rtl(spans: &[Span]) -> bool {
    spans.iter().flat_map(|span| span.text.chars()).find_map(strong) == Some(true)
}

/// Whether the first strong letter below these blocks runs from right to left.
pub(super) fn blocks_rtl(blocks: &[Block]) -> bool {
    fn first(block: &Block) -> Option<bool> {
        let text = |spans: &[Span]| spans.iter().flat_map(|span| span.text.chars()).find_map(strong);
        match block {
            Block::Heading { text: spans, .. } | Block::Paragraph(spans) => text(spans),
            Block::Written { blocks, .. } | Block::Quote(blocks) | Block::Turn { blocks, .. } => {
                blocks.iter().find_map(first)
            }
            Block::List { items, .. } => items.iter().flatten().find_map(first),
            Block::Code { text, .. } => text.chars().find_map(strong),
            Block::Table { rows, .. } => rows.iter().flatten().find_map(|cell| text(cell)),
            Block::Picture { alt, .. } => alt.chars().find_map(strong),
            Block::Rule => None,
        }
    }
    blocks.iter().find_map(first) == Some(true)
}

/// Whether any letter of a document runs from right to left.
pub(super) fn has_rtl(document: &Document) -> bool {
    fn any(block: &Block) -> bool {
        let has = |text: &str| text.chars().any(|c| strong(c) == Some(true));
        match block {
            Block::Heading { text, .. } | Block::Paragraph(text) => has(&text_of(text)),
            Block::Written { blocks, .. } | Block::Quote(blocks) => blocks.iter().any(any),
            Block::Turn { blocks, speaker, .. } => has(speaker) || blocks.iter().any(any),
            Block::List { items, .. } => items.iter().flatten().any(any),
            Block::Code { text, .. } => has(text),
            Block::Table { rows, .. } => rows.iter().flatten().any(|cell| has(&text_of(cell))),
            Block::Picture { alt, .. } => has(alt),
            Block::Rule => false,
        }
    }
    document.title.chars().any(|c| strong(c) == Some(true)) || document.blocks.iter().any(any)
}

/// Cuts a text where its direction changes: pieces, and whether each runs from right to left. What has no direction
/// goes with both its neighbours where they agree, else with the paragraph.
pub(super) fn pieces(text: &str, paragraph: bool) -> Vec<(&str, bool)> {
    let mut out: Vec<(&str, bool)> = Vec::new();
    let (mut begin, mut current) = (0, paragraph);
    // Where the characters without a direction begin that came last.
    let mut neutral = 0;
    for (at, c) in text.char_indices() {
        let Some(rtl) = strong(c) else { continue };
        if rtl != current {
            // Those between two directions are the paragraph's.
            let cut = if current == paragraph { at } else { neutral };
            if cut > begin {
                out.push((&text[begin..cut], current));
            }
            begin = cut;
            current = rtl;
        }
        neutral = at + c.len_utf8();
    }
    // What follows the last letter is the paragraph's too.
    if current != paragraph && neutral < text.len() {
        out.push((&text[begin..neutral], current));
        (begin, current) = (neutral, paragraph);
    }
    if begin < text.len() {
        out.push((&text[begin..], current));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_strong_letter_decides() {
        for text in ["שלום", "1. (שלום) world", "«سلام» a", "\u{200f}1", "123 עברית"] {
            assert!(spans_rtl(&[Span::plain(text)]), "{text}");
        }
        for text in ["", "123 ١٢٣", "Hi שלום", "你好 שלום", "\u{5b0}", "🙂"] {
            assert!(!spans_rtl(&[Span::plain(text)]), "{text}");
        }
    }

    #[test]
    fn a_text_is_cut_where_its_direction_changes() {
        assert_eq!(pieces("שלום world!", true), [("שלום ", true), ("world", false), ("!", true)]);
        assert_eq!(pieces("a שלום, עולם. b", false), [("a ", false), ("שלום, עולם", true), (". b", false)]);
        assert_eq!(pieces("123", true), [("123", true)]);
        assert!(pieces("", true).is_empty());
        assert_eq!(pieces("abc", true), [("abc", false)]);
    }
}
