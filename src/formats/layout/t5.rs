//! T5's encoder: llama.cpp's names, and what shapes tell.

use serde_json::{Value, json};

use super::names::{Names, Place, Tensors, replace_start};
use super::needs::{Keys, Needs};
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

/// Of all published ones, where a shape does not tell it.
const HEAD_DIM: usize = 64;
const WORDS: usize = 32_128;
const BUCKETS: usize = 32;

pub fn config(h: &Header) -> Option<Value> {
    let words = if h.has("encoder.embed_tokens.weight") { "encoder.embed_tokens.weight" } else { "shared.weight" };
    let block = "encoder.block.0.layer.";
    let width = h.agreed(
        block,
        &[
            ("0.layer_norm.weight", 0),
            ("1.layer_norm.weight", 0),
            ("0.SelfAttention.q.weight", 1),
            ("0.SelfAttention.k.weight", 1),
        ],
    )?;
    let inner = ["q", "k", "v"].map(|part| format!("0.SelfAttention.{part}.weight"));
    let inner = h.agreed(block, &inner.each_ref().map(|name| (name.as_str(), 0)))?;
    let bias = format!("{block}0.SelfAttention.relative_attention_bias.weight");
    let heads = h.side(&bias, 1).unwrap_or(inner / HEAD_DIM);
    let gated = ["wi_0", "wi_1"].iter().any(|name| h.any_below(&format!("{block}1.DenseReluDense.{name}.")));
    let wide = [
        (if gated { "1.DenseReluDense.wi_0.weight" } else { "1.DenseReluDense.wi.weight" }, 0),
        ("1.DenseReluDense.wi_1.weight", 0),
        ("1.DenseReluDense.wo.weight", 1),
    ];
    Some(json!({
        "vocab_size": h.side(words, 0).unwrap_or(WORDS),
        "d_model": width,
        "d_kv": inner.checked_div(heads)?,
        "d_ff": h.agreed(block, &wide)?,
        "num_layers": h.count("encoder.block."),
        "num_heads": heads,
        "relative_attention_num_buckets": h.side(&bias, 0).unwrap_or(BUCKETS),
        "feed_forward_proj": if gated { "gated-gelu" } else { "relu" },
    }))
}

/// What the encoder reads.
pub(super) fn needs(c: Keys, n: &mut Needs) -> Option<()> {
    let size = |name: &str, alias: &str, default| c.size(name, c.size(alias, default)?);
    let (width, wide) = (size("d_model", "hidden_size", 512)?, c.size("d_ff", 2048)?);
    let heads = size("num_heads", "num_attention_heads", 8)?;
    let inner = heads * size("d_kv", "head_dim", 64)?;
    let gated = c.text("feed_forward_proj", "relu")?.starts_with("gated-");
    let words = if n.has("encoder.embed_tokens.weight") && !n.has("shared.weight") {
        "encoder.embed_tokens.weight"
    } else {
        "shared.weight"
    };
    n.tensor(words, &[c.size("vocab_size", WORDS)?, width])?;
    for i in 0..size("num_layers", "num_hidden_layers", 6)? {
        let block = format!("encoder.block.{i}.layer");
        n.scale(format!("{block}.0.layer_norm"), width)?;
        for part in ["q", "k", "v"] {
            n.matrix(format!("{block}.0.SelfAttention.{part}"), width, inner)?;
        }
        n.matrix(format!("{block}.0.SelfAttention.o"), inner, width)?;
        if i == 0 {
            let buckets = c.size("relative_attention_num_buckets", BUCKETS)?;
            n.matrix(format!("{block}.0.SelfAttention.relative_attention_bias"), heads, buckets)?;
        }
        n.scale(format!("{block}.1.layer_norm"), width)?;
        for part in if gated { &["wi_0", "wi_1"][..] } else { &["wi"] } {
            n.matrix(format!("{block}.1.DenseReluDense.{part}"), width, wide)?;
        }
        n.matrix(format!("{block}.1.DenseReluDense.wo"), wide, width)?;
    }
    n.scale("encoder.final_layer_norm", width)
}
