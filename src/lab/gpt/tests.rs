//! What the GPT teaches, in figures.

use candle_core::{Device, Tensor, Var};

use super::super::What;
use super::learn::{choose, loss};
use super::model::Part;
use super::ops::{causal_softmax, gelu, layer_norm};
use super::*;

fn random(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// A model of two layers, with batches of `rows`.
fn small(set: &[(&str, f64)], rows: usize) -> Tiny {
    let mut settings = Settings::of(&EXHIBIT);
    for (id, value) in [("layers", 2.0), ("context", 32.0), ("rate", 0.006)].iter().chain(set) {
        settings.set(id, *value).unwrap();
    }
    Tiny { rows, ..Tiny::new(&settings, 1).unwrap() }
}

fn run(tiny: &mut Tiny, steps: usize) {
    for _ in 0..steps {
        assert_eq!(tiny.step().unwrap(), Step::Taken);
    }
}

/// All tensors of a model but the adapters, as bits.
fn bits(model: &Gpt) -> Vec<Vec<u32>> {
    let mut all = Vec::new();
    model
        .map(&mut |part, tensor| {
            if part != Part::Adapter {
                let values = tensor.flatten_all()?.to_vec1::<f32>()?;
                all.push(values.into_iter().map(f32::to_bits).collect());
            }
            Ok(tensor.clone())
        })
        .unwrap();
    all
}

fn draw(shape: &[usize], rng: &mut ChaCha8Rng) -> Tensor {
    let values: Vec<f32> = (0..shape.iter().product()).map(|_| rand::Rng::random_range(rng, -2.0..2.0)).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

/// Moves one value of a tensor.
fn moved(x: &Tensor, at: usize, by: f32) -> Tensor {
    let mut values = x.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    values[at] += by;
    Tensor::from_vec(values, x.shape(), &Device::Cpu).unwrap()
}

/// Holds the gradient of each value of each input against a central difference.
fn check_gradients(name: &str, inputs: &[Tensor], f: &dyn Fn(&[Tensor]) -> Tensor) {
    // Not the plain sum: the rows of a softmax have a constant one.
    let weights = draw(f(inputs).dims(), &mut random(9));
    let value = |inputs: &[Tensor]| (f(inputs) * &weights).unwrap().sum_all().unwrap();
    let vars: Vec<Var> = inputs.iter().map(|x| Var::from_tensor(x).unwrap()).collect();
    let tensors: Vec<Tensor> = vars.iter().map(|var| var.as_tensor().clone()).collect();
    let gradients = value(&tensors).backward().unwrap();
    for (i, input) in inputs.iter().enumerate() {
        let found = gradients.get(&tensors[i]).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
        for (at, found) in found.iter().enumerate() {
            let side = |by: f32| {
                let mut inputs = inputs.to_vec();
                inputs[i] = moved(input, at, by);
                value(&inputs).to_scalar::<f32>().unwrap()
            };
            let difference = (side(0.01) - side(-0.01)) / 0.02;
            assert!((difference - found).abs() < 0.003 + 0.01 * found.abs(), "{name} {i} {at}: {found} {difference}");
        }
    }
}

#[test]
fn our_own_gradients_are_those_of_finite_differences() {
    let rng = &mut random(1);
    check_gradients("gelu", &[draw(&[3, 5], rng)], &|x| gelu(&x[0]).unwrap());
    check_gradients("softmax", &[draw(&[2, 4, 4], rng)], &|x| causal_softmax(&x[0], 0.7).unwrap());
    let inputs = [draw(&[3, 8], rng), draw(&[8], rng), draw(&[8], rng)];
    check_gradients("norm", &inputs, &|x| layer_norm(&x[0], &x[1], &x[2]).unwrap());
    // candle's own of the same function.
    let x = draw(&[4, 64], rng);
    let apart = (gelu(&x).unwrap() - x.gelu().unwrap()).unwrap().abs().unwrap().max_all().unwrap();
    assert!(apart.to_scalar::<f32>().unwrap() < 1e-5);
}

#[test]
fn the_gradient_of_a_weight_in_each_tensor_is_that_of_a_finite_difference() {
    let rng = &mut random(2);
    let tiny = small(&[("heads", 2.0), ("context", 16.0)], 4);
    let batch = tiny.texts[0].batch(4, 16, rng);
    // Weights ten times as large as at the start, adapters as if trained: each part has its say.
    let model = tiny.base.learner.model.with_lora(3, rng).unwrap();
    let model = model.map(&mut |_, tensor| draw(tensor.dims(), rng).affine(0.25, 0.0)).unwrap();
    let mut vars: Vec<Var> = Vec::new();
    let training = model
        .map(&mut |_, tensor| {
            vars.push(Var::from_tensor(tensor)?);
            Ok(vars[vars.len() - 1].as_tensor().clone())
        })
        .unwrap();
    let gradients = loss(&training, &batch).unwrap().backward().unwrap();
    for (i, var) in vars.iter().enumerate() {
        let gradient = gradients.get(var).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let (at, found) =
            gradient.iter().copied().enumerate().max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs())).unwrap();
        let side = |by: f32| {
            let mut nth = 0;
            let other = model.map(&mut |_, tensor| {
                nth += 1;
                Ok(if nth - 1 == i { moved(tensor, at, by) } else { tensor.clone() })
            });
            loss(&other.unwrap(), &batch).unwrap().to_scalar::<f32>().unwrap()
        };
        let difference = (side(0.01) - side(-0.01)) / 0.02;
        assert!((difference - found).abs() < 0.0002 + 0.03 * found.abs(), "tensor {i}: {found} {difference}");
    }
}

