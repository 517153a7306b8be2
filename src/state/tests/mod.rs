//! The whole state, without a window, an engine or a disk.

pub(in crate::state) use std::path::PathBuf;
pub(in crate::state) use std::sync::Arc;

mod harness;
mod inputs;
mod keep;
mod lanes;
mod late;
mod pictures;
mod questions;
mod settings;

pub(in crate::state) use crate::domain::*;
pub(in crate::state) use crate::error::{Cause, Doing, StudioError};
pub(in crate::state) use crate::lang::{Both, Lang};
pub(in crate::state) use crate::state::write::tests::harness as write;
pub(in crate::state) use crate::state::*;
pub(in crate::state) use harness::*;
