//! `tojson` as transformers has it: Python's `json.dumps` with `ensure_ascii`, `indent`, `separators`, `sort_keys`.

use minijinja::value::{Kwargs, Value, ValueKind, from_args};
use minijinja::{Error, ErrorKind, State};

use super::bounds::{Bounds, Crossed};

/// Most spaces of one indentation.
const INDENT_MAX: i64 = 1024;

type Made<T> = Result<T, Error>;

/// How a value is written.
struct Style {
    ascii: bool,
    /// One step of indentation; none for everything on one line.
    indent: Option<String>,
    item: String,
    key: String,
    sorted: bool,
}

impl Style {
    /// From the filter's arguments, in the order of transformers' signature.
    fn of(args: &[Value]) -> Made<Self> {
        type Args = (Option<Value>, Option<Value>, Option<Value>, Option<Value>, Kwargs);
        let (ascii, indent, separators, sorted, named): Args = from_args(args)?;
        let pick = |given: Option<Value>, name: &str| -> Made<Option<Value>> {
            let value = if given.is_some() { given } else { named.get::<Option<Value>>(name)? };
            Ok(value.filter(|value| !value.is_none() && !value.is_undefined()))
        };
        let indent = pick(indent, "indent")?.map(|value| indentation(&value)).transpose()?;
        let (item, key) = match pick(separators, "separators")? {
            Some(pair) => separator_pair(&pair)?,
            None => (if indent.is_some() { "," } else { ", " }.to_owned(), ": ".to_owned()),
        };
        let is_true = |value: Option<Value>| value.is_some_and(|value| value.is_true());
        let (ascii, sorted) = (is_true(pick(ascii, "ensure_ascii")?), is_true(pick(sorted, "sort_keys")?));
        Ok(Self { ascii, indent, item, key, sorted })
    }
}

/// A number of spaces, or the text itself.
fn indentation(value: &Value) -> Made<String> {
    if let Some(text) = value.as_str() {
        return Ok(text.to_owned());
    }
    let width =
        if value.kind() == ValueKind::Bool { i64::from(value.is_true()) } else { i64::try_from(value.clone())? };
    if width > INDENT_MAX {
        return Err(wrong(format!("tojson: an indent of {width} is more than {INDENT_MAX}")));
    }
    Ok(" ".repeat(width.max(0) as usize))
}

fn separator_pair(pair: &Value) -> Made<(String, String)> {
    let parts: Vec<Value> = pair.try_iter()?.checked().take(3).collect::<Result<_, _>>()?;
    match parts.iter().map(|part| part.as_str()).collect::<Vec<_>>()[..] {
        [Some(item), Some(key)] => Ok((item.to_owned(), key.to_owned())),
        _ => Err(wrong("tojson: separators are two texts, as (',', ':')")),
    }
}

fn wrong(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, what.into())
}

/// The filter.
pub fn tojson(bounds: Bounds, state: &State, value: &Value, args: &[Value]) -> Made<String> {
    let style = Style::of(args)?;
    bounds.weigh(state, value)?;
    let mut writer = Writer { style, out: String::new(), most: bounds.value };
    writer.value(value, 0)?;
    Ok(writer.out)
}

struct Writer {
    style: Style,
    out: String,
    /// Longest text that may come of it, in bytes.
    most: usize,
}

impl Writer {
    fn push(&mut self, text: &str) -> Made<()> {
        if self.out.len() + text.len() > self.most {
            return Err(Crossed::Value(self.most).into());
        }
        self.out.push_str(text);
        Ok(())
    }

    /// Depth is bounded: the value was weighed.
    fn value(&mut self, value: &Value, depth: usize) -> Made<()> {
        if let Some(text) = value.as_str() {
            return self.text(text);
        }
        match value.kind() {
            ValueKind::Undefined | ValueKind::None => self.push("null"),
            ValueKind::Bool => self.push(if value.is_true() { "true" } else { "false" }),
            ValueKind::Number if value.is_integer() => self.push(&value.to_string()),
            ValueKind::Number => self.push(&number(f64::try_from(value.clone())?)),
            ValueKind::Map => {
                let mut keys: Vec<Value> = value.try_iter()?.checked().collect::<Result<_, _>>()?;
                if self.style.sorted {
                    keys.sort();
                }
                self.container(['{', '}'], keys.len(), depth, |writer, i| {
                    writer.text(&key_text(&keys[i])?)?;
                    let separator = writer.style.key.clone();
                    writer.push(&separator)?;
                    writer.value(&value.get_item(&keys[i])?, depth + 1)
                })
            }
            ValueKind::Seq | ValueKind::Iterable => {
                let items: Vec<Value> = value.try_iter()?.checked().collect::<Result<_, _>>()?;
                self.container(['[', ']'], items.len(), depth, |writer, i| writer.value(&items[i], depth + 1))
            }
            other => {
                Err(Error::new(ErrorKind::BadSerialization, format!("tojson: a value of type {other} is not JSON")))
            }
        }
    }

    fn container(
        &mut self,
        [open, close]: [char; 2],
        len: usize,
        depth: usize,
        mut each: impl FnMut(&mut Self, usize) -> Made<()>,
    ) -> Made<()> {
        self.push(open.encode_utf8(&mut [0; 4]))?;
        for i in 0..len {
            if i > 0 {
                let separator = self.style.item.clone();
                self.push(&separator)?;
            }
            self.line(depth + 1)?;
            each(self, i)?;
        }
        if len > 0 {
            self.line(depth)?;
        }
        self.push(close.encode_utf8(&mut [0; 4]))
    }

    /// A new line at this depth, where lines are indented.
    fn line(&mut self, depth: usize) -> Made<()> {
        let Some(step) = self.style.indent.clone() else { return Ok(()) };
        self.push("\n")?;
        (0..depth).try_for_each(|_| self.push(&step))
    }

    fn text(&mut self, text: &str) -> Made<()> {
        self.push("\"")?;
        for c in text.chars() {
            match c {
                '"' => self.push("\\\"")?,
                '\\' => self.push("\\\\")?,
                '\n' => self.push("\\n")?,
                '\r' => self.push("\\r")?,
                '\t' => self.push("\\t")?,
                '\u{8}' => self.push("\\b")?,
                '\u{c}' => self.push("\\f")?,
                c if c < ' ' || (self.style.ascii && c > '~') => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        self.push(&format!("\\u{unit:04x}"))?;
                    }
                }
                c => self.push(c.encode_utf8(&mut [0; 4]))?,
            }
        }
        self.push("\"")
    }
}

/// A key as JSON has it: always a text.
fn key_text(key: &Value) -> Made<String> {
    Ok(match key.kind() {
        ValueKind::None => "null".to_owned(),
        ValueKind::Bool => if key.is_true() { "true" } else { "false" }.to_owned(),
        ValueKind::Number if !key.is_integer() => number(f64::try_from(key.clone())?),
        _ => key.to_string(),
    })
}

/// A float as Python's `json` writes it.
pub fn number(x: f64) -> String {
    if x.is_nan() {
        return "NaN".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let scientific = format!("{x:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..16).contains(&exponent) {
        let plain = x.to_string();
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}
