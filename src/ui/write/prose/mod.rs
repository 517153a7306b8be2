//! Markdown as it is drawn, while it is written too. A [`Prose`] keeps what was read of each text; blocks that are out
//! of sight only take their room.

mod inline;
mod set;
mod table;

use std::collections::HashMap;

use egui::{
    Align, Color32, Frame, Layout, Margin, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::theme::{self, BODY, HEADING, S1, S2, S3, SMALL};
use crate::ui::{bidi, icons, menu, quotes, widgets};
use crate::writing::export::{Block, Span};
use crate::writing::formula;
use crate::writing::reading::Reading;
use inline::{FORMULA, Look, lay};
use set::Setter;

/// Texts that are kept. Those in sight are read again where they were dropped: no more than a screen shows.
const KEPT: usize = 64;
/// How far lists and quotes are set in.
const INDENT: f32 = 22.0;
/// Height of a line of text.
const LINE: f32 = BODY * 1.5;

/// What is known of the texts that were drawn.
#[derive(Default)]
pub struct Prose {
    texts: HashMap<u64, Text>,
    /// Blocks that were laid out, for tests.
    pub laid_out: usize,
}

#[derive(Default)]
struct Text {
    reading: Reading,
    /// Of the blocks that stay as they are, at this width and scale.
    heights: Vec<Option<f32>>,
    at: (f32, f32),
    growing: bool,
    used: u64,
}

impl Prose {
    fn text(&mut self, ui: &Ui, key: u64) -> &mut Text {
        if self.texts.len() > KEPT && !self.texts.contains_key(&key) {
            let oldest = self.texts.iter().min_by_key(|(_, text)| text.used).map(|(key, _)| *key);
            oldest.map(|key| self.texts.remove(&key));
        }
        let text = self.texts.entry(key).or_default();
        text.used = ui.ctx().cumulative_frame_nr();
        text
    }

    /// How wide a whole text is where its lines are not broken, at most `most`.
    pub fn width(&mut self, ui: &Ui, cx: &Cx<'_>, key: u64, markdown: &str, most: f32) -> f32 {
        let text = self.text(ui, key);
        text.reading.update(markdown, false);
        text.reading.blocks().map(|block| natural(ui, cx, block, most)).fold(0.0, f32::max).min(most)
    }

    /// Draws a text. `key` names it; while it is `growing`, more is coming.
    pub fn show(&mut self, ui: &mut Ui, cx: &Cx<'_>, key: u64, markdown: &str, growing: bool) {
        let text = self.text(ui, key);
        let kept = text.reading.kept();
        text.reading.update(markdown, growing);
        let at = (ui.available_width(), ui.pixels_per_point());
        if text.at != at
            || text.growing != growing
            || text.reading.kept() < kept
            || !growing && kept != text.reading.kept()
        {
            text.heights.clear();
            (text.at, text.growing) = (at, growing);
        }
        let kept = text.reading.kept();
        text.heights.resize(kept, None);
        ui.spacing_mut().item_spacing.y = S2;
        let mut laid_out = 0;
        for (i, block) in text.reading.blocks().enumerate() {
            let known = text.heights.get(i).copied().flatten();
            if let Some(height) = known {
                let room = Rect::from_min_size(ui.cursor().min, vec2(at.0, height));
                if !ui.is_rect_visible(room.expand(LINE)) {
                    ui.allocate_exact_size(room.size(), Sense::hover());
                    continue;
                }
            }
            laid_out += 1;
            let height = ui.push_id(i, |ui| one(ui, cx, block, cx.p.text)).response.rect.height();
            if let Some(known) = text.heights.get_mut(i) {
                *known = Some(height);
            }
        }
        self.laid_out += laid_out;
    }
}

/// How wide a block is where its lines are not broken; one that uses the room it has is as wide as `most`.
fn natural(ui: &Ui, cx: &Cx<'_>, block: &Block, most: f32) -> f32 {
    let lines = |spans: &[Span], look: Look| match spans.iter().any(is_apart) {
        true => most,
        // Not a hair less than it takes.
        false => lay(ui, cx.p, spans, look, f32::INFINITY).size().x.ceil() + 1.0,
    };
    let all = |blocks: &[Block]| blocks.iter().map(|block| natural(ui, cx, block, most)).fold(0.0, f32::max);
    match block {
        Block::Heading { level, text } => lines(text, heading(cx, *level)),
        Block::Paragraph(spans) => lines(spans, look(cx.p.text)),
        Block::List { start, items } => {
            indent_of(*start, items.len()) + items.iter().map(|item| all(item)).fold(0.0, f32::max)
        }
        Block::Quote(blocks) => S3 + 2.0 + all(blocks),
        Block::Written { blocks, .. } | Block::Turn { blocks, .. } => all(blocks),
        Block::Code { .. } | Block::Table { .. } | Block::Picture { .. } | Block::Rule => most,
    }
}

/// Whether blocks run from right to left: their first letter with a direction says so.
fn from_right(blocks: &[Block]) -> bool {
    fn first(block: &Block) -> Option<bool> {
        let spans = |spans: &[Span]| spans.iter().find_map(|span| bidi::direction(&span.text));
        match block {
            Block::Heading { text, .. } | Block::Paragraph(text) => spans(text),
            Block::List { items, .. } => items.iter().flatten().find_map(first),
            Block::Quote(blocks) | Block::Written { blocks, .. } | Block::Turn { blocks, .. } => {
                blocks.iter().find_map(first)
            }
            Block::Table { rows, .. } => rows.iter().flatten().find_map(|cell| spans(cell)),
            Block::Picture { alt, .. } => bidi::direction(alt),
            Block::Code { .. } | Block::Rule => None,
        }
    }
    blocks.iter().find_map(first).unwrap_or(false)
}

fn look(ink: Color32) -> Look {
    Look { size: BODY, strong: false, ink, halign: Align::LEFT }
}

fn heading(cx: &Cx<'_>, level: u8) -> Look {
    let size = match level {
        1 => HEADING,
        2 => 17.0,
        3 => 15.0,
        _ => BODY,
    };
    Look { size, strong: true, ink: cx.p.strong, halign: Align::LEFT }
}

fn all(ui: &mut Ui, cx: &Cx<'_>, blocks: &[Block], ink: Color32) {
    for (i, block) in blocks.iter().enumerate() {
        ui.push_id(i, |ui| one(ui, cx, block, ink));
    }
}

fn one(ui: &mut Ui, cx: &Cx<'_>, block: &Block, ink: Color32) {
    match block {
        Block::Heading { level, text } => {
            ui.add_space(if *level < 3 { S1 } else { 0.0 });
            let laid = lay(ui, cx.p, text, heading(cx, *level), ui.available_width());
            laid.show(ui);
        }
        Block::Paragraph(spans) => paragraph(ui, cx, spans, ink),
        Block::Written { blocks, .. } | Block::Turn { blocks, .. } => all(ui, cx, blocks, ink),
        Block::List { start, items } => list(ui, cx, *start, items, ink),
        Block::Code { language, text } => code(ui, cx, language, text),
        Block::Quote(blocks) => {
            let bar = ui.painter().add(egui::Shape::Noop);
            let mirrored = from_right(blocks);
            let room = ui.available_rect_before_wrap();
            let inner = indented(ui, S3 + 2.0, mirrored, |ui| all(ui, cx, blocks, cx.p.muted));
            let x = if mirrored { room.right() - 2.0 } else { room.left() };
            let rect = Rect::from_min_size(pos2(x, inner.top()), vec2(2.0, inner.height()));
            ui.painter().set(bar, egui::epaint::RectShape::filled(rect, 1.0, cx.p.line_strong));
        }
        Block::Table { sides, rows } => table::show(ui, cx, sides, rows),
        Block::Picture { alt, .. } => {
            let span = Span { italic: true, ..Span::plain(format!("[{alt}]")) };
            paragraph(ui, cx, &[span], cx.p.muted);
        }
        Block::Rule => {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), S3), Sense::hover());
            ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(1.0, cx.p.line_strong));
        }
    }
}

