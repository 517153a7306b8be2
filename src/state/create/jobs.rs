//! Picture jobs: submitted, and updated from the engine's events.

use std::sync::Arc;

use crate::domain::{
    EventKind, ImageParams, ImageRequest, JobId, Latents, Makes, News, Outcome, PictureNews, PictureTask, Room, Seed,
    StoreRequest, Subject, Task,
};
use crate::state::create::Noted;
use crate::state::update::advance;
use crate::state::{CreateState, Effect, Env, ImageJob, NoticeKind, Phase, Shown, Stage};

impl CreateState {
    /// Submits a job for the prompt and sliders in the fields.
    pub(in crate::state) fn generate(&mut self, env: &mut Env<'_>) {
        let mut params = env.settings.image.clone();
        // Another model, or the settings of a picture, may have left values that this model does not take.
        if let Some(entry) = env.catalogue.entry(&params.model) {
            params.fit(&entry.card.takes());
        }
        // The field itself shows that the prompt is missing.
        self.prompt_missing = params.prompt.trim().is_empty();
        if self.prompt_missing {
            return;
        }
        let ready = params.check().and_then(|()| env.model_files(&params.model, Makes::Image));
        let model = match ready {
            Ok(model) => model,
            Err(error) => {
                self.error = Some(error);
                return;
            }
        };
        let seed = match params.seed {
            Seed::Fixed(n) => n,
            Seed::Random => env.dice.roll(),
        };
        self.submit(
            ImageRequest { params, model, seed, layers: false, strict: false },
            Vec::new(),
            self.subject.clone(),
            env,
        );
    }

    /// Decodes the latents that are left, with the model in use.
    pub(in crate::state) fn decode_again(&mut self, env: &mut Env<'_>) {
        let latents = std::mem::take(&mut self.undecoded);
        let id = env.settings.image.model.clone();
        self.decode(latents, &id, env);
    }

    /// Decodes latents from a file, with the model that made them if it is on the disk, otherwise with the model in
    /// use.
    pub(in crate::state) fn decode_opened(&mut self, latents: Vec<Arc<Latents>>, env: &mut Env<'_>) {
        let id = latents.first().map(|latents| latents.record.model.clone()).unwrap_or_default();
        let is_here = env.catalogue.resolve(&id, Makes::Image).is_ok();
        let id = if is_here { id } else { env.settings.image.model.clone() };
        env.settings.room = Room::Create;
        self.decode(latents, &id, env);
    }

    fn decode(&mut self, latents: Vec<Arc<Latents>>, model: &str, env: &mut Env<'_>) {
        let Some(first) = latents.first() else { return };
        match env.model_files(model, Makes::Image) {
            Ok(model) => {
                let (width, height, seed) = (first.record.width, first.record.height, first.record.seed());
                let count = latents.len() as u32;
                let params = ImageParams { width, height, count, ..ImageParams::default() };
                let request = ImageRequest { params, model, seed, layers: false, strict: false };
                self.submit(request, latents, self.subject.clone(), env);
            }
            Err(error) => {
                self.error = Some(error);
                self.undecoded = latents;
            }
        }
    }

    /// Submits a job whose pictures illustrate `subject`. If there are latents, they are decoded and nothing is drawn.
    pub(super) fn submit(
        &mut self,
        request: ImageRequest,
        decode: Vec<Arc<Latents>>,
        subject: Option<Subject>,
        env: &mut Env<'_>,
    ) {
        let id = env.lanes.new_job();
        let request = Box::new(request);
        let task = PictureTask::new(request.clone(), decode.clone());
        self.forget_error();
        self.forget_notes();
        env.notices.take_away(|n, _| matches!(n.kind, NoticeKind::PicturesCancelled(_)));
        self.shown = Shown::Newest;
        self.jobs.push(ImageJob {
            id,
            request,
            decode,
            subject,
            phase: Phase::Waiting,
            progress: None,
            preview: None,
            preview_serial: 0,
        });
        env.ask_engine(id, Task::Picture(task));
    }

