//! Qwen3: llama.cpp's names, and what shapes tell.

use serde_json::{Value, json};

use super::names::{Names, Place, Tensors, replace_start};
use super::needs::{Keys, Needs};
use crate::formats::Header;

const BLOCK: [(&str, &str); 11] = [
    ("attn_q_norm", "self_attn.q_norm"),
    ("attn_k_norm", "self_attn.k_norm"),
    ("attn_q", "self_attn.q_proj"),
    ("attn_k", "self_attn.k_proj"),
    ("attn_v", "self_attn.v_proj"),
    ("attn_output", "self_attn.o_proj"),
    ("attn_norm", "input_layernorm"),
    ("ffn_norm", "post_attention_layernorm"),
    ("ffn_gate", "mlp.gate_proj"),
    ("ffn_up", "mlp.up_proj"),
    ("ffn_down", "mlp.down_proj"),
];

pub fn names(tensors: &Tensors) -> Names {
    let place = |name: &str| {
        if let Some((i, rest)) = name.strip_prefix("blk.").and_then(|n| n.split_once('.')) {
            return Some(format!("layers.{i}.{}", replace_start(rest, &BLOCK)?));
        }
        replace_start(name, &[("token_embd", "embed_tokens"), ("output_norm", "norm")])
    };
    tensors.keys().filter_map(|name| Some((place(name)?, Place::whole(*name)))).collect()
}

/// Of all published ones, where a shape does not tell it.
const WORDS: usize = 151_936;

pub fn config(h: &Header) -> Option<Value> {
    let inner = if h.any_below("model.layers.") { "model." } else { "" };
    let agreed = |witnesses: &[(&str, usize)]| h.agreed(&format!("{inner}layers.0."), witnesses);
    let head = agreed(&[("self_attn.q_norm.weight", 0), ("self_attn.k_norm.weight", 0)])?;
    let width = agreed(&[
        ("input_layernorm.weight", 0),
        ("post_attention_layernorm.weight", 0),
        ("self_attn.q_proj.weight", 1),
        ("mlp.gate_proj.weight", 1),
    ])?;
    let wide = agreed(&[("mlp.gate_proj.weight", 0), ("mlp.up_proj.weight", 0), ("mlp.down_proj.weight", 1)])?;
    let queries = [("self_attn.q_proj.weight", 0), ("self_attn.o_proj.weight", 1)];
    let shared = [("self_attn.k_proj.weight", 0), ("self_attn.v_proj.weight", 0)];
    Some(json!({
        "vocab_size": h.side(&format!("{inner}embed_tokens.weight"), 0).unwrap_or(WORDS),
        "hidden_size": width,
        "intermediate_size": wide,
        "num_hidden_layers": h.count(&format!("{inner}layers.")),
        "num_attention_heads": agreed(&queries)?.checked_div(head)?,
        "num_key_value_heads": agreed(&shared)?.checked_div(head)?,
        "head_dim": head,
        // No shape tells it; all published ones have it.
        "rope_theta": 1_000_000.0,
    }))
}

/// What is read of it as a text encoder: all but the last layer and what is behind it.
pub(super) fn needs(c: Keys, n: &mut Needs) -> Option<()> {
    let inner = if n.any_below("model.layers.") { "model." } else { "" };
    let (width, wide) = (c.size("hidden_size", 4096)?, c.size("intermediate_size", 22_016)?);
    let (heads, head) = (c.size("num_attention_heads", 32)?, c.size("head_dim", 128)?);
    let shared = if c.is_null("num_key_value_heads") { heads } else { c.size("num_key_value_heads", 32)? };
    let bias = c.flag("attention_bias", false)?;
    n.tensor(format!("{inner}embed_tokens.weight"), &[c.size("vocab_size", WORDS)?, width])?;
    for i in 1..c.size("num_hidden_layers", 32)? {
        let layer = format!("{inner}layers.{}", i - 1);
        n.scale(format!("{layer}.input_layernorm"), width)?;
        let parts = [("q", width, heads * head), ("k", width, shared * head), ("v", width, shared * head)];
        for (part, from, out) in parts.into_iter().chain([("o", heads * head, width)]) {
            let name = format!("{layer}.self_attn.{part}_proj");
            if bias {
                n.linear(name, from, out)?;
            } else {
                n.matrix(name, from, out)?;
            }
        }
        n.scale(format!("{layer}.self_attn.q_norm"), head)?;
        n.scale(format!("{layer}.self_attn.k_norm"), head)?;
        n.scale(format!("{layer}.post_attention_layernorm"), width)?;
        n.matrix(format!("{layer}.mlp.gate_proj"), width, wide)?;
        n.matrix(format!("{layer}.mlp.up_proj"), width, wide)?;
        n.matrix(format!("{layer}.mlp.down_proj"), wide, width)?;
    }
    Some(())
}
