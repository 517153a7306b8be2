//! Create, without a window, an engine or a disk.

mod create;
mod latents;
mod layers;
mod left;
mod making;
mod restore;
mod sliders;

use crate::state::tests::*;
