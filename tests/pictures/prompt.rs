//! Prompts to tokens: agreement with transformers, and A1111's way with long prompts.

use std::path::{Path, PathBuf};

use aigc_studio::engine::image::prompt::chunks::{LeftOut, ROOM, emphasise, fill, level};
use aigc_studio::engine::image::prompt::{Chunk, ClipTokens, Pad, PieceTokens, chunks, parse};
use serde_json::Value;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/prompt")
}

/// Texts with the ids that transformers gives them.
fn reference(name: &str) -> Vec<(String, Vec<u32>)> {
    let text = std::fs::read_to_string(fixtures().join(name)).unwrap();
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(rows.len() > 300, "{}", rows.len());
    let ids = |row: &Value| row["ids"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as u32).collect();
    rows.iter().map(|row| (row["text"].as_str().unwrap().to_owned(), ids(row))).collect()
}

#[test]
fn clips_tokens_are_those_of_transformers() {
    let tokens = ClipTokens::built_in(Pad::End).unwrap();
    assert_eq!((tokens.size(), tokens.start, tokens.end, tokens.pad), (49_408, 49_406, 49_407, 49_407));
    assert_eq!(ClipTokens::built_in(Pad::Zero).unwrap().pad, 0);
    for (text, ids) in reference("clip.json") {
        assert_eq!(tokens.ids(&text).unwrap(), ids, "{text:?}");
    }
}

#[test]
fn t5s_tokens_are_those_of_transformers() {
    let tokens = PieceTokens::t5(&fixtures()).unwrap();
    for (text, ids) in reference("t5.json") {
        assert_eq!(tokens.ids(&text, 10_000).unwrap(), (ids, 0), "{text:?}");
    }
    let (ids, cut) = tokens.filled("a red apple", 64).unwrap();
    assert_eq!((ids.len(), cut, ids[63]), (64, 0, tokens.pad()));
    let (ids, cut) = tokens.ids("a red apple on the table", 3).unwrap();
    assert_eq!((ids.len(), ids[2]), (3, 1), "the end stays when the text is cut");
    assert!(cut > 0);
}

/// Ids that the published pages of T5 show, those of transformers on ours, and Qwen's for its own chat.
#[test]
fn vocabularies_inside_the_program_are_the_published_ones() {
    let t5 = PieceTokens::built_in_t5(32_128).unwrap();
    let text = "translate English to German: That is good.";
    assert_eq!(t5.ids(text, 100).unwrap().0, [13959, 1566, 12, 2968, 10, 466, 19, 207, 5, 1]);
    let rows = reference("built-in-t5.json").into_iter().map(|row| (&t5, row));
    let qwen = PieceTokens::built_in_qwen(151_936).unwrap();
    assert_eq!(qwen.pad(), 151_643);
    let chat = "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n";
    assert_eq!(qwen.ids(chat, 100).unwrap().0, [151_644, 872, 198, 9707, 151_645, 198, 151_644, 77_091, 198]);
    let rows = rows.chain(reference("built-in-qwen.json").into_iter().map(|row| (&qwen, row)));
    for (tokens, (text, ids)) in rows {
        assert_eq!(tokens.ids(&text, 10_000).unwrap().0, ids, "{text:?}");
    }
    // Smaller text encoders have other vocabularies.
    for error in [PieceTokens::built_in_t5(78).err(), PieceTokens::built_in_qwen(1000).err()] {
        assert!(error.unwrap().to_string().contains("tokenizer"));
    }
}

#[test]
fn a_folders_own_tokenizer_is_used() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pipelines");
    let sd15 = ClipTokens::folder(&folder.join("sd15/tokenizer")).unwrap();
    assert_eq!((sd15.size(), sd15.start, sd15.end, sd15.pad), (525, 523, 524, 524));
    let sd21 = ClipTokens::folder(&folder.join("sd21/tokenizer")).unwrap();
    assert_eq!(sd21.pad, 0, "this one fills with `!`");

    // The older pair of files gives the same.
    let whole: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.join("sd15/tokenizer/tokenizer.json")).unwrap()).unwrap();
    let old = tempfile::tempdir().unwrap();
    std::fs::write(old.path().join("vocab.json"), whole["model"]["vocab"].to_string()).unwrap();
    let merges = whole["model"]["merges"].as_array().unwrap().iter().map(|pair| match pair {
        Value::Array(pair) => format!("{} {}\n", pair[0].as_str().unwrap(), pair[1].as_str().unwrap()),
        pair => format!("{}\n", pair.as_str().unwrap()),
    });
    std::fs::write(old.path().join("merges.txt"), format!("#version: 0.2\n{}", merges.collect::<String>())).unwrap();
    let pad = r#"{"pad_token": {"content": "!"}}"#;
    std::fs::write(old.path().join("special_tokens_map.json"), pad).unwrap();
    let older = ClipTokens::folder(old.path()).unwrap();
    assert_eq!((older.start, older.end, older.pad), (523, 524, 0));
    for text in ["a red apple of a cat", "Stone, 猫!", ""] {
        assert_eq!(older.ids(text).unwrap(), sd15.ids(text).unwrap(), "{text}");
    }
}

fn cut(prompt: &str) -> Vec<Chunk> {
    chunks(&ClipTokens::built_in(Pad::End).unwrap(), &parse(prompt).unwrap()).unwrap().0
}

/// The prompt's own tokens of a chunk.
fn inner(chunk: &Chunk) -> &[u32] {
    assert_eq!((chunk.ids.len(), chunk.weights.len(), chunk.ids[0]), (77, 77, 49_406));
    let end = chunk.ids.iter().position(|id| *id == 49_407).unwrap();
    assert!(chunk.ids[end..].iter().all(|id| *id == 49_407));
    assert!(chunk.weights[end..].iter().all(|w| *w == 1.0));
    &chunk.ids[1..end]
}

