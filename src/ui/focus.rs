//! The keyboard focus: the field that takes letters where nothing else has it, and the ring around the focused control.

use egui::{Align, Context, Event, Id, Painter, Rect, Response, Stroke, StrokeKind, Ui};

use super::fields;
use super::theme::Palette;
use crate::domain::{ConversationId, Room};
use crate::state::{AppState, Command, GalleryCommand, PersonaCommand, WriteCommand};

/// The search that is shown: its field, what is searched for, and what clears it.
pub fn search(state: &AppState) -> Option<(Id, &str, Command)> {
    match state.room() {
        Room::Gallery => Some((
            fields::pictures_id(),
            &state.gallery.search,
            Command::Gallery(GalleryCommand::SetSearch(String::new())),
        )),
        Room::Write if state.personas.shown => {
            let clear = PersonaCommand::Search(String::new());
            Some((fields::personas_id(), &state.personas.search, Command::Persona(clear)))
        }
        Room::Write => {
            Some((fields::talks_id(), &state.write.search, Command::Write(WriteCommand::SetSearch(String::new()))))
        }
        Room::Create | Room::Models | Room::Settings => None,
    }
}

/// A field that takes what is typed, and whether it has the focus from the start. In Gallery the keys move through the
/// pictures until letters come.
fn target(state: &AppState) -> Option<(Id, bool)> {
    match state.room() {
        // The keys are the layer's that was chosen, not the prompt's.
        Room::Create if state.create.layers.is_some() => None,
        Room::Create => Some((fields::prompt_id(), true)),
        Room::Write => Some((fields::typing_id(state), true)),
        Room::Gallery => Some((fields::pictures_id(), false)),
        Room::Models | Room::Settings => None,
    }
}

/// Follows the person through the rooms.
#[derive(Default)]
pub struct Follow {
    /// What was typed into last, and for which conversation.
    at: Option<(Room, Option<Id>, Option<ConversationId>)>,
}

impl Follow {
    /// Before anything is drawn: gives the focus to what will be typed into.
    pub fn show(&mut self, ui: &Ui, state: &AppState) {
        let target = target(state);
        let open = if state.room() == Room::Write { state.write.open.id.clone() } else { None };
        let at = (state.room(), target.map(|(id, _)| id), open);
        let moved = self.at.as_ref() != Some(&at);
        self.at = Some(at);
        let Some((id, at_once)) = target else { return };
        let focused = ui.memory(|memory| memory.focused());
        if egui::Popup::is_any_open(ui.ctx()) {
            return leave_field(ui.ctx(), focused);
        }
        if focused == Some(id) {
            return;
        }
        // A narrow window may show something else than the field.
        let shown = ui.ctx().read_response(id).is_some();
        // A click may open a menu in the frame of its release: the keys are the menu's then.
        let released = ui.input(|input| input.pointer.any_released());
        let clicks = released || ui.input(|input| input.pointer.any_down());
        if released {
            ui.ctx().request_repaint();
        }
        let idle = shown && focused.is_none() && !clicks;
        let give = if at_once { moved || idle } else { idle && types(ui.ctx()) };
        if give {
            ui.memory_mut(|memory| memory.request_focus(id));
        }
    }
}

/// Under an open menu no field takes keys: the arrows and Enter choose in the menu.
fn leave_field(ctx: &Context, focused: Option<Id>) {
    let Some(id) = focused.filter(|_| ctx.text_edit_focused()) else { return };
    let under = ctx.read_response(id).is_some_and(|field| field.layer_id.order < egui::Order::Foreground);
    if under {
        ctx.memory_mut(|memory| memory.surrender_focus(id));
    }
}

/// A field is about to come, such as the first one of what was added to a list: it gets the focus when it is drawn.
pub fn on_new(ui: &Ui, id: Id) {
    let now = ui.input(|input| input.time);
    ui.data_mut(|data| data.insert_temp(Id::unique("focus-on-new"), (id, now)));
}

/// The field that [`on_new`] means has the focus from now on, and comes into sight.
pub fn show_new(ui: &Ui, field: &Response) {
    let key = Id::unique("focus-on-new");
    let Some((id, asked)) = ui.data(|data| data.get_temp::<(Id, f64)>(key)) else { return };
    if id == field.id {
        ui.data_mut(|data| data.remove::<(Id, f64)>(key));
        if ui.input(|input| input.time) - asked < LATE {
            field.request_focus();
            field.scroll_to_me(Some(Align::Center));
        }
    }
}

/// Seconds that a new field is waited for.
const LATE: f64 = 2.0;

/// Whether letters come in this frame.
fn types(ctx: &Context) -> bool {
    let is_letters = |event: &Event| match event {
        Event::Text(text) | Event::Paste(text) => !text.trim().is_empty(),
        Event::Ime(_) => true,
        _ => false,
    };
    ctx.input(|input| {
        (input.modifiers.is_none() || input.modifiers.shift_only()) && input.events.iter().any(is_letters)
    })
}

fn frame_id(id: Id) -> Id {
    id.with("frame")
}

/// The frame around a control that draws none of its own: its ring goes there.
pub fn framed(ui: &Ui, id: Id, rect: Rect) {
    let frame = ui.ctx().cumulative_frame_nr();
    ui.data_mut(|d| d.insert_temp(frame_id(id), (frame, rect, rect.intersect(ui.clip_rect()))));
}

/// The one focus ring, around whatever has the focus. After everything is drawn.
pub fn ring(ctx: &Context, p: &Palette) {
    let Some(id) = ctx.memory(|memory| memory.focused()) else { return };
    // A page shows its text cursor instead.
    if id == fields::sheet_id() {
        return;
    }
    let Some(response) = ctx.read_response(id) else { return };
    let framed = ctx.data(|d| d.get_temp::<(u64, Rect, Rect)>(frame_id(id)));
    let framed = framed.filter(|(frame, ..)| *frame == ctx.cumulative_frame_nr()).map(|(_, rect, seen)| (rect, seen));
    let (rect, seen) = framed.unwrap_or((response.rect, response.interact_rect));
    if !seen.is_positive() {
        return;
    }
    let painter = Painter::new(ctx.clone(), response.layer_id, seen.expand(RING + GAP));
    painter.rect_stroke(rect.expand(GAP), 7, Stroke::new(RING, p.accent_text), StrokeKind::Outside);
}

const RING: f32 = 2.0;
const GAP: f32 = 1.0;
