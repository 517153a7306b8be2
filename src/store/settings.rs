//! The settings file: TOML, so that a person can read and mend it.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use jiff::Zoned;

use super::atomic;
use crate::domain::{Settings, WindowGeometry, text_of};
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::Both;

/// Prompts are kept in it, so it may be long; but not this long.
const MAX_FILE: u64 = 4 << 20;

/// Reads the settings. A file that cannot be read as settings is moved aside and reported, and the defaults are used.
/// Without a file (the first start) there is no error.
pub fn load(path: &Path) -> (Settings, Option<StudioError>) {
    read(path, set_aside)
}

/// As [`load`], but a file that cannot be read stays where it is.
pub fn look(path: &Path) -> (Settings, Option<StudioError>) {
    read(path, |path, reason| Cause::SettingsBroken { kept: path.to_owned(), reason }.into())
}

fn read(path: &Path, broken: fn(&Path, Both) -> StudioError) -> (Settings, Option<StudioError>) {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return (Settings::default(), None),
        Err(e) => return (Settings::default(), Some(StudioError::io(Doing::Reading, path, &e))),
    };
    let mut bytes = Vec::new();
    if let Err(e) = file.take(MAX_FILE + 1).read_to_end(&mut bytes) {
        return (Settings::default(), Some(StudioError::io(Doing::Reading, path, &e)));
    }
    match parse(&bytes) {
        Ok(mut settings) => {
            clamp(&mut settings);
            (settings, None)
        }
        Err((reason, details)) => (Settings::default(), Some(broken(path, reason).with_details(details))),
    }
}

fn parse(bytes: &[u8]) -> std::result::Result<Settings, (Both, String)> {
    if bytes.len() as u64 > MAX_FILE {
        return Err((Both::new("it is too large", "文件过大"), String::new()));
    }
    let text = text_of(bytes.to_vec()).map_err(|why| (Both::new("it is not text", "它不是文本"), why.en))?;
    toml::from_str(&text).map_err(|e| {
        let line = e.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let what = e.message().trim_end_matches('.').to_owned();
        let reason = match line {
            Some(line) => Both::new(format!("line {line}: {what}"), format!("第 {line} 行有误")),
            None => Both::new(what, "写法有误"),
        };
        (reason, e.to_string())
    })
}

/// Renames a broken file so that nothing of it is lost.
fn set_aside(path: &Path, reason: Both) -> StudioError {
    let time = Zoned::now().strftime("%Y-%m-%d_%H%M%S").to_string();
    let names = (1..1000).map(|n| match n {
        1 => format!("settings.broken-{time}.toml"),
        n => format!("settings.broken-{time}-{n}.toml"),
    });
    let kept = names.map(|name| path.with_file_name(name)).find(|p| !p.exists());
    match kept {
        Some(kept) => match fs::rename(path, &kept) {
            Ok(()) => Cause::SettingsBroken { kept, reason }.into(),
            Err(e) => StudioError::from(Cause::SettingsBroken { kept: path.to_owned(), reason }).with_details(e),
        },
        None => Cause::SettingsBroken { kept: path.to_owned(), reason }.into(),
    }
}

/// Writes the settings; the old file stays until the new one is whole.
///
/// # Errors
/// The disk is full, or the folder cannot be written to.
pub fn save(path: &Path, settings: &Settings) -> Result<()> {
    let mut settings = settings.clone();
    clamp(&mut settings);
    let text = toml::to_string_pretty(&settings).map_err(|e| {
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
            ("wrong type", b"offline = 7".to_vec()),
            ("unknown choice", b"theme = \"purple\"".to_vec()),
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

    #[test]
    fn sliders_out_of_range_are_clamped() {
        let (_home, path) = home();
        fs::write(
            &path,
            "zoom = nan\n[image]\nsteps = 100000\nguidance = -3.0\nwidth = 0\nseed = { fixed = 99999999999 }\n\
             [text]\ntemperature = inf\ntop_p = nan\ntop_k = 4000000000\n[window]\nwidth = 1e30\nheight = nan\n",
        )
        .unwrap();
        let (settings, error) = load(&path);
        assert!(error.is_none(), "{error:?}");
        assert_eq!((settings.image.steps, settings.image.guidance, settings.image.width), (150, 0.0, 8));
        assert_eq!(settings.image.seed, Seed::Fixed(99_999_999_999), "64 bits are in range");
        assert_eq!((settings.text.temperature, settings.text.top_p, settings.text.top_k), (5.0, 0.95, 1000));
        assert_eq!((settings.window.width, settings.window.height), (20_000.0, 800.0));
        assert_eq!(settings.zoom, None);
        settings.text.check().unwrap();
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
