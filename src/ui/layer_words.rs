//! What a picture's record says of its layers and of its words' meanings, in a person's words. The short form is the
//! file's alone.

use super::texts::T;
use crate::domain::{Arrangement, LAYER_COLOURS, LayerChange, LayerName, Things};
use crate::lang::Lang;
use crate::scene::things;

/// The names of [`LAYER_COLOURS`].
pub const COLOUR_NAMES: [T; LAYER_COLOURS.len()] = [
    T::ColourNone,
    T::ColourRed,
    T::ColourOrange,
    T::ColourYellow,
    T::ColourGreen,
    T::ColourCyan,
    T::ColourBlue,
    T::ColourPurple,
    T::ColourPink,
    T::ColourBrown,
    T::ColourBlack,
    T::ColourGray,
    T::ColourWhite,
];

/// A line for each layer that a person changed, for their order, and for the background where it is hidden.
pub fn arrangement(lang: Lang, all: &Arrangement) -> String {
    let name = |layer: &LayerName| {
        let numbered = all
            .changes()
            .map(|(other, _)| other)
            .chain(all.order())
            .any(|other| other.word == layer.word && other.nth > 1);
        if numbered { format!("{} {}", layer.word, layer.nth) } else { layer.word.clone() }
    };
    let colon = lang.pick(": ", "：");
    let mut lines: Vec<String> =
        all.changes().map(|(layer, change)| format!("{}{colon}{}", name(layer), changed(lang, change))).collect();
    if !all.order().is_empty() {
        let names: Vec<String> = all.order().iter().map(name).collect();
        lines.push(T::LayerSaysOrder.with(lang, &[&names.join(lang.pick(", ", "、"))]));
    }
    if all.is_groundless() {
        lines.push(T::LayerSaysNoGround.tr(lang).to_owned());
    }
    lines.join("\n")
}

/// What was changed of one layer.
fn changed(lang: Lang, change: &LayerChange) -> String {
    let percent = |part: f32| format!("{:.0}", part * 100.0);
    let place = change
        .place
        .map(|place| T::LayerSaysPlace.with(lang, &[&percent(place.x), &percent(place.y), &percent(place.side)]));
    let colour = LAYER_COLOURS.iter().position(|colour| Some(*colour) == change.colour);
    let colour = colour.map(|at| T::LayerSaysColour.with(lang, &[&COLOUR_NAMES[at].tr(lang).to_lowercase()]));
    let flipped = change.flip.then(|| T::LayerSaysFlipped.tr(lang).to_owned());
    let hidden = change.hidden.then(|| T::LayerSaysHidden.tr(lang).to_owned());
    let seed = change.seed.map(|seed| T::LayerSaysSeed.with(lang, &[&seed]));
    let all: Vec<String> = [place, flipped, hidden, colour, seed].into_iter().flatten().collect();
    all.join(lang.pick(", ", "，"))
}

/// A line for each word of the prompt that a person chose a thing for.
pub fn meanings(lang: Lang, all: &Things) -> String {
    let lines = all.iter().map(|(word, label)| {
        let thing = things().labelled(label).map(|id| things().get(id));
        let name = thing.map_or(label, |thing| lang.pick(thing.en, thing.zh));
        T::MeaningIs.with(lang, &[&word, &name])
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Regression: the record showed `cat.1: x=0.25 y=0.5 side=0.4 flip`, in Chinese too.
    #[test]
    fn layers_are_told_in_words() {
        let all = Arrangement::read(
            "cat.1: x=0.25 y=0.5 side=0.4 flip colour=red; cat.2: hide; box.1: seed=7; order: box.1, cat.2, cat.1; \
             ground: hide",
        );
        assert_eq!(
            arrangement(Lang::En, &all),
            "box: drawn with seed 7\n\
             cat 1: 25% from the left, 50% from the top, 40% of the picture's width, flipped, colour red\n\
             cat 2: hidden\n\
             From back to front: box, cat 2, cat 1\n\
             Background hidden"
        );
        assert_eq!(
            arrangement(Lang::Zh, &all),
            "box：以种子 7 绘制\n\
             cat 1：距左 25%，距上 50%，宽为图片的 40%，已翻转，颜色：红色\n\
             cat 2：已隐藏\n\
             从后到前：box、cat 2、cat 1\n\
             已隐藏背景"
        );
        assert_eq!(arrangement(Lang::Zh, &Arrangement::read("猫.1: colour=none")), "猫：颜色：保持原色");
    }

    #[test]
    fn meanings_are_told_in_the_language_of_the_window() {
        let label = things().get(crate::scene::read("cat").items[0].senses[0]);
        let chosen = Things::read(&format!("cat={}; box=no such thing", label.en));
        assert_eq!(meanings(Lang::En, &chosen), format!("“box” is no such thing\n“cat” is {}", label.en));
        assert_eq!(meanings(Lang::Zh, &chosen), format!("“box”指no such thing\n“cat”指{}", label.zh));
    }
}
