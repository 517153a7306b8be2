//! The arguments of `aigc-studio image`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::numbers::Numbers;
use crate::domain::ImageParam;

#[derive(Args)]
pub struct ImageArgs {
    /// The prompt. `-` reads it from stdin, and so does a pipe without a prompt.
    pub(super) prompt: Option<String>,
    /// Only decode the latents in this .latent file (from a failed decode, or ComfyUI's) with the model's VAE.
    #[arg(long, value_name = "FILE")]
    pub(super) decode: Option<PathBuf>,
    /// Where to write it; the ending chooses PNG, JPEG, WebP, SVG (a vector drawing) or, for scenes of the built-in
    /// model, ORA (OpenRaster, with layers). With --count a number is added before the ending.
    /// - is stdout.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// What should not be in the picture.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(super) negative: Option<String>,
    /// A model's id, or the path of its folder or file.
    #[arg(long, value_name = "ID|PATH")]
    pub model: Option<String>,
    /// A file with a missing part of the model (a text encoder, a VAE), or a replacement for one; repeatable.
    #[arg(long, value_name = "FILE")]
    pub(super) with: Vec<PathBuf>,
    /// A VAE to use instead of the model's own: a file, or a diffusers folder.
    #[arg(long, value_name = "PATH")]
    pub(super) vae: Option<PathBuf>,
    /// A diffusers folder with the configurations, tokenizers and scheduler for a single-file model.
    #[arg(long, value_name = "FOLDER")]
    pub(super) config: Option<PathBuf>,
    /// A tiny decoder (TAESD) for the previews.
    #[arg(long, value_name = "FILE")]
    pub(super) taesd: Option<PathBuf>,
    /// The precision of the weights: auto (half precision where that is faster), f32, f16, bf16.
    #[arg(long, value_name = "NAME")]
    pub(super) precision: Option<String>,
    #[command(flatten)]
    pub(super) numbers: Numbers<ImageParam>,
    /// The same seed and settings give the same picture; random by default.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(super) seed: Option<i128>,
    /// Width and height in pixels, as 64x64.
    #[arg(long, value_name = "WxH")]
    pub(super) size: Option<String>,
    /// Euler, Heun or DPM2; and for Stable Diffusion: Euler a, DPM++ 2M, DPM++ 2M SDE, DPM++ SDE, DDIM, PLMS, UniPC,
    /// LCM. By default the one that the model's files name.
    #[arg(long, value_name = "NAME")]
    pub(super) sampler: Option<String>,
    /// How the noise is spread over the steps: automatic, normal, karras, exponential, sgm_uniform, simple, beta.
    #[arg(long, value_name = "NAME")]
    pub(super) schedule: Option<String>,
    /// The random generator of the noise: native (this program's), or torch (PyTorch's on the CPU, as in diffusers and
    /// A1111).
    #[arg(long, value_name = "NAME")]
    pub(super) rng: Option<String>,
    /// Which thing the built-in model draws for a word of the prompt, as "cat=tiger face"; repeatable.
    #[arg(long, value_name = "WORD=THING")]
    pub(super) thing: Vec<String>,
    /// The arrangement of the built-in model's layers, as in the settings of a picture under "Layers":
    /// "cat.1: x=0.3 y=0.5 side=0.4 flip colour=blue seed=7; box.1: hide; order: box.1, cat.1".
    #[arg(long, value_name = "TEXT")]
    pub(super) arrange: Option<String>,
    /// Also write each layer of the built-in model's scene as a PNG into this folder.
    #[arg(long, value_name = "DIR")]
    pub(super) layers: Option<PathBuf>,
    /// With --out: also save to the library folder.
    #[arg(long)]
    pub(super) library: bool,
    /// Write a preview of each step into this folder.
    #[arg(long, value_name = "DIR")]
    pub(super) previews: Option<PathBuf>,
    /// Print one JSON object at the end on stdout, and nothing else there.
    #[arg(long)]
    pub(super) json: bool,
}
