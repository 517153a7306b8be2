//! Lines of verse: their syllables and their rhymes.

use super::rhyme::{self, Rhyme};
use super::shape::{filled, syllables_of};
use super::{Finding, Place, is_han};
use crate::lang::{Both, Lang};

/// The lines of a poem. Chinese verse is often written two lines to a row, with a comma between them: where the rows
/// are not as many as wanted, it is cut at its marks.
fn verses(text: &str, wanted: usize) -> Vec<(usize, &str)> {
    let rows = filled(text);
    if rows.len() == wanted || !text.chars().any(is_han) {
        return rows;
    }
    let cut: Vec<(usize, &str)> = rows
        .iter()
        .flat_map(|&(n, row)| row.split(['，', '。', '！', '？', '；', ',']).map(move |part| (n, part.trim())))
        .filter(|(_, part)| part.chars().any(char::is_alphanumeric))
        .collect();
    if cut.len() == wanted { cut } else { rows }
}

pub(super) fn syllables(text: &str, lines: &[usize], lang: Lang, out: &mut Vec<Finding>) {
    let found = verses(text, lines.len());
    let shape = lines.iter().map(ToString::to_string).collect::<Vec<_>>().join("-");
    let (unit, unit_zh) = lang.pick(("syllables", "个音节"), ("characters", "个字"));
    if found.len() != lines.len() {
        let (n, wanted) = (found.len(), lines.len());
        let about = Both::new(
            format!("The poem has {n} lines; {wanted} were asked for."),
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
        match syllables_of(line) {
            Some(n) if n == *wanted => {}
            Some(n) => {
                let about = Both::new(
                    format!("\u{201c}{line}\u{201d} has {n} {unit}, not {wanted}."),
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
    let found = verses(text, scheme.len());
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
