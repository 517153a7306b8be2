//! The state of Create.

mod across;
mod command;
mod files;
pub(super) mod helper;
mod illustrate;
mod jobs;
mod layers;
mod left;
mod restore;
mod sliders;
mod strip;
#[cfg(test)]
mod tests;
mod undo;
mod update;

pub use command::{CreateCommand, ImageEdit, Shown};
pub use layers::{LayersCommand, LayersFormat, LayersJob, LayersState, has_layers};
pub use undo::{CreateUndo, Steps};

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::{
    ImageParams, ImageRequest, JobId, Latents, Picture, PictureRecord, ReadTo, StepProgress, Subject, TextPrompt,
};
use crate::error::{Cause, StudioError};
use crate::lang::Both;

/// The id of a picture of this session: its job and its index in the job.
pub type ShotKey = (JobId, u32);

/// Maximum number of pictures on the strip. Older ones are in the gallery.
pub const STRIP: usize = 200;
/// Maximum bytes of full pictures that the strip keeps, newest first. The others are read again when they are shown.
/// Pictures on the stage or not saved yet do not count.
pub const STRIP_BYTES: usize = 64 << 20;

/// The state of Create, without the sliders, which are in the settings.
#[derive(Clone, Debug, Default)]
pub struct CreateState {
    /// Waiting and running jobs, oldest first. The first one is the running one.
    pub jobs: Vec<ImageJob>,
    /// Finished pictures, newest first, with those of earlier sessions at the end.
    pub strip: Vec<Shot>,
    /// Pictures of the strip that are in the trash, with their places, for undo.
    pub(in crate::state) binned: Vec<(usize, Shot)>,
    pub shown: Shown,
    /// The error that is shown in place of the picture.
    pub error: Option<StudioError>,
    /// Latents that were not decoded, because of an error or a cancel. They can be decoded again.
    pub undecoded: Vec<Arc<Latents>>,
    /// A language model that is writing a prompt.
    pub helper: Option<Helper>,
    /// The prompt that it proposes; see [`crate::state::AppState::proposal`].
    pub(in crate::state) proposal: Option<Proposal>,
    /// The passage that the prompt was written for. Pictures of it are put beside it.
    pub subject: Option<Subject>,
    /// The user asked for a picture without a prompt: the field is marked until there is one.
    pub prompt_missing: bool,
    /// What the next four fields are about. They are cleared when the prompts or the model change.
    pub(in crate::state) noted: Option<Box<Noted>>,
    /// What was left out of the last prompt; see [`crate::domain::PictureNews::LeftOut`].
    pub left_out: Vec<Both>,
    /// Words of the last prompt that the model does not know.
    pub unknown_words: Vec<String>,
    /// How far the last prompt was read, if not to its end.
    pub read_to: Vec<ReadTo>,
    /// How many predictions of the last job were repeated in full precision.
    pub widened: u32,
    /// The open layers of the picture on the stage.
    pub layers: Option<LayersState>,
    /// The picture on the stage, while it is being read from the disk.
    pub(in crate::state) reading: Option<ShotKey>,
    /// Median time of a step of the last job, in seconds.
    pub step_s: Option<f64>,
}

/// The prompts and the model that notes about a prompt belong to.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::state) struct Noted {
    pub model: String,
    pub prompt: String,
    pub negative: String,
}

impl Noted {
    fn of(job: &ImageJob) -> Box<Self> {
        let ImageParams { model, prompt, negative, .. } = job.request.params.clone();
        Box::new(Self { model, prompt, negative })
    }

    fn is_of(&self, now: &ImageParams) -> bool {
        (&self.model, &self.prompt, &self.negative) == (&now.model, &now.prompt, &now.negative)
    }
}

/// A prompt that a language model is writing.
#[derive(Clone, Debug)]
pub struct Helper {
    pub id: JobId,
    /// The text so far.
    pub text: String,
    /// The prompt when the helper was started. A newer one is not overwritten.
    pub before: String,
    /// The language model, and what it is asked for.
    pub model: String,
    pub wish: PromptWish,
    /// What the model reads. A new engine gets the same.
    pub prompt: TextPrompt,
    /// The model continues a text instead of answering, because it was not trained to answer.
    pub raw: bool,
}

/// What a language model is asked to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PromptWish {
    /// An improved prompt.
    Better,
    /// A prompt for this passage, with the looks of the people that it names. `plain` is used if the model's answer is
    /// no prompt.
    Passage { text: String, plain: String },
}

/// An improved prompt that a language model proposes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub old: String,
    pub new: String,
}

/// A waiting or running picture job.
#[derive(Clone, Debug)]
pub struct ImageJob {
    pub id: JobId,
    pub request: Box<ImageRequest>,
    /// If not empty, these latents are decoded and nothing is drawn.
    pub decode: Vec<Arc<Latents>>,
    /// The passage that the pictures illustrate.
    pub subject: Option<Subject>,
    pub phase: Phase,
    pub progress: Option<StepProgress>,
    pub preview: Option<Arc<Picture>>,
    /// Counts previews, so that a view knows when to upload a new texture.
    pub preview_serial: u64,
}

/// The state of a job.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Phase {
    Waiting,
    /// The model is being loaded: the fraction done, 0..1, if known.
    Loading(Option<f32>),
    Running,
    /// The user cancelled the job. The engine stops within a step.
    Cancelling,
}

