//! Prompts for pictures: out of what a language model answers, out of a passage, and the words of a model's styles.

use std::collections::HashSet;

use super::checks::{is_han, language_of, talks_about_itself};
use crate::lang::Lang;

/// Letters of a prompt that are kept.
pub const LONGEST: usize = 500;
/// Longest passage that is used as it is, in letters.
const PASSAGE: usize = 300;
/// Letters by which words count as the same, whatever their endings.
const STEM: usize = 5;
/// Shorter words say little of a subject.
const WORD: usize = 4;
/// A text of fewer words can be put in others altogether.
const FEW: usize = 5;

/// The prompt of an answer: its first line, without quotes and without a word about itself.
pub fn tidy(answer: &str) -> String {
    let line = answer.lines().map(str::trim).find(|line| !line.is_empty() && !line.ends_with([':', '：']));
    let line = line.or_else(|| answer.lines().map(str::trim).find(|line| !line.is_empty())).unwrap_or_default();
    let line = ["Prompt:", "prompt:", "提示词：", "提示词:"].iter().find_map(|p| line.strip_prefix(p)).unwrap_or(line);
    let line = line.trim().trim_matches(['"', '“', '”', '*', '`']).trim();
    line.chars().take(LONGEST).collect()
}

/// Whether two prompts say the same but for marks and capitals.
pub fn same(a: &str, b: &str) -> bool {
    let bare = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    bare(a) == bare(b)
}

/// Whether a prompt is about what `text` is about, and not about itself or the person.
pub fn is_about(prompt: &str, text: &str) -> bool {
    if prompt.trim().is_empty() || talks_about_itself(prompt) || addresses(prompt) {
        return false;
    }
    // Of two languages nobody can tell.
    match (language_of(prompt), language_of(text)) {
        (Some(a), Some(b)) if a != b => true,
        _ => {
            let words = subjects(text);
            words.len() < FEW || subjects(prompt).iter().any(|word| words.contains(word))
        }
    }
}

/// Whether it speaks of a passage, or to the person, instead of a picture.
fn addresses(prompt: &str) -> bool {
    const SPEAKS: [&str; 21] = [
        "this passage",
        "the passage",
        "this text",
        "the text",
        "this story",
        "this sentence",
        "the prompt",
        "this prompt",
        "the author",
        "i'm ",
        "i am ",
        "i can",
        "i will",
        "i'd ",
        "you can",
        "you are",
        "这段文字",
        "这篇",
        "本文",
        "作者",
        "作为",
    ];
    let lower = prompt.to_lowercase().replace('\u{2019}', "'");
    SPEAKS.iter().any(|words| lower.contains(words))
}

/// The words of a text that may be its subject, by their stems; of Chinese, pairs of characters.
fn subjects(text: &str) -> HashSet<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric() || is_han(c)).filter(|word| word.chars().count() >= WORD);
    let mut all: HashSet<String> = words.map(|word| word.chars().take(STEM).collect()).collect();
    let letters: Vec<char> = lower.chars().collect();
    all.extend(
        letters.windows(2).filter(|pair| pair.iter().all(|c| is_han(*c))).map(|pair| pair.iter().collect::<String>()),
    );
    all
}

/// A passage as a prompt: its words on one line, cut at a sentence where it is long, then the looks of whom it names.
pub fn plain(passage: &str, looks: &[String]) -> String {
    let line = passage.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = line.chars().take(PASSAGE).collect();
    if short.len() < line.len() {
        let end = short.rfind(['.', '!', '?', '。', '！', '？']).or_else(|| short.rfind([' ', '，', ',']));
        short.truncate(end.filter(|end| *end > 0).unwrap_or(short.len()));
    }
    let short = short.trim_end_matches(['.', '。', ',', '，', ' ']);
    let all = std::iter::once(short.to_owned()).chain(looks.iter().map(|look| look.replace(['\n', '\r'], " ")));
    all.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ").chars().take(LONGEST).collect()
}

/// Examples of passages with their prompts, and `text` without one: for a model that continues texts.
pub fn few_shot(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text: String = text.chars().take(2 * LONGEST).collect();
    match language_of(&text) {
        Some(Lang::Zh) => format!(
            "段落：守塔人已经十一天没有和任何人说过话了，窗外只有灰色的海。\n画面：灯塔里的老守塔人独坐窗边，窗外灰色的大海，阴天柔光，油画\n\n\
             段落：清晨的菜市场里，一位老太太正在挑选番茄。\n画面：热闹的清晨菜市场，老太太挑选红番茄，温暖的晨光，水彩\n\n\
             段落：{text}\n画面："
        ),
        _ => format!(
            "Passage: The keeper had not spoken to anyone for eleven days, and there was nothing but the grey sea outside.\n\
             Picture: an old keeper alone at the window of a lighthouse, grey sea outside, overcast soft light, oil painting\n\n\
             Passage: On the morning of the flood, the cat came home with a key.\n\
             Picture: a wet cat with a small key in its mouth on a doorstep, flooded street, early morning light, watercolour\n\n\
             Passage: {text}\nPicture:"
        ),
    }
}

