//! Every link and the whole chain against llama.cpp (`tests/fixtures/text/make_sampling.py`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;
use crate::engine::text::testing::{self, Vocabulary};

#[derive(Deserialize)]
struct Fixtures {
    logits: BTreeMap<String, Vec<f32>>,
    links: Vec<Case>,
    mirostat: Vec<MirostatCase>,
}

#[derive(Deserialize)]
struct Case {
    logits: String,
    params: TextParams,
    #[serde(default)]
    accepted: Vec<u32>,
    /// What is left; all where it is absent.
    ids: Option<Vec<u32>>,
    #[serde(default)]
    changed: BTreeMap<u32, f32>,
}

#[derive(Deserialize)]
struct MirostatCase {
    params: TextParams,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    logits: String,
    left: usize,
    lowest: f32,
    drawn: u32,
    p: f64,
    mu: f32,
}

fn fixtures() -> Fixtures {
    serde_json::from_str(include_str!("../../../../tests/fixtures/text/sampling.json")).unwrap()
}

fn near(a: f32, b: f32) -> bool {
    (a - b).abs() <= 1e-5 * b.abs().max(1.0)
}

#[test]
fn links_and_chains_equal_llama_cpp() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tiny.gguf");
    testing::tiny_gguf(&path).unwrap();
    let vocabulary = Vocabulary::open(&path, None).unwrap();
    let all = fixtures();
    for (at, case) in all.links.iter().enumerate() {
        let logits = &all.logits[&case.logits];
        let resolved = vocabulary.resolve(&case.params).unwrap();
        let mut sampler = Sampler::new(&case.params, resolved, 1);
        case.accepted.iter().for_each(|&t| sampler.accept(t));
        let mut left = sampler.candidates(logits).unwrap();
        left.sort_by_key(|c| c.id);
        let ids: Vec<u32> = left.iter().map(|c| c.id).collect();
        let expected = case.ids.clone().unwrap_or_else(|| (0..logits.len() as u32).collect());
        assert_eq!(ids, expected, "case {at}: {:?} on {}", case.params, case.logits);
        for candidate in left {
            let wanted = *case.changed.get(&candidate.id).unwrap_or(&logits[candidate.id as usize]);
            // DRY's penalty ends there, so that no later link makes an infinity of it.
            let wanted = wanted.max(-1e30);
            assert!(
                near(candidate.logit, wanted),
                "case {at}: {candidate:?} should be {wanted}, {:?} on {}",
                case.params,
                case.logits
            );
        }
    }
}

#[test]
fn mirostat_equals_llama_cpp() {
    let all = fixtures();
    for run in &all.mirostat {
        let mut sampler = Sampler::new(&run.params, Resolved::default(), 1);
        for step in &run.steps {
            let left = sampler.candidates(&all.logits[&step.logits]).unwrap();
            assert_eq!(left.len(), step.left, "{:?} on {}", run.params, step.logits);
            assert!(near(left.last().unwrap().logit, step.lowest));
            let at = left.iter().position(|c| c.id == step.drawn).unwrap();
            let probability = candidates::probabilities(&left)[at];
            assert!((probability - step.p).abs() < 1e-5, "{probability} {}", step.p);
            sampler.drawn = Some((step.drawn, probability));
            sampler.accept(step.drawn);
            let mu = sampler.mirostat.as_ref().unwrap().mu();
            assert!(near(mu, step.mu), "{mu} {}", step.mu);
        }
    }
}
