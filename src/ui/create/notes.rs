//! What is said under the prompt: what of the last one the model did not take.

use egui::Ui;

use crate::domain::ReadTo;
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::{icons, widgets};

pub fn show(ui: &mut Ui, cx: &Cx<'_>) {
    let create = &cx.state.create;
    let note = |ui: &mut Ui, line: &str| widgets::badge_wrapped(ui, icons::INFO, line, cx.p.warn);
    for left_out in &create.left_out {
        note(ui, left_out.get(cx.lang));
    }
    // A scene's are said as they are typed.
    if !create.unknown_words.is_empty() && !cx.state.draws_scenes() {
        let words = create.unknown_words.join(cx.lang.pick(", ", "、"));
        note(ui, &cx.with(T::UnknownWords, &[&words]));
    }
    for to in &create.read_to {
        note(ui, &read_to(cx, to));
    }
    if create.widened > 0 {
        note(ui, &cx.with(T::Widened, &[&create.widened]));
    }
}

fn read_to(cx: &Cx<'_>, to: &ReadTo) -> String {
    let which = cx.t(if to.negative { T::NegativePrompt } else { T::Prompt });
    let text = if to.words { T::ReadWords } else { T::ReadTokens };
    let line = cx.with(text, &[&which, &to.read, &to.all]);
    let gap = cx.lang.pick(" ", "");
    if to.rest.is_empty() { line } else { line + gap + &cx.with(T::NotReadFrom, &[&to.rest]) }
}
