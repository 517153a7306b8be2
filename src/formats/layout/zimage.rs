//! The transformer of Z-Image: its authors' names, and what shapes tell.

use serde_json::{Value, json};

use super::names::{Names, Place, Tensors, replace_start, split_three};
use super::needs::{Keys, Needs};
use crate::formats::Header;

const ATTENTION: [(&str, &str); 3] =
    [("out", "attention.to_out.0"), ("q_norm", "attention.norm_q"), ("k_norm", "attention.norm_k")];

pub fn names(tensors: &Tensors) -> Names {
    let mut names = Names::new();
    for (name, shape) in tensors {
        if let Some((block, kind)) = name.split_once(".attention.qkv.") {
            let to = ["q", "k", "v"].map(|part| format!("{block}.attention.to_{part}.{kind}"));
            split_three(&mut names, name, shape, to);
            continue;
        }
        let outer = [("final_layer", "all_final_layer.2-1"), ("x_embedder", "all_x_embedder.2-1")];
        let new = match name.split_once(".attention.") {
            Some((block, rest)) => replace_start(rest, &ATTENTION).map(|new| format!("{block}.{new}")),
            None => replace_start(name, &outer),
        };
        names.insert(new.unwrap_or_else(|| (*name).to_owned()), Place::whole(*name));
    }
    names
}

/// The head dimension is 128.
const HEAD_DIM: usize = 128;

pub fn config(h: &Header) -> Option<Value> {
    let dim = h.agreed(
        "",
        &[
            ("all_x_embedder.2-1.weight", 0),
            ("all_x_embedder.2-1.bias", 0),
            ("x_pad_token", 1),
            ("cap_pad_token", 1),
            ("cap_embedder.1.weight", 0),
        ],
    )?;
    let patch = h.agreed(
        "",
        &[
            ("all_x_embedder.2-1.weight", 1),
            ("all_final_layer.2-1.linear.weight", 0),
            ("all_final_layer.2-1.linear.bias", 0),
        ],
    )?;
    let head = h.agreed("layers.0.attention.", &[("norm_q.weight", 0), ("norm_k.weight", 0)]);
    if head.is_some_and(|head| head != HEAD_DIM) {
        return None;
    }
    let heads = (dim / HEAD_DIM).max(1);
    Some(json!({
        "all_patch_size": [2],
        "all_f_patch_size": [1],
        "in_channels": patch / 4,
        "dim": dim,
        "n_layers": h.count("layers."),
        "n_refiner_layers": h.count("noise_refiner."),
        "n_heads": heads,
        "n_kv_heads": heads,
        "qk_norm": h.any_below("layers.0.attention.norm_q.") || h.any_below("layers.0.attention.norm_k."),
        "cap_feat_dim": h.agreed("cap_embedder.", &[("1.weight", 1), ("0.weight", 0)])?,
        "axes_dims": [32, 48, 48],
    }))
}

/// Rows and columns of latents that there are angles for: two of each in a place.
pub(super) fn longest_side(c: Keys) -> Option<usize> {
    c.list("axes_lens", &[1024, 512, 512])?.into_iter().skip(1).min()?.checked_mul(2)
}

/// What the network reads.
pub(super) fn needs(c: Keys, n: &mut Needs) -> Option<()> {
    let dim = c.size("dim", 3840)?;
    let head = dim.checked_div(c.size("n_heads", 30)?)?;
    let (time, token, text) = (dim.min(256), 4 * c.size("in_channels", 16)?, c.size("cap_feat_dim", 2560)?);
    // In f64 and cut off, as the reference has it.
    let wide = (dim as f64 / 3.0 * 8.0) as usize;
    let norms = c.flag("qk_norm", true)?;
    n.linear("t_embedder.mlp.0", 256, 1024)?;
    n.linear("t_embedder.mlp.2", 1024, time)?;
    n.linear("all_x_embedder.2-1", token, dim)?;
    n.tensor("x_pad_token", &[1, dim])?;
    n.scale("cap_embedder.0", text)?;
    n.linear("cap_embedder.1", text, dim)?;
    n.tensor("cap_pad_token", &[1, dim])?;
    let refiners = c.size("n_refiner_layers", 2)?;
    let stacks = [("noise_refiner", refiners, true), ("context_refiner", refiners, false)];
    for (stack, layers, modulated) in stacks.into_iter().chain([("layers", c.size("n_layers", 30)?, true)]) {
        for i in 0..layers {
            let block = format!("{stack}.{i}");
            for part in ["to_q", "to_k", "to_v", "to_out.0"] {
                n.matrix(format!("{block}.attention.{part}"), dim, dim)?;
            }
            for part in if norms { &["norm_q", "norm_k"][..] } else { &[] } {
                n.scale(format!("{block}.attention.{part}"), head)?;
            }
            for norm in ["attention_norm1", "attention_norm2", "ffn_norm1", "ffn_norm2"] {
                n.scale(format!("{block}.{norm}"), dim)?;
            }
            n.matrix(format!("{block}.feed_forward.w1"), dim, wide)?;
            n.matrix(format!("{block}.feed_forward.w3"), dim, wide)?;
            n.matrix(format!("{block}.feed_forward.w2"), wide, dim)?;
            if modulated {
                n.linear(format!("{block}.adaLN_modulation.0"), time, 4 * dim)?;
            }
        }
    }
    n.linear("all_final_layer.2-1.adaLN_modulation.1", time, dim)?;
    n.linear("all_final_layer.2-1.linear", dim, token)
}
