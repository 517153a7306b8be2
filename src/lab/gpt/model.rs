//! A decoder-only transformer as GPT-2 is built (Radford et al. 2019): learned positions, LayerNorm before each half of a
//! block, causal self-attention, GELU, and an output layer that shares the embedding's weights. Linear layers have no biases, as
//! in newer models. LoRA (Hu et al. 2021) adds
//! a product of two thin matrices to the query and value projections.

use candle_core::{Device, Result, Tensor};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::ops::{causal_softmax, gelu, layer_norm};

/// Width of one attention head.
pub const HEAD: usize = 16;
/// Standard deviation of the weights at the start.
const START: f32 = 0.08;
/// LoRA's alpha: the adapters' product is scaled by this over the rank.
const ALPHA: f64 = 16.0;

/// Sizes of a model.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Letters that it knows.
    pub letters: usize,
    /// Letters that it sees at once.
    pub context: usize,
    pub layers: usize,
    /// Attention heads; the model is [`HEAD`] times as wide.
    pub heads: usize,
}

impl Sizes {
    pub fn width(&self) -> usize {
        self.heads * HEAD
    }
}

/// What a tensor of the model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A weight matrix or an embedding: AdamW decays it.
    Matrix,
    /// Scale or shift of a LayerNorm.
    Vector,
    /// A matrix of LoRA.
    Adapter,
}

/// LayerNorm's scale and shift, `[width]` each.
#[derive(Clone)]
struct Norm {
    scale: Tensor,
    shift: Tensor,
}

/// Adapters of one block: down `[width, rank]` and up `[rank, width]`, for the queries and for the values.
#[derive(Clone)]
struct Lora {
    query: [Tensor; 2],
    value: [Tensor; 2],
    scale: f64,
}

#[derive(Clone)]
struct Block {
    before_attention: Norm,
    /// Queries, keys and values in one: `[width, 3 * width]`.
    qkv: Tensor,
    out: Tensor,
    before_mlp: Norm,
    up: Tensor,
    down: Tensor,
    lora: Option<Lora>,
}

/// The model's weights. A clone shares them; [`Gpt::map`] makes others.
#[derive(Clone)]
pub struct Gpt {
    sizes: Sizes,
    embedding: Tensor,
    positions: Tensor,
    blocks: Vec<Block>,
    last: Norm,
}

fn normal(shape: (usize, usize), deviation: f32, rng: &mut ChaCha8Rng) -> Result<Tensor> {
    let mut draw = || -> f32 { StandardNormal.sample(rng) };
    Tensor::from_vec((0..shape.0 * shape.1).map(|_| deviation * draw()).collect(), shape, &Device::Cpu)
}

fn constant(value: f32, len: usize) -> Result<Tensor> {
    Tensor::full(value, len, &Device::Cpu)
}

impl Norm {
    fn new(width: usize) -> Result<Self> {
        Ok(Self { scale: constant(1.0, width)?, shift: constant(0.0, width)? })
    }

    fn of(&self, x: &Tensor) -> Result<Tensor> {
        layer_norm(x, &self.scale, &self.shift)
    }
}

impl Lora {
    /// The second matrix of each pair starts at zero: nothing changes before the first step.
    fn new(width: usize, rank: usize, rng: &mut ChaCha8Rng) -> Result<Self> {
        let mut pair = || -> Result<[Tensor; 2]> {
            let down = normal((width, rank), (1.0 / width as f32).sqrt(), rng)?;
            Ok([down, Tensor::zeros((rank, width), candle_core::DType::F32, &Device::Cpu)?])
        };
        Ok(Self { query: pair()?, value: pair()?, scale: ALPHA / rank as f64 })
    }

    fn add(&self, to: &Tensor, x: &Tensor, [down, up]: &[Tensor; 2]) -> Result<Tensor> {
        to + (x.matmul(down)?.matmul(up)? * self.scale)?
    }
}

impl Block {
    fn new(sizes: &Sizes, rng: &mut ChaCha8Rng) -> Result<Self> {
        let width = sizes.width();
        // GPT-2 starts the layers that write into the residual stream smaller, the more of them there are.
        let small = START / (2.0 * sizes.layers as f32).sqrt();
        Ok(Self {
            before_attention: Norm::new(width)?,
            qkv: normal((width, 3 * width), START, rng)?,
            out: normal((width, width), small, rng)?,
            before_mlp: Norm::new(width)?,
            up: normal((width, 4 * width), START, rng)?,
            down: normal((4 * width, width), small, rng)?,
            lora: None,
        })
    }

