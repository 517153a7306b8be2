//! The three recurrent cells, each with an embedding before it and a linear layer behind it.
//!
//! The plain RNN is Elman's (1990), the LSTM that of Hochreiter and Schmidhuber (1997) with the forget gate of Gers,
//! Schmidhuber and Cummins (2000), the GRU that of Cho et al. (2014).

use candle_core::{DType, Device, Result, Tensor, Var};
use candle_nn::ops::sigmoid;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::super::Words;

/// Which recurrence a model has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    Rnn,
    Lstm,
    Gru,
}

/// The cells in the order of [`NAMES`].
pub const CELLS: [Cell; 3] = [Cell::Rnn, Cell::Lstm, Cell::Gru];
/// What they are called.
pub const NAMES: [Words; 3] = [("RNN", "RNN"), ("LSTM", "LSTM"), ("GRU", "GRU")];

impl Cell {
    /// Gates in the order of [`Moment::gates`].
    pub fn gates(self) -> &'static [Words] {
        match self {
            Self::Rnn => &[],
            Self::Lstm => &[("Input gate", "输入门"), ("Forget gate", "遗忘门"), ("Output gate", "输出门")],
            Self::Gru => &[("Update gate", "更新门"), ("Reset gate", "重置门")],
        }
    }

    /// Tensors of a state: the LSTM has its cell state beside the hidden state.
    fn parts(self) -> usize {
        if self == Self::Lstm { 2 } else { 1 }
    }
}

/// The sizes of a model.
#[derive(Clone, Copy)]
pub struct Sizes {
    /// How many different symbols go in.
    pub symbols: usize,
    /// How many different answers come out.
    pub answers: usize,
    /// Numbers in the embedding of a symbol.
    pub embedding: usize,
    /// Numbers in the hidden state.
    pub hidden: usize,
}

/// How the random weights begin.
#[derive(Clone, Copy)]
pub struct Start {
    /// Factor of the weights from state to state.
    pub gain: f64,
    /// Bias of the gate that keeps: the LSTM's forget gate, the GRU's update gate.
    pub keep: f64,
}

/// A cell's state and gates after one symbol.
pub struct Moment {
    /// The hidden state `[B, hidden]`, from -1 to 1; for the LSTM the cell state too, which has no bound.
    pub state: Vec<Tensor>,
    /// Each `[B, hidden]`, from 0 (shut) to 1 (open), named by [`Cell::gates`].
    pub gates: Vec<Tensor>,
}

/// A recurrent network.
pub struct Model {
    pub cell: Cell,
    hidden: usize,
    /// `[symbols, embedding]`
    pub(super) embedding: Tensor,
    /// Weights `[embedding + hidden, outputs]` and biases `[outputs]` of the recurrence; the GRU has two pairs.
    pub(super) layers: Vec<(Tensor, Tensor)>,
    /// `[hidden, answers]` and `[answers]`
    head: (Tensor, Tensor),
}

impl Model {
    /// A model with random weights, and what there is to learn in it.
    ///
    /// Weights are uniform within `1 / sqrt(hidden)`; biases are 0 but for the gate that keeps, whose bias is
    /// above zero so that it starts open (Gers et al. 2000; Jozefowicz, Zaremba and Sutskever 2015).
    pub fn new(cell: Cell, sizes: Sizes, start: Start, rng: &mut ChaCha8Rng) -> Result<(Self, Vec<Var>)> {
        let Sizes { symbols, answers, embedding: inputs, hidden } = sizes;
        let mut vars = Vec::new();
        let mut var = |values: Vec<f32>, shape: &[usize]| -> Result<Tensor> {
            let var = Var::from_vec(values, shape, &Device::Cpu)?;
            let tensor = var.as_tensor().clone();
            vars.push(var);
            Ok(tensor)
        };
        let bound = 1.0 / (hidden as f32).sqrt();
        let mut layer = |outputs: usize, keeps: std::ops::Range<usize>, rng: &mut ChaCha8Rng| {
            let mut draw = |count: usize, by: f32| -> Vec<f32> {
                (0..count).map(|_| rng.random_range(-bound..bound) * by).collect()
            };
            let weights = [draw(inputs * outputs, 1.0), draw(hidden * outputs, start.gain as f32)].concat();
            let biases = (0..outputs).map(|i| if keeps.contains(&i) { start.keep as f32 } else { 0.0 }).collect();
            Ok::<_, candle_core::Error>((var(weights, &[inputs + hidden, outputs])?, var(biases, &[outputs])?))
        };
        let layers = match cell {
            Cell::Rnn => vec![layer(hidden, 0..0, rng)?],
            // Input, forget, output, candidate
            Cell::Lstm => vec![layer(4 * hidden, hidden..2 * hidden, rng)?],
            // Update and reset; candidate
            Cell::Gru => vec![layer(2 * hidden, 0..hidden, rng)?, layer(hidden, 0..0, rng)?],
        };
        let normal = (0..symbols * inputs).map(|_| StandardNormal.sample(rng)).collect();
        let embedding = var(normal, &[symbols, inputs])?;
        let weights = (0..hidden * answers).map(|_| rng.random_range(-bound..bound)).collect();
        let head = (var(weights, &[hidden, answers])?, var(vec![0.0; answers], &[answers])?);
        Ok((Self { cell, hidden, embedding, layers, head }, vars))
    }

