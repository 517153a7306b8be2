//! From logits to a token, link by link as in llama.cpp: bias, penalties, DRY, what takes candidates out, temperature,
//! draw. [`TextParams::order`] says which links run, and when.
//!
//! Each link is a pure function on candidates. Ties are broken by token id, and the randomness is seeded, so the same
//! seed and logits give the same token everywhere.
//!
//! | file | what is in it |
//! |---|---|
//! | `candidates` | probabilities, the draw |
//! | `penalties`, `dry` | what was written lately becomes less likely |
//! | `truncate` | top-k, top-p, min-p, typical, top-n-sigma, XTC |
//! | `temperature`, `mirostat` | as they say |

mod candidates;
mod dry;
mod mirostat;
mod penalties;
mod temperature;
mod truncate;

#[cfg(test)]
mod fixture_tests;
#[cfg(test)]
mod testing;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;

pub use self::candidates::Candidate;
pub use self::dry::Breakers;
use self::dry::Dry;
use self::mirostat::Mirostat;
use self::penalties::{Penalties, Window};
use crate::domain::{SamplerLink, TextParams};

/// The network gave NaN, or infinity, or nothing that can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotANumber;

/// What of the settings only a vocabulary can tell.
#[derive(Debug, Default)]
pub struct Resolved {
    /// Tokens and what is added to their logits.
    pub bias: Vec<(u32, f32)>,
    pub breakers: Breakers,
}

/// The chain with its settings, its randomness and the tokens that the penalties look back on.
pub struct Sampler {
    params: TextParams,
    bias: Vec<(u32, f32)>,
    window: Window,
    dry: Dry,
    mirostat: Option<Mirostat>,
    /// The last token that was drawn, and its probability among those that were left.
    drawn: Option<(u32, f64)>,
    rng: ChaCha12Rng,
}

impl Sampler {
    /// The samplers of one answer, with a generator seeded by `seed`.
    pub fn new(params: &TextParams, resolved: Resolved, seed: u64) -> Self {
        Self {
            bias: resolved.bias,
            window: Window::new(params.repeat_last_n as usize),
            dry: Dry::new(
                params.dry_multiplier,
                params.dry_base,
                params.dry_allowed_length as usize,
                params.dry_penalty_last_n as usize,
                resolved.breakers,
            ),
            mirostat: Mirostat::new(params.mirostat, params.mirostat_tau, params.mirostat_eta),
            drawn: None,
            rng: ChaCha12Rng::seed_from_u64(seed),
            params: params.clone(),
        }
    }

    /// Tells the chain of a token that is now in the text; those of the prompt count too.
    pub fn accept(&mut self, token: u32) {
        self.window.push(token);
        self.dry.push(token);
        // Only here: a token that was drawn and then refused by a grammar teaches nothing.
        if let (Some((drawn, probability)), Some(mirostat)) = (self.drawn.take(), &mut self.mirostat)
            && drawn == token
        {
            mirostat.learn(probability);
        }
    }

    /// The next token, by `logits` for every token of the vocabulary.
    pub fn sample(&mut self, logits: &[f32]) -> Result<u32, NotANumber> {
        let candidates = self.candidates(logits)?;
        let at = self.rng.random::<f64>();
        let drawn = candidates::draw(&candidates, at).ok_or(NotANumber)?;
        if self.mirostat.is_some() {
            self.drawn = Some((candidates[drawn].id, candidates::probabilities(&candidates)[drawn]));
        }
        Ok(candidates[drawn].id)
    }

