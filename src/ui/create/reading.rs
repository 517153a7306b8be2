//! What the built-in model reads from the prompt, as it is typed: the thing that each word names, to be changed with a
//! click, and the words that name nothing it knows, with what comes near to them.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use egui::containers::menu::MenuButton;
use egui::{Button, Event, ImeEvent, RichText, Ui};

use crate::lang::Lang;
use crate::scene::{self, Ground, Item, Light, Reading, ThingId, Unknown, things};
use crate::state::{Advice, Command, CreateCommand, ImageEdit, scene_advice};
use crate::ui::cx::Cx;
use crate::ui::icons;
use crate::ui::texts::T;
use crate::ui::theme::{BODY, S1, SMALL};
use crate::ui::widgets;

/// Senses of a word in its menu.
const MOST_SENSES: usize = 12;
/// Unknown words that have a row of similar things, and things in such a row.
const MOST_ROWS: usize = 3;
const MOST_NEAR: usize = 4;

/// Seconds without typing after which an unknown word is taken to be complete.
const PAUSE: f64 = 1.0;

/// Words in a list of words that are left out, and letters of one of them.
const MOST_WORDS: usize = 12;
const MOST_LETTERS: usize = 24;

/// The last prompt that was read, with the negative one, and what was chosen for its words.
#[derive(Default)]
pub struct ReadingView {
    read: Option<(String, String, crate::domain::Things, Reading)>,
    /// When a letter of the prompt was typed last.
    typed_s: Option<f64>,
    /// An input method has not finished its characters.
    composing: bool,
    /// The notes that were shown: unknown words, folded, and what the model cannot do with the prompt.
    said: BTreeSet<String>,
    advice: Option<Advice>,
    /// The prompts that were read last for advice, whether for a scene, and the advice.
    advised: Option<(String, String, bool, Option<Advice>)>,
}

impl ReadingView {
    /// Reads the prompt where it or a choice has changed; `None` where the model in use takes prompts as they are.
    fn of(&mut self, cx: &Cx<'_>) -> Option<(&str, &Reading)> {
        let params = &cx.state.settings.image;
        if params.prompt.trim().is_empty() || !cx.state.draws_scenes() {
            return None;
        }
        let is_new = self.read.as_ref().is_none_or(|(prompt, negative, chosen, _)| {
            *prompt != params.prompt || *negative != params.negative || *chosen != params.things
        });
        if is_new {
            let reading = scene::read_with(&params.prompt, &params.negative, |word| params.things.get(word));
            self.read = Some((params.prompt.clone(), params.negative.clone(), params.things.clone(), reading));
        }
        self.read.as_ref().map(|(prompt, _, _, reading)| (prompt.as_str(), reading))
    }

    /// A letter of the prompt was typed in this frame.
    pub fn typed(&mut self, ui: &Ui) {
        self.typed_s = Some(ui.input(|input| input.time));
    }

    /// Where the words of the prompt are that are not drawn, in bytes, to be marked where they are typed. Once in a frame:
    /// half a word is not known either, so what is new waits for a pause.
    pub fn marks(&mut self, ui: &Ui, cx: &Cx<'_>) -> Vec<Range<usize>> {
        let settled = self.settles(ui);
        let undrawn: Vec<(Range<usize>, String)> = self.of(cx).map_or_else(Vec::new, |(prompt, reading)| {
            let word = |span: &Range<usize>| scene::folded(prompt.get(span.clone()).unwrap_or_default());
            undrawn(reading).into_iter().map(|span| (span.clone(), word(&span))).collect()
        });
        let said = std::mem::take(&mut self.said);
        let told = undrawn.into_iter().filter(|(_, word)| settled || said.contains(word));
        let (marks, words): (Vec<_>, BTreeSet<_>) = told.unzip();
        self.said = words;
        let advice = cx.state.image_advice(|prompt, negative, scenes| self.scene_advice(prompt, negative, scenes));
        self.advice = advice.filter(|advice| settled || self.advice.as_ref() == Some(advice));
        marks
    }

    /// [`scene_advice`], read again only where something has changed.
    fn scene_advice(&mut self, prompt: &str, negative: &str, scenes: bool) -> Option<Advice> {
        match &self.advised {
            Some((p, n, s, advice)) if (p.as_str(), n.as_str(), *s) == (prompt, negative, scenes) => advice.clone(),
            Some(_) | None => {
                let advice = scene_advice(prompt, negative, scenes);
                self.advised = Some((prompt.to_owned(), negative.to_owned(), scenes, advice.clone()));
                advice
            }
        }
    }

