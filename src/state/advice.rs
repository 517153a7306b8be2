//! What the model in use cannot do of what was typed: said where it is typed, before it is sent.

use crate::domain::{ImageParams, Makes, ModelCard, Role};
use crate::lang::Lang;
use crate::scene;
use crate::state::{AppState, ModelEntry};

pub use crate::scene::Cannot;

/// Letters at the end of a page that tell its language.
const TAIL: usize = 400;
/// Turns of a conversation that colour the next answer.
const TURNS: usize = 6;

/// Why a prompt will disappoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    /// It is Chinese, and the model has none.
    NoChinese,
    /// What was said before is.
    ChineseBefore,
    /// It names several things, here in the person's own words, and the model draws one.
    Several(Vec<String>),
    /// It asks for several of one thing.
    Many(String, u8),
    /// It wants the thing on some ground.
    Ground,
    /// It asks for what no sticker is.
    Cannot(Cannot),
    /// It names people, here in the person's own word: a small model draws them worst.
    People(String),
}

impl AppState {
    /// What the picture model in use cannot do of the prompt. `scene_advice` is [`scene_advice`], or remembers what that
    /// said: a view asks in each frame.
    pub fn image_advice(&self, scene_advice: impl FnOnce(&str, &str, bool) -> Option<Advice>) -> Option<Advice> {
        let card = &self.catalogue.entry(&self.settings.image.model)?.card;
        let ImageParams { prompt, negative, .. } = &self.settings.image;
        let of_scene = || scene_advice(prompt, negative, self.draws_scenes());
        language(card, prompt).or_else(|| card.quality.single.then(of_scene).flatten())
    }

    /// Whether the picture model in use draws each thing of a prompt by itself: the built-in one, above the size of its
    /// network.
    pub fn draws_scenes(&self) -> bool {
        let params = &self.settings.image;
        let card = self.catalogue.entry(&params.model).map(|entry| &entry.card);
        card.is_some_and(|card| card.is_embedded() && card.sizes.iter().any(|size| size.width < params.width))
    }

    /// A picture model that can what stickers cannot be: in the prompt's language, not too large for this machine, and
    /// the one with the least to fetch.
    pub fn abler_model(&self) -> Option<&ModelEntry> {
        let (prompt, budget) = (&self.settings.image.prompt, self.status.budget);
        let lang = if is_chinese(prompt) { Lang::Zh } else { Lang::En };
        let able = |entry: &&ModelEntry| {
            let card = &entry.card;
            let fits = budget == 0 || card.memory <= budget;
            card.makes == Makes::Image && !card.is_embedded() && card.speaks(lang) && entry.lacks().is_none() && fits
        };
        self.catalogue.entries.iter().filter(able).min_by_key(|entry| entry.to_fetch())
    }

    /// The same of the language model, and of the message, form or page that it would be sent.
    pub fn text_advice(&self) -> Option<Advice> {
        let card = &self.catalogue.entry(&self.text().model)?.card;
        let chinese = match (&self.write.form, &self.write.open.page) {
            // The form's own words are in the window's language.
            (Some(form), _) => self.lang == Lang::Zh || form.values.values().any(|value| is_chinese(value)),
            (None, Some(page)) => {
                let tail: String = page.text.as_str().chars().rev().take(TAIL).collect();
                is_chinese(&tail)
            }
            (None, None) => return self.talk_advice(card),
        };
        (chinese && !card.speaks(Lang::Zh)).then_some(Advice::NoChinese)
    }

    /// What is typed, else the last question; and what the model reads before it, which it goes on with.
    fn talk_advice(&self, card: &ModelCard) -> Option<Advice> {
        let (draft, open) = (self.write.message_next().1, &self.write.open);
        let last = || open.turns.iter().rfind(|turn| turn.message.role == Role::User);
        let asked = if draft.is_empty() { last().map_or("", |turn| turn.message.content.as_str()) } else { draft };
        let before = open.turns.iter().rev().take(TURNS).map(|turn| turn.message.said());
        language(card, asked)
            .or_else(|| before.into_iter().find_map(|said| language(card, said)).map(|_| Advice::ChineseBefore))
    }
}

