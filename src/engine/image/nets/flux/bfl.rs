//! FLUX in the layout of its authors' files, which is that of the GGUF files too: their names, joined matrices, and
//! sizes read off the shapes.

use std::path::Path;
use std::sync::Arc;

use candle_core::{DType, Device};

use super::config::FluxConfig;
use crate::engine::image::nets::gguf::{Gguf, Names, Place};
use crate::engine::image::nets::weights::Weights;
use crate::error::{Cause, Result};

/// Opens a GGUF file of the authors' layout or of diffusers' names. `config` comes from a `config.json` beside it;
/// without one the sizes are read off an authors' file. `dtype` is what the network computes in.
///
/// # Errors
/// What [`Gguf::open`] refuses; a file that is no FLUX; one that needs a configuration and has none.
pub fn open_gguf(
    path: &Path,
    config: Option<FluxConfig>,
    device: &Device,
    dtype: DType,
) -> Result<(FluxConfig, Weights)> {
    let file = Gguf::open(path, device, dtype)?;
    let bad = |reason: &str| Cause::BadModelFile { path: path.to_owned(), reason: reason.to_owned() };
    if file.shape("img_in.weight").is_none() {
        if file.shape("x_embedder.weight").is_none() {
            return Err(bad("it holds no FLUX transformer").into());
        }
        let config = config.ok_or_else(|| bad("a FLUX transformer of these names needs its config.json"))?;
        return Ok((config, Arc::new(file).into()));
    }
    let config = match config {
        Some(config) => config,
        None => sizes(&file).ok_or_else(|| bad("its tensors do not have the shapes of FLUX"))?,
    };
    let names = names(&config);
    Ok((config, Arc::new(file.with_names(names)).into()))
}

/// The sizes that the shapes of an authors' file tell.
fn sizes(file: &Gguf) -> Option<FluxConfig> {
    let side = |name: &str, i: usize| file.shape(name)?.get(i).copied();
    let count = |name: &str, last: &str| {
        let mut n = 0;
        while file.shape(&format!("{name}.{n}.{last}")).is_some() {
            n += 1;
        }
        n
    };
    let (layers, single_layers) =
        (count("double_blocks", "img_attn.qkv.weight"), count("single_blocks", "linear1.weight"));
    let head_dim = side("double_blocks.0.img_attn.norm.query_norm.scale", 0)
        .or_else(|| side("single_blocks.0.norm.query_norm.scale", 0))?;
    let (dim, in_channels) = (side("img_in.weight", 0)?, side("img_in.weight", 1)?);
    // How a head is shared among the coordinates leaves no trace in the shapes: there is one published way.
    let axes_dims_rope = vec![16, 56, 56];
    if head_dim != 128 || !dim.is_multiple_of(head_dim) {
        return None;
    }
    Some(FluxConfig {
        patch_size: 1,
        in_channels,
        out_channels: side("final_layer.linear.weight", 0)?,
        layers,
        single_layers,
        heads: dim / head_dim,
        head_dim,
        joint_attention_dim: side("txt_in.weight", 1)?,
        pooled_projection_dim: side("vector_in.in_layer.weight", 1)?,
        guidance_embeds: file.shape("guidance_in.in_layer.weight").is_some(),
        axes_dims_rope,
    })
}

/// From diffusers' names to the authors' (diffusers' `convert_flux_transformer_checkpoint_to_diffusers`, the other way).
pub fn names(config: &FluxConfig) -> Names {
    let dim = config.dim();
    Box::new(move |name| place(name, dim))
}

fn place(name: &str, dim: usize) -> Option<Place> {
    let (module, kind) = name.rsplit_once('.')?;
    let part = |i: usize| i * dim..(i + 1) * dim;
    let of = |name: String, rows| Some(Place { name: format!("{name}.{kind}"), rows });
    let all = |name: &str| of(name.to_owned(), vec![]);
    match module {
        "x_embedder" => return all("img_in"),
        "context_embedder" => return all("txt_in"),
        "proj_out" => return all("final_layer.linear"),
        // Theirs shifts first, diffusers' scales first.
        "norm_out.linear" => return of("final_layer.adaLN_modulation.1".to_owned(), vec![part(1), part(0)]),
        _ => {}
    }
    if let Some(embedder) = module.strip_prefix("time_text_embed.") {
        let (which, layer) = embedder.split_once('.')?;
        let which = match which {
            "timestep_embedder" => "time_in",
            "guidance_embedder" => "guidance_in",
            "text_embedder" => "vector_in",
            _ => return None,
        };
        let layer = match layer {
            "linear_1" => "in_layer",
            "linear_2" => "out_layer",
            _ => return None,
        };
        return all(&format!("{which}.{layer}"));
    }
    // A norm's only vector is its `scale`.
    let scale = |name: String| Some(Place { name: format!("{name}.scale"), rows: vec![] });
    if let Some(rest) = module.strip_prefix("transformer_blocks.") {
        let (i, layer) = rest.split_once('.')?;
        let at = |name: &str| format!("double_blocks.{i}.{name}");
        return match layer {
            "norm1.linear" => all(&at("img_mod.lin")),
            "norm1_context.linear" => all(&at("txt_mod.lin")),
            "attn.to_q" => of(at("img_attn.qkv"), vec![part(0)]),
            "attn.to_k" => of(at("img_attn.qkv"), vec![part(1)]),
            "attn.to_v" => of(at("img_attn.qkv"), vec![part(2)]),
            "attn.add_q_proj" => of(at("txt_attn.qkv"), vec![part(0)]),
            "attn.add_k_proj" => of(at("txt_attn.qkv"), vec![part(1)]),
            "attn.add_v_proj" => of(at("txt_attn.qkv"), vec![part(2)]),
            "attn.norm_q" => scale(at("img_attn.norm.query_norm")),
            "attn.norm_k" => scale(at("img_attn.norm.key_norm")),
            "attn.norm_added_q" => scale(at("txt_attn.norm.query_norm")),
            "attn.norm_added_k" => scale(at("txt_attn.norm.key_norm")),
            "attn.to_out.0" => all(&at("img_attn.proj")),
            "attn.to_add_out" => all(&at("txt_attn.proj")),
            "ff.net.0.proj" => all(&at("img_mlp.0")),
            "ff.net.2" => all(&at("img_mlp.2")),
            "ff_context.net.0.proj" => all(&at("txt_mlp.0")),
            "ff_context.net.2" => all(&at("txt_mlp.2")),
            _ => None,
        };
    }
    let (i, layer) = module.strip_prefix("single_transformer_blocks.")?.split_once('.')?;
    let at = |name: &str| format!("single_blocks.{i}.{name}");
    match layer {
        "norm.linear" => all(&at("modulation.lin")),
        "attn.to_q" => of(at("linear1"), vec![part(0)]),
        "attn.to_k" => of(at("linear1"), vec![part(1)]),
        "attn.to_v" => of(at("linear1"), vec![part(2)]),
        "proj_mlp" => of(at("linear1"), std::iter::once(3 * dim..7 * dim).collect()),
        "attn.norm_q" => scale(at("norm.query_norm")),
        "attn.norm_k" => scale(at("norm.key_norm")),
        "proj_out" => all(&at("linear2")),
        _ => None,
    }
}
