//! Pictures: from a prompt and a seed to pixels, step by step.
//!
//! ```text
//! PictureTask -> pipeline -> sticker   (the model inside this program and its kin) ----------------> Picture
//!                        \-> diffusion (checkpoints from outside) -> nets, sampling -> latents -> VAE -> Picture
//! ```
//! [`ImagePipeline`] is what the engine's thread runs; it knows two families of models.
//!
//! | module | holds |
//! |---|---|
//! | [`sticker`] | the flow model that is inside this program: words, network, sampler, scenes, pixels |
//! | [`diffusion`] | models from outside: which parts they have, how they load, draw and decode |
//! | [`nets`] | the networks of those parts: text encoders, denoisers, VAEs |
//! | [`sampling`] | the steps of diffusion and of flows in latents, by the samplers' names |
//! | [`prompt`] | prompts as diffusion models read them: weights, tokens |
//! | [`weights`] | building networks from the tensors of their files |
//! | [`noise`] | a seed's Gaussian noise, for both families |

pub mod diffusion;
pub mod nets;
pub mod noise;
pub mod prompt;
pub mod sampling;
pub mod sticker;
pub mod weights;

mod pipeline;
mod tensor_reader;

pub use pipeline::ImagePipeline;
