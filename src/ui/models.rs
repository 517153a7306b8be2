//! Models: every card with its state, and what can be done about it.

use egui::{
    Align, CentralPanel, Frame, Id, Label, Layout, Margin, Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo,
    vec2,
};

use super::cx::Cx;
use super::texts::T;
use super::theme::{self, BODY, S1, S2, S3, SMALL};
use super::{error_card, frames, icons, layout, menu, model_buttons, model_fetch, model_words, widgets};
use crate::domain::{BrokenFile, Makes, ModelPresence, Room, Source, bytes};
use crate::state::{CardPlace, Command, ModelEntry, ModelsCommand, Placed, Section};

/// Least width of a card.
const CARD: f32 = 480.0;

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let frame = Frame::new().fill(cx.p.canvas).inner_margin(Margin::symmetric(24, 8));
    layout::head(ui, "models-head", frame, 0.5, |ui| {
        let head = |ui: &mut Ui, cx: &mut Cx<'_>| {
            widgets::heading(ui, cx.t(T::Models));
        };
        layout::line(ui, cx, 100.0, head, |ui, cx| {
            let folder = widgets::button(ui, icons::FOLDER_OPEN, cx.t(T::OpenModelFolder));
            if folder.on_hover_text(cx.t(T::OpenModelFolderHover)).clicked() {
                cx.push(Command::Models(ModelsCommand::ChooseModelFolder));
            }
            let open = widgets::button(ui, icons::FOLDER_OPEN, cx.t(T::OpenModelFile));
            if open.on_hover_text(cx.t(T::OpenModelFileHover)).clicked() {
                cx.push(Command::Models(ModelsCommand::ChooseModelFile));
            }
        });
    });
    CentralPanel::default().frame(Frame::new().fill(cx.p.canvas)).show(ui, |ui| {
        ScrollArea::vertical().id_salt("models").auto_shrink(false).show(ui, |ui| {
            Frame::new().inner_margin(Margin { left: 24, right: 24, top: 0, bottom: 24 }).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = S3;
                opening(ui, cx);
                all_broken(ui, cx);
                filter(ui, cx);
                offline(ui, cx);
                for (makes, name) in [(Makes::Image, T::PictureModels), (Makes::Text, T::TextModels)] {
                    if cx.state.models.filter.is_none_or(|only| only == makes) {
                        kind(ui, cx, makes, name);
                    }
                }
                trash(ui, cx);
            });
        });
    });
}

/// The models of one kind: those that are here or on their way, then those that can be fetched.
fn kind(ui: &mut Ui, cx: &mut Cx<'_>, makes: Makes, name: T) {
    for (name, section) in [(name, Section::Here(makes)), (T::ModelsToFetch, Section::ToFetch(makes))] {
        let cards = cx.state.models.placed(&cx.state.catalogue, section);
        if cards.is_empty() {
            continue;
        }
        ui.add_space(S1);
        widgets::section(ui, cx.t(name));
        layout::columns(ui, CARD, cards.len(), |ui, i| placed(ui, cx, &cards[i]));
    }
}

/// A card, or its empty place: when one is removed, the others stay where they are.
fn placed(ui: &mut Ui, cx: &mut Cx<'_>, (place, what): &(CardPlace, Placed<'_>)) {
    ui.push_id(&place.id, |ui| {
        let id = ui.scope_id().with("card");
        let before = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or_default();
        let top = ui.cursor().top();
        match what {
            Placed::Model(entry) => card(ui, cx, entry, id, before),
            Placed::Broken(file) => broken(ui, cx, file),
            Placed::Gone => gone(ui, cx, place, before),
        }
        let height = ui.min_rect().bottom() - top;
        ui.data_mut(|data| data.insert_temp(id, height));
        // Once it is as high as it stays.
        if before == height && cx.state.models.shown.as_ref() == Some(&place.id) {
            ui.scroll_to_rect(ui.min_rect(), Some(Align::Center));
            ui.memory_mut(|memory| memory.request_focus(id));
            cx.push(Command::Models(ModelsCommand::ModelShown));
        }
        if before != height {
            ui.ctx().request_repaint();
        }
    });
}

