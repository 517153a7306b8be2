//! The UNet of Stable Diffusion 1.x, 2.x and XL: LDM's names (`input_blocks`), and what shapes tell.

use serde_json::{Value, json};

use super::names::{Names, Place, Tensors, replace_start};
use crate::formats::Header;

const OUTER: [(&str, &str); 9] = [
    ("time_embed.0", "time_embedding.linear_1"),
    ("time_embed.2", "time_embedding.linear_2"),
    ("time_embed.cond_proj", "time_embedding.cond_proj"),
    ("label_emb.0.0", "add_embedding.linear_1"),
    ("label_emb.0.2", "add_embedding.linear_2"),
    ("input_blocks.0.0", "conv_in"),
    ("out.0", "conv_norm_out"),
    ("out.2", "conv_out"),
    ("middle_block.1", "mid_block.attentions.0"),
];

const RESNET: [(&str, &str); 6] = [
    ("in_layers.0", "norm1"),
    ("in_layers.2", "conv1"),
    ("emb_layers.1", "time_emb_proj"),
    ("out_layers.0", "norm2"),
    ("out_layers.3", "conv2"),
    ("skip_connection", "conv_shortcut"),
];

/// A stretch of LDM's numbered blocks and its name in diffusers.
struct Stretch {
    from: String,
    to: String,
    resnet: bool,
}

/// Blocks are numbered through in LDM; where a level ends, its down- or upsampler shows.
fn stretches(tensors: &Tensors) -> Vec<Stretch> {
    let has = |name: String| tensors.contains_key(name.as_str());
    let mut all = Vec::new();
    let mut add = |from: String, to: String, resnet: bool| all.push(Stretch { from, to, resnet });
    add("middle_block.0".into(), "mid_block.resnets.0".into(), true);
    add("middle_block.2".into(), "mid_block.resnets.1".into(), true);
    let (mut level, mut layer) = (0, 0);
    for i in 1.. {
        if has(format!("input_blocks.{i}.0.op.weight")) {
            add(format!("input_blocks.{i}.0.op"), format!("down_blocks.{level}.downsamplers.0.conv"), false);
            (level, layer) = (level + 1, 0);
        } else if has(format!("input_blocks.{i}.0.in_layers.0.weight")) {
            add(format!("input_blocks.{i}.0"), format!("down_blocks.{level}.resnets.{layer}"), true);
            add(format!("input_blocks.{i}.1"), format!("down_blocks.{level}.attentions.{layer}"), false);
            layer += 1;
        } else {
            break;
        }
    }
    (level, layer) = (0, 0);
    for i in 0.. {
        if !has(format!("output_blocks.{i}.0.in_layers.0.weight")) {
            break;
        }
        add(format!("output_blocks.{i}.0"), format!("up_blocks.{level}.resnets.{layer}"), true);
        layer += 1;
        let sampler = [1, 2].into_iter().find(|k| has(format!("output_blocks.{i}.{k}.conv.weight")));
        if sampler != Some(1) {
            add(format!("output_blocks.{i}.1"), format!("up_blocks.{level}.attentions.{}", layer - 1), false);
        }
        if let Some(k) = sampler {
            add(format!("output_blocks.{i}.{k}"), format!("up_blocks.{level}.upsamplers.0"), false);
            (level, layer) = (level + 1, 0);
        }
    }
    all
}

pub fn names(tensors: &Tensors) -> Names {
    let stretches = stretches(tensors);
    let place = |name: &str| {
        if let Some(new) = replace_start(name, &OUTER) {
            return Some(new);
        }
        stretches.iter().find_map(|s| {
            let rest = name.strip_prefix(s.from.as_str())?.strip_prefix('.')?;
            let rest = if s.resnet { replace_start(rest, &RESNET)? } else { rest.to_owned() };
            Some(format!("{}.{rest}", s.to))
        })
    };
    tensors.keys().filter_map(|name| Some((place(name)?, Place::whole(*name)))).collect()
}

/// SD 1.x has 8 heads at each level, all later ones heads of 64 numbers: those have linear projections too.
const HEADS: usize = 8;
const HEAD_DIM: usize = 64;

