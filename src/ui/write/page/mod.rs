//! A page: one text to write in, with pictures between its paragraphs and the model at the cursor.

mod bar;
mod editor;
mod history;
mod layout;
mod pictures;
mod story;

use egui::Ui;

use super::super::cx::Cx;
use super::super::layout as rules;
use super::super::textures::Textures;
pub use editor::PageView;
pub use pictures::of_turn;
pub use story::{StoryView, show as story};

/// The sheet, and what can be done at its foot.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut PageView, textures: &mut Textures) {
    let frame = egui::Frame::new().inner_margin(egui::Margin { left: 16, right: 16, top: 8, bottom: 12 });
    rules::foot(ui, "page-bar", frame, 0.6, |ui| {
        rules::column(ui, rules::TEXT_WIDTH, |ui| bar::show(ui, cx, view));
    });
    super::above(ui, cx, super::composer::above);
    editor::show(ui, cx, view, textures);
}
