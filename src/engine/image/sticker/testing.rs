//! Models of this family made on the spot, for tests: tiny, of random weights, quick to draw with even unoptimised.

use std::fs;
use std::path::Path;

use super::{CONFIG, Config, SPECIAL, VOCAB, WEIGHTS};
use crate::engine::image::noise;

/// Words of the tiny model's vocabulary, after `<pad>` and `<null>`.
pub const TINY_WORDS: [&str; 8] = ["red", "apple", "cat", "dog", "3d", "红", "猫", "苹果"];

/// A network of the family's whole form with some 6,000 weights, drawing 64x64.
pub fn tiny_config() -> Config {
    Config {
        size: 64,
        channels: 4,
        patch: 16,
        conv: 8,
        conv_hidden: 16,
        conv_kernel: 3,
        conv_in: 1,
        conv_out: 1,
        width: 16,
        heads: 2,
        blocks: 2,
        hidden: 16,
        fine: 2,
        time_freqs: 8,
        grid: 2,
        max_tokens: 4,
        sketch: 3,
        vocab: SPECIAL.len() + TINY_WORDS.len(),
    }
}

/// One tensor of a safetensors file in f32.
pub struct Weight {
    pub name: String,
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

/// Random weights for `config`: always the same.
pub fn random_weights(config: &Config) -> Vec<Weight> {
    let weight = |(i, (name, shape)): (usize, (String, Vec<usize>))| {
        let inputs: usize = shape.iter().skip(1).product();
        let scale = if name == "table" { 1.0 } else { (inputs.max(1) as f32).sqrt().recip() };
        let values = noise::gaussian(i as u64, shape.iter().product()).into_iter().map(|v| v * scale).collect();
        Weight { name, shape, values }
    };
    config.tensors().into_iter().enumerate().map(weight).collect()
}

/// The bytes of a safetensors file.
pub fn safetensors(weights: &[Weight]) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    let mut data = Vec::new();
    for weight in weights {
        let from = data.len();
        data.extend(weight.values.iter().flat_map(|v| v.to_le_bytes()));
        let entry = serde_json::json!({"dtype": "F32", "shape": weight.shape, "data_offsets": [from, data.len()]});
        header.insert(weight.name.clone(), entry);
    }
    let header = serde_json::Value::Object(header).to_string();
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat()
}

/// Writes a whole tiny model into `folder` (made if need be), to be used as `ModelFiles::Folder`.
pub fn tiny_sticker(folder: &Path) -> std::io::Result<()> {
    let config = tiny_config();
    fs::create_dir_all(folder)?;
    fs::write(folder.join(WEIGHTS), safetensors(&random_weights(&config)))?;
    fs::write(folder.join(CONFIG), serde_json::to_string(&config)?)?;
    let words: String = SPECIAL.iter().chain(&TINY_WORDS).map(|word| format!("{word}\n")).collect();
    fs::write(folder.join(VOCAB), words)
}
