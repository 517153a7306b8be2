//! TOML files that other versions and people write too: read as far as they can be, written with what is unknown.

use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::Value;

use super::tolerant;

/// A file as it was read.
pub struct Understood<T> {
    pub value: T,
    /// The whole file, but for the values that were left out.
    pub tree: Value,
    /// Values that could not be read, as `image.sampler`.
    pub refused: Vec<String>,
    /// What is wrong with the first of them.
    pub error: Option<toml::de::Error>,
}

/// Reads a file, without the values that cannot be read.
///
/// # Errors
/// It is no TOML.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<Understood<T>, toml::de::Error> {
    let mut tree = Value::Table(toml::from_str(text)?);
    match toml::from_str(text) {
        Ok(value) => Ok(Understood { value, tree, refused: Vec::new(), error: None }),
        Err(error) => {
            let refused = tolerant::prune(&mut tree, &|tree: &Value| tree.clone().try_into::<T>().is_ok());
            match tree.clone().try_into() {
                Ok(value) => Ok(Understood { value, tree, refused, error: Some(error) }),
                Err(_) => Err(error),
            }
        }
    }
}

/// A value as this version writes it.
pub fn tree_of(value: &impl Serialize) -> Option<Value> {
    toml::from_str(&toml::to_string(value).ok()?).ok().map(Value::Table)
}

/// The text of a file in place of an `old` one: what a newer version wrote there stays.
///
/// # Errors
/// The value has no form in TOML.
pub fn text_of<T: Serialize>(value: &T, old: Option<&Understood<T>>) -> Result<String, toml::ser::Error> {
    let known = old.and_then(|old| Some((&old.tree, tree_of(&old.value)?)));
    if let (Some((old, known)), Some(new)) = (known, tree_of(value)) {
        let mut all = new.clone();
        tolerant::carry(old, &known, &mut all);
        if all != new {
            return toml::to_string_pretty(&all);
        }
    }
    toml::to_string_pretty(value)
}
