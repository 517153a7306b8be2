//! JSON Schema to GBNF: <https://json-schema.org>, draft 2020-12, and `definitions` of earlier ones.
//!
//! What is written by the grammar is always valid by the schema; not everything that is valid can be written. An object
//! has its properties in the schema's order, and others only where `additionalProperties` asks for them; an array has
//! all of its `prefixItems`, and more only by `items`; blanks between the parts are few. `oneOf` is read as `anyOf`,
//! which differs only where two choices overlap. A keyword that is not known here is an error, not a guess.

mod array;
mod basics;
mod integer;
mod object;

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use serde_json::{Map, Value};

use self::basics::{BASICS, FORMATS};
use super::rules::Rules;
use super::{Bad, parse};
use crate::lang::{Both, Lang, both};

/// Schemas within schemas, references followed.
const DEEPEST: usize = 100;

/// Keywords that say nothing about the form of a value.
const NOTES: [&str; 14] = [
    "$schema",
    "$id",
    "$anchor",
    "$comment",
    "$defs",
    "definitions",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$vocabulary",
];

/// Reads a schema to the grammar whose `root` is a value by it.
pub fn read(schema: &str) -> Result<Rules, Bad> {
    let (gbnf, never) = to_gbnf(schema)?;
    // Lines of the grammar that was made are nothing that a person has seen.
    let mut rules = parse::parse(&gbnf).and_then(Rules::new).map_err(|bad| match bad.reason.en.contains("left recursion") {
        // Only a reference leads back without a character between.
        true => Bad::new(
            0,
            Both::new(
                "the schema begins with itself: its $ref leads back to it before any value is written; put the $ref \
                 inside a property or an item, or beside another choice of anyOf",
                "Schema 以自身开头：$ref 在写出任何值之前就指回了它；请把 $ref 放进属性或数组项，或与 anyOf 的其他选项并列",
            ),
        ),
        false => Bad { line: 0, ..bad },
    })?;
    if rules.prune() {
        return Ok(rules);
    }
    let why = match &never[..] {
        [] => Both::new("it contains itself without an end", "它无止境地包含自身"),
        some => {
            let of = |lang: Lang| some.iter().take(3).map(|why| why.get(lang)).collect::<Vec<_>>().join("; ");
            Both::new(of(Lang::En), of(Lang::Zh))
        }
    };
    Err(bad(Both::new(
        format!("nothing can satisfy the schema: {}", why.en),
        format!("没有值能满足此 Schema：{}", why.zh),
    )))
}

/// The grammar's text, and why parts of the schema are satisfied by nothing.
fn to_gbnf(schema: &str) -> Result<(String, Vec<Both>), Bad> {
    let schema: Value = serde_json::from_str(schema).map_err(|error| {
        let reason = Both::new(format!("the schema is not JSON ({error})"), "Schema 不是 JSON");
        Bad::new(error.line(), reason)
    })?;
    let mut converter = Converter {
        root: &schema,
        rules: Vec::new(),
        names: HashSet::new(),
        refs: HashMap::new(),
        never: Vec::new(),
        depth: 0,
    };
    let taken = BASICS.iter().chain(&FORMATS).map(|(name, _)| (*name).to_owned());
    converter.names.extend(taken);
    let root = converter.name("root");
    let body = converter.body(&schema, "")?;
    converter.rules.push((root, body));
    let mut out = String::new();
    for (name, body) in &converter.rules {
        // Writing into a string cannot fail.
        let _ = writeln!(out, "{name} ::= {body}");
    }
    // All of them: those that nothing uses cost nothing.
    for (name, body) in BASICS.iter().chain(&FORMATS) {
        let _ = writeln!(out, "{name} ::= {body}");
    }
    Ok((out, converter.never))
}

/// Why there is no rule for a schema.
enum No {
    /// It cannot be followed.
    Bad(Bad),
    /// Nothing satisfies it.
    Never(Both),
}

