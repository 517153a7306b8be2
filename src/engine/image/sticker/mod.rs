//! The family of small flow models that draw stickers. One of them, [`crate::domain::STICKER_ID`], is inside this
//! program; others of the same layout come from a folder. How it was made is in `models/sticker-64/`.
//!
//! ```text
//! prompt -> WordTokenizer -> ids -> Net (predicts the clean picture) <- noise (seeded, CPU)
//!                                       ^  |
//!                            x_t, t     |  v   clean picture of each step -> pixels -> preview
//!                                    sampler (Euler, Heun, midpoint)      -> pixels -> Picture
//! ```
//! [`Drawing`] draws a sticker of the prompt as the network does; [`Scene`] draws each of its things so, large and in
//! its place. [`sampler`] follows the flow and knows nothing of networks.

mod attempt;
mod by_hand;
mod bytes;
mod config;
mod crisp;
mod depthwise;
mod drawing;
mod foreign;
mod fused;
mod grid;
pub mod judge;
mod kept;
mod net;
mod pixels;
pub mod sampler;
mod scene;
#[doc(hidden)]
pub mod testing;
mod unfold;
mod weights;
mod words;

use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;

use candle_core::{Device, Tensor};
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::sampling::guidance::is_on;
use crate::domain::ModelFiles;
use crate::engine::threads;
use crate::engine::{CancelToken, Stop};
use bytes::WordTable;
use sampler::Field;

pub use config::Config;
pub use crisp::Crisp;
pub use drawing::Drawing;
pub use foreign::{FAMILY, is_ours};
pub use grid::grid;
pub use net::{Block, Condition, ConvBlock, Net, Text};
pub use scene::Scene;
pub use weights::{CONFIG, Files, VOCAB, WEIGHTS};
pub use words::{Encoded, NULL, SPECIAL, WordTokenizer};

/// Finds and checks a model's files; nothing large is in memory yet.
pub fn open(files: &ModelFiles) -> crate::error::Result<Files> {
    match files {
        ModelFiles::Embedded => Files::embedded(),
        ModelFiles::Folder(folder) => {
            foreign::check_folder(folder)?;
            Files::folder(folder)
        }
        // Our own weights, chosen by the file: the folder around it has the rest.
        ModelFiles::File(path) if foreign::is_ours(path) => Files::folder(path.parent().unwrap_or(Path::new("."))),
        ModelFiles::File(path) => Err(foreign::explain(path)),
        ModelFiles::Checkpoint(files) => Err(foreign::explain(&files.main)),
    }
}

/// Sides of the square pictures of a network that draws `own`: the embedded one's drawings come eight times as large too.
pub fn sides(own: usize, embedded: bool) -> Vec<u32> {
    let large = embedded.then_some(own * crisp::TIMES);
    large.into_iter().chain([own]).map(|side| side as u32).collect()
}

/// A model in memory.
pub struct Sticker {
    pub net: Net,
    pub words: WordTokenizer,
    /// Of the embedded model, whose things are known by name; others draw at their own size only.
    crisp: Option<Crisp>,
    kept: kept::Kept,
    table: WordTable,
    /// `None` for the embedded model, whose hash is taken when it is first asked for.
    sha256: Option<String>,
    /// `None` on a GPU.
    threads: Option<ThreadPool>,
}

impl Sticker {
    /// Reads what [`open`] has checked. `progress` gets the fraction read.
    pub fn load(
        mut files: Files,
        embedded: bool,
        device: &Device,
        token: &CancelToken,
        progress: &mut dyn FnMut(f32),
    ) -> std::result::Result<Self, Stop> {
        let sha256 = if embedded { None } else { Some(files.sha256(token)?) };
        let mut tensors: HashMap<String, Tensor> = files.load(device, token, progress)?;
        let table = WordTable::of(&mut tensors)?;
        let net = Net::new(&files.config, tensors, device)?;
        let threads = if device.is_cpu() { Some(threads()?) } else { None };
        let crisp = embedded.then(|| Crisp::load(device)).transpose()?;
        Ok(Self { net, words: files.words, crisp, kept: Default::default(), table, sha256, threads })
    }

    /// SHA-256 of the weights file, lower-case hex.
    pub fn sha256(&self) -> &str {
        static EMBEDDED: OnceLock<String> = OnceLock::new();
        match &self.sha256 {
            Some(hash) => hash,
            None => EMBEDDED.get_or_init(weights::embedded_sha256),
        }
    }

