//! What can be done with a model: the buttons of its card, and the card's menu.

use egui::{Button, Ui, vec2};

use super::cx::Cx;
use super::texts::T;
use super::{icons, layout, model_words, widgets};
use crate::domain::ModelPresence;
use crate::state::{Command, ModelEntry, ModelsCommand};

/// Whether Create or Write uses the model.
pub fn in_use(cx: &Cx<'_>, id: &str) -> bool {
    cx.state.settings.image.model == id || cx.state.text().model == id
}

/// Something that can be done with a model.
pub struct Action {
    pub icon: Option<&'static str>,
    pub name: String,
    pub command: Command,
    /// Its icon says it all.
    pub small: bool,
    /// Why it cannot be done.
    pub but: Option<T>,
}

/// What can be done with a model now, the main action first.
pub fn actions(cx: &Cx<'_>, entry: &ModelEntry) -> Vec<Action> {
    let card = &entry.card;
    let id = || card.id.clone();
    let mut all = Vec::new();
    let mut add = |icon, name: &str, command, but| {
        all.push(Action { icon, name: name.to_owned(), command, small: false, but });
    };
    if entry.is_here() {
        if !in_use(cx, &card.id) && card.lacks().is_none() {
            add(None, cx.t(T::Use), Command::Models(ModelsCommand::UseModel(id())), None);
        }
    } else if entry.fetch.is_none() && !entry.asking {
        let label = match entry.presence {
            ModelPresence::Partial { .. } => T::GoOnFetching,
            ModelPresence::Unchecked { .. } => T::CheckFiles,
            ModelPresence::Absent | ModelPresence::Embedded | ModelPresence::Here { .. } => T::Fetch,
        };
        let icon = if entry.is_unchecked() { icons::CHECK_CIRCLE } else { icons::CLOUD_ARROW_DOWN };
        let offline = model_words::is_kept_offline(cx, entry);
        add(Some(icon), cx.t(label), Command::Models(ModelsCommand::Fetch(id())), offline.then_some(T::OfflineHint));
    }
    all.extend(removal(cx, entry));
    all
}

/// Takes a model's files away; of one from elsewhere only its place in the list.
fn removal(cx: &Cx<'_>, entry: &ModelEntry) -> Option<Action> {
    let card = &entry.card;
    let is_here = entry.presence != ModelPresence::Absent || card.local.is_some();
    if !is_here || entry.fetch.is_some() || !card.is_removable() {
        return None;
    }
    let outside = card.local.as_ref().map(|local| &local.files.main);
    let outside = outside.filter(|path| !path.starts_with(&cx.state.status.models));
    let (icon, name, command) = match outside {
        Some(path) => {
            (icons::X, cx.t(T::ForgetModel).to_owned(), Command::Models(ModelsCommand::ForgetModel(path.clone())))
        }
        None => (
            icons::TRASH,
            cx.with(T::RemoveModel, &[&card.name]),
            Command::Models(ModelsCommand::RemoveModel(card.id.clone())),
        ),
    };
    Some(Action { icon: Some(icon), name, command, small: true, but: None })
}

/// Width of a card's main button: the same on every card and for every label, so that the right edges agree and the
/// removal, which is left of it, keeps its place.
fn main_width(ui: &Ui, cx: &Cx<'_>) -> f32 {
    let labels = [T::Fetch, T::GoOnFetching, T::CheckFiles, T::Use, T::InUse];
    labels.map(|label| widgets::button_width(ui, cx.t(label))).into_iter().fold(0.0, f32::max).ceil()
}

/// From the right: the main button, then the removal. A second click where the removal was does nothing.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, entry: &ModelEntry) {
    let wide = vec2(main_width(ui, cx), 0.0);
    if entry.is_here() && in_use(cx, &entry.card.id) {
        let name = cx.t(T::InUse);
        let button = Button::new(layout::labelled(icons::CHECK, 16.0, name)).min_size(wide);
        ui.add_enabled(false, button).accessible_name(name);
    }
    for action in actions(cx, entry) {
        let name = &action.name;
        let clicked = match action.icon {
            Some(icon) if action.small => widgets::icon_button(ui, icon, name).clicked(),
            Some(icon) => {
                let button = Button::new(layout::labelled(icon, 16.0, name)).min_size(wide);
                let button = ui.add_enabled(action.but.is_none(), button).accessible_name(name);
                button.on_disabled_hover_text(action.but.map_or("", |but| cx.t(but))).clicked()
            }
            None => ui.add(Button::new(name.as_str()).min_size(wide)).accessible_name(name).clicked(),
        };
        if clicked {
            cx.push(action.command);
        }
    }
}

/// The menu of a card: what its buttons do, and its place on the disk.
pub fn menu(ui: &mut Ui, cx: &mut Cx<'_>, entry: &ModelEntry) {
    for action in actions(cx, entry) {
        let may = ui.add_enabled_ui(action.but.is_none(), |ui| widgets::menu_item(ui, &action.name));
        if may.inner {
            cx.push(action.command);
        }
    }
    if let ModelPresence::Here { path } = &entry.presence
        && widgets::menu_item(ui, cx.t(T::ShowInFolder))
    {
        cx.push(Command::Reveal(path.clone()));
    }
}