impl From<Bad> for No {
    fn from(bad: Bad) -> Self {
        Self::Bad(bad)
    }
}

fn never<T>(reason: Both) -> Result<T, No> {
    Err(No::Never(reason))
}

/// The rule that nothing is written by: it never ends, and ways that lead to it are left out in the end.
const NEVER: &str = "never";

struct Converter<'s> {
    root: &'s Value,
    rules: Vec<(String, String)>,
    names: HashSet<String>,
    /// Rules by the reference that they are the target of.
    refs: HashMap<&'s str, String>,
    /// Why parts of the schema are satisfied by nothing.
    never: Vec<Both>,
    depth: usize,
}

fn bad(reason: Both) -> Bad {
    Bad::new(0, reason)
}

impl<'s> Converter<'s> {
    /// A name like `wanted` that no other rule has.
    fn name(&mut self, wanted: &str) -> String {
        let mut plain: String =
            wanted.chars().take(60).map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        if plain.is_empty() {
            plain.push('-');
        }
        let mut name = plain.clone();
        let mut count = 1;
        while !self.names.insert(name.clone()) {
            // Doubling: a thousand properties of one name would otherwise try each other's numbers.
            name = format!("{plain}-{}", self.names.len() + count);
            count *= 2;
        }
        name
    }

    fn rule(&mut self, wanted: &str, body: String) -> String {
        let name = self.name(wanted);
        // A rule of nothing would take the next line for its own.
        let body = if body.is_empty() { "\"\"".to_owned() } else { body };
        self.rules.push((name.clone(), body));
        name
    }

    /// The name of a rule for `schema`.
    fn visit(&mut self, schema: &'s Value, wanted: &str) -> Result<String, Bad> {
        let body = self.body(schema, wanted)?;
        // A body that is a name already needs no second one.
        if self.names.contains(&body) {
            return Ok(body);
        }
        Ok(self.rule(wanted, body))
    }

    /// What a rule for `schema` consists of.
    fn body(&mut self, schema: &'s Value, wanted: &str) -> Result<String, Bad> {
        // References may follow one another for as long as the schema is.
        if self.depth == DEEPEST {
            return Err(bad(both!("schemas are nested more than {DEEPEST} deep", "Schema 嵌套超过 {DEEPEST} 层")));
        }
        self.depth += 1;
        let body = self.body_here(schema, wanted);
        self.depth -= 1;
        self.or_never(body)
    }

    /// The rule that is never satisfied in the place of none.
    fn or_never(&mut self, body: Result<String, No>) -> Result<String, Bad> {
        match body {
            Ok(body) => Ok(body),
            Err(No::Bad(bad)) => Err(bad),
            Err(No::Never(reason)) => {
                self.never.push(reason);
                Ok(NEVER.to_owned())
            }
        }
    }

    fn body_here(&mut self, schema: &'s Value, wanted: &str) -> Result<String, No> {
        let schema = match schema {
            Value::Bool(true) => return Ok("value".to_owned()),
            Value::Bool(false) => {
                return never(Both::new("the schema false allows nothing", "Schema 为 false，不允许任何值"));
            }
            Value::Object(schema) => schema,
            other => return Err(bad(both!("{} is not a schema", "{} 不是 Schema", brief(other))).into()),
        };
        if let Some(target) = schema.get("$ref") {
            only(schema, &["$ref"])?;
            return Ok(self.reference(target)?);
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(choices) = schema.get(key) {
                only(schema, &[key])?;
                return Ok(self.choices(key, choices, wanted)?);
            }
        }
        if let Some(value) = schema.get("const") {
            only(schema, &["const", "type"])?;
            return one_of("const", schema, std::slice::from_ref(value));
        }
        if let Some(values) = schema.get("enum") {
            only(schema, &["enum", "type"])?;
            return one_of(
                "enum",
                schema,
                values.as_array().ok_or_else(|| bad(Both::new("enum is not an array", "enum 不是列表")))?,
            );
        }
        let types = types(schema)?;
        let mut known = vec!["type"];
        known.extend(types.iter().flat_map(|kind| keywords(kind)));
        only(schema, &known)?;
        let mut all = Vec::new();
        for kind in types {
            let body = match kind {
                "any" => Ok("value".to_owned()),
                "object" => self.object(schema, wanted),
                "array" => self.array(schema, wanted),
                "string" => string(schema),
                "integer" => integer::body(schema),
                "number" | "boolean" | "null" => Ok(kind.to_owned()),
                other => Err(bad(both!("the type {other:?} is not known", "不认识类型 {other:?}")).into()),
            };
            all.push(self.or_never(body)?);
        }
        Ok(any_of(all))
    }

