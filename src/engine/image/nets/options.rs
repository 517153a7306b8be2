//! A network's `config.json`, key by key. Keys of the reference that are not supported are refused by name.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::error::{Cause, Result, StudioError};
use crate::formats::file::{bad, damaged};
use crate::lang::Both;

/// Larger than any size in a known model, and small enough that products of a few fit 64 bits.
const LARGEST: usize = 1 << 20;

/// The keys of one configuration. A missing key and `null` both mean the reference's default.
#[derive(Clone, Debug)]
pub struct Options {
    path: PathBuf,
    map: Map<String, Value>,
}

impl Options {
    /// `path` is for the error only.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let value = serde_json::from_str(text).map_err(|e| damaged(path, e, "它不是有效的 JSON"))?;
        Self::from_value(value, path)
    }

    /// Of a configuration that is already parsed, or was put together from a checkpoint's shapes.
    pub fn from_value(value: Value, path: &Path) -> Result<Self> {
        match value {
            Value::Object(map) => Ok(Self { path: path.to_owned(), map }),
            _ => Err(bad(path, Both::new("the configuration is not a JSON object", "配置不是 JSON 对象"))),
        }
    }

    /// All of it.
    pub fn value(&self) -> Value {
        Value::Object(self.map.clone())
    }

    /// With `value` where the configuration says nothing.
    pub fn or(mut self, name: &str, value: Value) -> Self {
        if self.get(name).is_none() {
            self.map.insert(name.to_owned(), value);
        }
        self
    }

    /// With `value` in place of what the configuration says.
    pub fn set(mut self, name: &str, value: Value) -> Self {
        self.map.insert(name.to_owned(), value);
        self
    }

    /// The value under `name`, unless it is missing or `null`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// Is there a `null` under `name`? It says "none of these" where a missing key means the default.
    pub fn is_null(&self, name: &str) -> bool {
        self.map.get(name).is_some_and(Value::is_null)
    }

    /// The object under `name` as options of their own.
    pub fn object(&self, name: &str) -> Option<Self> {
        let map = self.get(name)?.as_object()?.clone();
        Some(Self { path: self.path.clone(), map })
    }

    /// The error of an invalid configuration: its file, the key and why.
    pub fn bad(&self, name: &str, why: &str) -> StudioError {
        let (seen, kind) = match self.map.get(name) {
            Some(value) => (format!("{name} is {value}, {why}"), format!("配置中 {name} 的值 {value} 不能使用")),
            None => (format!("{name} is missing, {why}"), format!("配置中缺少 {name}")),
        };
        damaged(&self.path, seen, &kind)
    }

    /// The error of a valid configuration that is not supported.
    /// `supported` lists values; see [`Self::unsupported_but`] for a description.
    pub fn unsupported(&self, name: &str, supported: &str) -> StudioError {
        self.unsupported_but(name, Both::same(supported))
    }

    /// The same where words describe what is supported.
    pub fn unsupported_but(&self, name: &str, supported: Both) -> StudioError {
        let value = self.map.get(name).map_or_else(|| "null".to_owned(), Value::to_string);
        Cause::UnsupportedOption { option: name.to_owned(), value, supported }.into()
    }

    /// A whole number; `default` where it is missing.
    ///
    /// # Errors
    /// Another type, or more than 2^20.
    pub fn usize(&self, name: &str, default: usize) -> Result<usize> {
        Ok(self.optional_usize(name)?.unwrap_or(default))
    }

    pub fn optional_usize(&self, name: &str) -> Result<Option<usize>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        self.whole(name, value).map(Some)
    }

    fn whole(&self, name: &str, value: &Value) -> Result<usize> {
        let number = value.as_u64().and_then(|n| usize::try_from(n).ok()).filter(|n| *n <= LARGEST);
        number.ok_or_else(|| self.bad(name, &format!("which is not a whole number of at most {LARGEST}")))
    }

    /// A finite number; `default` where it is missing.
    ///
    /// # Errors
    /// Another type.
    pub fn f64(&self, name: &str, default: f64) -> Result<f64> {
        Ok(self.optional_f64(name)?.unwrap_or(default))
    }

    pub fn optional_f64(&self, name: &str) -> Result<Option<f64>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_f64().filter(|n| n.is_finite()).map(Some).ok_or_else(|| self.bad(name, "which is not a number"))
    }

    /// A flag; `default` where it is missing.
    ///
    /// # Errors
    /// Another type.
    pub fn bool(&self, name: &str, default: bool) -> Result<bool> {
        let Some(value) = self.get(name) else { return Ok(default) };
        value.as_bool().ok_or_else(|| self.bad(name, "which is neither true nor false"))
    }

    /// A string; `default` where it is missing.
    ///
    /// # Errors
    /// Another type.
    pub fn text<'a>(&'a self, name: &str, default: &'a str) -> Result<&'a str> {
        let Some(value) = self.get(name) else { return Ok(default) };
        value.as_str().ok_or_else(|| self.bad(name, "which is not a word"))
    }

    /// A list of words.
    pub fn texts(&self, name: &str, default: &[&str]) -> Result<Vec<String>> {
        let Some(value) = self.get(name) else { return Ok(default.iter().map(|s| (*s).to_owned()).collect()) };
        let words = value.as_array().and_then(|all| all.iter().map(|v| v.as_str().map(str::to_owned)).collect());
        words.ok_or_else(|| self.bad(name, "which is not a list of words"))
    }

    /// A list of whole numbers.
    pub fn usizes(&self, name: &str, default: &[usize]) -> Result<Vec<usize>> {
        let Some(value) = self.get(name) else { return Ok(default.to_vec()) };
        let all = value.as_array().ok_or_else(|| self.bad(name, "which is not a list of numbers"))?;
        all.iter().map(|value| self.whole(name, value)).collect()
    }

    /// A list of numbers.
    pub fn f64s(&self, name: &str) -> Result<Option<Vec<f64>>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let all = value.as_array().and_then(|all| all.iter().map(Value::as_f64).collect::<Option<Vec<f64>>>());
        all.map(Some).ok_or_else(|| self.bad(name, "which is not a list of numbers"))
    }

    /// One number for all of `n` blocks, or a list with one for each.
    pub fn each_usize(&self, name: &str, n: usize, default: usize) -> Result<Vec<usize>> {
        match self.get(name) {
            Some(Value::Array(_)) => self.counted(name, self.usizes(name, &[])?, n),
            _ => Ok(vec![self.usize(name, default)?; n]),
        }
    }

    /// One answer for all of `n` blocks, or a list with one for each.
    pub fn each_bool(&self, name: &str, n: usize, default: bool) -> Result<Vec<bool>> {
        match self.get(name) {
            Some(Value::Array(all)) => {
                let all = all.iter().map(Value::as_bool).collect::<Option<Vec<bool>>>();
                self.counted(name, all.ok_or_else(|| self.bad(name, "which is not a list of true and false"))?, n)
            }
            _ => Ok(vec![self.bool(name, default)?; n]),
        }
    }

    /// `list` if it has one entry for each of `n` blocks.
    pub fn counted<T>(&self, name: &str, list: Vec<T>, n: usize) -> Result<Vec<T>> {
        if list.len() == n {
            Ok(list)
        } else {
            Err(self.bad(name, &format!("which is not one entry for each of {n} blocks")))
        }
    }

    /// Refuses anything under `name` but the listed values (absent is fine).
    pub fn only(&self, name: &str, allowed: &[Value]) -> Result<()> {
        match self.get(name) {
            Some(value) if !allowed.contains(value) => {
                let names: Vec<String> = allowed.iter().map(Value::to_string).collect();
                Err(self.unsupported(name, &if names.is_empty() { "null".to_owned() } else { names.join(", ") }))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn options(value: Value) -> Options {
        Options::from_value(value, Path::new("unet/config.json")).unwrap()
    }

    #[test]
    fn null_and_missing_mean_the_default() {
        let o = options(json!({"a": null, "b": 3, "c": [1, 2], "d": [true, false], "e": "x"}));
        assert_eq!((o.usize("a", 7).unwrap(), o.usize("b", 7).unwrap(), o.usize("z", 7).unwrap()), (7, 3, 7));
        assert_eq!(o.each_usize("c", 2, 0).unwrap(), [1, 2]);
        assert_eq!(o.each_usize("b", 2, 0).unwrap(), [3, 3]);
        assert_eq!(o.each_bool("d", 2, false).unwrap(), [true, false]);
        o.each_usize("c", 3, 0).unwrap_err();
        o.usize("e", 0).unwrap_err();
        o.bool("b", false).unwrap_err();
        o.text("b", "").unwrap_err();
        o.only("e", &[json!("x"), json!("y")]).unwrap();
        o.only("a", &[]).unwrap();
        let error = o.only("e", &[json!("y")]).unwrap_err();
        assert!(matches!(error.cause(), Cause::UnsupportedOption { option, .. } if option == "e"));
    }

    #[test]
    fn sizes_are_bounded() {
        let o = options(json!({"a": u64::MAX, "b": -1, "c": 1.5, "d": [1, 4_000_000_000u64]}));
        for name in ["a", "b", "c"] {
            o.usize(name, 0).unwrap_err();
        }
        o.usizes("d", &[]).unwrap_err();
        Options::parse("[1]", Path::new("x")).unwrap_err();
        Options::parse("{", Path::new("x")).unwrap_err();
    }
}
