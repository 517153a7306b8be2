//! Every weight that a header must have, and may have, with its shape: checked before anything is read, so that a file
//! which would run wrong does not run.

use std::collections::HashSet;

use super::config::{Config, LayerConfig, MixerConfig, unsupported};
use crate::error::{Cause, Result};
use crate::formats::gguf::Gguf;
use crate::lang::both;

/// Required and optional weights; shapes as in candle, `[rows, columns]`.
#[derive(Default)]
struct Inventory {
    needed: Vec<(String, Vec<usize>)>,
    optional: Vec<(String, Vec<usize>)>,
}

impl Inventory {
    fn need(&mut self, name: String, shape: &[usize]) {
        self.needed.push((name, shape.to_vec()));
    }

    fn may(&mut self, name: String, shape: &[usize]) {
        self.optional.push((name, shape.to_vec()));
    }

    /// A norm, with its bias where the architecture's norms may have one.
    fn norm(&mut self, config: &Config, name: &str) {
        self.need(format!("{name}.weight"), &[config.width]);
        if config.ways.layer_norm {
            self.may(format!("{name}.bias"), &[config.width]);
        }
    }
}

/// Refuses a file whose weights are not those of `config`.
pub fn check(gguf: &Gguf, config: &Config) -> Result<()> {
    let mut all = Inventory::default();
    all.need("token_embd.weight".to_owned(), &[config.vocabulary, config.width]);
    all.norm(config, config.ways.last_norm);
    all.may("output.weight".to_owned(), &[config.vocabulary, config.width]);
    for table in ["rope_freqs", "rope_factors_long", "rope_factors_short"] {
        all.may(format!("{table}.weight"), &[config.rotary / 2]);
    }
    for (i, layer) in config.layers.iter().enumerate() {
        list(&mut all, gguf, config, layer, &format!("blk.{i}"));
    }
    let mut known = HashSet::new();
    for (name, shape) in all.needed {
        let found =
            gguf.tensor(&name).ok_or_else(|| gguf.bad(both!("it has no weight {name}", "其中没有权重 {name}")))?;
        check_shape(&name, &shape, &found.shape)?;
        known.insert(name);
    }
    for (name, shape) in all.optional {
        if let Some(found) = gguf.tensor(&name) {
            check_shape(&name, &shape, &found.shape)?;
            known.insert(name);
        }
    }
    // A weight that is left over would change the result: better not run than run wrong. Tables of angles, which old
    // files carry, are computed here.
    let mut left = gguf.tensors().map(|(name, _)| name).filter(|name| !known.contains(*name));
    match left.find(|name| !name.contains("rot_embd")) {
        Some(name) => Err(unsupported(both!("{} with {name}", "{}，含 {name}", config.architecture))),
        None => Ok(()),
    }
}

fn list(all: &mut Inventory, gguf: &Gguf, config: &Config, layer: &LayerConfig, at: &str) {
    let width = config.width;
    let has = |name: &str| gguf.tensor(&format!("{at}.{name}.weight")).is_some();
    let weight = |name: &str| format!("{at}.{name}.weight");
    let bias = |name: &str| format!("{at}.{name}.bias");
    all.norm(config, &format!("{at}.attn_norm"));
    match &layer.mixer {
        MixerConfig::Convolution(taps) => {
            all.need(weight("shortconv.in_proj"), &[3 * width, width]);
            all.need(weight("shortconv.conv"), &[width, *taps]);
            all.need(weight("shortconv.out_proj"), &[width, width]);
        }
        MixerConfig::Attention(shape) => {
            let (q, kv) = (shape.heads * shape.width, shape.kv_heads * shape.width);
            let parts = if has("attn_qkv") {
                vec![("attn_qkv", q + 2 * kv)]
            } else {
                vec![("attn_q", q), ("attn_k", kv), ("attn_v", kv)]
            };
            for (name, rows) in parts {
                all.need(weight(name), &[rows, width]);
                all.may(bias(name), &[rows]);
            }
            all.need(weight("attn_output"), &[width, q]);
            all.may(bias("attn_output"), &[width]);
            for (name, heads) in [("attn_q_norm", shape.heads), ("attn_k_norm", shape.kv_heads)] {
                // One for all heads, or one for each.
                let each = gguf.tensor(&weight(name)).is_some_and(|t| t.shape.len() == 2);
                let shape = if each { vec![heads, shape.width] } else { vec![shape.width] };
                all.may(weight(name), &shape);
            }
        }
    }
    all.may(weight("post_attention_norm"), &[width]);
    all.may(weight("post_ffw_norm"), &[width]);
    if has("ffn_norm") || !config.ways.layer_norm {
        all.norm(config, &format!("{at}.ffn_norm"));
    }
    match &config.experts {
        Some(experts) if layer.experts => {
            all.need(weight("ffn_gate_inp"), &[experts.count, width]);
            all.need(weight("ffn_gate_exps"), &[experts.count, experts.hidden, width]);
            all.need(weight("ffn_up_exps"), &[experts.count, experts.hidden, width]);
            all.need(weight("ffn_down_exps"), &[experts.count, width, experts.hidden]);
        }
        _ => {
            if has("ffn_gate") {
                all.need(weight("ffn_gate"), &[config.hidden, width]);
                all.need(weight("ffn_up"), &[config.hidden, width]);
            } else {
                all.need(weight("ffn_up"), &[2 * config.hidden, width]);
            }
            all.need(weight("ffn_down"), &[width, config.hidden]);
        }
    }
}

fn check_shape(name: &str, expected: &[usize], found: &[usize]) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    let show = |shape: &[usize]| shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" x ");
    Err(Cause::WrongShape { tensor: name.to_owned(), expected: show(expected), found: show(found) }.into())
}
