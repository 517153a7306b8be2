//! Objects: properties in their order, with commas only between those that are there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Converter, NEVER, No, bad, literal, never};
use crate::engine::text::grammar::Bad;
use crate::lang::{Both, both};

impl<'s> Converter<'s> {
    pub(super) fn object(&mut self, schema: &'s Map<String, Value>, wanted: &str) -> Result<String, No> {
        let none = Map::new();
        let properties = match schema.get("properties") {
            None => None,
            Some(all) => Some(
                all.as_object().ok_or_else(|| bad(Both::new("properties is not an object", "properties 不是对象")))?,
            ),
        };
        let required = required(schema)?;
        let others = match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => None,
            Some(others) => Some(self.visit(others, &format!("{wanted}-other"))?).filter(|rule| rule != NEVER),
            // Any object is meant where nothing is said of its properties.
            None if properties.is_none() && required.is_empty() => Some("value".to_owned()),
            None => None,
        };
        // What is required but not described is as the others are, and anything where nothing is said of them.
        let described = properties.into_iter().flatten().map(|(name, schema)| (name.as_str(), Some(schema)));
        let known = properties.unwrap_or(&none);
        let more = required.iter().filter(|name| !known.contains_key(**name)).map(|&name| (name, None));
        let all: Vec<(&str, Option<&'s Value>)> = described.chain(more).collect();
        let said = schema.contains_key("additionalProperties");
        if let Some((name, _)) = all.iter().find(|(_, schema)| schema.is_none() && said && others.is_none()) {
            return never(both!(
                "{name:?} is required, but properties does not list it, and additionalProperties allows no others",
                "{name:?} 是必需的，但 properties 没有列出它，additionalProperties 又不允许其他属性"
            ));
        }
        let undescribed = others.clone().unwrap_or_else(|| "value".to_owned());

        let pair = |converter: &mut Self, name: &str, schema: Option<&'s Value>| {
            let value = match schema {
                Some(schema) => converter.visit(schema, &format!("{wanted}-{name}"))?,
                None => undescribed.clone(),
            };
            let key = literal(&Value::from(name).to_string());
            let pair = format!("{key} space \":\" space {value} space");
            Ok::<_, Bad>(converter.rule(&format!("{wanted}-{name}-kv"), pair))
        };
        // From the last to the first: what may come when nothing is there yet, and when something is.
        let (mut first, mut later) = match others {
            None => (String::new(), String::new()),
            Some(value) => {
                let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
                let key = self.other_key(&names, wanted);
                let other = format!("{key} space \":\" space {value} space");
                let other = self.rule(&format!("{wanted}-other-kv"), other);
                (format!("({other} (\",\" space {other})*)?"), format!("(\",\" space {other})*"))
            }
        };
        for (name, schema) in all.into_iter().rev() {
            let kv = pair(self, name, schema)?;
            // The tail is a rule, or the text would double with each property.
            let tail = self.rule(&format!("{wanted}-{name}-rest"), later);
            if required.contains(name) {
                first = format!("{kv} {tail}");
                later = format!("\",\" space {kv} {tail}");
            } else {
                let without = self.rule(&format!("{wanted}-{name}-skip"), first);
                first = format!("({kv} {tail} | {without})");
                later = format!("(\",\" space {kv})? {tail}");
            }
        }
        Ok(format!("\"{{\" space {first} \"}}\""))
    }

    /// A key that is none of `names`: a walk along their characters that leaves them somewhere. Keys with escapes are
    /// left out where there are names, as they can spell a name in another way.
    fn other_key(&mut self, names: &[&str], wanted: &str) -> String {
        if names.is_empty() {
            return "string".to_owned();
        }
        let mut tree = Tree::default();
        names.iter().for_each(|name| tree.add(name));
        let rules = tree.flat();
        let wanted: Vec<String> = rules.iter().map(|_| self.name(&format!("{wanted}-key"))).collect();
        const PLAIN: &str = r#"[^"\\\x7F\x00-\x1F]"#;
        for (name, (is_name, branches)) in wanted.iter().zip(&rules) {
            let branched: String = branches.iter().map(|(c, _)| in_class(*c)).collect();
            let mut ways = vec![format!(r#"[^"\\\x7F\x00-\x1F{branched}] {PLAIN}*"#)];
            ways.extend(branches.iter().map(|(c, to)| format!("{} {}", literal(&c.to_string()), wanted[*to])));
            if !is_name {
                ways.push("\"\"".to_owned());
            }
            self.rules.push((name.clone(), ways.join(" | ")));
        }
        format!(r#""\"" {} "\"""#, wanted[0])
    }
}

/// Names by their characters.
#[derive(Default)]
struct Tree {
    /// Whether a name ends at a place, and where its characters lead.
    places: Vec<(bool, BTreeMap<char, usize>)>,
}

impl Tree {
    fn add(&mut self, name: &str) {
        if self.places.is_empty() {
            self.places.push(Default::default());
        }
        let mut at = 0;
        for c in name.chars() {
            let new = self.places.len();
            let to = *self.places[at].1.entry(c).or_insert(new);
            if to == new {
                self.places.push(Default::default());
            }
            at = to;
        }
        self.places[at].0 = true;
    }

    fn flat(self) -> Vec<(bool, Vec<(char, usize)>)> {
        self.places.into_iter().map(|(end, to)| (end, to.into_iter().collect())).collect()
    }
}

/// A character as a class writes it.
fn in_class(c: char) -> String {
    format!("\\U{:08X}", u32::from(c))
}

fn required(schema: &Map<String, Value>) -> Result<BTreeSet<&str>, Bad> {
    match schema.get("required") {
        None => Ok(BTreeSet::new()),
        Some(Value::Array(list)) => list
            .iter()
            .map(|name| {
                name.as_str().ok_or_else(|| {
                    bad(Both::new("required has an item that is not a string", "required 中有不是文本的项"))
                })
            })
            .collect(),
        Some(_) => Err(bad(Both::new("required is not an array", "required 不是列表"))),
    }
}
