//! Where Jinja2, as transformers sets it up, and minijinja differ: tests, filters, and the tags of training.

use std::borrow::Cow;

use minijinja::machinery::{Token, tokenize};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, ObjectRepr, Rest, Value, ValueKind, ValueOrKwargs, from_args};
use minijinja::{Environment, Error, ErrorKind, Output, State, escape_formatter, filters};

use super::bounds::Bounds;
use super::json;

type Made<T> = Result<T, Error>;

/// Teaches `env` Jinja2's tests and filters.
pub fn teach(env: &mut Environment<'_>, bounds: Bounds) {
    env.set_formatter(formatter);
    // In Python `None` is not iterable, but a text and an undefined value are; a text and a mapping are sequences.
    env.add_test("iterable", |value: &Value| !value.is_none() && value.try_iter().is_ok());
    env.add_test("sequence", |value: &Value| {
        value.is_undefined() || matches!(value.kind(), ValueKind::String | ValueKind::Seq | ValueKind::Map)
    });
    env.add_test("callable", |value: &Value| {
        value.as_object().is_some_and(|object| object.repr() == ObjectRepr::Plain)
    });
    env.add_filter("tojson", move |state: &State, value: &Value, args: Rest<ValueOrKwargs>| {
        json::tojson(bounds, state, value, &args.into_values())
    });
    env.add_filter("default", default);
    env.add_filter("d", default);
    env.add_filter("int", |state: &State, value: &Value, args: Rest<ValueOrKwargs>| {
        let [default, base] = named(&args.into_values(), ["default", "base"])?;
        let base = base.map(u32::try_from).transpose()?;
        filters::int(state, value, Some(default.unwrap_or_else(|| Value::from(0))), base, no_names())
    });
    env.add_filter("float", |state: &State, value: &Value, args: Rest<ValueOrKwargs>| {
        let [default] = named(&args.into_values(), ["default"])?;
        filters::float(state, value, Some(default.unwrap_or_else(|| Value::from(0.0))), no_names())
    });
    env.add_filter("string", |state: &State, value: &Value| match float(value) {
        Some(x) => Ok(Value::from(json::number(x))),
        None => filters::string(state, value),
    });
    env.add_filter("indent", indent);
    env.add_filter("sort", |state: &mut State, value: Value, args: Rest<ValueOrKwargs>| {
        filters::sort(state, value, by_name(&args.into_values(), ["reverse", "case_sensitive", "attribute"])?)
    });
    env.add_filter("dictsort", |value: &Value, args: Rest<ValueOrKwargs>| {
        filters::dictsort(value, by_name(&args.into_values(), ["case_sensitive", "by", "reverse"])?)
    });
}

/// Floats as Python prints them; all else as minijinja does.
fn formatter(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Made<()> {
    match float(value) {
        Some(x) => Ok(out.write_str(&json::number(x))?),
        None => escape_formatter(out, state, value),
    }
}

/// A finite float: the others are `inf` and `nan` in both.
fn float(value: &Value) -> Option<f64> {
    let is_float = value.kind() == ValueKind::Number && !value.is_integer();
    is_float.then(|| f64::try_from(value.clone()).ok()).flatten().filter(|x| x.is_finite())
}

/// `default(value, default_value='', boolean=False)`.
fn default(value: &Value, args: Rest<ValueOrKwargs>) -> Made<Value> {
    let [other, boolean] = named(&args.into_values(), ["default_value", "boolean"])?;
    let is_missing = value.is_undefined() || (boolean.is_some_and(|b| b.is_true()) && !value.is_true());
    Ok(if is_missing { other.unwrap_or_else(|| Value::from("")) } else { value.clone() })
}

/// `indent(text, width=4, first=False, blank=False)`; the width may be the text to put before the lines.
fn indent(state: &State, text: Cow<'_, str>, args: Rest<ValueOrKwargs>) -> Made<String> {
    let [width, first, blank] = named(&args.into_values(), ["width", "first", "blank"])?;
    let is_true = |value: Option<Value>| value.is_some_and(|value| value.is_true());
    let (first, blank) = (is_true(first), is_true(blank));
    let given = width.as_ref().and_then(|width| width.as_str().map(str::to_owned));
    let step = match (&given, width) {
        (Some(text), _) => text.len(),
        (None, Some(width)) => usize::try_from(width)?,
        (None, None) => 4,
    };
    // Paid for before it is made.
    let lines = text.bytes().filter(|b| *b == b'\n').count() + 1;
    state.consume_fuel((step.saturating_mul(lines).saturating_add(text.len()) / 64) as u64)?;
    let step = given.unwrap_or_else(|| " ".repeat(step));
    let mut out = String::new();
    for (i, line) in text.split('\n').enumerate() {
        if i > 0 {
            out.push('\n');
        }
        if (i > 0 || first) && (blank || !line.is_empty()) {
            out.push_str(&step);
        }
        out.push_str(line);
    }
    Ok(out)
}

fn no_names() -> Kwargs {
    Kwargs::from_iter(Vec::<(&str, Value)>::new())
}

/// Arguments by place or by name.
fn named<const N: usize>(args: &[Value], names: [&str; N]) -> Made<[Option<Value>; N]> {
    let (given, by_name): (&[Value], Kwargs) = from_args(args)?;
    if given.len() > N {
        return Err(Error::from(ErrorKind::TooManyArguments));
    }
    let mut out = [const { None }; N];
    for ((slot, name), i) in out.iter_mut().zip(names).zip(0..) {
        *slot = match given.get(i) {
            Some(value) => Some(value.clone()),
            None if by_name.has(name) => Some(by_name.get::<Value>(name)?),
            None => None,
        };
    }
    by_name.assert_all_used()?;
    Ok(out)
}

/// The same as named arguments, for filters that know these only by name.
fn by_name<const N: usize>(args: &[Value], names: [&str; N]) -> Made<Kwargs> {
    let given = named(args, names)?;
    Ok(names.into_iter().zip(given).filter_map(|(name, value)| Some((name, value?))).collect())
}

/// The source with `{% generation %}`, by which training finds a model's own words, as a plain block of its own.
/// Nothing else moves: errors name the same lines.
pub fn without_generation(source: &str, syntax: SyntaxConfig) -> Cow<'_, str> {
    const TAGS: [(&str, &str); 2] = [("generation", "with      "), ("endgeneration", "endwith      ")];
    let mut out = Cow::Borrowed(source);
    let mut first = false;
    for token in tokenize(source, false, syntax) {
        // What is no template at all is the parser's to tell.
        let Ok((token, span)) = token else { return Cow::Borrowed(source) };
        if let (true, Token::Ident(name)) = (first, &token)
            && let Some((tag, block)) = TAGS.iter().find(|(tag, _)| tag == name)
        {
            let at = span.start_offset as usize;
            out.to_mut().replace_range(at..at + tag.len(), block);
        }
        first = matches!(token, Token::BlockStart);
    }
    out
}