/// Room for what is set in, from the left or from the right. Returns where it is.
fn indented(ui: &mut Ui, by: f32, mirrored: bool, add: impl FnOnce(&mut Ui)) -> Rect {
    let mut room = ui.available_rect_before_wrap();
    let by = by.min(room.width() / 2.0);
    if mirrored {
        room.max.x -= by;
    } else {
        room.min.x += by;
    }
    let layout = Layout::top_down(Align::Min);
    ui.scope_builder(UiBuilder::new().max_rect(room).layout(layout), add).response.rect
}

/// Text; formulas with lines of their own are between its lines.
fn paragraph(ui: &mut Ui, cx: &Cx<'_>, spans: &[Span], ink: Color32) {
    for (i, part) in spans.chunk_by(|a, b| !is_apart(a) && !is_apart(b)).enumerate() {
        match part {
            [span] if is_apart(span) => {
                ui.push_id(i, |ui| display(ui, cx, &span.text, ink));
            }
            text => {
                let lines = trimmed(text);
                if !lines.is_empty() {
                    let laid = lay(ui, cx.p, &lines, look(ink), ui.available_width());
                    laid.show(ui);
                }
            }
        }
    }
}

/// Whether it is a formula with lines of its own.
fn is_apart(span: &Span) -> bool {
    span.formula && formula::inside(&span.text).1
}

