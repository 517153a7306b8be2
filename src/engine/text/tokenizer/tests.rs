//! Any text comes back from its tokens, and no text takes long.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::engine::text::testing::{GgufFile, Meta};

/// Bytes of the hostile texts, and how long each may take in a build without optimisation.
const LONG: usize = 1 << 20;
const LONGEST: Duration = Duration::from_secs(10);

fn open(file: &GgufFile) -> Tokenizer {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.gguf");
    file.write(&path).unwrap();
    Tokenizer::from_gguf(&Gguf::open(&path).unwrap()).unwrap()
}

/// The tiny model's vocabulary, in which each byte is a token.
fn bytes(pre: &str) -> Tokenizer {
    let mut file = GgufFile::tiny_llama();
    file.set("tokenizer.ggml.pre", Meta::Text(pre.to_owned()));
    open(&file)
}

/// Pieces with a token for each byte. No space is put before texts.
fn pieces() -> Tokenizer {
    let mut tokens: Vec<String> = ["<unk>", "<s>", "</s>"].map(str::to_owned).to_vec();
    let mut kinds = vec![2, 3, 3];
    tokens.extend((0..=255).map(|byte| format!("<0x{byte:02X}>")));
    kinds.resize(tokens.len(), 6);
    let words = "▁ a b e t h ▁a ▁t th he the ▁the ▁▁ ▁▁▁▁ aa aaaa 1 11 你 好 你好 ё é e\u{301} <think>";
    tokens.extend(words.split(' ').map(str::to_owned));
    kinds.resize(tokens.len() - 1, 1);
    kinds.push(4);
    let scores = (0..tokens.len()).map(|i| -(i as f32)).collect();
    let mut file = GgufFile::tiny_llama();
    file.set("tokenizer.ggml.model", Meta::Text("llama".to_owned()))
        .set("tokenizer.ggml.tokens", Meta::Texts(tokens))
        .set("tokenizer.ggml.token_type", Meta::I32s(kinds))
        .set("tokenizer.ggml.scores", Meta::F32s(scores))
        .set("tokenizer.ggml.unknown_token_id", Meta::U32(0))
        .set("tokenizer.ggml.bos_token_id", Meta::U32(1))
        .set("tokenizer.ggml.eos_token_id", Meta::U32(2));
    open(&file)
}

fn back(tokenizer: &Tokenizer, ids: &[u32]) -> Vec<u8> {
    let mut out = Vec::new();
    ids.iter().for_each(|&id| tokenizer.word(id, &mut out));
    out
}

const PRES: [&str; 5] = ["gpt-2", "smollm", "llama-bpe", "qwen2", "dbrx"];

/// Letters of many scripts, marks, controls, spaces, digits, and the names of special tokens.
fn any_text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => any::<char>().prop_map(String::from),
        2 => "[a-e '0-9\\r\\n\\t]{1,6}",
        2 => "[\\x00-\\x1f\\x7f-\\x9f\u{200b}-\u{200f}\u{2028}\u{feff}\u{fffd}]{1,3}",
        2 => prop::sample::select(vec![
            "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<think>", "<s>", "</s>", "<unk>", "<0x0A>", "<|im_", "Ġ",
            "'s", "'LL", "the", "你好", "e\u{301}", "👩‍👩‍👧", "²", "Ⅷ", "\u{a0}", "\u{3000}", "\u{10ffff}",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

/// How [`PreTokenizer::Digits`] is defined: each word looks for the next digit itself.
fn digits_as_defined(text: &str) -> Vec<&str> {
    let (mut all, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let end = match rest.find(char::is_numeric) {
            Some(0) => first.len_utf8(),
            other => {
                let mut word = 0;
                PreTokenizer::Gpt2
                    .split(&rest[..other.unwrap_or(rest.len())], |w| word = if word == 0 { w.len() } else { word });
                word
            }
        };
        all.push(&rest[..end]);
        rest = &rest[end..];
    }
    all
}

#[test]
fn any_text_comes_back_from_its_tokens() {
    let bytes = PRES.map(bytes);
    let pieces = pieces();
    let config = ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let done = runner.run(&any_text(), |text| {
        for (tokenizer, pre) in bytes.iter().zip(PRES) {
            for specials in [Specials::Parse, Specials::Plain] {
                let ids = tokenizer.encode(&text, specials);
                prop_assert_eq!(back(tokenizer, &ids), text.as_bytes(), "{} {:?}", pre, specials);
            }
        }
        for specials in [Specials::Parse, Specials::Plain] {
            let ids = pieces.encode(&format!("a{text}"), specials);
            // The mark for spaces reads as a space.
            prop_assert_eq!(back(&pieces, &ids), format!("a{text}").replace(SPACE, " ").into_bytes(), "{:?}", specials);
        }
        let mut words = Vec::new();
        PreTokenizer::Digits.split(&text, |word| words.push(word));
        prop_assert_eq!(words, digits_as_defined(&text));
        // What was defused has no control token in it, and reads the same.
        let defused = bytes[0].defuse(&text, '\u{FDD0}');
        let ids = bytes[0].encode_marked(&defused, Specials::Parse, Some('\u{FDD0}'));
        prop_assert!(ids.iter().all(|&id| bytes[0].kinds[id as usize] != CONTROL));
        prop_assert_eq!(back(&bytes[0], &ids), text.replace('\u{FDD0}', "").into_bytes());
        Ok(())
    });
    done.unwrap();
}

/// Each is one word for some way of cutting, or as many as can be; a step that looks at all the rest takes hours.
fn hostile() -> Vec<(&'static str, String)> {
    let fill = |part: &str| part.repeat(LONG / part.len());
    vec![
        ("one letter", fill("a")),
        ("spaces", fill(" ")),
        ("spaces and a letter", fill(" ") + "a"),
        ("spaces and lines", fill("  \n")),
        ("words", fill("a b ")),
        ("no boundary", fill("thehe")),
        ("scripts", fill("a你éя")),
        ("letters and digits", fill("a1")),
        ("digits", fill("1")),
        ("signs", fill("!?'")),
        ("contractions", fill("'s")),
        ("combining marks", fill("e\u{301}\u{301}")),
        ("special tokens", fill("<|im_start|>")),
        ("nearly special tokens", fill("<|im_<thin")),
        ("controls", fill("\u{0}\u{1}")),
        ("family", fill("👩\u{200d}")),
    ]
}

#[test]
fn a_megabyte_of_anything_does_not_take_long() {
    let tokenizers = [("smollm", bytes("smollm")), ("llama-bpe", bytes("llama-bpe")), ("pieces", pieces())];
    for (name, text) in hostile() {
        for (kind, tokenizer) in &tokenizers {
            let started = Instant::now();
            let ids = tokenizer.encode(&text, Specials::Parse);
            assert!(started.elapsed() < LONGEST, "{name}, {kind}: {:?}", started.elapsed());
            let read = back(tokenizer, &ids);
            assert!(read.len() >= text.len(), "{name}, {kind}");
            assert!(started.elapsed() < LONGEST, "{name}, {kind}, back: {:?}", started.elapsed());
        }
    }
}
