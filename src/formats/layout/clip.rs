//! CLIP's text encoder: OpenCLIP's names, and what shapes tell.

use serde_json::{Value, json};

use super::names::{Cut, Names, Place, Tensors, replace_start, split_three};
use super::needs::{Keys, Needs};
use crate::formats::Header;

const OUTER: [(&str, &str); 2] = [
    ("token_embedding.weight", "text_model.embeddings.token_embedding.weight"),
    ("ln_final", "text_model.final_layer_norm"),
];

const LAYER: [(&str, &str); 5] = [
    ("ln_1", "layer_norm1"),
    ("ln_2", "layer_norm2"),
    ("attn.out_proj", "self_attn.out_proj"),
    ("mlp.c_fc", "mlp.fc1"),
    ("mlp.c_proj", "mlp.fc2"),
];

pub fn names(tensors: &Tensors) -> Names {
    let mut names = Names::new();
    for (name, shape) in tensors {
        if let Some(new) = replace_start(name, &OUTER) {
            names.insert(new, Place::whole(*name));
            continue;
        }
        match *name {
            "positional_embedding" => {
                names.insert("text_model.embeddings.position_embedding.weight".to_owned(), Place::whole(*name));
            }
            "text_projection" => {
                let place = Place { name: (*name).to_owned(), cut: Cut::Transposed };
                names.insert("text_projection.weight".to_owned(), place);
            }
            _ => {}
        }
        let Some((i, rest)) = name.strip_prefix("transformer.resblocks.").and_then(|n| n.split_once('.')) else {
            continue;
        };
        let layer = format!("text_model.encoder.layers.{i}");
        if let Some(kind) = rest.strip_prefix("attn.in_proj_") {
            let to = ["q", "k", "v"].map(|part| format!("{layer}.self_attn.{part}_proj.{kind}"));
            split_three(&mut names, name, shape, to);
        } else if let Some(new) = replace_start(rest, &LAYER) {
            names.insert(format!("{layer}.{new}"), Place::whole(*name));
        }
    }
    names
}

/// All known ones have a head dimension of 64; CLIP-L, the narrow one, is OpenAI's with its quick GELU.
const HEAD_DIM: usize = 64;
const OPENAI_WIDTH: usize = 768;
/// Vocabulary size and positions of all known ones.
const WORDS: usize = 49_408;
const POSITIONS: usize = 77;

pub fn config(h: &Header, open_clip: bool) -> Option<Value> {
    let inner = if h.any_below("text_model.") { "text_model." } else { "" };
    let width = h.agreed(
        inner,
        &[
            ("embeddings.token_embedding.weight", 1),
            ("embeddings.position_embedding.weight", 1),
            ("final_layer_norm.weight", 0),
            ("encoder.layers.0.layer_norm1.weight", 0),
        ],
    )?;
    let wide = [("mlp.fc1.weight", 0), ("mlp.fc1.bias", 0), ("mlp.fc2.weight", 1)];
    Some(json!({
        "vocab_size": h.side(&format!("{inner}embeddings.token_embedding.weight"), 0).unwrap_or(WORDS),
        "hidden_size": width,
        "intermediate_size": h.agreed(&format!("{inner}encoder.layers.0."), &wide)?,
        "projection_dim": h.side("text_projection.weight", 0).unwrap_or(width),
        "num_hidden_layers": h.count(&format!("{inner}encoder.layers.")),
        "num_attention_heads": (width / HEAD_DIM).max(1),
        "max_position_embeddings":
            h.side(&format!("{inner}embeddings.position_embedding.weight"), 0).unwrap_or(POSITIONS),
        "hidden_act": if open_clip || width > OPENAI_WIDTH { "gelu" } else { "quick_gelu" },
        "eos_token_id": 49_407,
    }))
}

/// What the network reads.
pub(super) fn needs(c: Keys, n: &mut Needs) -> Option<()> {
    if let Some(text) = c.0.get("text_config").filter(|inner| inner.is_object()) {
        return needs(Keys(text), n);
    }
    let (width, wide) = (c.size("hidden_size", 512)?, c.size("intermediate_size", 2048)?);
    let inner = if n.any_below("text_model.") { "text_model." } else { "" };
    n.tensor(format!("{inner}embeddings.token_embedding.weight"), &[c.size("vocab_size", WORDS)?, width])?;
    let positions = c.size("max_position_embeddings", POSITIONS)?;
    n.tensor(format!("{inner}embeddings.position_embedding.weight"), &[positions, width])?;
    for i in 0..c.size("num_hidden_layers", 12)? {
        let layer = format!("{inner}encoder.layers.{i}");
        n.norm(format!("{layer}.layer_norm1"), width)?;
        for part in ["q_proj", "k_proj", "v_proj", "out_proj"] {
            n.linear(format!("{layer}.self_attn.{part}"), width, width)?;
        }
        n.norm(format!("{layer}.layer_norm2"), width)?;
        n.linear(format!("{layer}.mlp.fc1"), width, wide)?;
        n.linear(format!("{layer}.mlp.fc2"), wide, width)?;
    }
    n.norm(format!("{inner}final_layer_norm"), width)?;
    if n.has("text_projection.weight") {
        n.matrix("text_projection", width, c.size("projection_dim", 512)?)?;
    }
    Some(())
}
