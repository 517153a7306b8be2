//! How a model learns, and how it writes.

use candle_core::{Device, Result, Tensor, Var};
use candle_nn::{AdamW, Optimizer, ParamsAdamW, loss::cross_entropy};
use rand_chacha::ChaCha8Rng;

use super::super::draw::by_weight;
use super::super::network::number;
use super::model::{Gpt, Part};
use super::text::Batch;

/// The learning rate rises to its full height over so many steps.
const WARM_UP: usize = 20;
/// AdamW's decay of the matrices. LayerNorm has none, as in GPT-2.
const DECAY: f64 = 0.1;

/// A model and the optimiser that moves some of its weights.
pub struct Learner {
    pub model: Gpt,
    /// For the matrices, and for all else.
    optimisers: [AdamW; 2],
    /// Parameters that are moved.
    pub moved: usize,
    steps: usize,
}

impl Learner {
    /// Moves a copy of the tensors that `moves` names; the others stay as they are and have no gradients.
    fn new(model: &Gpt, moves: impl Fn(Part) -> bool) -> Result<Self> {
        let (mut matrices, mut others, mut moved) = (Vec::new(), Vec::new(), 0);
        let model = model.map(&mut |part, tensor| {
            if !moves(part) {
                return Ok(tensor.detach());
            }
            let var = Var::from_tensor(&tensor.copy()?)?;
            let moving = var.as_tensor().clone();
            moved += tensor.elem_count();
            if part == Part::Matrix {
                matrices.push(var)
            } else {
                others.push(var)
            }
            Ok(moving)
        })?;
        let adam =
            |vars, weight_decay| AdamW::new(vars, ParamsAdamW { beta2: 0.99, weight_decay, ..Default::default() });
        Ok(Self { model, optimisers: [adam(matrices, DECAY)?, adam(others, 0.0)?], moved, steps: 0 })
    }

    /// Moves all weights.
    pub fn all(model: &Gpt) -> Result<Self> {
        Self::new(model, |_| true)
    }

    /// Adds adapters of a rank and moves nothing else.
    pub fn lora(model: &Gpt, rank: usize, rng: &mut ChaCha8Rng) -> Result<Self> {
        Self::new(&model.with_lora(rank, rng)?, |part| part == Part::Adapter)
    }

    /// One step of AdamW down the gradient of the loss of `batch`; the loss before it.
    pub fn learn(&mut self, batch: &Batch, rate: f64) -> Result<f64> {
        self.steps += 1;
        let loss = loss(&self.model, batch)?;
        let gradients = loss.backward()?;
        for optimiser in &mut self.optimisers {
            optimiser.set_learning_rate(rate * (self.steps as f64 / WARM_UP as f64).min(1.0));
            optimiser.step(&gradients)?;
        }
        number(&loss)
    }

    /// What AdamW remembers: two f32 for each parameter that it moves.
    pub fn optimiser_bytes(&self) -> usize {
        2 * size_of::<f32>() * self.moved
    }
}

/// The mean of `-log` of the probability that the model gives to the next letter, in nats.
pub fn loss(model: &Gpt, batch: &Batch) -> Result<Tensor> {
    cross_entropy(&model.forward(&batch.ids, batch.rows)?, &Tensor::new(batch.next.as_slice(), &Device::Cpu)?)
}

/// A model that writes, some letters at a time, with the weights that it had when it began.
pub struct Writer {
    model: Gpt,
    /// The step of training that its weights are of.
    pub step: u64,
    pub written: Vec<u32>,
    rng: ChaCha8Rng,
}

impl Writer {
    pub fn new(model: &Gpt, step: u64, prompt: &[u32], rng: ChaCha8Rng) -> Result<Self> {
        Ok(Self { model: model.frozen()?, step, written: prompt.to_vec(), rng })
    }

    /// Writes the next letter. A temperature of 0 takes the likeliest.
    pub fn write(&mut self, temperature: f64) -> Result<()> {
        let from = self.written.len().saturating_sub(self.model.sizes().context);
        let logits = self.model.forward(&self.written[from..], 1)?;
        let last = logits.get(logits.dim(0)?.saturating_sub(1))?.to_vec1::<f32>()?;
        self.written.push(choose(&last, temperature, &mut self.rng));
        Ok(())
    }
}

/// Draws a token from logits.
pub fn choose(logits: &[f32], temperature: f64, rng: &mut ChaCha8Rng) -> u32 {
    let (likeliest, most) =
        logits.iter().enumerate().fold((0, f32::MIN), |best, (i, x)| if *x > best.1 { (i, *x) } else { best });
    let weights: Vec<f64> = logits.iter().map(|x| (f64::from(x - most) / temperature.max(1e-3)).exp()).collect();
    by_weight(&weights, weights.iter().sum(), rng).unwrap_or(likeliest) as u32
}
