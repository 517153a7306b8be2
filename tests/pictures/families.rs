//! Whole pictures against diffusers: tiny random pipelines of each family (`tests/fixtures/pipelines`), drawn with
//! PyTorch's noise, 40 dB or better in 8 bits.

mod memory;
mod refused;

use std::path::Path;
use std::sync::Arc;

use aigc_studio::domain::{DeviceChoice, Event, EventKind, ImageParams, ImageRequest, JobId, ModelFiles, Outcome};
use aigc_studio::engine::image::ImagePipeline;
use aigc_studio::engine::{Backend, CancelToken, MemoryBudget, Reporter, Stop};
use aigc_studio::error::StudioError;
use aigc_studio::lang::Lang;
use crossbeam_channel::unbounded;

use crate::made::{check_on, fixtures, pipeline, request, run};

fn check(name: &str) {
    check_on(name, &ModelFiles::Folder(fixtures().join(name)));
}

#[test]
fn stable_diffusion_1_draws_what_diffusers_draws() {
    check("sd15");
}

#[test]
fn stable_diffusion_2_draws_what_diffusers_draws() {
    check("sd21");
}

#[test]
fn turbo_draws_what_diffusers_draws() {
    check("turbo");
}

#[test]
fn stable_diffusion_xl_draws_what_diffusers_draws() {
    check("sdxl");
}

#[test]
fn stable_diffusion_3_draws_what_diffusers_draws() {
    check("sd3");
}

#[test]
fn flux_schnell_draws_what_diffusers_draws() {
    check("flux-schnell");
}

#[test]
fn flux_dev_draws_what_diffusers_draws() {
    check("flux-dev");
}

#[test]
fn z_image_draws_what_diffusers_draws() {
    check("zimage");
}

fn small() -> ImageParams {
    ImageParams {
        prompt: "a red apple".into(),
        width: 64,
        height: 64,
        steps: 3,
        guidance: 5.0,
        ..ImageParams::default()
    }
}

#[test]
fn a_job_of_several_pictures_counts_its_seeds_and_shows_each_step() {
    let folder = fixtures().join("sd15");
    let mut pipeline = pipeline();
    let params = ImageParams { count: 2, ..small() };
    let made = run(&mut pipeline, &request(&folder, params, 5), &CancelToken::new()).unwrap();
    assert_eq!(made.pictures.iter().map(|(_, r)| r.seed()).collect::<Vec<_>>(), [5, 6]);
    assert_eq!(made.previews, 6);
    assert_eq!(made.loading.last(), Some(&1.0), "loading ends at its end");
    assert!(made.loading.windows(2).all(|w| w[0] <= w[1]));
    let alone = run(&mut pipeline, &request(&folder, small(), 6), &CancelToken::new()).unwrap();
    assert_eq!(alone.pictures[0].0, made.pictures[1].0, "a picture does not depend on those before it");
    assert!(alone.loading.is_empty(), "the model was kept");
    assert!(alone.pictures[0].0.rgba.chunks(4).all(|p| p[3] == 255));
}

#[test]
fn emphasis_and_long_prompts_change_the_picture() {
    let folder = fixtures().join("sd15");
    let mut pipeline = pipeline();
    let mut draw = |prompt: &str| {
        let params = ImageParams { prompt: prompt.into(), ..small() };
        run(&mut pipeline, &request(&folder, params, 5), &CancelToken::new()).unwrap().pictures.remove(0).0
    };
    let plain = draw("a red apple");
    assert_ne!(draw("a (red:1.4) apple"), plain);
    assert_ne!(draw("a red apple BREAK a cat"), plain);
    assert_ne!(draw(&format!("a red apple {}", "of a cat, ".repeat(60))), plain);
    let params = ImageParams { prompt: "a BREAK ".repeat(80), steps: 1, ..small() };
    let made = run(
        &mut ImagePipeline::new(MemoryBudget::new(8 << 30), DeviceChoice::Cpu),
        &request(&folder, params, 5),
        &CancelToken::new(),
    )
    .unwrap();
    let to = &made.cut[0];
    assert!(to.read <= 64 * 75 && to.read < to.all && !to.rest.is_empty(), "words beyond 64 chunks are told: {to:?}");
    assert_eq!(draw("a (red:1.0) apple"), plain);
}

fn failed(params: ImageParams, folder: &Path) -> StudioError {
    match run(&mut pipeline(), &request(folder, params, 1), &CancelToken::new()) {
        Err(Stop::Failed(error)) => {
            assert!(!error.summary(Lang::En).is_empty() && !error.remedy(Lang::Zh).is_empty());
            error
        }
        Err(Stop::Cancelled) => panic!("cancelled"),
        Ok(_) => panic!("it drew"),
    }
}

/// How a job ends, and what it told.
fn events(pipeline: &mut ImagePipeline, request: ImageRequest) -> (Result<Outcome, Stop>, Vec<EventKind>) {
    let (sender, events) = unbounded();
    let reporter = Reporter::new(JobId::next(), sender, Arc::new(|| {}));
    let ended = pipeline.run(&request.into(), &reporter, &CancelToken::new());
    (ended, events.try_iter().map(|event: Event| event.kind).collect())
}

/// A copy of a fixture that may be spoiled.
fn copy(name: &str) -> tempfile::TempDir {
    fn all(from: &Path, to: &Path) {
        for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
            let target = to.join(entry.file_name());
            if entry.path().is_dir() {
                std::fs::create_dir(&target).unwrap();
                all(&entry.path(), &target);
            } else {
                std::fs::copy(entry.path(), target).unwrap();
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    all(&fixtures().join(name), folder.path());
    folder
}

#[test]
fn guidance_as_a_batch_is_guidance_in_turns() {
    for name in ["sd15", "sdxl", "sd3"] {
        let folder = fixtures().join(name);
        let draw = |batched: bool, total: u64| {
            let mut pipeline = ImagePipeline::new(MemoryBudget::new(total), DeviceChoice::Cpu).batched(batched);
            run(&mut pipeline, &request(&folder, small(), 3), &CancelToken::new()).unwrap().pictures.remove(0).0
        };
        let (turns, batch) = (draw(false, 8 << 30), draw(true, 8 << 30));
        let off = turns.rgba.iter().zip(&batch.rgba).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(off <= Some(1), "{name}: {off:?} / 255");
    }
}
