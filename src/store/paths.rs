//! Where the program's files are.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use directories::{ProjectDirs, UserDirs};

use crate::domain::Settings;
use crate::error::{Result, StudioError};
use crate::lang::both;

/// The variable that puts everything below one folder: for portable use and for tests.
pub const HOME_VARIABLE: &str = "AIGC_STUDIO_HOME";

/// The folders of the program. Naming them creates none of them: each comes into being with its first file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    home: PathBuf,
    exports: PathBuf,
    settings: PathBuf,
    conversations: PathBuf,
    personas: PathBuf,
    library: PathBuf,
    models: PathBuf,
}

impl Paths {
    /// The folders of this person on this machine, or all below `AIGC_STUDIO_HOME` where that is set.
    ///
    /// # Errors
    /// The system names no home folder.
    pub fn of_this_person() -> Result<Self> {
        Self::find(env::var_os(HOME_VARIABLE))
    }

    /// The person's own folder.
    pub fn person() -> Option<PathBuf> {
        directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned())
    }

    fn find(home: Option<OsString>) -> Result<Self> {
        if let Some(home) = home.filter(|home| !home.is_empty()) {
            // Relative to where the program was started, whatever it may change into later.
            let home = std::path::absolute(&home).unwrap_or_else(|_| home.into());
            return Ok(Self::below(home));
        }
        let dirs = ProjectDirs::from("", "", "AIGC Studio").ok_or_else(|| {
            StudioError::other(both!(
                "this system names no home folder; set {HOME_VARIABLE} to a folder",
                "系统没有给出主文件夹；请把 {HOME_VARIABLE} 设为一个文件夹"
            ))
        })?;
        // Models are large: not in a profile that travels over the network (Windows' roaming data).
        let data = dirs.data_local_dir();
        let user = UserDirs::new();
        let user = user.as_ref();
        let pictures = user.and_then(|user| user.picture_dir()).map(|p| p.join("AIGC Studio"));
        let exports = user.and_then(|user| user.download_dir().or(user.document_dir()));
        Ok(Self {
            home: data.to_owned(),
            exports: exports.map_or_else(|| data.join("exports"), Path::to_owned),
            settings: dirs.config_local_dir().join("settings.toml"),
            conversations: data.join("conversations"),
            personas: data.join("personas"),
            library: pictures.unwrap_or_else(|| data.join("library")),
            models: data.join("models"),
        })
    }

    /// Everything below one folder.
    pub fn below(home: impl Into<PathBuf>) -> Self {
        let home = home.into();
        Self {
            exports: home.join("exports"),
            settings: home.join("settings.toml"),
            conversations: home.join("conversations"),
            personas: home.join("personas"),
            library: home.join("library"),
            models: home.join("models"),
            home,
        }
    }

    /// The folder for everything that has no place of its own: conversations, characters, models, drafts.
    pub fn data(&self) -> &Path {
        &self.home
    }

    /// What only one window may hold at a time, and what others hand over to it.
    pub fn window(&self) -> PathBuf {
        self.home.join("window")
    }

    /// The file of drafts and waiting jobs.
    pub fn desk(&self) -> PathBuf {
        self.home.join("desk.json")
    }

    /// The log file and reports of panics.
    pub fn logs(&self) -> PathBuf {
        self.home.join("logs")
    }

    /// Where pictures wait that could not be saved in the library.
    pub fn unsaved(&self) -> PathBuf {
        self.home.join("unsaved")
    }

    /// Where copies go that a person asks for where no dialog can ask for their place.
    pub fn exports(&self) -> &Path {
        &self.exports
    }

    /// The settings file.
    pub fn settings(&self) -> &Path {
        &self.settings
    }

    /// The folder of conversations.
    pub fn conversations(&self) -> &Path {
        &self.conversations
    }

    /// The folder of characters.
    pub fn personas(&self) -> &Path {
        &self.personas
    }

    /// Where pictures go: the person's choice, else the default.
    pub fn library(&self, settings: &Settings) -> PathBuf {
        settings.library.clone().unwrap_or_else(|| self.library.clone())
    }

    /// Where models go: the person's choice, else the default.
    pub fn models(&self, settings: &Settings) -> PathBuf {
        settings.models.clone().unwrap_or_else(|| self.models.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_variable_moves_everything_and_creates_nothing() {
        let home = tempfile::tempdir().unwrap();
        let below = home.path().join("studio");
        let paths = Paths::find(Some(below.clone().into())).unwrap();
        let settings = Settings::default();
        for path in [
            paths.settings(),
            paths.conversations(),
            paths.personas(),
            &paths.library(&settings),
            &paths.models(&settings),
            &paths.desk(),
            &paths.window(),
            &paths.unsaved(),
            &paths.logs(),
            paths.exports(),
        ] {
            assert!(path.starts_with(&below), "{path:?}");
        }
        assert!(!below.exists());
    }

    #[test]
    fn a_relative_home_becomes_absolute() {
        let paths = Paths::find(Some("here".into())).unwrap();
        assert!(paths.settings().is_absolute());
    }

    #[test]
    fn chosen_folders_win() {
        let paths = Paths::below("/home");
        let settings =
            Settings { library: Some("/pictures".into()), models: Some("/big/disk".into()), ..Settings::default() };
        assert_eq!(paths.library(&settings), Path::new("/pictures"));
        assert_eq!(paths.models(&settings), Path::new("/big/disk"));
    }
}
