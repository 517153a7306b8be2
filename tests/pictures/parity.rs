//! The network, the words and the sampler against the training code's own (PyTorch), on the weights that ship.
//! `models/sticker-64/train/fixtures.py` writes the fixtures anew whenever the weights change.

use std::collections::HashMap;
use std::path::PathBuf;

use aigc_studio::domain::{ModelFiles, Sampler};
use aigc_studio::engine::CancelToken;
use aigc_studio::engine::image::sticker::sampler;
use aigc_studio::engine::image::sticker::{self, Crisp, Sticker, Text, judge};
use candle_core::{DType, Device, Tensor};
use serde::Deserialize;

/// Largest difference allowed to values of up to 100. The residual stream goes beyond, where the steps of f32 itself
/// come near this: there it is 1e-6 of the largest value.
const CLOSE: f64 = 1e-4;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sticker-64").join(name)
}

fn fixture(name: &str) -> HashMap<String, Tensor> {
    candle_core::safetensors::load(path(name), &Device::Cpu).unwrap()
}

fn metadata(name: &str) -> HashMap<String, String> {
    let bytes = std::fs::read(path(name)).unwrap();
    let (_, metadata) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    metadata.metadata().clone().unwrap()
}

fn model() -> Sticker {
    let files = sticker::open(&ModelFiles::Embedded).unwrap();
    Sticker::load(files, true, &Device::Cpu, &CancelToken::new(), &mut |_| {}).unwrap()
}

fn text(model: &Sticker, prompt: &str) -> Text {
    let vectors = model.vectors(&model.words.encode(prompt, None).ids).unwrap();
    model.net.text(&[vectors]).unwrap()
}

fn values(tensor: &Tensor) -> Vec<f64> {
    tensor.flatten_all().unwrap().to_dtype(DType::F64).unwrap().to_vec1().unwrap()
}

fn largest(tensor: &Tensor) -> f64 {
    values(tensor).into_iter().fold(0.0, |most, v| most.max(v.abs()))
}

/// Fails unless `ours` is within [`CLOSE`] of `theirs` (within f16's rounding where the fixture is kept in f16).
#[track_caller]
fn assert_close(what: &str, ours: &Tensor, theirs: &Tensor) {
    assert_eq!(ours.elem_count(), theirs.elem_count(), "{what}");
    let pairs = values(ours).into_iter().zip(values(theirs));
    let off = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, |most: f64, d| if d.is_nan() { d } else { most.max(d) });
    let relative = if theirs.dtype() == DType::F16 { 1e-3 } else { CLOSE / 100.0 };
    let allowed = CLOSE.max(relative * largest(theirs));
    println!("{what}: off by {off:.2e} of {:.2e}", largest(theirs));
    assert!(off <= allowed, "{what}: off by {off:e}, allowed are {allowed:e}, values reach {:e}", largest(theirs));
}

#[test]
fn the_judge_scores_pictures_as_in_training() {
    let theirs = fixture("judge.safetensors");
    let pictures = theirs["pictures"].flatten_all().unwrap().to_vec1::<u8>().unwrap();
    let things = theirs["thing"].to_vec1::<u32>().unwrap();
    let (mut features, mut scores, mut margins) = (Vec::new(), Vec::new(), Vec::new());
    for (picture, &thing) in pictures.chunks_exact(64 * 64 * 4).zip(&things) {
        let x: Vec<f32> = picture.iter().map(|&v| f32::from(v) / 127.5 - 1.0).collect();
        let seen = judge::features(&judge::shrunk(&x, 64));
        assert_eq!(seen.len(), judge::FEATURES);
        scores.extend(judge::judge().scores(&seen));
        features.extend(seen);
        margins.push(judge::judge().margin(&x, 64, thing as u16));
    }
    for (name, ours) in [("features", features), ("scores", scores), ("margins", margins)] {
        assert_close(name, &Tensor::from_slice(&ours, ours.len(), &Device::Cpu).unwrap(), &theirs[name]);
    }
}

