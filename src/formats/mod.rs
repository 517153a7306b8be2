//! Untrusted model files: what they are, by their headers alone, and where their tensors are.
//!
//! Nothing here believes a file: headers are bounded by the file's own size before memory is taken, pickles are read
//! as data and never executed. The catalog's doctor and the engine's loaders both look here.

mod component;
mod dtype;
mod entry;
pub mod family;
pub mod file;
pub mod gguf;
mod header;
pub mod layout;
pub mod memory;
pub mod pickle;
pub mod plain;
mod read;
pub mod safetensors;
mod scale;
pub mod shards;

pub use component::{component, weights_of};
pub use dtype::Dtype;
pub use entry::{Arranged, Deflated, Entry, Scale};
pub use header::{Container, Header};
