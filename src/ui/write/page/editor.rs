//! The sheet itself.

use std::borrow::Cow;
use std::sync::Arc;

use egui::style::ScrollAnimation;
use egui::text::{CCursor, CCursorRange};
use egui::{Frame, Galley, Margin, Pos2, RichText, ScrollArea, TextBuffer, TextEdit, Ui};

use super::{layout, pictures};
use crate::domain::{Author, ConversationId, Page};
use crate::state::{Command, PageCommand, PageSpot, WriteCommand};
use crate::ui::cx::Cx;
use crate::ui::fields;
use crate::ui::keys::{self, Act};
use crate::ui::layout as rules;
use crate::ui::texts::T;
use crate::ui::textures::Textures;
use crate::ui::theme::{BODY, S2, S6};
use crate::ui::widgets;

/// What the sheet remembers beside the state.
pub struct PageView {
    of: Option<ConversationId>,
    /// Bytes of the page's text that are selected, the cursor last; `None` before the first click.
    pub selected: Option<(usize, usize)>,
    /// The text that was typed last: what the page shows then is the typist's, and the cursor stays.
    typed: Option<String>,
    /// The last change and its end, as they were drawn.
    seen: (u64, usize),
    /// Whether the model's words have their own colour.
    pub told_apart: bool,
    /// The number of the last place that the sheet was sent to.
    scrolled: u64,
    /// Whether the sheet follows what the model writes, and whether it wrote in the last frame.
    follows: bool,
    wrote: bool,
    /// The letters as they were laid out last, and for what.
    laid: Option<(LaidFor, Vec<layout::Gap>, Arc<Galley>)>,
}

/// Width, whether authors have colours of their own, dark or light, pixels per point.
type LaidFor = (f32, bool, bool, f32);

impl Default for PageView {
    fn default() -> Self {
        Self {
            of: None,
            selected: None,
            typed: None,
            seen: (0, 0),
            told_apart: true,
            scrolled: 0,
            follows: false,
            wrote: false,
            laid: None,
        }
    }
}

impl PageView {
    /// Where the model continues.
    pub fn cursor(&self, page: &Page) -> usize {
        self.selected.map_or(page.text.len(), |(_, cursor)| cursor.min(page.text.len()))
    }

    /// The passage that is selected.
    pub fn passage(&self) -> Option<(usize, usize)> {
        self.selected.map(|(a, b)| (a.min(b), a.max(b))).filter(|(a, b)| a < b)
    }
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut PageView, textures: &mut Textures) {
    let Some(page) = cx.state.write.open.page.as_deref() else { return };
    if view.of != cx.state.write.open.id {
        let is_first = view.of.is_none() && view.typed.is_some();
        view.of = cx.state.write.open.id.clone();
        // A page gets its name with the first letter: that is no other page.
        if !is_first {
            *view = PageView {
                of: view.of.take(),
                told_apart: view.told_apart,
                scrolled: view.scrolled,
                ..PageView::default()
            };
            view.seen = mark(page);
        }
    }
    shortcuts(ui, cx, view, page);
    let writing = cx.state.write.is_writing_here();
    let mut area = ScrollArea::vertical().id_salt(("page", view.of.as_ref().map(|id| id.0.clone()))).auto_shrink(false);
    if page.text.is_empty() {
        area = area.vertical_scroll_offset(0.0);
    }
    area.show(ui, |ui| {
        rules::column(ui, rules::TEXT_WIDTH, |ui| {
            Frame::new().inner_margin(Margin { left: 24, right: 24, top: 12, bottom: 48 }).show(ui, |ui| {
                sheet(ui, cx, view, textures, page, writing);
            });
        });
    });
}

/// What tells that the page was changed.
fn mark(page: &Page) -> (u64, usize) {
    (page.at(), page.last().map_or(0, |edit| edit.end()))
}

fn shortcuts(ui: &Ui, cx: &mut Cx<'_>, view: &PageView, page: &Page) {
    if keys::pressed_in(ui, Act::PageWrite) {
        cx.push(Command::Write(WriteCommand::Page(PageCommand::Write { at: view.cursor(page) })));
    }
    if keys::pressed_in(ui, Act::PageAgain) {
        cx.push(Command::Write(WriteCommand::Page(PageCommand::Again)));
    }
    // A field beside the sheet has its own way back.
    if ui.memory(|m| m.focused().is_some_and(|id| id != fields::sheet_id())) {
        return;
    }
    if keys::pressed_in(ui, Act::PageRedo) {
        cx.push(Command::Write(WriteCommand::Page(PageCommand::Redo)));
    } else if keys::pressed_in(ui, Act::PageUndo) {
        cx.push(Command::Write(WriteCommand::Page(PageCommand::Undo)));
    }
}