    /// The same model, whose weights have no gradients.
    pub fn frozen(&self) -> Self {
        let pair = |(weights, biases): &(Tensor, Tensor)| (weights.detach(), biases.detach());
        Self {
            embedding: self.embedding.detach(),
            layers: self.layers.iter().map(pair).collect(),
            head: pair(&self.head),
            ..*self
        }
    }

    /// The state before the first symbol, for `batch` sequences.
    pub fn begin(&self, batch: usize) -> Result<Vec<Tensor>> {
        let zeros = Tensor::zeros((batch, self.hidden), DType::F32, &Device::Cpu)?;
        Ok(vec![zeros; self.cell.parts()])
    }

    /// Takes in one symbol of each sequence: `symbols` `[B]`.
    pub fn step(&self, symbols: &Tensor, state: &[Tensor]) -> Result<Moment> {
        self.take_in(&self.embedding.index_select(symbols, 0)?, state)
    }

    /// The same, of embeddings `x` `[B, embedding]`.
    fn take_in(&self, x: &Tensor, state: &[Tensor]) -> Result<Moment> {
        let h = &state[0];
        let sum = |i: usize, h: &Tensor| -> Result<Tensor> {
            let (weights, biases) = &self.layers[i];
            Tensor::cat(&[x, h], 1)?.matmul(weights)?.broadcast_add(biases)
        };
        let n = self.hidden;
        let sums = sum(0, h)?;
        Ok(match self.cell {
            Cell::Rnn => Moment { state: vec![sums.tanh()?], gates: Vec::new() },
            Cell::Lstm => {
                let gates = sigmoid(&sums.narrow(1, 0, 3 * n)?)?.chunk(3, 1)?;
                let candidate = sums.narrow(1, 3 * n, n)?.tanh()?;
                let c = ((&gates[1] * &state[1])? + (&gates[0] * candidate)?)?;
                Moment { state: vec![(&gates[2] * c.tanh()?)?, c], gates }
            }
            Cell::Gru => {
                let gates = sigmoid(&sums)?.chunk(2, 1)?;
                let candidate = sum(1, &(&gates[1] * h)?)?.tanh()?;
                // update * h + (1 - update) * candidate
                Moment { state: vec![(&candidate + (&gates[0] * (h - &candidate)?)?)?], gates }
            }
        })
    }

    /// Logits `[B, answers]` of a hidden state.
    pub fn answer(&self, hidden: &Tensor) -> Result<Tensor> {
        hidden.matmul(&self.head.0)?.broadcast_add(&self.head.1)
    }

    /// Hidden states `[T * B, hidden]`, step by step, of sequences `[T, B]`, and the last state.
    pub fn unroll(&self, sequences: &Tensor, mut state: Vec<Tensor>) -> Result<(Tensor, Vec<Tensor>)> {
        let (steps, batch) = sequences.dims2()?;
        let embedded = self.embedding.index_select(&sequences.flatten_all()?, 0)?;
        let mut hidden = Vec::new();
        for t in 0..steps {
            state = self.take_in(&embedded.narrow(0, t * batch, batch)?, &state)?.state;
            hidden.push(state[0].clone());
        }
        Ok((Tensor::cat(&hidden, 0)?, state))
    }

    /// How much of the gradient is left at each distance back in time, as log10: the norm of the gradient of `loss` with
    /// respect to the state (of the LSTM: both parts), divided by that at the last step. `loss` gets the logits after the
    /// last step of `sequences` `[T, B]`. The result is `[distance, log10 of the share]`; it is empty when the gradient is
    /// zero or not a number.
    pub fn reach(&self, sequences: &Tensor, loss: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Vec<[f64; 2]>> {
        let (frozen, (steps, batch)) = (self.frozen(), sequences.dims2()?);
        let mut state = frozen.begin(batch)?;
        // Zeros that are added to each state: their gradients are the state's.
        let mut nudges: Vec<Vec<Var>> = Vec::new();
        for t in 0..steps {
            state = frozen.step(&sequences.get(t)?, &state)?.state;
            let zeros = state.iter().map(|part| Var::zeros(part.dims(), part.dtype(), part.device()));
            let zeros: Vec<Var> = zeros.collect::<Result<_>>()?;
            state = state.iter().zip(&zeros).map(|(part, zero)| part + zero.as_tensor()).collect::<Result<_>>()?;
            nudges.push(zeros);
        }
        let gradients = loss(&frozen.answer(&state[0])?)?.backward()?;
        let mut norms = Vec::new();
        for zeros in nudges.iter().rev() {
            let mut squares = 0.0;
            for gradient in zeros.iter().filter_map(|zero| gradients.get(zero.as_tensor())) {
                squares += square_sum(gradient)?;
            }
            norms.push(squares.sqrt());
        }
        let last = norms.first().copied().unwrap_or(0.0);
        if !(last > 0.0 && norms.iter().all(|norm| norm.is_finite())) {
            return Ok(Vec::new());
        }
        let share = |norm: f64| (norm / last).max(SMALLEST).log10();
        Ok(norms.into_iter().enumerate().map(|(distance, norm)| [distance as f64, share(norm)]).collect())
    }
}

/// The smallest share that [`Model::reach`] tells from zero.
const SMALLEST: f64 = 1e-15;

/// The sum of squares in f64: small gradients do not vanish in it.
pub fn square_sum(x: &Tensor) -> Result<f64> {
    Ok(x.flatten_all()?.to_vec1::<f32>()?.into_iter().map(|v| f64::from(v).powi(2)).sum())
}
