//! What a person changed of a scene's layers, as the composer takes it: the names of the layers, their own seeds and
//! colours, places, order, and what is hidden.

use crate::domain::{Arrangement, LayerName, Place};
use crate::scene::{self, Cutout, Layer, Reading, Scenery, things};

/// Layers that are drawn with a seed of their own.
const MOST_OWN: usize = 30;

/// What a hand lifts by this share of the canvas or more does not stand any more: its shadow would be in the sky.
const LIFTED: f32 = 0.15;

/// An [`Arrangement`] of one scene.
pub struct ByHand {
    arrangement: Arrangement,
    /// By item and copy.
    names: Vec<Vec<LayerName>>,
    /// Layers in another colour than their part has, once they are drawn.
    pub coloured: Vec<((usize, u8), Cutout)>,
}

impl ByHand {
    pub fn new(prompt: &str, reading: &Reading, arrangement: &Arrangement) -> Self {
        let mut names: Vec<Vec<LayerName>> = Vec::new();
        for item in &reading.items {
            let said = scene::folded(&prompt[item.span.clone()]);
            // An emoji has no letters.
            let word = if said.is_empty() { scene::folded(things().get(item.senses[0]).en) } else { said };
            let before = names.iter().flatten().filter(|name| name.word == word).count() as u16;
            names
                .push((1..=u16::from(item.count)).map(|n| LayerName { word: word.clone(), nth: before + n }).collect());
        }
        let mut arrangement = arrangement.of(|name| names.iter().flatten().any(|known| known == name));
        if reading.ground.is_none() {
            arrangement.hide_ground(false);
        }
        Self { arrangement, names, coloured: Vec::new() }
    }

    /// The changes that are about this scene.
    pub fn arrangement(&self) -> &Arrangement {
        &self.arrangement
    }

    /// What is behind the layers.
    pub fn ground(&self, reading: &Reading) -> Option<Scenery> {
        reading.scenery().filter(|_| !self.arrangement.is_groundless())
    }

    pub fn name(&self, item: usize, copy: u8) -> Option<&LayerName> {
        self.names.get(item)?.get(usize::from(copy))
    }

    /// Item, copy and name of all layers.
    fn each(&self) -> impl Iterator<Item = (usize, u8, &LayerName)> {
        let of = |(item, names)| (0u8..).zip(names).map(move |(copy, name)| (item, copy, name));
        self.names.iter().enumerate().flat_map(of)
    }

    /// Item, copy and seed of the layers that were drawn anew.
    pub fn own_seeds(&self) -> Vec<(usize, u8, u64)> {
        let seeded = self.each().filter_map(|(item, copy, name)| Some((item, copy, self.arrangement.get(name)?.seed?)));
        seeded.take(MOST_OWN).collect()
    }

    /// Item, copy and colour of the layers that were coloured anew.
    pub fn colours(&self) -> Vec<(usize, u8, &'static str)> {
        let coloured = |(item, copy, name)| Some((item, copy, self.arrangement.get(name)?.colour?));
        self.each().filter_map(coloured).collect()
    }