/// The place of a card whose model was removed or taken off the list, as high as it was.
fn gone(ui: &mut Ui, cx: &mut Cx<'_>, place: &CardPlace, height: f32) {
    let frame = frames::card(cx.p).inner_margin(16).fill(cx.p.canvas);
    let margin = frame.total_margin().sum().y;
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.set_min_height(height - margin);
        ui.spacing_mut().item_spacing.y = S1;
        ui.horizontal(|ui| widgets::title(ui, &place.name));
        // The button is below the place of the removal: a second click there does nothing.
        let gone = |ui: &mut Ui, cx: &mut Cx<'_>| {
            widgets::muted(ui, cx.t(T::ModelGone));
        };
        layout::line(ui, cx, 120.0, gone, |ui, cx| {
            if let Some(serial) = cx.state.undo.that_removed(&place.id)
                && widgets::text_button(ui, cx.t(T::Undo)).clicked()
            {
                cx.push(Command::UndoThis(serial));
            }
        });
    });
}

fn filter(ui: &mut Ui, cx: &mut Cx<'_>) {
    const ALL: [Option<Makes>; 3] = [None, Some(Makes::Image), Some(Makes::Text)];
    let names = [T::AllModels, T::PictureModels, T::TextModels].map(|name| (cx.t(name).to_owned(), String::new()));
    let on = ALL.iter().position(|makes| *makes == cx.state.models.filter);
    if let Some(i) = widgets::segments(ui, cx.t(T::ModelsShown), &names, on) {
        cx.push(Command::Models(ModelsCommand::FilterModels(ALL[i])));
    }
}

/// Why nothing can be fetched, with the way to the setting.
fn offline(ui: &mut Ui, cx: &mut Cx<'_>) {
    if !cx.state.catalogue.entries.iter().any(|entry| model_words::is_kept_offline(cx, entry)) {
        return;
    }
    layout::flow(ui, |ui| {
        widgets::badge(ui, icons::WIFI_SLASH, cx.t(T::OfflineHint), cx.p.warn);
        let (name, command) = (cx.t(T::OpenSettings), Command::Go(Room::Settings));
        if ui.link(RichText::new(name).size(SMALL).color(cx.p.accent_text)).clicked() {
            cx.push(command);
        }
    });
}

/// A file that is being looked into, and what came of the last one.
fn opening(ui: &mut Ui, cx: &mut Cx<'_>) {
    if let Some(ask) = &cx.state.models.opening {
        let file = ask.parts.last().unwrap_or(&ask.path);
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
        widgets::muted(ui, cx.with(T::LookingIntoModel, &[&name]));
    }
    if let Some(error) = &cx.state.models.error {
        error_card::show(ui, cx, error, None, Some(Command::Models(ModelsCommand::DismissError)));
    }
}

/// Files that cannot be used: each with its cause, and a button that removes it.
fn all_broken(ui: &mut Ui, cx: &mut Cx<'_>) {
    let files = cx.state.models.placed(&cx.state.catalogue, Section::Broken);
    if files.is_empty() {
        return;
    }
    ui.add_space(S1);
    widgets::section(ui, cx.t(T::BrokenModels));
    for file in &files {
        placed(ui, cx, file);
    }
}

fn broken(ui: &mut Ui, cx: &mut Cx<'_>, file: &BrokenFile) {
    frames::card(cx.p).inner_margin(16).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = S1;
        ui.horizontal_top(|ui| {
            ui.add(Label::new(theme::icon(icons::WARNING, 18.0).color(cx.p.warn)));
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                let inside = file.path.starts_with(&cx.state.status.models);
                let (icon, name) = if inside { (icons::TRASH, T::Remove) } else { (icons::X, T::ForgetModel) };
                if widgets::button(ui, icon, cx.t(name)).clicked() {
                    let command = if inside {
                        |x| Command::Models(ModelsCommand::RemoveModelFile(x))
                    } else {
                        |x| Command::Models(ModelsCommand::ForgetModel(x))
                    };
                    cx.push(command(file.path.clone()));
                }
                ui.with_layout(Layout::top_down(Align::Min), |ui| {
                    let name = file.path.file_name().unwrap_or(file.path.as_os_str()).to_string_lossy();
                    widgets::title(ui, &format!("{name} · {}", bytes(file.bytes)));
                    let why = file.error.summary(cx.lang);
                    ui.add(Label::new(RichText::new(why).size(BODY).color(cx.p.text)).wrap());
                    let remedy = file.error.remedy(cx.lang);
                    ui.add(Label::new(RichText::new(remedy).size(SMALL).color(cx.p.muted)).wrap());
                });
            });
        });
    });
}

