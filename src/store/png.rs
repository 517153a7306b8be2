//! Picture files with the settings inside, and the bounded reading of pictures from anywhere.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader};

use super::exif;
use super::parameters::{self, MAX_TEXT, Parsed};
use crate::domain::{Picture, PictureRecord};
use crate::error::{Cause, Doing, Result, StudioError};

/// The keyword of the text chunk that A1111 and its kin use.
const KEYWORD: &str = "parameters";
const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// Largest side of a picture that is opened.
pub const MAX_SIDE: u32 = 16_384;
/// Most memory that a decoded picture may take, in bytes: 64 million pixels of RGBA.
pub const MAX_DECODED: u64 = 256 << 20;
/// Largest file that is opened as a picture.
const MAX_FILE: u64 = 512 << 20;
/// Chunks that are looked at in one PNG; honest files have a few hundred at most.
const MAX_CHUNKS: usize = 100_000;

/// A PNG of `picture`, with alpha, carrying `record`. The same input gives the same bytes.
pub fn encode(picture: &Picture, record: Option<&PictureRecord>) -> Result<Vec<u8>> {
    check_size(picture)?;
    let fail = |e: png::EncodingError| StudioError::other("the picture could not be written as PNG").with_details(e);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    if let Some(record) = record {
        let text = parameters::write(record);
        // tEXt is Latin-1 by its definition; anything else goes into iTXt, which is UTF-8.
        let latin1 = text.chars().all(|c| u32::from(c) < 256);
        let added = if latin1 {
            encoder.add_text_chunk(KEYWORD.to_owned(), text)
        } else {
            encoder.add_itxt_chunk(KEYWORD.to_owned(), text)
        };
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
        return Err(StudioError::other(format!(
            "a picture of {}x{} pixels cannot have {} bytes",
            picture.width,
            picture.height,
            picture.rgba.len()
        )));
    }
    Ok(())
}

/// The picture with its settings in the format that `ending` names: `png`, `jpg` or `jpeg` on white (JPEG knows no
/// transparency), `webp` without loss.
pub fn encode_as(ending: &str, picture: &Picture, record: Option<&PictureRecord>) -> Result<Vec<u8>> {
    check_size(picture)?;
    let ending = ending.to_ascii_lowercase();
    let (w, h) = (picture.width, picture.height);
    let exif = record.and_then(|record| exif::write(&parameters::write(record)));
    let mut bytes = Vec::new();
    let written = match ending.as_str() {
        "png" => return encode(picture, record),
        "jpg" | "jpeg" => {
            let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 95);
            if let Some(exif) = exif {
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
        _ => return Err(unknown_format(ending)),
    };
    written.map_err(|e| StudioError::other(format!("the picture could not be written as {ending}")).with_details(e))?;
    Ok(bytes)
}

/// Refuses an ending that [`encode_as`] would refuse, before anything is drawn for it.
pub fn check_ending(ending: &str) -> Result<()> {
    let known = ["png", "jpg", "jpeg", "webp"].iter().any(|e| e.eq_ignore_ascii_case(ending));
    if known { Ok(()) } else { Err(unknown_format(ending.to_owned())) }
}

fn unknown_format(ending: String) -> StudioError {
    Cause::BadChoice { name: "picture format", value: ending, choices: "png, jpg, webp".to_owned() }.into()
}

/// RGB over white from RGBA.
fn on_white(rgba: &[u8]) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(rgba.len() / 4 * 3);
    for pixel in rgba.chunks_exact(4) {
        let alpha = u32::from(pixel[3]);
        rgb.extend(pixel[..3].iter().map(|&c| ((u32::from(c) * alpha + 255 * (255 - alpha) + 127) / 255) as u8));
    }
    rgb
}

/// What the head of a picture file tells without its pixels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    pub width: u32,
    pub height: u32,
    /// The text under `parameters`, where there is one of a bounded size.
    pub text: Option<String>,
}

impl Head {
    /// The settings; `None` where there are none that we can read. A size that the text does not tell is the
    /// picture's own.
    pub fn record(&self) -> Option<Box<PictureRecord>> {
        let Parsed::Record(mut record) = parameters::parse(self.text.as_deref()?) else { return None };
        if record.width == 0 || record.height == 0 {
            (record.width, record.height) = (self.width, self.height);
        }
        Some(record)
    }
}