    pub fn colour(&self, layer: &Layer) -> Option<&'static str> {
        self.arrangement.get(self.name(layer.item, layer.copy)?)?.colour
    }

    pub fn is_hidden(&self, layer: &Layer) -> bool {
        let name = self.name(layer.item, layer.copy);
        name.and_then(|name| self.arrangement.get(name)).is_some_and(|change| change.hidden)
    }

    /// All layers where the person put them, hidden ones too.
    pub fn arrange(&self, mut layers: Vec<Layer>) -> Vec<Layer> {
        for layer in &mut layers {
            let name = self.name(layer.item, layer.copy);
            let Some(change) = name.and_then(|name| self.arrangement.get(name)) else { continue };
            layer.flip ^= change.flip;
            if let Some(Place { x, y, side }) = change.place {
                layer.stands &= layer.y + layer.side / 2.0 - y < LIFTED;
                (layer.x, layer.y, layer.side) = (x - side / 2.0, y - side / 2.0, side);
            }
        }
        // Those that the order does not name are in front of the others.
        let order = self.arrangement.order();
        if !order.is_empty() {
            let at = |layer: &Layer| {
                let name = self.name(layer.item, layer.copy);
                order.iter().position(|known| Some(known) == name).unwrap_or(order.len())
            };
            layers.sort_by_key(at);
        }
        layers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LAYER_COLOURS;
    use crate::scene::{Square, lay_out, read, recoloured};

    fn by_hand(prompt: &str, arrangement: &str) -> (Reading, ByHand) {
        let reading = read(prompt);
        let hand = ByHand::new(prompt, &reading, &Arrangement::read(arrangement));
        (reading, hand)
    }

    fn names(prompt: &str) -> Vec<String> {
        by_hand(prompt, "").1.names.iter().flatten().map(ToString::to_string).collect()
    }

    #[test]
    fn layers_are_named_by_the_words_of_the_prompt() {
        assert_eq!(names("a cat on a blue box"), ["cat.1", "box.1"]);
        assert_eq!(names("two cats, a dog and a cat"), ["cats.1", "cats.2", "dog.1", "cat.1"]);
        assert_eq!(names("a red cat and a blue cat"), ["cat.1", "cat.2"]);
        assert_eq!(names("一个盒子上有两只猫"), ["盒子.1", "猫.1", "猫.2"]);
        assert_eq!(names("🐱"), ["cat face.1"]);
    }

    #[test]
    fn layers_go_where_they_were_put_and_the_others_stay() {
        let text = "cat.1: x=0.3 y=0.4 side=0.2 flip seed=9; box.1: hide colour=green; order: cat.1; dog.1: hide";
        let (reading, hand) = by_hand("a cat on a box and a tree", text);
        let before = lay_out(&reading, &[]);
        let after = hand.arrange(before.clone());
        let cat = after[0];
        assert!(cat.item == 0 && cat.flip, "the only one that the order names is behind all others");
        assert!((cat.x - 0.2).abs() < 1e-6 && (cat.y - 0.3).abs() < 1e-6 && cat.side == 0.2);
        let others = |list: &[Layer]| list.iter().filter(|l| l.item != 0).copied().collect::<Vec<_>>();
        assert_eq!(others(&before), others(&after));
        let hidden: Vec<_> = after.iter().filter(|l| hand.is_hidden(l)).map(|l| l.item).collect();
        assert_eq!((hidden, hand.own_seeds(), hand.colours()), (vec![1], vec![(0, 0, 9)], vec![(1, 0, "green")]));
        assert!(!hand.arrangement().to_string().contains("dog"), "the scene has none");
    }

    /// Regression: a dog that was dragged into the sky took its shadow along.
    #[test]
    fn what_is_lifted_off_the_ground_casts_no_shadow() {
        let (reading, hand) = by_hand("a cat and a dog on the grass", "");
        let [cat, dog] = hand.arrange(lay_out(&reading, &[]))[..] else { panic!("two layers") };
        assert!(cat.stands && dog.stands);
        for (up, stands) in [(0.05, true), (0.2, false), (-0.1, true)] {
            let (x, y) = (dog.x + dog.side / 2.0, dog.y + dog.side / 2.0 - up);
            let (reading, hand) =
                by_hand("a cat and a dog on the grass", &format!("dog.1: x={x} y={y} side={}", dog.side));
            let after = hand.arrange(lay_out(&reading, &[]));
            assert_eq!(after.iter().map(|layer| layer.stands).collect::<Vec<_>>(), [true, stands], "{up}");
        }
    }

    #[test]
    fn a_hidden_background_is_of_a_scene_that_has_one() {
        let (reading, hand) = by_hand("a cat in the snow", "ground: hide");
        assert!(reading.ground.is_some() && hand.ground(&reading).is_none());
        assert_eq!(hand.arrangement().to_string(), "ground: hide");
        let (reading, hand) = by_hand("a cat in the snow", "");
        assert_eq!(hand.ground(&reading), reading.scenery());
        assert!(by_hand("a cat and a dog", "ground: hide").1.arrangement().is_empty());
    }

    #[test]
    fn thirty_things_far_away_are_all_within_reach() {
        let far = (1..=300).map(|n| format!("cat.{n}: x={n}e9 y=-{n}e20 side=1e-9 seed={n}"));
        let (reading, hand) = by_hand(&"a cat and ".repeat(40), &far.collect::<Vec<_>>().join("; "));
        let all = hand.arrange(lay_out(&reading, &[]));
        assert_eq!((all.len(), hand.own_seeds().len()), (30, 30));
        let reaches = |l: &Layer| l.side >= 0.04 && l.x < 1.0 && l.x + l.side > 0.0 && l.y < 1.0 && l.y + l.side > 0.0;
        assert!(all.iter().all(reaches));
    }

    #[test]
    fn every_colour_that_is_offered_is_one_that_the_painter_knows() {
        // Its hue is far from all of them.
        let magenta = Square { side: 8, rgba: [250, 40, 235, 255].repeat(64) };
        for colour in LAYER_COLOURS {
            let changed = recoloured(magenta.clone(), colour) != magenta;
            assert_eq!(changed, colour != "none", "{colour}");
        }
    }
}
