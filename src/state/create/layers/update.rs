//! Opens, arranges and exports layers, and keeps them as a new picture.

use crate::domain::{
    Arrangement, Enlarge, EventKind, ImageParams, ImageRequest, JobId, LayerChange, LayerName, Makes, News,
    PictureNews, Seed, StepProgress, StoreRequest, Takes,
};
use crate::state::create::files::copy_name;
use crate::state::{
    CreateState, Effect, Env, LayersCommand, LayersFormat, LayersJob, LayersState, ShotKey, Shown, Stage, has_layers,
};

impl CreateState {
    pub(in crate::state) fn update_layers(&mut self, command: LayersCommand, env: &mut Env<'_>) {
        match command {
            LayersCommand::Open(key) => self.open_layers(key, env),
            LayersCommand::Done => self.leave_layers(env),
            LayersCommand::Stop => {
                if let Some(job) = self.layers.as_ref().and_then(|layers| layers.job.as_ref()) {
                    env.cancel_job(job.id);
                }
            }
            LayersCommand::Export(format) => self.export_layers(format, env),
            LayersCommand::FolderChosen(folder) => self.export_each_layer(folder, env),
            LayersCommand::Choose(name) => self.change_layers(env, |layers| layers.chosen = name),
            LayersCommand::Place(name, place) | LayersCommand::Nudge(name, place) => {
                self.change_layers(env, |layers| layers.put(&name, place));
            }
            LayersCommand::Flip(name) => self.change_layer(env, &name, |change| change.flip ^= true),
            LayersCommand::Hide(name, hide) => self.change_layer(env, &name, |change| change.hidden = hide),
            LayersCommand::HideGround(hide) => {
                self.change_layers(env, |layers| layers.arrange(|all| all.hide_ground(hide)));
            }
            LayersCommand::Colour(name, colour) => self.change_layer(env, &name, |change| change.colour = colour),
            LayersCommand::Redraw(name) => {
                let seed = env.dice.roll();
                self.change_layer(env, &name, |change| change.seed = Some(seed));
            }
            LayersCommand::Raise(name, by) => self.change_layers(env, |layers| layers.raise(&name, by)),
            LayersCommand::Reset => self.change_layers(env, |layers| layers.arrange(Arrangement::clear)),
        }
    }

    /// Changes the open layers and has the engine compose them.
    pub(in crate::state) fn change_layers(&mut self, env: &mut Env<'_>, with: impl FnOnce(&mut LayersState)) {
        if let Some(layers) = &mut self.layers {
            with(layers);
            self.compose_layers(env);
        }
    }

    fn change_layer(&mut self, env: &mut Env<'_>, name: &LayerName, with: impl FnOnce(&mut LayerChange)) {
        self.change_layers(env, |layers| layers.arrange(|all| all.change(name, with)));
    }

    fn open_layers(&mut self, key: ShotKey, env: &mut Env<'_>) {
        let Some(record) = self.shot(key).map(|shot| shot.record.clone()) else { return };
        if !has_layers(&record) {
            return;
        }
        let model = match env.model_files(&record.model, Makes::Image) {
            Ok(model) => model,
            Err(error) => {
                self.error = Some(error);
                return;
            }
        };
        self.leave_layers(env);
        let mut params = ImageParams { model: record.model.clone(), ..ImageParams::default() };
        params.take(&record, Some(&Takes::STICKER));
        (params.width, params.height) = (record.width, record.height);
        params.seed = Seed::Fixed(record.seed());
        self.forget_error();
        self.shown = Shown::Shot(key);
        self.layers = Some(LayersState {
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
        self.compose_layers(env);
    }

    /// Has the engine compose the changes. While it is at work, further changes wait.
    fn compose_layers(&mut self, env: &mut Env<'_>) {
        let Some(layers) = &mut self.layers else { return };
        if layers.job.is_some() || !layers.stale {
            return;
        }
        layers.stale = false;
        let request = layers.request();
        let id = env.lanes.new_job();
        if let Some(layers) = &mut self.layers {
            // Until the new picture is there, the old one does not match the arrangement.
            layers.made = None;
            layers.job = Some(LayersJob { id, progress: None, runs: false });
        }
        env.ask_engine(id, request.into());
    }

    /// Asks a new engine for the picture that the old one was composing.
    pub(in crate::state) fn layers_again(&mut self, env: &mut Env<'_>) {
        if let Some(layers) = self.layers.as_mut().filter(|layers| layers.job.is_some()) {
            (layers.job, layers.stale) = (None, true);
            self.compose_layers(env);
        }
    }

    /// Whether this is the job for the open layers.
    pub(in crate::state) fn is_layers_job(&self, id: JobId) -> bool {
        self.layers.as_ref().and_then(|layers| layers.job.as_ref()).is_some_and(|job| job.id == id)
    }

    pub(in crate::state) fn layers_event(&mut self, kind: EventKind, env: &mut Env<'_>) {
        let Some(layers) = &mut self.layers else { return };
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
                // The prompt is now read in another way than when the picture was drawn.
                if layers.scene.as_ref().is_none_or(|scene| scene.layers.is_empty()) {
                    self.layers = None;
                    return;
                }
                self.compose_layers(env);
            }
            EventKind::Failed(error) => {
                self.layers_stopped(env);
                self.error = Some(error);
            }
            EventKind::Cancelled => self.layers_stopped(env),
            // Picture jobs only send news of pictures.
            EventKind::Freed { .. } | EventKind::Unloaded { .. } | EventKind::News(_) => {}
        }
    }

