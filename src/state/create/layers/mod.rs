//! The layers of a scene, which the user can arrange.

mod update;

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::{
    Arrangement, ImageParams, JobId, LayerName, ModelRef, Picture, PictureRecord, Place, STICKER_ID, SceneLayer,
    SceneLayers, StepProgress,
};
use crate::scene;
use crate::state::ShotKey;

/// The commands for layers.
#[derive(Clone, Debug, PartialEq)]
pub enum LayersCommand {
    /// Shows the layers of a picture. Things that are not in memory are drawn again.
    Open(ShotKey),
    /// Closes the layers. Changes become a new picture; the old one stays.
    Done,
    /// Stops drawing.
    Stop,
    Choose(Option<LayerName>),
    /// The layer was dragged here.
    Place(LayerName, Place),
    /// The same with keys or the wheel. Many steps make one action.
    Nudge(LayerName, Place),
    Flip(LayerName),
    Hide(LayerName, bool),
    /// Makes the background transparent, or shows it again.
    HideGround(bool),
    /// One of [`crate::domain::LAYER_COLOURS`]; `None` for the prompt's colour.
    Colour(LayerName, Option<&'static str>),
    /// Draws the same thing anew.
    Redraw(LayerName),
    /// Moves the layer forward by this many places.
    Raise(LayerName, i32),
    /// Arranges everything by the prompt alone.
    Reset,
    Export(LayersFormat),
    /// The folder for a file of each layer.
    FolderChosen(std::path::PathBuf),
}

/// The file format in which a scene is saved with its layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayersFormat {
    Png,
    /// A file for each layer, in a folder.
    PngEach,
    OpenRaster,
}

/// The layers that are open.
#[derive(Clone, Debug)]
pub struct LayersState {
    /// The picture that they belong to.
    pub of: ShotKey,
    /// Its settings, with the current arrangement.
    pub params: ImageParams,
    pub seed: u64,
    pub(in crate::state) model: ModelRef,
    /// The arrangement when the picture was opened.
    pub(in crate::state) began: Arrangement,
    /// The current layers; `None` until the engine sends them.
    pub scene: Option<Arc<SceneLayers>>,
    /// The picture that the engine composed last.
    pub(in crate::state) made: Option<(Arc<Picture>, Box<PictureRecord>)>,
    pub chosen: Option<LayerName>,
    /// The engine's job for these layers.
    pub job: Option<LayersJob>,
    /// There are changes that `made` does not have.
    pub(in crate::state) stale: bool,
}

#[derive(Clone, Debug)]
pub struct LayersJob {
    pub id: JobId,
    pub progress: Option<StepProgress>,
    /// Whether the engine has begun. Before that the job waits for others.
    pub runs: bool,
}

/// Whether a picture with these settings has layers: several things, or one on a background.
pub fn has_layers(record: &PictureRecord) -> bool {
    // At the network's own size the whole prompt is drawn as one thing.
    if record.model != STICKER_ID || record.width <= 64 || record.width != record.height {
        return false;
    }
    let reading = scene::read_with(&record.prompt, &record.negative, |word| record.things.get(word));
    let things: usize = reading.items.iter().map(|item| usize::from(item.count)).sum();
    things > 1 || (things == 1 && reading.ground.is_some())
}

impl LayersState {
    /// The picture of the current arrangement; `None` if it is not composed yet.
    pub fn picture(&self) -> Option<&Arc<Picture>> {
        self.made.as_ref().filter(|_| !self.stale).map(|(picture, _)| picture)
    }

    pub fn arrangement(&self) -> &Arrangement {
        &self.params.arrangement
    }

    /// Whether the arrangement differs from that of the opened picture.
    pub fn is_changed(&self) -> bool {
        self.params.arrangement != self.began
    }

    pub fn layer(&self, name: &LayerName) -> Option<&SceneLayer> {
        self.scene.as_ref()?.layers.iter().find(|layer| layer.name == *name)
    }

    /// Whether the engine is drawing things, and not only composing them.
    pub fn is_drawn(&self) -> bool {
        self.job.as_ref().is_some_and(|job| job.progress.is_some() || self.scene.is_none())
    }

    /// Names of the layers, back to front.
    fn names(&self) -> Vec<LayerName> {
        self.scene.iter().flat_map(|scene| &scene.layers).map(|layer| layer.name.clone()).collect()
    }

    /// Changes the arrangement. What needs no drawing is shown at once.
    pub(in crate::state) fn arrange(&mut self, with: impl FnOnce(&mut Arrangement)) {
        let before = self.params.arrangement.clone();
        with(&mut self.params.arrangement);
        if self.params.arrangement != before {
            self.stale = true;
            self.show_changes();
        }
    }

    /// Moves a layer to a place, or as near to it as it can be reached.
    pub(in crate::state) fn put(&mut self, name: &LayerName, place: Place) {
        let place = self.layer(name).map_or_else(|| place.reachable(), |layer| layer.within_reach(place));
        if let Some(place) = place {
            self.arrange(|all| all.change(name, |change| change.place = Some(place)));
        }
    }

    /// Moves a layer forward by this many places in the order.
    pub(in crate::state) fn raise(&mut self, name: &LayerName, by: i32) {
        let mut names = self.names();
        let Some(at) = names.iter().position(|other| other == name) else { return };
        let to = (at as i32).saturating_add(by).clamp(0, names.len() as i32 - 1) as usize;
        let moved = names.remove(at);
        names.insert(to, moved);
        if at != to {
            self.arrange(|all| all.set_order(names));
        }
    }

    /// Applies the arrangement to the layers that are shown, until the engine's answer is there.
    fn show_changes(&mut self) {
        let Some(scene) = &mut self.scene else { return };
        let scene = Arc::make_mut(scene);
        for layer in &mut scene.layers {
            let change = self.params.arrangement.get(&layer.name).cloned().unwrap_or_default();
            layer.place = change.place.unwrap_or(layer.place);
            (layer.flip, layer.hidden) = (change.flip, change.hidden);
        }
        let order = self.params.arrangement.order();
        if !order.is_empty() {
            scene.layers.sort_by_key(|layer| order.iter().position(|name| *name == layer.name).unwrap_or(order.len()));
        }
    }

    /// Takes the engine's answer.
    pub(in crate::state) fn take_scene(&mut self, mut scene: Arc<SceneLayers>) {
        // Keep the pictures that did not change, so that they are not uploaded to the graphics card again.
        if let Some(old) = &self.scene {
            let new = Arc::make_mut(&mut scene);
            if old.ground == new.ground {
                new.ground.clone_from(&old.ground);
            }
            for layer in &mut new.layers {
                if let Some(same) = old.layers.iter().find(|o| o.name == layer.name && o.picture == layer.picture) {
                    layer.picture = same.picture.clone();
                }
            }
        }
        self.scene = Some(scene);
        if self.stale {
            self.show_changes();
        }
        let names: HashSet<_> = self.names().into_iter().collect();
        self.chosen.take_if(|name| !names.contains(name));
    }
}
