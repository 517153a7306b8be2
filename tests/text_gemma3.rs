//! Gemma 3 270M itself (a base model: it goes on with texts, it was not trained to answer), held to llama.cpp by
//! fixtures (`tests/fixtures/text/make_fixtures.py`).
//!
//! Run with `cargo test --test text_gemma3 -- --ignored` once it is fetched, or with AIGC_STUDIO_TEST_GEMMA3 naming the
//! file.

use std::io::Read;
use std::path::PathBuf;

use aigc_studio::engine::text::inspect;
use aigc_studio::engine::text::testing::{Vocabulary, logits};
use serde::Deserialize;

fn gemma3() -> PathBuf {
    if let Some(path) = std::env::var_os("AIGC_STUDIO_TEST_GEMMA3") {
        return path.into();
    }
    let home = std::env::var_os("AIGC_STUDIO_HOME").expect("AIGC_STUDIO_TEST_GEMMA3 or AIGC_STUDIO_HOME is set");
    PathBuf::from(home).join("models/gemma3-270m/gemma-3-270m-q4_k_m.gguf")
}

#[derive(Deserialize)]
struct Line {
    pre: String,
    text: String,
    ids: Vec<u32>,
}

#[test]
#[ignore = "needs Gemma 3 (fetch gemma3-270m, or set AIGC_STUDIO_TEST_GEMMA3)"]
fn tokens_are_those_of_llama_cpp() {
    let mut text = String::new();
    let packed = &include_bytes!("fixtures/text/tokens.jsonl.gz")[..];
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    let lines: Vec<Line> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (pre, prefix) in [("gemma", false), ("gemma with a space before", true)] {
        let vocabulary = Vocabulary::with_prefix(&gemma3(), prefix).unwrap();
        let mine: Vec<_> = lines.iter().filter(|line| line.pre == pre).collect();
        assert!(mine.len() > 200);
        let wrong: Vec<String> = (mine.iter())
            .filter_map(|line| {
                let ids = vocabulary.encode(&line.text);
                (ids != line.ids).then(|| format!("{:?}\n  {:?}\n  {ids:?}", line.text, line.ids))
            })
            .collect();
        assert!(wrong.is_empty(), "{pre}: {} differ\n{}", wrong.len(), wrong.join("\n"));
        // What was taken apart is put together again.
        for line in mine.iter().filter(|line| !prefix && !line.text.contains('<') && !line.text.contains('\u{fffd}')) {
            assert_eq!(vocabulary.decode(&line.ids), line.text);
        }
    }
}

#[derive(Deserialize)]
struct Greedy {
    exact: bool,
    prompt: String,
    ids: Vec<u32>,
    answer: Vec<u32>,
    /// Logit of the likeliest; id and logit of the second.
    best: Vec<(f32, u32, f32)>,
}

#[test]
#[ignore = "needs Gemma 3 (fetch gemma3-270m, or set AIGC_STUDIO_TEST_GEMMA3)"]
fn the_network_foresees_what_llama_cpp_foresees() {
    let rows: Vec<Greedy> = serde_json::from_str(include_str!("fixtures/text/greedy-gemma3.json")).unwrap();
    let vocabulary = Vocabulary::open(&gemma3(), None).unwrap();
    for row in &rows {
        assert_eq!(vocabulary.begin(&row.prompt), row.ids);
        let mut tokens = row.ids.clone();
        tokens.extend(&row.answer[..row.answer.len() - 1]);
        let all = logits(&gemma3(), &tokens, row.ids.len() - 1, row.exact).unwrap();
        assert_eq!(all.len(), row.answer.len());
        let (tolerance, tie) = if row.exact { (2e-2, 2e-2) } else { (2.0, 0.5) };
        let (mut worst, mut others) = (0.0_f32, 0);
        for (i, (logits, &(best, _, _))) in all.iter().zip(&row.best).enumerate() {
            let ours = (0..).zip(logits).max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
            let theirs = logits[row.answer[i] as usize];
            worst = worst.max((theirs - best).abs());
            if ours.0 != row.answer[i] {
                others += 1;
                assert!(ours.1 - theirs < tie, "step {i}: {} by {}", ours.0, ours.1 - theirs);
            }
        }
        println!("exact {}: {} steps, {others} near ties, logits off by {worst} at most", row.exact, all.len());
        assert!(worst < tolerance, "{worst}");
        assert!(others <= if row.exact { 0 } else { all.len() / 10 }, "{others} other tokens");
    }
    assert!(rows.iter().filter(|row| row.exact).map(|row| row.answer.len()).sum::<usize>() >= 128);
}

#[test]
#[ignore = "needs Gemma 3 (fetch gemma3-270m, or set AIGC_STUDIO_TEST_GEMMA3)"]
fn the_header_tells_what_it_is() {
    let info = inspect(&gemma3()).unwrap();
    assert_eq!((info.architecture.as_str(), info.quantization.as_str()), ("gemma3", "Q4_K_M"));
    assert_eq!((info.context_length, info.vocabulary, info.layers), (32_768, 262_144, 18));
    assert!(!info.has_template);
}
