//! A conversation or a page as a file for other programs.

use crate::state::{AppState, Effect, Effects};
use crate::writing::export::{Document, TextFormat};

impl AppState {
    pub(in crate::state) fn export_text(&self, format: TextFormat, fx: &mut Effects) {
        let open = &self.write.open;
        let document = if let Some(page) = &open.page {
            Document::from_page(&open.title, page.text.as_str(), &open.pictures, self.lang)
        } else {
            Document::from_turns(&open.title, &open.system, &open.turns, &open.pictures, &open.manner, self.lang)
        };
        if document.blocks.is_empty() {
            return;
        }
        let name: String = open.title.chars().map(|c| if c.is_alphanumeric() || c == ' ' { c } else { '-' }).collect();
        let name = match name.trim() {
            "" => self.lang.pick("Untitled", "未命名"),
            name => name,
        };
        let name = format!("{name}.{}", format.ending());
        fx.push(Effect::AskExportText { name, document: Box::new(document), format });
    }
}
