//! Back to the settings of a picture. What cannot be set as the picture says is told with the notice.

use crate::domain::{Makes, PictureRecord, Room, told};
use crate::lang::Both;
use crate::state::{AppState, NoticeKind};

/// Endings of the files of models, which some programs write with a model's name.
const ENDINGS: [&str; 5] = [".safetensors", ".ckpt", ".gguf", ".sft", ".pt"];

impl AppState {
    /// Sets prompt and sliders to what made `record`.
    pub(super) fn restore(&mut self, record: &PictureRecord) {
        let model = self.model_of(record);
        let here = model.is_some();
        if let Some(id) = model {
            self.choose_image_model(id);
        }
        let mut notes = Vec::new();
        if !here && !record.model.is_empty() {
            let (said, used) = (&record.model, &self.settings.image.model);
            notes.push(Both::new(
                format!("The picture's model {said} is not here; {used} is used instead, and its size is kept."),
                format!("图片所用的模型 {said} 不在这里，改用 {used}，尺寸保持不变。"),
            ));
        }
        let params = &mut self.settings.image;
        notes.extend(params.take(record));
        if here || record.model.is_empty() {
            notes.extend(self.take_size(record.width, record.height));
        }
        if let Some(entry) = self.models.entry(&self.settings.image.model) {
            let takes = entry.card.takes();
            notes.extend(self.settings.image.fit(&takes));
        }
        self.create.forget_error();
        self.create.subject = None;
        self.settings.room = Room::Create;
        self.note(NoticeKind::SettingsRestored(notes));
    }

    /// The model of ours that a picture names, by its id, the name of its file, or the hash of its weights.
    fn model_of(&self, record: &PictureRecord) -> Option<String> {
        let file = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        let name = file(&record.model);
        let bare = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
        let hash = record.model_hash.to_ascii_lowercase();
        let named = |id: &str| id == record.model || (!bare.is_empty() && id.eq_ignore_ascii_case(bare));
        let hashed = |sha256: &str| hash.len() >= 10 && sha256.starts_with(&hash);
        let entries = || {
            let usable = |id: &str| self.models.resolve(id, Makes::Image).is_ok();
            self.models.entries.iter().map(|entry| &entry.card).filter(move |card| usable(&card.id))
        };
        let found = entries().find(|card| named(&card.id));
        let found = found.or_else(|| entries().find(|card| card.files.first().is_some_and(|f| hashed(&f.sha256))));
        // A file that is used by its path has no card.
        let used = &self.settings.image.model;
        found.map(|card| card.id.clone()).or_else(|| (!name.is_empty() && file(used) == name).then(|| used.clone()))
    }

    /// Sets the size where the model draws it, and tells which one is set where it does not.
    fn take_size(&mut self, width: u32, height: u32) -> Option<Both> {
        let params = &mut self.settings.image;
        (params.width, params.height) = (width, height);
        self.fit_size();
        let params = &self.settings.image;
        let (said, set) = (format!("{width}x{height}"), format!("{}x{}", params.width, params.height));
        (said != set).then(|| told::named(&Both::new("size", "尺寸"), &said, &set))
    }
}