    /// What the model cannot do with the prompt, where that note is shown.
    pub fn advice(&self) -> Option<&Advice> {
        self.advice.as_ref()
    }

    /// Of the words that the last picture does not show, those that [`warnings`] does not list by now.
    pub fn not_listed(&mut self, cx: &Cx<'_>, words: &[String]) -> Vec<String> {
        self.of(cx).map_or_else(|| words.to_vec(), |(prompt, reading)| not_listed(prompt, reading, words))
    }

    /// Whether the last word that was typed is complete.
    fn settles(&mut self, ui: &Ui) -> bool {
        let (now, composing) = ui.input(|input| {
            let last = input.events.iter().rev().find_map(|event| match event {
                Event::Ime(ImeEvent::Preedit { text, .. }) => Some(!text.is_empty()),
                Event::Ime(ImeEvent::Commit(_)) => Some(false),
                _ => None,
            });
            (input.time, last)
        });
        self.composing = composing.unwrap_or(self.composing);
        let left = self.typed_s.map_or(0.0, |typed| typed + PAUSE - now);
        if left > 0.0 {
            ui.ctx().request_repaint_after(Duration::from_secs_f64(left));
        }
        left <= 0.0 && !self.composing
    }
}

/// Words that the model does not know, cannot draw, or that are too many; in the prompt's order.
pub(in crate::ui) fn undrawn(reading: &Reading) -> Vec<Range<usize>> {
    let Reading { unknown, cannot, .. } = reading;
    let spans = unknown.iter().map(|it| &it.span).chain(cannot.iter().map(|(_, span)| span)).chain(reading.left_out());
    let mut spans: Vec<Range<usize>> = spans.cloned().collect();
    spans.sort_by_key(|span| span.start);
    spans.dedup_by(|next, before| next.start < before.end);
    spans
}

/// Words that [`warnings`] does not list: what no sticker can be, and words of the negative prompt.
fn not_listed(prompt: &str, reading: &Reading, words: &[String]) -> Vec<String> {
    let spans = reading.unknown.iter().map(|it| &it.span).chain(reading.left_out());
    let listed: BTreeSet<String> =
        spans.map(|span| scene::folded(prompt.get(span.clone()).unwrap_or_default())).collect();
    words.iter().filter(|word| !listed.contains(&scene::folded(word))).cloned().collect()
}

/// The words of the prompt that are not drawn as typed, and the nearest things.
pub fn warnings(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut ReadingView) {
    let told = view.said.clone();
    let Some((prompt, reading)) = view.of(cx) else { return };
    for (text, left_out) in [
        (T::OneGround, &reading.more_grounds),
        (T::OneColour, &reading.more_colours),
        (T::TooManyThings, &reading.too_many),
        (T::Contradicted, &reading.contradicted),
    ] {
        if !left_out.is_empty() {
            widgets::note(ui, &cx.with(text, &[&listed(cx, prompt, left_out)]));
        }
    }
    let said = |it: &Unknown| prompt.get(it.span.clone()).unwrap_or_default();
    let mut seen = BTreeSet::new();
    let is_told = |it: &&Unknown| {
        let word = scene::folded(said(it));
        told.contains(&word) && seen.insert(word)
    };
    let unknown: Vec<&Unknown> = reading.unknown.iter().filter(is_told).collect();
    for it in &unknown {
        if let Some(id) = it.stand_in {
            widgets::note(ui, &cx.with(T::StandsIn, &[&said(it), &name(cx, id)]));
        }
    }
    let left: Vec<&Unknown> = unknown.iter().copied().filter(|it| it.stand_in.is_none()).collect();
    if !left.is_empty() {
        // Without any thing or ground the words go to the network as they are.
        let text = if reading.items.is_empty() && reading.ground.is_none() { T::NoThingKnown } else { T::WordsUnknown };
        let words: Vec<Range<usize>> = left.iter().map(|it| it.span.clone()).collect();
        widgets::note(ui, &cx.with(text, &[&listed(cx, prompt, &words)]));
    }
    for it in unknown.into_iter().filter(|it| others(it).next().is_some()).take(MOST_ROWS) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(S1, S1);
            widgets::caption(ui, &cx.with(T::InsteadOf, &[&said(it)]));
            for id in others(it).take(MOST_NEAR) {
                let response = ui.button(RichText::new(name(cx, id)).size(SMALL));
                let spoken = format!("{}{}{}", said(it), cx.lang.pick(": ", "："), name(cx, id));
                if response.accessible_name(spoken).on_hover_text(cx.t(T::InsteadHover)).clicked() {
                    choose(cx, said(it), Some(id));
                }
            }
        });
    }
}