/// Examples of prompts with better ones, and `prompt` without one: for a model that continues texts.
pub fn few_better(prompt: &str) -> String {
    let prompt = prompt.split_whitespace().collect::<Vec<_>>().join(" ");
    let prompt: String = prompt.chars().take(LONGEST).collect();
    match language_of(&prompt) {
        Some(Lang::Zh) => format!(
            "提示词：一只猫\n改进：一只橘猫蜷在窗台上，清晨柔和的阳光，浅景深，水彩\n\n\
             提示词：山\n改进：雪山在日出时泛着粉色的光，前景是平静的湖面，广角，摄影\n\n\
             提示词：{prompt}\n改进："
        ),
        _ => format!(
            "Prompt: a cat\n\
             Better: a ginger cat curled up on a windowsill, soft morning light, shallow depth of field, watercolour\n\n\
             Prompt: mountains\n\
             Better: snowy mountains glowing pink at sunrise, a still lake in front, wide angle, photograph\n\n\
             Prompt: {prompt}\nBetter:"
        ),
    }
}

/// A prompt with a word of a style added, or without it where it is there; of `group`, of which one can hold, the
/// others go.
pub fn toggle(prompt: &str, word: &str, group: &[&str]) -> String {
    let parts = prompt.split([',', '，']).map(str::trim).filter(|part| !part.is_empty());
    let is = |part: &str, word: &str| part.eq_ignore_ascii_case(word);
    let on = has(prompt, word);
    let mut kept: Vec<&str> = parts.filter(|part| !is(part, word) && !group.iter().any(|one| is(part, one))).collect();
    if !on {
        kept.push(word);
    }
    kept.join(if prompt.chars().chain(word.chars()).any(is_han) { "，" } else { ", " })
}

/// Whether a prompt has a word of a style as a part of its own.
pub fn has(prompt: &str, word: &str) -> bool {
    prompt.split([',', '，']).any(|part| part.trim().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prompt_is_taken_out_of_the_answer() {
        assert_eq!(tidy("Here is the prompt:\n\n\"a red apple, soft light\"\nmore"), "a red apple, soft light");
        assert_eq!(tidy("Prompt: **a fox**"), "a fox");
        assert_eq!(tidy(" \n“一只猫，水彩”"), "一只猫，水彩");
        assert_eq!(tidy("only:"), "only:");
        assert_eq!(tidy(""), "");
        assert_eq!(tidy(&"x".repeat(2000)).len(), 500);
    }

    #[test]
    fn talk_about_a_passage_is_no_picture_of_it() {
        let passage = "The lighthouse stood alone above the grey sea.";
        assert!(is_about("a lonely lighthouse at dusk, oil painting", passage));
        assert!(is_about("灯塔，黄昏", passage), "another language may say the same");
        for talk in [
            "",
            "This passage describes a lighthouse.",
            "The lighthouse in the text is a symbol of hope.",
            "Sure! Here is a prompt about a lighthouse:",
            "I'm sorry, I can't draw a lighthouse.",
            "a red car on a road",
        ] {
            assert!(!is_about(talk, passage), "{talk}");
        }
        assert!(is_about("一座孤独的灯塔，灰色的大海", "灯塔独自立在灰色的大海上。"));
        assert!(!is_about("一只可爱的小狗", "灯塔独自立在灰色的大海上。"));
        assert!(same("A fox,  in snow.", "a fox in snow") && !same("a fox", "a red fox"));
    }

    #[test]
    fn a_passage_stands_for_itself_with_the_looks_of_whom_it_names() {
        assert_eq!(
            plain("She woke.\nAda saw  the mill.", &["Ada: white hair".into()]),
            "She woke. Ada saw the mill; Ada: white hair"
        );
        let long = plain(&"The rain fell on the mill. ".repeat(40), &[]);
        assert!(long.len() <= PASSAGE && long.ends_with("the mill"), "{long}");
        assert_eq!(plain("", &[]), "");
        assert!(few_shot("Ada\n saw it.").ends_with("Passage: Ada saw it.\nPicture:"));
        assert!(few_shot("阿达看见了那座磨坊。").ends_with("段落：阿达看见了那座磨坊。\n画面："));
        assert!(few_better("a red\n fox").ends_with("Prompt: a red fox\nBetter:"));
        assert!(few_better("一只狐狸").ends_with("提示词：一只狐狸\n改进："));
    }

    #[test]
    fn a_style_is_switched_on_and_off() {
        let styles = ["3d", "flat"];
        assert_eq!(toggle("smiling cat", "3d", &styles), "smiling cat, 3d");
        assert_eq!(toggle("smiling cat, 3D", "flat", &styles), "smiling cat, flat", "one at a time");
        assert_eq!(toggle("smiling cat, 3d", "3d", &styles), "smiling cat");
        assert_eq!(toggle("", "red", &[]), "red");
        assert_eq!(toggle("猫", "立体", &[]), "猫，立体");
        assert!(has("cat, 3d ", "3D") && !has("3d cat", "3d"));
    }
}
