//! What the program is: its version and where it was built from, and what it is made of, with the licence of each part.
//! All of it is in the program, so that it can be read offline.

mod facts;
mod licences;
mod parts;

pub use facts::{COMMIT, Facts, NAME, VERSION};
pub use licences::{Component, LicenceFile, Licences, MARK, Passage};
pub use parts::Group;
