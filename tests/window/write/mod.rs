//! Write as a tree: the composer, the turns, answers while they stream, the list, characters.

mod answers;
mod composer;
mod list;
mod markdown;
mod personas;
mod sliders;
mod tokens;
mod turns;

use egui::accesskit::Role as Part;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use crate::states::*;

fn focus_message(harness: &mut Harness<'static, Window>) {
    harness.get_by_role_and_label(Part::MultilineTextInput, "Message").focus();
    harness.run();
    harness.state_mut().commands.clear();
}
