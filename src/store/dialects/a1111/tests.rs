use super::*;
use crate::domain::{ImageParams, Sampler, Seed};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

fn record(prompt: &str, negative: &str) -> PictureRecord {
    PictureRecord {
        params: ImageParams {
            prompt: prompt.into(),
            negative: negative.into(),
            model: "sticker-64".into(),
            seed: Seed::Fixed(42),
            steps: 24,
            guidance: 3.5,
            width: 64,
            height: 64,
            sampler: Sampler::Heun,
            ..PictureRecord::default().params
        },
        model_hash: "0123456789abcdef".repeat(4),
        version: "AIGC Studio 0.1.0".into(),
        ..PictureRecord::default()
    }
}

fn read(text: &str) -> PictureRecord {
    match parse(text) {
        Parsed::Record(record) => *record,
        other => panic!("{other:?} from {text:?}"),
    }
}

#[test]
fn the_form_is_a1111s() {
    assert_eq!(
        write(&record("a red apple", "blurry")),
        "a red apple\nNegative prompt: blurry\nSteps: 24, Sampler: Heun, CFG scale: 3.5, Seed: 42, Size: 64x64, \
         Model hash: 0123456789, Model SHA-256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef, \
         Model: sticker-64, Version: AIGC Studio 0.1.0"
    );
    let mut short = record("x", "");
    short.model_hash.clear();
    short.model = "my: model, \"v2\"".into();
    short.guidance = 7.0;
    assert_eq!(
        write(&short),
        "x\nSteps: 24, Sampler: Heun, CFG scale: 7, Seed: 42, Size: 64x64, Model: \"my: model, \\\"v2\\\"\", \
         Version: AIGC Studio 0.1.0"
    );
}

#[test]
fn what_words_were_chosen_to_mean_comes_back() {
    let mut chosen = record("a cat on a box", "");
    chosen.things = crate::domain::Things::read("box=package; cat=tiger face");
    let text = write(&chosen);
    assert!(text.contains("Things: box=package; cat=tiger face"), "{text}");
    assert_eq!(read(&text), chosen);
}

#[test]
fn the_arrangement_of_layers_comes_back_and_what_makes_no_sense_in_it_costs_nothing_else() {
    let mut moved = record("a cat on a box", "");
    moved.arrangement =
        crate::domain::Arrangement::read("cat.1: x=0.25 y=0.5 side=0.4 flip seed=7; order: cat.1, box.1");
    let text = write(&moved);
    assert!(text.contains("Layers: \"cat.1: x=0.25 y=0.5"), "{text}");
    assert_eq!(read(&text), moved);
    let broken = text.replace("x=0.25", "x=NaN").replace("seed=7", "seed=1e400 hide");
    let left = read(&broken);
    assert_eq!(left.arrangement.to_string(), "cat.1: flip hide; order: cat.1, box.1");
    assert_eq!((&left.prompt, left.seed), (&moved.prompt, moved.seed));
    let foreign = text.replace("Layers: ", "Layers: [[1;2;3]], Not ours: ");
    assert!(read(&foreign).arrangement.is_empty());
}

/// Pieces that try to be taken for something else.
const PIECES: [&str; 25] = [
    "a red apple",
    "\n",
    "\n\n",
    " ",
    "  ",
    "\t",
    "\r\n",
    "Negative prompt:",
    "\nNegative prompt: no",
    "Steps: 20, Sampler: x",
    "\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1",
    "\"",
    "'",
    ":",
    ",",
    "{",
    "{\"a\": 1}",
    "\\",
    "彩虹",
    "猫 立体",
    "🍎",
    "\0",
    "é",
    "Exact prompt: \"x\"",
    "parameters: x",
];

#[test]
fn every_record_comes_back_exactly() {
    let mut dice = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    for round in 0..20_000 {
        let mut text = |most: usize| -> String {
            (0..dice.random_range(0..=most)).map(|_| *PIECES.choose(&mut dice).unwrap()).collect()
        };
        let (prompt, negative, model, version) = (text(5), text(3), text(2), text(2));
        let given = PictureRecord {
            params: ImageParams {
                prompt,
                negative,
                model,
                seed: Seed::Fixed(dice.random()),
                steps: dice.random_range(1..=150),
                guidance: dice.random_range(1.0..20.0f32),
                width: dice.random_range(1..5000),
                height: dice.random_range(1..5000),
                sampler: Sampler::DIFFUSION[dice.random_range(0..3)],
                ..PictureRecord::default().params
            },
            version,
            model_hash: ["", "abc", "0123456789", &"f".repeat(64)][dice.random_range(0..4)].to_owned(),
            ..PictureRecord::default()
        };
        let text = write(&given);
        assert!(!text.contains('\0'));
        assert_eq!(read(&text), given, "round {round}: {text:?}");
    }
}