#[test]
fn a_letter_looks_at_itself_and_at_those_before_it() {
    let mut tiny = small(&[("way", 0.0)], 4);
    run(&mut tiny, 10);
    let model = &tiny.base.learner.model;
    for (layer, head) in [(0, 0), (1, 3)] {
        let rows = model.attention(&tiny.sentence, layer, head).unwrap().unwrap().to_vec2::<f32>().unwrap();
        for (i, row) in rows.iter().enumerate() {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            assert!(row[..=i].iter().all(|x| *x > 0.0) && row[i + 1..].iter().all(|x| *x == 0.0));
        }
    }
    assert!(model.attention(&tiny.sentence, 2, 0).unwrap().is_none());
    // What comes later changes nothing of what was said before, and something of what is said then.
    let mut other = tiny.sentence.clone();
    other[9] = (other[9] + 1) % tiny.letters.len() as u32;
    let said = |ids: &[u32]| model.forward(ids, 1).unwrap().to_vec2::<f32>().unwrap();
    let (a, b) = (said(&tiny.sentence), said(&other));
    assert_eq!(a[..9], b[..9]);
    assert!(a[9] != b[9] && a[15] != b[15]);
    // A row of a batch does not see the other rows.
    let both = said(&[tiny.sentence.clone(), other].concat());
    assert!(both[15].iter().zip(&a[15]).all(|(x, y)| (x - y).abs() < 1e-4));
}

/// The least loss of a model that sees only one letter, on its own text: the entropy of the next letter given that one.
fn pairs(text: &[u32], letters: usize) -> f64 {
    let mut counts = vec![vec![0.0_f64; letters]; letters];
    text.windows(2).for_each(|pair| counts[pair[0] as usize][pair[1] as usize] += 1.0);
    let surprise = |row: &Vec<f64>| {
        let sum: f64 = row.iter().sum();
        row.iter().filter(|count| **count > 0.0).map(|count| -count * (count / sum).ln()).sum::<f64>()
    };
    counts.iter().map(surprise).sum::<f64>() / (text.len() - 1) as f64
}

#[test]
fn pre_training_goes_from_guessing_to_more_than_pairs_of_letters() {
    let mut tiny = small(&[("way", 0.0)], 12);
    let guess = (tiny.letters.len() as f64).ln();
    assert!((tiny.base.losses[0] - guess).abs() < 0.3, "{} {guess}", tiny.base.losses[0]);
    run(&mut tiny, 180);
    tiny.base.test(&tiny.tests).unwrap();
    let (after, pairs) = (tiny.base.losses[0], pairs(&tiny.texts[0].learned, tiny.letters.len()));
    eprintln!("held-back loss {after}, pairs {pairs}, guess {guess}");
    assert!(after < 1.7 && after < 0.9 * pairs, "{after} {pairs}");
    let shows = tiny.shows().unwrap();
    assert!(shows.iter().all(|show| show.id != "compared") && shows.iter().any(|show| show.id == "sample_first"));
}