fn sheet(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut PageView, textures: &mut Textures, page: &Page, writing: bool) {
    let id = fields::sheet_id();
    place_cursor(ui, view, page);
    let rows = pictures::rows(cx, page, ui.available_width());
    let gaps: Vec<layout::Gap> = rows.iter().map(|row| row.gap).collect();
    // The state changes only after the frame; where egui draws it twice, what was typed must not be lost.
    let frame = ui.ctx().cumulative_frame_nr();
    let early = ui.data(|d| d.get_temp::<(u64, String)>(id)).filter(|(f, _)| *f == frame);
    // A page may be long: it is copied only when it is changed.
    let mut text = early.map_or(Cow::Borrowed(page.text.as_str()), |(_, typed)| Cow::Owned(typed));
    let told_apart = view.told_apart;
    let p = cx.p;
    let laid = &mut view.laid;
    let mut layouter = |ui: &Ui, buffer: &dyn TextBuffer, width: f32| {
        let look = (width, told_apart, ui.visuals().dark_mode, ui.pixels_per_point());
        if let Some((known, known_gaps, galley)) = laid.as_ref()
            && *known == look
            && *known_gaps == gaps
            && galley.job.text == buffer.as_str()
        {
            return galley.clone();
        }
        let galley = layout::galley(ui, p, page, buffer.as_str(), width, told_apart, &gaps);
        *laid = Some((look, gaps.clone(), galley.clone()));
        galley
    };
    // The first lines to begin with are below an empty sheet.
    let blank = page.text.is_empty() && !writing && view.typed.is_none();
    let high = if blank { 56.0 } else { (ui.ctx().content_rect().height() - 260.0).max(120.0) };
    // Also while the model writes: typing takes over from it.
    let buffer: &mut dyn TextBuffer = &mut text;
    let hint = RichText::new(cx.t(T::PageHint)).size(BODY + 2.0).color(cx.p.muted);
    let output = TextEdit::multiline(buffer)
        .id(id)
        .frame(Frame::NONE)
        .desired_width(f32::INFINITY)
        .min_size(egui::vec2(0.0, high))
        .hint_text(hint)
        .layouter(&mut layouter)
        .show(ui);
    let name = if page.text.is_empty() { cx.t(T::PageHint) } else { cx.t(T::PageText) };
    output.response.response.clone().accessible_name(name);
    let (galley, at) = (output.galley.clone(), output.galley_pos);
    // What was found is selected and brought into sight.
    if let Some(target) = cx.state.write.scroll_target.filter(|target| target.serial != view.scrolled) {
        view.scrolled = target.serial;
        let from = page.text.as_str()[..page.text.boundary(target.at)].chars().count();
        let to = from + cx.state.write.search.trim().chars().count();
        let mut state = output.state.clone();
        state.cursor.set_char_range(Some(CCursorRange::two(CCursor::new(from), CCursor::new(to))));
        state.store(ui.ctx(), id);
        output.response.response.request_focus();
        let place = galley.pos_from_cursor(CCursor::new(from)).translate(at.to_vec2());
        ui.scroll_to_rect(place, Some(egui::Align::Center));
        return ui.ctx().request_repaint();
    }
    follow(ui, view, page, &galley, at, cx.state.write.job_here().and_then(|job| job.page));
    if let Some(range) = output.state.cursor.char_range() {
        let byte =
            |c: CCursor| galley.job.text.char_indices().nth(c.index.into()).map_or(galley.job.text.len(), |(i, _)| i);
        view.selected = Some((byte(range.secondary), byte(range.primary)));
    }
    // Undoing is the page's own: it keeps every branch.
    let mut state = output.state.clone();
    state.clear_undoer();
    state.store(ui.ctx(), id);
    if output.response.response.changed() && text != page.text.as_str() {
        let text = text.into_owned();
        ui.data_mut(|d| d.insert_temp(id, (frame, text.clone())));
        view.typed = Some(text.clone());
        cx.push(Command::Write(WriteCommand::Page(PageCommand::Type(text))));
    }
    for (row, top) in rows.iter().zip(layout::tops(&galley, &gaps)) {
        pictures::show(ui, cx, textures, row, at + egui::vec2(0.0, top));
    }
    if blank {
        beginnings(ui, cx);
    }
}

