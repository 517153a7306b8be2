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

/// Words that change what the built-in model draws, in English and Chinese, of each group one at a time. Each was looked
/// at: noto, twemoji, brown, white and gray change little.
const LOOKS: [(&str, &str); 3] = [("3d", "立体"), ("flat", "扁平"), ("fluent", "流畅")];
const COLOURS: [(&str, &str); 8] = [
    ("red", "红色"),
    ("orange", "橙色"),
    ("yellow", "黄色"),
    ("green", "绿色"),
    ("blue", "蓝色"),
    ("purple", "紫色"),
    ("pink", "粉色"),
    ("black", "黑色"),
];

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
        let chosen = words.iter().filter(|word| said(prompt, word).is_some());
        let chosen = chosen.map(|(en, zh)| cx.lang.pick(*en, *zh)).collect::<Vec<_>>().join(" · ");
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

/// The word of a style that a prompt has, in either language.
fn said(prompt: &str, (en, zh): &(&'static str, &'static str)) -> Option<&'static str> {
    [*en, *zh].into_iter().find(|word| prompts::has(prompt, word))
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
        for group in [&LOOKS[..], &COLOURS[..]] {
            let words: Vec<&str> = group.iter().flat_map(|(en, zh)| [*en, *zh]).collect();
            for pair @ (en, zh) in group {
                let there = said(prompt, pair);
                let label = RichText::new(cx.lang.pick(*en, *zh)).size(SMALL);
                let chip = ui.add(egui::Button::new(label).selected(there.is_some()).min_size(vec2(0.0, 24.0)));
                let (word, hover) = match there {
                    Some(word) => (word, T::StyleTakes),
                    None => (lang.pick(*en, *zh), T::StyleAdds),
                };
                if chip.on_hover_text(cx.with(hover, &[&word])).clicked() {
                    let text = prompts::toggle(prompt, word, &words);
                    letters::go_on(ui.ctx(), fields::prompt_id(), (prompt, &text));
                    cx.push(Command::Create(CreateCommand::SetImage(ImageEdit::Prompt(text))));
                }
            }
        }
    });
}
