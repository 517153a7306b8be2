//! Methods of Python's `str`, `list` and `dict` that minijinja's own set leaves out, or reads otherwise.

use minijinja::value::{Kwargs, Tuple, Value, ValueKind, from_args};
use minijinja::{Error, ErrorKind, State};
use minijinja_contrib::pycompat::unknown_method_callback;

type Made<T> = Result<T, Error>;

fn wrong(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, what.into())
}

/// Calls the method.
pub fn call(state: &mut State, value: &Value, name: &str, args: &[Value]) -> Made<Value> {
    let own = match (value.as_str(), value.kind()) {
        (Some(text), _) => of_text(state, text, name, args)?,
        (None, ValueKind::Map | ValueKind::Seq) if name == "copy" => {
            let () = from_args(args)?;
            Some(value.clone())
        }
        (None, ValueKind::Seq) if name == "index" => {
            let (wanted,): (&Value,) = from_args(args)?;
            let mut items = value.try_iter()?.checked();
            let at = items.position(|item| item.is_ok_and(|item| item == *wanted));
            Some(Value::from(at.ok_or_else(|| wrong("list.index: the value is not in the list"))?))
        }
        _ => None,
    };
    own.map_or_else(|| unknown_method_callback(state, value, name, args), Ok)
}

fn of_text(state: &mut State, text: &str, name: &str, args: &[Value]) -> Made<Option<Value>> {
    let one = |args| -> Made<&str> { from_args::<(&str,)>(args).map(|(arg,)| arg) };
    Ok(Some(match name {
        "split" | "rsplit" => {
            let (separator, most, named): (Option<String>, Option<i64>, Kwargs) = from_args(args)?;
            let separator = separator.or(named.get::<Option<String>>("sep")?);
            let most = most.or(named.get::<Option<i64>>("maxsplit")?).and_then(|most| usize::try_from(most).ok());
            named.assert_all_used()?;
            if separator.as_deref() == Some("") {
                return Err(wrong("str.split: the separator is empty"));
            }
            parts(text, separator.as_deref(), most, name == "rsplit").into_iter().map(Value::from).collect()
        }
        "splitlines" => {
            let (keep, named): (Option<bool>, Kwargs) = from_args(args)?;
            let keep = keep.or(named.get::<Option<bool>>("keepends")?).unwrap_or(false);
            lines(text, keep).into_iter().map(Value::from).collect()
        }
        "startswith" | "endswith" | "find" | "rfind" | "count" if args.len() > 1 => {
            let (_, start, end): (&Value, Option<i64>, Option<i64>) = from_args(args)?;
            let (skipped, window) = window(text, start, end);
            let found = unknown_method_callback(state, &Value::from(window), name, &args[..1])?;
            match (name, i64::try_from(found.clone())) {
                ("find" | "rfind", Ok(at)) if at >= 0 => Value::from(at + skipped as i64),
                _ => found,
            }
        }
        "index" | "rindex" => {
            let found = call(state, &Value::from(text), if name == "index" { "find" } else { "rfind" }, args)?;
            if i64::try_from(found.clone()).is_ok_and(|at| at < 0) {
                return Err(wrong(format!("str.{name}: the text was not found")));
            }
            found
        }
        "removeprefix" => Value::from(text.strip_prefix(one(args)?).unwrap_or(text)),
        "removesuffix" => Value::from(text.strip_suffix(one(args)?).unwrap_or(text)),
        "partition" | "rpartition" => {
            let separator = one(args)?;
            let (cut, otherwise) = match name {
                "partition" => (text.split_once(separator), [text, "", ""]),
                _ => (text.rsplit_once(separator), ["", "", text]),
            };
            let three = cut.map_or(otherwise, |(before, after)| [before, separator, after]);
            Value::from(Tuple::from(three.map(Value::from)))
        }
        "zfill" => {
            let (sign, digits) = text.split_at(usize::from(text.starts_with(['-', '+'])));
            let (width,): (usize,) = from_args(args)?;
            Value::from(format!("{sign}{}{digits}", "0".repeat(missing(text, width)?)))
        }
        "ljust" | "rjust" | "center" => {
            let (width, fill): (usize, Option<char>) = from_args(args)?;
            let all = missing(text, width)?;
            let left = match name {
                "ljust" => 0,
                "rjust" => all,
                _ => all / 2 + (all & width & 1),
            };
            let fill = |n: usize| fill.unwrap_or(' ').to_string().repeat(n);
            Value::from(format!("{}{text}{}", fill(left), fill(all - left)))
        }
        "swapcase" => {
            let swap =
                |c: char| if c.is_uppercase() { c.to_lowercase().to_string() } else { c.to_uppercase().to_string() };
            Value::from(text.chars().map(swap).collect::<String>())
        }
        "casefold" => Value::from(text.to_lowercase().replace('ß', "ss").replace('ς', "σ")),
        "isdecimal" => Value::from(!text.is_empty() && text.chars().all(char::is_numeric)),
        _ => return Ok(None),
    }))
}

/// Characters that a text lacks to be `width` long.
fn missing(text: &str, width: usize) -> Made<usize> {
    const WIDTH_MAX: usize = 1024;
    if width > WIDTH_MAX {
        return Err(wrong(format!("a text is to be made {width} characters wide (at most {WIDTH_MAX})")));
    }
    Ok(width.saturating_sub(text.chars().count()))
}

/// The parts between separators; without one, between spaces. At most `most` cuts, from the left or the right.
fn parts<'t>(text: &'t str, separator: Option<&str>, most: Option<usize>, right: bool) -> Vec<&'t str> {
    let (most, mut rest, mut all) = (most.unwrap_or(usize::MAX), text, Vec::new());
    let spaces = separator.is_none();
    loop {
        if spaces {
            rest = if right { rest.trim_end() } else { rest.trim_start() };
            if rest.is_empty() {
                break;
            }
        }
        let cut = match (separator, right) {
            _ if all.len() == most => None,
            (Some(separator), false) => rest.split_once(separator),
            (Some(separator), true) => rest.rsplit_once(separator).map(|(before, after)| (after, before)),
            (None, false) => rest.split_once(char::is_whitespace),
            (None, true) => rest.rsplit_once(char::is_whitespace).map(|(before, after)| (after, before)),
        };
        let Some((part, others)) = cut else {
            all.push(rest);
            break;
        };
        all.push(part);
        rest = others;
    }
    if right {
        all.reverse();
    }
    all
}

/// The lines of a text, by every end of a line that Python knows.
fn lines(text: &str, keep: bool) -> Vec<&str> {
    const ENDS: [char; 10] =
        ['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
    let (mut rest, mut all) = (text, Vec::new());
    while !rest.is_empty() {
        let end = rest.find(ENDS).unwrap_or(rest.len());
        let tail = &rest[end..];
        let mark = if tail.starts_with("\r\n") { 2 } else { tail.chars().next().map_or(0, char::len_utf8) };
        all.push(&rest[..if keep { end + mark } else { end }]);
        rest = &rest[end + mark..];
    }
    all
}

/// `text[start:end]`, and how many characters come before it.
fn window(text: &str, start: Option<i64>, end: Option<i64>) -> (usize, &str) {
    let len = text.chars().count() as i64;
    let place = |at: i64| (if at < 0 { at + len } else { at }).clamp(0, len) as usize;
    let (start, end) = (place(start.unwrap_or(0)), place(end.unwrap_or(len)));
    let byte = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
    (start, &text[byte(start)..byte(end.max(start))])
}
