//! Language models: one decoder ([`decoder`]) whose variants follow from a file's header and weights ([`config`],
//! [`inventory`]). A new architecture is a line in [`config::traits`], and what it does otherwise.

mod attention;
mod config;
mod convolution;
mod decoder;
mod feed;
mod inventory;
mod linear;
mod weights;

use candle_core::Device;

use crate::domain::KvType;
use crate::engine::{CancelToken, Stop};
use crate::error::Result;
use crate::formats::gguf::Gguf;
use crate::lang::Both;
use config::Config;
use decoder::Decoder;

/// A network that reads tokens and predicts the next one. It keeps a KV cache of the tokens that it has read, by
/// position.
pub trait LanguageModel: Send {
    /// Makes room for `tokens` tokens, kept in the type `kv`, and forgets what was read.
    fn set_context(&mut self, tokens: usize, kv: KvType) -> candle_core::Result<()>;

    /// Reads `tokens` at `position..`; what was read at and after `position` before is forgotten.
    fn prefill(&mut self, tokens: &[u32], position: usize) -> candle_core::Result<()>;

    /// As [`prefill`](Self::prefill), and returns the logits of the next token, `[vocabulary]`.
    fn forward(&mut self, tokens: &[u32], position: usize) -> candle_core::Result<Vec<f32>>;

    /// As [`forward`](Self::forward), for the last `rows` tokens, each with what comes after it.
    fn forward_last(&mut self, tokens: &[u32], position: usize, rows: usize) -> candle_core::Result<Vec<Vec<f32>>>;
}

/// A model's sizes that decide what running it needs, from its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimensions {
    /// Tokens of context it was trained for.
    pub context_length: usize,
    /// Tokens of its vocabulary.
    pub vocabulary: usize,
    pub layers: usize,
    /// Values in the KV cache per token of context.
    pub numbers_per_token: u64,
}

impl Dimensions {
    /// Bytes in the KV cache per token of context.
    pub fn bytes_per_token(&self, kv: KvType) -> u64 {
        // Q8_0: a byte each, and a scale of four for 32.
        match kv {
            KvType::F32 => self.numbers_per_token * 4,
            KvType::F16 => self.numbers_per_token * 2,
            KvType::Q8_0 => self.numbers_per_token * 9 / 8,
        }
    }
}

/// Refuses an architecture that cannot be run.
pub fn check_architecture(name: &str) -> Result<()> {
    config::traits(name).map(drop).ok_or_else(|| config::unsupported(Both::same(name)))
}

/// Checks that the header describes a network that can be built: every weight there, in its shape, and none left
/// over that would change the result.
pub fn dimensions(gguf: &Gguf) -> Result<Dimensions> {
    let config = Config::from_gguf(gguf)?;
    inventory::check(gguf, &config)?;
    Ok(config.dimensions())
}

/// Reads the weights. `progress` gets the fraction that has been read, 0 to 1.
pub fn load(
    gguf: &Gguf,
    device: &Device,
    token: &CancelToken,
    progress: &mut dyn FnMut(f32),
) -> std::result::Result<Box<dyn LanguageModel>, Stop> {
    build(gguf, weights::Weights::open(gguf, device, token, progress)?)
}

/// As [`load`] on the CPU, with every matrix dequantised to f32: the network without rounding of activations. For
/// tests.
pub fn load_exact(gguf: &Gguf) -> std::result::Result<Box<dyn LanguageModel>, Stop> {
    let (token, mut progress) = (CancelToken::new(), |_| {});
    build(gguf, weights::Weights::open(gguf, &Device::Cpu, &token, &mut progress)?.exact())
}

fn build(gguf: &Gguf, mut weights: weights::Weights) -> std::result::Result<Box<dyn LanguageModel>, Stop> {
    let config = Config::from_gguf(gguf)?;
    inventory::check(gguf, &config)?;
    Ok(Box::new(Decoder::load(config, &mut weights)?))
}
