//! Small networks of fully connected layers, trained by AdamW.

use candle_core::{D, DType, Device, Result, Tensor};
use candle_nn::{AdamW, Linear, Module, Optimizer, ParamsAdamW, VarBuilder, VarMap, linear};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::shapes::Point;

/// What a neuron does with the sum of its inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    Tanh,
    Relu,
    Sigmoid,
    /// Nothing: the network is one straight line, however deep.
    Linear,
}

impl Activation {
    fn of(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Tanh => x.tanh(),
            Self::Relu => x.relu(),
            Self::Sigmoid => candle_nn::ops::sigmoid(x),
            Self::Linear => Ok(x.clone()),
        }
    }
}

/// Fully connected layers with an activation between them.
pub struct Network {
    layers: Vec<Linear>,
    activation: Activation,
    optimiser: AdamW,
}

impl Network {
    /// `widths`: of the input, of each hidden layer, and of the output.
    pub fn new(widths: &[usize], activation: Activation, rate: f64, beta1: f64, rng: &mut ChaCha8Rng) -> Result<Self> {
        let weights = VarMap::new();
        let store = VarBuilder::from_varmap(&weights, DType::F32, &Device::Cpu);
        let pairs = widths.windows(2).enumerate();
        let layers: Vec<Linear> =
            pairs.map(|(i, pair)| linear(pair[0], pair[1], store.pp(i))).collect::<Result<_>>()?;
        // candle's own start is not seeded: Glorot's, by our generator.
        let mut named: Vec<_> = weights.data().lock().map(|all| all.clone().into_iter().collect()).unwrap_or_default();
        named.sort_by(|(a, _): &(String, _), (b, _)| a.cmp(b));
        for (_, var) in &named {
            let shape = var.shape().clone();
            let values: Vec<f32> = match *shape.dims() {
                [to, from] => {
                    let reach = (6.0 / (to + from) as f32).sqrt();
                    (0..to * from).map(|_| rng.random_range(-reach..reach)).collect()
                }
                _ => vec![0.0; shape.elem_count()],
            };
            var.set(&Tensor::from_vec(values, shape, &Device::Cpu)?)?;
        }
        let vars = named.into_iter().map(|(_, var)| var).collect();
        let settings = ParamsAdamW { lr: rate, beta1, beta2: 0.99, weight_decay: 0.0, ..Default::default() };
        Ok(Self { layers, activation, optimiser: AdamW::new(vars, settings)? })
    }

    /// The output `[N, last width]` of `x` `[N, first width]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        Ok(self.all(x)?.pop().unwrap_or_else(|| x.clone()))
    }

    /// The output of each layer; those of hidden ones after the activation.
    pub fn all(&self, x: &Tensor) -> Result<Vec<Tensor>> {
        let mut outputs: Vec<Tensor> = Vec::new();
        for (i, layer) in self.layers.iter().enumerate() {
            let sum = layer.forward(outputs.last().unwrap_or(x))?;
            let hidden = i + 1 < self.layers.len();
            outputs.push(if hidden { self.activation.of(&sum)? } else { sum });
        }
        Ok(outputs)
    }

    /// Goes one step down the gradient of `loss`.
    pub fn learn(&mut self, loss: &Tensor) -> Result<()> {
        self.optimiser.backward_step(loss)
    }

    pub fn set_rate(&mut self, rate: f64) {
        self.optimiser.set_learning_rate(rate);
    }
}

/// The mean of `-log` of the chance that logits `[N, 1]` give to `is_one`, without overflow: softplus.
pub fn surprise(logits: &Tensor, is_one: f64) -> Result<Tensor> {
    // -log sigmoid(z) = softplus(-z); -log(1 - sigmoid(z)) = softplus(z)
    softplus(&(logits * (1.0 - 2.0 * is_one))?)?.mean_all()
}

/// log(1 + exp(x)), as max(x, 0) + log(1 + exp(-|x|)).
pub fn softplus(x: &Tensor) -> Result<Tensor> {
    x.relu()? + (x.abs()?.neg()?.exp()? + 1.0)?.log()?
}

/// `[N, 2]`
pub fn tensor(points: &[Point]) -> Result<Tensor> {
    Tensor::from_vec(points.concat(), (points.len(), 2), &Device::Cpu)
}

/// The points of `[N, 2]`.
pub fn points(x: &Tensor) -> Result<Vec<Point>> {
    Ok(x.to_vec2::<f32>()?.into_iter().map(|row| [row[0], row[1]]).collect())
}

/// `[N, width]` of normal numbers.
pub fn noise(count: usize, width: usize, rng: &mut ChaCha8Rng) -> Result<Tensor> {
    let values: Vec<f32> = (0..count * width).map(|_| StandardNormal.sample(rng)).collect();
    Tensor::from_vec(values, (count, width), &Device::Cpu)
}

/// The centres `[side * side, 2]` of the cells of a square from -`reach` to `reach`, row by row from the top.
pub fn square(side: usize, reach: f32) -> Result<Tensor> {
    let at = |i: usize| ((i as f32 + 0.5) / side as f32 * 2.0 - 1.0) * reach;
    let cells = (0..side * side).flat_map(|k| [at(k % side), -at(k / side)]);
    Tensor::from_vec(cells.collect::<Vec<f32>>(), (side * side, 2), &Device::Cpu)
}

/// A loss as a number.
pub fn number(loss: &Tensor) -> Result<f64> {
    Ok(f64::from(loss.to_scalar::<f32>()?))
}

/// Sigmoid of logits, from 0..1 to -1..1: what a field shows.
pub fn field(logits: &Tensor) -> Result<Vec<f32>> {
    ((candle_nn::ops::sigmoid(&logits.squeeze(D::Minus1)?)? * 2.0)? - 1.0)?.to_vec1()
}
