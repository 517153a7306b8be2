//! Writing forms: which there are, the fields of one, and what its checks found.

use egui::{Label, Rect, RichText, ScrollArea, Ui, UiBuilder, pos2, vec2};

use crate::state::{Command, FormState, PageCommand, WriteCommand};
use crate::ui::cx::Cx;
use crate::ui::keys::{self, Act};
use crate::ui::texts::T;
use crate::ui::theme::{BODY, S1, S2, S3, S4, S6};
use crate::ui::widgets::{self, ENTER, Field, SHIFT_ENTER};
use crate::ui::{advice, combo, fields, focus, frames, icons, layout, number};
use crate::writing::checks::Verdict;
use crate::writing::forms::{self, FieldKind, find, forms as all};

/// One button for each form.
pub fn choices(ui: &mut Ui, cx: &mut Cx<'_>) {
    widgets::caption(ui, cx.t(T::WithAForm));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(S2, S2);
        for form in all() {
            let name = form.name(cx.lang);
            let response = match cx.state.write.left.forms.contains_key(&form.id) {
                true => widgets::button(ui, icons::PENCIL_SIMPLE, name)
                    .accessible_name(cx.with(T::WithDraft, &[&name]))
                    .on_hover_text(cx.t(T::KeptAsDraft)),
                false => widgets::text_button(ui, name),
            };
            if response.on_hover_text(form.about(cx.lang)).clicked() {
                cx.push(Command::Write(WriteCommand::OpenForm(form.id.clone())));
            }
        }
    });
}

/// The fields of the form that is open.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, state: &FormState) {
    let Some(form) = find(&state.id) else { return };
    ScrollArea::vertical().id_salt(("form", &form.id)).auto_shrink(false).show(ui, |ui| {
        let width = (ui.available_width() - 2.0 * S6).min(560.0);
        let left = ui.max_rect().left() + ((ui.available_width() - width) / 2.0).round();
        let rect = Rect::from_min_size(pos2(left, ui.cursor().top()), vec2(width, ui.available_height()));
        ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
            ui.spacing_mut().item_spacing.y = S1;
            ui.add_space(S4);
            widgets::heading(ui, form.name(cx.lang));
            ui.add(Label::new(RichText::new(form.about(cx.lang)).size(BODY).color(cx.p.muted)).wrap());
            ui.add_space(S3);
            let changed = state.values != form.defaults(cx.lang);
            let is_filled =
                |field: &forms::Field| state.values.get(&field.id).is_some_and(|value| !value.trim().is_empty());
            let ready = form.fields.iter().filter(|field| field.required).all(is_filled);
            let mut finish = keys::pressed_in(ui, Act::Finish);
            for (i, field) in form.fields.iter().enumerate() {
                let enter = one(ui, cx, state, field);
                // Enter goes to the next field, and from the last one on.
                let next = form.fields[i + 1..].iter().find(|field| fields::takes_letters(field));
                match next.filter(|_| enter) {
                    Some(next) => focus::on_new(ui, fields::form_id(&next.id)),
                    None => finish |= enter,
                }
                ui.add_space(S2);
            }
            if finish && ready {
                cx.push(Command::Write(WriteCommand::WriteForm));
            }
            ui.add_space(S2);
            advice::notice(ui, cx);
            // They wrap where the window is small.
            layout::flow(ui, |ui| {
                ui.spacing_mut().item_spacing = vec2(S2, S2);
                let label = cx.t(T::WriteForm);
                let size = vec2(208.0_f32.min(ui.available_width()), 36.0);
                if widgets::primary(ui, icons::PENCIL_SIMPLE, label, "Ctrl+Enter", ready, size).clicked() {
                    cx.push(Command::Write(WriteCommand::WriteForm));
                }
                if widgets::leave(ui, cx, changed).clicked() {
                    cx.push(Command::Write(WriteCommand::CloseForm));
                }
                if changed && widgets::text_button(ui, cx.t(T::DiscardDraft)).clicked() {
                    cx.push(Command::Write(WriteCommand::DiscardForm));
                }
            });
            if changed {
                widgets::muted(ui, cx.t(T::DraftKept));
            }
            ui.add_space(S4);
        });
    });
}