/// After the model wrote, or a change was undone, the cursor is where that happened, and the sheet scrolls there.
fn place_cursor(ui: &Ui, view: &mut PageView, page: &Page) {
    let now = mark(page);
    if now == view.seen {
        return;
    }
    let before = std::mem::replace(&mut view.seen, now);
    let own = view.typed.as_deref() == Some(page.text.as_str());
    if own {
        return;
    }
    view.typed = None;
    let by_model = page.last().is_some_and(|edit| edit.by == Author::Model);
    if by_model && before.0 == now.0 && view.selected.is_some_and(|cursor| cursor != (before.1, before.1)) {
        return keep_place(ui, view, page, before.1, now.1);
    }
    // What is undone is at the place of the change that was there before.
    let undone = page
        .get(before.0)
        .filter(|edit| edit.parent == now.0)
        .map(|edit| edit.at + edit.removed.iter().map(|run| run.text.len()).sum::<usize>());
    let at = undone.unwrap_or(now.1).min(page.text.len());
    let cursor = CCursor::new(page.text.as_str()[..page.text.boundary(at)].chars().count());
    let id = fields::sheet_id();
    let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::one(cursor)));
    state.store(ui.ctx(), id);
    view.selected = Some((at, at));
}

/// The model continues while the person reads or selects elsewhere: what is selected stays selected.
fn keep_place(ui: &Ui, view: &mut PageView, page: &Page, from: usize, to: usize) {
    let Some((a, b)) = view.selected.filter(|(a, b)| *a > from || *b > from) else { return };
    let moved = |at: usize| if at > from { at + to.saturating_sub(from) } else { at };
    let (a, b) = (moved(a), moved(b));
    let letters = |at: usize| CCursor::new(page.text.as_str()[..page.text.boundary(at)].chars().count());
    let mut state = TextEdit::load_state(ui.ctx(), fields::sheet_id()).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::two(letters(a), letters(b))));
    state.store(ui.ctx(), fields::sheet_id());
    view.selected = Some((a, b));
}

/// Room that is kept below the line that is written, points.
const BELOW: f32 = 24.0;

/// The sheet moves along with what the model writes, from the moment on that it was asked to. Whoever scrolls away, or
/// puts the cursor elsewhere, is left in peace until the end is in sight again.
fn follow(ui: &Ui, view: &mut PageView, page: &Page, galley: &Galley, at: Pos2, spot: Option<PageSpot>) {
    let wrote = std::mem::replace(&mut view.wrote, spot.is_some());
    let Some(spot) = spot else { return };
    let begins = !wrote;
    let end = page.get(spot.edit).map_or(spot.at, |edit| edit.end()).min(page.text.len());
    let letters = page.text.as_str()[..page.text.boundary(end)].chars().count();
    let line = galley.pos_from_cursor(CCursor::new(letters)).translate(at.to_vec2());
    let seen = ui.clip_rect().y_range();
    let in_sight = seen.contains(line.top()) && seen.contains(line.bottom());
    let scrolls = ui.input(|input| input.smooth_scroll_delta != egui::Vec2::ZERO || input.pointer.any_down());
    let elsewhere = view.selected.is_some_and(|(_, cursor)| cursor != end);
    let goes_on = begins || (view.follows && !scrolls && !elsewhere);
    if goes_on && !in_sight {
        ui.scroll_to_rect_animation(line.expand2(egui::vec2(0.0, BELOW)), None, ScrollAnimation::none());
        ui.ctx().request_repaint();
    }
    view.follows = goes_on || in_sight;
}

/// First lines to begin with.
fn beginnings(ui: &mut Ui, cx: &mut Cx<'_>) {
    let width = ui.available_width().min(560.0);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = S2;
        widgets::caption(ui, cx.t(T::PageBegin));
        for line in [T::PageBegin1, T::PageBegin2, T::PageBegin3] {
            let text = cx.t(line);
            if widgets::suggestion(ui, text, "", width).clicked() {
                cx.push(Command::Write(WriteCommand::Page(PageCommand::Type(format!("{text} ")))));
            }
        }
        ui.add_space(S6);
    });
}
