//! Gallery: its grid, the selection, the full view.

mod full;
mod grid;
mod selection;
