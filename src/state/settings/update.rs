//! Theme, zoom, folders, and the automatic saving of settings.

use std::path::PathBuf;

use crate::domain::{DeviceChoice, StoreRequest};
use crate::error::{Cause, FolderOf, Result};
use crate::lang::Lang;
use crate::state::settings::SETTLE_MS;
use crate::state::{Effect, Env, NoticeKind, SettingsCommand, SettingsState};

/// What a setting asks of other rooms.
pub(in crate::state) enum Handoff {
    Lang(Lang),
    Device(DeviceChoice),
}

impl SettingsState {
    pub(in crate::state) fn update(&mut self, command: SettingsCommand, env: &mut Env<'_>) -> Option<Handoff> {
        match command {
            SettingsCommand::SetLang(lang) => {
                env.settings.lang = Some(lang);
                return Some(Handoff::Lang(lang));
            }
            SettingsCommand::SetTheme(theme) => env.settings.theme = theme,
            SettingsCommand::SetZoom(zoom) => {
                env.settings.zoom = zoom.is_finite().then(|| zoom.clamp(0.5, 3.0));
            }
            SettingsCommand::SetDevice(device) => {
                env.settings.device = device;
                return Some(Handoff::Device(device));
            }
            SettingsCommand::SetOffline(offline) => env.settings.offline = offline,
            SettingsCommand::ChooseLibraryFolder => env.push(Effect::AskLibraryFolder),
            SettingsCommand::LibraryFolderChosen(path) => env.push(Effect::TryFolder(FolderOf::Pictures, path)),
            SettingsCommand::ChooseModelsFolder => env.push(Effect::AskModelsFolder),
            SettingsCommand::ModelsFolderChosen(path) => env.push(Effect::TryFolder(FolderOf::Models, path)),
            SettingsCommand::WindowChanged(geometry) => env.settings.window = geometry,
            SettingsCommand::SetPane(pane, Some(width)) => {
                env.settings.panes.insert(pane, width);
            }
            SettingsCommand::SetPane(pane, None) => {
                env.settings.panes.remove(&pane);
            }
        }
        None
    }

    /// Takes a chosen folder into use. If it cannot be used, the old one stays and the reason is reported. Returns the
    /// folder to use.
    pub(in crate::state) fn folder_tried(
        &self,
        of: FolderOf,
        path: PathBuf,
        outcome: Result<()>,
        env: &mut Env<'_>,
    ) -> Option<PathBuf> {
        env.notices.take_away(|n, _| {
            let NoticeKind::Problem(problem) = &n.kind else { return false };
            matches!(problem.0.cause(), Cause::BadFolder { of: other, .. } if *other == of)
        });
        if let Err(error) = outcome {
            env.problem_in(env.room(), error);
            return None;
        }
        match of {
            FolderOf::Pictures => {
                env.settings.library = Some(path.clone());
                env.notices.take_away(|n, _| matches!(n.kind, NoticeKind::PicturesLeft { .. }));
                env.push(Effect::Store(StoreRequest::SetLibraryFolder(path.clone())));
            }
            FolderOf::Models => {
                env.settings.models = Some(path.clone());
                env.push(Effect::SetModelsFolder(path.clone()));
            }
        }
        Some(path)
    }

    /// Saves settings that have stopped changing.
    pub(in crate::state) fn tick(&mut self, env: &mut Env<'_>) {
        if self.seen != *env.settings {
            self.seen = env.settings.clone();
            self.changed_ms = env.now_ms;
        } else if self.is_unsaved(env.settings) && env.now_ms - self.changed_ms >= SETTLE_MS {
            self.saved = env.settings.clone();
            env.push(Effect::Store(StoreRequest::SaveSettings(Box::new(env.settings.clone()))));
        }
    }
}
