//! What the head of a picture file tells without its pixels: its size, and the settings that a program wrote into it.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::{ImageDecoder, ImageFormat, ImageReader};

use super::MAX_FILE;
use super::exif;
use super::png_text::{self, KEYWORD};
use crate::chunks::{self, Chunks};
use crate::domain::PictureRecord;
use crate::error::{Cause, Doing, Result, StudioError};
use crate::store::dialects::{Foreign, MAX_TEXT, a1111, json};

/// Texts that are kept of one file.
const MAX_TEXTS: usize = 32;
/// Chunks and fields that name the program.
const SOFTWARE: [&str; 4] = [exif::SOFTWARE, "Source", "Title", "fooocus_scheme"];

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
        let plain = texts.iter().find_map(|(_, text)| a1111::read(text, &software));
        let plain = plain.map(|(record, program)| Foreign::Record(Box::new(record), program));
        let mut found = plain;
        for (name, text) in texts {
            if matches!(found, Some(Foreign::Record(..))) {
                break;
            }
            found = json::read(name, text, &software, description).or(found);
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
        let own = self.text.as_ref().filter(|text| a1111::read(text, "").is_some());
        own.cloned().or_else(|| self.record().map(|record| a1111::write(&record)))
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
        let last = a1111::read(&text, "").is_some();
        self.text.get_or_insert(text);
        last
    }

    fn take_exif(&mut self, bytes: &[u8]) {
        for (name, text) in exif::texts(bytes) {
            let is_settings = self.text.is_none() && a1111::read(&text, "").is_some();
            self.take(if is_settings { KEYWORD } else { name }, text);
        }
    }
}

/// Reads the head of a PNG: sizes and texts, not the pixels. `None` where it is no PNG or is broken before that.
pub(super) fn read_head(file: &mut (impl BufRead + Seek)) -> Option<Head> {
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
                } else if let Some((keyword, text)) = png_text::read(&chunk.kind, &data)
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