    /// `x` `[rows * len, width]` after the block, and the attention `[rows * heads, len, len]`.
    fn of(&self, x: &Tensor, rows: usize) -> Result<(Tensor, Tensor)> {
        let (all, width) = x.dims2()?;
        let (len, heads) = (all / rows, width / HEAD);
        let normed = self.before_attention.of(x)?;
        let qkv = normed.matmul(&self.qkv)?;
        let [mut q, k, mut v] =
            [qkv.narrow(1, 0, width)?, qkv.narrow(1, width, width)?, qkv.narrow(1, 2 * width, width)?];
        if let Some(lora) = &self.lora {
            q = lora.add(&q, &normed, &lora.query)?;
            v = lora.add(&v, &normed, &lora.value)?;
        }
        let split = |x: Tensor| -> Result<Tensor> {
            x.reshape((rows, len, heads, HEAD))?.transpose(1, 2)?.contiguous()?.reshape((rows * heads, len, HEAD))
        };
        let (q, k, v) = (split(q)?, split(k)?, split(v)?);
        let attention = causal_softmax(&q.matmul(&k.t()?)?, 1.0 / (HEAD as f32).sqrt())?;
        let mixed = attention.matmul(&v)?.reshape((rows, heads, len, HEAD))?.transpose(1, 2)?;
        let x = (x + mixed.reshape((all, width))?.matmul(&self.out)?)?;
        let hidden = gelu(&self.before_mlp.of(&x)?.matmul(&self.up)?)?;
        Ok(((&x + hidden.matmul(&self.down)?)?, attention))
    }
}

impl Gpt {
    /// A model with random weights.
    pub fn new(sizes: Sizes, rng: &mut ChaCha8Rng) -> Result<Self> {
        let (width, context) = (sizes.width(), sizes.context);
        Ok(Self {
            sizes,
            embedding: normal((sizes.letters, width), START, rng)?,
            positions: normal((context, width), START, rng)?,
            blocks: (0..sizes.layers).map(|_| Block::new(&sizes, rng)).collect::<Result<_>>()?,
            last: Norm::new(width)?,
        })
    }

    pub fn sizes(&self) -> &Sizes {
        &self.sizes
    }

    /// The same model with new adapters in each block.
    pub fn with_lora(&self, rank: usize, rng: &mut ChaCha8Rng) -> Result<Self> {
        let mut other = self.clone();
        for block in &mut other.blocks {
            block.lora = Some(Lora::new(self.sizes.width(), rank, rng)?);
        }
        Ok(other)
    }

    /// A model of what `f` makes of each tensor, always in the same order.
    pub fn map(&self, f: &mut impl FnMut(Part, &Tensor) -> Result<Tensor>) -> Result<Self> {
        let mut other = self.clone();
        for (part, tensor) in other.parts() {
            *tensor = f(part, tensor)?;
        }
        Ok(other)
    }

    /// A copy of the weights as they are now, which no optimiser moves.
    pub fn frozen(&self) -> Result<Self> {
        self.map(&mut |_, tensor| Ok(tensor.copy()?.detach()))
    }

    fn parts(&mut self) -> Vec<(Part, &mut Tensor)> {
        let mut parts = vec![(Part::Matrix, &mut self.embedding), (Part::Matrix, &mut self.positions)];
        for block in &mut self.blocks {
            for norm in [&mut block.before_attention, &mut block.before_mlp] {
                parts.extend([(Part::Vector, &mut norm.scale), (Part::Vector, &mut norm.shift)]);
            }
            for layer in [&mut block.qkv, &mut block.out, &mut block.up, &mut block.down] {
                parts.push((Part::Matrix, layer));
            }
            if let Some(lora) = &mut block.lora {
                parts.extend(lora.query.iter_mut().chain(&mut lora.value).map(|tensor| (Part::Adapter, tensor)));
            }
        }
        parts.extend([(Part::Vector, &mut self.last.scale), (Part::Vector, &mut self.last.shift)]);
        parts
    }

    /// Logits `[rows * len, letters]` of the letter after each one. `ids` is `rows` pieces of equal length, of at most
    /// [`Sizes::context`] letters.
    pub fn forward(&self, ids: &[u32], rows: usize) -> Result<Tensor> {
        let mut x = self.embed(ids, rows)?;
        for block in &self.blocks {
            x = block.of(&x, rows)?.0;
        }
        self.last.of(&x)?.matmul(&self.embedding.t()?)
    }

    /// How much each letter of `ids` (a row) looks at each letter (a column), `[len, len]`. None if there is no such layer
    /// or head.
    pub fn attention(&self, ids: &[u32], layer: usize, head: usize) -> Result<Option<Tensor>> {
        let mut x = self.embed(ids, 1)?;
        for (i, block) in self.blocks.iter().enumerate() {
            let (next, attention) = block.of(&x, 1)?;
            if i == layer && head < self.sizes.heads {
                return attention.get(head).map(Some);
            }
            x = next;
        }
        Ok(None)
    }

    fn embed(&self, ids: &[u32], rows: usize) -> Result<Tensor> {
        let (len, width) = (ids.len() / rows, self.sizes.width());
        let letters = self.embedding.index_select(&Tensor::new(ids, &Device::Cpu)?, 0)?;
        let positions = self.positions.narrow(0, 0, len)?;
        letters.reshape((rows, len, width))?.broadcast_add(&positions)?.reshape((rows * len, width))
    }
}
