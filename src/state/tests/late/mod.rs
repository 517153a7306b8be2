//! Answers that come too late, and reports of what was done.

mod harness;
mod pictures;
mod said;
mod talks;

use super::*;
use harness::*;
