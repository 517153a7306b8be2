//! Next-letter prediction: the three cells read a text and learn to write on.

use candle_core::{D, Device, Result, Tensor};
use candle_nn::loss::cross_entropy;
use candle_nn::ops::softmax;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::super::network::number;
use super::super::show::Curve;
use super::super::{Matrix, Run, Settings, Show, Step, What, Words};
use super::cell::{CELLS, Model, Sizes};
use super::corpus::Corpus;
use super::learner::Learner;
use super::{curves, distances, three, weights};

const EMBEDDING: usize = 32;
const HIDDEN: usize = 64;
/// Parts of the text that are read at the same time, and letters of each in a step.
const BATCH: usize = 8;
const LENGTH: usize = 32;
/// Steps between two looks at a cell: the three take turns.
const LOOKED: usize = 10;
/// Letters of a sample, and how bold it is: chances are sharpened when it is below 1.
const SAMPLE: usize = 100;
const TEMPERATURE: f64 = 0.7;
/// Letters and units in the pictures of states and gates.
const COLUMNS: usize = 32;
const UNITS: usize = 16;
/// Weight of the newest step in the loss that is shown.
const NEWEST: f64 = 0.1;

/// The three cells at a text.
pub struct Letters {
    learners: Vec<Learner>,
    corpus: Corpus,
    /// Of each learner, after the letters of the last step.
    states: Vec<Vec<Tensor>>,
    /// Which cell's states and gates are shown.
    shown: usize,
    clip: f64,
    seed: u64,
    steps: usize,
    /// Mean loss over the last steps, in nats a letter.
    mean: [f64; 3],
    losses: Vec<Curve>,
    /// Loss on the end that is kept back, when the cell was last looked at.
    unseen_now: [f64; 3],
    unseen: Vec<Curve>,
    norms: Vec<Curve>,
    reach: Vec<Vec<[f64; 2]>>,
    samples: [String; 3],
}

impl Letters {
    /// Starts from random weights.
    pub fn start(settings: &Settings, seed: u64) -> Result<Box<dyn Run>> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let corpus = Corpus::of(settings.whole("text"))?;
        let symbols = corpus.letters.len();
        let sizes = Sizes { symbols, answers: symbols, embedding: EMBEDDING, hidden: HIDDEN };
        let (rate, weights) = (settings.get("rate"), weights(settings));
        let learners = CELLS.map(|cell| Learner::new(cell, sizes, weights, rate, &mut rng));
        let learners: Vec<Learner> = learners.into_iter().collect::<Result<_>>()?;
        let states = learners.iter().map(|it| it.model.begin(BATCH)).collect::<Result<_>>()?;
        let mut letters = Self {
            learners,
            states,
            shown: settings.whole("cell"),
            clip: settings.get("clip"),
            seed,
            steps: 0,
            mean: [(symbols as f64).ln(); 3],
            losses: three(),
            unseen_now: [0.0; 3],
            unseen: three(),
            norms: three(),
            reach: vec![Vec::new(); 3],
            samples: Default::default(),
            corpus,
        };
        (0..3).try_for_each(|i| letters.look(i))?;
        Ok(Box::new(letters))
    }

    /// Measures one cell: its sample, its loss on text that it has not seen, and how far back its gradient reaches.
    fn look(&mut self, i: usize) -> Result<()> {
        let model = self.learners[i].model.frozen();
        self.samples[i] = self.sample(&model)?;
        let (read, next) = self.corpus.unseen()?;
        let hidden = model.unroll(&read, model.begin(read.dim(1)?)?)?.0;
        self.unseen_now[i] = number(&cross_entropy(&model.answer(&hidden)?, &next)?)?;
        let (read, next) = self.corpus.batch(0, BATCH, LENGTH)?;
        let last = next.narrow(0, (LENGTH - 1) * BATCH, BATCH)?;
        let new = model.reach(&read, |logits| cross_entropy(logits, &last))?;
        if !new.is_empty() {
            self.reach[i] = new;
        }
        Ok(())
    }

    /// What a model writes, letter by letter, from the end of a line on.
    fn sample(&self, model: &Model) -> Result<String> {
        // The same random numbers each time: what changes in the sample is the model.
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let (mut state, mut letter, mut text) = (model.begin(1)?, self.corpus.begin(), String::new());
        for _ in 0..SAMPLE {
            state = model.step(&Tensor::new(&[letter], &Device::Cpu)?, &state)?.state;
            let logits = (model.answer(&state[0])? / TEMPERATURE)?;
            let chances = softmax(&logits, D::Minus1)?.squeeze(0)?.to_vec1::<f32>()?;
            let mut left: f32 = rng.random();
            let drawn = chances.iter().position(|chance| {
                left -= chance;
                left < 0.0
            });
            let drawn = drawn.unwrap_or(chances.len() - 1);
            letter = drawn as u32;
            text.push(self.corpus.letters[drawn]);
        }
        Ok(text.trim().to_owned())
    }

    /// State and gates of the shown cell under each letter of a passage that it has not seen.
    fn pictures(&self) -> Result<Vec<Show>> {
        const IDS: [&str; 3] = ["gate_1", "gate_2", "gate_3"];
        let model = self.learners[self.shown].model.frozen();
        let passage = self.corpus.passage(COLUMNS);
        let (mut state, mut hidden, mut cell) = (model.begin(1)?, Vec::new(), Vec::new());
        let mut gates = vec![Vec::new(); model.cell.gates().len()];
        for letter in &passage {
            let moment = model.step(&Tensor::new(&[*letter], &Device::Cpu)?, &state)?;
            moment.gates.into_iter().zip(&mut gates).for_each(|(gate, all)| all.push(gate));
            state = moment.state;
            hidden.push(state[0].clone());
            cell.extend(state.get(1).map(Tensor::tanh).transpose()?);
        }
        let columns: Vec<String> = passage.iter().map(|i| self.corpus.letters[*i as usize].to_string()).collect();
        let picture = |id, name: Words, rows: &[Tensor]| -> Result<Show> {
            let values = Tensor::cat(rows, 0)?.narrow(1, 0, UNITS)?.t()?.flatten_all()?.to_vec1()?;
            let rows = (1..=UNITS).map(|unit| unit.to_string()).collect();
            Ok(Show { id, name, what: What::Matrix(Matrix { rows, columns: columns.clone(), values }) })
        };
        let mut shows = vec![picture("hidden", ("Hidden state of 16 units", "16 个单元的隐藏状态"), &hidden)?];
        if !cell.is_empty() {
            shows.push(picture("cell_state", ("Cell state (its tanh)", "细胞状态（取 tanh）"), &cell)?);
        }
        for ((id, name), rows) in IDS.into_iter().zip(model.cell.gates()).zip(&gates) {
            shows.push(picture(id, *name, rows)?);
        }
        Ok(shows)
    }
}

