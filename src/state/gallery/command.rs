//! What can be asked for in Gallery.

use std::path::PathBuf;

use crate::domain::Enlarge;

#[derive(Clone, Debug, PartialEq)]
pub enum GalleryCommand {
    Select(Option<PathBuf>),
    /// Ctrl+click: puts a picture among the marked ones, or takes it out.
    Mark(PathBuf),
    /// Shift+click: marks all from the selected picture to this one.
    MarkTo(PathBuf),
    /// Ctrl+A: marks all that are found.
    MarkAll,
    /// No picture is marked any more; the selected one stays.
    Unmark,
    /// Shows a picture of the library over the whole room, or the grid again.
    ShowFull(bool),
    /// The picture so many places further in what is found.
    Step(i64),
    /// Copies of these pictures into a folder that is asked for.
    SaveCopies(Vec<PathBuf>),
    CopiesFolderChosen(PathBuf),
    /// Copies all pictures of the folder that was the library before into the library.
    CopyLibrary(PathBuf),
    TrashItems(Vec<PathBuf>),
    SetThumbnails(f32),
    /// Small pictures as their pixels, or smooth.
    SetPixels(bool),
    SetSearch(String),
    NeedThumbnail(PathBuf),
    /// Prompt and sliders of a picture of the library, whatever else its file brings.
    UseItem(PathBuf),
    SaveItemAs(PathBuf),
    /// The same, so many times as large.
    SaveItemAt(PathBuf, Enlarge),
    CopyItem(PathBuf),
    TrashItem(PathBuf),
    RestorePictures(Vec<PathBuf>),
    RefreshLibrary,
}

impl GalleryCommand {
    /// Whether prompt and sliders of Create change with it.
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
