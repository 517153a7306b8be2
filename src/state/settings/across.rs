//! Settings that reach into other rooms: the device that runs their jobs, the folders that they show.

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

    /// Another engine, on another device: what was asked for is drawn and written by it.
    fn take_device(&mut self, device: DeviceChoice, fx: &mut Effects) {
        self.catalogue.nothing_loaded();
        fx.push(Effect::SetDevice(device));
        // What the old engine says of its jobs is heard no more: the new one draws and writes what was asked for.
        self.lanes.clear();
        let (create, mut env) = self.create(fx);
        create.draw_again(&mut env);
        self.in_write(fx, |write, env| write.ask_new_engine(env));
        let (create, mut env) = self.create(fx);
        create.help_again(&mut env);
        create.layers_again(&mut env);
    }

    /// A chosen folder was looked at.
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

    /// Whether settings wait to be written.
    pub fn has_unsaved_settings(&self) -> bool {
        self.settings_room.is_unsaved(&self.settings)
    }
}
