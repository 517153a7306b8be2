//! Language, theme, folders, notes, and the quiet saving of settings.

use std::path::PathBuf;

use crate::domain::EventKind;
use crate::error::{Cause, FolderOf, Result};
use crate::state::{AppState, Effect, Effects, NoticeKind, SettingsCommand};

/// Settings are written when they have rested this long, so that dragging a slider writes once.
const SETTLE_MS: i64 = 1_000;

impl AppState {
    pub(in crate::state) fn settings_command(&mut self, command: SettingsCommand, fx: &mut Effects) {
        match command {
            SettingsCommand::SetLang(lang) => {
                self.lang = lang;
                self.settings.lang = Some(lang);
            }
            SettingsCommand::SetTheme(theme) => self.settings.theme = theme,
            SettingsCommand::SetZoom(zoom) => {
                self.settings.zoom = zoom.is_finite().then(|| zoom.clamp(0.5, 3.0));
            }
            SettingsCommand::SetDevice(device) => {
                self.settings.device = device;
                self.engine_changed();
                let pictures = self.pictures_now();
                fx.push(Effect::SetDevice(device));
                // The old engine ends the jobs that it has; what was asked for is drawn and written by the new one.
                for id in self.lanes.clear() {
                    self.image_event(id, EventKind::Cancelled, fx);
                }
                for job in pictures {
                    self.draw_waiting(&job, fx);
                }
                self.in_write(fx, |write, env| write.ask_new_engine(env));
                self.help_again(fx);
                self.layers_again(fx);
            }
            SettingsCommand::SetOffline(offline) => self.settings.offline = offline,
            SettingsCommand::ChooseLibraryFolder => fx.push(Effect::AskLibraryFolder),
            SettingsCommand::LibraryFolderChosen(path) => fx.push(Effect::TryFolder(FolderOf::Pictures, path)),
            SettingsCommand::ChooseModelsFolder => fx.push(Effect::AskModelsFolder),
            SettingsCommand::ModelsFolderChosen(path) => fx.push(Effect::TryFolder(FolderOf::Models, path)),
            SettingsCommand::WindowChanged(geometry) => self.settings.window = geometry,
            SettingsCommand::SetPane(pane, Some(width)) => {
                self.settings.panes.insert(pane, width);
            }
            SettingsCommand::SetPane(pane, None) => {
                self.settings.panes.remove(&pane);
            }
        }
    }

    /// A chosen folder is taken into use, or the old one stays and why is said.
    pub(in crate::state) fn folder_tried(
        &mut self,
        of: FolderOf,
        path: PathBuf,
        outcome: Result<()>,
        fx: &mut Effects,
    ) {
        self.drop_notices(|n, _| {
            let NoticeKind::Problem(problem) = &n.kind else { return false };
            matches!(problem.0.cause(), Cause::BadFolder { of: other, .. } if *other == of)
        });
        if let Err(error) = outcome {
            return self.problem_in(self.room(), error);
        }
        match of {
            FolderOf::Pictures => {
                self.settings.library = Some(path.clone());
                self.status.library.clone_from(&path);
                self.gallery.items = None;
                self.gallery.selected = None;
                self.gallery.opened = None;
                self.gallery.marked.clear();
                self.gallery.full = false;
                self.drop_notices(|n, _| matches!(n.kind, NoticeKind::PicturesLeft { .. }));
                fx.push(Effect::SetLibraryFolder(path));
                self.look_at_library(true, fx);
            }
            FolderOf::Models => {
                self.settings.models = Some(path.clone());
                self.status.models.clone_from(&path);
                fx.push(Effect::SetModelsFolder(path));
            }
        }
    }

    pub(in crate::state) fn tick(&mut self, fx: &mut Effects) {
        let now = self.now_ms;
        let (write, mut env) = self.write(fx);
        if write.sliders_moved_ms.is_some_and(|at| now - at >= SETTLE_MS) {
            write.keep_sliders(&mut env);
        }
        write.search_when_settled(&mut env);
        self.keep_desk(fx);
        self.look_when_due(fx);
        self.notices.list.retain(|n| n.kind.stays() || now - n.born_ms < n.kind.lasts_ms());
        if self.seen_settings != self.settings {
            self.seen_settings = self.settings.clone();
            self.settings_changed_ms = now;
        } else if self.saved_settings != self.settings && now - self.settings_changed_ms >= SETTLE_MS {
            self.saved_settings = self.settings.clone();
            fx.push(Effect::SaveSettings(Box::new(self.settings.clone())));
        }
    }

    /// Whether settings wait to be written.
    pub fn has_unsaved_settings(&self) -> bool {
        self.saved_settings != self.settings
    }

    /// Milliseconds until something happens by itself (a note goes, settings are written); `None` where nothing
    /// will. The app wakes then, and not before.
    pub fn next_deadline_ms(&self) -> Option<i64> {
        let notes = self.notices.list.iter().filter(|n| !n.kind.stays());
        let note = notes.map(|n| n.born_ms + n.kind.lasts_ms()).min();
        let settings = self.has_unsaved_settings().then(|| {
            let since = if self.seen_settings == self.settings { self.settings_changed_ms } else { self.now_ms };
            since + SETTLE_MS
        });
        let sliders = self.write.sliders_moved_ms.map(|at| at + SETTLE_MS);
        note.into_iter()
            .chain(settings)
            .chain(sliders)
            .chain(self.write.search_deadline_ms())
            .chain(self.desk_deadline_ms())
            .chain(self.library_deadline_ms())
            .min()
            .map(|at| (at - self.now_ms).max(1))
    }
}
