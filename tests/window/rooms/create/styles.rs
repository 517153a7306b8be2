//! Chips of styles: their language, their place, what they add to the prompt.

use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::states::*;

/// Regression: chips turned Chinese with the prompt in an English window.
#[test]
fn chips_of_styles_are_in_the_windows_language_and_add_words_in_the_prompts() {
    for (lang, prompt, chip, wanted) in [
        (Lang::En, "一只猫", "3d", "一只猫，立体"),
        (Lang::Zh, "a cat", "蓝色", "a cat, blue"),
        (Lang::En, "a cat", "blue", "a cat, blue"),
        // Of one group one holds, in whichever language it is there.
        (Lang::En, "一只猫，红色", "blue", "一只猫，蓝色"),
        (Lang::En, "一只猫，蓝色", "blue", "一只猫"),
        // A set of drawings has a name that people know, and the word that the model knows.
        (Lang::Zh, "一只猫", "微软风", "一只猫，流畅"),
        (Lang::Zh, "一只猫，流畅", "推特风", "一只猫，推特"),
        (Lang::En, "a cat", "noto", "a cat, noto"),
    ] {
        let mut harness = open(scenes(lang, prompt));
        let find = |harness: &egui_kittest::Harness<'static, Window>| {
            let chips = harness.query_all_by_label(chip).filter(|n| n.accesskit_node().role() == Part::Button);
            assert_eq!(chips.count(), 1, "{chip} of {prompt}");
        };
        find(&harness);
        harness.get_by_role_and_label(Part::Button, chip).click();
        assert_eq!(
            asked(&mut harness),
            [Command::Create(CreateCommand::SetImage(ImageEdit::Prompt(wanted.into())))],
            "{prompt}"
        );
    }
}

/// The words of styles have two lines at most in a panel of the usual width.
#[test]
fn all_chips_of_styles_fit_in_two_lines() {
    for (lang, chips) in [
        (Lang::En, ["3d", "fluent", "noto", "twemoji", "black"]),
        (Lang::Zh, ["立体", "微软风", "谷歌风", "推特风", "黑色"]),
    ] {
        let harness = open(scenes(lang, "a cat"));
        let rects = chips.map(|chip| harness.get_by_role_and_label(Part::Button, chip).rect());
        assert!(rects[4].top() - rects[0].top() < 40.0, "{lang:?}: {rects:?}");
        // In the smallest window they are folded; unfolded they stay in their panel.
        let mut harness = harness_of(lang);
        harness.get_by_role_and_label(Part::Button, T::Styles.tr(lang)).click();
        harness.run();
        let panel = harness.get_by_role_and_label(Part::Button, T::Generate.tr(lang)).rect();
        for chip in chips {
            let rect = harness.get_by_role_and_label(Part::Button, chip).rect();
            assert!(rect.right() <= panel.right() + 0.5 && rect.left() >= panel.left() - 0.5, "{chip}: {rect} {panel}");
        }
    }
}

/// A small window with a prompt for the built-in model.
fn harness_of(lang: Lang) -> egui_kittest::Harness<'static, Window> {
    let mut small = harness(scenes(lang, "a cat"), [900.0, 600.0]);
    small.run();
    small
}
