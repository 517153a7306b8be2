//! Write, without a window, an engine or a disk.

mod again;
mod forms;
mod page;
mod queued;
mod shelf;
mod talks;
mod thoughts;
pub(in crate::state) mod write;

use crate::state::tests::*;
