//! Settings that affect other rooms: the device for their jobs, and the folders that they show.

use std::path::PathBuf;

use crate::domain::DeviceChoice;
use crate::error::{FolderOf, Result};
use crate::state::settings::update::Handoff;
use crate::state::{AppState, Effect, Effects, SettingsCommand};

impl AppState {
    pub(in crate::state) fn settings_command(&mut self, command: SettingsCommand, fx: &mut Effects) {
        let (settings, mut env) = self.settings_room(fx);
        match settings.update(command, &mut env) {
            None => {}
            Some(Handoff::Lang(lang)) => self.lang = lang,
            Some(Handoff::Device(device)) => self.take_device(device, fx),
        }
    }

    /// Starts a new engine on another device, and submits all jobs to it again.
    fn take_device(&mut self, device: DeviceChoice, fx: &mut Effects) {
        self.catalogue.nothing_loaded();
        fx.push(Effect::SetDevice(device));
        // The old engine's events are ignored from here on.
        self.lanes.clear();
        let (create, mut env) = self.create(fx);
        create.draw_again(&mut env);
        self.in_write(fx, |write, env| write.ask_new_engine(env));
        let (create, mut env) = self.create(fx);
        create.help_again(&mut env);
        create.layers_again(&mut env);
    }

    /// Takes the result of checking a chosen folder.
    pub(in crate::state) fn folder_tried(
        &mut self,
        of: FolderOf,
        path: PathBuf,
        outcome: Result<()>,
        fx: &mut Effects,
    ) {
        let (settings, mut env) = self.settings_room(fx);
        let Some(path) = settings.folder_tried(of, path, outcome, &mut env) else { return };
        match of {
            FolderOf::Pictures => {
                self.status.library = path;
                let (gallery, mut env) = self.gallery(fx);
                gallery.forget_library();
                gallery.look(true, &mut env);
            }
            FolderOf::Models => self.status.models = path,
        }
    }

    /// Whether there are settings to be saved.
    pub fn has_unsaved_settings(&self) -> bool {
        self.settings_room.is_unsaved(&self.settings)
    }
}
