//! The small parts that every room is made of. All of them are named for screen readers.

mod buttons;
mod inputs;
mod labels;

pub use super::segments::segments;
pub use buttons::{
    button, button_width, choice, fold, icon_button, icon_button_of, icon_toggle, leave, menu_item, pixels, primary,
    send, switch, text_button,
};
pub use inputs::{ENTER, Field, SHIFT_ENTER, field, input_edges, marked_field, search};
pub use labels::{
    badge, badge_wrapped, caption, fact, heading, muted, note, progress, section, suggestion, table, title,
};
