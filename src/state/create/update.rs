//! Create: sliders, jobs, finished pictures.

use std::path::Path;
use std::sync::Arc;

use crate::domain::{
    Enlarge, EventKind, FreeSize, ImageParams, ImageRequest, JobId, Latents, Makes, News, Outcome, Parameter, Picture,
    PictureNews, PictureRecord, PictureTask, Room, Seed, Size, Task,
};
use crate::error::StudioError;
use crate::state::create::Noted;
use crate::state::update::advance;
use crate::state::{
    AppState, CreateCommand, Effect, Effects, ImageEdit, ImageJob, NoticeKind, Phase, STRIP, Saved, Shot, ShotKey,
    Shown, Stage,
};

/// Models whose sliders are remembered.
const REMEMBERED: usize = 200;

impl AppState {
    pub(in crate::state) fn create_command(&mut self, command: CreateCommand, fx: &mut Effects) {
        match command {
            CreateCommand::UndoPrompt => self.undo_prompt(fx),
            CreateCommand::SetImage(edit) => {
                self.stop_helper_for(&edit, fx);
                self.set_image(edit);
            }
            CreateCommand::RollSeed => self.roll_seed(),
            CreateCommand::Generate => self.generate(fx),
            CreateCommand::Show(shown) => self.create.shown = shown,
            CreateCommand::UseSettings(key) => self.use_settings(key),
            CreateCommand::Vary(key) => self.vary(key, fx),
            CreateCommand::SavePictureAs(key) => self.export_shot(key, Enlarge::NONE, fx),
            CreateCommand::SavePictureAt(key, enlarge) => self.export_shot(key, enlarge, fx),
            CreateCommand::CopyPicture(key) => self.copy_shot(key, fx),
            CreateCommand::TrashPicture(key) => self.trash_shot(key, fx),
            CreateCommand::RetrySave(key) => self.retry_save(key, fx),
            CreateCommand::Layers(command) => self.layers_command(command, fx),
            CreateCommand::DismissError => self.create.forget_error(),
            CreateCommand::DecodeAgain => self.decode_again(fx),
            CreateCommand::ImprovePrompt => self.improve_prompt(fx),
            CreateCommand::UseProposal => self.use_proposal(),
            CreateCommand::DropProposal => self.create.proposal = None,
            CreateCommand::ForgetSubject => self.create.subject = None,
            CreateCommand::GoToSubject => self.go_to_subject(fx),
        }
    }

    pub(in crate::state) fn set_image(&mut self, edit: ImageEdit) {
        if !matches!(edit, ImageEdit::Prompt(_) | ImageEdit::Negative(_)) {
            self.heal_image();
        }
        let params = &mut self.settings.image;
        match edit {
            ImageEdit::Prompt(text) => {
                // The layers of another prompt's scene are others.
                if params.prompt != text {
                    params.arrangement.clear();
                }
                params.prompt = text;
                self.create.forget_notes();
            }
            ImageEdit::Negative(text) => {
                params.negative = text;
                self.create.forget_notes();
            }
            ImageEdit::Model(id) => self.choose_image_model(id),
            ImageEdit::Size(width, height) => {
                (params.width, params.height) = (width, height);
                self.fit_size();
            }
            ImageEdit::Number(number, value) => number.set(params, value),
            ImageEdit::Seed(seed) => params.seed = seed,
            ImageEdit::Sampler(sampler) => params.sampler = sampler,
            ImageEdit::Schedule(schedule) => params.schedule = schedule,
            ImageEdit::Noise(noise) => params.noise = noise,
            ImageEdit::Thing(word, label) => params.things.set(word, label),
            ImageEdit::Unarrange => params.arrangement.clear(),
            ImageEdit::Reset => self.reset_image(),
        }
    }

