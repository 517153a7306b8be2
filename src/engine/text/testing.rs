//! Tiny GGUF models for tests: real files that run in milliseconds, and files that are wrong in one chosen way.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;

pub use super::vocabulary::Vocabulary;
use crate::domain::{
    Event, EventKind, JobId, KvType, ModelFiles, ModelRef, Outcome, TextParams, TextPrompt, TextRequest, TextStats,
};
use crate::engine::{Backend, CancelToken, Reporter, Stop};
use crate::error::StudioError;
use crate::formats::gguf::Gguf;

/// A chat template in the manner of SmolLM2's.
pub const TEMPLATE: &str = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + \
                            message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}\
                            {{ '<|im_start|>assistant\n' }}{% endif %}";

/// A metadata value in the file.
#[derive(Clone, Debug)]
pub enum Meta {
    U32(u32),
    U64(u64),
    F32(f32),
    Bool(bool),
    Text(String),
    Texts(Vec<String>),
    I32s(Vec<i32>),
    F32s(Vec<f32>),
    /// A `gguf_metadata_value_type`, and the bytes of the value.
    Raw(u32, Vec<u8>),
}

/// A tensor in the file: `shape` as GGUF writes it, fastest dimension first.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub name: String,
    pub shape: Vec<u64>,
    /// `ggml_type` number.
    pub kind: u32,
    pub data: Vec<u8>,
}

/// A GGUF file in the making. All parts can be changed before it is written.
#[derive(Clone, Debug)]
pub struct GgufFile {
    pub metadata: Vec<(String, Meta)>,
    pub tensors: Vec<Tensor>,
    /// What the header claims; `None` is the truth.
    pub tensor_count: Option<u64>,
}

/// Sizes of [`GgufFile::tiny_llama`].
const WIDTH: usize = 32;
const HIDDEN: usize = 64;
const HEADS: usize = 4;
const KV_HEADS: usize = 2;
const LAYERS: usize = 2;
/// Tokens of its vocabulary: 256 bytes, some merges, four special ones.
const VOCABULARY: usize = 300;

/// Writes a random llama of 2 layers to `path`: 300 tokens, a context of 512, a chat template. It writes random
/// printable characters, always the same ones for the same seed and prompt.
pub fn tiny_gguf(path: &Path) -> io::Result<()> {
    GgufFile::tiny_llama().write(path)
}

impl GgufFile {
    /// The file that [`tiny_gguf`] writes.
    pub fn tiny_llama() -> Self {
        let (tokens, kinds, merges) = vocabulary();
        let text = |s: &str| Meta::Text(s.to_owned());
        let metadata = [
            ("general.architecture", text("llama")),
            ("general.name", text("Tiny")),
            ("general.file_type", Meta::U32(0)),
            ("llama.block_count", Meta::U32(LAYERS as u32)),
            ("llama.context_length", Meta::U32(512)),
            ("llama.embedding_length", Meta::U32(WIDTH as u32)),
            ("llama.feed_forward_length", Meta::U32(HIDDEN as u32)),
            ("llama.attention.head_count", Meta::U32(HEADS as u32)),
            ("llama.attention.head_count_kv", Meta::U32(KV_HEADS as u32)),
            ("llama.attention.layer_norm_rms_epsilon", Meta::F32(1e-5)),
            ("llama.rope.dimension_count", Meta::U32((WIDTH / HEADS) as u32)),
            ("llama.rope.freq_base", Meta::F32(10_000.0)),
            ("tokenizer.ggml.model", text("gpt2")),
            ("tokenizer.ggml.pre", text("smollm")),
            ("tokenizer.ggml.tokens", Meta::Texts(tokens)),
            ("tokenizer.ggml.token_type", Meta::I32s(kinds)),
            ("tokenizer.ggml.merges", Meta::Texts(merges)),
            ("tokenizer.ggml.bos_token_id", Meta::U32(297)),
            ("tokenizer.ggml.eos_token_id", Meta::U32(298)),
            ("tokenizer.ggml.add_bos_token", Meta::Bool(false)),
            ("tokenizer.ggml.add_space_prefix", Meta::Bool(false)),
            ("tokenizer.chat_template", text(TEMPLATE)),
        ];
        let metadata = metadata.map(|(key, value)| (key.to_owned(), value)).to_vec();
        let mut random = ChaCha12Rng::seed_from_u64(20_261_124);
        let mut tensors = Vec::new();
        let mut matrix = |name: &str, columns: usize, rows: usize| {
            let scale = (3.0 / columns as f32).sqrt();
            let all = (0..columns * rows).map(|_| random.random_range(-scale..scale)).collect();
            tensors.push(Tensor::f32(name, &[columns, rows], all));
        };
        matrix("token_embd.weight", WIDTH, VOCABULARY);
        matrix("output.weight", WIDTH, VOCABULARY);
        let kv = WIDTH / HEADS * KV_HEADS;
        for layer in 0..LAYERS {
            for (name, columns, rows) in [
                ("attn_q", WIDTH, WIDTH),
                ("attn_k", WIDTH, kv),
                ("attn_v", WIDTH, kv),
                ("attn_output", WIDTH, WIDTH),
                ("ffn_gate", WIDTH, HIDDEN),
                ("ffn_up", WIDTH, HIDDEN),
                ("ffn_down", HIDDEN, WIDTH),
            ] {
                matrix(&format!("blk.{layer}.{name}.weight"), columns, rows);
            }
        }
        for layer in 0..LAYERS {
            for name in ["attn_norm", "ffn_norm"] {
                tensors.push(Tensor::f32(&format!("blk.{layer}.{name}.weight"), &[WIDTH], vec![1.0; WIDTH]));
            }
        }
        tensors.push(Tensor::f32("output_norm.weight", &[WIDTH], vec![2.0; WIDTH]));
        let mut file = Self { metadata, tensors, tensor_count: None };
        // Only printable characters can be likelier than the rest: their logits alone are not 0.
        let head = file.tensor("output.weight");
        for token in (0..VOCABULARY).filter(|&t| !(32..127).contains(&t)) {
            head.data[token * WIDTH * 4..(token + 1) * WIDTH * 4].fill(0);
        }
        file
    }

