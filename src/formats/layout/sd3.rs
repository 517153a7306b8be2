//! The transformer of Stable Diffusion 3 and 3.5: its authors' names, and what shapes tell.

use serde_json::{Value, json};

use super::names::{Cut, Names, Place, Tensors, replace_start, split_three};
use super::needs::{Keys, Needs};
use crate::formats::Header;

const OUTER: [(&str, &str); 8] = [
    ("x_embedder.proj", "pos_embed.proj"),
    ("pos_embed", "pos_embed.pos_embed"),
    ("context_embedder", "context_embedder"),
    ("t_embedder.mlp.0", "time_text_embed.timestep_embedder.linear_1"),
    ("t_embedder.mlp.2", "time_text_embed.timestep_embedder.linear_2"),
    ("y_embedder.mlp.0", "time_text_embed.text_embedder.linear_1"),
    ("y_embedder.mlp.2", "time_text_embed.text_embedder.linear_2"),
    ("final_layer.linear", "proj_out"),
];

const PICTURE: [(&str, &str); 8] = [
    ("attn.ln_q", "attn.norm_q"),
    ("attn.ln_k", "attn.norm_k"),
    ("attn.proj", "attn.to_out.0"),
    ("attn2.ln_q", "attn2.norm_q"),
    ("attn2.ln_k", "attn2.norm_k"),
    ("attn2.proj", "attn2.to_out.0"),
    ("mlp.fc1", "ff.net.0.proj"),
    ("mlp.fc2", "ff.net.2"),
];

const TEXT: [(&str, &str); 5] = [
    ("attn.ln_q", "attn.norm_added_q"),
    ("attn.ln_k", "attn.norm_added_k"),
    ("attn.proj", "attn.to_add_out"),
    ("mlp.fc1", "ff_context.net.0.proj"),
    ("mlp.fc2", "ff_context.net.2"),
];

pub fn names(tensors: &Tensors) -> Names {
    let number = |name: &str| name.strip_prefix("joint_blocks.")?.split('.').next()?.parse::<usize>().ok();
    let last = tensors.keys().filter_map(|name| number(name)).max();
    let mut names = Names::new();
    for (name, shape) in tensors {
        let swapped = || Place { name: (*name).to_owned(), cut: Cut::Swapped };
        if let Some(kind) = name.strip_prefix("final_layer.adaLN_modulation.1.") {
            names.insert(format!("norm_out.linear.{kind}"), swapped());
        } else if let Some(new) = replace_start(name, &OUTER) {
            names.insert(new, Place::whole(*name));
        }
        let Some((i, rest)) = name.strip_prefix("joint_blocks.").and_then(|n| n.split_once('.')) else { continue };
        let block = format!("transformer_blocks.{i}");
        let Some((side, rest)) = rest.split_once('.') else { continue };
        let text = side == "context_block";
        if let Some(kind) = rest.strip_prefix("adaLN_modulation.1.") {
            let norm = if text { "norm1_context" } else { "norm1" };
            // The last block's text is only read: its modulation has a scale and a shift alone.
            let place = if text && i.parse().ok() == last { swapped() } else { Place::whole(*name) };
            names.insert(format!("{block}.{norm}.linear.{kind}"), place);
        } else if let Some((attention, kind)) = rest.split_once(".qkv.") {
            let to = ["q", "k", "v"].map(|part| match text {
                true => format!("{block}.{attention}.add_{part}_proj.{kind}"),
                false => format!("{block}.{attention}.to_{part}.{kind}"),
            });
            split_three(&mut names, name, shape, to);
        } else if let Some(new) = replace_start(rest, if text { &TEXT[..] } else { &PICTURE[..] }) {
            names.insert(format!("{block}.{new}"), Place::whole(*name));
        }
    }
    names
}

/// All published ones have a head dimension of 64. Where heads have norms, their size says it.
const HEAD_DIM: usize = 64;

pub fn config(h: &Header) -> Option<Value> {
    let layers = h.count("transformer_blocks.");
    let dim = h.agreed(
        "",
        &[
            ("pos_embed.proj.weight", 0),
            ("pos_embed.proj.bias", 0),
            ("context_embedder.weight", 0),
            ("context_embedder.bias", 0),
            ("proj_out.weight", 1),
        ],
    )?;
    let patch = h.side("pos_embed.proj.weight", 2).unwrap_or(2);
    let out = h.agreed("", &[("proj_out.weight", 0), ("proj_out.bias", 0)])? / (patch * patch).max(1);
    let dual: Vec<usize> = (0..layers).filter(|i| h.any_below(&format!("transformer_blocks.{i}.attn2."))).collect();
    let channels = h.side("pos_embed.proj.weight", 1).unwrap_or(out);
    let norms = [("norm_q.weight", 0), ("norm_k.weight", 0), ("norm_added_q.weight", 0), ("norm_added_k.weight", 0)];
    let head = h.agreed("transformer_blocks.0.attn.", &norms).unwrap_or(HEAD_DIM).max(1);
    let heads = (dim / head).max(1);
    Some(json!({
        "sample_size": 128,
        "patch_size": patch,
        "in_channels": channels,
        "out_channels": out,
        "num_layers": layers,
        "num_attention_heads": heads,
        "attention_head_dim": dim / heads,
        "caption_projection_dim": dim,
        "joint_attention_dim": h.side("context_embedder.weight", 1).unwrap_or(4096),
        "pooled_projection_dim": h.side("time_text_embed.text_embedder.linear_1.weight", 1).unwrap_or(2048),
        "pos_embed_max_size": h.side("pos_embed.pos_embed", 1).map_or(192, usize::isqrt),
        "dual_attention_layers": dual,
        "qk_norm": norms.iter().any(|(name, _)| h.has(&format!("transformer_blocks.0.attn.{name}"))).then_some("rms_norm"),
    }))
}