    /// Handles a job that ended without a picture. The layers stay, and the next change submits a new job.
    fn layers_stopped(&mut self, env: &mut Env<'_>) {
        let Some(layers) = &mut self.layers else { return };
        let overtaken = layers.stale;
        layers.job = None;
        layers.stale = true;
        if layers.scene.is_none() {
            self.layers = None;
            env.undo.forget_layers();
        } else if overtaken {
            self.compose_layers(env);
        }
    }

    /// Closes the layers. Changes become a new picture, at once or as the next job.
    pub(in crate::state) fn leave_layers(&mut self, env: &mut Env<'_>) {
        let Some(mut layers) = self.layers.take() else { return };
        env.undo.forget_layers();
        if let Some(job) = layers.job.take() {
            layers.stale = true;
            env.cancel_job(job.id);
        }
        if !layers.is_changed() {
            return;
        }
        let shown = self.shown;
        let stays = shown == Shown::Shot(layers.of);
        match layers.made.take().filter(|_| !layers.stale) {
            Some((picture, record)) => {
                let key = (env.lanes.new_job(), 0);
                self.keep_new(key, picture, record, None, env);
                self.shown = if stays { Shown::Shot(key) } else { shown };
            }
            None => {
                self.submit(layers.request(), Vec::new(), self.subject.clone(), env);
                self.shown = if stays { self.shown } else { shown };
            }
        }
    }

    /// Closes the layers if the stage shows something else than their picture.
    pub(in crate::state) fn mind_layers(&mut self, env: &mut Env<'_>) {
        let Some(layers) = &self.layers else { return };
        let here = matches!(self.stage(), Stage::Shot(shot) if shot.key == layers.of);
        if !here || self.batch().is_some() {
            self.leave_layers(env);
        }
    }

    fn export_layers(&mut self, format: LayersFormat, env: &mut Env<'_>) {
        let Some(layers) = self.layers.as_ref().filter(|layers| !layers.stale) else { return };
        let (Some(scene), Some((picture, record))) = (&layers.scene, &layers.made) else { return };
        let (picture, name) = (picture.clone(), copy_name(&layers.params.prompt, layers.seed));
        match format {
            LayersFormat::Png => {
                let record = Some(record.clone());
                env.push(Effect::AskExportPicture { picture, record, name, enlarge: Enlarge::NONE });
            }
            LayersFormat::PngEach => env.push(Effect::AskLayersFolder),
            LayersFormat::OpenRaster => {
                env.push(Effect::AskExportLayers { name, scene: scene.clone(), picture });
            }
        }
    }

    fn export_each_layer(&mut self, folder: std::path::PathBuf, env: &mut Env<'_>) {
        let scene = self.layers.as_ref().and_then(|layers| layers.scene.clone());
        let lang = env.lang;
        env.fx.extend(scene.map(|scene| Effect::Store(StoreRequest::ExportEachLayer { scene, folder, lang })));
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
        ImageRequest { params, model, seed: self.seed, layers: true, strict: false }
    }
}
