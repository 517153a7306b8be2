//! What of Create can be taken back: the prompt with its sliders, and how layers are arranged.

use crate::domain::{Arrangement, ImageParams, LayerName, Settings, Subject};
use crate::state::{
    Again, CreateCommand, CreateState, Env, ImageEdit, LayersCommand, LayersState, NoticeKind, ShotKey, Undoable,
};

/// An action of Create, by what brings back how it was before.
#[derive(Clone, Debug, PartialEq)]
pub enum CreateUndo {
    /// Prompt and sliders had other values.
    Prompt(Box<ImageParams>, Option<Subject>),
    /// The layers of a picture were arranged like this. A run of steps of one kind makes one action.
    Layers(ShotKey, Box<Arrangement>, Option<Steps>),
}

/// Steps of one kind on one layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    pub layer: LayerName,
    /// Larger or smaller; else it moves.
    pub size: bool,
}

impl CreateUndo {
    /// Whether these are steps of one kind on one layer.
    pub(in crate::state) fn goes_on(&self, before: &Self) -> bool {
        match (self, before) {
            (Self::Layers(of, _, Some(steps)), Self::Layers(other, _, Some(same))) => (of, steps) == (other, same),
            (Self::Layers(..) | Self::Prompt(..), Self::Layers(..) | Self::Prompt(..)) => false,
        }
    }
}

impl CreateState {
    /// How it is before `command`, where that can be taken back.
    pub(in crate::state) fn before(&self, command: &CreateCommand, image: &ImageParams) -> Option<CreateUndo> {
        match command {
            CreateCommand::UseSettings(_)
            | CreateCommand::Vary(_)
            | CreateCommand::UseProposal
            | CreateCommand::ForgetSubject => Some(self.prompt_now(image)),
            CreateCommand::SetImage(edit) => resets(edit).then(|| self.prompt_now(image)),
            CreateCommand::Layers(command) => self.layers_before(command),
            CreateCommand::UndoPrompt
            | CreateCommand::RollSeed
            | CreateCommand::Generate
            | CreateCommand::Show(_)
            | CreateCommand::SavePictureAs(_)
            | CreateCommand::SavePictureAt(..)
            | CreateCommand::CopyPicture(_)
            | CreateCommand::TrashPicture(_)
            | CreateCommand::RetrySave(_)
            | CreateCommand::DismissError
            | CreateCommand::DecodeAgain
            | CreateCommand::ImprovePrompt
            | CreateCommand::DropProposal
            | CreateCommand::GoToSubject => None,
        }
    }

    /// The prompt and its sliders as they are now.
    pub(in crate::state) fn prompt_now(&self, image: &ImageParams) -> CreateUndo {
        CreateUndo::Prompt(Box::new(image.clone()), self.subject.clone())
    }

    /// How the layers that are shown are arranged, before `command` changes that.
    fn layers_before(&self, command: &LayersCommand) -> Option<CreateUndo> {
        let layers = self.layers.as_ref()?;
        let step = match command {
            LayersCommand::Nudge(name, to) => {
                let size = layers.layer(name).is_some_and(|layer| layer.place.side != to.side);
                Some(Steps { layer: name.clone(), size })
            }
            LayersCommand::Place(..)
            | LayersCommand::Flip(_)
            | LayersCommand::Hide(..)
            | LayersCommand::HideGround(_)
            | LayersCommand::Colour(..)
            | LayersCommand::Redraw(_)
            | LayersCommand::Raise(..)
            | LayersCommand::Reset => None,
            LayersCommand::Open(_)
            | LayersCommand::Done
            | LayersCommand::Stop
            | LayersCommand::Choose(_)
            | LayersCommand::Export(_)
            | LayersCommand::FolderChosen(_) => return None,
        };
        Some(CreateUndo::Layers(layers.of, Box::new(layers.arrangement().clone()), step))
    }

    /// How the layers of this picture are arranged, where they are shown.
    fn arrangement_of(&self, of: ShotKey) -> Option<&Arrangement> {
        self.layers.as_ref().filter(|layers| layers.of == of).map(LayersState::arrangement)
    }

    /// Whether what `before` tells is not so any more.
    pub(in crate::state) fn is_changed(&self, before: &CreateUndo, settings: &Settings) -> bool {
        match before {
            CreateUndo::Prompt(image, subject) => **image != settings.image || *subject != self.subject,
            CreateUndo::Layers(of, before, _) => self.arrangement_of(*of).is_some_and(|now| now != &**before),
        }
    }

    /// How an action that is taken back now is done again; `None` where that is not known any more.
    pub(in crate::state) fn again(&self, what: &CreateUndo, settings: &Settings) -> Option<Again> {
        let now = match what {
            CreateUndo::Prompt(..) => self.prompt_now(&settings.image),
            CreateUndo::Layers(of, ..) => CreateUndo::Layers(*of, Box::new(self.arrangement_of(*of)?.clone()), None),
        };
        Some(Again::Value(Undoable::Create(now)))
    }

    /// Whether what was taken back is still there to be done again. What was typed since is not overwritten.
    pub(in crate::state) fn is_as_taken_back(&self, what: &CreateUndo, settings: &Settings) -> bool {
        match what {
            CreateUndo::Prompt(image, _) => {
                let now = &settings.image;
                (&image.prompt, &image.negative) == (&now.prompt, &now.negative)
            }
            CreateUndo::Layers(of, ..) => self.arrangement_of(*of).is_some(),
        }
    }

    pub(in crate::state) fn take_back(&mut self, what: CreateUndo, env: &mut Env<'_>) {
        match what {
            CreateUndo::Prompt(image, subject) => self.prompt_back(*image, subject, env),
            CreateUndo::Layers(of, before, _) => {
                if self.arrangement_of(of).is_some() {
                    self.change_layers(env, |layers| layers.arrange(|all| *all = *before));
                }
            }
        }
    }

    /// Prompt and sliders of another time take the place of those in use.
    fn prompt_back(&mut self, to: ImageParams, subject: Option<Subject>, env: &mut Env<'_>) {
        self.choose_model(to.model.clone(), env.settings, env.catalogue);
        env.settings.image = to;
        self.subject = subject;
        self.forget_error();
        let of_prompt = |kind: &NoticeKind| matches!(kind, NoticeKind::SettingsRestored(_) | NoticeKind::PromptWritten);
        env.notices.list.retain(|notice| !of_prompt(&notice.kind));
    }
}

/// Whether several settings change at once. One alone is changed back by hand.
fn resets(edit: &ImageEdit) -> bool {
    match edit {
        ImageEdit::Reset | ImageEdit::Unarrange => true,
        ImageEdit::Prompt(_)
        | ImageEdit::Negative(_)
        | ImageEdit::Model(_)
        | ImageEdit::Size(..)
        | ImageEdit::Number(..)
        | ImageEdit::Seed(_)
        | ImageEdit::Sampler(_)
        | ImageEdit::Schedule(_)
        | ImageEdit::Noise(_)
        | ImageEdit::Thing(..) => false,
    }
}
