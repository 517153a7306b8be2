//! The scene, and the hand on it: a click chooses a layer, dragging moves it, its corners and the wheel scale it.

use egui::{
    Color32, CursorIcon, EventFilter, Id, Pos2, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::{LARGER, send, title};
use crate::domain::{LayerName, Picture, Place, SceneLayer, SceneLayers};
use crate::state::{LayersCommand, LayersState, ShotKey};
use crate::ui::cx::Cx;
use crate::ui::keys::{self, Act};
use crate::ui::picture;
use crate::ui::texts::T;
use crate::ui::textures::{TexKey, Textures};
use crate::ui::theme::S6;

/// Half the side of a corner that is taken hold of, as it is drawn and as it is hit.
const CORNER: f32 = 5.0;
const CORNER_HIT: f32 = 11.0;
/// What a press on an arrow moves, in parts of the canvas.
const STEP: f32 = 0.01;
/// A layer is hit where it is at least so opaque.
const OPAQUE: u8 = 40;

#[derive(Default)]
pub struct CanvasView {
    of: Option<ShotKey>,
    drag: Option<Drag>,
}

/// A layer in the hand.
struct Drag {
    name: LayerName,
    from: Place,
    began: Pos2,
    /// A corner is held: it is scaled.
    corner: bool,
    now: Place,
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut CanvasView, textures: &mut Textures, layers: &LayersState) {
    let room = ui.available_rect_before_wrap();
    let side = layers.scene.as_ref().map_or(layers.params.width, |scene| scene.side);
    let blank = Picture { width: side, height: side, rgba: Vec::new() };
    let fit = picture::fit(&blank, room.shrink(S6), ui.pixels_per_point(), picture::look(cx));
    let id = Id::unique(("layers-canvas", layers.of));
    let response = ui.interact(room, id, Sense::click_and_drag());
    let chosen = layers.scene.as_ref().and_then(|scene| {
        let layer = scene.layers.iter().find(|layer| Some(&layer.name) == layers.chosen.as_ref())?;
        Some((scene, layer))
    });
    let name = match chosen {
        Some((scene, layer)) => cx.with(T::LayersCanvasOf, &[&title(scene, layer)]),
        None if layers.scene.is_none() => cx.t(T::LayersComing).to_owned(),
        None => cx.t(T::LayersCanvas).to_owned(),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    if view.of != Some(layers.of) {
        *view = CanvasView { of: Some(layers.of), drag: None };
        response.request_focus();
    }
    picture::checkerboard(ui, textures, fit.rect);
    let Some(scene) = &layers.scene else {
        // Until they come, the picture that they are of.
        if let Some(picture) = cx.state.create.shot(layers.of).and_then(|shot| shot.picture.as_ref()) {
            let id = textures.get(ui.ctx(), TexKey::Shot(layers.of), picture, fit.scaling);
            ui.painter().image(id, fit.rect, picture::UV, Color32::WHITE);
        }
        return;
    };
    hand(ui, cx, view, layers, scene, fit.rect, &response);
    let chosen = chosen.map(|(_, layer)| layer);
    if view.drag.is_none()
        && let Some(layer) = chosen
    {
        by_keys(ui, cx, layer, &response);
        by_wheel(ui, cx, layer, &response);
    }
    // Nothing is composed while a layer is in the hand: the card lays the pictures on each other.
    match layers.picture().filter(|_| view.drag.is_none()) {
        Some(picture) => {
            let id = textures.get(ui.ctx(), TexKey::Composed(layers.of), picture, fit.scaling);
            ui.painter().image(id, fit.rect, picture::UV, Color32::WHITE);
        }
        None => parts(ui, textures, view, layers, scene, &fit),
    }
    if let Some(layer) = chosen {
        frame(ui, cx, &placed(view, layer), fit.rect, room);
    }
}

/// Where a layer is, in the hand too.
fn placed(view: &CanvasView, layer: &SceneLayer) -> SceneLayer {
    let held = view.drag.as_ref().filter(|drag| drag.name == layer.name);
    SceneLayer { place: held.map_or(layer.place, |drag| drag.now), ..layer.clone() }
}

/// A layer's whole square on the screen.
fn square(place: Place, canvas: Rect) -> Rect {
    let centre = canvas.min + vec2(place.x, place.y) * canvas.width();
    Rect::from_center_size(centre, Vec2::splat(place.side * canvas.width()))
}

/// The part of it that can be seen.
fn shown(layer: &SceneLayer, canvas: Rect) -> Rect {
    let [left, top, right, bottom] = layer.shown_at(layer.place);
    let at = |x, y| canvas.min + vec2(x, y) * canvas.width();
    Rect::from_min_max(at(left, top), at(right, bottom))
}

/// Whether a layer has something at this place of the screen.
fn is_hit(layer: &SceneLayer, canvas: Rect, at: Pos2) -> bool {
    let square = square(layer.place, canvas);
    if layer.hidden || !square.contains(at) {
        return false;
    }
    let part = (at - square.min) / square.width().max(1e-3);
    let x = if layer.flip { 1.0 - part.x } else { part.x };
    let (w, h) = (layer.picture.width as usize, layer.picture.height as usize);
    let pixel = |part: f32, n: usize| ((part * n as f32) as usize).min(n.saturating_sub(1));
    let at = 4 * (pixel(part.y, h) * w + pixel(x, w)) + 3;
    layer.picture.rgba.get(at).is_some_and(|alpha| *alpha >= OPAQUE)
}

/// The layer in front at this place; the chosen one where the place is inside its frame and no other is hit.
fn hit<'a>(scene: &'a SceneLayers, layers: &LayersState, canvas: Rect, at: Pos2) -> Option<&'a SceneLayer> {
    let inside = |layer: &&SceneLayer| {
        Some(&layer.name) == layers.chosen.as_ref() && !layer.hidden && shown(layer, canvas).contains(at)
    };
    let front = scene.layers.iter().rev().find(|layer| is_hit(layer, canvas, at));
    front.or_else(|| scene.layers.iter().find(inside))
}

