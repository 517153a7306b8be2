//! The desk, without a window, an engine or a disk.

mod drafts;
mod harness;
mod jobs;

use crate::state::tests::*;
use harness::*;
