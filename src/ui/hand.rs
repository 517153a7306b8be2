//! Events of keyboards and input methods, corrected before egui reads them; and what is sent to input methods.

use egui::output::IMEOutput;
use egui::{Context, Event, FullOutput, ImeEvent, Key, Modifiers, Order, Plugin, PointerButton, Popup, Pos2, RawInput};

/// See the module.
#[derive(Default)]
pub struct Hand {
    /// Letters are being composed: the keyboard is the input method's.
    composing: bool,
    /// What waits for the next frame.
    held: Vec<Event>,
    /// A press closed a menu: its release is the menu's too.
    closed: bool,
    /// What was sent to the input method last.
    told: Option<IMEOutput>,
}

impl Plugin for Hand {
    fn debug_name(&self) -> &'static str {
        "hand"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        if !self.held.is_empty() {
            let new = std::mem::replace(&mut input.events, std::mem::take(&mut self.held));
            input.events.extend(new);
        }
        self.compose(&mut input.events);
        // The list of shortcuts comes over all: no tooltip of a pointer that rests stays above it.
        if input.events.iter().any(|event| matches!(event, Event::Key { key: Key::F1 | Key::Questionmark, .. })) {
            input.events.push(Event::PointerGone);
        }
        let menu = Popup::is_any_open(ctx);
        if self.dismiss(&mut input.events, |at| menu && !is_of_menu(ctx, at)) {
            Popup::close_all(ctx);
        }
        let draggable = |at: Pos2| {
            ctx.viewport(|viewport| {
                let widgets = &viewport.prev_pass.widgets;
                let mut all = widgets.layers().flat_map(|(_, widgets)| widgets);
                all.any(|w| {
                    w.enabled && w.sense.senses_drag() && w.sense.is_focusable() && w.interact_rect.contains(at)
                })
            })
        };
        self.hold(&mut input.events, draggable);
        if !self.held.is_empty() {
            ctx.request_repaint();
        }
    }

    fn output_hook(&mut self, ctx: &Context, output: &mut FullOutput) {
        let ime = &mut output.platform_output.ime;
        // The window goes right after this pass. What is sent now would reach X11 when it is gone: a BadWindow error.
        if ctx.input(|input| input.viewport().close_requested()) {
            *ime = self.told.map(|told| IMEOutput { should_interrupt_composition: false, ..told });
        }
        self.told = *ime;
    }
}

/// Whether a menu, or a menu of a menu, is at this place of the screen.
fn is_of_menu(ctx: &Context, at: Pos2) -> bool {
    let modal = ctx.memory(|memory| memory.top_modal_layer());
    ctx.layer_id_at(at).is_some_and(|layer| layer.order >= Order::Foreground && Some(layer) != modal)
}

/// Keys that choose, confirm or leave what is composed.
fn is_of_composing(event: &Event) -> bool {
    let Event::Key { key, modifiers, .. } = event else { return false };
    let keys = [
        Key::Enter,
        Key::Escape,
        Key::Tab,
        Key::Space,
        Key::Backspace,
        Key::ArrowUp,
        Key::ArrowDown,
        Key::ArrowLeft,
        Key::ArrowRight,
        Key::PageUp,
        Key::PageDown,
    ];
    keys.contains(key) && (*modifiers == Modifiers::NONE || modifiers.shift_only())
}

impl Hand {
    /// Takes the keys out that belong to an input method: an Enter that confirms pinyin neither sends nor breaks a line,
    /// an Esc that leaves it stops nothing. Most systems hide such keys; not all do, and not all in every case.
    fn compose(&mut self, events: &mut Vec<Event>) {
        // The key that confirms or leaves may come with what it leads to, before or behind it.
        let composing = self.composing;
        let ended = events.iter().any(|event| match event {
            Event::Ime(ImeEvent::Commit(text)) => composing || !text.is_empty(),
            Event::Ime(ImeEvent::Preedit { text, .. }) => composing && text.is_empty(),
            _ => false,
        });
        events.retain(|event| {
            match event {
                Event::Ime(ImeEvent::Preedit { text, .. }) => self.composing = !text.is_empty(),
                Event::Ime(ImeEvent::Commit(_)) => self.composing = false,
                // Whatever ends composing without a word about it must not leave the keyboard dead.
                Event::Text(_) | Event::PointerButton { pressed: true, .. } | Event::WindowFocused(_) => {
                    self.composing = false;
                }
                _ => {}
            }
            !((self.composing || ended) && is_of_composing(event))
        });
    }

    /// Takes a click out that is beside an open menu: it closes the menu and does nothing else. True where there is one.
    fn dismiss(&mut self, events: &mut Vec<Event>, beside: impl Fn(Pos2) -> bool) -> bool {
        let mut closes = false;
        events.retain(|event| match event {
            Event::PointerButton { pos, button: PointerButton::Primary, pressed: true, .. } => {
                self.closed = !closes && beside(*pos);
                closes |= self.closed;
                !self.closed
            }
            Event::PointerButton { button: PointerButton::Primary, pressed: false, .. } => {
                !std::mem::take(&mut self.closed)
            }
            _ => true,
        });
        closes
    }