    /// Sets or adds a metadata entry.
    pub fn set(&mut self, key: &str, value: Meta) -> &mut Self {
        self.remove(key);
        self.metadata.push((key.to_owned(), value));
        self
    }

    /// Takes a metadata entry out.
    pub fn remove(&mut self, key: &str) -> &mut Self {
        self.metadata.retain(|(k, _)| k != key);
        self
    }

    /// The tensor of that name, which must be there.
    pub fn tensor(&mut self, name: &str) -> &mut Tensor {
        self.tensors.iter_mut().find(|t| t.name == name).expect("the test names a tensor of the tiny model")
    }

    /// The file's bytes, GGUF version 3.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = b"GGUF\x03\0\0\0".to_vec();
        out.extend(self.tensor_count.unwrap_or(self.tensors.len() as u64).to_le_bytes());
        out.extend((self.metadata.len() as u64).to_le_bytes());
        for (key, value) in &self.metadata {
            put_text(&mut out, key);
            value.put(&mut out);
        }
        let mut offset = 0;
        for tensor in &self.tensors {
            put_text(&mut out, &tensor.name);
            out.extend((tensor.shape.len() as u32).to_le_bytes());
            tensor.shape.iter().for_each(|d| out.extend(d.to_le_bytes()));
            out.extend(tensor.kind.to_le_bytes());
            out.extend((offset as u64).to_le_bytes());
            offset += tensor.data.len().next_multiple_of(32);
        }
        for tensor in &self.tensors {
            out.resize(out.len().next_multiple_of(32), 0);
            out.extend(&tensor.data);
        }
        out
    }

    /// The same model in two files, cut before the tensor `at`, as llama.cpp's `gguf-split` cuts them.
    pub fn split(&self, at: usize) -> [Self; 2] {
        let place = |no: u16| {
            let numbers = [("split.no", no), ("split.count", 2)];
            let numbers = numbers.map(|(key, n)| (key.to_owned(), Meta::Raw(2, n.to_le_bytes().to_vec())));
            let all = Meta::Raw(5, (self.tensors.len() as i32).to_le_bytes().to_vec());
            numbers.into_iter().chain([("split.tensors.count".to_owned(), all)])
        };
        let (first, second) = self.tensors.split_at(at);
        let part = |metadata, tensors: &[Tensor]| Self { metadata, tensors: tensors.to_vec(), tensor_count: None };
        [part(self.metadata.iter().cloned().chain(place(0)).collect(), first), part(place(1).collect(), second)]
    }

    pub fn write(&self, path: &Path) -> io::Result<()> {
        std::fs::write(path, self.bytes())
    }
}

impl Tensor {
    /// Weights as they are.
    pub fn f32(name: &str, shape: &[usize], all: Vec<f32>) -> Self {
        let shape = shape.iter().map(|&d| d as u64).collect();
        Self { name: name.to_owned(), shape, kind: 0, data: all.into_iter().flat_map(f32::to_le_bytes).collect() }
    }
}

