//! From tokens to text that may be shown: whole characters only, and nothing of a stop text.

/// Joins the bytes of tokens to characters. A character that is not complete yet waits for the next token; bytes that
/// can never become one are shown as U+FFFD.
#[derive(Debug, Default)]
pub struct Utf8Decoder {
    waiting: Vec<u8>,
}

impl Utf8Decoder {
    /// The characters that are complete with `bytes`.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.waiting.extend_from_slice(bytes);
        let mut text = String::new();
        let mut rest = self.waiting.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(whole) => {
                    text.push_str(whole);
                    rest = &[];
                    break;
                }
                Err(error) => {
                    let (whole, tail) = rest.split_at(error.valid_up_to());
                    text.push_str(std::str::from_utf8(whole).expect("checked up to here"));
                    rest = tail;
                    match error.error_len() {
                        // The start of a character.
                        None => break,
                        Some(broken) => {
                            text.push(char::REPLACEMENT_CHARACTER);
                            rest = &rest[broken..];
                        }
                    }
                }
            }
        }
        self.waiting = rest.to_vec();
        text
    }
    // There is no `finish`: a character that was begun when the answer ended is left out, as nobody could read it.
}

/// Finds stop texts in a stream. What may still become one is held back, and no more than that.
#[derive(Debug)]
pub struct StopTexts {
    stops: Vec<String>,
    held: String,
    found: bool,
}

impl StopTexts {
    /// Empty stop texts are ignored.
    pub fn new(stops: &[String]) -> Self {
        Self { stops: stops.iter().filter(|s| !s.is_empty()).cloned().collect(), held: String::new(), found: false }
    }

    /// Whether a stop text has come; nothing after it is shown.
    pub fn found(&self) -> bool {
        self.found
    }

    /// What may be shown now that `text` has come.
    pub fn push(&mut self, text: &str) -> String {
        if self.found {
            return String::new();
        }
        self.held.push_str(text);
        // The first to be complete wins, so that it does not matter how the text was cut into tokens; of several that
        // are complete at once, the longest.
        let first = (self.stops.iter())
            .filter_map(|stop| self.held.find(stop.as_str()).map(|start| (start + stop.len(), start)))
            .min();
        if let Some((_, start)) = first {
            self.found = true;
            self.held.truncate(start);
            return std::mem::take(&mut self.held);
        }
        let keep = self.stops.iter().map(|stop| overlap(&self.held, stop)).max().unwrap_or(0);
        let shown = self.held.len() - keep;
        let tail = self.held.split_off(shown);
        std::mem::replace(&mut self.held, tail)
    }

    /// What was held back and is now known not to be a stop text, at the end of the stream.
    pub fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }
}

/// Length in bytes of the longest end of `text` that is a beginning of `stop`, but not all of it.
fn overlap(text: &str, stop: &str) -> usize {
    (1..stop.len().min(text.len() + 1))
        .rev()
        .find(|&n| stop.is_char_boundary(n) && text.ends_with(&stop[..n]))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_wait_until_they_are_whole() {
        let text = "né 中文 👩‍👩‍👧 ok";
        for size in 1..7 {
            let mut decoder = Utf8Decoder::default();
            let mut out = String::new();
            for (i, piece) in text.as_bytes().chunks(size).enumerate() {
                out.push_str(&decoder.push(piece));
                // All finished characters are out.
                let end = ((i + 1) * size).min(text.len());
                let whole = (0..=end).rev().find(|&n| text.is_char_boundary(n)).unwrap();
                assert_eq!(out, text[..whole]);
            }
            assert_eq!(out, text);
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced_and_cost_nothing_else() {
        let mut decoder = Utf8Decoder::default();
        assert_eq!(decoder.push(b"a\xFFb"), "a\u{FFFD}b");
        assert_eq!(decoder.push(b"\xE4\xB8"), "");
        assert_eq!(decoder.push(b"x"), "\u{FFFD}x");
        assert_eq!(decoder.push(b"\xF0\x9F"), "");
    }

    /// The text shown for `pieces`, and whether the stream was stopped.
    fn run(stops: &[&str], pieces: &[&str]) -> (String, bool) {
        let stops: Vec<String> = stops.iter().map(|&s| s.to_owned()).collect();
        let mut texts = StopTexts::new(&stops);
        let mut out = String::new();
        for piece in pieces {
            out.push_str(&texts.push(piece));
            assert!(!stops.iter().any(|s| !s.is_empty() && out.contains(s)), "{out} leaks");
        }
        out.push_str(&texts.finish());
        (out, texts.found())
    }

    #[test]
    fn a_stop_over_several_tokens_never_leaks() {
        assert_eq!(run(&["\nUser:"], &["Hi", "!\n", "Us", "er", ": more"]), ("Hi!".into(), true));
        assert_eq!(run(&["\nUser:"], &["Hi!\nUs", "ually fine"]), ("Hi!\nUsually fine".into(), false));
        assert_eq!(run(&["END"], &["EENEND"]), ("EEN".into(), true));
        assert_eq!(run(&["。", "！"], &["好", "的", "。", "x"]), ("好的".into(), true));
        assert_eq!(run(&["", "x"], &["ab"]), ("ab".into(), false));
    }

    #[test]
    fn only_what_may_become_a_stop_is_held_back() {
        let mut texts = StopTexts::new(&["###".to_owned(), "中文".to_owned()]);
        assert_eq!(texts.push("a##"), "a");
        assert_eq!(texts.push("b"), "##b");
        assert_eq!(texts.push("中"), "");
        assert_eq!(texts.push("国"), "中国");
    }

    #[test]
    fn the_cut_into_tokens_does_not_matter() {
        let (text, stops) = ("one two ab abcd three", ["abcd", "ab ab", "b a"]);
        let whole = run(&stops, &[text]);
        for at in 1..text.len() {
            let (a, b) = text.split_at(at);
            assert_eq!(run(&stops, &[a, b]), whole);
        }
        let letters: Vec<String> = text.chars().map(String::from).collect();
        assert_eq!(run(&stops, &letters.iter().map(String::as_str).collect::<Vec<_>>()), whole);
        assert_eq!(whole, ("one two a".into(), true));
    }
}
