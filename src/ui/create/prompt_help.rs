//! Help with the prompt: a language model that makes it better, or, for a model that reads single words, the words of
//! its styles.

use egui::{Label, RichText, Ui, vec2};

use crate::domain::ModelCard;
use crate::lang::Lang;
use crate::state::{Command, CreateCommand, ImageEdit};
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::theme::{BODY, S1, SMALL};
use crate::ui::{fields, frames, icons, letters, widgets};
use crate::writing::prompts;

/// A word of a style.
#[derive(Clone, Copy)]
struct Style {
    /// As the built-in model reads it in a prompt; the English one is also what its chip shows.
    en: &'static str,
    zh: &'static str,
    /// What its chip shows in Chinese.
    shown_zh: &'static str,
    /// The company whose drawings it names, for English readers; may be empty.
    maker: &'static str,
}

const fn style(en: &'static str, zh: &'static str) -> Style {
    Style { en, zh, shown_zh: zh, maker: "" }
}

/// A set of drawings that people know by the company that made it.
const fn set(en: &'static str, zh: &'static str, maker: &'static str, shown_zh: &'static str) -> Style {
    Style { en, zh, shown_zh, maker }
}

/// Words that change what the built-in model draws, of each group one at a time.
const LOOKS: [Style; 5] = [
    style("3d", "立体"),
    style("flat", "扁平"),
    set("fluent", "流畅", "Microsoft", "微软风"),
    set("noto", "诺托", "Google", "谷歌风"),
    set("twemoji", "推特", "Twitter", "推特风"),
];
/// The colours that fit in two lines; white, gray and brown can be typed.
const COLOURS: [Style; 8] = [
    style("red", "红色"),
    style("orange", "橙色"),
    style("yellow", "黄色"),
    style("green", "绿色"),
    style("blue", "蓝色"),
    style("purple", "紫色"),
    style("pink", "粉色"),
    style("black", "黑色"),
];
/// Height of a chip.
const CHIP: f32 = 24.0;
/// Points beside the word of a chip: with them all chips have two lines in a panel of the usual width.
const CHIP_PADDING: f32 = 6.0;

impl Style {
    fn shown(self, lang: Lang) -> &'static str {
        lang.pick(self.en, self.shown_zh)
    }

    /// Its word that a prompt has, in either language.
    fn said(self, prompt: &str) -> Option<&'static str> {
        [self.en, self.zh].into_iter().find(|word| prompts::has(prompt, word))
    }
}

/// A style's name for people, with the word for it in a prompt where that says little: "noto (Google)", 谷歌风（诺托）.
pub(in crate::ui) fn style_name(lang: Lang, word: &str) -> String {
    match LOOKS.iter().find(|style| style.en == word) {
        Some(Style { maker: "", en, shown_zh, .. }) => lang.pick(*en, *shown_zh).to_owned(),
        None => word.to_owned(),
        Some(style) => lang.pick(format!("{word} ({})", style.maker), format!("{}（{}）", style.shown_zh, style.zh)),
    }
}

/// The button that makes the prompt better, where a language model can; it stops one that writes.
pub fn button(ui: &mut Ui, cx: &mut Cx<'_>) {
    let running = cx.state.create.helper.is_some();
    if !running && cx.state.prompt_writer().is_none() {
        return;
    }
    let able = running || !cx.state.settings.image.prompt.trim().is_empty();
    let (icon, name) = if running { (icons::STOP, T::StopImproving) } else { (icons::SPARKLE, T::ImprovePrompt) };
    let button = ui.add_enabled_ui(able, |ui| widgets::icon_toggle(ui, icon, cx.t(name), running));
    if button.inner.clicked() {
        cx.push(Command::Create(CreateCommand::ImprovePrompt));
    }
    if running {
        widgets::caption(ui, cx.t(T::WritingPrompt));
    }
}

