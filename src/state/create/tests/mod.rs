//! Create, without a window, an engine or a disk.

mod create;
mod layers;

use crate::state::tests::*;
