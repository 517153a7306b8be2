//! The engine: a lane for each medium, so that all of them can run at once. A lane is a thread that takes one job at a
//! time, runs it on the first of its backends that takes it ([`Backend`]) and reports through a bounded channel. A
//! backend that fails or panics ends its job, never its lane. [`backends`] names those of this program.

mod backends;
mod cancel;
#[cfg(test)]
mod counting;
mod device;
mod lane;
mod lanes;
mod memory;
mod newest;
mod reporter;

pub mod image;
pub mod text;

pub use aigc_kernels as kernels;
pub use aigc_kernels::threads;
pub use backends::backends;
pub use cancel::{Stop, Stoppable, watch};
pub use device::{device_for, device_name};
pub use lane::{Backend, Backends};
pub use lanes::{Engine, JobHandle};
pub use memory::{Guard, MemoryBudget, Reservation, Slot, large_pages, peak_memory, process_memory};
pub use newest::{Newest, QUESTIONS};
pub use reporter::Reporter;

pub use crate::domain::{CancelToken, Cancelled};
