//! The undo tree of a page: a row for each change, the newest first. Changes of other branches are indented.

use std::collections::HashSet;

use egui::{Align2, CursorIcon, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::domain::{Author, BLANK, Edit, Page};
use crate::state::{Command, PageCommand, WriteCommand};
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::theme::{self, RADIUS};
use crate::ui::{icons, quotes};

const ROW: f32 = 26.0;
const LANE: f32 = 14.0;

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, page: &Page) {
    let path: HashSet<u64> = page.path().into_iter().collect();
    let edits: Vec<&Edit> = page.edits().rev().collect();
    ui.spacing_mut().item_spacing.y = 0.0;
    let area = ScrollArea::vertical().id_salt("page-history").max_height(8.5 * ROW).auto_shrink([false, true]);
    area.show_rows(ui, ROW, edits.len() + 1, |ui, range| {
        for i in range {
            match edits.get(i) {
                Some(edit) => row(ui, cx, page, edit, path.contains(&edit.id)),
                None => line(ui, cx, page, BLANK, icons::FILE_TEXT, cx.t(T::BlankPage), true),
            }
        }
    });
}

fn row(ui: &mut Ui, cx: &mut Cx<'_>, page: &Page, edit: &Edit, on_path: bool) {
    let icon = match edit.by {
        Author::Model => icons::SPARKLE,
        Author::Person => icons::PENCIL_SIMPLE,
    };
    let words = if edit.text.trim().is_empty() && !edit.removed.is_empty() {
        let gone: String = edit.removed.iter().map(|run| run.text.as_str()).collect();
        cx.with(T::DeletedWords, &[&gone.trim()])
    } else {
        edit.text.trim().to_owned()
    };
    let words: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(80).collect();
    line(ui, cx, page, edit.id, icon, &words, on_path);
}

fn line(ui: &mut Ui, cx: &mut Cx<'_>, page: &Page, id: u64, icon: &str, words: &str, on_path: bool) {
    let p = cx.p;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let here = page.at() == id;
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, ui.is_enabled(), here, words));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let lit = response.hovered() || response.has_focus();
    if here || lit {
        ui.painter().rect_filled(rect, RADIUS, if here { p.accent_soft } else { p.hover });
    }
    if response.has_focus() {
        ui.painter().rect_stroke(rect, RADIUS, Stroke::new(1.5, p.accent_text), StrokeKind::Inside);
    }
    // The way itself on the left, branches beside it.
    let x = rect.left() + 10.0;
    let stroke = Stroke::new(1.0, p.line_strong);
    ui.painter().line_segment([pos2(x, rect.top()), pos2(x, rect.bottom())], stroke);
    let x = if on_path { x } else { x + LANE };
    if !on_path {
        let mid = rect.center().y;
        ui.painter().line_segment([pos2(x - LANE, mid), pos2(x, mid)], stroke);
    }
    let ink = if here { p.accent_text } else { p.muted };
    ui.painter().circle_filled(pos2(x, rect.center().y), 8.0, if here { p.accent_soft } else { p.panel });
    ui.painter().text(pos2(x, rect.center().y), Align2::CENTER_CENTER, icon, theme::icon_font(12.0), ink);
    let ink = match (here, on_path) {
        (true, _) => p.strong,
        (_, true) => p.text,
        _ => p.muted,
    };
    let left = x + LANE;
    let mut job = quotes::line(ui, words, theme::small(), ink);
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.right() - left - 8.0);
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, ink);
    if response.on_hover_cursor(CursorIcon::PointingHand).clicked() && !here {
        cx.push(Command::Write(WriteCommand::Page(PageCommand::Go(id))));
    }
}
