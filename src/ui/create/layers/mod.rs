//! The layers of a scene: their list, what can be done with the chosen one, and the canvas where they are moved.

mod canvas;

use egui::containers::menu::MenuButton;
use egui::{Frame, Id, Label, Margin, Panel, RichText, ScrollArea, Ui};

use crate::domain::{LAYER_COLOURS, LayerName, SceneLayer, SceneLayers, seconds};
use crate::scene::things;
use crate::state::{Command, LayersCommand, LayersFormat, LayersState};
use crate::ui::cx::Cx;
use crate::ui::eye::{self, Part};
use crate::ui::texts::T;
use crate::ui::textures::Textures;
use crate::ui::theme::{self, BODY, S1, S2, S3, SMALL};
use crate::ui::{icons, layout, widgets};

pub use canvas::CanvasView;

/// What fits beside a canvas that can be worked in.
const WIDE: f32 = 520.0;
const PANEL: f32 = 236.0;
/// What a step to "larger" is.
const LARGER: f32 = 1.1;

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut CanvasView, textures: &mut Textures, layers: &LayersState) {
    let frame = Frame::new().fill(cx.p.panel).inner_margin(Margin::symmetric(12, 8));
    layout::foot(ui, "layers-bar", frame, 0.4, |ui| bar(ui, cx, layers));
    if ui.available_width() >= WIDE {
        let frame = widgets::panel(cx.p).inner_margin(Margin::symmetric(12, 8));
        Panel::right(Id::unique("layers")).exact_size(PANEL).resizable(false).frame(frame).show(ui, |ui| {
            eye::part(ui, Part::Beside);
            ScrollArea::vertical().id_salt("layers").auto_shrink(false).show(ui, |ui| panel(ui, cx, layers));
        });
    } else {
        layout::foot(ui, "layers", frame, 0.45, |ui| panel(ui, cx, layers));
    }
    canvas::show(ui, cx, view, textures, layers);
}

/// A layer's name in the window's language, with its number where there are several of a kind.
fn title(cx: &Cx<'_>, scene: &SceneLayers, layer: &SceneLayer) -> String {
    let all = things();
    let name = all.labelled(layer.label).map_or(layer.label, |id| cx.lang.pick(all.get(id).en, all.get(id).zh));
    let alike: Vec<_> =
        scene.layers.iter().filter(|other| other.label == layer.label).map(|other| &other.name).collect();
    if alike.len() < 2 {
        return name.to_owned();
    }
    // By name and not by place: the number stays when the order changes.
    let nth = alike.iter().filter(|other| ***other < layer.name).count() + 1;
    format!("{name} {nth}")
}

fn send(cx: &mut Cx<'_>, command: LayersCommand) {
    cx.push(Command::Layers(command));
}

/// What is happening, and what can be done with the whole.
fn bar(ui: &mut Ui, cx: &mut Cx<'_>, layers: &LayersState) {
    ui.spacing_mut().item_spacing.y = S2;
    if let Some(job) = &layers.job {
        let text = match job.progress {
            Some(p) => cx.with(T::StepOf, &[&p.step, &p.steps, &seconds(p.eta_s)]),
            None if job.runs && layers.scene.is_none() => cx.t(T::LayersComing).to_owned(),
            None if job.runs => cx.t(T::LayersComposing).to_owned(),
            None => cx.t(T::WaitingForTurn).to_owned(),
        };
        // What takes a moment only would flicker.
        if job.progress.is_some() || layers.scene.is_none() {
            widgets::progress(ui, job.progress.map(|p| p.step as f32 / p.steps.max(1) as f32), &text);
            ui.add(Label::new(RichText::new(text).size(SMALL).color(cx.p.muted)).truncate());
        }
    }
    layout::flow(ui, |ui| {
        let done = widgets::button(ui, icons::CHECK, cx.t(T::LayersDone)).on_hover_text(cx.t(T::LayersDoneHover));
        if done.clicked() {
            send(cx, LayersCommand::Done);
        }
        if layers.job.as_ref().is_some_and(|job| job.progress.is_some() || layers.scene.is_none())
            && widgets::button(ui, icons::STOP, cx.t(T::Cancel)).clicked()
        {
            send(cx, LayersCommand::Stop);
        }
        save(ui, cx, layers);
        let undone = widgets::icon_button(ui, icons::ARROW_U_UP_LEFT, cx.t(T::LayersUndo));
        if undone.clicked() {
            cx.push(Command::Undo);
        }
        layout::icon(ui, !layers.arrangement().is_empty(), |ui| {
            let reset = widgets::icon_button(ui, icons::ARROW_COUNTER_CLOCKWISE, cx.t(T::LayersReset));
            if reset.clicked() {
                send(cx, LayersCommand::Reset);
            }
        });
    });
}

