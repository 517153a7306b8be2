//! `aigc-studio inspect`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::{Context, out, say};
use crate::domain::{ImageParam, ImageParams, Makes, Parameter, PictureRecord, Seed, told};
use crate::engine::Stop;
use crate::error::{Cause, Result, StudioError};
use crate::lang::{Both, Lang};
use crate::store::{Foreign, Program, picture_files};

#[derive(Args)]
pub struct InspectArgs {
    /// PNG, JPEG or WebP files.
    #[arg(required = true, value_name = "PICTURE")]
    pictures: Vec<PathBuf>,
    /// Print one JSON object: the settings of one picture, or `pictures` with those of each.
    #[arg(long)]
    json: bool,
}

/// Reads each picture, also after one that cannot be read; the last error is the command's.
pub fn run(context: &Context, args: &InspectArgs) -> std::result::Result<(), Stop> {
    let lang = context.lang;
    let many = args.pictures.len() > 1;
    let mut last = None;
    let mut objects = Vec::new();
    let mut lines = String::new();
    for path in &args.pictures {
        match read(path) {
            Ok((record, program)) => {
                let notes = notes(context, &record);
                objects.push(object(path, &record, program, &notes));
                if many {
                    lines.push_str(&format!("{}{}\n", if lines.is_empty() { "" } else { "\n" }, path.display()));
                }
                lines.push_str(&table(&record, program, &notes, lang));
            }
            Err(error) => {
                objects.push(json!({ "file": path.display().to_string(), "error": error.summary(lang) }));
                if let Some(before) = last.replace(error) {
                    say(&before, lang);
                }
            }
        }
    }
    let text = match (args.json, many) {
        (true, true) => format!("{}\n", json!({ "pictures": objects })),
        (true, false) if last.is_none() => objects.iter().map(|object| format!("{object}\n")).collect(),
        (true, false) => String::new(),
        (false, _) => lines,
    };
    out::bytes(text.as_bytes())?;
    last.map_or(Ok(()), |error| Err(error.into()))
}

fn read(path: &Path) -> Result<(PictureRecord, Program)> {
    let bad =
        |en: &str, zh: &str| StudioError::from(Cause::BadPicture { path: path.to_owned(), reason: Both::new(en, zh) });
    if path.is_dir() {
        return Err(bad("it is a folder", "它是一个文件夹"));
    }
    let head = picture_files::read_head_of(path)?
        .ok_or_else(|| bad("it is no PNG, JPEG or WebP", "它不是 PNG、JPEG 或 WebP"))?;
    let nothing = StudioError::from(Cause::NoSettingsInside { path: path.to_owned() });
    match head.read() {
        Some(Foreign::Record(record, program)) => Ok((*record, program)),
        Some(Foreign::Known(program)) => Err(nothing.with_details(format!("written by {}", program.name()))),
        None => Err(nothing),
    }
}

/// Sentences about settings of the picture that are missing here, or that the sliders would not take.
fn notes(context: &Context, record: &PictureRecord) -> Vec<String> {
    let catalog = &context.catalog;
    let cards = catalog.cards().iter().filter(|card| catalog.resolve(&card.id, Makes::Image).is_ok());
    let gone = !record.model.is_empty() && record.model_among(cards).is_none();
    let mut notes: Vec<_> = gone.then(|| told::not_here(&record.model)).into_iter().collect();
    let mut params = ImageParams { width: record.width, height: record.height, ..ImageParams::default() };
    notes.extend(params.take(record, None));
    params.clamp();
    if (params.width, params.height) != (record.width, record.height) {
        let sizes = [(record.width, record.height), (params.width, params.height)].map(|(w, h)| format!("{w}x{h}"));
        notes.push(told::named(&Both::new("size", "尺寸"), &sizes[0], &sizes[1]));
    }
    notes.iter().map(|note| note.get(context.lang).to_owned()).collect()
}

/// The values as the picture has them, by the sliders' names; a seed of -1 is a random one.
fn object(path: &Path, record: &PictureRecord, program: Program, notes: &[String]) -> Value {
    let number = |number: ImageParam| match (number.is_whole(), number.get(record)) {
        (true, value) => json!(value as u64),
        (false, value) => json!(value),
    };
    let mut object = json!({
        "file": path.display().to_string(),
        "source": program.name(),
        "prompt": record.prompt,
        "negative": record.negative,
        "steps": number(ImageParam::Steps),
        "sampler": record.sampler.name(),
        "schedule": record.schedule.name(),
        "guidance": number(ImageParam::Guidance),
        "guidance_rescale": number(ImageParam::GuidanceRescale),
        "seed": if record.seed == Seed::Random { json!(-1) } else { json!(record.seed()) },
        "width": record.width,
        "height": record.height,
        "model": record.model,
        "model_hash": record.model_hash,
        "vae": record.vae,
    });
    for rest in rest() {
        object[rest.limit().name.replace('-', "_")] = number(rest);
    }
    object["things"] = json!(record.things.to_string());
    object["layers"] = json!(record.arrangement.to_string());
    object["rng"] = json!(record.noise.name());
    object["version"] = json!(record.version);
    object["notes"] = json!(notes);
    object
}

/// The recorded parameters without a field of their own in the object.
fn rest() -> impl Iterator<Item = ImageParam> {
    let placed = [ImageParam::Steps, ImageParam::Guidance, ImageParam::GuidanceRescale];
    ImageParam::ALL.iter().copied().filter(move |number| number.is_recorded() && !placed.contains(number))
}

fn table(record: &PictureRecord, program: Program, notes: &[String], lang: Lang) -> String {
    let seed = match record.seed {
        Seed::Fixed(seed) => seed.to_string(),
        Seed::Random => lang.pick("random", "随机").to_owned(),
    };
    let number = |number: ImageParam| (number.limit().name, number.get(record).to_string());
    let mut rows = vec![
        ("source", program.name().to_owned()),
        ("prompt", record.prompt.clone()),
        ("negative", record.negative.clone()),
        number(ImageParam::Steps),
        ("sampler", record.sampler.name().to_owned()),
        ("schedule", record.schedule.name().to_owned()),
        number(ImageParam::Guidance),
        number(ImageParam::GuidanceRescale),
        ("seed", seed),
        ("size", format!("{}x{}", record.width, record.height)),
        ("model", record.model.clone()),
        ("model-hash", record.model_hash.clone()),
        ("vae", record.vae.clone()),
    ];
    rows.extend(rest().map(number));
    rows.extend([
        ("things", record.things.to_string()),
        ("layers", record.arrangement.to_string()),
        ("rng", record.noise.name().to_owned()),
        ("version", record.version.clone()),
    ]);
    let mut lines = String::new();
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        lines.push_str(&format!("{name:17} {}\n", value.replace('\n', &format!("\n{:17} ", ""))));
    }
    for note in notes {
        lines.push_str(&format!("{:17} {note}\n", "note"));
    }
    lines
}
