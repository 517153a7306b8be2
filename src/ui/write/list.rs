//! The list of conversations: the pinned ones, then by day; what a search found in titles and in texts.

use std::collections::HashMap;
use std::ops::Range;

use egui::{
    Align2, CursorIcon, Frame, Id, Margin, Panel, Rect, Response, Role, ScrollArea, Sense, Ui, UiBuilder, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::snippet;
use crate::domain::{ConversationHead, ConversationId, TextHit, TrashKind};
use crate::state::{Command, PageCommand, PersonaCommand, TrashCommand, WriteCommand};
use crate::ui::cx::Cx;
use crate::ui::keys::{self, Act};
use crate::ui::texts::T;
use crate::ui::theme::{self, RADIUS, S1, S2};
use crate::ui::widgets;
use crate::ui::{days, elide, eye, fields, icons, layout, letters, menu, quotes};

const ROW: f32 = 32.0;
/// A hit has its snippet on a second line.
const HIT: f32 = 48.0;

#[derive(Default)]
pub struct ListView {
    /// The conversation whose title is typed in its row, once it is open for that.
    renaming: Option<ConversationId>,
    /// The order and the days as the pointer found them.
    kept: Option<Vec<(ConversationId, Option<i64>)>>,
}

impl ListView {
    /// Whether the title of this one is typed in its row.
    pub fn renames(&self, id: &ConversationId) -> bool {
        self.renaming.as_ref() == Some(id)
    }
}

enum Row {
    Pinned,
    Day(i64),
    /// Place in the filtered list.
    Head(usize),
    /// What follows was found in texts; whether more may come.
    InTexts(bool),
    Hit(usize),
}

impl Row {
    fn height(&self) -> f32 {
        if matches!(self, Self::Hit(_)) { HIT } else { ROW }
    }
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut ListView) {
    let frame = Frame::new().inner_margin(Margin::symmetric(12, 8));
    Panel::top("conversations-head").resizable(false).show_separator_line(false).frame(frame).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = S2;
        top(ui, cx);
    });
    let foot = Frame::new().inner_margin(Margin::symmetric(12, 8));
    Panel::bottom("conversations-foot").resizable(false).show_separator_line(false).frame(foot).show(ui, |ui| {
        if line(ui, cx, icons::TRASH, T::Trash, false).clicked() {
            cx.push(Command::Trash(TrashCommand::Show(TrashKind::Conversations)));
        }
    });
    let heads: Vec<&ConversationHead> = cx.state.write.found().collect();
    let searching = !cx.state.write.search.trim().is_empty();
    let text_search = &cx.state.write.text_search;
    if heads.is_empty() && text_search.hits.is_empty() && !(searching && text_search.running) {
        let empty = if cx.state.write.conversations.is_empty() { T::NoConversations } else { T::NothingFound };
        Frame::new().inner_margin(Margin::symmetric(16, 8)).show(ui, |ui| widgets::muted(ui, cx.t(empty)));
        return;
    }
    if keys::pressed_in(ui, Act::Rename) {
        // The row that has the keyboard, else the conversation that is open.
        let focused = ui.memory(|memory| memory.focused());
        let on_row = heads.iter().find(|head| focused == Some(row_id(&head.id)));
        let open = heads.iter().find(|head| cx.state.write.open.id.as_ref() == Some(&head.id));
        if let Some(head) = on_row.or(open) {
            begin_rename(cx, &mut view.renaming, head);
        }
    }
    // Nothing moves under the pointer.
    let over = ui.rect_contains_pointer(ui.max_rect());
    let (heads, days) = settled(&mut view.kept, heads, over);
    let rows = cut(&heads, &days, &text_search.hits, searching, text_search.running);
    let mut tops = Vec::with_capacity(rows.len() + 1);
    let mut total = 0.0;
    for row in &rows {
        tops.push(total);
        total += row.height();
    }
    let area = ScrollArea::vertical().id_salt("conversations").auto_shrink(false).min_scrolled_height(0.0);
    area.show_viewport(ui, |ui, viewport| {
        let outer = ui.max_rect();
        ui.set_height(total);
        for i in visible(&tops, viewport) {
            let at = pos2(outer.left(), outer.top() + tops[i]);
            let rect = Rect::from_min_size(at, vec2(outer.width(), rows[i].height()));
            match &rows[i] {
                Row::Pinned => heading(ui, cx, rect, cx.t(T::Pinned)),
                Row::Day(day) => heading(ui, cx, rect, &days::name(cx, *day, days::day(cx.state.now_ms))),
                Row::InTexts(more) => heading(ui, cx, rect, cx.t(if *more { T::SearchingTexts } else { T::InTexts })),
                Row::Head(i) => {
                    let id = ui.scope_id().with(&heads[*i].id.0);
                    let mut child = ui.new_child(UiBuilder::new().scope_id(id).max_rect(rect));
                    item(&mut child, cx, heads[*i], &mut view.renaming);
                }
                Row::Hit(i) => {
                    let hit = &cx.state.write.text_search.hits[*i];
                    let id = ui.scope_id().with(("hit", &hit.conversation.0, hit.turn));
                    let mut child = ui.new_child(UiBuilder::new().scope_id(id).max_rect(rect));
                    found(&mut child, cx, hit);
                }
            }
        }
    });
}

