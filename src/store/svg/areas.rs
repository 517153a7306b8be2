//! A picture cut into areas, each of one colour or of one soft shade.
//!
//! The pixels take the nearest of a few colours; what then touches and has the same colour is an area. Soft shades come out
//! as bands: two areas that meet without an edge, and whose pixels together fit one plane of colour, are one area again.
//! Specks and slivers go to the neighbour that is most like them; a sliver's pixels then choose for themselves, so that a
//! soft edge is cut in its middle.

use std::collections::{HashMap, HashSet};

/// Two areas meet softly if their pixels along the border differ by no more (root mean square over the channels, of 255).
const SOFT: f64 = 12.0;
/// How far the pixels of one area may be from its plane of colour (the same measure).
const PLANE: f64 = 11.0;
/// What differs so much from all around it is seen even where it is small: a star.
const STRIKING: f64 = 70.0;
/// A shade with a smaller range than this (of 255) is flat.
const FLAT: f64 = 7.0;
/// Rounds in which the pixels of slivers find their areas: soft edges are not wider.
const SETTLING: usize = 6;
/// Colours along a shade.
pub const STOPS: usize = 5;

type Rgb = [f64; 3];
/// Two areas that meet: how many pixels do, and the sum of their squared differences.
type Meeting = ((u32, u32), (f64, f64));

/// How an area is filled.
#[derive(Clone, Debug, PartialEq)]
pub enum Fill {
    Flat([u8; 3]),
    /// The colours at even distances from one point to the other, in pixels.
    Shade {
        from: [f64; 2],
        to: [f64; 2],
        stops: [[u8; 3]; STOPS],
    },
}

/// The area of each pixel, none where the picture is clear, and how each is filled.
pub struct Areas {
    pub of: Vec<Option<u32>>,
    pub fills: Vec<Fill>,
}

/// Sums over the pixels of an area, from which its plane of colour follows by least squares.
#[derive(Clone, Copy, Default)]
struct Sums {
    n: f64,
    at: [f64; 2],
    /// x x, x y, y y
    square: [f64; 3],
    colour: Rgb,
    /// Of each channel: with x, with y, with itself.
    with: [[f64; 3]; 3],
}

impl Sums {
    fn add_pixel(&mut self, x: f64, y: f64, c: Rgb) {
        self.n += 1.0;
        self.at = [self.at[0] + x, self.at[1] + y];
        self.square = [self.square[0] + x * x, self.square[1] + x * y, self.square[2] + y * y];
        for (k, c) in c.into_iter().enumerate() {
            self.colour[k] += c;
            self.with[k] = [self.with[k][0] + x * c, self.with[k][1] + y * c, self.with[k][2] + c * c];
        }
    }

    fn and(&self, other: &Self) -> Self {
        let mut sum = *self;
        sum.n += other.n;
        (0..2).for_each(|k| sum.at[k] += other.at[k]);
        for k in 0..3 {
            sum.square[k] += other.square[k];
            sum.colour[k] += other.colour[k];
            (0..3).for_each(|j| sum.with[k][j] += other.with[k][j]);
        }
        sum
    }

    fn middle(&self) -> [f64; 2] {
        self.at.map(|v| v / self.n.max(1.0))
    }

    /// The sums as if there were `more` pixels like the others.
    fn enlarged(&self, more: f64) -> Self {
        let by = (self.n + more) / self.n.max(1.0);
        Self {
            n: self.n * by,
            at: self.at.map(|v| v * by),
            square: self.square.map(|v| v * by),
            colour: self.colour.map(|v| v * by),
            with: self.with.map(|row| row.map(|v| v * by)),
        }
    }

    fn mean(&self) -> Rgb {
        self.colour.map(|c| c / self.n.max(1.0))
    }

    /// By how much each channel rises to the right and downwards, and how far the pixels are from that plane.
    fn plane(&self) -> ([[f64; 2]; 3], f64) {
        let n = self.n.max(1.0);
        let [mx, my] = self.at.map(|v| v / n);
        let (xx, xy, yy) = (self.square[0] / n - mx * mx, self.square[1] / n - mx * my, self.square[2] / n - my * my);
        let det = xx * yy - xy * xy;
        let mut left = 0.0;
        let rise = [0, 1, 2].map(|k| {
            let mean = self.colour[k] / n;
            let [cx, cy, cc] = self.with[k].map(|v| v / n);
            let (cx, cy, cc) = (cx - mx * mean, cy - my * mean, cc - mean * mean);
            // An area of one row or column has no rise across it.
            let rise = if det > 1e-3 { [(cx * yy - cy * xy) / det, (cy * xx - cx * xy) / det] } else { [0.0; 2] };
            left += (cc - rise[0] * cx - rise[1] * cy).max(0.0);
            rise
        });
        (rise, (left / 3.0).sqrt())
    }

