//! How large the next picture is: proportions by a click, sides by number; or that the model draws one size alone.

use egui::{Align, Layout, Ui};

use crate::domain::{ASPECTS, FreeSize, Size};
use crate::state::{Command, CreateCommand, ImageEdit};
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::theme::{S1, S2};
use crate::ui::{icons, number, widgets};

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    if let Some(free) = cx.state.free_size() {
        any(ui, cx, free);
    } else if let Some(entry) = cx.state.catalogue.entry(&cx.state.settings.image.model) {
        fixed(ui, cx, &entry.card.sizes);
    }
}

fn now(cx: &Cx<'_>) -> Size {
    Size { width: cx.state.settings.image.width, height: cx.state.settings.image.height }
}

fn set(cx: &mut Cx<'_>, size: Size) {
    cx.push(Command::Create(CreateCommand::SetImage(ImageEdit::Size(size.width, size.height))));
}

/// The sizes of the model's card. A single one is shown without a choice.
fn fixed(ui: &mut Ui, cx: &mut Cx<'_>, sizes: &[Size]) {
    let label = |size: &Size| format!("{}×{}", size.width, size.height);
    match sizes {
        [] => return,
        [only] => {
            widgets::caption(ui, cx.t(T::Size));
            widgets::muted(ui, cx.with(T::OneSize, &[&label(only)]));
        }
        several => {
            widgets::caption(ui, cx.t(T::Size));
            let items: Vec<_> = several.iter().map(|size| (label(size), String::new())).collect();
            let on = several.iter().position(|size| *size == now(cx));
            if let Some(i) = widgets::segments(ui, cx.t(T::Size), &items, on) {
                set(cx, several[i]);
            }
        }
    }
    ui.add_space(S2);
}

fn any(ui: &mut Ui, cx: &mut Cx<'_>, free: FreeSize) {
    widgets::caption(ui, cx.t(T::Size)).on_hover_text(cx.with(T::SizeHover, &[&free.multiple, &free.side]));
    let sizes = ASPECTS.map(|aspect| free.of_aspect(aspect));
    let items: Vec<_> = ASPECTS
        .iter()
        .zip(sizes)
        .map(|((w, h), size)| (format!("{w}:{h}"), format!("{}×{}", size.width, size.height)))
        .collect();
    let on = sizes.iter().position(|size| *size == now(cx));
    if let Some(i) = widgets::segments(ui, cx.t(T::Size), &items, on) {
        set(cx, sizes[i]);
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = S1;
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let Size { width, height } = now(cx);
            if widgets::icon_button(ui, icons::ARROWS_CLOCKWISE, cx.t(T::SwapSides)).clicked() {
                set(cx, Size { width: height, height: width });
            }
            let each = ((ui.available_width() - 3.0 * S1) / 2.0 - 10.0).max(40.0);
            let height_typed = side(ui, cx, T::Height, height, free, each);
            ui.label("×");
            let width_typed = side(ui, cx, T::Width, width, free, each);
            let typed = Size { width: width_typed.unwrap_or(width), height: height_typed.unwrap_or(height) };
            let nearest = free.nearest(typed.width, typed.height);
            if nearest != now(cx) {
                set(cx, nearest);
            }
        });
    });
    let Size { width, height } = now(cx);
    if free.is_far(width, height) {
        widgets::note(ui, &cx.with(T::SizeIsFar, &[&free.side]));
    }
    ui.add_space(S2);
}

/// A side as a number to type or drag; the new one where the person changed it.
fn side(ui: &mut Ui, cx: &Cx<'_>, name: T, value: u32, free: FreeSize, width: f32) -> Option<u32> {
    let mut typed = value;
    ui.spacing_mut().interact_size.x = width;
    let about = cx.with(T::SizeHover, &[&free.multiple, &free.side]);
    let response =
        number::show(ui, &mut typed, true, |drag| drag.range(FreeSize::SHORTEST..=free.longest).speed(free.multiple));
    response.accessible_name(cx.t(name)).on_hover_text(about);
    (typed != value).then_some(typed)
}
