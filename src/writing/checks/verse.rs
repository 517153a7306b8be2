//! Lines of verse: their syllables and their rhymes.

use super::rhyme::{self, Rhyme};
use super::rows::filled;
use super::syllables::of_line;
use super::{Finding, Place, is_han};
use crate::domain::plural;
use crate::lang::{Both, Lang};

/// What parts verses that share a row: marks, wide spaces, strokes.
const BETWEEN: [char; 23] = [
    '，', '。', '！', '？', '；', '、', '：', ',', ';', '!', '?', '.', '\u{3000}', '\t', '｡', '､', '．', '/', '／',
    '|', '｜', '…', '—',
];
/// Rows above a poem that may be its title, its author, and what it is.
const HEAD: usize = 3;

/// The lines of a poem. Chinese verse is often written with several verses to a row, and with a title and an author
/// above: of the ways to read it that give as many lines as wanted, the one with the most even lines counts, or with
/// the `lengths` that are asked for. Where none does, a title and an author that are marked as such are left out.
pub(super) fn verses<'a>(text: &'a str, wanted: usize, lengths: Option<&[usize]>) -> Vec<(usize, &'a str)> {
    let rows = filled(text);
    if !text.chars().any(is_han) {
        return rows;
    }
    let cut = |rows: &[(usize, &'a str)]| -> Vec<(usize, &'a str)> {
        let parts = rows.iter().flat_map(|&(n, row)| row.split(BETWEEN).flat_map(spaced).map(move |part| (n, part)));
        parts.map(|(n, part)| (n, part.trim())).filter(|(_, part)| part.chars().any(char::is_alphanumeric)).collect()
    };
    // How far the lines are from what they should be.
    let faults = |lines: &[(usize, &str)]| {
        let counts: Vec<usize> = lines.iter().map(|(_, line)| line.chars().filter(|c| is_han(*c)).count()).collect();
        match lengths {
            Some(lengths) => counts.iter().zip(lengths).filter(|(n, wanted)| n != wanted).count(),
            None => counts.iter().filter(|n| Some(*n) != counts.last()).count(),
        }
    };
    let letters = |row: &str| row.chars().filter(|c| is_han(*c)).count();
    let is_named = |at: usize| {
        let behind_title = at > 0 && is_title(rows[at - 1].1);
        is_title(rows[at].1) || is_author(rows[at].1) || (behind_title && letters(rows[at].1) <= 4)
    };
    // What is surely no verse.
    let known = (0..rows.len().saturating_sub(1)).take(HEAD).take_while(|at| is_named(*at)).count();
    let mut ways: Vec<Vec<(usize, &str)>> = Vec::new();
    for skipped in known..=HEAD.min(rows.len().saturating_sub(1)) {
        if skipped == known || is_head(text, &rows, skipped) {
            ways.push(rows[skipped..].to_vec());
            ways.push(cut(&rows[skipped..]));
        }
    }
    let fitting = ways.iter().filter(|way| way.len() == wanted).min_by_key(|way| faults(way));
    fitting.cloned().unwrap_or_else(|| {
        let rows = &rows[known..];
        if lengths.is_some() { cut(rows) } else { rows.to_vec() }
    })
}

/// Two or more spaces part verses, and a single one between Chinese does.
fn spaced(part: &str) -> impl Iterator<Item = &str> {
    let han = part.split(' ').all(|piece| piece.chars().all(is_han));
    part.split(if han { " " } else { "  " })
}

/// Whether the first rows are what stands above a poem: marked as such, apart from it, or of another shape.
fn is_head(text: &str, rows: &[(usize, &str)], count: usize) -> bool {
    let (head, body) = rows.split_at(count);
    let Some((first, verse)) = body.first() else { return false };
    let (last, _) = head[count - 1];
    let lines: Vec<&str> = text.lines().collect();
    let apart = lines[last..first - 1].iter().any(|line| line.trim().is_empty());
    let ends = |row: &str| row.ends_with(['，', '。', '！', '？', '；', ',', '.', '!', '?', ';']);
    let letters = |row: &str| row.chars().filter(|c| is_han(*c)).count();
    head.iter().all(|(number, row)| {
        let marked = lines[number - 1].trim_start().starts_with(['#', '*']) || is_title(row) || is_author(row);
        !ends(row) && (marked || apart || ends(verse) || letters(row) != letters(verse))
    })
}

/// A title in its marks.
fn is_title(row: &str) -> bool {
    let ends = [('《', '》'), ('〈', '〉'), ('【', '】'), ('「', '」')];
    ends.iter().any(|(open, close)| row.starts_with(*open) && row.contains(*close))
        || row.starts_with("标题")
        || row.starts_with("题目")
}

/// Who wrote it, and when.
fn is_author(row: &str) -> bool {
    let dynasty = row.trim_start_matches(['（', '(', '[', '［', '〔', '【', '—', '－', '-', ' ']);
    let reigns =
        ["唐", "宋", "元", "明", "清", "汉", "魏", "晋", "隋", "五代", "南唐", "北宋", "南宋", "近代", "现代", "当代"];
    let behind = reigns.iter().find_map(|reign| dynasty.strip_prefix(reign));
    let behind = behind.map(|rest| rest.strip_prefix(['代', '朝']).unwrap_or(rest));
    row.starts_with("作者")
        || behind.is_some_and(|rest| {
            rest.starts_with(['·', '•', '）', ')', ']', '］', '〕', '】', ':', '：', ' ', '\u{3000}', '-', '—', '.'])
        })
}

pub(super) fn syllables(text: &str, lines: &[usize], lang: Lang, out: &mut Vec<Finding>) {
    let found = verses(text, lines.len(), Some(lines));
    let shape = lines.iter().map(ToString::to_string).collect::<Vec<_>>().join("-");
    let (one, unit, unit_zh) = lang.pick(("syllable", "syllables", "个音节"), ("character", "characters", "个字"));
    if found.len() != lines.len() {
        let (n, wanted) = (found.len(), lines.len());
        let about = Both::new(
            format!("The poem has {n} {}; {wanted} were asked for.", plural(n, "line", "lines")),
            format!("这首诗有 {n} 行，要求 {wanted} 行。"),
        );
        let again = Both::new(
            format!("Write the poem again as exactly {wanted} lines of {shape} {unit}, without a title."),
            format!("请重写，恰好 {wanted} 行，依次为 {shape} {unit_zh}，不加标题。"),
        );
        out.push(Finding::wrong(Place::Whole, about, again));
        return;
    }
    for ((number, line), wanted) in found.iter().zip(lines) {
        let place = Place::Line(*number);
        match of_line(line) {
            Some(n) if n == *wanted => {}
            Some(n) => {
                let about = Both::new(
                    format!("\u{201c}{line}\u{201d} has {n} {}, not {wanted}.", plural(n, one, unit)),
                    format!("“{line}”有 {n} {unit_zh}，应为 {wanted} {unit_zh}。"),
                );
                let again = Both::new(
                    format!(
                        "Write the line \u{201c}{line}\u{201d} again with exactly {wanted} {unit}; leave the other lines."
                    ),
                    format!("请把“{line}”这一行重写成恰好 {wanted} {unit_zh}，其他行不变。"),
                );
                out.push(Finding::wrong(place, about, again));
            }
            None => {
                let about = Both::new(
                    format!("The {unit} of \u{201c}{line}\u{201d} cannot be counted: it holds digits or signs."),
                    format!("“{line}”含有数字或符号，无法计数。"),
                );
                out.push(Finding::unsure(place, about));
            }
        }
    }
}

pub(super) fn rhymes(text: &str, scheme: &str, out: &mut Vec<Finding>) {
    let scheme: Vec<char> = scheme.chars().filter(|c| !c.is_whitespace()).take(64).collect();
    if scheme.is_empty() {
        return;
    }
    let found = verses(text, scheme.len(), None);
    for stanza in found.chunks(scheme.len()) {
        for at in 0..stanza.len() {
            // Each line is compared with the last one before it that should rhyme.
            let Some(before) = (0..at).rev().find(|&b| scheme[b] == scheme[at] && scheme[at] != '_') else { continue };
            pair(stanza[before], stanza[at], out);
        }
    }
}

fn pair((_, a): (usize, &str), (number, b): (usize, &str), out: &mut Vec<Finding>) {
    let (x, y) = (rhyme::end_of(a), rhyme::end_of(b));
    let place = Place::Line(number);
    let again = Both::new(
        format!(
            "Write the line \u{201c}{b}\u{201d} again so that it ends in a word that rhymes with \u{201c}{x}\u{201d}; leave the other lines."
        ),
        format!("请重写“{b}”这一行，使句末与“{x}”押韵，其他行不变。"),
    );
    match rhyme::lines(a, b) {
        Rhyme::Yes => {}
        Rhyme::No => {
            let about = Both::new(
                format!("\u{201c}{y}\u{201d} does not rhyme with \u{201c}{x}\u{201d}."),
                format!("“{y}”与“{x}”不押韵。"),
            );
            out.push(Finding::wrong(place, about, again));
        }
        Rhyme::Same => {
            let about = Both::new(
                format!("Two lines that should rhyme end in the same word, \u{201c}{y}\u{201d}."),
                format!("应押韵的两行以同一个词“{y}”结尾。"),
            );
            out.push(Finding::wrong(place, about, again));
        }
        Rhyme::CannotTell => {
            let about = Both::new(
                format!(
                    "Whether \u{201c}{y}\u{201d} rhymes with \u{201c}{x}\u{201d} cannot be told from the spelling."
                ),
                format!("无法判断“{y}”与“{x}”是否押韵。"),
            );
            out.push(Finding::unsure(place, about));
        }
    }
}