    /// The distance of another area's mean from this one's plane, in the middle of the other.
    fn misses(&self, other: &Self) -> f64 {
        let (mean, (rise, _)) = (self.mean(), self.plane());
        let (here, there) = (self.middle(), other.middle());
        let away = [there[0] - here[0], there[1] - here[1]];
        apart([0, 1, 2].map(|k| mean[k] + rise[k][0] * away[0] + rise[k][1] * away[1]), other.mean())
    }
}

fn apart(a: Rgb, b: Rgb) -> f64 {
    ((0..3).map(|k| (a[k] - b[k]).powi(2)).sum::<f64>() / 3.0).sqrt()
}

/// Areas that become one.
struct Union {
    parent: Vec<u32>,
    sums: Vec<Sums>,
    /// Pairs of pixels along its border, those at the clear ground too.
    border: Vec<f64>,
}

impl Union {
    fn root(&mut self, mut at: u32) -> u32 {
        while self.parent[at as usize] != at {
            self.parent[at as usize] = self.parent[self.parent[at as usize] as usize];
            at = self.parent[at as usize];
        }
        at
    }

    fn join(&mut self, a: u32, b: u32, shared: f64) {
        self.parent[b as usize] = a;
        let (a, b) = (a as usize, b as usize);
        self.sums[a] = self.sums[a].and(&self.sums[b]);
        self.border[a] += self.border[b] - 2.0 * shared;
    }
}

/// `colour_of`: the pixels' own colours, `class_of`: the number of the nearest of the few colours, none where it is clear.
/// What has fewer than `speck` pixels is no area of its own.
pub fn areas(width: usize, colour_of: &[Rgb], class_of: &[Option<u8>], speck: usize) -> Areas {
    let (mut of, count) = connected(width, class_of);
    let mut all =
        Union { parent: (0..count as u32).collect(), sums: vec![Sums::default(); count], border: vec![0.0; count] };
    // Pairs of areas: how many pixels meet, and the sum of their squared differences.
    let mut meet: HashMap<(u32, u32), (f64, f64)> = HashMap::new();
    for (i, area) in of.iter().enumerate() {
        let Some(a) = *area else { continue };
        all.sums[a as usize].add_pixel((i % width) as f64, (i / width) as f64, colour_of[i]);
        for j in beside(i, width, of.len()) {
            match of[j] {
                Some(b) if b == a => {}
                Some(b) => {
                    all.border[a as usize] += 1.0;
                    if a < b {
                        let pair = meet.entry((a, b)).or_default();
                        pair.0 += 1.0;
                        pair.1 += (0..3).map(|k| (colour_of[i][k] - colour_of[j][k]).powi(2)).sum::<f64>() / 3.0;
                    }
                }
                None => all.border[a as usize] += 1.0,
            }
        }
    }
    let mut pairs: Vec<Meeting> = meet.into_iter().collect();
    pairs.sort_by(|(a, x), (b, y)| (x.1 / x.0).total_cmp(&(y.1 / y.0)).then(a.cmp(b)));
    soften(&mut all, &pairs);
    let swept = sweep(&mut all, &pairs, speck as f64);
    let loose: Vec<usize> = (0..of.len()).filter(|&i| of[i].is_some_and(|a| swept.loose[a as usize])).collect();
    let mut number = HashMap::new();
    for area in &mut of {
        *area = area.map(|a| all.root(a)).filter(|root| !swept.gone.contains(root)).map(|root| {
            let next = number.len() as u32;
            *number.entry(root).or_insert(next)
        });
    }
    let mut roots: Vec<(u32, u32)> = number.into_iter().map(|(root, n)| (n, root)).collect();
    roots.sort_unstable();
    let sums: Vec<Sums> = roots.into_iter().map(|(_, root)| all.sums[root as usize]).collect();
    settle(width, colour_of, &mut of, &sums, &loose);
    let fills = fills(width, colour_of, &of, &sums);
    Areas { of, fills }
}