#[derive(Deserialize)]
struct Tokens {
    prompt: String,
    thing: Option<u16>,
    tokens: Vec<String>,
    ids: Vec<u32>,
    dropped: Vec<String>,
    cut: usize,
}

#[test]
fn words_are_cut_as_in_training() {
    let words = sticker::open(&ModelFiles::Embedded).unwrap().words;
    let all: Vec<Tokens> = serde_json::from_slice(&std::fs::read(path("tokens.json")).unwrap()).unwrap();
    assert!(all.len() > 50);
    for theirs in all {
        let ours = words.encode(&theirs.prompt, theirs.thing);
        assert_eq!(ours.tokens, theirs.tokens, "{:?}", theirs.prompt);
        assert_eq!(ours.ids, theirs.ids, "{:?}", theirs.prompt);
        assert_eq!(ours.unknown, theirs.dropped, "{:?}", theirs.prompt);
        assert_eq!(ours.cut.len(), theirs.cut, "{:?}", theirs.prompt);
    }
}

#[test]
fn the_grid_has_64_prompts_of_known_words() {
    let words = sticker::open(&ModelFiles::Embedded).unwrap().words;
    let prompts: Vec<&str> = include_str!("../../models/sticker-64/grid.txt").lines().collect();
    assert_eq!(prompts.len(), 64);
    for (i, prompt) in prompts.iter().enumerate() {
        let encoded = words.encode(prompt, None);
        assert!(encoded.unknown.is_empty() && encoded.cut.is_empty(), "{prompt}: {encoded:?}");
        assert!(!prompts[..i].contains(prompt), "{prompt} is there twice");
    }
}

#[test]
fn word_vectors_and_time_agree() {
    let (model, theirs) = (model(), fixture("text.safetensors"));
    for (name, prompt) in metadata("text.safetensors") {
        let vectors = model.vectors(&model.words.encode(&prompt, None).ids).unwrap();
        assert_close(&name, &vectors, &theirs[&format!("{name}.words")]);
        assert_close(&name, &vectors.mean(0).unwrap(), &theirs[&format!("{name}.mean")]);
        let text = model.net.text(&[vectors]).unwrap();
        assert_close(&name, &text.rough, &theirs[&format!("{name}.rough")]);
    }
    let theirs = fixture("time.safetensors");
    for (i, t) in theirs["t"].to_vec1::<f32>().unwrap().into_iter().enumerate() {
        assert_close(&format!("time {t}"), &model.net.time(t).unwrap(), &theirs["time"].get(i).unwrap());
    }
}

#[test]
fn each_block_agrees() {
    let model = model();
    let (forward, theirs) = (fixture("forward.safetensors"), fixture("blocks.safetensors"));
    let text = text(&model, &metadata("forward.safetensors")["prompt"]);
    let t = forward["t"].to_vec1::<f32>().unwrap()[0];
    let (net, x) = (&model.net, &forward["x"]);

    let condition = net.condition(t, &text).unwrap();
    assert_close("cond", &condition.cond, &forward["cond"]);
    assert_close("mod", &condition.blocks, &forward["mod"]);
    assert_close("conv_mod", &condition.convs, &forward["conv_mod"]);

    // Each block gets the input that the training code's had, so that an error shows where it is.
    let f32 = |name: &str| theirs[name].to_dtype(DType::F32).unwrap();
    assert_close("embed", &net.embed(x, &text).unwrap(), &theirs["conv_in.0.input"]);
    let y = net.conv_in[0].forward(&f32("conv_in.0.input"), &condition.convs).unwrap();
    assert_close("conv_in.0", &y, &theirs["conv_in.0.output"]);
    assert_close("sequence", &net.sequence(&f32("skip"), &text).unwrap(), &theirs["tokens"]);
    let mut input = "tokens".to_owned();
    for (i, block) in net.blocks.iter().enumerate() {
        let output = format!("block.{i}.output");
        assert_close(&output, &block.forward(&f32(&input), &condition.blocks, &text).unwrap(), &theirs[&output]);
        input = output;
    }
    assert_close("cells", &net.cells(&f32(&input), &f32("skip")).unwrap(), &theirs["conv_out.0.input"]);
    let mut h = f32("conv_out.0.input");
    for block in &net.conv_out {
        h = block.forward(&h, &condition.convs).unwrap();
    }
    assert_close("conv_out", &h, &theirs["conv_out.output"]);
    assert_close("refine", &net.refine(&f32("conv_out.output"), x).unwrap(), &forward["hat"]);
}

