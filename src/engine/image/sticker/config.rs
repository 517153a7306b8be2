//! The shape of a network of this family: `config.json`, bounded, and the tensors that follow from it.

use std::path::Path;

use serde::Deserialize;

use super::bytes::TABLE;
use crate::error::Result;
use crate::formats::file::{bad, damaged};
use crate::lang::{Both, both};

/// Channels between the two convolutions of the refinement.
pub const FINE_HIDDEN: usize = 16;

/// `config.json`; keys that only the training needs are ignored.
#[derive(Clone, Debug, PartialEq, Deserialize, serde::Serialize)]
pub struct Config {
    /// Pixels of a side; pictures are square.
    pub size: usize,
    /// 4: RGBA.
    pub channels: usize,
    /// Pixels of a cell's side at the convolutions' resolution.
    pub patch: usize,
    pub conv: usize,
    pub conv_hidden: usize,
    pub conv_kernel: usize,
    pub conv_in: usize,
    pub conv_out: usize,
    pub width: usize,
    pub heads: usize,
    pub blocks: usize,
    pub hidden: usize,
    pub fine: usize,
    pub time_freqs: usize,
    /// The transformer's patches on a side: `size / patch / 2`.
    pub grid: usize,
    pub max_tokens: usize,
    /// Channels of the rough picture that the sum of a prompt's word vectors is decoded to.
    pub sketch: usize,
    /// Rows of the word table, lines of the vocabulary.
    pub vocab: usize,
}

