//! The transformer of Z-Image: its authors' names, and what shapes tell.

use serde_json::{Value, json};

use super::names::{Names, Place, Tensors, replace_start, split_three};
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

/// Heads have 128 numbers.
const HEAD_DIM: usize = 128;

pub fn config(h: &Header) -> Option<Value> {
    let &[dim, patch] = h.get("all_x_embedder.2-1.weight")?.shape.as_slice() else { return None };
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
        "qk_norm": h.has("layers.0.attention.norm_q.weight"),
        "cap_feat_dim": h.side("cap_embedder.1.weight", 1)?,
        "axes_dims": [32, 48, 48],
    }))
}