/// Reads the head of a PNG: sizes and text, not the pixels. `None` where it is no PNG or is broken before that.
pub fn read_head(file: &mut (impl BufRead + Seek)) -> Option<Head> {
    let mut signature = [0; 8];
    file.read_exact(&mut signature).ok()?;
    if signature != *SIGNATURE {
        return None;
    }
    let mut head: Option<Head> = None;
    let mut compressed = false;
    for _ in 0..MAX_CHUNKS {
        let mut start = [0; 8];
        if file.read_exact(&mut start).is_err() {
            break; // a cut file: what was found so far is told
        }
        let length = u64::from(u32::from_be_bytes([start[0], start[1], start[2], start[3]]));
        let kind = &start[4..];
        let mut body = 0;
        match kind {
            b"IHDR" if length == 13 && head.is_none() => {
                let mut size = [0; 8];
                file.read_exact(&mut size).ok()?;
                body = 8;
                let number = |at: usize| u32::from_be_bytes([size[at], size[at + 1], size[at + 2], size[at + 3]]);
                head = Some(Head { width: number(0), height: number(4), text: None });
            }
            b"tEXt" | b"zTXt" | b"iTXt" if head.is_some() && length <= MAX_TEXT as u64 * 2 => {
                let mut data = Vec::new();
                body = Read::take(&mut *file, length).read_to_end(&mut data).ok()? as u64;
                match text_of(kind, &data) {
                    Text::Plain(text) => {
                        head.as_mut()?.text = Some(text);
                        break;
                    }
                    Text::Compressed => {
                        compressed = true;
                        break;
                    }
                    Text::Other => {}
                }
            }
            b"IEND" => break,
            _ if head.is_none() => return None,
            _ => {}
        }
        // Past the rest of the body and its checksum.
        let skip = i64::try_from(length - body + 4).ok()?;
        file.seek_relative_or_absolute(skip)?;
    }
    let mut head = head?;
    if compressed {
        head.text = inflate(file);
    }
    Some(head)
}

/// Short skips stay inside the reader's buffer.
trait Skip {
    fn seek_relative_or_absolute(&mut self, by: i64) -> Option<()>;
}

impl<R: BufRead + Seek> Skip for R {
    fn seek_relative_or_absolute(&mut self, by: i64) -> Option<()> {
        let buffered = self.fill_buf().ok()?.len() as i64;
        if by <= buffered {
            self.consume(by as usize);
        } else {
            self.seek(SeekFrom::Current(by)).ok()?;
        }
        Some(())
    }
}

enum Text {
    Plain(String),
    Compressed,
    Other,
}

/// A text chunk's content, if its keyword is ours.
fn text_of(kind: &[u8], data: &[u8]) -> Text {
    let Some(data) = data.strip_prefix(KEYWORD.as_bytes()).and_then(|d| d.strip_prefix(b"\0")) else {
        return Text::Other;
    };
    match kind {
        b"tEXt" => {
            // Latin-1 by definition, but many programs write UTF-8 into it. Ours never does: what is Latin-1 and
            // also happens to be valid UTF-8 beyond ASCII is theirs, unless the writer was us.
            let latin1: String = data.iter().map(|&b| char::from(b)).collect();
            match std::str::from_utf8(data) {
                Ok(utf8) if !latin1.contains("Version: AIGC Studio") => Text::Plain(utf8.to_owned()),
                _ => Text::Plain(latin1),
            }
        }
        b"iTXt" => {
            // compression flag, method, language\0, translated keyword\0, UTF-8 text
            let [flag, _method, rest @ ..] = data else { return Text::Other };
            if *flag != 0 {
                return Text::Compressed;
            }
            let text = rest.splitn(3, |&b| b == 0).nth(2);
            text.map_or(Text::Other, |text| Text::Plain(String::from_utf8_lossy(text).into_owned()))
        }
        _ => Text::Compressed,
    }
}

/// The text of a compressed chunk, through the png crate, which bounds what it unpacks.
fn inflate(file: &mut (impl BufRead + Seek)) -> Option<String> {
    file.seek(SeekFrom::Start(0)).ok()?;
    let limits = png::Limits { bytes: 16 << 20 };
    let mut decoder = png::Decoder::new_with_limits(file, limits);
    let info = decoder.read_header_info().ok()?;
    if info.width > MAX_SIDE || info.height > MAX_SIDE {
        return None;
    }
    let mut reader = decoder.read_info().ok()?;
    let _ = &mut reader;
    let info = reader.info();
    if let Some(chunk) = info.compressed_latin1_text.iter().find(|c| c.keyword == KEYWORD) {
        let mut chunk = chunk.clone();
        chunk.decompress_text_with_limit(MAX_TEXT).ok()?;
        return chunk.get_text().ok();
    }
    let mut chunk = info.utf8_text.iter().find(|c| c.keyword == KEYWORD)?.clone();
    chunk.decompress_text_with_limit(MAX_TEXT).ok()?;
    chunk.get_text().ok()
}

