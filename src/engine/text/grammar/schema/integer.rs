//! Integers between bounds, digit by digit.

use serde_json::{Map, Value};

use super::{No, bad, never};
use crate::engine::text::grammar::Bad;
use crate::lang::{Both, both};

/// Bounds are below ten to this power; an integer without one has at most so many digits.
const DIGITS: usize = 16;
const LIMIT: i64 = 10_i64.pow(DIGITS as u32);

/// GBNF for the integers that the schema allows.
pub fn body(schema: &Map<String, Value>) -> Result<String, No> {
    let bound = |key: &str, round: fn(f64) -> f64| -> Result<Option<i64>, Bad> {
        let Some(value) = schema.get(key) else { return Ok(None) };
        let n = value.as_f64().ok_or_else(|| bad(both!("{key} is not a number", "{key} 不是数值")))?;
        if n.abs() >= LIMIT as f64 {
            return Err(bad(both!("{key} has more than {DIGITS} digits", "{key} 超过 {DIGITS} 位")));
        }
        Ok(Some(value.as_i64().unwrap_or(round(n) as i64)))
    };
    let least = bound("minimum", f64::ceil)?;
    let above = bound("exclusiveMinimum", f64::floor)?.map(|n| n + 1);
    let most = bound("maximum", f64::floor)?;
    let below = bound("exclusiveMaximum", f64::ceil)?.map(|n| n - 1);
    let low = least.max(above);
    let high = match (most, below) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    };
    if low.is_none() && high.is_none() {
        return Ok("integer".to_owned());
    }
    let (low, high) = (low.unwrap_or(1 - LIMIT), high.unwrap_or(LIMIT - 1));
    if low > high {
        return never(bounds(schema));
    }
    let mut ways = Vec::new();
    if low < 0 {
        ways.push(format!("\"-\" ({})", between((-high).max(1), -low)));
    }
    if high >= 0 {
        ways.push(between(low.max(0), high));
    }
    Ok(ways.join(" | "))
}

/// That no integer is within the schema's bounds, and what can be done.
fn bounds(schema: &Map<String, Value>) -> Both {
    let words = [
        ("minimum", "at least", "不小于"),
        ("exclusiveMinimum", "above", "大于"),
        ("maximum", "at most", "不大于"),
        ("exclusiveMaximum", "below", "小于"),
    ];
    let said = words.iter().filter_map(|(key, en, zh)| Some((schema.get(*key)?, en, zh)));
    let (en, zh): (Vec<_>, Vec<_>) = said.map(|(n, en, zh)| (format!("{en} {n}"), format!("{zh} {n}"))).unzip();
    let (why, why_zh) = match schema.contains_key("type") {
        true => ("", ""),
        false => ("without a type, bounds ask for an integer: ", "没有 type 时，界限要求整数："),
    };
    Both::new(
        format!(
            "no integer is {} ({why}widen the bounds, or ask for \"type\": \"number\" without bounds)",
            en.join(" and ")
        ),
        format!("没有整数{}（{why_zh}请放宽界限，或用没有界限的 \"type\": \"number\"）", zh.join("且")),
    )
}

/// The numbers from `low` to `high`, neither negative: one way for each length.
fn between(low: i64, high: i64) -> String {
    let (first, last) = (low.to_string(), high.to_string());
    let mut ways = Vec::new();
    for len in first.len()..=last.len() {
        let from = if len == first.len() { first.clone() } else { format!("1{}", "0".repeat(len - 1)) };
        let to = if len == last.len() { last.clone() } else { "9".repeat(len) };
        ways.push(same_length(&from, &to));
    }
    ways.join(" | ")
}

/// The numbers from `from` to `to`, which have as many digits; leading zeros count.
fn same_length(from: &str, to: &str) -> String {
    let (Some(a), Some(b)) = (from.chars().next(), to.chars().next()) else { return String::new() };
    let (from, to) = (&from[1..], &to[1..]);
    let all = |c: char, text: &str| text.chars().all(|digit| digit == c);
    if a == b {
        return if from.is_empty() { format!("\"{a}\"") } else { format!("\"{a}\" ({})", same_length(from, to)) };
    }
    let mut ways = Vec::new();
    let (mut low, mut high) = (a, b);
    if !all('0', from) {
        ways.push(format!("\"{a}\" ({})", same_length(from, &"9".repeat(from.len()))));
        low = next(a);
    }
    if !all('9', to) {
        ways.push(format!("\"{b}\" ({})", same_length(&"0".repeat(to.len()), to)));
        high = before(b);
    }
    if low <= high {
        let rest = if from.is_empty() { String::new() } else { format!(" [0-9]{{{}}}", from.len()) };
        ways.push(format!("[{low}-{high}]{rest}"));
    }
    ways.join(" | ")
}

fn next(digit: char) -> char {
    char::from_u32(u32::from(digit) + 1).unwrap_or(digit)
}

fn before(digit: char) -> char {
    char::from_u32(u32::from(digit) - 1).unwrap_or(digit)
}
