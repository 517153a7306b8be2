//! Create: a prompt and its sliders on the left, the picture on the right, this session's pictures below.

mod controls;
mod film;
mod stage;

use egui::{CentralPanel, Frame, Panel, Ui};

use super::cx::Cx;
use super::eye::{self, Part};
use super::textures::Textures;
use super::widgets;
pub use stage::{StageView, examples, fraction};

/// What Create remembers beside the state.
#[derive(Default)]
pub struct CreateView {
    pub negative_open: bool,
    pub more_open: bool,
    pub stage: StageView,
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut CreateView, textures: &mut Textures) {
    let width = if ui.available_width() < 960.0 { 300.0 } else { 344.0 };
    let frame = widgets::panel(cx.p).inner_margin(0);
    Panel::left("create").exact_size(width).resizable(false).frame(frame).show(ui, |ui| {
        eye::part(ui, Part::First);
        controls::show(ui, cx, view);
    });
    let create = &cx.state.create;
    if !create.jobs.is_empty() || !create.strip.is_empty() {
        let frame = Frame::new().fill(cx.p.panel).inner_margin(egui::Margin::symmetric(12, 8));
        Panel::bottom("film").exact_size(96.0).resizable(false).frame(frame).show(ui, |ui| {
            eye::part(ui, Part::List);
            film::show(ui, cx, textures);
        });
    }
    CentralPanel::default().frame(Frame::new().fill(cx.p.canvas)).show(ui, |ui| {
        stage::show(ui, cx, &mut view.stage, textures);
    });
}