impl Run for Letters {
    fn step(&mut self) -> Result<Step> {
        let (read, next) = self.corpus.batch(self.steps, BATCH, LENGTH)?;
        let mut finite = true;
        for (i, learner) in self.learners.iter_mut().enumerate() {
            // The state goes on from the step before, the gradient does not: truncated backpropagation through time.
            let (hidden, last) = learner.model.unroll(&read, std::mem::take(&mut self.states[i]))?;
            self.states[i] = last.iter().map(Tensor::detach).collect();
            let loss = cross_entropy(&learner.model.answer(&hidden)?, &next)?;
            let norm = learner.learn(&loss, self.clip)?;
            let loss = number(&loss)?;
            finite &= loss.is_finite() && norm.is_finite();
            self.mean[i] += NEWEST * (loss - self.mean[i]);
            self.losses[i].push(loss);
            self.norms[i].push(norm);
            self.unseen[i].push(self.unseen_now[i]);
        }
        self.steps += 1;
        if finite && self.steps.is_multiple_of(LOOKED) {
            self.look(self.steps / LOOKED % 3)?;
        }
        Ok(if finite { Step::Taken } else { Step::Diverged })
    }

    fn set(&mut self, settings: &Settings) {
        (self.clip, self.shown) = (settings.get("clip"), settings.whole("cell"));
        self.learners.iter_mut().for_each(|learner| learner.set_rate(settings.get("rate")));
    }

    fn shows(&self) -> Result<Vec<Show>> {
        const SAMPLES: [(&str, Words); 3] = [
            ("sample_rnn", ("What the RNN writes", "RNN 写的")),
            ("sample_lstm", ("What the LSTM writes", "LSTM 写的")),
            ("sample_gru", ("What the GRU writes", "GRU 写的")),
        ];
        const LOSSES: [(&str, Words); 3] = [
            ("loss_rnn", ("RNN: loss", "RNN：损失")),
            ("loss_lstm", ("LSTM: loss", "LSTM：损失")),
            ("loss_gru", ("GRU: loss", "GRU：损失")),
        ];
        let samples = SAMPLES.into_iter().zip(&self.samples);
        let mut shows: Vec<Show> =
            samples.map(|((id, name), text)| Show { id, name, what: What::Text(text.clone()) }).collect();
        let name = ("Loss on the text (nats a letter)", "在课文上的损失（每字 nat）");
        shows.push(curves("losses", name, &self.losses));
        shows.extend(LOSSES.into_iter().zip(self.mean).map(|((id, name), mean)| Show::number(id, name, mean, 2)));
        let name = ("Loss of a guess by letter frequency", "只按字频来猜的损失");
        shows.push(Show::number("frequencies", name, self.corpus.entropy(), 2));
        shows.extend(self.pictures()?);
        let name = ("Loss on unseen text", "在没见过的文字上的损失");
        shows.push(curves("unseen", name, &self.unseen));
        shows.push(distances(&self.reach));
        let name = ("Norm of the gradient before clipping", "裁剪前的梯度范数");
        shows.push(curves("norms", name, &self.norms));
        let what = What::Text(self.corpus.source.clone());
        shows.push(Show { id: "source", name: ("Source of the text", "课文出处"), what });
        Ok(shows)
    }
}