impl Config {
    /// Reads a configuration and checks its bounds; `path` is for the error.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let config: Self = serde_json::from_str(text).map_err(|e| damaged(path, e, "它不是这种模型的配置"))?;
        match config.fault() {
            None => Ok(config),
            Some(fault) => Err(bad(path, fault)),
        }
    }

    /// The first thing that a network of this family cannot be.
    fn fault(&self) -> Option<Both> {
        // Far above what a processor could run, and low enough that no product below leaves 64 bits.
        let ranges = [
            ("size", self.size, 8, 2048),
            ("channels", self.channels, 4, 4),
            ("patch", self.patch, 1, 64),
            ("conv", self.conv, 1, 8192),
            ("conv_hidden", self.conv_hidden, 1, 32_768),
            ("conv_kernel", self.conv_kernel, 1, 15),
            ("conv_in", self.conv_in, 1, 64),
            ("conv_out", self.conv_out, 1, 64),
            ("width", self.width, 4, 8192),
            ("heads", self.heads, 1, 128),
            ("blocks", self.blocks, 1, 128),
            ("hidden", self.hidden, 1, 32_768),
            ("fine", self.fine, 1, 64),
            ("time_freqs", self.time_freqs, 1, 4096),
            ("grid", self.grid, 1, 128),
            ("max_tokens", self.max_tokens, 1, 1024),
            ("sketch", self.sketch, 1, 64),
            ("vocab", self.vocab, 2, 1_000_000),
        ];
        for (name, value, min, max) in ranges {
            if value < min || value > max {
                return Some(both!(
                    "{name} is {value}, which is not between {min} and {max}",
                    "{name} 为 {value}，不在 {min} 与 {max} 之间"
                ));
            }
        }
        if self.conv_kernel.is_multiple_of(2) {
            return Some(both!("conv_kernel is {}, which is not odd", "conv_kernel 为 {}，不是奇数", self.conv_kernel));
        }
        if self.grid * 2 * self.patch != self.size {
            let (grid, patch, size) = (self.grid, self.patch, self.size);
            return Some(both!(
                "grid {grid} times patch {patch} times 2 is not the size {size}",
                "grid {grid} × patch {patch} × 2 不等于 size {size}"
            ));
        }
        if !self.width.is_multiple_of(4 * self.heads) {
            return Some(both!(
                "width {} is not a multiple of 4 times {} heads",
                "width {} 不是 4 × {} 个头的倍数",
                self.width,
                self.heads
            ));
        }
        None
    }

    /// Cells on a side at the convolutions' resolution.
    pub fn cells(&self) -> usize {
        self.size / self.patch
    }

    pub fn patches(&self) -> usize {
        self.grid * self.grid
    }

    pub fn head_dim(&self) -> usize {
        self.width / self.heads
    }

    /// Numbers of a picture.
    pub fn numbers(&self) -> usize {
        self.size * self.size * self.channels
    }

    /// Every tensor of the network with its shape, as the training code names and stores them.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let (w, c, patch2, cells) = (self.width, self.conv, self.patch * self.patch, self.cells());
        let mut all = vec![
            (TABLE.to_owned(), vec![self.vocab, w]),
            ("rope.cos".to_owned(), vec![self.patches(), self.head_dim() / 2]),
            ("rope.sin".to_owned(), vec![self.patches(), self.head_dim() / 2]),
            ("pos".to_owned(), vec![self.patches(), w]),
        ];
        let mut linear = |name: &str, from: usize, to: usize| {
            all.push((format!("{name}.weight"), vec![to, from]));
            all.push((format!("{name}.bias"), vec![to]));
        };
        linear("time1", 2 * self.time_freqs, w);
        linear("time2", w, w);
        linear("text1", w, w);
        linear("text2", w, w);
        linear("mod", w, 6 * w);
        linear("conv_mod", w, 3 * c);
        linear("sketch", w, cells * cells * self.sketch);
        linear("sketch_in", self.sketch, c);
        linear("embed", patch2 * self.channels, c);
        linear("merge", 4 * c, w);
        linear("unmerge", w, 4 * c);
        linear("pixels", c, patch2 * self.fine);
        let convs = (0..self.conv_in).map(|i| format!("conv_in.{i}"));
        for name in convs.chain((0..self.conv_out).map(|i| format!("conv_out.{i}"))) {
            all.push((format!("{name}.depth.weight"), vec![c, 1, self.conv_kernel, self.conv_kernel]));
            all.push((format!("{name}.depth.bias"), vec![c]));
            all.push((format!("{name}.up.weight"), vec![self.conv_hidden, c]));
            all.push((format!("{name}.up.bias"), vec![self.conv_hidden]));
            all.push((format!("{name}.down.weight"), vec![c, self.conv_hidden]));
            all.push((format!("{name}.down.bias"), vec![c]));
            all.push((format!("{name}.mod"), vec![3 * c]));
        }
        for i in 0..self.blocks {
            all.push((format!("blocks.{i}.qkv.weight"), vec![3 * w, w]));
            all.push((format!("blocks.{i}.proj.weight"), vec![w, w]));
            all.push((format!("blocks.{i}.q_norm"), vec![self.head_dim()]));
            all.push((format!("blocks.{i}.k_norm"), vec![self.head_dim()]));
            all.push((format!("blocks.{i}.gate_up.weight"), vec![2 * self.hidden, w]));
            all.push((format!("blocks.{i}.down.weight"), vec![w, self.hidden]));
            all.push((format!("blocks.{i}.mod"), vec![6 * w]));
        }
        all.push(("fine1.weight".to_owned(), vec![FINE_HIDDEN, self.fine + self.channels, 3, 3]));
        all.push(("fine1.bias".to_owned(), vec![FINE_HIDDEN]));
        all.push(("fine2.weight".to_owned(), vec![self.channels, FINE_HIDDEN, 3, 3]));
        all.push(("fine2.bias".to_owned(), vec![self.channels]));
        all
    }

    /// Bytes that the loaded network takes: weights in f32 (the word table in two bytes a number) and the largest
    /// intermediate results of a guided step, with room for the allocator.
    pub fn memory(&self) -> u64 {
        let weights: u64 = self
            .tensors()
            .iter()
            .map(|(name, shape)| {
                let count = shape.iter().map(|&n| n as u64).product::<u64>();
                if name == TABLE { count.saturating_mul(2) } else { count.saturating_mul(4) }
            })
            .fold(0, u64::saturating_add);
        let cells = (self.cells() * self.cells()) as u64;
        let sequence = (self.patches() + self.max_tokens) as u64;
        let numbers = [
            cells * (4 * self.conv + 2 * self.conv_hidden) as u64,
            sequence * (8 * self.width + 4 * self.hidden) as u64 + sequence * sequence * 2 * self.heads as u64,
            // A 3x3 convolution unfolds nine neighbours.
            (self.size * self.size) as u64 * 12 * FINE_HIDDEN as u64,
        ];
        weights.saturating_add(2 * 4 * 2 * numbers.iter().sum::<u64>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::image::sticker::testing;
    use crate::error::Cause;

    #[test]
    fn hostile_values_are_refused_before_anything_is_made_of_them() {
        let good = testing::tiny_config();
        let cases: [fn(&mut Config); 8] = [
            |c| c.width = usize::MAX,
            |c| c.vocab = 1 << 60,
            |c| c.blocks = 0,
            |c| c.heads = 0,
            |c| c.heads = 3,
            |c| c.grid += 1,
            |c| c.conv_kernel = 4,
            |c| c.channels = 3,
        ];
        assert_eq!(good.fault(), None);
        for (i, spoil) in cases.iter().enumerate() {
            let mut bad = good.clone();
            spoil(&mut bad);
            let text = serde_json::to_string(&bad).unwrap();
            let error = Config::parse(&text, Path::new("config.json")).unwrap_err();
            assert!(matches!(error.cause(), Cause::BadModelFile { .. }), "case {i}");
        }
        for text in ["", "{}", "[]", "{\"size\": -1}", "{\"size\": 1e99}"] {
            assert!(Config::parse(text, Path::new("config.json")).is_err(), "{text}");
        }
    }

    #[test]
    fn the_largest_values_allowed_do_not_overflow() {
        let config = Config {
            size: 2048,
            channels: 4,
            patch: 8,
            conv: 8192,
            conv_hidden: 32_768,
            conv_kernel: 15,
            conv_in: 64,
            conv_out: 64,
            width: 8192,
            heads: 128,
            blocks: 128,
            hidden: 32_768,
            fine: 64,
            time_freqs: 4096,
            grid: 128,
            max_tokens: 1024,
            sketch: 64,
            vocab: 1_000_000,
        };
        assert_eq!(config.fault(), None);
        assert!(config.memory() > 1 << 38);
    }
}