/// Rows and columns of latents that its table of positions has places for.
pub(super) fn longest_side(c: Keys) -> Option<usize> {
    let side = if c.is_null("pos_embed_max_size") { 0 } else { c.size("pos_embed_max_size", 96)? };
    side.checked_mul(c.size("patch_size", 2)?).filter(|side| *side > 0)
}

/// What the network reads.
pub(super) fn needs(c: Keys, n: &mut Needs) -> Option<()> {
    let head = c.size("attention_head_dim", 64)?;
    let dim = c.size("num_attention_heads", 18)? * head;
    let (patch, channels) = (c.size("patch_size", 2)?, c.size("in_channels", 16)?);
    let out = if c.is_null("out_channels") { channels } else { c.size("out_channels", 16)? };
    n.conv("pos_embed.proj", channels, dim, patch)?;
    let side = if c.is_null("pos_embed_max_size") { 0 } else { c.size("pos_embed_max_size", 96)? };
    if side > 0 && n.has("pos_embed.pos_embed") {
        n.tensor("pos_embed.pos_embed", &[1, side * side, dim])?;
    }
    condition(n, c.size("pooled_projection_dim", 2048)?, dim, false)?;
    n.linear("context_embedder", c.size("joint_attention_dim", 4096)?, dim)?;
    let (layers, dual) = (c.size("num_layers", 18)?, c.list("dual_attention_layers", &[])?);
    let norm = c.text("qk_norm", "")?;
    let norms = |n: &mut Needs, name: String| match norm {
        "rms_norm" => n.scale(name, head),
        "layer_norm" => n.norm(name, head),
        _ => Some(()),
    };
    for i in 0..layers {
        let (block, last, dual) = (format!("transformer_blocks.{i}"), i + 1 == layers, dual.contains(&i));
        n.linear(format!("{block}.norm1.linear"), dim, if dual { 9 * dim } else { 6 * dim })?;
        n.linear(format!("{block}.norm1_context.linear"), dim, if last { 2 * dim } else { 6 * dim })?;
        for attention in if dual { &["attn", "attn2"][..] } else { &["attn"] } {
            for part in ["to_q", "to_k", "to_v", "to_out.0"] {
                n.linear(format!("{block}.{attention}.{part}"), dim, dim)?;
            }
            norms(n, format!("{block}.{attention}.norm_q"))?;
            norms(n, format!("{block}.{attention}.norm_k"))?;
        }
        for part in ["add_q_proj", "add_k_proj", "add_v_proj"] {
            n.linear(format!("{block}.attn.{part}"), dim, dim)?;
        }
        norms(n, format!("{block}.attn.norm_added_q"))?;
        norms(n, format!("{block}.attn.norm_added_k"))?;
        feed(n, &format!("{block}.ff"), dim)?;
        if !last {
            n.linear(format!("{block}.attn.to_add_out"), dim, dim)?;
            feed(n, &format!("{block}.ff_context"), dim)?;
        }
    }
    n.linear("norm_out.linear", dim, 2 * dim)?;
    n.linear("proj_out", dim, patch * patch * out)
}

/// The embedding of time, pooled text and guidance; FLUX has it too.
pub(super) fn condition(n: &mut Needs, pooled: usize, dim: usize, guidance: bool) -> Option<()> {
    let guidance = guidance.then_some(("guidance_embedder", 256));
    for (name, from) in [("timestep_embedder", 256), ("text_embedder", pooled)].into_iter().chain(guidance) {
        n.linear(format!("time_text_embed.{name}.linear_1"), from, dim)?;
        n.linear(format!("time_text_embed.{name}.linear_2"), dim, dim)?;
    }
    Some(())
}

/// The feed-forward part of a block.
pub(super) fn feed(n: &mut Needs, name: &str, dim: usize) -> Option<()> {
    n.linear(format!("{name}.net.0.proj"), dim, 4 * dim)?;
    n.linear(format!("{name}.net.2"), 4 * dim, dim)
}
