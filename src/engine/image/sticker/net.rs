//! The flow network: noisy RGBA picture + time + words -> predicted clean picture. `train/net.py` is the same
//! in Python, name by name; `tests/pictures/parity.rs` compares both.
//!
//! Shapes for the model inside this program: B = batch, pictures `[B, 64, 64, 4]`, convolutions on 16x16 cells of 128
//! channels, a transformer of width 256 on L words followed by 8x8 patches. Channels last throughout. All f32.

use std::collections::HashMap;
use std::f64::consts::LN_10;

use candle_core::{D, DType, Device, Result, Tensor, bail};
use candle_nn::ops::{rms_norm, softmax_last_dim};
use candle_nn::rotary_emb::rope;

use super::config::Config;
use super::depthwise::Depthwise;
use super::fused::bias_silu;
use super::unfold::Conv3x3;

const EPS: f32 = 1e-6;

/// Takes tensors by name out of what was read.
struct Store(HashMap<String, Tensor>);

impl Store {
    fn take(&mut self, name: &str) -> Result<Tensor> {
        match self.0.remove(name) {
            Some(tensor) => Ok(tensor),
            None => bail!("the tensor {name} is missing"),
        }
    }

    fn linear(&mut self, name: &str) -> Result<Linear> {
        Ok(Linear { bias: Some(self.take(&format!("{name}.bias"))?), ..self.matrix(name)? })
    }

    fn matrix(&mut self, name: &str) -> Result<Linear> {
        Ok(Linear { weight: self.take(&format!("{name}.weight"))?.t()?, bias: None })
    }
}

/// `y = x W + b` over the last dimension.
struct Linear {
    /// `[in, out]`
    weight: Tensor,
    bias: Option<Tensor>,
}

impl Linear {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = self.product(x)?;
        match &self.bias {
            Some(bias) => y.broadcast_add(bias),
            None => Ok(y),
        }
    }

    fn forward_silu(&self, x: &Tensor) -> Result<Tensor> {
        let y = self.product(x)?;
        match &self.bias {
            Some(bias) => bias_silu(&y, bias),
            None => y.silu(),
        }
    }

    fn product(&self, x: &Tensor) -> Result<Tensor> {
        let (inner, outer) = self.weight.dims2()?;
        let mut shape = x.dims().to_vec();
        let rows = x.elem_count() / inner;
        let y = x.reshape((rows, inner))?.matmul(&self.weight)?;
        if let Some(last) = shape.last_mut() {
            *last = outer;
        }
        y.reshape(shape)
    }
}

/// Root-mean-square norm over the last dimension, without weights, then `* (1 + scale) + shift`; `scale` and `shift`
/// broadcast over everything between batch and channels.
fn norm_modulated(x: &Tensor, ones: &Tensor, shift: &Tensor, scale: &Tensor) -> Result<Tensor> {
    rms_norm(x, ones, EPS)?.broadcast_mul(&(scale + 1.0)?)?.broadcast_add(shift)
}

/// `[B, H, W, C]` -> `[B, H/p, W/p, p*p*C]`; inside a cell the order is (row, column, channel).
fn space_to_depth(x: &Tensor, p: usize) -> Result<Tensor> {
    let (b, h, w, c) = x.dims4()?;
    x.reshape(&[b, h / p, p, w / p, p, c])?.permute(vec![0, 1, 3, 2, 4, 5])?.reshape((b, h / p, w / p, p * p * c))
}

/// The inverse: `[B, H, W, p*p*C]` -> `[B, H*p, W*p, C]`.
fn depth_to_space(x: &Tensor, p: usize) -> Result<Tensor> {
    let (b, h, w, c) = x.dims4()?;
    let c = c / (p * p);
    x.reshape(&[b, h, w, p, p, c])?.permute(vec![0, 1, 3, 2, 4, 5])?.reshape((b, h * p, w * p, c))
}

/// `x + gate * W2 silu(W1 (rms(depthwise(x)) * (1 + scale) + shift))` on `[B, H, W, C]`.
pub struct ConvBlock {
    depth: Depthwise,
    up: Linear,
    down: Linear,
    modulation: Tensor,
    ones: Tensor,
}

impl ConvBlock {
    fn new(store: &mut Store, name: &str) -> Result<Self> {
        let depth =
            Depthwise::new(&store.take(&format!("{name}.depth.weight"))?, &store.take(&format!("{name}.depth.bias"))?)?;
        let down = store.linear(&format!("{name}.down"))?;
        let channels = down.weight.dim(1)?;
        Ok(Self {
            depth,
            up: store.linear(&format!("{name}.up"))?,
            modulation: store.take(&format!("{name}.mod"))?,
            ones: Tensor::ones(channels, DType::F32, down.weight.device())?,
            down,
        })
    }

