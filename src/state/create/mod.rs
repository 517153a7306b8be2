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

/// Names a picture of this session: its job and its place in it.
pub type ShotKey = (JobId, u32);

/// Pictures that the filmstrip keeps; older ones are in the gallery.
pub const STRIP: usize = 200;
/// Bytes of full pictures that it keeps, the newest first; the others are read again when they are shown. What is on
/// show, or not on the disk yet, stays beyond that.
pub const STRIP_BYTES: usize = 64 << 20;

/// Create, but for the sliders, which are in the settings.
#[derive(Clone, Debug, Default)]
pub struct CreateState {
    /// Jobs that wait or run, oldest first; the first one runs.
    pub jobs: Vec<ImageJob>,
    /// Finished pictures, newest first; at the end those of the times before.
    pub strip: Vec<Shot>,
    /// Those of them that are in the trash, with their places: undo brings them back.
    pub(in crate::state) binned: Vec<(usize, Shot)>,
    pub shown: Shown,
    /// Shown where the picture would be.
    pub error: Option<StudioError>,
    /// Latents whose decoding ended in that error, or was stopped: they can be decoded again.
    pub undecoded: Vec<Arc<Latents>>,
    /// A language model at work on the prompt.
    pub helper: Option<Helper>,
    /// What it made of the prompt, until the person takes it or not; see [`crate::state::AppState::proposal`].
    pub(in crate::state) proposal: Option<Proposal>,
    /// The passage that the prompt was written for: pictures of it are put beside it.
    pub subject: Option<Subject>,
    /// A picture was asked for without a prompt: the field is marked until there is one.
    pub prompt_missing: bool,
    /// The job that the next four are about, where they came with one: they go once the prompts or the model are others.
    pub(in crate::state) noted: Option<Box<Noted>>,
    /// What was taken out of the last prompt, see [`crate::domain::PictureNews::LeftOut`].
    pub left_out: Vec<Both>,
    /// Words of the last prompt that the model does not know.
    pub unknown_words: Vec<String>,
    /// How far it was read, where that is not to its end.
    pub read_to: Vec<ReadTo>,
    /// Predictions of the last job that were made again in full precision.
    pub widened: u32,
    /// The layers of the picture on the stage, where a person arranges them.
    pub layers: Option<LayersState>,
    /// The picture on the stage that is being read again.
    pub(in crate::state) reading: Option<ShotKey>,
    /// Seconds that the median step of the last job took.
    pub step_s: Option<f64>,
}

/// What notes about a prompt belong to.
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

/// A prompt that is being written.
#[derive(Clone, Debug)]
pub struct Helper {
    pub id: JobId,
    /// What has come so far.
    pub text: String,
    /// The prompt that stood there when it was asked: a newer one is not written over.
    pub before: String,
    /// The language model, and what it was asked for.
    pub model: String,
    pub wish: PromptWish,
    /// What the model reads: a new engine is asked the same.
    pub prompt: TextPrompt,
    /// It goes on with a text instead of answering: it was not trained to answer.
    pub raw: bool,
}

/// What a language model is asked to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PromptWish {
    /// The prompt, made better.
    Better,
    /// A prompt for this passage, with the looks of whom it names. Where the model only talks about it, the prompt is
    /// `plain`.
    Passage { text: String, plain: String },
}

/// A prompt that a language model made of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub old: String,
    pub new: String,
}

/// A picture job that is not over.
#[derive(Clone, Debug)]
pub struct ImageJob {
    pub id: JobId,
    pub request: Box<ImageRequest>,
    /// Where there are any: these are decoded, and nothing is drawn.
    pub decode: Vec<Arc<Latents>>,
    /// What it is to illustrate.
    pub subject: Option<Subject>,
    pub phase: Phase,
    pub progress: Option<StepProgress>,
    pub preview: Option<Arc<Picture>>,
    /// Counts previews, so that a view knows when to upload a new texture.
    pub preview_serial: u64,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Phase {
    Waiting,
    /// The model is being read.
    Loading(Option<f32>),
    Running,
    /// The person said stop; the engine obeys within a step.
    Cancelling,
}

/// A finished picture.
#[derive(Clone, Debug)]
pub struct Shot {
    pub key: ShotKey,
    /// In full; `None` where it is on the disk alone.
    pub picture: Option<Arc<Picture>>,
    pub record: Box<PictureRecord>,
    pub saved: Saved,
    /// The passage that it is put beside once it is on disk.
    pub subject: Option<Subject>,
}

/// Whether a picture is on disk.
#[derive(Clone, Debug)]
pub enum Saved {
    Saving,
    At(PathBuf),
    /// It is only in memory still; can be tried again.
    Failed(StudioError),
}

/// What the big pane shows, resolved.
#[derive(Clone, Copy, Debug)]
pub enum Stage<'a> {
    Empty,
    Job(&'a ImageJob),
    Shot(&'a Shot),
}

impl CreateState {
    /// Takes back what was said of the last prompt.
    pub(in crate::state) fn forget_notes(&mut self) {
        self.noted = None;
        self.left_out.clear();
        self.unknown_words.clear();
        self.read_to.clear();
        self.widened = 0;
    }

    /// The job whose pictures are shown side by side: several were asked for at once.
    pub fn batch(&self) -> Option<JobId> {
        let id = match (self.shown, self.stage()) {
            (Shown::Shot(_), _) | (_, Stage::Empty) => return None,
            (Shown::Newest | Shown::Job(_) | Shown::Batch(_), Stage::Job(job)) => job.id,
            (Shown::Newest | Shown::Job(_) | Shown::Batch(_), Stage::Shot(shot)) => shot.key.0,
        };
        self.is_batch(id).then_some(id)
    }

    /// Whether a job makes, or made, more than one picture that is still here.
    pub fn is_batch(&self, id: JobId) -> bool {
        let asked = self.jobs.iter().find(|job| job.id == id).is_some_and(|job| job.request.params.count > 1);
        asked || self.strip.iter().filter(|shot| shot.key.0 == id).count() > 1
    }

    /// A job's pictures that are done, in the order of their seeds.
    pub fn shots_of(&self, id: JobId) -> Vec<&Shot> {
        let mut shots: Vec<_> = self.strip.iter().filter(|shot| shot.key.0 == id).collect();
        shots.sort_by_key(|shot| shot.key.1);
        shots
    }

    /// Takes the error away, and what belongs to it.
    pub fn forget_error(&mut self) {
        self.error = None;
        self.undecoded.clear();
    }

    /// Whether latents wait for another try to decode them, where no error tells that.
    pub fn offers_decoding(&self) -> bool {
        self.error.is_none() && !self.undecoded.is_empty()
    }

    /// Takes an error away that is over; one that latents wait behind stays.
    pub(in crate::state) fn heal(&mut self, is_over: impl FnOnce(&StudioError) -> bool) {
        if self.undecoded.is_empty() {
            self.error.take_if(|error| is_over(error));
        }
    }

    /// The sliders or the model are others than before: what was wrong with a picture was wrong with those.
    fn heal_sliders(&mut self) {
        self.heal(|error| *error.cause() != Cause::EmptyPrompt);
    }

    pub fn running(&self) -> Option<&ImageJob> {
        self.jobs.first()
    }

    pub fn shot(&self, key: ShotKey) -> Option<&Shot> {
        self.strip.iter().find(|s| s.key == key)
    }

    /// Lets go of full pictures beyond [`STRIP_BYTES`].
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

    /// Bytes of all pictures in full.
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
