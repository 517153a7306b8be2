//! Half precision, and GGUF weights that stay quantised, draw nearly what full precision draws.

use std::path::{Path, PathBuf};

use aigc_studio::domain::{Checkpoint, ImageParams, Precision};
use aigc_studio::engine::CancelToken;
use aigc_studio::engine::kernels::multiplies_bf16;
use aigc_studio::error::Cause;

use super::{checkpoint, db, failed, files, odd_weights};
use crate::made::{check_on, fixtures, on, pipeline, run, single};

/// The tiny Stable Diffusion 1 with one weight multiplied, in full precision.
fn scaled(to: &Path, tensor: &str, by: f64) {
    let all = candle_core::safetensors::load(single("sd15.safetensors"), &candle_core::Device::Cpu).unwrap();
    let change = |(name, value): (String, candle_core::Tensor)| {
        let value = value.to_dtype(candle_core::DType::F32).unwrap();
        let value = if name == tensor { (value * by).unwrap() } else { value };
        (name, value)
    };
    let changed: std::collections::HashMap<_, _> = all.into_iter().map(change).collect();
    candle_core::safetensors::save(&changed, to).unwrap();
}

#[test]
fn half_precision_draws_nearly_the_same_and_what_overflows_is_made_again_in_full() {
    let home = tempfile::tempdir().unwrap();
    let draw = |file: &Path, name: &str, precision: Precision| {
        let whole = files(Checkpoint { precision, ..checkpoint(file.to_owned(), name) });
        let made = run(&mut pipeline(), &on(whole, odd_weights::params(), 1), &CancelToken::new()).unwrap();
        (made.pictures[0].0.clone(), made.widened)
    };
    for name in ["sd15", "sdxl", "sd3"] {
        let file = single(&format!("{name}.safetensors"));
        let (full, _) = draw(&file, name, Precision::F32);
        let (half, widened) = draw(&file, name, Precision::F16);
        let near = db(&full, &half);
        println!("{name}: {near:.1} dB");
        assert!(near > 30.0 && widened == 0, "{name}: {near:.1} dB, {widened} made again");
    }
    // A weight beyond the range of F16: a norm behind it makes it harmless where it can be written at all.
    let file = home.path().join("loud.safetensors");
    scaled(&file, "model.diffusion_model.input_blocks.1.0.in_layers.2.weight", 1e7);
    let (full, none) = draw(&file, "sd15", Precision::F32);
    let (half, widened) = draw(&file, "sd15", Precision::F16);
    assert_eq!(none, 0);
    assert!(widened >= 3, "each step was made again: {widened}");
    assert!(db(&full, &half) > 30.0, "{:.1} dB", db(&full, &half));
    if multiplies_bf16() {
        let plain = single("sd15.safetensors");
        let (full, bf16) = (draw(&plain, "sd15", Precision::F32).0, draw(&plain, "sd15", Precision::BF16).0);
        assert!(db(&full, &bf16) > 30.0, "{:.1} dB", db(&full, &bf16));
        assert_ne!(full, bf16);
    } else {
        eprintln!("skipped, for this processor has none: pictures in bf16");
        let bf16 = Checkpoint { precision: Precision::BF16, ..checkpoint(single("sd15.safetensors"), "sd15") };
        assert!(matches!(failed(bf16).cause(), Cause::BadChoice { name: "precision", .. }));
    }
    // What is no number in full precision either ends at its step.
    scaled(&file, "model.diffusion_model.input_blocks.1.0.in_layers.2.weight", f64::NAN);
    let error = failed(checkpoint(file, "sd15"));
    assert_eq!(error.cause(), &Cause::NotANumber { step: 1 });
}

