//! Layers: opened, arranged, kept as a new picture, exported.

use std::sync::Arc;

use crate::domain::{
    Enlarge, EventKind, ImageParams, ImageRequest, JobId, Makes, News, Picture, PictureNews, PictureRecord, Seed,
    StepProgress, Takes,
};
use crate::state::{
    AppState, Effect, Effects, LayersCommand, LayersFormat, LayersJob, LayersState, Saved, Shot, ShotKey, Shown, Stage,
    has_layers,
};

impl AppState {
    pub(in crate::state) fn layers_command(&mut self, command: LayersCommand, fx: &mut Effects) {
        match command {
            LayersCommand::Open(key) => self.open_layers(key, fx),
            LayersCommand::Done => self.leave_layers(fx),
            LayersCommand::Stop => {
                if let Some(job) = self.create.layers.as_ref().and_then(|layers| layers.job.as_ref()) {
                    self.cancel_job(job.id, fx);
                }
            }
            LayersCommand::Export(format) => self.export_layers(format, fx),
            LayersCommand::FolderChosen(folder) => self.export_each_layer(folder, fx),
            LayersCommand::Choose(_)
            | LayersCommand::Place(..)
            | LayersCommand::Nudge(..)
            | LayersCommand::Flip(_)
            | LayersCommand::Hide(..)
            | LayersCommand::HideGround(_)
            | LayersCommand::Colour(..)
            | LayersCommand::Redraw(_)
            | LayersCommand::Raise(..)
            | LayersCommand::Reset => self.arrange_layers(command, fx),
        }
    }

    fn arrange_layers(&mut self, command: LayersCommand, fx: &mut Effects) {
        let seed = if matches!(command, LayersCommand::Redraw(_)) { self.roll() } else { 0 };
        let Some(layers) = &mut self.create.layers else { return };
        match command {
            LayersCommand::Choose(name) => layers.chosen = name,
            LayersCommand::Place(name, place) | LayersCommand::Nudge(name, place) => {
                let place = layers.layer(&name).map_or_else(|| place.reachable(), |layer| layer.within_reach(place));
                if let Some(place) = place {
                    layers.arrange(|all| all.change(&name, |change| change.place = Some(place)));
                }
            }
            LayersCommand::Flip(name) => layers.arrange(|all| all.change(&name, |change| change.flip ^= true)),
            LayersCommand::Hide(name, hide) => {
                layers.arrange(|all| all.change(&name, |change| change.hidden = hide));
            }
            LayersCommand::HideGround(hide) => layers.arrange(|all| all.hide_ground(hide)),
            LayersCommand::Colour(name, colour) => {
                layers.arrange(|all| all.change(&name, |change| change.colour = colour));
            }
            LayersCommand::Redraw(name) => {
                layers.arrange(|all| all.change(&name, |change| change.seed = Some(seed)));
            }
            LayersCommand::Raise(name, by) => layers.raise(&name, by),
            LayersCommand::Reset => layers.arrange(|all| all.clear()),
            LayersCommand::Open(_)
            | LayersCommand::Done
            | LayersCommand::Stop
            | LayersCommand::Export(_)
            | LayersCommand::FolderChosen(_) => {}
        }
        self.compose_layers(fx);
    }

    fn open_layers(&mut self, key: ShotKey, fx: &mut Effects) {
        let Some(record) = self.create.shot(key).map(|shot| shot.record.clone()) else { return };
        if !has_layers(&record) {
            return;
        }
        let model = match self.model_files(&record.model, Makes::Image) {
            Ok(model) => model,
            Err(error) => {
                self.create.error = Some(error);
                return;
            }
        };
        self.leave_layers(fx);
        let mut params = ImageParams { model: record.model.clone(), ..ImageParams::default() };
        params.take(&record, Some(&Takes::STICKER));
        (params.width, params.height) = (record.width, record.height);
        params.seed = Seed::Fixed(record.seed());
        self.create.forget_error();
        self.create.shown = Shown::Shot(key);
        self.create.layers = Some(LayersState {
            of: key,
            began: params.arrangement.clone(),
            params,
            seed: record.seed(),
            model,
            scene: None,
            made: None,
            chosen: None,
            job: None,
            stale: true,
        });
        self.compose_layers(fx);
    }

    /// Has the engine make what is not made yet; while it is at work, what comes meanwhile waits.
    fn compose_layers(&mut self, fx: &mut Effects) {
        let Some(layers) = &mut self.create.layers else { return };
        if layers.job.is_some() || !layers.stale {
            return;
        }
        layers.stale = false;
        let request = layers.request();
        let id = self.new_job();
        if let Some(layers) = &mut self.create.layers {
            // Until it comes, the old picture is not what is arranged.
            layers.made = None;
            layers.job = Some(LayersJob { id, progress: None, runs: false });
        }
        self.ask_engine(id, request.into(), fx);
    }

    /// A new engine takes the place of the one that was at work.
    pub(in crate::state) fn layers_again(&mut self, fx: &mut Effects) {
        if let Some(layers) = self.create.layers.as_mut().filter(|layers| layers.job.is_some()) {
            (layers.job, layers.stale) = (None, true);
            self.compose_layers(fx);
        }
    }

    /// Takes the arrangement back to what it was.
    pub(in crate::state) fn layers_back(&mut self, of: ShotKey, to: crate::domain::Arrangement, fx: &mut Effects) {
        if let Some(layers) = self.create.layers.as_mut().filter(|layers| layers.of == of) {
            layers.arrange(|all| *all = to);
            self.compose_layers(fx);
        }
    }

