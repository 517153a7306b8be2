//! A prompt as a drawing of 512 x 512: each thing that it names is drawn by itself under its own full name, made eight
//! times as large by [`Crisp`](super::crisp::Crisp), and laid out on its ground.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::attempt;
use super::by_hand::ByHand;
use super::crisp::TIMES;
use super::kept::Key;
use super::{Encoded, Sticker, pixels};
use crate::domain::{Arrangement, Cut, ImageParams, Picture, Place, SceneLayer, SceneLayers, StepProgress, Things};
use crate::engine::{CancelToken, Stop};
use crate::scene::{self, Backdrop, Cutout, Item, Layer, Reading, Square, Visible};

/// Copies of things ("five cats") that are drawn anew; those beyond repeat what was drawn.
const MOST_DRAWN: usize = 12;
/// Side of the pictures that show a scene forming.
const PREVIEW: usize = 256;
/// Between two of them: each takes time from the network.
const PREVIEW_EVERY: Duration = Duration::from_millis(80);

/// A thing that is drawn.
struct DrawnThing {
    item: usize,
    /// The copy that alone is drawn with this seed; without it, the picture's seed and any copy.
    own: Option<(u8, u64)>,
    /// Drawn, before it is coloured.
    plain: Option<Arc<Square>>,
    /// Seen as it forms: the network's size, then eight times that.
    seen: Option<Cutout>,
}

/// The scene of a prompt, ready to be drawn with any seed.
pub struct Scene<'a> {
    sticker: &'a Sticker,
    params: &'a ImageParams,
    reading: Reading,
    parts: Vec<DrawnThing>,
    negative: Encoded,
    by_hand: ByHand,
    /// Things of the last scenes are taken as they are.
    again: bool,
    /// Seconds of each step.
    pub steps_s: Vec<f64>,
    /// Seconds spent on enlarging and composing.
    pub decode_s: f64,
}

impl<'a> Scene<'a> {
    /// Reads the prompt. `again`: what the last scenes had is not drawn again.
    pub fn new(sticker: &'a Sticker, params: &'a ImageParams, again: bool) -> Self {
        let reading = scene::read_with(&params.prompt, &params.negative, |word| params.things.get(word));
        let part = |item, own| DrawnThing { item, own, plain: None, seen: None };
        let mut parts = Vec::new();
        let mut spare = MOST_DRAWN.saturating_sub(reading.items.len());
        for (i, item) in reading.items.iter().enumerate() {
            let more = (usize::from(item.count) - 1).min(spare);
            spare -= more;
            parts.extend((0..=more).map(|_| part(i, None)));
        }
        let by_hand = ByHand::new(&params.prompt, &reading, &params.arrangement);
        parts.extend(by_hand.own_seeds().into_iter().map(|(i, copy, seed)| part(i, Some((copy, seed)))));
        // A prompt that names nothing known is left to the network, word by word.
        if parts.is_empty() && reading.ground.is_none() {
            parts.push(part(0, None));
        }
        let negative = sticker.words.encode(&params.negative, None);
        Self { sticker, params, reading, parts, negative, by_hand, again, steps_s: Vec::new(), decode_s: 0.0 }
    }

    /// What was chosen for words that the prompt has.
    pub fn things(&self) -> Things {
        let mut used = Things::default();
        for item in &self.reading.items {
            let word = scene::folded(&self.params.prompt[item.span.clone()]);
            if let Some(label) = self.params.things.get(&word) {
                used.set(word.clone(), label.to_owned());
            }
        }
        used
    }

    /// What of the arrangement is about this scene.
    pub fn arrangement(&self) -> Arrangement {
        self.by_hand.arrangement().clone()
    }

