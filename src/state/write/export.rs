//! A conversation or a page as a file for other programs.

use crate::state::{Effect, Env, WriteState};
use crate::writing::export::{Document, TextFormat};

impl WriteState {
    pub(in crate::state) fn export(&self, format: TextFormat, env: &mut Env) {
        let open = &self.open;
        let document = if let Some(page) = &open.page {
            Document::from_page(&open.title, page.text.as_str(), &open.pictures, env.lang)
        } else {
            Document::from_turns(&open.title, &open.system, &open.turns, &open.pictures, &open.manner, env.lang)
        };
        if document.blocks.is_empty() {
            return;
        }
        let name: String = open.title.chars().map(|c| if c.is_alphanumeric() || c == ' ' { c } else { '-' }).collect();
        let name = match name.trim() {
            "" => env.lang.pick("Untitled", "未命名"),
            name => name,
        };
        let name = format!("{name}.{}", format.ending());
        env.push(Effect::AskExportText { name, document: Box::new(document), format });
    }
}
