//! About: the licences of everything in the program, shown in place of Settings, and the facts for a bug report.

use std::sync::Arc;

use crate::about::Licences;
use crate::state::{AppState, Effect, Effects};

#[derive(Clone, Debug, Default)]
pub struct AboutState {
    /// The licences are shown in place of Settings.
    pub shown: bool,
    /// `None` until they are unpacked; then they stay.
    pub licences: Option<Arc<Licences>>,
    /// The component whose texts are shown, by its number; `None` shows the list.
    pub read: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AboutCommand {
    ShowLicences,
    /// Shows the texts of this component, or with `None` the list again.
    Read(Option<usize>),
    /// Copies the texts that are shown.
    CopyLicence,
    /// Shows Settings again.
    Close,
    /// Copies version, commit, system, kernels and device.
    CopyFacts,
}

impl AboutState {
    pub(in crate::state) fn close(&mut self) {
        (self.shown, self.read) = (false, None);
    }
}

impl AppState {
    pub(in crate::state) fn about_command(&mut self, command: AboutCommand, fx: &mut Effects) {
        match command {
            AboutCommand::ShowLicences => {
                (self.about.shown, self.about.read) = (true, None);
                if self.about.licences.is_none() {
                    fx.push(Effect::ReadLicences);
                }
            }
            AboutCommand::Read(which) => self.about.read = which,
            AboutCommand::CopyLicence => {
                let Some(all) = &self.about.licences else { return };
                let shown = self.about.read.and_then(|number| all.components.get(number));
                fx.extend(shown.map(|component| Effect::CopyText(all.whole(component, self.lang))));
            }
            AboutCommand::Close => self.about.close(),
            AboutCommand::CopyFacts => fx.push(Effect::CopyText(self.status.facts().report(self.lang))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Room, Settings};
    use crate::lang::Lang;
    use crate::state::{Command, Input, update};

    fn about(state: &mut AppState, command: AboutCommand) -> Vec<Effect> {
        update(state, Input::Command(Command::About(command)))
    }

    fn settings() -> AppState {
        AppState::new(Settings { room: Room::Settings, ..Settings::default() }, Lang::En, 7)
    }

    #[test]
    fn licences_are_unpacked_once_and_leave_with_the_room() {
        let mut s = settings();
        assert_eq!(about(&mut s, AboutCommand::ShowLicences), [Effect::ReadLicences]);
        assert!(s.about.shown && s.about.licences.is_none());
        let _ = update(&mut s, Input::Licences(Arc::default()));
        let _ = about(&mut s, AboutCommand::Read(Some(3)));
        assert_eq!(s.about.read, Some(3));
        let _ = about(&mut s, AboutCommand::Close);
        assert!(!s.about.shown && s.about.read.is_none() && s.about.licences.is_some());
        assert_eq!(about(&mut s, AboutCommand::ShowLicences), [], "they are here");
        for room in [Room::Settings, Room::Create] {
            let _ = about(&mut s, AboutCommand::ShowLicences);
            let _ = update(&mut s, Input::Command(Command::Go(room)));
            assert!(!s.about.shown, "{room:?}");
        }
    }

    #[test]
    fn the_texts_that_are_shown_are_copied_in_full() {
        let mut s = settings();
        let all = Licences::read();
        let _ = update(&mut s, Input::Licences(Arc::new(all.clone())));
        assert_eq!(about(&mut s, AboutCommand::CopyLicence), [], "the list is no text");
        for (number, component) in all.components.iter().enumerate().take(5) {
            let _ = about(&mut s, AboutCommand::Read(Some(number)));
            let effects = about(&mut s, AboutCommand::CopyLicence);
            let [Effect::CopyText(text)] = &effects[..] else { panic!("{effects:?}") };
            assert!(text.starts_with(&component.title()));
            assert!(component.files.iter().all(|file| text.contains(&all.text(file)) && text.contains(&file.name)));
        }
    }

    #[test]
    fn the_facts_are_copied_in_the_language_of_the_window_by_a_read_only_one_too() {
        let mut s = settings();
        (s.read_only, s.status.kernels) = (true, "AVX2".into());
        for lang in Lang::ALL {
            s.lang = lang;
            let effects = about(&mut s, AboutCommand::CopyFacts);
            assert_eq!(effects, [Effect::CopyText(s.status.facts().report(lang))]);
            assert!(matches!(&effects[0], Effect::CopyText(text) if text.contains("AVX2")));
        }
    }
}