    /// `shared` `[B, 3C]`: the modulation that all convolution blocks share.
    pub fn forward(&self, x: &Tensor, shared: &Tensor) -> Result<Tensor> {
        let m = shared.broadcast_add(&self.modulation)?.unsqueeze(1)?.unsqueeze(1)?.chunk(3, D::Minus1)?;
        let y = norm_modulated(&self.depth.forward(x)?, &self.ones, &m[0], &m[1])?;
        let y = self.down.forward(&self.up.forward_silu(&y)?)?;
        x + y.broadcast_mul(&m[2])?
    }
}

/// A transformer block on `[B, S, W]`, S = words, then patches row by row.
pub struct Block {
    heads: usize,
    qkv: Linear,
    proj: Linear,
    /// Scaled by `1 / sqrt(head dim)`, so that attention need not.
    q_norm: Tensor,
    k_norm: Tensor,
    gate_up: Linear,
    down: Linear,
    modulation: Tensor,
    ones: Tensor,
}

impl Block {
    fn new(store: &mut Store, name: &str, config: &Config) -> Result<Self> {
        let q_norm = store.take(&format!("{name}.q_norm"))?;
        let ones = Tensor::ones(config.width, DType::F32, q_norm.device())?;
        Ok(Self {
            heads: config.heads,
            qkv: store.matrix(&format!("{name}.qkv"))?,
            proj: store.matrix(&format!("{name}.proj"))?,
            q_norm: (q_norm / (config.head_dim() as f64).sqrt())?,
            k_norm: store.take(&format!("{name}.k_norm"))?,
            gate_up: store.matrix(&format!("{name}.gate_up"))?,
            down: store.matrix(&format!("{name}.down"))?,
            modulation: store.take(&format!("{name}.mod"))?,
            ones,
        })
    }

    /// `shared` `[B, 6W]`: the modulation that all transformer blocks share.
    pub fn forward(&self, x: &Tensor, shared: &Tensor, text: &Text) -> Result<Tensor> {
        // Shift, scale, gate of the attention; shift, scale, gate of the feed-forward part; each [B, 1, W].
        let m = shared.broadcast_add(&self.modulation)?.unsqueeze(1)?.chunk(6, D::Minus1)?;
        let y = self.attention(&norm_modulated(x, &self.ones, &m[0], &m[1])?, text)?;
        let x = (x + y.broadcast_mul(&m[2])?)?;
        let y = self.gate_up.forward(&norm_modulated(&x, &self.ones, &m[3], &m[4])?)?.chunk(2, D::Minus1)?;
        let y = self.down.forward(&(y[0].silu()? * &y[1])?)?;
        x + y.broadcast_mul(&m[5])?
    }

    fn attention(&self, x: &Tensor, text: &Text) -> Result<Tensor> {
        let (b, s, w) = x.dims3()?;
        let qkv = self.qkv.forward(x)?.reshape((b, s, 3, self.heads, w / self.heads))?;
        let qkv = qkv.permute((2, 0, 3, 1, 4))?.contiguous()?; // [3, B, heads, S, head dim]
        let q = rope(&rms_norm(&qkv.get(0)?, &self.q_norm, EPS)?, &text.cos, &text.sin)?;
        let k = rope(&rms_norm(&qkv.get(1)?, &self.k_norm, EPS)?, &text.cos, &text.sin)?;
        let mut scores = q.matmul(&k.t()?)?;
        if let Some(mask) = &text.mask {
            scores = scores.broadcast_add(mask)?;
        }
        let y = softmax_last_dim(&scores)?.matmul(&qkv.get(2)?)?;
        self.proj.forward(&y.transpose(1, 2)?.reshape((b, s, w))?)
    }
}

/// Everything that follows from the words alone: made once a picture, used in each step.
pub struct Text {
    /// `[B, L, W]`; where a prompt has fewer than L words the rest is 0 and masked.
    words: Tensor,
    /// `text2(silu(text1(mean of the words)))`, `[B, W]`.
    pooled: Tensor,
    /// The sum of the words as a rough picture, on the cells `[B, 16, 16, C]`.
    pub rough: Tensor,
    /// Rotation of each place of the sequence `[L + patches, head dim / 2]`; words are not rotated.
    cos: Tensor,
    sin: Tensor,
    /// `[B, 1, 1, L + patches]`: 0, or minus infinity at padding. Absent where nothing is padded.
    mask: Option<Tensor>,
}

