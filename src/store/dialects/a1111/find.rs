//! Finding the settings in a text: which lines are fields, what is prompt and what is negative prompt.

use super::NEGATIVE;

/// Fields that are read from one line.
const MAX_FIELDS: usize = 256;
/// Places in one line that are tried as the beginning of its fields.
const MAX_PLACES: usize = 16;
/// Fields that a text needs to be settings.
const FEWEST: usize = 3;

pub type Fields = Vec<(String, String)>;

/// A text, taken apart.
pub struct Found {
    pub prompt: String,
    pub negative: String,
    pub fields: Fields,
}

/// Fields that a line of settings may begin with, in lower case.
const KNOWN: [&str; 27] = [
    "steps",
    "sampler",
    "sampler name",
    "schedule type",
    "scheduler",
    "cfg scale",
    "guidance scale",
    "guidance",
    "distilled cfg scale",
    "cfg rescale",
    "seed",
    "size",
    "width",
    "height",
    "model",
    "model hash",
    "vae",
    "vae hash",
    "clip skip",
    "rng",
    "version",
    "denoising strength",
    "ensd",
    "eta",
    "hires upscale",
    "hires upscaler",
    "app",
];

fn is_known(key: &str) -> bool {
    KNOWN.iter().any(|known| known.eq_ignore_ascii_case(key))
}

/// Whether one line is settings by itself.
fn is_whole(fields: &Fields) -> bool {
    let begins = |what: &dyn Fn(&str) -> bool| fields.first().is_some_and(|(key, _)| what(key));
    let steps = begins(&|key| key.eq_ignore_ascii_case("steps"));
    fields.len() >= FEWEST && (steps || (begins(&is_known) && knows_enough(fields)))
}

/// Whether enough different fields are of those that settings have.
fn knows_enough(fields: &Fields) -> bool {
    KNOWN.iter().filter(|known| fields.iter().any(|(key, _)| known.eq_ignore_ascii_case(key))).count() >= FEWEST
}

/// The last line that is settings, or the last lines that are together; else the end of one line that is everything.
/// Programs that append lines of their own after the settings are understood so.
pub fn find(text: &str) -> Option<Found> {
    let text = without_keyword(text.trim_start_matches('\u{feff}'));
    let (head, fields) = in_lines(text).or_else(|| in_one_line(text))?;
    // Windows programs write Windows line ends.
    let (prompt, negative) = divide(&head.replace("\r\n", "\n"));
    Some(Found { prompt, negative, fields })
}

/// Some programs write the name of PNG's chunk before the text.
fn without_keyword(text: &str) -> &str {
    let rest = starts_with(text, "parameters").then(|| text["parameters".len()..].trim_start_matches(' '));
    rest.and_then(|rest| rest.strip_prefix([':', '\n'])).unwrap_or(text)
}

fn in_lines(text: &str) -> Option<(&str, Fields)> {
    let mut end = text.len();
    // Lines below the one that is looked at that begin with a field.
    let mut below: Vec<Fields> = Vec::new();
    let mut top = end;
    loop {
        let start = text[..end].rfind('\n').map_or(0, |at| at + 1);
        let fields = fields(text[start..end].trim());
        let whole = is_whole(&fields);
        if fields.first().is_some_and(|(key, _)| is_known(key)) {
            below.push(fields);
            top = start;
        } else {
            if let Some(fields) = together(&mut below) {
                return Some((before(text, top), fields));
            }
            top = start;
        }
        if whole || start == 0 {
            return together(&mut below).map(|fields| (before(text, top), fields));
        }
        end = start - 1;
    }
}

/// The fields of some lines, last line first, where they are settings.
fn together(lines: &mut Vec<Fields>) -> Option<Fields> {
    let mut lines = std::mem::take(lines);
    let whole = lines.last().is_some_and(is_whole);
    let fields: Fields = lines.drain(..).rev().flatten().collect();
    (whole || knows_enough(&fields)).then_some(fields)
}

/// What is above the line at `start`. Only the one newline belongs to the line: those before it are the prompt's.
fn before(text: &str, start: usize) -> &str {
    let head = text[..start].strip_suffix('\n').unwrap_or("");
    head.strip_suffix('\r').unwrap_or(head)
}