/// Windows lower than this have the words of styles folded, so that the sliders are in sight.
const ROOM_FOR_STYLES: f32 = 640.0;

/// What the language model proposes in the prompt's place.
pub fn proposal(ui: &mut Ui, cx: &mut Cx<'_>) {
    if let Some(proposal) = cx.state.proposal() {
        frames::card(cx.p).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = S1;
            ui.add(Label::new(RichText::new(cx.t(T::ProposedPrompt)).size(SMALL).color(cx.p.muted)));
            ui.add(Label::new(RichText::new(&proposal.new).size(BODY).color(cx.p.text)).wrap().selectable(true));
            ui.horizontal_wrapped(|ui| {
                if widgets::button(ui, icons::CHECK, cx.t(T::UseProposal)).clicked() {
                    cx.push(Command::Create(CreateCommand::UseProposal));
                }
                if widgets::text_button(ui, cx.t(T::KeepPrompt)).clicked() {
                    cx.push(Command::Create(CreateCommand::DropProposal));
                }
            });
        });
    }
}

/// The words of styles. `open` is whether they are unfolded, where the person has said so.
pub fn style_words(ui: &mut Ui, cx: &mut Cx<'_>, open: &mut Option<bool>) {
    let entry = cx.state.catalogue.entry(&cx.state.settings.image.model);
    if entry.is_some_and(|entry| has_styles(&entry.card)) {
        let prompt = &cx.state.settings.image.prompt;
        let words = [&LOOKS[..], &COLOURS[..]].concat();
        let chosen = words.iter().filter(|style| style.said(prompt).is_some());
        let chosen = chosen.map(|style| style.shown(cx.lang)).collect::<Vec<_>>().join(" · ");
        let before = open.unwrap_or(ui.ctx().content_rect().height() >= ROOM_FOR_STYLES);
        let mut now = before;
        if widgets::fold(ui, cx.t(T::Styles), &chosen, &mut now) {
            styles(ui, cx);
        }
        if now != before {
            *open = Some(now);
        }
    }
}

/// Whether the words of styles are the model's: they were seen on the built-in one.
fn has_styles(card: &ModelCard) -> bool {
    !card.reads_prose()
}

/// Chips in the window's language, which add words in the prompt's.
fn styles(ui: &mut Ui, cx: &mut Cx<'_>) {
    let prompt = &cx.state.settings.image.prompt;
    // The window's while it is empty.
    let is_han = |c: char| crate::writing::checks::is_han(c);
    let lang = if prompt.chars().any(is_han) {
        Lang::Zh
    } else if prompt.trim().is_empty() {
        cx.lang
    } else {
        Lang::En
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(S1, S1);
        ui.spacing_mut().button_padding.x = CHIP_PADDING;
        ui.spacing_mut().interact_size.y = CHIP;
        for group in [&LOOKS[..], &COLOURS[..]] {
            let words: Vec<&str> = group.iter().flat_map(|style| [style.en, style.zh]).collect();
            for style in group {
                let there = style.said(prompt);
                let label = RichText::new(style.shown(cx.lang)).size(SMALL);
                let chip = ui.add(egui::Button::new(label).selected(there.is_some()).min_size(vec2(0.0, CHIP)));
                let (word, hover) = match there {
                    Some(word) => (word, T::StyleTakes),
                    None => (lang.pick(style.en, style.zh), T::StyleAdds),
                };
                let mut hover = cx.with(hover, &[&word]);
                if !style.maker.is_empty() && cx.lang == Lang::En {
                    hover = format!("{} · {hover}", cx.with(T::StyleOf, &[&style.maker]));
                }
                if chip.on_hover_text(hover).clicked() {
                    let text = prompts::toggle(prompt, word, &words);
                    letters::go_on(ui.ctx(), fields::prompt_id(), (prompt, &text));
                    cx.push(Command::Create(CreateCommand::SetImage(ImageEdit::Prompt(text))));
                }
            }
        }
    });
}
