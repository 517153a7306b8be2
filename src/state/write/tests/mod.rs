//! Write, without a window, an engine or a disk.

mod again;
mod answers;
mod branches;
mod context;
mod fetches;
mod files;
mod forms;
pub(in crate::state) mod harness;
mod list;
mod page;
mod queued;
mod sliders;
mod talks;
mod thoughts;
mod titles;
mod tokens;

use crate::state::tests::*;
use harness::*;