pub fn config(h: &Header) -> Option<Value> {
    let levels = h.count("down_blocks.");
    let channels: Vec<usize> =
        (0..levels).map(|i| h.side(&format!("down_blocks.{i}.resnets.0.conv1.weight"), 0)).collect::<Option<_>>()?;
    let layers: Vec<usize> = (0..levels).map(|i| h.count(&format!("down_blocks.{i}.resnets."))).collect();
    let attends = |way: &str, i: usize| h.any_below(&format!("{way}_blocks.{i}.attentions."));
    // A number of transformer layers, or one for each of the level's attentions where they differ.
    let depth = |block: &str| -> Value {
        let n = h.count(&format!("{block}.attentions."));
        let each: Vec<usize> =
            (0..n).map(|j| h.count(&format!("{block}.attentions.{j}.transformer_blocks."))).collect();
        match each.first() {
            None => json!(1),
            Some(first) if each.iter().all(|n| n == first) => json!(first),
            Some(_) => json!(each),
        }
    };
    let mut depths: Vec<Value> = (0..levels).map(|i| depth(&format!("down_blocks.{i}"))).collect();
    if let (Some(last), true) = (depths.last_mut(), h.any_below("mid_block.attentions.")) {
        let mid = depth("mid_block");
        // The bottom has the last level's depth, also where that level itself has no attention.
        if !attends("down", levels.saturating_sub(1)) {
            *last = mid;
        }
    }
    let up: Vec<Value> = (0..levels).map(|i| depth(&format!("up_blocks.{i}"))).collect();
    let mirrored = up.iter().zip(depths.iter().rev()).enumerate().all(|(i, (u, d))| !attends("up", i) || u == d);
    let attention = h.tensors.keys().find(|n| n.ends_with("attn2.to_k.weight"));
    let linear = h.tensors.iter().find(|(n, _)| n.ends_with("proj_in.weight")).is_some_and(|(_, e)| e.shape.len() == 2);
    let heads: Vec<usize> = channels.iter().map(|c| if linear { (c / HEAD_DIM).max(1) } else { HEADS }).collect();
    let kind = |way: bool, with: bool| match (way, with) {
        (true, true) => "CrossAttnDownBlock2D",
        (true, false) => "DownBlock2D",
        (false, true) => "CrossAttnUpBlock2D",
        (false, false) => "UpBlock2D",
    };
    let mut config = json!({
        "in_channels": h.side("conv_in.weight", 1)?,
        "out_channels": h.side("conv_out.weight", 0)?,
        "conv_in_kernel": h.side("conv_in.weight", 2)?,
        "conv_out_kernel": h.side("conv_out.weight", 2)?,
        "block_out_channels": channels,
        "layers_per_block": layers,
        "down_block_types": (0..levels).map(|i| kind(true, attends("down", i))).collect::<Vec<_>>(),
        "up_block_types": (0..levels).map(|i| kind(false, attends("up", i))).collect::<Vec<_>>(),
        "transformer_layers_per_block": depths,
        "attention_head_dim": heads,
        "use_linear_projection": linear,
        "time_embedding_dim": h.side("time_embedding.linear_1.weight", 0)?,
        "time_cond_proj_dim": h.side("time_embedding.cond_proj.weight", 1),
    });
    let map = config.as_object_mut()?;
    if !mirrored {
        map.insert("reverse_transformer_layers_per_block".to_owned(), up.into());
    }
    if let Some(name) = attention {
        map.insert("cross_attention_dim".to_owned(), h.side(name, 1)?.into());
    }
    if !h.any_below("mid_block.") {
        map.insert("mid_block_type".to_owned(), Value::Null);
    } else if !h.any_below("mid_block.attentions.") {
        map.insert("mid_block_type".to_owned(), "UNetMidBlock2D".into());
    }
    if let Some(wide) = h.side("add_embedding.linear_1.weight", 1) {
        map.insert("addition_embed_type".to_owned(), "text_time".into());
        map.insert("projection_class_embeddings_input_dim".to_owned(), wide.into());
        // XL has six sizes of 256 numbers behind its pooled text.
        map.insert("addition_time_embed_dim".to_owned(), 256.into());
    }
    Some(config)
}
