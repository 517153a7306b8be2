//! A picture in the room it has: zoom by wheel or by + and -, pan by dragging, a double click fits it again.

use std::sync::Arc;

use egui::{Color32, Id, Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo, vec2};

use super::cx::Cx;
use super::keys::{self, Act};
use super::picture;
use super::textures::{TexKey, Textures};
use super::theme;
use crate::domain::Picture;

/// Zoom and place of what is shown.
pub struct CanvasView {
    of: Option<Id>,
    /// Times the fitted size.
    zoom: f32,
    pan: Vec2,
}

impl Default for CanvasView {
    fn default() -> Self {
        Self { of: None, zoom: 1.0, pan: Vec2::ZERO }
    }
}

impl CanvasView {
    /// Another picture is fitted again.
    pub fn begin(&mut self, of: Id) {
        if self.of != Some(of) {
            *self = Self { of: Some(of), ..Self::default() };
        }
    }
}

/// What is shown.
pub struct Canvas<'a> {
    pub id: Id,
    pub name: String,
    pub size: (u32, u32),
    /// In full, or a smaller one that is shown while it is read.
    pub picture: Option<(TexKey, &'a Arc<Picture>)>,
}

pub fn show(
    ui: &mut Ui,
    cx: &Cx<'_>,
    textures: &mut Textures,
    view: &mut CanvasView,
    what: &Canvas<'_>,
    room: Rect,
) -> Response {
    let ppp = ui.pixels_per_point();
    let (width, height) = (what.size.0.max(1), what.size.1.max(1));
    let size = vec2(width as f32, height as f32);
    let blank = Picture { width, height, rgba: Vec::new() };
    let fitted = picture::fit(&blank, picture::within(room), ppp, picture::look(cx));
    let response = ui.interact(room, what.id, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &what.name));
    if response.dragged() {
        view.pan += response.drag_delta();
    }
    let (scroll, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
    let by_wheel = response.hover_pos().map(|at| (at, pinch * (scroll * 0.004).exp()));
    let by_key = by_keys(ui).map(|factor| (room.center() + view.pan, factor));
    for (at, factor) in by_wheel.into_iter().chain(by_key).filter(|(_, factor)| (factor - 1.0).abs() > 1e-4) {
        let before = view.zoom;
        let most = (64.0 / fitted.scale).max(1.0);
        view.zoom = (view.zoom * factor).clamp((1.0 / fitted.scale).min(0.25), most);
        // What is under the pointer stays there.
        let from_centre = at - room.center() - view.pan;
        view.pan -= from_centre * (view.zoom / before - 1.0);
    }
    let reset = keys::pressed_in(ui, Act::Fit);
    if response.double_clicked() || reset {
        (view.zoom, view.pan) = (1.0, Vec2::ZERO);
    }
    let fit = picture::at_scale(size, room.center() + view.pan, fitted.scale * view.zoom, ppp, picture::look(cx));
    let clipped = ui.painter().with_clip_rect(room);
    ui.scope(|ui| {
        ui.set_clip_rect(room.intersect(ui.clip_rect()));
        picture::checkerboard(ui, textures, fit.rect);
    });
    if let Some((key, picture)) = &what.picture {
        let id = textures.get(ui.ctx(), key.clone(), picture, fit.scaling);
        clipped.image(id, fit.rect, picture::UV, Color32::WHITE);
    }
    if view.zoom != 1.0 || view.pan != Vec2::ZERO {
        let text = format!("{:.0}%", fit.scale * 100.0);
        let at = room.left_bottom() + vec2(12.0, -12.0);
        let galley = clipped.layout_no_wrap(text, theme::small(), cx.p.text);
        let rect = Rect::from_min_size(at - vec2(0.0, galley.size().y), galley.size());
        clipped.rect_filled(rect.expand2(vec2(6.0, 3.0)), 4, cx.p.panel);
        clipped.galley(rect.min, galley, cx.p.text);
    }
    response.on_hover_cursor(if view.zoom > 1.0 { egui::CursorIcon::Grab } else { egui::CursorIcon::Default })
}

/// `+` and `-`, where nobody types.
fn by_keys(ui: &Ui) -> Option<f32> {
    if ui.ctx().text_edit_focused() {
        return None;
    }
    match (keys::pressed_in(ui, Act::ZoomIn), keys::pressed_in(ui, Act::ZoomOut)) {
        (true, _) => Some(1.25),
        (_, true) => Some(0.8),
        (false, false) => None,
    }
}