/// The head of the PNG, JPEG or WebP at `path`; `None` where it is none of them.
pub fn read_head_of(path: &Path) -> Result<Option<Head>> {
    let io = |e: std::io::Error| StudioError::io(Doing::Reading, path, &e);
    let mut file = BufReader::with_capacity(4096, File::open(path).map_err(io)?);
    if let Some(head) = read_head(&mut file) {
        return Ok(Some(head));
    }
    // The JPEG decoder takes the whole file into memory.
    if file.get_ref().metadata().map_err(io)?.len() > MAX_FILE {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    Ok(catch_unwind(AssertUnwindSafe(|| read_other_head(file))).unwrap_or_default())
}

fn read_other_head(file: BufReader<File>) -> Option<Head> {
    let reader = ImageReader::new(file).with_guessed_format().ok()?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::WebP)) {
        return None;
    }
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    let text = decoder.exif_metadata().ok().flatten().and_then(|exif| exif::read(&exif));
    Some(Head { width, height, text })
}

/// The settings inside the file at `path`, or why there are none.
pub fn read_record(path: &Path) -> Result<Box<PictureRecord>> {
    let head = read_head_of(path)?;
    head.and_then(|head| head.record()).ok_or_else(|| Cause::NoSettingsInside { path: path.to_owned() }.into())
}

/// Opens a PNG, JPEG or WebP from anywhere. Sizes are checked before memory is taken, and a panic in a decoder is
/// an error like any other.
pub fn open(path: &Path) -> Result<Picture> {
    let picture = open_dynamic(path)?.into_rgba8();
    Ok(Picture { width: picture.width(), height: picture.height(), rgba: picture.into_raw() })
}

/// The same, at most `side` pixels wide and high.
pub fn thumbnail(path: &Path, side: u32) -> Result<Picture> {
    let mut picture = open_dynamic(path)?.into_rgba8();
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
    Ok(Picture { width: picture.width(), height: picture.height(), rgba: picture.into_raw() })
}

fn open_dynamic(path: &Path) -> Result<DynamicImage> {
    let io = |e: &std::io::Error| StudioError::io(Doing::Reading, path, e);
    let file = File::open(path).map_err(|e| io(&e))?;
    let about = file.metadata().map_err(|e| io(&e))?;
    let bad = |reason: &str| StudioError::from(Cause::BadPicture { path: path.to_owned(), reason: reason.to_owned() });
    if !about.is_file() {
        return Err(bad("it is not a file"));
    }
    if about.len() > MAX_FILE {
        return Err(bad("the file is too large for a picture"));
    }
    let decode = || decode(BufReader::new(file));
    match catch_unwind(AssertUnwindSafe(decode)) {
        Ok(Ok(picture)) => Ok(picture),
        Ok(Err(reason)) => Err(bad(reason.trim_end_matches('.'))),
        Err(_) => Err(bad("its decoder stopped unexpectedly")),
    }
}

fn decode(file: BufReader<File>) -> std::result::Result<DynamicImage, String> {
    let mut reader = ImageReader::new(file).with_guessed_format().map_err(|e| e.to_string())?;
    match reader.format() {
        Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) => {}
        Some(other) => return Err(format!("{other:?} is a format that is not read here")),
        None => return Err("it is not a picture in a format that is read here".to_owned()),
    }
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED * 2);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|e| e.to_string())?;
    let (width, height) = decoder.dimensions();
    if decoder.total_bytes() > MAX_DECODED || u64::from(width) * u64::from(height) * 4 > MAX_DECODED {
        return Err(format!("{width}x{height} pixels are more than can be opened"));
    }
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|e| e.to_string())?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// The head of PNG bytes in memory.
pub fn read_head_bytes(bytes: &[u8]) -> Option<Head> {
    read_head(&mut Cursor::new(bytes))
}

#[cfg(test)]
#[path = "png_tests.rs"]
mod tests;
