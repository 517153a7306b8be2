//! The layers of a scene: their list, what can be done with the chosen one, and the canvas where they are moved.

mod canvas;

use egui::containers::menu::MenuButton;
use egui::text::LayoutJob;
use egui::{Align, Frame, Id, Label, Layout, Margin, Panel, RichText, ScrollArea, Sense, Stroke, Ui, Vec2, vec2};

use crate::domain::{LAYER_COLOURS, LayerName, SceneLayer, SceneLayers, seconds};
use crate::scene::{self, things};
use crate::state::{Command, CreateCommand, LayersCommand, LayersFormat, LayersState};
use crate::ui::cx::Cx;
use crate::ui::eye::{Landmark, landmark};
use crate::ui::layer_words::COLOUR_NAMES;
use crate::ui::texts::T;
use crate::ui::textures::Textures;
use crate::ui::theme::{self, BODY, S1, S2, S3, SMALL, SWATCHES};
use crate::ui::{frames, icons, layout, widgets};

pub use canvas::CanvasView;

/// Least width of the room in which the list is beside the canvas.
const WIDE: f32 = 520.0;
/// Width of the list beside the canvas, and its part of the height below it.
const PANEL: f32 = 236.0;
const BELOW: f32 = 0.45;
/// Lines of the prompt above the list of layers.
const WHOSE_LINES: usize = 3;
/// Points of a colour's sample beside its name.
const SWATCH: f32 = 14.0;
/// What a step to "larger" is.
const LARGER: f32 = 1.1;

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut CanvasView, textures: &mut Textures, layers: &LayersState) {
    let frame = Frame::new().fill(cx.p.panel).inner_margin(Margin::symmetric(12, 8));
    layout::foot(ui, "layers-bar", frame, 0.4, |ui| bar(ui, cx, layers));
    let (width, height) = (ui.available_width(), ui.available_height());
    // Where the canvas is larger.
    if width >= WIDE || (width - PANEL).min(height) > width.min(height * (1.0 - BELOW)) {
        let frame = frames::panel(cx.p).inner_margin(Margin::symmetric(12, 8));
        Panel::right(Id::unique("layers")).exact_size(PANEL).resizable(false).frame(frame).show(ui, |ui| {
            landmark(ui, Landmark::Beside);
            ScrollArea::vertical().id_salt("layers").auto_shrink(false).show(ui, |ui| panel(ui, cx, layers));
        });
    } else {
        layout::foot(ui, "layers", frame, BELOW, |ui| panel(ui, cx, layers));
    }
    canvas::show(ui, cx, view, textures, layers);
}

/// The person's words for a layer, with its number where they stand for several.
fn title(scene: &SceneLayers, layer: &SceneLayer) -> String {
    let name = layer.said.trim();
    let alike = scene.layers.iter().filter(|other| other.name.word == layer.name.word).count();
    if alike < 2 { name.to_owned() } else { format!("{name} {}", layer.name.nth) }
}

/// What the model draws for it, in the window's language, where the person used other words.
fn drawn_as(cx: &Cx<'_>, layer: &SceneLayer) -> Option<String> {
    let all = things();
    let thing = all.labelled(layer.label).map(|id| all.get(id));
    let names = thing.map_or([layer.label, layer.label], |thing| [thing.en, thing.zh]);
    let said = scene::folded(&layer.said);
    let same = names.iter().any(|name| scene::folded(name) == said);
    (!same).then(|| cx.with(T::LayerSeenAs, &[&cx.lang.pick(names[0], names[1])]))
}

fn send(cx: &mut Cx<'_>, command: LayersCommand) {
    cx.push(Command::Create(CreateCommand::Layers(command)));
}

