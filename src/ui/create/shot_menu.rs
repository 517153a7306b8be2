//! The menu of a finished picture.

use egui::Ui;

use crate::state::{Command, CreateCommand, Saved, Shot};
use crate::ui::cx::Cx;
use crate::ui::texts::T;

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, shot: &Shot) {
    let mut items = vec![
        (T::SaveAs, Command::Create(CreateCommand::SavePictureAs(shot.key))),
        (T::Copy, Command::Create(CreateCommand::CopyPicture(shot.key))),
        (T::UseSettings, Command::Create(CreateCommand::UseSettings(shot.key))),
        (T::Vary, Command::Create(CreateCommand::Vary(shot.key))),
    ];
    if let Saved::At(path) = &shot.saved {
        items.push((T::ShowInFolder, Command::Reveal(path.clone())));
    }
    items.push((T::DeleteToTrash, Command::Create(CreateCommand::TrashPicture(shot.key))));
    for (name, command) in items {
        if ui.button(cx.t(name)).clicked() {
            cx.push(command);
        }
    }
}
