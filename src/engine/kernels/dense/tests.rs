use super::*;
use crate::skipped;

fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..count).map(next).collect()
}

/// The sums of products in f64, of numbers that each word stands for.
fn expected(a: &[f32], weights: &[f32], rows: usize, k: usize, n: usize) -> Vec<f64> {
    let mut all = vec![0.0; rows * n];
    for r in 0..rows {
        for c in 0..n {
            let products = (0..k).map(|i| f64::from(a[r * k + i]) * f64::from(weights[c * k + i]));
            all[r * n + c] = products.sum();
        }
    }
    all
}

/// Every number of rows and columns around the sizes of a tile, and depths around those of a part.
#[test]
fn a_product_is_the_sum_on_every_processor() {
    let depths = [1, 2, 7, 40, 513, 1030];
    for (rows, n) in (1..=18).flat_map(|rows| [1, 7, 16, 17, 32, 40, 47, 48, 49, 96, 100].map(|n| (rows, n))) {
        let k = depths[(rows + n) % depths.len()];
        let (a, weights) = (numbers(rows * k, 1), numbers(n * k, 2));
        let expected = expected(&a, &weights, rows, k, n);
        for processor in Processor::all() {
            let panels = Panels { processor, ..Panels::new(&weights, [n, k, 1], WordKind::F32) };
            let stretch = [Stretch { at: 0, first: 0, len: k }];
            let mut y = vec![0.5; rows * n];
            panels.multiply(Words::F32(&a), Rows::plain(rows, k), &stretch, &mut y, How { add: true, split: None });
            let mut over = vec![f32::NAN; rows * n];
            panels.multiply(
                Words::F32(&a),
                Rows::plain(rows, k),
                &stretch,
                &mut over,
                How { add: false, split: Some(&Current::default()) },
            );
            for ((y, over), expected) in y.iter().zip(&over).zip(&expected) {
                let near = 1e-6 * (k as f64).sqrt() + 1e-6;
                assert!((f64::from(*over) - expected).abs() < near, "{processor:?} {rows} {n} {k}: {over} {expected}");
                assert!((f64::from(*y) - expected - 0.5).abs() < near, "{processor:?} {rows} {n} {k}: {y} {expected}");
            }
        }
    }
}

/// bf16 differs from f32 by the rounding of its factors alone.
#[test]
fn pairs_are_multiplied_as_what_they_stand_for() {
    if !WordKind::Bf16.is_there() {
        return skipped("products of bf16");
    }
    let cut = |x: &f32| half::bf16::from_f32(*x).to_f32();
    for (rows, n, k) in [(1, 16, 2), (9, 50, 64), (70, 100, 1200), (8, 48, 6)] {
        let (a, weights) = (numbers(rows * k, 3), numbers(n * k, 4));
        let (near_a, near_w): (Vec<f32>, Vec<f32>) = (a.iter().map(cut).collect(), weights.iter().map(cut).collect());
        let expected = expected(&near_a, &near_w, rows, k, n);
        let panels = Panels::new(&weights, [n, k, 1], WordKind::Bf16);
        assert_eq!((panels.kind(), panels.k()), (WordKind::Bf16, k / 2));
        let mut y = vec![0.0; rows * n];
        let stretch = [Stretch { at: 0, first: 0, len: k / 2 }];
        panels.multiply(Words::Bf16(&pairs(&a).unwrap()), Rows::plain(rows, k / 2), &stretch, &mut y, How::default());
        for (y, expected) in y.iter().zip(&expected) {
            assert!(
                (f64::from(*y) - expected).abs() < 2e-6 * (k as f64).sqrt() + 1e-6,
                "{rows} {n} {k}: {y} {expected}"
            );
        }
    }
    assert_eq!(Panels::new(&numbers(9, 5), [3, 3, 1], WordKind::Bf16).kind(), WordKind::F32, "no pair of three");
}

#[test]
fn pairs_round_as_the_type_does() {
    let odd = [0.0, -0.0, 1.0, 1.003_906_3, 1.011_718_8, 3.4e38, f32::INFINITY, f32::NEG_INFINITY, 1e-40, -7.3];
    let mut all = odd.to_vec();
    all.extend(numbers(1000, 6));
    for (word, two) in pairs(&all).unwrap().iter().zip(all.chunks_exact(2)) {
        let [first, second] = [two[0], two[1]].map(|x| u32::from(half::bf16::from_f32(x).to_bits()));
        assert_eq!(*word, first | second << 16, "{two:?}");
    }
    let quiet = pairs(&[f32::from_bits(0x7f80_0001), 1.0]).unwrap()[0];
    assert!(half::bf16::from_bits(quiet as u16).is_nan(), "a NaN that lies in the low bits stays one");
}

/// Rows in lines and pictures, of which several stretches are read: what a convolution asks for.
#[test]
fn runs_add_up_over_rows_that_lie_apart() {
    let (pictures, lines, across, k, n) = (2, 3, 13, 5, 20);
    let rows = Rows { pictures, lines, across, picture: 400, line: 100, row: 7 };
    let (a, weights) = (numbers(1000, 7), numbers(2 * k * n, 8));
    let stretches = [Stretch { at: 3, first: k, len: k }, Stretch { at: 11, first: 0, len: k }];
    for processor in Processor::all() {
        let panels = Panels { processor, ..Panels::new(&weights, [n, 2 * k, 1], WordKind::F32) };
        let mut y = vec![0.0; rows.count() * n];
        panels.multiply(Words::F32(&a), rows, &stretches, &mut y, How { add: false, split: Some(&Current::default()) });
        for r in 0..rows.count() {
            let start = r / (lines * across) * 400 + r / across % lines * 100 + r % across * 7;
            for c in 0..n {
                let products = stretches.iter().flat_map(|stretch| (0..k).map(move |i| (stretch, i)));
                let sum: f32 = products
                    .map(|(stretch, i)| a[start + stretch.at + i] * weights[c * 2 * k + stretch.first + i])
                    .sum();
                assert!((y[r * n + c] - sum).abs() < 1e-5, "{processor:?} row {r}, column {c}");
            }
        }
    }
}

#[test]
#[should_panic(expected = "inside the other factor")]
fn what_reaches_past_the_end_is_seen() {
    let panels = Panels::new(&[1.0; 8], [2, 4, 1], WordKind::F32);
    let stretch = [Stretch { at: 1, first: 0, len: 4 }];
    panels.multiply(Words::F32(&[0.0; 8]), Rows::plain(2, 4), &stretch, &mut [0.0; 4], How::default());
}

/// Weights of a layer are the same whatever their order of taps in the file: row `tap * from + c`.
#[test]
fn taps_come_first() {
    let (n, from, taps) = (50, 6, 9);
    let weights = numbers(n * from * taps, 9);
    let panels = Panels::new(&weights, [n, from, taps], WordKind::F32);
    for (o, c, tap) in [(0, 0, 0), (15, 3, 8), (31, 5, 4), (48, 0, 1), (49, 5, 8)] {
        let lane = panels.lane(panels.place(tap * from + c, o / LANES * LANES));
        assert_eq!(f32::from_bits(lane.0[o % LANES]), weights[(o * from + c) * taps + tap]);
    }
}
