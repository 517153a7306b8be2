//! Opening pictures from anywhere: PNG, JPEG and WebP, within bounds.

use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};

use super::MAX_FILE;
use crate::domain::Picture;
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::Both;

/// Largest side of a picture that is opened.
const MAX_SIDE: u32 = 16_384;
/// Most memory that a decoded picture may take, in bytes: 64 million pixels of RGBA.
const MAX_DECODED: u64 = 256 << 20;

/// Opens a PNG, JPEG or WebP from anywhere. Sizes are checked before memory is taken, and a panic in a decoder is
/// an error like any other.
pub fn open(path: &Path) -> Result<Picture> {
    let picture = open_dynamic(path)?.into_rgba8();
    Ok(Picture { width: picture.width(), height: picture.height(), rgba: picture.into_raw() })
}

/// The same, at most `side` pixels wide and high.
///
/// # Errors
/// The file cannot be read, is too large, or is damaged.
pub fn thumbnail(path: &Path, side: u32) -> Result<Picture> {
    Ok(shrunk(open_dynamic(path)?.into_rgba8(), side))
}

/// A picture, at most `side` pixels wide and high.
pub fn small(picture: &Picture, side: u32) -> Picture {
    let Picture { width, height, rgba } = picture.clone();
    image::RgbaImage::from_raw(width, height, rgba).map_or_else(|| picture.clone(), |image| shrunk(image, side))
}

fn shrunk(mut picture: image::RgbaImage, side: u32) -> Picture {
    if picture.width() > side || picture.height() > side {
        // Colours of clear pixels must not bleed into the edges: average premultiplied.
        for pixel in picture.pixels_mut() {
            let alpha = u16::from(pixel[3]);
            for c in &mut pixel.0[..3] {
                *c = ((u16::from(*c) * alpha + 127) / 255) as u8;
            }
        }
        picture = DynamicImage::ImageRgba8(picture).thumbnail(side, side).into_rgba8();
        for pixel in picture.pixels_mut() {
            let alpha = u16::from(pixel[3]).max(1);
            for c in &mut pixel.0[..3] {
                *c = ((u16::from(*c) * 255 + alpha / 2) / alpha).min(255) as u8;
            }
        }
    }
    Picture { width: picture.width(), height: picture.height(), rgba: picture.into_raw() }
}

fn open_dynamic(path: &Path) -> Result<DynamicImage> {
    let io = |e: &std::io::Error| StudioError::io(Doing::Reading, path, e);
    let file = File::open(path).map_err(|e| io(&e))?;
    let about = file.metadata().map_err(|e| io(&e))?;
    let bad =
        |en: &str, zh: &str| StudioError::from(Cause::BadPicture { path: path.to_owned(), reason: Both::new(en, zh) });
    if !about.is_file() {
        return Err(bad("it is not a file", "它不是文件"));
    }
    if about.len() > MAX_FILE {
        return Err(bad("the file is too large for a picture", "文件过大，不像是图片"));
    }
    let decode = || decode(BufReader::new(file));
    match catch_unwind(AssertUnwindSafe(decode)) {
        Ok(Ok(picture)) => Ok(picture),
        Ok(Err(Why::Said(reason))) => Err(bad(&reason.en, &reason.zh)),
        Ok(Err(Why::Cut(system))) => {
            Err(StudioError::from(Cause::CutPicture { path: path.to_owned() }).with_details(system))
        }
        Ok(Err(Why::Damaged(system))) => {
            Err(bad("the file is damaged, or is no picture", "文件已损坏，或不是图片").with_details(system))
        }
        Err(_) => Err(bad("its decoder stopped unexpectedly", "解码器意外停止")),
    }
}

/// Why a file cannot be decoded; what the decoder said is for the details.
enum Why {
    Said(Both),
    Cut(String),
    Damaged(String),
}

impl Why {
    fn new(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut chain = std::iter::successors(Some(error), |error| error.source());
        let is_end = |error: &(dyn std::error::Error + 'static)| {
            let io = error.downcast_ref::<std::io::Error>();
            io.is_some_and(|io| io.kind() == std::io::ErrorKind::UnexpectedEof)
        };
        let text = error.to_string();
        let lower = text.to_lowercase();
        let said = ["unexpected end", "unexpected eof", "premature end", "failed to fill whole buffer"];
        if chain.any(is_end) || said.iter().any(|said| lower.contains(said)) {
            Self::Cut(text)
        } else {
            Self::Damaged(text)
        }
    }
}

fn decode(file: BufReader<File>) -> std::result::Result<DynamicImage, Why> {
    let mut reader = ImageReader::new(file).with_guessed_format().map_err(|e| Why::new(&e))?;
    match reader.format() {
        Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) => {}
        Some(other) => {
            let en = format!("{other:?} is a format that is not read here");
            return Err(Why::Said(Both::new(en, format!("这里不读取 {other:?} 格式"))));
        }
        None => {
            let en = "it is not a picture in a format that is read here";
            return Err(Why::Said(Both::new(en, "它不是这里能读取的图片格式")));
        }
    }
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED * 2);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|e| Why::new(&e))?;
    let (width, height) = decoder.dimensions();
    if decoder.total_bytes() > MAX_DECODED || u64::from(width) * u64::from(height) * 4 > MAX_DECODED {
        let en = format!("{width}x{height} pixels are more than can be opened");
        return Err(Why::Said(Both::new(en, format!("{width}x{height} 像素超出可打开的范围"))));
    }
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|e| Why::new(&e))?;
    picture.apply_orientation(orientation);
    Ok(picture)
}
