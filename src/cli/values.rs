//! Values on the command line: numbers, seeds and sizes as arguments give them, counts as they are printed.

use crate::domain::{Limit, SEED_MAX};
use crate::error::{Cause, Result};
use crate::lang::{Both, both};

/// A whole number inside a slider's range.
pub fn whole(limit: Limit, n: i64) -> Result<u32> {
    limit.check(n as f64)?;
    Ok(n as u32)
}

/// The seed that was given, or a random one (also for A1111's -1).
pub fn seed_of(given: Option<i128>) -> Result<u64> {
    match given {
        None | Some(-1) => Ok(random_seed()),
        Some(n) => u64::try_from(n).map_err(|_| {
            let choices = both!("0 to {SEED_MAX}, or -1 for a random one", "0 到 {SEED_MAX}，或 -1 表示随机");
            Cause::BadChoice { name: "seed", value: Both::same(n.to_string()), choices }.into()
        }),
    }
}

/// A seed of 32 bits from the system's randomness.
fn random_seed() -> u64 {
    u64::from(rand::random::<u32>())
}

/// Width and height in pixels, as `64x64`.
pub fn parse_size(text: &str) -> Result<(u32, u32)> {
    let parsed =
        text.split_once(['x', 'X', '*']).and_then(|(w, h)| Some((w.trim().parse().ok()?, h.trim().parse().ok()?)));
    parsed.ok_or_else(|| {
        let choices = Both::new("WIDTHxHEIGHT, as 64x64", "宽x高，如 64x64");
        Cause::BadChoice { name: "size", value: Both::same(text), choices }.into()
    })
}

/// `134515008` as `134.5 M`.
pub fn short_count(n: u64) -> String {
    match n {
        1_000_000_000.. => format!("{:.1} B", n as f64 / 1e9),
        1_000_000.. => format!("{:.1} M", n as f64 / 1e6),
        _ => n.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_nonsense_is_refused() {
        assert_eq!(parse_size("64x48").unwrap(), (64, 48));
        for bad in ["", "64", "x64", "-1x5", "64x", "a×b", "99999999999x1"] {
            let error = parse_size(bad).unwrap_err();
            assert!(matches!(error.cause(), Cause::BadChoice { .. }), "{bad}");
        }
    }

    #[test]
    fn seeds_out_of_range_are_refused_and_minus_one_is_random() {
        assert_eq!(seed_of(Some(7)).unwrap(), 7);
        assert_eq!(seed_of(Some(648_312_782_957_426)).unwrap(), 648_312_782_957_426);
        assert_eq!(seed_of(Some(i128::from(u64::MAX))).unwrap(), u64::MAX);
        assert!(seed_of(Some(-1)).unwrap() <= u32::MAX.into(), "those that are rolled stay short");
        assert!(seed_of(Some(-2)).is_err());
        assert!(seed_of(Some(1 << 64)).is_err());
    }
}