/// The pixels left, right, above and below.
fn beside(i: usize, width: usize, len: usize) -> impl Iterator<Item = usize> {
    let x = i % width;
    let four = [(x > 0).then(|| i - 1), (x + 1 < width).then_some(i + 1), i.checked_sub(width), Some(i + width)];
    four.into_iter().flatten().filter(move |&j| j < len)
}

/// Numbers what touches and has the same class.
fn connected(width: usize, class_of: &[Option<u8>]) -> (Vec<Option<u32>>, usize) {
    let mut of: Vec<Option<u32>> = vec![None; class_of.len()];
    let (mut count, mut todo) = (0, Vec::new());
    for start in 0..class_of.len() {
        if class_of[start].is_none() || of[start].is_some() {
            continue;
        }
        of[start] = Some(count);
        todo.push(start);
        while let Some(i) = todo.pop() {
            for j in beside(i, width, class_of.len()) {
                if of[j].is_none() && class_of[j] == class_of[start] {
                    of[j] = Some(count);
                    todo.push(j);
                }
            }
        }
        count += 1;
    }
    (of, count as usize)
}

/// Joins what meets without an edge, softest borders first.
fn soften(all: &mut Union, pairs: &[Meeting]) {
    for &((a, b), (shared, _)) in pairs.iter().take_while(|(_, (shared, apart))| (apart / shared).sqrt() <= SOFT) {
        let (a, b) = (all.root(a), all.root(b));
        if a == b {
            continue;
        }
        let (x, y) = (&all.sums[a as usize], &all.sums[b as usize]);
        // In a large area a small one hardly counts: it must fit the plane of the large one too.
        let (large, small) = if x.n >= y.n { (x, y) } else { (y, x) };
        if x.and(y).plane().1 <= PLANE && large.misses(small) <= PLANE {
            all.join(a.min(b), a.max(b), shared);
        }
    }
}

/// What is no area of its own.
struct Swept {
    /// Whether the pixels of what was numbered so first went to a neighbour.
    loose: Vec<bool>,
    /// Those that have none.
    gone: HashSet<u32>,
}

/// Specks and slivers go to the neighbour that is most like them, smallest first.
fn sweep(all: &mut Union, pairs: &[Meeting], speck: f64) -> Swept {
    let soft: Vec<u32> = (0..all.parent.len() as u32).map(|a| all.root(a)).collect();
    let mut is_loose: HashSet<u32> = HashSet::new();
    let mut beside: HashMap<u32, Vec<(u32, f64)>> = HashMap::new();
    for &((a, b), (shared, _)) in pairs {
        let (a, b) = (all.root(a), all.root(b));
        if a != b {
            beside.entry(a).or_default().push((b, shared));
            beside.entry(b).or_default().push((a, shared));
        }
    }
    let mut order: Vec<u32> = (0..all.parent.len() as u32).filter(|&a| all.parent[a as usize] == a).collect();
    order.sort_by(|&a, &b| all.sums[a as usize].n.total_cmp(&all.sums[b as usize].n).then(a.cmp(&b)));
    let mut gone = HashSet::new();
    for small in order {
        if all.root(small) != small {
            continue;
        }
        let mut sides: HashMap<u32, f64> = HashMap::new();
        for (b, shared) in beside.get(&small).cloned().unwrap_or_default() {
            let b = all.root(b);
            if b != small {
                *sides.entry(b).or_default() += shared;
            }
        }
        let (own, n, border) =
            (all.sums[small as usize].mean(), all.sums[small as usize].n, all.border[small as usize]);
        let unlike = |b: u32| apart(own, all.sums[b as usize].mean());
        let nearest = sides.into_iter().min_by(|(a, _), (b, _)| unlike(*a).total_cmp(&unlike(*b)).then(a.cmp(b)));
        // A sliver is on average not a pixel and a half wide.
        let striking = nearest.is_some_and(|(b, _)| unlike(b) > STRIKING);
        if n >= if striking { speck / 6.0 } else { speck } && 2.0 * n >= 1.5 * border {
            continue;
        }
        match nearest {
            Some((into, shared)) => {
                let more = beside.remove(&small).unwrap_or_default();
                beside.entry(into).or_default().extend(more);
                is_loose.insert(small);
                // Its pixels do not count for the colour of what it was joined with.
                let sums = all.sums[into as usize];
                all.join(into, small, shared);
                all.sums[into as usize] = sums.enlarged(n);
            }
            None if n < speck => {
                gone.insert(small);
            }
            None => {}
        }
    }
    Swept { loose: soft.iter().map(|root| is_loose.contains(root)).collect(), gone }
}

