//! Cards of a story, of a conversation or of a character: who and what is read where it is named.

use egui::{Align, Frame, Id, Layout, Margin, RichText, Ui};

use crate::domain::{CardKind, StoryCard};
use crate::state::{AppState, CardEdit, Command, WriteCommand, next_card};
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::theme::{S1, SMALL};
use crate::ui::widgets::{self, ENTER, Field, SHIFT_ENTER};
use crate::ui::{fields, focus, icons, letters};
use crate::writing::page::{cards_named, last_words};

/// A list of cards, of which one may be open, and buttons for new ones. `read` are those that the model reads now.
pub fn show(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    cards: &[StoryCard],
    open: &mut Option<u64>,
    read: &[u64],
    command: fn(CardEdit) -> Command,
) {
    for card in cards {
        ui.push_id(card.id, |ui| one(ui, cx, card, open, read.contains(&card.id), command));
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = S1;
        for (kind, icon, name) in [
            (CardKind::Cast, icons::USER, T::AddCast),
            (CardKind::Place, icons::MAP_PIN, T::AddPlace),
            (CardKind::Lore, icons::BOOK_OPEN_TEXT, T::AddLore),
        ] {
            if widgets::button(ui, icon, cx.t(name)).clicked() {
                *open = Some(next_card(cards));
                focus::on_new(ui, field_id(cx.state, next_card(cards), "name"));
                cx.push(command(CardEdit::Add(kind)));
            }
        }
    });
}

/// Those of the open conversation, where a character brought some or speaks in it.
pub fn of_conversation(ui: &mut Ui, cx: &mut Cx<'_>) {
    let state = cx.state;
    let open = &state.write.open;
    let manner = &open.manner;
    if open.id.is_none() || (manner.cards.is_empty() && manner.speaker.is_none()) {
        return;
    }
    let id = Id::unique("conversation-cards");
    let (mut unfolded, mut shown) = ui.data(|data| data.get_temp::<(bool, Option<u64>)>(id)).unwrap_or_default();
    let note = if manner.cards.is_empty() { String::new() } else { manner.cards.len().to_string() };
    if widgets::fold(ui, cx.t(T::ConversationCards), &note, &mut unfolded) {
        let said = last_words(open.turns.iter().map(|turn| &turn.message));
        let near = format!("{said}\n{}", state.write.draft);
        let read: Vec<u64> = cards_named(&manner.cards, &near).into_iter().map(|card| card.id).collect();
        show(ui, cx, &manner.cards, &mut shown, &read, |x| Command::Write(WriteCommand::Card(x)));
    }
    ui.data_mut(|data| data.insert_temp(id, (unfolded, shown)));
}

fn field_id(state: &AppState, card: u64, which: &str) -> Id {
    Id::unique(("story-card", fields::edited_persona(state), card, which))
}

fn one(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    card: &StoryCard,
    shown: &mut Option<u64>,
    read: bool,
    command: fn(CardEdit) -> Command,
) {
    let mut open = *shown == Some(card.id);
    let name = if card.name.trim().is_empty() { cx.t(T::Unnamed) } else { card.name.trim() };
    let kind = match card.kind {
        CardKind::Cast => T::Cast,
        CardKind::Place => T::Place,
        CardKind::Lore => T::Lore,
    };
    let note = cx.t(if read { T::ReadNow } else { kind });
    if widgets::fold(ui, name, note, &mut open) != (*shown == Some(card.id)) {
        *shown = open.then_some(card.id);
    }
    if !open {
        return;
    }
    let mut changed = card.clone();
    let field = |ui: &mut Ui, cx: &Cx<'_>, which: &str, name: T, hint: T, text: &mut String| {
        // What a lore book tells has paragraphs.
        let long = which == "about";
        let id = field_id(cx.state, card.id, which);
        letters::belongs_to(ui.ctx(), id, cx.state.write.open.id.as_ref());
        let spec = Field {
            id,
            name: cx.t(name),
            hint: cx.t(hint),
            rows: if long && card.kind == CardKind::Lore { 3 } else { 1 },
            max_height: if long { 160.0 } else { 96.0 },
            newline: Some(if long && card.kind == CardKind::Lore { ENTER } else { SHIFT_ENTER }),
            framed: true,
        };
        ui.add(egui::Label::new(RichText::new(cx.t(name)).size(SMALL).color(cx.p.muted)));
        if let (_, Some(new)) = widgets::field(ui, text, &spec) {
            *text = new;
        }
    };
    Frame::new().inner_margin(Margin { left: 12, right: 0, top: 0, bottom: 4 }).show(ui, |ui| {
        field(ui, cx, "name", T::CardName, T::CardNameHint, &mut changed.name);
        field(ui, cx, "aliases", T::CardAliases, T::CardAliasesHint, &mut changed.aliases);
        field(ui, cx, "about", T::CardAbout, T::CardAboutHint, &mut changed.about);
        field(ui, cx, "looks", T::CardLooks, T::CardLooksHint, &mut changed.looks);
        ui.horizontal(|ui| {
            if widgets::switch(ui, card.always, cx.t(T::CardAlways)).clicked() {
                changed.always = !card.always;
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if widgets::icon_button(ui, icons::TRASH, &cx.with(T::DeleteNamed, &[&name])).clicked() {
                    *shown = None;
                    cx.push(command(CardEdit::Remove(card.id)));
                }
            });
        });
    });
    if changed != *card {
        cx.push(command(CardEdit::Set(changed)));
    }
}
