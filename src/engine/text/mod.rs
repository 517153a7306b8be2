//! Text: a GGUF language model, streamed token by token.
//!
//! ```text
//! TextRequest -> template (turns to a prompt) -> tokenizer -> model: prefill in chunks, then token by token
//!                                                               |
//!                       Token events <- stop texts <- UTF-8 <- chooser: sampler, grammar
//! ```
//! | file | thought |
//! |---|---|
//! | `pipeline` | one job from request to figures |
//! | `eliza` | the program of 1966 as a backend |
//! | `loaded` | models in memory, kept between jobs |
//! | `session` | a model and what it has read |
//! | `speed` | how quickly it reads and writes |
//! | `prompt_encoder` | tokenizer and template, held once for the pipeline and the ledger |
//! | `ledger` | what a prompt is made of, before it is sent |
//! | `answer` | the loop over tokens |
//! | `draft` | a smaller model that runs ahead |
//! | `drafts` | which models can: those of the same vocabulary |
//! | [`crate::formats::gguf`] | the header, read as if an enemy wrote it |
//! | `tokenizer/` | text to tokens and back, equal to llama.cpp's |
//! | `template/` | the model's own chat template, run as if an enemy wrote it |
//! | `models/` | architectures, one file each |
//! | `chooser` | the next token, by sampler and grammar |
//! | `sampler/` | from logits to a token |
//! | `grammar/` | answers of a given form: GBNF, JSON Schema |
//! | `loops` | answers that go round in circles |
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
pub use vocabulary::Vocabulary;