/// Formats that keep the layers.
fn save(ui: &mut Ui, cx: &mut Cx<'_>, layers: &LayersState) {
    let mut chosen = None;
    ui.add_enabled_ui(layers.picture().is_some(), |ui| {
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
        response.accessible_name(cx.t(T::SaveAs)).on_hover_text(cx.t(T::LayersSaveHover));
    });
    if let Some(format) = chosen {
        send(cx, LayersCommand::Export(format));
    }
}

/// The layers, front first, and what can be done with the chosen one.
fn panel(ui: &mut Ui, cx: &mut Cx<'_>, layers: &LayersState) {
    ui.spacing_mut().item_spacing.y = S1;
    widgets::title(ui, cx.t(T::Layers));
    let Some(scene) = &layers.scene else {
        widgets::muted(ui, cx.t(T::LayersComing));
        return;
    };
    for layer in scene.layers.iter().rev() {
        ui.push_id(&layer.name, |ui| row(ui, cx, layers, scene, layer));
    }
    if scene.ground.is_some() {
        widgets::muted(ui, cx.t(T::LayersGround));
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

fn row(ui: &mut Ui, cx: &mut Cx<'_>, layers: &LayersState, scene: &SceneLayers, layer: &SceneLayer) {
    let name = title(cx, scene, layer);
    ui.horizontal(|ui| {
        let (words, on) = if layer.hidden { (T::LayerShow, false) } else { (T::LayerHide, true) };
        if widgets::icon_toggle(ui, icons::EYE, &cx.with(words, &[&name]), on).clicked() {
            send(cx, LayersCommand::Hide(layer.name.clone(), !layer.hidden));
        }
        let is_chosen = layers.chosen.as_ref() == Some(&layer.name);
        let ink = if layer.hidden { cx.p.muted } else { cx.p.text };
        let label = egui::Button::selectable(is_chosen, RichText::new(&name).size(BODY).color(ink)).truncate();
        let response = ui.add_sized([ui.available_width(), theme::CONTROL], label);
        if response.clicked() {
            send(cx, LayersCommand::Choose((!is_chosen).then(|| layer.name.clone())));
        }
    });
}

fn tools(ui: &mut Ui, cx: &mut Cx<'_>, scene: &SceneLayers, layer: &SceneLayer) {
    let name = &layer.name;
    widgets::caption(ui, &title(cx, scene, layer));
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

const COLOUR_NAMES: [T; LAYER_COLOURS.len()] = [
    T::ColourNone,
    T::ColourRed,
    T::ColourOrange,
    T::ColourYellow,
    T::ColourGreen,
    T::ColourCyan,
    T::ColourBlue,
    T::ColourPurple,
    T::ColourPink,
    T::ColourBrown,
];

fn colour(ui: &mut Ui, cx: &mut Cx<'_>, name: &LayerName, now: Option<&str>) {
    let mut chosen = None;
    let (text, arrow) = (RichText::new(cx.t(T::LayerColour)).size(BODY), theme::icon(icons::CARET_DOWN, 12.0));
    let button = egui::Button::new((theme::icon(icons::PALETTE, 16.0), text, arrow));
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        if ui.selectable_label(false, cx.t(T::ColourOfPrompt)).clicked() {
            chosen = Some(None);
            ui.close();
        }
        for (colour, words) in LAYER_COLOURS.into_iter().zip(COLOUR_NAMES) {
            if ui.selectable_label(now == Some(colour), cx.t(words)).clicked() {
                chosen = Some(Some(colour));
                ui.close();
            }
        }
    });
    response.accessible_name(cx.t(T::LayerColour)).on_hover_text(cx.t(T::LayerColourHover));
    if let Some(colour) = chosen {
        send(cx, LayersCommand::Colour(name.clone(), colour));
    }
}