/// What begins a text, the characters, and the search.
fn top(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = S1;
        let width = ((ui.available_width() - theme::CONTROL) / 2.0 - S1).floor();
        let new = |ui: &mut Ui, cx: &Cx<'_>, icon, label: T, name: T, hover: T| {
            let button = egui::Button::new(layout::labelled(icon, 16.0, cx.t(label)));
            let response = ui.add(button.min_size(vec2(width, theme::CONTROL)));
            response.accessible_name(cx.t(name)).on_hover_text(cx.t(hover)).clicked()
        };
        if new(ui, cx, icons::PLUS, T::Chat, T::NewConversation, T::NewConversationHover) {
            cx.push(Command::Write(WriteCommand::NewConversation));
        }
        if new(ui, cx, icons::BOOK_OPEN_TEXT, T::Page, T::NewPage, T::NewPageHover) {
            cx.push(Command::Write(WriteCommand::Page(PageCommand::New)));
        }
        if widgets::icon_button(ui, icons::FOLDER_OPEN, cx.t(T::ImportChat)).clicked() {
            cx.push(Command::ChooseFile);
        }
    });
    let shown = cx.state.personas.shown;
    let row = line(ui, cx, icons::IDENTIFICATION_CARD, T::Personas, shown);
    if row.on_hover_text(cx.t(T::PersonasHover)).clicked() {
        cx.push(Command::Persona(PersonaCommand::Show(!shown)));
    }
    if !cx.state.write.conversations.is_empty() {
        let name = cx.t(T::SearchConversations);
        if let Some(text) = widgets::search(ui, cx, fields::talks_id(), name, &cx.state.write.search) {
            cx.push(Command::Write(WriteCommand::SetSearch(text)));
        }
    }
}

/// A row that leads elsewhere.
fn line(ui: &mut Ui, cx: &Cx<'_>, icon: &str, name: T, shown: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::CONTROL), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, shown, cx.t(name)));
    ground(ui, cx, rect, &response, shown);
    let ink = if shown { cx.p.strong } else { cx.p.text };
    let at = pos2(rect.left() + S2, rect.center().y);
    ui.painter().text(at, Align2::LEFT_CENTER, icon, theme::icon_font(16.0), cx.p.muted);
    ui.painter().text(at + vec2(24.0, 0.0), Align2::LEFT_CENTER, cx.t(name), theme::body(), ink);
    response.on_hover_cursor(CursorIcon::PointingHand)
}

/// The conversations and their days, `None` for a pinned one. While the pointer is over them they stay in the order that it
/// found, but where one was pinned, begun or found since then.
fn settled<'a>(
    kept: &mut Option<Vec<(ConversationId, Option<i64>)>>,
    mut heads: Vec<&'a ConversationHead>,
    over: bool,
) -> (Vec<&'a ConversationHead>, Vec<Option<i64>>) {
    let day = |head: &&ConversationHead| (!head.pinned).then(|| days::day(head.changed_ms));
    let mut days: Vec<Option<i64>> = heads.iter().map(day).collect();
    let fresh = || heads.iter().map(|head| head.id.clone()).zip(days.iter().copied()).collect();
    if !over {
        *kept = None;
        return (heads, days);
    }
    let before = kept.get_or_insert_with(fresh);
    if heads.iter().map(|head| &head.id).eq(before.iter().map(|(id, _)| id)) {
        return (heads, days);
    }
    let places: HashMap<&ConversationId, (usize, Option<i64>)> =
        before.iter().enumerate().map(|(at, (id, day))| (id, (at, *day))).collect();
    let same = |(head, day): (&&ConversationHead, &Option<i64>)| {
        places.get(&head.id).is_some_and(|(_, before)| before.is_none() == day.is_none())
    };
    if heads.iter().zip(&days).all(same) {
        heads.sort_by_key(|head| places.get(&head.id).map(|(at, _)| *at));
        days = heads.iter().map(|head| places.get(&head.id).and_then(|(_, day)| *day)).collect();
    } else {
        *before = fresh();
    }
    (heads, days)
}

