//! The settings file: TOML, so that a person can read and mend it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use jiff::Zoned;
use toml::Value;

use super::tolerant::Tree;
use super::toml_file::{self, Understood, tree_of};
use super::{aside, atomic};
use crate::domain::{Settings, WindowGeometry, text_of};
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::Both;

/// Prompts are kept in it, so it may be long; but not this long.
const MAX_FILE: u64 = 4 << 20;

/// Reads the settings. Values that cannot be read, or are out of range, are replaced and reported, and the file as it
/// was is moved aside; one that is no TOML is moved aside whole, and the defaults are used. Without a file (the first
/// start) there is no error.
pub fn load(path: &Path) -> (Settings, Option<StudioError>) {
    read(path, true)
}

/// As [`load`], but the file stays as it is.
pub fn look(path: &Path) -> (Settings, Option<StudioError>) {
    read(path, false)
}

fn read(path: &Path, may_write: bool) -> (Settings, Option<StudioError>) {
    let bytes = match read_bytes(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return (Settings::default(), None),
        Err(e) => return (Settings::default(), Some(StudioError::io(Doing::Reading, path, &e))),
    };
    let broken = |(reason, details): (Both, String)| {
        let kept = if may_write { aside::set_aside(path, broken_name()) } else { path.to_owned() };
        StudioError::from(Cause::SettingsBroken { kept, reason }).with_details(details)
    };
    let text = match text(bytes) {
        Ok(text) => text,
        Err(why) => return (Settings::default(), Some(broken(why))),
    };
    let file = match toml_file::read::<Settings>(&text) {
        Ok(file) => file,
        Err(error) => return (Settings::default(), Some(broken(reason_of(&text, &error)))),
    };
    let (mut settings, mut replaced) = (file.value.clone(), file.refused.clone());
    clamp(&mut settings);
    if let (Some(before), Some(after)) = (tree_of(&file.value), tree_of(&settings)) {
        changed(&before, &after, "", &mut replaced);
    }
    if replaced.is_empty() {
        return (settings, None);
    }
    let kept = match toml_file::text_of(&settings, Some(&file)) {
        Ok(text) if may_write => aside::replace(path, text.as_bytes(), broken_name()),
        _ => path.to_owned(),
    };
    let (reason, details) = match &file.error {
        Some(error) => reason_of(&text, error),
        None => (Both::new("out of range", "超出范围"), String::new()),
    };
    let error = StudioError::from(Cause::SettingsReplaced { kept, names: replaced.join(", "), reason });
    (settings, Some(error.with_details(details)))
}

fn read_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text of a file; else what is wrong with it, and the details.
fn text(bytes: Vec<u8>) -> std::result::Result<String, (Both, String)> {
    if bytes.len() as u64 > MAX_FILE {
        return Err((Both::new("it is too large", "文件过大"), String::new()));
    }
    text_of(bytes).map_err(|why| (Both::new("it is not text", "它不是文本"), why.en))
}

fn reason_of(text: &str, error: &toml::de::Error) -> (Both, String) {
    let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    let what = error.message().trim_end_matches('.').to_owned();
    let reason = match line {
        Some(line) => Both::new(format!("line {line}: {what}"), format!("第 {line} 行有误")),
        None => Both::new(what, "写法有误"),
    };
    (reason, error.to_string())
}

/// Names the values that are others now, with what they are now.
fn changed(before: &Value, after: &Value, above: &str, out: &mut Vec<String>) {
    for name in before.names() {
        let at = format!("{above}{name}");
        match (before.member(&name), after.member(&name)) {
            (Some(before), Some(after)) if !before.names().is_empty() => changed(before, after, &format!("{at}."), out),
            (Some(before), Some(after)) if before != after => out.push(format!("{at} = {after}")),
            (Some(_), None) => out.push(at),
            _ => {}
        }
    }
}

/// Names for a file that is moved aside.
fn broken_name() -> impl Fn(u32) -> String {
    let time = Zoned::now().strftime("%Y-%m-%d_%H%M%S").to_string();
    move |n| match n {
        1 => format!("settings.broken-{time}.toml"),
        n => format!("settings.broken-{time}-{n}.toml"),
    }
}

/// Writes the settings; the old file stays until the new one is whole. What a newer version wrote into it stays.
///
/// # Errors
/// The disk is full, or the folder cannot be written to.
pub fn save(path: &Path, settings: &Settings) -> Result<()> {
    let mut settings = settings.clone();
    clamp(&mut settings);
    let old: Option<Understood<Settings>> =
        read_bytes(path).ok().and_then(|bytes| toml_file::read(&text(bytes).ok()?).ok());
    let text = toml_file::text_of(&settings, old.as_ref()).map_err(|e| {
        StudioError::other(Both::new("the settings could not be written", "设置无法写入")).with_details(e)
    })?;
    atomic::write(path, text.as_bytes())
}

