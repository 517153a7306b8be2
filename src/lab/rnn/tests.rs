//! The cells against their formulas, the gradient at a distance against finite differences, clipping, and texts.

use candle_core::{Device, Tensor};
use candle_nn::loss::cross_entropy;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::cell::{CELLS, Cell, Model, Sizes, Start, square_sum};
use super::corpus::Corpus;
use super::learner::clip_norm;

const SIZES: Sizes = Sizes { symbols: 5, answers: 5, embedding: 3, hidden: 4 };

fn model(cell: Cell) -> (Model, Vec<candle_core::Var>) {
    Model::new(cell, SIZES, Start { gain: 1.5, keep: 1.0 }, &mut ChaCha8Rng::seed_from_u64(3)).unwrap()
}

/// Sequences `[T, 1]`
fn sequence(symbols: &[u32]) -> Tensor {
    Tensor::from_vec(symbols.to_vec(), (symbols.len(), 1), &Device::Cpu).unwrap()
}

/// `[x, h]` times a layer's weights, plus its biases.
fn sums(model: &Model, layer: usize, x: &[f32], h: &[f32]) -> Vec<f32> {
    let (weights, biases) = &model.layers[layer];
    let (rows, mut sums) = (weights.to_vec2::<f32>().unwrap(), biases.to_vec1::<f32>().unwrap());
    for (input, row) in x.iter().chain(h).zip(rows) {
        sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += input * weight);
    }
    sums
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

#[test]
fn a_step_of_each_cell_is_its_formula() {
    for cell in CELLS {
        let model = model(cell).0;
        let embedding = model.embedding.to_vec2::<f32>().unwrap();
        let (mut h, mut c) = (vec![0.0_f32; 4], vec![0.0_f32; 4]);
        let mut state = model.begin(1).unwrap();
        for symbol in [2_u32, 0, 4] {
            let x = &embedding[symbol as usize];
            let all = sums(&model, 0, x, &h);
            match cell {
                Cell::Rnn => h = all.iter().map(|v| v.tanh()).collect(),
                Cell::Lstm => {
                    for i in 0..4 {
                        let (input, forget, output) = (sigmoid(all[i]), sigmoid(all[4 + i]), sigmoid(all[8 + i]));
                        c[i] = forget * c[i] + input * all[12 + i].tanh();
                        h[i] = output * c[i].tanh();
                    }
                }
                Cell::Gru => {
                    let left: Vec<f32> = (0..4).map(|i| sigmoid(all[4 + i]) * h[i]).collect();
                    let new = sums(&model, 1, x, &left);
                    for i in 0..4 {
                        let update = sigmoid(all[i]);
                        h[i] = update * h[i] + (1.0 - update) * new[i].tanh();
                    }
                }
            }
            let moment = model.step(&Tensor::new(&[symbol], &Device::Cpu).unwrap(), &state).unwrap();
            assert_eq!(moment.gates.len(), cell.gates().len());
            state = moment.state;
        }
        let got = state[0].squeeze(0).unwrap().to_vec1::<f32>().unwrap();
        assert!(got.iter().zip(&h).all(|(a, b)| (a - b).abs() < 1e-5), "{cell:?} {got:?} {h:?}");
        let all = model.unroll(&sequence(&[2, 0, 4]), model.begin(1).unwrap()).unwrap().1;
        assert_eq!(all[0].to_vec2::<f32>().unwrap()[0], got, "{cell:?}");
    }
}

