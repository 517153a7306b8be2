//! The fields of a card: what can be read of them is read, and what cannot is reported.

use std::cell::RefCell;

use serde_json::{Map, Value};

use crate::error::Result;
use crate::lang::Both;
use crate::writing::untrusted::{bad, wrong_type};

/// Longest text of one field, most greetings and tags.
pub(super) const MAX_FIELD: usize = 1 << 20;
const MAX_LIST: usize = 256;

/// The fields of one card. V2 and V3 have them under `data`, V1 at the top; many cards have both.
pub(super) struct Fields<'a> {
    places: Vec<&'a Map<String, Value>>,
    /// Names of fields that are of a type nobody can read.
    odd: RefCell<Vec<String>>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(top: &'a Map<String, Value>) -> Self {
        let odd: RefCell<Vec<String>> = RefCell::default();
        let places = match top.get("data") {
            Some(Value::Object(data)) => vec![data, top],
            Some(other) if top.contains_key("spec") && !other.is_null() => {
                odd.borrow_mut().push("data".to_owned());
                vec![top]
            }
            _ => vec![top],
        };
        Self { places, odd }
    }

    /// The first of these fields that has something, as `read` reads it.
    fn find<T>(&self, names: &[&str], read: impl Fn(&Value) -> Option<T>) -> Option<(String, T)> {
        for place in &self.places {
            for name in names {
                match place.get(*name) {
                    None | Some(Value::Null) => {}
                    Some(value) => match read(value) {
                        Some(found) => return Some(((*name).to_owned(), found)),
                        None if is_empty(value) => {}
                        None => self.note(name),
                    },
                }
            }
        }
        None
    }

    fn note(&self, name: &str) {
        let mut odd = self.odd.borrow_mut();
        if !odd.iter().any(|known| known == name) {
            odd.push(name.to_owned());
        }
    }

    /// A text by the names that programs give it; absent and null are empty.
    ///
    /// Errors: longer than 1 MB.
    pub(super) fn text(&self, names: &[&str]) -> Result<String> {
        match self.find(names, |value| value.as_str().map(str::to_owned).filter(|text| !text.trim().is_empty())) {
            Some((name, text)) => bounded(&text, &name),
            None => Ok(String::new()),
        }
    }

    /// A list of texts; a single text is a list of one.
    ///
    /// Errors: more than 256 entries, one longer than 1 MB.
    pub(super) fn texts(&self, names: &[&str]) -> Result<Vec<String>> {
        let items = self.find(names, |value| match value {
            Value::Array(items) => Some(items.clone()).filter(|items| !items.is_empty()),
            other => scalar(other).filter(|text| !text.trim().is_empty()).map(|text| vec![Value::String(text)]),
        });
        let Some((name, items)) = items else { return Ok(Vec::new()) };
        if items.len() > MAX_LIST {
            let n = items.len();
            return Err(bad(
                format!("its field \u{201c}{name}\u{201d} has {n} entries"),
                format!("字段“{name}”有 {n} 项，过多"),
            ));
        }
        let mut texts = Vec::new();
        for item in &items {
            match scalar(item) {
                Some(text) => texts.push(bounded(&text, &name)?),
                None if is_empty(item) => {}
                None => self.note(&name),
            }
        }
        texts.retain(|text| !text.is_empty());
        Ok(texts)
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.places.iter().find_map(|place| place.get(name).filter(|value| !value.is_null()))
    }

    /// Fields that could not be read.
    pub(super) fn odd(&self) -> Option<Both> {
        let odd = self.odd.borrow();
        let names = |open: &str, close: &str, between: &str| {
            odd.iter().take(8).map(|name| format!("{open}{name}{close}")).collect::<Vec<_>>().join(between)
        };
        (!odd.is_empty()).then(|| {
            Both::new(
                format!("fields of a wrong type ({})", names("\u{201c}", "\u{201d}", ", ")),
                format!("类型不对的字段（{}）", names("“", "”", "、")),
            )
        })
    }

    /// Why nothing could be made of the card, where that is a field of a wrong type.
    pub(super) fn fault(&self) -> Option<crate::error::StudioError> {
        self.odd.borrow().first().map(|name| wrong_type(name))
    }
}

/// Text, a number or a truth value as text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(on) => Some(on.to_string()),
        _ => None,
    }
}

/// Nothing, in whatever type.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.iter().all(is_empty),
        _ => false,
    }
}

fn bounded(text: &str, field: &str) -> Result<String> {
    if text.len() > MAX_FIELD {
        return Err(bad(
            format!("its field \u{201c}{field}\u{201d} is longer than 1 MB"),
            format!("字段“{field}”超过 1 MB"),
        ));
    }
    Ok(text.replace("\r\n", "\n").trim().to_owned())
}