#[test]
fn ambiguous_prompts_stay_readable_for_others() {
    let tricky = record("a cat\nNegative prompt: not this", "really this");
    let text = write(&tricky);
    assert!(text.starts_with("a cat\nNegative prompt: not this\nNegative prompt: really this\nSteps: 24, "), "{text}");
    assert_eq!(read(&text), tricky);
}

#[test]
fn a1111_of_another_program() {
    let read = read(
        "masterpiece, (cat:1.2)\nsitting\nNegative prompt: lowres, bad hands\nblurry\nSteps: 30, Sampler: DPM++ 2M SDE, \
         Schedule type: Karras, CFG scale: 7, Seed: 3141592653, Size: 512x768, Model hash: abcdef1234, \
         Model: dreamshaper_8, Lora hashes: \"add: 1, more: 2\", Version: v1.10.1\n",
    );
    assert_eq!(read.prompt, "masterpiece, (cat:1.2)\nsitting");
    assert_eq!(read.negative, "lowres, bad hands\nblurry");
    assert_eq!((read.steps, read.guidance, read.seed()), (30, 7.0, 3_141_592_653));
    assert_eq!((read.width, read.height), (512, 768));
    assert_eq!((read.model.as_str(), read.model_hash.as_str()), ("dreamshaper_8", "abcdef1234"));
    assert_eq!((read.sampler, read.schedule), (Sampler::DpmPp2MSde, Schedule::Karras));
}

#[test]
fn stable_diffusion_cpp_with_json_at_the_end() {
    let read = read(
        "a fox\nSteps: 20, CFG scale: 7.5, Guidance: 3.5, Eta: 0, Seed: 42, Size: 512x512, Model: sd15.safetensors, \
         RNG: cuda, Sampler: euler, Version: stable-diffusion.cpp, SDCPP: {\"Seed\": 9, \"a\": [1, 2], Steps: 3}",
    );
    assert_eq!((read.steps, read.seed(), read.sampler), (20, 42, Sampler::Euler));
    assert_eq!(read.prompt, "a fox");
}

#[test]
fn lines_after_the_settings_do_not_hide_them() {
    let read = read("a dog\r\nSteps: 5, Sampler: Heun, CFG scale: 2\r\nTemplate: a __pet__, Negative Template: none");
    assert_eq!((read.prompt.as_str(), read.steps, read.sampler), ("a dog", 5, Sampler::Heun));
}

#[test]
fn json_is_recognised_and_plain_text_is_no_settings() {
    assert_eq!(parse("{\"sui_image_params\": {\"prompt\": \"cat\", \"steps\": 20}}"), Parsed::ForeignJson);
    for text in ["", "just a prompt", "Steps: 20", "Steps: 20, Sampler: x", "{broken", "\n\n\n"] {
        assert_eq!(parse(text), Parsed::Nothing, "{text:?}");
    }
    assert_eq!(parse(&"[".repeat(100_000)), Parsed::Nothing);
    assert_eq!(parse(&"{\"a\":".repeat(100_000)), Parsed::Nothing);
}

#[test]
fn hostile_values_take_their_defaults() {
    let read = read("x\nSteps: 99999999999999, Sampler: \"unclosed, CFG scale: NaN, Seed: -1, Size: 4x, Model: \"\"");
    assert_eq!((read.steps, read.guidance, read.seed()), (24, 2.0, 0));
    assert_eq!((read.width, read.height), (0, 0));
    assert_eq!(read.model, "");
}

