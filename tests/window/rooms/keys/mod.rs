//! The window by keyboard and by screen reader: where the focus is, in what order, and what is said.

mod focus;
mod menus;
mod screen_reader;
mod shortcuts;
mod typing;

use aigc_studio::domain::*;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::writing::forms::find;
use egui::{Key, Rect};
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT;

use crate::states::*;

type Open = Harness<'static, Window>;

/// Every state that the window was seen in, also those of other test files.
fn states(lang: Lang) -> Vec<AppState> {
    let mut all = all_states(lang, Theme::Dark);
    all.extend([
        write_shelf(lang, Theme::Dark),
        write_found(lang, Theme::Dark),
        personas(lang, Theme::Dark),
        write_page(lang, Theme::Dark),
    ]);
    // A question over the window keeps the keyboard to itself.
    all.retain(|state| state.ask.path.is_none() && state.ask.folder.is_none() && state.ask.report.is_none());
    let mut with_form = fresh(Room::Write, lang, Theme::Dark);
    let form = find("translation").expect("the form");
    with_form.write.form = Some(FormState { id: form.id.clone(), values: form.defaults(lang) });
    all.push(with_form);
    all
}

/// What has the focus, by name.
fn focused(harness: &Open) -> Option<String> {
    let of = |node: egui_kittest::Node<'_>| node.accesskit_node().label().or_else(|| node.value());
    harness.root().children_recursive().find(|node| node.is_focused()).and_then(of)
}

fn is_focused(harness: &Open, what: &str) {
    assert_eq!(focused(harness).as_deref(), Some(what));
}

fn asked_of(harness: &mut Open, wanted: impl Fn(&Command) -> bool) -> Vec<Command> {
    let mut commands = asked(harness);
    commands.retain(wanted);
    commands
}

/// Presses Tab until the focus comes back; the stops in their order.
fn walk(harness: &mut Open) -> Vec<(String, Rect)> {
    let mut stops = Vec::new();
    // By its id: what is scrolled to has moved when the focus comes back.
    let mut first = None;
    for _ in 0..400 {
        harness.key_press(Key::Tab);
        harness.run();
        let node = harness.root().children_recursive().find(|node| node.is_focused());
        let Some(node) = node else { panic!("Tab leads nowhere after {stops:?}") };
        let name = node.accesskit_node().label().or_else(|| node.value()).unwrap_or_default();
        if *first.get_or_insert(node.accesskit_node().id()) == node.accesskit_node().id() && !stops.is_empty() {
            return stops;
        }
        stops.push((name, node.rect()));
    }
    panic!("Tab goes on for ever: {stops:?}");
}
