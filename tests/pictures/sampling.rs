//! Samplers, schedules and noise against diffusers and PyTorch (`tests/fixtures/sampling/make_sampling.py`).

use std::path::Path;

use aigc_studio::domain::{Sampler, Schedule};
use aigc_studio::engine::image::sampling::{Denoiser, FlowRun, FlowStart, Noise, Plan, SchedulerConfig, TorchRng};
use aigc_studio::engine::{CancelToken, Stop};
use aigc_studio::error::Cause;
use serde_json::{Value, json};

fn fixture(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sampling").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
}

/// The formula that stands for the network; counts its calls.
#[derive(Default)]
struct Formula {
    times: Vec<f64>,
    /// Calls that give no number.
    broken: Vec<usize>,
    exact: bool,
}

impl Formula {
    fn at(x: &[f32], time: f64) -> Vec<f32> {
        let shift = (0.1 * (time / 100.0).sin()) as f32;
        x.iter().map(|x| 0.5 * x.tanh() + shift).collect()
    }
}

impl Denoiser for Formula {
    fn predict(&mut self, x: &[f32], time: f64) -> Result<Vec<f32>, Stop> {
        self.times.push(time);
        let bad = self.broken.contains(&self.times.len());
        Ok(if bad { vec![f32::NAN; x.len()] } else { Self::at(x, time) })
    }

    fn predict_exactly(&mut self, x: &[f32], time: f64) -> Result<Option<Vec<f32>>, Stop> {
        Ok(self.exact.then(|| Self::at(x, time)))
    }
}

fn plan(row: &Value) -> Plan {
    let config =
        SchedulerConfig::parse(&row["config"].to_string(), Path::new("scheduler"), Sampler::Automatic).unwrap();
    let start = if row["even"].as_bool() == Some(true) { FlowStart::Even } else { FlowStart::Ends };
    let flow = FlowRun { tokens: row["tokens"].as_u64().unwrap_or(0) as usize, start };
    Plan::new(config, Schedule::Automatic, row["steps"].as_u64().unwrap() as usize, Some(flow)).unwrap()
}

fn run(plan: &Plan, seed: u64, model: &mut Formula) -> Result<Vec<f32>, Stop> {
    let mut rng = TorchRng::new(seed);
    let mut x = rng.draw(60);
    let mut done = Vec::new();
    plan.run(&mut x, model, &mut rng, &CancelToken::new(), &mut |step, clean| {
        assert_eq!(clean.len(), 60);
        done.push(step);
    })?;
    assert_eq!(done, (1..=plan.steps()).collect::<Vec<_>>());
    Ok(x)
}

