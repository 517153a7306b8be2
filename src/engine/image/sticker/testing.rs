//! Models of this family made on the spot, for tests: tiny, of random weights, quick to draw with even unoptimised.

use std::fs;
use std::path::Path;

use super::bytes::scale_of;
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
    let mut file = SafetensorsFile::default();
    for weight in weights {
        file.numbers(&weight.name, &weight.shape, &weight.values);
    }
    file.bytes()
}

/// The bytes of a safetensors file whose matrices are in bytes with a scale a row, and the weights that it stands for.
pub fn safetensors_in_bytes(weights: Vec<Weight>) -> (Vec<u8>, Vec<Weight>) {
    let mut file = SafetensorsFile::default();
    let mut meant = Vec::new();
    for mut weight in weights {
        if weight.shape.len() > 1 {
            let mut scales = Vec::new();
            let mut bytes = Vec::new();
            for row in weight.values.chunks_mut(weight.shape[1..].iter().product()) {
                let scale = row.iter().fold(0.0, |most: f32, v| most.max(v.abs())) / 127.0;
                scales.push(scale);
                for value in row {
                    let byte = (*value / scale).round() + 128.0;
                    bytes.push(byte as u8);
                    *value = (byte - 128.0) * scale;
                }
            }
            file.tensor(&weight.name, "U8", &weight.shape, &bytes);
            file.numbers(&scale_of(&weight.name), &weight.shape[..1], &scales);
        } else {
            file.numbers(&weight.name, &weight.shape, &weight.values);
        }
        meant.push(weight);
    }
    (file.bytes(), meant)
}

#[derive(Default)]
struct SafetensorsFile {
    header: serde_json::Map<String, serde_json::Value>,
    data: Vec<u8>,
}

impl SafetensorsFile {
    fn tensor(&mut self, name: &str, dtype: &str, shape: &[usize], bytes: &[u8]) {
        let from = self.data.len();
        self.data.extend(bytes);
        let entry = serde_json::json!({"dtype": dtype, "shape": shape, "data_offsets": [from, self.data.len()]});
        self.header.insert(name.to_owned(), entry);
    }

    fn numbers(&mut self, name: &str, shape: &[usize], values: &[f32]) {
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.tensor(name, "F32", shape, &bytes);
    }

    fn bytes(self) -> Vec<u8> {
        let header = serde_json::Value::Object(self.header).to_string();
        [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &self.data].concat()
    }
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
