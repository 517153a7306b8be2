//! What the window says of each number among the parameters, and where its slider is. The compiler asks for a line here
//! for each row of the domain's tables.

use egui::Ui;

use super::cx::Cx;
use super::knob::Knob;
use super::texts::T;
use crate::domain::{ImageParam, Parameter};

/// Where a slider of Create is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImagePlace {
    /// Always in sight.
    First,
    /// Under the fold, where a model of one of these families is in use or the number is set; `brief` names it in the
    /// fold's heading.
    More { families: &'static [&'static str], brief: &'static str },
    /// It has another control.
    Own,
}

/// Name, explanation and place of a number of Create.
pub fn of_image(number: ImageParam) -> (T, T, ImagePlace) {
    use ImagePlace::{First, More, Own};
    match number {
        ImageParam::Steps => (T::Steps, T::StepsHover, First),
        ImageParam::Guidance => (T::Guidance, T::GuidanceHover, First),
        ImageParam::Count => (T::Count, T::CountHover, Own),
        ImageParam::GuidanceRescale => {
            // FLUX is guided by a number, not by a second prediction.
            let families = &["stable-diffusion", "sd3", "z-image"];
            (T::GuidanceRescale, T::GuidanceRescaleHover, More { families, brief: "rescale" })
        }
        ImageParam::ClipSkip => {
            let families = &["stable-diffusion", "sd3"];
            (T::ClipSkip, T::ClipSkipHover, More { families, brief: "clip skip" })
        }
    }
}

/// Draws the slider of a number of `now`; a double click brings it back to that of `reset`. Returns the new value where
/// the person changed it.
pub fn slider<P: Parameter>(
    ui: &mut Ui,
    cx: &Cx<'_>,
    number: P,
    (name, about, logarithmic): (T, T, bool),
    now: &P::Params,
    reset: &P::Params,
) -> Option<f64> {
    let (limit, value, reset) = (number.limit(), number.get(now), number.get(reset));
    Knob { name, about, limit, value, reset, logarithmic }.show(ui, cx)
}
