//! Where finished pictures go: files, stdout, the library.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::tz::TimeZone;

use super::args::ImageArgs;
use crate::cli::{Context, out, say};
use crate::domain::{Latents, Picture, PictureRecord, SceneLayers};
use crate::error::{Cause, Result};
use crate::lang::{Both, Lang};
use crate::store;

/// Where finished pictures go. Bad paths are refused before the first step.
pub(super) struct Sink {
    out: Option<Out>,
    library: Option<PathBuf>,
    /// Where latents go without a picture's path.
    latents: PathBuf,
    lang: Lang,
}

/// What `--out` names.
enum Out {
    Stdout,
    /// A device or a pipe: takes all pictures.
    Stream(PathBuf),
    File {
        path: PathBuf,
        many: bool,
    },
}

impl Sink {
    pub(super) fn new(context: &Context, args: &ImageArgs, count: u32) -> Result<Self> {
        let out = args.out.as_ref().map(|path| Out::find(path, count, args.json)).transpose()?;
        for folder in args.previews.iter().chain(&args.layers) {
            store::check_writable(folder)?;
        }
        let latents = context.paths.library(&context.settings);
        let library = (args.library || args.out.is_none()).then(|| latents.clone());
        if let Some(folder) = &library {
            store::check_writable(folder)?;
        }
        Ok(Self { out, library, latents, lang: context.lang })
    }

    /// Writes one picture everywhere it should go; the paths of files in that order.
    pub(super) fn write(
        &self,
        index: u32,
        picture: &Picture,
        record: &PictureRecord,
        scene: Option<&SceneLayers>,
    ) -> Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        match &self.out {
            Some(Out::Stdout) => out::bytes(&store::picture_files::encode_png(picture, Some(record))?)?,
            Some(Out::Stream(path)) => {
                self.write_file(path, picture, record, scene)?;
                paths.push(path.clone());
            }
            Some(Out::File { path, many }) => {
                let path = if *many { numbered(path, index + 1) } else { path.clone() };
                self.write_file(&path, picture, record, scene)?;
                paths.push(path);
            }
            None => {}
        }
        if let Some(library) = &self.library {
            paths.push(store::save_picture(library, picture, record, SystemTime::now(), &TimeZone::system())?.path);
        }
        Ok(paths)
    }

    fn write_file(
        &self,
        path: &Path,
        picture: &Picture,
        record: &PictureRecord,
        scene: Option<&SceneLayers>,
    ) -> Result<()> {
        let bytes = match scene.filter(|_| is_open_raster(path)) {
            Some(scene) => store::open_raster(scene, picture, self.lang)?,
            None => store::picture_files::encode_as(&ending(path), picture, Some(record))?,
        };
        store::write_file(path, &bytes)?;
        if let Some(told) = store::picture_files::too_long(path, Some(record)) {
            say(&told, self.lang);
        }
        Ok(())
    }

    /// Writes latents whose decoding failed where their picture would be.
    pub(super) fn keep(&self, latents: &Latents) -> Result<PathBuf> {
        if let Some(Out::File { path, .. }) = &self.out {
            let path = path.with_extension(store::LATENTS_ENDING);
            store::write_file(&path, &store::encode_latents(latents)?)?;
            return Ok(path);
        }
        store::save_latents(&self.latents, latents, SystemTime::now(), &TimeZone::system())
    }
}

impl Out {
    fn find(path: &Path, count: u32, json: bool) -> Result<Self> {
        if out::is_stdout(path) {
            if json {
                let (value, choices) = (
                    Both::same(path.display().to_string()),
                    Both::new("a file, since --json prints on stdout", "文件，因为 --json 输出到 stdout"),
                );
                return Err(Cause::BadChoice { name: "out", value, choices }.into());
            }
            return Ok(Self::Stdout);
        }
        if !is_open_raster(path) {
            store::picture_files::check_ending(&ending(path))?;
        }
        if store::is_stream(path) {
            return Ok(Self::Stream(path.to_owned()));
        }
        let many = count > 1;
        match many {
            true => (1..=count).try_for_each(|n| store::check_file(&numbered(path, n)))?,
            false => store::check_file(path)?,
        }
        Ok(Self::File { path: path.to_owned(), many })
    }
}

/// The ending that chooses the format; PNG where there is none.
fn ending(path: &Path) -> String {
    path.extension().map_or_else(|| "png".to_owned(), |e| e.to_string_lossy().into_owned())
}

pub(super) fn is_open_raster(path: &Path) -> bool {
    ending(path).eq_ignore_ascii_case("ora")
}

/// `apple.png` as `apple-2.png`.
fn numbered(path: &Path, n: u32) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{n}"));
    if let Some(ending) = path.extension() {
        name.push(".");
        name.push(ending);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_before_the_ending() {
        assert_eq!(numbered(Path::new("/a/b.c.png"), 2), Path::new("/a/b.c-2.png"));
        assert_eq!(numbered(Path::new("b"), 2), Path::new("b-2"));
    }
}
