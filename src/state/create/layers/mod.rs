//! A scene whose layers a person arranges.

mod update;

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::{
    Arrangement, ImageParams, JobId, LayerName, ModelRef, Picture, PictureRecord, Place, STICKER_ID, SceneLayer,
    SceneLayers, StepProgress,
};
use crate::scene;
use crate::state::ShotKey;

/// What a person may do with layers.
#[derive(Clone, Debug, PartialEq)]
pub enum LayersCommand {
    /// Shows the layers of a picture; its things are drawn again where they are not in memory.
    Open(ShotKey),
    /// Leaves them. What was changed becomes a new picture; the old one stays.
    Done,
    /// Stops the drawing.
    Stop,
    Choose(Option<LayerName>),
    /// It was dragged here.
    Place(LayerName, Place),
    /// The same by keys or wheel, of which many make one action.
    Nudge(LayerName, Place),
    Flip(LayerName),
    Hide(LayerName, bool),
    /// The background is clear, or what the prompt says.
    HideGround(bool),
    /// One of [`crate::domain::LAYER_COLOURS`], or what the prompt says.
    Colour(LayerName, Option<&'static str>),
    /// Another one of the same thing.
    Redraw(LayerName),
    /// So many places further to the front.
    Raise(LayerName, i32),
    /// Everything as the prompt alone says.
    Reset,
    Export(LayersFormat),
    /// A folder for a file of each layer.
    FolderChosen(std::path::PathBuf),
}

/// As what a scene is saved with its layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayersFormat {
    Png,
    /// A file for each layer, in a folder.
    PngEach,
    OpenRaster,
}

/// The layers that are shown.
#[derive(Clone, Debug)]
pub struct LayersState {
    /// The picture that they are of.
    pub of: ShotKey,
    /// Its settings, with the arrangement as it is now.
    pub params: ImageParams,
    pub seed: u64,
    pub(in crate::state) model: ModelRef,
    /// The arrangement of the picture.
    pub(in crate::state) began: Arrangement,
    /// As they are now; `None` until the engine has them.
    pub scene: Option<Arc<SceneLayers>>,
    /// What the engine composed last.
    pub(in crate::state) made: Option<(Arc<Picture>, Box<PictureRecord>)>,
    pub chosen: Option<LayerName>,
    /// What the engine is doing for them.
    pub job: Option<LayersJob>,
    /// Something was changed that the picture does not have yet.
    pub(in crate::state) stale: bool,
}

#[derive(Clone, Debug)]
pub struct LayersJob {
    pub id: JobId,
    pub progress: Option<StepProgress>,
    /// The engine works at it; it waits for others before that.
    pub runs: bool,
}

/// Whether a picture with these settings has layers: several things, or one on a ground.
pub fn has_layers(record: &PictureRecord) -> bool {
    // At the network's own size a prompt is drawn as one thing.
    if record.model != STICKER_ID || record.width <= 64 || record.width != record.height {
        return false;
    }
    let reading = scene::read_with(&record.prompt, &record.negative, |word| record.things.get(word));
    let things: usize = reading.items.iter().map(|item| usize::from(item.count)).sum();
    things > 1 || (things == 1 && reading.ground.is_some())
}

impl LayersState {
    /// The picture as it is arranged now, where it is made already.
    pub fn picture(&self) -> Option<&Arc<Picture>> {
        self.made.as_ref().filter(|_| !self.stale).map(|(picture, _)| picture)
    }

    pub fn arrangement(&self) -> &Arrangement {
        &self.params.arrangement
    }

    /// Whether it is arranged in another way than the picture that was opened.
    pub fn is_changed(&self) -> bool {
        self.params.arrangement != self.began
    }

    pub fn layer(&self, name: &LayerName) -> Option<&SceneLayer> {
        self.scene.as_ref()?.layers.iter().find(|layer| layer.name == *name)
    }

    /// Whether the engine draws things for it, and not only puts them together.
    pub fn is_drawn(&self) -> bool {
        self.job.as_ref().is_some_and(|job| job.progress.is_some() || self.scene.is_none())
    }

    /// Names of the layers, back to front.
    fn names(&self) -> Vec<LayerName> {
        self.scene.iter().flat_map(|scene| &scene.layers).map(|layer| layer.name.clone()).collect()
    }

    /// Changes the arrangement, and shows at once what of it needs no drawing.
    pub(in crate::state) fn arrange(&mut self, with: impl FnOnce(&mut Arrangement)) {
        let before = self.params.arrangement.clone();
        with(&mut self.params.arrangement);
        if self.params.arrangement != before {
            self.stale = true;
            self.show_changes();
        }
    }

    /// Puts a layer to a place, as far as that can be reached.
    pub(in crate::state) fn put(&mut self, name: &LayerName, place: Place) {
        let place = self.layer(name).map_or_else(|| place.reachable(), |layer| layer.within_reach(place));
        if let Some(place) = place {
            self.arrange(|all| all.change(name, |change| change.place = Some(place)));
        }
    }

    /// Moves a layer by so many places in the order.
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

    /// Where the engine's answer is not there yet, what is shown follows the arrangement as far as that is known.
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

    /// The engine's answer.
    pub(in crate::state) fn take_scene(&mut self, mut scene: Arc<SceneLayers>) {
        // What did not change stays the same picture, so that it is not sent to the graphics card again.
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
