//! Latents whose decoding fails are handed over, and become the picture that they would have been with another VAE.

use std::path::Path;
use std::sync::Arc;

use crate::made::{fixtures, on, run_task};
use aigc_studio::domain::{
    Checkpoint, DeviceChoice, EventKind, ImageParams, JobId, Latents, ModelFiles, News, Picture, PictureNews,
    PictureRecord, PictureTask,
};
use aigc_studio::engine::image::ImagePipeline;
use aigc_studio::engine::{Backend, CancelToken, MemoryBudget, Reporter, Stop};
use aigc_studio::error::{Cause, StudioError};
use candle_core::{Device, safetensors};
use crossbeam_channel::unbounded;

fn small() -> ImageParams {
    ImageParams { prompt: "a cat".into(), width: 64, height: 96, steps: 2, count: 2, ..ImageParams::default() }
}

/// A copy of a VAE whose last convolution is no number.
fn spoiled(name: &str, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    let from = fixtures().join(name).join("vae");
    std::fs::copy(from.join("config.json"), to.join("config.json")).unwrap();
    let file = "diffusion_pytorch_model.safetensors";
    let mut all = safetensors::load(from.join(file), &Device::Cpu).unwrap();
    let bias = all.get_mut("decoder.conv_out.bias").unwrap();
    *bias = (bias.clone() * f64::NAN).unwrap();
    safetensors::save(&all, to.join(file)).unwrap();
}

/// Runs a job that fails: its error, and what it leaves.
fn failed(pipeline: &mut ImagePipeline, task: impl Into<PictureTask>) -> (StudioError, Vec<Arc<Latents>>) {
    let (sender, events) = unbounded();
    let reporter = Reporter::new(JobId::next(), sender, Arc::new(|| {}));
    let error = match pipeline.run(&task.into(), &reporter, &CancelToken::new()) {
        Err(Stop::Failed(error)) => error,
        other => panic!("{other:?}"),
    };
    let left = events.try_iter().filter_map(|event| match event.kind {
        EventKind::News(News::Picture(PictureNews::Undecoded { latents })) => Some(latents),
        _ => None,
    });
    (error, left.collect())
}

fn drawn(pipeline: &mut ImagePipeline, task: impl Into<PictureTask>) -> Vec<(Arc<Picture>, Box<PictureRecord>)> {
    run_task(pipeline, &task.into(), &CancelToken::new()).unwrap().pictures
}

#[test]
fn latents_of_a_failed_decode_become_the_picture_with_another_vae() {
    let home = tempfile::tempdir().unwrap();
    for name in ["sd15", "sdxl", "sd3", "flux-schnell"] {
        let bad = home.path().join(name);
        spoiled(name, &bad);
        let good = ModelFiles::Folder(fixtures().join(name));
        let with = Checkpoint { vae: Some(bad), ..Checkpoint::new(fixtures().join(name)) };
        let broken = ModelFiles::Checkpoint(Box::new(with));

        let budget = MemoryBudget::new(8 << 30);
        let mut pipeline = ImagePipeline::new(budget.clone(), DeviceChoice::Cpu);
        let (error, left) = failed(&mut pipeline, on(broken.clone(), small(), 7));
        assert!(matches!(error.cause(), Cause::BadDecode { bad, of } if *bad > 0 && *of == 3 * 64 * 96), "{error}");
        assert_eq!(left.len(), 1, "the job ends at the first one");
        assert_eq!((left[0].record.seed(), left[0].record.prompt.as_str()), (7, "a cat"));

        // With the same VAE it fails again, and nothing is lost: the job still has them.
        let again = |files: &ModelFiles| PictureTask::new(Box::new(on(files.clone(), small(), 0)), left.clone());
        assert!(matches!(failed(&mut pipeline, again(&broken)).0.cause(), Cause::BadDecode { .. }));

        // With the model's own: only the VAE is read, and its memory is given back.
        pipeline.unload();
        let decoded = drawn(&mut pipeline, again(&good));
        assert_eq!(budget.used(), 0);
        let direct = drawn(&mut pipeline, on(good.clone(), small(), 7));
        assert_eq!(decoded.len(), 1);
        assert_eq!(decoded[0].0, direct[0].0, "{name}: the same picture");
        assert_eq!(decoded[0].1, left[0].record, "with the settings that made its latents");
        // Where the model is in memory, it is used.
        assert_eq!(drawn(&mut pipeline, again(&good))[0].0, direct[0].0);
    }
}

#[test]
fn latents_of_another_kind_and_models_without_a_vae_are_refused() {
    let mut pipeline = ImagePipeline::new(MemoryBudget::new(8 << 30), DeviceChoice::Cpu);
    let record = Box::<PictureRecord>::default();
    let latents = Latents { channels: 16, height: 8, width: 8, numbers: vec![0.0; 16 * 64], record };
    let files = ModelFiles::Folder(fixtures().join("sd15"));
    let job = |files| PictureTask::new(Box::new(on(files, small(), 0)), vec![Arc::new(latents.clone())]);
    let (error, _) = failed(&mut pipeline, job(files));
    assert!(error.to_string().contains("16 channels") && error.to_string().contains('4'), "{error}");
    let (error, _) = failed(&mut pipeline, job(ModelFiles::Embedded));
    assert!(matches!(error.cause(), Cause::BadChoice { name: "model", .. }), "{error}");
}
