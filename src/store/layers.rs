//! A scene with its layers as files of other programs: OpenRaster (GIMP, Krita, MyPaint), or a PNG for each layer.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::path::Path;

use zip::CompressionMethod;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{THUMBNAIL, atomic, picture_files};
use crate::domain::{Cut, Picture, SceneLayer, SceneLayers, slug};
use crate::error::{Result, StudioError};
use crate::lang::{Both, Lang};

/// The bytes of an OpenRaster file (version 0.0.3 of its specification): `picture` is the scene as it is shown.
/// Hidden layers are in it, hidden. Layers have the prompt's words for names, the background its name in `lang`.
///
/// # Errors
/// The file cannot be encoded.
pub fn open_raster(scene: &SceneLayers, picture: &Picture, lang: Lang) -> Result<Vec<u8>> {
    let failed = |e: &dyn std::fmt::Display| {
        StudioError::other(Both::new("the OpenRaster file could not be written", "OpenRaster 文件无法生成"))
            .with_details(e)
    };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, bytes: &[u8]| -> Result<()> {
        // PNGs are compressed already, and the first entry must not be: readers look for it at a fixed place.
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        zip.start_file(name, options).map_err(|e| failed(&e))?;
        zip.write_all(bytes).map_err(|e| failed(&e))
    };
    add("mimetype", b"image/openraster")?;
    let side = scene.side;
    let mut stack = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<image version=\"0.0.3\" w=\"{side}\" h=\"{side}\">\n<stack>\n"
    );
    // The first layer of the file is the front one.
    for (n, layer) in scene.layers.iter().enumerate().rev() {
        let Cut { x, y, picture } = &*layer.cut;
        let (source, name) = (format!("data/layer{n}.png"), escaped(&title(layer)));
        let visible = if layer.hidden { "hidden" } else { "visible" };
        let _ =
            writeln!(stack, "<layer name=\"{name}\" src=\"{source}\" x=\"{x}\" y=\"{y}\" visibility=\"{visible}\"/>");
        add(&source, &picture_files::encode_png(picture, None)?)?;
    }
    if let Some(ground) = &scene.ground {
        let name = ground_name(lang);
        let _ = writeln!(stack, "<layer name=\"{name}\" src=\"data/ground.png\" x=\"0\" y=\"0\"/>");
        add("data/ground.png", &picture_files::encode_png(ground, None)?)?;
    }
    stack.push_str("</stack>\n</image>\n");
    add("stack.xml", stack.as_bytes())?;
    add("mergedimage.png", &picture_files::encode_png(picture, None)?)?;
    add("Thumbnails/thumbnail.png", &picture_files::encode_png(&picture_files::small(picture, THUMBNAIL), None)?)?;
    Ok(zip.finish().map_err(|e| failed(&e))?.into_inner())
}

/// A PNG for each layer that is shown, and for the background, each as large as the picture, so that they align. Their
/// names are their order from back to front and the prompt's words, such as `02-cat.png`; the background has its name in
/// `lang`. Existing files are not overwritten. Returns how many were written.
///
/// # Errors
/// The disk is full, or the folder cannot be written to.
pub fn write_each(scene: &SceneLayers, folder: &Path, lang: Lang) -> Result<usize> {
    let ground = scene.ground.iter().map(|ground| (ground_name(lang).to_owned(), (**ground).clone()));
    let shown = scene.layers.iter().filter(|layer| !layer.hidden);
    let shown = shown.map(|layer| (file_name(layer), on_canvas(&layer.cut, scene.side)));
    let all: Vec<_> = ground.chain(shown).collect();
    for (n, (name, picture)) in all.iter().enumerate() {
        let bytes = picture_files::encode_png(picture, None)?;
        let stem = format!("{:02}-{name}", n + 1);
        let name = |attempt: u32| match attempt {
            0 => format!("{stem}.png"),
            again => format!("{stem}-{}.png", again + 1),
        };
        atomic::write_new(folder, name, &bytes)?;
    }
    Ok(all.len())
}

fn ground_name(lang: Lang) -> &'static str {
    lang.pick("background", "背景")
}

/// The prompt's words for a layer, with its number where it has one.
fn title(layer: &SceneLayer) -> String {
    numbered(layer.said.trim(), layer.name.nth, ' ')
}

/// [`title`] as a part of a file name. Words without any letter, such as an emoji, are replaced by the thing's label.
fn file_name(layer: &SceneLayer) -> String {
    let said = slug(&layer.said);
    let name = if said.is_empty() { slug(layer.label) } else { said };
    numbered(&name, layer.name.nth, '-')
}

fn numbered(name: &str, nth: u16, gap: char) -> String {
    if nth == 1 { name.to_owned() } else { format!("{name}{gap}{nth}") }
}

