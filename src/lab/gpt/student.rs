//! A model in training, with what is known of it.

use candle_core::Result;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::super::Words;
use super::super::network::number;
use super::super::show::Curve;
use super::EVERY;
use super::learn::{Learner, Writer, loss};
use super::text::Batch;

/// How a model is trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Pre-training, from random weights.
    Base,
    /// Fine-tuning of all weights.
    All,
    /// Fine-tuning of adapters alone.
    Lora,
}

/// The choices of the control, as ways of fine-tuning that take turns.
pub const WAYS: [&[Way]; 4] = [&[], &[Way::All], &[Way::Lora], &[Way::All, Way::Lora]];
/// What the control calls them.
pub const WAY_NAMES: [Words; 4] = [
    ("pre-train only", "只预训练"),
    ("fine-tune all weights", "微调全部权重"),
    ("fine-tune with LoRA", "用 LoRA 微调"),
    ("both, side by side", "两种并排"),
];

impl Way {
    pub fn name(self) -> Words {
        match self {
            Self::Base => ("pre-trained", "预训练"),
            Self::All => ("all weights", "全部权重"),
            Self::Lora => ("LoRA", "LoRA"),
        }
    }
}

/// Letters that are written in each step, and in a sample.
const AT_ONCE: usize = 4;
const SAMPLE: usize = 160;

/// A model in training.
pub struct Student {
    pub way: Way,
    pub learner: Learner,
    /// The loss of each batch.
    pub seen: Curve,
    /// The losses of the held-back parts of both texts.
    pub held: [Curve; 2],
    /// The latest of them.
    pub losses: [f64; 2],
    /// What the untrained model wrote.
    pub first: Option<Vec<u32>>,
    last: Option<(u64, Vec<u32>)>,
    writer: Writer,
    steps: u64,
}

impl Student {
    pub fn new(way: Way, learner: Learner, prompt: &[u32], seed: u64) -> Result<Self> {
        let held: [Words; 2] = match way {
            Way::Base => [("held-back text", "留出的文本"), ("second text", "第二份文本")],
            Way::All => [
                ("all weights, first text", "全部权重，第一份文本"),
                ("all weights, second text", "全部权重，第二份文本"),
            ],
            Way::Lora => [("LoRA, first text", "LoRA，第一份文本"), ("LoRA, second text", "LoRA，第二份文本")],
        };
        Ok(Self {
            writer: writer(&learner, 0, prompt, seed)?,
            way,
            learner,
            seen: Curve::new(("seen text", "学过的文本")),
            held: held.map(Curve::new),
            losses: [f64::NAN; 2],
            first: None,
            last: None,
            steps: 0,
        })
    }

    /// One step of training; the loss before it.
    pub fn step(&mut self, batch: &Batch, tests: &[Batch; 2], rate: f64) -> Result<f64> {
        // The two texts are tested at different steps, so that no step is long.
        for (i, test) in tests.iter().enumerate() {
            if self.steps % EVERY == i as u64 * EVERY / 2 {
                self.losses[i] = number(&loss(&self.learner.model, test)?)?;
            }
            self.held[i].push(self.losses[i]);
        }
        let seen = self.learner.learn(batch, rate)?;
        self.seen.push(seen);
        self.steps += 1;
        Ok(seen)
    }

    /// Takes both losses now.
    pub fn test(&mut self, tests: &[Batch; 2]) -> Result<()> {
        for (now, test) in self.losses.iter_mut().zip(tests) {
            *now = number(&loss(&self.learner.model, test)?)?;
        }
        Ok(())
    }

    /// Writes some letters of a sample. When it is whole, the next one is begun with the weights of that moment, if `again`.
    /// All samples have the same random numbers.
    pub fn write(&mut self, temperature: f64, prompt: &[u32], seed: u64, again: bool) -> Result<()> {
        for _ in 0..AT_ONCE {
            if self.writer.written.len() < SAMPLE {
                self.writer.write(temperature)?;
            }
        }
        if self.writer.written.len() >= SAMPLE && again {
            let whole = std::mem::take(&mut self.writer.written);
            self.first.get_or_insert_with(|| whole.clone());
            self.last = Some((self.writer.step, whole));
            self.writer = writer(&self.learner, self.steps, prompt, seed)?;
        }
        Ok(())
    }

    /// Forgets the samples and begins one with the weights as they are.
    pub fn write_anew(&mut self, prompt: &[u32], seed: u64) -> Result<()> {
        self.last = None;
        self.writer = writer(&self.learner, self.steps, prompt, seed)?;
        Ok(())
    }

    /// The latest whole sample and the one that is being written, with the steps of their weights.
    pub fn samples(&self) -> impl Iterator<Item = (u64, &[u32])> {
        let last = self.last.as_ref().map(|(step, text)| (*step, text.as_slice()));
        last.into_iter().chain([(self.writer.step, self.writer.written.as_slice())])
    }

    /// What a show of the samples is called.
    pub fn sample_name(&self, pre_training: bool) -> (&'static str, Words) {
        match self.way {
            Way::Base if pre_training => ("sample", ("What it writes", "它写的")),
            Way::Base => ("sample", ("Written before fine-tuning", "微调前写的")),
            Way::All => ("sample_all", ("Written after fine-tuning all weights", "微调全部权重后写的")),
            Way::Lora => ("sample_lora", ("Written after fine-tuning with LoRA", "用 LoRA 微调后写的")),
        }
    }
}

fn writer(learner: &Learner, step: u64, prompt: &[u32], seed: u64) -> Result<Writer> {
    Writer::new(&learner.model, step, prompt, ChaCha8Rng::seed_from_u64(seed))
}