    /// Sides of the square pictures that it makes, the usual one first: scenes, and stickers as the network draws them.
    pub fn sides(&self) -> Vec<u32> {
        sides(self.net.config().size, self.crisp.is_some())
    }

    /// What the network drew, eight times as wide.
    fn enlarge(&self, x: &[f32]) -> std::result::Result<Vec<f32>, Stop> {
        let Some(crisp) = &self.crisp else { return Err(crate::error::Cause::EngineGone.into()) };
        let (side, device) = (self.net.config().size, self.net.device());
        Ok(match &self.threads {
            Some(threads) => threads.install(|| crisp.enlarge(x, side, device))?,
            None => crisp.enlarge(x, side, device)?,
        })
    }

    /// The vectors `[L, W]` of `ids`, f32 on the network's device.
    pub fn vectors(&self, ids: &[u32]) -> candle_core::Result<Tensor> {
        self.table.vectors(ids)?.to_device(self.net.device())
    }

    /// Prepares the words of a picture. Where guidance is off the negative prompt has no say and is left out.
    pub fn guided(&self, prompt: &Encoded, negative: &Encoded, guidance: f32) -> candle_core::Result<Guided<'_>> {
        let mut prompts = vec![self.vectors(&prompt.ids)?];
        if is_on(guidance.into()) {
            prompts.push(self.vectors(&negative.ids)?);
        }
        let texts = match &self.threads {
            Some(_) => prompts.iter().map(|p| self.net.text(std::slice::from_ref(p))).collect::<Result<_, _>>()?,
            None => vec![self.net.text(&prompts)?],
        };
        Ok(Guided { sticker: self, texts, guidance })
    }
}

/// Threads of the picture engine's own: candle's operators inside stay on them, so that a picture and a language model
/// share the processor by the system's fair hand and not by one waiting in the other's queue.
fn threads() -> crate::error::Result<ThreadPool> {
    let builder = ThreadPoolBuilder::new().num_threads(candle_core::utils::get_num_threads());
    builder
        .thread_name(|i| format!("picture-{i}"))
        .start_handler(|_| threads::computes())
        .build()
        .map_err(crate::error::StudioError::thread)
}

/// Classifier-free guidance (Ho and Salimans 2022) as a field to follow:
/// `hat = clamp(uncond + guidance * (cond - uncond), -1, 1)`.
///
/// On a GPU both halves are one batch, the shorter prompt padded. On the CPU each half has a thread of its own and no
/// padding: they meet once a step, where a batch would split, and wait for, each of some two hundred operators.
pub struct Guided<'a> {
    sticker: &'a Sticker,
    /// With the prompt, then without.
    texts: Vec<Text>,
    guidance: f32,
}

impl Guided<'_> {
    /// The network's predictions, one after another.
    fn guesses(&self, x: &[f32], t: f64) -> candle_core::Result<Vec<f32>> {
        let net = &self.sticker.net;
        let (side, channels) = (net.config().size, net.config().channels);
        let x = Tensor::from_slice(x, (1, side, side, channels), net.device())?;
        let guess = |text: &Text| {
            let x = x.repeat((text.batch()?, 1, 1, 1))?;
            net.forward(&x, t as f32, text)?.flatten_all()?.to_vec1::<f32>()
        };
        match (&self.sticker.threads, self.texts.as_slice()) {
            (Some(threads), [cond, uncond]) => {
                let (cond, uncond) = threads.join(|| guess(cond), || guess(uncond));
                Ok([cond?, uncond?].concat())
            }
            (Some(threads), [cond]) => threads.install(|| guess(cond)),
            (_, texts) => Ok(texts.iter().map(guess).collect::<candle_core::Result<Vec<_>>>()?.concat()),
        }
    }
}

impl Field for Guided<'_> {
    fn foresee(&mut self, x: &[f32], t: f64) -> std::result::Result<Vec<f32>, Stop> {
        let guesses = self.guesses(x, t)?;
        // NaN and infinity must stay what they are, for the sampler to see them: a clamp would hide infinity.
        let limit = |v: f32| if v.is_finite() { v.clamp(-1.0, 1.0) } else { v };
        let (cond, uncond) = guesses.split_at(x.len());
        if uncond.is_empty() {
            return Ok(cond.iter().map(|&v| limit(v)).collect());
        }
        Ok(cond.iter().zip(uncond).map(|(c, u)| limit(u + self.guidance * (c - u))).collect())
    }
}
