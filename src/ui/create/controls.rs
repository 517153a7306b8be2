//! The sliders of Create.

use egui::{Align, Frame, Id, Layout, Margin, Panel, ScrollArea, Ui, vec2};

use super::{CreateView, notes, prompt_help};
use crate::domain::{ImageParam, ImageParams, Makes, NoiseSource, Parameter, Sampler, Schedule, Seed};
use crate::state::{Command, CreateCommand, ImageEdit, Stage};
use crate::ui::cx::Cx;
use crate::ui::eye::{self, Landmark};
use crate::ui::params::{self, ImagePlace, of_image};
use crate::ui::seed::{self, SeedEdit};
use crate::ui::texts::T;
use crate::ui::theme::{self, S1, S2, S3, S4};
use crate::ui::widgets::{self, ENTER, Field};
use crate::ui::{advice, combo, icons, layout, model_choice, record};

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut CreateView) {
    let frame = Frame::new().fill(cx.p.panel).inner_margin(Margin { left: 16, right: 16, top: 12, bottom: 12 });
    Panel::bottom("generate").resizable(false).frame(frame).show(ui, |ui| {
        eye::landmark(ui, Landmark::Button);
        generate(ui, cx);
    });
    let area = ScrollArea::vertical().id_salt("controls").auto_shrink(false).min_scrolled_height(0.0);
    area.show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = S1;
            prompts(ui, cx, view);
            ui.add_space(S1);
            model(ui, cx);
            knobs(ui, cx);
            seed_row(ui, cx);
            ui.add_space(S1);
            count(ui, cx);
            ui.add_space(S3);
            more(ui, cx, view);
        });
    });
}

fn params<'a>(cx: &Cx<'a>) -> &'a ImageParams {
    &cx.state.settings.image
}

fn edit(cx: &mut Cx<'_>, edit: ImageEdit) {
    cx.push(Command::Create(CreateCommand::SetImage(edit)));
}

fn prompts(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut CreateView) {
    ui.horizontal(|ui| {
        ui.set_height(24.0);
        widgets::caption(ui, cx.t(T::Prompt));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            prompt_help::button(ui, cx);
        });
    });
    let shares = notes::Shares::now(ui);
    let spec = Field {
        id: crate::ui::fields::prompt_id(),
        name: cx.t(T::Prompt),
        hint: cx.t(T::PromptHint),
        rows: shares.rows,
        // A long prompt scrolls: nothing below it moves while it is typed.
        max_height: shares.prompt,
        newline: Some(ENTER),
        framed: true,
    };
    let marks = view.reading.marks(ui, cx);
    let place = vec2(ui.available_width(), shares.all);
    let (response, typed) = ui
        .allocate_ui_with_layout(place, Layout::top_down(Align::Min), |ui| {
            ui.set_min_size(place);
            let size = vec2(place.x, shares.prompt);
            let field = ui.allocate_ui(size, |ui| {
                ui.set_min_height(size.y);
                widgets::marked_field(ui, &params(cx).prompt, &spec, &marks)
            });
            notes::show(ui, cx, &mut view.reading, shares.notes);
            field.inner
        })
        .inner;
    eye::landmark_in(ui, Landmark::Prompt, response.rect);
    if let Some(text) = typed {
        view.reading.typed(ui);
        edit(cx, ImageEdit::Prompt(text));
    }
    let missing = cx.state.create.prompt_missing;
    if missing {
        let stroke = egui::Stroke::new(1.5, cx.p.bad);
        ui.painter().rect_stroke(response.rect, theme::RADIUS, stroke, egui::StrokeKind::Inside);
    }
    // Once, so that the person can go elsewhere.
    if missing && !std::mem::replace(&mut view.prompt_marked, missing) {
        response.request_focus();
    }
    view.prompt_marked = missing;
    prompt_help::style_words(ui, cx, &mut view.styles_open);
    subject(ui, cx);
    let negative = &params(cx).negative;
    let note = if view.negative_open { "" } else { negative.as_str() };
    if widgets::fold(ui, cx.t(T::NegativePrompt), note, &mut view.negative_open) {
        let spec = Field {
            id: Id::unique("create-negative"),
            name: cx.t(T::NegativePrompt),
            hint: cx.t(T::NegativeHint),
            rows: 2,
            max_height: 120.0,
            newline: Some(ENTER),
            framed: true,
        };
        if let (_, Some(text)) = widgets::field(ui, negative, &spec) {
            edit(cx, ImageEdit::Negative(text));
        }
    }
}

