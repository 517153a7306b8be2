//! Every text of the window, in every language, a file for each room. Nothing that a person reads is written anywhere
//! else in `ui`.
//!
//! `{0}`, `{1}` are places that [`T::with`] fills in; `{0:turn|turns}` is the word that goes with the number in `{0}`.

use std::fmt::Display;

use crate::lang::Lang;

/// Adds texts to [`T`] as constants, from rows of name, English and Chinese, and lists them as `TEXTS`.
macro_rules! texts {
    ($($name:ident: $en:literal, $zh:literal;)*) => {
        #[allow(non_upper_case_globals, missing_docs, reason = "each name is beside its wording")]
        impl super::T {
            $(pub const $name: Self = Self { name: stringify!($name), en: $en, zh: $zh };)*
        }

        pub(super) const TEXTS: &[super::T] = &[$(super::T::$name,)*];
    };
}

mod create;
mod gallery;
mod layers;
mod models;
mod notices;
mod page;
mod personas;
mod sampling;
mod settings;
mod shared;
mod write;

/// One text of the window.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct T {
    name: &'static str,
    en: &'static str,
    zh: &'static str,
}

const ALL: [&[T]; 11] = [
    shared::TEXTS,
    create::TEXTS,
    layers::TEXTS,
    write::TEXTS,
    sampling::TEXTS,
    personas::TEXTS,
    page::TEXTS,
    gallery::TEXTS,
    models::TEXTS,
    settings::TEXTS,
    notices::TEXTS,
];

impl T {
    /// All texts, for tests.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.into_iter().flatten().copied()
    }

    /// The wording in `lang`.
    pub const fn tr(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        }
    }

    /// The wording with its places filled in.
    pub fn with(self, lang: Lang, args: &[&dyn Display]) -> String {
        let mut rest = self.tr(lang);
        let mut out = String::with_capacity(rest.len() + 16);
        // One pass: an argument that has `{0}` in it (a prompt may) is not filled in again.
        while let Some(at) = rest.find('{') {
            out.push_str(&rest[..at]);
            let (place, after) = rest[at + 1..].split_once('}').unwrap_or((&rest[at + 1..], ""));
            let (place, words) = place.split_once(':').unwrap_or((place, ""));
            if let Some(arg) = place.parse::<usize>().ok().and_then(|i| args.get(i)) {
                let arg = arg.to_string();
                match words.split_once('|') {
                    Some((one, more)) => out.push_str(if arg == "1" { one } else { more }),
                    None => out.push_str(&arg),
                }
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

impl std::fmt::Debug for T {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_chinese(c: char) -> bool {
        ('\u{4e00}'..='\u{9fff}').contains(&c)
    }

    #[test]
    fn every_text_is_there_in_both_languages() {
        for text in T::all() {
            assert!(!text.tr(Lang::En).trim().is_empty(), "{text:?}");
            assert!(!text.tr(Lang::En).chars().any(is_chinese), "{text:?}");
            let zh = text.tr(Lang::Zh);
            let bare = text == T::RoomShortcut;
            assert!(bare || zh.chars().any(is_chinese), "{text:?}: {zh}");
        }
    }

    #[test]
    fn both_languages_fill_in_the_same_places() {
        for text in T::all() {
            for place in ["{0}", "{1}", "{2}", "{3}"] {
                let [en, zh] = Lang::ALL.map(|lang| text.tr(lang).matches(place).count());
                assert_eq!(en, zh, "{text:?} {place}");
            }
        }
    }

    /// The list of shortcuts names keys as they are on the keyboard, and so do all texts.
    #[test]
    fn keys_have_one_name_in_all_texts() {
        for text in T::all() {
            assert!(!text.tr(Lang::Zh).contains("回车"), "{text:?}: the key is called Enter");
        }
    }

    #[test]
    fn arguments_are_filled_in_once() {
        assert_eq!(T::StepOf.with(Lang::En, &[&12, &"{0}", &"1 s"]), "Step 12 of {0} · 1 s left");
        assert_eq!(T::StepOf.with(Lang::En, &[]), "Step  of  ·  left");
    }

    #[test]
    fn words_go_with_their_numbers() {
        let said = |text: T, n: usize| text.with(Lang::En, &[&n]);
        assert_eq!([0, 1, 2].map(|n| said(T::TurnCount, n)), ["0 turns", "1 turn", "2 turns"]);
        assert_eq!([1, 21].map(|n| said(T::LedgerFree, n)), ["1 token is free", "21 tokens are free"]);
        assert_eq!(T::LedgerUsed.with(Lang::En, &[&1, &512]), "1 of 512 tokens");
    }

    /// A number with a noun has a word for one, or a text of its own for it.
    #[test]
    fn no_text_counts_one_things() {
        const ONES: [(T, T); 13] = [
            (T::ChatsKept, T::ChatKept),
            (T::LoreKept, T::LoreKeptOne),
            (T::ReadFromHere, T::ReadFromHereOne),
            (T::LeftOutFromHere, T::LeftOutFromHereOne),
            (T::CopiesSaved, T::CopySaved),
            (T::PicturesTrashed, T::PictureTrashed),
            (T::PicturesGone, T::PictureGone),
            (T::PicturesSavedLate, T::PictureSavedLate),
            (T::PicturesLeft, T::PictureLeft),
            (T::PicturesCancelled, T::PictureCancelled),
            (T::WaitingPictures, T::WaitingPicture),
            (T::WaitingTexts, T::WaitingText),
            (T::WaitingModels, T::WaitingModel),
        ];
        const NOUNS: [&str; 9] =
            ["pictures", "tokens", "words", "turns", "characters", "messages", "copies", "cards", "chats"];
        for text in T::all().filter(|text| ONES.iter().all(|(more, _)| more != text)) {
            let en = text.with(Lang::En, &[&1, &1, &1, &1]);
            for noun in NOUNS {
                assert!(!en.contains(&format!("1 {noun}")), "{text:?}: {en}");
            }
        }
    }

    /// Renders nothing: asks the fonts themselves.
    #[test]
    fn the_bundled_fonts_have_every_letter_of_the_window() {
        let ctx = egui::Context::default();
        crate::ui::theme::setup(&ctx);
        ctx.run_ui(egui::RawInput::default(), |_| {}).textures_delta.clear();
        let errors = [
            include_str!("../../error/names.rs"),
            include_str!("../../error/remedy.rs"),
            include_str!("../../error/summary.rs"),
        ];
        let letters = T::all().flat_map(|t| Lang::ALL.map(|l| t.tr(l))).chain(errors).flat_map(str::chars);
        let mut missing: Vec<char> = letters.filter(|c| !c.is_control() && !has(&ctx, *c)).collect();
        missing.dedup();
        assert!(missing.is_empty(), "no glyph for {missing:?}");
    }

    fn has(ctx: &egui::Context, c: char) -> bool {
        ctx.fonts_mut(|fonts| fonts.has_glyph(&crate::ui::theme::body(), c))
    }
}