/// The progress, and buttons for the whole scene.
fn bar(ui: &mut Ui, cx: &mut Cx<'_>, layers: &LayersState) {
    ui.spacing_mut().item_spacing.y = S2;
    if let Some(job) = &layers.job {
        let text = match job.progress {
            Some(p) => cx.with(T::LayersStep, &[&p.step, &p.steps, &seconds(p.eta_s, cx.lang)]),
            None if !job.runs => cx.t(T::LayersWait).to_owned(),
            None => cx.t(T::LayersComing).to_owned(),
        };
        // What takes a moment only would flicker.
        if layers.is_drawn() {
            widgets::progress(ui, job.progress.map(|p| p.step as f32 / p.steps.max(1) as f32), &text);
            ui.add(Label::new(RichText::new(text).size(SMALL).color(cx.p.muted)).truncate());
        }
    }
    layout::flow(ui, |ui| {
        let button = egui::Button::new(layout::labelled(icons::CHECK, 16.0, cx.t(T::LayersDone)));
        let done = ui.add_enabled(layers.scene.is_some(), button).accessible_name(cx.t(T::LayersDone));
        let done = done.on_hover_text(cx.t(T::LayersDoneHover)).on_disabled_hover_text(cx.t(T::LayersComing));
        if done.clicked() {
            send(cx, LayersCommand::Done);
        }
        if layers.is_drawn() && widgets::button(ui, icons::STOP, cx.t(T::Cancel)).clicked() {
            send(cx, LayersCommand::Stop);
        }
        save(ui, cx, layers);
        let (undo, redo) = cx.state.undo.of_layers();
        for (icon, words, can, command) in [
            (icons::ARROW_U_UP_LEFT, T::LayersUndo, undo, Command::Undo),
            (icons::ARROW_U_UP_RIGHT, T::LayersRedo, redo, Command::Redo),
            (
                icons::ARROW_COUNTER_CLOCKWISE,
                T::LayersReset,
                !layers.arrangement().is_empty(),
                Command::Create(CreateCommand::Layers(LayersCommand::Reset)),
            ),
        ] {
            if layout::icon(ui, can, |ui| widgets::icon_button(ui, icon, cx.t(words)).clicked()) {
                cx.push(command);
            }
        }
    });
}

/// Formats that keep the layers.
fn save(ui: &mut Ui, cx: &mut Cx<'_>, layers: &LayersState) {
    let mut chosen = None;
    let why = match (&layers.job, layers.is_drawn()) {
        (Some(_), true) => T::LayersComing,
        (Some(_), false) => T::LayersComposing,
        (None, _) => T::LayersNothingMade,
    };
    let save = ui.add_enabled_ui(layers.picture().is_some(), |ui| {
        let (text, arrow) = (RichText::new(cx.t(T::SaveAs)).size(BODY), theme::icon(icons::CARET_DOWN, 12.0));
        let button = egui::Button::new((theme::icon(icons::DOWNLOAD_SIMPLE, 16.0), text, arrow));
        let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
            let all = [
                (T::LayersPng, LayersFormat::Png),
                (T::LayersEach, LayersFormat::PngEach),
                (T::LayersOra, LayersFormat::OpenRaster),
            ];
            for (words, format) in all {
                if ui.button(cx.t(words)).clicked() {
                    chosen = Some(format);
                    ui.close();
                }
            }
        });
        response.accessible_name(cx.t(T::SaveAs)).on_hover_text(cx.t(T::LayersSaveHover))
    });
    save.inner.on_disabled_hover_text(cx.t(why));
    if let Some(format) = chosen {
        send(cx, LayersCommand::Export(format));
    }
}

/// The layers, front first, and what can be done with the chosen one.
fn panel(ui: &mut Ui, cx: &mut Cx<'_>, layers: &LayersState) {
    ui.spacing_mut().item_spacing.y = S1;
    widgets::title(ui, cx.t(T::Layers));
    // The prompt at the left may be another one by now.
    let whose = cx.with(T::LayersOf, &[&layers.params.prompt.trim()]);
    let mut whose = LayoutJob::simple(whose, theme::small(), cx.p.muted, ui.available_width());
    whose.wrap.max_rows = WHOSE_LINES;
    ui.add(Label::new(whose).wrap());
    ui.add_space(S1);
    let Some(scene) = &layers.scene else {
        widgets::muted(ui, cx.t(T::LayersComing));
        return;
    };
    for layer in scene.layers.iter().rev() {
        ui.push_id(&layer.name, |ui| row(ui, cx, layers, scene, layer));
    }
    let hidden = layers.arrangement().is_groundless();
    if scene.ground.is_some() || hidden {
        ui.horizontal(|ui| {
            let name = cx.t(T::LayersGround);
            eye(ui, cx, name, hidden, LayersCommand::HideGround(!hidden));
            // In the column of the others' names.
            ui.add_space(ui.spacing().button_padding.x);
            ui.add(Label::new(RichText::new(name).size(BODY).color(cx.p.muted)).truncate());
        });
    }
    ui.add_space(S3);
    let chosen = scene.layers.iter().find(|layer| Some(&layer.name) == layers.chosen.as_ref());
    match chosen {
        Some(layer) => tools(ui, cx, scene, layer),
        None => {
            ui.add(Label::new(RichText::new(cx.t(T::LayersChoose)).size(SMALL).color(cx.p.muted)).wrap());
        }
    }
}

