//! Architectures of language models, one file each. A new one is a file with a `Config::from_gguf` that checks the
//! header and a `load`, and a line in [`plan`], [`load`] and [`SUPPORTED`].

mod attention;
mod blocks;
mod linear;
mod llama;
mod weights;

use candle_core::Device;

use crate::engine::{CancelToken, Stop};
use crate::error::{Cause, Result};
use crate::formats::gguf::Gguf;

/// `general.architecture` of the files that can be run.
pub const SUPPORTED: &str = "llama";

/// A network that reads tokens and foresees the next one. It remembers the tokens that it has read, by position.
pub trait LanguageModel: Send {
    /// Makes room for `tokens` tokens and forgets what was read.
    fn set_context(&mut self, tokens: usize) -> candle_core::Result<()>;

    /// Reads `tokens` at `position..`; what was read at and after `position` before is forgotten.
    fn prefill(&mut self, tokens: &[u32], position: usize) -> candle_core::Result<()>;

    /// As [`prefill`](Self::prefill), and gives the logits of the token that comes after the last one: one for each
    /// token of the vocabulary.
    fn forward(&mut self, tokens: &[u32], position: usize) -> candle_core::Result<Vec<f32>>;
}

/// What running a model takes, as known from its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Tokens of context it was trained for.
    pub context_length: usize,
    /// Tokens of its vocabulary.
    pub vocabulary: usize,
    pub layers: usize,
    /// Memory for each token of context, in bytes.
    pub bytes_per_token: u64,
}

/// Refuses an architecture that is not in [`SUPPORTED`].
pub fn check_architecture(name: &str) -> Result<()> {
    match name {
        "llama" => Ok(()),
        other => Err(unsupported(other)),
    }
}

fn unsupported(found: &str) -> crate::error::StudioError {
    Cause::UnsupportedArchitecture { found: found.to_owned(), supported: SUPPORTED.to_owned() }.into()
}

/// Checks that the header describes a network that can be built: every weight there, in its shape, and none left
/// over that would change the result.
pub fn plan(gguf: &Gguf) -> Result<Plan> {
    match gguf.architecture()? {
        "llama" => Ok(llama::Config::from_gguf(gguf)?.plan()),
        other => Err(unsupported(other)),
    }
}

/// Reads the weights. `progress` is told the fraction that has been read, 0 to 1.
pub fn load(
    gguf: &Gguf,
    device: &Device,
    token: &CancelToken,
    progress: &mut dyn FnMut(f32),
) -> std::result::Result<Box<dyn LanguageModel>, Stop> {
    build(gguf, weights::Weights::open(gguf, device, token, progress)?)
}

/// As [`load`] on the CPU, with every matrix unpacked to f32: what the network computes without rounding. For tests.
pub fn load_exact(gguf: &Gguf) -> std::result::Result<Box<dyn LanguageModel>, Stop> {
    let (token, mut progress) = (CancelToken::new(), |_| {});
    build(gguf, weights::Weights::open(gguf, &Device::Cpu, &token, &mut progress)?.exact())
}

fn build(gguf: &Gguf, mut weights: weights::Weights) -> std::result::Result<Box<dyn LanguageModel>, Stop> {
    match gguf.architecture()? {
        "llama" => Ok(Box::new(llama::Llama::load(llama::Config::from_gguf(gguf)?, &mut weights)?)),
        other => Err(unsupported(other).into()),
    }
}
