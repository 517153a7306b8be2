//! Whether what is drawn keeps to its place: no two widgets overlap, none is cut off where it cannot be scrolled to, and no
//! text runs into another or out of its panel.

use std::collections::HashMap;

use aigc_studio::lang::Lang;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role;
use egui::epaint::{ClippedShape, Shape};
use egui::{Id, Rect, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT;

use super::Window;

/// What is less than this many points is the rounding of edges.
const SLACK: f32 = 1.5;

struct Widget {
    name: String,
    role: Role,
    host: Id,
    rect: Rect,
    /// What of it is inside its panel.
    seen: Rect,
}

/// What is wrong with the frame that was drawn last; empty where nothing is.
pub fn faults(harness: &Harness<'_, Window>) -> Vec<String> {
    let mut faults = Vec::new();
    // What each widget is for a screen reader.
    let told: HashMap<u64, (Role, String)> = harness
        .root()
        .children_recursive()
        .map(|node| node.accesskit_node())
        .map(|node| {
            let name = node.label().or_else(|| node.value()).unwrap_or_default();
            (node.locate().0.0, (node.role(), name))
        })
        .collect();
    let (mut fields, mut sideways, mut choices) = (Vec::new(), Vec::new(), Vec::new());
    let mut count = 0;
    harness.ctx.viewport(|viewport| {
        for (_, rects) in viewport.prev_pass.widgets.layers() {
            let hosts: HashMap<Id, Id> = rects.iter().map(|rect| (rect.id, rect.parent_id)).collect();
            let mut bars: Vec<(Id, bool)> = Vec::new();
            let mut here: Vec<Widget> = Vec::new();
            for rect in rects.iter().filter(|rect| rect.visible) {
                let Some((role, name)) = told.get(&rect.id.accesskit_id().0) else { continue };
                match role {
                    Role::ScrollBar => bars.push((rect.parent_id, rect.rect.height() > rect.rect.width())),
                    // What holds others, and the edge of a panel, which is on both of its sides.
                    Role::Splitter
                    | Role::Window
                    | Role::Pane
                    | Role::Group
                    | Role::Article
                    | Role::GenericContainer => {}
                    role => {
                        if matches!(role, Role::TextInput | Role::MultilineTextInput) {
                            fields.push(rect.interact_rect);
                        }
                        if *role == Role::RadioButton {
                            choices.push(rect.interact_rect);
                        }
                        let (host, seen) = (rect.parent_id, rect.interact_rect);
                        here.push(Widget { name: name.clone(), role: *role, host, rect: rect.rect, seen });
                    }
                }
            }
            count += here.len();
            cut_off(&here, &hosts, &bars, &mut faults);
            sideways.extend(here.iter().filter(|it| scrolls(it, &hosts, &bars, false)).map(|it| it.seen));
            overlaps(&mut here, &mut faults);
        }
    });
    assert!(count > 5, "the window's widgets are found");
    texts(&harness.output().shapes, &fields, &sideways, &mut faults);
    harness.output().shapes.iter().for_each(|shape| elided(&shape.shape, shape.clip_rect, &choices, &mut faults));
    faults.sort();
    faults.dedup();
    faults
}

/// A widget that is not wholly inside its panel must be in something that scrolls that way.
fn cut_off(widgets: &[Widget], hosts: &HashMap<Id, Id>, bars: &[(Id, bool)], faults: &mut Vec<String>) {
    for widget in widgets {
        let lost = |all: f32, seen: f32| all - seen.max(0.0) > SLACK;
        let (x, y) = match widget.seen.is_positive() {
            true => (lost(widget.rect.width(), widget.seen.width()), lost(widget.rect.height(), widget.seen.height())),
            false => (false, widget.rect.is_positive()),
        };
        let scrolls = |down| scrolls(widget, hosts, bars, down);
        if (x && !scrolls(false)) || (y && !scrolls(true) && !scrolls(false)) {
            faults.push(format!("{} is cut off: {} of {}", told(widget), short(widget.seen), short(widget.rect)));
        }
    }
}

/// Whether a widget is in something that scrolls, down or sideways.
fn scrolls(widget: &Widget, hosts: &HashMap<Id, Id>, bars: &[(Id, bool)], down: bool) -> bool {
    let mut at = widget.host;
    for _ in 0..64 {
        if bars.iter().any(|(host, way)| *host == at && *way == down) {
            return true;
        }
        match hosts.get(&at) {
            Some(up) if *up != at => at = *up,
            _ => return false,
        }
    }
    false
}

fn overlaps(widgets: &mut [Widget], faults: &mut Vec<String>) {
    widgets.sort_by(|a, b| a.seen.top().total_cmp(&b.seen.top()));
    for (i, a) in widgets.iter().enumerate() {
        for b in widgets[i + 1..].iter().take_while(|b| b.seen.top() < a.seen.bottom() - SLACK) {
            let both = a.seen.intersect(b.seen);
            if both.width() > SLACK && both.height() > SLACK && !is_ground(a, b) && !is_ground(b, a) {
                faults.push(format!("{} and {} overlap: {} and {}", told(a), told(b), short(a.seen), short(b.seen)));
            }
        }
    }
}

/// Whether `small` is meant to be on `large`: buttons of a row, on a tile or a picture; pictures between the lines of a
/// page; one widget that is told in two ways.
fn is_ground(large: &Widget, small: &Widget) -> bool {
    let inside = large.seen.expand(SLACK).contains_rect(small.seen);
    let tile = large.role == Role::Button && large.rect.width().min(large.rect.height()) >= 60.0;
    let holds = matches!(large.role, Role::ListBoxOption | Role::Image | Role::MultilineTextInput);
    let same = large.role == small.role && large.name == small.name && large.rect == small.rect;
    same || inside && (tile || holds) && small.role != Role::MultilineTextInput
}

/// Lines of text that leave their panel at its sides, or that run into each other.
fn texts(shapes: &[ClippedShape], fields: &[Rect], sideways: &[Rect], faults: &mut Vec<String>) {
    let mut lines: Vec<(Rect, String)> = Vec::new();
    for ClippedShape { clip_rect, shape, .. } in shapes {
        each_line(shape, &mut |rect, text| {
            // The sign of the library that draws Markdown: it stands in the corner of a block of code, over its lines.
            if text == "🗐" {
                return;
            }
            let seen = rect.intersect(*clip_rect);
            // In a field the text moves with the cursor.
            if !seen.is_positive() || text.trim().is_empty() || fields.iter().any(|field| field.contains(seen.center()))
            {
                return;
            }
            // Code scrolls to its sides.
            let scrolls = sideways.iter().any(|area| area.expand(SLACK).contains_rect(seen));
            if rect.width() - seen.width() > SLACK && !scrolls {
                faults.push(format!("the text {text:?} leaves its panel: {} of {}", short(seen), short(rect)));
            }
            lines.push((seen.shrink2(vec2(0.0, 3.0)), text));
        });
    }
    lines.sort_by(|a, b| a.0.top().total_cmp(&b.0.top()));
    for (i, (a, text)) in lines.iter().enumerate() {
        for (b, other) in lines[i + 1..].iter().take_while(|(b, _)| b.top() < a.bottom() - SLACK) {
            let both = a.intersect(*b);
            if both.width() > SLACK && both.height() > SLACK {
                faults.push(format!("the texts {text:?} and {other:?} overlap: {} and {}", short(*a), short(*b)));
            }
        }
    }
}

/// The program's own words are never cut, and no choice is: what a person named may be.
fn elided(shape: &Shape, clip: Rect, choices: &[Rect], faults: &mut Vec<String>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| elided(shape, clip, choices, faults)),
        Shape::Text(text) if text.galley.elided && clip.intersects(text.visual_bounding_rect()) => {
            let words = text.galley.text().trim_matches(|c: char| c.is_whitespace() || c >= '\u{e000}');
            // A page that begins with one of them has it for its own, and so has a character that is the example.
            let first = [T::PageBegin1, T::PageBegin2, T::PageBegin3, T::PersonaSystemHint];
            let is = |text: &T| Lang::ALL.iter().any(|lang| text.tr(*lang) == words);
            let own = || T::all().any(|text| is(&text) && !first.contains(&text));
            let place = text.visual_bounding_rect();
            if !words.is_empty() && (choices.iter().any(|choice| choice.contains(place.center())) || own()) {
                faults.push(format!("{words:?} is cut short at {}", short(place)));
            }
        }
        _ => {}
    }
}

fn each_line(shape: &Shape, add: &mut impl FnMut(Rect, String)) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| each_line(shape, add)),
        Shape::Text(text) => {
            for row in &text.galley.rows {
                let words: String = row.glyphs.iter().map(|glyph| glyph.chr).collect();
                add(row.rect_without_leading_space().translate(text.pos.to_vec2()), words);
            }
        }
        _ => {}
    }
}

fn told(widget: &Widget) -> String {
    let name: String = widget.name.chars().take(40).collect();
    format!("{:?} {name:?}", widget.role)
}

fn short(rect: Rect) -> String {
    format!("{:.0},{:.0} {:.0}x{:.0}", rect.left(), rect.top(), rect.width(), rect.height())
}