#[test]
fn fine_tuning_starts_by_itself_and_lora_moves_few_parameters_and_no_other_weight() {
    let mut tiny = small(&[("steps", 150.0)], 8);
    run(&mut tiny, 150);
    assert!(tiny.tuned.is_empty() && tiny.shows().unwrap()[0].name.0.contains("until"));
    run(&mut tiny, 2);
    let before = tiny.base.losses;
    let weights = bits(&tiny.base.learner.model);
    assert!(tiny.shows().unwrap()[0].name.0.starts_with("Fine-tuning"));
    run(&mut tiny, 158);

    tiny.tuned.iter_mut().for_each(|student| student.test(&tiny.tests).unwrap());
    let [all, lora] = &tiny.tuned[..] else { panic!("two ways") };
    eprintln!("before {before:?} all {:?} lora {:?}", all.losses, lora.losses);
    assert_eq!(bits(&lora.learner.model), weights);
    assert_eq!(bits(&tiny.base.learner.model), weights);
    let changed = bits(&all.learner.model);
    assert!(changed.iter().zip(&weights).all(|(a, b)| a != b));
    // Two layers, queries and values, down and up, 64 wide, of rank 4.
    assert_eq!(lora.learner.moved, 2 * 2 * 2 * 64 * 4);
    assert!(20 * lora.learner.moved < all.learner.moved && all.learner.moved == tiny.base.learner.moved);
    assert_eq!(lora.learner.optimiser_bytes(), 8 * lora.learner.moved);
    // LoRA learns the second text; all weights learn it better, and forget more of the first.
    assert!(lora.losses[1] < before[1] - 0.3 && all.losses[1] < lora.losses[1]);
    assert!(all.losses[0] > before[0] + 0.2);

    let shows = tiny.shows().unwrap();
    let text = |id: &str| match &shows.iter().find(|show| show.id == id).unwrap().what {
        What::Text(text) => text.split('\n').nth(1).unwrap().to_string(),
        _ => panic!("{id} is no text"),
    };
    let prompt = tiny.letters.decode(&tiny.prompt);
    assert!(["sample", "sample_all", "sample_lora"].iter().all(|id| text(id).starts_with(&prompt)));
    assert!(text("sample") != text("sample_all"));
}

#[test]
fn a_lower_temperature_takes_the_likelier_letter_more_often() {
    let rng = &mut random(3);
    let mut share = |temperature: f64| {
        let drawn = (0..4000).filter(|_| choose(&[0.0, 3.0_f32.ln(), -20.0], temperature, rng) == 1).count();
        drawn as f64 / 4000.0
    };
    assert!((share(1.0) - 0.75).abs() < 0.03 && (share(0.5) - 0.9).abs() < 0.03);
    assert!(share(0.0) == 1.0 && (share(2.0) - 0.634).abs() < 0.03);
    assert!(choose(&[f32::NAN; 3], 1.0, rng) < 3);
}

#[test]
fn a_learning_rate_that_is_too_high_does_not_learn_and_breaks_nothing() {
    let mut tiny = small(&[("rate", 1.0), ("steps", 20.0)], 2);
    let steps: Vec<Step> = (0..60).map(|_| tiny.step().unwrap()).collect();
    assert!(steps.contains(&Step::Diverged) || tiny.base.losses[0] > 4.0, "{:?}", tiny.base.losses);
    tiny.shows().unwrap();
}

#[test]
fn the_texts_are_large_enough_and_a_letter_is_one_token() {
    let letters = Letters::of(&TEXTS.each_ref());
    for (text, name) in TEXTS.iter().zip(text::NAMES) {
        let corpus = Corpus::new(text, &letters);
        assert!(corpus.learned.len() > 1000 && corpus.held.len() > 97, "{}", name.0);
        assert_eq!(letters.decode(&letters.encode(text.prompt)), text.prompt);
        assert!((1..=16).contains(&letters.encode(text.sentence).len()));
        let batch = corpus.batch(3, 96, &mut random(4));
        assert_eq!((batch.ids.len(), batch.next.len()), (288, 288));
        assert_eq!(batch.ids[1..96], batch.next[..95]);
    }
}