    /// A press and its release in one frame move no slider: egui sees the button up again. The release waits.
    fn hold(&mut self, events: &mut Vec<Event>, draggable: impl Fn(Pos2) -> bool) {
        let mut down = None;
        let release = events.iter().position(|event| match event {
            Event::PointerButton { pos, button, pressed: true, .. } => {
                down = Some((*button, draggable(*pos)));
                false
            }
            Event::PointerButton { button, pressed: false, .. } => down == Some((*button, true)),
            _ => false,
        });
        if let Some(at) = release {
            self.held = events.split_off(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::pos2;

    fn key(key: Key) -> Event {
        Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE }
    }

    fn preedit(text: &str) -> Event {
        Event::Ime(ImeEvent::Preedit { text: text.into(), active_range_chars: None })
    }

    fn commit(text: &str) -> Event {
        Event::Ime(ImeEvent::Commit(text.into()))
    }

    fn after(hand: &mut Hand, mut events: Vec<Event>) -> Vec<Event> {
        hand.compose(&mut events);
        events
    }

    #[test]
    fn the_enter_that_confirms_a_word_is_the_input_methods() {
        let mut hand = Hand::default();
        assert_eq!(after(&mut hand, vec![preedit("ni")]), [preedit("ni")]);
        assert_eq!(after(&mut hand, vec![key(Key::Enter), commit("你")]), [commit("你")]);
        assert_eq!(after(&mut hand, vec![key(Key::Enter)]), [key(Key::Enter)]);
        after(&mut hand, vec![preedit("ni")]);
        assert_eq!(after(&mut hand, vec![commit("你"), key(Key::Enter)]), [commit("你")]);
        after(&mut hand, vec![preedit("ni")]);
        assert_eq!(after(&mut hand, vec![key(Key::Escape)]), []);
        assert_eq!(after(&mut hand, vec![preedit(""), key(Key::Escape)]), [preedit("")]);
        assert_eq!(after(&mut hand, vec![preedit(""), key(Key::Escape)]), [preedit(""), key(Key::Escape)]);
        // Composing that ended without a word.
        after(&mut hand, vec![preedit("ni")]);
        let typed = vec![Event::Text("a".into()), key(Key::Enter)];
        assert_eq!(after(&mut hand, typed.clone()), typed);
    }

    fn button(at: f32, pressed: bool) -> Event {
        let button = PointerButton::Primary;
        Event::PointerButton { pos: pos2(at, 5.0), button, pressed, modifiers: Modifiers::NONE }
    }

    #[test]
    fn a_click_beside_a_menu_closes_it_and_does_nothing_else() {
        let mut hand = Hand::default();
        let beside = |at: Pos2| at.x > 100.0;
        let mut events = vec![button(200.0, true), key(Key::A)];
        assert!(hand.dismiss(&mut events, beside));
        assert_eq!(events, [key(Key::A)]);
        // Its release too, and the next click is a click again.
        let mut events = vec![button(200.0, false), button(200.0, true), button(200.0, false)];
        assert!(!hand.dismiss(&mut events, |_| false));
        assert_eq!(events, [button(200.0, true), button(200.0, false)]);
        // In the menu nothing is taken away; a double click beside it closes it once.
        let mut events = vec![button(50.0, true), button(50.0, false)];
        assert!(!hand.dismiss(&mut events, beside) && events.len() == 2);
        let mut events: Vec<_> = [true, false, true, false].into_iter().map(|down| button(200.0, down)).collect();
        assert!(hand.dismiss(&mut events, beside) && events.len() == 2);
    }

    #[test]
    fn a_window_that_closes_tells_the_input_method_nothing_new() {
        let ctx = Context::default();
        ctx.add_plugin(Hand::default());
        let mut text = String::new();
        let mut pass = |close: bool, field: bool| {
            let mut input = RawInput { focused: true, ..RawInput::default() };
            if close {
                input.viewports.entry(input.viewport_id).or_default().events.push(egui::ViewportEvent::Close);
            }
            let mut output = ctx.run_ui(input, |ui| {
                if field {
                    ui.text_edit_singleline(&mut text).request_focus();
                }
            });
            output.textures_delta.clear();
            output.platform_output.ime
        };
        assert!(pass(false, false).is_none());
        pass(false, true);
        let told = pass(false, true).expect("a field has the focus");
        // Regression: letters of a field that had gone by the last pass were taken from a window that was gone.
        assert_eq!(pass(true, false).map(|ime| ime.purpose), Some(told.purpose));
        assert!(pass(false, false).is_none());
        assert!(pass(true, true).is_none());
    }

    #[test]
    fn a_release_in_the_frame_of_its_press_waits_where_something_can_be_dragged() {
        let button = |pressed| Event::PointerButton {
            pos: pos2(5.0, 5.0),
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        let all = vec![button(true), button(false), key(Key::A)];
        let mut hand = Hand::default();
        let mut events = all.clone();
        hand.hold(&mut events, |_| false);
        assert_eq!(events, all);
        hand.hold(&mut events, |_| true);
        assert_eq!((events, std::mem::take(&mut hand.held)), (vec![button(true)], all[1..].to_vec()));
        // A release that ends an older drag continues at once.
        let mut events = vec![button(false), button(true)];
        hand.hold(&mut events, |_| true);
        assert_eq!(events, [button(false), button(true)]);
    }
}
