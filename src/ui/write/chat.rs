//! The page: turns of a conversation, of which only the visible ones are laid out.

use std::ops::Range;

use egui::{Label, Rect, RichText, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::prose::Prose;
use super::rows::Rows;
use super::{page, personas, turn};
use crate::domain::{ConversationId, Turn};
use crate::state::Command;
use crate::ui::create::examples;
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::textures::Textures;
use crate::ui::theme::{self, BODY, S1, S2, S4, S6};
use crate::ui::{eye, fields, icons, layout, widgets};

/// What the page remembers beside the state.
#[derive(Default)]
pub struct ChatView {
    of: Option<ConversationId>,
    rows: Rows,
    pub prose: Prose,
    /// Where the page must be scrolled to in the next frame, so that what is read stays where it is.
    scroll_to: Option<f32>,
    /// The number of the last target that the page was scrolled to.
    scrolled: u64,
    /// Turns that were laid out in the last frame, for tests.
    pub laid_out: usize,
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut ChatView, textures: &mut Textures) {
    let open = &cx.state.write.open;
    (view.laid_out, view.prose.laid_out) = (0, 0);
    if open.turns.is_empty() {
        empty(ui, cx);
        return;
    }
    let new = view.of != open.id;
    if new {
        view.of = open.id.clone();
        view.rows.clear();
        view.prose = Prose::default();
        view.scroll_to = None;
    }
    let width = (ui.available_width() - 2.0 * S4).min(layout::TEXT_WIDTH);
    view.rows.sync(&open.turns, width);
    let height = ui.available_height();
    let mut area = ScrollArea::vertical()
        .id_salt(("chat", open.id.as_ref().map(|id| id.0.clone())))
        .auto_shrink(false)
        .stick_to_bottom(true);
    let target = open_target(cx, view.scrolled);
    if let Some((serial, at)) = target {
        view.scrolled = serial;
        let offset = (view.rows.top(at) as f32 - S4).max(0.0);
        area = area.stick_to_bottom(false).vertical_scroll_offset(offset);
    } else if new {
        area = area.vertical_scroll_offset((view.rows.total() + S6 - height).max(0.0));
    } else if let Some(offset) = view.scroll_to.take() {
        area = area.vertical_scroll_offset(offset);
    }
    // What was searched for is marked while the search is shown.
    let searching = !cx.state.write.search.trim().is_empty();
    let searched = cx.state.write.scroll_target.filter(|_| searching).map(|target| target.turn);
    let not_read = cx.state.not_read();
    let out = area.show_viewport(ui, |ui, viewport| {
        let outer = ui.max_rect();
        ui.set_height(view.rows.total() + S6);
        let left = outer.left() + ((outer.width() - width) / 2.0).round();
        let screen_top = outer.top() + viewport.top();
        let mut shift = 0.0;
        let mut settled = true;
        for i in view.rows.visible(viewport.top() - S6, viewport.bottom()) {
            let Some(turn) = open.turns.get(i) else { break };
            let from_view = view.rows.top(i) - f64::from(viewport.top());
            let top = screen_top + from_view as f32 + S4;
            let rect = Rect::from_min_size(pos2(left, top), vec2(width, view.rows.height(i)));
            if searched == Some(turn.id) {
                let at = rect.left() - S2;
                let stroke = Stroke::new(2.0, cx.p.accent_text);
                ui.painter().line_segment([pos2(at, rect.top() - S1), pos2(at, rect.bottom() - S6)], stroke);
            }
            let id = ui.scope_id().with(("turn", turn.id));
            let mut child = ui.new_child(UiBuilder::new().scope_id(id).max_rect(rect));
            let named = open.manner.name_of(turn.id, turn.message.role).is_some();
            let name = (!named).then(|| personas::speaker(cx, turn));
            if let Some(text) = not_read.as_ref().and_then(|range| reading(cx, range, i)) {
                divider(&mut child, cx, &text);
            }
            eye::group(&child, Role::Article, name.as_deref());
            turn::show(&mut child, cx, &mut view.prose, turn, i + 1 == open.turns.len());
            page::of_turn(&mut child, cx, textures, turn.id, turn.message.said());
            view.laid_out += 1;
            let delta = view.rows.measured(i, child.min_rect().height() + S4);
            if delta != 0.0 {
                settled = false;
                // What starts above the view pushes the rest: the view moves along.
                if from_view < 0.0 {
                    shift += delta;
                }
            }
        }
        (shift, settled)
    });
    let (shift, settled) = out.inner;
    if shift != 0.0 {
        // From where this frame's wheel has left the page.
        view.scroll_to = Some((out.state.unclamped_offset().y + shift).max(0.0));
    }
    if !settled {
        // Once: the heights are known now.
        ui.ctx().request_repaint();
    }
}

/// The line above turn `i` that says whether the model reads on from there, where some turns do not fit.
fn reading(cx: &Cx<'_>, not_read: &Range<usize>, i: usize) -> Option<String> {
    let said = |turn: &&Turn| !turn.message.said().is_empty();
    let count = cx.state.write.open.turns.get(not_read.clone())?.iter().filter(said).count();
    let counted = |one: T, many: T| if count == 1 { cx.t(one).to_owned() } else { cx.with(many, &[&count]) };
    match (not_read.start, i) {
        (0, i) if i == not_read.end => Some(counted(T::ReadFromHereOne, T::ReadFromHere)),
        (0, _) => None,
        (start, i) if i == start => Some(counted(T::LeftOutFromHereOne, T::LeftOutFromHere)),
        (_, i) => (i == not_read.end).then(|| cx.t(T::ReadOnFromHere).to_owned()),
    }
}

/// A line across the column with words in it.
fn divider(ui: &mut Ui, cx: &Cx<'_>, text: &str) {
    let font = theme::small();
    let galley = ui.painter().layout(text.to_owned(), font, cx.p.muted, ui.available_width() - 2.0 * S6);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), galley.size().y + S4), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    let at = rect.center() - galley.size() / 2.0;
    let stroke = Stroke::new(1.0, cx.p.line_strong);
    for (from, to) in [(rect.left(), at.x - S2), (at.x + galley.size().x + S2, rect.right())] {
        ui.painter().line_segment([pos2(from, rect.center().y), pos2(to, rect.center().y)], stroke);
    }
    ui.painter().galley(at, galley, cx.p.muted);
}

