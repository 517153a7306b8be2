//! Lines of Markdown that stay lines: people and models who end a line mean it, CommonMark reads a space.

use std::borrow::Cow;

use pulldown_cmark::{Event, Options, Parser};

/// What the window reads beside CommonMark.
const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_DEFINITION_LIST);

/// The same Markdown with every soft break as a hard one (two spaces before the line's end). Code, tables and HTML stay
/// as they are.
pub fn keep_lines(markdown: &str) -> Cow<'_, str> {
    if !markdown.contains('\n') {
        return Cow::Borrowed(markdown);
    }
    let events = Parser::new_ext(markdown, OPTIONS).into_offset_iter();
    let mut breaks = events.filter(|(event, _)| *event == Event::SoftBreak).map(|(_, at)| at.start).peekable();
    if breaks.peek().is_none() {
        return Cow::Borrowed(markdown);
    }
    let mut out = String::with_capacity(markdown.len() + 64);
    let mut from = 0;
    for at in breaks {
        // In order, and between letters, whatever the parser says.
        if at >= from && markdown.is_char_boundary(at) {
            out.push_str(&markdown[from..at]);
            out.push_str("  ");
            from = at;
        }
    }
    out.push_str(&markdown[from..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaks(markdown: &str) -> (usize, usize) {
        let count = |wanted: Event<'_>| {
            let kept = keep_lines(markdown);
            Parser::new_ext(&kept, OPTIONS).filter(|event| *event == wanted).count()
        };
        (count(Event::SoftBreak), count(Event::HardBreak))
    }

    #[test]
    fn a_line_that_ends_stays_a_line() {
        assert_eq!(keep_lines("An old pond\na frog jumps\n水の音"), "An old pond  \na frog jumps  \n水の音");
        for markdown in [
            "a\nb",
            "a\r\nb",
            "a \nb",
            "- one\n  more\n- two",
            "> quoted\n> twice",
            "> quoted\nlazily",
            "**a\nb**",
            "[a\nb](https://example.org)",
            "Head\nmore\n===",
            "    code\n\na\nb",
            "日\n月",
        ] {
            let (soft, hard) = breaks(markdown);
            assert_eq!((soft, hard), (0, 1), "{markdown:?} -> {:?}", keep_lines(markdown));
        }
    }

    #[test]
    fn what_has_lines_of_its_own_is_left_alone() {
        for markdown in [
            "one line",
            "a\n\nb",
            "```\na\nb\n```",
            "a  \nb",
            "a\\\nb",
            "| a |\n| --- |\n| b |",
            "- a\n- b",
            "<p>\na\n</p>",
            "",
        ] {
            assert!(matches!(keep_lines(markdown), Cow::Borrowed(_)), "{markdown:?}");
        }
    }
}