#[test]
fn runs_end_where_diffusers_ends() {
    let mut wrong = Vec::new();
    let rows = fixture("sampling.json");
    assert!(rows.len() > 150, "{}", rows.len());
    for row in &rows {
        let what = format!("{} {}", row["config"], row["steps"]);
        let plan = plan(row);
        let mut model = Formula::default();
        let x = run(&plan, row["seed"].as_u64().unwrap(), &mut model).unwrap();
        let times = numbers(&row["timesteps"]);
        let same =
            times.len() == model.times.len() && times.iter().zip(&model.times).all(|(a, b)| (a - b).abs() < 5e-3);
        if !same {
            let at = times.iter().zip(&model.times).position(|(a, b)| (a - b).abs() >= 5e-3);
            let pair = at.map(|i| (i, model.times[i], times[i]));
            wrong.push(format!("time {pair:?} of {} and {}: {what}", model.times.len(), times.len()));
        }
        let last = numbers(&row["last"]);
        let scale = last.iter().fold(1e-3, |m: f64, v| m.max(v.abs()));
        let off = x.iter().zip(&last).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max) / scale;
        if off.is_nan() || off > 1e-4 {
            wrong.push(format!("off by {off:.1e}: {what}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn levels_are_those_of_diffusers() {
    for row in &fixture("sampling.json") {
        let class = row["config"]["_class_name"].as_str().unwrap();
        // These two list each level twice.
        if row["sigmas"].as_array().unwrap().is_empty() || class.contains("Heun") || class.contains("KDPM2") {
            continue;
        }
        let plan = plan(row);
        let expected = numbers(&row["sigmas"]);
        assert_eq!(plan.levels().sigmas.len(), expected.len(), "{class}");
        for (a, b) in plan.levels().sigmas.iter().zip(expected) {
            assert!((a - b).abs() <= 1e-4 * b.abs().max(1.0), "{a} not {b}: {}", row["config"]);
        }
    }
}

#[test]
fn noise_is_pytorchs() {
    let rows = fixture("rng.json");
    assert_eq!(rows.len(), 25);
    for row in &rows {
        let mut rng = TorchRng::new(row["seed"].as_u64().unwrap());
        for draw in row["draws"].as_array().unwrap() {
            let expected = numbers(draw);
            let got = rng.draw(expected.len());
            for (a, b) in got.iter().zip(expected) {
                // An ulp or two: PyTorch's logarithm and sine are vectorised ones.
                assert!((f64::from(*a) - b).abs() <= 4e-7 * b.abs().max(1.0), "{a} not {b}, seed {}", row["seed"]);
            }
        }
    }
}

fn config(more: Value) -> SchedulerConfig {
    let mut all = json!({"_class_name": "EulerDiscreteScheduler", "beta_start": 0.00085, "beta_end": 0.012,
                         "beta_schedule": "scaled_linear", "timestep_spacing": "leading", "steps_offset": 1});
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    SchedulerConfig::parse(&all.to_string(), Path::new("scheduler"), Sampler::Automatic).unwrap()
}

#[test]
fn a_chosen_sampler_takes_the_place_of_the_files() {
    let text = json!({"_class_name": "PNDMScheduler", "skip_prk_steps": true, "steps_offset": 1}).to_string();
    for sampler in Sampler::DIFFUSION {
        let config = SchedulerConfig::parse(&text, Path::new("scheduler"), sampler).unwrap();
        for schedule in Schedule::ALL {
            let plan = Plan::new(config.clone(), schedule, 8, None).unwrap();
            let x = run(&plan, 3, &mut Formula::default()).unwrap();
            assert!(x.iter().all(|v| v.is_finite()), "{sampler:?} {schedule:?}");
            let sigmas = &plan.levels().sigmas;
            assert!(sigmas.windows(2).all(|w| w[0] >= w[1]), "{sampler:?} {schedule:?} {sigmas:?}");
        }
    }
}

#[test]
fn what_cannot_be_run_is_refused() {
    let plan = |config: SchedulerConfig, n| Plan::new(config, Schedule::Automatic, n, None);
    for steps in [0, 1001, 10_000] {
        let error = plan(config(json!({})), steps).err().unwrap();
        assert!(matches!(error.cause(), Cause::OutOfRange { name: "steps", .. }), "{error}");
    }
    let lcm = config(json!({"_class_name": "LCMScheduler"}));
    assert!(plan(lcm, 51).is_err(), "more than the distillation had");
    let flow = json!({"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 3.0}).to_string();
    for sampler in [Sampler::Ddim, Sampler::EulerAncestral, Sampler::UniPc] {
        let config = SchedulerConfig::parse(&flow, Path::new("scheduler"), sampler).unwrap();
        let run = FlowRun { tokens: 1, start: FlowStart::Ends };
        let error = Plan::new(config, Schedule::Automatic, 4, Some(run)).err().unwrap();
        assert!(matches!(error.cause(), Cause::BadChoice { name: "sampler", .. }), "{error}");
    }
    for bad in [
        json!({"_class_name": "ScoreSdeVeScheduler"}),
        json!({"thresholding": true}),
        json!({"trained_betas": [0.1]}),
        json!({"num_train_timesteps": 1}),
        json!({"num_train_timesteps": 1e9}),
        json!({"num_train_timesteps": -5}),
        json!({"beta_start": 0.0}),
        json!({"beta_end": 1.5}),
        json!({"beta_schedule": "sigmoid"}),
        json!({"prediction_type": "velocity"}),
        json!({"timestep_spacing": "even"}),
        json!({"steps_offset": 1000}),
        json!({"shift": 0, "_class_name": "FlowMatchEulerDiscreteScheduler"}),
        json!({"solver_order": 9}),
        json!({"skip_prk_steps": false, "_class_name": "PNDMScheduler"}),
        json!(7),
    ] {
        assert!(SchedulerConfig::parse(&bad.to_string(), Path::new("scheduler"), Sampler::Automatic).is_err(), "{bad}");
    }
}

#[test]
fn a_prediction_that_is_no_number_is_asked_again_and_else_named() {
    let plan = Plan::new(config(json!({})), Schedule::Automatic, 6, None).unwrap();
    let whole = run(&plan, 1, &mut Formula::default()).unwrap();
    let mut again = Formula { broken: vec![4], exact: true, ..Formula::default() };
    assert_eq!(run(&plan, 1, &mut again).unwrap(), whole);
    let mut lost = Formula { broken: vec![4], ..Formula::default() };
    let Err(Stop::Failed(error)) = run(&plan, 1, &mut lost) else { panic!("it went on") };
    assert_eq!(error.cause(), &Cause::NotANumber { step: 4 });
}

#[test]
fn cancel_is_obeyed_before_the_next_prediction() {
    struct Cancelling(CancelToken, usize);
    impl Denoiser for Cancelling {
        fn predict(&mut self, x: &[f32], _: f64) -> Result<Vec<f32>, Stop> {
            self.1 += 1;
            if self.1 == 3 {
                self.0.cancel();
            }
            Ok(x.to_vec())
        }
    }
    for sampler in Sampler::DIFFUSION {
        let text = json!({"_class_name": "EulerDiscreteScheduler"}).to_string();
        let config = SchedulerConfig::parse(&text, Path::new("scheduler"), sampler).unwrap();
        let plan = Plan::new(config, Schedule::Automatic, 9, None).unwrap();
        let token = CancelToken::new();
        let mut model = Cancelling(token.clone(), 0);
        let mut rng = TorchRng::new(1);
        let stop = plan.run(&mut rng.draw(32), &mut model, &mut rng, &token, &mut |_, _| {}).unwrap_err();
        assert!(matches!(stop, Stop::Cancelled) && model.1 == 3, "{sampler:?}");
    }
}