/// What removed models still take of the disk.
fn trash(ui: &mut Ui, cx: &mut Cx<'_>) {
    if cx.state.catalogue.trash == 0 {
        return;
    }
    ui.horizontal(|ui| {
        widgets::muted(ui, cx.with(T::ModelTrash, &[&bytes(cx.state.catalogue.trash)]));
        let button = widgets::button(ui, icons::TRASH, cx.t(T::EmptyModelTrash));
        if button.on_hover_text(cx.t(T::EmptyModelTrashHover)).clicked() {
            cx.push(Command::Models(ModelsCommand::EmptyModelTrash));
        }
    });
}

fn card(ui: &mut Ui, cx: &mut Cx<'_>, entry: &ModelEntry, id: Id, height: f32) {
    let card = &entry.card;
    let p = cx.p;
    under(ui, cx, entry, id, height);
    frames::card(p).inner_margin(16).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = S2;
        ui.horizontal_top(|ui| {
            let icon = if card.makes == Makes::Image { icons::IMAGE } else { icons::CHAT_TEXT };
            ui.add(Label::new(theme::icon(icon, 22.0).color(p.accent_text)));
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = S1;
                let name = |ui: &mut Ui, _: &mut Cx<'_>| {
                    widgets::title(ui, &card.name);
                };
                layout::line(ui, cx, 120.0, name, |ui, cx| model_buttons::show(ui, cx, entry));
                let about = numbers_kept(cx.lang.pick(&card.about, &card.about_zh));
                ui.add(Label::new(RichText::new(about).size(BODY).color(p.text)).wrap());
            });
        });
        facts(ui, cx, entry);
        if entry.is_unchecked() && entry.fetch.is_none() {
            widgets::muted(ui, cx.t(T::NotCheckedAbout));
        }
        if entry.lacks().is_some() && widgets::button(ui, icons::FOLDER_OPEN, cx.t(T::ChooseMissingPart)).clicked() {
            cx.push(Command::Models(ModelsCommand::ChooseMissingPart(card.id.clone())));
        }
        sources(ui, cx, entry);
        if entry.asking {
            model_fetch::terms(ui, cx, entry);
        }
        if let Some(fetch) = &entry.fetch {
            model_fetch::running(ui, cx, &card.id, fetch);
        }
        if let Some(error) = &entry.error {
            error_card::show(
                ui,
                cx,
                error,
                Some((T::TryAgain, Command::Models(ModelsCommand::Fetch(card.id.clone())))),
                None,
            );
        }
    });
}

/// Where a model's files come from, folded.
fn sources(ui: &mut Ui, cx: &Cx<'_>, entry: &ModelEntry) {
    let files = entry.card.files.iter().filter(|file| file.sources.iter().any(|source| *source != Source::Embedded));
    let mut files = files.peekable();
    if entry.is_here() || files.peek().is_none() {
        return;
    }
    let id = ui.scope_id().with("sources");
    let mut open = ui.data(|d| d.get_temp::<bool>(id)).unwrap_or(false);
    if widgets::fold(ui, cx.t(T::Details), "", &mut open) {
        for file in files {
            let sources: Vec<String> = file.sources.iter().map(Source::label).collect();
            let sources = sources.join(cx.t(T::ElseFrom));
            widgets::muted(ui, cx.with(T::FileFrom, &[&file.name, &bytes(file.bytes), &sources]));
            if !file.sha256.is_empty() {
                widgets::muted(ui, cx.with(T::TakenByHash, &[&file.sha256]));
            }
        }
    }
    ui.data_mut(|d| d.insert_temp(id, open));
}