    /// What the draw may choose from: the likeliest alone where the temperature is 0.
    fn candidates(&mut self, logits: &[f32]) -> Result<Vec<Candidate>, NotANumber> {
        if logits.iter().any(|&x| x.is_nan() || x == f32::INFINITY) {
            return Err(NotANumber);
        }
        let mut all: Vec<Candidate> = (0..).zip(logits).map(|(id, &logit)| Candidate { id, logit }).collect();
        for &(id, bias) in &self.bias {
            if let Some(candidate) = all.get_mut(id as usize) {
                candidate.logit += bias;
            }
        }
        all.retain(|c| c.logit.is_finite());
        let t = self.params.temperature;
        if let Some(mirostat) = &self.mirostat {
            temperature::temperature(&mut all, t);
            mirostat.truncate(&mut all, logits.len());
            return Ok(all);
        }
        for link in self.params.order.clone() {
            // Greedy: links that take out could only take the likeliest, and the temperature changes no order.
            if t > 0.0 || matches!(link, SamplerLink::Penalties | SamplerLink::Dry) {
                self.apply(link, &mut all);
            }
        }
        if t <= 0.0 {
            temperature::temperature(&mut all, t);
        }
        Ok(all)
    }

    fn apply(&mut self, link: SamplerLink, all: &mut Vec<Candidate>) {
        let p = &self.params;
        match link {
            SamplerLink::Penalties => {
                let (repeat, frequency, presence) = (p.repeat_penalty, p.frequency_penalty, p.presence_penalty);
                Penalties { repeat, frequency, presence }.apply(all, &self.window);
            }
            SamplerLink::Dry => self.dry.apply(all),
            SamplerLink::TopNSigma => truncate::top_n_sigma(all, p.top_n_sigma),
            SamplerLink::TopK => truncate::top_k(all, p.top_k as usize),
            SamplerLink::TypP => truncate::typical(all, p.typical_p),
            SamplerLink::TopP => truncate::top_p(all, p.top_p),
            SamplerLink::MinP => truncate::min_p(all, p.min_p),
            SamplerLink::Xtc => {
                // No number is drawn where nothing comes of it: a seed's text does not hang on links that are off.
                if truncate::xtc_is_on(all, p.xtc_probability, p.xtc_threshold) {
                    let chance = self.rng.random::<f32>();
                    truncate::xtc(all, p.xtc_probability, p.xtc_threshold, chance);
                }
            }
            SamplerLink::Temperature => {
                temperature::dynamic(all, p.temperature, p.dynatemp_range, p.dynatemp_exponent);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::fixed;
    use super::*;

    fn sampler(params: TextParams, seed: u64) -> Sampler {
        Sampler::new(&params, Resolved::default(), seed)
    }

    #[test]
    fn the_draw_follows_the_distribution() {
        let all = fixed();
        for (at, id) in [(0.0, 0), (0.249, 0), (0.251, 1), (0.376, 3), (0.874, 3), (0.876, 4), (0.999_999, 4)] {
            assert_eq!(candidates::draw(&all, at).map(|i| all[i].id), Some(id), "{at}");
        }
        assert_eq!(candidates::draw(&[], 0.5), None);
        let mut sampler = sampler(TextParams { min_p: 0.0, top_p: 1.0, temperature: 1.0, ..Default::default() }, 7);
        let logits: Vec<f32> = fixed().iter().map(|c| c.logit).collect();
        let threes = (0..4000).filter(|_| sampler.sample(&logits) == Ok(3)).count();
        assert!((1880..2120).contains(&threes), "{threes} of 4000 at probability 0.5");
    }

    #[test]
    fn temperature_zero_takes_the_first_of_the_likeliest() {
        let zero = TextParams { temperature: 0.0, ..Default::default() };
        assert_eq!(sampler(zero.clone(), 1).sample(&[1.0, 3.0, 3.0]), Ok(1));
        // XTC and typical would take it out.
        let xtc = TextParams { xtc_probability: 1.0, xtc_threshold: 0.0, typical_p: 0.1, ..zero.clone() };
        assert_eq!(sampler(xtc, 1).sample(&[1.0, 3.0, 3.0]), Ok(1));
        for mirostat in [1, 2] {
            assert_eq!(sampler(TextParams { mirostat, ..zero.clone() }, 1).sample(&[1.0, 3.0, 3.0]), Ok(1));
        }
        let order = vec![SamplerLink::TopK];
        assert_eq!(sampler(TextParams { order, ..zero }, 1).sample(&[1.0, 3.0, 3.0]), Ok(1));
    }

    #[test]
    fn the_penalty_forgets_what_is_further_back() {
        let params = TextParams { temperature: 0.0, repeat_penalty: 2.0, repeat_last_n: 2, ..Default::default() };
        let mut sampler = sampler(params, 1);
        sampler.accept(0);
        assert_eq!(sampler.sample(&[3.0, 2.0, 1.0]), Ok(1));
        sampler.accept(1);
        sampler.accept(2);
        assert_eq!(sampler.sample(&[3.0, 2.0, 1.0]), Ok(0));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let mut sampler = sampler(TextParams::default(), 1);
        assert_eq!(sampler.sample(&[0.0, f32::NAN]), Err(NotANumber));
        assert_eq!(sampler.sample(&[0.0, f32::INFINITY]), Err(NotANumber));
        assert_eq!(sampler.sample(&[f32::NEG_INFINITY; 3]), Err(NotANumber));
        assert_eq!(sampler.sample(&[f32::NEG_INFINITY, 0.0]), Ok(1));
    }

    #[test]
    fn the_same_seed_gives_the_same_tokens() {
        let logits: Vec<f32> = (0..100).map(|i| (i % 17) as f32 / 10.0).collect();
        for mirostat in 0..3 {
            let run = |seed| {
                let mut sampler = sampler(TextParams { mirostat, ..Default::default() }, seed);
                (0..50).map(|_| sampler.sample(&logits).unwrap()).collect::<Vec<_>>()
            };
            assert_eq!(run(5), run(5));
            assert_ne!(run(5), run(6));
        }
    }

    #[test]
    fn links_that_are_off_draw_no_numbers() {
        let logits: Vec<f32> = (0..100).map(|i| (i % 17) as f32 / 10.0).collect();
        let run = |params| {
            let mut sampler = sampler(params, 5);
            (0..50).map(|_| sampler.sample(&logits).unwrap()).collect::<Vec<_>>()
        };
        let without = SamplerLink::DEFAULT.into_iter().filter(|&link| link != SamplerLink::Xtc).collect();
        assert_eq!(run(TextParams::default()), run(TextParams { order: without, ..Default::default() }));
    }

    #[test]
    fn the_order_is_the_one_that_is_asked_for() {
        // Hot first, min-p keeps all; min-p first, it keeps one.
        let logits = [0.0, 2.0];
        let params = |order: &[SamplerLink]| TextParams {
            temperature: 5.0,
            min_p: 0.5,
            order: order.to_vec(),
            ..Default::default()
        };
        let (hot, min_p) = (SamplerLink::Temperature, SamplerLink::MinP);
        assert_eq!(sampler(params(&[hot, min_p]), 1).candidates(&logits).unwrap().len(), 2);
        assert_eq!(sampler(params(&[min_p, hot]), 1).candidates(&logits).unwrap().len(), 1);
        assert_eq!(sampler(params(&[hot]), 1).candidates(&logits).unwrap().len(), 2);
    }

    #[test]
    fn a_bias_comes_before_all_else() {
        let bias = vec![(0, -1e9), (2, 1.0), (2, 1.5), (99, 1.0)];
        let params = TextParams { temperature: 0.0, ..Default::default() };
        let mut sampler = Sampler::new(&params, Resolved { bias, ..Default::default() }, 1);
        assert_eq!(sampler.sample(&[9.0, 2.0, 0.0]), Ok(2));
        assert_eq!(sampler.sample(&[9.0, 2.0, f32::NEG_INFINITY]), Ok(1));
    }

    #[test]
    fn mirostat_learns_only_from_what_is_accepted() {
        let mut sampler = sampler(TextParams { mirostat: 2, ..Default::default() }, 1);
        let mu = |s: &Sampler| s.mirostat.as_ref().unwrap().mu();
        let drawn = sampler.sample(&[0.0; 8]).unwrap();
        sampler.accept((drawn + 1) % 8);
        assert_eq!(mu(&sampler), 10.0);
        let drawn = sampler.sample(&[0.0; 8]).unwrap();
        sampler.accept(drawn);
        // Eight equals: three bits, two below the target.
        assert!((mu(&sampler) - 10.2).abs() < 1e-5);
    }
}
