//! Prompt, model and sliders of Create. They are in the settings, with the sliders of each model used before.

use crate::domain::{FreeSize, ImageParams, Parameter, Seed, Settings};
use crate::state::{Catalogue, CreateState, Env, ImageEdit};

/// Maximum number of models whose sliders are remembered.
const REMEMBERED: usize = 200;

impl CreateState {
    /// Changes a slider or a field.
    pub(in crate::state) fn set(&mut self, edit: ImageEdit, env: &mut Env<'_>) {
        if !matches!(edit, ImageEdit::Prompt(_) | ImageEdit::Negative(_)) {
            self.heal_sliders();
        }
        let params = &mut env.settings.image;
        match edit {
            ImageEdit::Prompt(text) => {
                // Another prompt has other layers.
                if params.prompt != text {
                    params.arrangement.clear();
                }
                params.prompt = text;
                self.forget_notes();
            }
            ImageEdit::Negative(text) => {
                params.negative = text;
                self.forget_notes();
            }
            ImageEdit::Model(id) => self.choose_model(id, env.settings, env.catalogue),
            ImageEdit::Size(width, height) => {
                (params.width, params.height) = (width, height);
                env.catalogue.fit_size(params);
            }
            ImageEdit::Number(number, value) => number.set(params, value),
            ImageEdit::Seed(seed) => params.seed = seed,
            ImageEdit::Sampler(sampler) => params.sampler = sampler,
            ImageEdit::Schedule(schedule) => params.schedule = schedule,
            ImageEdit::Noise(noise) => params.noise = noise,
            ImageEdit::Thing(word, label) => params.things.set(word, label),
            ImageEdit::Unarrange => params.arrangement.clear(),
            ImageEdit::Reset => {
                let fresh = sliders_of(&params.model, env.catalogue);
                let ImageParams { prompt, negative, .. } = std::mem::take(params);
                *params = ImageParams { prompt, negative, ..fresh };
            }
        }
    }

    /// Chooses a model, with the sliders that the user last set for it, or the defaults of its card the first time.
    /// Prompts, seed and count stay.
    pub(in crate::state) fn choose_model(&mut self, id: String, settings: &mut Settings, catalogue: &Catalogue) {
        if settings.image.model != id {
            self.heal_sliders();
            let fresh = sliders_of(&id, catalogue);
            let mut left = ImageParams { prompt: String::new(), negative: String::new(), ..settings.image.clone() };
            left.arrangement.clear();
            let next = settings.image_of.remove(&id).unwrap_or(fresh);
            if settings.image_of.len() < REMEMBERED {
                settings.image_of.insert(left.model.clone(), left);
            }
            let ImageParams { prompt, negative, seed, count, .. } = std::mem::take(&mut settings.image);
            settings.image = ImageParams { model: id, prompt, negative, seed, count, ..next };
        }
        catalogue.fit_size(&mut settings.image);
    }

    /// Rolls a seed and keeps it.
    pub(in crate::state) fn roll_seed(env: &mut Env<'_>) {
        env.settings.image.seed = Seed::Fixed(env.dice.roll());
    }

    /// Clears the notes about a prompt if the prompts or the model are not the same any more.
    pub(in crate::state) fn drop_stale_notes(&mut self, now: &ImageParams) {
        let stale = self.noted.as_ref().is_some_and(|noted| !noted.is_of(now));
        if stale {
            self.forget_notes();
        }
        self.prompt_missing &= now.prompt.trim().is_empty();
    }
}

/// The initial sliders of a model.
fn sliders_of(id: &str, catalogue: &Catalogue) -> ImageParams {
    let mut params = ImageParams { model: id.to_owned(), ..ImageParams::default() };
    match catalogue.entry(id) {
        Some(entry) => entry.card.defaults.apply(&mut params),
        None => (params.width, params.height) = (FreeSize::UNKNOWN.side, FreeSize::UNKNOWN.side),
    }
    params
}
