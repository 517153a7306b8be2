//! Back to the settings of a picture. What cannot be set as the picture says is told with the notice.

use crate::domain::{Makes, PictureRecord, Room, told};
use crate::lang::Both;
use crate::state::{AppState, NoticeKind};

impl AppState {
    /// Sets prompt and sliders to what made `record`.
    pub(in crate::state) fn restore(&mut self, record: &PictureRecord) {
        let model = self.model_of(record);
        let here = model.is_some();
        if let Some(id) = model {
            self.choose_image_model(id);
        }
        let mut notes = Vec::new();
        if !here && !record.model.is_empty() {
            let (said, used) = (told::not_here(&record.model), &self.settings.image.model);
            notes.push(Both::new(
                format!("{} {used} is used instead, and the size is kept.", said.en),
                format!("{}改用 {used}，尺寸保持不变。", said.zh),
            ));
        }
        let takes = self.catalogue.entry(&self.settings.image.model).map(|entry| entry.card.takes());
        notes.extend(self.settings.image.take(record, takes.as_ref()));
        if here || record.model.is_empty() {
            notes.extend(self.take_size(record.width, record.height));
        }
        self.create.forget_error();
        self.create.subject = None;
        self.create.forget_notes();
        self.settings.room = Room::Create;
        // What was said of the picture before is true no more.
        self.notices.list.retain(|notice| !matches!(notice.kind, NoticeKind::SettingsRestored(_)));
        self.note(NoticeKind::SettingsRestored(notes));
    }

    /// The model of ours that a picture names.
    fn model_of(&self, record: &PictureRecord) -> Option<String> {
        let usable = |id: &str| self.catalogue.resolve(id, Makes::Image).is_ok();
        let cards = self.catalogue.entries.iter().map(|entry| &entry.card).filter(|card| usable(&card.id));
        let used = &self.settings.image.model;
        let found = record.model_among(cards).map(|card| card.id.clone());
        found.or_else(|| record.names_file(used).then(|| used.clone()))
    }

    /// Sets the size where the model draws it, and tells which one is set where it does not.
    fn take_size(&mut self, width: u32, height: u32) -> Option<Both> {
        let params = &mut self.settings.image;
        (params.width, params.height) = (width, height);
        self.fit_size();
        let params = &self.settings.image;
        let (said, set) = ((width, height), (params.width, params.height));
        (said != set).then(|| told::size(said, set, self.free_size()))
    }
}
