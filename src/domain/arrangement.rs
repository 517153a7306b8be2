//! A person's changes to a scene's layers: place, size, order, colour, visibility, new seeds.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Picture;

/// A layer of a scene: a word of the prompt (as [`crate::scene`] folds it), and which of the things that the prompt
/// names so, from 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LayerName {
    pub word: String,
    pub nth: u16,
}

impl LayerName {
    /// Reads `cat.2`.
    pub fn read(text: &str) -> Option<Self> {
        let (word, nth) = text.trim().rsplit_once('.')?;
        let nth = nth.parse().ok().filter(|nth| *nth > 0)?;
        (!word.is_empty()).then(|| Self { word: word.to_owned(), nth })
    }
}

impl fmt::Display for LayerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.word, self.nth)
    }
}

/// Where a layer's square picture is: its centre and its side, in parts of the canvas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    pub x: f32,
    pub y: f32,
    pub side: f32,
}

impl Place {
    /// Smallest and largest side.
    pub const SIDE: (f32, f32) = (0.04, 3.0);
    /// How far the centre may leave the canvas, in parts of the side: what is beyond could not be reached again.
    const REACH: f32 = 0.25;

    /// The nearest place that can be seen and reached; `None` for NaN.
    pub fn reachable(self) -> Option<Self> {
        let all = [self.x, self.y, self.side];
        all.iter().all(|v| v.is_finite()).then(|| {
            let side = self.side.clamp(Self::SIDE.0, Self::SIDE.1);
            let reach = side * Self::REACH;
            let [x, y] = [self.x, self.y].map(|v| v.clamp(-reach, 1.0 + reach));
            Self { x, y, side }
        })
    }
}

/// Colours that a layer can be given; the first takes away the one that the prompt names.
pub const LAYER_COLOURS: [&str; 13] =
    ["none", "red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "brown", "black", "gray", "white"];

/// What a person changed of one layer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerChange {
    /// Replaces the place that the layout gives it.
    pub place: Option<Place>,
    /// Mirrored left to right.
    pub flip: bool,
    pub hidden: bool,
    /// One of [`LAYER_COLOURS`].
    pub colour: Option<&'static str>,
    /// The seed that it is drawn with, instead of the picture's.
    pub seed: Option<u64>,
}

/// What a person changed of a scene. Written as
/// `cat.1: x=0.25 y=0.5 side=0.4 flip hide colour=blue seed=42; order: box.1, cat.1; ground: hide`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Arrangement {
    changes: BTreeMap<LayerName, LayerChange>,
    /// All layers from back to front, where that is not what the layout says.
    order: Vec<LayerName>,
    /// Nothing is behind the layers: the picture is clear there.
    groundless: bool,
}

/// Layers that are read of a text; no scene of ours has more.
const MOST: usize = 300;

impl Arrangement {
    /// Reads what [`fmt::Display`] wrote; parts that make no sense are left out.
    pub fn read(text: &str) -> Self {
        let mut all = Self::default();
        for (of, says) in text.split(';').filter_map(|part| part.split_once(':')).take(MOST) {
            if of.trim() == "order" {
                all.order = says.split(',').filter_map(LayerName::read).take(MOST).collect();
            } else if of.trim() == "ground" {
                all.groundless = says.trim() == "hide";
            } else if let Some(name) = LayerName::read(of) {
                all.set(name, change(says));
            }
        }
        all
    }

    /// All layers that were changed, by their names, and what was changed of each.
    pub fn changes(&self) -> impl Iterator<Item = (&LayerName, &LayerChange)> {
        self.changes.iter()
    }

    /// What was changed of a layer.
    pub fn get(&self, name: &LayerName) -> Option<&LayerChange> {
        self.changes.get(name)
    }

    pub fn set(&mut self, name: LayerName, change: LayerChange) {
        if change == LayerChange::default() {
            self.changes.remove(&name);
        } else {
            self.changes.insert(name, change);
        }
    }

    /// Changes one layer.
    pub fn change(&mut self, name: &LayerName, with: impl FnOnce(&mut LayerChange)) {
        let mut change = self.changes.get(name).cloned().unwrap_or_default();
        with(&mut change);
        self.set(name.clone(), change);
    }

    /// The order of the layers, back to front; empty where the layout decides.
    pub fn order(&self) -> &[LayerName] {
        &self.order
    }

    /// Sets the order of the layers, back to front.
    pub fn set_order(&mut self, order: Vec<LayerName>) {
        self.order = order;
    }

    /// Whether the background is hidden.
    pub fn is_groundless(&self) -> bool {
        self.groundless
    }