    /// Takes a model, with its sliders as the person left them, or as its card says the first time. Prompts, seed and
    /// count stay.
    pub(in crate::state) fn choose_image_model(&mut self, id: String) {
        if self.settings.image.model != id {
            self.heal_image();
            let now = &self.settings.image;
            let fresh = self.sliders_of(&id);
            let mut left = ImageParams { prompt: String::new(), negative: String::new(), ..now.clone() };
            left.arrangement.clear();
            let next = self.settings.image_of.remove(&id).unwrap_or(fresh);
            if self.settings.image_of.len() < REMEMBERED {
                self.settings.image_of.insert(left.model.clone(), left);
            }
            let ImageParams { prompt, negative, seed, count, .. } = std::mem::take(&mut self.settings.image);
            self.settings.image = ImageParams { model: id, prompt, negative, seed, count, ..next };
        }
        self.fit_size();
    }

    /// The nearest size that the model draws; its first one, where it draws those of its card alone.
    pub(in crate::state) fn fit_size(&mut self) {
        let free = self.free_size();
        let params = &mut self.settings.image;
        if let Some(free) = free {
            let Size { width, height } = free.nearest(params.width, params.height);
            (params.width, params.height) = (width, height);
            return;
        }
        let Some(entry) = self.catalogue.entry(&params.model) else { return };
        let sizes = &entry.card.sizes;
        let fits = sizes.iter().any(|s| (s.width, s.height) == (params.width, params.height));
        if let (false, Some(size)) = (fits, sizes.first()) {
            (params.width, params.height) = (size.width, size.height);
        }
    }

    /// Where a model's sliders start.
    fn sliders_of(&self, id: &str) -> ImageParams {
        let mut params = ImageParams { model: id.to_owned(), ..ImageParams::default() };
        match self.catalogue.entry(id) {
            Some(entry) => entry.card.defaults.apply(&mut params),
            None => (params.width, params.height) = (FreeSize::UNKNOWN.side, FreeSize::UNKNOWN.side),
        }
        params
    }

    fn reset_image(&mut self) {
        let params = &self.settings.image;
        let fresh = self.sliders_of(&params.model);
        let ImageParams { prompt, negative, .. } = std::mem::take(&mut self.settings.image);
        self.settings.image = ImageParams { prompt, negative, ..fresh };
    }

    pub(in crate::state) fn roll_seed(&mut self) {
        self.settings.image.seed = Seed::Fixed(self.roll());
    }

    pub(in crate::state) fn generate(&mut self, fx: &mut Effects) {
        let mut params = self.settings.image.clone();
        // What a model does not take may have been left by another, or by a picture's settings.
        if let Some(entry) = self.catalogue.entry(&params.model) {
            params.fit(&entry.card.takes());
        }
        // Said at the field itself.
        self.create.prompt_missing = params.prompt.trim().is_empty();
        if self.create.prompt_missing {
            return;
        }
        let ready = params.check().and_then(|()| self.model_files(&params.model, Makes::Image));
        let model = match ready {
            Ok(model) => model,
            Err(error) => {
                self.create.error = Some(error);
                return;
            }
        };
        let seed = match params.seed {
            Seed::Fixed(n) => n,
            Seed::Random => self.roll(),
        };
        self.submit(ImageRequest { params, model, seed, layers: false }, Vec::new(), fx);
    }

    /// Decodes the latents that are left, with the model in use.
    pub(in crate::state) fn decode_again(&mut self, fx: &mut Effects) {
        let latents = std::mem::take(&mut self.create.undecoded);
        let id = self.settings.image.model.clone();
        self.decode(latents, &id, fx);
    }

    /// Latents from a file, with the model that made them where it is here, else with the one in use.
    pub(in crate::state) fn decode_opened(&mut self, latents: Vec<Arc<Latents>>, fx: &mut Effects) {
        let id = latents.first().map(|latents| latents.record.model.clone()).unwrap_or_default();
        let id = if self.catalogue.resolve(&id, Makes::Image).is_ok() { id } else { self.settings.image.model.clone() };
        self.settings.room = Room::Create;
        self.decode(latents, &id, fx);
    }

