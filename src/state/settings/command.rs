//! The commands for the settings of the whole program.

use std::path::PathBuf;

use crate::domain::{DeviceChoice, Pane, Theme, WindowGeometry};
use crate::lang::Lang;

#[derive(Clone, Debug, PartialEq)]
pub enum SettingsCommand {
    SetLang(Lang),
    SetTheme(Theme),
    SetZoom(f32),
    SetDevice(DeviceChoice),
    SetOffline(bool),
    ChooseLibraryFolder,
    LibraryFolderChosen(PathBuf),
    ChooseModelsFolder,
    ModelsFolderChosen(PathBuf),
    WindowChanged(WindowGeometry),
    /// A panel was dragged to this width; `None` is the default width.
    SetPane(Pane, Option<f32>),
}
