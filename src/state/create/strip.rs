//! Finished pictures: on the strip, on the stage, on the disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::{Enlarge, Picture, PictureRecord, Room, Seed, StoreRequest, Subject};
use crate::error::StudioError;
use crate::state::create::files::copy_name;
use crate::state::create::update::Handoff;
use crate::state::{CreateState, Effect, Env, NoticeKind, STRIP, Saved, Shot, ShotKey, Shown, Stage};

impl CreateState {
    /// Puts a new picture on the strip and saves it.
    pub(super) fn keep_new(
        &mut self,
        key: ShotKey,
        picture: Arc<Picture>,
        record: Box<PictureRecord>,
        subject: Option<Subject>,
        env: &mut Env<'_>,
    ) {
        let (job, index) = key;
        env.push(Effect::Store(StoreRequest::SavePicture {
            job,
            index,
            picture: picture.clone(),
            record: record.clone(),
            folder: None,
        }));
        self.put_on_strip(Shot { key, picture: Some(picture), record, saved: Saved::Saving, subject });
    }

    pub(in crate::state) fn put_on_strip(&mut self, shot: Shot) {
        self.strip.insert(0, shot);
        // A picture that is not saved must stay, however long the strip gets.
        if self.strip.len() > STRIP
            && let Some(old) = self.strip.iter().rposition(|s| matches!(s.saved, Saved::At(_)))
        {
            self.strip.remove(old);
        }
    }

    /// Notes that a picture is saved, and drops the notice that it could not be.
    pub(in crate::state) fn saved_at(&mut self, key: ShotKey, path: PathBuf, env: &mut Env<'_>) {
        let Some(shot) = self.strip.iter_mut().find(|s| s.key == key) else { return };
        if let Saved::Failed(error) = std::mem::replace(&mut shot.saved, Saved::At(path)) {
            env.notices.drop_problem(&error);
        }
    }

    pub(in crate::state) fn save_failed(&mut self, key: ShotKey, error: StudioError, env: &mut Env<'_>) {
        if let Some(shot) = self.strip.iter_mut().find(|s| s.key == key) {
            shot.saved = Saved::Failed(error.clone());
        }
        env.problem_in(Room::Create, error);
    }

    pub(in crate::state) fn retry_save(&mut self, key: ShotKey, env: &mut Env<'_>) {
        let Some(shot) = self.strip.iter_mut().find(|s| s.key == key) else { return };
        let Some(picture) = shot.picture.clone().filter(|_| matches!(shot.saved, Saved::Failed(_))) else { return };
        shot.saved = Saved::Saving;
        let (job, index) = key;
        env.push(Effect::Store(StoreRequest::SavePicture {
            job,
            index,
            picture,
            record: shot.record.clone(),
            folder: None,
        }));
    }

    /// Sets the prompt and sliders of a finished picture.
    pub(in crate::state) fn use_settings(&mut self, key: ShotKey, env: &mut Env<'_>) {
        if let Some(shot) = self.shot(key) {
            let (record, subject) = (shot.record.clone(), shot.subject.clone());
            self.restore(&record, env);
            self.subject = subject;
        }
    }

    /// Draws a finished picture again with another seed.
    pub(in crate::state) fn vary(&mut self, key: ShotKey, env: &mut Env<'_>) {
        self.use_settings(key, env);
        if self.shot(key).is_none() {
            return;
        }
        env.notices
            .list
            .pop_if(|notice| matches!(&notice.kind, NoticeKind::SettingsRestored(notes) if notes.is_empty()));
        env.settings.image.seed = Seed::Random;
        env.settings.image.arrangement.forget_seeds();
        self.generate(env);
    }

    /// Shows a picture from a file on the stage. Without `picture`, its pixels are read next.
    pub(in crate::state) fn show_file(
        &mut self,
        path: &Path,
        picture: Option<Arc<Picture>>,
        record: Box<PictureRecord>,
        env: &mut Env<'_>,
    ) {
        let known = self.strip.iter_mut().find(|shot| shot.is_file(path));
        let key = if let Some(shot) = known {
            shot.picture = picture.or(shot.picture.take());
            shot.key
        } else {
            let key = (env.lanes.new_job(), 0);
            self.put_on_strip(Shot { key, picture, record, saved: Saved::At(path.to_owned()), subject: None });
            key
        };
        self.shown = Shown::Shot(key);
    }

    pub(in crate::state) fn export_shot(&mut self, key: ShotKey, enlarge: Enlarge, env: &mut Env<'_>) {
        let Some(shot) = self.shot(key) else { return };
        let file = shot.file();
        match (&shot.picture, file) {
            (Some(picture), _) => {
                let name = file.and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
                env.push(Effect::AskExportPicture {
                    picture: picture.clone(),
                    record: Some(shot.record.clone()),
                    name: name.unwrap_or_else(|| copy_name(&shot.record.prompt, shot.record.seed())),
                    enlarge,
                });
            }
            (None, Some(path)) => env.push(Effect::AskExportFile { path: path.to_owned(), enlarge }),
            (None, None) => {}
        }
    }

    pub(super) fn copy_shot(&mut self, key: ShotKey, env: &mut Env<'_>) -> Option<Handoff> {
        let shot = self.shot(key)?;
        match &shot.picture {
            Some(picture) => {
                env.push(Effect::CopyPicture(picture.clone()));
                Some(Handoff::Copied)
            }
            None => shot.file().map(|path| Handoff::CopyFile(path.to_owned())),
        }
    }

    pub(in crate::state) fn trash_shot(&mut self, key: ShotKey, env: &mut Env<'_>) {
        // A picture that is not saved is not deleted: undo could not bring it back.
        if let Some(path) = self.shot(key).and_then(Shot::file) {
            env.push(Effect::Store(StoreRequest::TrashPictures(vec![path.to_owned()])));
        }
    }

    /// Whether the stage shows the picture of this file.
    pub(in crate::state) fn is_on_stage(&self, path: &Path) -> bool {
        matches!(self.stage(), Stage::Shot(shot) if shot.is_file(path))
    }

    /// Takes the full picture of a file that is on the strip.
    pub(in crate::state) fn shot_loaded(&mut self, path: &Path, picture: &Arc<Picture>) {
        if let Some(shot) = self.strip.iter_mut().find(|shot| shot.is_file(path)) {
            shot.picture = Some(picture.clone());
        }
    }

    /// Keeps the strip within `STRIP_BYTES`, and reads the picture on the stage if it is only on the disk.
    pub(super) fn load_stage(&mut self, env: &mut Env<'_>) {
        self.trim_strip();
        let missing = match self.stage() {
            Stage::Shot(shot) if shot.picture.is_none() => shot.file().map(|path| (shot.key, path.to_owned())),
            Stage::Shot(_) | Stage::Job(_) | Stage::Empty => None,
        };
        // A file that could not be read is not read again until another picture was shown.
        let key = missing.as_ref().map(|(key, _)| *key);
        if self.reading != key
            && let Some((_, path)) = missing
        {
            env.push(Effect::Store(StoreRequest::ViewPicture(path)));
        }
        self.reading = key;
    }
}

impl Shot {
    /// Its file, if it is saved.
    pub(in crate::state) fn file(&self) -> Option<&Path> {
        match &self.saved {
            Saved::At(path) => Some(path),
            Saved::Saving | Saved::Failed(_) => None,
        }
    }

    pub(in crate::state) fn is_file(&self, path: &Path) -> bool {
        self.file() == Some(path)
    }
}
