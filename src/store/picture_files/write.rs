//! Writing pictures: PNG, JPEG, WebP and SVG, with the settings inside.

use std::path::Path;

use image::ImageEncoder;

use super::{exif, png_text};
use crate::domain::{Picture, PictureRecord};
use crate::error::{Cause, Result, StudioError};
use crate::lang::{Both, both};
use crate::store::dialects::a1111;
use crate::store::svg;

/// A PNG of `picture`, with alpha, carrying `record`. The same input gives the same bytes.
///
/// # Errors
/// A size that does not match the pixels.
pub fn encode_png(picture: &Picture, record: Option<&PictureRecord>) -> Result<Vec<u8>> {
    png_with(picture, record.map(a1111::write).as_deref())
}

fn png_with(picture: &Picture, text: Option<&str>) -> Result<Vec<u8>> {
    check_size(picture)?;
    let fail = |e: png::EncodingError| {
        StudioError::other(Both::new("the picture could not be written as PNG", "图片无法写为 PNG")).with_details(e)
    };
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    if let Some(text) = text {
        let latin1 = png_text::is_latin1(text);
        let (keyword, text) = (png_text::KEYWORD.to_owned(), text.to_owned());
        let added = if latin1 { encoder.add_text_chunk(keyword, text) } else { encoder.add_itxt_chunk(keyword, text) };
        added.map_err(fail)?;
    }
    let mut writer = encoder.write_header().map_err(fail)?;
    writer.write_image_data(&picture.rgba).map_err(fail)?;
    writer.finish().map_err(fail)?;
    Ok(bytes)
}

/// Whether the pixels are as many as width and height say, and at least one.
fn check_size(picture: &Picture) -> Result<()> {
    let wanted = u64::from(picture.width) * u64::from(picture.height) * 4;
    if wanted == 0 || wanted != picture.rgba.len() as u64 {
        return Err(StudioError::other(both!(
            "a picture of {}x{} pixels cannot have {} bytes",
            "{}x{} 像素的图片不可能有 {} 字节",
            picture.width,
            picture.height,
            picture.rgba.len()
        )));
    }
    Ok(())
}

/// The picture with its settings in the format that `ending` names: `png`, `jpg` or `jpeg` on white (JPEG knows no
/// transparency), `webp` without loss, `svg` as a vector drawing.
///
/// # Errors
/// An unknown format, or a size that does not match the pixels.
pub fn encode_as(ending: &str, picture: &Picture, record: Option<&PictureRecord>) -> Result<Vec<u8>> {
    encode_with(ending, picture, record.map(a1111::write).as_deref())
}

/// The same with the settings as a text of A1111's form, which another program may have written.
///
/// # Errors
/// As [`encode_as`].
pub fn encode_with(ending: &str, picture: &Picture, text: Option<&str>) -> Result<Vec<u8>> {
    check_size(picture)?;
    let ending = ending.to_ascii_lowercase();
    let (w, h) = (picture.width, picture.height);
    let exif = text.map(exif::write);
    let mut bytes = Vec::new();
    let written = match ending.as_str() {
        "png" => return png_with(picture, text),
        "jpg" | "jpeg" => {
            let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 95);
            if let Some(exif) = exif.filter(|exif| exif.len() <= exif::JPEG_MOST) {
                let _ = encoder.set_exif_metadata(exif);
            }
            encoder.write_image(&on_white(&picture.rgba), w, h, image::ExtendedColorType::Rgb8)
        }
        "webp" => {
            let mut encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut bytes);
            if let Some(exif) = exif {
                let _ = encoder.set_exif_metadata(exif);
            }
            encoder.write_image(&picture.rgba, w, h, image::ExtendedColorType::Rgba8)
        }
        "svg" => return Ok(svg::trace(picture, text).into_bytes()),
        _ => return Err(unknown_format(ending)),
    };
    written.map_err(|e| {
        StudioError::other(both!("the picture could not be written as {ending}", "图片无法写为 {ending}"))
            .with_details(e)
    })?;
    Ok(bytes)
}

/// The error to report where [`encode_as`] wrote the file at `path` without its settings.
pub fn too_long(path: &Path, record: Option<&PictureRecord>) -> Option<StudioError> {
    too_long_text(path, record.map(a1111::write).as_deref())
}

/// The same for [`encode_with`].
pub fn too_long_text(path: &Path, text: Option<&str>) -> Option<StudioError> {
    let is_jpeg = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("jpg") || e.eq_ignore_ascii_case("jpeg"));
    let bytes = exif::write(text.filter(|_| is_jpeg)?).len();
    let cause = || Cause::SettingsTooLong { path: path.to_owned(), bytes, most: exif::JPEG_MOST };
    (bytes > exif::JPEG_MOST).then(|| cause().into())
}

/// Refuses an ending that [`encode_as`] would refuse, before anything is drawn for it.
pub fn check_ending(ending: &str) -> Result<()> {
    let known = ["png", "jpg", "jpeg", "webp", "svg"].iter().any(|e| e.eq_ignore_ascii_case(ending));
    if known { Ok(()) } else { Err(unknown_format(ending.to_owned())) }
}

fn unknown_format(ending: String) -> StudioError {
    Cause::BadChoice { name: "picture format", value: Both::same(ending), choices: Both::same("png, jpg, webp, svg") }
        .into()
}

/// RGB over white from RGBA.
pub(super) fn on_white(rgba: &[u8]) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(rgba.len() / 4 * 3);
    for pixel in rgba.chunks_exact(4) {
        let alpha = u32::from(pixel[3]);
        rgb.extend(pixel[..3].iter().map(|&c| ((u32::from(c) * alpha + 255 * (255 - alpha) + 127) / 255) as u8));
    }
    rgb
}
