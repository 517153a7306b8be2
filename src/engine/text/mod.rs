//! Text: a GGUF language model, streamed token by token.
//!
//! ```text
//! TextRequest -> template (turns to a prompt) -> tokenizer -> model: prefill in chunks, then token by token
//!                                                               |
//!                       Token events <- stop texts <- UTF-8 <- chooser: sampler, grammar
//! ```
//! | file | what is in it |
//! |---|---|
//! | `pipeline` | one job from request to figures |
//! | `eliza` | the program of 1966 as a backend |
//! | `loaded` | models in memory, kept between jobs |
//! | `session` | a model and its KV cache |
//! | `speed` | how quickly it reads and writes |
//! | `prompt_encoder` | tokenizer and template, held once for the pipeline and the ledger |
//! | `ledger` | the context budget of a prompt, before it is sent |
//! | `answer` | the loop over tokens |
//! | `draft` | speculative decoding |
//! | `drafts` | which models can draft: those with the same vocabulary |
//! | [`crate::formats::gguf`] | the header, not trusted |
//! | `tokenizer/` | text to tokens and back, equal to llama.cpp's |
//! | `template/` | the model's own chat template, not trusted |
//! | `models/` | architectures, one file each |
//! | `chooser` | the next token, by sampler and grammar |
//! | `sampler/` | from logits to a token |
//! | `grammar/` | answers of a given form: GBNF, JSON Schema |
//! | `loops` | answers that repeat themselves |
//! | `stream` | whole characters, no stop texts |

mod answer;
mod chooser;
mod draft;
mod drafts;
mod eliza;
mod fit;
mod grammar;
mod info;
mod ledger;
mod loaded;
mod loops;
mod models;
mod pipeline;
mod prompt_encoder;
mod sampler;
mod session;
mod speed;
mod stream;
mod template;
mod text_checker;
mod tokenizer;
mod vocabulary;

#[doc(hidden)]
pub mod testing;

pub use drafts::DraftFinder;
pub use eliza::Eliza;
pub use grammar::{Checked, GrammarChecker};
pub use info::{TextModelInfo, describe, inspect};
pub use ledger::{Measured, Measurer, Meter};
pub use loaded::model_path;
pub use pipeline::TextPipeline;
pub use speed::{Course, Runner, Speed};
pub use template::Chat;
pub use text_checker::{TextChecked, TextChecker};
pub use vocabulary::Vocabulary;
