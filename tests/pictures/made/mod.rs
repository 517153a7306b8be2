//! Jobs on the tiny pipelines of `tests/fixtures/pipelines`, and how near their pictures are to diffusers'.

pub mod raw;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aigc_studio::domain::{
    DeviceChoice, EventKind, ImageParams, ImageRequest, JobId, ModelFiles, ModelRef, News, NoiseSource, Outcome,
    Picture, PictureNews, PictureRecord, PictureTask, ReadTo, Sampler, Schedule,
};
use aigc_studio::engine::image::ImagePipeline;
use aigc_studio::engine::{Backend, CancelToken, MemoryBudget, Reporter, Stop};
use aigc_studio::lang::Both;
use crossbeam_channel::unbounded;
use serde_json::{Value, json};

pub fn fixtures() -> PathBuf {
    let ours = || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pipelines");
    std::env::var_os("PIPELINE_FIXTURES").map_or_else(ours, PathBuf::from)
}

pub fn request(folder: &Path, params: ImageParams, seed: u64) -> ImageRequest {
    on(ModelFiles::Folder(folder.to_owned()), params, seed)
}

pub fn on(files: ModelFiles, params: ImageParams, seed: u64) -> ImageRequest {
    let model = ModelRef { id: "tiny".into(), files, sha256: None };
    ImageRequest { params, model, seed, layers: false, strict: false }
}

