//! Picture files with the settings inside, and the bounded reading of pictures from anywhere.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use flate2::read::ZlibDecoder;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader};

use super::exif;
use super::foreign::{self, Foreign};
use super::parameters::{self, MAX_TEXT};
use super::svg;
use crate::chunks::{self, Chunks};
use crate::domain::{Picture, PictureRecord};
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::{Both, both};

/// The keyword of the text chunk that A1111 and similar programs use.
const KEYWORD: &str = "parameters";

/// Largest side of a picture that is opened.
pub const MAX_SIDE: u32 = 16_384;
/// Most memory that a decoded picture may take, in bytes: 64 million pixels of RGBA.
pub const MAX_DECODED: u64 = 256 << 20;
/// Largest file that is opened as a picture.
const MAX_FILE: u64 = 512 << 20;
/// Texts that are kept of one file.
const MAX_TEXTS: usize = 32;

/// A PNG of `picture`, with alpha, carrying `record`. The same input gives the same bytes.
///
/// # Errors
/// A size that does not match the pixels.
pub fn encode(picture: &Picture, record: Option<&PictureRecord>) -> Result<Vec<u8>> {
    encode_png(picture, record.map(parameters::write).as_deref())
}

fn encode_png(picture: &Picture, text: Option<&str>) -> Result<Vec<u8>> {
    check_size(picture)?;
    let fail = |e: png::EncodingError| {
        StudioError::other(Both::new("the picture could not be written as PNG", "图片无法写为 PNG")).with_details(e)
    };
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    if let Some(text) = text {
        // tEXt is Latin-1 by its definition; anything else goes into iTXt, which is UTF-8.
        let ours = text.is_ascii() || text.contains(OURS);
        let latin1 = ours && text.chars().all(|c| u32::from(c) < 256);
        let (keyword, text) = (KEYWORD.to_owned(), text.to_owned());
        let added = if latin1 { encoder.add_text_chunk(keyword, text) } else { encoder.add_itxt_chunk(keyword, text) };
        added.map_err(fail)?;
    }
    let mut writer = encoder.write_header().map_err(fail)?;
    writer.write_image_data(&picture.rgba).map_err(fail)?;
    writer.finish().map_err(fail)?;
    Ok(bytes)
}

/// What our own settings hold, however they are encoded.
const OURS: &str = "Version: AIGC Studio";

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
    encode_with(ending, picture, record.map(parameters::write).as_deref())
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
        "png" => return encode_png(picture, text),
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
    too_long_text(path, record.map(parameters::write).as_deref())
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
fn on_white(rgba: &[u8]) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(rgba.len() / 4 * 3);
    for pixel in rgba.chunks_exact(4) {
        let alpha = u32::from(pixel[3]);
        rgb.extend(pixel[..3].iter().map(|&c| ((u32::from(c) * alpha + 255 * (255 - alpha) + 127) / 255) as u8));
    }
    rgb
}

/// What the head of a picture file says, without its pixels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    pub width: u32,
    pub height: u32,
    /// The text under `parameters` or in EXIF, where there is one of a bounded size.
    pub text: Option<String>,
    /// Other texts with the names of their chunks or fields.
    pub others: Vec<(String, String)>,
}

impl Head {
    /// The settings; `None` where there are none that we can read.
    pub fn record(&self) -> Option<Box<PictureRecord>> {
        match self.read()? {
            Foreign::Record(record, _) => Some(record),
            Foreign::Known(_) => None,
        }
    }

    /// The settings with the program that wrote them. A size that the text does not name is the picture's own.
    pub fn read(&self) -> Option<Foreign> {
        let software: Vec<&str> =
            self.others.iter().filter(|(name, _)| SOFTWARE.contains(&name.as_str())).map(|(_, t)| t.as_str()).collect();
        let software = software.join(" ");
        let description = self.others.iter().find(|(name, _)| name == "Description").map_or("", |(_, text)| text);
        let own = self.text.iter().map(|text| (KEYWORD, text.as_str()));
        let others = self.others.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let texts: Vec<(&str, &str)> = own.chain(others).filter(|(_, text)| !text.trim().is_empty()).collect();
        let plain = texts.iter().find_map(|(_, text)| parameters::read(text, &software));
        let plain = plain.map(|(record, source)| Foreign::Record(Box::new(record), source));
        let mut found = plain;
        for (name, text) in texts {
            if matches!(found, Some(Foreign::Record(..))) {
                break;
            }
            found = foreign::read(name, text, &software, description).or(found);
        }
        if let Some(Foreign::Record(record, _)) = &mut found
            && (record.width == 0 || record.height == 0)
        {
            (record.width, record.height) = (self.width, self.height);
        }
        found
    }

