//! Pictures between the paragraphs of a page, and under the turns of a conversation.

use egui::{
    Align2, Color32, CursorIcon, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2, WidgetInfo, pos2,
    vec2,
};

use super::layout::Gap;
use crate::domain::{Illustration, Page};
use crate::state::{Command, GalleryCommand, WriteCommand};
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::textures::{TexKey, Textures};
use crate::ui::theme::{self, RADIUS, S1, S2};
use crate::ui::{icons, picture, widgets};

/// Side of a picture in the text, points.
const SIDE: f32 = 168.0;
/// The line of buttons under it.
const FOOT: f32 = 28.0;

/// Pictures that are side by side below one line.
pub struct Row<'a> {
    pub gap: Gap,
    pub pictures: Vec<(&'a Illustration, bool)>,
}

/// The pictures of a page in the order of its text, each with whether its passage still reads as it did.
pub fn rows<'a>(cx: &Cx<'a>, page: &Page, width: f32) -> Vec<Row<'a>> {
    let text = page.text.as_str();
    let mut found: Vec<(usize, &Illustration, bool)> = Vec::new();
    for picture in &cx.state.write.open.pictures {
        let (end, same) = picture.passage.find(text);
        // Below the paragraph: passages that end in one share a row.
        let line = text[end..].find('\n').map_or(text.len(), |at| end + at);
        found.push((line, picture, same));
    }
    found.sort_by_key(|(line, picture, _)| (*line, picture.id));
    let beside = ((width + S2) / (SIDE + S2)).floor().max(1.0) as usize;
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut of = usize::MAX;
    for (line, picture, same) in found {
        match rows.last_mut().filter(|row| of == line && row.pictures.len() < beside) {
            Some(row) => row.pictures.push((picture, same)),
            None => {
                let after = text[..line].chars().count();
                rows.push(Row { gap: Gap { after, height: SIDE + FOOT + 2.0 * S2 }, pictures: vec![(picture, same)] });
            }
        }
        of = line;
    }
    rows
}

/// One row of pictures, its upper left corner at `at`.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, textures: &mut Textures, row: &Row<'_>, at: Pos2) {
    for (i, (picture, same)) in row.pictures.iter().enumerate() {
        let corner = at + vec2(i as f32 * (SIDE + S2), S2);
        one(ui, cx, textures, picture, *same, corner);
    }
}

/// The pictures of a turn, where it has any.
pub fn of_turn(ui: &mut Ui, cx: &mut Cx<'_>, textures: &mut Textures, turn: u64, content: &str) {
    let all = &cx.state.write.open.pictures;
    let pictures: Vec<&Illustration> = all.iter().filter(|picture| picture.passage.turn == turn).collect();
    if pictures.is_empty() {
        return;
    }
    let beside = ((ui.available_width() + S2) / (SIDE + S2)).floor().max(1.0) as usize;
    let rows = pictures.len().div_ceil(beside);
    let size = vec2(ui.available_width(), rows as f32 * (SIDE + FOOT + S2));
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    for (i, picture) in pictures.into_iter().enumerate() {
        let (x, y) = ((i % beside) as f32 * (SIDE + S2), (i / beside) as f32 * (SIDE + FOOT + S2));
        one(ui, cx, textures, picture, picture.passage.is(content), rect.min + vec2(x, y));
    }
}

fn one(ui: &mut Ui, cx: &mut Cx<'_>, textures: &mut Textures, picture: &Illustration, same: bool, corner: Pos2) {
    let rect = Rect::from_min_size(corner, Vec2::splat(SIDE));
    if !ui.is_rect_visible(rect.expand2(vec2(0.0, FOOT))) {
        return;
    }
    let id = ui.scope_id().with(("illustration", picture.id));
    let response = ui.interact(rect, id, Sense::click());
    let name = if same { cx.t(T::IllustrationOf).to_owned() } else { cx.t(T::IllustrationStale).to_owned() };
    let words: String = picture.passage.text.chars().take(60).collect();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{name}: {words}")));
    ui.painter().rect_filled(rect, RADIUS, cx.p.panel);
    match cx.state.gallery.thumbnails.get(&picture.path) {
        Some(small) => {
            let fit = picture::tile(small, rect, ui.pixels_per_point(), picture::look(cx));
            let texture = textures.get(ui.ctx(), TexKey::Thumbnail(picture.path.clone()), small, fit.scaling);
            let ink = if same { Color32::WHITE } else { Color32::WHITE.gamma_multiply(0.43) };
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter().image(texture, fit.rect, whole, ink);
        }
        None => {
            if cx.state.gallery.thumbnails.is_due(&picture.path) {
                cx.push(Command::Gallery(GalleryCommand::NeedThumbnail(picture.path.clone())));
            }
            let centre = Align2::CENTER_CENTER;
            ui.painter().text(rect.center(), centre, icons::IMAGE, theme::icon_font(24.0), cx.p.faint);
        }
    }
    let line = if response.has_focus() || response.hovered() { cx.p.line_strong } else { cx.p.line };
    ui.painter().rect_stroke(rect, RADIUS, Stroke::new(1.0, line), StrokeKind::Inside);
    let response = response.on_hover_text(format!("{}\n{words}", cx.t(T::OpenPictureHover)));
    if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
        cx.push(Command::OpenFile(picture.path.clone()));
    }
    let foot = Rect::from_min_size(rect.left_bottom() + vec2(0.0, S1), vec2(SIDE, FOOT - S1));
    ui.scope_builder(UiBuilder::new().scope_id(id.with("foot")).max_rect(foot), |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            if !same {
                ui.spacing_mut().item_spacing.x = S1;
                widgets::badge(ui, icons::WARNING, cx.t(T::Stale), cx.p.warn).on_hover_text(cx.t(T::IllustrationStale));
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if widgets::icon_button(ui, icons::X, cx.t(T::RemoveIllustration)).clicked() {
                    cx.push(Command::Write(WriteCommand::RemoveIllustration(picture.id)));
                }
                if cx.state.create.helper.is_none()
                    && widgets::icon_button(ui, icons::ARROWS_CLOCKWISE, cx.t(T::IllustrateAgain)).clicked()
                {
                    cx.push(Command::Write(WriteCommand::IllustrateAgain(picture.id)));
                }
            });
        });
    });
}
