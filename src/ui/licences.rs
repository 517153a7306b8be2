//! The licences of everything in the program: a list, and the texts of one of them. In place of Settings.

use egui::style::ScrollAnimation;
use egui::{
    Align, CentralPanel, CursorIcon, EventFilter, Frame, Id, Key, Label, Layout, Margin, Modifiers, Popup, Rect,
    Response, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::cx::Cx;
use super::texts::T;
use super::theme::{self, BODY, RADIUS, S1, S2, S3, SMALL};
use super::{elide, eye, icons, layout, shortcuts, widgets};
use crate::about::{Component, Group, Licences, Passage};
use crate::lang::Lang;
use crate::state::{AboutCommand, Command};

const ROW: f32 = 32.0;

/// The passages that are read, as they were made last, and of what.
#[derive(Default)]
pub struct LicencesView {
    made_of: Option<(usize, Lang)>,
    passages: Vec<Passage>,
    /// The frame in which the licences were last shown.
    frame: u64,
    /// The line of the list that Tab comes to: the arrows move it, and a click.
    at: usize,
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut LicencesView) {
    let frame = Frame::new().fill(cx.p.canvas).inner_margin(Margin::symmetric(24, 16));
    CentralPanel::default().frame(frame).show(ui, |ui| {
        layout::column(ui, layout::TEXT_WIDTH, |ui| {
            ui.spacing_mut().item_spacing.y = S2;
            head(ui, cx);
            let opened = view.opened(ui.ctx().cumulative_frame_nr());
            let state = cx.state;
            let Some(all) = &state.about.licences else {
                widgets::muted(ui, cx.t(T::LicencesReading));
                return;
            };
            let read = state.about.read.and_then(|number| Some((number, all.components.get(number)?)));
            match read {
                Some((number, component)) => {
                    view.make(all, number, component, cx.lang);
                    text(ui, cx, number, component, &view.passages);
                }
                None => list(ui, cx, all, opened, &mut view.at),
            }
        });
    });
}

impl LicencesView {
    /// Whether the frame before showed something else.
    fn opened(&mut self, frame: u64) -> bool {
        frame > std::mem::replace(&mut self.frame, frame) + 1
    }

    fn make(&mut self, all: &Licences, number: usize, component: &Component, lang: Lang) {
        if self.made_of != Some((number, lang)) {
            self.made_of = Some((number, lang));
            self.passages = all.passages(component, lang);
        }
    }
}

fn push(cx: &mut Cx<'_>, command: AboutCommand) {
    cx.push(Command::About(command));
}

fn head(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if widgets::icon_button(ui, icons::X, cx.t(T::Close)).clicked() {
                push(cx, AboutCommand::Close);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| widgets::heading(ui, cx.t(T::Licences)));
        });
    });
}

/// A row of the list.
enum Line<'a> {
    Group(Group),
    Component(usize, &'a Component),
}

fn list(ui: &mut Ui, cx: &mut Cx<'_>, all: &Licences, opened: bool, at: &mut usize) {
    ui.add(Label::new(RichText::new(cx.t(T::LicencesAbout)).size(BODY).color(cx.p.muted)).wrap());
    let lines: Vec<Line<'_>> = Group::ALL
        .into_iter()
        .flat_map(|group| {
            let components = all.of(group).map(|(number, component)| Line::Component(number, component));
            std::iter::once(Line::Group(group)).chain(components)
        })
        .collect();
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut area = ScrollArea::vertical().id_salt("licences").auto_shrink(false).min_scrolled_height(0.0);
    if opened {
        area = area.vertical_scroll_offset(0.0);
    }
    let is_component = |line: &usize| matches!(lines[*line], Line::Component(..));
    area.show_rows(ui, ROW, lines.len(), |ui, range| {
        scroll_by_keys(ui);
        // The list is one stop of Tab: a line in sight.
        let stop = if range.contains(at) && is_component(at) { Some(*at) } else { range.clone().find(is_component) };
        for line in range {
            match &lines[line] {
                Line::Group(group) => title(ui, cx, all, *group),
                Line::Component(number, component) => {
                    let response = row(ui, cx, *number, component, stop == Some(line));
                    if response.clicked() {
                        *at = line;
                    }
                    if stop == Some(line)
                        && response.has_focus()
                        && let Some(next) = beside(ui, &response, line, lines.len(), is_component)
                    {
                        *at = next;
                        let down = ROW * (next as f32 - line as f32);
                        ui.scroll_to_rect(response.rect.translate(vec2(0.0, down)), None);
                    }
                }
            }
        }
    });
}

/// The line that an arrow leads to, past the titles.
fn beside(
    ui: &Ui,
    response: &Response,
    line: usize,
    count: usize,
    is_component: impl Fn(&usize) -> bool,
) -> Option<usize> {
    let arrows = EventFilter { vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::ArrowDown) {
        (line + 1..count).find(is_component)
    } else if pressed(Key::ArrowUp) {
        (0..line).rev().find(is_component)
    } else {
        None
    }
}

