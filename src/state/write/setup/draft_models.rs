//! Which models can draft for the one in use (speculative decoding). Another thread finds them, since it must compare
//! their vocabularies.

use crate::domain::{CatalogueRequest, Makes, ModelPresence, ModelRef, Settings, TextParams};
use crate::error::Result;
use crate::state::{Catalogue, Effect, Env, ModelEntry, WriteState};

#[derive(Clone, Debug, Default)]
pub struct DraftsState {
    /// The request that is out.
    pub(in crate::state) asked: Option<DraftsKey>,
    /// The last request that was answered, and the models that can draft.
    pub(in crate::state) found: Option<(DraftsKey, Vec<String>)>,
}

/// A request: a model, and the smaller ones that are here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftsKey {
    pub model: String,
    pub smaller: Vec<String>,
}

impl WriteState {
    fn drafts_key(&self, settings: &Settings, catalogue: &Catalogue) -> DraftsKey {
        let model = self.text(settings).model.clone();
        let bytes = catalogue.entry(&model).map(|entry| entry.card.bytes());
        // A model of the same size is no help.
        let smaller = |e: &&ModelEntry| e.card.id != model && bytes.is_none_or(|bytes| e.card.bytes() < bytes);
        let here = |e: &&ModelEntry| matches!(e.presence, ModelPresence::Here { .. });
        let smaller = catalogue.making(Makes::Text).filter(here).filter(smaller);
        let smaller = smaller.map(|e| e.card.id.clone()).collect();
        DraftsKey { model, smaller }
    }

    /// The models that can draft for the one in use, by id; `None` while that is not known.
    pub fn drafts(&self, settings: &Settings, catalogue: &Catalogue) -> Option<&[String]> {
        let (key, able) = self.drafts.found.as_ref()?;
        (*key == self.drafts_key(settings, catalogue)).then_some(able.as_slice())
    }

    /// Whether to send a request. Only one is out at a time.
    pub fn is_drafts_due(&self, settings: &Settings, catalogue: &Catalogue) -> bool {
        self.drafts.asked.is_none() && self.drafts(settings, catalogue).is_none()
    }

    pub(in crate::state) fn find_drafts(&mut self, env: &mut Env) {
        if !self.is_drafts_due(env.settings, env.catalogue) {
            return;
        }
        let key = self.drafts_key(env.settings, env.catalogue);
        let found = |id: &String| Some((id.clone(), env.catalogue.resolve(id, Makes::Text).ok()?));
        let smaller: Vec<_> = key.smaller.iter().filter_map(found).collect();
        match env.catalogue.resolve(&key.model, Makes::Text) {
            Ok(model) if !smaller.is_empty() => {
                self.drafts.asked = Some(key);
                env.push(Effect::Catalogue(CatalogueRequest::FindDrafts { model: Box::new(model), smaller }));
            }
            Ok(_) | Err(_) => self.drafts.found = Some((key, Vec::new())),
        }
    }

    pub(in crate::state) fn drafts_found(&mut self, able: Vec<String>) {
        if let Some(key) = self.drafts.asked.take() {
            self.drafts.found = Some((key, able));
        }
    }
}

/// The files of the draft model; `None` if none is chosen.
pub(in crate::state) fn draft_files(params: &TextParams, catalogue: &Catalogue) -> Result<Option<ModelRef>> {
    params.draft.as_ref().map(|id| catalogue.resolve(id, Makes::Text)).transpose()
}
