//! The beta distribution's quantiles, for the schedule of that name.

/// Where the distribution with shapes `a` and `b` has gathered `p` (0..1) of its weight: by bisection, to 1e-12.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 {
        return p.clamp(0.0, 1.0);
    }
    let (mut low, mut high) = (0.0, 1.0);
    while high - low > 1e-13 {
        let middle = f64::midpoint(low, high);
        if gathered(middle, a, b) < p { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The regularised incomplete beta function I_x(a, b), by its continued fraction (Abramowitz and Stegun 26.5.8).
fn gathered(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(x, a, b) / a
    } else {
        1.0 - front * fraction(1.0 - x, b, a) / b
    }
}

/// Lentz's method.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let safe = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let (mut c, mut d) = (1.0, 1.0 / safe(1.0 - (a + b) * x / (a + 1.0)));
    let mut value = d;
    for m in 1..500 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = value;
        for term in [even, odd] {
            d = 1.0 / safe(1.0 + term * d);
            c = safe(1.0 + term / c);
            value *= c * d;
        }
        if (value - before).abs() < 1e-15 * value.abs() {
            break;
        }
    }
    value
}

/// Lanczos' approximation, for positive values.
fn ln_gamma(x: f64) -> f64 {
    const C: [f64; 6] = [
        76.180_091_729_471_46,
        -86.505_320_329_416_77,
        24.014_098_240_830_91,
        -1.231_739_572_450_155,
        0.120_865_097_386_617_9e-2,
        -0.539_523_938_495_3e-5,
    ];
    let t = x + 5.5;
    let sum = C.iter().zip(1..).fold(1.000_000_000_190_015, |sum, (c, i)| sum + c / (x + f64::from(i)));
    (x + 0.5) * t.ln() - t + (2.506_628_274_631_000_5 * sum / x).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_distribution() {
        // scipy.stats.beta.ppf
        for (p, expected) in [(0.1, 0.039_584_405_6), (0.25, 0.175_680_378_7), (0.5, 0.5), (0.9, 0.960_415_594_4)] {
            let got = beta_quantile(p, 0.6, 0.6);
            assert!((got - expected).abs() < 1e-8, "{p}: {got}");
        }
        // For shapes 1, 1 it is the identity, for 2, 1 the root.
        assert!((beta_quantile(0.3, 1.0, 1.0) - 0.3).abs() < 1e-9);
        assert!((beta_quantile(0.3, 2.0, 1.0) - 0.3f64.sqrt()).abs() < 1e-9);
        assert_eq!((beta_quantile(0.0, 0.6, 0.6), beta_quantile(1.0, 0.6, 0.6)), (0.0, 1.0));
    }
}