    /// A rule for what `$ref` names; one for all of its uses, so that a schema may contain itself.
    fn reference(&mut self, target: &'s Value) -> Result<String, Bad> {
        let target = target.as_str().ok_or_else(|| bad(Both::new("$ref is not a string", "$ref 不是文本")))?;
        if let Some(name) = self.refs.get(target) {
            return Ok(name.clone());
        }
        let unknown = || {
            bad(both!(
                "$ref {target:?} is not in this schema (only #/... is looked for)",
                "此 Schema 中没有 $ref {target:?}（只查找 #/...）"
            ))
        };
        // A pointer in a URI: percent signs outside, `~0` and `~1` inside.
        let pointer = target.strip_prefix('#').and_then(percent_decoded).ok_or_else(unknown)?;
        let schema = self.root.pointer(&pointer).ok_or_else(unknown)?;
        let wanted = pointer.rsplit('/').next().filter(|last| !last.is_empty()).unwrap_or("self");
        let name = self.name(wanted);
        self.refs.insert(target, name.clone());
        let body = self.body(schema, wanted)?;
        self.rules.push((name.clone(), body));
        Ok(name)
    }

    fn choices(&mut self, key: &str, choices: &'s Value, wanted: &str) -> Result<String, Bad> {
        let choices = choices.as_array().filter(|c| !c.is_empty());
        let choices =
            choices.ok_or_else(|| bad(both!("{key} is not an array of schemas", "{key} 不是 Schema 的列表")))?;
        let mut all = Vec::with_capacity(choices.len());
        for (at, choice) in choices.iter().enumerate() {
            all.push(self.visit(choice, &format!("{wanted}-{at}"))?);
        }
        Ok(any_of(all))
    }
}

/// One of several bodies, of those that anything satisfies.
fn any_of(mut bodies: Vec<String>) -> String {
    bodies.retain(|body| body != NEVER);
    if bodies.is_empty() { NEVER.to_owned() } else { bodies.join(" | ") }
}

/// The text that `%41` and the like spell; `None` where that is no UTF-8, or no two digits follow.
fn percent_decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).filter(|(d, _)| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// Keywords that are read for a type.
fn keywords(kind: &str) -> &'static [&'static str] {
    match kind {
        "object" => &["properties", "required", "additionalProperties"],
        "array" => &["items", "prefixItems", "minItems", "maxItems"],
        "string" => &["minLength", "maxLength", "format"],
        "integer" => &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
        _ => &[],
    }
}

/// The schema's types; by its keywords where it names none.
fn types(schema: &Map<String, Value>) -> Result<Vec<&str>, Bad> {
    match schema.get("type") {
        Some(Value::String(one)) => Ok(vec![one]),
        Some(Value::Array(list)) if !list.is_empty() => list
            .iter()
            .map(|kind| kind.as_str().ok_or_else(|| bad(Both::new("type is not a string", "type 不是文本"))))
            .collect(),
        Some(_) => {
            Err(bad(Both::new("type is neither a string nor an array of strings", "type 既不是文本，也不是文本的列表")))
        }
        None => {
            let speaks_of = |kind: &&str| keywords(kind).iter().any(|key| schema.contains_key(*key));
            let kind = ["object", "array", "string", "integer"].into_iter().find(speaks_of);
            Ok(vec![kind.unwrap_or("any")])
        }
    }
}

