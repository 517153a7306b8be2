//! The order of the eye: for the Tab key, and for those who hear the window instead of seeing it.
//!
//! egui goes from control to control in the order in which they were made: panels before what lies between them, and
//! rows that are laid out from the right from the right. Here the parts of the window have ranks, and such rows are
//! turned round, both for Tab and in the tree that screen readers are given.

use std::collections::{HashMap, HashSet};

use egui::accesskit::{Action, ActionRequest, Live, Node, NodeId, Role, TreeId};
use egui::{Context, Event, FullOutput, Id, Key, LayerId, Order, Plugin, RawInput, Rect, Response, Ui, WidgetRect};

/// Parts of the window, in the order in which they are gone through: landmarks, as screen readers have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Landmark {
    /// The field in which a picture or an answer is asked for.
    Prompt,
    /// What belongs to it.
    First,
    /// The button that a room is about.
    Button,
    /// Whatever belongs to no other landmark: the talk, the canvas, the grid.
    Main,
    /// Above the field of a talk: an error, or what is happening.
    Above,
    /// What can be done with it: the field of a talk, the buttons of a picture.
    Foot,
    /// A title and what can be done with the whole.
    Head,
    /// The list beside the work.
    List,
    /// Sliders and cards beside the work.
    Beside,
    Rail,
    Status,
}

type Landmarks = Vec<(Landmark, LayerId, Rect)>;

fn landmarks_id() -> Id {
    Id::unique("parts-of-the-window")
}

/// Everything inside `ui`'s room belongs to `landmark`.
pub fn landmark(ui: &Ui, landmark: Landmark) {
    landmark_in(ui, landmark, ui.max_rect());
}

/// Everything inside `rect` belongs to `landmark`.
pub fn landmark_in(ui: &Ui, landmark: Landmark, rect: Rect) {
    let place = (landmark, ui.layer_id(), rect);
    ui.data_mut(|d| d.get_temp_mut_or_default::<Landmarks>(landmarks_id()).push(place));
}

/// Makes one thing of the widgets that are made in `ui` after this, such as a turn of a talk. It has a name where none
/// of them says it.
pub fn group(ui: &Ui, role: Role, name: Option<&str>) {
    ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
        node.set_role(role);
        if let Some(name) = name {
            node.set_label(name);
        }
    });
}

/// Says whether what a button unfolds is open.
pub fn expanded(response: &Response, open: bool) {
    response.ctx.accesskit_node_builder(response.id, |node| node.set_expanded(open));
}

/// Makes a text a heading, which a screen reader finds.
pub fn is_heading(response: &Response, text: &str) {
    response.ctx.accesskit_node_builder(response.id, |node| {
        node.set_role(Role::Heading);
        node.set_label(text);
    });
}

/// A heading that is painted rather than made of a label.
pub fn heading(ui: &Ui, rect: Rect, text: &str) {
    let response = ui.interact(rect, ui.scope_id().with(("heading", text)), egui::Sense::hover());
    is_heading(&response, text);
}

/// A text that a screen reader says when it comes.
pub fn said(response: &Response) {
    response.ctx.accesskit_node_builder(response.id, |node| node.set_live(Live::Polite));
}

/// See the module.
pub struct Eye;

impl Plugin for Eye {
    fn debug_name(&self) -> &'static str {
        "eye"
    }

    fn on_begin_pass(&mut self, ui: &mut Ui) {
        ui.data_mut(|d| d.remove_temp::<Landmarks>(landmarks_id()));
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        let mut steps = 0_isize;
        input.events.retain(|event| {
            let Event::Key { key: Key::Tab, pressed: true, modifiers, .. } = event else { return true };
            match (modifiers.any(), modifiers.shift_only()) {
                (false, _) => steps += 1,
                (_, true) => steps -= 1,
                _ => return true,
            }
            false
        });
        if steps != 0 {
            go(ctx, input, steps);
        }
    }

    fn output_hook(&mut self, ctx: &Context, output: &mut FullOutput) {
        if let Some(update) = &mut output.platform_output.accesskit_update {
            let places: HashMap<NodeId, Place> =
                places(ctx).into_iter().map(|place| (place.widget.id.accesskit_id(), place)).collect();
            unglyph(&mut update.nodes);
            for (_, node) in &mut update.nodes {
                reorder(node, &places);
            }
        }
    }
}

/// A widget of the last pass, and the landmark that it belongs to.
#[derive(Clone, Copy)]
struct Place {
    landmark: Landmark,
    widget: WidgetRect,
}

