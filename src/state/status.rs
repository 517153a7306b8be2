//! What is known of the machine and the program itself.

use std::path::PathBuf;

use crate::about::Facts;

/// What the status bar shows beside the jobs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// For example `CPU` or `GPU (CUDA)`.
    pub device: String,
    /// Bytes of memory that this process uses.
    pub memory: u64,
    /// Bytes of memory that all models together may use.
    pub budget: u64,
    /// Seconds from the start of the process to the first frame.
    pub first_frame_s: Option<f64>,
    /// The folders in use, for Settings.
    pub library: PathBuf,
    pub models: PathBuf,
    /// The folder of everything else, for About.
    pub data: PathBuf,
    /// The instruction sets that the kernels use, for example `AVX2`.
    pub kernels: String,
}

/// A change of one of these figures.
#[derive(Clone, Debug, PartialEq)]
pub enum StatusNews {
    /// The name of the device that computes.
    Device(String),
    /// Bytes of memory that this process uses.
    Memory(u64),
    /// Seconds from the start of the process to the first frame.
    FirstFrame(f64),
}

impl Status {
    /// What About shows, and a bug report needs.
    pub fn facts(&self) -> Facts<'_> {
        Facts { kernels: &self.kernels, device: &self.device, data: &self.data }
    }

    pub(in crate::state) fn take(&mut self, news: StatusNews) {
        match news {
            StatusNews::Device(name) => self.device = name,
            StatusNews::Memory(bytes) => self.memory = bytes,
            StatusNews::FirstFrame(seconds) => self.first_frame_s = Some(seconds),
        }
    }
}
