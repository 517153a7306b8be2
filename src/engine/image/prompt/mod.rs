//! From a prompt as people write it, `(word:1.2)`, `[word]`, `BREAK`, to tokens with weights in chunks.
//!
//! ```text
//! prompt -> syntax::without -> attention::parse -> parts with weights -> chunks (ClipTokens) -> encoder -> emphasise
//!        -> PieceTokens (T5, Qwen: no weights)     -> encoder
//! ```

pub mod attention;
mod built_in;
mod byte_letters;
pub mod chunks;
mod clip_tokens;
mod pieces;
pub mod syntax;
mod unigram;
mod vocabulary;

pub use attention::{PromptPart, parse};
pub use chunks::{Chunk, chunks};
pub use clip_tokens::{ClipTokens, Pad};
pub use pieces::PieceTokens;
