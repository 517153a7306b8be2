//! The library of characters: the list, and one that is edited.

use std::path::PathBuf;

use egui::{
    Align, Align2, Button, Color32, CornerRadius, Id, Label, Layout, Rect, RichText, Role as Part, ScrollArea, Sense,
    Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

use crate::domain::{Face, KeptPersona, Makes, Persona, PersonaId, Role, Turn};
use crate::state::{AppState, Command, GalleryCommand, PersonaCommand, PersonaDraft, PersonaEdit};
use crate::ui::cx::Cx;
use crate::ui::keys::{self, Act};
use crate::ui::texts::T;
use crate::ui::textures::{TexKey, Textures};
use crate::ui::theme::{self, BODY, S1, S2, S3, S4, S6, SMALL};
use crate::ui::widgets::{self, ENTER, Field, SHIFT_ENTER};
use crate::ui::{combo, elide, eye, fields, focus, icons, layout, model_words, quotes};
use crate::writing::cards;

const COLUMN: f32 = 640.0;
const ROW: f32 = 64.0;
const HEADING: f32 = 36.0;
const FACE: f32 = 40.0;

/// Lines of the list.
enum Row<'a> {
    Heading(T),
    One(&'a KeptPersona),
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, textures: &mut Textures) {
    let all = ui.available_rect_before_wrap();
    let width = (all.width() - 2.0 * S6).min(COLUMN);
    let left = all.left() + ((all.width() - width) / 2.0).round();
    let rect = Rect::from_min_size(pos2(left, all.top() + S4), vec2(width, all.height() - S4));
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| match &cx.state.personas.editing {
        Some(draft) => edit(ui, cx, textures, draft),
        None => library(ui, cx, textures),
    });
}

fn library(ui: &mut Ui, cx: &mut Cx<'_>, textures: &mut Textures) {
    ui.spacing_mut().item_spacing.y = S1;
    let heading = |ui: &mut Ui, cx: &mut Cx<'_>| {
        widgets::heading(ui, cx.t(T::Personas));
    };
    layout::line(ui, cx, 140.0, heading, |ui, cx| {
        ui.spacing_mut().item_spacing.x = S1;
        if widgets::icon_button(ui, icons::X, cx.t(T::Close)).clicked() {
            push(cx, PersonaCommand::Show(false));
        }
        let new = cx.t(T::NewPersona);
        let kept = cx.state.personas.drafts.contains_key(&None);
        let button = widgets::button(ui, if kept { icons::PENCIL_SIMPLE } else { icons::PLUS }, new);
        let button = if kept {
            button.accessible_name(cx.with(T::WithDraft, &[&new])).on_hover_text(cx.t(T::KeptAsDraft))
        } else {
            button
        };
        if button.clicked() {
            push(cx, PersonaCommand::New);
        }
        let import = widgets::button(ui, icons::FOLDER_OPEN, cx.t(T::ImportCard));
        if import.on_hover_text(cx.t(T::ImportCardHover)).clicked() {
            push(cx, PersonaCommand::Import);
        }
    });
    ui.add(Label::new(RichText::new(cx.t(T::PersonasAbout)).size(BODY).color(cx.p.muted)).wrap());
    ui.add_space(S2);
    let (person, hint) = (cx.t(T::YourName), cx.t(T::YourNameHint));
    widgets::caption(ui, person);
    let id = Id::unique("person-name");
    let spec = Field { id, name: person, hint, rows: 1, max_height: 32.0, newline: None, framed: true };
    if let (_, Some(text)) = widgets::field(ui, &cx.state.settings.person, &spec) {
        push(cx, PersonaCommand::Person(text));
    }
    ui.add_space(S1);
    let name = cx.t(T::SearchPersonas);
    if let Some(text) = widgets::search(ui, cx, fields::personas_id(), name, &cx.state.personas.search) {
        push(cx, PersonaCommand::Search(text));
    }
    ui.add_space(S1);
    let state = cx.state;
    let mut rows = Vec::new();
    let mut own = None;
    for kept in state.personas.found(cx.lang) {
        let is_own = state.personas.is_own(&kept.id);
        if own.replace(is_own) != Some(is_own) {
            rows.push(Row::Heading(if is_own { T::OwnPersonas } else { T::BuiltInPersonas }));
        }
        rows.push(Row::One(kept));
    }
    if rows.is_empty() {
        widgets::muted(ui, cx.t(T::NothingFound));
        return;
    }
    let mut tops = Vec::with_capacity(rows.len());
    let mut total = 0.0;
    for row in &rows {
        tops.push(total);
        total += if matches!(row, Row::Heading(_)) { HEADING } else { ROW };
    }
    ScrollArea::vertical().id_salt("personas").auto_shrink(false).show_viewport(ui, |ui, view| {
        let outer = ui.max_rect();
        ui.set_height(total + S6);
        let key = Id::unique("persona-seen");
        let seen = ui.data(|d| d.get_temp::<PersonaId>(key));
        let newest = state.personas.newest.as_ref().filter(|id| seen.as_ref() != Some(*id));
        let is_newest = |row: &Row<'_>| matches!(row, Row::One(kept) if Some(&kept.id) == newest);
        if let (Some(id), Some(i)) = (newest, rows.iter().position(is_newest)) {
            let at = pos2(outer.left(), outer.top() + tops[i]);
            ui.scroll_to_rect(Rect::from_min_size(at, vec2(outer.width(), ROW)), None);
            ui.data_mut(|d| d.insert_temp(key, id.clone()));
        }
        let first = tops.partition_point(|top| *top <= view.top()).saturating_sub(1);
        for i in first..tops.partition_point(|top| *top < view.bottom()) {
            let at = pos2(outer.left(), outer.top() + tops[i]);
            match &rows[i] {
                Row::Heading(text) => {
                    let room = Rect::from_min_size(at, vec2(outer.width(), HEADING - S1));
                    eye::heading(ui, room, cx.t(*text));
                    let at = at + vec2(0.0, HEADING - 8.0);
                    ui.painter().text(at, Align2::LEFT_BOTTOM, cx.t(*text), theme::small(), cx.p.muted);
                }
                Row::One(kept) => {
                    let rect = Rect::from_min_size(at, vec2(outer.width(), ROW - S1));
                    let id = ui.scope_id().with(&kept.id.0);
                    let mut child = ui.new_child(UiBuilder::new().scope_id(id).max_rect(rect));
                    one(&mut child, cx, textures, kept, state.personas.is_own(&kept.id));
                }
            }
        }
    });
}

