//! The sliders of Write.

use egui::{Frame, Id, Label, Margin, RichText, ScrollArea, Ui};

use crate::domain::{KvType, Makes, Overflow, Parameter, TextParam, TextParams};
use crate::state::{Command, TextEdit, WriteCommand};
use crate::ui::cx::Cx;
use crate::ui::params::{self, TextPlace, of_text};
use crate::ui::seed::{self, SeedEdit};
use crate::ui::texts::T;
use crate::ui::theme::{S1, S2, S3, SMALL};
use crate::ui::widgets::{self, ENTER, Field};
use crate::ui::{advice, combo, icons, model_choice, model_words};

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, system_open: &mut bool, more_open: &mut bool) {
    ScrollArea::vertical().id_salt("sampling").auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = S1;
            widgets::caption(ui, cx.t(T::Model));
            let model = cx.state.text().model.clone();
            if let Some(id) = model_choice::show(ui, cx, Makes::Text, &model) {
                edit(cx, TextEdit::Model(id));
            }
            if let Some(entry) = cx.state.catalogue.entry(&model) {
                let text = model_words::presence(cx, entry);
                ui.add(Label::new(RichText::new(text).size(SMALL).color(cx.p.muted)).truncate());
            }
            advice::quality(ui, cx, Makes::Text);
            ui.add_space(S2);
            // A page has its memory instead.
            if cx.state.write.open.page.is_none() {
                system(ui, cx, system_open);
                super::cards::of_conversation(ui, cx);
                ui.add_space(S2);
            }
            numbers(ui, cx, TextPlace::First);
            ui.add_space(S1);
            if cx.state.write.open.page.is_none() {
                super::ledger::show(ui, cx, 0);
            }
            let text = cx.state.text();
            let last = cx.state.write.open.turns.iter().rev().find_map(|t| t.info.as_ref()).map(|i| i.seed);
            if let Some(SeedEdit::Set(seed)) = seed::show(ui, cx, Id::unique("write-seed"), text.seed, last, false) {
                edit(cx, TextEdit::Seed(seed));
            }
            ui.add_space(S3);
            // A page continues a text: it has no form of its own.
            if cx.state.write.open.page.is_none() {
                super::answer_form::show(ui, cx);
            }
            if widgets::fold(ui, cx.t(T::MoreSampling), "", more_open) {
                numbers(ui, cx, TextPlace::More);
                stops(ui, cx);
            }
            advanced(ui, cx);
            ui.add_space(S2);
            if widgets::button(ui, icons::ARROW_COUNTER_CLOCKWISE, cx.t(T::ResetSliders)).clicked() {
                edit(cx, TextEdit::Reset);
            }
            // At the end, where it moves nothing when it comes.
            if cx.state.write.open.manner.sliders.is_some() {
                own(ui, cx);
            }
        });
    });
}

fn edit(cx: &mut Cx<'_>, edit: TextEdit) {
    cx.push(Command::Write(WriteCommand::SetText(edit)));
}

/// The conversation has sliders of its own; others begin with them only if the person says so.
fn own(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.add_space(S2);
    widgets::badge_wrapped(ui, icons::SLIDERS_HORIZONTAL, cx.t(T::OwnSliders), cx.p.accent_text);
    if *cx.state.text() == cx.state.settings.text {
        widgets::muted(ui, cx.t(T::UsedForNew));
    } else if widgets::text_button(ui, cx.t(T::UseForNew)).on_hover_text(cx.t(T::UseForNewHover)).clicked() {
        cx.push(Command::Write(WriteCommand::UseSliders));
    }
}

fn system(ui: &mut Ui, cx: &mut Cx<'_>, open: &mut bool) {
    let write = &cx.state.write.open;
    let text = if write.id.is_some() { &write.system } else { &cx.state.settings.system_prompt };
    let note = if *open { "" } else { text.as_str() };
    if widgets::fold(ui, cx.t(T::SystemPrompt), note, open) {
        let id = Id::unique(("system-prompt", write.id.as_ref().map(|id| &id.0)));
        let name = cx.t(T::SystemPrompt);
        let spec = Field {
            id,
            name,
            hint: cx.t(T::SystemHint),
            rows: 3,
            max_height: 160.0,
            newline: Some(ENTER),
            framed: true,
        };
        if let (_, Some(text)) = widgets::field(ui, text, &spec) {
            cx.push(Command::Write(WriteCommand::SetSystemPrompt(text)));
        }
        let reach = if write.id.is_some() { T::SystemHere } else { T::SystemOfAll };
        widgets::muted(ui, cx.t(reach));
    }
}

/// The sliders of one place.
fn numbers(ui: &mut Ui, cx: &mut Cx<'_>, place: TextPlace) {
    let card = card(cx);
    for number in TextParam::ALL {
        if let Some((spec, at)) = of_text(*number)
            && at == place
            && let Some(value) = params::slider(ui, cx, *number, spec, cx.state.text(), &card)
        {
            edit(cx, TextEdit::Number(*number, value));
        }
    }
}

