//! Model files from outside: what they are, told from their headers alone, and how their tensors are found.
//!
//! Nothing here believes a file: headers are bounded by the file's own size before memory is taken, pickles are read
//! as data and never executed. The catalog's doctor and the engine's loaders both look here.

mod component;
pub mod family;
pub mod file;
pub mod gguf;
pub mod header;
pub mod layout;
pub mod memory;
pub mod pickle;
pub mod plain;
pub mod safetensors;
pub mod scale;
pub mod shards;

pub use component::{component, weights_of};
pub use header::{Arranged, Container, Deflated, Dtype, Entry, Header};
