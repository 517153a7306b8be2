//! All that is said about the prompt, in one place under it whose height is the window's alone: what a model cannot do of
//! it, what of the last one was not taken, and what the built-in model reads in it.

use egui::accesskit::Role;
use egui::{Align, Layout, ScrollArea, Ui, vec2};

use super::prompt_help;
use super::reading::{self, ReadingView};
use crate::domain::ReadTo;
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::theme::S1;
use crate::ui::{advice, eye, icons, widgets};

/// Height of the place, in windows of 640 points and more, and in lower ones; what is longer scrolls. In very tall ones
/// it has a share of what they have more, up to a point.
const HIGH: f32 = 84.0;
const LOW: f32 = 56.0;
const TALL_WINDOW: f32 = 640.0;
const VERY_TALL: f32 = 800.0;
const SHARE: f32 = 0.3;
const MOST: f32 = 200.0;

fn height(window: f32) -> f32 {
    let more = ((window - VERY_TALL) * SHARE).max(0.0);
    if window >= TALL_WINDOW { (HIGH + more).min(MOST).round() } else { LOW }
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut ReadingView) {
    let high = height(ui.ctx().content_rect().height());
    let size = vec2(ui.available_width(), high);
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        ui.set_min_size(size);
        eye::group(ui, Role::Group, Some(cx.t(T::PromptNotes)));
        let area = ScrollArea::vertical().id_salt("prompt-notes").max_height(high).auto_shrink(false);
        area.show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = S1;
            let top = ui.cursor().top();
            notes(ui, cx, view);
            if ui.cursor().top() <= top {
                widgets::muted(ui, cx.t(T::PromptNotesEmpty));
            }
        });
    });
}

fn notes(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut ReadingView) {
    if cx.state.create.prompt_missing {
        widgets::badge_wrapped(ui, icons::WARNING_CIRCLE, cx.t(T::PromptMissing), cx.p.bad);
    }
    prompt_help::proposal(ui, cx);
    // What will not be drawn as it was typed comes first: what is below may have to be scrolled to.
    reading::warnings(ui, cx, view);
    if let Some(advice) = view.advice() {
        widgets::note(ui, &advice::about_prompt(cx, advice));
        advice::able(ui, cx, advice);
    }
    let create = &cx.state.create;
    for left_out in &create.left_out {
        widgets::note(ui, left_out.get(cx.lang));
    }
    let unknown = view.not_listed(cx, &create.unknown_words);
    if !unknown.is_empty() {
        let words = unknown.join(cx.lang.pick(", ", "、"));
        widgets::note(ui, &cx.with(T::UnknownWords, &[&words]));
    }
    for to in &create.read_to {
        widgets::note(ui, &read_to(cx, to));
    }
    if create.widened > 0 {
        widgets::note(ui, &cx.with(T::Widened, &[&create.widened]));
    }
    reading::show(ui, cx, view);
}

fn read_to(cx: &Cx<'_>, to: &ReadTo) -> String {
    let which = cx.t(if to.negative { T::NegativePrompt } else { T::Prompt });
    let text = if to.words { T::ReadWords } else { T::ReadTokens };
    let line = cx.with(text, &[&which, &to.read, &to.all]);
    let gap = cx.lang.pick(" ", "");
    if to.rest.is_empty() { line } else { line + gap + &cx.with(T::NotReadFrom, &[&to.rest]) }
}
