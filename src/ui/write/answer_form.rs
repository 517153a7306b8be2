//! The form of the answer: free, JSON, by a schema, by a grammar.

use egui::{Id, Label, RichText, TextEdit, Ui};

use crate::domain::{AnswerForm, Grammar};
use crate::state::{Command, TextEdit as Edit, WriteCommand};
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::theme::{S1, S2, SMALL};
use crate::ui::{combo, icons, letters, widgets};

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    if cx.state.is_grammar_check_due() {
        cx.push(Command::Write(WriteCommand::CheckGrammar));
    }
    let grammar = cx.state.text().grammar.as_ref();
    let form = AnswerForm::of(grammar);
    widgets::caption(ui, cx.t(T::AnswerForm)).on_hover_text(cx.t(T::AnswerFormHover));
    let names = [T::FormFree, T::FormJson, T::FormSchema, T::FormGbnf].map(|name| cx.t(name));
    let at = AnswerForm::ALL.iter().position(|one| *one == form).unwrap_or(0);
    if let Some(i) = combo::names(ui, cx.t(T::AnswerForm), &names, at) {
        cx.push(Command::Write(WriteCommand::SetText(Edit::Form(AnswerForm::ALL[i]))));
    }
    if let (AnswerForm::Schema | AnswerForm::Gbnf, Some(Grammar::Gbnf(text) | Grammar::JsonSchema(text))) =
        (form, grammar)
    {
        editor(ui, cx, text, names[at]);
    }
    ui.add_space(S2);
}

fn editor(ui: &mut Ui, cx: &mut Cx<'_>, text: &str, name: &str) {
    let id = Id::unique(("answer-form", cx.state.write.open.id.as_ref().map(|id| &id.0), name));
    // The state changes only after the frame: where egui draws it twice, what was typed must not be lost.
    let frame = ui.ctx().cumulative_frame_nr();
    let early = ui.data(|d| d.get_temp::<(u64, String)>(id)).filter(|(f, _)| *f == frame);
    let mut value = early.map_or_else(|| text.to_owned(), |(_, typed)| typed);
    letters::came(ui.ctx(), id, &value);
    let saved = widgets::input_edges(ui);
    let area = egui::ScrollArea::both().id_salt(id).max_height(200.0).auto_shrink([false, true]);
    let response = area.show(ui, |ui| {
        ui.add(
            TextEdit::multiline(&mut value)
                .id(id)
                .code_editor()
                .lock_focus(false)
                .desired_rows(5)
                .desired_width(f32::INFINITY),
        )
    });
    ui.visuals_mut().widgets = saved;
    letters::shown(ui.ctx(), id, &value);
    let response = response.inner.accessible_name(name);
    if response.changed() && value != text {
        ui.data_mut(|d| d.insert_temp(id, (frame, value.clone())));
        cx.push(Command::Write(WriteCommand::SetText(Edit::FormText(value))));
    }
    match &cx.state.write.grammar.error {
        Some(error) => {
            widgets::badge_wrapped(ui, icons::WARNING, &error.summary(cx.lang), cx.p.bad);
            let remedy = error.remedy(cx.lang);
            ui.add(Label::new(RichText::new(remedy).size(SMALL).color(cx.p.muted)).wrap());
        }
        None if cx.state.write.grammar.is_good() => {
            widgets::badge(ui, icons::CHECK, cx.t(T::FormReads), cx.p.good);
        }
        None => {}
    }
    ui.add_space(S1);
}
