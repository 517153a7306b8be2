//! The transformer of FLUX.1: its authors' names, which GGUF files have too, and what shapes tell.

use serde_json::{Value, json};

use super::names::{Cut, Names, Place, Tensors, replace_start, split_three};
use super::needs::{Keys, Needs};
use super::sd3::{condition, feed};
use crate::formats::Header;

const OUTER: [(&str, &str); 9] = [
    ("img_in", "x_embedder"),
    ("txt_in", "context_embedder"),
    ("final_layer.linear", "proj_out"),
    ("time_in.in_layer", "time_text_embed.timestep_embedder.linear_1"),
    ("time_in.out_layer", "time_text_embed.timestep_embedder.linear_2"),
    ("guidance_in.in_layer", "time_text_embed.guidance_embedder.linear_1"),
    ("guidance_in.out_layer", "time_text_embed.guidance_embedder.linear_2"),
    ("vector_in.in_layer", "time_text_embed.text_embedder.linear_1"),
    ("vector_in.out_layer", "time_text_embed.text_embedder.linear_2"),
];

/// A norm's only vector is its `scale`.
const DOUBLE: [(&str, &str); 12] = [
    ("img_mod.lin", "norm1.linear"),
    ("txt_mod.lin", "norm1_context.linear"),
    ("img_attn.norm.query_norm.scale", "attn.norm_q.weight"),
    ("img_attn.norm.key_norm.scale", "attn.norm_k.weight"),
    ("txt_attn.norm.query_norm.scale", "attn.norm_added_q.weight"),
    ("txt_attn.norm.key_norm.scale", "attn.norm_added_k.weight"),
    ("img_attn.proj", "attn.to_out.0"),
    ("txt_attn.proj", "attn.to_add_out"),
    ("img_mlp.0", "ff.net.0.proj"),
    ("img_mlp.2", "ff.net.2"),
    ("txt_mlp.0", "ff_context.net.0.proj"),
    ("txt_mlp.2", "ff_context.net.2"),
];

const SINGLE: [(&str, &str); 4] = [
    ("modulation.lin", "norm.linear"),
    ("norm.query_norm.scale", "attn.norm_q.weight"),
    ("norm.key_norm.scale", "attn.norm_k.weight"),
    ("linear2", "proj_out"),
];

pub fn names(tensors: &Tensors) -> Names {
    let mut names = Names::new();
    for (name, shape) in tensors {
        if let Some(kind) = name.strip_prefix("final_layer.adaLN_modulation.1.") {
            let place = Place { name: (*name).to_owned(), cut: Cut::Swapped };
            names.insert(format!("norm_out.linear.{kind}"), place);
        } else if let Some(new) = replace_start(name, &OUTER) {
            names.insert(new, Place::whole(*name));
        } else if let Some((i, rest)) = name.strip_prefix("double_blocks.").and_then(|n| n.split_once('.')) {
            let block = format!("transformer_blocks.{i}");
            if let Some(kind) = rest.strip_prefix("img_attn.qkv.") {
                let to = ["q", "k", "v"].map(|part| format!("{block}.attn.to_{part}.{kind}"));
                split_three(&mut names, name, shape, to);
            } else if let Some(kind) = rest.strip_prefix("txt_attn.qkv.") {
                let to = ["q", "k", "v"].map(|part| format!("{block}.attn.add_{part}_proj.{kind}"));
                split_three(&mut names, name, shape, to);
            } else if let Some(new) = replace_start(rest, &DOUBLE) {
                names.insert(format!("{block}.{new}"), Place::whole(*name));
            }
        } else if let Some((i, rest)) = name.strip_prefix("single_blocks.").and_then(|n| n.split_once('.')) {
            let block = format!("single_transformer_blocks.{i}");
            if let Some(kind) = rest.strip_prefix("linear1.") {
                joined(&mut names, name, shape, &block, kind);
            } else if let Some(new) = replace_start(rest, &SINGLE) {
                names.insert(format!("{block}.{new}"), Place::whole(*name));
            }
        }
    }
    names
}

