//! Classifier-free guidance (Ho and Salimans 2022, arXiv 2207.12598).

/// Whether a scale asks for two predictions a step.
pub fn is_on(scale: f64) -> bool {
    scale > 1.0
}

/// `without + scale (with - without)`, for predictions with and without the prompt, of the same length.
pub fn guide(with: &[f32], without: &[f32], scale: f32) -> Vec<f32> {
    with.iter().zip(without).map(|(with, without)| without + scale * (with - without)).collect()
}

/// Brings `guided` part of the way (`by`, 0 to 1) back to the spread of the prompt's own prediction `with`, against
/// overexposure (Lin et al. 2023, arXiv 2305.08891, section 3.4).
pub fn rescale(guided: &mut [f32], with: &[f32], by: f32) {
    let ratio = deviation(with) / deviation(guided);
    if ratio.is_finite() {
        let factor = by * ratio as f32 + (1.0 - by);
        guided.iter_mut().for_each(|x| *x *= factor);
    }
}

/// Of a sample (n - 1), as torch's `std`.
fn deviation(x: &[f32]) -> f64 {
    let n = x.len() as f64;
    let mean = x.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
    (x.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guidance_goes_beyond_the_prompts_prediction() {
        assert_eq!(guide(&[1.0, 2.0], &[0.0, 3.0], 2.0), [2.0, 1.0]);
        assert!(!is_on(0.0) && !is_on(1.0) && is_on(1.1));
    }

    #[test]
    fn rescaled_guidance_has_the_prompts_spread() {
        let with = [1.0, -1.0, 0.5, 2.0];
        let mut guided = [4.0, -4.0, 2.0, 8.0];
        rescale(&mut guided, &with, 1.0);
        assert!(guided.iter().zip(with).all(|(a, b)| (a - b).abs() < 1e-6), "{guided:?}");
        let mut flat = [1.0, 1.0];
        rescale(&mut flat, &[1.0, 2.0], 1.0);
        assert_eq!(flat, [1.0, 1.0], "no spread to divide by");
    }
}
