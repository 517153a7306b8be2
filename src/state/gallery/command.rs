//! The commands of Gallery.

use std::path::PathBuf;

use crate::domain::Enlarge;

#[derive(Clone, Debug, PartialEq)]
pub enum GalleryCommand {
    Select(Option<PathBuf>),
    /// Ctrl+click: marks a picture, or unmarks it.
    Mark(PathBuf),
    /// Shift+click: marks all from the selected picture to this one.
    MarkTo(PathBuf),
    /// Ctrl+A: marks all pictures that the search finds.
    MarkAll,
    /// Unmarks all pictures. The selected one stays selected.
    Unmark,
    /// Shows a picture over the whole room, or the grid again.
    ShowFull(bool),
    /// Selects the picture this many places further among those found.
    Step(i64),
    /// Asks for a folder and copies these pictures into it.
    SaveCopies(Vec<PathBuf>),
    CopiesFolderChosen(PathBuf),
    /// Copies all pictures of the former library folder into the library.
    CopyLibrary(PathBuf),
    TrashItems(Vec<PathBuf>),
    SetThumbnails(f32),
    /// Shows small pictures with sharp pixels, or smooth.
    SetPixels(bool),
    SetSearch(String),
    NeedThumbnail(PathBuf),
    /// Sets the prompt and sliders of a picture of the library. The rest of its file is ignored.
    UseItem(PathBuf),
    SaveItemAs(PathBuf),
    /// Saves it enlarged.
    SaveItemAt(PathBuf, Enlarge),
    CopyItem(PathBuf),
    TrashItem(PathBuf),
    RestorePictures(Vec<PathBuf>),
    RefreshLibrary,
}

impl GalleryCommand {
    /// Whether it changes prompt and sliders of Create.
    pub(in crate::state) fn sets_the_prompt(&self) -> bool {
        match self {
            Self::UseItem(_) => true,
            Self::Select(_)
            | Self::Mark(_)
            | Self::MarkTo(_)
            | Self::MarkAll
            | Self::Unmark
            | Self::ShowFull(_)
            | Self::Step(_)
            | Self::SaveCopies(_)
            | Self::CopiesFolderChosen(_)
            | Self::CopyLibrary(_)
            | Self::TrashItems(_)
            | Self::SetThumbnails(_)
            | Self::SetPixels(_)
            | Self::SetSearch(_)
            | Self::NeedThumbnail(_)
            | Self::SaveItemAs(_)
            | Self::SaveItemAt(..)
            | Self::CopyItem(_)
            | Self::TrashItem(_)
            | Self::RestorePictures(_)
            | Self::RefreshLibrary => false,
        }
    }
}
