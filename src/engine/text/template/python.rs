//! What templates expect of Python: `tojson` as `json.dumps` writes it, `strftime_now`, `raise_exception`, and the
//! methods of its types, held to the template's bounds.

use std::io;

use minijinja::value::{Kwargs, Value};
use minijinja::{Error, ErrorKind, State};
use serde::Serialize;

use super::bounds::{Bounds, Crossed};

/// Longest format of a date.
const FORMAT_MAX: usize = 1024;
/// Longest width of a field in `str.format`.
const WIDTH_MAX: u64 = 1024;
/// Bytes that one unit of fuel pays for, as in minijinja.
const BYTES_A_UNIT: usize = 64;
/// Longest message of a template's own that is passed on.
const MESSAGE_MAX: usize = 500;

type Made<T> = Result<T, Error>;

fn wrong(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, what.into())
}

pub fn raise_exception(message: &str) -> Made<String> {
    Err(wrong(message.chars().take(MESSAGE_MAX).collect::<String>()))
}

/// Now, in the person's own time zone.
pub fn strftime_now(format: &str) -> Made<String> {
    if format.len() > FORMAT_MAX {
        return Err(wrong(format!("strftime_now: the format has {} bytes", format.len())));
    }
    let now = jiff::Zoned::now();
    jiff::fmt::strtime::format(format, &now).map_err(|e| wrong(format!("strftime_now: {e}")))
}

/// A method of a Python type.
pub fn method(bounds: Bounds, state: &mut State, value: &Value, name: &str, args: &[Value]) -> Made<Value> {
    if let Some(text) = value.as_str() {
        // Each method reads the text once; some make much more of it.
        let made = match name {
            "split" | "splitlines" => {
                let separator = args.first().and_then(Value::as_str).filter(|s| !s.is_empty() && name == "split");
                let parts = match separator {
                    Some(separator) => text.matches(separator).count(),
                    None => text.chars().filter(|c| c.is_whitespace()).count(),
                };
                parts.saturating_mul(48)
            }
            "format" => widths(text)?,
            "join" => {
                let (mut n, mut bytes) = (0_usize, 0_usize);
                if let Some(all) = args.first() {
                    bounds.weigh(state, all)?;
                    for item in all.try_iter()?.checked() {
                        n += 1;
                        bytes = bytes.saturating_add(item?.as_str().map_or(64, str::len));
                    }
                }
                bytes.saturating_add(n.saturating_mul(text.len()))
            }
            _ => 0,
        };
        if made > bounds.value {
            return Err(Crossed::Value(bounds.value).into());
        }
        state.consume_fuel((text.len().saturating_add(made) / BYTES_A_UNIT) as u64)?;
    }
    minijinja_contrib::pycompat::unknown_method_callback(state, value, name, args)
}

/// What the fields of a format may take beside their values.
fn widths(format: &str) -> Made<usize> {
    let mut sum = 0_usize;
    for digits in format.split(|c: char| !c.is_ascii_digit()).filter(|d| !d.is_empty()) {
        match digits.parse::<u64>() {
            Ok(width) if width <= WIDTH_MAX => sum += width as usize,
            _ => return Err(wrong(format!("str.format: the width {digits:.20} is more than {WIDTH_MAX}"))),
        }
    }
    // A width can be a field itself.
    if format.split('{').skip(1).any(|field| field.split('}').next().is_some_and(|f| f.ends_with(':'))) {
        return Err(wrong("str.format: a width that is a field is not known here"));
    }
    Ok(sum)
}

/// JSON as Python's `json.dumps(value, ensure_ascii=False, indent=indent)` writes it; minijinja's own escapes HTML.
pub fn tojson(bounds: Bounds, state: &State, value: &Value, options: &Kwargs) -> Made<Value> {
    let indent: Option<usize> = options.get("indent")?;
    bounds.weigh(state, value)?;
    let mut out = Limited { bytes: Vec::new(), left: bounds.value };
    let done = match indent {
        Some(width) => {
            let spaces = " ".repeat(width.min(16));
            let formatter = serde_json::ser::PrettyFormatter::with_indent(spaces.as_bytes());
            value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, formatter))
        }
        None => value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Spaced)),
    };
    if let Err(error) = done {
        return Err(match error.io_error_kind() {
            Some(io::ErrorKind::OutOfMemory) => Crossed::Value(bounds.value).into(),
            _ => Error::new(ErrorKind::BadSerialization, error.to_string()),
        });
    }
    let text = String::from_utf8(out.bytes).map_err(|e| Error::new(ErrorKind::BadSerialization, e.to_string()))?;
    Ok(Value::from_safe_string(text))
}

/// Bytes up to a bound.
struct Limited {
    bytes: Vec<u8>,
    left: usize,
}

impl io::Write for Limited {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(part.len()).ok_or(io::ErrorKind::OutOfMemory)?;
        self.bytes.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// JSON on one line with Python's separators, `, ` and `: `.
struct Spaced;

impl serde_json::ser::Formatter for Spaced {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { w.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { w.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        w.write_all(b": ")
    }
}
