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

/// The tiny model's vocabulary with further tokens: their texts and types. The first is 300.
fn with(tokens: &[(&str, i32)], change: impl FnOnce(&mut GgufFile)) -> Tokenizer {
    let mut file = GgufFile::tiny_llama();
    for (key, value) in &mut file.metadata {
        match (key.as_str(), value) {
            ("tokenizer.ggml.tokens", Meta::Texts(all)) => {
                all.extend(tokens.iter().map(|(text, _)| (*text).to_owned()))
            }
            ("tokenizer.ggml.token_type", Meta::I32s(all)) => all.extend(tokens.iter().map(|(_, kind)| *kind)),
            _ => {}
        }
    }
    change(&mut file);
    open(&file)
}

/// Pieces with a token for each byte. No space is put before texts.
fn pieces() -> Tokenizer {
    open(&pieces_file())
}

fn pieces_file() -> GgufFile {
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
    file
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

/// By llama.cpp's `llama-vocab.cpp` of November 2026: the texts of `special_eog_ids`.
#[test]
fn what_llama_cpp_ends_at_is_one_token_and_an_end_though_typed_normal() {
    let names = [
        "<|eot_id|>",
        "<|end|>",
        "<|return|>",
        "<|flush|>",
        "<end_of_turn>",
        "</s>",
        "<|eom_id|>",
        "<EOT>",
        "_<EOT>",
        "[EOT]",
        "[EOS]",
        "<|end_of_text|>",
        "<end_of_utterance>",
        "<eos>",
        "<turn|>",
        "<｜end▁of▁sentence｜>",
        "[e~[",
        "<|fim_pad|>",
        "<|repo_name|>",
        "<|file_sep|>",
    ];
    let tokens = names.map(|name| (name, NORMAL as i32));
    let tokenizer = with(&tokens, |_| {});
    for (id, name) in (300..).zip(names) {
        assert_eq!(tokenizer.encode(name, Specials::Parse), [id], "{name}");
        assert!(tokenizer.is_end(id), "{name}");
        assert!(tokenizer.encode(name, Specials::Plain).len() > 1, "{name} in a person's text is text");
        assert_ne!(tokenizer.defuse(name, '\u{FDD0}'), name);
        let mut shown = Vec::new();
        tokenizer.piece(id, &mut shown);
        assert!(shown.is_empty(), "{name} shows nothing");
    }
    // `<|endoftext|>`, `<|im_start|>`, `<|im_end|>` and `<think>` of the tiny model; a name that only looks like one.
    assert_eq!([296, 297, 298, 299].map(|id| tokenizer.is_end(id)), [true, false, true, false]);
    let other = with(&[("<|endofturn|>", NORMAL as i32), ("<|im_ending|>", CONTROL as i32)], |_| {});
    assert!(!other.is_end(300) && !other.is_end(301) && other.encode("<|endofturn|>", Specials::Parse).len() > 1);
    // Beside some of the names above these are the only ends.
    for name in ["<|call|>", "<|calls|>", "<|tool_response>"] {
        let alone = with(&[(name, NORMAL as i32)], |_| {});
        assert!(alone.is_end(300) && alone.encode(name, Specials::Parse) == [300], "{name}");
    }
}

#[test]
fn tokens_that_keys_name_end_an_answer_too() {
    let key = |key: &str| {
        let key = format!("tokenizer.ggml.{key}_token_id");
        with(&[("<PAD>", NORMAL as i32), ("<|fim_prefix|>", NORMAL as i32)], |file| {
            file.set(&key, Meta::U32(65));
        })
    };
    for name in ["eot", "eom", "fim_pad", "fim_rep", "fim_sep"] {
        assert!(key(name).is_end(65), "{name}");
        assert_eq!(key(name).encode("A", Specials::Parse).len(), 1);
    }
    assert!(!key("fim_pre").is_end(65) && !key("mask").is_end(65));
    // A text counts only where no key names another token.
    assert!(key("fim_rep").is_end(300) && !key("fim_pad").is_end(300));
    assert_eq!(key("eot").encode("<|fim_prefix|>", Specials::Parse), [301], "a control token, but no end");
    assert!(!key("eot").is_end(301));
    let odd = with(&[("<PAD>", NORMAL as i32)], |file| {
        file.set("tokenizer.ggml.fim_pad_token_id", Meta::U32(u32::MAX));
    });
    assert!(odd.is_end(300), "an id out of range names none");
    assert!(key("prefix").encode("<|fim_prefix|>", Specials::Parse).len() > 1);
}

/// Harmony says `<|end|>` between two messages of one answer, Gemma 4 has `</s>` for something else.
#[test]
fn ends_that_are_none_beside_others() {
    let control = |names: &[&'static str]| {
        let tokens: Vec<_> = names.iter().map(|name| (*name, CONTROL as i32)).collect();
        with(&tokens, |_| {})
    };
    for others in [["<|return|>", "<|call|>"], ["<|flush|>", "<|calls|>"]] {
        let harmony = control(&[others[0], others[1], "<|end|>", "<|start|>"]);
        assert_eq!([300, 301, 302, 303].map(|id| harmony.is_end(id)), [true, true, false, false], "{others:?}");
        let mut shown = Vec::new();
        [302, 303].into_iter().for_each(|id| harmony.piece(id, &mut shown));
        assert_eq!(shown, b"<|end|><|start|>");
        // They are read in any text, but a person's text cannot speak with the template's voice.
        assert_eq!(harmony.encode("<|start|>", Specials::Plain), [303]);
        let defused = harmony.defuse("<|start|>", '\u{FDD0}');
        assert!(harmony.encode_marked(&defused, Specials::Parse, Some('\u{FDD0}')).len() > 1);
    }
    assert!(control(&["<|end|>", "<|return|>", "<|flush|>"]).is_end(300));
    let gemma = control(&["</s>", "<|tool_response>"]);
    assert!(!gemma.is_end(300) && gemma.is_end(301));
    assert!(gemma.encode("</s>", Specials::Parse).len() > 1);
}

#[test]
fn bytes_without_keys_end_and_begin_with_token_11_as_in_llama_cpp() {
    let without = |change: fn(&mut GgufFile)| {
        with(&[], |file| {
            file.set("tokenizer.ggml.add_bos_token", Meta::Bool(true));
            change(file);
        })
    };
    let none = without(|file| {
        file.remove("tokenizer.ggml.bos_token_id").remove("tokenizer.ggml.eos_token_id");
    });
    // Ids out of range name no token and refuse no file.
    let outside = without(|file| {
        for key in ["bos", "eos", "eot", "eom", "unknown", "fim_pad"] {
            file.set(&format!("tokenizer.ggml.{key}_token_id"), Meta::U32(300));
        }
    });
    for tokenizer in [none, outside] {
        assert_eq!(tokenizer.begin(vec![5]), [11, 5]);
        assert!(tokenizer.is_end(11) && !tokenizer.is_end(12));
    }
}

#[test]
fn pieces_without_keys_end_and_begin_with_the_usual_tokens() {
    let mut file = pieces_file();
    for key in ["bos", "eos", "unknown"] {
        file.remove(&format!("tokenizer.ggml.{key}_token_id"));
    }
    file.set("tokenizer.ggml.add_bos_token", Meta::Bool(true));
    let tokenizer = open(&file);
    assert!(tokenizer.is_end(2) && !tokenizer.is_end(1));
    assert_eq!(tokenizer.begin(vec![5]), [1, 5]);
}