/// The transformers as GGUF files, as people quantise them: in F16 the same picture, in Q8_0 one near it. The names stay
/// the authors', joined matrices included.
#[test]
fn gguf_transformers_draw_with_their_parts() {
    use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
    let home = tempfile::tempdir().unwrap();
    for (name, parts) in [
        ("flux-dev", vec!["text_encoder/model.safetensors", "text_encoder_2/model.safetensors"]),
        ("zimage", vec!["text_encoder/model.safetensors"]),
    ] {
        let all = candle_core::safetensors::load(single(&format!("{name}.safetensors")), &candle_core::Device::Cpu);
        let pack = |kind: GgmlDType| {
            let one = |(name, value): (&String, &candle_core::Tensor)| {
                let value = value.to_dtype(candle_core::DType::F32).unwrap();
                let whole_blocks = value.rank() == 2 && value.dim(1).unwrap().is_multiple_of(kind.block_size());
                let kind = if whole_blocks { kind } else { GgmlDType::F32 };
                (name.clone(), QTensor::quantize(&value, kind).unwrap())
            };
            let packed: Vec<_> = all.as_ref().unwrap().iter().map(one).collect();
            let path = home.path().join(format!("{name}-{kind:?}.gguf"));
            let tensors: Vec<_> = packed.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
            gguf_file::write(&mut std::fs::File::create(&path).unwrap(), &[], &tensors).unwrap();
            let folder = fixtures().join(name);
            let mut with: Vec<_> = parts.iter().map(|part| folder.join(part)).collect();
            with.push(folder.join("vae/diffusion_pytorch_model.safetensors"));
            files(Checkpoint { parts: with, ..checkpoint(path, name) })
        };
        check_on(name, &pack(GgmlDType::F16));
        let params = ImageParams { prompt: "a cat".into(), width: 64, height: 64, steps: 2, ..ImageParams::default() };
        let made = run(&mut pipeline(), &on(pack(GgmlDType::Q8_0), params, 1), &CancelToken::new()).unwrap();
        assert_eq!(made.pictures.len(), 1);
    }
}

/// A T5 and a Qwen3 as llama.cpp packs them, by its names: full precision draws the folder's pictures.
#[test]
fn gguf_text_encoders_draw_the_same() {
    use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
    let home = tempfile::tempdir().unwrap();
    let t5 = [
        ("encoder.block.", "enc.blk."),
        ("layer.0.SelfAttention.q.", "attn_q."),
        ("layer.0.SelfAttention.k.", "attn_k."),
        ("layer.0.SelfAttention.v.", "attn_v."),
        ("layer.0.SelfAttention.o.", "attn_o."),
        ("layer.0.SelfAttention.relative_attention_bias.", "attn_rel_b."),
        ("layer.0.layer_norm.", "attn_norm."),
        ("layer.1.layer_norm.", "ffn_norm."),
        ("layer.1.DenseReluDense.wi_0.", "ffn_gate."),
        ("layer.1.DenseReluDense.wi_1.", "ffn_up."),
        ("layer.1.DenseReluDense.wo.", "ffn_down."),
        ("encoder.final_layer_norm.", "enc.output_norm."),
        ("shared.", "token_embd."),
    ];
    let qwen = [
        ("model.", ""),
        ("layers.", "blk."),
        ("self_attn.q_proj.", "attn_q."),
        ("self_attn.k_proj.", "attn_k."),
        ("self_attn.v_proj.", "attn_v."),
        ("self_attn.o_proj.", "attn_output."),
        ("self_attn.q_norm.", "attn_q_norm."),
        ("self_attn.k_norm.", "attn_k_norm."),
        ("post_attention_layernorm.", "ffn_norm."),
        ("input_layernorm.", "attn_norm."),
        ("mlp.gate_proj.", "ffn_gate."),
        ("mlp.up_proj.", "ffn_up."),
        ("mlp.down_proj.", "ffn_down."),
        ("embed_tokens.", "token_embd."),
    ];
    let pack = |from: PathBuf, pairs: &[(&str, &str)], to: &str| {
        let all = candle_core::safetensors::load(from, &candle_core::Device::Cpu).unwrap();
        let packed: Vec<_> = all
            .iter()
            .map(|(name, value)| {
                let name = pairs.iter().fold(name.clone(), |name, (from, to)| name.replace(from, to));
                let value = value.to_dtype(candle_core::DType::F32).unwrap();
                (name, QTensor::quantize(&value, GgmlDType::F32).unwrap())
            })
            .collect();
        let tensors: Vec<_> = packed.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
        let path = home.path().join(to);
        gguf_file::write(&mut std::fs::File::create(&path).unwrap(), &[], &tensors).unwrap();
        path
    };
    let flux = fixtures().join("flux-dev");
    let parts = vec![
        flux.join("text_encoder/model.safetensors"),
        pack(flux.join("text_encoder_2/model.safetensors"), &t5, "t5.gguf"),
        single("flux-ae.safetensors"),
    ];
    check_on("flux-dev", &files(Checkpoint { parts, ..checkpoint(single("flux-dev.safetensors"), "flux-dev") }));
    let zimage = fixtures().join("zimage");
    let parts = vec![
        pack(zimage.join("text_encoder/model.safetensors"), &qwen, "qwen.gguf"),
        zimage.join("vae/diffusion_pytorch_model.safetensors"),
    ];
    check_on("zimage", &files(Checkpoint { parts, ..checkpoint(single("zimage.safetensors"), "zimage") }));
}
