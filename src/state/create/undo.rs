//! What of Create can be taken back: the prompt with its sliders, and how layers are arranged.

use crate::domain::{Arrangement, ImageParams, Subject};
use crate::state::{CreateState, Env, LayersCommand, LayersState, NoticeKind, ShotKey, Steps, Undoable};

impl CreateState {
    /// The prompt and its sliders as they are now.
    pub(in crate::state) fn prompt_now(&self, image: &ImageParams) -> Undoable {
        Undoable::Prompt(Box::new(image.clone()), self.subject.clone())
    }

    /// Prompt and sliders of another time take the place of those in use.
    pub(in crate::state) fn prompt_back(&mut self, to: ImageParams, subject: Option<Subject>, env: &mut Env<'_>) {
        self.choose_model(to.model.clone(), env.settings, env.catalogue);
        env.settings.image = to;
        self.subject = subject;
        self.forget_error();
        let of_prompt = |kind: &NoticeKind| matches!(kind, NoticeKind::SettingsRestored(_) | NoticeKind::PromptWritten);
        env.notices.list.retain(|notice| !of_prompt(&notice.kind));
    }

    /// How the layers that are shown are arranged, before `command` changes that.
    pub(in crate::state) fn layers_before(&self, command: &LayersCommand) -> Option<Undoable> {
        let layers = self.layers.as_ref()?;
        let step = if let LayersCommand::Nudge(name, to) = command {
            let size = layers.layer(name).is_some_and(|layer| layer.place.side != to.side);
            Some(Steps { layer: name.clone(), size })
        } else {
            None
        };
        Some(Undoable::Layers(layers.of, Box::new(layers.arrangement().clone()), step))
    }

    /// How the layers of this picture are arranged, where they are shown.
    pub(in crate::state) fn arrangement_of(&self, of: ShotKey) -> Option<&Arrangement> {
        self.layers.as_ref().filter(|layers| layers.of == of).map(LayersState::arrangement)
    }

    /// Takes the arrangement back to what it was.
    pub(in crate::state) fn layers_back(&mut self, of: ShotKey, to: Arrangement, env: &mut Env<'_>) {
        if self.arrangement_of(of).is_some() {
            self.change_layers(env, |layers| layers.arrange(|all| *all = to));
        }
    }
}
