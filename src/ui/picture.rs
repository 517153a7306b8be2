//! How large a picture is drawn: fitted to its room and smooth, or small ones in whole multiples of their pixels.

use egui::epaint::RectShape;
use egui::{Color32, Pos2, Rect, TextureId, Ui, Vec2, pos2, vec2};

use super::cx::Cx;
use super::textures::{Scaling, Textures};
use super::theme::{RADIUS, S6};
use crate::domain::Picture;

pub const UV: Rect = Rect { min: Pos2 { x: 0.0, y: 0.0 }, max: Pos2 { x: 1.0, y: 1.0 } };

/// Where a picture is drawn, in points, and how it is scaled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    pub rect: Rect,
    pub scaling: Scaling,
    /// Screen pixels for one of the picture's.
    pub scale: f32,
}

/// The room of a picture in the space left for it: with a margin, which shrinks first.
pub fn within(room: Rect) -> Rect {
    room.shrink(S6.min(room.size().min_elem().max(0.0) / 8.0))
}

/// How small pictures are enlarged, as the person chose.
pub fn look(cx: &Cx<'_>) -> Scaling {
    if cx.state.settings.pixels { Scaling::Crisp } else { Scaling::Smooth }
}

/// Below this, a picture is not enlarged: its own pixels are sharper.
const LEAST: f32 = 1.5;

/// Fits `picture` into `room` at `ppp` screen pixels a point.
pub fn fit(picture: &Picture, room: Rect, ppp: f32, look: Scaling) -> Fit {
    let (w, h) = (picture.width.max(1) as f32, picture.height.max(1) as f32);
    let exact = (room.width() * ppp / w).min(room.height() * ppp / h).max(1.0 / w.max(h));
    let whole = exact >= 1.0 && (look == Scaling::Crisp || exact < LEAST);
    at_scale(vec2(w, h), room.center(), if whole { exact.floor() } else { exact }, ppp, look)
}

/// [`fit`] for one of many tiles, which it fills: beside its neighbours a smaller one looks like another size.
pub fn tile(picture: &Picture, room: Rect, ppp: f32, look: Scaling) -> Fit {
    let (w, h) = (picture.width.max(1) as f32, picture.height.max(1) as f32);
    let exact = (room.width() * ppp / w).min(room.height() * ppp / h).max(1.0 / w.max(h));
    let whole = look == Scaling::Crisp && exact >= 2.0;
    at_scale(vec2(w, h), room.center(), if whole { exact.floor() } else { exact }, ppp, look)
}

/// The picture at `scale`, its middle near `centre`, its edges on screen pixels.
pub fn at_scale(size: Vec2, centre: Pos2, scale: f32, ppp: f32, look: Scaling) -> Fit {
    let points = size * scale / ppp;
    let min = centre - points / 2.0;
    let min = pos2((min.x * ppp).round() / ppp, (min.y * ppp).round() / ppp);
    let scaling = if scale >= 2.0 { look } else { Scaling::Smooth };
    Fit { rect: Rect::from_min_size(min, points), scaling, scale }
}

/// Squares behind a picture that may be transparent.
pub fn checkerboard(ui: &Ui, textures: &mut Textures, rect: Rect) {
    squares(ui, textures, rect, 0);
}

/// A picture on squares, its corners as round as those of a tile.
pub fn rounded(ui: &Ui, textures: &mut Textures, id: TextureId, rect: Rect) {
    squares(ui, textures, rect, RADIUS);
    ui.painter().add(RectShape::filled(rect, RADIUS, Color32::WHITE).with_texture(id, UV));
}

fn squares(ui: &Ui, textures: &mut Textures, rect: Rect, radius: u8) {
    let id = textures.checker(ui.ctx(), ui.visuals().dark_mode);
    // Two squares of 8 points make one repeat of the texture.
    let uv = Rect::from_min_size(pos2(0.0, 0.0), rect.size() / 16.0);
    ui.painter().add(RectShape::filled(rect, radius, Color32::WHITE).with_texture(id, uv));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32) -> Picture {
        Picture { width, height, rgba: Vec::new() }
    }

    #[test]
    fn a_sticker_fills_its_room_and_is_smooth() {
        let room = Rect::from_min_size(pos2(10.0, 5.0), vec2(700.0, 500.0));
        let fit = fit(&picture(64, 64), room, 1.0, Scaling::Smooth);
        assert_eq!((fit.scale, fit.scaling), (500.0 / 64.0, Scaling::Smooth));
        assert_eq!(fit.rect.size(), vec2(500.0, 500.0));
    }

    #[test]
    fn as_pixels_a_sticker_is_scaled_by_a_whole_number_and_crisp() {
        let room = Rect::from_min_size(pos2(10.3, 5.7), vec2(700.0, 500.0));
        let fit = fit(&picture(64, 64), room, 1.0, Scaling::Crisp);
        assert_eq!((fit.scale, fit.scaling), (7.0, Scaling::Crisp));
        assert_eq!(fit.rect.size(), vec2(448.0, 448.0));
        assert_eq!(fit.rect.min, fit.rect.min.round());
    }

    #[test]
    fn whole_numbers_count_screen_pixels_not_points() {
        let room = Rect::from_min_size(Pos2::ZERO, vec2(100.0, 100.0));
        assert_eq!(fit(&picture(64, 64), room, 2.0, Scaling::Crisp).scale, 3.0);
    }

    #[test]
    fn a_large_picture_is_scaled_down_to_fit_and_smooth() {
        let room = Rect::from_min_size(Pos2::ZERO, vec2(500.0, 400.0));
        let fit = fit(&picture(2000, 1000), room, 1.0, Scaling::Crisp);
        assert_eq!((fit.scale, fit.scaling), (0.25, Scaling::Smooth));
        assert!(room.contains_rect(fit.rect));
    }

    /// Regression: pictures of 512 points in tiles of 710 were drawn at 512, and jumped when they were done.
    #[test]
    fn in_a_tile_a_picture_is_as_large_as_the_tile() {
        let room = Rect::from_min_size(Pos2::ZERO, vec2(710.0, 710.0));
        for look in [Scaling::Smooth, Scaling::Crisp] {
            assert_eq!(tile(&picture(512, 512), room, 1.0, look).rect, room);
        }
        assert_eq!(tile(&picture(64, 64), room, 1.0, Scaling::Crisp).scale, 11.0);
        assert_eq!(tile(&picture(2840, 1420), room, 1.0, Scaling::Smooth).rect.size(), vec2(710.0, 355.0));
    }

    #[test]
    fn a_picture_of_the_right_size_is_shown_pixel_for_pixel() {
        let room = Rect::from_min_size(Pos2::ZERO, vec2(700.0, 700.0));
        for look in [Scaling::Smooth, Scaling::Crisp] {
            assert_eq!(fit(&picture(512, 512), room, 1.0, look).scale, 1.0);
        }
    }
}
