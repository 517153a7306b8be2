//! Create: a prompt and its sliders on the left, the picture on the right, this session's pictures below.

mod batch;
mod controls;
mod film;
mod layers;
mod notes;
pub(super) mod prompt_help;
pub(super) mod reading;
mod shot_menu;
mod size;
mod stage;

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use super::cx::Cx;
use super::eye::{self, Landmark};
use super::notices::{self, Edge};
use super::texts::T;
use super::textures::Textures;
use super::{frames, layout, widgets};
use crate::domain::{JobId, Pane};
pub use stage::{StageView, examples, fraction};

/// Lower windows have no room for the filmstrip beside a picture.
const ROOM_FOR_FILM: f32 = 340.0;

/// What Create remembers beside the state.
#[derive(Default)]
pub struct CreateView {
    pub negative_open: bool,
    pub more_open: bool,
    /// Whether the words of styles are unfolded, where the person has said so.
    pub styles_open: Option<bool>,
    /// The prompt field is marked, and has been given the keyboard for it.
    pub prompt_marked: bool,
    pub reading: reading::ReadingView,
    pub stage: StageView,
    /// In a narrow window: the picture is shown, not the sliders.
    picture: bool,
    /// The newest job of the last frame.
    newest: Option<JobId>,
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut CreateView, textures: &mut Textures) {
    if layout::is_narrow(ui) {
        notices::waiting(ui, cx, Edge::Top);
        return narrow(ui, cx, view, textures);
    }
    layout::side(ui, cx, Pane::Controls, |ui, cx| controls::show(ui, cx, view));
    notices::waiting(ui, cx, Edge::Top);
    canvas(ui, cx, view, textures);
}

/// The sliders or the picture; starting a picture shows it.
fn narrow(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut CreateView, textures: &mut Textures) {
    let newest = cx.state.create.jobs.iter().map(|job| job.id).max();
    if newest > view.newest {
        view.picture = true;
    }
    view.newest = newest.max(view.newest);
    let frame = frames::panel(cx.p).inner_margin(Margin::symmetric(16, 6));
    Panel::top("create-panes").exact_size(42.0).resizable(false).frame(frame).show(ui, |ui| {
        eye::landmark(ui, Landmark::Head);
        let names = [T::Sliders, T::Picture].map(|name| (cx.t(name).to_owned(), String::new()));
        if let Some(at) = widgets::segments(ui, cx.t(T::Create), &names, Some(usize::from(view.picture))) {
            view.picture = at == 1;
        }
    });
    if view.picture {
        canvas(ui, cx, view, textures);
    } else {
        let frame = frames::panel(cx.p).inner_margin(0);
        CentralPanel::default().frame(frame).show(ui, |ui| {
            eye::landmark(ui, layout::landmark(Pane::Controls));
            controls::show(ui, cx, view);
        });
    }
}

fn canvas(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut CreateView, textures: &mut Textures) {
    if ui.available_height() >= ROOM_FOR_FILM {
        let frame = Frame::new().fill(cx.p.panel).inner_margin(Margin::symmetric(12, 8));
        Panel::bottom("film").exact_size(96.0).resizable(false).frame(frame).show(ui, |ui| {
            eye::landmark(ui, Landmark::List);
            film::show(ui, cx, textures);
        });
    }
    CentralPanel::default().frame(Frame::new().fill(cx.p.canvas)).show(ui, |ui| {
        stage::show(ui, cx, &mut view.stage, textures);
    });
}
