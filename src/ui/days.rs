//! Days as people name them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::cx::Cx;
use super::texts::T;
use crate::lang::Lang;

const DAY_MS: i64 = 86_400_000;

/// The local day of a time, counted from 1970. The clock's offset is today's: near a change to summer time a
/// conversation of that midnight may be listed a day off.
pub fn day(ms: i64) -> i64 {
    (ms + offset_ms()).div_euclid(DAY_MS)
}

fn offset_ms() -> i64 {
    use std::sync::OnceLock;
    static OFFSET: OnceLock<i64> = OnceLock::new();
    *OFFSET.get_or_init(|| i64::from(TimeZone::system().to_offset(Timestamp::now()).seconds()) * 1000)
}

/// `Today`, `Yesterday`, `3 May`, `3 May 2024`.
pub fn name(cx: &Cx<'_>, day: i64, today: i64) -> String {
    match today - day {
        ..=0 => return cx.t(T::Today).to_owned(),
        1 => return cx.t(T::Yesterday).to_owned(),
        _ => {}
    }
    let date = |d: i64| Timestamp::from_millisecond(d * DAY_MS).map(|t| t.to_zoned(TimeZone::UTC).date());
    let (Ok(then), Ok(now)) = (date(day), date(today)) else { return cx.t(T::Earlier).to_owned() };
    let same_year = then.year() == now.year();
    let format = match (cx.lang, same_year) {
        (Lang::En, true) => "%-d %B",
        (Lang::En, false) => "%-d %B %Y",
        (Lang::Zh, true) => "%-m月%-d日",
        (Lang::Zh, false) => "%Y年%-m月%-d日",
    };
    then.strftime(format).to_string()
}