impl Meta {
    fn put(&self, out: &mut Vec<u8>) {
        let kind = |out: &mut Vec<u8>, n: u32| out.extend(n.to_le_bytes());
        let array = |out: &mut Vec<u8>, n: u32, len: usize| {
            kind(out, 9);
            kind(out, n);
            out.extend((len as u64).to_le_bytes());
        };
        match self {
            Self::U32(n) => {
                kind(out, 4);
                out.extend(n.to_le_bytes());
            }
            Self::U64(n) => {
                kind(out, 10);
                out.extend(n.to_le_bytes());
            }
            Self::F32(x) => {
                kind(out, 6);
                out.extend(x.to_le_bytes());
            }
            Self::Bool(b) => {
                kind(out, 7);
                out.push(u8::from(*b));
            }
            Self::Text(text) => {
                kind(out, 8);
                put_text(out, text);
            }
            Self::Texts(all) => {
                array(out, 8, all.len());
                all.iter().for_each(|text| put_text(out, text));
            }
            Self::I32s(all) => {
                array(out, 5, all.len());
                all.iter().for_each(|n| out.extend(n.to_le_bytes()));
            }
            Self::F32s(all) => {
                array(out, 6, all.len());
                all.iter().for_each(|x| out.extend(x.to_le_bytes()));
            }
            Self::Raw(n, bytes) => {
                kind(out, *n);
                out.extend(bytes);
            }
        }
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

/// Tokens by id, their types, and the merges: bytes 0 to 255, 40 common pairs, `<|endoftext|>`, `<|im_start|>`
/// (297), `<|im_end|>` (298) and a user-defined `<think>`.
fn vocabulary() -> (Vec<String>, Vec<i32>, Vec<String>) {
    let mut tokens: Vec<String> = super::tokenizer::alphabet().map(String::from).to_vec();
    let mut merges = Vec::new();
    for pair in "Ġt he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne ea"
        .split(' ')
    {
        let cut = pair.char_indices().nth(1).map_or(0, |(at, _)| at);
        merges.push(format!("{} {}", &pair[..cut], &pair[cut..]));
        tokens.push(pair.to_owned());
    }
    let mut kinds = vec![1; tokens.len()];
    for (text, kind) in [("<|endoftext|>", 3), ("<|im_start|>", 3), ("<|im_end|>", 3), ("<think>", 4)] {
        tokens.push(text.to_owned());
        kinds.push(kind);
    }
    debug_assert_eq!(tokens.len(), VOCABULARY);
    (tokens, kinds, merges)
}

/// What a template makes of a conversation.
pub fn render(template: &str, bos: &str, eos: &str, chat: &super::Chat) -> crate::error::Result<String> {
    super::template::ChatTemplate::new(template, bos, eos).render_chat(chat)
}

/// A request for `prompt` from the file at `path`.
pub fn request(path: &Path, prompt: TextPrompt, params: TextParams, seed: u64) -> TextRequest {
    let model = ModelRef { id: "test".to_owned(), files: ModelFiles::File(path.to_owned()), sha256: None };
    TextRequest { params, model, draft: None, prompt, seed }
}

/// The same with the file at `draft` as the draft model.
pub fn request_with_draft(path: &Path, draft: &Path, prompt: TextPrompt, params: TextParams, seed: u64) -> TextRequest {
    let draft = ModelRef { id: "draft".to_owned(), files: ModelFiles::File(draft.to_owned()), sha256: None };
    TextRequest { draft: Some(draft), ..request(path, prompt, params, seed) }
}

/// Runs one job; `each` sees every event as soon as it is sent.
pub fn run(
    backend: &mut dyn Backend<Task = TextRequest>,
    request: &TextRequest,
    token: &CancelToken,
    each: impl FnMut(&EventKind) + Send + 'static,
) -> std::result::Result<TextStats, Stop> {
    let (sender, events) = crossbeam_channel::bounded(1024);
    let each = Mutex::new(each);
    let wake = move || {
        while let Ok(event) = events.try_recv() {
            let event: Event = event;
            (each.lock().unwrap_or_else(PoisonError::into_inner))(&event.kind);
        }
    };
    let reporter = Reporter::new(JobId(1), sender, Arc::new(wake));
    match backend.run(request, &reporter, token)? {
        Outcome::Text(stats) => Ok(stats),
        other => Err(StudioError::inner(format!("not text: {other:?}")).into()),
    }
}

/// The logits after each of `tokens` from the one at `from` on, as the file's network gives them; with `exact` without
/// the rounding that packed weights bring.
pub fn logits(path: &Path, tokens: &[u32], from: usize, exact: bool) -> std::result::Result<Vec<Vec<f32>>, Stop> {
    let gguf = Gguf::open(path)?;
    let mut model = if exact {
        super::models::load_exact(&gguf)?
    } else {
        super::models::load(&gguf, &candle_core::Device::Cpu, &CancelToken::new(), &mut |_| {})?
    };
    model.set_context(tokens.len(), KvType::F32)?;
    let mut all = vec![model.forward(&tokens[..=from], 0)?];
    for at in from + 1..tokens.len() {
        all.push(model.forward(&tokens[at..=at], at)?);
    }
    Ok(all)
}