/// A finished picture.
#[derive(Clone, Debug)]
pub struct Shot {
    pub key: ShotKey,
    /// The full picture; `None` if it is only on the disk.
    pub picture: Option<Arc<Picture>>,
    pub record: Box<PictureRecord>,
    pub saved: Saved,
    /// The passage that the picture is put beside once it is saved.
    pub subject: Option<Subject>,
}

/// Whether a picture is saved.
#[derive(Clone, Debug)]
pub enum Saved {
    Saving,
    At(PathBuf),
    /// It is only in memory. Saving can be tried again.
    Failed(StudioError),
}

/// What the stage, the big pane, shows.
#[derive(Clone, Copy, Debug)]
pub enum Stage<'a> {
    Empty,
    Job(&'a ImageJob),
    Shot(&'a Shot),
}

impl CreateState {
    /// Clears the notes about the last prompt.
    pub(in crate::state) fn forget_notes(&mut self) {
        self.noted = None;
        self.left_out.clear();
        self.unknown_words.clear();
        self.read_to.clear();
        self.widened = 0;
    }

    /// The job whose pictures are shown side by side, if it has several.
    pub fn batch(&self) -> Option<JobId> {
        let id = match (self.shown, self.stage()) {
            (Shown::Shot(_), _) | (_, Stage::Empty) => return None,
            (Shown::Newest | Shown::Job(_) | Shown::Batch(_), Stage::Job(job)) => job.id,
            (Shown::Newest | Shown::Job(_) | Shown::Batch(_), Stage::Shot(shot)) => shot.key.0,
        };
        self.is_batch(id).then_some(id)
    }

    /// Whether a job is for more than one picture, or has more than one on the strip.
    pub fn is_batch(&self, id: JobId) -> bool {
        let asked = self.jobs.iter().find(|job| job.id == id).is_some_and(|job| job.request.params.count > 1);
        asked || self.strip.iter().filter(|shot| shot.key.0 == id).count() > 1
    }

    /// A job's finished pictures, in the order of their seeds.
    pub fn shots_of(&self, id: JobId) -> Vec<&Shot> {
        let mut shots: Vec<_> = self.strip.iter().filter(|shot| shot.key.0 == id).collect();
        shots.sort_by_key(|shot| shot.key.1);
        shots
    }

    /// Clears the error and the latents that belong to it.
    pub fn forget_error(&mut self) {
        self.error = None;
        self.undecoded.clear();
    }

    /// Whether latents can be decoded again and no error says so.
    pub fn offers_decoding(&self) -> bool {
        self.error.is_none() && !self.undecoded.is_empty()
    }

    /// Clears an error whose cause is gone, unless latents wait for another try.
    pub(in crate::state) fn heal(&mut self, is_over: impl FnOnce(&StudioError) -> bool) {
        if self.undecoded.is_empty() {
            self.error.take_if(|error| is_over(error));
        }
    }

    /// Clears the error when the sliders or the model change, as it belonged to the old ones.
    fn heal_sliders(&mut self) {
        self.heal(|error| *error.cause() != Cause::EmptyPrompt);
    }

    pub fn running(&self) -> Option<&ImageJob> {
        self.jobs.first()
    }

    pub fn shot(&self, key: ShotKey) -> Option<&Shot> {
        self.strip.iter().find(|s| s.key == key)
    }

    /// Drops full pictures beyond [`STRIP_BYTES`].
    pub(in crate::state) fn trim_strip(&mut self) {
        let shown = match self.stage() {
            Stage::Shot(shot) => Some(shot.key),
            Stage::Empty | Stage::Job(_) => None,
        };
        let mut room = STRIP_BYTES;
        for shot in &mut self.strip {
            let Some(bytes) = shot.picture.as_ref().map(|picture| picture.rgba.len()) else { continue };
            if bytes > room && matches!(shot.saved, Saved::At(_)) && Some(shot.key) != shown {
                shot.picture = None;
            } else {
                room = room.saturating_sub(bytes);
            }
        }
    }

    /// Bytes of all full pictures and previews.
    pub fn picture_bytes(&self) -> usize {
        let shots = self.strip.iter().filter_map(|shot| shot.picture.as_ref());
        let previews = self.jobs.iter().filter_map(|job| job.preview.as_ref());
        shots.chain(previews).map(|picture| picture.rgba.len()).sum()
    }

    pub fn stage(&self) -> Stage<'_> {
        let newest = || match (self.jobs.first(), self.strip.first()) {
            (Some(job), _) => Stage::Job(job),
            (None, Some(shot)) => Stage::Shot(shot),
            (None, None) => Stage::Empty,
        };
        match self.shown {
            Shown::Newest => newest(),
            Shown::Job(id) => self.jobs.iter().find(|j| j.id == id).map_or_else(newest, Stage::Job),
            Shown::Batch(id) => match self.jobs.iter().find(|j| j.id == id) {
                Some(job) => Stage::Job(job),
                None => self.shots_of(id).first().map_or_else(newest, |shot| Stage::Shot(shot)),
            },
            Shown::Shot(key) => self.shot(key).map_or_else(newest, Stage::Shot),
        }
    }
}
