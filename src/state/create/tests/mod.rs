//! Create, without a window, an engine or a disk.

mod create;
mod layers;
mod left;

use crate::state::tests::*;
