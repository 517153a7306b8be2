//! The networks of the picture families, each in a file that can be compared with its paper: text encoders, denoisers,
//! autoencoders. All of them take their weights by the names that diffusers and transformers give them.

pub mod clip;
pub mod flux;
pub mod mmdit;
pub mod options;
pub mod patches;
pub mod preview;
pub mod qwen3;
pub mod sd3;
pub mod t5;
pub mod taesd;
pub mod unet;
pub mod vae;
pub mod weights;
pub mod zimage;

mod resnet;