impl Place {
    /// Whether it is on one row with `other`, and entirely left of it.
    fn is_left_of(&self, other: &Self) -> bool {
        let (a, b) = (self.widget.rect, other.widget.rect);
        let a_row = a.y_range().contains(b.center().y) || b.y_range().contains(a.center().y);
        self.landmark == other.landmark
            && self.widget.layer_id == other.widget.layer_id
            && a_row
            && a.right() <= b.left() + 1.0
    }
}

/// All widgets of the last pass in the order in which they were made, layer by layer.
fn places(ctx: &Context) -> Vec<Place> {
    let landmarks = ctx.data(|d| d.get_temp::<Landmarks>(landmarks_id())).unwrap_or_default();
    ctx.viewport(|viewport| {
        let widgets = &viewport.prev_pass.widgets;
        let mut layers: Vec<LayerId> = widgets.layer_ids().collect();
        layers.sort_by_key(|layer| (layer.order, layer.id.value()));
        let of = |widget: &WidgetRect| {
            let at = seen_at(widget);
            // The smallest landmark around it: they may be nested.
            let around = landmarks.iter().filter(|(_, layer, rect)| *layer == widget.layer_id && rect.contains(at));
            around.min_by(|a, b| a.2.area().total_cmp(&b.2.area())).map_or(Landmark::Main, |(landmark, ..)| *landmark)
        };
        let all = layers.into_iter().flat_map(|layer| widgets.get_layer(layer));
        all.map(|widget| Place { landmark: of(widget), widget: *widget }).collect()
    })
}

/// The middle of what is seen of a widget; of one that is scrolled away, the edge that it lies beyond, so that it belongs
/// to the part that scrolls and not to what lies below that.
fn seen_at(widget: &WidgetRect) -> egui::Pos2 {
    let (whole, seen) = (widget.rect, widget.interact_rect);
    let axis = |from: f32, to: f32, begin: f32| match (from <= to, begin > to) {
        (true, _) => (from + to) / 2.0,
        (false, true) => to,
        (false, false) => from,
    };
    egui::pos2(axis(seen.min.x, seen.max.x, whole.min.x), axis(seen.min.y, seen.max.y, whole.min.y))
}

/// Landmark by landmark; what was made from the right is turned round.
fn in_order<T>(items: &mut [T], place: impl Fn(&T) -> Option<Place>) {
    items.sort_by_key(|item| {
        place(item).map_or((Order::Tooltip, Landmark::Status), |p| (p.widget.layer_id.order, p.landmark))
    });
    for i in 1..items.len() {
        let mut at = i;
        while at > 0
            && let (Some(one), Some(before)) = (place(&items[at]), place(&items[at - 1]))
            && one.is_left_of(&before)
        {
            items.swap(at, at - 1);
            at -= 1;
        }
    }
}

/// Moves the focus: the next control is given it as a screen reader would, and is scrolled to.
fn go(ctx: &Context, input: &mut RawInput, steps: isize) {
    let may = |place: &Place| {
        let widget = &place.widget;
        let there = widget.enabled && widget.visible && widget.sense.is_focusable() && widget.rect.is_positive();
        there && ctx.memory(|memory| memory.allows_interaction(widget.layer_id))
    };
    let mut stops: Vec<Place> = places(ctx).into_iter().filter(may).collect();
    in_order(&mut stops, |place| Some(*place));
    if stops.is_empty() {
        return;
    }
    let now = ctx.memory(|memory| memory.focused());
    let now = now.and_then(|id| stops.iter().position(|place| place.widget.id == id));
    let count = stops.len() as isize;
    let from = now.map_or(if steps > 0 { -1 } else { 0 }, |at| at as isize);
    let next = stops[(from + steps).rem_euclid(count) as usize].widget;
    let mut ask = |action| {
        let request =
            ActionRequest { action, target_tree: TreeId::ROOT, target_node: next.id.accesskit_id(), data: None };
        input.events.push(Event::AccessKitActionRequest(request));
    };
    ask(Action::Focus);
    if !next.interact_rect.expand(1.0).contains_rect(next.rect) {
        ask(Action::ScrollIntoView);
    }
}

/// A letter of private use, as icons are: it has no name that could be said.
fn is_glyph(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}')
}

fn without_glyphs(text: &str) -> Option<String> {
    text.contains(is_glyph).then(|| text.replace(is_glyph, "").trim().to_owned())
}

