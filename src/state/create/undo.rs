//! What undo covers in Create: the prompt with its sliders, and the arrangement of layers.

use crate::domain::{Arrangement, ImageParams, LayerName, Settings, Subject};
use crate::state::{
    Again, CreateCommand, CreateState, Env, ImageEdit, LayersCommand, LayersState, NoticeKind, ShotKey, Undoable,
};

/// An undoable action of Create: the values before it.
#[derive(Clone, Debug, PartialEq)]
pub enum CreateUndo {
    /// Prompt, sliders and subject.
    Prompt(Box<ImageParams>, Option<Subject>),
    /// The arrangement of a picture's layers. Steps of one kind on one layer make one action.
    Layers(ShotKey, Box<Arrangement>, Option<Steps>),
}

/// Steps of one kind on one layer, with keys or the wheel.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    pub layer: LayerName,
    /// Whether the steps resize the layer. Otherwise they move it.
    pub size: bool,
}

impl CreateUndo {
    /// Whether both are steps of one kind on the same layer.
    pub(in crate::state) fn goes_on(&self, before: &Self) -> bool {
        match (self, before) {
            (Self::Layers(of, _, Some(steps)), Self::Layers(other, _, Some(same))) => (of, steps) == (other, same),
            (Self::Layers(..) | Self::Prompt(..), Self::Layers(..) | Self::Prompt(..)) => false,
        }
    }
}

impl CreateState {
    /// The values before `command`, if it is undoable.
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

    /// The arrangement of the open layers before `command`, if that changes it.
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

    /// The arrangement of this picture's layers, if they are open.
    fn arrangement_of(&self, of: ShotKey) -> Option<&Arrangement> {
        self.layers.as_ref().filter(|layers| layers.of == of).map(LayersState::arrangement)
    }

    /// Whether the values differ from `before`.
    pub(in crate::state) fn is_changed(&self, before: &CreateUndo, settings: &Settings) -> bool {
        match before {
            CreateUndo::Prompt(image, subject) => **image != settings.image || *subject != self.subject,
            CreateUndo::Layers(of, before, _) => self.arrangement_of(*of).is_some_and(|now| now != &**before),
        }
    }

    /// How to redo an action that is being undone. `None` if the state no longer has what redo needs.
    pub(in crate::state) fn again(&self, what: &CreateUndo, settings: &Settings) -> Option<Again> {
        let now = match what {
            CreateUndo::Prompt(..) => self.prompt_now(&settings.image),
            CreateUndo::Layers(of, ..) => CreateUndo::Layers(*of, Box::new(self.arrangement_of(*of)?.clone()), None),
        };
        Some(Again::Value(Undoable::Create(now)))
    }

    /// Whether an undone action can still be redone. A prompt typed since then is not overwritten.
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

    /// Sets the prompt and sliders of an earlier time.
    fn prompt_back(&mut self, to: ImageParams, subject: Option<Subject>, env: &mut Env<'_>) {
        self.choose_model(to.model.clone(), env.settings, env.catalogue);
        env.settings.image = to;
        self.subject = subject;
        self.forget_error();
        let of_prompt = |kind: &NoticeKind| matches!(kind, NoticeKind::SettingsRestored(_) | NoticeKind::PromptWritten);
        env.notices.list.retain(|notice| !of_prompt(&notice.kind));
    }
}

/// Whether an edit changes several settings at once. A single one is easy to change back by hand.
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
