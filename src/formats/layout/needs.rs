//! What a network reads of its file: the tensors that must be there, with their shapes, and the keys of its
//! configuration that tell them.

use serde_json::Value;

use crate::formats::header::Header;

/// Faults that are counted before the rest is not looked at: a configuration from outside may ask for any number.
const MOST: usize = 100;

/// Checks wanted tensors, one by one, against those that are there. `None` stops it after `MOST` faults.
pub(super) struct Needs<'a> {
    tensors: &'a Header,
    /// Names and shapes of those that are not there.
    pub missing: Vec<(String, Vec<usize>)>,
    /// Those that are there in another shape.
    pub wrong: Vec<(String, Vec<usize>)>,
    /// Those of a type that cannot be computed with.
    pub types: Vec<String>,
}

impl<'a> Needs<'a> {
    /// A check of `tensors` without any results yet.
    pub fn of(tensors: &'a Header) -> Self {
        Self { tensors, missing: Vec::new(), wrong: Vec::new(), types: Vec::new() }
    }

    pub fn has(&self, name: &str) -> bool {
        self.tensors.has(name)
    }

    pub fn any_below(&self, prefix: &str) -> bool {
        self.tensors.any_below(prefix)
    }

    /// Whether a tensor is there in this shape.
    pub fn is(&self, name: &str, shape: &[usize]) -> bool {
        self.tensors.get(name).is_some_and(|entry| entry.shape == shape)
    }

    /// Requires the tensor `name` in this `shape` and of a type that runs.
    pub fn tensor(&mut self, name: impl Into<String>, shape: &[usize]) -> Option<()> {
        let name = name.into();
        match self.tensors.get(&name) {
            None => self.missing.push((name, shape.to_vec())),
            Some(entry) if entry.shape != shape => self.wrong.push((name, shape.to_vec())),
            Some(entry) if !entry.dtype.runs(entry.scale.is_some()) => self.types.push(name),
            Some(_) => {}
        }
        (self.missing.len() + self.wrong.len() + self.types.len() < MOST).then_some(())
    }

    /// A matrix `weight` `[out, from]`.
    pub fn matrix(&mut self, name: impl AsRef<str>, from: usize, out: usize) -> Option<()> {
        self.tensor(format!("{}.weight", name.as_ref()), &[out, from])
    }

    /// A matrix with a `bias`.
    pub fn linear(&mut self, name: impl AsRef<str>, from: usize, out: usize) -> Option<()> {
        self.matrix(&name, from, out)?;
        self.tensor(format!("{}.bias", name.as_ref()), &[out])
    }

    /// Requires a convolution: `weight` `[out, from, side, side]` and `bias` `[out]`.
    pub fn conv(&mut self, name: impl AsRef<str>, from: usize, out: usize, side: usize) -> Option<()> {
        self.tensor(format!("{}.weight", name.as_ref()), &[out, from, side, side])?;
        self.tensor(format!("{}.bias", name.as_ref()), &[out])
    }

    /// The vector `weight` of a norm.
    pub fn scale(&mut self, name: impl AsRef<str>, size: usize) -> Option<()> {
        self.tensor(format!("{}.weight", name.as_ref()), &[size])
    }

    /// A norm's `weight` and `bias`.
    pub fn norm(&mut self, name: impl AsRef<str>, size: usize) -> Option<()> {
        self.scale(&name, size)?;
        self.tensor(format!("{}.bias", name.as_ref()), &[size])
    }

    /// A resnet of the UNet (with its time's embedding) or of the autoencoder.
    pub fn resnet(&mut self, name: &str, from: usize, out: usize, time: Option<(usize, usize)>) -> Option<()> {
        self.norm(format!("{name}.norm1"), from)?;
        self.conv(format!("{name}.conv1"), from, out, 3)?;
        if let Some((time, width)) = time {
            self.linear(format!("{name}.time_emb_proj"), time, width)?;
        }
        self.norm(format!("{name}.norm2"), out)?;
        self.conv(format!("{name}.conv2"), out, out, 3)?;
        if from == out { Some(()) } else { self.conv(format!("{name}.conv_shortcut"), from, out, 1) }
    }
}

/// A `config.json` from outside: a missing key and `null` mean the default, anything odd `None`.
#[derive(Clone, Copy)]
pub(super) struct Keys<'a>(pub &'a Value);

impl Keys<'_> {
    fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    /// A size; `default` where it is missing, `None` where it is invalid.
    pub fn size(&self, key: &str, default: usize) -> Option<usize> {
        self.get(key).map_or(Some(default), small)
    }

    /// An optional size; the outer `None` where it is invalid.
    pub fn optional(&self, key: &str) -> Option<Option<usize>> {
        self.get(key).map_or(Some(None), |value| small(value).map(Some))
    }

    pub fn flag(&self, key: &str, default: bool) -> Option<bool> {
        self.get(key).map_or(Some(default), Value::as_bool)
    }

    pub fn text<'a>(&'a self, key: &str, default: &'a str) -> Option<&'a str> {
        self.get(key).map_or(Some(default), Value::as_str)
    }

    /// A list of sizes; `default` where it is missing, `None` where one is invalid.
    pub fn list(&self, key: &str, default: &[usize]) -> Option<Vec<usize>> {
        match self.get(key) {
            None => Some(default.to_vec()),
            Some(value) => value.as_array()?.iter().map(small).collect(),
        }
    }

    /// One value for all of `n`, or one for each.
    pub fn each(&self, key: &str, n: usize, default: &Value) -> Option<Vec<Value>> {
        match self.get(key).unwrap_or(default) {
            Value::Array(all) => (all.len() == n).then(|| all.clone()),
            one => Some(vec![one.clone(); n]),
        }
    }

    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub fn is_null(&self, key: &str) -> bool {
        self.0.get(key).is_some_and(Value::is_null)
    }
}

/// A size that is small enough for products of a few to fit.
pub(super) fn small(value: &Value) -> Option<usize> {
    value.as_u64().filter(|n| *n <= 1 << 20).map(|n| n as usize)
}