    fn decode(&mut self, latents: Vec<Arc<Latents>>, model: &str, fx: &mut Effects) {
        let Some(first) = latents.first() else { return };
        match self.model_files(model, Makes::Image) {
            Ok(model) => {
                let (width, height, seed) = (first.record.width, first.record.height, first.record.seed());
                let count = latents.len() as u32;
                let params = ImageParams { width, height, count, ..ImageParams::default() };
                self.submit(ImageRequest { params, model, seed, layers: false }, latents, fx);
            }
            Err(error) => {
                self.create.error = Some(error);
                self.create.undecoded = latents;
            }
        }
    }

    /// Asks for pictures; where there are latents, these are decoded and nothing is drawn.
    pub(in crate::state) fn submit(&mut self, request: ImageRequest, decode: Vec<Arc<Latents>>, fx: &mut Effects) {
        let id = self.new_job();
        let request = Box::new(request);
        let task = PictureTask::new(request.clone(), decode.clone());
        self.create.forget_error();
        self.create.forget_notes();
        self.drop_notices(|n, _| matches!(n.kind, NoticeKind::PicturesCancelled(_)));
        self.create.shown = Shown::Newest;
        self.create.jobs.push(ImageJob {
            id,
            request,
            decode,
            subject: self.create.subject.clone(),
            phase: Phase::Waiting,
            progress: None,
            preview: None,
            preview_serial: 0,
        });
        self.ask_engine(id, Task::Picture(task), fx);
    }

    pub(in crate::state) fn cancel(&mut self, id: JobId, fx: &mut Effects) {
        if let Some(job) = self.create.jobs.iter_mut().find(|job| job.id == id) {
            job.phase = Phase::Cancelling;
            self.cancel_job(id, fx);
        } else if self.write.bring(|job| job.id == Some(id)) {
            self.in_write(fx, |write, env| write.stop_job(env));
        }
    }

    /// Cancels the job on the stage, else the one that runs.
    pub(in crate::state) fn cancel_shown(&mut self, fx: &mut Effects) {
        let id = match self.create.stage() {
            Stage::Job(job) => Some(job.id),
            _ => self.create.running().map(|job| job.id),
        };
        if let Some(id) = id {
            self.cancel(id, fx);
        }
    }

    pub(in crate::state) fn image_event(&mut self, id: JobId, kind: EventKind, fx: &mut Effects) {
        let Some(at) = self.create.jobs.iter().position(|job| job.id == id) else { return };
        let job = &mut self.create.jobs[at];
        match kind {
            EventKind::Started | EventKind::Ready { .. } => advance(&mut job.phase, Phase::Running),
            EventKind::Loading { fraction } => advance(&mut job.phase, Phase::Loading(fraction)),
            EventKind::Progress(progress) => {
                advance(&mut job.phase, Phase::Running);
                job.progress = Some(progress);
            }
            EventKind::News(News::Picture(news)) => self.picture_news(at, news, fx),
            EventKind::Finished(outcome) => {
                let job = self.create.jobs.remove(at);
                if let Outcome::Image(stats) = outcome {
                    self.create.noted = Some(noted(&job));
                    self.create.unknown_words = stats.unknown_words;
                    self.create.read_to = stats.read_to;
                    self.create.widened = stats.widened;
                    // A decode alone makes no steps.
                    if job.decode.is_empty() {
                        self.create.step_s = Some(stats.step_s);
                    }
                }
                self.leave_job(id);
            }
            EventKind::Failed(error) => {
                let job = self.create.jobs.remove(at);
                self.create.error = Some(error);
                if !job.decode.is_empty() {
                    self.create.undecoded = job.decode;
                }
                self.leave_job(id);
            }
            EventKind::Cancelled => {
                let job = self.create.jobs.remove(at);
                if let Some(left) = self.not_drawn(&job) {
                    self.note_in(Room::Create, NoticeKind::PicturesCancelled(Box::new(left)));
                }
                self.leave_job(id);
            }
            // A picture has news of pictures alone.
            EventKind::Freed { .. } | EventKind::Unloaded { .. } | EventKind::News(_) => {}
        }
    }

