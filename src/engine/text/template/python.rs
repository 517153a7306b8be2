//! What templates expect of Python: `strftime_now`, `raise_exception`, and the methods of its types, held to the
//! template's bounds.

use minijinja::value::Value;
use minijinja::{Error, ErrorKind, State};

use super::bounds::{Bounds, Crossed};
use super::methods;

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
            "split" | "rsplit" | "splitlines" => {
                let separator = args.first().and_then(Value::as_str).filter(|s| !s.is_empty() && name != "splitlines");
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
    methods::call(state, value, name, args)
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
