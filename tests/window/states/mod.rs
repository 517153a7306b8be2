//! States of the window for tests, made of the real structs.

pub mod every;
mod left;
mod models;
mod page;
mod pictures;
pub mod prose;
pub mod space;
mod window;
mod write;

pub use left::*;
pub use models::*;
pub use page::*;
pub use pictures::*;
pub use window::*;
pub use write::*;