/// Hides what is named so, or shows it again.
fn eye(ui: &mut Ui, cx: &mut Cx<'_>, name: &str, hidden: bool, command: LayersCommand) {
    let (icon, words) = if hidden { (icons::EYE_SLASH, T::LayerShow) } else { (icons::EYE, T::LayerHide) };
    if widgets::icon_toggle(ui, icon, &cx.with(words, &[&name]), !hidden).clicked() {
        send(cx, command);
    }
}

fn row(ui: &mut Ui, cx: &mut Cx<'_>, layers: &LayersState, scene: &SceneLayers, layer: &SceneLayer) {
    let name = title(scene, layer);
    ui.horizontal(|ui| {
        eye(ui, cx, &name, layer.hidden, LayersCommand::Hide(layer.name.clone(), !layer.hidden));
        let is_chosen = layers.chosen.as_ref() == Some(&layer.name);
        let ink = if layer.hidden { cx.p.muted } else { cx.p.text };
        let label = egui::Button::selectable(is_chosen, RichText::new(&name).size(BODY).color(ink)).truncate();
        let label = label.min_size(vec2(ui.available_width(), theme::CONTROL));
        let left = Layout::left_to_right(Align::Center).with_main_align(Align::Min);
        let mut response = ui.with_layout(left, |ui| ui.add(label)).inner;
        if let Some(label) = drawn_as(cx, layer) {
            response = response.on_hover_text(label);
        }
        if response.clicked() {
            send(cx, LayersCommand::Choose((!is_chosen).then(|| layer.name.clone())));
        }
    });
}

fn tools(ui: &mut Ui, cx: &mut Cx<'_>, scene: &SceneLayers, layer: &SceneLayer) {
    let name = &layer.name;
    widgets::caption(ui, &title(scene, layer));
    if let Some(label) = drawn_as(cx, layer) {
        widgets::muted(ui, label);
    }
    let sized = |by: f32| crate::domain::Place { side: layer.place.side * by, ..layer.place };
    let all: [(&str, T, LayersCommand); 4] = [
        (icons::ARROW_UP, T::LayerForward, LayersCommand::Raise(name.clone(), 1)),
        (icons::ARROW_DOWN, T::LayerBackward, LayersCommand::Raise(name.clone(), -1)),
        (icons::PLUS, T::LayerLarger, LayersCommand::Nudge(name.clone(), sized(LARGER))),
        (icons::MINUS, T::LayerSmaller, LayersCommand::Nudge(name.clone(), sized(1.0 / LARGER))),
    ];
    layout::flow(ui, |ui| {
        for (icon, words, command) in all {
            if widgets::icon_button(ui, icon, cx.t(words)).clicked() {
                send(cx, command);
            }
        }
    });
    layout::flow(ui, |ui| {
        if widgets::text_button(ui, cx.t(T::LayerFlip)).on_hover_text(cx.t(T::LayerFlipHover)).clicked() {
            send(cx, LayersCommand::Flip(name.clone()));
        }
        let redraw =
            widgets::button(ui, icons::DICE_FIVE, cx.t(T::LayerRedraw)).on_hover_text(cx.t(T::LayerRedrawHover));
        if redraw.clicked() {
            send(cx, LayersCommand::Redraw(name.clone()));
        }
        colour(ui, cx, name, layer.colour);
    });
}

fn colour(ui: &mut Ui, cx: &mut Cx<'_>, name: &LayerName, now: Option<&str>) {
    let mut chosen = None;
    let (text, arrow) = (RichText::new(cx.t(T::LayerColour)).size(BODY), theme::icon(icons::CARET_DOWN, 12.0));
    let button = egui::Button::new((theme::icon(icons::PALETTE, 16.0), text, arrow));
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        let colours = LAYER_COLOURS.into_iter().zip(COLOUR_NAMES).map(|(colour, words)| (Some(colour), words));
        let swatches = [None, None].into_iter().chain(SWATCHES.into_iter().map(Some));
        for ((colour, words), swatch) in [(None, T::ColourOfPrompt)].into_iter().chain(colours).zip(swatches) {
            let clicked = ui.horizontal(|ui| {
                let (rect, _) = ui.allocate_exact_size(Vec2::splat(SWATCH), Sense::hover());
                if let Some(swatch) = swatch {
                    ui.painter().circle(rect.center(), SWATCH / 2.0 - 1.0, swatch, Stroke::new(1.0, cx.p.edge));
                }
                ui.selectable_label(colour.is_some() && now == colour, cx.t(words)).clicked()
            });
            if clicked.inner {
                chosen = Some(colour);
                ui.close();
            }
        }
    });
    response.accessible_name(cx.t(T::LayerColour)).on_hover_text(cx.t(T::LayerColourHover));
    if let Some(colour) = chosen {
        send(cx, LayersCommand::Colour(name.clone(), colour));
    }
}