    /// Whether a job makes layers.
    pub(in crate::state) fn is_layers_job(&self, id: JobId) -> bool {
        self.create.layers.as_ref().and_then(|layers| layers.job.as_ref()).is_some_and(|job| job.id == id)
    }

    pub(in crate::state) fn layers_event(&mut self, kind: EventKind, fx: &mut Effects) {
        let Some(layers) = &mut self.create.layers else { return };
        let Some(job) = &mut layers.job else { return };
        match kind {
            EventKind::Started | EventKind::Loading { .. } | EventKind::Ready { .. } => job.runs = true,
            EventKind::Progress(progress) => job.go_on(progress),
            EventKind::News(News::Picture(news)) => match news {
                PictureNews::Preview { progress, .. } => job.go_on(progress),
                PictureNews::Layers(scene) => layers.take_scene(scene),
                PictureNews::Picture { picture, record, .. } => layers.made = Some((picture, record)),
                PictureNews::LeftOut { .. } | PictureNews::Undecoded { .. } => {}
            },
            EventKind::Finished(_) => {
                layers.job = None;
                // The picture's prompt is read in another way than when it was drawn.
                if layers.scene.as_ref().is_none_or(|scene| scene.layers.is_empty()) {
                    self.create.layers = None;
                    return;
                }
                self.compose_layers(fx);
            }
            EventKind::Failed(error) => {
                self.layers_stopped(fx);
                self.create.error = Some(error);
            }
            EventKind::Cancelled => self.layers_stopped(fx),
            // A picture has news of pictures alone.
            EventKind::Freed { .. } | EventKind::Unloaded { .. } | EventKind::News(_) => {}
        }
    }

    /// The job ended without a picture: what is shown stays, the next change asks for it again.
    fn layers_stopped(&mut self, fx: &mut Effects) {
        let Some(layers) = &mut self.create.layers else { return };
        let overtaken = layers.stale;
        layers.job = None;
        layers.stale = true;
        if layers.scene.is_none() {
            self.create.layers = None;
            self.undo.forget_layers();
        } else if overtaken {
            self.compose_layers(fx);
        }
    }

    /// Leaves the layers; what was changed becomes a new picture, at once or as the next job.
    pub(in crate::state) fn leave_layers(&mut self, fx: &mut Effects) {
        let Some(mut layers) = self.create.layers.take() else { return };
        self.undo.forget_layers();
        if let Some(job) = layers.job.take() {
            layers.stale = true;
            self.cancel_job(job.id, fx);
        }
        if !layers.is_changed() {
            return;
        }
        let shown = self.create.shown;
        let stays = shown == Shown::Shot(layers.of);
        match layers.made.take().filter(|_| !layers.stale) {
            Some((picture, record)) => {
                let key = (self.new_job(), 0);
                self.keep_layers(key, picture, record, fx);
                self.create.shown = if stays { Shown::Shot(key) } else { shown };
            }
            None => {
                self.submit(layers.request(), Vec::new(), fx);
                self.create.shown = if stays { self.create.shown } else { shown };
            }
        }
    }

    fn keep_layers(&mut self, key: ShotKey, picture: Arc<Picture>, record: Box<PictureRecord>, fx: &mut Effects) {
        let (job, index) = key;
        fx.push(Effect::SavePicture { job, index, picture: picture.clone(), record: record.clone() });
        self.put_on_strip(Shot { key, picture: Some(picture), record, saved: Saved::Saving, subject: None });
    }

    /// Layers are shown with the picture that they are of, and no other.
    pub(in crate::state) fn mind_layers(&mut self, fx: &mut Effects) {
        let Some(layers) = &self.create.layers else { return };
        let here = matches!(self.create.stage(), Stage::Shot(shot) if shot.key == layers.of);
        if !here || self.create.batch().is_some() {
            self.leave_layers(fx);
        }
    }

    fn export_layers(&mut self, format: LayersFormat, fx: &mut Effects) {
        let Some(layers) = self.create.layers.as_ref().filter(|layers| !layers.stale) else { return };
        let (Some(scene), Some((picture, record))) = (&layers.scene, &layers.made) else { return };
        let (picture, name) = (picture.clone(), format!("picture-{}", layers.seed));
        match format {
            LayersFormat::Png => {
                let record = Some(record.clone());
                fx.push(Effect::AskExportPicture { picture, record, name, enlarge: Enlarge::NONE });
            }
            LayersFormat::PngEach => fx.push(Effect::AskLayersFolder),
            LayersFormat::OpenRaster => {
                fx.push(Effect::AskExportLayers { name, scene: scene.clone(), picture });
            }
        }
    }

    fn export_each_layer(&mut self, folder: std::path::PathBuf, fx: &mut Effects) {
        let scene = self.create.layers.as_ref().and_then(|layers| layers.scene.clone());
        fx.extend(scene.map(|scene| Effect::ExportEachLayer { scene, folder }));
    }
}

impl LayersJob {
    fn go_on(&mut self, progress: StepProgress) {
        self.runs = true;
        self.progress = Some(progress);
    }
}

impl LayersState {
    fn request(&self) -> ImageRequest {
        let (params, model) = (self.params.clone(), self.model.clone());
        ImageRequest { params, model, seed: self.seed, layers: true }
    }
}