    pub fn hide_ground(&mut self, hide: bool) {
        self.groundless = hide;
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.order.is_empty() && !self.groundless
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// All layers are drawn with the picture's seed again.
    pub fn forget_seeds(&mut self) {
        self.changes.values_mut().for_each(|change| change.seed = None);
        self.changes.retain(|_, change| *change != LayerChange::default());
    }

    /// Leaves out layers that a scene has not.
    #[must_use]
    pub fn of(&self, has: impl Fn(&LayerName) -> bool) -> Self {
        let changes = self.changes.iter().filter(|(name, _)| has(name));
        Self {
            changes: changes.map(|(name, change)| (name.clone(), change.clone())).collect(),
            order: self.order.iter().filter(|name| has(name)).cloned().collect(),
            groundless: self.groundless,
        }
    }
}

fn change(text: &str) -> LayerChange {
    let mut change = LayerChange::default();
    let (mut x, mut y, mut side) = (None, None, None);
    for word in text.split_whitespace() {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let number = || value.parse::<f32>().ok();
        match key {
            "x" => x = number(),
            "y" => y = number(),
            "side" => side = number(),
            "flip" => change.flip = true,
            "hide" => change.hidden = true,
            "colour" => change.colour = LAYER_COLOURS.into_iter().find(|colour| *colour == value),
            "seed" => change.seed = value.parse().ok(),
            _ => {}
        }
    }
    if let (Some(x), Some(y), Some(side)) = (x, y, side) {
        change.place = Place { x, y, side }.reachable();
    }
    change
}

impl fmt::Display for LayerChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.map(|Place { x, y, side }| format!("x={x} y={y} side={side}"));
        let flip = self.flip.then(|| "flip".to_owned());
        let hide = self.hidden.then(|| "hide".to_owned());
        let colour = self.colour.map(|colour| format!("colour={colour}"));
        let seed = self.seed.map(|seed| format!("seed={seed}"));
        let all: Vec<_> = [place, flip, hide, colour, seed].into_iter().flatten().collect();
        f.write_str(&all.join(" "))
    }
}

impl fmt::Display for Arrangement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<_> = self.changes.iter().map(|(name, change)| format!("{name}: {change}")).collect();
        if !self.order.is_empty() {
            let names: Vec<_> = self.order.iter().map(ToString::to_string).collect();
            parts.push(format!("order: {}", names.join(", ")));
        }
        if self.groundless {
            parts.push("ground: hide".to_owned());
        }
        f.write_str(&parts.join("; "))
    }
}

impl From<String> for Arrangement {
    fn from(text: String) -> Self {
        Self::read(&text)
    }
}

impl From<Arrangement> for String {
    fn from(all: Arrangement) -> Self {
        all.to_string()
    }
}

/// A scene as its parts, back to front.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneLayers {
    /// Side of the picture, in pixels.
    pub side: u32,
    pub ground: Option<Arc<Picture>>,
    pub layers: Vec<SceneLayer>,
}

/// A thing of a scene, hidden ones too.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneLayer {
    pub name: LayerName,
    /// The words of the prompt that it was read from.
    pub said: String,
    /// The English label of the thing.
    pub label: &'static str,
    pub place: Place,
    pub flip: bool,
    pub hidden: bool,
    /// What the prompt or the person says.
    pub colour: Option<&'static str>,
    /// The part of the picture that can be seen, in parts of its sides: left, top, right, bottom; not flipped.
    pub visible: [f32; 4],
    /// In its colour, not flipped.
    pub picture: Arc<Picture>,
    /// As it is on the canvas, with its shadow, without what is clear around it.
    pub cut: Arc<Cut>,
}

/// Least part of the canvas, and of itself, that what can be seen of a layer shows on it.
const GRIP: f32 = 0.06;

impl SceneLayer {
    /// Left, top, right and bottom of what can be seen of it at `place`, in parts of the canvas.
    pub fn shown_at(&self, place: Place) -> [f32; 4] {
        let [left, top, right, bottom] = self.visible;
        let (left, right) = if self.flip { (1.0 - right, 1.0 - left) } else { (left, right) };
        let (x, y) = (place.x - place.side / 2.0, place.y - place.side / 2.0);
        [x + left * place.side, y + top * place.side, x + right * place.side, y + bottom * place.side]
    }

    /// The nearest place where enough of it is on the canvas to be dragged; `None` for NaN.
    pub fn within_reach(&self, place: Place) -> Option<Place> {
        let place = place.reachable()?;
        let [left, top, right, bottom] = self.shown_at(place);
        let back = |from: f32, to: f32| {
            let grip = GRIP.min((to - from).max(0.0));
            (grip - to).max(0.0) - (from - (1.0 - grip)).max(0.0)
        };
        Some(Place { x: place.x + back(left, right), y: place.y + back(top, bottom), ..place })
    }
}

