//! The window as a test drives it: the views, the state they show, and what they asked for.

use aigc_studio::state::*;
use aigc_studio::ui::{Views, theme};
use egui_kittest::Harness;

/// What a test drives: the views, the state they show, and what they asked for.
pub struct Window {
    pub views: Views,
    pub state: AppState,
    pub commands: Vec<Command>,
}

impl Window {
    pub fn new(state: AppState) -> Self {
        Self { views: Views::default(), state, commands: Vec::new() }
    }
}

pub fn harness(state: AppState, size: [f32; 2]) -> Harness<'static, Window> {
    build(Harness::builder(), state, size)
}

pub const SIZE: [f32; 2] = [1280.0, 800.0];

/// The window at [`SIZE`], settled; settling also checks that every control has a name.
pub fn open(state: AppState) -> Harness<'static, Window> {
    let mut harness = harness(state, SIZE);
    harness.run();
    harness.state_mut().commands.clear();
    harness
}

/// What the window has asked for since the last time.
pub fn asked(harness: &mut Harness<'static, Window>) -> Vec<Command> {
    harness.run();
    let mut commands = std::mem::take(&mut harness.state_mut().commands);
    // The ledger asks for itself.
    commands.retain(|command| !matches!(command, Command::Write(WriteCommand::Measure(_))));
    commands
}

/// The window's commands go into the state, as the app does it.
pub fn act(harness: &mut Harness<'static, Window>) {
    for command in asked(harness) {
        let _ = update(&mut harness.state_mut().state, Input::Command(command));
    }
    harness.run();
}

/// Does what was asked, as the app would, and draws until nothing changes.
pub fn obey(harness: &mut Harness<'static, Window>) {
    for _ in 0..2 {
        harness.step();
        for command in std::mem::take(&mut harness.state_mut().commands) {
            let _ = update(&mut harness.state_mut().state, Input::Command(command));
        }
    }
}

/// With a renderer, for pictures of the window.
pub fn rendered(state: AppState, size: [f32; 2]) -> Harness<'static, Window> {
    build(Harness::builder().wgpu(), state, size)
}

fn build(builder: egui_kittest::HarnessBuilder<Window>, state: AppState, size: [f32; 2]) -> Harness<'static, Window> {
    builder.with_size(size).with_max_steps(16).with_step_dt(0.05).with_context_setup(Views::setup).build_ui_state(
        |ui, window: &mut Window| {
            theme::apply(ui.ctx(), window.state.settings.theme, window.state.settings.zoom);
            window.views.show(ui, &window.state, &mut window.commands);
        },
        Window::new(state),
    )
}
