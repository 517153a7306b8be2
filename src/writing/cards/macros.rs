//! The macros of cards: names, and comments that nobody should see.

use std::collections::BTreeSet;

/// Longest macro and longest comment, in bytes.
const MACRO_MAX: usize = 64;
const COMMENT_MAX: usize = 16_000;
/// Unknown macros that are noted.
const UNKNOWN: usize = 32;

/// `text` with `{{char}}`, `{{user}}`, `<BOT>`, `<USER>` replaced, in any case of letters; `{{original}}` and
/// comments `{{// ...}}` are left out. What is put in is not looked at again. `None` where it would become longer than
/// `left`, from which the length is taken.
pub(super) fn fill(text: &str, name: &str, user: &str, left: &mut usize) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut at, mut close) = (0, 0);
    while let Some(found) = text[at..].find(['{', '<']) {
        out.push_str(&text[at..at + found]);
        at += found;
        // The next end of a macro, looked for once: a text may have many beginnings before it.
        if close < at + 2 {
            close = text.get(at + 2..).and_then(|rest| rest.find("}}")).map_or(usize::MAX, |next| at + 2 + next);
        }
        match replaced(&text[at..], close.saturating_sub(at), name, user) {
            Some((put, length)) => {
                out.push_str(put);
                at += length;
            }
            None => {
                out.push_str(&text[at..=at]);
                at += 1;
            }
        }
        if out.len() > *left {
            return None;
        }
    }
    out.push_str(&text[at..]);
    *left = left.checked_sub(out.len())?;
    Some(out.trim().to_owned())
}

/// What the macro at the beginning becomes, and its length; the next `}}` is at `close`.
fn replaced<'a>(text: &str, close: usize, name: &'a str, user: &'a str) -> Option<(&'a str, usize)> {
    for (tag, put) in [("<bot>", name), ("<char>", name), ("<user>", user)] {
        if text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag)) {
            return Some((put, tag.len()));
        }
    }
    text.strip_prefix("{{")?;
    if close > COMMENT_MAX {
        return None;
    }
    let inner = text.get(2..close)?.trim();
    if inner.starts_with("//") {
        return Some(("", close + 2));
    }
    if close > MACRO_MAX {
        return None;
    }
    let put = match inner.to_ascii_lowercase().as_str() {
        "char" | "bot" => name,
        "user" => user,
        "original" => "",
        _ => return None,
    };
    Some((put, close + 2))
}

/// Macros that are still in a text whose names were put in: the words before their arguments.
pub(super) fn unknown(text: &str, found: &mut BTreeSet<String>) {
    for (at, _) in text.match_indices("{{") {
        let inner = text[at + 2..].trim_start_matches('{');
        let inner = &inner[..inner.floor_char_boundary(MACRO_MAX)];
        let Some(end) = inner.find(['}', '{']).filter(|end| inner[*end..].starts_with("}}")) else { continue };
        let word: &str = inner[..end].split(':').next().unwrap_or_default().trim();
        let word = word.split_whitespace().next().unwrap_or_default();
        let starts = word.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '#' | '/' | '.' | '$'));
        if found.len() < UNKNOWN && starts && word.is_ascii() {
            found.insert(format!("{{{{{word}}}}}"));
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn unknown_macros_are_found_by_their_names() {
        let mut found = std::collections::BTreeSet::new();
        super::unknown("{{random:a,b}} {{ time }} {{roll 1d6}} {{}} {{x} {{{y}} {{random::c}} {{你}}", &mut found);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["{{random}}", "{{roll}}", "{{time}}", "{{y}}"]);
    }

    fn fill(text: &str, name: &str, user: &str) -> String {
        super::fill(text, name, user, &mut 1000).unwrap()
    }

    #[test]
    fn names_are_put_in() {
        let ada = |text| fill(text, "Ada", "Lin");
        assert_eq!(ada("{{char}} meets {{ User }}, <BOT> and <user>."), "Ada meets Lin, Ada and Lin.");
        assert_eq!(ada("{{// secret }}{{original}}x {{random:a,b}} {{"), "x {{random:a,b}} {{");
        assert_eq!(ada("{{{char}}} <b> {"), "{Ada} <b> {");
        assert_eq!(ada("{{你{{user}}}} {{"), "{{你Lin}} {{");
        assert_eq!(ada("{{}}{{char}}{"), "{{}}Ada{");
        assert_eq!(fill("{{char}}", "{{user}}", "x"), "{{user}}", "names are no macros");
    }

    #[test]
    fn what_is_put_in_is_bounded_over_all_texts() {
        let mut left = 10;
        assert_eq!(super::fill("<bot>", "abcdef", "", &mut left).as_deref(), Some("abcdef"));
        assert_eq!(super::fill("<bot>", "abcdef", "", &mut left), None);
        assert_eq!(super::fill("abcd", "", "", &mut left).as_deref(), Some("abcd"));
        assert_eq!(super::fill("e", "", "", &mut left), None);
    }

    #[test]
    fn a_megabyte_of_beginnings_does_not_take_long() {
        let started = std::time::Instant::now();
        for part in ["{{//", "{{", "<", "{{// {{char"] {
            let text = part.repeat((1 << 20) / part.len());
            assert_eq!(super::fill(&text, "Ada", "Lin", &mut (1 << 21)), Some(text.clone()));
            let closed = text + &" ".repeat(20_000) + "}}";
            super::fill(&closed, "Ada", "Lin", &mut (1 << 21)).unwrap();
        }
        assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    }
}
