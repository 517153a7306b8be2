//! The backends of this program: those of each medium, in the order in which they are asked.

use std::sync::Arc;

use super::image::ImagePipeline;
use super::lane::Backends;
use super::memory::MemoryBudget;
use super::text::{Eliza, TextPipeline};
use crate::domain::DeviceChoice;

/// One lane for each medium. A backend that is elsewhere would be asked before those that are here.
pub fn backends(budget: &Arc<MemoryBudget>, device: DeviceChoice) -> Vec<Backends> {
    vec![
        Backends::of(vec![Box::new(Eliza), Box::new(TextPipeline::new(budget.clone(), device))]),
        Backends::one(ImagePipeline::new(budget.clone(), device)),
    ]
}
