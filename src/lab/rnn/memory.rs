//! The memory task: name the first symbol of a sequence after a number of symbols that do not matter.

use candle_core::{D, DType, Device, Result, Tensor};
use candle_nn::loss::cross_entropy;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::super::network::number;
use super::super::show::Curve;
use super::super::{Run, Settings, Show, Step, What, Words};
use super::cell::{CELLS, Model, NAMES, Sizes};
use super::learner::Learner;
use super::{curves, distances, three, weights};

/// Symbols to be remembered, and those between.
const REMEMBERED: usize = 4;
const BETWEEN: usize = 2;
/// How all of them are written.
const LETTERS: [char; REMEMBERED + BETWEEN] = ['A', 'B', 'C', 'D', 'x', 'o'];
const SIZES: Sizes = Sizes { symbols: REMEMBERED + BETWEEN, answers: REMEMBERED, embedding: 8, hidden: 32 };
const BATCH: usize = 32;
/// Weight of the newest batch in the accuracy that is shown.
const NEWEST: f64 = 0.05;
/// Steps between two measurements of the gradient at each distance.
const MEASURED: usize = 10;

/// The three cells at the memory task.
pub struct Memory {
    learners: Vec<Learner>,
    delay: usize,
    clip: f64,
    rng: ChaCha8Rng,
    steps: usize,
    /// Share of right answers, from 0 to 1, over the last batches.
    right: [f64; 3],
    accuracy: Vec<Curve>,
    losses: Vec<Curve>,
    norms: Vec<Curve>,
    reach: Vec<Vec<[f64; 2]>>,
    /// One sequence that stays the same, `[T, 1]`, and as letters.
    example: (Tensor, String),
}

/// Sequences `[delay + 1, BATCH]` and their first symbols `[BATCH]`. Every batch is new: nothing can be learned by heart.
fn batch(delay: usize, count: usize, rng: &mut ChaCha8Rng) -> Result<(Tensor, Tensor)> {
    let first: Vec<u32> = (0..count).map(|_| rng.random_range(0..REMEMBERED as u32)).collect();
    let between = |_| rng.random_range(REMEMBERED as u32..(REMEMBERED + BETWEEN) as u32);
    let all: Vec<u32> = first.iter().copied().chain((0..delay * count).map(between)).collect();
    Ok((Tensor::from_vec(all, (delay + 1, count), &Device::Cpu)?, Tensor::from_vec(first, count, &Device::Cpu)?))
}

/// Logits `[B, REMEMBERED]` after the last symbol.
fn logits(model: &Model, sequences: &Tensor) -> Result<Tensor> {
    let state = model.begin(sequences.dim(1)?)?;
    model.answer(&model.unroll(sequences, state)?.1[0])
}

impl Memory {
    /// Starts from random weights.
    pub fn start(settings: &Settings, seed: u64) -> Result<Box<dyn Run>> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (rate, weights) = (settings.get("rate"), weights(settings));
        let learners = CELLS.map(|cell| Learner::new(cell, SIZES, weights, rate, &mut rng));
        let delay = settings.whole("delay");
        let sequence = batch(delay, 1, &mut rng)?.0;
        let letters = sequence.flatten_all()?.to_vec1::<u32>()?.iter().map(|i| LETTERS[*i as usize]).collect();
        let mut memory = Self {
            learners: learners.into_iter().collect::<Result<_>>()?,
            delay,
            clip: settings.get("clip"),
            rng,
            steps: 0,
            right: [1.0 / REMEMBERED as f64; 3],
            accuracy: three(),
            losses: three(),
            norms: three(),
            reach: vec![Vec::new(); 3],
            example: (sequence, letters),
        };
        memory.measure()?;
        Ok(Box::new(memory))
    }

    fn measure(&mut self) -> Result<()> {
        // Sequences of its own: how often it is measured does not change what is learned.
        let (sequences, first) = batch(self.delay, BATCH, &mut ChaCha8Rng::seed_from_u64(0))?;
        for (learner, reach) in self.learners.iter().zip(&mut self.reach) {
            let new = learner.model.reach(&sequences, |logits| cross_entropy(logits, &first))?;
            if !new.is_empty() {
                *reach = new;
            }
        }
        Ok(())
    }

    /// What each cell says of the example.
    fn answers(&self) -> Result<String> {
        let mut text = format!("{} ?", self.example.1);
        for (learner, name) in self.learners.iter().zip(NAMES) {
            let best = logits(&learner.model.frozen(), &self.example.0)?.argmax(D::Minus1)?.to_vec1::<u32>()?;
            let letter = best.first().and_then(|i| LETTERS.get(*i as usize)).copied().unwrap_or('?');
            text += &format!("\n{}: {letter}", name.0);
        }
        Ok(text)
    }
}

impl Run for Memory {
    fn step(&mut self) -> Result<Step> {
        let (sequences, first) = batch(self.delay, BATCH, &mut self.rng)?;
        let mut finite = true;
        for (i, learner) in self.learners.iter_mut().enumerate() {
            let logits = logits(&learner.model, &sequences)?;
            let loss = cross_entropy(&logits, &first)?;
            let norm = learner.learn(&loss, self.clip)?;
            let right = number(&logits.argmax(D::Minus1)?.eq(&first)?.to_dtype(DType::F32)?.mean_all()?)?;
            self.right[i] += NEWEST * (right - self.right[i]);
            let loss = number(&loss)?;
            finite &= loss.is_finite() && norm.is_finite();
            self.accuracy[i].push(100.0 * self.right[i]);
            self.losses[i].push(loss);
            self.norms[i].push(norm);
        }
        self.steps += 1;
        if finite && self.steps.is_multiple_of(MEASURED) {
            self.measure()?;
        }
        Ok(if finite { Step::Taken } else { Step::Diverged })
    }

    fn set(&mut self, settings: &Settings) {
        self.clip = settings.get("clip");
        self.learners.iter_mut().for_each(|learner| learner.set_rate(settings.get("rate")));
    }

    fn shows(&self) -> Result<Vec<Show>> {
        const IDS: [(&str, Words); 3] = [
            ("right_rnn", ("RNN: right answers, of 100", "RNN：每 100 次答对几次")),
            ("right_lstm", ("LSTM: right answers, of 100", "LSTM：每 100 次答对几次")),
            ("right_gru", ("GRU: right answers, of 100", "GRU：每 100 次答对几次")),
        ];
        let name = ("What was the first letter?", "第一个字母是什么？");
        let mut shows = vec![Show { id: "example", name, what: What::Text(self.answers()?) }];
        shows.extend(
            IDS.into_iter().zip(self.right).map(|((id, name), right)| Show::number(id, name, 100.0 * right, 0)),
        );
        let name = ("Right answers, of 100 (a guess: 25)", "每 100 次答对几次（瞎猜是 25）");
        shows.push(curves("accuracy", name, &self.accuracy));
        shows.push(distances(&self.reach));
        shows.push(curves("losses", ("Loss", "损失"), &self.losses));
        let name = ("Norm of the gradient before clipping", "裁剪前的梯度范数");
        shows.push(curves("norms", name, &self.norms));
        Ok(shows)
    }
}
