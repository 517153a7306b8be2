//! Undo and redo of the newest action of the room that is shown. Each room can tell its values before an action, and
//! restore them. This module keeps the actions of all rooms.

mod action;
mod back;
mod before;
mod stack;
#[cfg(test)]
mod tests;
mod typing;

pub use action::{Again, Undoable};
pub use stack::{Here, UndoState};
