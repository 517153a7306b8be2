//! Restores the settings of a picture. The notice lists what cannot be set.

use crate::domain::{ImageParams, Makes, PictureRecord, Room, told};
use crate::lang::Both;
use crate::state::{Catalogue, CreateState, Env, NoticeKind};

impl CreateState {
    /// Sets prompt and sliders to those of `record`.
    pub(in crate::state) fn restore(&mut self, record: &PictureRecord, env: &mut Env<'_>) {
        let model = model_of(record, env.catalogue, &env.settings.image.model);
        let here = model.is_some();
        if let Some(id) = model {
            self.choose_model(id, env.settings, env.catalogue);
        }
        let image = &mut env.settings.image;
        let mut notes = Vec::new();
        if !here && !record.model.is_empty() {
            let (said, used) = (told::not_here(&record.model), &image.model);
            notes.push(Both::new(
                format!("{} {used} is used instead, and the size is kept.", said.en),
                format!("{}改用 {used}，尺寸保持不变。", said.zh),
            ));
        }
        let takes = env.catalogue.entry(&image.model).map(|entry| entry.card.takes());
        notes.extend(image.take(record, takes.as_ref()));
        if here || record.model.is_empty() {
            notes.extend(take_size(image, (record.width, record.height), env.catalogue));
        }
        self.forget_error();
        self.subject = None;
        self.forget_notes();
        env.settings.room = Room::Create;
        // The notice about an earlier picture no longer holds.
        env.notices.list.retain(|notice| !matches!(notice.kind, NoticeKind::SettingsRestored(_)));
        env.note(NoticeKind::SettingsRestored(notes));
    }
}

/// The id of the model that a picture names, if it is available. `used` is the one in use.
fn model_of(record: &PictureRecord, catalogue: &Catalogue, used: &str) -> Option<String> {
    let usable = |id: &str| catalogue.resolve(id, Makes::Image).is_ok();
    let cards = catalogue.entries.iter().map(|entry| &entry.card).filter(|card| usable(&card.id));
    let found = record.model_among(cards).map(|card| card.id.clone());
    found.or_else(|| record.names_file(used).then(|| used.to_owned()))
}

/// Sets the size if the model draws it, and otherwise the nearest one, with a note.
fn take_size(image: &mut ImageParams, said: (u32, u32), catalogue: &Catalogue) -> Option<Both> {
    (image.width, image.height) = said;
    catalogue.fit_size(image);
    let set = (image.width, image.height);
    (said != set).then(|| told::size(said, set, catalogue.free_size(&image.model)))
}