fn greeting_id(state: &AppState, at: usize) -> Id {
    Id::unique(("persona", fields::edited_persona(state), "greeting", at))
}

fn push(cx: &mut Cx<'_>, command: PersonaCommand) {
    cx.push(Command::Persona(command));
}

/// A character: its face, its name, what it is, and what can be done with it.
fn one(ui: &mut Ui, cx: &mut Cx<'_>, textures: &mut Textures, kept: &KeptPersona, own: bool) {
    let rect = ui.max_rect();
    let stroke = egui::Stroke::new(1.0, cx.p.line);
    ui.painter().rect(rect, 8, cx.p.panel, stroke, egui::StrokeKind::Inside);
    let at = Rect::from_min_size(rect.min + vec2(10.0, (rect.height() - FACE) / 2.0), Vec2::splat(FACE));
    face(ui, cx, textures, &kept.persona.name, kept.avatar.as_ref(), at);
    let inner = Rect::from_min_max(pos2(at.right() + S3, rect.top()), pos2(rect.right() - S2, rect.bottom()));
    ui.scope_builder(UiBuilder::new().max_rect(inner).layout(Layout::right_to_left(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = S1;
        more(ui, cx, kept, own);
        let talk = ui.add(Button::new(layout::labelled(icons::CHAT_TEXT, 16.0, cx.t(T::Talk))));
        if talk.accessible_name(cx.with(T::TalkWith, &[&kept.persona.name])).clicked() {
            push(cx, PersonaCommand::Talk(kept.id.clone()));
        }
        // What was typed and not saved is one click away.
        let name = cx.with(T::WithDraft, &[&kept.persona.name]);
        let has_draft = cx.state.personas.drafts.contains_key(&Some(kept.id.clone()));
        if has_draft && widgets::icon_toggle(ui, icons::PENCIL_SIMPLE, &name, true).clicked() {
            push(cx, PersonaCommand::Edit(kept.id.clone()));
        }
        let texts = Rect::from_min_max(inner.min, pos2(ui.cursor().right() - S2, inner.bottom()));
        let line = |ui: &Ui, text: &str, font, ink, y: f32| {
            let mut job = quotes::line(ui, text, font, ink);
            job.wrap = egui::text::TextWrapping::truncate_at_width(texts.width());
            ui.painter().galley(pos2(texts.left(), texts.top() + y), ui.painter().layout_job(job), ink);
        };
        let name = elide::name(ui, &kept.persona.name, &theme::strong(BODY), texts.width());
        line(ui, &name, theme::strong(BODY), cx.p.strong, 11.0);
        line(ui, &about(cx, &kept.persona), theme::small(), cx.p.muted, 33.0);
    });
    let name = kept.persona.name.clone();
    let id = ui.scope_id().with("about");
    let hover = ui.interact(Rect::from_min_max(at.min, pos2(inner.center().x, at.bottom())), id, Sense::hover());
    hover.widget_info(|| WidgetInfo::labeled(Part::Label, true, &name));
    hover.on_hover_text(about(cx, &kept.persona));
}

/// Its description, in one line.
fn about(cx: &Cx<'_>, persona: &Persona) -> String {
    let person = cx.state.settings.person.trim();
    cards::about(persona, if person.is_empty() { cards::person_of(persona) } else { person })
}

/// Its picture, or the first letter of its name.
fn face(ui: &Ui, cx: &mut Cx<'_>, textures: &mut Textures, name: &str, picture: Option<&PathBuf>, rect: Rect) {
    let round = CornerRadius::same((rect.width() / 2.0) as u8);
    ui.painter().rect_filled(rect, round, cx.p.accent_soft);
    let letter = name.chars().next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, letter, theme::strong(BODY + 2.0), cx.p.accent_text);
    let Some(path) = picture else { return };
    let thumbnails = &cx.state.gallery.thumbnails;
    if thumbnails.is_due(path) {
        cx.push(Command::Gallery(GalleryCommand::NeedThumbnail(path.clone())));
    }
    let Some(small) = thumbnails.get(path) else { return };
    let scaling = crate::ui::picture::fit(small, rect, ui.pixels_per_point(), crate::ui::picture::look(cx)).scaling;
    let texture = textures.get(ui.ctx(), TexKey::Thumbnail(path.clone()), small, scaling);
    // The upper square of it: portraits have the face there.
    let (w, h) = (small.width.max(1) as f32, small.height.max(1) as f32);
    let side = w.min(h);
    let x = (1.0 - side / w) / 2.0;
    let uv = Rect::from_min_max(pos2(x, 0.0), pos2(1.0 - x, side / h));
    let shape = egui::epaint::RectShape::filled(rect, round, Color32::WHITE).with_texture(texture, uv);
    ui.painter().add(shape);
}