#[test]
fn garbage_never_panics_and_is_quick() {
    let mut dice = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    for _ in 0..5_000 {
        let text: String = (0..dice.random_range(0..12)).map(|_| *PIECES.choose(&mut dice).unwrap()).collect();
        parse(&text);
        parse(&format!("Steps: {text}, {text}: {text}, \"{text}"));
    }
    let start = std::time::Instant::now();
    parse(&"Steps: 1, \"".repeat(MAX_TEXT / 11));
    parse(&"\nSteps: 1".repeat(MAX_TEXT / 9));
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

/// The English notes.
fn notes(record: &PictureRecord) -> Vec<&str> {
    record.notes.iter().map(|note| note.en.as_str()).collect()
}

#[test]
fn seeds_of_64_bits_and_whole_numbers_with_zeros_are_kept() {
    for (seed, kept) in [
        ("648312782957426", 648_312_782_957_426),
        ("18446744073709551615", u64::MAX),
        ("1234.0", 1234),
        ("9007199254740993.0", 9_007_199_254_740_993),
        ("0", 0),
    ] {
        let record = read(&format!("a cat\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: {seed}, Size: 64x64"));
        assert_eq!((record.seed(), record.seed == Seed::Random, notes(&record)), (kept, false, vec![]), "{seed}");
        assert_eq!(read(&write(&record)), record, "written and read again");
    }
}

#[test]
fn a_seed_that_is_none_is_random_and_told() {
    for (seed, word) in [
        ("Seed: -1", "seed -1"),
        ("Seed: -1.0", "seed -1"),
        ("Seed: -2", "not within 0 to 18446744073709551615"),
        ("Seed: 18446744073709551616", "not within 0 to 18446744073709551615"),
        ("Seed: 1.5", "cannot be read: 1.5"),
        ("Seed: abc", "cannot be read: abc"),
        ("Size: 64x64", "seed (a random one)"),
    ] {
        let record = read(&format!("a cat\nSteps: 20, Sampler: Euler, CFG scale: 7, {seed}"));
        assert!(record.seed == Seed::Random, "{seed}");
        assert!(matches!(&notes(&record)[..], [note] if note.contains(word)), "{seed}: {:?}", record.notes);
        assert!(read(&write(&record)).seed == Seed::Random, "{seed} is written as none");
    }
}

#[test]
fn samplers_of_other_programs_are_ours_or_named() {
    use Sampler::{DpmPp2M, DpmPp2MSde, Euler, EulerAncestral, UniPc};
    let all = [
        ("k_euler_a", EulerAncestral, Schedule::Automatic, None),
        ("k_dpmpp_2m", DpmPp2M, Schedule::Automatic, None),
        ("dpmpp_2m_karras", DpmPp2M, Schedule::Karras, None),
        ("dpmpp_2m_sde_gpu", DpmPp2MSde, Schedule::Automatic, None),
        ("dpm++2m karras", DpmPp2M, Schedule::Karras, None),
        ("dpmpp_2m_sde_k", DpmPp2MSde, Schedule::Karras, None),
        ("dpm++2mv2 karras", DpmPp2M, Schedule::Karras, Some("dpm++2mv2; DPM++ 2M")),
        ("uni_pc_bh2", UniPc, Schedule::Automatic, Some("uni_pc_bh2; UniPC")),
        ("DPM++ 2S a Karras", Euler, Schedule::Karras, Some("DPM++ 2S a; Euler")),
        ("DPM++ 2S a", Euler, Schedule::Automatic, Some("DPM++ 2S a; Euler")),
        ("DPM++ 3M SDE Exponential", Euler, Schedule::Exponential, Some("DPM++ 3M SDE; Euler")),
        ("DPM++ 2M SDE Heun", Euler, Schedule::Automatic, Some("DPM++ 2M SDE Heun; Euler")),
        ("DDIM CFG++", Euler, Schedule::Automatic, Some("DDIM CFG++; Euler")),
        ("DPM2 a Karras", Euler, Schedule::Karras, Some("DPM2 a; Euler")),
        ("LMS Karras", Euler, Schedule::Karras, Some("LMS; Euler")),
        ("Restart", Euler, Schedule::Automatic, Some("Restart; Euler")),
        ("dpm++2m ays", DpmPp2M, Schedule::Automatic, Some("schedule ays; Automatic")),
    ];
    for (name, sampler, schedule, told) in all {
        let record = read(&format!("a cat\nSteps: 20, Sampler: {name}, CFG scale: 7, Seed: 42, Size: 512x512"));
        assert_eq!((record.sampler, record.schedule), (sampler, schedule), "{name}");
        let expected = told.map(|told| format!("The picture says {told} is set instead."));
        assert_eq!(notes(&record), expected.as_deref().into_iter().collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn schedules_are_read_from_each_field_and_unknown_ones_named() {
    let of = |fields: &str| read(&format!("a cat\nSteps: 20, {fields}, CFG scale: 7, Seed: 42, Size: 512x512"));
    for (fields, schedule) in [
        ("Sampler: dpmpp_2m, Scheduler: karras", Schedule::Karras),
        ("Sampler: Euler, Schedule type: SGM Uniform", Schedule::SgmUniform),
        ("Sampler: DPM++ 2M Karras, Schedule type: Automatic", Schedule::Karras),
        ("Sampler: DPM++ 2M Karras, Schedule type: Exponential", Schedule::Exponential),
        ("Scheduler: dpmpp_2m_k", Schedule::Karras),
        ("Sampler: Euler, Schedule type: Uniform", Schedule::Normal),
    ] {
        let record = of(fields);
        assert_eq!((record.schedule, notes(&record)), (schedule, vec![]), "{fields}");
    }
    for said in ["KL Optimal", "DDIM Uniform", "Align Your Steps"] {
        let record = of(&format!("Sampler: Euler, Schedule type: {said}"));
        assert_eq!(record.schedule, Schedule::Automatic);
        assert_eq!(notes(&record), [format!("The picture says schedule {said}; Automatic is set instead.")]);
    }
}

#[test]
fn automatic_means_what_a1111_means_by_it() {
    let of = |sampler: &str, rest: &str| {
        read(&format!("a cat\nSteps: 20, Sampler: {sampler}, CFG scale: 7, Seed: 42, Size: 512x512{rest}")).schedule
    };
    for (sampler, schedule) in [
        ("DPM++ 2M", Schedule::Karras),
        ("DPM++ SDE", Schedule::Karras),
        ("DPM2", Schedule::Karras),
        ("DPM++ 2M SDE", Schedule::Exponential),
        ("Euler", Schedule::Normal),
        ("Euler a", Schedule::Normal),
        ("DDIM", Schedule::Automatic),
    ] {
        assert_eq!(of(sampler, ", Schedule type: Automatic"), schedule, "{sampler}");
        assert_eq!(of(sampler, ", Version: v1.10.1"), schedule, "{sampler}: left out is Automatic");
        assert_eq!(of(sampler, ", Version: f2.0.1v1.10.1-previous-659-gc055f2d4"), schedule, "{sampler} of Forge");
        assert_eq!(of(sampler, ", Schedule type: Automatic, Version: AIGC Studio 0.1.0"), Schedule::Automatic, "ours");
    }
    assert_eq!(of("DPM++ 2M", ", Version: v1.6.0"), Schedule::Normal, "before 1.9 the name said it all");
    assert_eq!(of("DPM++ 2M Karras", ", Version: v1.6.0"), Schedule::Karras);
    assert_eq!(of("DPM++ 2M", ""), Schedule::Automatic, "nobody says whose it is");
}

#[test]
fn the_distilled_scale_is_fluxs_guidance() {
    let of = |fields: &str| {
        let record = read(&format!("a cat\nSteps: 20, Sampler: Euler, {fields}, Seed: 42, Size: 896x1152"));
        (record.guidance, record.notes.len())
    };
    assert_eq!(of("CFG scale: 1, Distilled CFG Scale: 3.5, Model: flux1-dev"), (3.5, 0));
    assert_eq!(of("CFG scale: 2, Distilled CFG Scale: 3.5, Model: flux1-dev"), (3.5, 1), "two scales are told");
    assert_eq!(of("CFG scale: 7.000000, Guidance: 3.500000, Model: sd15.safetensors"), (7.0, 0));
    assert_eq!(of("CFG scale: 1.000000, Guidance: 3.500000, Model: sd_turbo"), (1.0, 0));
    assert_eq!(of("CFG scale: 1.000000, Guidance: 3.500000, Model: flux1-dev-q4_0.gguf"), (3.5, 0));
}

#[test]
fn settings_are_found_in_every_shape() {
    let fields = "Steps: 20, Sampler: Heun, CFG scale: 7, Seed: 42, Size: 64x96";
    for text in [
        format!("a cat\nNegative prompt: blurry\n{fields}"),
        format!("  a cat  \n  Negative prompt:   blurry  \n  {fields}"),
        format!("\u{feff}a cat\n\tnegative prompt: blurry\n\t{fields}\n\n"),
        format!("parameters: a cat\nNegative prompt: blurry\n{fields}"),
        format!("Parameters\na cat\nNegative prompt: blurry\n{fields}"),
        format!("a cat Negative prompt: blurry {fields}"),
        format!("a cat. Negative prompt: blurry, {fields}"),
        "a cat Negative prompt: blurry Sampler: Heun, CFG scale: 7, Steps: 20, Seed: 42, Size: 64x96".to_owned(),
        format!("a cat Negative prompt: blurry\n{fields}"),
        "a cat\nNegative prompt: blurry\nSampler: Heun, Steps: 20, CFG scale: 7, Seed: 42, Size: 64x96".to_owned(),
        "a cat\nNegative prompt: blurry\nSize: 64x96, Seed: 42, Sampler: Heun, Steps: 20, CFG scale: 7".to_owned(),
        "a cat\nNegative prompt: blurry\nSteps: 20\nSampler: Heun\nCFG scale: 7\nSeed: 42\nSize: 64x96".to_owned(),
        "a cat\nNegative prompt: blurry\nSteps: 20, Sampler: Heun, CFG scale: 7\nSeed: 42, Size: 64x96".to_owned(),
        "a cat\r\nNegative prompt: blurry\r\nsteps: 20, sampler: Heun, cfg scale: 7, seed: 42, size: 64x96\r\n"
            .to_owned(),
        format!("a cat\nNegative prompt: blurry\n{fields}\nTemplate: a __pet__, Negative Template: none"),
        "a cat\nNegative prompt: blurry\nSteps: 20, Sampler: Heun, CFG scale: 7, Seed: 42, Width: 64, Height: 96"
            .to_owned(),
    ] {
        let record = read(&text);
        assert_eq!((record.prompt.trim_end_matches('.'), record.negative.as_str()), ("a cat", "blurry"), "{text:?}");
        assert_eq!(
            (record.steps, record.sampler, record.guidance, record.seed()),
            (20, Sampler::Heun, 7.0, 42),
            "{text:?}"
        );
        assert_eq!((record.width, record.height, notes(&record)), (64, 96, vec![]), "{text:?}");
    }
    for text in ["Size: 3, Steps: 4 and more", "Note: a, b: c, d: e", "see: this, or: that, and: more\nlast line"] {
        assert_eq!(parse(text), Parsed::Nothing, "{text}");
    }
}

#[test]
fn what_nothing_here_does_is_told() {
    let record = read(
        "a cat\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 42, Size: 512x512, Denoising strength: 0.4, Hires upscale: 2, \
         Eta: 0.000000, RNG: NV, Clip skip: 2, Version: v1.10.1",
    );
    assert_eq!(
        notes(&record),
        [
            "The picture says noise source NV; native is set instead.",
            "The picture also says, and nothing here does the same: Denoising strength 0.4, Hires upscale 2.",
        ]
    );
    assert_eq!((record.clip_skip, record.noise), (2, NoiseSource::Native));
    let bare = read("a cat\nSteps: 20, Seed: 1, Model: x");
    assert_eq!(notes(&bare), ["The picture does not say, and the default is set: sampler (Euler), guidance (2)."]);
    assert!(bare.notes.iter().all(|note| note.zh.contains("采样器（Euler）、引导强度（2）")));
}

#[test]
fn values_out_of_range_stay_to_be_told() {
    let record = read("a cat\nSteps: 200, Sampler: Euler, CFG scale: 45, Seed: 1, Size: 512x512");
    assert_eq!((record.steps, record.guidance, record.notes.len()), (200, 45.0, 0));
    let negative = read("a cat\nSteps: -5, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 512x512");
    assert_eq!(notes(&negative), ["The picture says steps -5, which is not within 1 to 150; 24 is set instead."]);
}

#[test]
fn noise_is_pytorchs_where_the_program_takes_it() {
    let of = |rest: &str| {
        read(&format!("a cat\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 64x64, {rest}")).noise
    };
    assert_eq!(of("Version: ComfyUI"), NoiseSource::Torch);
    assert_eq!(of("RNG: CPU, Version: v1.10.1"), NoiseSource::Torch);
    assert_eq!(of("Version: v1.10.1"), NoiseSource::Native);
}