/// The passage that the next pictures are put beside.
fn subject(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some(subject) = &cx.state.create.subject else { return };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = S1;
        let words = subject.passage.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let label = cx.with(T::PictureFor, &[&words]);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if widgets::icon_button(ui, icons::X, cx.t(T::NotForPassage)).clicked() {
                cx.push(Command::Create(CreateCommand::ForgetSubject));
            }
            let words = layout::labelled(icons::BOOK_OPEN_TEXT, 16.0, &label);
            let button = egui::Button::new(words).truncate().min_size(egui::vec2(ui.available_width(), 0.0));
            let response = ui.add(button).accessible_name(&label);
            if response.on_hover_text(cx.t(T::PictureForHover)).clicked() {
                cx.push(Command::Create(CreateCommand::GoToSubject));
            }
        });
    });
}

fn model(ui: &mut Ui, cx: &mut Cx<'_>) {
    widgets::caption(ui, cx.t(T::Model));
    if let Some(id) = model_choice::show(ui, cx, Makes::Image, &params(cx).model) {
        edit(cx, ImageEdit::Model(id));
    }
    advice::quality(ui, cx, Makes::Image);
    ui.add_space(S2);
    super::size::show(ui, cx);
}

fn knobs(ui: &mut Ui, cx: &mut Cx<'_>) {
    for number in ImageParam::ALL {
        if let (name, about, ImagePlace::First) = of_image(*number) {
            knob(ui, cx, *number, (name, about));
        }
    }
}

/// The slider of a number; a double click brings it back to where the model's card puts it.
fn knob(ui: &mut Ui, cx: &mut Cx<'_>, number: ImageParam, (name, about): (T, T)) {
    let mut reset = ImageParams::default();
    if let Some(entry) = cx.state.catalogue.entry(&params(cx).model) {
        entry.card.defaults.apply(&mut reset);
    }
    if let Some(value) = params::slider(ui, cx, number, (name, about, false), params(cx), &reset) {
        edit(cx, ImageEdit::Number(number, value));
    }
}

fn seed_row(ui: &mut Ui, cx: &mut Cx<'_>) {
    let pinned = params(cx).seed;
    let newest = match cx.state.create.stage() {
        Stage::Shot(shot) => match shot.record.seed {
            Seed::Fixed(seed) => Some(seed),
            Seed::Random => None,
        },
        Stage::Job(job) => Some(job.request.seed),
        Stage::Empty => None,
    };
    match seed::show(ui, cx, Id::unique("create-seed"), pinned, newest, true) {
        Some(SeedEdit::Set(seed)) => edit(cx, ImageEdit::Seed(seed)),
        Some(SeedEdit::Roll) => cx.push(Command::Create(CreateCommand::RollSeed)),
        None => {}
    }
}

fn count(ui: &mut Ui, cx: &mut Cx<'_>) {
    const COUNTS: [u32; 4] = [1, 2, 4, 8];
    widgets::caption(ui, cx.t(T::Count)).on_hover_text(cx.t(T::CountHover));
    let items: Vec<_> = COUNTS.iter().map(|n| (n.to_string(), cx.t(T::CountHover).to_owned())).collect();
    let on = COUNTS.iter().position(|n| *n == params(cx).count);
    if let Some(i) = widgets::segments(ui, cx.t(T::Count), &items, on) {
        edit(cx, ImageEdit::Number(ImageParam::Count, COUNTS[i].into()));
    }
}

fn more(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut CreateView) {
    let note = if view.more_open { String::new() } else { more_note(cx, params(cx)) };
    if !widgets::fold(ui, cx.t(T::More), &note, &mut view.more_open) {
        return;
    }
    let diffusion = cx.state.catalogue.entry(&params(cx).model).is_some_and(|e| e.card.is_diffusion());
    if diffusion {
        noise_knobs(ui, cx)
    } else {
        flow_samplers(ui, cx)
    }
    extras(ui, cx);
    ui.add_space(S2);
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        if widgets::button(ui, icons::ARROW_COUNTER_CLOCKWISE, cx.t(T::ResetSliders)).clicked() {
            edit(cx, ImageEdit::Reset);
        }
    });
    ui.add_space(S4);
}

/// The heading's note for the fold: the sampler, and all settings that are not at their defaults.
fn more_note(cx: &Cx<'_>, params: &ImageParams) -> String {
    let mut note = record::sampler(cx, params.sampler).to_owned();
    if params.noise != NoiseSource::default() {
        note.push_str(&format!(" · rng {}", params.noise.name()));
    }
    for number in ImageParam::ALL.iter().filter(|number| number.is_set(params)) {
        if let (.., ImagePlace::More(brief)) = of_image(*number) {
            note.push_str(&format!(" · {brief} {}", number.get(params)));
        }
    }
    note
}

