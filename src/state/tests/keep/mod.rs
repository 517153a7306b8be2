//! Nothing that a user typed or made is lost.

mod device;
mod drafts;
mod errors;
mod harness;
mod redo;
mod unsaid;

use super::*;
use harness::*;
