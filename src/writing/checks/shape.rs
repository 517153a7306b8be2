//! The outer form: headline, headings, lines, stanzas, and talk about the text around it.

use super::rows::{filled, paragraphs_of};
use super::verse::verses;
use super::{Finding, Place, length};
use crate::domain::plural;
use crate::lang::{Both, Lang};
use crate::writing::fences::Fences;

/// One finding for a count outside its bounds.
fn count(n: usize, min: usize, max: usize, (one, more, zh): (&str, &str, &str), out: &mut Vec<Finding>) {
    if (min..=max).contains(&n) {
        return;
    }
    let wanted = if min == max { min.to_string() } else { format!("{min} to {max}") };
    let wanted_zh = if min == max { min.to_string() } else { format!("{min} 到 {max}") };
    let about = Both::new(
        format!("The text has {n} {}; {wanted} {} asked for.", plural(n, one, more), plural(max, "was", "were")),
        format!("全文有 {n} {zh}，要求 {wanted_zh} {zh}。"),
    );
    let again = Both::new(
        format!("Write the text again with {wanted} {}.", plural(max, one, more)),
        format!("请重写，写成 {wanted_zh} {zh}。"),
    );
    out.push(Finding::wrong(Place::Whole, about, again));
}

pub(super) fn lines(text: &str, min: usize, max: usize, out: &mut Vec<Finding>) {
    let rows = filled(text).len();
    // Chinese verse may have several lines to a row, and a title above.
    let fits = |wanted: &usize| verses(text, *wanted, None).len() == *wanted;
    let n = if (min..=max).contains(&rows) { rows } else { (min..=max).take(16).find(fits).unwrap_or(rows) };
    count(n, min, max, ("line", "lines", "行"), out);
}

pub(super) fn stanzas(text: &str, min: usize, max: usize, out: &mut Vec<Finding>) {
    count(paragraphs_of(text).len(), min, max, ("stanza", "stanzas", "节"), out);
}

pub(super) fn paragraphs(text: &str, min: usize, max: usize, out: &mut Vec<Finding>) {
    count(paragraphs_of(text).len(), min, max, ("paragraph", "paragraphs", "段"), out);
}

pub(super) fn headings(text: &str, min: usize, max: usize, out: &mut Vec<Finding>) {
    let mut fences = Fences::default();
    let mut n = 0;
    for line in text.lines() {
        let code = fences.takes(line);
        let level = line.chars().take_while(|c| *c == '#').count();
        n += usize::from(!code && (2..=6).contains(&level) && line[level..].starts_with(' '));
    }
    count(n, min, max, ("heading (##)", "headings (##)", "个小标题（##）"), out);
}

pub(super) fn headline(text: &str, words: usize, chars: usize, lang: Lang, out: &mut Vec<Finding>) {
    let Some((number, line)) = filled(text).first().copied() else { return };
    let n = length(line, lang);
    let max = lang.pick(words, chars);
    let unit = lang.pick(("words", "个词"), ("characters", "字"));
    let place = Place::Line(number);
    let again = Both::new(
        format!("Write the headline again: one line of at most {max} {}, then an empty line.", unit.0),
        format!("请重写标题：单独一行，最多 {max} {}，后面空一行。", unit.1),
    );
    if n > max {
        let about = Both::new(
            format!("The headline has {n} {}, more than {max}.", unit.0),
            format!("标题有 {n} {}，超过 {max}。", unit.1),
        );
        out.push(Finding::wrong(place, about, again));
    } else if line.ends_with(['.', '。', '；', ';']) {
        let about = Both::new("The first line is a sentence, not a headline.", "第一行是句子，不是标题。");
        out.push(Finding::wrong(place, about, again));
    } else if filled(text).len() < 2 {
        let about = Both::new("There is a headline but no text.", "只有标题，没有正文。");
        out.push(Finding::wrong(place, about, Both::new("Write the text below the headline.", "请在标题下写出正文。")));
    }
}

pub(super) fn subject(text: &str, out: &mut Vec<Finding>) {
    let Some((number, line)) = filled(text).first().copied() else { return };
    let lower = line.to_lowercase();
    let named = ["subject:", "subject：", "re:", "主题：", "主题:"].iter().find_map(|tag| lower.strip_prefix(tag));
    if named.is_none_or(|rest| !rest.chars().any(char::is_alphanumeric)) {
        let about = Both::new("The first line names no subject.", "第一行没有写主题。");
        let again =
            Both::new("Write a first line “Subject: …” and leave the rest.", "请补上第一行“主题：……”，其余不变。");
        out.push(Finding::wrong(Place::Line(number), about, again));
    }
}