/// Refuses what is neither a note nor one of `known`.
fn only(schema: &Map<String, Value>, known: &[&str]) -> Result<(), Bad> {
    match schema.keys().find(|key| !NOTES.contains(&key.as_str()) && !known.contains(&key.as_str())) {
        Some(key) => Err({
            let keys: Vec<&str> = schema.keys().map(String::as_str).take(6).collect();
            bad(both!(
                "the keyword {key:?} is not supported (in a schema with the keys {})",
                "不支持关键字 {key:?}（所在 Schema 的键有 {}）",
                keys.join(", ")
            ))
        }),
        None => Ok(()),
    }
}

/// One of `values`, of those that are of the schema's type.
fn one_of(key: &str, schema: &Map<String, Value>, values: &[Value]) -> Result<String, No> {
    let types = if schema.contains_key("type") { types(schema)? } else { Vec::new() };
    let fits = |value: &Value, kind: &str| match value {
        Value::Null => kind == "null",
        Value::Bool(_) => kind == "boolean",
        Value::Number(n) => kind == "number" || kind == "integer" && n.as_f64().is_some_and(|n| n.fract() == 0.0),
        Value::String(_) => kind == "string",
        Value::Array(_) => kind == "array",
        Value::Object(_) => kind == "object",
    };
    let values = values.iter().filter(|value| types.is_empty() || types.iter().any(|kind| fits(value, kind)));
    let all: Vec<String> = values.map(|value| literal(&value.to_string())).collect();
    if all.is_empty() {
        never(both!("no value of {key} is of its type", "{key} 中没有该类型的值"))
    } else {
        Ok(all.join(" | "))
    }
}

fn string(schema: &Map<String, Value>) -> Result<String, No> {
    let (least, most) = (count(schema, "minLength")?, count(schema, "maxLength")?);
    if let Some(format) = schema.get("format") {
        let name = format.as_str().unwrap_or_default();
        if !FORMATS.iter().any(|known| known.0 == name) {
            return Err(bad(both!("the format {format} is not supported", "不支持格式 {format}")).into());
        }
        if least.is_some() || most.is_some() {
            return Err(
                bad(Both::new("a length beside a format is not supported", "不支持在 format 之外再限定长度")).into()
            );
        }
        return Ok(format!(r#""\"" {name} "\"""#));
    }
    match (least, most) {
        (None, None) => Ok("string".to_owned()),
        (Some(least), Some(most)) if least > most => {
            never(both!("maxLength {most} is below minLength {least}", "maxLength {most} 小于 minLength {least}"))
        }
        (least, most) => {
            let most = most.map_or(String::new(), |most| most.to_string());
            Ok(format!(r#""\"" char{{{},{most}}} "\"""#, least.unwrap_or(0)))
        }
    }
}

/// A keyword's whole number, not negative.
fn count(schema: &Map<String, Value>, key: &str) -> Result<Option<usize>, Bad> {
    match schema.get(key) {
        None => Ok(None),
        Some(n) => match n.as_u64() {
            Some(n) if n <= 10_000 => Ok(Some(n as usize)),
            _ => Err(bad(both!(
                "{key} is {}; it must be a whole number up to 10000",
                "{key} 为 {}；应为不超过 10000 的整数",
                brief(n)
            ))),
        },
    }
}

/// GBNF for exactly this text.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The start of a value, for messages.
fn brief(value: &Value) -> String {
    let text = value.to_string();
    let start: String = text.chars().take(40).collect();
    if start.len() < text.len() { format!("{start}\u{2026}") } else { start }
}

#[cfg(test)]
mod tests;
