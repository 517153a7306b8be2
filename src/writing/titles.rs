//! Titles: the first words of a text as they are read, without Markdown's signs and with formulas in letters.

use super::export::{Block, Span, for_window};
use super::formula;

/// Bytes of a text that its first line is looked for in.
const LOOKED_AT: usize = 4 << 10;

/// The first line of `markdown` that says something, as it reads.
pub fn first_line(markdown: &str) -> String {
    let text = markdown.trim_start();
    let head = &text[..text.floor_char_boundary(LOOKED_AT)];
    let found = for_window(head).iter().find_map(words_of);
    // Where nothing but signs is in it, they are what it says.
    found.unwrap_or_else(|| head.lines().next().unwrap_or_default().trim().to_owned())
}

fn words_of(block: &Block) -> Option<String> {
    let first = |blocks: &[Block]| blocks.iter().find_map(words_of);
    match block {
        Block::Heading { text, .. } | Block::Paragraph(text) => line(text),
        Block::List { items, .. } => items.iter().find_map(|item| first(item)),
        Block::Quote(blocks) | Block::Written { blocks, .. } | Block::Turn { blocks, .. } => first(blocks),
        Block::Code { text, .. } => line(&[Span::plain(text.as_str())]),
        Block::Table { rows, .. } => rows.iter().flatten().find_map(|cell| line(cell)),
        Block::Picture { alt, .. } => line(&[Span::plain(alt.as_str())]),
        Block::Rule => None,
    }
}

fn line(spans: &[Span]) -> Option<String> {
    let plain = |span: &Span| match span.formula {
        true => formula::plain(&formula::read(formula::inside(&span.text).0)),
        false => span.text.clone(),
    };
    let text: String = spans.iter().map(plain).collect();
    text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_reads_without_marks_and_formulas_are_letters() {
        for (text, wanted) in [
            ("**Why** is $x^2$ positive?\nTell me.", "Why is x² positive?"),
            ("# A `for` loop\ntext", "A for loop"),
            ("\n\n- [milk](http://a.b)\n- bread", "milk"),
            ("> 他说**好**", "他说好"),
            ("```rust\nfn main() {}\n```", "fn main() {}"),
            ("| a | b |\n|---|---|\n| 1 | 2 |", "a"),
            ("What is 5 * 3 * 2?", "What is 5 * 3 * 2?"),
            ("***", "***"),
            ("snake_case_name", "snake_case_name"),
            ("", ""),
        ] {
            assert_eq!(first_line(text), wanted, "{text}");
        }
        assert_eq!(first_line(&"é".repeat(5000)).chars().count(), LOOKED_AT / 2);
    }
}
