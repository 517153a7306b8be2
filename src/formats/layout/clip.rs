//! CLIP's text encoder: OpenCLIP's names, and what shapes tell.

use serde_json::{Value, json};

use super::names::{Cut, Names, Place, Tensors, replace_start, split_three};
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

/// All known ones have heads of 64 numbers; CLIP-L, the narrow one, is OpenAI's with its quick GELU.
const HEAD_DIM: usize = 64;
const OPENAI_WIDTH: usize = 768;

pub fn config(h: &Header, open_clip: bool) -> Option<Value> {
    let inner = if h.any_below("text_model.") { "text_model." } else { "" };
    let tokens = h.get(&format!("{inner}embeddings.token_embedding.weight"))?;
    let &[vocabulary, width] = tokens.shape.as_slice() else { return None };
    Some(json!({
        "vocab_size": vocabulary,
        "hidden_size": width,
        "intermediate_size": h.side(&format!("{inner}encoder.layers.0.mlp.fc1.weight"), 0)?,
        "projection_dim": h.side("text_projection.weight", 0).unwrap_or(width),
        "num_hidden_layers": h.count(&format!("{inner}encoder.layers.")),
        "num_attention_heads": (width / HEAD_DIM).max(1),
        "max_position_embeddings": h.side(&format!("{inner}embeddings.position_embedding.weight"), 0)?,
        "hidden_act": if open_clip || width > OPENAI_WIDTH { "gelu" } else { "quick_gelu" },
        "eos_token_id": 49_407,
    }))
}