fn on_canvas(cut: &Cut, side: u32) -> Picture {
    let mut rgba = vec![0; 4 * side as usize * side as usize];
    let width = 4 * cut.picture.width as usize;
    for (y, row) in cut.picture.rgba.chunks_exact(width.max(1)).enumerate() {
        let at = 4 * ((cut.y as usize + y) * side as usize + cut.x as usize);
        if let Some(to) = rgba.get_mut(at..at + width) {
            to.copy_from_slice(row);
        }
    }
    Picture { width: side, height: side, rgba }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::sync::Arc;

    use super::*;
    use crate::domain::{LayerName, Place};

    fn plain(side: u32, colour: [u8; 4]) -> Picture {
        Picture { width: side, height: side, rgba: colour.repeat((side * side) as usize) }
    }

    fn layer(name: &str, label: &'static str, (x, y): (u32, u32), hidden: bool) -> SceneLayer {
        SceneLayer {
            name: LayerName::read(name).unwrap(),
            said: label.to_owned(),
            label,
            place: Place { x: 0.5, y: 0.5, side: 0.5 },
            flip: false,
            hidden,
            colour: None,
            visible: [0.0, 0.0, 1.0, 1.0],
            picture: Arc::new(plain(8, [9, 9, 9, 255])),
            cut: Arc::new(Cut { x, y, picture: plain(4, [200, 0, 0, 255]) }),
        }
    }

    fn decoded(bytes: &[u8]) -> Picture {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.png");
        std::fs::write(&file, bytes).unwrap();
        picture_files::open(&file).unwrap()
    }

    fn scene() -> SceneLayers {
        let layers = vec![layer("box.1", "box & \"lid\"", (2, 3), false), layer("cat.2", "cat face", (12, 12), true)];
        SceneLayers { side: 16, ground: Some(Arc::new(plain(16, [0, 0, 250, 255]))), layers }
    }

    #[test]
    fn an_open_raster_file_has_what_its_readers_look_for() {
        let bytes = open_raster(&scene(), &plain(16, [1, 2, 3, 255]), Lang::En).unwrap();
        // The type stands uncompressed at its fixed place.
        assert_eq!(&bytes[30..54], b"mimetypeimage/openraster");
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut read = |name: &str| {
            let mut out = Vec::new();
            zip.by_name(name).unwrap_or_else(|e| panic!("{name}: {e}")).read_to_end(&mut out).unwrap();
            out
        };
        let stack = String::from_utf8(read("stack.xml")).unwrap();
        let layers: Vec<_> = stack.lines().filter(|line| line.starts_with("<layer")).collect();
        assert_eq!(
            layers,
            [
                "<layer name=\"cat face 2\" src=\"data/layer1.png\" x=\"12\" y=\"12\" visibility=\"hidden\"/>",
                "<layer name=\"box &amp; &quot;lid&quot;\" src=\"data/layer0.png\" x=\"2\" y=\"3\" visibility=\"visible\"/>",
                "<layer name=\"background\" src=\"data/ground.png\" x=\"0\" y=\"0\"/>",
            ]
        );
        for (name, side) in
            [("data/layer0.png", 4), ("data/layer1.png", 4), ("data/ground.png", 16), ("mergedimage.png", 16)]
        {
            let picture = decoded(&read(name));
            assert_eq!((picture.width, picture.height), (side, side), "{name}");
        }
        assert!(decoded(&read("Thumbnails/thumbnail.png")).width <= 256);
    }

    #[test]
    fn a_file_for_each_layer_has_it_in_its_place_and_writes_nothing_over() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(write_each(&scene(), folder.path(), Lang::En).unwrap(), 2);
        assert_eq!(write_each(&scene(), folder.path(), Lang::En).unwrap(), 2);
        let mut names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["01-background-2.png", "01-background.png", "02-box-lid-2.png", "02-box-lid.png"]);
        let picture = decoded(&std::fs::read(folder.path().join("02-box-lid.png")).unwrap());
        let alpha = |x: usize, y: usize| picture.rgba[4 * (16 * y + x) + 3];
        assert_eq!((picture.width, alpha(2, 3), alpha(5, 6), alpha(1, 3), alpha(6, 6)), (16, 255, 255, 0, 0));
    }

    /// Regression: the files of a Chinese prompt had English names, and the picture's had a number alone.
    #[test]
    fn files_of_layers_are_named_by_the_words_of_the_prompt() {
        let said =
            |name: &str, said: &str| SceneLayer { said: said.to_owned(), ..layer(name, "cat face", (0, 0), false) };
        let layers =
            vec![said("猫.1", " 红色的猫 "), said("猫.2", "红色的猫"), said("x.1", "🐱"), said("y.1", "../a:b\\c")];
        let scene = SceneLayers { layers, ..scene() };
        for (lang, ground) in [(Lang::Zh, "01-背景.png"), (Lang::En, "01-background.png")] {
            let folder = tempfile::tempdir().unwrap();
            assert_eq!(write_each(&scene, folder.path(), lang).unwrap(), 5);
            let names =
                std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
            let mut names: Vec<String> = names.collect();
            names.sort();
            assert_eq!(names, [ground, "02-红色的猫.png", "03-红色的猫-2.png", "04-cat-face.png", "05-a-b-c.png"]);
        }
    }
}
