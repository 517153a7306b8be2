//! What the model in use is good for, and what it cannot do of what was typed: a line under its name, a notice beside the
//! prompt, each with a way to better ones.

use egui::{Label, RichText, Ui, vec2};

use super::cx::Cx;
use super::texts::T;
use super::theme::{BODY, S1, SMALL};
use super::{icons, layout, model_words, widgets};
use crate::domain::{Makes, bytes};
use crate::state::{Advice, Cannot, Command, ModelsCommand};

/// A few words about a small model, under its name.
pub fn quality(ui: &mut Ui, cx: &mut Cx<'_>, makes: Makes) {
    let Some(entry) = cx.state.catalogue.entry(&model(cx, makes)) else { return };
    let line = entry.card.quality.line.get(cx.lang);
    if line.is_empty() {
        return;
    }
    ui.scope(|ui| {
        // Lines as close as those of a text.
        ui.spacing_mut().interact_size.y = SMALL + S1;
        ui.spacing_mut().item_spacing = vec2(S1, S1);
        ui.horizontal_wrapped(|ui| {
            ui.add(Label::new(RichText::new(line).size(SMALL).color(cx.p.muted)).wrap());
            better(ui, cx, makes);
        });
    });
}

/// What will go wrong if the message, form or page is sent as it is.
pub fn notice(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some(advice) = cx.state.text_advice() else { return };
    let text = words(cx, Makes::Text, &advice);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = S1;
        widgets::badge_wrapped(ui, icons::WARNING, &text, cx.p.warn);
        better(ui, cx, Makes::Text);
    });
}

/// Whether [`quality`] has a line, and its way to better models, for the picture model in use.
pub fn has_quality(cx: &Cx<'_>) -> bool {
    let entry = cx.state.catalogue.entry(&cx.state.settings.image.model);
    entry.is_some_and(|entry| !entry.card.quality.line.get(cx.lang).is_empty())
}

/// The same of a prompt for a picture, as one of the notes about it.
pub fn about_prompt(cx: &Cx<'_>, advice: &Advice) -> String {
    words(cx, Makes::Image, advice)
}

/// For a prompt that the model cannot draw: a model that can, with a button that leads to it.
pub fn able(ui: &mut Ui, cx: &mut Cx<'_>, advice: &Advice) {
    let wants_other = matches!(advice, Advice::Cannot(Cannot::Photo | Cannot::Painting));
    let Some(entry) = cx.state.abler_model().filter(|_| wants_other) else {
        // The line under the model's name leads there too.
        if !has_quality(cx) {
            better(ui, cx, Makes::Image);
        }
        return;
    };
    let name = entry.card.name.clone();
    let text = match entry.to_fetch() {
        0 => cx.with(T::AnotherCanHere, &[&name]),
        size => cx.with(T::AnotherCan, &[&name, &bytes(size)]),
    };
    let id = entry.card.id.clone();
    let (label, command) = if entry.is_here() {
        (T::UseThat, Command::Models(ModelsCommand::UseModel(id)))
    } else {
        (T::ShowThat, Command::Models(ModelsCommand::ShowModel(id)))
    };
    let label = cx.with(label, &[&name]);
    layout::flow(ui, |ui| {
        widgets::caption(ui, &text);
        if ui.button(RichText::new(label).size(SMALL)).clicked() {
            cx.push(command);
        }
    });
}

/// The way to better models.
pub fn better(ui: &mut Ui, cx: &mut Cx<'_>, makes: Makes) {
    let text = RichText::new(cx.t(T::BetterModels)).size(SMALL).color(cx.p.accent_text);
    if ui.link(text).on_hover_text(cx.t(T::BetterModelsHover)).clicked() {
        cx.push(Command::Models(ModelsCommand::BetterModels(makes)));
    }
}

fn model(cx: &Cx<'_>, makes: Makes) -> String {
    match makes {
        Makes::Image => cx.state.settings.image.model.clone(),
        Makes::Text => cx.state.text().model.clone(),
    }
}

fn words(cx: &Cx<'_>, makes: Makes, advice: &Advice) -> String {
    let name = model_words::name(cx, &model(cx, makes));
    match advice {
        Advice::NoChinese if makes == Makes::Image => cx.with(T::PromptNotChinese, &[&name]),
        Advice::NoChinese => cx.with(T::NoChinese, &[&name]),
        Advice::ChineseBefore => cx.with(T::ChineseBefore, &[&name]),
        Advice::Several(things) => {
            let all = things.join(cx.lang.pick(", ", "、"));
            cx.with(T::SeveralThings, &[&name, &things.len(), &all])
        }
        Advice::Many(thing, count) => cx.with(T::ManyThings, &[&name, count, thing]),
        Advice::Ground => cx.with(T::NoGround, &[&name]),
        Advice::People(word) => cx.with(T::PeopleRough, &[&name, word]),
        Advice::Cannot(Cannot::Photo) => cx.with(T::NoPhotos, &[&name]),
        Advice::Cannot(Cannot::Logo) => cx.with(T::NoLogos, &[&name]),
        Advice::Cannot(Cannot::Writing) => cx.with(T::NoWriting, &[&name]),
        Advice::Cannot(Cannot::Painting) => cx.with(T::NoPaintings, &[&name]),
    }
}

/// Why the picture model in use cannot draw yet, and the button that mends it.
pub struct Hindrance {
    pub text: String,
    pub icon: &'static str,
    pub label: T,
    pub command: Command,
}

pub fn hindrance(cx: &Cx<'_>) -> Option<Hindrance> {
    let id = &cx.state.settings.image.model;
    let entry = cx.state.catalogue.entry(id)?;
    let name = model_words::name(cx, id);
    if let Some(lacks) = entry.lacks() {
        let text = cx.with(T::CannotDrawWithout, &[&name, &lacks]);
        let command = Command::Models(ModelsCommand::ChooseMissingPart(id.clone()));
        return Some(Hindrance { text, icon: icons::FOLDER_OPEN, label: T::ChooseMissingPart, command });
    }
    let unchecked = entry.is_unchecked() && entry.fetch.is_none();
    unchecked.then(|| Hindrance {
        text: cx.with(T::CannotDrawUnchecked, &[&name]),
        icon: icons::CHECK_CIRCLE,
        label: T::CheckFiles,
        command: Command::Models(ModelsCommand::Fetch(id.clone())),
    })
}

/// Shows it above the button that draws. Returns whether there is one.
pub fn hindered(ui: &mut Ui, cx: &mut Cx<'_>) -> bool {
    let Some(Hindrance { text, icon, label, command }) = hindrance(cx) else { return false };
    ui.add(Label::new(RichText::new(text).size(BODY).color(cx.p.warn)).wrap());
    if widgets::button(ui, icon, cx.t(label)).clicked() {
        cx.push(command);
    }
    true
}
