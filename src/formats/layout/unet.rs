//! The UNet of Stable Diffusion 1.x, 2.x and XL: LDM's names (`input_blocks`), and what shapes tell.

use serde_json::{Value, json};

use super::most_said;
use super::names::{Names, Place, Tensors, replace_start};
use super::needs::{Keys, Needs, small};
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
    // By any of a block's tensors: one may be missing, and is to be missed under its name.
    let has = |block: String| tensors.range(block.as_str()..).next().is_some_and(|(name, _)| name.starts_with(&block));
    let mut all = Vec::new();
    let mut add = |from: String, to: String, resnet: bool| all.push(Stretch { from, to, resnet });
    add("middle_block.0".into(), "mid_block.resnets.0".into(), true);
    add("middle_block.2".into(), "mid_block.resnets.1".into(), true);
    let (mut level, mut layer) = (0, 0);
    for i in 1.. {
        if has(format!("input_blocks.{i}.0.op.")) {
            add(format!("input_blocks.{i}.0.op"), format!("down_blocks.{level}.downsamplers.0.conv"), false);
            (level, layer) = (level + 1, 0);
        } else if has(format!("input_blocks.{i}.0.")) {
            add(format!("input_blocks.{i}.0"), format!("down_blocks.{level}.resnets.{layer}"), true);
            add(format!("input_blocks.{i}.1"), format!("down_blocks.{level}.attentions.{layer}"), false);
            layer += 1;
        } else {
            break;
        }
    }
    (level, layer) = (0, 0);
    for i in 0.. {
        if !has(format!("output_blocks.{i}.0.")) {
            break;
        }
        add(format!("output_blocks.{i}.0"), format!("up_blocks.{level}.resnets.{layer}"), true);
        layer += 1;
        let sampler = [1, 2].into_iter().find(|k| has(format!("output_blocks.{i}.{k}.conv.")));
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

/// SD 1.x has 8 heads at each level, all later ones a head dimension of 64: those have linear projections too.
const HEADS: usize = 8;
const HEAD_DIM: usize = 64;
/// Pooled text and sizes of XL.
const XL_ADDED: usize = 2816;

/// What tells the width of the time's embedding.
const TIME: [(&str, usize); 4] =
    [("linear_1.weight", 0), ("linear_1.bias", 0), ("linear_2.weight", 0), ("linear_2.weight", 1)];

pub fn config(h: &Header) -> Option<Value> {
    let levels = h.count("down_blocks.");
    let channels: Vec<usize> =
        (0..levels).map(|i| h.channels(&format!("down_blocks.{i}.resnets."))).collect::<Option<_>>()?;
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
    let shapes = |end: &'static str| h.tensors.iter().filter(move |(n, _)| n.ends_with(end)).map(|(_, e)| &e.shape);
    let contexts: Vec<usize> = shapes("attn2.to_k.weight").filter_map(|shape| shape.get(1).copied()).collect();
    let linear = most_said(&shapes("proj_in.weight").map(Vec::len).collect::<Vec<_>>()) == Some(2);
    let heads: Vec<usize> = channels.iter().map(|c| if linear { (c / HEAD_DIM).max(1) } else { HEADS }).collect();
    let kind = |way: bool, with: bool| match (way, with) {
        (true, true) => "CrossAttnDownBlock2D",
        (true, false) => "DownBlock2D",
        (false, true) => "CrossAttnUpBlock2D",
        (false, false) => "UpBlock2D",
    };
    let out = h.agreed("", &[("conv_out.weight", 0), ("conv_out.bias", 0), ("conv_in.weight", 1)]);
    let mut config = json!({
        "in_channels": h.side("conv_in.weight", 1).or(out)?,
        "out_channels": out?,
        "conv_in_kernel": h.side("conv_in.weight", 2).unwrap_or(3),
        "conv_out_kernel": h.side("conv_out.weight", 2).unwrap_or(3),
        "block_out_channels": channels,
        "layers_per_block": layers,
        "down_block_types": (0..levels).map(|i| kind(true, attends("down", i))).collect::<Vec<_>>(),
        "up_block_types": (0..levels).map(|i| kind(false, attends("up", i))).collect::<Vec<_>>(),
        "transformer_layers_per_block": depths,
        "attention_head_dim": heads,
        "use_linear_projection": linear,
        "time_embedding_dim": h.agreed("time_embedding.", &TIME)?,
        "time_cond_proj_dim": h.side("time_embedding.cond_proj.weight", 1),
    });
    let map = config.as_object_mut()?;
    if !mirrored {
        map.insert("reverse_transformer_layers_per_block".to_owned(), up.into());
    }
    if let Some(width) = most_said(&contexts) {
        map.insert("cross_attention_dim".to_owned(), width.into());
    }
    if !h.any_below("mid_block.") {
        map.insert("mid_block_type".to_owned(), Value::Null);
    } else if !h.any_below("mid_block.attentions.") {
        map.insert("mid_block_type".to_owned(), "UNetMidBlock2D".into());
    }
    if h.any_below("add_embedding.") {
        let wide = h.side("add_embedding.linear_1.weight", 1).unwrap_or(XL_ADDED);
        map.insert("addition_embed_type".to_owned(), "text_time".into());
        map.insert("projection_class_embeddings_input_dim".to_owned(), wide.into());
        // XL has six size embeddings of 256 values after its pooled text.
        map.insert("addition_time_embed_dim".to_owned(), 256.into());
    }
    Some(config)
}

/// What the network reads.
pub(super) fn needs(c: Keys, n: &mut Needs) -> Option<()> {
    let channels = c.list("block_out_channels", &[320, 640, 1280, 1280])?;
    let (levels, first, last) = (channels.len(), *channels.first()?, *channels.last()?);
    let each = |key: &str, default: Value| c.each(key, levels, &default);
    let sizes = |key: &str, default: usize| each(key, default.into())?.iter().map(small).collect::<Option<Vec<_>>>();
    let layers = sizes("layers_per_block", 2)?;
    let context = sizes("cross_attention_dim", 1280)?;
    let heads = sizes(if c.has("num_attention_heads") { "num_attention_heads" } else { "attention_head_dim" }, 8)?;
    let only_cross = each("only_cross_attention", false.into())?;
    let attends = |key: &str, usual: Value| -> Option<Vec<bool>> {
        each(key, usual)?.iter().map(|kind| Some(kind.as_str()?.contains("CrossAttn"))).collect()
    };
    // The reference's own four blocks.
    let usual = |plain: usize| (0..4).map(|i| if i == plain { "Plain" } else { "CrossAttn" }).collect::<Value>();
    let (down, up) = (attends("down_block_types", usual(3))?, attends("up_block_types", usual(0))?);
    let depths = each("transformer_layers_per_block", 1.into())?;
    let up_depths = match c.has("reverse_transformer_layers_per_block") {
        true => each("reverse_transformer_layers_per_block", 1.into())?,
        false => depths.iter().rev().cloned().collect(),
    };
    let depth = |of: &Value, j: usize| small(of.as_array().map_or(of, |all| all.get(j).unwrap_or(&Value::Null)));
    let linear = c.flag("use_linear_projection", false)?;
    let time = c.size("time_embedding_dim", 4 * first)?;
    let wide = if c.text("resnet_time_scale_shift", "default")? == "scale_shift" { 2 } else { 1 };
    let resnet = |n: &mut Needs, name: &str, from, out| n.resnet(name, from, out, Some((time, wide * out)));
    let attention = |n: &mut Needs, name: &str, level: usize, layers: usize, alone: bool| {
        let (channels, heads) = (*channels.get(level)?, *heads.get(level)?);
        let inner = channels.checked_div(heads)? * heads;
        let crossed = !alone && only_cross.get(level)?.as_bool()?;
        transformer(n, name, (channels, inner, *context.get(level)?), layers, linear, crossed)
    };

    n.conv("conv_in", c.size("in_channels", 4)?, first, c.size("conv_in_kernel", 3)?)?;
    n.linear("time_embedding.linear_1", first, time)?;
    n.linear("time_embedding.linear_2", time, time)?;
    if let Some(guidance) = c.optional("time_cond_proj_dim")? {
        n.matrix("time_embedding.cond_proj", guidance, first)?;
    }
    if c.has("addition_embed_type") {
        n.linear("add_embedding.linear_1", c.optional("projection_class_embeddings_input_dim")??, time)?;
        n.linear("add_embedding.linear_2", time, time)?;
    }
    for (i, out) in channels.iter().copied().enumerate() {
        let block = format!("down_blocks.{i}");
        for j in 0..layers[i] {
            let from = if j == 0 { channels[i.saturating_sub(1)] } else { out };
            resnet(n, &format!("{block}.resnets.{j}"), from, out)?;
            if down[i] {
                attention(n, &format!("{block}.attentions.{j}"), i, depth(&depths[i], j)?, false)?;
            }
        }
        if i + 1 < levels {
            n.conv(format!("{block}.downsamplers.0.conv"), out, out, 3)?;
        }
    }
    if !c.is_null("mid_block_type") {
        resnet(n, "mid_block.resnets.0", last, last)?;
        if c.text("mid_block_type", "UNetMidBlock2DCrossAttn")? == "UNetMidBlock2DCrossAttn" {
            attention(n, "mid_block.attentions.0", levels - 1, depth(depths.last()?, 0)?, true)?;
            resnet(n, "mid_block.resnets.1", last, last)?;
        }
    }
    for (i, level) in (0..levels).rev().enumerate() {
        let (block, out, count) = (format!("up_blocks.{i}"), channels[level], layers[level] + 1);
        let (previous, next) = (channels[(level + 1).min(levels - 1)], channels[level.saturating_sub(1)]);
        for j in 0..count {
            let skip = if j + 1 == count { next } else { out };
            let from = if j == 0 { previous } else { out };
            resnet(n, &format!("{block}.resnets.{j}"), from + skip, out)?;
            if up[i] {
                attention(n, &format!("{block}.attentions.{j}"), level, depth(&up_depths[i], j)?, false)?;
            }
        }
        if level > 0 {
            n.conv(format!("{block}.upsamplers.0.conv"), out, out, 3)?;
        }
    }
    n.norm("conv_norm_out", first)?;
    n.conv("conv_out", first, c.size("out_channels", 4)?, c.size("conv_out_kernel", 3)?)
}

/// A transformer over `channels`, of `inner` width, with text of `context` width.
fn transformer(
    n: &mut Needs,
    name: &str,
    (channels, inner, context): (usize, usize, usize),
    layers: usize,
    linear: bool,
    only_cross: bool,
) -> Option<()> {
    let project = |n: &mut Needs, end: &str, from, out| match linear {
        true => n.linear(format!("{name}.{end}"), from, out),
        false => n.conv(format!("{name}.{end}"), from, out, 1),
    };
    n.norm(format!("{name}.norm"), channels)?;
    project(n, "proj_in", channels, inner)?;
    for i in 0..layers {
        let block = format!("{name}.transformer_blocks.{i}");
        for k in 1..=3 {
            n.norm(format!("{block}.norm{k}"), inner)?;
        }
        for (attention, from) in [("attn1", if only_cross { context } else { inner }), ("attn2", context)] {
            n.matrix(format!("{block}.{attention}.to_q"), inner, inner)?;
            n.matrix(format!("{block}.{attention}.to_k"), from, inner)?;
            n.matrix(format!("{block}.{attention}.to_v"), from, inner)?;
            n.linear(format!("{block}.{attention}.to_out.0"), inner, inner)?;
        }
        n.linear(format!("{block}.ff.net.0.proj"), inner, 8 * inner)?;
        n.linear(format!("{block}.ff.net.2"), 4 * inner, inner)?;
    }
    project(n, "proj_out", inner, channels)
}