/// Brings every slider into its range: the file may have been edited by hand or by another version.
pub fn clamp(settings: &mut Settings) {
    for image in std::iter::once(&mut settings.image).chain(settings.image_of.values_mut()) {
        image.clamp();
    }
    settings.text.clamp();
    let side = |value: f32, default: f32| if value.is_finite() { value.clamp(200.0, 20_000.0) } else { default };
    let default = WindowGeometry::default();
    settings.window.width = side(settings.window.width, default.width);
    settings.window.height = side(settings.window.height, default.height);
    settings.zoom = settings.zoom.filter(|z| z.is_finite()).map(|z| z.clamp(0.5, 3.0));
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::domain::{GUIDANCE, Room, SEED_MAX, Sampler, Seed, Theme};
    use crate::lang::Lang;

    fn home() -> (tempfile::TempDir, std::path::PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("settings.toml");
        (home, path)
    }

    #[test]
    fn everything_comes_back() {
        let (_home, path) = home();
        let mut settings = Settings {
            lang: Some(Lang::Zh),
            theme: Theme::Light,
            library: Some("/pictures/图片".into()),
            zoom: Some(1.25),
            room: Room::Write,
            offline: true,
            system_prompt: "Be brief.\n\"Always\" = ''' \\ 简短".into(),
            ..Settings::default()
        };
        settings.image.prompt = "a\nb\t\u{1}".into();
        settings.image.seed = Seed::Fixed(SEED_MAX);
        settings.image.sampler = Sampler::Midpoint;
        settings.text.top_p = 0.93;
        settings.text.stop = vec!["\n\n".into(), "###".into()];
        settings.window.maximized = true;
        save(&path, &settings).unwrap();
        assert_eq!(load(&path).0, settings);
        assert!(load(&path).1.is_none());
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("temperature = 0.8\n"), "as a person would write it: {text}");
    }

    #[test]
    fn the_first_start_has_defaults_and_no_error() {
        let (_home, path) = home();
        let (settings, error) = load(&path);
        assert_eq!(settings, Settings::default());
        assert!(error.is_none() && !path.exists());
    }

    #[test]
    fn broken_files_are_kept_aside() {
        for (name, bytes) in [
            ("garbage", b"[[[nonsense".to_vec()),
            ("not text", vec![0xff, 0xfe, 0, 1]),
            ("cut", b"theme = \"li".to_vec()),
            ("huge", vec![b'#'; MAX_FILE as usize + 1]),
            ("NUL bytes", vec![0; 300]),
        ] {
            let (home, path) = home();
            fs::write(&path, &bytes).unwrap();
            let (settings, error) = load(&path);
            assert_eq!(settings, Settings::default(), "{name}");
            let error = error.expect(name);
            let Cause::SettingsBroken { kept, reason } = error.cause() else { panic!("{name}: {error:?}") };
            assert_eq!(fs::read(kept).unwrap(), bytes, "{name}");
            assert!(!reason.en.is_empty() && !path.exists(), "{name}");
            // A second broken file in the same second has its own name.
            fs::write(&path, &bytes).unwrap();
            load(&path);
            assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2, "{name}");
        }
    }

    #[test]
    fn unknown_and_missing_keys_are_no_error() {
        let (_home, path) = home();
        fs::write(&path, "offline = true\nfrom_the_future = 3\n[image]\nsteps = 30\n").unwrap();
        let (settings, error) = load(&path);
        assert!(error.is_none(), "{error:?}");
        assert!(settings.offline);
        assert_eq!((settings.image.steps, settings.image.guidance), (30, GUIDANCE.default as f32));
    }

    /// What a person edited wrongly costs only itself, is named, and the file as it was is kept.
    #[test]
    fn values_that_cannot_be_read_are_replaced_and_told() {
        for (bad, name) in [
            ("offline = 7", "offline"),
            ("theme = \"purple\"", "theme"),
            ("lang = \"fr\"", "lang"),
            ("room = \"audio\"", "room"),
            ("zoom = \"large\"", "zoom"),
            ("agreed = [\"a\", 3]", "agreed.2"),
            ("[image]\nsampler = \"DPM9\"\nsteps = 30", "image.sampler"),
            ("[image]\nseed = { fixed = -4 }\nsteps = 30", "image.seed"),
            ("[window]\nwidth = \"wide\"", "window.width"),
            ("[panes]\nnowhere = 3.0\ncontrols = 300.0", "panes.nowhere"),
            ("[text]\norder = [\"top_k\", \"top_z\"]", "text.order.2"),
            ("[image_of.mine]\nsampler = \"DPM9\"\nsteps = 30", "image_of.mine.sampler"),
        ] {
            let (home, path) = home();
            let file = format!("person = \"Lin\"\n{bad}\n");
            fs::write(&path, &file).unwrap();
            let (settings, error) = load(&path);
            assert_eq!(settings.person, "Lin", "{bad}");
            if bad.contains("steps") {
                let steps = settings.image_of.get("mine").map_or(settings.image.steps, |image| image.steps);
                assert_eq!(steps, 30, "{bad}");
            }
            let error = error.expect(bad);
            let Cause::SettingsReplaced { kept, names, reason } = error.cause() else { panic!("{bad}: {error:?}") };
            assert_eq!(names, name, "{bad}");
            assert!(!reason.en.is_empty() && !reason.zh.is_empty(), "{bad}: {reason:?}");
            assert_eq!(fs::read_to_string(kept).unwrap(), file, "{bad}");
            // It is told once.
            assert!(load(&path).1.is_none(), "{bad}");
            assert_eq!(load(&path).0, settings, "{bad}");
            assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2, "{bad}");
        }
    }

    #[test]
    fn looking_leaves_a_wrong_file_as_it_is() {
        for bad in ["theme = \"purple\"", "[image]\nsteps = 100000", "[[["] {
            let (home, path) = home();
            fs::write(&path, bad).unwrap();
            assert!(look(&path).1.is_some(), "{bad}");
            assert_eq!(fs::read_to_string(&path).unwrap(), bad);
            assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
        }
    }

    #[test]
    fn what_a_newer_version_wrote_stays_when_settings_are_saved() {
        let (_home, path) = home();
        let file = "new = 1979-05-27\nzoom = 2.0\n[image]\nsteps = 30\nglow = 0.5\n[parts_of]\nflux = [\"/vae\"]\n\
                    [audio]\nvoice = \"Ada\"\n";
        fs::write(&path, file).unwrap();
        let (mut settings, error) = load(&path);
        assert!(error.is_none(), "{error:?}");
        (settings.image.steps, settings.zoom) = (40, None);
        settings.parts_of.clear();
        for _ in 0..2 {
            save(&path, &settings).unwrap();
            assert_eq!(load(&path).0, settings, "what was taken away does not come back");
            let table: toml::Table = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            assert_eq!(table["audio"]["voice"].as_str(), Some("Ada"));
            assert_eq!(table["image"]["glow"].as_float(), Some(0.5));
            assert_eq!(table["new"].to_string(), "1979-05-27");
        }
    }

    #[test]
    fn sliders_out_of_range_are_clamped_and_told() {
        let (_home, path) = home();
        let file = "zoom = nan\n[image]\nsteps = 100000\nguidance = -3.0\nwidth = 0\nseed = { fixed = 99999999999 }\n\
                    [text]\ntemperature = inf\ntop_p = nan\ntop_k = 4000000000\n[window]\nwidth = 1e30\nheight = nan\n";
        fs::write(&path, file).unwrap();
        let (settings, error) = load(&path);
        let error = error.unwrap();
        let Cause::SettingsReplaced { kept, names, .. } = error.cause() else { panic!("{error:?}") };
        assert_eq!(fs::read_to_string(kept).unwrap(), file);
        for name in ["zoom", "image.steps = 150", "image.width = 8", "text.top_k = 1000", "window.height = 800"] {
            assert!(names.contains(name), "{name}: {names}");
        }
        assert!(!names.contains("seed"), "{names}");
        assert_eq!((settings.image.steps, settings.image.guidance, settings.image.width), (150, 0.0, 8));
        assert_eq!(settings.image.seed, Seed::Fixed(99_999_999_999), "64 bits are in range");
        assert_eq!((settings.text.temperature, settings.text.top_p, settings.text.top_k), (5.0, 0.95, 1000));
        assert_eq!((settings.window.width, settings.window.height), (20_000.0, 800.0));
        assert_eq!(settings.zoom, None);
        settings.text.check().unwrap();
        assert!(load(&path).1.is_none(), "it is told once");
    }

    #[test]
    fn a_write_that_fails_keeps_the_old_settings() {
        let (home, path) = home();
        fs::write(home.path().join("file"), "").unwrap();
        save(&path, &Settings { offline: true, ..Settings::default() }).unwrap();
        save(&home.path().join("file/settings.toml"), &Settings::default()).unwrap_err();
        assert!(load(&path).0.offline);
    }
}