/// A piece of the canvas: its left and top pixel, and what is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    pub x: u32,
    pub y: u32,
    pub picture: Picture,
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = "cat.1: x=0.25 y=0.5 side=0.4 flip hide colour=blue seed=18446744073709551615; \
                           猫.2: flip; order: 猫.2, cat.1";

    #[test]
    fn an_arrangement_comes_back_as_it_was_written() {
        let all = Arrangement::read(WRITTEN);
        assert_eq!(all.to_string(), WRITTEN);
        assert_eq!(Arrangement::read(&all.to_string()), all);
        let text = toml::to_string(&[("layers", all.clone())].into_iter().collect::<BTreeMap<_, _>>()).unwrap();
        assert_eq!(toml::from_str::<BTreeMap<String, Arrangement>>(&text).unwrap()["layers"], all);
        // Every f32 keeps its bits, or the same settings would give another picture.
        let name = LayerName::read("cat.1").unwrap();
        let mut all = Arrangement::default();
        let place = Place { x: 1.0 / 3.0, y: 0.1 + 0.2, side: f32::EPSILON + 0.5 };
        all.change(&name, |change| change.place = Some(place));
        assert_eq!(Arrangement::read(&all.to_string()).get(&name).unwrap().place, Some(place));
        assert_eq!((Arrangement::default().to_string().as_str(), Arrangement::read("")), ("", Arrangement::default()));
    }

    #[test]
    fn values_that_make_no_sense_are_left_out_and_the_rest_is_kept() {
        let text = "cat.1: x=NaN y=0.5 side=0.4 flip; box.1: x=inf y=1 side=1 hide; dog.1: colour=plaid seed=-3 hide; \
                    cow.0: hide; cow: hide; cow.99999999: hide; : hide; order; bird.1: x=0.1 y=0.2 flip; \
                    fox.1: what=1; hen.1: x=1e30 y=-1e30 side=1e30; order: a, cat.1, .1, box.x";
        let all = Arrangement::read(text);
        let far = "hen.1: x=1.75 y=-0.75 side=3";
        assert_eq!(
            all.to_string(),
            format!("bird.1: flip; box.1: hide; cat.1: flip; dog.1: hide; {far}; order: cat.1")
        );
        assert!(Arrangement::read(&"cat.1: flip;".repeat(100_000)).to_string().len() < 20);
    }

    #[test]
    fn a_layer_dragged_far_away_is_still_reachable() {
        for (x, y, side) in [(9.0, 0.5, 0.2), (-9.0, -1e30, 0.2), (0.5, 7.0, 1e9), (1e9, 1e9, 0.0)] {
            let p = Place { x, y, side }.reachable().unwrap();
            let shows =
                |centre: f32| centre - p.side / 2.0 < 1.0 - p.side * 0.2 && centre + p.side / 2.0 > p.side * 0.2;
            assert!(shows(p.x) && shows(p.y) && p.side >= 0.04 && p.side <= 3.0, "{p:?}");
        }
        assert_eq!(Place { x: f32::NAN, y: 0.0, side: 1.0 }.reachable(), None);
    }

    #[test]
    fn a_hidden_background_is_kept_with_the_arrangement() {
        let mut all = Arrangement::read("cat.1: flip; ground: hide");
        assert!(all.is_groundless() && all.to_string() == "cat.1: flip; ground: hide");
        assert!(all.of(|_| false).is_groundless(), "it is of the scene, not of a layer");
        all.hide_ground(false);
        assert_eq!(all.to_string(), "cat.1: flip");
        all.clear();
        assert!(Arrangement::read("ground: what").is_empty());
        all.hide_ground(true);
        assert!(!all.is_empty());
    }

    #[test]
    fn what_can_be_seen_of_a_layer_never_leaves_the_canvas_wholly() {
        // Only the left tenth of its square shows anything.
        let mut layer = SceneLayer {
            name: LayerName::read("cat.1").unwrap(),
            said: "cat".into(),
            label: "cat",
            place: Place { x: 0.5, y: 0.5, side: 1.0 },
            flip: false,
            hidden: false,
            colour: None,
            visible: [0.0, 0.4, 0.1, 0.6],
            picture: Arc::new(Picture { width: 0, height: 0, rgba: Vec::new() }),
            cut: Arc::new(Cut { x: 0, y: 0, picture: Picture { width: 0, height: 0, rgba: Vec::new() } }),
        };
        for flip in [false, true] {
            layer.flip = flip;
            for (x, y) in [(-9.0, 0.5), (9.0, 0.5), (0.5, -9.0), (0.5, 9.0), (-9.0, 9.0)] {
                for side in [0.04, 0.5, 1.0, 3.0] {
                    let place = layer.within_reach(Place { x, y, side }).unwrap();
                    let [left, top, right, bottom] = layer.shown_at(place);
                    let part = |from: f32, to: f32| to.min(1.0) - from.max(0.0);
                    let least = |from: f32, to: f32| GRIP.min(to - from) - 1e-4;
                    assert!(part(left, right) >= least(left, right), "{flip} {x} {y} {side}: {place:?}");
                    assert!(part(top, bottom) >= least(top, bottom), "{flip} {x} {y} {side}: {place:?}");
                }
            }
            let inside = Place { x: 0.5, y: 0.5, side: 0.4 };
            assert_eq!(layer.within_reach(inside), Some(inside));
        }
        assert_eq!(layer.within_reach(Place { x: f32::NAN, y: 0.0, side: 1.0 }), None);
    }

    #[test]
    fn layers_of_another_scene_are_left_out() {
        let all = Arrangement::read(WRITTEN);
        let left = all.of(|name| name.word == "cat");
        assert!(left.to_string().ends_with("; order: cat.1") && left.get(&LayerName::read("猫.2").unwrap()).is_none());
        let mut all = Arrangement::read("cat.1: seed=4; box.1: hide seed=5");
        all.forget_seeds();
        assert_eq!(all.to_string(), "box.1: hide");
    }
}