/// A field; whether it is left by Enter.
fn one(ui: &mut Ui, cx: &mut Cx<'_>, state: &FormState, field: &forms::Field) -> bool {
    let label = field.label(cx.lang);
    let value = state.values.get(&field.id).map(String::as_str).unwrap_or_default();
    let caption = if field.required { format!("{label} *") } else { label.to_owned() };
    widgets::caption(ui, &caption);
    let set =
        |cx: &mut Cx<'_>, value: String| cx.push(Command::Write(WriteCommand::SetFormField(field.id.clone(), value)));
    match &field.kind {
        FieldKind::Text | FieldKind::Long => {
            let long = field.kind == FieldKind::Long;
            let spec = Field {
                id: fields::form_id(&field.id),
                name: label,
                hint: field.hint(cx.lang),
                rows: if long { 4 } else { 1 },
                max_height: if long { 200.0 } else { 80.0 },
                newline: Some(if long { ENTER } else { SHIFT_ENTER }),
                framed: true,
            };
            let (response, changed) = widgets::field(ui, value, &spec);
            if let Some(text) = changed {
                set(cx, text);
            }
            return !long && response.has_focus() && keys::pressed_in(ui, Act::Send);
        }
        FieldKind::Number { min, max, .. } => {
            let mut number: i64 = value.parse().unwrap_or(*min);
            let saved = widgets::input_edges(ui);
            let response = number::show(ui, &mut number, true, |drag| {
                drag.range(*min..=*max).speed(((max - min) as f64 / 200.0).max(0.1))
            });
            if response.accessible_name(label).on_hover_text(field.hint(cx.lang)).changed() {
                set(cx, number.to_string());
            }
            ui.visuals_mut().widgets = saved;
        }
        FieldKind::Choice { choices, .. } => {
            let names: Vec<&str> = choices.iter().map(|choice| choice.label(cx.lang)).collect();
            let at = choices.iter().position(|choice| choice.id == value).unwrap_or(0);
            if let Some(i) = combo::names(ui, label, &names, at) {
                set(cx, choices[i].id.clone());
            }
        }
    }
    false
}

/// What the checks say of the last answer, and the next section of an outline.
pub fn results(ui: &mut Ui, cx: &mut Cx<'_>) {
    if cx.state.write.is_writing_here() {
        return;
    }
    if let Some((done, all)) = cx.state.write.next_section() {
        let label = cx.with(T::WriteSection, &[&(done + 1), &all]);
        if widgets::button(ui, icons::PENCIL_SIMPLE, &label).clicked() {
            cx.push(Command::Write(WriteCommand::WriteSection));
        }
    }
    if let Some(sections) = cx.state.write.sections()
        && widgets::button(ui, icons::BOOK_OPEN_TEXT, cx.t(T::SectionsToPage)).clicked()
    {
        cx.push(Command::Write(WriteCommand::Page(PageCommand::Of(sections))));
    }
    let findings = &cx.state.write.findings;
    if findings.is_empty() {
        return;
    }
    frames::card(cx.p).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = S1;
        widgets::title(ui, cx.t(T::ChecksFound));
        ScrollArea::vertical().id_salt("findings").max_height(140.0).auto_shrink([false, true]).show(ui, |ui| {
            for (i, finding) in findings.iter().enumerate() {
                ui.push_id(i, |ui| {
                    ui.horizontal_wrapped(|ui| {
                        let ink = if finding.verdict == Verdict::Wrong { cx.p.text } else { cx.p.muted };
                        let about = finding.about.get(cx.lang);
                        ui.add(Label::new(RichText::new(about).size(BODY).color(ink)).wrap());
                        let again = finding.again.get(cx.lang);
                        if !again.is_empty() && widgets::text_button(ui, cx.t(T::WriteThatAgain)).clicked() {
                            cx.push(Command::Write(WriteCommand::AskAgain(again.to_owned())));
                        }
                    });
                });
            }
        });
    });
}