#[test]
fn the_gradient_at_a_distance_is_that_of_finite_differences() {
    for cell in CELLS {
        let model = model(cell).0.frozen();
        let (symbols, right) = ([1, 3, 0, 2, 4], Tensor::new(&[3_u32], &Device::Cpu).unwrap());
        let reach = model.reach(&sequence(&symbols), |logits| cross_entropy(logits, &right)).unwrap();
        assert_eq!(reach.iter().map(|point| point[0]).collect::<Vec<_>>(), [0.0, 1.0, 2.0, 3.0, 4.0]);
        // The norm of the differences of the loss when the state after `steps` symbols is changed a little.
        let norm = |steps: usize| {
            let mut state = model.unroll(&sequence(&symbols[..steps]), model.begin(1).unwrap()).unwrap().1;
            let loss = |state: &[Tensor]| {
                let mut last = state.to_vec();
                if steps < symbols.len() {
                    last = model.unroll(&sequence(&symbols[steps..]), last).unwrap().1;
                }
                f64::from(cross_entropy(&model.answer(&last[0]).unwrap(), &right).unwrap().to_scalar::<f32>().unwrap())
            };
            let mut squares = 0.0;
            for part in 0..state.len() {
                for unit in 0..SIZES.hidden {
                    let kept = state[part].clone();
                    let mut nudge = [0.0_f32; SIZES.hidden];
                    nudge[unit] = 0.02;
                    let nudge = Tensor::from_slice(&nudge, (1, SIZES.hidden), &Device::Cpu).unwrap();
                    state[part] = (&kept + &nudge).unwrap();
                    let more = loss(&state);
                    state[part] = (&kept - &nudge).unwrap();
                    squares += ((more - loss(&state)) / 0.04).powi(2);
                    state[part] = kept;
                }
            }
            squares.sqrt()
        };
        for steps in 1..=symbols.len() {
            let share = (norm(steps) / norm(symbols.len())).log10();
            let got = reach[symbols.len() - steps][1];
            assert!((share - got).abs() < 0.02, "{cell:?} after {steps}: {share} {got}");
        }
    }
}

#[test]
fn clipping_shortens_all_gradients_together_and_keeps_their_direction() {
    let (model, vars) = model(Cell::Gru);
    let gradients = || {
        let hidden = model.unroll(&sequence(&[1, 2, 3]), model.begin(1).unwrap()).unwrap().0;
        let right = Tensor::new(&[2_u32, 3, 4], &Device::Cpu).unwrap();
        cross_entropy(&model.answer(&hidden).unwrap(), &right).unwrap().backward().unwrap()
    };
    let norm = |gradients: &candle_core::backprop::GradStore| {
        let each = vars.iter().map(|var| square_sum(gradients.get(var.as_tensor()).unwrap()).unwrap());
        each.sum::<f64>().sqrt()
    };
    let (whole, mut clipped) = (gradients(), gradients());
    let before = clip_norm(&mut clipped, &vars, 0.1).unwrap();
    assert!(before > 0.2 && (before - norm(&whole)).abs() < 1e-6 && (norm(&clipped) - 0.1).abs() < 1e-6);
    for var in &vars {
        let (a, b) = (whole.get(var.as_tensor()).unwrap(), clipped.get(var.as_tensor()).unwrap());
        let apart = ((a * (0.1 / before)).unwrap() - b).unwrap();
        assert!(square_sum(&apart).unwrap() < 1e-12);
    }
    for most in [0.0, 100.0] {
        let mut kept = gradients();
        clip_norm(&mut kept, &vars, most).unwrap();
        assert!((norm(&kept) - before).abs() < 1e-6);
    }
}

#[test]
fn a_text_reads_on_and_its_sources_are_not_learned() {
    let poems = Corpus::of(1).unwrap();
    assert!(poems.source.contains("李白 静夜思") && !poems.letters.contains(&'#') && poems.letters.contains(&'\n'));
    let ((read, next), (later, _)) = (poems.batch(0, 3, 7).unwrap(), poems.batch(1, 3, 7).unwrap());
    let (read, later) = (read.to_vec2::<u32>().unwrap(), later.to_vec2::<u32>().unwrap());
    let next = next.reshape((7, 3)).unwrap().to_vec2::<u32>().unwrap();
    assert_eq!((&next[..6], &next[6]), (&read[1..], &later[0]));
    let opening: String = (0..7).map(|t| poems.letters[read[t][0] as usize]).collect();
    assert_eq!(opening, "床前明月光，疑");
}

#[test]
fn a_text_of_one_letter_or_none_is_no_trouble() {
    assert!(Corpus::new("").is_err() && Corpus::new("# only a source\n").is_err());
    let one = Corpus::new("a").unwrap();
    assert_eq!(
        (one.letters.as_slice(), one.batch(5, 2, 4).unwrap().0.dims()),
        (['\n', 'a'].as_slice(), [4, 2].as_slice())
    );
    assert_eq!(one.unseen().unwrap().0.dims(), [1, 1]);
    assert!((one.entropy() - 2.0_f64.ln()).abs() < 1e-9);
}
