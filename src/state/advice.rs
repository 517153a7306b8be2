//! What the model in use cannot do with the text typed so far. The window says so at the field, before the text is
//! sent.

use crate::domain::{ImageParams, Makes, ModelCard, Role};
use crate::lang::Lang;
use crate::scene;
use crate::state::{AppState, ModelEntry};

pub use crate::scene::Cannot;

/// How many letters at the end of a page decide its language.
const TAIL: usize = 400;
/// How many turns of a conversation influence the next answer.
const TURNS: usize = 6;

/// Why a prompt will give a poor result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    /// The prompt is Chinese, and the model does not speak Chinese.
    NoChinese,
    /// The conversation so far is Chinese, and the model does not speak Chinese.
    ChineseBefore,
    /// The prompt names several things, here in the user's own words, and the model draws one.
    Several(Vec<String>),
    /// The prompt asks for several copies of one thing: its word and the count.
    Many(String, u8),
    /// The prompt asks for a background.
    Ground,
    /// The prompt asks for something that a sticker cannot be.
    Cannot(Cannot),
    /// The prompt names people, here in the user's own word: a small model draws them worst.
    People(String),
}

impl AppState {
    /// What the picture model in use cannot do with the prompt. `scene_advice` is [`scene_advice`] or a cached result
    /// of it, because a view asks in each frame.
    pub fn image_advice(&self, scene_advice: impl FnOnce(&str, &str, bool) -> Option<Advice>) -> Option<Advice> {
        let card = &self.catalogue.entry(&self.settings.image.model)?.card;
        let ImageParams { prompt, negative, .. } = &self.settings.image;
        let of_scene = || scene_advice(prompt, negative, self.draws_scenes());
        language(card, prompt).or_else(|| card.quality.single.then(of_scene).flatten())
    }

    /// Whether the picture model in use draws each thing of a prompt on its own: the built-in model does above its
    /// network's size.
    pub fn draws_scenes(&self) -> bool {
        let params = &self.settings.image;
        let card = self.catalogue.entry(&params.model).map(|entry| &entry.card);
        card.is_some_and(|card| card.is_embedded() && card.sizes.iter().any(|size| size.width < params.width))
    }

    /// A picture model that can draw what stickers cannot be. It understands the prompt's language and fits this
    /// machine's memory; of several, it is the one with the least to download.
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

    /// What the language model in use cannot do with the message, form or page that it would get.
    pub fn text_advice(&self) -> Option<Advice> {
        let card = &self.catalogue.entry(&self.text().model)?.card;
        let chinese = match (&self.write.form, &self.write.open.page) {
            // A form's own words are in the window's language.
            (Some(form), _) => self.lang == Lang::Zh || form.values.values().any(|value| is_chinese(value)),
            (None, Some(page)) => {
                let tail: String = page.text.as_str().chars().rev().take(TAIL).collect();
                is_chinese(&tail)
            }
            (None, None) => return self.talk_advice(card),
        };
        (chinese && !card.speaks(Lang::Zh)).then_some(Advice::NoChinese)
    }

    /// Checks the typed message, or else the last question, and then the turns before it, which the model continues.
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

/// Whether a text has more Chinese characters than Latin letters: a text may quote a few words of the other language.
fn is_chinese(text: &str) -> bool {
    let han = text.chars().filter(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')).count();
    han > text.chars().filter(char::is_ascii_alphabetic).count()
}

/// Why a sticker, or with `scenes` a scene of stickers, cannot be what the prompt asks for. Parses both prompts, so do
/// not call it in each frame.
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
