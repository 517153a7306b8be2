//! What every view is handed: the state to read and the sink for commands.

use super::texts::T;
use super::theme::Palette;
use crate::lang::Lang;
use crate::state::{AppState, Command};

/// Views read the state through this and push commands into it; nothing else.
pub struct Cx<'a> {
    pub state: &'a AppState,
    pub lang: Lang,
    pub p: &'static Palette,
    out: &'a mut Vec<Command>,
}

impl<'a> Cx<'a> {
    pub fn new(ui: &egui::Ui, state: &'a AppState, out: &'a mut Vec<Command>) -> Self {
        Self { state, lang: state.lang, p: Palette::of(ui), out }
    }

    pub fn push(&mut self, command: Command) {
        self.out.push(command);
    }

    /// The text in the language in use.
    pub fn t(&self, text: T) -> &'static str {
        text.tr(self.lang)
    }

    /// The text with its places filled in.
    pub fn with(&self, text: T, args: &[&dyn std::fmt::Display]) -> String {
        text.with(self.lang, args)
    }
}