/// A number and what it counts stay on one line.
fn numbers_kept(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let after_number = out.ends_with(|before: char| before.is_ascii_digit());
        out.push(if c == ' ' && after_number { '\u{a0}' } else { c });
    }
    out
}

/// The card itself, under what is on it, as high as it was in the frame before: it is reached by Tab, Enter does what the
/// model is there for, and it has a menu.
fn under(ui: &mut Ui, cx: &mut Cx<'_>, entry: &ModelEntry, id: Id, height: f32) {
    let rect = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), height));
    let response = ui.interact(rect, id, Sense::click());
    let name = format!("{} · {}", entry.card.name, model_words::presence(cx, entry));
    let used = model_buttons::in_use(cx, &entry.card.id);
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, used, &name));
    // A click beside the buttons is none of theirs.
    let by_key = response.clicked() && !response.clicked_by(egui::PointerButton::Primary);
    let all = model_buttons::actions(cx, entry);
    // What is inside the program and in use has none.
    let some = !all.is_empty() || matches!(entry.presence, ModelPresence::Here { .. });
    let first = all.into_iter().next().filter(|action| !action.small && action.but.is_none());
    if let Some(action) = first.filter(|_| by_key) {
        cx.push(action.command);
    }
    if some {
        menu::of(ui, &response, false, |ui| model_buttons::menu(ui, cx, entry));
    }
}

/// What is known of a model, in lines as close as those of a text; whether it fits is always in the second place.
fn facts(ui: &mut Ui, cx: &Cx<'_>, entry: &ModelEntry) {
    let card = &entry.card;
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = SMALL + S1;
        ui.spacing_mut().item_spacing = vec2(S3, S1);
        ui.horizontal_wrapped(|ui| {
            state(ui, cx, entry);
            fits(ui, cx, entry);
            let memory = cx.with(T::NeedsMemory, &[&bytes(card.memory)]);
            let precision = card.local.as_ref().map(|local| local.precision.clone()).unwrap_or_default();
            let known = [card.family.clone(), precision, card.licence.clone(), memory];
            for text in known.into_iter().filter(|text| !text.is_empty()) {
                widgets::fact(ui, &text, cx.p.muted);
            }
        });
    });
}

/// Whether a model fits in this machine's memory: asked before it is fetched, told of what is too large in any case.
fn fits(ui: &mut Ui, cx: &Cx<'_>, entry: &ModelEntry) {
    let budget = cx.state.status.budget;
    if budget == 0 || entry.card.is_embedded() {
        return;
    }
    if entry.card.memory > budget {
        widgets::badge(ui, icons::WARNING, &cx.with(T::TooLargeHere, &[&bytes(budget)]), cx.p.warn);
    } else if !entry.is_about() {
        widgets::badge(ui, icons::CHECK, cx.t(T::FitsHere), cx.p.good);
    }
}

fn state(ui: &mut Ui, cx: &Cx<'_>, entry: &ModelEntry) {
    let p = cx.p;
    let (icon, ink) = match entry.presence {
        // A model with a missing part is not ready.
        _ if entry.card.lacks().is_some() => (icons::FILE_TEXT, p.muted),
        ModelPresence::Embedded | ModelPresence::Here { .. } => (icons::CHECK_CIRCLE, p.good),
        ModelPresence::Unchecked { .. } => (icons::WARNING, p.warn),
        ModelPresence::Partial { .. } => (icons::CLOUD_ARROW_DOWN, p.warn),
        ModelPresence::Absent => (icons::CLOUD_ARROW_DOWN, p.muted),
    };
    let mut text = model_words::presence(cx, entry);
    if entry.is_here() {
        text = format!("{text} · {}", bytes(entry.card.bytes()));
    }
    widgets::badge(ui, icon, &text, ink);
    if let Some(lacks) = entry.card.lacks() {
        widgets::badge(ui, icons::WARNING, &cx.with(T::LacksParts, &[&lacks]), p.warn);
    }
    if entry.loaded {
        widgets::badge(ui, icons::MEMORY, cx.t(T::InMemory), p.muted);
    }
}
