//! The prompt and the notes under it share one place whose height depends on the window alone, so that nothing below
//! moves while a prompt is typed. Without notes the prompt has all of it; with notes it has fewer rows. The notes say
//! what a model cannot do with the prompt, which parts of the last one were left out, and what the built-in model reads.

use egui::accesskit::Role;
use egui::{Align, Id, Layout, ScrollArea, Ui, vec2};

use super::prompt_help;
use super::reading::{self, ReadingView};
use crate::domain::ReadTo;
use crate::state::Advice;
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::theme::{self, S1};
use crate::ui::{advice, eye, icons, layout, widgets};

/// Points of the place at most: the number of pictures stays in sight in a window of the usual size. In very tall windows
/// the place gets a share of the additional height, up to [`MOST`].
const HEIGHT: f32 = 140.0;
const VERY_TALL: f32 = 800.0;
const SHARE: f32 = 0.3;
const MOST: f32 = 116.0;
/// Points that notes can have, without the share of very tall windows: what a model cannot do, which other one can,
/// and its button.
const NOTES: f32 = 85.0;
/// Rows that the prompt keeps.
const LEAST: f32 = 2.0;
/// Points above and below the rows of a field, with its edges.
const MARGINS: f32 = 12.0;
/// Height of the buttons in notes: the least that is easy to hit.
const BUTTON: f32 = 24.0;

/// How the place is shared in this frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shares {
    /// Points of the whole place.
    pub all: f32,
    /// Rows and points of the prompt.
    pub rows: usize,
    pub prompt: f32,
    /// Points of the notes; what is longer scrolls.
    pub notes: f32,
}

impl Shares {
    /// In a window of `window` points with rows of `row` points, where the notes need `wanted` points.
    fn of(window: f32, row: f32, wanted: f32) -> Self {
        let field = |rows: f32| (rows * row + MARGINS).ceil();
        let more = ((window - VERY_TALL) * SHARE).clamp(0.0, MOST).round();
        // One point is for what is rounded to pixels.
        let beside = S1 + 1.0;
        let rows_in = |points: f32| ((points - beside - MARGINS) / row).floor().max(LEAST);
        // A whole number of rows: the prompt alone leaves no gap.
        let most = rows_in(HEIGHT + more);
        let all = field(most) + beside;
        let rows = if wanted > 0.0 { rows_in(all - wanted.min(NOTES + more)).min(most) } else { most };
        let prompt = field(rows);
        let notes = if wanted > 0.0 { (all - beside - prompt).max(0.0) } else { 0.0 };
        Self { all, rows: rows as usize, prompt, notes }
    }

    /// In this window, by the notes of the frame before.
    pub fn now(ui: &Ui) -> Self {
        let row = ui.fonts_mut(|fonts| fonts.row_height(&theme::body()));
        let wanted = ui.data(|data| data.get_temp::<f32>(height_id())).unwrap_or(0.0);
        Self::of(ui.ctx().content_rect().height(), row, wanted)
    }
}

fn height_id() -> Id {
    Id::unique("prompt-notes-height")
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut ReadingView, high: f32) {
    let known = ui.data(|data| data.get_temp::<f32>(height_id()));
    let size = vec2(ui.available_width(), high);
    let shown = ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        eye::group(ui, Role::Group, Some(cx.t(T::PromptNotes)));
        let area = ScrollArea::vertical().id_salt("prompt-notes").max_height(high).auto_shrink(false);
        area.min_scrolled_height(0.0).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = S1;
            ui.spacing_mut().interact_size.y = BUTTON;
            ui.spacing_mut().button_padding.y = 2.0;
            notes(ui, cx, view);
        })
    });
    layout::remember(ui, height_id(), known, shown.inner.content_size.y.ceil());
}

/// The most important first: what is below may have to be scrolled to.
fn notes(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut ReadingView) {
    if cx.state.create.prompt_missing {
        widgets::badge_wrapped(ui, icons::WARNING_CIRCLE, cx.t(T::PromptMissing), cx.p.bad);
    }
    prompt_help::proposal(ui, cx);
    // Other words would not help: the model that can comes before notes on words.
    let cannot = |advice: &&Advice| matches!(advice, Advice::Cannot(_));
    if let Some(advice) = view.advice().filter(cannot) {
        advised(ui, cx, advice);
    }
    reading::warnings(ui, cx, view);
    if let Some(advice) = view.advice().filter(|advice| !cannot(advice)) {
        advised(ui, cx, advice);
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

/// What the model cannot do, and the way to one that can.
fn advised(ui: &mut Ui, cx: &mut Cx<'_>, advice: &Advice) {
    widgets::note(ui, &advice::about_prompt(cx, advice));
    advice::able(ui, cx, advice);
}

fn read_to(cx: &Cx<'_>, to: &ReadTo) -> String {
    let which = cx.t(if to.negative { T::NegativePrompt } else { T::Prompt });
    let text = if to.words { T::ReadWords } else { T::ReadTokens };
    let line = cx.with(text, &[&which, &to.read, &to.all]);
    let gap = cx.lang.pick(" ", "");
    if to.rest.is_empty() { line } else { line + gap + &cx.with(T::NotReadFrom, &[&to.rest]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Regression: the notes had a fixed place: an empty gap without notes, and too low for the ones that matter.
    #[test]
    fn the_place_of_prompt_and_notes_is_as_high_whatever_is_said() {
        for window in [300.0, 600.0, 639.0, 800.0, 1080.0, 2000.0] {
            // Of Latin and Chinese letters.
            for row in [17.0, 20.5] {
                let empty = Shares::of(window, row, 0.0);
                assert_eq!(empty.notes, 0.0);
                assert!(empty.all - empty.prompt <= S1 + 1.0, "no gap: {empty:?}");
                for wanted in [1.0, 16.0, 40.0, 90.0, 110.0, 900.0] {
                    let shares = Shares::of(window, row, wanted);
                    assert_eq!(shares.all, empty.all, "nothing below moves");
                    assert!(shares.prompt + S1 + shares.notes < shares.all && shares.rows >= 2, "{shares:?}");
                    let scrolls = shares.notes < wanted;
                    assert!(!scrolls || shares.rows <= 3, "the prompt has given what it can: {shares:?}");
                }
            }
        }
        let [large, small] = [800.0, 600.0].map(|window| Shares::of(window, 17.0, 900.0).notes);
        assert!(large >= 84.0 && small >= 84.0, "{large} {small}");
    }
}