fn title(ui: &mut Ui, cx: &Cx<'_>, all: &Licences, group: Group) {
    let text = match group {
        Group::Own | Group::Data => group.name(cx.lang).to_owned(),
        Group::Packages => cx.with(T::LicencesPackages, &[&all.of(group).count()]),
    };
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let font = theme::strong(BODY);
    let shown = elide::name(ui, &text, &font, rect.width() - S3);
    let galley = ui.painter().layout_no_wrap(shown.into_owned(), font, cx.p.strong);
    ui.painter().galley(pos2(rect.left(), rect.bottom() - S1 - galley.size().y), galley, cx.p.strong);
    eye::heading(ui, rect, &text);
}

fn row(ui: &mut Ui, cx: &mut Cx<'_>, number: usize, component: &Component, is_stop: bool) -> Response {
    ui.push_id(number, |ui| {
        let (outer, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
        // The focus stays with whichever is the stop.
        let response = if is_stop {
            ui.interact(outer, Id::unique("licence-stop"), Sense::click())
        } else {
            ui.interact(outer, ui.scope_id().with("row"), Sense::click() - Sense::FOCUSABLE)
        };
        let name = component.title();
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{name}, {}", component.licence)));
        // The bar of the list has its own room.
        let rect = Rect::from_min_max(outer.min, pos2(outer.right() - S3, outer.bottom() - 2.0));
        let lit = response.hovered() || response.has_focus();
        let (fill, line) = if lit { (cx.p.hover, cx.p.line_strong) } else { (cx.p.panel, cx.p.line) };
        ui.painter().rect(rect, RADIUS, fill, Stroke::new(1.0, line), StrokeKind::Inside);
        let font = theme::small();
        let licence = elide::name(ui, &component.licence, &font, rect.width() * 0.4);
        let licence = ui.painter().layout_no_wrap(licence.into_owned(), font, cx.p.muted);
        let from = rect.right() - S3 - licence.size().x;
        let middle = |height: f32| rect.center().y - height / 2.0;
        ui.painter().galley(pos2(from, middle(licence.size().y)), licence, cx.p.muted);
        let font = theme::body();
        let name = elide::name(ui, &name, &font, from - S3 - rect.left() - S3);
        let name = ui.painter().layout_no_wrap(name.into_owned(), font, cx.p.text);
        ui.painter().galley(pos2(rect.left() + S3, middle(name.size().y)), name, cx.p.text);
        let response = response.on_hover_cursor(CursorIcon::PointingHand);
        if response.clicked() {
            push(cx, AboutCommand::Read(Some(number)));
        }
        response
    })
    .inner
}

fn text(ui: &mut Ui, cx: &mut Cx<'_>, number: usize, component: &Component, passages: &[Passage]) {
    layout::flow(ui, |ui| {
        if widgets::button(ui, icons::CARET_LEFT, cx.t(T::BackToLicences)).clicked() {
            push(cx, AboutCommand::Read(None));
        }
        if widgets::button(ui, icons::COPY, cx.t(T::CopyLicence)).clicked() {
            push(cx, AboutCommand::CopyLicence);
        }
    });
    let title = component.title();
    eye::is_heading(&elide::label(ui, &title, &title, theme::strong(BODY), cx.p.strong), &title);
    let about = component.about.as_ref().map(|about| format!(" · {}", about.get(cx.lang))).unwrap_or_default();
    widgets::muted(ui, format!("{}{about}", component.licence));
    let frame = Frame::new().fill(cx.p.panel).stroke(Stroke::new(1.0, cx.p.line)).corner_radius(8).inner_margin(16);
    frame.show(ui, |ui| {
        let area = ScrollArea::vertical().id_salt(("licence", number)).auto_shrink(false).min_scrolled_height(0.0);
        area.show(ui, |ui| {
            scroll_by_keys(ui);
            for passage in passages {
                match passage {
                    Passage::File(name) => drop(widgets::section(ui, name)),
                    Passage::Note(note) => drop(widgets::muted(ui, note)),
                    // Laid out once: egui keeps it while it is shown, and paints what is in sight.
                    Passage::Text(text) => {
                        let text = RichText::new(text).size(SMALL).color(cx.p.text);
                        ui.add(Label::new(text).wrap().selectable(true));
                    }
                }
            }
        });
    });
}

/// Arrows, Space, pages, Home and End, where no menu and no button has the keys.
fn scroll_by_keys(ui: &mut Ui) {
    if Popup::is_any_open(ui.ctx()) || ui.memory(|memory| memory.focused().is_some()) {
        return;
    }
    let way = shortcuts::way(ui);
    if way != 0.0 {
        ui.scroll_with_delta_animation(vec2(0.0, way), ScrollAnimation::none());
    }
}