/// What comes near to a word, but for what is drawn in its place.
fn others(it: &Unknown) -> impl Iterator<Item = ThingId> {
    it.near.iter().copied().filter(|id| Some(*id) != it.stand_in)
}

/// The things, the background and the words left out on request.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut ReadingView) {
    let Some((prompt, reading)) = view.of(cx) else { return };
    if !reading.items.is_empty() || !cx.state.settings.image.arrangement.is_empty() {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(S1, S1);
            widgets::caption(ui, cx.t(T::Draws));
            let mut plain = false;
            for item in &reading.items {
                let is_plain = !has_choice(cx, prompt, item);
                // Buttons have edges; words beside words need a sign.
                if plain && is_plain {
                    widgets::muted(ui, "·");
                }
                plain = is_plain;
                chip(ui, cx, prompt, item);
            }
            if !cx.state.settings.image.arrangement.is_empty() {
                let words = (RichText::new(cx.t(T::Arranged)).size(SMALL), crate::ui::theme::icon(icons::X, 12.0));
                let button = ui.add(Button::new(words)).on_hover_text(cx.t(T::ArrangedHover));
                if button.accessible_name(cx.t(T::ArrangedForget)).clicked() {
                    cx.push(Command::Create(CreateCommand::SetImage(ImageEdit::Unarrange)));
                }
            }
        });
    }
    if let Some(ground) = reading.ground {
        let light = match reading.light {
            Light::Day => String::new(),
            Light::Night => cx.lang.pick(", night", "，夜晚").to_owned(),
            Light::Sunset => cx.lang.pick(", sunset", "，夕阳").to_owned(),
        };
        widgets::muted(ui, cx.with(T::SceneGround, &[&(place(cx, ground).to_owned() + &light)]));
    }
    if !reading.side_by_side.is_empty() {
        widgets::muted(ui, cx.with(T::SideBySide, &[&listed(cx, prompt, &reading.side_by_side)]));
    }
    if !reading.denied.is_empty() {
        widgets::muted(ui, cx.with(T::LeftOutAsAsked, &[&listed(cx, prompt, &reading.denied)]));
    }
}

/// Words of the prompt, each once.
fn listed(cx: &Cx<'_>, prompt: &str, spans: &[Range<usize>]) -> String {
    let mut seen = BTreeSet::new();
    let mut words: Vec<String> = Vec::new();
    for said in spans.iter().filter_map(|span| prompt.get(span.clone())) {
        if seen.insert(scene::folded(said)) {
            let end = said.char_indices().nth(MOST_LETTERS);
            words.push(end.map_or_else(|| said.to_owned(), |(end, _)| format!("{}…", said[..end].trim())));
        }
    }
    if words.len() > MOST_WORDS {
        words.truncate(MOST_WORDS);
        words.push("…".to_owned());
    }
    words.join(cx.lang.pick(", ", "、"))
}

