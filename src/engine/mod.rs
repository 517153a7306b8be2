//! The engine: one thread for text, one for pictures, so that both can run at once. A thread takes jobs from a
//! bounded queue, runs them on its [`Pipeline`] and reports through a bounded channel. A pipeline that fails or
//! panics ends its job, never its thread.

mod cancel;
mod device;
mod memory;
mod newest;
mod reporter;
mod worker;

pub mod image;
pub mod text;

pub use aigc_kernels as kernels;
pub use aigc_kernels::threads;
pub use cancel::{Stop, watch};
pub use device::{device_for, device_name};
pub use memory::{Guard, MemoryBudget, Reservation, Slot, large_pages, peak_memory, process_memory};
pub use newest::{Newest, QUESTIONS};
pub use reporter::Reporter;
pub use worker::{Engine, JobHandle, Pipeline, Pipelines, QUEUE};

pub use crate::domain::{CancelToken, Cancelled};
