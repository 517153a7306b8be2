//! The choice of a model.

use egui::Ui;

use super::cx::Cx;
use super::texts::T;
use super::{combo, elide, model_words, theme, widgets};
use crate::domain::Makes;
use crate::state::{Command, ModelEntry, ModelsCommand};

/// The combo box of all models that make `makes`. Returns the one that was chosen.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, makes: Makes, current: &str) -> Option<String> {
    let label = cx.t(T::Model);
    let mut chosen = None;
    let width = ui.available_width();
    let full = model_words::name(cx, current);
    let shown = elide::name(ui, &full, &theme::body(), width - combo::CARET);
    combo::drop_down(ui, ("model", makes == Makes::Text), (label, &shown, &full), |ui| {
        // What is not here at all is in Models, with what it takes.
        let about = |entry: &&ModelEntry| entry.is_about() || entry.card.id == current;
        for entry in cx.state.catalogue.making(makes).filter(about) {
            let state = match entry.card.lacks() {
                Some(lacks) => cx.with(T::LacksParts, &[&lacks]),
                None => model_words::presence(cx, entry),
            };
            let text = format!("{}  ·  {state}", entry.card.name);
            if widgets::choice(ui, entry.card.id == current, text) {
                chosen = Some(entry.card.id.clone());
            }
        }
        if cx.state.catalogue.entry(current).is_none() && !current.is_empty() {
            let _ = widgets::choice(ui, true, full.as_str());
        }
        ui.separator();
        if widgets::choice(ui, false, cx.t(T::MoreModels)) {
            cx.push(Command::Models(ModelsCommand::BetterModels(makes)));
        }
        if widgets::choice(ui, false, cx.t(T::OpenModelFile)) {
            cx.push(Command::Models(ModelsCommand::ChooseModelFile));
        }
    });
    chosen
}
