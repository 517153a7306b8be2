//! From the fields that a program wrote to a record of ours, with words about what is not ours.

use super::program::{Program, has_automatic};
use crate::domain::{
    Arrangement, GUIDANCE, ImageParam, ImageParams, NoiseSource, Parameter, PictureRecord, STEPS, Sampler, SamplerName,
    Schedule, Seed, Things, round_f32, told,
};
use crate::lang::{Both, Lang};

/// What a program wrote, under A1111's names, before it is understood.
pub struct Written {
    pub prompt: String,
    pub negative: String,
    pub fields: Vec<(String, String)>,
    pub program: Program,
}

/// The field with the whole hash of the model, beside A1111's short one.
pub const FULL_HASH: &str = "Model SHA-256";
const SAMPLER: [&str; 3] = ["Sampler", "Sampler name", "Sampling method"];

/// Beginnings of fields that change a picture and that no slider of ours has.
const OTHERS: [&str; 18] = [
    "Denoising strength",
    "Hires ",
    "Variation seed",
    "Seed resize",
    "ControlNet",
    "ADetailer model",
    "Refiner",
    "Face restoration",
    "Tiling",
    "ENSD",
    "Eta",
    "Sigma ",
    "Shift",
    "SAG ",
    "FreeU",
    "PAG ",
    "Dynamic thresholding enabled",
    "LoRA",
];

/// The record; values that are out of a slider's range stay as they are.
pub fn record_of(written: Written) -> PictureRecord {
    let Written { prompt, negative, fields, program } = written;
    let mut reader = Reader { fields: &fields, notes: Vec::new(), missing: Vec::new() };
    let (sampler, behind, sampler_said) = reader.sampler();
    let schedule = reader.schedule(sampler, behind, program);
    let (width, height) = reader.size();
    let seed = reader.seed();
    let guidance = reader.guidance();
    let mut params = ImageParams {
        prompt,
        negative,
        model: reader.text(&["Model", "Checkpoint", "Base model"]),
        width,
        height,
        steps: reader.steps(),
        guidance,
        seed,
        sampler,
        schedule,
        noise: reader.noise(program),
        things: Things::read(&reader.text(&["Things"])),
        arrangement: Arrangement::read(&reader.text(&["Layers"])),
        ..ImageParams::default()
    };
    for number in rarer() {
        if let Some(value) = reader.number(number) {
            number.put(&mut params, value);
        }
    }
    let [model_hash, vae, version] =
        [&[FULL_HASH, "Model hash"][..], &["VAE"], &["Version"]].map(|keys| reader.text(keys));
    reader.tell_missing();
    reader.tell_others();
    PictureRecord { params, model_hash, vae, sampler_said, version, notes: reader.notes }
}

/// The numbers that are written only where they are set, behind the others.
pub fn rarer() -> impl Iterator<Item = ImageParam> {
    let always = [ImageParam::Steps, ImageParam::Guidance];
    ImageParam::ALL.iter().copied().filter(move |number| number.is_recorded() && !always.contains(number))
}

struct Reader<'a> {
    fields: &'a [(String, String)],
    notes: Vec<Both>,
    /// What the picture does not name, and what is set then.
    missing: Vec<Both>,
}