/// Prompt and settings in one line, as programs write them that take line ends for blanks.
fn in_one_line(text: &str) -> Option<(&str, Fields)> {
    let text = text.trim();
    let line = text.rfind('\n').map_or(0, |at| at + 1);
    let starts = text[line..].rmatch_indices("Steps:").map(|(at, _)| line + at);
    let is_word = |at: &usize| text[..*at].ends_with([' ', ',', '\t', '.']);
    for at in starts.filter(is_word).take(MAX_PLACES) {
        let mut at = at;
        if !is_whole(&fields(&text[at..])) {
            continue;
        }
        // Other fields may come before it.
        while let Some(earlier) = field_before(&text[line..at]) {
            at = line + earlier;
        }
        return Some((text[..at].trim_end_matches([' ', ',', '\t']), fields(&text[at..])));
    }
    None
}

/// Where a known field begins that ends with the comma at the end of `text`.
fn field_before(text: &str) -> Option<usize> {
    let text = text.trim_end().strip_suffix(',')?;
    let start = text.rfind([',', '\n']).map_or(0, |at| at + 1);
    let piece = &text[start..];
    let at = KNOWN.iter().filter_map(|known| {
        let colon = piece.rfind(':')?;
        let at = colon.checked_sub(known.len())?;
        let fits = piece.is_char_boundary(at) && piece[at..colon].eq_ignore_ascii_case(known);
        (fits && (at == 0 || piece[..at].ends_with(' '))).then_some(at)
    });
    // The longer of two names: `CFG scale` is not the end of `Distilled CFG Scale`.
    at.min().map(|at| start + at)
}

/// Prompt and negative prompt.
fn divide(head: &str) -> (String, String) {
    let mut start = 0;
    for line in head.split('\n') {
        let indent = line.len() - line.trim_start().len();
        if starts_with(&line[indent..], NEGATIVE) {
            return parts(head, start, start + indent + NEGATIVE.len());
        }
        start += line.len() + 1;
    }
    // Behind the prompt, in the same line.
    let lower = head.to_ascii_lowercase();
    let inside = lower.find(&NEGATIVE.to_ascii_lowercase()).filter(|at| head[..*at].ends_with([' ', '\t', ',', '.']));
    match inside {
        Some(at) => parts(head, at, at + NEGATIVE.len()),
        None => (head.trim().to_owned(), String::new()),
    }
}

fn parts(head: &str, end: usize, from: usize) -> (String, String) {
    (head[..end].trim().to_owned(), head[from..].trim().to_owned())
}

fn starts_with(text: &str, beginning: &str) -> bool {
    text.get(..beginning.len()).is_some_and(|own| own.eq_ignore_ascii_case(beginning))
}

/// `key: value, key: "quoted, value", ...`; pieces that are nothing of the kind are passed over.
fn fields(line: &str) -> Fields {
    let mut found = Vec::new();
    let mut rest = line;
    while !rest.is_empty() && found.len() < MAX_FIELDS {
        rest = rest.trim_start_matches([',', ' ', '\t']);
        let key_end = rest.find(|c: char| !(c.is_alphanumeric() || " _-/.()".contains(c))).unwrap_or(rest.len());
        let key = rest[..key_end].trim_end();
        let Some(after) = rest[key_end..].strip_prefix(':').filter(|_| !key.is_empty()) else {
            rest = after_comma(rest);
            continue;
        };
        let after = after.trim_start();
        if let Some((value, tail)) = quoted(after) {
            found.push((key.to_owned(), value));
            rest = tail;
        } else {
            let end = after.find(',').unwrap_or(after.len());
            found.push((key.to_owned(), after[..end].trim().to_owned()));
            rest = &after[end..];
        }
    }
    found
}

fn after_comma(text: &str) -> &str {
    text.find(',').map_or("", |at| &text[at + 1..])
}

/// A JSON string at the start of `text`, followed by a comma or the end; and what comes after it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = inside.bytes().position(|b| {
        let closes = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        closes
    })?;
    let tail = inside[end + 1..].trim_start();
    if !(tail.is_empty() || tail.starts_with(',')) {
        return None;
    }
    let value = serde_json::from_str(&text[..end + 2]).ok()?;
    Some((value, tail))
}
