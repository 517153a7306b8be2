//! The list of conversations, by day.

use egui::{
    Align2, CursorIcon, Frame, Id, Margin, Panel, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use crate::domain::ConversationHead;
use crate::state::{Command, PageCommand};
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::theme::{self, RADIUS, S1, S2};
use crate::ui::widgets::{self, Field};
use crate::ui::{days, icons};

const ROW: f32 = 32.0;

#[derive(Default)]
pub struct ListView {
    /// The list as it was last cut into days, and what it was cut from.
    rows: Vec<Row>,
    made_of: Option<(usize, i64, String, crate::lang::Lang)>,
}

enum Row {
    Day(String),
    /// Place in the filtered list.
    Head(usize),
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut ListView) {
    let frame = Frame::new().inner_margin(Margin::symmetric(12, 8));
    Panel::top("conversations-head").resizable(false).show_separator_line(false).frame(frame).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = S2;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = S1;
            let width = ((ui.available_width() - theme::CONTROL) / 2.0 - S1).floor();
            let new = |ui: &mut Ui, cx: &Cx<'_>, icon, label: T, name: T, hover: T| {
                let button = egui::Button::new((theme::icon(icon, 16.0), cx.t(label)));
                let response = ui.add(button.min_size(vec2(width, theme::CONTROL)));
                response.accessible_name(cx.t(name)).on_hover_text(cx.t(hover)).clicked()
            };
            if new(ui, cx, icons::PLUS, T::Chat, T::NewConversation, T::NewConversationHover) {
                cx.push(Command::NewConversation);
            }
            if new(ui, cx, icons::BOOK_OPEN_TEXT, T::Page, T::NewPage, T::NewPageHover) {
                cx.push(Command::Page(PageCommand::New));
            }
            if widgets::icon_button(ui, icons::FOLDER_OPEN, cx.t(T::ImportChat)).clicked() {
                cx.push(Command::ChooseFile);
            }
        });
        if !cx.state.write.conversations.is_empty() {
            let name = cx.t(T::SearchConversations);
            let id = Id::unique("search-conversations");
            let spec = Field { id, name, hint: name, rows: 1, max_height: 32.0, newline: None, framed: true };
            if let (_, Some(text)) = widgets::field(ui, &cx.state.write.search, &spec) {
                cx.push(Command::SetSearch(text));
            }
        }
    });
    let heads: Vec<&ConversationHead> = cx.state.write.found().collect();
    let today = days::day(cx.state.now_ms);
    let newest = heads.first().map_or(0, |h| h.changed_ms);
    let made_of = (heads.len(), newest ^ today, cx.state.write.search.clone(), cx.lang);
    if view.made_of.as_ref() != Some(&made_of) {
        view.rows = cut(cx, &heads, today);
        view.made_of = Some(made_of);
    }
    if heads.is_empty() {
        let empty = if cx.state.write.conversations.is_empty() { T::NoConversations } else { T::NothingFound };
        Frame::new().inner_margin(Margin::symmetric(16, 8)).show(ui, |ui| widgets::muted(ui, cx.t(empty)));
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().id_salt("conversations").auto_shrink(false).show_rows(
        ui,
        ROW,
        view.rows.len(),
        |ui, range| {
            for row in &view.rows[range] {
                match row {
                    Row::Day(name) => {
                        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
                        let at = pos2(rect.left() + 20.0, rect.bottom() - 7.0);
                        ui.painter().text(at, Align2::LEFT_BOTTOM, name, theme::small(), cx.p.muted);
                    }
                    Row::Head(i) => {
                        if let Some(head) = heads.get(*i) {
                            ui.push_id(&head.id.0, |ui| item(ui, cx, head));
                        }
                    }
                }
            }
        },
    );
}

fn cut(cx: &Cx<'_>, heads: &[&ConversationHead], today: i64) -> Vec<Row> {
    let mut rows = Vec::with_capacity(heads.len() + 16);
    let mut last = None;
    for (i, head) in heads.iter().enumerate() {
        let day = days::day(head.changed_ms);
        if last != Some(day) {
            rows.push(Row::Day(days::name(cx, day, today)));
            last = Some(day);
        }
        rows.push(Row::Head(i));
    }
    rows
}

fn item(ui: &mut Ui, cx: &mut Cx<'_>, head: &ConversationHead) {
    let p = cx.p;
    let here = cx.state.write.open.id.as_ref() == Some(&head.id);
    let title = if head.title.trim().is_empty() { cx.t(T::Untitled) } else { head.title.as_str() };
    let (full, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, here, title));
    let rect = full.shrink2(vec2(8.0, 1.0));
    let lit = response.hovered() || response.has_focus() || response.contains_pointer();
    if here || lit {
        ui.painter().rect_filled(rect, RADIUS, if here { p.raised } else { p.hover });
    }
    if response.has_focus() {
        ui.painter().rect_stroke(rect, RADIUS, Stroke::new(1.5, p.accent_text), StrokeKind::Inside);
    }
    let writing = cx.state.write.job.as_ref().is_some_and(|job| job.conversation == head.id);
    let tail = if lit || here || writing { 40.0 } else { 16.0 };
    let ink = if here { p.strong } else { p.text };
    let mut job = egui::text::LayoutJob::simple_singleline(title.to_owned(), theme::body(), ink);
    let lead = if head.page { 34.0 } else { 12.0 };
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width() - lead - tail);
    let galley = ui.painter().layout_job(job);
    if head.page {
        let at = pos2(rect.left() + 12.0, rect.center().y);
        ui.painter().text(at, Align2::LEFT_CENTER, icons::BOOK_OPEN_TEXT, theme::icon_font(14.0), cx.p.muted);
    }
    ui.painter().galley(pos2(rect.left() + lead, rect.center().y - galley.size().y / 2.0), galley, ink);
    let spot = Rect::from_center_size(pos2(rect.right() - 16.0, rect.center().y), Vec2::splat(24.0));
    if writing {
        ui.painter().text(
            spot.center(),
            Align2::CENTER_CENTER,
            icons::PENCIL_SIMPLE,
            theme::icon_font(14.0),
            p.accent_text,
        );
    } else if lit || here {
        let trash = ui.interact(spot, ui.scope_id().with("trash"), Sense::click());
        let name = cx.with(T::DeleteNamed, &[&title]);
        trash.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        let ink = if trash.hovered() { p.strong } else { p.muted };
        ui.painter().text(spot.center(), Align2::CENTER_CENTER, icons::TRASH, theme::icon_font(14.0), ink);
        if trash.on_hover_text(cx.t(T::DeleteToTrash)).clicked() {
            cx.push(Command::TrashConversation(head.id.clone()));
        }
    }
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    if response.clicked() && !here {
        cx.push(Command::OpenConversation(head.id.clone()));
    }
}
