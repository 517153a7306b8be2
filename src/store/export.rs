//! Texts with their pictures as files for other programs.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::{atomic, picture_files};
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::{Both, Lang};
use crate::writing::export::{Block, Document, Image, Span, TextFormat};

/// Writes `document` at the person's path. Formats that hold pictures get them inside; Markdown gets a folder beside it
/// (`story-pictures` for `story.md`), since few of its readers show pictures in `data:` addresses. The text is written
/// in any case; a picture that cannot be read is replaced by its description, and reported.
///
/// # Errors
/// The text itself cannot be written. `Ok(Some)` is the error of pictures that were left out.
pub fn write_text(mut document: Document, format: TextFormat, path: &Path) -> Result<Option<StudioError>> {
    let mut folder = Beside::new(path);
    let (mut missing, mut first) = (0, None);
    for block in document.pictures_mut() {
        let Block::Picture { image, alt } = block else { continue };
        let Image::File(file) = image else { continue };
        let found = match format {
            TextFormat::Plain => continue,
            TextFormat::Markdown => folder.copy(file).map(Image::File),
            TextFormat::Html | TextFormat::Docx => inside(file).map(Image::Png),
        };
        match found {
            Ok(found) => *image = found,
            Err(error) => {
                missing += 1;
                first.get_or_insert((file.clone(), error));
                *block = Block::Paragraph(vec![Span { italic: true, ..Span::plain(format!("[{alt}]")) }]);
            }
        }
    }
    atomic::write(path, &format.write(&document)?)?;
    Ok(first.map(|(path, error)| {
        let say = |lang| format!("{} {}", error.summary(lang), error.remedy(lang));
        let reason = Both::new(say(Lang::En), say(Lang::Zh));
        StudioError::from(Cause::PicturesLeftOut { count: missing, path, reason })
    }))
}

/// A copy of a file in a folder, under a name that is free there.
///
/// # Errors
/// The file cannot be read, or the copy not written.
pub fn copy_into(file: &Path, folder: &Path) -> Result<()> {
    let bytes = std::fs::read(file).map_err(|e| StudioError::io(Doing::Reading, file, &e))?;
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let ending = file.extension().unwrap_or_default().to_string_lossy().into_owned();
    let name = |attempt: u32| match attempt {
        0 => format!("{stem}.{ending}"),
        n => format!("{stem}-{}.{ending}", n + 1),
    };
    atomic::write_new(folder, name, &bytes).map(|_| ())
}

/// A picture as the bytes of a PNG.
fn inside(file: &Path) -> Result<Vec<u8>> {
    // Opened in any case: a file that is cut short would spoil the whole text.
    let picture = picture_files::open(file)?;
    if file.extension().is_some_and(|e| e.eq_ignore_ascii_case("png")) {
        return std::fs::read(file).map_err(|e| StudioError::io(Doing::Reading, file, &e));
    }
    picture_files::encode_png(&picture, None)
}

/// The folder of pictures beside a text, made with the first of them.
struct Beside {
    parent: PathBuf,
    name: String,
    taken: HashSet<String>,
}

impl Beside {
    fn new(text: &Path) -> Self {
        let stem = text.file_stem().unwrap_or_default().to_string_lossy();
        Self {
            parent: text.parent().unwrap_or(Path::new("")).to_owned(),
            name: format!("{stem}-pictures"),
            taken: HashSet::new(),
        }
    }

    /// Copies a picture there; its path from the text's own place.
    fn copy(&mut self, file: &Path) -> Result<PathBuf> {
        picture_files::open(file)?;
        let bytes = std::fs::read(file).map_err(|e| StudioError::io(Doing::Reading, file, &e))?;
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let ending = file.extension().unwrap_or_default().to_string_lossy();
        let names = (1..).map(|n| if n == 1 { format!("{stem}.{ending}") } else { format!("{stem}-{n}.{ending}") });
        // Pictures of two folders can have one name.
        let free = names.into_iter().find(|name| !self.taken.contains(name)).unwrap_or_default();
        let to = Path::new(&self.name).join(&free);
        atomic::write(&self.parent.join(&to), &bytes)?;
        self.taken.insert(free);
        Ok(to)
    }
}
