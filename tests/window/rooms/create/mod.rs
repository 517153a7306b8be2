//! Create: a prompt with its notes, sliders, jobs, their pictures and the layers of a scene.

mod batch;
mod generate;
mod layers;
mod notes;
mod picture;
mod places;
mod prompt;
mod reading;
mod sliders;
mod styles;
