//! Prompt syntax that is not natural language: settings and weights for other programs, and quoted text.

/// The length in bytes of a setting for another program at the start of `rest`: `<lora:name:1>`, the weight in
/// `(cat:1.3)`, `--ar 16:9`, `score_9_up`, `BREAK`. `before` is the text in front of `rest`.
pub fn settings(before: &str, rest: &str) -> Option<usize> {
    let is_start = before.chars().next_back().is_none_or(|c| !c.is_alphanumeric());
    network(rest).or_else(|| weight(rest)).or_else(|| is_start.then(|| option(rest).or_else(|| tag(rest))).flatten())
}

/// `<lora:name:1>`, but not `<3`.
fn network(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('<')?.split_once('>')?.0;
    let (kind, _) = inside.split_once(':')?;
    (!kind.is_empty() && kind.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(inside.len() + 2)
}

/// The weight at the end of a bracket: `:1.3` in `(cat:1.3)`.
fn weight(rest: &str) -> Option<usize> {
    let number = rest.strip_prefix(':')?;
    let end = number.find([')', ']'])?;
    let is_number = number[..end].trim().parse::<f32>().is_ok();
    is_number.then_some(1 + end)
}

/// An option with its value: `--ar 16:9`, `—v 6`. Not `--no`, which the parser reads as "no".
fn option(rest: &str) -> Option<usize> {
    let dashes = rest.len() - rest.trim_start_matches(['-', '–', '—']).len();
    let name = &rest[dashes..];
    let length = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    let is_option = matches!(&rest[..dashes], "--" | "—" | "–") && length > 0;
    if !is_option || name[..length].eq_ignore_ascii_case("no") {
        return None;
    }
    let behind = &name[length..];
    let value = behind.trim_start_matches(' ');
    let end = value.find([' ', ',', '\n']).unwrap_or(value.len());
    // "--ar 16:9" has a value, "--tile" has none before "a cat".
    let is_value = value.starts_with(|c: char| c.is_ascii_digit()) || WITH_WORD.contains(&&name[..length]);
    let taken = if is_value { behind.len() - value.len() + end } else { 0 };
    Some(dashes + length + taken)
}

/// Options whose value is a word.
const WITH_WORD: &[&str] = &["style", "sref", "cref", "stylize", "niji", "p"];

/// Tags such as `score_9` and `source_anime`, and capitalised keywords that divide a prompt (`BREAK`).
fn tag(rest: &str) -> Option<usize> {
    let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let word = &rest[..length];
    let is_tag = ["score_", "source_", "rating_"].iter().any(|start| word.starts_with(start));
    (is_tag || matches!(word, "BREAK" | "ADDCOMM" | "ADDBASE" | "ADDROW" | "ADDCOL")).then_some(length)
}

/// The length in bytes of the quoted text at the start of `rest`. A prompt that is quoted as a whole does not count.
pub fn quoted(before: &str, rest: &str) -> Option<usize> {
    let open = rest.chars().next()?;
    let close = MARKS.iter().find(|(mark, _)| *mark == open)?.1;
    let inside = &rest[open.len_utf8()..];
    let end = inside.find(close)?;
    let length = open.len_utf8() + end + close.len_utf8();
    let says_nothing = |text: &str| !text.contains(char::is_alphanumeric);
    let is_whole = says_nothing(before) && says_nothing(&rest[length..]);
    (!is_whole && !says_nothing(&inside[..end])).then_some(length)
}

/// Opening quotation marks with their closing marks.
const MARKS: &[(char, char)] =
    &[('"', '"'), ('“', '”'), ('”', '”'), ('„', '“'), ('«', '»'), ('「', '」'), ('『', '』'), ('＂', '＂')];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_other_programs_end_where_they_end() {
        for (rest, length) in [
            ("<lora:x:1> dog", Some(10)),
            ("<3", None),
            ("< a cat >", None),
            (":1.3) dog", Some(4)),
            (": red", None),
            (": a cat)", None),
            ("--ar 16:9 dog", Some(9)),
            ("--v 5", Some(5)),
            ("--tile, dog", Some(6)),
            ("--style raw", Some(11)),
            ("—ar 3:2", Some(8 + 1)),
            ("--no dog", None),
            ("-dog", None),
            ("--", None),
            ("BREAK a dog", Some(5)),
            ("BREAKFAST", None),
            ("score_9, dog", Some(7)),
            ("scores", None),
        ] {
            assert_eq!(settings("a cat ", rest), length, "{rest}");
        }
    }

    #[test]
    fn a_quotation_ends_with_its_mark() {
        for (before, rest, length) in [
            ("a sign ", "\"HI\" on it", Some(4)),
            ("a sign ", "\"HI on it", None),
            ("写着", "“你好”的牌子", Some(12)),
            ("写着", "「你好」", Some(12)),
            ("", "\"a cat\"", None),
            ("  ", "“a cat”.", None),
            ("a sign ", "\"\"", None),
        ] {
            assert_eq!(quoted(before, rest), length, "{rest}");
        }
    }
}
