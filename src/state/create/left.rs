//! What is left of jobs that ended early. The next start, another engine or the user's command draws it.

use std::sync::Arc;

use crate::domain::{ImageRequest, Latents, Makes, Seed, Waiting};
use crate::state::{CreateState, Env, ImageJob, Phase};

impl CreateState {
    /// The pictures that would be lost if the window closed now.
    pub(in crate::state) fn pictures_now(&self) -> Vec<Waiting> {
        let wanted = self.jobs.iter().filter(|job| job.phase != Phase::Cancelling);
        wanted.filter_map(|job| self.not_drawn(job)).collect()
    }

    /// The pictures of a job that are not on the strip yet.
    pub(super) fn not_drawn(&self, job: &ImageJob) -> Option<Waiting> {
        // Latents that could not be decoded have a file of their own.
        if !job.decode.is_empty() {
            return None;
        }
        let done = self.done(job) as u32;
        let mut params = job.request.params.clone();
        params.count = params.count.saturating_sub(done);
        params.seed = Seed::Fixed(job.request.seed.wrapping_add(u64::from(done)));
        (params.count > 0).then(|| Waiting::Pictures { params: Box::new(params), subject: job.subject.clone() })
    }

    /// The latents of a job that are not decoded yet.
    pub(super) fn not_decoded(&self, job: &ImageJob) -> Vec<Arc<Latents>> {
        job.decode.iter().skip(self.done(job)).cloned().collect()
    }

    /// How many pictures of a job are on the strip.
    fn done(&self, job: &ImageJob) -> usize {
        self.strip.iter().filter(|shot| shot.key.0 == job.id).count()
    }

    /// Draws the pictures of an earlier job. Returns false if the model is not on the disk.
    pub(in crate::state) fn draw_waiting(&mut self, job: &Waiting, env: &mut Env<'_>) -> bool {
        let Waiting::Pictures { params, subject } = job else { return true };
        let ready = params.check().and_then(|()| env.model_files(&params.model, Makes::Image));
        let model = match ready {
            Ok(model) => model,
            Err(error) => {
                self.error = Some(error);
                return false;
            }
        };
        let Seed::Fixed(seed) = params.seed else { return true };
        let request = ImageRequest { params: (**params).clone(), model, seed, layers: false, strict: false };
        self.submit(request, Vec::new(), subject.clone(), env);
        true
    }

    /// Ends the jobs of the old engine, whose later events are ignored, and submits what is left of them to the new
    /// engine. Cancelled jobs are not submitted again.
    pub(in crate::state) fn draw_again(&mut self, env: &mut Env<'_>) {
        let mut ended = std::mem::take(&mut self.jobs);
        ended.retain(|job| job.phase == Phase::Cancelling || !self.ask_again(job, env));
        for job in ended {
            self.cancelled(job, env);
        }
    }

    /// Submits what is left of a job. Returns false if the model is not on the disk.
    fn ask_again(&mut self, job: &ImageJob, env: &mut Env<'_>) -> bool {
        if let Some(left) = self.not_drawn(job) {
            return self.draw_waiting(&left, env);
        }
        let latents = self.not_decoded(job);
        if !latents.is_empty() {
            let mut request = (*job.request).clone();
            request.params.count = latents.len() as u32;
            self.submit(request, latents, job.subject.clone(), env);
        }
        true
    }
}
