//! Thoughts (reasoning): what some models write before they answer, between tags as `<think>` and `</think>`.
//!
//! A thought begins an answer; a tag further behind is text that speaks of tags. Where the prompt itself opens the
//! thought, the engine sends the opening tag first, so that a stored answer is complete.

use std::borrow::Cow;

/// How a thought begins and ends: Qwen 3, DeepSeek R1, SmolLM3, LFM2.5, Phi 4 and GLM; fine-tuned Llamas; Magistral;
/// Granite 3.2.
const TAGS: [(&str, &str); 6] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("[THINK]", "[/THINK]"),
    ("Here is my thought process:", "Here is my response:"),
];
/// What some models put around the answer that follows a thought (Granite 3.3, GLM).
const AROUND: [(&str, &str); 2] = [("<response>", "</response>"), ("<answer>", "</answer>")];

/// An answer taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split<'a> {
    /// What was thought, without tags and the space around; `None` where the answer begins with no thought.
    pub thought: Option<Cow<'a, str>>,
    /// Whether the thought has no end yet: there is no answer then.
    pub open: bool,
    pub answer: &'a str,
}

/// Takes the text of an answer apart. A text without a thought is the answer, unchanged.
pub fn split(text: &str) -> Split<'_> {
    let (mut thought, mut open, mut rest) = (None::<Cow<'_, str>>, false, text);
    while let Some((inside, end)) = opening(rest) {
        let (one, after) = inside.split_once(end).unwrap_or((inside, ""));
        open = one.len() == inside.len();
        rest = after;
        let one = one.trim();
        thought = Some(match thought {
            Some(before) if one.is_empty() => before,
            Some(before) if !before.is_empty() => Cow::Owned(format!("{before}\n\n{one}")),
            _ => Cow::Borrowed(one),
        });
    }
    if thought.is_none()
        && let Some((before, after)) = without_beginning(text)
    {
        (thought, rest) = (Some(Cow::Borrowed(before.trim())), after);
    }
    let answer = if thought.is_some() { unwrapped(rest.trim_start()) } else { text };
    Split { thought, open, answer }
}

/// The answer of a text alone.
pub fn answer_of(text: &str) -> &str {
    split(text).answer
}

/// The tag at the end of a prompt that opens a thought, with the space behind it.
pub fn opened_by(prompt: &str) -> Option<&str> {
    let trimmed = prompt.trim_end();
    let (begin, _) = TAGS.iter().find(|(begin, _)| trimmed.ends_with(begin))?;
    Some(&prompt[trimmed.len() - begin.len()..])
}

/// Whether `text` is a tag of thoughts: shown even where a vocabulary calls it a control token.
pub fn is_thought_tag(text: &str) -> bool {
    TAGS.iter().any(|(begin, end)| text == *begin || text == *end)
}

/// What follows the tag that `text` begins with, and the tag that ends it.
fn opening(text: &str) -> Option<(&str, &'static str)> {
    let text = text.trim_start();
    TAGS.iter().find_map(|(begin, end)| Some((text.strip_prefix(begin)?, *end)))
}

/// The thought and the answer of a text whose prompt, elsewhere, opened the thought: the end tag is alone on its
/// line, outside of code, and no tag begins before it.
fn without_beginning(text: &str) -> Option<(&str, &str)> {
    let (mut at, mut code) = (0, false);
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        code ^= bare.starts_with("```") || bare.starts_with("~~~");
        if !code && let Some((begin, _)) = TAGS[..5].iter().find(|(_, end)| bare == *end) {
            return (!text[..at].contains(begin)).then(|| (&text[..at], &text[at + line.len()..]));
        }
        at += line.len();
    }
    None
}

/// The answer without the tags around it.
fn unwrapped(answer: &str) -> &str {
    let Some((inside, end)) = AROUND.iter().find_map(|(begin, end)| Some((answer.strip_prefix(begin)?, *end))) else {
        return answer;
    };
    let inside = inside.trim_start();
    inside.trim_end().strip_suffix(end).map_or(inside, str::trim_end)
}

/// Follows an answer as it streams, and counts what is thought.
#[derive(Clone, Debug, Default)]
pub struct Thinking {
    text: String,
    tokens: usize,
    /// Nothing more is thought.
    over: bool,
}

impl Thinking {
    /// An answer of which `begun` is there already.
    pub fn begun(begun: &str) -> Self {
        let mut this = Self { text: begun.to_owned(), ..Self::default() };
        this.look();
        this
    }

    /// The next piece of the answer, made of so many tokens. A tag by itself is no thought.
    pub fn push(&mut self, piece: &str, tokens: usize) {
        if self.over {
            return;
        }
        self.text.push_str(piece);
        self.tokens += if is_thought_tag(piece.trim()) { 0 } else { tokens };
        // Tags end so; a long thought is not read again for each of its words.
        if self.text.len() < 64 || piece.contains(['>', ']', ':']) {
            self.look();
        }
    }

    /// Whether a thought was begun and has not ended.
    pub fn is_open(&self) -> bool {
        !self.over && split(&self.text).open
    }

