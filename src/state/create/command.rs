//! What can be asked for in Create.

use crate::domain::{Enlarge, ImageParam, JobId, NoiseSource, Sampler, Schedule, Seed};
use crate::state::{LayersCommand, ShotKey};

#[derive(Clone, Debug, PartialEq)]
pub enum CreateCommand {
    /// The newest change of prompt and sliders of Create.
    UndoPrompt,
    SetImage(ImageEdit),
    /// Rolls a seed now and pins it.
    RollSeed,
    Generate,
    Show(Shown),
    /// Prompt and sliders of a finished picture, seed included.
    UseSettings(ShotKey),
    /// The same with another seed, at once.
    Vary(ShotKey),
    SavePictureAs(ShotKey),
    /// The same, so many times as large.
    SavePictureAt(ShotKey, Enlarge),
    CopyPicture(ShotKey),
    TrashPicture(ShotKey),
    /// Tries again to write a picture that could not be saved.
    RetrySave(ShotKey),
    Layers(LayersCommand),
    DismissError,
    /// Makes pictures of the latents whose decoding failed, with the model that is chosen now.
    DecodeAgain,
    /// Lets the language model improve the prompt; again: stops it.
    ImprovePrompt,
    /// Takes the prompt that it proposes, or keeps the old one.
    UseProposal,
    DropProposal,
    /// The prompt is for no passage any more.
    ForgetSubject,
    /// Back to the text that the prompt was written for.
    GoToSubject,
}

/// One slider or field of Create.
#[derive(Clone, Debug, PartialEq)]
pub enum ImageEdit {
    Prompt(String),
    Negative(String),
    Model(String),
    Size(u32, u32),
    /// A number of the table; one that is out of range is brought into it.
    Number(ImageParam, f64),
    Seed(Seed),
    Sampler(Sampler),
    Schedule(Schedule),
    Noise(NoiseSource),
    /// A word of the prompt, and the label of the thing that it shall mean.
    Thing(String, String),
    /// The layers are laid out by the prompt alone again.
    Unarrange,
    /// All sliders back to the model's defaults; the prompt stays.
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