/// What a ground shows.
fn place(cx: &Cx<'_>, ground: Ground) -> &'static str {
    let (en, zh) = match ground {
        Ground::Sky => ("sky", "天空"),
        Ground::Sunset => ("sunset", "夕阳"),
        Ground::Night => ("night sky", "夜空"),
        Ground::Grass => ("grass", "草地"),
        Ground::Snow => ("snow", "雪地"),
        Ground::Rain => ("rain", "雨"),
        Ground::Fog => ("fog", "雾"),
        Ground::Sea => ("water", "水"),
        Ground::Underwater => ("under water", "水下"),
        Ground::Beach => ("beach", "海边"),
        Ground::Desert => ("desert", "沙漠"),
        Ground::Room => ("room", "房间"),
        Ground::Table => ("table", "桌子"),
        Ground::Plain(colour) => scene::colour_names(colour).unwrap_or((colour, colour)),
    };
    cx.lang.pick(en, zh)
}

fn name(cx: &Cx<'_>, id: ThingId) -> &'static str {
    cx.lang.pick(things().get(id).en, things().get(id).zh)
}

/// What is drawn of an item: "2 × blue cat".
pub(in crate::ui) fn drawn(lang: Lang, item: &Item) -> String {
    let thing = things().get(item.senses[0]);
    let colour = item.colour.and_then(scene::colour_names);
    let colour = colour.map_or_else(String::new, |(en, zh)| lang.pick(format!("{en} "), zh.to_owned()));
    let count = if item.count > 1 { format!("{} × ", item.count) } else { String::new() };
    format!("{count}{colour}{}", lang.pick(thing.en, thing.zh))
}

/// What a word of the prompt is to mean; `None` is what it meant by itself.
fn choose(cx: &mut Cx<'_>, said: &str, id: Option<ThingId>) {
    let label = id.map_or("", |id| things().get(id).en);
    cx.push(Command::Create(CreateCommand::SetImage(ImageEdit::Thing(scene::folded(said), label.to_owned()))));
}

fn is_chosen(cx: &Cx<'_>, said: &str) -> bool {
    cx.state.settings.image.things.get(&scene::folded(said)).is_some()
}

/// Whether a word has other meanings, or was given one.
fn has_choice(cx: &Cx<'_>, prompt: &str, item: &Item) -> bool {
    item.senses.len() > 1 || is_chosen(cx, &prompt[item.span.clone()])
}

/// A word and its thing; a click offers the word's other meanings.
fn chip(ui: &mut Ui, cx: &mut Cx<'_>, prompt: &str, item: &Item) {
    let said = &prompt[item.span.clone()];
    let drawn = drawn(cx.lang, item);
    let spoken = format!("{said}{}{drawn}", cx.lang.pick(": ", "："));
    let label = if scene::folded(&drawn) == scene::folded(said) { drawn } else { format!("{said} → {drawn}") };
    let chosen = is_chosen(cx, said);
    if !has_choice(cx, prompt, item) {
        widgets::muted(ui, label);
        return;
    }
    let button = Button::new((RichText::new(&label).size(SMALL), crate::ui::theme::icon(icons::CARET_DOWN, 12.0)));
    let mut picked = None;
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        for &id in item.senses.iter().take(MOST_SENSES) {
            let on = id == item.senses[0];
            if ui.selectable_label(on, RichText::new(name(cx, id)).size(BODY)).clicked() {
                picked = Some(Some(id));
                ui.close();
            }
        }
        if chosen {
            ui.separator();
            if ui.button(RichText::new(cx.t(T::MeaningBack)).size(BODY)).clicked() {
                picked = Some(None);
                ui.close();
            }
        }
    });
    response.accessible_name(spoken).on_hover_text(cx.t(T::MeaningHover));
    if let Some(id) = picked {
        choose(cx, said, id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Regression: of "a photo of a cat" the window said nothing of the photo once the picture was there.
    #[test]
    fn what_the_picture_does_not_show_is_said_once() {
        let words = ["photo", "xyzzy", "frame"].map(str::to_owned);
        let rest = |prompt: &str| not_listed(prompt, &scene::read(prompt), &words);
        assert_eq!(rest("a photo of a Xyzzy and a cat"), ["photo", "frame"]);
        assert_eq!(rest("a cat"), words, "another prompt is typed by now");
    }

    #[test]
    fn advice_is_remembered_for_the_prompts_that_it_is_about() {
        let mut view = ReadingView::default();
        let girl = Some(Advice::People("girl".into()));
        for (prompt, negative, scenes, advice) in [
            ("a cat on the grass", "", false, Some(Advice::Ground)),
            ("a cat on the grass", "", false, Some(Advice::Ground)),
            ("a cat on the grass", "", true, None),
            ("a cat and a girl", "", true, girl),
            ("a cat and a girl", "girl", true, None),
        ] {
            assert_eq!(view.scene_advice(prompt, negative, scenes), advice, "{prompt}");
        }
    }

    #[test]
    fn words_that_are_not_drawn_are_marked() {
        for (prompt, words) in [
            ("a photo of a xyzzy and a cat", vec!["photo", "xyzzy"]),
            ("一张猫的照片", vec!["照片"]),
            ("a logo, a blue green cat in the snow on the beach", vec!["logo", "green", "on the beach"]),
            ("an orange cat on a blue box", vec![]),
        ] {
            let reading = scene::read(prompt);
            let marked: Vec<&str> = undrawn(&reading).into_iter().map(|span| &prompt[span]).collect();
            assert_eq!(marked, words, "{prompt}");
        }
    }
}