fn cut(heads: &[&ConversationHead], days: &[Option<i64>], hits: &[TextHit], searching: bool, more: bool) -> Vec<Row> {
    let mut rows = Vec::with_capacity(heads.len() + hits.len() + 16);
    let mut last = None;
    for (i, day) in days.iter().copied().enumerate().take(heads.len()) {
        if last != Some(day) {
            rows.push(day.map_or(Row::Pinned, Row::Day));
            last = Some(day);
        }
        rows.push(Row::Head(i));
    }
    if searching && (more || !hits.is_empty()) {
        rows.push(Row::InTexts(more));
        rows.extend((0..hits.len()).map(Row::Hit));
    }
    rows
}

fn visible(tops: &[f32], view: Rect) -> Range<usize> {
    let first = tops.partition_point(|top| *top <= view.top()).saturating_sub(1);
    first..tops.partition_point(|top| *top < view.bottom())
}

fn heading(ui: &Ui, cx: &Cx<'_>, rect: Rect, name: &str) {
    eye::heading(ui, rect, name);
    let at = pos2(rect.left() + 20.0, rect.bottom() - 7.0);
    ui.painter().text(at, Align2::LEFT_BOTTOM, name, theme::small(), cx.p.muted);
}

/// The background of a row. Returns whether it is lit.
fn ground(ui: &Ui, cx: &Cx<'_>, rect: Rect, response: &Response, here: bool) -> bool {
    let lit = response.hovered() || response.has_focus() || response.contains_pointer();
    if here || lit {
        ui.painter().rect_filled(rect, RADIUS, if here { cx.p.raised } else { cx.p.hover });
    }
    lit
}

fn item(ui: &mut Ui, cx: &mut Cx<'_>, head: &ConversationHead, renaming: &mut Option<ConversationId>) {
    let typed = cx.state.write.titling.as_ref().filter(|(id, _)| *id == head.id && renaming.as_ref() == Some(id));
    if let Some((_, title)) = typed {
        if rename(ui, cx, head, title) {
            *renaming = None;
        }
        return;
    }
    let p = cx.p;
    let here = cx.state.write.open.id.as_ref() == Some(&head.id) && !cx.state.personas.shown;
    let title = if head.title.trim().is_empty() { cx.t(T::Untitled) } else { head.title.as_str() };
    let (full, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let response = ui.interact(full, row_id(&head.id), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, here, title));
    let rect = full.shrink2(vec2(8.0, 1.0));
    // Buttons that the row has only while it is lit must not go when one of them gets the focus.
    let inside = ["pin", "trash"].map(|salt| ui.scope_id().with(salt));
    let lit =
        ground(ui, cx, rect, &response, here) || ui.memory(|m| m.focused().is_some_and(|id| inside.contains(&id)));
    let writing = cx.state.write.job_of(&head.id).is_some();
    let tail = if lit || here {
        64.0
    } else if writing {
        40.0
    } else {
        16.0
    };
    let ink = if here { p.strong } else { p.text };
    let lead = if head.page { 34.0 } else { 12.0 };
    let shown = elide::name(ui, title, &theme::body(), rect.width() - lead - tail);
    let response = if shown == title { response } else { response.on_hover_text(title) };
    let job = quotes::line(ui, &shown, theme::body(), ink);
    let galley = ui.painter().layout_job(job);
    if head.page {
        let at = pos2(rect.left() + 12.0, rect.center().y);
        ui.painter().text(at, Align2::LEFT_CENTER, icons::BOOK_OPEN_TEXT, theme::icon_font(14.0), cx.p.muted);
    }
    ui.painter().galley(pos2(rect.left() + lead, rect.center().y - galley.size().y / 2.0), galley, ink);
    let spot =
        |n: f32| Rect::from_center_size(pos2(rect.right() - 16.0 - 24.0 * n, rect.center().y), Vec2::splat(24.0));
    if lit || here {
        let (icon, name) = pin(cx, head, title);
        if corner(ui, cx, spot(1.0), "pin", icon, &name) {
            cx.push(Command::Write(WriteCommand::PinConversation(head.id.clone(), !head.pinned)));
        }
    }
    if writing {
        let at = spot(0.0).center();
        ui.painter().text(at, Align2::CENTER_CENTER, icons::PENCIL_SIMPLE, theme::icon_font(14.0), p.accent_text);
    } else if (lit || here) && corner(ui, cx, spot(0.0), "trash", icons::TRASH, &cx.with(T::DeleteNamed, &[&title])) {
        cx.push(Command::Write(WriteCommand::TrashConversation(head.id.clone())));
    }
    menu::of(ui, &response, false, |ui| {
        if widgets::menu_item(ui, cx.t(T::Rename)) {
            begin_rename(cx, renaming, head);
        }
        if widgets::menu_item(ui, cx.t(if head.pinned { T::Unpin } else { T::Pin })) {
            cx.push(Command::Write(WriteCommand::PinConversation(head.id.clone(), !head.pinned)));
        }
        if widgets::menu_item(ui, cx.t(T::DeleteToTrash)) {
            cx.push(Command::Write(WriteCommand::TrashConversation(head.id.clone())));
        }
    });
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    if response.double_clicked() {
        begin_rename(cx, renaming, head);
    } else if response.clicked() && !here {
        cx.push(Command::Write(WriteCommand::OpenConversation(head.id.clone())));
    }
}

