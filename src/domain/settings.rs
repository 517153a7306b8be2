//! What a person set once: kept in one file, read at the start.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{AnswerForms, ImageParams, TextParams};
use crate::lang::Lang;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    #[default]
    Dark,
    Light,
    System,
}

/// Where models run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// The first GPU that answers, else the CPU.
    #[default]
    Auto,
    Cpu,
}

/// The rooms of the rail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Room {
    #[default]
    Create,
    Write,
    Gallery,
    Models,
    Settings,
}

impl Room {
    pub const ALL: [Self; 5] = [Self::Create, Self::Write, Self::Gallery, Self::Models, Self::Settings];
}

/// A panel at the side of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pane {
    /// The sliders of Create.
    Controls,
    Conversations,
    /// The sliders of Write.
    Sampling,
    /// The chosen picture of Gallery.
    Details,
}

/// Size and place of the window, in points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WindowGeometry {
    pub width: f32,
    pub height: f32,
    pub maximized: bool,
}

impl Default for WindowGeometry {
    fn default() -> Self {
        Self { width: 1280.0, height: 800.0, maximized: false }
    }
}

/// The settings file. Unknown keys stay in it and missing ones take their defaults, so that older and newer versions of
/// the program can share it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// `None` until chosen: then the system's language.
    pub lang: Option<Lang>,
    pub theme: Theme,
    /// Where pictures go; `None` is the default folder.
    pub library: Option<PathBuf>,
    /// Where fetched models go; `None` is the default folder.
    pub models: Option<PathBuf>,
    pub device: DeviceChoice,
    /// No network at all, not even for what is asked for.
    pub offline: bool,
    /// Size of the window's texts, 1.0 is the system's.
    pub zoom: Option<f32>,
    pub room: Room,
    pub window: WindowGeometry,
    /// Widths of the panels that were dragged, points.
    pub panes: BTreeMap<Pane, f32>,
    /// The sliders as they were left.
    pub image: ImageParams,
    pub text: TextParams,
    /// The language model whose card the sliders of text started from.
    pub text_card: String,
    pub system_prompt: String,
    /// What characters call the person; empty for no name.
    pub person: String,
    /// The editors of the answer's form.
    pub answer_forms: AnswerForms,
    /// Models whose terms the person agreed to.
    pub agreed: Vec<String>,
    /// Model files and folders that were opened from outside the models folder.
    pub opened: Vec<PathBuf>,
    /// Parts that the person chose for models that lack some, by the model's id.
    pub parts_of: BTreeMap<String, Vec<PathBuf>>,
    /// Small pictures are shown as their pixels; else smooth.
    pub pixels: bool,
    /// Side of the gallery's thumbnails, in points.
    pub thumbnails: Option<f32>,
    /// The picture's size was once brought to where its model's card has it.
    pub size_settled: bool,
    /// The sliders as they were left for other picture models, by the model's id; without prompts.
    pub image_of: BTreeMap<String, ImageParams>,
}