fn more(ui: &mut Ui, cx: &mut Cx<'_>, kept: &KeptPersona, own: bool) {
    let button = Button::new(theme::icon(icons::DOTS_THREE, 18.0)).frame(false);
    let (response, menu) = egui::containers::menu::MenuButton::from_button(button).ui(ui, |ui| {
        let id = &kept.id;
        let mut item = |ui: &mut Ui, name: T, command: PersonaCommand| {
            if widgets::menu_item(ui, cx.t(name)) {
                push(cx, command);
            }
        };
        if own {
            item(ui, T::Edit, PersonaCommand::Edit(id.clone()));
        }
        item(ui, T::Duplicate, PersonaCommand::Duplicate(id.clone()));
        item(ui, T::ExportCard, PersonaCommand::Export(id.clone()));
        if own {
            item(ui, T::DeleteToTrash, PersonaCommand::Trash(id.clone()));
        }
    });
    eye::expanded(&response, menu.is_some());
    response.accessible_name(cx.with(T::MoreFor, &[&kept.persona.name]));
}

fn edit(ui: &mut Ui, cx: &mut Cx<'_>, textures: &mut Textures, draft: &PersonaDraft) {
    let persona = &draft.persona;
    let changed = cx.state.personas.is_draft(draft);
    let finish = keys::pressed_in(ui, Act::Finish);
    ScrollArea::vertical().id_salt("edit-persona").auto_shrink(false).show(ui, |ui| {
        ui.set_max_width(ui.available_width() - S3);
        ui.spacing_mut().item_spacing.y = S1;
        widgets::heading(ui, cx.t(if draft.id.is_some() { T::EditPersona } else { T::CreatePersona }));
        ui.add_space(S2);
        field(ui, cx, "name", T::PersonaName, T::PersonaNameHint, &persona.name, 1, PersonaEdit::Name);
        picture(ui, cx, textures, draft);
        field(ui, cx, "system", T::PersonaSystem, T::PersonaSystemHint, &persona.system, 5, PersonaEdit::System);
        widgets::muted(ui, cx.t(T::PersonaMacros));
        ui.add_space(S2);
        greetings(ui, cx, persona);
        let hint = T::PersonaExamplesHint;
        field(ui, cx, "examples", T::PersonaExamples, hint, &persona.examples, 4, PersonaEdit::Examples);
        model(ui, cx, persona);
        ui.add_space(S2);
        lore(ui, cx, persona);
        ui.add_space(S1);
        let on = persona.params.is_some();
        if widgets::switch(ui, on, cx.t(T::PersonaSliders)).clicked() {
            push(cx, PersonaCommand::Set(PersonaEdit::Sliders(!on)));
        }
        ui.add_space(S3);
        layout::flow(ui, |ui| {
            let ready = !persona.name.trim().is_empty();
            let size = vec2(180.0_f32.min(ui.available_width()), 36.0);
            let save = widgets::primary(ui, icons::CHECK, cx.t(T::Save), "Ctrl+Enter", ready, size);
            if (save.clicked() || finish) && ready {
                push(cx, PersonaCommand::Keep);
            }
            if widgets::leave(ui, cx, changed).clicked() {
                push(cx, PersonaCommand::Leave);
            }
            if changed && widgets::text_button(ui, cx.t(T::DiscardDraft)).clicked() {
                push(cx, PersonaCommand::Discard);
            }
        });
        if changed {
            widgets::muted(ui, cx.t(T::DraftKept));
        }
        ui.add_space(S4);
    });
}

