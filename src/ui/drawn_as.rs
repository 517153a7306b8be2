//! What the built-in model drew for the words of a picture's prompt, which of them it left out, and in which style. It is
//! read again from the record: the file holds the prompt and what was chosen for its words.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::create::prompt_help::style_name;
use super::create::reading::{drawn, undrawn};
use crate::domain::{PictureRecord, STICKER_ID, Seed, Things};
use crate::lang::Lang;
use crate::scene::{self, Item, Reading};

/// A record that was read.
struct Last {
    prompt: String,
    negative: String,
    things: Things,
    lang: Lang,
    seed: Seed,
    rows: Rows,
}

#[derive(Clone)]
pub struct Rows {
    /// A line for each noun.
    pub drawn: String,
    /// The words that were left out; may be empty.
    pub left_out: String,
    pub style: String,
}

impl Last {
    fn read(lang: Lang, record: &PictureRecord) -> Self {
        let (prompt, negative, things) = (record.prompt.clone(), record.negative.clone(), record.things.clone());
        let reading = scene::read_with(&prompt, &negative, |word| things.get(word));
        let style = match record.seed {
            Seed::Fixed(seed) => style_name(lang, reading.style_of_seed(seed)),
            Seed::Random => String::new(),
        };
        let (drawn, left_out) = (nouns(lang, &prompt, &reading), left_out(lang, &prompt, &reading));
        Self { prompt, negative, things, lang, seed: record.seed, rows: Rows { drawn, left_out, style } }
    }

    fn is_of(&self, lang: Lang, record: &PictureRecord) -> bool {
        let same = self.prompt == record.prompt && self.negative == record.negative;
        same && self.things == record.things && self.lang == lang && self.seed == record.seed
    }
}

thread_local! {
    /// The rows are laid out in each frame; a prompt is read once.
    static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
}

/// `None` where the network got the words as they are.
pub fn of(lang: Lang, record: &PictureRecord) -> Option<Rows> {
    if record.model != STICKER_ID || record.width <= 64 {
        return None;
    }
    let rows = LAST.with_borrow_mut(|last| {
        if !last.as_ref().is_some_and(|last| last.is_of(lang, record)) {
            *last = Some(Last::read(lang, record));
        }
        last.as_ref().map(|last| last.rows.clone())
    });
    rows.filter(|rows| !rows.drawn.is_empty())
}

fn nouns(lang: Lang, prompt: &str, reading: &Reading) -> String {
    let line = |item: &Item| format!("{} → {}", &prompt[item.span.clone()], drawn(lang, item));
    reading.items.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Each word once; what something stood in for is in the other row.
fn left_out(lang: Lang, prompt: &str, reading: &Reading) -> String {
    let stood_in: BTreeSet<usize> =
        reading.unknown.iter().filter(|it| it.stand_in.is_some()).map(|it| it.span.start).collect();
    let mut seen = BTreeSet::new();
    let spans = undrawn(reading).into_iter().filter(|span| !stood_in.contains(&span.start));
    let words = spans.map(|span| &prompt[span]).filter(|word| seen.insert(scene::folded(word)));
    words.collect::<Vec<_>>().join(lang.pick(", ", "、"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ImageParams;

    /// Regression: the record of "a lighthouse at night" did not say why there was a tower.
    #[test]
    fn a_record_says_what_was_drawn_and_what_was_left_out() {
        let record = |prompt: &str, side: u32| {
            let params = ImageParams { prompt: prompt.into(), width: side, height: side, ..Default::default() };
            let mut record = PictureRecord::of(&params, 1);
            record.model = STICKER_ID.into();
            record
        };
        let rows = |prompt: &str, lang| {
            let rows = of(lang, &record(prompt, 512)).unwrap();
            (rows.drawn, rows.left_out)
        };
        let lighthouse = "a lighthouse, xyzzy, in the snow";
        assert_eq!(rows(lighthouse, Lang::En), ("lighthouse → Tokyo tower".into(), "xyzzy".into()));
        assert_eq!(rows(lighthouse, Lang::Zh).0, "lighthouse → 东京塔");
        assert_eq!(rows("a photo of two blue cats", Lang::En), ("cats → 2 × blue cat".into(), "photo".into()));
        assert!(of(Lang::En, &record("a cat", 64)).is_none(), "the network gets the words as they are");
        let style = |prompt: &str, lang| of(lang, &record(prompt, 512)).unwrap().style;
        assert_eq!(
            (style("a cat, noto", Lang::En), style("a cat, noto", Lang::Zh)),
            ("noto (Google)".into(), "谷歌风（诺托）".into())
        );
        assert_eq!(style("a cat, 3d", Lang::En), "3d");
    }
}
