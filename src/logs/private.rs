//! Takes what is the person's out of texts that come from elsewhere: messages of panics and of the system.

use std::borrow::Cow;
use std::path::PathBuf;

/// The longest message of a panic, in characters.
const LONGEST: usize = 500;
/// In place of what is left out.
const GONE: char = '…';

/// The person's home folder.
pub struct Home(Vec<String>);

impl Home {
    pub fn new(home: Option<PathBuf>) -> Self {
        let home = home.and_then(|home| home.to_str().map(|home| home.trim_end_matches(['/', '\\']).to_owned()));
        let home: Vec<String> = home.into_iter().filter(|home| home.len() > 1).collect();
        // As Debug writes it, with a path of Windows.
        let escaped: Vec<String> = home.iter().map(|home| home.replace('\\', "\\\\")).collect();
        Self(escaped.into_iter().chain(home).collect())
    }

    /// The text with `~` in place of the home folder.
    pub fn hide(&self, text: &str) -> String {
        let mut text = Cow::Borrowed(text);
        for home in &self.0 {
            if text.contains(home.as_str()) {
                text = Cow::Owned(replaced(&text, home));
            }
        }
        text.into_owned()
    }
}

/// Another folder may begin with the same letters.
fn replaced(text: &str, home: &str) -> String {
    let mut parts = text.split(home);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let longer = part.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_');
        out.push_str(if longer { home } else { "~" });
        out.push_str(part);
    }
    out
}

/// The message of a panic without what may be the person's: quoted texts, pieces of a text that was cut at a wrong place,
/// paths. At most 500 characters.
pub fn message(text: &str, home: &Home) -> String {
    let text = without_quotes(&without_slices(&home.hide(text)));
    let text = without_paths(&text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}{GONE}", &text[..end]),
        None => text,
    }
}

/// `byte index 1 is not a char boundary; it is inside '猫' (bytes 0..3) of `猫 and all the rest``.
fn without_slices(text: &str) -> Cow<'_, str> {
    let begins = ["inside '", " of `", "slicing `"].iter().filter_map(|begin| Some(text.find(begin)? + begin.len()));
    match begins.min().filter(|_| text.contains("byte index") || text.contains("slicing `")) {
        Some(at) => Cow::Owned(format!("{}{GONE}", &text[..at])),
        None => Cow::Borrowed(text),
    }
}

/// What is between double quotes: values of errors and of assertions.
fn without_quotes(text: &str) -> String {
    let (mut out, mut inside, mut escaped) = (String::new(), false, false);
    for c in text.chars() {
        match c {
            '"' if !escaped => {
                out.push_str(if inside { "\"" } else { "\"…" });
                inside = !inside;
            }
            c if !inside => out.push(c),
            _ => {}
        }
        escaped = inside && c == '\\' && !escaped;
    }
    out
}

/// The text without absolute paths and those in the home folder. A path may have spaces: it ends with its line, or with a
/// colon.
pub fn without_paths(text: &str) -> String {
    let (mut out, mut inside) = (String::new(), false);
    for word in text.split_inclusive(char::is_whitespace) {
        if !inside {
            let Some(at) = path_in(word) else {
                out.push_str(word);
                continue;
            };
            out.push_str(&word[..at]);
            out.push(GONE);
            inside = true;
        }
        let bare = word.trim_end();
        if bare.ends_with(':') {
            out.push_str(&word[bare.len() - 1..]);
            inside = false;
        } else if word.ends_with('\n') {
            out.push('\n');
            inside = false;
        }
    }
    out
}

/// Where a path begins in a word.
fn path_in(word: &str) -> Option<usize> {
    let bare = word.trim_start_matches(['\'', '`', '(', '[', '<', '=', ':']);
    let drive = bare.get(1..3).is_some_and(|after| after == ":\\" || after == ":/");
    let is_path = bare.starts_with("~/")
        || bare.starts_with("~\\")
        || bare.starts_with("\\\\")
        || bare.starts_with("file://")
        || (drive && bare.starts_with(|c: char| c.is_ascii_alphabetic()))
        || bare.strip_prefix('/').is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
    is_path.then_some(word.len() - bare.len())
}

