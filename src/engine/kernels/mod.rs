//! The thin layer of operators that the networks are written on: convolution, norms, activations, attention.
//! A network file uses the paper's terms; how an operator is optimised is hidden in this room.
//!
//! # One layout
//! Pictures are **channels last**, `[batch, height, width, channels]`, and tokens are `[batch, tokens, channels]`.
//! A 1x1 convolution is then a linear layer, a picture is a row of tokens without a copy, the neighbours of a pixel are
//! contiguous for the 3x3 convolution, and attention's heads are read in place. Only a network's two ends convert the
//! layout ([`channels_last`], [`channels_first`]).
//!
//! # Two ways
//! f32 on the CPU runs the loops in this room: candle's own convolution, attention and norms took over twice torch's
//! time there (they copy each picture value by value, and hold the whole score matrix). Anything else, a GPU or
//! another type, takes candle's operators behind the same functions, with norms and softmax in f32.
//!
//! Weights are packed once for the matmuls ([`dense`]): f32, or bf16 where the processor multiplies it
//! ([`multiplies_bf16`]); activations between the matmuls are f32 either way. 3x3 convolutions of larger pictures use
//! Winograd's algorithm ([`winograd`]).
//!
//! # Cancelling
//! Each operator checks its job's flag ([`job::watch`]) in every block and fails with [`job::Stopped`]: what it has
//! computed of its result until then is dropped.
//!
//! # Language models
//! Their weights stay quantised ([`packed`]), the KV cache is read in place ([`cached`]), and threads spin for the next
//! matmul ([`pool`]): AVX-512 with VNNI or AVX2, chosen at run time.

pub mod activation;
pub mod attention;
pub mod cached;
#[cfg(test)]
mod cancel_tests;
pub mod conv;
mod dense;
mod in_place;
pub mod job;
pub mod linear;
pub mod norm;
pub mod packed;
pub mod picture;
pub mod pool;
mod processor;
pub mod rope;
pub mod threads;
pub mod time;
mod winograd;

pub mod cpu;

pub use activation::{Activation, geglu};
pub use attention::{Attend, attention};
pub use conv::{Conv2d, ConvShape};
pub use in_place::add;
pub use linear::Linear;
pub use norm::{GroupNorm, LayerNorm, RmsNorm};
pub use picture::{channels_first, channels_last, concat, upsample_nearest};
pub use rope::{Pairs, Rope};
pub use time::{Sinusoids, sinusoids};

/// Says aloud that a test could not run here (past the harness, which shows nothing of a test that passes).
#[cfg(test)]
fn skipped(what: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "skipped, for this processor has none: {what}");
}

/// The instruction sets that the kernels use on this processor, for example `AVX2`.
pub fn processor_name() -> &'static str {
    processor::Processor::best().name()
}

/// Whether linear layers and convolutions with weights of bf16 are quick on this processor, and small.
pub fn multiplies_bf16() -> bool {
    dense::WordKind::Bf16.is_there()
}