    /// The settings as a text of A1111's form: another program's own where it has that form, so that a copy says what
    /// the picture said.
    pub fn settings_text(&self) -> Option<String> {
        let own = self.text.as_ref().filter(|text| parameters::read(text, "").is_some());
        own.cloned().or_else(|| self.record().map(|record| parameters::write(&record)))
    }

    /// Takes a chunk's text or an EXIF field; whether no better one can come.
    fn take(&mut self, keyword: &str, text: String) -> bool {
        if !keyword.eq_ignore_ascii_case(KEYWORD) {
            if self.others.len() < MAX_TEXTS {
                self.others.push((keyword.to_owned(), text));
            }
            return false;
        }
        // JSON may need the other texts to be understood.
        let last = parameters::read(&text, "").is_some();
        self.text.get_or_insert(text);
        last
    }

    fn take_exif(&mut self, bytes: &[u8]) {
        for (name, text) in exif::texts(bytes) {
            let is_settings = self.text.is_none() && parameters::read(&text, "").is_some();
            self.take(if is_settings { KEYWORD } else { name }, text);
        }
    }
}

/// Reads the head of a PNG: sizes and texts, not the pixels. `None` where it is no PNG or is broken before that.
pub fn read_head(file: &mut (impl BufRead + Seek)) -> Option<Head> {
    let mut chunks = Chunks::new(file)?;
    let mut head: Option<Head> = None;
    // Of a cut file what was found so far is reported.
    while let Some(chunk) = chunks.next() {
        match (&chunk.kind, &mut head) {
            (b"IHDR", None) if chunk.length == 13 => {
                let (width, height) = chunks::size(&chunks.read(&chunk).ok()?)?;
                head = Some(Head { width, height, ..Head::default() });
            }
            (b"tEXt" | b"zTXt" | b"iTXt" | b"eXIf", Some(head)) if u64::from(chunk.length) <= MAX_TEXT as u64 * 2 => {
                let data = chunks.read(&chunk).ok()?;
                if &chunk.kind == b"eXIf" {
                    head.take_exif(&data);
                } else if let Some((keyword, text)) = text_of(&chunk.kind, &data)
                    && head.take(&keyword, text)
                {
                    break;
                }
            }
            (b"IEND", _) => break,
            (_, None) => return None,
            _ => {}
        }
    }
    head
}

/// Chunks and fields that name the program.
const SOFTWARE: [&str; 4] = [exif::SOFTWARE, "Source", "Title", "fooocus_scheme"];

/// A text chunk's keyword and content; `None` where it is empty, broken, or unpacks to more than [`MAX_TEXT`].
fn text_of(kind: &[u8], data: &[u8]) -> Option<(String, String)> {
    let (keyword, data) = data.split_at(data.iter().position(|&b| b == 0)?);
    let data = &data[1..];
    let text = match (kind, data) {
        (b"tEXt", _) => latin1(data),
        (b"zTXt", [_method, packed @ ..]) => latin1(&unpack(packed)?),
        (b"iTXt", [flag, _method, rest @ ..]) => {
            // language\0, translated keyword\0, UTF-8 text
            let text = rest.splitn(3, |&b| b == 0).nth(2)?;
            let text = if *flag == 0 { text } else { &unpack(text)? };
            String::from_utf8_lossy(text).into_owned()
        }
        _ => return None,
    };
    Some((latin1(keyword), text))
}

/// Latin-1 by definition, but many programs write UTF-8 into it. Ours never does: what is Latin-1 and also happens to
/// be valid UTF-8 beyond ASCII is theirs, unless the writer was us.
fn latin1(data: &[u8]) -> String {
    let latin1: String = data.iter().map(|&b| char::from(b)).collect();
    match std::str::from_utf8(data) {
        Ok(utf8) if !latin1.contains(OURS) => utf8.to_owned(),
        _ => latin1,
    }
}

fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    ZlibDecoder::new(packed).take(MAX_TEXT as u64 + 1).read_to_end(&mut text).ok()?;
    (text.len() <= MAX_TEXT).then_some(text)
}

/// The head of the PNG, JPEG or WebP at `path`; `None` where it is none of them.
///
/// # Errors
/// The file cannot be read.
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
    let mut head = Head { width, height, ..Head::default() };
    if let Some(exif) = decoder.exif_metadata().ok().flatten() {
        head.take_exif(&exif);
    }
    Some(head)
}

/// The settings inside the file at `path`, or why there are none.
///
/// # Errors
/// The file cannot be read, or has no readable settings.
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

/// The head of PNG bytes in memory.
pub fn read_head_bytes(bytes: &[u8]) -> Option<Head> {
    read_head(&mut Cursor::new(bytes))
}

#[cfg(test)]
#[path = "png_tests.rs"]
mod tests;