/// Its picture, another one, or none.
fn picture(ui: &mut Ui, cx: &mut Cx<'_>, textures: &mut Textures, draft: &PersonaDraft) {
    widgets::caption(ui, cx.t(T::PersonaFace));
    let kept = draft.id.as_ref().and_then(|id| cx.state.personas.kept.iter().find(|kept| kept.id == *id));
    let path = match &draft.face {
        Face::File(path) => Some(path),
        Face::Keep | Face::Of(_) => kept.and_then(|kept| kept.avatar.as_ref()),
        Face::Gone => None,
    };
    layout::flow(ui, |ui| {
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(FACE), Sense::hover());
        face(ui, cx, textures, &draft.persona.name, path, rect);
        if widgets::button(ui, icons::IMAGE, cx.t(T::ChooseFace)).clicked() {
            push(cx, PersonaCommand::ChooseFace);
        }
        if path.is_some() && widgets::text_button(ui, cx.t(T::RemoveFace)).clicked() {
            push(cx, PersonaCommand::Set(PersonaEdit::Face(Face::Gone)));
        }
    });
    ui.add_space(S2);
}

/// How it may begin: the usual greeting first, the others as versions of it.
fn greetings(ui: &mut Ui, cx: &mut Cx<'_>, persona: &Persona) {
    for at in 0..persona.greetings.len().max(1) {
        let text = persona.greetings.get(at).map_or("", String::as_str);
        let numbered = cx.with(T::GreetingNumber, &[&(at + 1)]);
        let name = if at == 0 { cx.t(T::PersonaGreeting) } else { numbered.as_str() };
        ui.horizontal(|ui| {
            widgets::caption(ui, name);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let remove = cx.with(T::RemoveGreeting, &[&(at + 1)]);
                if persona.greetings.len() > 1 && widgets::icon_button(ui, icons::X, &remove).clicked() {
                    push(cx, PersonaCommand::Set(PersonaEdit::NoGreeting(at)));
                }
            });
        });
        let hint = cx.t(if at == 0 { T::PersonaGreetingHint } else { T::OtherGreeting });
        let id = greeting_id(cx.state, at);
        let spec = Field { id, name, hint, rows: 2, max_height: 200.0, newline: Some(ENTER), framed: true };
        if let (_, Some(text)) = widgets::field(ui, text, &spec) {
            push(cx, PersonaCommand::Set(PersonaEdit::Greeting(at, text)));
        }
        ui.add_space(S1);
    }
    let last_is_empty = persona.greetings.last().is_none_or(|text| text.trim().is_empty());
    if !last_is_empty && widgets::button(ui, icons::PLUS, cx.t(T::AddGreeting)).clicked() {
        focus::on_new(ui, greeting_id(cx.state, persona.greetings.len()));
        push(cx, PersonaCommand::Set(PersonaEdit::Greeting(persona.greetings.len(), String::new())));
    }
    ui.add_space(S2);
}