#[test]
fn a_short_prompt_is_one_chunk_with_its_weights() {
    let chunks = cut("a (red:1.5) apple");
    assert_eq!(chunks.len(), 1);
    assert_eq!(inner(&chunks[0]), [320, 736, 3055]);
    assert_eq!(chunks[0].weights[..5], [1.0, 1.0, 1.5, 1.0, 1.0]);
    assert_eq!(inner(&cut("")[0]).len(), 0);
}

#[test]
fn a_long_prompt_is_cut_at_75_tokens_or_at_a_comma_near() {
    let word = "cat ";
    let chunks = cut(&word.repeat(100));
    assert_eq!(chunks.iter().map(|c| inner(c).len()).collect::<Vec<_>>(), [75, 25]);
    // 70 words, a comma, 10 words: the comma is the 71st token, what follows moves on whole.
    let chunks = cut(&format!("{}, {}", word.repeat(70), "dog ".repeat(10)));
    assert_eq!(chunks.iter().map(|c| inner(c).len()).collect::<Vec<_>>(), [71, 10]);
    // Too far back: 50 words before it.
    let chunks = cut(&format!("{}, {}", word.repeat(50), "dog ".repeat(40)));
    assert_eq!(chunks.iter().map(|c| inner(c).len()).collect::<Vec<_>>(), [75, 16]);
    // BREAK ends a chunk, however empty; two of them leave an empty one.
    let chunks = cut("cat BREAK BREAK dog");
    assert_eq!(chunks.iter().map(|c| inner(c).len()).collect::<Vec<_>>(), [1, 0, 1]);
}

#[test]
fn prompts_are_brought_to_the_same_number_of_chunks() {
    let tokens = ClipTokens::built_in(Pad::Zero).unwrap();
    let parts = |text: &str| chunks(&tokens, &parse(text).unwrap()).unwrap().0;
    let (mut long, mut short) = (parts(&"cat ".repeat(200)), parts("dog"));
    level(&tokens, [&mut long, &mut short]);
    assert_eq!((long.len(), short.len()), (3, 3));
    assert_eq!(short[2].ids[..3], [tokens.start, tokens.end, 0]);
    assert_eq!(fill(&tokens, &parse(&"cat ".repeat(200)).unwrap()).unwrap(), (50, 3));
    assert_eq!(fill(&tokens, &parse(&"cat ".repeat(ROOM)).unwrap()).unwrap(), (75, 1));
}

#[test]
fn emphasis_keeps_the_mean() {
    let mut states = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    emphasise(&mut states, &[1.0, 2.0, 1.0]);
    // (1 2, 6 8, 5 6) has the mean 28/6, it was 21/6.
    let expected = [0.75, 1.5, 4.5, 6.0, 3.75, 4.5];
    assert!(states.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{states:?}");
    let mut zero = vec![1.0, -1.0];
    emphasise(&mut zero, &[1.0, 1.0]);
    assert_eq!(zero, [1.0, -1.0]);
    let mut sums_to_nothing = vec![1.0, -2.0];
    emphasise(&mut sums_to_nothing, &[2.0, 1.0]);
    assert!(sums_to_nothing.iter().all(|x| x.is_finite()), "no division by a mean of zero");
}

fn chunks_of(tokens: &ClipTokens, prompt: &str) -> (usize, Option<LeftOut>) {
    let (chunks, left_out) = chunks(tokens, &parse(prompt).unwrap()).unwrap();
    (chunks.len(), left_out)
}

#[test]
fn huge_prompts_end() {
    let tokens = ClipTokens::built_in(Pad::End).unwrap();
    let (chunks, cut) = chunks(&tokens, &parse(&"a BREAK ".repeat(20_000)).unwrap()).unwrap();
    assert_eq!(chunks.len(), 64);
    let cut = cut.expect("what found no place is told");
    assert_eq!((cut.read, cut.all), (64, 20_000));
    assert_eq!(cut.words.split(' ').count(), 20_000 - 64);
    // The words from the first that was not read, not the whole prompt.
    let words: Vec<String> = (0..6_000).map(|n| ["cat", "dog", "tree"][n % 3].to_owned()).collect();
    let (chunks, cut) = chunks_of(&tokens, &words.join(" "));
    let (read, cut) = (64 * ROOM, cut.unwrap());
    assert_eq!((chunks, cut.read, cut.all), (64, read, 6_000));
    assert_eq!(cut.words, words[read..].join(" "));
    assert_eq!(chunks_of(&tokens, &words[..read].join(" ")).1, None);
}

#[test]
fn broken_tokenizer_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokenizer.json");
    assert!(ClipTokens::folder(folder.path()).is_err());
    for bad in ["", "{", "{}", "[1]", r#"{"model": {"type": "BPE", "vocab": {}, "merges": ["a"]}}"#] {
        std::fs::write(&file, bad).unwrap();
        let error = ClipTokens::folder(folder.path()).err().unwrap_or_else(|| panic!("{bad} was read"));
        assert!(error.summary(aigc_studio::lang::Lang::En).contains("tokenizer"), "{error}");
        assert!(PieceTokens::t5(folder.path()).is_err(), "{bad}");
        assert!(PieceTokens::qwen(folder.path()).is_err(), "{bad}");
    }
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    assert!(PieceTokens::qwen(folder.path()).is_err());
    std::fs::write(folder.path().join("spiece.model"), [7; 100]).unwrap();
    assert!(PieceTokens::t5(folder.path()).is_err());
}
