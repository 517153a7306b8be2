//! Pictures: from a prompt and a seed to pixels, step by step.
//!
//! ```text
//! prompt -> sticker::Words -> ids -> sticker::Net (predicts the clean picture) <- noise (seeded, CPU)
//!                                        ^  |
//!                             x_t, t     |  v   clean picture of each step -> pixels -> Preview
//!                                     sampler (Euler, Heun, midpoint)  -> pixels -> Picture
//! ```
//! [`ImagePipeline`] is what the engine's thread runs; [`sticker`] is the family of models it knows (one of them is
//! inside this program), [`sampler`] follows the flow and knows nothing of networks.

pub mod diffusion;
pub mod grid;
pub mod nets;
pub mod noise;
pub mod pixels;
pub mod prompt;
pub mod sampler;
pub mod sampling;
pub mod sticker;
#[doc(hidden)]
pub mod testing;
pub mod weights;

mod pipeline;
mod shelf;

pub use grid::grid;
pub use pipeline::ImagePipeline;
