//! The versions of a conversation as a tree: a popup of the head.

use std::collections::HashMap;

use egui::containers::{Popup, PopupCloseBehavior};
use egui::{Align2, CursorIcon, Frame, Margin, Role as Part, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::domain::{ConversationId, Role, START, Segment, Turn, from_difference, segments};
use crate::state::{Command, OpenConversation, WriteCommand};
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::theme::{self, RADIUS, S1, S2};
use crate::ui::widgets;
use crate::ui::{eye, icons, quotes};

const ROW: f32 = 28.0;
/// How far each fork moves to the right; deeper ones stay there.
const INDENT: f32 = 16.0;
const DEEPEST: usize = 12;
/// Letters of a turn.
const WORDS: usize = 120;

/// The rows as they were made last, and of what.
#[derive(Default)]
pub struct TreeView {
    /// With the words of each.
    rows: Vec<(Segment, String)>,
    made_of: Option<Key>,
}

/// The conversation, the turns on and beside the path, the last one and its length.
type Key = (Option<ConversationId>, usize, usize, Option<(u64, usize)>);

/// The button, where there is a fork.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut TreeView) {
    let open = &cx.state.write.open;
    if open.shelf.turns().is_empty() {
        return;
    }
    let button = widgets::icon_button(ui, icons::GIT_BRANCH, cx.t(T::Branches));
    let open = Popup::from_toggle_button_response(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .width(440.0)
        .accessible_name(cx.t(T::Branches))
        .frame(Frame::popup(ui.style()).inner_margin(Margin::same(12)))
        .show(|ui| tree(ui, cx, view))
        .is_some();
    eye::expanded(&button, open);
}

fn tree(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut TreeView) {
    let open = &cx.state.write.open;
    let key = (
        open.id.clone(),
        open.turns.len(),
        open.shelf.turns().len(),
        open.turns.last().map(|turn| (turn.id, turn.message.content.len())),
    );
    if view.made_of.as_ref() != Some(&key) {
        view.rows = rows(open);
        view.made_of = Some(key);
    }
    ui.spacing_mut().item_spacing.y = S1;
    widgets::title(ui, cx.t(T::Branches));
    widgets::muted(ui, cx.t(T::BranchesHover));
    ui.add_space(S1);
    ui.spacing_mut().item_spacing.y = 0.0;
    // What streams keeps its way.
    ui.add_enabled_ui(!cx.state.write.is_writing_here(), |ui| {
        let area = ScrollArea::vertical().id_salt("branches").max_height(12.5 * ROW).auto_shrink([false, true]);
        area.show_rows(ui, ROW, view.rows.len(), |ui, range| {
            for (segment, words) in &view.rows[range] {
                ui.push_id(segment.first, |ui| row(ui, cx, segment, words));
            }
        });
    });
}

/// The segments with their first words; where others stand in the same place, from the first word that tells them apart.
fn rows(open: &OpenConversation) -> Vec<(Segment, String)> {
    let mut beside: HashMap<u64, Vec<&Turn>> = HashMap::new();
    for turn in open.turns.iter().chain(open.shelf.turns()) {
        beside.entry(turn.parent.unwrap_or(START)).or_default().push(turn);
    }
    let words = |segment: &Segment| {
        let turns = if segment.shown { &open.turns[..] } else { open.shelf.turns() };
        let Some(turn) = turns.get(segment.place) else { return String::new() };
        let others = beside.get(&turn.parent.unwrap_or(START)).into_iter().flatten();
        let others = others.filter(|other| other.id != turn.id).map(|other| other.message.said());
        let (whole, rest) = (turn.message.said(), from_difference(turn.message.said(), others));
        if rest.len() < whole.len() { format!("…{}", first_words(rest)) } else { first_words(whole) }
    };
    let told = |segment: Segment| {
        let words = words(&segment);
        (segment, words)
    };
    segments(&open.turns, &open.shelf).into_iter().map(told).collect()
}

fn row(ui: &mut Ui, cx: &mut Cx<'_>, segment: &Segment, words: &str) {
    let open = &cx.state.write.open;
    let turns = if segment.shown { &open.turns[..] } else { open.shelf.turns() };
    let Some(turn) = turns.get(segment.place) else { return };
    let p = cx.p;
    let words = if words.is_empty() { cx.t(T::NoWords) } else { words };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Part::ListBoxOption, ui.is_enabled(), segment.shown, words));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let lit = response.hovered() || response.has_focus();
    if lit {
        ui.painter().rect_filled(rect, RADIUS, p.hover);
    }
    let depth = segment.depth.min(DEEPEST);
    let line = Stroke::new(1.0, p.line_strong);
    for level in 0..depth {
        let x = rect.left() + 12.0 + INDENT * level as f32;
        ui.painter().line_segment([pos2(x, rect.top()), pos2(x, rect.bottom())], line);
    }
    let x = rect.left() + 12.0 + INDENT * depth as f32;
    let mid = rect.center().y;
    if depth > 0 {
        ui.painter().line_segment([pos2(x - INDENT, mid), pos2(x - 8.0, mid)], line);
    }
    let icon = if turn.message.role == Role::User { icons::USER } else { icons::SPARKLE };
    let (mark, ink) = if segment.shown { (p.accent_text, p.strong) } else { (p.muted, p.muted) };
    ui.painter().text(pos2(x, mid), Align2::CENTER_CENTER, icon, theme::icon_font(14.0), mark);
    let count = if segment.turns > 1 { cx.with(T::TurnCount, &[&segment.turns]) } else { String::new() };
    let right = pos2(rect.right() - S2, mid);
    let left = ui.painter().text(right, Align2::RIGHT_CENTER, count, theme::small(), p.muted).left();
    let from = x + 14.0;
    let mut job = quotes::line(ui, words, theme::body(), ink);
    job.wrap = egui::text::TextWrapping::truncate_at_width(left - S2 - from);
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(pos2(from, mid - galley.size().y / 2.0), galley, ink);
    if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
        cx.push(Command::Write(WriteCommand::GoToTurn(segment.first)));
        ui.close();
    }
}

/// The beginning of a text on one line, without Markdown's commonest signs.
fn first_words(text: &str) -> String {
    let letters = text.chars().filter(|c| !['*', '`', '#', '>'].contains(c)).skip_while(|c| c.is_whitespace());
    let words: String = letters.take(WORDS).map(|c| if c.is_control() { ' ' } else { c }).collect();
    words.trim_end().to_owned()
}
