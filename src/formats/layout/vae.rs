//! The autoencoder: LDM's names, and what shapes tell.

use serde_json::{Value, json};

use super::names::{Cut, Names, Place, Tensors, replace_start};
use super::needs::{Keys, Needs};
use crate::formats::Header;

const ATTENTION: [(&str, &str); 5] =
    [("norm", "group_norm"), ("q", "to_q"), ("k", "to_k"), ("v", "to_v"), ("proj_out", "to_out.0")];

pub fn names(tensors: &Tensors) -> Names {
    // The decoder's levels are counted from the picture in LDM, from the latents in diffusers.
    let level = |name: &str| name.strip_prefix("decoder.up.")?.split('.').next()?.parse::<usize>().ok();
    let levels = tensors.keys().filter_map(|name| level(name)).max().map_or(0, |n| n + 1);
    tensors.keys().filter_map(|name| place(name, levels)).collect()
}

fn place(name: &str, levels: usize) -> Option<(String, Place)> {
    let whole = |new: String| Some((new, Place::whole(name)));
    let Some((half, rest)) = name.split_once('.').filter(|(half, _)| matches!(*half, "encoder" | "decoder")) else {
        return replace_start(name, &[("quant_conv", "quant_conv"), ("post_quant_conv", "post_quant_conv")])
            .and_then(whole);
    };
    if let Some(new) =
        replace_start(rest, &[("conv_in", "conv_in"), ("conv_out", "conv_out"), ("norm_out", "conv_norm_out")])
    {
        return whole(format!("{half}.{new}"));
    }
    if let Some(rest) = rest.strip_prefix("mid.") {
        if let Some(rest) = rest.strip_prefix("attn_1.") {
            let new = replace_start(rest, &ATTENTION)?;
            let cut = if name.ends_with(".weight") && !rest.starts_with("norm") { Cut::Matrix } else { Cut::Whole };
            return Some((format!("{half}.mid_block.attentions.0.{new}"), Place { name: name.to_owned(), cut }));
        }
        let new = replace_start(rest, &[("block_1", "resnets.0"), ("block_2", "resnets.1")])?;
        return whole(format!("{half}.mid_block.{}", shortcut(&new)));
    }
    let (way, level, rest) = match (rest.strip_prefix("down."), rest.strip_prefix("up.")) {
        (Some(rest), _) => {
            let (level, rest) = rest.split_once('.')?;
            ("down", level.parse::<usize>().ok()?, rest)
        }
        (_, Some(rest)) => {
            let (level, rest) = rest.split_once('.')?;
            ("up", levels.checked_sub(1 + level.parse::<usize>().ok()?)?, rest)
        }
        _ => return None,
    };
    let new =
        replace_start(rest, &[("block", "resnets"), ("downsample", "downsamplers.0"), ("upsample", "upsamplers.0")])?;
    whole(format!("{half}.{way}_blocks.{level}.{}", shortcut(&new)))
}

fn shortcut(name: &str) -> String {
    name.replace("nin_shortcut", "conv_shortcut")
}

/// How latents are scaled is not in the shapes: it follows from the denoiser ([`crate::formats::family`]).
pub fn config(h: &Header) -> Option<Value> {
    let levels = h.count("decoder.up_blocks.");
    let channels: Vec<usize> =
        (0..levels).rev().map(|i| h.channels(&format!("decoder.up_blocks.{i}.resnets."))).collect::<Option<_>>()?;
    Some(json!({
        "in_channels": h.side("encoder.conv_in.weight", 1).unwrap_or(3),
        "out_channels": h.agreed("", &[
            ("decoder.conv_out.weight", 0), ("decoder.conv_out.bias", 0), ("encoder.conv_in.weight", 1),
        ])?,
        "latent_channels": h.agreed("", &[
            ("decoder.conv_in.weight", 1), ("post_quant_conv.weight", 0), ("post_quant_conv.bias", 0),
        ])?,
        "layers_per_block": h.count("decoder.up_blocks.0.resnets.").checked_sub(1)?,
        "block_out_channels": channels,
        "down_block_types": vec!["DownEncoderBlock2D"; levels],
        "up_block_types": vec!["UpDecoderBlock2D"; levels],
        "mid_block_add_attention": h.any_below("decoder.mid_block.attentions."),
        "use_quant_conv": h.any_below("quant_conv."),
        "use_post_quant_conv": h.any_below("post_quant_conv."),
    }))
}

/// What the decoder reads: drawing from a prompt needs no encoder.
pub(super) fn needs(c: Keys, n: &mut Needs) -> Option<()> {
    let channels = c.list("block_out_channels", &[64])?;
    let (first, last) = (*channels.first()?, *channels.last()?);
    let latents = c.size("latent_channels", 4)?;
    if c.flag("use_post_quant_conv", true)? {
        n.conv("post_quant_conv", latents, latents, 1)?;
    }
    n.conv("decoder.conv_in", latents, last, 3)?;
    n.resnet("decoder.mid_block.resnets.0", last, last, None)?;
    if c.flag("mid_block_add_attention", true)? {
        let at = "decoder.mid_block.attentions.0";
        n.norm(format!("{at}.group_norm"), last)?;
        for (new, old) in [("to_q", "query"), ("to_k", "key"), ("to_v", "value"), ("to_out.0", "proj_attn")] {
            let before = n.has(&format!("{at}.{old}.weight")) && !n.has(&format!("{at}.{new}.weight"));
            let name = format!("{at}.{}", if before { old } else { new });
            // Some files keep them as the 1x1 convolutions that they were in the first code.
            if n.is(&format!("{name}.weight"), &[last, last, 1, 1]) {
                n.conv(name, last, last, 1)?;
            } else {
                n.linear(name, last, last)?;
            }
        }
    }
    n.resnet("decoder.mid_block.resnets.1", last, last, None)?;
    let layers = c.size("layers_per_block", 1)?;
    for (i, out) in channels.iter().rev().copied().enumerate() {
        let before = channels[channels.len() - i.max(1)];
        for j in 0..=layers {
            let from = if j == 0 { before } else { out };
            n.resnet(&format!("decoder.up_blocks.{i}.resnets.{j}"), from, out, None)?;
        }
        if i + 1 < channels.len() {
            n.conv(format!("decoder.up_blocks.{i}.upsamplers.0.conv"), out, out, 3)?;
        }
    }
    n.norm("decoder.conv_norm_out", first)?;
    n.conv("decoder.conv_out", first, c.size("out_channels", 3)?, 3)
}