/// Loose pixels go to the area beside them whose plane comes nearest to their colour.
fn settle(width: usize, colour_of: &[Rgb], of: &mut [Option<u32>], sums: &[Sums], loose: &[usize]) {
    let planes: Vec<_> = sums.iter().map(|sums| sums.plane().0).collect();
    let misses = |a: u32, i: usize| {
        let (mean, rise, at) = (sums[a as usize].mean(), planes[a as usize], sums[a as usize].middle());
        let away = [(i % width) as f64 - at[0], (i / width) as f64 - at[1]];
        apart([0, 1, 2].map(|k| mean[k] + rise[k][0] * away[0] + rise[k][1] * away[1]), colour_of[i])
    };
    for _ in 0..SETTLING {
        for &i in loose {
            let Some(own) = of[i] else { continue };
            let near =
                beside(i, width, of.len()).filter_map(|j| of[j]).min_by(|&a, &b| misses(a, i).total_cmp(&misses(b, i)));
            of[i] = near.filter(|&a| misses(a, i) < misses(own, i)).or(Some(own));
        }
    }
}

/// A shade follows the direction in which the plane of colour rises most; its colours are means along it.
fn fills(width: usize, colour_of: &[Rgb], of: &[Option<u32>], sums: &[Sums]) -> Vec<Fill> {
    let axes: Vec<[f64; 2]> = sums
        .iter()
        .map(|sums| {
            let (rise, _) = sums.plane();
            let of = |i: usize, j: usize| rise.iter().map(|g| g[i] * g[j]).sum::<f64>();
            let angle = 0.5 * (2.0 * of(0, 1)).atan2(of(0, 0) - of(1, 1));
            [angle.cos(), angle.sin()]
        })
        .collect();
    let along = |a: usize, i: usize| (i % width) as f64 * axes[a][0] + (i / width) as f64 * axes[a][1];
    let mut span = vec![[f64::INFINITY, f64::NEG_INFINITY]; sums.len()];
    for (i, a) in of.iter().enumerate().filter_map(|(i, a)| Some((i, (*a)? as usize))) {
        let t = along(a, i);
        span[a] = [span[a][0].min(t), span[a][1].max(t)];
    }
    let mut bins = vec![[[0.0; 4]; STOPS]; sums.len()];
    for (i, a) in of.iter().enumerate().filter_map(|(i, a)| Some((i, (*a)? as usize))) {
        // A pixel counts for the two stops that it is between; one far from the area's colour is of its soft edge.
        let mean = sums[a].mean();
        if (0..3).any(|k| (colour_of[i][k] - mean[k]).abs() > 90.0) {
            continue;
        }
        let t = (along(a, i) - span[a][0]) / (span[a][1] - span[a][0]).max(1e-6) * (STOPS - 1) as f64;
        let low = (t.floor() as usize).min(STOPS - 2);
        for (stop, part) in [(low, 1.0 - (t - low as f64)), (low + 1, t - low as f64)] {
            (0..3).for_each(|k| bins[a][stop][k] += part * colour_of[i][k]);
            bins[a][stop][3] += part;
        }
    }
    (0..sums.len()).map(|a| fill(&sums[a], axes[a], span[a], &bins[a])).collect()
}

fn fill(sums: &Sums, axis: [f64; 2], span: [f64; 2], bins: &[[f64; 4]; STOPS]) -> Fill {
    let mean = sums.mean();
    let rgb = |c: Rgb| c.map(|v| v.round().clamp(0.0, 255.0) as u8);
    let stops = bins.map(|[r, g, b, n]| if n > 0.5 { [r / n, g / n, b / n] } else { mean });
    let range = |k: usize| {
        let of = stops.map(|s| s[k]);
        of.iter().fold(0.0f64, |m, v| m.max(*v)) - of.iter().fold(255.0f64, |m, v| m.min(*v))
    };
    if (0..3).all(|k| range(k) < FLAT) {
        return Fill::Flat(rgb(mean));
    }
    // The line runs through the area's middle.
    let middle = sums.middle();
    let t = middle[0] * axis[0] + middle[1] * axis[1];
    let point = |at: f64| [0, 1].map(|k| middle[k] + (at - t) * axis[k] + 0.5);
    Fill::Shade { from: point(span[0]), to: point(span[1]), stops: stops.map(rgb) }
}
