//! A picture and what is kept with it: the settings that made it, its latents, its file in the library.

use std::ops::{Deref, DerefMut};
use std::path::PathBuf;

use super::{ImageParams, Seed};
use crate::lang::Both;

/// Pixels: RGBA, 8 bits, straight alpha, rows from the top, `4 * width * height` bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub rgba: Vec<u8>,
}

/// The settings that made a picture: enough to make it again. They read as parameters of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct PictureRecord {
    /// All parameters of this one picture. The seed is random where the picture names none, or A1111's -1; the model is
    /// the card's id or the file's name.
    pub params: ImageParams,
    /// SHA-256 of the weights, hex; the first ten digits are what A1111 writes.
    pub model_hash: String,
    /// The file of a VAE that replaced the model's own; empty for none.
    pub vae: String,
    /// The sampler's name in the picture, where we do not have that sampler and `sampler` replaces it.
    pub sampler_said: Option<String>,
    /// The program that made it, name and version.
    pub version: String,
    /// What another program's settings say that has no equal here, in words.
    pub notes: Vec<Both>,
}

impl PictureRecord {
    /// The settings of a job for the picture with this seed; the model is not named yet.
    pub fn of(params: &ImageParams, seed: u64) -> Self {
        let seed = Seed::Fixed(seed);
        let params = ImageParams { model: String::new(), count: 1, seed, ..params.clone() };
        let (model_hash, vae, version) = Default::default();
        Self { params, model_hash, vae, sampler_said: None, version, notes: Vec::new() }
    }

    /// The seed; 0 where the picture names none.
    pub fn seed(&self) -> u64 {
        match self.params.seed {
            Seed::Fixed(seed) => seed,
            Seed::Random => 0,
        }
    }
}

impl Default for PictureRecord {
    fn default() -> Self {
        Self::of(&ImageParams::default(), 0)
    }
}

impl Deref for PictureRecord {
    type Target = ImageParams;

    fn deref(&self) -> &ImageParams {
        &self.params
    }
}

impl DerefMut for PictureRecord {
    fn deref_mut(&mut self) -> &mut ImageParams {
        &mut self.params
    }
}

/// Latents that no picture was made of yet, as a VAE takes them (not scaled for the denoiser), with the settings that
/// made them.
#[derive(Clone, Debug, PartialEq)]
pub struct Latents {
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    /// `channels * height * width` values, channels first, rows from the top.
    pub numbers: Vec<f32>,
    pub record: Box<PictureRecord>,
}

/// A file of the library.
#[derive(Clone, Debug, PartialEq)]
pub struct LibraryItem {
    pub path: PathBuf,
    /// Milliseconds since 1970 UTC.
    pub made_ms: i64,
    pub bytes: u64,
    pub width: u32,
    pub height: u32,
    /// `None` where the file has no settings that we can read.
    pub record: Option<Box<PictureRecord>>,
}