/// Without empty lines beside a formula.
fn trimmed(spans: &[Span]) -> Vec<Span> {
    let mut spans = spans.to_vec();
    if let Some(first) = spans.first_mut().filter(|span| !span.formula) {
        first.text = first.text.trim_start().to_owned();
    }
    if let Some(last) = spans.last_mut().filter(|span| !span.formula) {
        last.text.truncate(last.text.trim_end().len());
    }
    spans.retain(|span| !span.text.is_empty());
    spans
}

/// A formula with lines of its own.
fn display(ui: &mut Ui, cx: &Cx<'_>, source: &str, ink: Color32) {
    let node = formula::read(formula::inside(source).0);
    let set = Setter { painter: ui.painter(), ink, size: BODY * FORMULA }.set(&node, true);
    let said = formula::plain(&node);
    let room = ui.available_width();
    ScrollArea::horizontal().id_salt("formula").auto_shrink([false, true]).show(ui, |ui| {
        let size = vec2(set.width.max(room), set.up + set.down + S2);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
        let left = rect.left() + ((rect.width() - set.width) / 2.0).max(0.0);
        set.paint(ui.painter(), pos2(left, rect.top() + S1 + set.up), ink);
        menu::of(ui, &response, false, |ui| {
            if widgets::menu_item(ui, cx.t(T::CopyFormula)) {
                ui.copy_text(source.to_owned());
            }
        });
    });
}

/// How far the items of a list are set in.
fn indent_of(start: Option<u64>, items: usize) -> f32 {
    let last = start.map(|start| start.saturating_add(items as u64));
    let digits = last.map_or(0, |last| last.to_string().len());
    INDENT + digits.saturating_sub(2) as f32 * 8.0
}

