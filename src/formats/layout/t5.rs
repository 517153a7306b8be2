//! T5's encoder: llama.cpp's names, and what shapes tell.

use serde_json::{Value, json};

use super::names::{Names, Place, Tensors, replace_start};
use crate::formats::Header;

const BLOCK: [(&str, &str); 10] = [
    ("attn_q", "layer.0.SelfAttention.q"),
    ("attn_k", "layer.0.SelfAttention.k"),
    ("attn_v", "layer.0.SelfAttention.v"),
    ("attn_o", "layer.0.SelfAttention.o"),
    ("attn_rel_b", "layer.0.SelfAttention.relative_attention_bias"),
    ("attn_norm", "layer.0.layer_norm"),
    ("ffn_norm", "layer.1.layer_norm"),
    ("ffn_gate", "layer.1.DenseReluDense.wi_0"),
    ("ffn_up", "layer.1.DenseReluDense.wi_1"),
    ("ffn_down", "layer.1.DenseReluDense.wo"),
];

pub fn names(tensors: &Tensors) -> Names {
    let place = |name: &str| {
        if let Some((i, rest)) = name.strip_prefix("enc.blk.").and_then(|n| n.split_once('.')) {
            return Some(format!("encoder.block.{i}.{}", replace_start(rest, &BLOCK)?));
        }
        replace_start(name, &[("token_embd", "shared"), ("enc.output_norm", "encoder.final_layer_norm")])
    };
    tensors.keys().filter_map(|name| Some((place(name)?, Place::whole(*name)))).collect()
}

pub fn config(h: &Header) -> Option<Value> {
    let embedding = h.get("shared.weight").or_else(|| h.get("encoder.embed_tokens.weight"))?;
    let &[vocabulary, width] = embedding.shape.as_slice() else { return None };
    let bias = h.get("encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight")?;
    let &[buckets, heads] = bias.shape.as_slice() else { return None };
    let gated = h.has("encoder.block.0.layer.1.DenseReluDense.wi_0.weight");
    let first = if gated { "wi_0" } else { "wi" };
    Some(json!({
        "vocab_size": vocabulary,
        "d_model": width,
        "d_kv": h.side("encoder.block.0.layer.0.SelfAttention.q.weight", 0)?.checked_div(heads)?,
        "d_ff": h.side(&format!("encoder.block.0.layer.1.DenseReluDense.{first}.weight"), 0)?,
        "num_layers": h.count("encoder.block."),
        "num_heads": heads,
        "relative_attention_num_buckets": buckets,
        "feed_forward_proj": if gated { "gated-gelu" } else { "relu" },
    }))
}