/// The row of a conversation, wherever the list is.
fn row_id(id: &ConversationId) -> Id {
    Id::unique(("conversation-row", &id.0))
}

fn begin_rename(cx: &mut Cx<'_>, renaming: &mut Option<ConversationId>, head: &ConversationHead) {
    *renaming = Some(head.id.clone());
    cx.push(Command::Write(WriteCommand::BeginTitle(head.id.clone())));
}

fn pin(cx: &Cx<'_>, head: &ConversationHead, title: &str) -> (&'static str, String) {
    match head.pinned {
        true => (icons::PUSH_PIN_SLASH, cx.with(T::UnpinNamed, &[&title])),
        false => (icons::PUSH_PIN, cx.with(T::PinNamed, &[&title])),
    }
}

/// A small icon at the end of a row.
fn corner(ui: &mut Ui, cx: &Cx<'_>, spot: Rect, salt: &str, icon: &str, name: &str) -> bool {
    let response = ui.interact(spot, ui.scope_id().with(salt), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let ink = if response.hovered() || response.has_focus() { cx.p.strong } else { cx.p.muted };
    ui.painter().text(spot.center(), Align2::CENTER_CENTER, icon, theme::icon_font(14.0), ink);
    response.on_hover_text(name).clicked()
}

/// The title as a field in its row; whether that is over.
fn rename(ui: &mut Ui, cx: &mut Cx<'_>, head: &ConversationHead, title: &str) -> bool {
    let id = Id::unique("rename-conversation");
    let rect = ui.max_rect().shrink2(vec2(8.0, 1.0));
    let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _: f32| {
        quotes::typed(ui, text.as_str(), None, egui::Align::LEFT, quotes::PLAIN)
    };
    let mut text = title.to_owned();
    let field = id.with(&head.id.0);
    letters::came(ui.ctx(), field, title);
    let edit = egui::TextEdit::singleline(&mut text).id(field).margin(Margin::symmetric(8, 6)).layouter(&mut layouter);
    let response = ui.put(rect, edit).accessible_name(cx.t(T::Title));
    letters::shown(ui.ctx(), field, &text);
    let first =
        ui.data_mut(|d| std::mem::replace(d.get_temp_mut_or_default::<String>(id), head.id.0.clone()) != head.id.0);
    if first {
        response.request_focus();
        return false;
    }
    let over = super::typed_title(cx, ui, &response, &head.id, title, text);
    if over {
        ui.data_mut(|d| d.remove::<String>(id));
    }
    over
}

/// A place in a text.
fn found(ui: &mut Ui, cx: &mut Cx<'_>, hit: &TextHit) {
    let heads = &cx.state.write.conversations;
    let head = heads.iter().find(|head| head.id == hit.conversation);
    let title = head.map(|head| head.title.trim()).filter(|title| !title.is_empty()).unwrap_or(cx.t(T::Untitled));
    let (full, response) = ui.allocate_exact_size(vec2(ui.available_width(), HIT), Sense::click());
    let name = cx.with(T::FoundIn, &[&title, &hit.snippet]);
    response.widget_info(|| WidgetInfo::labeled(Role::ListBoxOption, true, &name));
    let rect = full.shrink2(vec2(8.0, 1.0));
    ground(ui, cx, rect, &response, false);
    let width = rect.width() - 24.0;
    let job = quotes::line(ui, &elide::name(ui, title, &theme::body(), width), theme::body(), cx.p.text);
    ui.painter().galley(rect.min + vec2(12.0, 5.0), ui.painter().layout_job(job), cx.p.text);
    let galley = snippet::layout(ui, cx.p, &hit.snippet, hit.words, width);
    ui.painter().galley(rect.min + vec2(12.0, 25.0), galley, cx.p.muted);
    if response.on_hover_text(&hit.snippet).on_hover_cursor(CursorIcon::PointingHand).clicked() {
        cx.push(Command::Write(WriteCommand::OpenHit(hit.conversation.clone(), hit.turn, hit.at)));
    }
}