fn list(ui: &mut Ui, cx: &Cx<'_>, start: Option<u64>, items: &[Vec<Block>], ink: Color32) {
    ui.spacing_mut().item_spacing.y = S1;
    let indent = indent_of(start, items.len());
    let mirrored = items.iter().any(|item| from_right(item));
    for (i, item) in items.iter().enumerate() {
        ui.push_id(i, |ui| {
            let room = ui.available_rect_before_wrap();
            let (done, blocks) = task(item);
            let left = if mirrored { room.right() - indent } else { room.left() };
            let mark = Rect::from_min_size(pos2(left, room.top()), vec2(indent, LINE));
            indented(ui, indent, mirrored, |ui| {
                ui.set_min_height(LINE);
                all(ui, cx, &blocks, ink);
            });
            // Nearer to the edge than to the text.
            let away = if mirrored { 2.0 } else { -2.0 };
            let middle = mark.center() + vec2(away, 0.0);
            let painter = ui.painter();
            match (done, start) {
                (Some(done), _) => {
                    tick(painter, cx, middle, done);
                    let text = item.first().map(said).unwrap_or_default();
                    let response = ui.interact(mark, ui.scope_id().with("task"), Sense::hover());
                    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, false, done, &text));
                }
                (None, Some(start)) => {
                    let number = format!("{}.", start.saturating_add(i as u64));
                    let (x, side) = match mirrored {
                        true => (mark.left() + 6.0, egui::Align2::LEFT_TOP),
                        false => (mark.right() - 6.0, egui::Align2::RIGHT_TOP),
                    };
                    painter.text(pos2(x, mark.top()), side, &number, theme::reading(), cx.p.muted);
                    let response = ui.interact(mark, ui.scope_id().with("number"), Sense::hover());
                    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &number));
                }
                (None, None) => {
                    painter.circle_filled(middle, 2.5, cx.p.muted);
                }
            }
        });
    }
}

/// A box that is empty or ticked.
fn tick(painter: &egui::Painter, cx: &Cx<'_>, middle: egui::Pos2, done: bool) {
    let rect = Rect::from_center_size(middle, vec2(14.0, 14.0));
    let (fill, line) = if done { (cx.p.accent, cx.p.accent) } else { (Color32::TRANSPARENT, cx.p.muted) };
    painter.rect(rect, 3.0, fill, Stroke::new(1.2, line), egui::StrokeKind::Inside);
    if done {
        let points = [(-3.5, 0.2), (-1.0, 2.8), (3.6, -2.6)].map(|(x, y)| middle + vec2(x, y));
        painter.line(points.to_vec(), Stroke::new(1.6, cx.p.on_accent));
    }
}

/// Whether an item is a task and done, and its blocks without that mark.
fn task(item: &[Block]) -> (Option<bool>, Vec<Block>) {
    let mut blocks = item.to_vec();
    let Some(Block::Paragraph(spans)) = blocks.first_mut() else { return (None, blocks) };
    let Some(first) = spans.first_mut().filter(|span| !span.code && !span.formula) else { return (None, blocks) };
    for (mark, done) in [("[ ] ", false), ("[x] ", true), ("[X] ", true)] {
        if let Some(rest) = first.text.strip_prefix(mark) {
            first.text = rest.to_owned();
            return (Some(done), blocks);
        }
    }
    (None, blocks)
}

/// The text of a paragraph.
fn said(block: &Block) -> String {
    match block {
        Block::Paragraph(spans) => {
            let text: String = spans.iter().map(|span| span.text.as_str()).collect();
            text.get(4..).unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}

fn code(ui: &mut Ui, cx: &Cx<'_>, language: &str, text: &str) {
    let frame = Frame::new()
        .fill(cx.p.panel)
        .stroke(Stroke::new(1.0, cx.p.line))
        .corner_radius(theme::RADIUS)
        .inner_margin(Margin { left: 12, right: 4, top: 2, bottom: 4 });
    frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let head = vec2(ui.available_width(), theme::CONTROL);
        ui.allocate_ui_with_layout(head, Layout::right_to_left(Align::Center), |ui| {
            if widgets::icon_button(ui, icons::COPY, cx.t(T::CopyCode)).clicked() {
                ui.copy_text(text.to_owned());
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let name = egui::RichText::new(language).size(SMALL).color(cx.p.muted);
                ui.add(egui::Label::new(name).truncate());
            });
        });
        ScrollArea::horizontal().id_salt("code").auto_shrink([false, true]).show(ui, |ui| {
            let job = quotes::job(ui, text, egui::FontId::monospace(13.0), cx.p.text);
            ui.add(egui::Label::new(job).extend().selectable(true));
            // The bar has a place of its own.
            ui.add_space(S2);
        });
    });
}

#[cfg(test)]
mod tests;