/// The turn that the page is to be scrolled to, where that was not done yet.
fn open_target(cx: &Cx<'_>, done: u64) -> Option<(u64, usize)> {
    let target = cx.state.write.scroll_target.filter(|target| target.serial != done)?;
    let at = cx.state.write.open.turns.iter().position(|turn| turn.id == target.turn)?;
    Some((target.serial, at))
}

fn empty(ui: &mut Ui, cx: &mut Cx<'_>) {
    if let Some(speaker) = &cx.state.write.open.manner.speaker {
        return waits(ui, cx, &speaker.name);
    }
    let examples = examples(cx, &cx.state.text().model);
    layout::centre(ui, "write-empty", 420.0, |ui| {
        let width = ui.available_width();
        ui.add(Label::new(theme::icon(icons::CHAT_TEXT, 40.0).color(cx.p.faint)));
        ui.add_space(S2);
        widgets::heading(ui, cx.t(T::WriteEmptyTitle));
        ui.add(Label::new(RichText::new(cx.t(T::WriteEmptyText)).size(BODY).color(cx.p.muted)).wrap());
        ui.add_space(S4);
        for example in examples {
            // A model without Chinese is asked in English; the person reads what that means.
            let (asked, meant) = example.split_once('（').unwrap_or((example, ""));
            if widgets::suggestion(ui, asked, meant.trim_end_matches('）'), width).clicked() {
                cx.push(Command::TakeExample(asked.to_owned()));
                ui.memory_mut(|m| m.request_focus(fields::draft_id(cx.state)));
            }
        }
        ui.add_space(S4);
        super::form::choices(ui, cx);
    });
}

/// A conversation with a character who says nothing first.
fn waits(ui: &mut Ui, cx: &Cx<'_>, name: &str) {
    layout::centre(ui, "speaker-empty", 420.0, |ui| {
        ui.add(Label::new(theme::icon(icons::IDENTIFICATION_CARD, 40.0).color(cx.p.faint)));
        ui.add_space(S2);
        widgets::heading(ui, name);
        ui.add(Label::new(RichText::new(cx.with(T::SpeakerWaits, &[&name])).size(BODY).color(cx.p.muted)).wrap());
    });
}
