//! The grid: days as heads, and of the rows below them only those that are in sight.

use std::ops::Range;

use egui::{
    Align2, Color32, Id, Key, Label, Modifiers, Rect, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui,
    UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

use super::super::cx::Cx;
use super::super::keys::{self, Act};
use super::super::texts::T;
use super::super::textures::{TexKey, Textures};
use super::super::theme::{self, BODY, RADIUS, S2};
use super::super::{days, eye, icons, menu, picture};
use super::caption;
use crate::domain::{CELL, LibraryItem};
use crate::state::{Command, GalleryCommand};

/// Height of a day's head.
const HEAD: f32 = 32.0;

/// Where everything is, for one list and one width.
#[derive(Default)]
pub struct Grid {
    rows: Vec<Row>,
    height: f32,
    side: f32,
    made_of: Option<(u64, usize, u32, i64)>,
    /// The search and the selection of the last frame.
    search: String,
    selected: Option<std::path::PathBuf>,
    /// How far it was scrolled in the last frame, and the height of what was in sight.
    offset: f32,
    sight: f32,
    /// Where the keys are, and the chosen picture that they have left there.
    cursor: Option<(std::path::PathBuf, Option<std::path::PathBuf>)>,
    /// The last click on a card.
    clicked: Option<FirstClick>,
    /// Cells that were drawn in the last frame.
    pub drawn: usize,
}

/// Seconds between two clicks that are one double click: a window that is drawn slowly sees them late.
const DOUBLE: f64 = 0.5;
/// Points that the pointer may move between them.
const NEAR: f32 = 8.0;

/// A click that may be the first of two: the grid may have moved under the pointer before the second.
struct FirstClick {
    card: std::path::PathBuf,
    at: egui::Pos2,
    time: f64,
}

#[derive(Clone, Debug, PartialEq)]
struct Row {
    top: f32,
    kind: RowKind,
}

#[derive(Clone, Debug, PartialEq)]
enum RowKind {
    Day(i64),
    /// Places in what is found.
    Cells(Range<usize>),
}

/// Rows of `days`, one entry a picture in order, and the height of all.
fn lay_out(days: impl Iterator<Item = i64>, columns: usize, side: f32) -> (Vec<Row>, f32) {
    let mut rows: Vec<Row> = Vec::new();
    let below = |rows: &[Row]| rows.last().map_or(0.0, |last| last.top + side + S2);
    let mut day = None;
    for (place, this) in days.enumerate() {
        if day != Some(this) {
            day = Some(this);
            let top = below(&rows);
            rows.push(Row { top, kind: RowKind::Day(this) });
            rows.push(Row { top: top + HEAD, kind: RowKind::Cells(place..place + 1) });
            continue;
        }
        match rows.last_mut().map(|row| &mut row.kind) {
            Some(RowKind::Cells(range)) if range.len() < columns => range.end += 1,
            _ => {
                let top = below(&rows);
                rows.push(Row { top, kind: RowKind::Cells(place..place + 1) });
            }
        }
    }
    let height = below(&rows);
    (rows, height)
}

/// The place that an arrow leads to from `at`.
fn beside(rows: &[Row], at: usize, key: Key) -> Option<usize> {
    let ranges: Vec<&Range<usize>> =
        rows.iter().filter_map(|row| if let RowKind::Cells(range) = &row.kind { Some(range) } else { None }).collect();
    let last = ranges.last()?.end - 1;
    let row = ranges.iter().position(|range| range.contains(&at))?;
    let column = at - ranges[row].start;
    let into = |row: usize| ranges.get(row).map(|range| (range.start + column).min(range.end - 1));
    Some(match key {
        Key::ArrowLeft => at.saturating_sub(1),
        Key::ArrowRight => (at + 1).min(last),
        Key::ArrowUp => row.checked_sub(1).and_then(into).unwrap_or(at),
        Key::ArrowDown => into(row + 1).unwrap_or(at),
        Key::Home => 0,
        Key::End => last,
        _ => return None,
    })
}

const ARROWS: [Key; 6] = [Key::ArrowLeft, Key::ArrowRight, Key::ArrowUp, Key::ArrowDown, Key::Home, Key::End];

impl Grid {
    /// The arrow keys move the selection, Space and Enter open it, Ctrl+A marks all.
    pub fn keys(&mut self, ui: &Ui, cx: &mut Cx<'_>, found: &[usize], items: &[LibraryItem]) {
        // An open menu has the arrows and Enter for itself.
        if ui.ctx().text_edit_focused() || keys::is_behind(ui) || egui::Popup::is_any_open(ui.ctx()) {
            return;
        }
        let pressed = |modifiers, key| ui.input_mut(|i| i.consume_key(modifiers, key));
        if keys::pressed_in(ui, Act::MarkAll) {
            cx.push(Command::Gallery(GalleryCommand::MarkAll));
        }
        let place = |path: &std::path::Path| found.iter().position(|i| items[*i].path == path);
        let selected = cx.state.gallery.selected.as_deref();
        self.cursor.take_if(|(at, of)| of.as_deref() != selected && Some(at.as_path()) != selected);
        let at = selected.and_then(place);
        let from = self.cursor.as_ref().and_then(|(path, _)| place(path)).or(at);
        for key in ARROWS {
            let walks = pressed(Modifiers::COMMAND, key);
            let extends = !walks && pressed(Modifiers::SHIFT, key);
            if !walks && !extends && !pressed(Modifiers::NONE, key) {
                continue;
            }
            let first = if key == Key::End { found.len().checked_sub(1) } else { Some(0) };
            let next = from.map_or(first, |from| beside(&self.rows, from, key));
            let Some(path) = next.and_then(|next| found.get(next)).map(|i| items[*i].path.clone()) else { continue };
            self.cursor = (walks || extends).then(|| (path.clone(), selected.map(std::path::Path::to_owned)));
            cx.push(if walks {
                continue;
            } else if extends && at.is_some() {
                Command::Gallery(GalleryCommand::MarkTo(path))
            } else {
                Command::Gallery(GalleryCommand::Select(Some(path)))
            });
        }
        if keys::pressed_in(ui, Act::Toggle)
            && let Some(i) = from.and_then(|from| found.get(from))
        {
            cx.push(Command::Gallery(GalleryCommand::Mark(items[*i].path.clone())));
        }
        // A button that has the keyboard takes them for itself.
        let free = ui.memory(|memory| memory.focused().is_none());
        if free && at.is_some() && keys::pressed_in(ui, Act::Full) {
            cx.push(Command::Gallery(GalleryCommand::ShowFull(true)));
        }
    }

    pub fn show(
        &mut self,
        ui: &mut Ui,
        cx: &mut Cx<'_>,
        textures: &mut Textures,
        found: &[usize],
        items: &[LibraryItem],
    ) {
        let room = ui.available_width() - S2;
        let wanted = CELL.clamp(cx.state.settings.thumbnails.unwrap_or(CELL.default as f32).into()) as f32;
        let columns = ((room + S2) / (wanted + S2)).floor().max(1.0);
        self.side = ((room - S2 * (columns - 1.0)) / columns).floor();
        let gallery = &cx.state.gallery;
        let made_of = (gallery.serial, found.len(), self.side as u32, days::day(cx.state.now_ms));
        if self.made_of != Some(made_of) || self.search != gallery.search {
            let days = found.iter().map(|i| days::day(items[*i].made_ms));
            (self.rows, self.height) = lay_out(days, columns as usize, self.side);
            self.made_of = Some(made_of);
        }
        let mut area = ScrollArea::vertical().id_salt("grid").auto_shrink(false);
        if let Some(offset) = self.wanted_offset(cx, found, items) {
            area = area.vertical_scroll_offset(offset);
        }
        let shown = area.show_viewport(ui, |ui, sight| {
            ui.set_height(self.height);
            let origin = ui.max_rect().min;
            let first = self.rows.partition_point(|row| row.top + self.side.max(HEAD) < sight.min.y);
            for at in first..self.rows.len() {
                let Row { top, kind } = self.rows[at].clone();
                if top > sight.max.y {
                    break;
                }
                match kind {
                    RowKind::Day(day) => {
                        let rect = Rect::from_min_size(origin + vec2(0.0, top), vec2(room, HEAD - S2));
                        head(ui, cx, rect, day);
                    }
                    RowKind::Cells(range) => {
                        for (column, place) in range.enumerate() {
                            let left = column as f32 * (self.side + S2);
                            let rect = Rect::from_min_size(origin + vec2(left, top), Vec2::splat(self.side));
                            self.drawn += 1;
                            self.cell(ui, cx, textures, &items[found[place]], rect);
                        }
                    }
                }
            }
        });
        (self.offset, self.sight) = (shown.state.clamped_offset().y, shown.inner_rect.height());
    }

    /// Where to scroll to: to the top after another search, to the selected picture where it is out of sight.
    fn wanted_offset(&mut self, cx: &Cx<'_>, found: &[usize], items: &[LibraryItem]) -> Option<f32> {
        let gallery = &cx.state.gallery;
        if self.search != gallery.search {
            self.search.clone_from(&gallery.search);
            self.selected.clone_from(&gallery.selected);
            return Some(0.0);
        }
        let now = self.cursor.as_ref().map(|(path, _)| path).or(gallery.selected.as_ref());
        if self.selected.as_ref() == now {
            return None;
        }
        self.selected = now.cloned();
        let path = self.selected.as_ref()?;
        let place = found.iter().position(|i| items[*i].path == *path)?;
        let holds = |row: &&Row| matches!(&row.kind, RowKind::Cells(range) if range.contains(&place));
        let top = self.rows.iter().find(holds)?.top;
        let (above, below) = (top - HEAD, top + self.side + S2 - self.sight);
        if self.sight <= 0.0 {
            None
        } else if top < self.offset {
            Some(above.max(0.0))
        } else {
            (below > self.offset).then_some(below)
        }
    }

    /// What is meant where this click on `item` is the second of two: the card of the first.
    fn second_click(&mut self, ui: &Ui, item: &LibraryItem) -> Option<std::path::PathBuf> {
        let primary = egui::PointerButton::Primary;
        let (releases, time) = ui.input(|i| {
            let up = |e: &egui::Event| matches!(e, egui::Event::PointerButton { button, pressed: false, .. } if *button == primary);
            (i.events.iter().filter(|e| up(e)).count(), i.time)
        });
        let at = ui.input(|i| i.pointer.interact_pos())?;
        let near = |first: &FirstClick| time - first.time <= DOUBLE && first.at.distance(at) <= NEAR;
        let first = self.clicked.take().filter(near);
        if first.is_some() || releases > 1 {
            return Some(first.map_or_else(|| item.path.clone(), |first| first.card));
        }
        self.clicked = Some(FirstClick { card: item.path.clone(), at, time });
        None
    }

    fn cell(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, textures: &mut Textures, item: &LibraryItem, rect: Rect) {
        let gallery = &cx.state.gallery;
        let name = match gallery.thumbnails.broken(&item.path) {
            Some(_) => format!("{} · {}", cx.t(T::BrokenPicture), caption(item)),
            None => caption(item),
        };
        let marked = gallery.marked.contains(&item.path);
        let selected = marked || (gallery.marked.is_empty() && gallery.selected.as_ref() == Some(&item.path));
        let response = ui.interact(rect, Id::unique(("gallery-cell", &item.path)), Sense::click());
        response.widget_info(|| {
            WidgetInfo::selected(Role::ListBoxOption, true, selected, cx.with(T::PictureNamed, &[&name]))
        });
        ui.painter().rect_filled(rect, RADIUS, cx.p.panel);
        match gallery.thumbnails.get(&item.path) {
            Some(thumbnail) => {
                let fit = picture::tile(thumbnail, rect.shrink(4.0), ui.pixels_per_point(), picture::look(cx));
                let id = textures.get(ui.ctx(), TexKey::Thumbnail(item.path.clone()), thumbnail, fit.scaling);
                ui.painter().image(id, fit.rect, picture::UV, Color32::WHITE);
            }
            None => {
                if gallery.thumbnails.is_due(&item.path) {
                    cx.push(Command::Gallery(GalleryCommand::NeedThumbnail(item.path.clone())));
                }
                let font = theme::icon_font(24.0);
                let is_broken = gallery.thumbnails.broken(&item.path).is_some();
                let (icon, ink) = if is_broken { (icons::IMAGE_BROKEN, cx.p.bad) } else { (icons::IMAGE, cx.p.faint) };
                ui.painter().text(rect.center(), Align2::CENTER_CENTER, icon, font, ink);
                if is_broken {
                    let at = rect.center() + vec2(0.0, 18.0);
                    ui.painter().text(at, Align2::CENTER_TOP, cx.t(T::BrokenPicture), theme::small(), cx.p.text);
                }
            }
        }
        let has_menu = egui::Popup::is_id_open(ui.ctx(), egui::Popup::default_response_id(&response));
        let has_cursor = self.cursor.as_ref().is_some_and(|(path, _)| *path == item.path);
        let stroke = match (selected, has_menu || has_cursor, response.hovered() || response.has_focus()) {
            (true, false, _) => Stroke::new(2.0, cx.p.accent_text),
            (_, true, _) => Stroke::new(3.0, cx.p.strong),
            (_, _, true) => Stroke::new(1.0, cx.p.muted),
            _ => Stroke::new(1.0, cx.p.line),
        };
        ui.painter().rect_stroke(rect, RADIUS, stroke, StrokeKind::Inside);
        if marked {
            let at = pos2(rect.right() - 14.0, rect.top() + 14.0);
            ui.painter().circle_filled(at, 9.0, cx.p.accent);
            ui.painter().text(at, Align2::CENTER_CENTER, icons::CHECK, theme::icon_font(12.0), cx.p.on_accent);
        }
        let modifiers = ui.input(|i| i.modifiers);
        let by_pointer = response.clicked_by(egui::PointerButton::Primary);
        let double = by_pointer && modifiers.is_none();
        if let Some(meant) = double.then(|| self.second_click(ui, item)).flatten() {
            cx.push(Command::Gallery(GalleryCommand::Select(Some(meant))));
            cx.push(Command::Gallery(GalleryCommand::ShowFull(true)));
        } else if response.clicked() && modifiers.command {
            cx.push(Command::Gallery(GalleryCommand::Mark(item.path.clone())));
        } else if response.clicked() && modifiers.shift {
            cx.push(Command::Gallery(GalleryCommand::MarkTo(item.path.clone())));
        } else if response.clicked() {
            cx.push(Command::Gallery(GalleryCommand::Select(Some(item.path.clone()))));
            // By Space or Enter on a cell that has the keyboard.
            if !by_pointer {
                cx.push(Command::Gallery(GalleryCommand::ShowFull(true)));
            }
        }
        let chosen = gallery.selected.as_ref() == Some(&item.path);
        menu::beside(ui, &response, chosen, |ui| entries(ui, cx, item, marked));
        response.on_hover_text(name);
    }
}

/// The menu of a picture.
fn entries(ui: &mut Ui, cx: &mut Cx<'_>, item: &LibraryItem, marked: bool) {
    let path = || item.path.clone();
    let open =
        vec![Command::Gallery(GalleryCommand::Select(Some(path()))), Command::Gallery(GalleryCommand::ShowFull(true))];
    let mut items = vec![(T::OpenFull, open)];
    if item.record.is_some() {
        items.push((T::UseSettings, vec![Command::Gallery(GalleryCommand::UseItem(path()))]));
    }
    items.extend([
        (T::SaveAs, vec![Command::Gallery(GalleryCommand::SaveItemAs(path()))]),
        (T::Copy, vec![Command::Gallery(GalleryCommand::CopyItem(path()))]),
        (T::ShowInFolder, vec![Command::Reveal(path())]),
        (if marked { T::MarkOff } else { T::MarkOn }, vec![Command::Gallery(GalleryCommand::Mark(path()))]),
        (T::DeleteToTrash, vec![Command::Gallery(GalleryCommand::TrashItem(path()))]),
    ]);
    for (name, commands) in items {
        if ui.button(cx.t(name)).clicked() {
            commands.into_iter().for_each(|command| cx.push(command));
        }
    }
}

fn head(ui: &mut Ui, cx: &Cx<'_>, rect: Rect, day: i64) {
    let name = days::name(cx, day, days::day(cx.state.now_ms));
    let text = RichText::new(&name).font(theme::strong(BODY)).color(cx.p.muted);
    let builder = UiBuilder::new().max_rect(rect).id_salt(("day", day));
    let label = ui.scope_builder(builder, |ui| ui.add(Label::new(text).truncate())).inner;
    eye::is_heading(&label, &name);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(rows: &[Row]) -> Vec<Range<usize>> {
        rows.iter()
            .filter_map(|r| if let RowKind::Cells(range) = &r.kind { Some(range.clone()) } else { None })
            .collect()
    }

    #[test]
    fn days_have_heads_and_rows_of_their_own() {
        let days = [9, 9, 9, 9, 9, 8, 6, 6];
        let (rows, height) = lay_out(days.into_iter(), 3, 100.0);
        assert_eq!(cells(&rows), [0..3, 3..5, 5..6, 6..8]);
        let heads: Vec<_> = rows.iter().filter(|r| matches!(r.kind, RowKind::Day(_))).map(|r| r.top).collect();
        assert_eq!(heads, [0.0, HEAD + 2.0 * (100.0 + S2), 2.0 * HEAD + 3.0 * (100.0 + S2)]);
        assert_eq!(height, 3.0 * HEAD + 4.0 * (100.0 + S2));
        assert_eq!(lay_out([].into_iter(), 3, 100.0), (Vec::new(), 0.0));
    }

    #[test]
    fn arrows_go_over_the_heads() {
        let (rows, _) = lay_out([9, 9, 9, 9, 9, 8, 6, 6].into_iter(), 3, 100.0);
        let go = |at, key| beside(&rows, at, key).unwrap();
        assert_eq!([go(0, Key::ArrowRight), go(2, Key::ArrowRight), go(7, Key::ArrowRight)], [1, 3, 7]);
        assert_eq!([go(1, Key::ArrowDown), go(2, Key::ArrowDown), go(4, Key::ArrowDown)], [4, 4, 5]);
        assert_eq!([go(7, Key::ArrowUp), go(5, Key::ArrowUp), go(1, Key::ArrowUp)], [5, 3, 1]);
        assert_eq!([go(3, Key::Home), go(3, Key::End), go(0, Key::ArrowLeft)], [0, 7, 0]);
    }
}