    /// News of the picture job at `at`.
    fn picture_news(&mut self, at: usize, news: PictureNews, fx: &mut Effects) {
        let job = &mut self.create.jobs[at];
        match news {
            PictureNews::Preview { progress, picture } => {
                advance(&mut job.phase, Phase::Running);
                job.progress = Some(progress);
                job.preview = Some(picture);
                job.preview_serial += 1;
            }
            PictureNews::LeftOut { notes } => {
                self.create.noted = Some(noted(job));
                self.create.left_out = notes;
            }
            PictureNews::Picture { index, picture, record } => {
                let key = (job.id, index);
                self.picture_done(key, picture, record, fx);
            }
            PictureNews::Undecoded { latents } => {
                fx.push(Effect::KeepLatents(latents.clone()));
                self.create.undecoded = vec![latents];
            }
            PictureNews::Layers(_) => {}
        }
    }

    /// What was said of a prompt is true of that prompt and of that model only, whichever way others come into the fields.
    pub(in crate::state) fn drop_stale_notes(&mut self) {
        let now = &self.settings.image;
        let is_now =
            |noted: &Noted| (&noted.model, &noted.prompt, &noted.negative) == (&now.model, &now.prompt, &now.negative);
        if self.create.noted.as_deref().is_some_and(|noted| !is_now(noted)) {
            self.create.forget_notes();
        }
        self.create.prompt_missing &= self.settings.image.prompt.trim().is_empty();
    }

    fn leave_job(&mut self, id: JobId) {
        if self.create.shown == Shown::Job(id) {
            // Its pictures stay side by side, whatever comes next.
            self.create.shown = if self.create.is_batch(id) { Shown::Batch(id) } else { Shown::Newest };
        }
    }

    fn picture_done(&mut self, key: ShotKey, picture: Arc<Picture>, record: Box<PictureRecord>, fx: &mut Effects) {
        let (job, index) = key;
        fx.push(Effect::SavePicture { job, index, picture: picture.clone(), record: record.clone() });
        let subject = self.create.jobs.iter().find(|j| j.id == job).and_then(|j| j.subject.clone());
        self.put_on_strip(Shot { key, picture: Some(picture), record, saved: Saved::Saving, subject });
    }

    pub(in crate::state) fn put_on_strip(&mut self, shot: Shot) {
        self.create.strip.insert(0, shot);
        // What is not on disk must not be forgotten, however long the strip gets.
        if self.create.strip.len() > STRIP
            && let Some(old) = self.create.strip.iter().rposition(|s| matches!(s.saved, Saved::At(_)))
        {
            self.create.strip.remove(old);
        }
    }

    pub(in crate::state) fn saved(&mut self, key: ShotKey, saved: Saved) {
        if let Some(shot) = self.create.strip.iter_mut().find(|s| s.key == key) {
            shot.saved = saved;
        }
    }

    pub(in crate::state) fn use_settings(&mut self, key: ShotKey) {
        if let Some(shot) = self.create.shot(key) {
            let (record, subject) = (shot.record.clone(), shot.subject.clone());
            self.restore(&record);
            self.create.subject = subject;
        }
    }

    /// Shows a picture from a file as if it had been made now; without its pixels they are read next.
    pub(in crate::state) fn show_file(
        &mut self,
        path: &Path,
        picture: Option<Arc<Picture>>,
        record: Box<PictureRecord>,
    ) {
        let known = self.create.strip.iter_mut().find(|s| matches!(&s.saved, Saved::At(p) if p == path));
        let key = if let Some(shot) = known {
            shot.picture = picture.or(shot.picture.take());
            shot.key
        } else {
            let key = (self.new_job(), 0);
            self.put_on_strip(Shot { key, picture, record, saved: Saved::At(path.to_owned()), subject: None });
            key
        };
        self.create.shown = Shown::Shot(key);
    }

    pub(in crate::state) fn vary(&mut self, key: ShotKey, fx: &mut Effects) {
        self.use_settings(key);
        if self.create.shot(key).is_none() {
            return;
        }
        self.notices
            .list
            .pop_if(|notice| matches!(&notice.kind, NoticeKind::SettingsRestored(notes) if notes.is_empty()));
        self.settings.image.seed = Seed::Random;
        self.settings.image.arrangement.forget_seeds();
        self.generate(fx);
    }

