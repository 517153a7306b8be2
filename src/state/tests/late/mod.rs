//! Answers that come too late, and what is said to be done.

mod harness;
mod pictures;
mod said;
mod talks;

use super::*;
use harness::*;