#[test]
fn the_whole_network_agrees() {
    let (model, theirs) = (model(), fixture("forward.safetensors"));
    let text = text(&model, &metadata("forward.safetensors")["prompt"]);
    let t = theirs["t"].to_vec1::<f32>().unwrap()[0];
    assert_close("hat", &model.net.forward(&theirs["x"], t, &text).unwrap(), &theirs["hat"]);
}

#[test]
fn a_padded_batch_is_each_prompt_alone() {
    let (model, theirs) = (model(), fixture("forward.safetensors"));
    let vectors = |prompt| model.vectors(&model.words.encode(prompt, None).ids).unwrap();
    let (long, short) = (vectors("a blue cat with a red hat and a green tree, 3d"), vectors(""));
    assert!(long.dim(0).unwrap() > short.dim(0).unwrap() + 3);
    let x = &theirs["x"];
    let both = Tensor::cat(&[x, x], 0).unwrap();
    let text = model.net.text(&[long.clone(), short.clone()]).unwrap();
    let both = model.net.forward(&both, 0.3, &text).unwrap();
    for (i, alone) in [long, short].into_iter().enumerate() {
        let alone = model.net.forward(x, 0.3, &model.net.text(&[alone]).unwrap()).unwrap();
        assert_close(&format!("prompt {i}"), &both.get(i).unwrap(), &alone);
    }
}

#[test]
fn a_whole_sample_agrees_step_by_step() {
    let (model, theirs, meta) = (model(), fixture("sample.safetensors"), metadata("sample.safetensors"));
    let steps: usize = meta["steps"].parse().unwrap();
    for (ours, theirs) in sampler::times(steps).iter().zip(values(&theirs["times"])) {
        assert!((ours - theirs).abs() < 1e-6);
    }
    let (prompt, negative) = (model.words.encode(&meta["prompt"], None), model.words.encode(&meta["negative"], None));
    let mut field = model.guided(&prompt, &negative, meta["guidance"].parse().unwrap()).unwrap();
    let mut x: Vec<f32> = theirs["noise"].flatten_all().unwrap().to_vec1().unwrap();
    let times = sampler::times(steps);
    let token = CancelToken::new();
    let mut seen = 0;
    for k in 0..steps {
        sampler::step(Sampler::Euler, &mut x, k + 1, (times[k], times[k + 1]), &mut field, &token).unwrap();
        let name = format!("x.{}", k + 1);
        if let Some(theirs) = theirs.get(&name) {
            assert_close(&name, &Tensor::from_slice(&x, x.len(), &Device::Cpu).unwrap(), theirs);
            seen += 1;
        }
    }
    assert_eq!(seen, 8);
}

#[test]
fn the_enlarging_network_agrees_with_pytorch() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/crisp-8x");
    let fixture = candle_core::safetensors::load(folder.join("forward.safetensors"), &Device::Cpu).unwrap();
    let ours = Crisp::load(&Device::Cpu).unwrap().forward(&fixture["x"]).unwrap();
    assert_eq!(ours.dims(), [1, 128, 128, 4]);
    assert_close("crisp-8x", &ours, &fixture["y"]);
}