    pub(in crate::state) fn export_shot(&mut self, key: ShotKey, enlarge: Enlarge, fx: &mut Effects) {
        let Some(shot) = self.create.shot(key) else { return };
        let name = match &shot.saved {
            Saved::At(path) => path.file_stem().map(|s| s.to_string_lossy().into_owned()),
            _ => None,
        };
        match (&shot.picture, &shot.saved) {
            (Some(picture), _) => fx.push(Effect::AskExportPicture {
                picture: picture.clone(),
                record: Some(shot.record.clone()),
                name: name.unwrap_or_else(|| format!("picture-{}", shot.record.seed())),
                enlarge,
            }),
            (None, Saved::At(path)) => fx.push(Effect::AskExportFile { path: path.clone(), enlarge }),
            (None, _) => {}
        }
    }

    pub(in crate::state) fn copy_shot(&mut self, key: ShotKey, fx: &mut Effects) {
        let Some(shot) = self.create.shot(key) else { return };
        match (&shot.picture, &shot.saved) {
            (Some(picture), _) => {
                fx.push(Effect::CopyPicture(picture.clone()));
                self.gallery.copying = None;
            }
            (None, Saved::At(path)) => self.copy_file(path.clone(), fx),
            (None, _) => {}
        }
    }

    pub(in crate::state) fn trash_shot(&mut self, key: ShotKey, fx: &mut Effects) {
        // A picture that is not on disk stays: there would be no way back.
        if let Some(Shot { saved: Saved::At(path), .. }) = self.create.shot(key) {
            fx.push(Effect::TrashPictures(vec![path.clone()]));
        }
    }

    pub(in crate::state) fn retry_save(&mut self, key: ShotKey, fx: &mut Effects) {
        let Some(shot) = self.create.strip.iter_mut().find(|s| s.key == key) else { return };
        let Some(picture) = shot.picture.clone().filter(|_| matches!(shot.saved, Saved::Failed(_))) else { return };
        shot.saved = Saved::Saving;
        let (job, index) = key;
        fx.push(Effect::SavePicture { job, index, picture, record: shot.record.clone() });
    }

    /// Whether the stage shows the picture of this file.
    pub(in crate::state) fn is_on_stage(&self, path: &Path) -> bool {
        matches!(self.create.stage(), Stage::Shot(Shot { saved: Saved::At(shown), .. }) if shown == path)
    }

    /// The full picture of a file that the strip shows.
    pub(in crate::state) fn shot_loaded(&mut self, path: &Path, picture: &Arc<Picture>) {
        if let Some(shot) = self.create.strip.iter_mut().find(|s| matches!(&s.saved, Saved::At(p) if p == path)) {
            shot.picture = Some(picture.clone());
        }
    }

    /// Keeps the strip within its bytes, and has the picture on the stage read where it is on the disk alone.
    pub(in crate::state) fn load_stage(&mut self, fx: &mut Effects) {
        self.create.trim_strip();
        let missing = match self.create.stage() {
            Stage::Shot(Shot { key, picture: None, saved: Saved::At(path), .. }) => Some((*key, path.clone())),
            _ => None,
        };
        // A file that could not be read is not asked for again before another picture was shown.
        let key = missing.as_ref().map(|(key, _)| *key);
        if self.create.reading != key
            && let Some((_, path)) = missing
        {
            fx.push(Effect::ViewPicture(path));
        }
        self.create.reading = key;
    }

    pub(in crate::state) fn save_failed(&mut self, key: ShotKey, error: StudioError) {
        self.saved(key, Saved::Failed(error.clone()));
        self.problem_in(Room::Create, error);
    }
}

/// What the notes about a job's prompt belong to.
fn noted(job: &ImageJob) -> Box<Noted> {
    let ImageParams { model, prompt, negative, .. } = job.request.params.clone();
    Box::new(Noted { model, prompt, negative })
}