impl<'a> Reader<'a> {
    /// The value of the first of these fields that has one.
    fn get(&self, keys: &[&str]) -> Option<&'a str> {
        let value = |key: &&str| {
            let exact = self.fields.iter().find(|(k, _)| k == key);
            exact.or_else(|| self.fields.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)))
        };
        keys.iter().filter_map(value).map(|(_, value)| value.as_str()).find(|value| !value.is_empty())
    }

    fn text(&self, keys: &[&str]) -> String {
        self.get(keys).unwrap_or_default().to_owned()
    }

    /// A finite number; another is reported.
    fn real(&mut self, keys: &[&str]) -> Option<f32> {
        let said = self.get(keys)?;
        let value = said.trim().parse::<f32>().ok().filter(|v| v.is_finite());
        if value.is_none() {
            self.unreadable(keys[0], said);
        }
        value
    }

    /// A whole number; `1234.0` is one.
    fn whole(&mut self, keys: &[&str]) -> Option<i128> {
        let said = self.get(keys)?;
        let value = whole(said);
        if value.is_none() {
            self.unreadable(keys[0], said);
        }
        value
    }

    fn unreadable(&mut self, key: &str, said: &str) {
        self.notes.push(Both::new(
            format!("The picture's {key} cannot be read: {said}."),
            format!("图片中的 {key} 无法识别：{said}。"),
        ));
    }

    fn steps(&mut self) -> u32 {
        let default = STEPS.default as u32;
        if self.get(STEPS.keys).is_none() {
            self.missing.push(Both::new(format!("steps ({default})"), format!("步数（{default}）")));
            return default;
        }
        let Some(said) = self.whole(STEPS.keys) else { return default };
        u32::try_from(said).unwrap_or_else(|_| {
            let range = (STEPS.min, STEPS.max);
            self.notes.push(told::out_of_range(&Both::new("steps", "步数"), said as f64, range, STEPS.default));
            default
        })
    }

    /// The guidance scale: with FLUX the distilled guidance, which is an input of its network.
    fn guidance(&mut self) -> f32 {
        let plain = self.real(GUIDANCE.keys);
        let distilled = self.real(&["Distilled CFG Scale"]);
        // stable-diffusion.cpp writes it with every model; without guidance of its own only FLUX uses it.
        let own = self.get(&["Guidance"]).and_then(|said| said.trim().parse::<f32>().ok()).filter(|v| v.is_finite());
        let own = own.filter(|_| plain.is_none_or(|scale| scale == 1.0) && self.names_flux());
        if let (Some(distilled), Some(plain)) = (distilled, plain.filter(|scale| *scale > 1.0)) {
            self.notes.push(Both::new(
                format!("The picture says CFG scale {plain} beside a distilled guidance of {distilled}; only the latter is set."),
                format!("图片中除蒸馏引导 {distilled} 外还有 CFG {plain}，只使用前者。"),
            ));
        }
        distilled.or(own).or(plain).unwrap_or_else(|| {
            if self.get(GUIDANCE.keys).is_none() {
                let set = GUIDANCE.default;
                self.missing.push(Both::new(format!("guidance ({set})"), format!("引导强度（{set}）")));
            }
            GUIDANCE.default as f32
        })
    }

    /// Whether the model's name speaks of FLUX: a hint for a number alone, never for what a file is.
    fn names_flux(&self) -> bool {
        self.get(&["Model"]).is_some_and(|model| model.to_ascii_lowercase().contains("flux"))
    }

    fn seed(&mut self) -> Seed {
        let keys = ["Seed", "Noise seed"];
        if self.get(&keys).is_none() {
            self.missing.push(Both::new("seed (a random one)", "种子（随机）"));
            return Seed::Random;
        }
        let Some(said) = self.whole(&keys) else { return Seed::Random };
        if let Ok(seed) = u64::try_from(said) {
            return Seed::Fixed(seed);
        }
        self.notes.push(match said {
            -1 => Both::new(
                "The picture says seed -1: each picture gets a new one.",
                "图片中的种子是 -1：每张图片使用新的随机种子。",
            ),
            _ => Both::new(
                format!("The picture says seed {said}, which is not within 0 to {}; a random one is set.", u64::MAX),
                format!("图片中的种子是 {said}，超出 0 到 {} 的范围，改用随机种子。", u64::MAX),
            ),
        });
        Seed::Random
    }

    /// The sampler, the schedule that its name ends with, and its name where it is none of ours.
    fn sampler(&mut self) -> (Sampler, Option<&'a str>, Option<String>) {
        let Some(said) = self.get(&SAMPLER).or_else(|| self.scheduler().filter(|said| is_sampler(said))) else {
            let set = Sampler::default().name();
            self.missing.push(Both::new(format!("sampler ({set})"), format!("采样器（{set}）")));
            return (Sampler::default(), None, None);
        };
        let SamplerName { name, schedule } = SamplerName::read(said);
        if let Some(sampler) = Sampler::parse(name) {
            return (sampler, schedule, None);
        }
        let set = Sampler::kin(name).unwrap_or_default();
        self.notes.push(told::instead(name, set.name()));
        (set, schedule, Some(name.to_owned()))
    }

    fn scheduler(&self) -> Option<&'a str> {
        self.get(&["Schedule type", "Scheduler", "Schedule"])
    }

    /// The schedule: by its own field, or behind the sampler's name as older programs have it.
    fn schedule(&mut self, sampler: Sampler, behind: Option<&str>, program: Program) -> Schedule {
        // Where no field is called a sampler, it may be what is called a scheduler.
        let own = self.scheduler().filter(|said| self.get(&SAMPLER).is_some() || !is_sampler(said));
        let named = own.filter(|said| Schedule::parse(said) != Some(Schedule::Automatic)).or(behind);
        if let Some(said) = named {
            return Schedule::parse(said).unwrap_or_else(|| {
                let what = Both::new("schedule", "调度");
                self.notes.push(told::named(&what, said, Schedule::Automatic.name()));
                Schedule::Automatic
            });
        }
        if program == Program::Studio {
            return Schedule::Automatic;
        }
        let says_automatic = own.is_some_and(|said| said.trim().eq_ignore_ascii_case("automatic"));
        let theirs = Schedule::automatic_of_a1111(sampler);
        let version = self.text(&["Version"]);
        let knows = matches!(program, Program::A1111 | Program::Forge).then(|| has_automatic(&version)).flatten();
        match knows {
            _ if says_automatic => theirs,
            Some(true) => theirs,
            // Before there was an Automatic, a sampler without a schedule in its name had none.
            Some(false) if theirs != Schedule::Automatic => Schedule::Normal,
            _ => Schedule::Automatic,
        }
    }

    fn noise(&mut self, program: Program) -> NoiseSource {
        let Some(said) = self.get(&["RNG"]) else {
            return if program.draws_as_torch() { NoiseSource::Torch } else { NoiseSource::Native };
        };
        match said.trim() {
            said if said.eq_ignore_ascii_case("cpu") || said.eq_ignore_ascii_case("torch") => NoiseSource::Torch,
            said if said.eq_ignore_ascii_case("native") => NoiseSource::Native,
            said => {
                self.notes.push(told::named(&Both::new("noise source", "噪声来源"), said, NoiseSource::Native.name()));
                NoiseSource::Native
            }
        }
    }

    /// One of the rarer numbers, where the picture says it.
    fn number(&mut self, number: ImageParam) -> Option<f64> {
        let keys = number.limit().keys;
        let value = match number.is_whole() {
            true => self.whole(keys)? as f64,
            false => round_f32(self.real(keys)?),
        };
        // ComfyUI counts the layers with a minus sign.
        Some(if number == ImageParam::ClipSkip { value.abs() } else { value })
    }

    /// 0 and 0 where it is missing.
    fn size(&mut self) -> (u32, u32) {
        if let Some(said) = self.get(&["Size", "Resolution"]) {
            return size(said).unwrap_or_else(|| {
                self.unreadable("Size", said);
                (0, 0)
            });
        }
        let mut side = |key| self.whole(&[key]).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        (side("Width"), side("Height"))
    }

    fn tell_missing(&mut self) {
        if self.missing.is_empty() {
            return;
        }
        let list = |lang: Lang, gap| self.missing.iter().map(|b| b.get(lang)).collect::<Vec<_>>().join(gap);
        let (en, zh) = (list(Lang::En, ", "), list(Lang::Zh, "、"));
        self.notes.push(Both::new(
            format!("The picture does not say, and the default is set: {en}."),
            format!("图片没有说明、使用默认值的有：{zh}。"),
        ));
    }

    fn tell_others(&mut self) {
        let is_other = |(key, value): &&(String, String)| {
            let off = value.trim().parse::<f64>() == Ok(0.0) || value.eq_ignore_ascii_case("false");
            !off && OTHERS.iter().any(|other| key.starts_with(other))
        };
        let found: Vec<String> =
            self.fields.iter().filter(is_other).take(12).map(|(key, value)| format!("{key} {value}")).collect();
        if !found.is_empty() {
            let found = found.join(", ");
            self.notes.push(Both::new(
                format!("The picture also says, and nothing here does the same: {found}."),
                format!("图片中还有这里没有的设置：{found}。"),
            ));
        }
    }
}

/// Whether what a picture calls a scheduler is a sampler, as InvokeAI and diffusers have it.
fn is_sampler(said: &str) -> bool {
    let SamplerName { name, schedule } = SamplerName::read(said);
    // `ddim_uniform` is a schedule of ComfyUI and A1111.
    let ddim_uniform = schedule.is_some_and(|s| s.eq_ignore_ascii_case("uniform"));
    Schedule::parse(said).is_none() && !ddim_uniform && Sampler::parse(name).is_some()
}

/// A whole number, also where it is written with zeros behind a point.
fn whole(said: &str) -> Option<i128> {
    let said = said.trim();
    let digits = match said.split_once('.') {
        Some((digits, zeros)) if zeros.bytes().all(|b| b == b'0') => digits,
        Some(_) => return None,
        None => said,
    };
    digits.parse().ok()
}

/// `512x768`, `512 × 768`, `(512, 768)`.
fn size(said: &str) -> Option<(u32, u32)> {
    let bare = said.trim().trim_matches(['(', ')', '[', ']']);
    let (width, height) = bare.split_once(['x', 'X', '×', '*', ','])?;
    let side = |text: &str| u32::try_from(whole(text)?).ok();
    Some((side(width)?, side(height)?))
}
