//! The author's note in what a model writes: it is in the middle of the prompt, and small models write one of their
//! own. It is for the writer, not for the story, and is taken out as it streams.

/// How a note begins, in small letters; see [`super::note_of`].
const BEGINS: [&str; 7] =
    ["[author's note:", "[author’s note:", "[authors note:", "[author note:", "[作者按：", "[作者按:", "[作者注："];

/// Takes notes out of a text that comes in pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unnoted {
    /// What may be the beginning of a note.
    held: String,
    /// Inside a note, up to its bracket.
    inside: bool,
    /// After a note: its own line end goes with it.
    after: bool,
}

impl Unnoted {
    /// What may be shown now that `piece` has come.
    pub fn push(&mut self, piece: &str) -> String {
        let mut out = String::with_capacity(piece.len());
        for letter in piece.chars() {
            if self.inside {
                self.inside = letter != ']';
                self.after = !self.inside;
            } else if !(std::mem::take(&mut self.after) && letter == '\n') {
                self.held.push(letter);
                self.look(&mut out);
            }
        }
        out
    }

    /// What was held back and is no note after all. A note without an end stays out.
    pub fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    fn look(&mut self, out: &mut String) {
        let held = self.held.to_lowercase();
        if BEGINS.contains(&held.as_str()) {
            self.held.clear();
            self.inside = true;
        } else if !BEGINS.iter().any(|begin| begin.starts_with(&held)) {
            // Only its last letter can begin another.
            let last = self.held.pop();
            out.push_str(&std::mem::take(&mut self.held));
            match last {
                Some('[') => self.held.push('['),
                letter => out.extend(letter),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&str]) -> String {
        let mut filter = Unnoted::default();
        let mut out: String = pieces.iter().map(|piece| filter.push(piece)).collect();
        out.push_str(&filter.finish());
        out
    }

    #[test]
    fn a_note_is_taken_out_however_it_is_cut() {
        let text = "It rained.\n[Author's note: be sad.]\nShe wept.";
        let letters: Vec<String> = text.chars().map(String::from).collect();
        assert_eq!(read(&letters.iter().map(String::as_str).collect::<Vec<_>>()), "It rained.\nShe wept.");
        assert_eq!(read(&[text]), "It rained.\nShe wept.");
        assert_eq!(read(&["下雨了。[作者", "按：悲伤]\n她哭了。"]), "下雨了。她哭了。");
        assert_eq!(read(&["a [AUTHOR’S NOTE: x", " y] b"]), "a  b");
        assert_eq!(read(&["a [Author's note: never ends"]), "a ");
    }

    #[test]
    fn other_brackets_stay() {
        for text in
            ["a [1] b", "[[Author]]", "[Author] said", "x [", "[auth", "[[[", "[作者]", "[Author's notebook]", "]", ""]
        {
            assert_eq!(read(&[text]), text);
        }
        assert_eq!(read(&["[[Author's note: x]"]), "[");
    }
}