    /// Words of the prompt that name no thing, ask for what no sticker can be, or are left out, in their order; then words
    /// of both prompts that the network does not know. Each once.
    pub fn unseen(&self) -> Vec<String> {
        let Reading { unknown, cannot, .. } = &self.reading;
        let cannot = cannot.iter().map(|(_, span)| span);
        let mut spans: Vec<_> =
            unknown.iter().map(|it| &it.span).chain(cannot).chain(self.reading.left_out()).collect();
        spans.sort_by_key(|span| span.start);
        let mut all: Vec<String> = spans.into_iter().map(|span| self.params.prompt[span.clone()].to_owned()).collect();
        let is_bare = self.reading.items.is_empty() && !self.parts.is_empty();
        let bare = is_bare.then(|| self.sticker.words.encode(&self.params.prompt, None));
        let words = bare.iter().chain([&self.negative]).flat_map(|words| words.unknown.iter().chain(&words.cut));
        for word in words {
            // A character of a word that is there already says nothing more.
            if !all.iter().any(|there| scene::folded(there).contains(&scene::folded(word))) {
                all.push(word.clone());
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|word| seen.insert(word.clone()));
        all
    }

    /// The picture of `seed`. `preview` hears of each step; it gets the scene as it is predicted where that is due.
    pub fn draw(
        &mut self,
        seed: u64,
        index: u32,
        token: &CancelToken,
        preview: &mut dyn FnMut(StepProgress, Option<Picture>),
    ) -> Result<Picture, Stop> {
        let side = self.sticker.net.config().size;
        // With a style the network draws better than with none, which mixes all of them.
        let style = self.reading.style_of_seed(seed);
        let steps = self.params.steps;
        self.parts.iter_mut().for_each(|part| (part.seen, part.plain) = (None, None));
        let keys: Vec<Key> = (0..self.parts.len()).map(|at| self.key(at, seed, style)).collect();
        let mut todo: Vec<usize> =
            (0..self.parts.len()).filter(|&at| is_shown(&self.reading, &self.parts, at)).collect();
        if self.again {
            todo.retain(|&at| match self.sticker.kept.get(&keys[at]) {
                Some(plain) => self.drawn(at, plain),
                None => true,
            });
        }
        let count_of_parts = todo.len() as u32;
        let each = count_of_parts * steps;
        let total = f64::from(self.params.count) * f64::from(each);
        let small = Backdrop::new(self.by_hand.ground(&self.reading), seed, PREVIEW);
        let mut shown: Option<Instant> = None;
        for (nth, at) in todo.into_iter().enumerate() {
            let count = self.params.count;
            let mut last = Instant::now();
            let mut seen = |step: usize, hat: Option<&[f32]>| {
                self.steps_s.push(last.elapsed().as_secs_f64());
                // Beginnings that were given up are no progress.
                let done = f64::from(index * each + nth as u32 * steps + step as u32);
                let eta_s = self.steps_s.iter().sum::<f64>() / done * (total - done).max(0.0);
                // Of the whole picture, as the slider counts.
                let step = (nth as u32 * steps + step as u32).div_ceil(count_of_parts);
                let due = shown.is_none_or(|then| then.elapsed() >= PREVIEW_EVERY);
                let now = hat.filter(|_| due).map(|hat| {
                    self.parts[at].seen = Some(Cutout::new(square(hat, side)));
                    compose(&self.reading, &self.parts, &self.by_hand, &small)
                });
                if now.is_some() {
                    shown = Some(Instant::now());
                }
                preview(StepProgress { index, count, step, steps, eta_s }, now);
                last = Instant::now();
            };
            let x = attempt::draw(self.sticker, &keys[at], token, &mut seen)?;
            token.check()?;
            let start = Instant::now();
            let big = Arc::new(square(&self.sticker.enlarge(&x)?, side * TIMES));
            self.sticker.kept.put(keys[at].clone(), big.clone());
            self.drawn(at, big);
            self.decode_s += start.elapsed().as_secs_f64();
        }
        token.check()?;
        let start = Instant::now();
        self.colour();
        let ground = Backdrop::new(self.by_hand.ground(&self.reading), seed, side * TIMES);
        let picture = compose(&self.reading, &self.parts, &self.by_hand, &ground);
        self.decode_s += start.elapsed().as_secs_f64();
        Ok(picture)
    }

    /// What decides how a part is drawn.
    fn key(&self, at: usize, seed: u64, style: &str) -> Key {
        let ImageParams { steps, guidance, sampler, .. } = *self.params;
        let DrawnThing { item, own, .. } = self.parts[at];
        let seed = own.map_or_else(|| part_seed(seed, at), |(_, seed)| seed);
        let item = self.reading.items.get(item);
        let words = item.is_none().then_some(self.params.prompt.as_str());
        let words = words.into_iter().chain([style]).collect::<Vec<_>>().join(" ");
        let (thing, negative) = (item.map(|item| item.senses[0]), self.params.negative.clone());
        Key { thing, words, negative, seed, steps, guidance: guidance.to_bits(), sampler }
    }

    /// A part is drawn: it takes the colour that the prompt gives it. False, for it is not to be drawn any more.
    fn drawn(&mut self, at: usize, plain: Arc<Square>) -> bool {
        let part = &mut self.parts[at];
        let colour = self.reading.items.get(part.item).and_then(Item::painted_colour);
        part.seen = Some(Cutout::new(coloured(&plain, colour)));
        part.plain = Some(plain);
        false
    }

    /// Gives layers the colours that the person chose.
    fn colour(&mut self) {
        let of = |(item, copy, colour): (usize, u8, &'static str)| {
            let plain = part_of(&self.parts, item, copy)?.plain.as_ref()?;
            Some(((item, copy), Cutout::new(coloured(plain, Some(colour)))))
        };
        self.by_hand.coloured = self.by_hand.colours().into_iter().filter_map(of).collect();
    }

    /// The parts of the picture that was drawn last, with this seed.
    pub fn layers(&self, seed: u64) -> SceneLayers {
        let side = self.sticker.net.config().size * TIMES;
        let has_ground = self.by_hand.ground(&self.reading);
        let ground = Backdrop::new(has_ground, seed, side);
        let all = arranged(&self.reading, &self.parts, &self.by_hand);
        let shown: Vec<_> = all.iter().filter(|layer| !self.by_hand.is_hidden(layer)).copied().collect();
        let shadows = ground.has_shadows(&shown);
        let layer = |layer: Layer| {
            let name = self.by_hand.name(layer.item, layer.copy)?.clone();
            let cutout = cutout(&self.parts, &self.by_hand, &layer)?;
            let item = &self.reading.items[layer.item];
            let Visible { left, top, right, bottom } = cutout.visible;
            Some(SceneLayer {
                name,
                said: self.params.prompt[item.span.clone()].to_owned(),
                label: scene::things().get(item.senses[0]).en,
                place: Place { x: layer.x + layer.side / 2.0, y: layer.y + layer.side / 2.0, side: layer.side },
                flip: layer.flip,
                hidden: self.by_hand.is_hidden(&layer),
                colour: self.by_hand.colour(&layer).or(item.colour),
                visible: [left, top, right, bottom],
                picture: Arc::new(picture(cutout.picture.clone())),
                cut: Arc::new(cut(&scene::alone(&layer, cutout, shadows, side))),
            })
        };
        SceneLayers {
            side: side as u32,
            ground: has_ground.map(|_| Arc::new(picture(ground.compose(&[], |_| None)))),
            layers: all.into_iter().filter_map(layer).collect(),
        }
    }
}

/// A scene's first thing has the picture's own seed, so that a thing alone is the sticker of that seed.
fn part_seed(seed: u64, part: usize) -> u64 {
    seed.wrapping_add((part as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn square(x: &[f32], side: usize) -> Square {
    let Picture { rgba, .. } = pixels::to_picture(x, side as u32, side as u32);
    Square { side, rgba }
}

fn picture(Square { side, rgba }: Square) -> Picture {
    Picture { width: side as u32, height: side as u32, rgba }
}

/// In this colour, where there is one; "none" is as it was drawn.
fn coloured(plain: &Square, colour: Option<&str>) -> Square {
    match colour {
        Some(colour) => scene::recoloured(plain.clone(), colour),
        None => plain.clone(),
    }
}

/// What a canvas shows, without what is clear around it.
fn cut(canvas: &Square) -> Cut {
    let n = canvas.side;
    let (left, top, right, bottom) = canvas.bounds(1).unwrap_or((0, 0, 1.min(n), 1.min(n)));
    let rows = (top..bottom).flat_map(|y| &canvas.rgba[4 * (y * n + left)..4 * (y * n + right)]);
    let rgba = rows.copied().collect();
    let picture = Picture { width: (right - left) as u32, height: (bottom - top) as u32, rgba };
    Cut { x: left as u32, y: top as u32, picture }
}

/// Parts that any copy of an item may show.
fn shared(parts: &[DrawnThing], item: usize) -> impl DoubleEndedIterator<Item = &DrawnThing> + Clone {
    parts.iter().filter(move |part| part.item == item && part.own.is_none())
}

/// What a copy of an item shows: its own part, else one of the shared ones.
fn part_of(parts: &[DrawnThing], item: usize, copy: u8) -> Option<&DrawnThing> {
    let is_own = |part: &&DrawnThing| part.item == item && part.own.is_some_and(|(of, _)| of == copy);
    parts.iter().find(is_own).or_else(|| {
        let drawn = shared(parts, item).count().max(1);
        shared(parts, item).nth(usize::from(copy) % drawn)
    })
}

/// Whether any layer shows a part: all copies may have been drawn anew.
fn is_shown(reading: &Reading, parts: &[DrawnThing], at: usize) -> bool {
    let part = &parts[at];
    let Some(item) = reading.items.get(part.item) else { return true };
    (0..item.count).any(|copy| part_of(parts, part.item, copy).is_some_and(|shown| std::ptr::eq(shown, part)))
}

fn cutout<'a>(parts: &'a [DrawnThing], by_hand: &'a ByHand, layer: &Layer) -> Option<&'a Cutout> {
    let own = by_hand.coloured.iter().find(|(of, _)| *of == (layer.item, layer.copy));
    own.map(|(_, cutout)| cutout).or_else(|| part_of(parts, layer.item, layer.copy)?.seen.as_ref())
}

/// Where everything is, back to front, hidden layers too.
fn arranged(reading: &Reading, parts: &[DrawnThing], by_hand: &ByHand) -> Vec<Layer> {
    let alone = reading.items.len() <= 1 && reading.items.first().is_none_or(|item| item.count == 1);
    let layers = if alone && reading.ground.is_none() {
        // Alone on a clear ground, a thing fills the picture as it was drawn.
        vec![Layer { item: 0, copy: 0, x: 0.0, y: 0.0, side: 1.0, flip: false, stands: false }]
    } else {
        let first = |i| parts.iter().filter(move |part| part.item == i).find_map(|part| part.seen.as_ref());
        let seen = |i| first(i).map_or(Visible::ALL, |cutout| cutout.visible);
        scene::lay_out(reading, &(0..reading.items.len()).map(seen).collect::<Vec<_>>())
    };
    by_hand.arrange(layers)
}

/// What there is so far, laid out on its ground.
fn compose(reading: &Reading, parts: &[DrawnThing], by_hand: &ByHand, backdrop: &Backdrop) -> Picture {
    let mut layers = arranged(reading, parts, by_hand);
    layers.retain(|layer| !by_hand.is_hidden(layer));
    picture(backdrop.compose(&layers, |layer| cutout(parts, by_hand, layer)))
}