    /// Cancels a picture job. Returns false if there is none with this id.
    pub(in crate::state) fn cancel(&mut self, id: JobId, env: &mut Env<'_>) -> bool {
        let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) else { return false };
        job.phase = Phase::Cancelling;
        env.cancel_job(id);
        true
    }

    /// Cancels the job on the stage, or else the running one.
    pub(in crate::state) fn cancel_shown(&mut self, env: &mut Env<'_>) {
        let id = match self.stage() {
            Stage::Job(job) => Some(job.id),
            Stage::Empty | Stage::Shot(_) => self.running().map(|job| job.id),
        };
        if let Some(id) = id {
            self.cancel(id, env);
        }
    }

    /// Handles an event of a picture job.
    pub(super) fn picture_event(&mut self, id: JobId, kind: EventKind, env: &mut Env<'_>) {
        let Some(at) = self.jobs.iter().position(|job| job.id == id) else { return };
        let job = &mut self.jobs[at];
        match kind {
            EventKind::Started | EventKind::Ready { .. } => advance(&mut job.phase, Phase::Running),
            EventKind::Loading { fraction } => advance(&mut job.phase, Phase::Loading(fraction)),
            EventKind::Progress(progress) => {
                advance(&mut job.phase, Phase::Running);
                job.progress = Some(progress);
            }
            EventKind::News(News::Picture(news)) => self.picture_news(at, news, env),
            EventKind::Finished(outcome) => {
                let job = self.jobs.remove(at);
                if let Outcome::Image(stats) = outcome {
                    self.noted = Some(Noted::of(&job));
                    self.unknown_words = stats.unknown_words;
                    self.read_to = stats.read_to;
                    self.widened = stats.widened;
                    // A job that only decodes has no steps.
                    if job.decode.is_empty() {
                        self.step_s = Some(stats.step_s);
                    }
                }
                self.leave_job(id);
            }
            EventKind::Failed(error) => {
                let job = self.jobs.remove(at);
                self.error = Some(error);
                self.offer_to_decode(&job);
                self.leave_job(id);
            }
            EventKind::Cancelled => {
                let job = self.jobs.remove(at);
                self.cancelled(job, env);
            }
            // Picture jobs only send news of pictures.
            EventKind::Freed { .. } | EventKind::Unloaded { .. } | EventKind::News(_) => {}
        }
    }

    /// Handles picture news of the job at `at`.
    fn picture_news(&mut self, at: usize, news: PictureNews, env: &mut Env<'_>) {
        let job = &mut self.jobs[at];
        match news {
            PictureNews::Preview { progress, picture } => {
                advance(&mut job.phase, Phase::Running);
                job.progress = Some(progress);
                job.preview = Some(picture);
                job.preview_serial += 1;
            }
            PictureNews::LeftOut { notes } => {
                self.noted = Some(Noted::of(job));
                self.left_out = notes;
            }
            PictureNews::Picture { index, picture, record } => {
                let (key, subject) = ((job.id, index), job.subject.clone());
                self.keep_new(key, picture, record, subject, env);
            }
            PictureNews::Undecoded { latents } => {
                env.push(Effect::Store(StoreRequest::KeepLatents(latents.clone())));
                self.undecoded = vec![latents];
            }
            PictureNews::Layers(_) => {}
        }
    }

    /// Handles a job that was cancelled and is off the list: offers to draw or decode the rest.
    pub(super) fn cancelled(&mut self, job: ImageJob, env: &mut Env<'_>) {
        let id = job.id;
        if let Some(left) = self.not_drawn(&job) {
            env.note(NoticeKind::PicturesCancelled(Box::new(left)));
        }
        self.offer_to_decode(&job);
        self.leave_job(id);
    }

    /// Keeps the latents that a job did not decode for another try.
    fn offer_to_decode(&mut self, job: &ImageJob) {
        let left = self.not_decoded(job);
        if !left.is_empty() {
            self.undecoded = left;
        }
    }

    fn leave_job(&mut self, id: JobId) {
        if self.shown == Shown::Job(id) {
            // Its finished pictures stay side by side.
            self.shown = if self.is_batch(id) { Shown::Batch(id) } else { Shown::Newest };
        }
    }
}
