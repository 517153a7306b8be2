//! What is known of the machine and the program itself.

use std::path::PathBuf;

/// What the status bar shows beside the jobs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// `CPU`, `GPU (CUDA)`.
    pub device: String,
    /// Bytes that this process holds.
    pub memory: u64,
    /// Bytes that models may take together.
    pub budget: u64,
    /// Seconds from the start of the process to the first frame.
    pub first_frame_s: Option<f64>,
    /// Folders in use, for Settings.
    pub library: PathBuf,
    pub models: PathBuf,
    pub version: String,
}

/// One of these figures is another one now.
#[derive(Clone, Debug, PartialEq)]
pub enum StatusNews {
    /// The name of the device that computes.
    Device(String),
    /// Bytes that this process holds.
    Memory(u64),
    /// Seconds from the start of the process to the first frame.
    FirstFrame(f64),
}

impl Status {
    pub(in crate::state) fn take(&mut self, news: StatusNews) {
        match news {
            StatusNews::Device(name) => self.device = name,
            StatusNews::Memory(bytes) => self.memory = bytes,
            StatusNews::FirstFrame(seconds) => self.first_frame_s = Some(seconds),
        }
    }
}