/// The sliders as the model's card has them.
fn card(cx: &Cx<'_>) -> TextParams {
    cx.state.catalogue.entry(&cx.state.text().model).map(|e| e.card.defaults.text()).unwrap_or_default()
}

/// Links that are off at first, and how the context is kept.
fn advanced(ui: &mut Ui, cx: &mut Cx<'_>) {
    let id = Id::unique("advanced-sampling");
    let mut open = ui.data(|d| d.get_temp::<bool>(id)).unwrap_or(false);
    let text = cx.state.text();
    let card = card(cx);
    // Those that are not as the model's card has them.
    let moved = |number: &&TextParam| {
        of_text(**number).is_some_and(|(_, place)| place == TextPlace::Advanced)
            && number.get(text) != number.get(&card)
    };
    let set = TextParam::ALL.iter().filter(moved).count();
    let set = set + usize::from(text.draft.is_some());
    let note = if set > 0 { set.to_string() } else { String::new() };
    if widgets::fold(ui, cx.t(T::AdvancedSampling), &note, &mut open) {
        numbers(ui, cx, TextPlace::Advanced);
        let text = cx.state.text();
        let (kv, overflow) = (text.kv, text.overflow);
        widgets::caption(ui, cx.t(T::KvCache)).on_hover_text(cx.t(T::KvCacheHover));
        let at = KvType::ALL.iter().position(|k| *k == kv).unwrap_or(0);
        if let Some(i) = combo::names(ui, cx.t(T::KvCache), &KvType::ALL.map(KvType::name), at) {
            edit(cx, TextEdit::Kv(KvType::ALL[i]));
        }
        widgets::caption(ui, cx.t(T::WhenFull));
        let names = [T::OverflowStop, T::OverflowRoll, T::OverflowMiddle].map(|name| cx.t(name));
        let at = Overflow::ALL.iter().position(|o| *o == overflow).unwrap_or(0);
        if let Some(i) = combo::names(ui, cx.t(T::WhenFull), &names, at) {
            edit(cx, TextEdit::Overflow(Overflow::ALL[i]));
        }
        draft(ui, cx);
    }
    ui.data_mut(|d| d.insert_temp(id, open));
}

/// The model that runs ahead: none, or one that is here and can draft for the chosen one.
fn draft(ui: &mut Ui, cx: &mut Cx<'_>) {
    if cx.state.is_drafts_due() {
        cx.push(Command::Write(WriteCommand::FindDrafts));
    }
    let chosen = cx.state.text().draft.clone();
    let able = cx.state.drafts();
    let mut ids: Vec<Option<String>> = vec![None];
    ids.extend(able.unwrap_or_default().iter().cloned().map(Some));
    let mut names = vec![cx.t(T::NoDraftModel).to_owned()];
    names.extend(able.unwrap_or_default().iter().map(|id| model_words::name(cx, id)));
    // One that has gone is shown, so that it can be let go.
    if let Some(id) = chosen.as_ref().filter(|id| !ids.contains(&Some((*id).clone()))) {
        names.push(model_words::name(cx, id));
        ids.push(chosen.clone());
    }
    widgets::caption(ui, cx.t(T::DraftModel)).on_hover_text(cx.t(T::DraftModelHover));
    let at = ids.iter().position(|id| *id == chosen).unwrap_or(0);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if let Some(i) = combo::names(ui, cx.t(T::DraftModel), &names, at) {
        edit(cx, TextEdit::Draft(ids.swap_remove(i)));
    }
    let why = match cx.state.drafts() {
        None => Some(T::ComparingVocabularies),
        Some([]) => Some(T::NoDraftHere),
        Some(_) => None,
    };
    if let Some(why) = why {
        widgets::muted(ui, cx.t(why));
    }
}

/// Texts that end an answer, one a line.
fn stops(ui: &mut Ui, cx: &mut Cx<'_>) {
    let parse = |text: &str| text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let id = Id::unique("stop-texts");
    let stop = &cx.state.text().stop;
    // What was typed may end in an empty line, which is no stop text yet but must not vanish under the hand.
    let typed = ui.data(|d| d.get_temp::<String>(id.with("typed"))).filter(|typed| parse(typed) == *stop);
    let text = typed.unwrap_or_else(|| stop.join("\n"));
    widgets::caption(ui, cx.t(T::StopTexts)).on_hover_text(cx.t(T::StopTextsHover));
    let name = cx.t(T::StopTexts);
    let hint = cx.t(T::StopTextsHint);
    let spec = Field { id, name, hint, rows: 1, max_height: 96.0, newline: Some(ENTER), framed: true };
    if let (_, Some(text)) = widgets::field(ui, &text, &spec) {
        let stop = parse(&text);
        ui.data_mut(|d| d.insert_temp(id.with("typed"), text));
        edit(cx, TextEdit::Stop(stop));
    }
}