/// How models begin when they speak about the text. People begin so too ("Of course, I remember you"), so the line
/// must also present something, or say nothing else.
const OPENERS: [&str; 14] = [
    "sure",
    "certainly",
    "of course",
    "absolutely",
    "okay",
    "ok",
    "great",
    "i'd be happy to",
    "i would be happy to",
    "当然",
    "当然可以",
    "好的",
    "没问题",
    "可以",
];
const PRESENTS: [&str; 18] = [
    "here is",
    "here's",
    "here are",
    "here you go",
    "below is",
    "i'll write",
    "i will write",
    "i've written",
    "i have written",
    "i can help",
    "happy to",
    "以下",
    "下面",
    "这是",
    "我来写",
    "我为",
    "为您",
    "为你",
];
/// Beginnings that present something where the line ends in a colon.
const PRESENTERS: [&str; 11] = [
    "here is",
    "here's",
    "here are",
    "below is",
    "the following is",
    "this is",
    "以下是",
    "下面是",
    "这是",
    "这里是",
    "为您",
];
/// How they end: offers to change the text, and notes about it. Letters offer things too, so the offer must be of that.
const CLOSERS: [&str; 15] = [
    "i hope this helps",
    "i hope this poem",
    "i hope this story",
    "i hope this text",
    "i hope this meets",
    "feel free to adjust",
    "feel free to modify",
    "feel free to edit",
    "(word count",
    "word count:",
    "note: this",
    "希望这篇",
    "希望这首",
    "希望这段",
    "（字数",
];
const OFFERS: [&str; 6] = ["let me know if you", "would you like me to", "如果您需要", "如果你需要", "如需", "需要我"];
const CHANGES: [&str; 12] = [
    "change",
    "adjust",
    "revise",
    "expand",
    "rewrite",
    "modify",
    "shorten",
    "different version",
    "修改",
    "调整",
    "改写",
    "重写",
];

fn opens(lower: &str) -> bool {
    if lower.starts_with("as an ai") || lower.starts_with("作为一个人工智能") || lower.starts_with("作为人工智能")
    {
        return true;
    }
    OPENERS.iter().any(|opener| {
        lower.strip_prefix(opener).is_some_and(|rest| {
            let end = rest.trim_start_matches(['!', '！', ',', '，', '.', '。', ' ']);
            // The word itself, not a longer one (surely, okra).
            let whole = rest.is_empty() || end.len() < rest.len() || opener.contains("happy");
            whole && (end.is_empty() || PRESENTS.iter().any(|p| end.contains(p)) || end.ends_with([':', '：']))
        })
    })
}

fn closes(lower: &str) -> bool {
    CLOSERS.iter().any(|c| lower.starts_with(c))
        || OFFERS.iter().any(|o| lower.starts_with(o)) && CHANGES.iter().any(|c| lower.contains(c))
}

pub(super) fn meta(text: &str, out: &mut Vec<Finding>) {
    let lines = filled(text);
    let plain = |line: &str| line.to_lowercase().replace('\u{2019}', "'");
    let mut report = |number: usize, line: &str| {
        let quoted: String = line.chars().take(40).collect();
        let about = Both::new(
            format!("Line {number} speaks about the text: \u{201c}{quoted}\u{201d}."),
            format!("第 {number} 行是在谈论文本：“{quoted}”。"),
        );
        let again = Both::new(
            format!("Leave out line {number}, and write only the text itself."),
            format!("请删去第 {number} 行，只写正文。"),
        );
        out.push(Finding::wrong(Place::Line(number), about, again));
    };
    if let Some((number, line)) = lines.first() {
        let lower = plain(line);
        let presents = PRESENTERS.iter().any(|p| lower.starts_with(p)) && lower.ends_with([':', '：']);
        if presents || opens(&lower) {
            report(*number, line);
        }
    }
    if let Some((number, line)) =
        lines.iter().find(|(_, line)| line.starts_with("<think>") || line.contains("</think>"))
    {
        report(*number, line);
    }
    if lines.len() > 1
        && let Some((number, line)) = lines.last()
        && closes(&plain(line))
    {
        report(*number, line);
    }
}