fn language(card: &ModelCard, text: &str) -> Option<Advice> {
    (!card.speaks(Lang::Zh) && is_chinese(text)).then_some(Advice::NoChinese)
}

/// Whether most of a text is Chinese: an English one may quote a few words, and the other way round.
fn is_chinese(text: &str) -> bool {
    let han = text.chars().filter(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')).count();
    han > text.chars().filter(char::is_ascii_alphabetic).count()
}

/// Why a sticker, or one of the `scenes` of stickers, cannot be what the prompt asks for. Reads both prompts: not for
/// each frame.
pub fn scene_advice(prompt: &str, negative: &str, scenes: bool) -> Option<Advice> {
    let reading = scene::read_with(prompt, negative, |_| None);
    if let Some((cannot, _)) = reading.cannot.first() {
        return Some(Advice::Cannot(*cannot));
    }
    let said = |item: &scene::Item| prompt.get(item.span.clone()).unwrap_or_default().trim().to_owned();
    let person = reading.items.iter().find(|item| scene::things().get(item.senses[0]).person);
    let people = person.map(|item| Advice::People(said(item)));
    if scenes {
        return people;
    }
    match &reading.items[..] {
        [] => None,
        [item] if item.count > 1 => Some(Advice::Many(said(item), item.count)),
        [_] => reading.ground.map(|_| Advice::Ground).or(people),
        items => Some(Advice::Several(items.iter().map(said).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scene_is_told_from_a_thing() {
        let one = |prompt| scene_advice(prompt, "", false);
        let several = |words: &[&str]| Some(Advice::Several(words.iter().map(|w| (*w).to_owned()).collect()));
        assert_eq!(one("an orange cat on a blue box"), several(&["cat", "box"]));
        assert_eq!(one("一个蓝色的盒子上有一只橙色的猫"), several(&["盒子", "猫"]));
        assert_eq!(one("three apples"), Some(Advice::Many("apples".into(), 3)));
        assert_eq!(one("logo of a coffee shop"), Some(Advice::Cannot(Cannot::Logo)));
        assert_eq!(one("a cat on the grass"), Some(Advice::Ground));
        for thing in ["", "a red apple", "rocket, flat", "熊猫", "chocolate cake", "xyzzy"] {
            assert_eq!(one(thing), None, "{thing}");
        }
        for (prompt, person) in [("我的妈妈", "妈妈"), ("a cat and a girl", "girl")] {
            assert_eq!(scene_advice(prompt, "", true), Some(Advice::People(person.into())));
        }
        for scene in ["an orange cat on a blue box", "three apples", "a cat on the grass", "a hand"] {
            assert_eq!(scene_advice(scene, "", true), None, "{scene}");
        }
        assert_eq!(scene_advice("logo of a coffee shop", "", true), Some(Advice::Cannot(Cannot::Logo)));
        for car in ["a brand new car", "a brand-new car", "一辆全新的车", "一辆崭新的车", "a new car"] {
            assert_eq!((scene_advice(car, "", true), scene::read(car).unknown), (None, Vec::new()), "{car}");
        }
        assert_eq!(scene_advice("a cat and a girl", "girl", true), None, "the negative prompt keeps her out");
    }

    #[test]
    fn chinese_is_what_is_mostly_chinese() {
        for chinese in ["写一首诗", "写一首关于 rain 的诗歌吧", "红苹果, 3d"] {
            assert!(is_chinese(chinese), "{chinese}");
        }
        for other in ["", "a poem", "Write a haiku about rain.（写一首关于雨的俳句）", "¿Qué? Ünï", "123"]
        {
            assert!(!is_chinese(other), "{other}");
        }
    }
}