/// Noise source and the rarer numbers: where the model uses them, and where a picture has set them.
fn extras(ui: &mut Ui, cx: &mut Cx<'_>) {
    // A model without a card is a file of the person's: it may take anything.
    let takes = cx.state.catalogue.entry(&params(cx).model).map(|entry| entry.card.takes());
    let uses_noise = takes.is_none_or(|takes| takes.noise);
    let noise = params(cx).noise;
    if uses_noise || noise != NoiseSource::default() {
        ui.add_space(S2);
        widgets::caption(ui, cx.t(T::NoiseSource)).on_hover_text(cx.t(T::NoiseSourceHover));
        let names = [T::NoiseNative, T::NoiseTorch].map(|name| cx.t(name));
        let on = NoiseSource::ALL.iter().position(|source| *source == noise).unwrap_or(0);
        if let Some(i) = combo::names(ui, cx.t(T::NoiseSource), &names, on) {
            edit(cx, ImageEdit::Noise(NoiseSource::ALL[i]));
        }
        not_used(ui, cx, uses_noise);
    }
    let mut first = true;
    for number in ImageParam::ALL {
        let (name, about, ImagePlace::More(_)) = of_image(*number) else { continue };
        let used = takes.is_none_or(|takes| takes.number(*number));
        if used || number.is_set(params(cx)) {
            if std::mem::take(&mut first) {
                ui.add_space(S2);
            }
            knob(ui, cx, *number, (name, about));
            not_used(ui, cx, used);
        }
    }
}

fn not_used(ui: &mut Ui, cx: &Cx<'_>, used: bool) {
    if !used {
        widgets::note(ui, cx.t(T::NotUsedHere));
    }
}

/// Sampler and schedule of models that take noise from latents.
fn noise_knobs(ui: &mut Ui, cx: &mut Cx<'_>) {
    let samplers: Vec<Sampler> = [Sampler::Automatic].into_iter().chain(Sampler::DIFFUSION).collect();
    let mut names: Vec<&str> = samplers.iter().map(|s| s.name()).collect();
    names[0] = cx.t(T::Automatic);
    let on = samplers.iter().position(|s| *s == params(cx).sampler).unwrap_or(0);
    widgets::caption(ui, cx.t(T::Sampler)).on_hover_text(cx.t(T::SamplerHover));
    if let Some(i) = combo::names(ui, cx.t(T::Sampler), &names, on) {
        edit(cx, ImageEdit::Sampler(samplers[i]));
    }
    ui.add_space(S2);
    let mut names = Schedule::ALL.map(Schedule::name);
    names[0] = cx.t(T::Automatic);
    let on = Schedule::ALL.iter().position(|s| *s == params(cx).schedule).unwrap_or(0);
    widgets::caption(ui, cx.t(T::Schedule)).on_hover_text(cx.t(T::ScheduleHover));
    if let Some(i) = combo::names(ui, cx.t(T::Schedule), &names, on) {
        edit(cx, ImageEdit::Schedule(Schedule::ALL[i]));
    }
}

fn flow_samplers(ui: &mut Ui, cx: &mut Cx<'_>) {
    widgets::caption(ui, cx.t(T::Sampler)).on_hover_text(cx.t(T::SamplerHover));
    let about = |s: Sampler| match s {
        Sampler::Heun => T::HeunHover,
        Sampler::Midpoint => T::MidpointHover,
        _ => T::EulerHover,
    };
    let items: Vec<_> = Sampler::FLOW.iter().map(|s| (s.name().to_owned(), cx.t(about(*s)).to_owned())).collect();
    let on = Sampler::FLOW.iter().position(|s| *s == params(cx).sampler);
    if let Some(i) = widgets::segments(ui, cx.t(T::Sampler), &items, on) {
        edit(cx, ImageEdit::Sampler(Sampler::FLOW[i]));
    }
}

fn generate(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.spacing_mut().item_spacing.y = S1;
    // A line of its own even where nothing runs: the button must not move under the pointer.
    let text = match cx.state.create.jobs.len() {
        0 => String::new(),
        1 => cx.t(T::OneRunning).to_owned(),
        jobs => cx.with(T::RunningAndWaiting, &[&(jobs - 1)]),
    };
    ui.allocate_ui(vec2(ui.available_width(), S4), |ui| {
        ui.set_min_height(S4);
        if !text.is_empty() {
            widgets::muted(ui, text);
        }
    });
    // An empty prompt is not refused in silence: its field is marked.
    let able = !advice::hindered(ui, cx);
    let size = vec2(ui.available_width(), 40.0);
    let response = widgets::primary(ui, icons::SPARKLE, cx.t(T::Generate), "Ctrl+Enter", able, size);
    if response.on_hover_text(cx.t(T::GenerateHover)).clicked() {
        cx.push(Command::Create(CreateCommand::Generate));
    }
}