/// Takes the icons out of names, and labels that are icons alone out of the tree.
fn unglyph(nodes: &mut Vec<(NodeId, Node)>) {
    let mut gone = HashSet::new();
    for (id, node) in nodes.iter_mut() {
        if let Some(label) = node.label().and_then(without_glyphs) {
            node.set_label(label);
        }
        if node.role() != Role::Label {
            continue;
        }
        let text = node.value().unwrap_or_default();
        if let Some(text) = without_glyphs(text).or_else(|| text.is_empty().then(String::new)) {
            // The pieces of a selectable text are its children, icons too.
            gone.extend(node.children().iter().copied());
            node.set_children(Vec::new());
            if text.is_empty() {
                gone.insert(*id);
            }
            node.set_value(text);
        }
    }
    if gone.is_empty() {
        return;
    }
    nodes.retain(|(id, _)| !gone.contains(id));
    for (_, node) in nodes {
        if node.children().iter().any(|child| gone.contains(child)) {
            let kept: Vec<NodeId> = node.children().iter().copied().filter(|child| !gone.contains(child)).collect();
            node.set_children(kept);
        }
    }
}

fn reorder(node: &mut Node, places: &HashMap<NodeId, Place>) {
    // The pieces of one text keep their order: they may run from right to left.
    if node.children().len() < 2 || !node.children().iter().any(|child| places.contains_key(child)) {
        return;
    }
    let mut children = node.children().to_vec();
    in_order(&mut children, |child| places.get(child).copied());
    if children != node.children() {
        node.set_children(children);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Sense, pos2, vec2};

    fn place(landmark: Landmark, x: f32, y: f32, width: f32, height: f32) -> Place {
        let rect = Rect::from_min_size(pos2(x, y), vec2(width, height));
        let widget = WidgetRect {
            id: Id::unique((x as i32, y as i32)),
            parent_id: Id::NULL,
            layer_id: LayerId::background(),
            rect,
            interact_rect: rect,
            sense: Sense::click(),
            enabled: true,
            visible: true,
        };
        Place { landmark, widget }
    }

    #[test]
    fn parts_come_in_their_order_and_rows_from_the_left() {
        let row = |x| place(Landmark::Main, x, 10.0, 20.0, 20.0);
        let status = place(Landmark::Status, 0.0, 90.0, 20.0, 20.0);
        // Made first: the status bar; made from the right: the row.
        let mut all = vec![status, row(80.0), row(40.0), row(0.0), place(Landmark::First, 0.0, 50.0, 90.0, 20.0)];
        in_order(&mut all, |place| Some(*place));
        let at: Vec<_> = all.iter().map(|p| (p.landmark, p.widget.rect.left())).collect();
        let main = |x| (Landmark::Main, x);
        assert_eq!(at, [(Landmark::First, 0.0), main(0.0), main(40.0), main(80.0), (Landmark::Status, 0.0)]);
    }

    /// A paragraph in pieces: the last piece begins in the middle of a line, but its room is that of all its lines.
    #[test]
    fn pieces_of_a_paragraph_keep_their_order() {
        let mut all = vec![place(Landmark::Main, 0.0, 0.0, 30.0, 20.0), place(Landmark::Main, 30.0, 0.0, 20.0, 20.0)];
        all.push(place(Landmark::Main, 0.0, 0.0, 200.0, 60.0));
        let before: Vec<_> = all.iter().map(|p| p.widget.rect).collect();
        in_order(&mut all, |place| Some(*place));
        assert_eq!(all.iter().map(|p| p.widget.rect).collect::<Vec<_>>(), before);
    }

    #[test]
    fn icons_are_no_words() {
        assert_eq!(without_glyphs("\u{e4a6} Move to the trash").as_deref(), Some("Move to the trash"));
        assert_eq!(without_glyphs("猫 cat"), None);
        let node = |role, value: &str, children: &[u64]| {
            let mut node = Node::new(role);
            node.set_value(value);
            node.set_children(children.iter().map(|id| NodeId(*id)).collect::<Vec<_>>());
            node
        };
        let mut nodes = vec![
            (NodeId(0), node(Role::Window, "", &[1, 2])),
            (NodeId(1), node(Role::Label, "\u{e2ce}", &[3])),
            (NodeId(2), node(Role::Label, "Tides", &[])),
            (NodeId(3), node(Role::TextRun, "\u{e2ce}", &[])),
        ];
        unglyph(&mut nodes);
        assert_eq!(nodes.iter().map(|(id, _)| id.0).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(nodes[0].1.children(), [NodeId(2)]);
    }
}
