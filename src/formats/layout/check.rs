//! Checks a file against the tensors that its network reads, before anything is loaded.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::names::{Cut, Names, Place, Tensors, is_weight};
use super::needs::{Keys, Needs};
use super::{Found, Part};
use crate::error::{Cause, Result, StudioError};
use crate::formats::file::bad;
use crate::formats::gguf::types::RUNNABLE;
use crate::formats::header::Header;
use crate::lang::{Both, both};

/// The types that weights can be loaded from, for the error.
pub const WEIGHTS: &str = "F64, F32, F16, BF16, F8_E4M3, F8_E5M2, I8 with a scale; in GGUF files F32, F16, BF16, Q4_0, \
                           Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K";

/// Missing ones that are named as the file would, and neighbours that are looked at for it.
const NAMED: usize = 8;

/// Names without neighbours that they could be told from.
const ALONE: [&str; 6] = [
    "positional_embedding",
    "text_projection",
    "token_embedding.weight",
    "token_embd.weight",
    "enc.output_norm.weight",
    "enc.blk.0.attn_rel_b.weight",
];

impl Found {
    /// Checks the part `found` of `whole` against the tensors that its network reads by the configuration `config`.
    /// `tensors` are those of [`Found::tensors`]. An invalid configuration is not reported here.
    ///
    /// # Errors
    /// The first tensor that is missing, of another shape, or of a type that cannot be computed with, by the name that
    /// it has in the file, and how many more there are.
    pub fn check(&self, whole: &Header, tensors: &Header, config: &Value) -> Result<()> {
        let mut needs = Needs::of(tensors);
        let keys = Keys(config);
        // None ends a list early: what was found so far counts.
        let _ = match self.part {
            Part::Unet => super::unet::needs(keys, &mut needs),
            Part::Vae => super::vae::needs(keys, &mut needs),
            Part::Clip => super::clip::needs(keys, &mut needs),
            Part::Sd3 => super::sd3::needs(keys, &mut needs),
            Part::Flux => super::flux::needs(keys, &mut needs),
            Part::ZImage => super::zimage::needs(keys, &mut needs),
            Part::T5 => super::t5::needs(keys, &mut needs),
            Part::Qwen3 => super::qwen3::needs(keys, &mut needs),
            Part::Taesd | Part::Lora | Part::ControlNet | Part::Embedding => Some(()),
        };
        let names = self.names(whole);
        if !needs.missing.is_empty() {
            // Several of ours may be one in the file: queries, keys and values that are joined there.
            let first = needs.missing.iter().take(NAMED);
            let mut missing: Vec<_> =
                first.map(|(name, shape)| self.missing_name(whole, &names, name, shape)).collect();
            missing.dedup();
            let more = match missing.len() - 1 {
                _ if needs.missing.len() > NAMED => Both::new(", nor are many others", "，还缺少许多"),
                0 => Both::default(),
                n => both!(", nor are {n} others", "，还缺少 {n} 个"),
            };
            let name = &missing[0];
            let reason = Both::new(
                format!("the tensor {name} is not in it{}", more.en),
                format!("其中没有张量 {name}{}", more.zh),
            );
            return Err(bad(whole.path(), reason));
        }
        if let Some((name, shape)) = needs.wrong.first() {
            return Err(wrong_shape(whole, tensors, &names, name, shape));
        }
        if let Some(fault) = uncut(whole, &names) {
            return Err(fault);
        }
        if let Some(name) = needs.types.first() {
            let kind = tensors.get(name).map_or_else(String::new, |entry| entry.dtype.name());
            let in_file = |name: &'_ String| names.get(name).map_or(name.clone(), |place| place.name.clone());
            let all: BTreeSet<String> = needs.types.iter().map(in_file).collect();
            let name = in_file(name);
            let more = match all.len() - 1 {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            let found = format!("{kind} ({name}{more})");
            let supported = if whole.gguf.is_some() { RUNNABLE } else { WEIGHTS };
            return Err(Cause::UnsupportedQuantization { found, supported: supported.to_owned() }.into());
        }
        Ok(())
    }

    /// Checks that a CLIP has the projection, which XL (of its wider CLIP) and Stable Diffusion 3 read.
    ///
    /// # Errors
    /// That it has none, by the name that it would have in the file.
    pub fn check_projection(&self, whole: &Header, tensors: &Header) -> Result<()> {
        const NAME: &str = "text_projection.weight";
        if tensors.has(NAME) {
            return Ok(());
        }
        let name = self.missing_name(whole, &self.names(whole), NAME, &[1, 1]);
        Err(bad(whole.path(), both!("the tensor {name} is not in it", "其中没有张量 {name}")))
    }

    /// What a tensor that is not there would be called in the file: as its neighbours are. In layouts with names of
    /// their own, names are put together from a neighbour's start and a like tensor's end, and what the layout reads
    /// as the wanted one is it.
    fn missing_name(&self, whole: &Header, names: &Names, wanted: &str, shape: &[usize]) -> String {
        if self.layout == super::Layout::Diffusers {
            return format!("{}{wanted}", self.prefix);
        }
        let head = |a: &str, b: &str| a.split('.').zip(b.split('.')).take_while(|(a, b)| a == b).count();
        let tail = |a: &str, b: &str| a.rsplit('.').zip(b.rsplit('.')).take_while(|(a, b)| a == b).count();
        let nearest = |near: &dyn Fn(&str) -> usize| {
            let most = names.keys().map(|name| near(name)).max().unwrap_or(0);
            let all = names.iter().filter(|(name, _)| near(name) == most);
            all.map(|(_, place)| &place.name).take(NAMED).collect::<Vec<_>>()
        };
        let (starts, ends) = (nearest(&|name| head(name, wanted)), nearest(&|name| tail(name, wanted)));
        let kind = wanted.rsplit('.').next().unwrap_or_default();
        let mut candidates: Vec<String> = ALONE.iter().map(|name| format!("{}{name}", self.prefix)).collect();
        for start in &starts {
            let stem = ["weight", "bias"].iter().find_map(|other| start.strip_suffix(other));
            candidates.extend(stem.map(|stem| format!("{stem}{kind}")));
        }
        for (start, end) in starts.iter().flat_map(|start| ends.iter().map(move |end| (start, end))) {
            let (start, end): (Vec<_>, Vec<_>) = (start.split('.').collect(), end.split('.').collect());
            for i in (1..start.len().min(end.len())).rev() {
                candidates.push([&start[..i], &end[i..]].concat().join("."));
                candidates.push([&start[..start.len() - i], &end[end.len() - i..]].concat().join("."));
            }
        }
        candidates.retain(|name| !whole.has(name));
        let tensors: Tensors = whole.below(&self.prefix).map(|(n, e)| (n, e.shape.as_slice())).collect();
        let mut tried = BTreeSet::new();
        let found = candidates.iter().filter(|name| tried.insert(name.as_str())).find(|name| {
            let Some(short) = name.strip_prefix(&self.prefix) else { return false };
            // Joined ones have three or seven times as many rows.
            [1, 3, 7].iter().any(|times| {
                let side = |(i, side): (usize, &usize)| if i == 0 { side * times } else { *side };
                let shape: Vec<usize> = shape.iter().enumerate().map(side).collect();
                let mut with = tensors.clone();
                with.insert(short, &shape);
                self.names_of(&with).get(wanted).is_some_and(|place| place.name == short)
            })
        });
        found.cloned().unwrap_or_else(|| format!("{}{wanted}", self.prefix))
    }
}

/// A tensor of another shape, in the shape and by the name that it has in the file.
fn wrong_shape(whole: &Header, tensors: &Header, names: &Names, name: &str, wanted: &[usize]) -> StudioError {
    let in_file = names.get(name).and_then(|place| Some((place, whole.get(&place.name)?)));
    let (tensor, expected, found) = match in_file {
        Some((Place { name, cut }, entry)) => {
            let mut expected = wanted.to_vec();
            match cut {
                Cut::Rows(rows) => {
                    if let (Some(first), Some(all)) = (expected.first_mut(), entry.shape.first()) {
                        // As many times as the rows of the part are in those of the file.
                        *first = *first * all / rows.len().max(1);
                    }
                }
                Cut::Transposed => expected.reverse(),
                Cut::Matrix => expected.resize(entry.shape.len().max(2), 1),
                Cut::Whole | Cut::Swapped => {}
            }
            (name.clone(), expected, entry.shape.clone())
        }
        None => {
            let found = tensors.get(name).map(|entry| entry.shape.clone()).unwrap_or_default();
            (name.to_owned(), wanted.to_vec(), found)
        }
    };
    Cause::WrongShape { tensor, expected: format!("{expected:?}"), found: format!("{found:?}") }.into()
}

/// A joined tensor of which rows are left over.
fn uncut(whole: &Header, names: &Names) -> Option<StudioError> {
    let mut taken = BTreeMap::<&str, usize>::new();
    for (_, place) in names.iter().filter(|(name, _)| is_weight(name)) {
        if let Cut::Rows(rows) = &place.cut {
            *taken.entry(&place.name).or_default() += rows.len();
        }
    }
    taken.into_iter().find_map(|(name, rows)| {
        let found = &whole.get(name)?.shape;
        if found.first() == Some(&rows) {
            return None;
        }
        let mut expected = found.clone();
        expected[0] = rows;
        let (expected, found) = (format!("{expected:?}"), format!("{found:?}"));
        Some(Cause::WrongShape { tensor: name.to_owned(), expected, found }.into())
    })
}