/// The handles at a layer's corners: those outside the view are at its edge.
fn grips(layer: &SceneLayer, canvas: Rect, view: Rect) -> [Pos2; 4] {
    let (rect, view) = (shown(layer, canvas), view.shrink(CORNER + 2.0));
    [rect.left_top(), rect.right_top(), rect.left_bottom(), rect.right_bottom()].map(|corner| view.clamp(corner))
}

/// Choosing, moving and scaling by the pointer.
fn hand(
    ui: &Ui,
    cx: &mut Cx<'_>,
    view: &mut CanvasView,
    layers: &LayersState,
    scene: &SceneLayers,
    canvas: Rect,
    response: &Response,
) {
    let chosen = scene.layers.iter().find(|layer| Some(&layer.name) == layers.chosen.as_ref());
    let corner_at = |at: Pos2| {
        let layer = chosen.filter(|layer| !layer.hidden)?;
        let near = |corner: &Pos2| (*corner - at).abs().max_elem() <= CORNER_HIT;
        grips(layer, canvas, response.rect).iter().any(near).then_some(layer)
    };
    if response.drag_started()
        && let Some(at) = ui.input(|i| i.pointer.press_origin())
    {
        let corner = corner_at(at);
        if let Some(layer) = corner.or_else(|| hit(scene, layers, canvas, at)) {
            let (name, from) = (layer.name.clone(), layer.place);
            if layers.chosen.as_ref() != Some(&name) {
                send(cx, LayersCommand::Choose(Some(name.clone())));
            }
            view.drag = Some(Drag { name, from, began: at, corner: corner.is_some(), now: from });
        }
        response.request_focus();
    }
    if let (Some(drag), Some(at)) = (&mut view.drag, response.interact_pointer_pos()) {
        let wanted = if drag.corner {
            let centre = square(drag.from, canvas).center();
            let times = (at - centre).length() / (drag.began - centre).length().max(CORNER_HIT);
            Place { side: drag.from.side * times, ..drag.from }
        } else {
            let by = (at - drag.began) / canvas.width().max(1.0);
            Place { x: drag.from.x + by.x, y: drag.from.y + by.y, ..drag.from }
        };
        let layer = scene.layers.iter().find(|layer| layer.name == drag.name);
        drag.now = layer.and_then(|layer| layer.within_reach(wanted)).unwrap_or(drag.from);
    }
    if view.drag.is_some() && !response.dragged() && !response.is_pointer_button_down_on() {
        if let Some(drag) = view.drag.take().filter(|drag| drag.now != drag.from) {
            send(cx, LayersCommand::Place(drag.name, drag.now));
        }
    } else if response.clicked()
        && let Some(at) = response.interact_pointer_pos()
    {
        let name = hit(scene, layers, canvas, at).map(|layer| layer.name.clone());
        if name != layers.chosen {
            send(cx, LayersCommand::Choose(name));
        }
        response.request_focus();
    }
    if let Some(at) = response.hover_pos() {
        if corner_at(at).is_some() {
            ui.set_cursor_icon(CursorIcon::ResizeNwSe);
        } else if hit(scene, layers, canvas, at).is_some() {
            ui.set_cursor_icon(if view.drag.is_some() { CursorIcon::Grabbing } else { CursorIcon::Grab });
        }
    }
}

