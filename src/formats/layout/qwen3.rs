//! Qwen3: llama.cpp's names, and what shapes tell.

use serde_json::{Value, json};

use super::names::{Names, Place, Tensors, replace_start};
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

pub fn config(h: &Header) -> Option<Value> {
    let inner = if h.has("embed_tokens.weight") { "" } else { "model." };
    let side = |name: &str, i: usize| h.side(&format!("{inner}{name}"), i);
    let head = side("layers.0.self_attn.q_norm.weight", 0)?;
    let heads = |name: &str| side(&format!("layers.0.self_attn.{name}.weight"), 0)?.checked_div(head);
    Some(json!({
        "vocab_size": side("embed_tokens.weight", 0)?,
        "hidden_size": side("embed_tokens.weight", 1)?,
        "intermediate_size": side("layers.0.mlp.gate_proj.weight", 0)?,
        "num_hidden_layers": h.count(&format!("{inner}layers.")),
        "num_attention_heads": heads("q_proj")?,
        "num_key_value_heads": heads("k_proj")?,
        "head_dim": head,
        // No shape tells it; all published ones have it.
        "rope_theta": 1_000_000.0,
    }))
}