/// Queries, keys, values and the feed-forward part's first layer, which is four times as wide as each of them.
fn joined(names: &mut Names, name: &str, shape: &[usize], block: &str, kind: &str) {
    let dim = shape.first().copied().unwrap_or(0) / 7;
    let parts = [
        ("attn.to_q", 0..dim),
        ("attn.to_k", dim..2 * dim),
        ("attn.to_v", 2 * dim..3 * dim),
        ("proj_mlp", 3 * dim..7 * dim),
    ];
    for (to, rows) in parts {
        names.insert(format!("{block}.{to}.{kind}"), Place { name: name.to_owned(), cut: Cut::Rows(rows) });
    }
}

/// The head dimension is 128, divided among three RoPE axes in the one published way.
const HEAD_DIM: usize = 128;

pub fn config(h: &Header) -> Option<Value> {
    let dim = h.agreed(
        "",
        &[
            ("x_embedder.weight", 0),
            ("x_embedder.bias", 0),
            ("context_embedder.weight", 0),
            ("context_embedder.bias", 0),
            ("proj_out.weight", 1),
        ],
    )?;
    let out = h.agreed("", &[("proj_out.weight", 0), ("proj_out.bias", 0), ("x_embedder.weight", 1)])?;
    let head_dim = h.agreed(
        "transformer_blocks.0.attn.",
        &[("norm_q.weight", 0), ("norm_k.weight", 0), ("norm_added_q.weight", 0)],
    )?;
    if head_dim != HEAD_DIM || !dim.is_multiple_of(head_dim) {
        return None;
    }
    Some(json!({
        "patch_size": 1,
        "in_channels": h.side("x_embedder.weight", 1).unwrap_or(out),
        "out_channels": out,
        "num_layers": h.count("transformer_blocks."),
        "num_single_layers": h.count("single_transformer_blocks."),
        "attention_head_dim": head_dim,
        "num_attention_heads": dim / head_dim,
        "joint_attention_dim": h.side("context_embedder.weight", 1).unwrap_or(4096),
        "pooled_projection_dim": h.side("time_text_embed.text_embedder.linear_1.weight", 1).unwrap_or(768),
        "guidance_embeds": h.any_below("time_text_embed.guidance_embedder."),
        "axes_dims_rope": [16, 56, 56],
    }))
}

/// What the network reads.
pub(super) fn needs(c: Keys, n: &mut Needs) -> Option<()> {
    let head = c.size("attention_head_dim", HEAD_DIM)?;
    let dim = c.size("num_attention_heads", 24)? * head;
    let (channels, patch) = (c.size("in_channels", 64)?, c.size("patch_size", 1)?);
    let out = match c.size("out_channels", channels)? {
        0 => channels,
        some => some,
    };
    n.linear("x_embedder", channels, dim)?;
    n.linear("context_embedder", c.size("joint_attention_dim", 4096)?, dim)?;
    condition(n, c.size("pooled_projection_dim", 768)?, dim, c.flag("guidance_embeds", false)?)?;
    for i in 0..c.size("num_layers", 19)? {
        let block = format!("transformer_blocks.{i}");
        n.linear(format!("{block}.norm1.linear"), dim, 6 * dim)?;
        n.linear(format!("{block}.norm1_context.linear"), dim, 6 * dim)?;
        for part in ["to_q", "to_k", "to_v", "to_out.0", "add_q_proj", "add_k_proj", "add_v_proj", "to_add_out"] {
            n.linear(format!("{block}.attn.{part}"), dim, dim)?;
        }
        for part in ["norm_q", "norm_k", "norm_added_q", "norm_added_k"] {
            n.scale(format!("{block}.attn.{part}"), head)?;
        }
        feed(n, &format!("{block}.ff"), dim)?;
        feed(n, &format!("{block}.ff_context"), dim)?;
    }
    for i in 0..c.size("num_single_layers", 38)? {
        let block = format!("single_transformer_blocks.{i}");
        n.linear(format!("{block}.norm.linear"), dim, 3 * dim)?;
        for part in ["to_q", "to_k", "to_v"] {
            n.linear(format!("{block}.attn.{part}"), dim, dim)?;
        }
        n.scale(format!("{block}.attn.norm_q"), head)?;
        n.scale(format!("{block}.attn.norm_k"), head)?;
        n.linear(format!("{block}.proj_mlp"), dim, 4 * dim)?;
        n.linear(format!("{block}.proj_out"), 5 * dim, dim)?;
    }
    n.linear("norm_out.linear", dim, 2 * dim)?;
    n.linear("proj_out", dim, patch * patch * out)
}