impl Text {
    /// How many prompts.
    pub fn batch(&self) -> Result<usize> {
        self.words.dim(0)
    }
}

/// What steers the blocks in one step.
pub struct Condition {
    /// `[B, W]`
    pub cond: Tensor,
    /// `[B, 6W]`
    pub blocks: Tensor,
    /// `[B, 3C]`
    pub convs: Tensor,
}

pub struct Net {
    config: Config,
    device: Device,
    /// Frequencies of the time's sinusoids `[1, time_freqs]`.
    freqs: Tensor,
    time1: Linear,
    time2: Linear,
    text1: Linear,
    text2: Linear,
    blocks_mod: Linear,
    convs_mod: Linear,
    sketch: Linear,
    sketch_in: Linear,
    embed: Linear,
    pub conv_in: Vec<ConvBlock>,
    merge: Linear,
    pos: Tensor,
    cos: Tensor,
    sin: Tensor,
    pub blocks: Vec<Block>,
    unmerge: Linear,
    pub conv_out: Vec<ConvBlock>,
    pixels: Linear,
    fine1: Conv3x3,
    fine2: Conv3x3,
    ones_width: Tensor,
    ones_conv: Tensor,
}

impl Net {
    /// `tensors`: all of [`Config::tensors`] but the word table, f32 on one device, shapes already checked.
    pub fn new(config: &Config, tensors: HashMap<String, Tensor>, device: &Device) -> Result<Self> {
        let mut store = Store(tensors);
        let store = &mut store;
        // In f32, in this order, as PyTorch does: at t = 1 the angles reach 1000, where a rounding shows.
        let freq = |j: usize| f64::from(-(4.0 * LN_10) as f32 * j as f32 / config.time_freqs as f32).exp() as f32;
        let freqs: Vec<f32> = (0..config.time_freqs).map(freq).collect();
        Ok(Self {
            freqs: Tensor::from_vec(freqs, (1, config.time_freqs), device)?,
            time1: store.linear("time1")?,
            time2: store.linear("time2")?,
            text1: store.linear("text1")?,
            text2: store.linear("text2")?,
            blocks_mod: store.linear("mod")?,
            convs_mod: store.linear("conv_mod")?,
            sketch: store.linear("sketch")?,
            sketch_in: store.linear("sketch_in")?,
            embed: store.linear("embed")?,
            conv_in: conv_blocks(store, "conv_in", config.conv_in)?,
            merge: store.linear("merge")?,
            pos: store.take("pos")?,
            cos: store.take("rope.cos")?,
            sin: store.take("rope.sin")?,
            blocks: (0..config.blocks)
                .map(|i| Block::new(store, &format!("blocks.{i}"), config))
                .collect::<Result<_>>()?,
            unmerge: store.linear("unmerge")?,
            conv_out: conv_blocks(store, "conv_out", config.conv_out)?,
            pixels: store.linear("pixels")?,
            fine1: Conv3x3::new(&store.take("fine1.weight")?, &store.take("fine1.bias")?)?,
            fine2: Conv3x3::new(&store.take("fine2.weight")?, &store.take("fine2.bias")?)?,
            ones_width: Tensor::ones(config.width, DType::F32, device)?,
            ones_conv: Tensor::ones(config.conv, DType::F32, device)?,
            config: config.clone(),
            device: device.clone(),
        })
    }

