//! Formats sizes, times and rates.

use crate::lang::Lang;

/// `1536` as `1.5 KB`; decimal units, as file managers and model hubs show them.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KB", "MB", "GB", "TB"];
    let mut value = n as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 || value >= 99.95 {
        format!("{value:.0} {}", UNITS[unit])
    } else {
        format!("{value:.1} {}", UNITS[unit])
    }
}

/// Seconds as `0.8 s`, `42 s`, `3 min 5 s`, `2 h 10 min`; in Chinese `3 分 5 秒`.
pub fn seconds(s: f64, lang: Lang) -> String {
    if !s.is_finite() || s < 0.0 {
        return "-".to_owned();
    }
    let (h, min, sec) = lang.pick(("h", "min", "s"), ("小时", "分", "秒"));
    if s < 9.95 {
        return format!("{s:.1} {sec}");
    }
    let whole = s.round() as u64;
    match whole {
        0..60 => format!("{whole} {sec}"),
        60..3600 => format!("{} {min} {} {sec}", whole / 60, whole % 60),
        _ => format!("{} {h} {} {min}", whole / 3600, whole % 3600 / 60),
    }
}

/// The word that goes with a number: `turn` with 1, `turns` with any other.
pub fn plural<'a>(n: usize, one: &'a str, more: &'a str) -> &'a str {
    if n == 1 { one } else { more }
}

/// Tokens per second: `41`, `2.3`, `0.4`.
pub fn rate(tokens: f64) -> String {
    if tokens < 9.95 { format!("{tokens:.1}") } else { format!("{tokens:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Regression: slow models wrote at "0 tok/s".
    #[test]
    fn a_slow_rate_is_not_nothing() {
        assert_eq!([41.2, 9.94, 0.4].map(rate), ["41", "9.9", "0.4"]);
    }

    #[test]
    fn only_one_is_singular() {
        assert_eq!([0, 1, 2, 21].map(|n| plural(n, "turn", "turns")), ["turns", "turn", "turns", "turns"]);
    }

    #[test]
    fn bytes_keep_three_digits() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1536), "1.5 KB");
        assert_eq!(bytes(98_362_432), "98.4 MB");
        assert_eq!(bytes(999_999), "1.0 MB");
        assert_eq!(bytes(u64::MAX), "18446744 TB");
    }

    #[test]
    fn seconds_grow_into_minutes() {
        assert_eq!(seconds(0.84, Lang::En), "0.8 s");
        assert_eq!(seconds(185.0, Lang::En), "3 min 5 s");
        assert_eq!(seconds(7_800.0, Lang::Zh), "2 小时 10 分");
        assert_eq!(seconds(f64::NAN, Lang::Zh), "-");
    }
}