    /// How many tokens were thought.
    pub fn tokens(&self) -> usize {
        if self.over || split(&self.text).thought.is_some() { self.tokens } else { 0 }
    }

    fn look(&mut self) {
        let split = split(&self.text);
        let begins = self.text.trim_start();
        let may_begin = TAGS.iter().any(|(begin, _)| begin.starts_with(begins));
        match split.thought {
            Some(_) => self.over = !split.open,
            None if !may_begin => (self.over, self.tokens) = (true, 0),
            None => {}
        }
        if self.over {
            self.text = String::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (Option<String>, bool, &str) {
        let Split { thought, open, answer } = split(text);
        (thought.map(Cow::into_owned), open, answer)
    }

    fn thought(thought: &str, answer: &'static str) -> (Option<String>, bool, &'static str) {
        (Some(thought.to_owned()), false, answer)
    }

    #[test]
    fn a_thought_is_taken_off_the_answer_that_follows_it() {
        for (text, want) in [
            ("<think>\nhm\n</think>\n\nYes. \n", thought("hm", "Yes. \n")),
            ("<think>hm</think>Yes", thought("hm", "Yes")),
            (" \n<think>\n\n</think>\n\nYes", thought("", "Yes")),
            ("<thinking>a</thinking>b", thought("a", "b")),
            ("<thought>a</thought>b", thought("a", "b")),
            ("<reasoning>a</reasoning>\nb", thought("a", "b")),
            ("[THINK]四[/THINK]五", thought("四", "五")),
            ("Here is my thought process: a\nHere is my response: b", thought("a", "b")),
            ("<think>a</think>\n<think>b</think>\n\nc", thought("a\n\nb", "c")),
            ("<think>a</think><think></think>c", thought("a", "c")),
            ("<think>a</think><response>4</response>", thought("a", "4")),
            ("<think>a</think>\n<answer>\n4\n</answer>\n", thought("a", "4")),
            ("<think>a</think><answer>4", thought("a", "4")),
            ("<think>a <b> c</think>1 < 2 </think>", thought("a <b> c", "1 < 2 </think>")),
        ] {
            assert_eq!(parts(text), want, "{text}");
        }
    }

    #[test]
    fn a_thought_without_an_end_has_no_answer_yet() {
        for text in ["<think>", "<think>\nhm", "<think>hm</thin", "[THINK]hm </think>", "<think>a</think>\n<think>b"] {
            assert!(split(text).open, "{text}");
            assert_eq!(split(text).answer, "", "{text}");
        }
        assert_eq!(parts("<think>a</think>\n<think>b").0.as_deref(), Some("a\n\nb"));
    }

    #[test]
    fn an_end_without_a_beginning_counts_where_it_has_its_line() {
        assert_eq!(parts("hm\n</think>\n\nYes"), thought("hm", "Yes"));
        assert_eq!(parts("</think>\nYes"), thought("", "Yes"));
        for text in ["The tag `</think>` ends it.", "```\n</think>\n```\n", "write <think>\n</think>\nso"] {
            assert_eq!(parts(text), (None, false, text));
        }
    }

    #[test]
    fn a_text_that_speaks_of_tags_is_no_thought() {
        for text in
            ["", "Yes", " Yes ", "Use <think> tags.", "`<think>`", "<thin", "<thinker>x</thinker>", "<response>4"]
        {
            assert_eq!(parts(text), (None, false, text), "{text}");
        }
    }

    #[test]
    fn a_prompt_opens_a_thought_with_its_last_tag() {
        assert_eq!(opened_by("<|im_start|>assistant\n<think>\n"), Some("<think>\n"));
        assert_eq!(opened_by("[THINK]"), Some("[THINK]"));
        for prompt in ["", "assistant\n", "<think>\n\n</think>\n\n", "<think> hm"] {
            assert_eq!(opened_by(prompt), None, "{prompt}");
        }
    }

    #[test]
    fn what_streams_is_counted_until_the_thought_ends() {
        fn counted(begun: &str, pieces: &[&str]) -> (usize, bool) {
            let mut thinking = Thinking::begun(begun);
            pieces.iter().for_each(|piece| thinking.push(piece, 1));
            (thinking.tokens(), thinking.is_open())
        }
        assert_eq!(counted("", &["<th", "ink>", "hm", " hm", "</think>", "\n", "Yes"]), (4, false));
        assert_eq!(counted("<think>\n", &["hm", "</", "think", ">", "Yes"]), (4, false));
        assert_eq!(counted("<think>\n", &["hm", " hm"]), (2, true));
        assert_eq!(counted("<think>hm</think>\nYes", &["."]), (0, false));
        assert_eq!(counted("", &["Yes", "<think>", "x"]), (0, false));
        assert_eq!(counted("", &["\n", "<"]), (0, false));
        let long = ["<think>"].into_iter().chain(std::iter::repeat_n(" a", 40)).chain(["</think>", "b"]);
        assert_eq!(counted("", &long.collect::<Vec<_>>()), (40, false));
    }
}