    pub fn device(&self) -> &Device {
        &self.device
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    /// `prompts`: the word vectors `[L, W]` of each, L of its own (at least 1).
    pub fn text(&self, prompts: &[Tensor]) -> Result<Text> {
        let lengths = prompts.iter().map(|p| p.dim(0)).collect::<Result<Vec<_>>>()?;
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let patches = self.config.patches();
        let padded = prompts.iter().zip(&lengths).map(|(p, len)| p.pad_with_zeros(0, 0, longest - len));
        let words = Tensor::stack(&padded.collect::<Result<Vec<_>>>()?, 0)?;
        let means = prompts.iter().map(|p| p.mean(0)).collect::<Result<Vec<_>>>()?;
        let pooled = self.text2.forward(&self.text1.forward_silu(&Tensor::stack(&means, 0)?)?)?;
        let sums = prompts.iter().map(|p| p.sum(0)).collect::<Result<Vec<_>>>()?;
        let cells = self.config.cells();
        let rough = self.sketch.forward(&Tensor::stack(&sums, 0)?)?;
        let rough = self.sketch_in.forward(&rough.reshape((prompts.len(), cells, cells, self.config.sketch))?)?;
        let mask = if lengths.iter().all(|&len| len == longest) {
            None
        } else {
            let hidden =
                |len: usize, place: usize| if place >= len && place < longest { f32::NEG_INFINITY } else { 0.0 };
            let mask: Vec<f32> =
                lengths.iter().flat_map(|&len| (0..longest + patches).map(move |place| hidden(len, place))).collect();
            Some(Tensor::from_vec(mask, (prompts.len(), 1, 1, longest + patches), &self.device)?)
        };
        let still = Tensor::ones((longest, self.cos.dim(1)?), DType::F32, &self.device)?;
        let cos = Tensor::cat(&[&still, &self.cos], 0)?;
        let sin = Tensor::cat(&[&still.zeros_like()?, &self.sin], 0)?;
        Ok(Text { words, pooled, rough, cos, sin, mask })
    }

    /// `[1, W]`: sinusoids of `1000 t` (cosines, then sines), linear, silu, linear.
    pub fn time(&self, t: f32) -> Result<Tensor> {
        let angles = (&self.freqs * f64::from(1000.0 * t))?;
        let waves = Tensor::cat(&[angles.cos()?, angles.sin()?], 1)?;
        self.time2.forward(&self.time1.forward_silu(&waves)?)
    }

    /// The conditioning of a step at time `t` (0..1).
    pub fn condition(&self, t: f32, text: &Text) -> Result<Condition> {
        let cond = text.pooled.broadcast_add(&self.time(t)?)?.silu()?;
        Ok(Condition { blocks: self.blocks_mod.forward(&cond)?, convs: self.convs_mod.forward(&cond)?, cond })
    }

    /// `[B, H, W, 4]` -> the cells before the first block `[B, 16, 16, C]`: the noisy picture and the words' rough one.
    pub fn embed(&self, x: &Tensor, text: &Text) -> Result<Tensor> {
        self.embed.forward(&space_to_depth(x, self.config.patch)?)? + &text.rough
    }

    /// Cells -> the transformer's sequence `[B, L + 64, W]`: words first.
    pub fn sequence(&self, cells: &Tensor, text: &Text) -> Result<Tensor> {
        let (b, patches) = (cells.dim(0)?, self.config.patches());
        let h = self.merge.forward(&space_to_depth(cells, 2)?)?.reshape((b, patches, self.config.width))?;
        Tensor::cat(&[&text.words, &h.broadcast_add(&self.pos)?], 1)
    }

    /// The sequence's patches -> cells again, `skip` added.
    pub fn cells(&self, sequence: &Tensor, skip: &Tensor) -> Result<Tensor> {
        let (b, s, w) = sequence.dims3()?;
        let (patches, grid) = (self.config.patches(), self.config.grid);
        let h = rms_norm(&sequence.narrow(1, s - patches, patches)?.contiguous()?, &self.ones_width, EPS)?;
        depth_to_space(&self.unmerge.forward(&h.reshape((b, grid, grid, w))?)?, 2)? + skip
    }

    /// Cells and the noisy picture -> the clean picture `[B, H, W, 4]`.
    pub fn refine(&self, cells: &Tensor, x: &Tensor) -> Result<Tensor> {
        let h = self.pixels.forward(&rms_norm(cells, &self.ones_conv, EPS)?)?;
        let h = Tensor::cat(&[&depth_to_space(&h, self.config.patch)?, x], 3)?;
        self.fine2.forward(&self.fine1.forward_silu(&h)?)
    }

    /// `x` `[B, H, W, 4]` at time `t` (0..1) -> the clean picture predicted, same shape.
    pub fn forward(&self, x: &Tensor, t: f32, text: &Text) -> Result<Tensor> {
        let condition = self.condition(t, text)?;
        let mut h = self.embed(x, text)?;
        for block in &self.conv_in {
            h = block.forward(&h, &condition.convs)?;
        }
        let mut s = self.sequence(&h, text)?;
        for block in &self.blocks {
            s = block.forward(&s, &condition.blocks, text)?;
        }
        h = self.cells(&s, &h)?;
        for block in &self.conv_out {
            h = block.forward(&h, &condition.convs)?;
        }
        self.refine(&h, x)
    }
}

fn conv_blocks(store: &mut Store, name: &str, count: usize) -> Result<Vec<ConvBlock>> {
    (0..count).map(|i| ConvBlock::new(store, &format!("{name}.{i}"))).collect()
}
