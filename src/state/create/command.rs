//! The commands of Create.

use crate::domain::{Enlarge, ImageParam, JobId, NoiseSource, Sampler, Schedule, Seed};
use crate::state::{LayersCommand, ShotKey};

#[derive(Clone, Debug, PartialEq)]
pub enum CreateCommand {
    /// Undoes the newest change of Create's prompt and sliders.
    UndoPrompt,
    SetImage(ImageEdit),
    /// Rolls a seed and keeps it.
    RollSeed,
    Generate,
    Show(Shown),
    /// Sets the prompt and sliders of a finished picture, with its seed.
    UseSettings(ShotKey),
    /// Draws it again with another seed, at once.
    Vary(ShotKey),
    SavePictureAs(ShotKey),
    /// Saves it enlarged.
    SavePictureAt(ShotKey, Enlarge),
    CopyPicture(ShotKey),
    TrashPicture(ShotKey),
    /// Tries again to save a picture that could not be saved.
    RetrySave(ShotKey),
    Layers(LayersCommand),
    DismissError,
    /// Decodes the latents whose decoding failed, with the model in use.
    DecodeAgain,
    /// Lets the language model improve the prompt, or stops it if it is already doing so.
    ImprovePrompt,
    /// Replaces the prompt with the proposed one.
    UseProposal,
    DropProposal,
    /// The prompt no longer belongs to a passage.
    ForgetSubject,
    /// Goes to the text that the prompt was written for.
    GoToSubject,
}

/// One slider or field of Create.
#[derive(Clone, Debug, PartialEq)]
pub enum ImageEdit {
    Prompt(String),
    Negative(String),
    Model(String),
    Size(u32, u32),
    /// A number of the table. It is clamped to its range.
    Number(ImageParam, f64),
    Seed(Seed),
    Sampler(Sampler),
    Schedule(Schedule),
    Noise(NoiseSource),
    /// A word of the prompt, and the label of the thing that it means.
    Thing(String, String),
    /// Lays the layers out by the prompt alone again.
    Unarrange,
    /// Sets all sliders to the model's defaults; the prompt stays.
    Reset,
}

/// What the big pane of Create shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// The newest: the running job, else the newest picture.
    #[default]
    Newest,
    Job(JobId),
    Shot(ShotKey),
    /// All pictures of a job side by side.
    Batch(JobId),
}
