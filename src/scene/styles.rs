//! The style of a prompt that names none: the seed chooses, so that the seeds of a prompt differ visibly.

use std::sync::LazyLock;

use super::{Reading, ThingId};

/// Styles that draw nearly everything, where no better is known.
const USUAL: [&str; 2] = ["flat", "fluent"];
/// The seed's remainder by this is its turn, and the turn's remainder by the number of styles its style: of four, the usual
/// two, which come first, get two turns each.
const TURNS: u64 = 6;

/// For each thing, the styles in which the network draws it as it learned it (`train/styles.py`).
static DRAWN_WELL: LazyLock<Vec<Vec<&'static str>>> = LazyLock::new(|| {
    let lines = include_str!("../../models/sticker-64/styles.txt").lines();
    lines.map(|line| line.split_whitespace().collect()).collect()
});

fn drawn_well(thing: ThingId) -> &'static [&'static str] {
    DRAWN_WELL.get(usize::from(thing)).map_or(&[], Vec::as_slice)
}

impl Reading {
    /// The style in which a picture of this seed is drawn: the prompt's, else one that the seed chooses.
    pub fn style_of_seed(&self, seed: u64) -> &'static str {
        self.style.unwrap_or_else(|| {
            let things: Vec<ThingId> = self.items.iter().map(|item| item.senses[0]).collect();
            by_seed(&things, self.items.iter().any(|item| item.painted_colour().is_some()), seed)
        })
    }
}

/// One style for all things of a picture: one in which each is drawn well, else the first thing, else a usual one. In
/// other colours than their own, things are drawn in the usual styles: the shades of the others become stains.
fn by_seed(things: &[ThingId], coloured: bool, seed: u64) -> &'static str {
    let first = things.first().map_or(&[][..], |first| drawn_well(*first));
    let fits = |style: &&str| {
        (!coloured || USUAL.contains(style)) && things.iter().all(|thing| drawn_well(*thing).contains(style))
    };
    let of_all: Vec<&str> = first.iter().copied().filter(fits).collect();
    let of_first = if coloured { &[] } else { first };
    let styles = [&of_all[..], of_first].into_iter().find(|styles| !styles.is_empty()).unwrap_or(&USUAL);
    styles[(seed % TURNS) as usize % styles.len()]
}

#[cfg(test)]
mod tests {
    use super::super::{read, style_of, things};
    use super::*;

    fn id(label: &str) -> ThingId {
        things().labelled(label).unwrap()
    }

    #[test]
    fn each_thing_has_a_line_of_styles() {
        assert_eq!(DRAWN_WELL.len(), things().len());
        let all: Vec<&str> = DRAWN_WELL.iter().flatten().copied().collect();
        assert!(all.iter().all(|style| style_of(style) == Some(style)));
        let some = DRAWN_WELL.iter().filter(|styles| styles.len() > 1).count();
        assert!(some > things().len() / 2, "{some} things have two styles or more");
    }

    #[test]
    fn seeds_differ_in_style_and_a_scene_has_one_in_which_all_is_drawn_well() {
        let styles = |labels: &[&str]| -> Vec<&str> {
            let things: Vec<ThingId> = labels.iter().map(|label| id(label)).collect();
            (0..8).map(|seed| by_seed(&things, false, seed)).collect()
        };
        let apples = styles(&["red apple"]);
        assert!(apples.iter().collect::<std::collections::BTreeSet<_>>().len() > 2, "{apples:?}");
        let both = styles(&["red apple", "cat face"]);
        for style in &both {
            assert!(drawn_well(id("red apple")).contains(style) && drawn_well(id("cat face")).contains(style));
        }
        assert!((0..8).all(|seed| USUAL.contains(&by_seed(&[id("red apple")], true, seed))), "a blue apple");
        assert_eq!(read("a red apple, noto").style_of_seed(3), "noto", "the prompt's own");
        assert_eq!(read("an apple").style_of_seed(3), by_seed(&[id("red apple")], false, 3));
        assert_eq!(by_seed(&[], false, 0), "flat", "words alone");
        assert_eq!(by_seed(&[], false, 7), "fluent");
    }
}