/// A source file as its crate names it: where the crate lies on the machine that built the program is nobody's business.
pub fn source(path: &str) -> String {
    let path = path.replace('\\', "/");
    // `.../registry/src/INDEX/CRATE-1.0.0/src/lib.rs`, `.../git/checkouts/CRATE-HASH/COMMIT/src/lib.rs`
    if let Some((_, rest)) = path.split_once("/registry/src/").or_else(|| path.split_once("/git/checkouts/")) {
        return rest.split_once('/').map_or(rest, |(_, rest)| rest).to_owned();
    }
    if let Some(at) = path.find("/library/").filter(|_| path.contains("/rustc/") || path.contains("rustlib")) {
        return path[at + 1..].to_owned();
    }
    let absolute = path.starts_with('/') || path.get(1..2) == Some(":");
    if !absolute {
        return path.trim_start_matches("./").to_owned();
    }
    let inner = ["/src/", "/tests/", "/benches/"].iter().filter_map(|folder| path.rfind(folder)).max();
    let at = inner.or_else(|| path.rfind('/')).map_or(0, |at| at + 1);
    path[at..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> Home {
        Home::new(Some("/home/mei/".into()))
    }

    #[test]
    fn the_home_folder_is_a_tilde() {
        for (text, hidden) in [
            ("/home/mei/a.png: gone", "~/a.png: gone"),
            ("in /home/mei, and /home/meiling/b", "in ~, and /home/meiling/b"),
            ("nothing here", "nothing here"),
        ] {
            assert_eq!(home().hide(text), hidden);
        }
        let windows = Home::new(Some(r"C:\Users\mei".into()));
        assert_eq!(windows.hide(r#"C:\Users\mei\a, "C:\\Users\\mei\\b""#), r#"~\a, "~\\b""#);
        for none in [None, Some("/".into()), Some("".into())] {
            assert_eq!(Home::new(none).hide("/a/b"), "/a/b");
        }
    }

    #[test]
    fn a_message_has_no_text_and_no_path_of_the_person() {
        for (said, kept) in [
            ("index out of bounds: the len is 3 but the index is 7", None),
            ("attempt to divide by zero", None),
            ("unknown field `sampler`", None),
            (
                "byte index 1 is not a char boundary; it is inside '猫' (bytes 0..3) of `猫 at night`",
                Some("byte index 1 is not a char boundary; it is inside '…"),
            ),
            ("begin <= end (4 <= 2) when slicing `a red cat`", Some("begin <= end (4 <= 2) when slicing `…")),
            ("byte index 99 is out of bounds of `a red cat`", Some("byte index 99 is out of bounds of `…")),
            (
                r#"called `Result::unwrap()` on an `Err` value: Full("a \"red\" cat")"#,
                Some(r#"called `Result::unwrap()` on an `Err` value: Full("…")"#),
            ),
            ("cannot open /home/mei/My cat.png now", Some("cannot open …")),
            ("cannot open /mnt/disk/a.png now", Some("cannot open …")),
            (r"cannot open D:\cats\a.png", Some("cannot open …")),
            ("(/home/mei/My cat.png: gone)\nat ~/b c\nend", Some("(…: gone)\nat …\nend")),
            ("left: 1/2, right: 3 / 4", None),
        ] {
            assert_eq!(message(said, &home()), kept.unwrap_or(said));
        }
        let long = message(&"猫".repeat(900), &home());
        assert_eq!(long.chars().count(), LONGEST + 1);
    }

    #[test]
    fn a_source_file_is_named_from_its_crate_on() {
        for (path, named) in [
            ("src/engine/lane.rs", "src/engine/lane.rs"),
            ("./src/main.rs", "src/main.rs"),
            ("/home/mei/src/studio/src/scene/mod.rs", "src/scene/mod.rs"),
            ("/home/mei/studio/tests/files/panics.rs", "tests/files/panics.rs"),
            ("/home/mei/.cargo/registry/src/index-1949/png-0.18.0/src/decoder.rs", "png-0.18.0/src/decoder.rs"),
            ("/rustc/59807616e1/library/core/src/panicking.rs", "library/core/src/panicking.rs"),
            (r"C:\Users\mei\studio\src\main.rs", "src/main.rs"),
            ("/home/mei/x.rs", "x.rs"),
        ] {
            assert_eq!(source(path), named);
        }
    }
}
