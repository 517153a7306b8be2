//! What Ctrl+Z takes back, and Ctrl+Shift+Z does again: the newest action of the room that is shown. Each room knows how
//! it was before an action, and how to be like that again; here its actions are joined with those of the others.

mod action;
mod back;
mod before;
mod stack;
#[cfg(test)]
mod tests;
mod typing;

pub use action::{Again, Undoable};
pub use stack::{Here, UndoState};
