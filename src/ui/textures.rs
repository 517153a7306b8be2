//! Pictures on the graphics card: uploaded once, replaced in place when they change, dropped when the room that they
//! take passes the bound.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use egui::{ColorImage, Context, TextureFilter, TextureHandle, TextureId, TextureOptions};

use super::theme::Palette;
use crate::domain::{Enlarge, Filter, JobId, LayerName, Picture};
use crate::state::ShotKey;

/// Bytes of textures that are kept while nothing on screen needs them.
const BOUND: usize = 192 << 20;

/// Small pictures are enlarged to about this many pixels before the graphics card smooths them.
const SMOOTH_SIDE: u32 = 512;

/// What a texture shows. The picture behind a key may change (previews do).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TexKey {
    Preview(JobId),
    Shot(ShotKey),
    Thumbnail(PathBuf),
    Full(PathBuf),
    /// A scene whose layers are arranged: composed, its ground, and each layer.
    Composed(ShotKey),
    Ground(ShotKey),
    Layer(LayerName),
}

/// How a texture is scaled up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scaling {
    Smooth,
    /// Each texel a square: for small pictures shown large.
    Crisp,
}

struct Entry {
    picture: Arc<Picture>,
    handle: TextureHandle,
    bytes: usize,
    used: u64,
}

#[derive(Default)]
pub struct Textures {
    entries: HashMap<(TexKey, Scaling), Entry>,
    checker: [Option<TextureHandle>; 2],
    frame: u64,
    /// Uploads since the window opened, for tests.
    pub uploads: u64,
}

impl Textures {
    pub fn begin_frame(&mut self, ctx: &Context) {
        self.frame = ctx.cumulative_frame_nr();
    }

    /// The texture of `picture`; uploads only where the picture is another than last time.
    pub fn get(&mut self, ctx: &Context, key: TexKey, picture: &Arc<Picture>, scaling: Scaling) -> TextureId {
        let frame = self.frame;
        let options = TextureOptions {
            magnification: if scaling == Scaling::Crisp { TextureFilter::Nearest } else { TextureFilter::Linear },
            minification: TextureFilter::Linear,
            ..TextureOptions::LINEAR
        };
        let side = ctx.input(|i| i.max_texture_side);
        // The card's own filter is too coarse for many times as large; previews change too often for more.
        let times = match (&key, scaling) {
            (TexKey::Shot(_) | TexKey::Full(_), Scaling::Smooth) => {
                SMOOTH_SIDE / picture.width.max(picture.height).max(1)
            }
            _ => 1,
        };
        let enlarge = Enlarge { times: times.clamp(1, 8), filter: Filter::Lanczos };
        if let Some(entry) = self.entries.get_mut(&(key.clone(), scaling)) {
            entry.used = frame;
            if !Arc::ptr_eq(&entry.picture, picture) {
                self.uploads += 1;
                let shown = image(&picture.enlarged(enlarge), side);
                entry.bytes = 4 * shown.pixels.len();
                entry.handle.set(shown, options);
                entry.picture = picture.clone();
            }
            return entry.handle.id();
        }
        self.uploads += 1;
        let shown = image(&picture.enlarged(enlarge), side);
        let bytes = 4 * shown.pixels.len();
        let handle = ctx.load_texture(format!("{key:?}"), shown, options);
        let id = handle.id();
        let entry = Entry { picture: picture.clone(), handle, bytes, used: frame };
        self.entries.insert((key, scaling), entry);
        id
    }

    /// Two by two squares, to be repeated behind transparent pictures.
    pub fn checker(&mut self, ctx: &Context, dark: bool) -> TextureId {
        let slot = &mut self.checker[usize::from(dark)];
        slot.get_or_insert_with(|| {
            let [a, b] = Palette::dark(dark).checker;
            let image = ColorImage::new([2, 2], vec![a, b, b, a]);
            ctx.load_texture("checker", image, TextureOptions::NEAREST_REPEAT)
        })
        .id()
    }

    /// Drops the textures that were not shown for longest, until the rest fits.
    pub fn end_frame(&mut self) {
        let mut total = self.bytes();
        while total > BOUND {
            let oldest = self.entries.iter().filter(|(_, e)| e.used != self.frame).min_by_key(|(_, e)| e.used);
            let Some(key) = oldest.map(|(key, _)| key.clone()) else { return };
            total -= self.entries.remove(&key).map_or(0, |e| e.bytes);
        }
        // A preview that is not on screen belongs to a job that is over.
        let frame = self.frame;
        self.entries.retain(|(key, _), e| !matches!(key, TexKey::Preview(_)) || e.used + 60 > frame);
    }

    /// Bytes that all textures take.
    pub fn bytes(&self) -> usize {
        self.entries.values().map(|e| e.bytes).sum()
    }
}

/// The picture as egui wants it, halved until the graphics card can take it.
fn image(picture: &Picture, max_side: usize) -> ColorImage {
    let (mut w, mut h) = (picture.width as usize, picture.height as usize);
    // A picture with a wrong size would be read past its end.
    if picture.rgba.len() != 4 * w * h || w == 0 || h == 0 {
        return ColorImage::filled([1, 1], egui::Color32::TRANSPARENT);
    }
    if w.max(h) <= max_side {
        return ColorImage::from_rgba_unmultiplied([w, h], &picture.rgba);
    }
    let step = w.max(h).div_ceil(max_side);
    let mut rgba = Vec::with_capacity(4 * (w / step + 1) * (h / step + 1));
    for y in (0..h).step_by(step) {
        for x in (0..w).step_by(step) {
            let at = 4 * (y * w + x);
            rgba.extend_from_slice(&picture.rgba[at..at + 4]);
        }
    }
    (w, h) = (w.div_ceil(step), h.div_ceil(step));
    ColorImage::from_rgba_unmultiplied([w, h], &rgba)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_never_larger_than_the_card_takes() {
        let picture = Picture { width: 100, height: 7, rgba: vec![9; 2800] };
        assert_eq!(image(&picture, 100).size, [100, 7]);
        assert_eq!(image(&picture, 40).size, [34, 3]);
        let liar = Picture { width: 100, height: 100, rgba: vec![0; 8] };
        assert_eq!(image(&liar, 40).size, [1, 1]);
    }
}