/// The cases of a pipeline.
pub fn cases(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(fixtures().join(name).join("expected.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(!cases.is_empty());
    cases
}

/// What a job made: its pictures, and how many previews were shown.
pub struct Made {
    pub pictures: Vec<(Arc<Picture>, Box<PictureRecord>)>,
    pub previews: usize,
    /// Width and height of the last preview.
    pub preview_size: (u32, u32),
    pub loading: Vec<f32>,
    pub cut: Vec<ReadTo>,
    /// What was told to be taken out of the prompts.
    pub left_out: Vec<Both>,
    pub widened: u32,
    /// Models that left the memory for this job.
    pub freed: Vec<String>,
}

pub fn run(pipeline: &mut ImagePipeline, request: &ImageRequest, token: &CancelToken) -> Result<Made, Stop> {
    run_task(pipeline, &request.clone().into(), token)
}

pub fn run_task(pipeline: &mut ImagePipeline, task: &PictureTask, token: &CancelToken) -> Result<Made, Stop> {
    let (sender, events) = unbounded();
    let reporter = Reporter::new(JobId::next(), sender, Arc::new(|| {}));
    let Outcome::Image(stats) = pipeline.run(task, &reporter, token)? else { panic!("no picture job") };
    let mut made = Made {
        pictures: vec![],
        previews: 0,
        preview_size: (0, 0),
        loading: vec![],
        cut: stats.read_to,
        left_out: vec![],
        widened: stats.widened,
        freed: vec![],
    };
    for event in events.try_iter() {
        match event.kind {
            EventKind::News(News::Picture(PictureNews::Picture { picture, record, .. })) => {
                made.pictures.push((picture, record))
            }
            EventKind::News(News::Picture(PictureNews::Preview { picture, .. })) => {
                made.previews += 1;
                made.preview_size = (picture.width, picture.height);
            }
            EventKind::Freed { id } => made.freed.push(id),
            EventKind::News(News::Picture(PictureNews::LeftOut { notes })) => {
                assert!(made.pictures.is_empty() && made.previews == 0, "told before anything is drawn");
                made.left_out = notes;
            }
            EventKind::Loading { fraction: Some(part) } => made.loading.push(part),
            _ => {}
        }
    }
    Ok(made)
}

pub fn pipeline() -> ImagePipeline {
    ImagePipeline::new(MemoryBudget::new(8 << 30), DeviceChoice::Cpu)
}

/// The settings of a case as diffusers was called with them.
pub fn params(case: &Value) -> (ImageParams, u64) {
    let number = |key: &str, otherwise: f64| case[key].as_f64().unwrap_or(otherwise);
    let text = |key: &str| case[key].as_str().unwrap_or_default().to_owned();
    let sampler = case["scheduler"].as_str().map_or(Sampler::Automatic, |name| Sampler::parse(name).unwrap());
    let schedule = if case["karras"].as_bool() == Some(true) { Schedule::Karras } else { Schedule::Automatic };
    let params = ImageParams {
        prompt: text("prompt"),
        negative: text("negative_prompt"),
        width: number("width", 0.0) as u32,
        height: number("height", 0.0) as u32,
        steps: number("num_inference_steps", 0.0) as u32,
        guidance: number("guidance_scale", 0.0) as f32,
        guidance_rescale: number("guidance_rescale", 0.0) as f32,
        // diffusers counts from none, A1111 and we from one.
        clip_skip: 1 + number("clip_skip", 0.0) as u32,
        sampler,
        schedule,
        noise: NoiseSource::Torch,
        ..ImageParams::default()
    };
    (params, number("seed", 0.0) as u64)
}

/// Peak signal to noise in dB over red, green and blue, and the mean difference in 255ths.
pub fn compare(got: &Picture, expected: &Path) -> (f64, f64) {
    let expected = image::open(expected).unwrap().to_rgba8();
    assert_eq!((got.width, got.height), expected.dimensions());
    let colours = got.rgba.iter().zip(expected.as_raw()).enumerate().filter(|(i, _)| i % 4 < 3);
    let differences: Vec<f64> = colours.map(|(_, (a, b))| f64::from(a.abs_diff(*b))).collect();
    let n = differences.len() as f64;
    let square = differences.iter().map(|d| d * d).sum::<f64>() / n;
    (10.0 * (255.0 * 255.0 / square.max(1e-9)).log10(), differences.iter().sum::<f64>() / n)
}

/// All cases of a pipeline on `files`, 40 dB or better against what diffusers drew.
#[track_caller]
pub fn check_on(name: &str, files: &ModelFiles) {
    let mut pipeline = pipeline();
    let mut wrong = Vec::new();
    for (k, case) in cases(name).iter().enumerate() {
        let (mut params, seed) = params(case);
        // diffusers' own scale of Z-Image counts from the prompt's prediction, ours from none, as everywhere.
        if name == "zimage" && params.guidance > 0.0 {
            params.guidance += 1.0;
        }
        let made = run(&mut pipeline, &on(files.clone(), params, seed), &CancelToken::new()).unwrap();
        let (picture, record) = &made.pictures[0];
        assert_eq!((record.seed(), record.noise, record.model_hash.len()), (seed, NoiseSource::Torch, 64));
        assert_ne!(record.sampler, Sampler::Automatic, "the record names the sampler that ran");
        let (db, mean) = compare(picture, &fixtures().join(name).join(format!("expected-{k}.png")));
        println!("{name} {k}: {db:.1} dB, mean difference {mean:.4} / 255");
        if db < 40.0 || mean > 1.0 {
            wrong.push(format!("{name} {k}: {db:.1} dB, mean difference {mean:.3} / 255: {case}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A checkpoint of `tests/fixtures/single`.
pub fn single(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/single").join(name)
}

/// Names and shapes of full-size checkpoints, with the configurations that made them, by name.
pub fn full_sizes() -> BTreeMap<String, Value> {
    let mut text = String::new();
    let packed = std::fs::File::open(single("shapes.json.gz")).unwrap();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A checkpoint with the shapes of `shapes`, and no numbers: a file with a hole as long as they would be.
pub fn hollow(path: &Path, shapes: &BTreeMap<String, Vec<u64>>) {
    let mut at = 0;
    let mut header = serde_json::Map::new();
    for (name, shape) in shapes {
        let bytes = 2 * shape.iter().product::<u64>();
        header.insert(name.clone(), json!({"dtype": "F16", "shape": shape, "data_offsets": [at, at + bytes]}));
        at += bytes;
    }
    let header = serde_json::to_vec(&header).unwrap();
    let file = std::fs::File::create(path).unwrap();
    std::io::Write::write_all(&mut &file, &(header.len() as u64).to_le_bytes()).unwrap();
    std::io::Write::write_all(&mut &file, &header).unwrap();
    file.set_len(8 + header.len() as u64 + at).unwrap();
}

pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() { copy_folder(&path, &to) } else { std::fs::copy(&path, to).map(drop).unwrap() }
    }
}