/// Moving, scaling and hiding by keys, where nothing else has them.
fn by_keys(ui: &Ui, cx: &mut Cx<'_>, layer: &SceneLayer, response: &Response) {
    let focused = ui.memory(|memory| memory.focused());
    if focused.is_some_and(|id| id != response.id) || egui::Popup::is_any_open(ui.ctx()) {
        return;
    }
    if response.has_focus() {
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    }
    let Place { x, y, side } = layer.place;
    let to = [
        (Act::Left, Place { x: x - STEP, y, side }),
        (Act::Right, Place { x: x + STEP, y, side }),
        (Act::Up, Place { x, y: y - STEP, side }),
        (Act::Down, Place { x, y: y + STEP, side }),
        (Act::ZoomIn, Place { x, y, side: side * LARGER }),
        (Act::ZoomOut, Place { x, y, side: side / LARGER }),
    ];
    for (act, place) in to {
        if keys::pressed(ui, act) {
            send(cx, LayersCommand::Nudge(layer.name.clone(), place));
        }
    }
    if keys::pressed(ui, Act::Trash) {
        send(cx, LayersCommand::Hide(layer.name.clone(), !layer.hidden));
    }
}

fn by_wheel(ui: &Ui, cx: &mut Cx<'_>, layer: &SceneLayer, response: &Response) {
    if response.hover_pos().is_none() {
        return;
    }
    let (scroll, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
    let times = pinch * (scroll * 0.0007).exp();
    if (times - 1.0).abs() > 1e-3 {
        let place = Place { side: layer.place.side * times, ..layer.place };
        send(cx, LayersCommand::Nudge(layer.name.clone(), place));
    }
}

/// The pictures of the layers on each other, as the composer will lay them.
fn parts(
    ui: &Ui,
    textures: &mut Textures,
    view: &CanvasView,
    layers: &LayersState,
    scene: &SceneLayers,
    fit: &picture::Fit,
) {
    let painter = ui.painter().with_clip_rect(fit.rect.intersect(ui.clip_rect()));
    if let Some(ground) = scene.ground.as_ref().filter(|_| !layers.arrangement().is_groundless()) {
        let id = textures.get(ui.ctx(), TexKey::Ground(layers.of), ground, fit.scaling);
        painter.image(id, fit.rect, picture::UV, Color32::WHITE);
    }
    for layer in scene.layers.iter().filter(|layer| !layer.hidden).map(|layer| placed(view, layer)) {
        let rect = square(layer.place, fit.rect);
        let id = textures.get(ui.ctx(), TexKey::Layer(layer.name.clone()), &layer.picture, fit.scaling);
        let uv = if layer.flip { Rect::from_min_max(pos2(1.0, 0.0), pos2(0.0, 1.0)) } else { picture::UV };
        painter.image(id, rect, uv, Color32::WHITE);
    }
}

/// The edge of the chosen layer, with its corners.
fn frame(ui: &Ui, cx: &Cx<'_>, layer: &SceneLayer, canvas: Rect, view: Rect) {
    let rect = shown(layer, canvas);
    let painter = ui.painter().with_clip_rect(view.intersect(ui.clip_rect()));
    let line = Stroke::new(1.5, cx.p.accent_text);
    if layer.hidden {
        let path = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
        painter.extend(Shape::dashed_line(&path, line, 4.0, 4.0));
        return;
    }
    painter.rect_stroke(rect.expand(2.0), 0, Stroke::new(1.0, cx.p.canvas), StrokeKind::Outside);
    painter.rect_stroke(rect, 0, line, StrokeKind::Outside);
    for corner in grips(layer, canvas, view) {
        let knob = Rect::from_center_size(corner, Vec2::splat(2.0 * CORNER));
        painter.rect(knob, 2, cx.p.canvas, line, StrokeKind::Inside);
    }
}