/// What conversations with it know from the start.
fn lore(ui: &mut Ui, cx: &mut Cx<'_>, persona: &Persona) {
    widgets::caption(ui, cx.t(T::PersonaLore)).on_hover_text(cx.t(T::PersonaLoreHover));
    let id = Id::unique("persona-lore");
    let mut open = ui.data(|data| data.get_temp(id)).unwrap_or(None);
    let command = |edit| Command::Persona(PersonaCommand::Set(PersonaEdit::Lore(edit)));
    super::cards::show(ui, cx, &persona.lore, &mut open, &[], command);
    ui.data_mut(|data| data.insert_temp(id, open));
}

#[allow(clippy::too_many_arguments, reason = "one line a field where it is called")]
fn field(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    salt: &str,
    name: T,
    hint: T,
    text: &str,
    rows: usize,
    edit: fn(String) -> PersonaEdit,
) {
    widgets::caption(ui, cx.t(name));
    let spec = Field {
        id: fields::persona_id(cx.state, salt),
        name: cx.t(name),
        hint: cx.t(hint),
        rows,
        max_height: 200.0,
        newline: Some(if rows > 1 { ENTER } else { SHIFT_ENTER }),
        framed: true,
    };
    let (response, changed) = widgets::field(ui, text, &spec);
    if let Some(text) = changed {
        push(cx, PersonaCommand::Set(edit(text)));
    }
    // The name is the one field of a line: what it is follows.
    if rows == 1 && response.has_focus() && keys::pressed_in(ui, Act::Send) {
        focus::on_new(ui, fields::persona_id(cx.state, "system"));
    }
    ui.add_space(S2);
}

/// The model that it speaks best with: any, or one of the text models.
fn model(ui: &mut Ui, cx: &mut Cx<'_>, persona: &Persona) {
    widgets::caption(ui, cx.t(T::PersonaModel));
    let mut ids: Vec<Option<String>> = vec![None];
    ids.extend(cx.state.catalogue.making(Makes::Text).map(|entry| Some(entry.card.id.clone())));
    // One that is not known here is shown, so that it can be let go.
    if !ids.contains(&persona.model) {
        ids.push(persona.model.clone());
    }
    let name =
        |id: &Option<String>| id.as_ref().map_or_else(|| cx.t(T::AnyModel).to_owned(), |id| model_words::name(cx, id));
    let names: Vec<String> = ids.iter().map(name).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let at = ids.iter().position(|id| *id == persona.model).unwrap_or(0);
    if let Some(i) = combo::names(ui, cx.t(T::PersonaModel), &names, at) {
        push(cx, PersonaCommand::Set(PersonaEdit::Model(ids.swap_remove(i))));
    }
}

/// Who says a turn, for those who cannot see on which side it is.
pub fn speaker(cx: &Cx<'_>, turn: &Turn) -> String {
    let named = cx.state.write.open.manner.name_of(turn.id, turn.message.role);
    let model =
        || turn.info.as_ref().map_or_else(|| cx.t(T::Model).to_owned(), |info| model_words::name(cx, &info.model));
    match (named, turn.message.role) {
        (Some(name), _) => name.to_owned(),
        (None, Role::User) => cx.t(T::You).to_owned(),
        (None, Role::System) => cx.t(T::SystemPrompt).to_owned(),
        (None, Role::Assistant) => model(),
    }
}

/// Who says a turn, above it.
pub fn name(ui: &mut Ui, cx: &Cx<'_>, turn: &Turn) {
    if let Some(name) = cx.state.write.open.manner.name_of(turn.id, turn.message.role) {
        elide::label(ui, name, name, theme::strong(SMALL), cx.p.accent_text);
    }
}
