//! What a person chose a prompt's words to mean, where the built-in picture model knows several things by one word.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Words of a prompt (as [`crate::scene`] folds them) and the English labels of the things chosen for them. Written as
/// `cat=tiger face; box=package`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Things(BTreeMap<String, String>);

impl Things {
    /// Reads what [`fmt::Display`] wrote; a part without both sides is left out.
    pub fn read(text: &str) -> Self {
        let pair = |part: &str| {
            let (word, label) = part.split_once('=')?;
            let (word, label) = (word.trim(), label.trim());
            (!word.is_empty() && !label.is_empty()).then(|| (word.to_owned(), label.to_owned()))
        };
        Self(text.split(';').filter_map(pair).collect())
    }

    /// The label of the thing chosen for `word`.
    pub fn get(&self, word: &str) -> Option<&str> {
        self.0.get(word).map(String::as_str)
    }

    /// All words with the labels of their things, in the order of the words.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(word, label)| (word.as_str(), label.as_str()))
    }

    /// An empty label takes the choice back.
    pub fn set(&mut self, word: String, label: String) {
        if label.is_empty() {
            self.0.remove(&word);
        } else {
            self.0.insert(word, label);
        }
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Things {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: Vec<_> = self.0.iter().map(|(word, label)| format!("{word}={label}")).collect();
        f.write_str(&pairs.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_come_back_as_they_were_written() {
        let mut things = Things::default();
        assert_eq!((things.to_string().as_str(), Things::read("")), ("", Things::default()));
        things.set("猫".into(), "tiger face".into());
        things.set("box".into(), "package".into());
        assert_eq!(things.to_string(), "box=package; 猫=tiger face");
        assert_eq!(Things::read(&things.to_string()), things);
        things.set("猫".into(), String::new());
        assert_eq!(things.to_string(), "box=package");
        assert_eq!(Things::read(" =x; y=;;z; cat = cat face ").to_string(), "cat=cat face");
    }
}
