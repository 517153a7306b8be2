//! Tiny networks of each architecture, held to llama.cpp's logits (`tests/fixtures/text/make_archs.py`).

use std::path::Path;

use aigc_studio::domain::{FinishReason, KvType, TextParams, TextPrompt};
use aigc_studio::engine::text::testing::{GgufFile, Meta, Tensor, logits, request, run};
use aigc_studio::engine::text::{TextPipeline, inspect};
use aigc_studio::engine::{CancelToken, MemoryBudget};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Net {
    name: String,
    architecture: String,
    metadata: Vec<(String, String, Value)>,
    tensors: Vec<(String, Vec<usize>)>,
    ids: Vec<u32>,
    /// After which of the tokens the logits are those kept, and every how many of the vocabulary.
    rows: Vec<usize>,
    every: usize,
    logits: Vec<Vec<f32>>,
}

fn nets() -> Vec<Net> {
    serde_json::from_str(include_str!("../fixtures/text/archs.json")).unwrap()
}

/// The numbers of tensor `t`, as the script makes them.
fn values(t: usize, name: &str, shape: &[usize]) -> Vec<f32> {
    let (scale, offset) = if name.ends_with(".bias") {
        (0.2, 0.0)
    } else if ["norm", "factors", "freqs"].iter().any(|word| name.contains(word)) {
        (0.3, 1.2)
    } else {
        ((3.0 / shape[shape.len() - 1] as f64).sqrt(), 0.0)
    };
    let mixed = |i: usize| (i as u64 * 2_654_435_761 + t as u64 * 40_503) % 65_521;
    let number = |i: usize| ((mixed(i) as f64 / 32_760.0 - 1.0) * scale + offset) as f32;
    (0..shape.iter().product()).map(number).collect()
}

fn file(net: &Net) -> GgufFile {
    let mut file = GgufFile::tiny_llama();
    file.metadata.retain(|(key, _)| key.starts_with("tokenizer"));
    file.set("general.architecture", Meta::Text(net.architecture.clone()));
    for (key, kind, value) in &net.metadata {
        let value = match kind.as_str() {
            "u32" => Meta::U32(value.as_u64().unwrap() as u32),
            "f32" => Meta::F32(value.as_f64().unwrap() as f32),
            "bool" => Meta::Bool(value.as_bool().unwrap()),
            "text" => Meta::Text(value.as_str().unwrap().to_owned()),
            "u32s" => Meta::I32s(value.as_array().unwrap().iter().map(|n| n.as_i64().unwrap() as i32).collect()),
            other => panic!("{other}"),
        };
        file.set(key, value);
    }
    file.tensors = (net.tensors.iter().enumerate())
        .map(|(t, (name, shape))| {
            // GGUF writes the fastest dimension first.
            let reversed: Vec<usize> = shape.iter().rev().copied().collect();
            Tensor::f32(name, &reversed, values(t, name, shape))
        })
        .collect();
    file
}

fn written(net: &Net, folder: &Path) -> std::path::PathBuf {
    let path = folder.join("net.gguf");
    file(net).write(&path).unwrap();
    path
}

#[test]
fn every_architecture_foresees_what_llama_cpp_foresees() {
    let home = tempfile::tempdir().unwrap();
    let all = nets();
    assert!(all.len() >= 15);
    let mut wrong = Vec::new();
    for net in &all {
        let path = written(net, home.path());
        let info = inspect(&path).unwrap_or_else(|e| panic!("{}: {e}", net.name));
        assert_eq!(info.architecture, net.architecture);
        // One token after another, and the whole prompt at once.
        let steps = logits(&path, &net.ids, 0, true).unwrap_or_else(|_| panic!("{}", net.name));
        let whole = logits(&path, &net.ids, net.ids.len() - 1, true).unwrap_or_else(|_| panic!("{}", net.name));
        let mut worst = 0f32;
        for (row, theirs) in net.rows.iter().zip(&net.logits) {
            let ours = steps[*row].iter().step_by(net.every);
            worst = ours.zip(theirs).map(|(a, b)| (a - b).abs()).fold(worst, f32::max);
        }
        let last = steps[net.ids.len() - 1].iter().zip(&whole[0]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        println!("{}: off by {worst:.1e}, at once {last:.1e}", net.name);
        // llama.cpp looks GELU up in a table of halves.
        let tolerance = if net.architecture.starts_with("gemma") { 1e-3 } else { 1e-4 };
        if worst.is_nan() || worst > tolerance || last > 1e-4 {
            wrong.push(format!("{}: off by {worst}, at once {last}", net.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file whose weights are not all used, or not all there, would run wrong: it does not run.
#[test]
fn a_weight_too_many_or_too_few_is_named() {
    let home = tempfile::tempdir().unwrap();
    for net in nets() {
        let mut more = file(&net);
        more.tensors.push(Tensor::f32("blk.0.attn_sinks.weight", &[4], vec![0.0; 4]));
        let path = home.path().join("more.gguf");
        more.write(&path).unwrap();
        let error = inspect(&path).unwrap_err().to_string();
        assert!(error.contains("attn_sinks"), "{}: {error}", net.name);

        let mut fewer = file(&net);
        let last =
            fewer.tensors.iter().rposition(|t| t.name.ends_with("ffn_down.weight") || t.name.contains("down_exps"));
        let gone = fewer.tensors.remove(last.unwrap()).name;
        fewer.write(&path).unwrap();
        let error = inspect(&path).unwrap_err().to_string();
        assert!(error.contains(&gone), "{}: {error}", net.name);
    }
}

/// Each kind of cache answers, and what was read before is used again: the same text, from a warm cache and a cold one.
#[test]
fn a_conversation_goes_on_from_its_cache_in_every_architecture() {
    let home = tempfile::tempdir().unwrap();
    for net in nets() {
        let path = written(&net, home.path());
        for kv in KvType::ALL {
            let params = TextParams { max_tokens: 6, temperature: 0.0, kv, ..TextParams::default() };
            let mut warm = TextPipeline::new(MemoryBudget::new(1 << 30), aigc_studio::domain::DeviceChoice::Cpu);
            let ask = |pipeline: &mut TextPipeline, text: &str| {
                let sink = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
                let out = sink.clone();
                let job = request(&path, TextPrompt::Raw(text.to_owned()), params.clone(), 1);
                let stats = run(pipeline, &job, &CancelToken::new(), move |event| {
                    if let aigc_studio::domain::EventKind::News(aigc_studio::domain::News::Text(
                        aigc_studio::domain::TextNews::Token { text },
                    )) = event
                    {
                        out.lock().unwrap().push_str(text);
                    }
                });
                let text = sink.lock().unwrap().clone();
                (stats.unwrap_or_else(|_| panic!("{} {kv:?}", net.name)), text)
            };
            ask(&mut warm, "The cat sat on the mat.");
            let (stats, again) = ask(&mut warm, "The cat sat on the hat, and");
            assert!(stats.reused_tokens >= 5, "{} {kv:?}: {stats:?}", net.name);
            assert!(matches!(stats.finish_reason, FinishReason::Length | FinishReason::Stop));
            let mut cold = TextPipeline::new(MemoryBudget::new(1 << 30), aigc_studio::domain::DeviceChoice::Cpu);
            assert_eq!(ask(&mut cold, "The cat sat on the hat, and").1, again, "{} {kv:?}", net.name);
        }
    }
}
