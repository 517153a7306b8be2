//! What Models shares with other rooms: answers that wait for a download, and models chosen for a room.

use crate::domain::{CatalogueRequest, FetchEvent, Makes, Room, SMOLLM_ID, STICKER_ID};
use crate::state::models::fetch::FetchEnd;
use crate::state::models::update::Handoff;
use crate::state::{AppState, Catalogue, Effect, Effects, ForgottenModel, ModelNews, ModelsCommand, NoticeKind};

/// The room that uses models of this kind.
fn room_of(makes: Makes) -> Room {
    match makes {
        Makes::Image => Room::Create,
        Makes::Text => Room::Write,
    }
}

impl AppState {
    pub(in crate::state) fn models_command(&mut self, command: ModelsCommand, fx: &mut Effects) {
        let (models, mut env) = self.models(fx);
        let handoff = models.update(command, &mut env);
        self.do_for_models(handoff, fx);
    }

    pub(in crate::state) fn model_news(&mut self, news: ModelNews, fx: &mut Effects) {
        let (models, mut env) = self.models(fx);
        let handoff = models.news(news, &mut env);
        self.do_for_models(handoff, fx);
    }

    fn do_for_models(&mut self, handoff: Option<Handoff>, fx: &mut Effects) {
        match handoff {
            None => {}
            Some(Handoff::Go) => self.go(Room::Models, fx),
            Some(Handoff::Fetch(id)) => self.fetch(&id, fx),
            Some(Handoff::Use(id)) => self.use_model(&id, fx),
            Some(Handoff::Forgot(id)) => {
                if self.settings.image.model == id {
                    self.create.choose_model(STICKER_ID.to_owned(), &mut self.settings, &self.catalogue);
                }
                if self.settings.text.model == id {
                    self.settings.text.model = SMOLLM_ID.to_owned();
                }
            }
            Some(Handoff::Opened { id, new }) => {
                self.create.forget_error();
                if !new {
                    return;
                }
                // In the room that uses such models the user wants it there. In another room, Models shows what was
                // found.
                if self.catalogue.entry(&id).is_some_and(|entry| room_of(entry.card.makes) == self.room()) {
                    self.use_model(&id, fx);
                } else {
                    self.go(Room::Models, fx);
                    self.note(NoticeKind::ModelOpened(id));
                }
            }
        }
    }

    pub(in crate::state) fn fetch(&mut self, id: &str, fx: &mut Effects) {
        let asked_there = self.room() == Room::Write && self.text().model == id;
        let (models, mut env) = self.models(fx);
        let end = models.fetch(id, asked_there, &mut env);
        self.fetch_over(id, end, fx);
    }

    pub(in crate::state) fn fetch_event(&mut self, event: FetchEvent, fx: &mut Effects) {
        let id = event.id.clone();
        let (models, mut env) = self.models(fx);
        let end = models.fetch_event(event, &mut env);
        self.fetch_over(&id, end, fx);
    }

    fn fetch_over(&mut self, id: &str, end: Option<FetchEnd>, fx: &mut Effects) {
        match end {
            None => {}
            Some(FetchEnd::Here) => {
                self.in_write(fx, |write, env| write.fetch_ended(id, None, env));
                // The hub may have details that the card did not, and the file may be a part of another model.
                fx.push(Effect::Catalogue(CatalogueRequest::ReadModels));
            }
            Some(FetchEnd::Failed(error)) => self.in_write(fx, |write, env| write.fetch_ended(id, Some(error), env)),
            Some(FetchEnd::Cancelled) => self.in_write(fx, |write, env| write.fetch_cancelled(id, env)),
        }
    }

    /// Chooses a model for the room that uses its kind, and goes to that room.
    fn use_model(&mut self, id: &str, fx: &mut Effects) {
        let Some(entry) = self.catalogue.of_file(id) else { return };
        let (id, makes) = (entry.card.id.clone(), entry.card.makes);
        match makes {
            Makes::Image => self.create.choose_model(id.clone(), &mut self.settings, &self.catalogue),
            Makes::Text => {
                let (write, mut env) = self.write(fx);
                write.choose_model(id.clone(), &mut env);
            }
        }
        self.settings.room = room_of(makes);
        self.note(NoticeKind::ModelUsed(id));
    }

    /// Lists a file again that was taken off the list, with its parts and uses.
    pub(in crate::state) fn remember_model(&mut self, model: ForgottenModel, fx: &mut Effects) {
        let id = model.path.display().to_string();
        if !model.parts.is_empty() {
            self.settings.parts_of.insert(id.clone(), model.parts);
        }
        for makes in model.used {
            match makes {
                Makes::Image => self.create.choose_model(id.clone(), &mut self.settings, &self.catalogue),
                Makes::Text => self.settings.text.model.clone_from(&id),
            }
        }
        self.settings.opened.push(model.path);
        self.notices.list.retain(|n| !matches!(n.kind, NoticeKind::ModelForgotten { .. }));
        fx.push(Effect::Catalogue(CatalogueRequest::ReadModels));
    }

    /// Takes over what was read of the models folder.
    pub(in crate::state) fn take_catalogue(&mut self, read: Catalogue) {
        self.catalogue.take(read, &self.settings.opened);
        self.models.were_read();
        self.settle_text_sliders();
        self.catalogue.settle_size(&mut self.settings);
    }
}
